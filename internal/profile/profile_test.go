package profile

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/secret"
)

func open(t *testing.T, dir string) *Profile {
	t.Helper()
	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	p.Keeper = &memory{}
	return p
}

func TestPlaces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	p := open(t, dir)
	usb := Place{Name: "usb", URL: "folder:/media/usb"}
	if err := p.AddPlace(usb); err != nil {
		t.Fatal(err)
	}
	if err := p.AddPlace(usb); err != nil {
		t.Errorf("the same place again: %v", err)
	}
	if err := p.AddPlace(Place{Name: "usb", URL: "folder:/other"}); !errors.Is(err, ErrPlaceTaken) {
		t.Errorf("another place of that name: %v, want ErrPlaceTaken", err)
	}
	if err := p.AddPlace(Place{Name: "a:b", URL: "folder:/other"}); !errors.Is(err, ErrPlaceName) {
		t.Errorf("name with a colon: %v, want ErrPlaceName", err)
	}
	r, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	places, err := r.Places()
	if err != nil || len(places) != 1 || places[0] != usb {
		t.Errorf("Places = %v, %v", places, err)
	}
	if err := r.AddPlace(Place{Name: "x", URL: "folder:/x"}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("writing when opened for reading: %v, want ErrReadOnly", err)
	}

	if err := p.RemovePlace("usb"); err != nil {
		t.Fatal(err)
	}
	if err := p.RemovePlace("usb"); !errors.Is(err, ErrNoSuch) {
		t.Errorf("removing twice: %v, want ErrNoSuch", err)
	}
}

func TestPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := open(t, dir)
	if err := p.AddPlace(Place{Name: "usb", URL: "folder:/media/usb"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "profile.json"): 0o600, filepath.Join(dir, "lock"): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s is %o, want %o", path, got, want)
		}
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir)
	if _, err := Open(dir); !errors.Is(err, ErrLocked) {
		t.Errorf("second Open: %v, want ErrLocked", err)
	}
	if _, err := Read(dir); err != nil {
		t.Errorf("Read beside a writer: %v", err)
	}
	p.Close()
	open(t, dir)
}

// What this program does not understand is refused, and left as it is.
func TestNotUnderstood(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		want    error
	}{
		"newer":   {`{"format": 2, "places": {"later": "shape"}}`, ErrNewer},
		"broken":  {`{"format": 1, "places": [`, ErrUnreadable},
		"another": {`{"format": 1, "places": 7}`, ErrUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "profile.json")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir); !errors.Is(err, test.want) {
				t.Errorf("Open: %v, want %v", err, test.want)
			}
			if _, err := Read(dir); !errors.Is(err, test.want) {
				t.Errorf("Read: %v, want %v", err, test.want)
			}
			if got, _ := os.ReadFile(path); string(got) != test.content {
				t.Errorf("profile.json was written over: %q", got)
			}
		})
	}
}

// device makes one as a Journal gives it back: only the verbs make one from nothing.
func device(t *testing.T) *cloudseed.Device {
	t.Helper()
	seed := secret.Random(envelope.SeedSize)
	owner := ed25519.NewKeyFromSeed(seed.Reveal())
	s := &envelope.Stanza{
		Registration: 1, Realms: []envelope.Realm{{ID: [16]byte{1}, Address: "https://a.example/"}}, Recover: 1, Guesses: 10,
		Hashing: "Standard2019", Tenant: "cloudseed", Owner: owner.Public().(ed25519.PublicKey), Guess: secret.Random(envelope.SeedSize).Reveal(),
	}
	if err := s.Sign(envelope.RootKey(secret.Random(16), s.Salt)); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(map[string]any{
		"Format": "cloudseed device 1", "Vault": s.Vault(), "Name": "Samantha", "Stage": cloudseed.StagePrepared,
		"Stanza": s.Body(), "Owner": seed.Reveal(),
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := cloudseed.DecodeDevice(encoded)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDevices(t *testing.T) {
	p := open(t, t.TempDir())
	if devices, err := p.Devices(); err != nil || len(devices) != 0 {
		t.Fatalf("empty profile: %v, %v", devices, err)
	}
	d := device(t)
	if err := p.Save(d); err != nil {
		t.Fatal(err)
	}
	d.Stage = cloudseed.StageSealed
	if err := p.Save(d); err != nil {
		t.Fatal(err)
	}
	devices, err := p.Devices()
	if err != nil || len(devices) != 1 || devices[0].Name != "Samantha" || devices[0].Stage != cloudseed.StageSealed {
		t.Fatalf("Devices = %v, %v", devices, err)
	}

	path := p.devicePath(d.Vault)
	if err := os.WriteFile(path, []byte("not ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Devices(); !errors.Is(err, ErrUnreadable) {
		t.Errorf("Devices over a broken file: %v, want ErrUnreadable", err)
	}
	if err := p.Save(d); !errors.Is(err, ErrUnreadable) {
		t.Errorf("Save over a broken file: %v, want ErrUnreadable", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "not ours" {
		t.Errorf("a file that cannot be read was written over: %q", got)
	}
	if err := p.Forget(d.Vault); err != nil {
		t.Fatal(err)
	}
	if err := p.Forget(d.Vault); err != nil {
		t.Errorf("forgetting twice: %v", err)
	}
}
