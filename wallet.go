package cloudseed

import (
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// A Wallet is what must outlive the device.
type Wallet struct {
	Name        string        // for people; 1 to 60 characters
	Phrase      phrase.Phrase // the recovery phrase
	Passphrase  secret.Text   // BIP-39 passphrase; empty for none
	Birthday    time.Time     // day the wallet was made, so that a restore need not scan from 2009; zero if unknown
	Descriptors []string      // output descriptors or derivation paths; may be empty
}

// Fingerprint is the wallet's BIP-32 master fingerprint: 8 hex digits that are no secret
// and tell whether the right wallet came back.
func (w *Wallet) Fingerprint() (string, error) {
	f, err := w.Phrase.Fingerprint(w.Passphrase)
	return string(f), err
}

// FirstAddress is the wallet's first receiving address by BIP-84 (m/84'/0'/0'/0/0).
func (w *Wallet) FirstAddress() (string, error) { return w.Phrase.FirstAddress(w.Passphrase) }

// A File is attached to a vault: a Lightning channel backup, labels, a descriptor export. All of
// a vault's together have at most envelope.MaxFiles bytes, and there are at most
// envelope.MaxFileCount; [CheckAttachments] tells.
type File = envelope.File

// A VaultID names a vault: SHA-256 of its root public key. It stays the same through every
// change of PIN, realms and devices.
type VaultID = envelope.VaultID
