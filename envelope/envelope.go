// Package envelope is the backup file: one part of a vault, sealed with age.
//
// A file is age v1 (https://age-encryption.org/v1) around a plain tar. Anyone who holds a
// key opens it without this program: "age -d -i key.txt FILE | tar x", with age 1.3 or
// newer. What this package adds is who may be believed: the tar holds a manifest signed by
// the vault's owner key, and the age header holds a [Stanza] signed by the root key, which
// is derived from the recovery phrase itself.
//
// A vault has two parts, each in files of its own. The wallet part holds the recovery
// phrase and is sealed to the vault key, a secret kept behind the PIN. The files part holds
// attached files and is sealed to the files key, which is derived from the phrase: so a
// changed file can be sealed again without PIN or phrase, and the phrase alone opens it.
// Both may be sealed to an emergency kit as well.
//
// A file made by any released version opens with every later one. A file is at most
// [MaxSize] bytes, so functions take and return whole slices, and opening one needs less
// than four times that in memory. Nothing here reads the clock, the network or the disk.
package envelope

import (
	"errors"
	"fmt"
)

// Format is the version that this package writes, in the stanza's type and body and in
// the manifest.
const Format = "cloudseed/1"

// Sizes in bytes.
const (
	MaxSize       = 8 << 20  // of a sealed file
	MaxFiles      = 3 << 20  // of all attached files of one vault together
	MaxFileCount  = 64       // attached files of one vault
	walletTarSize = 32 << 10 // a wallet part always has one size
	maxTarSize    = 4 << 20
)

// A Part says which half of the vault a file holds.
type Part string

const (
	WalletPart Part = "wallet"
	FilesPart  Part = "files"
)

// The kinds of failure.
var (
	ErrNotBackup   = errors.New("not a backup file")
	ErrNewerFormat = errors.New("made by a newer version")
	ErrDamaged     = errors.New("damaged or not authentic")
	ErrWrongKey    = errors.New("not sealed to this key")
	ErrTooLarge    = errors.New("too large")
	ErrBadFile     = errors.New("cannot be attached")
)

// A Layer is the part of the format that refused a file.
type Layer string

const (
	LayerHeader    Layer = "age header"
	LayerStanza    Layer = "stanza"
	LayerMAC       Layer = "header MAC"
	LayerPayload   Layer = "payload"
	LayerTar       Layer = "tar"
	LayerSignature Layer = "manifest signature"
	LayerManifest  Layer = "manifest"
	LayerMembers   Layer = "members"
	LayerWallet    Layer = "wallet"
	LayerRoot      Layer = "root key"
)

// A DamageError is an ErrDamaged that names the layer which refused the file.
type DamageError struct {
	Layer Layer
	Err   error
}

func (e *DamageError) Error() string   { return fmt.Sprintf("%v: %s: %v", ErrDamaged, e.Layer, e.Err) }
func (e *DamageError) Unwrap() []error { return []error{ErrDamaged, e.Err} }

func damaged(layer Layer, format string, args ...any) error {
	return &DamageError{layer, fmt.Errorf(format, args...)}
}
