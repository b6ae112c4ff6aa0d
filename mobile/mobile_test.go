package mobile

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/cloudseedtest"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// A host is what an app brings: a place and a journal, as Swift or Kotlin would write them.
type host struct {
	mu     sync.Mutex
	files  map[string][]byte
	device []byte
	answer string // of every call; "" works
	throws error
	full   bool // Save fails
	steps  []string
}

func newHost() *host { return &host{files: map[string][]byte{}} }

func (h *host) do(act func() string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.throws != nil || h.answer != "" {
		return h.answer, h.throws
	}
	return act(), nil
}

func (h *host) Create(name string, data []byte) (string, error) {
	return h.do(func() string {
		if _, taken := h.files[name]; taken {
			return "exists"
		}
		h.files[name] = bytes.Clone(data)
		return ""
	})
}

func (h *host) Get(name string, content *Content) (string, error) {
	return h.do(func() string {
		data, found := h.files[name]
		if !found {
			return "not-found"
		}
		content.Set(data)
		return ""
	})
}

func (h *host) List(listing *Listing) (string, error) {
	return h.do(func() string {
		for name, data := range h.files {
			listing.Add(name, int64(len(data)), time.Now().Unix())
		}
		return ""
	})
}

func (h *host) Delete(name string) (string, error) {
	return h.do(func() string { delete(h.files, name); return "" })
}

func (h *host) Save(_ string, device []byte) error {
	if h.full {
		return errors.New("the phone is full")
	}
	h.device = bytes.Clone(device)
	return nil
}

func (h *host) Forget(string) error { h.device = nil; return nil }
func (h *host) Step(name, state, _, kind string) {
	h.steps = append(h.steps, strings.TrimSpace(name+" "+state+" "+kind))
}

// client is a device of the world with the host's place and journal alone.
func client(world *cloudseedtest.World, h *host) *Client {
	c := &Client{cfg: world.Config()}
	c.cfg.Places = nil
	c.AddPlace("phone cloud", "cloudkit:", h)
	c.SetJournal(h)
	c.SetListener(h)
	c.SetDeviceName("Samantha's phone")
	return c
}

const phraseWords = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"

var pin = []byte("482915")

func wallet(t *testing.T) *Wallet {
	t.Helper()
	w, err := NewWallet("Everyday", []byte(phraseWords))
	if err != nil {
		t.Fatal(err)
	}
	w.SetPassphrase([]byte("TREZOR"))
	w.SetBirthday(1763769600)
	w.AddDescriptor("wpkh(xpub/0/*)")
	return w
}

