package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/cloudkit"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/fakecloud/graph"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/keychain"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/places"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
)

const (
	sam, alex  = "samantha@example.com", "alex@example.com"
	testWords  = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	testPIN    = "271845"
	testClouds = "gdrive dropbox onedrive icloud"
)

// A world is the clouds of four providers, reached under their real addresses, three PIN
// servers, and a person with a browser.
type world struct {
	t      *testing.T
	cloud  *fakecloud.Cloud
	drive  *drive.Server
	oauth  map[string]*oauth.Server // by the host of their pages
	person string                   // who signs in
	choice oauth.Choice             // what else they do on the page
	stays  bool                     // or they do nothing, and the sign-in waits only a moment
	given  string                   // a directory: clients.json, servers.json, words, pin
	pages  sync.WaitGroup
}

func newWorld(t *testing.T) *world {
	peer.Alone(t, peer.DropboxPorts)
	w := &world{t: t, cloud: fakecloud.Start(t), person: sam, given: t.TempDir()}
	both := []oauth.Account{{Email: sam}, {Email: alex}}
	google := oauth.New(w.cloud, oauth.Google(oauth.Client{ID: "wallet", Secret: "installed"}), both...)
	box := oauth.New(w.cloud, oauth.Dropbox(oauth.Client{ID: "wallet", Redirects: signin.Dropbox.RedirectURLs()}), both...)
	microsoft := oauth.New(w.cloud, oauth.Microsoft(oauth.Client{ID: "wallet", Redirects: signin.Microsoft.RedirectURLs()}), both...)
	w.oauth = map[string]*oauth.Server{"accounts.google.com": google, "www.dropbox.com": box, "login.microsoftonline.com": microsoft}
	w.drive = drive.New(w.cloud, google)
	dropbox.New(w.cloud, box)
	graph.New(w.cloud, microsoft, sam).Another(alex)
	callback := freeAddress(t)
	cloudkit.New(w.cloud, cloudkit.Container{ID: "iCloud.org.example", APIToken: "api", Callback: callback})
	w.write("clients.json", `{"google": {"client_id": "wallet", "client_secret": "installed"}, "dropbox": {"client_id": "wallet"},
		"microsoft": {"client_id": "wallet"}, "icloud": {"container": "iCloud.org.example", "api_token": "api", "callback": "`+callback+`"}}`)
	w.write("words", testWords)
	w.write("pin", testPIN)
	configuration, err := json.Marshal(memoryRealms(t))
	if err != nil {
		t.Fatal(err)
	}
	w.write("servers.json", string(configuration))
	return w
}

func (w *world) write(name, content string) {
	if err := os.WriteFile(w.file(name), []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) file(name string) string { return filepath.Join(w.given, name) }

// freeAddress is one on this computer that nobody listens at.
func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String() + "/"
}

// memoryRealms are three PIN servers, 2 of them needed.
func memoryRealms(t *testing.T) juicebox.Configuration {
	c := juicebox.Configuration{RegisterThreshold: 3, RecoverThreshold: 2, PINHashingMode: juicebox.Standard2019}
	for range 3 {
		id := juicebox.RealmID(secret.Random(16).Reveal())
		r, err := realm.New(realm.Config{ID: id, Store: new(realm.Memory)})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(r)
		t.Cleanup(server.Close)
		c.Realms = append(c.Realms, juicebox.Realm{ID: id, Address: server.URL + "/"})
	}
	return c
}

// browse is the person with the browser: signs in and allows all that is asked.
func (w *world) browse(page string) error {
	if w.stays {
		return nil
	}
	w.pages.Add(1)
	go func() { // as a browser does, it opens the page and lets the program go on
		defer w.pages.Done()
		browser := w.cloud.Client()
		browser.Jar, _ = cookiejar.New(nil)
		browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		back, err := w.answer(browser, page)
		if err != nil {
			w.t.Errorf("%s: %v", page, err)
			return
		}
		if answer, err := browser.Get(back); err == nil {
			answer.Body.Close()
		}
	}()
	return nil
}

// answer does what the person does, and returns where that leads the browser.
func (w *world) answer(browser *http.Client, page string) (string, error) {
	u, err := url.Parse(page)
	if err != nil {
		return "", err
	}
	if server := w.oauth[u.Host]; server != nil {
		choice := w.choice
		choice.Email = w.person
		return server.Answer(page, choice)
	}
	begun, err := browser.Get(page) // leads to Apple's
	if err != nil {
		return "", err
	}
	begun.Body.Close()
	answer, err := browser.PostForm(begun.Header.Get("Location"), url.Values{"account": {w.person}})
	if err != nil {
		return "", err
	}
	answer.Body.Close()
	return answer.Header.Get("Location"), nil
}

