package places

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/cloudkit"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/fakecloud/graph"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
)

const sam, alex = "samantha@example.com", "alex@example.com"

// memory is a Keeper.
type memory struct {
	mu   sync.Mutex
	kept map[string]string
}

func (m *memory) Load(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.kept[name]
	if !ok {
		return nil, fmt.Errorf("%q: %w", name, fs.ErrNotExist)
	}
	return []byte(data), nil
}

func (m *memory) Save(name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[name] = string(data)
	return nil
}

func (m *memory) Delete(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, name)
	return nil
}

func (m *memory) names() (all []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.kept {
		all = append(all, name)
	}
	return all
}

// A world is all providers, their sign-ins, and one device.
type world struct {
	*Config
	cloud   *fakecloud.Cloud
	keeper  *memory
	servers map[string]*oauth.Server // by scheme
	apple   *cloudkit.Server
}

func newWorld(t *testing.T) *world {
	cloud := fakecloud.Start(t)
	both := []oauth.Account{{Email: sam}, {Email: alex}}
	callback := "http://" + freePort(t) + "/apple"
	w := &world{cloud: cloud, keeper: &memory{kept: map[string]string{}}, servers: map[string]*oauth.Server{
		"gdrive":   oauth.New(cloud, oauth.Google(oauth.Client{ID: "wallet", Secret: "installed"}), both...),
		"dropbox":  oauth.New(cloud, oauth.Dropbox(oauth.Client{ID: "wallet", Redirects: signin.Dropbox.RedirectURLs()}), both...),
		"onedrive": oauth.New(cloud, oauth.Microsoft(oauth.Client{ID: "wallet", Redirects: signin.Microsoft.RedirectURLs()}), both...),
	}}
	drive.New(cloud, w.servers["gdrive"])
	dropbox.New(cloud, w.servers["dropbox"])
	graph.New(cloud, w.servers["onedrive"], sam).Another(alex)
	w.apple = cloudkit.New(cloud, cloudkit.Container{ID: "iCloud.org.example", APIToken: "api", Callback: callback})
	clients, err := ReadClients([]byte(`{"google": {"client_id": "wallet", "client_secret": "installed"},
		"dropbox": {"client_id": "wallet"}, "microsoft": {"client_id": "wallet"},
		"icloud": {"container": "iCloud.org.example", "api_token": "api", "callback": "` + callback + `"}}`))
	if err != nil {
		t.Fatal(err)
	}
	w.Config = &Config{Keeper: w.keeper, Clients: clients, HTTP: cloud.Client}
	return w
}

// later is another run of the program, which has no client ids.
func (w *world) later() *Config { return &Config{Keeper: w.keeper, HTTP: w.cloud.Client} }

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// as is a browser in which a person signs in as email.
func (w *world) as(scheme, email string) func(string) error {
	return func(page string) error {
		browser := w.browser()
		back, err := "", error(nil)
		if scheme == "icloud" {
			back, err = appleAnswer(browser, page, email)
		} else {
			back, err = w.servers[scheme].Answer(page, oauth.Choice{Email: email})
		}
		if err != nil {
			return err
		}
		answer, err := browser.Get(back)
		if err == nil {
			answer.Body.Close()
		}
		return err
	}
}

