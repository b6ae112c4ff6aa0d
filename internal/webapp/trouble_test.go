package webapp

import (
	"cmp"
	"context"
	"html"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// troubled is a place that goes wrong: when something is created, or always.
type troubled struct {
	store.Store
	mu      sync.Mutex
	create  error
	anytime error
}

func (s *troubled) set(create, anytime error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.create, s.anytime = create, anytime
}

func (s *troubled) fails() (create, anytime error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.create, s.anytime
}

func (s *troubled) Create(ctx context.Context, name string, data []byte) error {
	if create, anytime := s.fails(); create != nil || anytime != nil {
		return cmp.Or(create, anytime)
	}
	return s.Store.Create(ctx, name, data)
}

func (s *troubled) List(ctx context.Context) ([]store.Entry, error) {
	if _, anytime := s.fails(); anytime != nil {
		return nil, anytime
	}
	return s.Store.List(ctx)
}

func (s *troubled) Get(ctx context.Context, name string) ([]byte, error) {
	if _, anytime := s.fails(); anytime != nil {
		return nil, anytime
	}
	return s.Store.Get(ctx, name)
}

func busy(after time.Duration) error {
	return &store.Error{Op: "list", Kind: store.ErrBusy, After: after}
}

// Each trouble of a cloud has its screen: what happened, whether the backup is safe, what to
// do. Only what signing in can mend offers that. Mended, the backup is finished with what was
// sealed before, and nothing is typed again.
func TestTroubles(t *testing.T) {
	for name, c := range map[string]struct {
		create, anytime error  // while the backup is made; after it was
		says            string // on the error screen, or at home after a check
		signIn          bool   // is offered at home
	}{
		"the sign-in dies while the file is sent": {create: store.Errorf("create", "", store.ErrSignedOut, "gone"), says: "The sign-in to Google Drive has ended", signIn: true},
		"full":                        {create: store.Errorf("create", "", store.ErrFull, "full"), says: "There is no room left in Google Drive"},
		"busy while the file is sent": {create: busy(700 * time.Second), says: "wait about 12 minutes"},
		"consent is asked for again":  {anytime: store.Errorf("list", "", store.ErrConsent, "again"), says: "The permission for Google Drive is missing", signIn: true},
		"signed out elsewhere":        {anytime: store.Errorf("list", "", store.ErrSignedOut, "gone"), says: "The sign-in to Google Drive has ended", signIn: true},
		"busy":                        {anytime: busy(700 * time.Second), says: "wait about 12 minutes"},
	} {
		t.Run(name, func(t *testing.T) {
			const address = "gdrive:sam@example.com"
			place := &troubled{Store: storetest.NewMemory()}
			world := &clouds{places: map[string]store.Store{address: place}}
			c1 := cloudsClient(t, world)
			world.answer("sam@example.com", nil)
			c1.signIn("provider", "gdrive", "flow", "places")
			c1.get("sign-in")
			verb := "resume"
			if c.create != nil {
				place.set(c.create, nil)
				c1.work("begin")
			} else {
				if next := c1.work("begin"); next != "done" {
					t.Fatalf("the backup leads to %q", next)
				}
				place.set(nil, c.anytime)
				verb = "check"
			}
			devices, err := c1.app.Profile.Devices()
			if err != nil || len(devices) != 1 {
				t.Fatalf("%d devices, %v", len(devices), err)
			}
			vault := devices[0].Vault.String()
			if verb == "check" {
				c1.work("check", "vault", vault)
			}
			body := html.UnescapeString(c1.get("error"))
			for _, want := range []string{strings.ToLower(c.says), "is my backup safe?", "what to do:"} {
				if !strings.Contains(strings.ToLower(body), want) {
					t.Errorf("the screen does not say %q:\n%s", want, body)
				}
			}
			home := c1.get("home")
			if offered := strings.Contains(home, `action="sign-in"`); offered != c.signIn {
				t.Errorf("signing in again is offered: %t, want %t:\n%s", offered, c.signIn, home)
			}
			place.set(nil, nil)
			if c.signIn {
				if next := c1.signIn("place", "Google Drive", "flow", "home"); next != "home" {
					t.Errorf("signing in again leads to %q", next)
				}
				c1.get("sign-in")
			}
			if next := c1.work(verb, "vault", vault); next != "done" && next != "home" {
				t.Errorf("mended, it leads to %q:\n%s", next, c1.get("error"))
			}
			if devices, _ := c1.app.Profile.Devices(); devices[0].Places[0].Wallet.ReadBack.IsZero() || devices[0].Places[0].Problem != "" {
				t.Errorf("mended, the backup was not seen: %+v", devices[0].Places[0])
			}
		})
	}
}
