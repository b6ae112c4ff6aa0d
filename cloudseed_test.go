package cloudseed

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

var ctx = context.Background()

func TestBackupAndRestore(t *testing.T) {
	for _, c := range []struct {
		words      int
		language   phrase.Language
		passphrase string
	}{{12, phrase.English, ""}, {24, phrase.English, "žluťoučký kůň"}, {12, phrase.Japanese, ""}, {24, phrase.Japanese, "㍍ガバヴァ"}, {18, phrase.ChineseSimplified, ""}} {
		w := newWorld(t)
		wallet := newWallet(t, c.words, c.language)
		wallet.Passphrase = secret.Copy([]byte(c.passphrase))
		wallet.Descriptors = []string{"wpkh(xpub/0/*)"}
		d := w.create(wallet)
		if d.State(time.Now()) != StateProtected || d.Stage != StageDone {
			t.Errorf("state %s, stage %s", d.State(time.Now()), d.Stage)
		}

		r := w.restore(w.config()) // with nothing but places, realms and PIN
		if !r.Wallet.Phrase.Equal(wallet.Phrase) || !r.Wallet.Passphrase.Equal(wallet.Passphrase) || r.Wallet.Phrase.Language() != c.language {
			t.Errorf("%d %s: another phrase came back", c.words, c.language)
		}
		if r.Wallet.Name != "Samantha" || !r.Wallet.Birthday.Equal(wallet.Birthday) || !cmp.Equal(r.Wallet.Descriptors, wallet.Descriptors) || r.MadeOn != "Samantha's laptop" {
			t.Errorf("came back as %+v", r)
		}
		if r.Device.Fingerprint != d.Fingerprint || r.Device.FirstAddress != d.FirstAddress || r.Device.State(time.Now()) != StateProtected {
			t.Errorf("the new device: %+v", r.Device)
		}
	}
}

func TestOnePlaceAndOneRealmLost(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	for i := range hosts {
		w.setDown(true, hosts[i])
		c := w.config()
		c.Places = c.Places[i%2 : i%2+1]
		if r := w.restore(c); r.Device.Fingerprint != d.Fingerprint || len(r.Device.Places) != 1 {
			t.Errorf("came back as %+v", r.Device)
		}
		w.setDown(false, hosts[i])
	}
	w.setDown(true, hosts[:2]...)
	_, err := Restore(ctx, w.config(), w.find(w.config()), pin())
	wantError(t, "two realms down", err, ErrRealms)
}

func TestWrongPIN(t *testing.T) {
	w := newWorld(t)
	w.create(newWallet(t, 12, phrase.English))
	b := w.find(w.config())
	guess := func(text string) error {
		_, err := Restore(ctx, w.config(), b, secret.Copy([]byte(text)))
		return err
	}
	for left := 9; left >= 8; left-- {
		var wrong *WrongPINError
		if err := guess("canary-000000"); !errors.As(err, &wrong) || wrong.Left != left {
			t.Fatalf("wrong PIN: %v, want %d left", err, left)
		}
	}
	if err := guess(pinText); err != nil {
		t.Fatalf("right PIN after wrong ones: %v", err)
	}
	for range DefaultGuesses {
		guess("canary-000000")
	}
	wantError(t, "right PIN after the last try", guess(pinText), ErrNoTries)
}

// The PIN is compared as people type it: composed or not, but with every space.
func TestPINForms(t *testing.T) {
	w := newWorld(t)
	composed, decomposed := "caf\u00e9 sombre", "cafe\u0301 sombre"
	if _, err := Create(ctx, w.config(), newWallet(t, 12, phrase.English), secret.Copy([]byte(composed))); err != nil {
		t.Fatal(err)
	}
	b := w.find(w.config())
	if _, err := Restore(ctx, w.config(), b, secret.Copy([]byte(decomposed))); err != nil {
		t.Error(err)
	}
	var wrong *WrongPINError
	if _, err := Restore(ctx, w.config(), b, secret.Copy([]byte(composed+" "))); !errors.As(err, &wrong) {
		t.Errorf("with a space more: %v", err)
	}
}

