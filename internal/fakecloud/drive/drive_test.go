package drive_test

import (
	"bytes"
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
	"time"

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

func newWorld(t *testing.T) *world {
	cloud := fakecloud.Start(t)
	google := oauth.New(cloud, oauth.Google(oauth.Client{ID: "wallet", Secret: "not confidential"}), oauth.Account{Email: sam, Name: "Sam"})
	return &world{cloud, google, drive.New(cloud, google), google.Client(sam, oauth.DriveFile, oauth.DriveAppData)}
}

// checkContract compares all that was said with Google's description.
func (w *world) checkContract(t *testing.T) {
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

func write(t *testing.T, path string, data []byte) {
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
func (w *world) ask(t *testing.T, method, path, contentType, body string) (int, map[string]any) {
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
func (w *world) upload(t *testing.T, meta, data string) (int, map[string]any) {
	t.Helper()
	body := "--b\r\nContent-Type: application/json\r\n\r\n" + meta + "\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n" + data + "\r\n--b--\r\n"
	return w.ask(t, "POST", "/upload/drive/v3/files?uploadType=multipart", `multipart/related; boundary="b"`, body)
}

func (w *world) create(t *testing.T, meta, data string) string {
	t.Helper()
	status, answer := w.upload(t, meta, data)
	if status != 200 {
		t.Fatalf("create %s: %d %v", meta, status, answer)
	}
	return answer["id"].(string)
}

func (w *world) folder(t *testing.T, name string) string {
	t.Helper()
	status, answer := w.ask(t, "POST", "/drive/v3/files", "application/json", fmt.Sprintf(`{"name":%q,"mimeType":%q}`, name, drive.FolderType))
	if status != 200 {
		t.Fatalf("folder: %d %v", status, answer)
	}
	return answer["id"].(string)
}

// names lists what fits a query.
func (w *world) names(t *testing.T, q string, more ...string) string {
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

func TestIDs(t *testing.T) {
	w := newWorld(t)
	_, made := w.ask(t, "GET", "/drive/v3/files/generateIds?count=2", "", "")
	id := made["ids"].([]any)[0].(string)
	meta := fmt.Sprintf(`{"id":%q,"name":"a"}`, id)
	for i, want := range []string{"200 ", "409 fileIdInUse", "409 fileIdInUse"} {
		status, answer := w.upload(t, meta, "x")
		if got := fmt.Sprint(status, " ", reason(answer)); got != want {
			t.Errorf("upload %d: %s, want %s", i, got, want)
		}
	}
	if status, answer := w.upload(t, `{"id":"made-up","name":"a"}`, "x"); status != 400 {
		t.Errorf("made-up id: %d %v", status, answer)
	}
	if got := len(w.drive.Files(sam)); got != 1 {
		t.Errorf("%d files, want 1", got)
	}
	w.create(t, `{"name":"a"}`, "y")
	if got := w.names(t, "name = 'a'"); got != "a a" {
		t.Errorf("a name that occurs twice: %q", got)
	}
	w.checkContract(t)
}

func TestQueries(t *testing.T) {
	w := newWorld(t)
	dir := w.folder(t, "Folder")
	w.cloud.Skip(time.Second)
	w.create(t, `{"name":"it's"}`, "")
	w.cloud.Skip(time.Second)
	id := w.create(t, fmt.Sprintf(`{"name":"b\\c","parents":[%q]}`, dir), "")
	for q, want := range map[string]string{
		"": `Folder it's b\c`, "name = 'it\\'s'": "it's", `name = 'b\\c'`: `b\c`, "name = 'IT\\'S'": "it's",
		"name contains 'it'": "it's", "name contains 's'": "",
		"'" + dir + "' in parents": `b\c`, "'root' in parents": "Folder it's", "trashed=false and name!='Folder'": `it's b\c`,
		"mimeType = '" + drive.FolderType + "'":                                     "Folder",
		"mimeType!='" + drive.FolderType + "' and (name='Folder' or name='it\\'s')": "it's",
		"name='Folder' or name='it\\'s' and trashed=true":                           "Folder",
		"not name = 'Folder'":                                                       `it's b\c`, "trashed != true and not trashed=true": `Folder it's b\c`,
		"name = 'x": "400 invalid", "name": "400 invalid", "name = x": "400 invalid", "size = '5'": "400 invalid",
		"(name = 'x'": "400 invalid", "name = 'x' name": "400 invalid", "'nowhere' in parents": "404 notFound",
	} {
		if got := w.names(t, q); got != want {
			t.Errorf("%s: got %q, want %q", q, got, want)
		}
	}
	w.drive.Trash(sam, dir, true)
	if got := w.names(t, "trashed = true"); got != `Folder b\c` {
		t.Errorf("the bin has %q", got)
	}
	w.drive.Remove(sam, dir)
	if status, _ := w.ask(t, "GET", "/drive/v3/files/"+id, "", ""); status != 404 {
		t.Errorf("a file in a deleted folder: %d", status)
	}
	w.checkContract(t)
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	for i := range 7 {
		w.create(t, fmt.Sprintf(`{"name":"%d"}`, i), "")
	}
	w.drive.Page(3)
	seen, pages, token := "", 0, ""
	for {
		_, answer := w.ask(t, "GET", "/drive/v3/files?pageSize=5&q=trashed=false&pageToken="+token, "", "")
		for _, f := range answer["files"].([]any) {
			seen += f.(map[string]any)["name"].(string)
		}
		pages++
		if token, _ = answer["nextPageToken"].(string); token == "" {
			break
		}
		if status, _ := w.ask(t, "GET", "/drive/v3/files?q=trashed=true&pageToken="+token, "", ""); status != 400 {
			t.Errorf("a token of another question: %d", status)
		}
	}
	if seen != "0123456" || pages != 3 {
		t.Errorf("%d pages: %s", pages, seen)
	}
	for _, bad := range []string{"0", "1001", "x"} {
		if status, _ := w.ask(t, "GET", "/drive/v3/files?pageSize="+bad, "", ""); status != 400 {
			t.Errorf("pageSize %s: %d", bad, status)
		}
	}
}

func TestFields(t *testing.T) {
	w := newWorld(t)
	id := w.create(t, `{"name":"a"}`, "12345")
	for fields, want := range map[string]string{
		"":                     fmt.Sprintf(`{"id":%q,"kind":"drive#file","mimeType":"application/octet-stream","name":"a"}`, id),
		"size,md5Checksum":     `{"md5Checksum":"827ccb0eea8a706c4c34a16891f84e7b","size":"5"}`,
		"owners(emailAddress)": `{"owners":[{"emailAddress":"sam@example.com"}]}`,
		"owners/emailAddress":  `{"owners":[{"emailAddress":"sam@example.com"}]}`,
		"title":                "400", "size,": "400", "owners(": "400", "id)": "400",
	} {
		status, answer := w.ask(t, "GET", "/drive/v3/files/"+id+"?fields="+url.QueryEscape(fields), "", "")
		got := fmt.Sprint(status)
		if status == 200 {
			data, _ := json.Marshal(answer)
			got = string(data)
		}
		if got != want {
			t.Errorf("fields %q: got %s, want %s", fields, got, want)
		}
	}
	if status, answer := w.ask(t, "GET", "/drive/v3/about", "", ""); status != 400 || reason(answer) != "required" {
		t.Errorf("about without fields: %d %v", status, answer)
	}
	_, about := w.ask(t, "GET", "/drive/v3/about?fields=storageQuota,user(emailAddress)", "", "")
	if got := fmt.Sprint(about); got != "map[storageQuota:map[limit:16106127360 usage:5 usageInDrive:5 usageInDriveTrash:0] user:map[emailAddress:sam@example.com]]" {
		t.Errorf("about: %s", got)
	}
	w.checkContract(t)
}

func TestWhoSeesWhat(t *testing.T) {
	w := newWorld(t)
	mine := w.create(t, `{"name":"mine"}`, "")
	hidden := w.create(t, `{"name":"hidden","parents":["appDataFolder"]}`, "")
	all := w.client
	for what, c := range map[string]struct {
		client *http.Client
		want   string
	}{
		"no token": {w.cloud.Client(), "401 401 401 401"},
		"no scope": {w.google.Client(sam, "openid"), "403 403 403 403"},
		"file":     {w.google.Client(sam, oauth.DriveFile), "200 404 200 403"},
		"app data": {w.google.Client(sam, oauth.DriveAppData), "404 200 403 200"},
		"both":     {all, "200 200 200 200"},
	} {
		w.client = c.client
		var got []string
		for _, path := range []string{"files/" + mine, "files/" + hidden, "files?spaces=drive", "files?spaces=appDataFolder"} {
			status, _ := w.ask(t, "GET", "/drive/v3/"+path, "", "")
			got = append(got, fmt.Sprint(status))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	w.client = all
	if got := w.names(t, "trashed=false"); got != "mine" {
		t.Errorf("the visible space has %q", got)
	}
	if got := w.names(t, "'appDataFolder' in parents", "&spaces=appDataFolder"); got != "hidden" {
		t.Errorf("the hidden space has %q", got)
	}
	if status, _ := w.ask(t, "GET", "/drive/v3/files/root", "", ""); status != 404 {
		t.Errorf("root: %d", status)
	}
}

// Another app sees nothing of the first, and another person nothing of both.
func TestOtherApp(t *testing.T) {
	cloud := fakecloud.Start(t)
	p := oauth.Google(oauth.Client{ID: "wallet"})
	w := &world{cloud: cloud, google: oauth.New(cloud, p, oauth.Account{Email: sam}, oauth.Account{Email: "alex@example.com"})}
	w.drive = drive.New(cloud, w.google)
	w.client = w.google.Client(sam, oauth.DriveFile)
	w.create(t, `{"name":"mine"}`, "")
	w.google.Clients[0].ID = "another wallet"
	for _, email := range []string{sam, "alex@example.com"} {
		w.client = w.google.Client(email, oauth.DriveFile)
		if got := w.names(t, ""); got != "" {
			t.Errorf("%s sees %q", email, got)
		}
	}
}

func TestRefuses(t *testing.T) {
	w := newWorld(t)
	file := w.create(t, `{"name":"file"}`, "x")
	dir := w.folder(t, "dir")
	for what, c := range map[string]struct {
		do   func() (int, map[string]any)
		want string
	}{
		"two parents":       {func() (int, map[string]any) { return w.upload(t, `{"parents":["a","b"]}`, "") }, "400 multiParentNotAllowed"},
		"parent missing":    {func() (int, map[string]any) { return w.upload(t, `{"parents":["a"]}`, "") }, "404 notFound"},
		"parent is a file":  {func() (int, map[string]any) { return w.upload(t, fmt.Sprintf(`{"parents":[%q]}`, file), "") }, "403 parentNotAFolder"},
		"folder's bytes":    {func() (int, map[string]any) { return w.ask(t, "GET", "/drive/v3/files/"+dir+"?alt=media", "", "") }, "403 fileNotDownloadable"},
		"bytes of nothing":  {func() (int, map[string]any) { return w.ask(t, "GET", "/drive/v3/files/x?alt=media", "", "") }, "404 notFound"},
		"delete of nothing": {func() (int, map[string]any) { return w.ask(t, "DELETE", "/drive/v3/files/x", "", "") }, "404 notFound"},
		"broken metadata":   {func() (int, map[string]any) { return w.upload(t, `{"name`, "") }, "400 parseError"},
		"count":             {func() (int, map[string]any) { return w.ask(t, "GET", "/drive/v3/files/generateIds?count=1001", "", "") }, "400 invalid"},
		"no such method":    {func() (int, map[string]any) { return w.ask(t, "GET", "/drive/v3/nothing", "", "") }, "404 notFound"},
	} {
		status, answer := c.do()
		if got := fmt.Sprint(status, " ", reason(answer)); got != c.want {
			t.Errorf("%s: got %s, want %s", what, got, c.want)
		}
	}
}

func TestFull(t *testing.T) {
	w := newWorld(t)
	w.drive.Limit(10)
	w.create(t, `{"name":"a"}`, "123456")
	if status, answer := w.upload(t, `{"name":"b"}`, "12345"); status != 403 || reason(answer) != "storageQuotaExceeded" {
		t.Errorf("got %d %v", status, answer)
	}
	w.create(t, `{"name":"c"}`, "1234")
	if got := len(w.drive.Files(sam)); got != 2 {
		t.Errorf("%d files", got)
	}
}

func TestLag(t *testing.T) {
	w := newWorld(t)
	w.drive.Lag(time.Minute)
	id := w.create(t, `{"name":"a"}`, "x")
	if got := w.names(t, ""); got != "" {
		t.Errorf("listed at once: %q", got)
	}
	if status, _ := w.ask(t, "GET", "/drive/v3/files/"+id, "", ""); status != 200 {
		t.Errorf("by id: %d", status)
	}
	w.cloud.Skip(2 * time.Minute)
	if got := w.names(t, ""); got != "a" {
		t.Errorf("listed later: %q", got)
	}
	if status, _ := w.ask(t, "DELETE", "/drive/v3/files/"+id, "", ""); status != 204 {
		t.Errorf("delete: %d", status)
	}
	if got := w.names(t, ""); got != "a" {
		t.Errorf("deleted, and no longer listed: %q", got)
	}
	w.cloud.Skip(2 * time.Minute)
	if got := w.names(t, ""); got != "" {
		t.Errorf("deleted, and listed later: %q", got)
	}
}

// An upload that breaks off stores nothing.
func TestBrokenUpload(t *testing.T) {
	w := newWorld(t)
	body := "--b\r\nContent-Type: application/json\r\n\r\n{\"name\":\"a\"}\r\n--b\r\nContent-Type: x/y\r\n\r\nhalf"
	if status, _ := w.ask(t, "POST", "/upload/drive/v3/files?uploadType=multipart", "multipart/related; boundary=b", body); status != 400 {
		t.Errorf("got %d", status)
	}
	if got := w.drive.Files(sam); len(got) != 0 {
		t.Errorf("stored %v", got)
	}
}

// A resumable upload: begun, sent in chunks, one of them twice.
func TestResumable(t *testing.T) {
	w := newWorld(t)
	send := func(method, url, contentRange, body string) *http.Response {
		t.Helper()
		req, _ := http.NewRequest(method, url, strings.NewReader(body))
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
	const address = "https://www.googleapis.com/upload/drive/v3/files?uploadType=resumable"
	at := send("POST", address, "", `{"name":"a"}`).Header.Get("Location")
	first := strings.Repeat("x", 256<<10)
	for i, c := range []struct {
		contentRange, body string
		want               int
	}{
		{"bytes 0-9/*", "0123456789", 400}, {"bytes 0-5/10", "0123456789", 400}, {"", "", 400},
		{"bytes 262144-262146/262147", "abc", 400},
		{"bytes 0-262143/*", first, 308}, {"bytes 0-262143/*", first, 308}, {"bytes */262147", "", 308},
		{"bytes 262144-262146/262147", "abc", 200}, {"bytes 262144-262146/262147", "abc", 200},
	} {
		if got := send("PUT", at, c.contentRange, c.body).StatusCode; got != c.want {
			t.Errorf("chunk %d: %d, want %d", i, got, c.want)
		}
	}
	if files := w.drive.Files(sam); len(files) != 1 || string(files[0].Data) != first+"abc" {
		t.Errorf("%d files", len(files))
	}
	if got := send("PUT", address+"&upload_id=x", "bytes 0-2/3", "abc").StatusCode; got != 404 {
		t.Errorf("no such session: %d", got)
	}
	if got := send("POST", address, "", `{"id":"made-up"}`).StatusCode; got != 400 {
		t.Errorf("a made-up id: %d", got)
	}
	if status, _ := w.upload(t, `{"name":"b"}`, strings.Repeat("x", 5<<20+1)); status != 413 {
		t.Errorf("more than 5 MB at once: %d", status)
	}
}

func TestFault(t *testing.T) {
	w := newWorld(t)
	w.cloud.Fail(drive.Fault("GET", drive.UserRateLimit))
	if got := w.names(t, ""); got != "403 userRateLimitExceeded" {
		t.Errorf("got %q", got)
	}
	id := w.create(t, `{"name":"a"}`, "right")
	w.drive.Damage(sam, id, bytes.ToUpper)
	if _, answer := w.ask(t, "GET", "/drive/v3/files/"+id+"?alt=media", "", ""); answer["bytes"] != "RIGHT" {
		t.Errorf("damaged: %v", answer)
	}
}
