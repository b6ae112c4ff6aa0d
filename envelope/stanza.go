package envelope

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
	"github.com/fxamacker/cbor/v2"
)

// stanzaContext is what the root key signs in front of the stanza's map.
const stanzaContext = "cloudseed stanza 1\x00"

// maxStanza is the largest stanza body in bytes.
const maxStanza = 16 << 10

// A Stanza stands in the age header of every backup file, in the open, and says all that a
// new device needs beside the PIN: which realms to ask and how. It is read before anything
// authenticates it; so its hash is an input to the stretching of the PIN, and a changed
// stanza is a wrong PIN before any realm releases a share.
type Stanza struct {
	Salt         [16]byte          // the vault's, the same through all registrations
	Root         ed25519.PublicKey // the root key's public half
	Registration uint64            // counts up from 1 with every new PIN or realm list
	Nonce        [16]byte          // makes every registration's stanza differ
	Realms       []Realm           // in order of id
	Recover      int               // realms needed to open; all are needed to register
	Guesses      int               // wrong PINs that each realm allows
	Hashing      string            // how the PIN is stretched: "Standard2019"
	Tenant       string            // "cloudseed", or a vendor's
	Owner        ed25519.PublicKey // signs the manifests and owns the record at the realms
	Guess        []byte            // seed of the key that may recover; empty for a vendor's tenant

	body []byte // map and signature, as signed or as read
}

// A Realm is one guess-limited key server.
type Realm struct {
	_       struct{} `cbor:",toarray"`
	ID      [16]byte
	Address string
}

// wireStanza is the map of docs/format.md. Every key is required and no other allowed.
type wireStanza struct {
	Format       string   `cbor:"format"`
	Salt         [16]byte `cbor:"salt"`
	Root         []byte   `cbor:"root"`
	Registration uint64   `cbor:"registration"`
	Nonce        [16]byte `cbor:"nonce"`
	Realms       []Realm  `cbor:"realms"`
	Register     int      `cbor:"register"`
	Recover      int      `cbor:"recover"`
	Guesses      int      `cbor:"guesses"`
	Hashing      string   `cbor:"hashing"`
	Tenant       string   `cbor:"tenant"`
	Owner        []byte   `cbor:"owner"`
	Guess        []byte   `cbor:"guess"`
}

// Sign checks s and signs it with the root key, whose public half it sets.
func (s *Stanza) Sign(root ed25519.PrivateKey) error {
	s.Root = root.Public().(ed25519.PublicKey)
	if err := s.check(); err != nil {
		return err
	}
	m, err := encoding.Marshal(s.wire())
	if err != nil {
		return err
	}
	s.body = append(m, ed25519.Sign(root, append([]byte(stanzaContext), m...))...)
	if len(s.body) > maxStanza {
		return fmt.Errorf("stanza: %w", ErrTooLarge)
	}
	return nil
}

// Hash is SHA-256 of the stanza's body as it stands in the header: the "info" that the PIN
// is stretched with, and what a manifest names its stanza by.
func (s *Stanza) Hash() [32]byte { return sha256.Sum256(s.body) }

// Vault is the id of the vault.
func (s *Stanza) Vault() VaultID { return NewVaultID(s.Root) }

// Body returns the stanza's body: the map followed by the signature.
func (s *Stanza) Body() []byte { return bytes.Clone(s.body) }

// ParseStanza reads a stanza's body and checks its signature by the root key that it names.
// That proves only that whoever made it holds that key: whose it is, is known once the
// wallet part is open.
func ParseStanza(body []byte) (*Stanza, error) {
	if len(body) > maxStanza {
		return nil, damaged(LayerStanza, "%d bytes, more than %d", len(body), maxStanza)
	}
	if len(body) <= ed25519.SignatureSize {
		return nil, damaged(LayerStanza, "cut short")
	}
	m, signature := body[:len(body)-ed25519.SignatureSize], body[len(body)-ed25519.SignatureSize:]
	w, err := parseWire(m)
	if err != nil {
		return nil, err
	}
	s := w.stanza()
	if err := s.check(); err != nil {
		return nil, damaged(LayerStanza, "%w", err)
	}
	if !ed25519.Verify(s.Root, append([]byte(stanzaContext), m...), signature) {
		return nil, damaged(LayerStanza, "signature does not match")
	}
	s.body = bytes.Clone(body)
	return s, nil
}

