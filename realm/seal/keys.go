package seal

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/internal/durable"
	"golang.org/x/crypto/chacha20poly1305"
)

// FileName is what a key file is called where nothing else is asked for.
const FileName = "keys.json"

var (
	ErrMissing = errors.New("no key file")                           // Read: without it no record can be read
	ErrExists  = errors.New("there is a key file")                   // Create: refused, records may need it
	ErrForeign = errors.New("not a key file of this realm")          // another file, version or realm
	ErrOpen    = errors.New("the key file can be read by everybody") // Read, CheckMode: refused
)

// Keys open and seal the records of one realm. They are safe for concurrent use.
type Keys struct {
	realm   juicebox.RealmID
	epoch   uint64
	newest  uint32
	ciphers map[uint32]cipher.AEAD
	names   map[uint32]string // a few digits that tell keys of one version apart
}

// Format keeps keys out of logs.
func (k *Keys) Format(f fmt.State, _ rune) { io.WriteString(f, "[keys]") }

// Epoch returns the epoch that records are bound to.
func (k *Keys) Epoch() uint64 { return k.epoch }

// At returns the same keys for the records of another epoch.
func (k *Keys) At(epoch uint64) *Keys {
	other := *k
	other.epoch = epoch
	return &other
}

// Newest returns the version of the key that seals.
func (k *Keys) Newest() uint32 { return k.newest }

// Len returns how many keys there are. More than one says that a change of keys was begun.
func (k *Keys) Len() int { return len(k.ciphers) }

// Name is a name for the epoch and the key that seals, to compare with that of another process. It
// says nothing about the key: eight digits of a hash.
func (k *Keys) Name() string { return k.name(k.newest) }

func (k *Keys) name(version uint32) string {
	return fmt.Sprintf("epoch %d, key %d (%s)", k.epoch, version, k.names[version])
}

func keyName(raw []byte) string {
	hash := sha256.New()
	hash.Write([]byte("cloudseed realm key name\x00"))
	hash.Write(raw)
	return hex.EncodeToString(hash.Sum(nil)[:4])
}

// Has tells whether a key of that name is in the file, for its epoch.
func (k *Keys) Has(name string) bool {
	for version := range k.names {
		if k.name(version) == name {
			return true
		}
	}
	return false
}

// file is a key file: JSON, mode 0600.
type file struct {
	Format int    `json:"format"` // 1
	Realm  string `json:"realm"`  // 32 hexadecimal digits
	// Epoch changes when an older database was put back, so that records of before and
	// after are never mixed.
	Epoch uint64 `json:"epoch"`
	Keys  []key  `json:"keys"` // in order of version; the last one seals
}

type key struct {
	Version uint32 `json:"version"`
	Key     string `json:"key"` // 32 bytes in hexadecimal
}

const fileFormat = 1

// Create makes a key file with one random key for the realm id, and its directory (0700)
// if need be. A file that is there is never touched: the error then wraps [ErrExists].
func Create(path string, id juicebox.RealmID) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("creating %s: %w", path, ErrExists)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return write(path, file{Format: fileFormat, Realm: id.String(), Epoch: 1, Keys: []key{newKey(1)}})
}

func newKey(version uint32) key {
	raw := make([]byte, chacha20poly1305.KeySize)
	rand.Read(raw)
	return key{version, hex.EncodeToString(raw)}
}

// Read reads the key file of the realm id. The error wraps [ErrMissing], [ErrForeign] or
// [ErrOpen] where one of them is the cause, and never quotes a key.
func Read(path string, id juicebox.RealmID) (*Keys, error) {
	f, err := read(path, id)
	if err != nil {
		return nil, err
	}
	keys := &Keys{realm: id, epoch: f.Epoch, ciphers: make(map[uint32]cipher.AEAD), names: make(map[uint32]string)}
	for _, k := range f.Keys {
		raw, err := hex.DecodeString(k.Key)
		if err != nil || len(raw) != chacha20poly1305.KeySize || k.Version <= keys.newest {
			return nil, fmt.Errorf("reading %s: %w: key version %d", path, ErrForeign, k.Version)
		}
		keys.newest = k.Version
		if keys.ciphers[k.Version], err = chacha20poly1305.NewX(raw); err != nil {
			return nil, err
		}
		keys.names[k.Version] = keyName(raw)
		clear(raw)
	}
	return keys, nil
}

func read(path string, id juicebox.RealmID) (f file, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, fmt.Errorf("reading %s: %w", path, ErrMissing)
	}
	if err != nil {
		return f, err
	}
	defer clear(data)
	if err := CheckMode(path); err != nil {
		return f, fmt.Errorf("reading %s: %w", path, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&f) != nil || !ended(decoder) {
		return f, fmt.Errorf("reading %s: %w: not its JSON", path, ErrForeign)
	}
	switch {
	case f.Epoch == 0:
		return f, fmt.Errorf("reading %s: %w: it has no epoch", path, ErrForeign)
	case f.Format != fileFormat:
		return f, fmt.Errorf("reading %s: %w: format %d", path, ErrForeign, f.Format)
	case f.Realm != id.String():
		return f, fmt.Errorf("reading %s: %w: it is for realm %.32q, not %s", path, ErrForeign, f.Realm, id)
	case len(f.Keys) == 0:
		return f, fmt.Errorf("reading %s: %w: it has no key", path, ErrForeign)
	}
	return f, nil
}

// ended tells whether nothing follows what was decoded. Decoder.More says so before "}", too.
func ended(decoder *json.Decoder) bool {
	_, err := decoder.Token()
	return err == io.EOF
}

// CheckMode refuses a file that everybody on the machine can read, with an error that wraps [ErrOpen]. The group
// may: that is how some systems hand secrets to services.
func CheckMode(path string) error {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return err
	}
	if info.Mode().Perm()&0o007 != 0 {
		return fmt.Errorf("%w: mode %v", ErrOpen, info.Mode().Perm())
	}
	return nil
}

// Add puts a new key into the file, which seals from the next Read on.
func Add(path string, id juicebox.RealmID) error {
	f, err := read(path, id)
	if err != nil {
		return err
	}
	f.Keys = append(f.Keys, newKey(f.Keys[len(f.Keys)-1].Version+1))
	return write(path, f)
}

// SetEpoch puts another epoch into the file: that of a database that was made anew from an
// older copy. Records of other epochs do not open with the file any more.
func SetEpoch(path string, id juicebox.RealmID, epoch uint64) error {
	f, err := read(path, id)
	if err != nil {
		return err
	}
	f.Epoch = epoch
	return write(path, f)
}

// Drop removes every key but the newest. Records sealed with the others are lost.
func Drop(path string, id juicebox.RealmID) error {
	f, err := read(path, id)
	if err != nil {
		return err
	}
	f.Keys = f.Keys[len(f.Keys)-1:]
	return write(path, f)
}

// write replaces the file whole or not at all, durably.
func write(path string, f file) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	defer clear(data)
	half, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(half.Name()) // after the rename there is nothing to remove
	_, err = half.Write(append(data, '\n'))
	if err := errors.Join(err, half.Sync(), half.Close()); err != nil {
		return err
	}
	if err := durable.Inherit(half.Name()); err != nil {
		return err
	}
	if err := os.Rename(half.Name(), path); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}
