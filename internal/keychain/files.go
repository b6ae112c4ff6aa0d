package keychain

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"

	"github.com/cloudseed/cloudseed/internal/replacefile"
)

// A secretFile is what is inside a file. The name is in it so that two files cannot be
// exchanged.
type secretFile struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

// keyFile holds the age identity to which all files are encrypted.
const keyFile = "keychain.key"

func (k *Keychain) loadFile(name string) ([]byte, error) {
	sealed, err := os.ReadFile(k.fileOf(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notExist(name)
	}
	if err != nil {
		return nil, err
	}
	key, err := k.key(false)
	if err != nil {
		return nil, err
	}
	damaged := fmt.Errorf("keychain: %q: %w", name, ErrDamaged)
	opened, err := age.Decrypt(bytes.NewReader(sealed), key)
	if err != nil {
		return nil, damaged
	}
	text, err := io.ReadAll(io.LimitReader(opened, 4*MaxSize))
	defer clear(text)
	var inside secretFile
	if err != nil || json.Unmarshal(text, &inside) != nil || inside.Name != name {
		return nil, damaged
	}
	return inside.Data, nil
}

func (k *Keychain) saveFile(name string, data []byte) error {
	key, err := k.key(true)
	if err != nil {
		return err
	}
	text, err := json.Marshal(secretFile{name, data})
	if err != nil {
		return err
	}
	defer clear(text)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, key.Recipient())
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return replacefile.Write(k.fileOf(name), sealed.Bytes())
}

func (k *Keychain) deleteFile(name string) error {
	if err := os.Remove(k.fileOf(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return replacefile.SyncDir(k.dir)
}

// fileOf is the file of a name, which may hold anything.
func (k *Keychain) fileOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return k.path("keychain-" + hex.EncodeToString(sum[:8]) + ".age")
}

// key reads the key file, and makes it if there is none and it may.
func (k *Keychain) key(may bool) (*age.X25519Identity, error) {
	text, err := os.ReadFile(k.path(keyFile))
	if errors.Is(err, fs.ErrNotExist) && may {
		fresh, err := age.GenerateX25519Identity()
		if err != nil {
			return nil, err
		}
		err = create(k.path(keyFile), []byte(fresh.String()+"\n"))
		if err != nil && !errors.Is(err, fs.ErrExist) { // else another process was faster
			return nil, err
		}
		return k.key(false)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("keychain: %s is missing: %w", keyFile, ErrDamaged)
	}
	if err != nil {
		return nil, err
	}
	defer clear(text)
	key, err := age.ParseX25519Identity(string(bytes.TrimSpace(text)))
	if err != nil { // not shown: it may quote the key
		return nil, fmt.Errorf("keychain: %s: %w", keyFile, ErrDamaged)
	}
	return key, nil
}

// create writes a new file, whole and durably, or fails with an fs.ErrExist.
func create(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := replacefile.Temp(dir, data)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	if err := os.Link(temp, path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		// A file system without links: look, then rename.
		if _, err := os.Lstat(path); err == nil {
			return fs.ErrExist
		}
		if err := os.Rename(temp, path); err != nil {
			return err
		}
	}
	return replacefile.SyncDir(dir)
}