func parseWire(m []byte) (*wireStanza, error) {
	var version struct {
		Format string `cbor:"format"`
	}
	if err := cbor.Unmarshal(m, &version); err == nil && newer(version.Format) {
		return nil, fmt.Errorf("stanza: %w: %q", ErrNewerFormat, clip(version.Format))
	}
	var w wireStanza
	if err := cbor.Unmarshal(m, &w); err != nil {
		return nil, damaged(LayerStanza, "%w", err)
	}
	if w.Format != Format {
		return nil, damaged(LayerStanza, "unknown format")
	}
	// Deterministic encoding means that there is one way to write it: this refuses missing,
	// double and unknown keys, other orders, longer forms, tags, and anything else that the
	// decoder lets pass.
	again, _ := encoding.Marshal(w) // what cannot be written is not the same
	if !bytes.Equal(again, m) {
		return nil, damaged(LayerStanza, "not in the one deterministic form")
	}
	if w.Register != len(w.Realms) {
		return nil, damaged(LayerStanza, "all realms must be registered")
	}
	return &w, nil
}

// check tells whether s may be used at all, by writer and reader alike. Which addresses may
// be dialled and which hashing is strong enough is for the client of the realms.
func (s *Stanza) check() error {
	switch {
	case len(s.Root) != ed25519.PublicKeySize, len(s.Owner) != ed25519.PublicKeySize:
		return errors.New("public key of a wrong length")
	case len(s.Guess) != 0 && len(s.Guess) != SeedSize:
		return errors.New("guess key of a wrong length")
	case s.Registration < 1:
		return errors.New("registrations count from 1")
	case len(s.Realms) > 255:
		return errors.New("more than 255 realms")
	case s.Recover > len(s.Realms) || s.Recover <= len(s.Realms)/2: // so there is one at least
		return errors.New("recover threshold must be more than half of the realms")
	case s.Guesses < 1 || s.Guesses > 65535:
		return errors.New("guesses must be 1 to 65535")
	case s.Hashing == "" || len(s.Hashing) > 32 || s.Tenant == "" || len(s.Tenant) > 64:
		return errors.New("hashing or tenant of a wrong length")
	}
	for i, r := range s.Realms {
		if i > 0 && bytes.Compare(s.Realms[i-1].ID[:], r.ID[:]) >= 0 {
			return errors.New("realms not in order of id")
		}
		if r.Address == "" || len(r.Address) > 512 {
			return errors.New("realm address of a wrong length")
		}
	}
	return nil
}

func (s *Stanza) wire() wireStanza {
	return wireStanza{Format, s.Salt, s.Root, s.Registration, s.Nonce, s.Realms, len(s.Realms),
		s.Recover, s.Guesses, s.Hashing, s.Tenant, s.Owner, s.Guess}
}

func (w *wireStanza) stanza() *Stanza {
	return &Stanza{Salt: w.Salt, Root: w.Root, Registration: w.Registration, Nonce: w.Nonce, Realms: w.Realms,
		Recover: w.Recover, Guesses: w.Guesses, Hashing: w.Hashing, Tenant: w.Tenant, Owner: w.Owner, Guess: w.Guess}
}

// headerStanza puts a signed stanza into the age header. It encrypts nothing to anyone; the
// label is what age asks for beside hybrid recipients.
type headerStanza struct{ *Stanza }

func (h headerStanza) Wrap([]byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: Format, Body: h.body}}, nil
}

func (h headerStanza) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	stanzas, err := h.Wrap(fileKey)
	return stanzas, []string{"postquantum"}, err
}

// newer tells whether format is a later version of ours.
func newer(format string) bool {
	return strings.HasPrefix(format, "cloudseed/") && format != Format
}

// clip keeps what a stranger wrote out of errors, beyond a few characters.
func clip(s string) string { return s[:min(len(s), 32)] }

var encoding = must(encOptions().EncMode())

// encOptions writes nothing as null: a missing byte string is an empty one.
func encOptions() cbor.EncOptions {
	o := cbor.CoreDetEncOptions()
	o.NilContainers = cbor.NilContainerAsEmpty
	return o
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
