package envelope

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/secret"
)

// The corpora are the test vectors, and what fuzzing found in testdata/fuzz.

// FuzzParseStanza: what is accepted is exactly one way to write that stanza.
func FuzzParseStanza(f *testing.F) {
	for _, v := range corpus(f, "stanza") {
		if c, err := readHeader(v.file); err == nil && len(c.stanzas) > 0 {
			f.Add(c.stanzas[0].Body)
			f.Add(c.stanzas[0].Body[:max(0, len(c.stanzas[0].Body)-ed25519.SignatureSize)])
		}
	}
	key := ed25519.NewKeyFromSeed(make([]byte, SeedSize))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseStanza(b); err == nil && !bytes.Equal(s.Body(), b) {
			t.Error("the body came back changed")
		}
		// The rules behind the signature are reached with the map alone.
		w, err := parseWire(b)
		if err != nil {
			return
		}
		s := w.stanza()
		if s.check() == nil && s.Sign(key) == nil {
			if _, err := ParseStanza(s.body); err != nil {
				t.Errorf("signed, but not read: %v", err)
			}
		}
	})
}

// FuzzUnpackTar: what is accepted can be packed again, to the same members, and all of it fits
// into the archive.
func FuzzUnpackTar(f *testing.F) {
	for _, v := range corpus(f, "tar") {
		if archive, err := v.archive(); err == nil {
			f.Add(archive)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		files, err := unpackTar(b)
		if err != nil {
			return
		}
		total := 0
		for _, file := range files {
			total += len(file.Data) + tarBlock
			if strings.HasPrefix(file.Name, "/") || strings.Contains(file.Name, "../") {
				t.Errorf("name %q", file.Name)
			}
		}
		if total > len(b) {
			t.Errorf("%d bytes out of %d", total, len(b))
		}
		again, err := packTar(files, madeUp, tarBlock, true)
		if err != nil {
			t.Fatal(err)
		}
		back, err := unpackTar(again)
		if err != nil || len(back) != len(files) {
			t.Fatalf("packed again: %v", err)
		}
		for i := range files {
			if back[i].Name != files[i].Name || !bytes.Equal(back[i].Data, files[i].Data) {
				t.Errorf("member %d came back changed", i)
			}
		}
	})
}

// FuzzManifest signs what it is given, so that the parser sees it.
func FuzzManifest(f *testing.F) {
	owner := ed25519.NewKeyFromSeed(make([]byte, SeedSize))
	s := fuzzStanza(f, owner)
	m := Manifest{Format: Format, Vault: s.Vault(), Stanza: s.Hash(), Part: WalletPart, Generation: 2,
		Created: madeUp, Device: "d", Places: []string{"p"}, Members: membersOf([]File{{readmeName, nil}})}
	encoded, err := m.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encoded)
	f.Add(bytes.Replace(encoded, []byte(": 2"), []byte(": 1e9"), 1))
	f.Add([]byte("null\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := parseManifest(s, b, signManifest(owner, b))
		if err != nil {
			return
		}
		if again, err := got.encode(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("came back as %s", again)
		}
	})
}

// FuzzWallet: what is accepted has one form.
func FuzzWallet(f *testing.F) {
	w := Wallet{Phrase: secret.Copy([]byte("a b")), Descriptors: []string{"d"}, Owner: secret.New(make([]byte, SeedSize))}
	encoded, err := w.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encoded)
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := decodeWallet(b)
		if err != nil {
			return
		}
		if again, err := got.encode(); len(b) <= maxWallet && (err != nil || !bytes.Equal(again, b)) {
			t.Errorf("came back as %q (%v)", again, err)
		}
	})
}

// FuzzOpen changes whole files, whose key is known. Hardly anything but what was sealed opens.
func FuzzOpen(f *testing.F) {
	var key secret.Text
	for _, v := range corpus(f, "header", "wallet", "recipients") {
		f.Add(v.file)
		if v.name == "wallet" {
			key = v.key
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		Inspect(b)
		o, err := Open(b, key)
		if err == nil && (o.Stanza == nil || o.Manifest == nil || (o.Wallet != nil) != (o.Manifest.Part == WalletPart)) {
			t.Errorf("opened half: %+v", o)
		}
	})
}

var madeUp = Header{}.Created.AddDate(2025, 0, 0)

func fuzzStanza(f *testing.F, owner ed25519.PrivateKey) *Stanza {
	s := &Stanza{Registration: 1, Realms: []Realm{{Address: "https://one.example/"}}, Recover: 1, Guesses: 1,
		Hashing: "Standard2019", Tenant: "cloudseed", Owner: owner.Public().(ed25519.PublicKey)}
	if err := s.Sign(owner); err != nil {
		f.Fatal(err)
	}
	return s
}

type corpusFile struct {
	name string
	key  secret.Text
	file []byte
}

// corpus is the test vectors whose names begin with one of those prefixes.
func corpus(f *testing.F, prefixes ...string) (all []corpusFile) {
	for _, prefix := range prefixes {
		paths, err := filepath.Glob(filepath.Join("testdata/vectors", prefix+"*"))
		if err != nil || len(paths) == 0 {
			f.Fatalf("no vectors %s*: %v", prefix, err)
		}
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			head, file, _ := bytes.Cut(b, []byte("\n\n"))
			_, rest, _ := strings.Cut(string(head), "\nseed: ")
			seed, _ := hex.DecodeString(rest[:min(2*SeedSize, len(rest))])
			all = append(all, corpusFile{filepath.Base(path), secret.New(seed), file})
		}
	}
	return all
}

// archive is the tar inside. Files parts are opened as the vectors say, with the phrase of
// their entropy, sixteen bytes of 0x7f.
func (c corpusFile) archive() ([]byte, error) {
	h, err := readHeader(c.file)
	if err != nil {
		return nil, err
	}
	key := c.key
	if key.Len() == 0 {
		s, err := h.stanza()
		if err != nil {
			return nil, err
		}
		key = FilesKey(secret.New(bytes.Repeat([]byte{0x7f}, 16)), s.Salt)
	}
	id, err := Identity(key)
	if err != nil {
		return nil, err
	}
	return decrypt(c.file, h.stanzas, id)
}
