package recoverypage

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// A vault is a wallet whose backups are sealed as the program seals them.
type vault struct {
	phrase phrase.Phrase
	wallet envelope.Wallet
	owner  ed25519.PrivateKey
	stanza *envelope.Stanza
	key    secret.Text // vault key
	kit    secret.Text
}

func newVault(t *testing.T, name, words, passphrase string, language phrase.Language) *vault {
	t.Helper()
	p, err := phrase.ParseIn([]byte(words), language)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint, err := p.Fingerprint(secret.Copy([]byte(passphrase)))
	if err != nil {
		t.Fatal(err)
	}
	v := &vault{phrase: p, owner: ed25519.NewKeyFromSeed(secret.Random(32).Reveal()), key: secret.Random(32), kit: secret.Random(32)}
	v.wallet = envelope.Wallet{
		Phrase: secret.Copy([]byte(words)), Passphrase: secret.Copy([]byte(passphrase)), Language: string(language), Name: name,
		Birthday: "2026-11-01", Fingerprint: string(fingerprint), Descriptors: []string{}, Owner: secret.Copy(v.owner.Seed()),
	}
	v.stanza = &envelope.Stanza{
		Salt: [16]byte(secret.Random(16).Reveal()), Nonce: [16]byte(secret.Random(16).Reveal()), Registration: 1,
		Realms:  []envelope.Realm{{ID: [16]byte{1}, Address: "https://one.example/"}},
		Recover: 1, Guesses: 10, Hashing: "Standard2019", Tenant: "cloudseed", Owner: v.owner.Public().(ed25519.PublicKey), Guess: secret.Random(32).Reveal(),
	}
	if err := v.stanza.Sign(envelope.RootKey(p.Entropy(), v.stanza.Salt)); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *vault) header(generation int) envelope.Header {
	return envelope.Header{Generation: generation, Created: time.Date(2026, 11, generation, 20, 0, 0, 0, time.UTC), Device: "Samantha's phone"}
}

func (v *vault) sealWallet(t *testing.T, generation int, to ...secret.Text) []byte {
	t.Helper()
	sealed, err := envelope.SealWallet(v.stanza, v.owner, v.header(generation), &v.wallet, recipients(t, append(to, v.key))...)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func (v *vault) sealFiles(t *testing.T, files []envelope.File, to ...secret.Text) []byte {
	t.Helper()
	own := envelope.FilesKey(v.phrase.Entropy(), v.stanza.Salt)
	sealed, err := envelope.SealFiles(v.stanza, v.owner, v.header(1), files, recipients(t, append(to, own))...)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func recipients(t *testing.T, seeds []secret.Text) (all []*age.HybridRecipient) {
	t.Helper()
	for _, seed := range seeds {
		r, err := envelope.Recipient(seed)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// kitText is the kit as it stands on the paper.
func kitText(t *testing.T, seed secret.Text) string {
	t.Helper()
	text, err := envelope.IdentityText(seed)
	if err != nil {
		t.Fatal(err)
	}
	return string(text.Reveal())
}

func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