// browser keeps cookies, and leaves it to the person to go on.
func (w *world) browser() *http.Client {
	client := w.cloud.Client()
	client.Jar, _ = cookiejar.New(nil)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// appleAnswer begins at page, does what a person does on Apple's page, and returns where
// that leads.
func appleAnswer(browser *http.Client, page, email string) (string, error) {
	begun, err := browser.Get(page)
	if err != nil {
		return "", err
	}
	begun.Body.Close()
	answer, err := browser.PostForm(begun.Header.Get("Location"), url.Values{"account": {email}})
	if err != nil {
		return "", err
	}
	answer.Body.Close()
	return answer.Header.Get("Location"), nil
}

var schemes = []string{"gdrive", "dropbox", "onedrive", "icloud"}

// Every kind: sign in, store, come back in a later run, sign out.
func TestSignIn(t *testing.T) {
	for _, scheme := range schemes {
		t.Run(scheme, func(t *testing.T) {
			w, ctx := newWorld(t), t.Context()
			address, account, err := w.SignIn(ctx, scheme, w.as(scheme, sam))
			if err != nil {
				t.Fatal(err)
			}
			if account == "" || strings.Contains(address, sam) || !strings.HasPrefix(address, scheme+":") {
				t.Errorf("address %q, account %q", address, account)
			}
			for _, name := range w.keeper.names() {
				if !strings.HasPrefix(name, address) {
					t.Errorf("%q is still kept", name)
				}
			}
			place, err := w.Open(ctx, address, secret.Text{}, true)
			if err != nil {
				t.Fatal(err)
			}
			if err := place.Store.Create(ctx, "a.age", []byte("sealed")); err != nil {
				t.Fatal(err)
			}
			again, err := w.later().Open(ctx, address, secret.Text{}, false)
			if err != nil {
				t.Fatal(err)
			}
			if data, err := again.Store.Get(ctx, "a.age"); err != nil || string(data) != "sealed" {
				t.Errorf("a later run reads %q, %v", data, err)
			}
			out, err := w.SignOut(ctx, address)
			if err != nil || !out.Was || out.Revoked != (scheme == "gdrive" || scheme == "dropbox") {
				t.Errorf("signed out: %+v, %v", out, err)
			}
			if left := w.keeper.names(); len(left) > 0 {
				t.Errorf("still kept: %q", left)
			}
			if _, err := w.later().Open(ctx, address, secret.Text{}, false); !errors.Is(err, store.ErrSignedOut) {
				t.Errorf("opened after signing out: %v", err)
			}
		})
	}
}

// Two accounts are two places, the same account again is the same one, and a known place
// takes no other account, whether or not its sign-in is still there.
func TestAccounts(t *testing.T) {
	for _, scheme := range schemes {
		t.Run(scheme, func(t *testing.T) {
			w, ctx := newWorld(t), t.Context()
			sign := func(address, email string) (string, error) {
				got, _, err := w.SignIn(ctx, address, w.as(scheme, email))
				return got, err
			}
			first, err := sign(scheme+":", sam)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := sign(scheme, sam); err != nil || again != first {
				t.Errorf("the same account is %q and %q, %v", first, again, err)
			}
			if other, err := sign(scheme, alex); err != nil || other == first {
				t.Errorf("another account is %q too, %v", other, err)
			}
			if again, err := sign(first, sam); err != nil || again != first {
				t.Errorf("signed in again as %q, %v", again, err)
			}
			var wrong *signin.WrongAccountError
			if _, err := sign(first, alex); !errors.As(err, &wrong) {
				t.Errorf("another account while signed in: %v", err)
			}
			w.SignOut(ctx, first)
			if _, err := sign(first, alex); !errors.As(err, &wrong) {
				t.Errorf("another account after signing out: %v", err)
			}
			if _, err := w.Open(ctx, first, secret.Text{}, false); !errors.Is(err, store.ErrSignedOut) {
				t.Errorf("the place opens with another account: %v", err)
			}
			for _, name := range w.keeper.names() {
				if !strings.HasPrefix(name, scheme+":") {
					t.Errorf("%q is still kept", name)
				}
			}
		})
	}
}

// A token of another account under the address of a place does not open it.
func TestForeignToken(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	for _, email := range []string{alex, sam} { // both have backups
		if _, _, err := w.SignIn(ctx, "icloud:", w.as("icloud", email)); err != nil {
			t.Fatal(err)
		}
	}
	address, _, err := w.SignIn(ctx, "icloud:", w.as("icloud", sam))
	if err != nil {
		t.Fatal(err)
	}
	w.keeper.Save(address, []byte(w.apple.SignIn(alex, false)))
	if _, err := w.Open(ctx, address, secret.Text{}, false); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("opened with the token of another account: %v", err)
	}
}

func TestNotSignedIn(t *testing.T) {
	w := newWorld(t)
	for _, scheme := range schemes {
		t.Run(scheme, func(t *testing.T) {
			if _, err := w.Open(t.Context(), scheme+":", secret.Text{}, true); !errors.Is(err, store.ErrSignedOut) {
				t.Errorf("opened without an account: %v", err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			_, _, err := w.SignIn(ctx, scheme, func(string) error { cancel(); return nil })
			if !errors.Is(err, signin.ErrCancelled) {
				t.Errorf("cancelled: %v", err)
			}
			broken := errors.New("no browser here")
			if _, _, err = w.SignIn(t.Context(), scheme, func(string) error { return broken }); !errors.Is(err, broken) {
				t.Errorf("without a browser: %v", err)
			}
			var missing *signin.NoClientIDError
			if _, _, err = w.later().SignIn(t.Context(), scheme, nil); !errors.As(err, &missing) || missing.Console == "" {
				t.Errorf("without a client id: %v", err)
			}
		})
	}
	if left := w.keeper.names(); len(left) > 0 {
		t.Errorf("kept: %q", left)
	}
	if _, _, err := w.SignIn(t.Context(), "folder:/x", nil); !errors.Is(err, store.ErrRefused) {
		t.Errorf("signed in to a folder: %v", err)
	}
}