func TestRefusedBeforeAnything(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	try := func(change func(*Config, *Wallet), pin string, files ...File) error {
		c, w2 := w.config(), *wallet
		if change != nil {
			change(&c, &w2)
		}
		_, err := Create(ctx, c, &w2, secret.Copy([]byte(pin)), files...)
		return err
	}
	wantError(t, "no place", try(func(c *Config, _ *Wallet) { c.Places = nil }, pinText), ErrNoPlace)
	wantError(t, "no realms", try(func(c *Config, _ *Wallet) { c.Realms.Realms = nil }, pinText), ErrUnsafe)
	wantError(t, "plain HTTP", try(func(c *Config, _ *Wallet) { c.Realms.Realms[0].Address = "http://one.example/" }, pinText), ErrUnsafe)
	wantError(t, "no name", try(func(_ *Config, w *Wallet) { w.Name = "" }, pinText), ErrName)
	wantError(t, "channel database", try(nil, pinText, File{Name: "Channel.DB"}), ErrDangerous)
	wantError(t, "path", try(nil, pinText, File{Name: "../x"}), ErrBadFile)
	var weak *WeakPINError
	if err := try(nil, "123456"); !errors.As(err, &weak) {
		t.Errorf("trivial PIN: %v", err)
	}
	w.a.Before = func(string, string) error { return store.Errorf("list", "", store.ErrOffline, "test") }
	w.b.Before = w.a.Before
	wantError(t, "places offline", try(nil, pinText), store.ErrOffline)
	if w.answers(juicebox.Register1{}) != 0 || len(w.journal.saved) != 0 || len(w.a.Files()) != 0 {
		t.Error("something was done before the refusal")
	}
}

func TestUndoneWhenARealmIsDown(t *testing.T) {
	w := newWorld(t)
	w.setDown(true, hosts[1])
	_, err := Create(ctx, w.config(), newWallet(t, 12, phrase.English), pin())
	wantError(t, "create", err, ErrRealms)
	if len(w.a.Files())+len(w.b.Files()) != 0 {
		t.Error("something was put into a place")
	}
	// The realm that is down may hold a record: the journal keeps what is needed to delete it.
	d := w.journal.reload(t)
	if d.Stage != StagePrepared || d.State(time.Now()) != StateUnfinished {
		t.Errorf("stage %s", d.Stage)
	}
	w.setDown(false, hosts[1])
	wantError(t, "resume", Resume(ctx, w.config(), d), ErrUndone)
	if len(w.journal.saved) != 0 {
		t.Error("the journal still holds it")
	}
}

func TestResumeSendsTheSameBytes(t *testing.T) {
	w := newWorld(t)
	w.b.Before = func(op, _ string) error {
		if op == "create" {
			return store.Errorf(op, "", store.ErrFull, "test")
		}
		return nil
	}
	d, err := Create(ctx, w.config(), newWallet(t, 12, phrase.English), pin())
	var part *IncompleteError
	if !errors.As(err, &part) || !errors.Is(err, store.ErrFull) || !cmp.Equal(part.Verified, []string{"first"}) {
		t.Fatalf("create: %v", err)
	}
	if d.State(time.Now()) != StateUnfinished {
		t.Errorf("state %s", d.State(time.Now()))
	}
	w.b.Before = nil
	d = w.journal.reload(t)
	if err := Resume(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w.a.Files(), w.b.Files()); diff != "" {
		t.Errorf("the places differ: %s", diff)
	}
	if d.State(time.Now()) != StateProtected || d.Wallet.Pending != nil {
		t.Errorf("state %s", d.State(time.Now()))
	}
}

// A write that got through although its answer was lost is found, not repeated.
func TestLostAnswer(t *testing.T) {
	w := newWorld(t)
	w.a.After = func(op, _ string) error {
		if op == "create" {
			return store.Errorf(op, "", store.ErrOffline, "answer lost")
		}
		return nil
	}
	w.create(newWallet(t, 12, phrase.English))
	if n := len(w.a.Files()); n != 1 {
		t.Errorf("%d files", n)
	}
}

// Bytes that a place changed are never called a backup.
func TestReadBackIsCompared(t *testing.T) {
	w := newWorld(t)
	w.a.After = func(op, name string) error {
		if op == "create" {
			w.a.Another().Put(name, []byte("something else"))
		}
		return nil
	}
	_, err := Create(ctx, w.config(), newWallet(t, 12, phrase.English), pin())
	wantError(t, "create", err, store.ErrCorrupt)
}

