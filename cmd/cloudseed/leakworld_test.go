//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	dav "golang.org/x/net/webdav"

	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
)

// A tap stands in front of a server, keeps all that is sent either way, and makes it fail when
// told to. Of the headers it leaves Authorization out, where a token or a password belongs.
type tap struct {
	mu     sync.Mutex
	seen   bytes.Buffer
	tokens map[string]bool
	fail   func(http.ResponseWriter, *http.Request) bool // has answered
}

func (p *tap) set(fail func(http.ResponseWriter, *http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = fail
}

func (p *tap) before(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		q.Body = io.NopCloser(bytes.NewReader(body))
		p.mu.Lock()
		fail := p.fail
		if token, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer "); ok {
			p.tokens[token] = true
		}
		shown := q.Header.Clone()
		shown.Del("Authorization")
		fmt.Fprintf(&p.seen, "%s %s %v\n%s\n", q.Method, q.URL, shown, body)
		p.mu.Unlock()
		answer := httptest.NewRecorder()
		if fail == nil || !fail(answer, q) {
			h.ServeHTTP(answer, q)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes())
		p.mu.Lock()
		fmt.Fprintf(&p.seen, "%v\n%s\n", answer.Header(), answer.Body)
		p.mu.Unlock()
	})
}

func status(code int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, q *http.Request) bool {
		w.WriteHeader(code)
		fmt.Fprintf(w, "refused, and the server says what it was sent: %s %s", q.Method, q.URL)
		return true
	}
}

func garbage(w http.ResponseWriter, _ *http.Request) bool {
	w.Write(bytes.Repeat([]byte{0xa1, 0x63, 'O', 'k', 0xff}, 100))
	return true
}

// A leakWorld is a person with a folder and a WebDAV server as places, PIN servers that log all
// they can, and somebody who looks at everything but what is given to the program.
type leakWorld struct {
	t                          *testing.T
	look                       leaktest.Look
	given, data, folder, cloud string
	place, servers             *tap
	printed, logged            output
	placeURL                   string
}

const leakWords, leakPassphrase = "legal winner thank year wave sausage worth useful legal winner thank yellow", "canary passphrase"
const leakPIN, leakPIN2, leakWrong, leakPassword = "canary-482915", "canary-593016", "canary-739204", "canary-password-31"

func newLeakWorld(t *testing.T) *leakWorld {
	w := &leakWorld{t: t, given: t.TempDir(), data: t.TempDir(), folder: t.TempDir(), cloud: t.TempDir(),
		place: &tap{tokens: map[string]bool{}}, servers: &tap{tokens: map[string]bool{}}}
	t.Setenv("HOME", t.TempDir())
	c := juicebox.Configuration{RegisterThreshold: 3, RecoverThreshold: 2, PINHashingMode: juicebox.Standard2019}
	log := slog.New(slog.NewTextHandler(&w.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for i := range 3 {
		id := juicebox.RealmID{byte(i + 1)}
		r, err := realm.New(realm.Config{ID: id, Store: &realm.Memory{}, Log: log})
		if err != nil {
			t.Fatal(err)
		}
		s := httptest.NewServer(w.servers.before(r))
		t.Cleanup(s.Close)
		c.Realms = append(c.Realms, juicebox.Realm{ID: id, Address: s.URL + "/"})
	}
	named, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	w.file("servers.json", string(named))
	files := &dav.Handler{FileSystem: dav.Dir(w.cloud), LockSystem: dav.NewMemLS()}
	s := httptest.NewServer(w.place.before(signedIn(leakPassword, files)))
	t.Cleanup(s.Close)
	w.placeURL = "webdav:" + strings.Replace(s.URL, "://", "://sam@", 1) + "/"
	for name, text := range map[string]string{"words": leakWords, "passphrase": leakPassphrase, "pin": leakPIN, "pin2": leakPIN2,
		"wrong": leakWrong, "password": leakPassword, "labels.jsonl": "{}", "typo": "legal winner thank year wave sausage worth useful legal winner thank yelow"} {
		w.file(name, text)
	}
	w.look.Phrase("the phrase", []byte(leakWords))
	w.look.Secret("the passphrase", []byte(leakPassphrase))
	w.look.Secret("the PIN", []byte(leakPIN))
	w.look.Secret("the next PIN", []byte(leakPIN2))
	w.look.Secret("a wrong PIN", []byte(leakWrong))
	w.look.Secret("the password of the place", []byte(leakPassword))
	return w
}

func (w *leakWorld) file(name, text string) string {
	w.t.Helper()
	path := filepath.Join(w.given, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// run runs a command whose words are separated by spaces; "@pin" is the path of the file pin.
func (w *leakWorld) run(exit int, command string) string {
	w.t.Helper()
	return w.runUntil(w.t.Context(), exit, command)
}

func (w *leakWorld) runUntil(ctx context.Context, exit int, command string) string {
	w.t.Helper()
	args := strings.Fields(command)
	for i, a := range args {
		if name, ok := strings.CutPrefix(a, "@"); ok {
			args[i] = filepath.Join(w.given, name)
		}
		args[i] = strings.NewReplacer("FOLDER", "folder:"+w.folder, "WEBDAV", w.placeURL).Replace(args[i])
	}
	var out output
	code := run(ctx, append(args, "--verbose", "--data", w.data), strings.NewReader(""), &out, &out)
	if code != exit {
		w.t.Errorf("%s: exit %d, want %d: %s", command, code, exit, out.String())
	}
	if out.String() == "" {
		w.t.Errorf("%s: printed nothing: nothing was looked at", command)
	}
	fmt.Fprintf(&w.printed, "%s\n", out.String())
	w.look.Bytes(w.t, command, []byte(out.String()))
	return out.String()
}

// kept are the base64 texts in what the program remembers that have a key's length.
func (w *leakWorld) kept() (keys []string) {
	w.t.Helper()
	key := regexp.MustCompile(`"(?:Owner|NextOwner)": ?"([A-Za-z0-9+/]{43}=)"`)
	filepath.WalkDir(w.data, func(path string, d os.DirEntry, err error) error {
		if b, readErr := os.ReadFile(path); err == nil && readErr == nil {
			for _, found := range key.FindAllSubmatch(b, -1) {
				keys = append(keys, string(found[1]))
			}
		}
		return nil
	})
	return keys
}

// lookAround looks at everything that was written or sent.
func (w *leakWorld) lookAround() {
	w.t.Helper()
	for where, seen := range map[string][]byte{"what was printed": []byte(w.printed.String()), "the PIN servers' logs": []byte(w.logged.String()),
		"what went to the place": w.place.seen.Bytes(), "what went to the PIN servers": w.servers.seen.Bytes()} {
		if len(seen) < 500 {
			w.t.Errorf("%s: %d bytes: nothing was looked at", where, len(seen))
		}
		w.look.Bytes(w.t, where, seen)
	}
	for _, dir := range []string{w.folder, w.cloud} {
		w.look.Dir(w.t, dir)
	}
}
