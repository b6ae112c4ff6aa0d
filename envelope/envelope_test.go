package envelope_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/secret"
)

// A vault is made-up keys and a signed stanza.
type vault struct {
	entropy  secret.Text
	vaultKey secret.Text
	owner    ed25519.PrivateKey
	stanza   *envelope.Stanza
}

func newVault(t testing.TB) *vault {
	t.Helper()
	v := &vault{entropy: secret.Random(16), vaultKey: secret.Random(32), owner: ed25519.NewKeyFromSeed(secret.Random(32).Reveal())}
	v.stanza = v.newStanza()
	if err := v.stanza.Sign(envelope.RootKey(v.entropy, v.stanza.Salt)); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *vault) newStanza() *envelope.Stanza {
	return &envelope.Stanza{
		Salt: [16]byte{1, 2, 3}, Registration: 1, Nonce: [16]byte{4, 5, 6},
		Realms: []envelope.Realm{
			{ID: [16]byte{1}, Address: "https://one.example/"},
			{ID: [16]byte{2}, Address: "https://two.example/"},
			{ID: [16]byte{3}, Address: "https://three.example/"},
		},
		Recover: 2, Guesses: 10, Hashing: "Standard2019", Tenant: "cloudseed",
		Owner: v.owner.Public().(ed25519.PublicKey), Guess: secret.Random(32).Reveal(),
	}
}

func (v *vault) wallet() *envelope.Wallet {
	return &envelope.Wallet{
		Phrase: secret.Copy([]byte("legal winner thank year wave sausage worth useful legal winner thank yellow")), Language: "english",
		Passphrase: secret.Copy([]byte("žluťoučký <kůň>")), Name: "Samantha", Birthday: "2026-11-22", Fingerprint: "73c5da0a",
		Descriptors: []string{"wpkh([73c5da0a/84h/0h/0h]xpub…/0/*)"}, Owner: secret.Copy(v.owner.Seed()),
	}
}

var made = time.Date(2026, 11, 1, 20, 0, 0, 0, time.UTC)

func header(generation int) envelope.Header {
	h := envelope.Header{Generation: generation, Created: made, Device: "Samantha's laptop"}
	if generation > 1 {
		h.Previous = strings.Repeat("ab", 32)
	}
	return h
}

