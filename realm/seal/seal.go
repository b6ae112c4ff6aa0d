// Package seal encrypts what a realm stores, under keys that are not in its database.
//
// The promise: whoever has the database alone (a stolen dump, a backup, a disk thrown
// away) learns how many records there are and when they were touched, but no share,
// counter or PIN, and cannot try PINs. A row moved to another id, or brought from another
// realm or another epoch, does not open; the realm then does not answer.
//
// Not promised: whoever has the database and the key file has everything. An older copy of
// a row, put back in its own place within one epoch, opens, and gives spent guesses back.
//
// [Create] makes a key file once, [Read] reads it, and [New] puts the keys in front of any
// [realm.Store]. [Add] and [Drop] change the keys; see [Resealed] for the order.
package seal

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/cloudseed/cloudseed/realm"
	"golang.org/x/crypto/chacha20poly1305"
)

// ErrSealed says that stored bytes do not open: of another place, realm or epoch, sealed
// with a key that is not in the key file, or damaged.
var ErrSealed = errors.New("stored record does not open")

// A sealed record is: format (1 byte), version of the key (4, big-endian), nonce (24),
// then ciphertext and tag (16) of XChaCha20-Poly1305. Nonces are random, which 24 bytes
// allow for any number of records. Associated data: see [Keys.about].
const (
	format     = 1
	headerSize = 1 + 4
	// Overhead is how many bytes longer a sealed record is.
	Overhead = headerSize + chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead
)

// about is the associated data of a record: what it must not be moved away from. The id
// commits to the tenant.
func (k *Keys) about(id realm.RecordID) []byte {
	data := make([]byte, 0, 80)
	data = append(data, "cloudseed record 1\x00"...)
	data = append(data, k.realm[:]...)
	data = append(data, id[:]...)
	return binary.BigEndian.AppendUint64(data, k.epoch)
}

// Seal encrypts the record of id with the newest key. nil, no record, stays nil.
func (k *Keys) Seal(id realm.RecordID, record []byte) []byte {
	if record == nil {
		return nil
	}
	sealed := make([]byte, headerSize+chacha20poly1305.NonceSizeX, Overhead+len(record))
	sealed[0] = format
	binary.BigEndian.PutUint32(sealed[1:], k.newest)
	nonce := sealed[headerSize:]
	rand.Read(nonce) // never fails: it ends the program instead (Go 1.24)
	return k.ciphers[k.newest].Seal(sealed, nonce, record, k.about(id))
}

// Open decrypts what Seal made for the same id. Its error wraps [ErrSealed].
func (k *Keys) Open(id realm.RecordID, sealed []byte) ([]byte, error) {
	if sealed == nil {
		return nil, nil
	}
	if len(sealed) < Overhead || sealed[0] != format {
		return nil, fmt.Errorf("%w: %d bytes of a format not known here", ErrSealed, len(sealed))
	}
	version := binary.BigEndian.Uint32(sealed[1:])
	aead, ok := k.ciphers[version]
	if !ok {
		return nil, fmt.Errorf("%w: it needs key version %d", ErrSealed, version)
	}
	nonce := sealed[headerSize : headerSize+chacha20poly1305.NonceSizeX]
	record, err := aead.Open(nil, nonce, sealed[headerSize+len(nonce):], k.about(id))
	if err != nil {
		return nil, ErrSealed
	}
	return record, nil
}

// New returns a store that seals what it puts into store.
func New(store realm.Store, keys *Keys) realm.Store { return &sealing{store, keys} }

type sealing struct {
	store realm.Store
	keys  *Keys
}

// Update implements [realm.Store].
func (s *sealing) Update(ctx context.Context, id realm.RecordID, change realm.Change) error {
	return s.store.Update(ctx, id, s.sealed(id, change))
}

// Each implements [realm.Walker] where the store below does. It passes over records that
// do not open, and says at the end how many, in a [*realm.ClosedError] that wraps [ErrSealed].
func (s *sealing) Each(ctx context.Context, change func(realm.RecordID) realm.Change) error {
	walker, ok := s.store.(realm.Walker)
	if !ok {
		return errors.ErrUnsupported
	}
	return walk(ctx, walker, func(id realm.RecordID) realm.Change { return s.sealed(id, change(id)) })
}

// walk changes what is sealed, passes over records that do not open, and says at the end how many.
func walk(ctx context.Context, walker realm.Walker, change func(realm.RecordID) realm.Change) error {
	var closed atomic.Int64
	err := walker.Each(ctx, func(id realm.RecordID) realm.Change {
		own := change(id)
		return func(sealed []byte) ([]byte, error) {
			next, err := own(sealed)
			if errors.Is(err, ErrSealed) {
				closed.Add(1)
				return sealed, nil
			}
			return next, err
		}
	})
	if n := closed.Load(); err == nil && n > 0 {
		return &realm.ClosedError{Records: n, Err: ErrSealed}
	}
	return err
}

// sealed is change for what is stored. A record that does not change keeps its bytes, so
// that the store below sees that there is nothing to write.
func (s *sealing) sealed(id realm.RecordID, change realm.Change) realm.Change {
	return func(sealed []byte) ([]byte, error) {
		old, err := s.keys.Open(id, sealed)
		if err != nil {
			return nil, err
		}
		next, err := change(old)
		switch {
		case err != nil:
			return nil, err
		case same(old, next):
			return sealed, nil
		}
		return s.keys.Seal(id, next), nil
	}
}

func same(a, b []byte) bool { return (a == nil) == (b == nil) && string(a) == string(b) }

// Reseal seals every record with the newest key: see [Keys.Resealed]. Records that open with no key stay as they
// are; the error is then a [*realm.ClosedError], and all others are done.
func (k *Keys) Reseal(ctx context.Context, walker realm.Walker) error {
	return walk(ctx, walker, k.Resealed)
}

// Resealed is a [realm.Change] that seals the record of id with the newest key. To retire
// a key: [Add] a new one, apply this to every record with the keys then read, [Drop] the
// old one. A crash in between leaves both keys and records of either: start over.
func (k *Keys) Resealed(id realm.RecordID) realm.Change {
	return func(sealed []byte) ([]byte, error) {
		if len(sealed) >= headerSize && sealed[0] == format && binary.BigEndian.Uint32(sealed[1:]) == k.newest {
			return sealed, nil
		}
		record, err := k.Open(id, sealed)
		if err != nil {
			return nil, err
		}
		return k.Seal(id, record), nil
	}
}
