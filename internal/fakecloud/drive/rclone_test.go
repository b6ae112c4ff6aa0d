package drive_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/peer"
)

// rclone is a program of other people that knows the real Drive. It puts, lists with
// hashes, gets and deletes, unmodified, under Google's own addresses.
func TestRclone(t *testing.T) {
	program := peer.Command(t, "rclone")
	w := newWorld(t)
	dir := t.TempDir()
	tokens := w.google.Issue(sam, oauth.DriveFile)
	w.google.Expire()
	token, _ := json.Marshal(map[string]any{"access_token": tokens.Access, "refresh_token": tokens.Refresh, "token_type": "Bearer", "expiry": "2020-01-01T00:00:00Z"}) // rclone renews it at once
	write(t, filepath.Join(dir, "ca.pem"), w.cloud.CA())
	write(t, filepath.Join(dir, "rclone.conf"), fmt.Appendf(nil, "[d]\ntype = drive\nscope = drive.file\nclient_id = wallet\nclient_secret = not confidential\ntoken = %s\n", token))
	rclone := func(args ...string) []byte {
		t.Helper()
		common := []string{"--config", filepath.Join(dir, "rclone.conf"), "--ca-cert", filepath.Join(dir, "ca.pem"), "--low-level-retries", "3", "--retries", "1"}
		cmd := exec.Command(program, append(common, args...)...)
		cmd.Env = append(os.Environ(), "HTTPS_PROXY="+w.cloud.Proxy(), "https_proxy="+w.cloud.Proxy(), "NO_PROXY=", "no_proxy=")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("rclone %q: %v\n%s", args, err, stderr.Bytes())
		}
		return out
	}

	data := make([]byte, 100_000)
	for i := range data {
		data[i] = byte(i ^ i>>8)
	}
	write(t, filepath.Join(dir, "in"), data)
	rclone("mkdir", "d:Cloudseed")
	names := []string{"first.age", "it's 100% ours.age", "empty"}
	for _, name := range names {
		if name == "empty" {
			write(t, filepath.Join(dir, "in"), nil)
		}
		rclone("copyto", filepath.Join(dir, "in"), "d:Cloudseed/"+name)
	}
	var listed []struct {
		Name   string
		Size   int64
		Hashes map[string]string
	}
	if err := json.Unmarshal(rclone("lsjson", "--hash", "d:Cloudseed"), &listed); err != nil || len(listed) != len(names) {
		t.Fatalf("listed %+v, %v", listed, err)
	}
	for _, f := range listed {
		if f.Hashes["md5"] != sum(f.Name, data) {
			t.Errorf("%s has the hashes %v", f.Name, f.Hashes)
		}
	}
	for _, name := range names[:2] {
		if got := rclone("cat", "d:Cloudseed/"+name); !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes came that are not the %d sent", name, len(got), len(data))
		}
	}
	// In chunks, which rclone sends with the whole size in each.
	large := bytes.Repeat(data, 7)
	write(t, filepath.Join(dir, "in"), large)
	rclone("--drive-upload-cutoff", "256Ki", "--drive-chunk-size", "256Ki", "copyto", filepath.Join(dir, "in"), "d:Large/large.age")
	if got := rclone("cat", "d:Large/large.age"); !bytes.Equal(got, large) {
		t.Errorf("in chunks: %d bytes came that are not the %d sent", len(got), len(large))
	}
	rclone("deletefile", "--drive-use-trash=false", "d:Cloudseed/first.age")
	rclone("deletefile", "d:Cloudseed/empty") // into the bin
	if got := strings.TrimSpace(string(rclone("lsf", "d:Cloudseed"))); got != names[1] {
		t.Errorf("left: %q", got)
	}
	w.checkContract(t)
	if refused := w.cloud.Refused(); len(refused) > 0 {
		t.Errorf("rclone asked elsewhere: %q", refused)
	}
}
