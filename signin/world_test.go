package signin

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/secret"
)

const sam, alex = "samantha@example.com", "alex@example.com"

// memory is a Keeper that can fail.
type memory struct {
	mu     sync.Mutex
	kept   map[string][]byte
	broken error
}

func (m *memory) Load(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.kept[name]
	if m.broken != nil {
		return nil, m.broken
	}
	if !ok {
		return nil, fmt.Errorf("%q: %w", name, fs.ErrNotExist)
	}
	return append([]byte(nil), data...), nil
}

func (m *memory) Save(name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	if m.kept == nil {
		m.kept = map[string][]byte{}
	}
	m.kept[name] = append([]byte(nil), data...)
	return nil
}

func (m *memory) Delete(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, name)
	return m.broken
}

func (m *memory) breaks(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = err
}

// record is what is kept under "place".
func (m *memory) record() (r recordJSON) {
	m.mu.Lock()
	defer m.mu.Unlock()
	json.Unmarshal(m.kept["place"], &r)
	return r
}

// put keeps r under "place", as another program would.
func (m *memory) put(r recordJSON) {
	data, _ := json.Marshal(r)
	m.Save("place", data)
}

// A world is a provider, its fake, and a device.
type world struct {
	*Accounts
	provider Provider
	keeper   *memory
	cloud    *fakecloud.Cloud
	server   *oauth.Server
	api      string // answers with the e-mail address, or 401
	reading  sync.WaitGroup
	page     string // what the person saw last; see read
}

var fakes = map[Provider]func() (oauth.Provider, ClientID){
	Google: func() (oauth.Provider, ClientID) {
		return oauth.Google(oauth.Client{ID: "wallet", Secret: "installed"}), ClientID{ID: "wallet", Secret: secret.New([]byte("installed"))}
	},
	Dropbox: func() (oauth.Provider, ClientID) {
		return oauth.Dropbox(oauth.Client{ID: "wallet", Redirects: Dropbox.RedirectURLs()}), ClientID{ID: "wallet"}
	},
	Microsoft: func() (oauth.Provider, ClientID) {
		return oauth.Microsoft(oauth.Client{ID: "wallet", Redirects: Microsoft.RedirectURLs()}), ClientID{ID: "wallet"}
	},
}

var apis = map[Provider]string{
	Google:    "https://www.googleapis.com/drive/v3/files",
	Dropbox:   "https://content.dropboxapi.com/2/files/upload",
	Microsoft: "https://graph.microsoft.com/v1.0/me/drive/special/approot",
}

func newWorld(t *testing.T, p Provider) *world {
	t.Helper()
	cloud := fakecloud.Start(t)
	fake, client := fakes[p]()
	w := &world{provider: p, keeper: &memory{}, cloud: cloud, api: apis[p]}
	w.server = oauth.New(cloud, fake, oauth.Account{Email: sam}, oauth.Account{Email: alex})
	w.Accounts = w.program()
	w.Accounts.Clients = Clients{p: client}
	handle := func(address string, handler http.HandlerFunc) {
		cloud.Handle(strings.TrimPrefix(address, "https://"), handler)
	}
	handle(w.api, w.answer(func(g *oauth.Grant) string { return g.Account.Email }))
	handle("https://www.googleapis.com/drive/v3/about", w.answer(func(g *oauth.Grant) string {
		return fmt.Sprintf(`{"user":{"permissionId":"id of %s","emailAddress":%q}}`, g.Account.Email, g.Account.Email)
	}))
	handle("https://api.dropboxapi.com/2/users/get_current_account", w.answer(func(g *oauth.Grant) string {
		return fmt.Sprintf(`{"account_id":"id of %s","email":%q}`, g.Account.Email, g.Account.Email)
	}))
	return w
}

// program is another program of the same device.
func (w *world) program() *Accounts {
	return &Accounts{Keeper: w.keeper, Transport: w.cloud.Transport()}
}

// answer asks who it is and, before it answers, whether that token was kept first.
func (w *world) answer(text func(*oauth.Grant) string) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		g, err := w.server.Authorize(r)
		if err != nil {
			http.Error(out, err.Error(), http.StatusUnauthorized)
			return
		}
		if kept := w.keeper.record(); strings.HasSuffix(w.api, r.URL.Path) && r.Header.Get("Authorization") != "Bearer "+kept.Access {
			http.Error(out, "this token was used before it was kept", http.StatusTeapot)
			return
		}
		fmt.Fprint(out, text(g))
	}
}

// person goes over the provider's page, and follows where it leads.
func (w *world) person(c oauth.Choice) func(string) error {
	return func(address string) error {
		w.reading.Add(1)
		defer w.reading.Done()
		back, err := w.server.Answer(address, c)
		if err != nil {
			return err
		}
		answer, err := http.Get(back)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		page, err := io.ReadAll(answer.Body)
		w.page = string(page)
		return err
	}
}

// read returns what the person saw last, once they have read it.
func (w *world) read() string {
	w.reading.Wait()
	return w.page
}

func (w *world) signIn(t *testing.T, c oauth.Choice) (*Account, error) {
	t.Helper()
	defer w.reading.Wait()
	return w.SignIn(t.Context(), Request{Name: "place", Provider: w.provider, Browse: w.person(c)})
}

// signedIn is a world in which Samantha is signed in.
func signedIn(t *testing.T, p Provider) *world {
	t.Helper()
	w := newWorld(t, p)
	if _, err := w.signIn(t, oauth.Choice{}); err != nil {
		t.Fatal(err)
	}
	w.cloud.Forget()
	return w
}

// whoami asks the API.
func whoami(client *http.Client, api string) (string, error) {
	answer, err := client.Get(api)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", answer.Status, body)
	}
	return string(body), err
}

// refreshes counts what went to the token endpoint.
func (w *world) refreshes() (n int) {
	for _, e := range w.cloud.Exchanges() {
		if strings.HasSuffix(e.URL.Path, "/token") {
			n++
		}
	}
	return n
}
