package places

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	dav "golang.org/x/net/webdav"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
)

// A cloud is as much of a Nextcloud as signing in needs; store/nextcloud has a stricter one.
type cloud struct {
	mu       sync.Mutex
	person   string          // who signs in at the page
	done     bool            // the person has
	accounts map[string]bool // "person:app password" that are good
}

func nextcloudServer(t *testing.T) (*cloud, string) {
	c, dir := &cloud{person: "samantha", accounts: map[string]bool{}}, t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "id"), 0o700); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("POST /index.php/login/v2", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"poll": {"token": "t", "endpoint": "%s/poll"}, "login": "%s/page"}`, server.URL, server.URL)
	})
	mux.HandleFunc("GET /page", func(http.ResponseWriter, *http.Request) { c.set(c.person, true) })
	mux.HandleFunc("POST /poll", func(w http.ResponseWriter, r *http.Request) { c.poll(w, server.URL) })
	mux.HandleFunc("GET /ocs/v2.php/cloud/user", c.known(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"ocs": {"meta": {"status": "ok", "statuscode": 200}, "data": {"id": "id"}}}`)
	}))
	mux.HandleFunc("DELETE /ocs/v2.php/core/apppassword", c.known(c.revoke))
	files := &dav.Handler{Prefix: "/remote.php/dav/files", FileSystem: dav.Dir(dir), LockSystem: dav.NewMemLS()}
	mux.HandleFunc("/remote.php/dav/files/", c.known(files.ServeHTTP))
	return c, "nextcloud:" + server.URL
}

func (c *cloud) set(person string, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.person, c.done = person, done
}

func (c *cloud) poll(w http.ResponseWriter, address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.done {
		http.Error(w, "[]", http.StatusNotFound)
		return
	}
	c.done = false
	password := fmt.Sprintf("app-password-%d", len(c.accounts))
	c.accounts[c.person+":"+password] = true
	fmt.Fprintf(w, `{"server": %q, "loginName": %q, "appPassword": %q}`, address, c.person, password)
}

func (c *cloud) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		c.mu.Lock()
		good := c.accounts[user+":"+password]
		c.mu.Unlock()
		if !good {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func (c *cloud) revoke(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accounts[user+":"+password] = false
	fmt.Fprint(w, `{"ocs": {"meta": {"status": "ok", "statuscode": 200}, "data": []}}`)
}

// good counts the app passwords that are good.
func (c *cloud) good() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, good := range c.accounts {
		if good {
			n++
		}
	}
	return n
}

func TestNextcloud(t *testing.T) {
	server, address := nextcloudServer(t)
	keeper, ctx := &memory{kept: map[string]string{}}, t.Context()
	config := &Config{Keeper: keeper}
	browse := func(page string) error {
		answer, err := http.Get(page)
		if err == nil {
			answer.Body.Close()
		}
		return err
	}
	found, account, err := config.SignIn(ctx, address, browse)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(address, "//", "//samantha@", 1); found != want || account != "s…a" {
		t.Errorf("%q, %q, want %q", found, account, want)
	}
	place, err := (&Config{Keeper: keeper}).Open(ctx, found, secret.Text{}, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := place.Store.Create(ctx, "a.age", []byte("sealed")); err != nil {
		t.Fatal(err)
	}

	server.set("alex", false)
	var wrong *signin.WrongAccountError
	if _, _, err := config.SignIn(ctx, found, browse); !errors.As(err, &wrong) || server.good() != 1 {
		t.Errorf("another account: %v; %d app passwords, want 1", err, server.good())
	}
	out, err := config.SignOut(ctx, found)
	if err != nil || !out.Revoked || server.good() != 0 {
		t.Errorf("signed out: %+v, %v; %d app passwords", out, err, server.good())
	}
	if _, err := config.Open(ctx, found, secret.Text{}, false); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("opened after signing out: %v", err)
	}
	broken := errors.New("no browser here")
	if _, _, err := config.SignIn(ctx, address, func(string) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("without a browser: %v", err)
	}
}
