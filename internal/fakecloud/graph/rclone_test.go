package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud/graph"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/peer"
)

// rclone is a program of other people that knows the real OneDrive. It puts, lists with
// hashes, gets and deletes, unmodified, under Microsoft's own addresses. It asks for all of
// the drive, and never for conflictBehavior, so it judges forms and bytes only.
func TestRclone(t *testing.T) {
	program := peer.Command(t, "rclone")
	// Without a secret rclone would send its own.
	b, dir := newBenchFor(t, oauth.Client{ID: "app", Secret: "not confidential", Redirects: []string{"http://localhost"}}), t.TempDir()
	b.Page = 2
	b.Break(graph.NoTokenAtUpload) // Debian's rclone 1.60 sends it; the service lets that pass at times
	tokens := b.microsoft.Issue(sam, graph.Files)
	b.microsoft.Expire() // rclone renews it at once
	// rclone 1.60 expects quickXorHash of business drives only; since 2023 personal ones have it too.
	token, _ := json.Marshal(map[string]any{"access_token": tokens.Access, "refresh_token": tokens.Refresh, "token_type": "Bearer", "expiry": "2020-01-01T00:00:00Z"})
	write(t, filepath.Join(dir, "ca.pem"), b.cloud.CA())
	write(t, filepath.Join(dir, "rclone.conf"), fmt.Appendf(nil, "[o]\ntype = onedrive\nclient_id = app\nclient_secret = not confidential\ndrive_id = d1\ndrive_type = business\ntoken = %s\n", token))
	rclone := func(args ...string) []byte {
		t.Helper()
		common := []string{"--config", filepath.Join(dir, "rclone.conf"), "--ca-cert", filepath.Join(dir, "ca.pem"), "--low-level-retries", "3", "--retries", "1"}
		cmd := exec.Command(program, append(common, args...)...)
		cmd.Env = append(os.Environ(), "HTTPS_PROXY="+b.cloud.Proxy(), "https_proxy="+b.cloud.Proxy(), "NO_PROXY=", "no_proxy=")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			for _, e := range b.cloud.Exchanges() {
				t.Logf("%s %s%s -> %d %.200s", e.Method, e.Host, e.URL, e.Status, e.Answer)
			}
			t.Fatalf("rclone %q: %v\n%s", args, err, stderr.Bytes())
		}
		return out
	}

	files := map[string][]byte{"empty": {}, "small 100% #1.age": noise(1000), "it's ours.age": noise(100_000), "large.age": noise(6_000_000)}
	for name, data := range files {
		write(t, filepath.Join(dir, "in"), data)
		rclone("--onedrive-chunk-size", "2560Ki", "copyto", filepath.Join(dir, "in"), "o:backups/"+name)
	}
	var listed []struct {
		Name   string
		Size   int
		Hashes map[string]string
	}
	if err := json.Unmarshal(rclone("lsjson", "--hash", "o:backups"), &listed); err != nil || len(listed) != len(files) {
		t.Fatalf("listed %+v, %v", listed, err)
	}
	for _, f := range listed {
		write(t, filepath.Join(dir, "in"), files[f.Name])
		local := strings.Fields(string(rclone("hashsum", "QuickXorHash", filepath.Join(dir, "in"))))[0]
		if f.Size != len(files[f.Name]) || f.Hashes["quickxor"] != local {
			t.Errorf("%s: %d bytes with the hashes %v, rclone says %s", f.Name, f.Size, f.Hashes, local)
		}
		if got := rclone("cat", "o:backups/"+f.Name); !bytes.Equal(got, files[f.Name]) {
			t.Errorf("%s: %d bytes came that are not the %d sent", f.Name, len(got), len(files[f.Name]))
		}
	}
	rclone("deletefile", "o:backups/large.age")
	left := strings.Split(strings.TrimSpace(string(rclone("lsf", "o:backups"))), "\n")
	slices.Sort(left)
	if want := []string{"empty", "it's ours.age", "small 100% #1.age"}; !slices.Equal(left, want) {
		t.Errorf("left: %q", left)
	}
	for _, e := range b.cloud.Exchanges() {
		if e.Status >= 400 && e.Status != 404 && e.Status != 401 {
			t.Errorf("rclone was refused: %s %s: %d %s", e.Method, e.URL, e.Status, e.Answer)
		}
	}
	if refused := b.cloud.Refused(); len(refused) > 0 {
		t.Errorf("rclone asked elsewhere: %q", refused)
	}
}

func noise(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
