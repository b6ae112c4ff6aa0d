package cloudseed

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
)

// typed is the kit as a careful person types it from the paper.
func typed(k Kit) string {
	var blocks []string
	for _, b := range k.Blocks() {
		blocks = append(blocks, string(b.Reveal()))
	}
	return strings.Join(blocks, " ")
}

func TestKitIsAnAgeIdentity(t *testing.T) {
	k := NewKit()
	if _, err := age.ParseHybridIdentity(string(k.Text().Reveal())); err != nil {
		t.Fatal(err)
	}
	if len(k.Blocks()) != KitBlocks || !strings.HasSuffix(string(k.Text().Reveal()), strings.ReplaceAll(typed(k), " ", "")) {
		t.Errorf("blocks %q", typed(k))
	}
}

func TestKitAsPeopleTypeIt(t *testing.T) {
	k := NewKit()
	whole, blocks := string(k.Text().Reveal()), typed(k)
	for what, text := range map[string]string{
		"the paper": blocks, "lower case": strings.ToLower(blocks), "one word": strings.ReplaceAll(blocks, " ", ""),
		"age's form": whole, "a key file": "# created: today\n# public key: age1pq1…\n" + whole + "\n",
		"lines":   "AGE-SECRET-KEY-PQ-1\r\n" + strings.Join(strings.Fields(blocks), "\r\n"),
		"hyphens": strings.Join(strings.Fields(blocks), "-"), "prefix apart": "age-secret-key-pq-1 " + blocks,
	} {
		if got, err := ParseKit([]byte(text)); err != nil || !got.seed.Equal(k.seed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Every single mistake that hands make is found, and its block named.
func TestKitTypos(t *testing.T) {
	blocks := strings.Fields(typed(NewKit()))
	refused := func(what string, changed []string, block int) {
		t.Helper()
		var typo *KitTypoError
		_, err := ParseKit([]byte(strings.Join(changed, " ")))
		if !errors.As(err, &typo) || typo.Block != block {
			t.Errorf("%s: %v, block %+v, want %d", what, err, typo, block)
		}
	}
	with := func(i int, block string) []string {
		changed := append([]string(nil), blocks...)
		changed[i] = block
		return changed
	}
	for i, b := range blocks {
		other := "Q"
		if b[0] == 'Q' {
			other = "P"
		}
		refused("another character", with(i, other+b[1:]), i+1)
		refused("a B", with(i, "B"+b[1:]), i+1)
		refused("one left out", with(i, b[1:]), i+1)
		refused("one twice", with(i, b[:1]+b), i+1)
		if b[0] != b[1] {
			refused("two changed places", with(i, b[1:2]+b[:1]+b[2:]), i+1)
		}
	}
	refused("a block left out", blocks[1:], 0)
	refused("nothing", nil, 0)
	two := with(1, "B"+blocks[1][1:])
	two[1], two[9] = "QQQQ", "PPPP"
	refused("two blocks wrong", two, 0)
	refused("the ordinary key of age", []string{"AGE-SECRET-KEY-1" + strings.Repeat("Q", 57)}, 0)
}

// The age command alone opens what was made with the kit.
func TestAddKit(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 24, phrase.English)
	wallet.Descriptors = []string{"wpkh(xpub/0/*)"}
	d := w.create(wallet, File{Name: "labels.jsonl", Data: []byte("a label")})
	before := w.a.Files()
	if d.KitStatus() != KitNone {
		t.Errorf("status %s before", d.KitStatus())
	}
	guesses := w.answers(juicebox.Recover3{})
	for what, with := range map[string]Unlock{"the PIN": {PIN: pin()}, "the wallet": {Wallet: wallet}} {
		k := NewKit()
		if err := AddKit(ctx, w.config(), d, k, with); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if d.KitStatus() != KitUnproved || !d.KitOpensFiles() || d.Stage != StageDone {
			t.Errorf("%s: status %s, files %t, stage %s", what, d.KitStatus(), d.KitOpensFiles(), d.Stage)
		}
		for _, e := range []Evidence{d.Places[0].Wallet, d.Places[0].Files, d.Places[1].Wallet, d.Places[1].Files} {
			openWithAge(t, w, e.File, k)
		}
		if opened := !d.Places[0].Wallet.Opened.IsZero(); opened != (with.Wallet == nil) {
			t.Errorf("%s: shown as opened with the PIN: %t", what, opened)
		}
	}
	if n := w.answers(juicebox.Recover3{}) - guesses; n != 3 {
		t.Errorf("%d realms were asked; the wallet needs none", n)
	}
	for name, data := range before {
		if !bytes.Equal(w.a.Files()[name], data) {
			t.Errorf("%s was changed", name)
		}
	}
	r := w.restore(w.config()) // the PIN opens the newest, and nothing is lost
	if r.Generation != 3 || len(r.Files) != 1 || len(r.Wallet.Descriptors) != 1 || !r.Wallet.Birthday.Equal(wallet.Birthday) {
		t.Errorf("came back as %+v", r)
	}
	if r.Device.KitStatus() != KitUnknown {
		t.Errorf("a new device calls the kit %s", r.Device.KitStatus())
	}
}

// openWithAge opens a file of the first place with the age command.
func openWithAge(t *testing.T, w *world, name string, k Kit) {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, data []byte) string { return writeFile(t, dir, name, data) }
	cmd := exec.Command("go", "tool", "age", "-d", "-i", write("kit.txt", k.Text().Reveal()), write("backup.age", w.a.Files()[name]))
	out, err := cmd.Output()
	if err != nil || !bytes.Contains(out, []byte("manifest.sig")) {
		t.Errorf("age does not open %s: %v", name, err)
	}
}

func TestAddKitRefuses(t *testing.T) {
	w := newWorld(t)
	wallet := newWallet(t, 12, phrase.English)
	d := w.create(wallet)
	saved := w.journal.butTries(t)
	var wrong *WrongPINError
	if err := AddKit(ctx, w.config(), d, NewKit(), Unlock{PIN: text("canary-000000")}); !errors.As(err, &wrong) {
		t.Errorf("wrong PIN: %v", err)
	}
	other := newWallet(t, 12, phrase.English)
	wantError(t, "another wallet", AddKit(ctx, w.config(), d, NewKit(), Unlock{Wallet: other}), ErrOtherWallet)
	same := *wallet
	same.Passphrase = text("but with a passphrase")
	wantError(t, "another passphrase", AddKit(ctx, w.config(), d, NewKit(), Unlock{Wallet: &same}), ErrOtherWallet)
	d.VaultRecipient = ""
	wantError(t, "an old device", AddKit(ctx, w.config(), d, NewKit(), Unlock{Wallet: wallet}), ErrNeedsPIN)
	if saved != w.journal.butTries(t) || len(w.a.Files()) != 1 || d.KitStatus() != KitNone {
		t.Error("a refusal changed something")
	}
}

// What the places could not take is sent by Resume, the same bytes.
func TestAddKitInterrupted(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	w.b.Before = func(op, _ string) error {
		if op == "create" {
			return store.Errorf(op, "", store.ErrFull, "test")
		}
		return nil
	}
	k := NewKit()
	wantError(t, "add", AddKit(ctx, w.config(), d, k, Unlock{PIN: pin()}), store.ErrFull)
	w.b.Before = nil
	d = w.journal.reload(t)
	if err := Resume(ctx, w.config(), d); err != nil {
		t.Fatal(err)
	}
	if name := d.Places[1].Wallet.File; !bytes.Equal(w.a.Files()[name], w.b.Files()[name]) {
		t.Error("the places differ")
	}
	if err := ProveKit(ctx, w.config(), d, k); err != nil || d.KitStatus() != KitReady {
		t.Errorf("prove: %v, %s", err, d.KitStatus())
	}
}

func TestDeviceKeepsNoKit(t *testing.T) {
	w := newWorld(t)
	c := w.config()
	c.Kit = NewKit()
	d, err := Create(ctx, c, newWallet(t, 12, phrase.English), pin())
	if err != nil || d.KitStatus() != KitUnproved {
		t.Fatalf("create: %v, %s", err, d.KitStatus())
	}
	if err := ProveKit(ctx, w.config(), d, c.Kit); err != nil {
		t.Fatal(err)
	}
	var look leaktest.Look
	look.Secret("the kit", c.Kit.seed.Reveal())
	look.Secret("the kit as age writes it", c.Kit.Text().Reveal())
	look.Secret("the kit as typed", []byte(typed(c.Kit)))
	look.Bytes(t, "the journal", w.journal.saved[d.Vault])
}