// Another wallet of the same name, and a file of the same name that is no backup, stay as
// they are: the new backup stands beside them.
func TestSibling(t *testing.T) {
	w := newWorld(t)
	first := w.create(newWallet(t, 12, phrase.English))
	before := w.a.Files()
	second := w.create(newWallet(t, 12, phrase.English))
	for name, data := range before {
		if !cmp.Equal(w.a.Files()[name], data) {
			t.Errorf("%s was changed", name)
		}
	}
	if f := second.Places[0].Wallet.File; !strings.Contains(f, second.Vault.Short()) {
		t.Errorf("the sibling is called %q", f)
	}
	s, err := Find(ctx, w.config())
	if err != nil || len(s.Backups) != 2 {
		t.Fatalf("found %d, %v", len(s.Backups), err)
	}
	for _, b := range s.Backups {
		r, err := Restore(ctx, w.config(), b, pin())
		if err != nil || r.Device.Vault != b.Vault || b.Vault != first.Vault && b.Vault != second.Vault {
			t.Errorf("restore: %v", err)
		}
	}
}

func TestAttachedFiles(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet, File{Name: "channel.backup", Data: []byte("one")})
	registrations := w.answers(juicebox.Register2{})
	for _, text := range []string{"two", "three"} {
		if err := Update(ctx, w.config(), d, File{Name: "channel.backup", Data: []byte(text)}, File{Name: "labels.jsonl", Data: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	if w.answers(juicebox.Register2{}) != registrations {
		t.Error("an update asked the realms")
	}
	r := w.restore(w.config())
	want := []File{{Name: "channel.backup", Data: []byte("three")}, {Name: "labels.jsonl", Data: []byte("{}")}}
	if diff := cmp.Diff(want, r.Files); diff != "" {
		t.Error(diff)
	}
	if r.Device.Files.Generation != 3 {
		t.Errorf("generation %d", r.Device.Files.Generation)
	}
	// The restored device goes on where the other one stopped.
	if err := Update(ctx, w.config(), r.Device, File{Name: "channel.backup", Data: []byte("four")}); err != nil {
		t.Fatal(err)
	}
	if r := w.restore(w.config()); string(r.Files[0].Data) != "four" {
		t.Errorf("files: %v", r.Files)
	}
}

func TestFindAnswers(t *testing.T) {
	w := newWorld(t)
	_, err := Find(ctx, w.config())
	wantError(t, "empty places", err, ErrNoBackup)

	w.a.Put("notes.age", []byte("age-encryption.org/v1\n-> X25519 x\n"))
	w.a.Put("Wallet backup - Samantha - wallet 1.age", []byte("dear diary"))
	s, err := Find(ctx, w.config())
	wantError(t, "no backups", err, ErrNoBackup)
	wantError(t, "not a backup", err, ErrNotBackup)
	if len(s.Skipped) != 2 {
		t.Errorf("skipped %+v", s.Skipped)
	}

	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrSignedOut, "test") }
	_, err = Find(ctx, w.config())
	var could *CouldNotLookError
	if !errors.As(err, &could) || !errors.Is(err, store.ErrSignedOut) || errors.Is(err, ErrNoBackup) {
		t.Errorf("one place signed out: %v", err)
	}
	w.b.Before = nil
	w.create(newWallet(t, 12, phrase.English))
	w.b.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	s, err = Find(ctx, w.config())
	if err != nil || len(s.Backups) != 1 || len(s.Failed) != 1 || len(s.Backups[0].Wallet) != 1 {
		t.Errorf("one of two: %+v %v", s, err)
	}
}

// Files that a hostile or failing place adds do not hide the good one.
func TestSpoiledFiles(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	good := w.a.Files()[d.Places[0].Wallet.File]
	cut, changed := good[:len(good)-1], append([]byte(nil), good...)
	changed[len(changed)-50] ^= 1
	w.a.Put("Wallet backup - Samantha - wallet 3.age", cut)
	w.a.Put("Wallet backup - Samantha - wallet 4.age", changed)
	w.a.Put("Wallet backup - Samantha - files 1.age", good)
	c := w.config()
	c.Places = c.Places[:1]
	r := w.restore(c)
	if r.Generation != 1 || len(r.Skipped) != 3 {
		t.Errorf("generation %d, skipped %+v", r.Generation, r.Skipped)
	}
	w.a.Delete(ctx, d.Places[0].Wallet.File)
	_, err := Restore(ctx, c, w.find(c), pin())
	wantError(t, "only spoiled ones left", err, ErrDamaged)
}

