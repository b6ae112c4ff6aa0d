package attack

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// TestCloudAlone: the cloud has the files and can ask the realms. Nothing in the files is a
// secret, no key in them opens one, and it can use the tries up. That ends the way by the PIN,
// and nothing else: the kit still opens the backup.
func TestCloudAlone(t *testing.T) {
	v := newVictim(t)
	for name, data := range v.files {
		v.look.Bytes(t, name, data)
	}
	s := v.stanza(t)
	for what, seed := range map[string][]byte{"the guess key": s.Guess, "the salt": append(s.Salt[:], s.Salt[:]...), "the root key": s.Root, "the owner's": s.Owner} {
		for _, name := range []string{walletPart, filesPart} {
			if _, err := envelope.Open(v.files[name], secret.Copy(seed)); !errors.Is(err, envelope.ErrWrongKey) {
				t.Errorf("%s as a key to %s: %v", what, name, err)
			}
		}
	}
	v.useUp(t)
	if _, err := cloudseed.Restore(t.Context(), v.config(), v.found(t), pin()); !errors.Is(err, cloudseed.ErrNoTries) {
		t.Errorf("after all tries: %v", err)
	}
	r, err := cloudseed.RestoreWithKit(t.Context(), v.config(), v.found(t), v.kit)
	if err != nil || !r.Wallet.Phrase.Equal(v.wallet.Phrase) {
		t.Errorf("the kit no longer opens it: %v", err)
	}
}

// useUp spends every try at every realm, as fast as anybody can: no PIN need be stretched
// for it, any point will do.
func (v *victim) useUp(t *testing.T) {
	t.Helper()
	for i := range v.shelves {
		one := v.raw(t, i, juicebox.Recover1{}, v.token(t, i, juicebox.Guess))
		for n := 0; ; n++ {
			answer := v.raw(t, i, juicebox.Recover2{Version: one.(juicebox.Recover1Response).Version, OPRFBlindedInput: s256}, v.token(t, i, juicebox.Guess))
			if status := answer.(juicebox.Recover2Response).Status; status == juicebox.StatusNoGuesses {
				if n != cloudseed.DefaultGuesses {
					t.Errorf("realm %d allowed %d guesses", i, n)
				}
				break
			}
		}
	}
}

// s256 is ristretto255's generator: some point.
var s256 = juicebox.Point{0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51, 0x5f, 0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76}

