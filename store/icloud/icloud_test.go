package icloud

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/cloudkit"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

const (
	container = "iCloud.org.example.wallet"
	apiToken  = "an+API/token=" // real ones are hexadecimal; the form is Apple's to change
)

// memory is a Keeper that forgets at the end.
type memory struct {
	mu     sync.Mutex
	tokens map[string]string
	saved  []string
	fails  error // of Save
}

func (m *memory) Load(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if token, ok := m.tokens[name]; ok {
		return []byte(token), nil
	}
	return nil, fs.ErrNotExist
}

func (m *memory) Save(name string, token []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails != nil {
		return m.fails
	}
	m.tokens[name] = string(token)
	m.saved = append(m.saved, string(token))
	return nil
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fails = err
}

// bench is a container with its fake.
type bench struct {
	*cloudkit.Server
	cloud *fakecloud.Cloud
}

func start(t testing.TB, off ...cloudkit.Rule) *bench {
	cloud := fakecloud.Start(t)
	fake := cloudkit.New(cloud, cloudkit.Container{ID: container, APIToken: apiToken})
	fake.Off(off...)
	return &bench{fake, cloud}
}

// config is that of a computer on which Samantha has just signed in.
func (b *bench) config() Config {
	m := &memory{tokens: map[string]string{"samantha": b.SignIn("samantha", false)}}
	return Config{
		Container: container, APIToken: secret.Copy([]byte(apiToken)), Keeper: m, Account: "samantha",
		Create: true, HTTP: b.cloud.Client(),
	}
}

// open opens the place on a new computer.
func (b *bench) open(t testing.TB) (*Store, *memory) {
	t.Helper()
	c := b.config()
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s, c.Keeper.(*memory)
}

// plant stores a file as another program with the same schema would.
func (b *bench) plant(name string, data []byte) {
	sum := sha256.Sum256(data)
	b.Put("samantha", Zone, recordType, recordName(name), map[string]any{
		"size": len(data), "sha256": hex.EncodeToString(sum[:]), "asset": cloudkit.Asset(data),
	})
}

// Apple publishes no description for machines, and no other program speaks this protocol.
var column = storetest.Column{
	Place: "iCloud", Peer: "contract fake", Level: storetest.Documentation,
	But: map[string]storetest.Level{
		"concurrent creators":      storetest.Assumed, // the reference has one after the other
		"another computer sees it": storetest.Assumed, // that the changes have it at once
		"answer lost":              storetest.Assumed, // what the session survives
	},
	Without: map[string]string{
		"two files of one name":      "CloudKit holds one",
		"token expires in an upload": "every answer brings the next token; one that is over ends the sign-in",
	},
}

func TestSuite(t *testing.T) {
	storetest.Run(t, column, func(t *testing.T) storetest.Place {
		b := start(t)
		write := fakecloud.Fault{Host: cloudkit.API, Path: path("records/modify")}
		return storetest.Place{
			Open:   func(t testing.TB) store.Store { s, _ := b.open(t); return s },
			Atomic: true,
			Plant:  func(t testing.TB, name string, data []byte) { b.plant(name, data) },
			Interrupt: func(t testing.TB, name string, data []byte) { // an asset without its record
				s, _ := b.open(t)
				if _, err := s.upload(t.Context(), name, data[:len(data)/2]); err != nil {
					t.Fatal(err)
				}
			},
			Lose: func(_ testing.TB, arrives bool, meanwhile func()) {
				f := write
				f.Do, f.Lost, f.Drop = meanwhile, arrives, !arrives
				b.cloud.Fail(f)
			},
			SignOut: func(testing.TB) func() {
				f := write
				f.Do = func() { b.Server.SignOut("samantha") }
				b.cloud.Fail(f)
				return func() {}
			},
			Fill: func(testing.TB) func() {
				b.SetQuota("samantha", 1)
				return func() { b.SetQuota("samantha", 1<<30) }
			},
		}
	})
}

// all calls every method and returns the errors.
func all(t *testing.T, s *Store) map[string]error {
	_, getErr := s.Get(t.Context(), "a")
	_, listErr := s.List(t.Context())
	return map[string]error{
		"create": s.Create(t.Context(), "b", []byte("x")), "get": getErr,
		"list": listErr, "delete": s.Delete(t.Context(), "a"),
		"create large": s.Create(t.Context(), "c", make([]byte, maxInline+1)),
	}
}