func TestCheck(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), File{Name: "labels.jsonl", Data: []byte("{}")})
	if err := Check(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}
	seen := d.Places[0].Wallet.ReadBack

	w.a.Before = func(op, _ string) error { return store.Errorf(op, "", store.ErrOffline, "test") }
	wantError(t, "offline", Check(ctx, w.config(), d), store.ErrOffline)
	if d.State(time.Now()) != StateNeedsYou || !d.Places[0].Wallet.ReadBack.Equal(seen) {
		t.Errorf("offline: state %s; old evidence must stay, with its time", d.State(time.Now()))
	}
	w.a.Before = nil

	w.a.Delete(ctx, d.Places[0].Files.File)
	wantError(t, "file gone", Check(ctx, w.config(), d), store.ErrNotFound)
	if d.State(time.Now()) != StateNeedsYou {
		t.Errorf("file gone: state %s", d.State(time.Now()))
	}
	if err := Resume(ctx, w.config(), d); err != nil { // put there again, from the other place
		t.Fatal(err)
	}
	if err := Check(ctx, w.config(), d); err != nil || d.State(time.Now()) != StateProtected {
		t.Errorf("after repair: %v, state %s", err, d.State(time.Now()))
	}

	w.a.Put(d.Places[0].Wallet.File, []byte("something else"))
	wantError(t, "file changed", Check(ctx, w.config(), d), store.ErrCorrupt)
	if err := Resume(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}

	w.setDown(true, hosts[0])
	if err := Check(ctx, w.config(), d); err != nil {
		t.Errorf("one realm down is within the threshold: %v", err)
	}
	w.setDown(true, hosts[1])
	wantError(t, "two realms down", Check(ctx, w.config(), d), ErrRealms)
	if d.State(time.Now()) != StateNeedsYou {
		t.Errorf("two realms down: state %s", d.State(time.Now()))
	}
	w.setDown(false, hosts...)
	if err := Check(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}
	if s := d.State(time.Now().Add(EvidenceAge + time.Hour)); s != StateOutOfDate {
		t.Errorf("later: %s", s)
	}
}

func TestUnknownRealms(t *testing.T) {
	w := newWorld(t)
	w.create(newWallet(t, 12, phrase.English))
	c := w.config()
	c.Realms = juicebox.Configuration{}
	b := w.find(c)
	var unknown *UnknownRealmsError
	if _, err := Restore(ctx, c, b, pin()); !errors.As(err, &unknown) || len(unknown.Realms) != 3 {
		t.Errorf("unknown realms: %v", err)
	}
	if w.answers(juicebox.Recover2{}) != 3 { // those of the proof
		t.Error("an unknown realm was asked")
	}
	c.AcceptRealms = true
	if _, err := Restore(ctx, c, b, pin()); err != nil {
		t.Error(err)
	}
	// A realm that has moved is found under the address that this device knows.
	w.realms["moved.example"] = w.realms[hosts[0]]
	w.setDown(true, hosts[0], hosts[1])
	c = w.config()
	c.Realms.Realms[0].Address = "https://moved.example/"
	if _, err := Restore(ctx, c, b, pin()); err != nil {
		t.Error(err)
	}
}

func TestDeviceHoldsNoSecret(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 24, phrase.English)
	wallet.Passphrase = secret.Copy([]byte("canary passphrase"))
	d := w.create(wallet, File{Name: "labels.jsonl", Data: []byte("canary label")})
	var look leaktest.Look
	look.Phrase("the phrase", wallet.Phrase.Words().Reveal())
	look.Secret("the entropy", wallet.Phrase.Entropy().Reveal())
	look.Secret("the passphrase", wallet.Passphrase.Reveal())
	look.Secret("the PIN", []byte(pinText))
	look.Secret("a label", []byte("canary label"))
	for _, encoded := range w.journal.saved {
		look.Bytes(t, "the journal", encoded)
	}
	for name, data := range w.a.Files() {
		look.Bytes(t, name, data)
	}
	again, err := DecodeDevice(w.journal.saved[d.Vault])
	if err != nil || !again.owner.Equal(d.owner) {
		t.Errorf("decode: %v", err)
	}
	_, err = DecodeDevice([]byte(strings.Replace(string(w.journal.saved[d.Vault]), deviceFormat, "cloudseed device 9", 1)))
	wantError(t, "a later version's", err, ErrNewerFormat)
}

