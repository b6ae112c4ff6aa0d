package places

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
)

// hasty is a Keeper that calls a function when something is saved.
type hasty struct {
	*memory
	saved func()
}

func (h *hasty) Save(name string, data []byte) error {
	err := h.memory.Save(name, data)
	h.saved()
	return err
}

// revocations counts what providers were told.
func (w *world) revocations() (n int) {
	for _, e := range w.cloud.Exchanges() {
		if strings.HasSuffix(e.URL.Path, "/revoke") && e.Status == http.StatusOK {
			n++
		}
	}
	return n
}

// given up at the last moment, a sign-in is kept nowhere, and revoked where that ends no
// other device's.
func TestGivenUpAtLast(t *testing.T) {
	revoked := map[string]int{"dropbox": 1}
	for _, scheme := range schemes {
		t.Run(scheme, func(t *testing.T) {
			w := newWorld(t)
			ctx, cancel := context.WithCancel(t.Context())
			w.Keeper = &hasty{w.keeper, cancel}
			if _, _, err := w.SignIn(ctx, scheme, w.as(scheme, sam)); !errors.Is(err, signin.ErrCancelled) {
				t.Errorf("%v, want ErrCancelled", err)
			}
			if left := w.keeper.names(); len(left) > 0 {
				t.Errorf("still kept: %q", left)
			}
			if got := w.revocations(); got != revoked[scheme] {
				t.Errorf("%d revocations, want %d", got, revoked[scheme])
			}
		})
	}
}

// A token that comes and cannot be used is not left behind at Dropbox.
func TestGivenBack(t *testing.T) {
	w := newWorld(t)
	w.cloud.Fail(fakecloud.Fault{Path: "/2/users/get_current_account", Status: 500, Times: -1})
	if _, _, err := w.SignIn(t.Context(), "dropbox", w.as("dropbox", sam)); !errors.Is(err, store.ErrOffline) {
		t.Errorf("%v, want ErrOffline", err)
	}
	if got := w.revocations(); got != 1 {
		t.Errorf("%d revocations, want 1", got)
	}
}

// Who changes their mind loses this sign-in, and other devices keep theirs.
func TestDrop(t *testing.T) {
	for _, scheme := range schemes {
		t.Run(scheme, func(t *testing.T) {
			w, ctx := newWorld(t), t.Context()
			other := &Config{Keeper: &memory{kept: map[string]string{}}, Clients: w.Clients, HTTP: w.cloud.Client}
			address, _, err := other.SignIn(ctx, scheme, w.as(scheme, sam))
			if err == nil {
				_, err = other.Open(ctx, address, secret.Text{}, true)
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := w.SignIn(ctx, scheme, w.as(scheme, sam)); err != nil {
				t.Fatal(err)
			}
			if err := w.Drop(ctx, address); err != nil {
				t.Errorf("drop: %v", err)
			}
			if left := w.keeper.names(); len(left) > 0 {
				t.Errorf("still kept: %q", left)
			}
			if _, err := other.Open(ctx, address, secret.Text{}, false); err != nil {
				t.Errorf("the other device: %v", err)
			}
			if err := w.Drop(ctx, address); err != nil {
				t.Errorf("again: %v", err)
			}
		})
	}
}

func TestTimedOut(t *testing.T) {
	for _, scheme := range schemes {
		w := newWorld(t)
		w.Wait = 20 * time.Millisecond
		if _, _, err := w.SignIn(t.Context(), scheme, func(string) error { return nil }); !errors.Is(err, signin.ErrTimedOut) {
			t.Errorf("%s: %v, want ErrTimedOut", scheme, err)
		}
	}
}

// Apple's answer counts only in the browser where signing in began, and once.
func TestCallbackOfStranger(t *testing.T) {
	w := newWorld(t)
	ask := func(client *http.Client, address string) (status int) {
		answer, err := client.Get(address)
		if err != nil {
			t.Error(err)
			return 0
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	address, _, err := w.SignIn(t.Context(), "icloud", func(page string) error {
		callback := w.Clients.ICloud.Callback
		stranger := callback + "?ckWebAuthToken=" + strings.ReplaceAll(w.apple.SignIn(alex, false), "+", "%2B")
		if got := ask(w.browser(), stranger); got != http.StatusForbidden {
			t.Errorf("an answer in a browser where nothing began: %d", got)
		}
		if got := ask(w.browser(), strings.Replace(page, "/begin-", "/begin-A", 1)); got != http.StatusNotFound {
			t.Errorf("a guessed start: %d", got)
		}
		mine := w.browser()
		back, err := appleAnswer(mine, page, sam)
		if err != nil {
			return err
		}
		if got := ask(mine, callback); got != http.StatusNotFound {
			t.Errorf("an answer without a token: %d", got)
		}
		if got := ask(mine, back); got != http.StatusOK {
			t.Errorf("the answer: %d", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Open(t.Context(), address, secret.Text{}, false); err != nil {
		t.Error(err)
	}
	if _, _, err := w.SignIn(t.Context(), address, w.as("icloud", sam)); err != nil {
		t.Errorf("the same person again: %v", err)
	}
}
