package webapp

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	dav "golang.org/x/net/webdav"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
)

// nextcloudHost is where the Nextcloud of the journeys is.
const nextcloudHost = "cloud.example.org"

// A nextcloudServer is as much of a Nextcloud as a person needs: login flow v2 with its page,
// and files. store/nextcloud has a stricter one.
type nextcloudServer struct {
	mu       sync.Mutex
	granted  bool
	password string // the app password
}

func serveNextcloud(t *testing.T, cloud *fakecloud.Cloud) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "samantha"), 0o700); err != nil {
		t.Fatal(err)
	}
	s, mux := &nextcloudServer{}, http.NewServeMux()
	const base = "https://" + nextcloudHost
	mux.HandleFunc("POST /index.php/login/v2", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"poll": {"token": "t", "endpoint": "`+base+`/login/v2/poll"}, "login": "`+base+`/login/v2/flow/once"}`)
	})
	mux.HandleFunc("GET /login/v2/flow/once", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><title>Nextcloud, a fake for tests</title><h1>Account access</h1><form method="post"><button>Grant access</button></form>`)
	})
	mux.HandleFunc("POST /login/v2/flow/once", s.grant)
	mux.HandleFunc("POST /login/v2/poll", s.poll)
	mux.HandleFunc("GET /ocs/v2.php/cloud/user", s.known(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"ocs": {"meta": {"status": "ok", "statuscode": 200}, "data": {"id": "samantha"}}}`)
	}))
	files := &dav.Handler{Prefix: "/remote.php/dav/files", FileSystem: dav.Dir(dir), LockSystem: dav.NewMemLS()}
	mux.HandleFunc("/remote.php/dav/files/", s.known(files.ServeHTTP))
	cloud.Handle(nextcloudHost+"/", mux)
}

func (s *nextcloudServer) grant(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.granted = true
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<!doctype html><title>Nextcloud, a fake for tests</title><h1>Access granted</h1>`)
}

// poll gives the app password out once.
func (s *nextcloudServer) poll(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.granted {
		http.Error(w, "[]", http.StatusNotFound)
		return
	}
	s.granted, s.password = false, randomText()
	fmt.Fprintf(w, `{"server": "https://%s", "loginName": "samantha", "appPassword": %q}`, nextcloudHost, s.password)
}

func (s *nextcloudServer) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		s.mu.Lock()
		good := user == "samantha" && password == s.password && password != ""
		s.mu.Unlock()
		if !good {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}
