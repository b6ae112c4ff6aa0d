package envelope

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"

	"github.com/cloudseed/cloudseed/secret"
)

// Names inside the tar.
const (
	readmeName    = "README.txt"
	manifestName  = "manifest.json"
	signatureName = "manifest.sig"
	walletName    = "wallet.json"
	filesDir      = "files/"
)

// A Header is what a writer says of the file that it seals; the rest of the manifest follows
// from the stanza and the contents.
type Header struct {
	Generation int
	Previous   string    // SHA-256 of this part's previous sealed file, hex; "" for the first
	Created    time.Time // UTC, whole seconds
	Device     string
	Files      Reference // wallet part: the newest files part it accepts
	Places     []string  // wallet part
}

// SealWallet seals the wallet part under a signed stanza, to the vault key and to the kit if
// there is one. Every wallet part with the same realms and recipients has the same size.
func SealWallet(s *Stanza, owner ed25519.PrivateKey, h Header, w *Wallet, to ...*age.HybridRecipient) ([]byte, error) {
	encoded, err := w.encode()
	if err != nil {
		return nil, fmt.Errorf("sealing the wallet: %w", err)
	}
	defer clear(encoded)
	return seal(s, owner, WalletPart, h, []File{{walletName, encoded}}, to)
}

// SealFiles seals attached files, to the files key and to the kit if there is one. Neither
// PIN nor phrase is needed.
func SealFiles(s *Stanza, owner ed25519.PrivateKey, h Header, files []File, to ...*age.HybridRecipient) ([]byte, error) {
	if err := CheckFiles(files); err != nil {
		return nil, err
	}
	members := make([]File, len(files))
	for i, f := range files {
		members[i] = File{filesDir + f.Name, f.Data}
	}
	return seal(s, owner, FilesPart, h, members, to)
}

// CheckFiles tells whether files can be attached: at most MaxFileCount of them and MaxFiles
// bytes, under safe names that differ by more than case.
func CheckFiles(files []File) error {
	if len(files) > MaxFileCount {
		return fmt.Errorf("%w: at most %d files", ErrTooLarge, MaxFileCount)
	}
	total, seen := 0, map[string]bool{}
	for _, f := range files {
		if err := CheckFileName(f.Name); err != nil {
			return err
		}
		if seen[fold(f.Name)] {
			return fmt.Errorf("%w: two files of one name", ErrBadFile)
		}
		seen[fold(f.Name)] = true
		total += len(f.Data)
	}
	if total > MaxFiles {
		return fmt.Errorf("%w: at most %d bytes of attached files", ErrTooLarge, MaxFiles)
	}
	return nil
}

func seal(s *Stanza, owner ed25519.PrivateKey, part Part, h Header, contents []File, to []*age.HybridRecipient) ([]byte, error) {
	if len(to) == 0 {
		return nil, errors.New("sealing: no recipient")
	}
	members := append([]File{{readmeName, []byte(readme(part))}}, contents...)
	m := Manifest{
		Format: Format, Vault: s.Vault(), Stanza: s.Hash(), Part: part, Generation: h.Generation,
		Previous: h.Previous, Created: h.Created, Device: h.Device, Files: h.Files, Places: append([]string{}, h.Places...),
		Members: membersOf(members),
	}
	if err := m.check(s); err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	encoded, err := m.encode()
	if err != nil {
		return nil, err
	}
	files := append([]File{members[0], {manifestName, encoded}, {signatureName, signManifest(owner, encoded)}}, contents...)
	archive, err := packTar(files, h.Created, walletTarSize, part == FilesPart)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	defer clear(archive)
	return encrypt(archive, s, to)
}

func encrypt(archive []byte, s *Stanza, to []*age.HybridRecipient) ([]byte, error) {
	recipients := []age.Recipient{headerStanza{s}}
	for _, r := range to {
		recipients = append(recipients, r)
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, recipients...)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(archive); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Recipient is the public half of the identity with that seed.
func Recipient(seed secret.Text) (*age.HybridRecipient, error) {
	id, err := Identity(seed)
	if err != nil {
		return nil, err
	}
	return id.Recipient(), nil
}
