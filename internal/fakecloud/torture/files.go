package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/fakecloud/graph"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

// folder makes the folder for the files, and done removes one that nobody named.
func folder(named string) (dir string, done func(), err error) {
	if named == "" {
		dir, err = os.MkdirTemp("", "torture")
		return dir, func() { os.RemoveAll(dir) }, err
	}
	if dir, err = filepath.Abs(named); err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	return dir, func() {}, err
}

// write writes what other programs need to get here.
func (k *kit) write(dir string) error {
	for name, text := range map[string]string{
		"ca.pem": string(k.cloud.CA()), "env": k.env(dir), "rclone.conf": k.rclone(), "icloud-token": k.apple.SignIn(k.person, true),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// env is for the shell: ". env". Each kind of program has its own name for the authority.
func (k *kit) env(dir string) string {
	var b strings.Builder
	ca := filepath.Join(dir, "ca.pem")
	for _, pair := range [][2]string{
		{"HTTPS_PROXY", k.cloud.Proxy()}, {"https_proxy", k.cloud.Proxy()}, {"NO_PROXY", "localhost,127.0.0.1"}, {"no_proxy", "localhost,127.0.0.1"},
		{"SSL_CERT_FILE", ca}, {"CURL_CA_BUNDLE", ca}, {"REQUESTS_CA_BUNDLE", ca}, {"NODE_EXTRA_CA_CERTS", ca},
		{"RCLONE_CONFIG", filepath.Join(dir, "rclone.conf")}, {"RCLONE_CA_CERT", ca},
	} {
		fmt.Fprintf(&b, "export %s='%s'\n", pair[0], strings.ReplaceAll(pair[1], "'", `'\''`))
	}
	return b.String()
}

// rclone is a configuration with three remotes that are signed in.
func (k *kit) rclone() string {
	var b strings.Builder
	for _, r := range []struct {
		remote, signIn, more string
		scopes               []string
	}{
		{"drive", "google", "scope = drive.file", []string{oauth.DriveFile}},
		{"dropbox", "dropbox", "batch_mode = off", append([]string{"account_info.read"}, dropbox.Scopes...)},
		{"onedrive", "onedrive", "drive_id = d1\ndrive_type = business", []string{graph.Files}},
	} {
		t := k.signIns[r.signIn].Issue(k.person, r.scopes...)
		token, _ := json.Marshal(map[string]any{"access_token": t.Access, "refresh_token": t.Refresh, "token_type": "Bearer", "expiry": t.Expiry})
		fmt.Fprintf(&b, "[%s]\ntype = %s\nclient_id = %s\nclient_secret = %s\ntoken = %s\n%s\n\n", r.remote, r.remote, clientID, secret, token, r.more)
	}
	return b.String()
}

// welcome says where everything is.
func (k *kit) welcome(dir string, with []string) string {
	misbehaves := "nothing misbehaves"
	if len(with) > 0 {
		misbehaves = strings.Join(with, ", ")
	}
	return fmt.Sprintf(`Fakes of Google Drive, Dropbox, OneDrive and iCloud. Nothing leaves this computer.

proxy       %s
authority   %s
accounts    %s and %s; any name at iCloud
clients     Google %[5]s with the secret %[6]s; Dropbox and OneDrive the same,
            or %[5]s-public without a secret; --client adds others
iCloud      container %[7]s, API token %[5]s, a web token in icloud-token
rclone      remotes drive:, dropbox: and onedrive:, signed in as %[8]s

A shell is pointed here with  . %[9]s
Behaviours: %[10]s. Type a name to turn one on, calm to end all; --list explains them.
Ready. Ctrl-C ends it.
`, k.cloud.Proxy(), filepath.Join(dir, "ca.pem"), sam, alex, clientID, secret, container, k.person, filepath.Join(dir, "env"), misbehaves)
}

// lines prints what happens, one thing after the other.
type lines struct {
	mu  sync.Mutex
	out io.Writer
}

func (l *lines) print(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	io.WriteString(l.out, text)
}

// exchange prints a request without its query, which may hold tokens.
func (l *lines) exchange(e fakecloud.Exchange) {
	status, note := fmt.Sprint(e.Status), ""
	if e.Status == 0 {
		status = "---"
	}
	if e.Fault {
		note = "  (as told)"
	}
	l.print(fmt.Sprintf("%s %-6s %s%s%s\n", status, e.Method, e.Host, e.URL.Path, note))
}