// A device is a data directory.
type device struct {
	*world
	data string
}

func (w *world) device() *device { return &device{w, w.t.TempDir()} }

// run runs the command and returns what it printed, if the exit code is the one expected.
func (d *device) run(exit int, args ...string) string {
	d.t.Helper()
	var out bytes.Buffer
	s := &session{http: d.cloud.Client, openURL: d.browse, fileKeys: true}
	if d.stays {
		s.clouds = d.impatient()
	}
	code := s.run(d.t.Context(), append(args, "--data", d.data), strings.NewReader(""), &out, &out)
	d.pages.Wait()
	if code != exit {
		d.t.Fatalf("%q: exit %d, want %d:\n%s", args, code, exit, out.String())
	}
	return out.String()
}

// impatient is what the program signs in with, but for how long it waits for the person.
func (d *device) impatient() *places.Config {
	keeper, err := keychain.Open(keychain.Config{Dir: filepath.Join(d.data, "sign-ins"), File: true})
	if err != nil {
		d.t.Fatal(err)
	}
	text, err := os.ReadFile(d.file("clients.json"))
	if err != nil {
		d.t.Fatal(err)
	}
	clients, err := places.ReadClients(text)
	if err != nil {
		d.t.Fatal(err)
	}
	return &places.Config{Keeper: keeper, Clients: clients, HTTP: d.cloud.Client, Wait: 50 * time.Millisecond}
}

func (d *device) add(name, address string) string {
	d.t.Helper()
	return d.run(0, "places", "add", name, address, "--client-ids", d.file("clients.json"))
}

// backUp makes a backup in places.
func (d *device) backUp(exit int, addresses ...string) string {
	d.t.Helper()
	args := []string{"backup", "--name", "Sam", "--phrase-file", d.file("words"), "--pin-file", d.file("pin"), "--realms", d.file("servers.json")}
	for _, a := range addresses {
		args = append(args, "--place", a)
	}
	return d.run(exit, args...)
}

func contains(t *testing.T, text string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
}

// A wallet is backed up in four clouds at once, and comes back on a new computer from any
// single one of them.
func TestClouds(t *testing.T) {
	w := newWorld(t)
	first := w.device()
	var all []string
	for _, scheme := range strings.Fields(testClouds) {
		first.add("my "+scheme, scheme+":")
		all = append(all, scheme+":")
	}
	list := first.run(0, "places", "list")
	contains(t, list, "my gdrive    Google Drive  gdrive:s…a@example.com", "my icloud    iCloud")
	first.backUp(0, all...)
	contains(t, first.run(0, "check"), "Sam: protected")
	for _, address := range all {
		t.Run(address, func(t *testing.T) {
			second := w.device()
			second.run(6, "restore", "--place", address, "--pin-file", w.file("pin"), "--realms", w.file("servers.json"))
			second.add("cloud", address)
			out := filepath.Join(t.TempDir(), "back")
			second.run(0, "restore", "--place", address, "--pin-file", w.file("pin"), "--realms", w.file("servers.json"), "--out", out)
			if words := readAll(t, out); !strings.Contains(words, testWords) {
				t.Errorf("the words did not come back: %q", words)
			}
		})
	}
	w.noTraces(first, list)
}

// noTraces: neither the e-mail address nor a token can be read on the disk or was printed.
func (w *world) noTraces(d *device, printed string) {
	secrets := []string{sam}
	for _, e := range w.cloud.Exchanges() {
		if token, ok := strings.CutPrefix(e.Header.Get("Authorization"), "Bearer "); ok && !slices.Contains(secrets, token) {
			secrets = append(secrets, token)
		}
	}
	if len(secrets) < 4 {
		w.t.Fatalf("%d secrets: the tokens were not found", len(secrets))
	}
	files := readAll(w.t, d.data)
	for _, s := range secrets {
		if strings.Contains(files, s) || strings.Contains(printed, s) {
			w.t.Errorf("%.12s… can be read", s)
		}
	}
}

