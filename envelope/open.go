package envelope

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"github.com/cloudseed/cloudseed/secret"
)

// maxStanzas bounds the recipients of one file: ours, the vault's or files key, the kit.
const maxStanzas = 8

// Opened is a backup file after all that can be checked by itself has been checked. For a
// wallet part it remains to see that the phrase inside yields the stanza's root key: CheckRoot.
type Opened struct {
	Stanza   *Stanza
	Manifest *Manifest
	Wallet   *Wallet // of a wallet part
	Files    []File  // of a files part
}

// Inspect reads the stanza of a sealed file, without opening it, and checks its signature.
// It fails with ErrNotBackup for anything that is not one of our files.
func Inspect(sealed []byte) (*Stanza, error) {
	c, err := readHeader(sealed)
	if err != nil {
		return nil, err
	}
	return c.stanza()
}

// Recipients is how many keys a sealed file opens with: one, or two with an emergency kit.
// It is 0 for what is no backup.
func Recipients(sealed []byte) int {
	c, err := readHeader(sealed)
	if err != nil {
		return 0
	}
	if _, err := c.stanza(); err != nil {
		return 0
	}
	return len(c.stanzas) - 1 // beside ours
}

func readHeader(sealed []byte) (*capture, error) {
	if len(sealed) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(sealed))
	}
	var c capture
	_, err := age.Decrypt(bytes.NewReader(sealed), &c)
	if !c.called {
		return nil, notAge(sealed, err)
	}
	return &c, nil
}

// Open opens a sealed file with the identity of that seed: the vault key for a wallet
// part, the files key for a files part, or the kit for both. Everything is authenticated
// before it is parsed.
func Open(sealed []byte, seed secret.Text) (*Opened, error) {
	c, err := readHeader(sealed)
	if err != nil {
		return nil, err
	}
	s, err := c.stanza()
	if err != nil {
		return nil, err
	}
	id, err := Identity(seed)
	if err != nil {
		return nil, err
	}
	archive, err := decrypt(sealed, c.stanzas, id)
	if err != nil {
		return nil, err
	}
	defer clear(archive)
	files, err := unpackTar(archive)
	if err != nil {
		return nil, damaged(LayerTar, "%w", err)
	}
	return read(s, files)
}

// CheckRoot tells whether the phrase with that BIP-39 entropy is the one whose root key
// signed the stanza: only then do file, stanza and phrase belong together.
func (o *Opened) CheckRoot(entropy secret.Text) error {
	root := RootKey(entropy, o.Stanza.Salt)
	defer clear(root)
	if !bytes.Equal(root.Public().(ed25519.PublicKey), o.Stanza.Root) {
		return damaged(LayerRoot, "the phrase does not yield the stanza's root key")
	}
	return nil
}

// decrypt finds the file key first, so that what fails after it is known to be the MAC or
// the payload.
func decrypt(sealed []byte, stanzas []*age.Stanza, id age.Identity) ([]byte, error) {
	fileKey, err := id.Unwrap(stanzas)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, ErrWrongKey
	}
	if err != nil {
		return nil, damaged(LayerHeader, "%w", err)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), age.NewInjectedFileKeyIdentity(fileKey))
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, damaged(LayerPayload, "%w", err) // it ends before the payload's nonce does
	}
	if err != nil {
		return nil, damaged(LayerMAC, "%w", err)
	}
	archive, err := io.ReadAll(io.LimitReader(r, maxTarSize+1))
	if err != nil {
		return nil, damaged(LayerPayload, "%w", err)
	}
	if len(archive) > maxTarSize {
		return nil, damaged(LayerPayload, "%w", ErrTooLarge)
	}
	return archive, nil
}

// read takes the members of the tar apart: README, manifest, signature, contents.
func read(s *Stanza, files []File) (*Opened, error) {
	if len(files) < 3 || files[0].Name != readmeName || files[1].Name != manifestName || files[2].Name != signatureName {
		return nil, damaged(LayerTar, "does not begin with README, manifest and signature")
	}
	m, err := parseManifest(s, files[1].Data, files[2].Data)
	if err != nil {
		return nil, err
	}
	contents := files[3:]
	if err := m.checkMembers(append([]File{files[0]}, contents...)); err != nil {
		return nil, err
	}
	o := &Opened{Stanza: s, Manifest: m}
	if m.Part == WalletPart {
		return o, o.readWallet(contents)
	}
	return o, o.readFiles(contents)
}

func (o *Opened) readWallet(contents []File) error {
	if len(contents) != 1 || contents[0].Name != walletName {
		return damaged(LayerMembers, "a wallet part holds wallet.json and nothing else")
	}
	defer clear(contents[0].Data)
	w, err := decodeWallet(contents[0].Data)
	if err != nil {
		return err
	}
	owner := ed25519.NewKeyFromSeed(w.Owner.Reveal())
	defer clear(owner)
	if !bytes.Equal(owner.Public().(ed25519.PublicKey), o.Stanza.Owner) {
		return damaged(LayerWallet, "another owner key than the stanza's")
	}
	o.Wallet = w
	return nil
}

func (o *Opened) readFiles(contents []File) error {
	for _, f := range contents {
		name, ok := strings.CutPrefix(f.Name, filesDir)
		if !ok {
			return damaged(LayerMembers, "a files part holds attached files and nothing else")
		}
		o.Files = append(o.Files, File{name, f.Data})
	}
	return nil
}

// capture is an age identity that opens nothing and keeps the header's stanzas.
type capture struct {
	called  bool
	stanzas []*age.Stanza
}

func (c *capture) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	c.called, c.stanzas = true, stanzas
	return nil, age.ErrIncorrectIdentity
}

// stanza finds our stanza. Beside it only hybrid recipients may stand: any other would let
// the file be opened in a way that this program did not choose.
func (c *capture) stanza() (*Stanza, error) {
	var body []byte
	ours, others := 0, 0
	for _, s := range c.stanzas {
		switch {
		case s.Type == Format && len(s.Args) == 0:
			ours++
			body = s.Body
		case s.Type == Format:
			return nil, damaged(LayerStanza, "with arguments")
		case newer(s.Type):
			return nil, fmt.Errorf("stanza: %w: %q", ErrNewerFormat, clip(s.Type))
		case s.Type != "mlkem768x25519":
			others++
		}
	}
	switch {
	case ours == 0:
		return nil, fmt.Errorf("%w: an age file of something else", ErrNotBackup)
	case ours > 1 || others > 0 || len(c.stanzas) > maxStanzas:
		return nil, damaged(LayerHeader, "recipients that no backup has")
	}
	return ParseStanza(body)
}

// notAge tells a file that was cut short or changed from one that never was ours.
func notAge(sealed []byte, err error) error {
	const intro = "age-encryption.org/v1\n"
	if len(sealed) > 0 && strings.HasPrefix(intro, string(sealed[:min(len(intro), len(sealed))])) {
		return damaged(LayerHeader, "%w", err)
	}
	return fmt.Errorf("%w: it does not begin as an age file", ErrNotBackup)
}

// Sum is SHA-256 of a sealed file, hex: what evidence and later manifests name it by.
func Sum(sealed []byte) string { return Hash(sha256.Sum256(sealed)).String() }
