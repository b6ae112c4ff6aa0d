package nextcloud

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	dav "golang.org/x/net/webdav"
)

func TestMain(m *testing.M) {
	firstWait, pollEvery = time.Millisecond, time.Millisecond
	m.Run()
}

// A fake is a contract fake of Nextcloud, after its developer manual ("Login Flow", "OCS
// APIs") and not after a server: the login flow, app passwords, and x/net/webdav under
// remote.php for the files. One person, samantha.smith, who signs in as sam@example.org.
// It is installed below /cloud, as many are.
type fake struct {
	mu        sync.Mutex
	passwords map[string]string // app password to device
	flows     map[string]*flow  // by token
	fault     func(w http.ResponseWriter, r *http.Request) bool
	files     dav.Handler
	disk      string // where they are
	url       string
	public    string // how the server names itself
}

type flow struct {
	device   string
	password string // "" until the person has signed in
}

const loginName, userID = "sam@example.org", "samantha smith"

func newFake(t testing.TB) *fake {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, userID), 0o700); err != nil {
		t.Fatal(err)
	}
	f := &fake{disk: filepath.Join(dir, userID), passwords: map[string]string{}, flows: map[string]*flow{}}
	f.files = dav.Handler{Prefix: "/cloud/remote.php/dav/files", FileSystem: dav.Dir(dir), LockSystem: dav.NewMemLS()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /cloud/index.php/login/v2", f.begin)
	mux.HandleFunc("POST /cloud/login/v2/poll", f.poll)
	mux.HandleFunc("GET /cloud/login/v2/flow/{token}", f.signIn)
	mux.HandleFunc("GET /cloud/ocs/v2.php/cloud/user", f.signedIn(f.user))
	mux.HandleFunc("DELETE /cloud/ocs/v2.php/core/apppassword", f.signedIn(f.revoke))
	mux.HandleFunc("/cloud/remote.php/dav/files/{id}/", f.signedIn(f.serveFiles))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		fault := f.fault
		f.mu.Unlock()
		if fault == nil || !fault(w, r) {
			mux.ServeHTTP(w, r)
		}
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	f.url = server.URL + "/cloud"
	f.public = f.url
	return f
}

// write puts a file onto the server's disk.
func (f *fake) write(t testing.TB, folder, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(f.disk, folder, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// plant is write, but keeps what is there: data then becomes what package webdav keeps
// beside a file of another writer.
func (f *fake) plant(t testing.TB, folder, name string, data []byte) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(f.disk, folder, name)); err == nil {
		sum := sha256.Sum256(data)
		name = fmt.Sprintf(".%s.%x.fork", name, sum[:8])
	}
	f.write(t, folder, name, data)
}

func (f *fake) set(fault func(w http.ResponseWriter, r *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

// begin is anonymous, and remembers the device's name.
func (f *fake) begin(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.Header.Get("Authorization") != "" || r.UserAgent() == "" {
		http.Error(w, "anonymous clients with a name only", http.StatusBadRequest)
		return
	}
	token := fmt.Sprintf("token%d", len(f.flows))
	f.flows[token] = &flow{device: r.UserAgent()}
	answer := map[string]any{
		"poll":  map[string]string{"token": token, "endpoint": f.public + "/login/v2/poll"},
		"login": f.public + "/login/v2/flow/" + token,
	}
	json.NewEncoder(w).Encode(answer)
}

// signIn is the page on which the person signs in and grants access.
func (f *fake) signIn(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	flow := f.flows[r.PathValue("token")]
	if flow == nil {
		http.NotFound(w, r)
		return
	}
	flow.password = fmt.Sprintf("app-password-%d", len(f.passwords))
	f.passwords[flow.password] = flow.device
}

// poll answers 404 until the person is done, and 200 once.
func (f *fake) poll(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	token := r.PostFormValue("token")
	flow := f.flows[token]
	if flow == nil || flow.password == "" {
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, "[]")
		return
	}
	delete(f.flows, token)
	json.NewEncoder(w).Encode(map[string]string{"server": f.public, "loginName": loginName, "appPassword": flow.password})
}

// signedIn lets a request through that has an app password; OCS also wants its header.
func (f *fake) signedIn(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		f.mu.Lock()
		_, known := f.passwords[password]
		f.mu.Unlock()
		if strings.HasPrefix(r.URL.Path, "/cloud/ocs/") && r.Header.Get("OCS-APIRequest") != "true" {
			http.Error(w, "CSRF check failed", http.StatusPreconditionFailed)
		} else if !known || user != loginName {
			w.Header().Set("WWW-Authenticate", `Basic realm="Nextcloud", charset="UTF-8"`)
			http.Error(w, "no such user or password", http.StatusUnauthorized)
		} else {
			next(w, r)
		}
	}
}

func (f *fake) user(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, `{"ocs":{"meta":{"status":"ok","statuscode":200},"data":{"id":%q,"email":%q}}}`, userID, loginName)
}

func (f *fake) revoke(w http.ResponseWriter, r *http.Request) {
	_, password, _ := r.BasicAuth()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.passwords, password)
	io.WriteString(w, `{"ocs":{"meta":{"status":"ok","statuscode":200},"data":[]}}`)
}

func (f *fake) serveFiles(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") != userID {
		http.Error(w, "Principal not found", http.StatusNotFound)
		return
	}
	f.files.ServeHTTP(w, r)
}