// token is one of realm i for the role, as the guess key signs it; it claims to be the owner's
// where role says so.
func (v *victim) token(t *testing.T, i int, role juicebox.Role) string {
	t.Helper()
	s := v.stanza(t)
	guess := ed25519.NewKeyFromSeed(s.Guess)
	token, err := juicebox.GuessToken(s.Owner, guess, id(i), time.Now())
	if role == juicebox.Owner { // a token of a record whose owner key is the guess key
		token, err = juicebox.OwnerToken(guess, guess.Public().(ed25519.PublicKey), id(i), time.Now())
	}
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// raw sends one request to realm i. A refusal is nil.
func (v *victim) raw(t *testing.T, i int, request juicebox.Request, token string) juicebox.Response {
	t.Helper()
	q, _ := http.NewRequestWithContext(t.Context(), "POST", "https://"+host(i)+"/req", strings.NewReader(string(juicebox.EncodeRequest(request))))
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
	answer, err := v.web.RoundTrip(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil
	}
	b := make([]byte, juicebox.MaxResponse)
	n, _ := answer.Body.Read(b)
	response, err := juicebox.DecodeResponse(b[:n])
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// TestGuessKeyOnlyRecovers: the guess key is in the file. Who has it cannot register, replace
// or delete, nor see the owner's view; not with a token that says owner, nor with one whose
// kid was changed. The record is afterwards what it was.
func TestGuessKeyOnlyRecovers(t *testing.T) {
	v := newVictim(t)
	before := v.shelves[0].bytes()
	guess := v.token(t, 0, juicebox.Guess)
	for what, token := range map[string]string{"as it is": guess, "under the owner's kid": relabel(t, guess, "cloudseed:1")} {
		for _, request := range []juicebox.Request{juicebox.Register1{}, replacement(t, v), juicebox.Delete{}} {
			if answer := v.raw(t, 0, request, token); answer != nil {
				t.Errorf("a guess token %s may %T: %T", what, request, answer)
			}
		}
	}
	if v.raw(t, 0, juicebox.Delete{}, v.token(t, 0, juicebox.Owner)) == nil {
		t.Error("an owner's token for another record is refused: nothing was tried")
	}
	if string(v.shelves[0].bytes()) != string(before) {
		t.Error("the record has changed")
	}
	v.opens(t)
}

// replacement is a registration that the realm would store.
func replacement(t *testing.T, v *victim) juicebox.Register2 {
	t.Helper()
	m := juicebox.Register2{NumGuesses: 1}
	m.Version[0], m.OPRFPrivateKey[0], m.EncryptionKeyScalarShare[0] = 9, 1, 1
	m.OPRFSignedPublicKey.PublicKey = s256
	if _, err := juicebox.DecodeRequest(juicebox.EncodeRequest(m)); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestStolenProfile: a thief of the device's disk has what the program keeps: the owner key,
// and no phrase, PIN or kit. They can delete the backup. They cannot open it, and cannot pass
// off another wallet as it; attached files they can, and docs/security.md says so.
func TestStolenProfile(t *testing.T) {
	v := newVictim(t)
	v.look.Bytes(t, "the profile", v.profile)
	d, err := cloudseed.DecodeDevice(v.profile)
	if err != nil {
		t.Fatal(err)
	}
	stolen := ownerKey(t, v)
	for _, name := range []string{walletPart, filesPart} {
		if _, err := envelope.Open(v.files[name], secret.Copy(stolen.Seed())); !errors.Is(err, envelope.ErrWrongKey) {
			t.Errorf("the owner key opens %s: %v", name, err)
		}
	}
	v.place.Put("Wallet backup - Samantha - wallet 2.age", forgedWallet(t, v, d, stolen))
	r, err := cloudseed.Restore(t.Context(), v.config(), v.found(t), pin())
	if err != nil || !r.Wallet.Phrase.Equal(v.wallet.Phrase) || len(r.Skipped) != 1 {
		t.Errorf("another wallet under a newer name: %v", err)
	}
	v.place.Put("Wallet backup - Samantha - files 2.age", forgedFiles(t, v, d, stolen))
	r, err = cloudseed.Restore(t.Context(), v.config(), v.found(t), pin())
	if err != nil || len(r.Files) != 1 || string(r.Files[0].Data) != "the thief's" {
		t.Errorf("the docs say that the thief can add attached files: %v", err)
	}
	if _, err := cloudseed.Delete(t.Context(), v.config(), d); err != nil || len(v.place.Files()) > 0 {
		t.Errorf("the docs say that the thief can delete: %d files left, %v", len(v.place.Files()), err)
	}
}

// forgedFiles are the thief's files under the victim's stanza, sealed as the profile can.
func forgedFiles(t *testing.T, v *victim, d *cloudseed.Device, owner ed25519.PrivateKey) []byte {
	t.Helper()
	to, err := age.ParseHybridRecipient(d.FilesRecipient)
	if err != nil {
		t.Fatal(err)
	}
	h := envelope.Header{Generation: 2, Previous: d.Files.SHA256, Created: time.Now().UTC().Truncate(time.Second)}
	sealed, err := envelope.SealFiles(v.stanza(t), owner, h, []envelope.File{{Name: "labels.jsonl", Data: []byte("the thief's")}}, to)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// ownerKey is the key in the stolen profile.
func ownerKey(t *testing.T, v *victim) ed25519.PrivateKey {
	t.Helper()
	var kept struct{ Owner []byte }
	if err := json.Unmarshal(v.profile, &kept); err != nil || len(kept.Owner) != ed25519.SeedSize {
		t.Fatalf("the profile has no owner key: nothing is attacked: %v", err)
	}
	return ed25519.NewKeyFromSeed(kept.Owner)
}

// forgedWallet is the thief's wallet under the victim's stanza, signed with the stolen key and
// sealed to what the profile says the PIN opens.
func forgedWallet(t *testing.T, v *victim, d *cloudseed.Device, owner ed25519.PrivateKey) []byte {
	t.Helper()
	p, err := phrase.New(12, phrase.English)
	if err != nil {
		t.Fatal(err)
	}
	w := &cloudseed.Wallet{Phrase: p}
	fingerprint, err := w.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	to, err := envelope.Recipient(v.vaultKey(t)) // the profile has its public half
	if err != nil || d.VaultRecipient != to.String() {
		t.Fatalf("the profile does not say what the PIN opens: %v", err)
	}
	sealed, err := envelope.SealWallet(v.stanza(t), owner, envelope.Header{Generation: 2, Created: time.Now().UTC().Truncate(time.Second)},
		&envelope.Wallet{Name: "Samantha", Phrase: p.Words(), Language: "english", Fingerprint: fingerprint, Owner: secret.Copy(owner.Seed())}, to)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}
