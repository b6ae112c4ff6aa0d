package drive_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/discovery"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

const sam = "sam@example.com"

type world struct {
	cloud  *fakecloud.Cloud
	google *oauth.Server
	drive  *drive.Server
	client *http.Client
}

func newWorld(t testing.TB, off ...drive.Rule) *world {
	cloud := fakecloud.Start(t)
	google := oauth.New(cloud, oauth.Google(oauth.Client{ID: "wallet", Secret: "not confidential"}), oauth.Account{Email: sam, Name: "Sam"})
	w := &world{cloud, google, drive.New(cloud, google), google.Client(sam, oauth.DriveFile, oauth.DriveAppData)}
	w.drive.Off(off...)
	return w
}

// checkContract compares all that was said with Google's description.
func (w *world) checkContract(t testing.TB) {
	t.Helper()
	d, err := discovery.Drive()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range w.cloud.Exchanges() {
		for _, slip := range d.Check(e) {
			t.Error(slip)
		}
	}
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func sum(name string, data []byte) string {
	if name == "empty" {
		data = nil
	}
	s := md5.Sum(data)
	return hex.EncodeToString(s[:])
}

// ask returns the status and the JSON of an answer.
func (w *world) ask(t testing.TB, method, path, contentType, body string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequest(method, "https://www.googleapis.com"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := w.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if len(data) > 0 && json.Unmarshal(data, &answer) != nil {
		answer = map[string]any{"bytes": string(data)}
	}
	return resp.StatusCode, answer
}

// upload creates a file and returns its id.
func (w *world) upload(t testing.TB, meta, data string) (int, map[string]any) {
	t.Helper()
	body := "--b\r\nContent-Type: application/json\r\n\r\n" + meta + "\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n" + data + "\r\n--b--\r\n"
	return w.ask(t, "POST", "/upload/drive/v3/files?uploadType=multipart", `multipart/related; boundary="b"`, body)
}

func (w *world) create(t testing.TB, meta, data string) string {
	t.Helper()
	status, answer := w.upload(t, meta, data)
	if status != 200 {
		t.Fatalf("create %s: %d %v", meta, status, answer)
	}
	return answer["id"].(string)
}

func (w *world) folder(t testing.TB, name string) string {
	t.Helper()
	status, answer := w.ask(t, "POST", "/drive/v3/files", "application/json", fmt.Sprintf(`{"name":%q,"mimeType":%q}`, name, drive.FolderType))
	if status != 200 {
		t.Fatalf("folder: %d %v", status, answer)
	}
	return answer["id"].(string)
}

// names lists what fits a query.
func (w *world) names(t testing.TB, q string, more ...string) string {
	t.Helper()
	status, answer := w.ask(t, "GET", "/drive/v3/files?orderBy=createdTime&q="+url.QueryEscape(q)+strings.Join(more, ""), "", "")
	if status != 200 {
		return fmt.Sprint(status, " ", reason(answer))
	}
	var names []string
	for _, f := range answer["files"].([]any) {
		names = append(names, f.(map[string]any)["name"].(string))
	}
	return strings.Join(names, " ")
}

// reason is Google's word for a refusal.
func reason(answer map[string]any) string {
	e, _ := answer["error"].(map[string]any)
	items, _ := e["errors"].([]any)
	if len(items) == 0 {
		return ""
	}
	return items[0].(map[string]any)["reason"].(string)
}

// want fails the test unless an answer has that status and Google's word for a refusal.
func want(t testing.TB, status int, answer map[string]any, expected string) {
	t.Helper()
	if got := strings.TrimSpace(fmt.Sprint(status, " ", reason(answer))); got != expected {
		t.Errorf("answered %s, want %s: %v", got, expected, answer)
	}
}

// asks sends what has no body, and wants an answer.
func (w *world) asks(t testing.TB, method, path, expected string) map[string]any {
	t.Helper()
	status, answer := w.ask(t, method, path, "", "")
	want(t, status, answer, expected)
	return answer
}

// uploads sends a file, and wants an answer.
func (w *world) uploads(t testing.TB, meta, data, expected string) {
	t.Helper()
	status, answer := w.upload(t, meta, data)
	want(t, status, answer, expected)
}

// session begins a resumable upload and returns its address.
func (w *world) session(t testing.TB, meta string) string {
	t.Helper()
	return w.chunk(t, "POST", "https://www.googleapis.com/upload/drive/v3/files?uploadType=resumable", "", meta).Header.Get("Location")
}

// chunk sends a part of a resumable upload.
func (w *world) chunk(t testing.TB, method, address, contentRange, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=UTF-8")
	if contentRange != "" {
		req.Header.Set("Content-Range", contentRange)
	}
	client := *w.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp
}

// chunks sends parts of a session and wants the status of each.
func (w *world) chunks(t testing.TB, address string, parts ...part) {
	t.Helper()
	for _, p := range parts {
		if got := w.chunk(t, "PUT", address, p.where, p.body).StatusCode; got != p.want {
			t.Errorf("%s: %d, want %d", p.where, got, p.want)
		}
	}
}

type part struct {
	where, body string
	want        int
}

// holds fails the test unless the Drive has these files, by name and what they hold.
func (w *world) holds(t testing.TB, expected ...string) {
	t.Helper()
	var got []string
	for _, f := range w.drive.Files(sam) {
		got = append(got, fmt.Sprintf("%s=%.20s", f.Name, f.Data))
	}
	if strings.Join(got, " ") != strings.Join(expected, " ") {
		t.Errorf("the Drive has %q, want %q", got, expected)
	}
}