func TestOpenRefuses(t *testing.T) {
	b := start(t)
	for what, change := range map[string]func(*Config){
		"no container":    func(c *Config) { c.Container = "" },
		"a path":          func(c *Config) { c.Container = "iCloud.a/../b" },
		"an environment":  func(c *Config) { c.Environment = "test" },
		"no API token":    func(c *Config) { c.APIToken = secret.Text{} },
		"bad API token":   func(c *Config) { c.APIToken = secret.Copy([]byte("stale")) },
		"no keeper":       func(c *Config) { c.Keeper = nil },
		"other container": func(c *Config) { c.Container = "iCloud.org.example.other" },
	} {
		c := b.config()
		change(&c)
		if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrRefused) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A zone that is not there is an alarm for whoever did not just make the place.
func TestMissingZone(t *testing.T) {
	b := start(t)
	c := b.config()
	c.Create = false
	var alarm *MissingZone
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrGone) || !errors.As(err, &alarm) || alarm.Zone != Zone {
		t.Errorf("open without a zone: %v", err)
	}
	s, _ := b.open(t)
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	b.Wipe("samantha")
	for what, err := range all(t, s) {
		if !errors.Is(err, store.ErrGone) || !errors.As(err, &alarm) {
			t.Errorf("%s after the data was deleted: %v", what, err)
		}
	}
	if got := b.Records("samantha", Zone); len(got) != 0 {
		t.Errorf("the zone was made again: %q", got)
	}
}

func TestAccount(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	if len(s.User()) < 5 || !strings.Contains(s.String(), s.User()[:5]) || strings.Contains(s.String(), s.User()) {
		t.Errorf("named %q, user %q", s, s.User())
	}
	c := b.config()
	c.User = s.User()
	if _, err := Open(t.Context(), c); err != nil {
		t.Errorf("the same account: %v", err)
	}
	c.Keeper.Save("samantha", []byte(b.SignIn("robin", false)))
	var wrong *WrongAccount
	if _, err := Open(t.Context(), c); !errors.Is(err, store.ErrSignedOut) || !errors.As(err, &wrong) || wrong.Want != s.User() {
		t.Errorf("another account: %v", err)
	}
}

// Record names: every allowed file name has one that CloudKit allows, and back.
func TestRecordNames(t *testing.T) {
	for _, name := range []string{"a", "A", "~ {} %2F", "Wallet backup - Samantha, wallet 000001.age", strings.Repeat("x", 120)} {
		r := recordName(name)
		if len(r) > 255 || r[0] == '_' || strings.Trim(r, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("%q becomes %q", name, r)
		}
		if back, ok := fileName(r); !ok || back != name {
			t.Errorf("%q comes back as %q, %v", name, back, ok)
		}
	}
	for _, r := range []string{"", "file-", "file-zz", "file-4", "FILE-41", "file-4A", "_41", recordName("../up"), recordName("")} {
		if name, ok := fileName(r); ok {
			t.Errorf("%q was taken for %q", r, name)
		}
	}
}

// Records of other kinds and names are nobody's files.
func TestForeignRecords(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	if err := s.Create(t.Context(), "ours", []byte("x")); err != nil {
		t.Fatal(err)
	}
	b.Put("samantha", Zone, "Note", recordName("theirs"), nil)
	b.Put("samantha", Zone, recordType, "somebody else's", nil)
	entries, err := s.List(t.Context())
	if err != nil || len(entries) != 1 || entries[0].Name != "ours" {
		t.Errorf("listed %v, %v", entries, err)
	}
}

// What is stored is held against its own hash: CloudKit's checksum is none of the bytes.
func TestSpoiltContent(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	sum := sha256.Sum256([]byte("as stored"))
	fields := map[string]any{"size": 9, "sha256": hex.EncodeToString(sum[:]), "content": []byte("as stored")}
	for what, change := range map[string]map[string]any{
		"inline":  {"content": []byte("as spoilt")},
		"short":   {"content": []byte("as")},
		"asset":   {"content": nil, "asset": cloudkit.Asset("as spoilt")},
		"longer":  {"content": nil, "asset": cloudkit.Asset("as stored and more")},
		"nothing": {"content": nil},
		"no hash": {"sha256": nil},
		"no size": {"size": nil},
		"minus":   {"size": -1},
	} {
		changed := map[string]any{}
		for key, v := range fields {
			changed[key] = v
		}
		for key, v := range change {
			changed[key] = v
			if v == nil {
				delete(changed, key)
			}
		}
		b.Put("samantha", Zone, recordType, recordName(what), changed)
		if got, err := s.Get(t.Context(), what); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: got %q, %v", what, got, err)
		}
	}
	b.Put("samantha", Zone, recordType, recordName("good"), fields)
	if got, err := s.Get(t.Context(), "good"); err != nil || string(got) != "as stored" {
		t.Errorf("good: got %q, %v", got, err)
	}
}

// The two ways of keeping bytes meet at maxInline.
func TestInlineAndAsset(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	for _, size := range []int{0, 1, maxInline, maxInline + 1} {
		name := strings.Repeat("n", 1+size%7)
		data := make([]byte, size)
		if err := s.Create(t.Context(), name, data); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if got, err := s.Get(t.Context(), name); err != nil || !slices.Equal(got, data) {
			t.Errorf("%d bytes: got %d, %v", size, len(got), err)
		}
		if err := s.Delete(t.Context(), name); err != nil {
			t.Error(err)
		}
	}
	uploads := 0
	for _, e := range b.cloud.Exchanges() {
		if e.Host == cloudkit.CDN && e.Method == "POST" {
			uploads++
		}
	}
	if uploads != 1 {
		t.Errorf("%d uploads, want 1", uploads)
	}
}
