package envelope

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/cloudseed/cloudseed/secret"
)

// maxWallet is the largest wallet.json in bytes, so that it fits the fixed size of a wallet part.
const maxWallet = 20 << 10

// A Wallet is what the wallet part holds.
type Wallet struct {
	Phrase      secret.Text // the recovery phrase's words, UTF-8
	Language    string      // of the words, such as "english"
	Passphrase  secret.Text // BIP-39 passphrase; may be empty
	Name        string      // for people
	Birthday    string      // YYYY-MM-DD, or ""
	Fingerprint string      // BIP-32 master fingerprint, 8 hex digits
	Descriptors []string
	Owner       secret.Text // seed of the owner key
}

// wireWallet is wallet.json. Its strings are secrets in the open: it lives only inside
// encode and decode.
type wireWallet struct {
	Phrase      string   `json:"phrase"`
	Language    string   `json:"language"`
	Passphrase  string   `json:"passphrase"`
	Name        string   `json:"name"`
	Birthday    string   `json:"birthday"`
	Fingerprint string   `json:"fingerprint"`
	Descriptors []string `json:"descriptors"`
	Owner       string   `json:"owner"` // hex
}

func (w *Wallet) encode() ([]byte, error) {
	wire := wireWallet{
		string(w.Phrase.Reveal()), w.Language, string(w.Passphrase.Reveal()), w.Name,
		w.Birthday, w.Fingerprint, append([]string{}, w.Descriptors...), hex.EncodeToString(w.Owner.Reveal()),
	}
	// JSON would quietly put another character in the place of what is not UTF-8.
	for _, s := range append([]string{wire.Phrase, wire.Passphrase, wire.Name}, wire.Descriptors...) {
		if !utf8.ValidString(s) {
			return nil, errors.New("text that is not UTF-8")
		}
	}
	encoded, err := oneForm(wire)
	if err == nil && len(encoded) > maxWallet {
		clear(encoded)
		return nil, ErrTooLarge
	}
	return encoded, err
}

func decodeWallet(encoded []byte) (*Wallet, error) {
	var w wireWallet
	// What the decoder says may quote what it read, which is secret.
	if json.Unmarshal(encoded, &w) != nil {
		return nil, damaged(LayerWallet, "%w", errors.New("wallet.json cannot be read"))
	}
	again, _ := oneForm(w) // what cannot be written is not the same
	defer clear(again)
	if !bytes.Equal(again, encoded) || w.Descriptors == nil {
		return nil, damaged(LayerWallet, "%w", errors.New("wallet.json is not in its one form"))
	}
	owner, _ := hex.DecodeString(w.Owner) // what is not hex is not the same when written again
	if hex.EncodeToString(owner) != w.Owner || len(owner) != SeedSize || w.Phrase == "" {
		return nil, damaged(LayerWallet, "%w", errors.New("wallet.json lacks the phrase or the owner key"))
	}
	return &Wallet{
		secret.New([]byte(w.Phrase)), w.Language, secret.New([]byte(w.Passphrase)), w.Name,
		w.Birthday, w.Fingerprint, w.Descriptors, secret.New(owner),
	}, nil
}