func (v *vault) sealWallet(t testing.TB, w *envelope.Wallet, more ...*age.HybridRecipient) []byte {
	t.Helper()
	sealed, err := envelope.SealWallet(v.stanza, v.owner, header(1), w, append(more, recipient(t, v.vaultKey))...)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func (v *vault) sealFiles(t testing.TB, files ...envelope.File) []byte {
	t.Helper()
	sealed, err := envelope.SealFiles(v.stanza, v.owner, header(2), files, recipient(t, v.filesKey()))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func (v *vault) filesKey() secret.Text { return envelope.FilesKey(v.entropy, v.stanza.Salt) }

func recipient(t testing.TB, seed secret.Text) *age.HybridRecipient {
	t.Helper()
	r, err := envelope.Recipient(seed)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWalletRoundTrip(t *testing.T) {
	v := newVault(t)
	sealed := v.sealWallet(t, v.wallet())
	o, err := envelope.Open(sealed, v.vaultKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.CheckRoot(v.entropy); err != nil {
		t.Error(err)
	}
	if err := o.CheckRoot(secret.Random(16)); !isLayer(err, envelope.LayerRoot) {
		t.Errorf("another phrase: %v", err)
	}
	w, want := o.Wallet, v.wallet()
	if !w.Phrase.Equal(want.Phrase) || !w.Passphrase.Equal(want.Passphrase) || !w.Owner.Equal(want.Owner) {
		t.Error("a secret came back changed")
	}
	if w.Name != want.Name || w.Birthday != want.Birthday || w.Fingerprint != want.Fingerprint || !cmp.Equal(w.Descriptors, want.Descriptors) {
		t.Errorf("came back as %+v", w)
	}
	if o.Manifest.Device != "Samantha's laptop" || !o.Manifest.Created.Equal(made) || o.Manifest.Vault != v.stanza.Vault() {
		t.Errorf("manifest: %+v", o.Manifest)
	}
}

func TestFilesRoundTrip(t *testing.T) {
	v := newVault(t)
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	files := []envelope.File{{Name: "channel.backup", Data: all}, {Name: "Märkchen.jsonl", Data: []byte("{}\n")}, {Name: "empty", Data: []byte{}}}
	o, err := envelope.Open(v.sealFiles(t, files...), v.filesKey())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files, o.Files); diff != "" {
		t.Error(diff)
	}
	if o.Wallet != nil || o.Manifest.Generation != 2 {
		t.Errorf("manifest: %+v", o.Manifest)
	}
}

// The size of a wallet part says nothing about the wallet, that of a files part little.
func TestPadding(t *testing.T) {
	v := newVault(t)
	small, large := v.wallet(), v.wallet()
	small.Descriptors, small.Passphrase = nil, secret.Text{}
	large.Descriptors = []string{strings.Repeat("x", 15<<10)}
	if a, b := len(v.sealWallet(t, small)), len(v.sealWallet(t, large)); a != b {
		t.Errorf("wallet parts of %d and %d bytes", a, b)
	}
	sizes := map[int]bool{}
	for _, n := range []int{0, 1, 1000, 20000, 100_000, 100_001, 120_000} {
		sizes[len(v.sealFiles(t, envelope.File{Name: "f", Data: make([]byte, n)}))] = true
	}
	if len(sizes) != 2 {
		t.Errorf("files parts of sizes %v, want two buckets", sizes)
	}
}

func TestTooLarge(t *testing.T) {
	v := newVault(t)
	w := v.wallet()
	w.Descriptors = []string{strings.Repeat("x", 40<<10)}
	_, err := envelope.SealWallet(v.stanza, v.owner, header(1), w, recipient(t, v.vaultKey))
	if !errors.Is(err, envelope.ErrTooLarge) {
		t.Errorf("wallet: %v", err)
	}
	_, err = envelope.SealFiles(v.stanza, v.owner, header(1), []envelope.File{{Name: "f", Data: make([]byte, envelope.MaxFiles+1)}}, recipient(t, v.filesKey()))
	if !errors.Is(err, envelope.ErrTooLarge) {
		t.Errorf("files: %v", err)
	}
	if _, err := envelope.Inspect(make([]byte, envelope.MaxSize+1)); !errors.Is(err, envelope.ErrTooLarge) {
		t.Errorf("inspect: %v", err)
	}
	full := []envelope.File{{Name: "f", Data: make([]byte, envelope.MaxFiles)}}
	if o, err := envelope.Open(v.sealFiles(t, full...), v.filesKey()); err != nil || len(o.Files[0].Data) != envelope.MaxFiles {
		t.Errorf("the largest files part: %v", err)
	}
}

// Text that is not UTF-8 would come back as other text: a passphrase that opens another wallet.
func TestOnlyUTF8IsSealed(t *testing.T) {
	v := newVault(t)
	w := v.wallet()
	w.Passphrase = secret.Copy([]byte("caf\xe9"))
	if _, err := envelope.SealWallet(v.stanza, v.owner, header(1), w, recipient(t, v.vaultKey)); err == nil {
		t.Error("a passphrase in Latin-1 was sealed")
	}
}

func TestFileNames(t *testing.T) {
	for _, bad := range []string{"", ".", "..", ".hidden", "a/b", `a\b`, "-rf", "nul\x00", "a\nb", "C:", "a ", "a.", strings.Repeat("x", 101), "\xff"} {
		if err := envelope.CheckFileName(bad); !errors.Is(err, envelope.ErrBadFile) {
			t.Errorf("%q was accepted", bad)
		}
	}
	if err := envelope.CheckFiles([]envelope.File{{Name: "Labels"}, {Name: "labels"}}); !errors.Is(err, envelope.ErrBadFile) {
		t.Error("two names that differ by case were accepted")
	}
	if err := envelope.CheckFiles([]envelope.File{{Name: "caf\u00e9"}, {Name: "cafe\u0301"}}); !errors.Is(err, envelope.ErrBadFile) {
		t.Error("two ways to write one name were accepted")
	}
}

func TestRefusals(t *testing.T) {
	v := newVault(t)
	sealed := v.sealWallet(t, v.wallet())
	change := func(at int) []byte {
		b := bytes.Clone(sealed)
		b[at] ^= 1
		return b
	}
	headerEnd := bytes.Index(sealed, []byte("\n--- "))
	for _, c := range []struct {
		name   string
		sealed []byte
		want   error
		layer  envelope.Layer
	}{
		{"empty", nil, envelope.ErrNotBackup, ""},
		{"text", []byte("dear diary"), envelope.ErrNotBackup, ""},
		{"plain age", plainAge(t, v), envelope.ErrNotBackup, ""},
		{"cut in the intro", sealed[:10], envelope.ErrDamaged, envelope.LayerHeader},
		{"cut in the header", sealed[:headerEnd-10], envelope.ErrDamaged, envelope.LayerHeader},
		{"cut in the payload", sealed[:len(sealed)-1], envelope.ErrDamaged, envelope.LayerPayload},
		{"trailing byte", append(bytes.Clone(sealed), 0), envelope.ErrDamaged, envelope.LayerPayload},
		{"MAC changed", bytes.Replace(sealed, sealed[headerEnd+5:headerEnd+9], []byte("AAAA"), 1), envelope.ErrDamaged, envelope.LayerMAC},
		{"payload changed", change(len(sealed) - 100), envelope.ErrDamaged, envelope.LayerPayload},
		{"newer stanza", bytes.Replace(sealed, []byte("-> cloudseed/1"), []byte("-> cloudseed/2"), 1), envelope.ErrNewerFormat, ""},
		{"stanza with an argument", bytes.Replace(sealed, []byte("-> cloudseed/1"), []byte("-> cloudseed/1 x"), 1), envelope.ErrDamaged, envelope.LayerStanza},
	} {
		_, err := envelope.Open(c.sealed, v.vaultKey)
		if !errors.Is(err, c.want) || c.layer != "" && !isLayer(err, c.layer) {
			t.Errorf("%s: %v, want %v %s", c.name, err, c.want, c.layer)
		}
	}
	if _, err := envelope.Open(sealed, secret.Random(32)); !errors.Is(err, envelope.ErrWrongKey) {
		t.Errorf("wrong key: %v", err)
	}
}

func plainAge(t *testing.T, v *vault) []byte {
	var b bytes.Buffer
	w, err := age.Encrypt(&b, recipient(t, v.vaultKey))
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	return b.Bytes()
}

// Somebody who once read a file, or stole the recipients, seals another wallet: under the
// stanza as it was, and under one of their own.
func TestForgery(t *testing.T) {
	v, thief := newVault(t), newVault(t)
	forged, err := envelope.SealWallet(v.stanza, thief.owner, header(9), thief.wallet(), recipient(t, v.vaultKey))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := envelope.Open(forged, v.vaultKey); !isLayer(err, envelope.LayerSignature) {
		t.Errorf("signed by another owner key: %v", err)
	}
	forged, err = envelope.SealWallet(thief.stanza, thief.owner, header(9), thief.wallet(), recipient(t, v.vaultKey))
	if err != nil {
		t.Fatal(err)
	}
	o, err := envelope.Open(forged, v.vaultKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.CheckRoot(v.entropy); !isLayer(err, envelope.LayerRoot) {
		t.Errorf("another vault's stanza: %v", err)
	}
}

func TestStanzaIsStrict(t *testing.T) {
	v := newVault(t)
	body := v.stanza.Body()
	got, err := envelope.ParseStanza(body)
	if err != nil {
		t.Fatal(err)
	}
	if got.Hash() != v.stanza.Hash() || got.Vault() != v.stanza.Vault() || !cmp.Equal(got.Realms, v.stanza.Realms, cmp.Comparer(func(a, b envelope.Realm) bool { return a.ID == b.ID && a.Address == b.Address })) {
		t.Errorf("came back as %+v", got)
	}
	for i := range body {
		changed := bytes.Clone(body)
		changed[i] ^= 1
		if _, err := envelope.ParseStanza(changed); err == nil {
			t.Fatalf("a change of byte %d was accepted", i)
		}
		if _, err := envelope.ParseStanza(body[:i]); err == nil {
			t.Fatalf("accepted when cut to %d bytes", i)
		}
	}
	if s, err := envelope.Inspect(v.sealWallet(t, v.wallet())); err != nil || s.Hash() != got.Hash() {
		t.Errorf("inspected: %v", err)
	}
	if _, err := envelope.ParseStanza(append(body, 0)); err == nil {
		t.Error("a trailing byte was accepted")
	}
}

func TestStanzaRules(t *testing.T) {
	for name, spoil := range map[string]func(*envelope.Stanza){
		"no realms":             func(s *envelope.Stanza) { s.Realms = nil },
		"realms out of order":   func(s *envelope.Stanza) { s.Realms[0], s.Realms[1] = s.Realms[1], s.Realms[0] },
		"one realm twice":       func(s *envelope.Stanza) { s.Realms[1] = s.Realms[0] },
		"half of the realms":    func(s *envelope.Stanza) { s.Recover = 1 },
		"more than all realms":  func(s *envelope.Stanza) { s.Recover = 4 },
		"no guesses":            func(s *envelope.Stanza) { s.Guesses = 0 },
		"no owner":              func(s *envelope.Stanza) { s.Owner = nil },
		"short guess key":       func(s *envelope.Stanza) { s.Guess = s.Guess[:31] },
		"registration zero":     func(s *envelope.Stanza) { s.Registration = 0 },
		"realm without address": func(s *envelope.Stanza) { s.Realms[2].Address = "" },
	} {
		v := newVault(t)
		s := v.newStanza()
		spoil(s)
		if err := s.Sign(envelope.RootKey(v.entropy, s.Salt)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestNames(t *testing.T) {
	for wallet, want := range map[string]string{
		"Samantha": "Wallet backup - Samantha", "Žofie's  wallet/1": "Wallet backup - Zofie s wallet 1",
		"財布": "Wallet backup", "": "Wallet backup", "../../etc": "Wallet backup - etc",
	} {
		base := envelope.BaseName(wallet)
		if base != want {
			t.Errorf("%q became %q, want %q", wallet, base, want)
		}
		name := envelope.FileName(base, envelope.FilesPart, 12)
		b, part, n, ok := envelope.ParseFileName(name)
		if !ok || b != base || part != envelope.FilesPart || n != 12 {
			t.Errorf("%q came back as %q %q %d %v", name, b, part, n, ok)
		}
	}
	for _, bad := range []string{"x.age", "x - wallet 0.age", "x - wallet 01.age", "x - wallet 1", "x - purse 1.age", "x - wallet 1.age.bak"} {
		if _, _, _, ok := envelope.ParseFileName(bad); ok {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func isLayer(err error, want envelope.Layer) bool {
	var d *envelope.DamageError
	return errors.As(err, &d) && d.Layer == want
}

func ExampleFileName() {
	fmt.Println(envelope.FileName(envelope.BaseName("Samantha"), envelope.WalletPart, 1))
	// Output: Wallet backup - Samantha - wallet 1.age
}