func TestEveryVerb(t *testing.T) {
	world, h := cloudseedtest.New(), newHost()
	c := client(world, h)
	files := NewFiles()
	files.Add("labels.jsonl", []byte("{}"))
	d, err := c.Create(wallet(t), pin, files)
	if err != nil {
		t.Fatal(err)
	}
	if d.State() != "protected" || d.Fingerprint() != "b4e3f5ed" || d.LastProved() == 0 || !slices.Contains(h.steps, "upload done") {
		t.Errorf("made: %s, %s, steps %q", d.State(), d.Fingerprint(), h.steps)
	}
	files = NewFiles()
	files.Add("labels.jsonl", []byte(`{"type":"tx"}`))
	if err := errors.Join(c.Update(d, files), c.Check(d), c.Resume(d)); err != nil {
		t.Fatal(err)
	}
	next := []byte("739164")
	if err := c.ChangePIN(d, pin, next, false); err != nil {
		t.Fatal(err)
	}

	phone := newHost()
	phone.files = h.files
	other := client(world, phone)
	found, err := other.Find()
	if err != nil || found.Count() != 1 || found.NotSeen() != "" || found.Get(1) != nil {
		t.Fatalf("found %v, %v", found, err)
	}
	b := found.Get(0)
	if b.Name() != "Everyday" || b.Vault() != d.Vault() || b.Modified() == 0 || b.UnknownPINServers(other) != "" || strings.Count(b.UnknownPINServers(nil), "\n") != 2 {
		t.Errorf("backup %q, unknown %q", b.Name(), b.UnknownPINServers(nil))
	}
	_, err = other.Restore(b, pin)
	if p := Explain(err); p.Kind() != "wrong-pin" || p.TriesLeft() != 9 {
		t.Errorf("the PIN from before: %v", err)
	}
	r, err := other.Restore(b, next)
	if err != nil {
		t.Fatal(err)
	}
	w := r.Wallet()
	if string(w.Words()) != phraseWords || string(w.Passphrase()) != "TREZOR" || w.Birthday() != 1763769600 || w.Descriptor(0) != "wpkh(xpub/0/*)" || w.DescriptorCount() != 1 {
		t.Errorf("came back as %q %q %d", w.Words(), w.Passphrase(), w.Birthday())
	}
	if r.Files().Name(0) != "labels.jsonl" || string(r.Files().Data(0)) != `{"type":"tx"}` || r.MadeOn() != "Samantha's phone" {
		t.Errorf("files %q", r.Files().Data(0))
	}
	phone.full = true
	if _, err := other.Restore(b, next); Explain(err).Kind() != "unsaved" {
		t.Errorf("a full phone: %v", err)
	}
	r.Clear()
	if len(w.Words()) != 0 {
		t.Error("cleared, it still has words")
	}
	phone.full = false
	again, err := DecodeDevice(phone.device)
	if err != nil || again.Vault() != d.Vault() {
		t.Fatalf("remembered: %v", err)
	}
	if err := other.Delete(again); err != nil || len(h.files) != 0 || phone.device != nil {
		t.Errorf("deleted: %v, %d files left", err, len(h.files))
	}
}

func TestFailuresHaveKinds(t *testing.T) {
	world, h := cloudseedtest.New(), newHost()
	c := client(world, h)
	if _, err := c.Find(); Explain(err).Kind() != "no-backup" {
		t.Errorf("an empty place: %v", err)
	}
	h.answer = "signed-out"
	_, err := c.Find()
	if p := Explain(err); p.Kind() != "could-not-look" || p.Place() != "phone cloud" {
		t.Errorf("signed out: %v", err)
	}
	h.answer, h.throws = "", errors.New("java.lang.IllegalStateException")
	if _, err := c.Find(); Explain(err).Kind() != "could-not-look" {
		t.Errorf("an exception: %v", err)
	}
	h.throws = nil
	if _, err := c.Create(wallet(t), []byte("1234"), nil); Explain(err).Kind() != "weak-pin" {
		t.Errorf("a weak PIN: %v", err)
	}
	if _, err := NewWallet("x", []byte("abandon")); Explain(err).Kind() != "phrase-count" {
		t.Errorf("one word: %v", err)
	}
	if p := Explain(errors.New("wrong-pin: 3 tries left")); p.Kind() != "wrong-pin" || Explain(nil).Kind() != "" {
		t.Errorf("from a text: %s", p.Kind())
	}
	if _, err := (&Client{}).Create(wallet(t), pin, nil); Explain(err).Kind() != "no-journal" {
		t.Errorf("without a journal: %v", err)
	}
	if p := Explain(errors.New("something: else")); p.Kind() != "unexpected" {
		t.Errorf("another error: %s", p.Kind())
	}
	if err := c.Update(nil, nil); Explain(err).Kind() != "no-backup" {
		t.Errorf("no device: %v", err)
	}
}

