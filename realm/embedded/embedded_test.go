package embedded_test

import (
	"crypto/ed25519"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/embedded"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/cloudseed/cloudseed/realm/sqlite"
	"github.com/cloudseed/cloudseed/secret"
)

func open(t *testing.T, dir string) *embedded.Realms {
	t.Helper()
	realms, err := embedded.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { realms.Close() })
	return realms
}

func client(realms *embedded.Realms) *juicebox.Client {
	owner := ed25519.NewKeyFromSeed(make([]byte, 32))
	guess := owner.Public().(ed25519.PublicKey) // one key for both will do here
	return &juicebox.Client{
		Configuration: juicebox.Configuration{
			Realms:            realms.Realms(),
			RegisterThreshold: 3, RecoverThreshold: 2, PINHashingMode: juicebox.FastInsecure,
		},
		Token: func(id juicebox.RealmID, now time.Time) (string, error) {
			return juicebox.OwnerToken(owner, guess, id, now)
		},
		HTTP:              &http.Client{Transport: realms.Transport()},
		AllowFastInsecure: true,
	}
}

func TestRecordsOutliveTheProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "profile", "realms")
	if err := embedded.Create(dir); err != nil {
		t.Fatal(err)
	}
	realms := open(t, dir)
	pin, wrong, kept := secret.New([]byte("2873")), secret.New([]byte("1111")), secret.New([]byte("vault key"))
	if err := client(realms).Register(t.Context(), pin, kept, nil, 5); err != nil {
		t.Fatal(err)
	}
	client(realms).Recover(t.Context(), wrong, nil)
	if err := realms.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := client(realms).Recover(t.Context(), pin, nil); err == nil {
		t.Error("closed realms answered")
	}

	realms = open(t, dir)
	_, err := client(realms).Recover(t.Context(), wrong, nil)
	if left, ok := errors.AsType[*juicebox.WrongPINError](err); !ok || left.Left != 3 {
		t.Errorf("second wrong PIN: %v, want 3 left", err)
	}
	got, err := client(realms).Recover(t.Context(), pin, nil)
	if err != nil || !got.Secret.Equal(kept) {
		t.Errorf("recovered %v, %v", got, err)
	}
}

func TestCreateAndOpenRefuse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "realms")
	if _, err := embedded.Open(dir, nil); !errors.Is(err, sqlite.ErrMissing) {
		t.Errorf("open before create: %v, want ErrMissing", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("Open made the directory")
	}
	if err := embedded.Create(dir); err != nil {
		t.Fatal(err)
	}
	if err := embedded.Create(dir); !errors.Is(err, sqlite.ErrExists) {
		t.Errorf("create again: %v, want ErrExists", err)
	}
	realms := open(t, dir)
	if _, err := embedded.Open(dir, nil); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("open twice: %v, want ErrInUse", err)
	}
	if err := realms.Close(); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "realm-2", "realm.db"))
	if _, err := embedded.Open(dir, nil); !errors.Is(err, sqlite.ErrMissing) {
		t.Errorf("one lost: %v, want ErrMissing", err)
	}
	open2, err := sqlite.Open(filepath.Join(dir, "realm-1"))
	if err != nil {
		t.Fatalf("a failed Open keeps realm-1 locked: %v", err)
	}
	open2.Close()
	keys := filepath.Join(dir, "realm-1", seal.FileName)
	os.Remove(keys)
	if _, err := embedded.Open(dir, nil); !errors.Is(err, seal.ErrMissing) {
		t.Errorf("key file lost: %v, want ErrMissing", err)
	}
	if _, err := os.Stat(keys); err == nil {
		t.Error("Open made the key file")
	}
	if left, _ := filepath.Glob(dir + ".new-*"); left != nil {
		t.Errorf("left behind: %v", left)
	}
}