func TestSteps(t *testing.T) {
	w := newWorld(t)
	w.create(newWallet(t, 12, phrase.English))
	open := map[string]int{}
	for _, s := range w.steps {
		switch s.State {
		case Started:
			open[string(s.Name)+s.Where]++
		case Done:
			open[string(s.Name)+s.Where]--
		default:
			t.Errorf("step %+v", s)
		}
	}
	for name, n := range open {
		if n != 0 {
			t.Errorf("step %s was left open", name)
		}
	}
	if len(open) != 2+1+1+1+2+2 {
		t.Errorf("steps: %v", open)
	}
}

type forked struct{ *storetest.Memory }

func (forked) Forks(context.Context) ([]string, error) {
	return []string{"Wallet backup - Samantha - wallet 1.age"}, nil
}

func TestForksAreReported(t *testing.T) {
	w := newWorld(t)
	w.create(newWallet(t, 12, phrase.English))
	c := w.config()
	c.Places[0].Store = forked{w.a}
	s, err := Find(ctx, c)
	if err != nil || len(s.Forks) != 1 || s.Forks[0].Place != "first" || s.Forks[0].Generation != 1 {
		t.Errorf("forks: %+v, %v", s.Forks, err)
	}
}

// A synced folder has a file before its cloud does.
type queued struct{ *storetest.Memory }

func (queued) Queued() bool { return true }

func TestQueuedIsNotProtected(t *testing.T) {
	w := newWorld(t)
	c := w.config()
	c.Places = c.Places[:1]
	c.Places[0].Store = queued{w.a}
	d, err := Create(ctx, c, newWallet(t, 12, phrase.English), pin())
	if err != nil || d.State(time.Now()) != StateQueued {
		t.Errorf("a synced folder alone: %s, %v", d.State(time.Now()), err)
	}
	c.Places = append(c.Places, w.config().Places[1])
	if d, err = Create(ctx, c, newWallet(t, 12, phrase.English), pin()); err != nil || d.State(time.Now()) != StateProtected {
		t.Errorf("with a second place: %s, %v", d.State(time.Now()), err)
	}
}

// A caller's PIN and wallet are the caller's: no verb clears or changes them.
func TestCallersSecretsStay(t *testing.T) {
	w := newWorld(t)
	wallet, typed := newWallet(t, 12, phrase.English), pin()
	before := wallet.Phrase.Entropy()
	if _, err := Create(ctx, w.config(), wallet, typed); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, w.config(), w.find(w.config()), typed); err != nil {
		t.Fatal(err)
	}
	if !typed.Equal(pin()) || !wallet.Phrase.Entropy().Equal(before) {
		t.Error("a secret of the caller was cleared")
	}
}

func TestCheckPIN(t *testing.T) {
	for text, want := range map[string]PINWeakness{
		"": PINTooShort, "123": PINTooShort, "1111": PINRepeated, "aaaaaa": PINRepeated, "1234": PINSequence, "654321": PINSequence,
		"890123": PINSequence, "1212": PINPattern, "123123": PINPattern, "1987": PINYear, "2580": PINCommon, "PassWord": PINCommon,
		"\xff\xff\xff\xff": PINNotText, strings.Repeat("xy1", 100): PINTooLong, "１２３４５６": PINSequence,
		"4829": "", "482915": "", "correct horse": "", "9021": "",
	} {
		err := CheckPIN(secret.Copy([]byte(text)))
		var weak *WeakPINError
		if errors.As(err, &weak) != (want != "") || weak != nil && weak.Reason != want {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if !ShortPIN(secret.Copy([]byte("4829"))) || ShortPIN(secret.Copy([]byte("482915"))) || ShortPIN(secret.Copy([]byte("abcd"))) {
		t.Error("ShortPIN is wrong")
	}
}
