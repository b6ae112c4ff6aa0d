package juicebox

import (
	"encoding/binary"
	"fmt"

	"github.com/cloudseed/cloudseed/secret"
	"golang.org/x/crypto/argon2"
)

// A PINHashingMode says how much work one guess at a PIN is.
type PINHashingMode string

const (
	// Standard2019 is Argon2id with 16 MiB, 32 passes and one lane, about a second.
	Standard2019 PINHashingMode = "Standard2019"
	// FastInsecure is Argon2id with 8 KiB and one pass. It is for tests; a [Client]
	// refuses it unless told otherwise.
	FastInsecure PINHashingMode = "FastInsecure"
)

// cost gives Argon2id's passes and memory in KiB.
func (m PINHashingMode) cost() (passes, memory uint32, err error) {
	switch m {
	case Standard2019:
		return 32, 16 << 10, nil
	case FastInsecure:
		return 1, 8, nil
	}
	return 0, 0, fmt.Errorf("%w: unknown PIN hashing mode %.32q", ErrConfiguration, string(m))
}

// stretched is what a PIN becomes: accessKey goes into the OPRF, seed into the key of
// the secret.
type stretched struct {
	accessKey, seed [32]byte
}

func (s *stretched) clear() { *s = stretched{} }

// stretch hashes the PIN, salted with the version and info, so that neither a realm nor
// whoever shows the person other info can use it for the registration meant.
func stretch(pin secret.Text, mode PINHashingMode, version RegistrationVersion, info []byte) (*stretched, error) {
	passes, memory, err := mode.cost()
	if err != nil {
		return nil, err
	}
	both := argon2.IDKey(pin.Reveal(), lengthPrefixed(version[:], info), passes, memory, 1, 64)
	defer clear(both)
	return &stretched{accessKey: [32]byte(both[:32]), seed: [32]byte(both[32:])}, nil
}

// lengthPrefixed joins parts, each after its length in four bytes, big endian.
func lengthPrefixed(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return b
}
