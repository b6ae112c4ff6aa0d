package dropbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/peer"
)

// rclone is an unmodified rclone that believes to speak to Dropbox. It is not ours, so it
// judges the fake: addresses, shapes of answers, hashes, paging, bytes.
type rclone struct {
	path, config string
	*bench
}

func judge(t *testing.T, b *bench) *rclone {
	path := peer.Command(t, "rclone")
	dir := t.TempDir()
	token := fmt.Sprintf(`{"access_token":%q,"token_type":"bearer","refresh_token":"none","expiry":"2099-01-01T00:00:00Z"}`,
		b.signIn.Issue(sam, append([]string{"account_info.read"}, dropbox.Scopes...)...).Access)
	config := filepath.Join(dir, "rclone.conf")
	write(t, config, []byte("[box]\ntype = dropbox\nclient_id = wallet\nclient_secret = none\ntoken = "+token+"\n"))
	write(t, config+".pem", b.cloud.CA())
	return &rclone{path, config, b}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r *rclone) run(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	args = append(args, "--config", r.config, "--ca-cert", r.config+".pem", "--retries", "1", "--low-level-retries", "1",
		"--dropbox-batch-mode", "off", "--dropbox-shared-folders=false")
	cmd := exec.CommandContext(t.Context(), r.path, args...)
	cmd.Env = append(os.Environ(), "HTTPS_PROXY="+r.cloud.Proxy(), "NO_PROXY=")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("rclone %s: %w\n%s", strings.Join(args[:min(3, len(args))], " "), err, &said)
	}
	return out.Bytes(), err
}

func (r *rclone) must(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := r.run(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type listed struct {
	Name    string
	Size    int64
	ModTime time.Time
	IsDir   bool
	Hashes  map[string]string
}

func (r *rclone) list(t *testing.T, where string) []listed {
	t.Helper()
	var entries []listed
	if err := json.Unmarshal(r.must(t, "lsjson", "--hash", where), &entries); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(entries, func(a, b listed) int { return strings.Compare(a.Name, b.Name) })
	return entries
}

func TestRclone(t *testing.T) {
	r := judge(t, start(t))
	every := make([]byte, 5<<20) // more than one block of the hash
	for i := range every {
		every[i] = byte(i ^ i>>8 ^ i>>16)
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{"Every byte.age": every, "empty": {}} {
		write(t, filepath.Join(dir, name), data)
		r.must(t, "copyto", filepath.Join(dir, name), "box:"+name)
		if got := r.must(t, "cat", "box:"+name); !bytes.Equal(got, data) {
			t.Errorf("%s: rclone reads %d bytes that are not the %d it wrote", name, len(got), len(data))
		}
		if got := r.Files(sam)["/"+name]; !bytes.Equal(got, data) {
			t.Errorf("%s: the fake has %d bytes", name, len(got))
		}
	}
	// check downloads nothing: it holds rclone's own hash against the fake's.
	r.must(t, "check", dir, "box:")
	entries := r.list(t, "box:")
	if len(entries) != 2 || entries[0].Size != int64(len(every)) || len(entries[0].Hashes["dropbox"]) != 64 {
		t.Errorf("rclone lists %+v", entries)
	}
	r.must(t, "deletefile", "box:empty")
	if _, err := r.run(t, "deletefile", "box:empty"); err == nil {
		t.Error("rclone deletes what is not there")
	}
	if got := r.list(t, "box:"); len(got) != 1 {
		t.Errorf("after the delete: %+v", got)
	}
}

// Debian's rclone sends UTF-8 in a header, which the documentation forbids and the service
// takes; so the fake does when it is told to, and gives back what the header rule asks for.
func TestRcloneUnicode(t *testing.T) {
	r := judge(t, start(t, dropbox.HeadersASCII))
	file := filepath.Join(t.TempDir(), "f")
	write(t, file, []byte("x"))
	const name = "Ünïcode 日本 🔑"
	r.must(t, "copyto", file, "box:"+name)
	if got := r.must(t, "cat", "box:"+name); string(got) != "x" {
		t.Errorf("rclone reads %q", got)
	}
	if got := r.list(t, "box:"); len(got) != 1 || got[0].Name != name {
		t.Errorf("rclone lists %+v", got)
	}
}

func TestRclonePages(t *testing.T) {
	b := start(t)
	b.Page = 7
	for i := range 40 {
		b.Put(sam, fmt.Sprintf("/folder/file %02d", i), []byte{byte(i)})
	}
	r := judge(t, b)
	if got := r.list(t, "box:folder"); len(got) != 40 {
		t.Errorf("rclone lists %d of 40", len(got))
	}
	if got := r.list(t, "box:"); len(got) != 1 || !got[0].IsDir {
		t.Errorf("above it rclone lists %+v", got)
	}
}

func TestRcloneIsRefused(t *testing.T) {
	b := start(t)
	b.SetQuota(sam, 10)
	r := judge(t, b)
	file := filepath.Join(t.TempDir(), "f")
	write(t, file, bytes.Repeat([]byte("x"), 11))
	if _, err := r.run(t, "copyto", file, "box:f"); err == nil || !strings.Contains(err.Error(), "insufficient_space") {
		t.Errorf("rclone writes into a full account: %v", err)
	}
	b.signIn.Disconnect(sam)
	if _, err := r.run(t, "lsjson", "box:"); err == nil || !strings.Contains(err.Error(), "invalid_access_token") {
		t.Errorf("rclone is told %v", err)
	}
}

// What rclone asked for must have been understood: a 400 is a question that no program sends.
func TestRcloneIsUnderstood(t *testing.T) {
	b := start(t)
	r := judge(t, b)
	file := filepath.Join(t.TempDir(), "f")
	write(t, file, []byte("x"))
	for _, args := range [][]string{{"copyto", file, "box:dir/f"}, {"copyto", file, "box:dir/f"}, {"lsf", "-R", "box:"}, {"about", "box:"}, {"mkdir", "box:new"}, {"cat", "box:dir/f"}, {"purge", "box:dir"}} {
		r.must(t, args...)
	}
	seen := map[string]bool{}
	for _, e := range b.cloud.Exchanges() {
		seen[e.URL.Path] = true
		if e.Status == http.StatusBadRequest || e.Status == http.StatusNotFound {
			t.Errorf("%s: %s", e.URL.Path, e.Answer)
		}
	}
	for _, path := range []string{"upload", "download", "get_metadata", "list_folder", "delete_v2", "create_folder_v2"} {
		if !seen["/2/files/"+path] {
			t.Errorf("rclone did not ask for %s", path)
		}
	}
}
