package mobile

import (
	"bytes"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// A Wallet is what must outlive the device.
type Wallet struct{ w cloudseed.Wallet }

// NewWallet takes a name of 1 to 60 characters and the words of a BIP-39 phrase, with spaces
// between them, in any of its ten languages.
func NewWallet(name string, words []byte) (*Wallet, error) {
	p, err := phrase.Parse(words)
	if err != nil {
		return nil, problem(err)
	}
	return &Wallet{cloudseed.Wallet{Name: name, Phrase: p}}, nil
}

// SetPassphrase adds the BIP-39 passphrase, in UTF-8.
func (w *Wallet) SetPassphrase(passphrase []byte) { w.w.Passphrase = secret.Copy(passphrase) }

// SetBirthday says on which day the wallet was made, in seconds since 1970; 0 is unknown.
func (w *Wallet) SetBirthday(seconds int64) {
	w.w.Birthday = time.Time{}
	if seconds != 0 {
		w.w.Birthday = time.Unix(seconds, 0).UTC()
	}
}

// AddDescriptor adds an output descriptor or a derivation path.
func (w *Wallet) AddDescriptor(descriptor string) {
	w.w.Descriptors = append(w.w.Descriptors, descriptor)
}

// Name is the wallet's.
func (w *Wallet) Name() string { return w.w.Name }

// Words are the phrase, for the host to clear.
func (w *Wallet) Words() []byte { return copied(w.w.Phrase.Words()) }

// Passphrase is the BIP-39 passphrase, for the host to clear; empty for none.
func (w *Wallet) Passphrase() []byte { return bytes.Clone(w.w.Passphrase.Reveal()) }

// Birthday is the day the wallet was made, in seconds since 1970; 0 if unknown.
func (w *Wallet) Birthday() int64 { return unix(w.w.Birthday) }

// DescriptorCount is the number of descriptors.
func (w *Wallet) DescriptorCount() int { return len(w.w.Descriptors) }

// Descriptor returns one of them, from 0; "" for another index.
func (w *Wallet) Descriptor(i int) string {
	if i < 0 || i >= len(w.w.Descriptors) {
		return ""
	}
	return w.w.Descriptors[i]
}

// Fingerprint is the BIP-32 master fingerprint: 8 hex digits, no secret.
func (w *Wallet) Fingerprint() (string, error) {
	f, err := w.w.Fingerprint()
	return f, problem(err)
}

// Clear forgets the words and the passphrase.
func (w *Wallet) Clear() {
	w.w.Phrase.Clear()
	w.w.Passphrase.Clear()
}

// copied is a copy of a secret that was made for us, which is cleared.
func copied(t secret.Text) []byte {
	defer t.Clear()
	return bytes.Clone(t.Reveal())
}

// Files are attached to a backup.
type Files struct{ files []cloudseed.File }

// NewFiles is empty.
func NewFiles() *Files { return &Files{} }

// Add attaches a file under a name.
func (f *Files) Add(name string, data []byte) {
	f.files = append(f.files, cloudseed.File{Name: name, Data: bytes.Clone(data)})
}

// Count is the number of files.
func (f *Files) Count() int { return len(f.all()) }

// Name returns the name of a file, from 0; "" for another index.
func (f *Files) Name(i int) string {
	if i < 0 || i >= f.Count() {
		return ""
	}
	return f.files[i].Name
}

// Data returns what is in a file, from 0; nothing for another index.
func (f *Files) Data(i int) []byte {
	if i < 0 || i >= f.Count() {
		return nil
	}
	return f.files[i].Data
}

func (f *Files) all() []cloudseed.File {
	if f == nil {
		return nil
	}
	return f.files
}
