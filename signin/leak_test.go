package signin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/keychain"
	"github.com/cloudseed/cloudseed/internal/leaktest"
)

// A transcript is all that anybody could see of a run: logs, standard output, errors, and
// what prints of our values.
type transcript struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(p)
}

func (s *transcript) bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.all.Bytes())
}

// see prints v in the ways in which programs print by habit.
func (s *transcript) see(values ...any) {
	for _, v := range values {
		fmt.Fprintf(s, "%v\n%+v\n%#v\n%s\n", v, v, v, v)
		slog.New(slog.NewJSONHandler(s, nil)).Info("x", "v", v)
		for err, ok := v.(error); ok && err != nil; err = errors.Unwrap(err) {
			fmt.Fprintf(s, "%+v\n%#v\n", err, err)
		}
	}
}

func recorded(t *testing.T) *transcript {
	s := &transcript{}
	log.SetOutput(s)
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug})))
	stdout, stderr := os.Stdout, os.Stderr
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout, os.Stderr = w, w
	done := make(chan struct{})
	go func() { io.Copy(s, r); close(done) }()
	t.Cleanup(func() { log.SetOutput(stderr); slog.SetDefault(old) })
	t.Cleanup(func() { w.Close(); <-done; os.Stdout, os.Stderr = stdout, stderr })
	return s
}

// secrets are all tokens, codes and verifiers that went over the wire.
func secrets(cloud *fakecloud.Cloud) (look leaktest.Look, n int) {
	seen := map[string]bool{}
	add := func(of string, texts ...string) {
		for _, text := range texts {
			if len(text) >= 12 && !seen[text] {
				seen[text] = true
				look.Secret(of, []byte(text))
				n++
			}
		}
	}
	for _, e := range cloud.Exchanges() {
		if bearer, ok := strings.CutPrefix(e.Header.Get("Authorization"), "Bearer "); ok {
			add("an access token", bearer)
		}
		r, _ := http.NewRequest("POST", "/?"+string(e.Body), nil)
		for _, key := range []string{"code", "code_verifier", "refresh_token", "token", "client_secret"} {
			add(key, r.URL.Query()[key]...)
		}
		for _, word := range strings.FieldsFunc(string(e.Answer), func(r rune) bool { return strings.ContainsRune(`":{}, `, r) }) {
			if strings.HasPrefix(word, "access-") || strings.HasPrefix(word, "refresh-") {
				add("a token", word)
			}
		}
	}
	return look, n
}

// No token, code or verifier is in an error, a log, what prints, or readable on the disk.
func TestLeaks(t *testing.T) {
	seen := recorded(t)
	for _, p := range Providers {
		dir := t.TempDir()
		w := newWorld(t, p)
		kept, err := keychain.Open(keychain.Config{Dir: dir, File: true})
		if err != nil {
			t.Fatal(err)
		}
		w.Accounts.Keeper = kept
		w.runEverything(t, seen)
		look, n := secrets(w.cloud)
		if n < 10 || len(seen.bytes()) < 1000 {
			t.Errorf("%s: only %d secrets and %d bytes were seen", p, n, len(seen.bytes()))
		}
		look.Bytes(t, string(p)+": what anybody can see", seen.bytes())
		if files := look.Dir(t, dir); files < 3 {
			t.Errorf("%s: only %d files", p, files)
		}
	}
}

// runEverything lets each way of failing happen, with answers that repeat what was sent.
func (w *world) runEverything(t *testing.T, seen *transcript) {
	token := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/token") }
	account, err := w.signIn(t, oauth.Choice{})
	client := w.Client("place")
	w.Accounts.Transport = nil // printing a live http.Transport is a race of its own
	seen.see(account, err, w.Accounts.Clients, w.Accounts, w.session("place"))
	w.Accounts.Transport = w.cloud.Transport()
	current, _ := w.load("place")
	seen.see(current, *current)
	refresh, access := string(current.refresh.Reveal()), string(current.access.Reveal())
	echo := fmt.Sprintf(`{"error":%q,"error_description":%q}`, refresh, access)
	for _, f := range []fakecloud.Fault{
		{Match: token, Status: 400, Body: echo}, {Match: token, Status: 400, Body: refresh}, {Match: token, Status: 200, Body: access},
		{Match: token, Status: 200, Body: `{"access_token":1` + access}, {Match: token, Status: 302, Header: http.Header{"Location": {"https://x/?" + refresh}}},
		{Match: token, Drop: true}, {Match: token, Lost: true}, {Match: token, Status: 200, Cut: 20, Body: echo},
		{Match: token, Status: 200, Body: fmt.Sprintf(`{"access_token":%q,"expires_in":%q}`, access, refresh)},
	} {
		w.server.Expire()
		w.cloud.Fail(f)
		_, err := whoami(client, w.api)
		seen.see(err, w.session("place"))
		w.cloud.Fail(f)
		_, err = w.signIn(t, oauth.Choice{})
		seen.see(err)
		w.cloud.Heal()
	}
	for _, c := range []oauth.Choice{{Email: alex}, {Cancel: true}, {}} {
		_, err = w.signIn(t, c)
		seen.see(err)
	}
	w.cloud.Fail(fakecloud.Fault{Status: 401, Body: echo, Times: 2, Match: func(r *http.Request) bool { return !token(r) }})
	_, err = whoami(client, w.api)
	seen.see(err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = w.SignIn(ctx, Request{Name: "place", Provider: w.provider, Browse: w.person(oauth.Choice{})})
	seen.see(err)
	w.cloud.Fail(fakecloud.Fault{Drop: true, Times: 2})
	_, err = w.SignOut(t.Context(), "place")
	seen.see(err)
	w.cloud.Heal()
	w.signIn(t, oauth.Choice{}) // so that something is on the disk
}
