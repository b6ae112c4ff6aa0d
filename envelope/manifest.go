package envelope

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const manifestContext = "cloudseed manifest 1\x00"

// maxGeneration is what every system and language can count to.
const maxGeneration = 1<<31 - 1

// A Manifest says what a backup file holds and where it stands in the vault's history. It
// is signed by the owner key of its stanza.
type Manifest struct {
	Format     string    `json:"format"`
	Vault      VaultID   `json:"vault"`
	Stanza     Hash      `json:"stanza"`     // SHA-256 of the stanza's body
	Part       Part      `json:"part"`       // "wallet" or "files"
	Generation int       `json:"generation"` // of this part, from 1
	Previous   string    `json:"previous"`   // SHA-256 of this part's previous sealed file, hex; "" for the first
	Created    time.Time `json:"created"`    // UTC, whole seconds, by the device's clock
	Device     string    `json:"device"`     // which device made it, for people
	Files      Reference `json:"files"`      // wallet part: the newest files part of an older stanza that it accepts
	Places     []string  `json:"places"`     // wallet part: the places, without passwords; else empty
	Members    []Member  `json:"members"`    // every other file in the tar, in order
}

// A Reference names one sealed files part; the zero Reference names none.
type Reference struct {
	Generation int    `json:"generation"`
	SHA256     string `json:"sha256"` // hex
}

// A Member is one file in the tar.
type Member struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 Hash   `json:"sha256"`
}

// A Hash is a SHA-256 that is written in hex.
type Hash [32]byte

// String is the hash in 64 hex digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes the hash in hex.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 lower-case hex digits.
func (h *Hash) UnmarshalText(text []byte) error {
	return (*VaultID)(h).UnmarshalText(text)
}

// encode is the one way to write a manifest: readers refuse any other.
func (m *Manifest) encode() ([]byte, error) {
	return oneForm(m)
}

// oneForm is the one way to write JSON in a backup: two spaces of indent, a line feed behind
// every line, nothing escaped that need not be.
func oneForm(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

func signManifest(owner ed25519.PrivateKey, encoded []byte) []byte {
	return ed25519.Sign(owner, append([]byte(manifestContext), encoded...))
}

// parseManifest checks the signature before it looks at what was signed.
func parseManifest(s *Stanza, encoded, signature []byte) (*Manifest, error) {
	if !ed25519.Verify(s.Owner, append([]byte(manifestContext), encoded...), signature) {
		return nil, damaged(LayerSignature, "not signed by the owner key of the stanza")
	}
	var version struct{ Format string }
	if err := json.Unmarshal(encoded, &version); err == nil && newer(version.Format) {
		return nil, fmt.Errorf("manifest: %w: %q", ErrNewerFormat, clip(version.Format))
	}
	var m Manifest
	if err := json.Unmarshal(encoded, &m); err != nil {
		return nil, damaged(LayerManifest, "%w", err)
	}
	if again, _ := m.encode(); !bytes.Equal(again, encoded) { // what cannot be written is not the same
		return nil, damaged(LayerManifest, "not in its one form")
	}
	if err := m.check(s); err != nil {
		return nil, damaged(LayerManifest, "%w", err)
	}
	return &m, nil
}

func (m *Manifest) check(s *Stanza) error {
	switch {
	case m.Format != Format:
		return errors.New("unknown format")
	case m.Vault != s.Vault():
		return errors.New("of another vault than the stanza")
	case m.Stanza != s.Hash():
		return errors.New("of another stanza")
	case m.Part != WalletPart && m.Part != FilesPart:
		return errors.New("unknown part")
	case m.Generation < 1 || m.Generation > maxGeneration || m.Files.Generation > maxGeneration:
		return errors.New("generation out of range")
	case !emptyOrHash(m.Previous) || !emptyOrHash(m.Files.SHA256):
		return errors.New("hash of a wrong form")
	case m.Files.Generation < 0 || (m.Files.Generation == 0) != (m.Files.SHA256 == ""):
		return errors.New("files part named by half")
	case m.Generation == 1 && m.Previous != "":
		return errors.New("the first generation has no previous file")
	case m.Created.Location() != time.UTC || m.Created.Nanosecond() != 0:
		return errors.New("time not in UTC and whole seconds")
	case m.Places == nil || m.Members == nil:
		return errors.New("null in the place of a list")
	case m.Part == FilesPart && (m.Files != Reference{} || len(m.Places) != 0):
		return errors.New("a files part names neither files nor places")
	}
	return nil
}

func emptyOrHash(s string) bool {
	var h Hash
	return s == "" || h.UnmarshalText([]byte(s)) == nil
}

// checkMembers tells whether files are exactly what the manifest says.
func (m *Manifest) checkMembers(files []File) error {
	if len(files) != len(m.Members) {
		return damaged(LayerMembers, "%d files, the manifest names %d", len(files), len(m.Members))
	}
	for i, f := range files {
		if want := m.Members[i]; f.Name != want.Name || int64(len(f.Data)) != want.Size || sha256.Sum256(f.Data) != want.SHA256 {
			return damaged(LayerMembers, "file %d is not what the manifest says", i+1)
		}
	}
	return nil
}

func membersOf(files []File) []Member {
	var members []Member
	for _, f := range files {
		members = append(members, Member{f.Name, int64(len(f.Data)), sha256.Sum256(f.Data)})
	}
	return members
}