func readAll(t *testing.T, dir string) string {
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// What ends a sign-in, and how it is mended: the same account again, never another one.
func TestSignedOut(t *testing.T) {
	w := newWorld(t)
	d := w.device()
	d.add("drive", "gdrive:")
	d.add("box", "dropbox:")
	d.backUp(0, "drive", "box")

	w.oauth["accounts.google.com"].Disconnect(sam)
	contains(t, d.run(6, "list", "--place", "drive"), "could not look everywhere: drive", "the sign-in to drive has ended", "cloudseed places add NAME")
	contains(t, d.run(8, "list", "--place", "drive", "--place", "folder:"+filepath.Join(d.data, "none")), "drive", "none")
	d.run(0, "restore", "--pin-file", w.file("pin")) // the other place still serves

	w.person = alex
	contains(t, d.run(6, "places", "add", "drive", "--client-ids", w.file("clients.json")), "this is another account: a…x@example.com, not s…a@example.com")
	d.run(6, "list", "--place", "drive")
	w.person = sam
	contains(t, d.run(0, "places", "add", "drive", "--client-ids", w.file("clients.json"), "--json"), `"type":"sign-in"`, `"account":"s…a@example.com"`)
	d.run(0, "list", "--place", "drive")
	contains(t, d.run(2, "places", "add", "other", "gdrive:", "--client-ids", w.file("clients.json")), `that is the place "drive" already`)

	w.person = alex
	d.add("hers", "gdrive:")
	contains(t, d.run(2, "list", "--place", "gdrive:"), "several places of the kind Google Drive", "drive", "hers")

	contains(t, d.run(0, "places", "remove", "box"), "box is forgotten here",
		"The backup of Sam counts on box. It was also seen in drive.", "The permission at the provider has ended.")
	contains(t, d.run(6, "list", "--place", "dropbox:"), "nobody is signed in to Dropbox here", "cloudseed places add NAME dropbox:")
	contains(t, d.run(0, "places", "remove", "drive"), "The permission at the provider has ended.")
}

// A cloud that is full is no matter of signing in, and what was sealed goes on later.
func TestFullCloud(t *testing.T) {
	w := newWorld(t)
	d := w.device()
	d.add("drive", "gdrive:")
	d.add("box", "dropbox:")
	w.drive.Limit(10)
	contains(t, d.backUp(3, "gdrive:", "dropbox:"), "not verified in every place: drive", "there is no room left in drive")
	w.drive.Limit(1 << 30)
	contains(t, d.run(0, "backup"), "going on with the backup of Sam")
	contains(t, d.run(0, "check"), "Sam: protected")
}

// A sign-in that does not come to an end remembers no place, and says why.
func TestSignInFails(t *testing.T) {
	w := newWorld(t)
	d := w.device()
	add := []string{"places", "add", "drive", "gdrive:", "--client-ids", w.file("clients.json")}
	for _, c := range []struct {
		choice oauth.Choice
		says   string
	}{
		{oauth.Choice{Cancel: true}, "signing in to Google Drive was cancelled"},
		{oauth.Choice{Untick: []string{oauth.DriveFile}}, "the permission for Google Drive is missing"},
	} {
		w.choice = c.choice
		contains(t, d.run(6, add...), c.says)
	}
	w.choice = oauth.Choice{}
	w.cloud.Fail(drive.Fault("GET", drive.NotEnabled))
	d.run(1, add...)
	w.cloud.Fail(fakecloud.Fault{Path: "/drive/v3/files", Status: 500, Times: -1}) // signed in, but the place cannot be looked at
	d.run(8, add...)
	w.cloud.Heal()
	contains(t, d.run(0, "places", "list"), "no place is remembered yet")
	if kept, _ := filepath.Glob(filepath.Join(d.data, "sign-ins", "keychain-*.age")); len(kept) > 0 {
		t.Errorf("a sign-in is kept that no place has: %q", kept)
	}
	d.run(0, add...)
}

// Every kind of place has a name for people; the app offers those with a sign-in, and says
// what is missing where there is no client id.
func TestProviders(t *testing.T) {
	for _, k := range places.Kinds() {
		if name := words.English.PlaceKind(k.Example); name == k.Scheme {
			t.Errorf("%s: has no name", k.Scheme)
		}
	}
	w := newWorld(t)
	for _, file := range []string{"", w.file("clients.json")} {
		d := w.device()
		s := &session{flags: flags{data: d.data, clientIDs: file}, fileKeys: true}
		if err := s.read(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.openClouds(); err != nil || s.badClients != nil {
			t.Fatal(err, s.badClients)
		}
		all := s.providers()
		if len(all) != 5 {
			t.Errorf("%d providers: %v", len(all), all)
		}
		for _, p := range all {
			if missing := file == "" && p.Scheme != "nextcloud"; (p.Missing != "") != missing || missing && !strings.Contains(p.Missing, "https://") {
				t.Errorf("%s: missing %q", p.Scheme, p.Missing)
			}
		}
	}
}