// A forgotten PIN, a lost phone: the words renew the one, the new phone takes over from the other.
func TestForgottenAndLost(t *testing.T) {
	world, h := cloudseedtest.New(), newHost()
	old := client(world, h)
	d, err := old.Create(wallet(t), pin, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := old.ChangePINWithWallet(d, wallet(t), []byte("739164"), false); err != nil {
		t.Fatal(err)
	}
	if err := old.Remind(d, pin); Explain(err).Kind() != "wrong-pin" {
		t.Errorf("the forgotten PIN: %v", err)
	}
	if err := old.Remind(d, []byte("739164")); err != nil || d.Due() <= time.Now().Unix() {
		t.Errorf("the new one: %v, due %d", err, d.Due())
	}
	if report, err := d.Report(); err != nil || !strings.Contains(report, `"state":"protected"`) {
		t.Errorf("report %s, %v", report, err)
	}

	phone := newHost()
	phone.files = h.files
	fresh := client(world, phone)
	found, err := fresh.Find()
	if err != nil {
		t.Fatal(err)
	}
	r, err := fresh.Restore(found.Get(0), []byte("739164"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Clear()
	if err := fresh.LeaveReceipt(r); err != nil {
		t.Errorf("receipt: %v", err)
	}
	if err := fresh.TakeOver(r.Device(), []byte("739164"), []byte("826405"), true); err != nil {
		t.Fatal(err)
	}
	if err := old.Check(d); Explain(err).Kind() != "replaced" {
		t.Errorf("the lost phone: %v", err)
	}
}

// An interrupted Create is finished from what the host's journal has.
func TestResume(t *testing.T) {
	world, h := cloudseedtest.New(), newHost()
	c := client(world, h)
	second := newHost()
	c.AddPlace("stick", "file:", second)
	first := true
	c.cfg.Step = func(s cloudseed.Step) {
		if first = first && s.Name != cloudseed.StepUpload; !first {
			second.mu.Lock()
			second.answer = "full"
			second.mu.Unlock()
		}
	}
	_, err := c.Create(wallet(t), pin, nil)
	if p := Explain(err); p.Kind() != "incomplete" || p.Place() != "stick" || !errors.Is(err, store.ErrFull) {
		t.Fatalf("one place full: %v", err)
	}
	c.cfg.Step, second.answer = nil, ""
	d, err := DecodeDevice(h.device)
	if err != nil || d.State() != "unfinished" {
		t.Fatalf("remembered: %v, %v", d, err)
	}
	if err := c.Resume(d); err != nil || d.State() != "protected" || len(second.files) != 1 {
		t.Errorf("resumed: %v, %s", err, d.State())
	}
}

// A host that hangs does not hold up the person who cancels.
func TestCancel(t *testing.T) {
	c := client(cloudseedtest.New(), newHost())
	hangs, release := make(chan struct{}), make(chan struct{})
	c.AddPlace("slow", "slow:", slowPlace{newHost(), hangs, release})
	defer close(release)
	go func() { <-hangs; c.Cancel() }()
	if _, err := c.Find(); Explain(err).Kind() != "could-not-look" {
		t.Errorf("cancelled: %v", err)
	}
}

type slowPlace struct {
	*host
	hangs, release chan struct{}
}

func (p slowPlace) List(l *Listing) (string, error) {
	close(p.hangs)
	<-p.release
	return p.host.List(l)
}

// The host's place keeps what every place must.
func TestHostPlace(t *testing.T) {
	reason := "a stand-in in memory has no such trouble; the host's place is tested by the host"
	column := storetest.Column{Place: "the host's own", Peer: "callbacks", Level: storetest.Assumed, Without: map[string]string{}}
	for _, name := range withoutTrouble {
		column.Without[name] = reason
	}
	storetest.Run(t, column, func(t *testing.T) storetest.Place {
		h := newHost()
		return storetest.Place{
			Atomic: true,
			Open:   func(testing.TB) store.Store { return &hostPlace{"memory", h} },
			Plant:  func(_ testing.TB, name string, data []byte) { h.files[name] = data },
		}
	})
}

var withoutTrouble = []string{
	"two files of one name", "interrupted create", "answer lost", "request lost", "overtaken without an answer",
	"token expires in an upload", "signed out in an upload", "full",
}
