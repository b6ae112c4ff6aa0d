package main

import (
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"

	"golang.org/x/text/unicode/norm"
)

// A world is one registration at its realms, and a recovery of it, step by step. A case
// changes the inputs before build, or hooks into what comes after.
type world struct {
	n, threshold int
	pin, typed   string // as registered, as typed at the recovery; typed defaults to pin
	secret       []byte
	length       int // the byte in front of the padded secret; -1 is the true one
	guesses      int
	hashing      string
	stanza       []byte // made unless given
	info         []byte // the stanza's hash unless given
	address      func(realm int) string

	records   []pairs // Register2's fields
	accessKey []byte
	seed      []byte
	output    []byte
	unlock    []byte
	commit    []byte
	version   []byte
	blinding  scalar
	keys      polynomial
}

func newWorld(threshold, n int) *world {
	return &world{n: n, threshold: threshold, pin: "271828", secret: made("samantha vault key"), length: -1, guesses: 10,
		hashing: "FastInsecure", version: made("version")[:16], blinding: madeScalar("blinding"),
		address: func(i int) string { return "https://" + string(rune('0'+i)) + ".example/" }}
}

var (
	owner = madeKey("samantha owner")
	guess = madeKey("guess")
	root  = madeKey("protocol root")
)

// realmID is the id of the realm with that number, from 1; the ids of the file's vectors.
func realmID(i int) []byte {
	return binary.BigEndian.AppendUint16(make([]byte, 0, 16), uint16(i))[:16:16]
}

// build makes stanza and registration.
func (w *world) build() *world {
	if w.typed == "" {
		w.typed = w.pin
	}
	if w.stanza == nil {
		w.stanza = w.makeStanza()
	}
	if w.info == nil {
		w.info = sum(w.stanza)
	}
	w.accessKey, w.seed = stretch(norm.NFKC.Bytes([]byte(w.pin)), w.hashing, w.version, w.info)
	w.keys = madePolynomial("oprf", w.threshold)
	w.output = oprfOutput(w.accessKey, times(w.keys[0], toGroup(w.accessKey)))
	d := sha512.Sum512(w.output)
	w.commit, w.unlock = d[:32], d[32:]
	scalars := madePolynomial("encryption", w.threshold)
	length := byte(len(w.secret))
	if w.length >= 0 {
		length = byte(w.length)
	}
	sealed := seal(mac(32, w.seed, []byte("User Secret Encryption Key"), scalars[0].Bytes()), length, w.secret)
	signer := madeKey("signer")
	w.records = nil
	for i := 1; i <= w.n; i++ {
		w.records = append(w.records, w.part(i, w.keys.at(i), scalars.at(i), sealed, signer))
	}
	return w
}

// part is what realm i stores.
func (w *world) part(i int, key, share scalar, sealed []byte, signer ed25519.PrivateKey) pairs {
	return pairs{
		{"version", w.version},
		{"oprf_private_key", key.Bytes()},
		{"oprf_signed_public_key", signedKey(i, base(key).Bytes(), signer)},
		{"unlock_key_commitment", w.commit},
		{"unlock_key_tag", w.tag(i)},
		{"encryption_key_scalar_share", share.Bytes()},
		{"encrypted_secret", sealed},
		{"encrypted_secret_commitment", w.tie(i, share.Bytes(), sealed)},
		{"policy", pairs{{"num_guesses", w.guesses}}},
	}
}

func signedKey(realm int, key []byte, signer ed25519.PrivateKey) pairs {
	return pairs{{"public_key", key}, {"verifying_key", public(signer)}, {"signature", ed25519.Sign(signer, lp2(realmID(realm), key))}}
}

func (w *world) tag(i int) []byte { return mac(16, w.unlock, []byte("Unlock Key Tag"), realmID(i)) }

func (w *world) tie(i int, share, sealed []byte) []byte {
	return mac(16, w.unlock, []byte("Encrypted User Secret Commitment"), realmID(i), share, sealed)
}

// makeStanza is a stanza as docs/format.md has it.
func (w *world) makeStanza() []byte {
	list := head(4, w.n)
	for i := 1; i <= w.n; i++ {
		list = append(list, join(head(4, 2), encode(realmID(i)), encode(w.address(i)))...)
	}
	m := encode(pairs{
		{"root", public(root)}, {"salt", made("protocol salt")[:16]}, {"guess", guess.Seed()}, {"nonce", made("protocol nonce")[:16]},
		{"owner", public(owner)}, {"format", "cloudseed/1"}, {"realms", raw(list)}, {"tenant", "cloudseed"}, {"guesses", w.guesses},
		{"hashing", w.hashing}, {"recover", w.threshold}, {"register", w.n}, {"registration", 1},
	})
	return append(m, ed25519.Sign(root, append([]byte("cloudseed stanza 1\x00"), m...))...)
}

// A configuration is Juicebox's JSON form.
type (
	configuration struct {
		Realms            []realm `json:"realms"`
		RegisterThreshold int     `json:"register_threshold"`
		RecoverThreshold  int     `json:"recover_threshold"`
		PINHashingMode    string  `json:"pin_hashing_mode"`
	}
	realm struct {
		ID      string `json:"id"`
		Address string `json:"address"`
	}
)

func (w *world) configuration() *configuration {
	c := &configuration{nil, w.n, w.threshold, w.hashing}
	for i := 1; i <= w.n; i++ {
		c.Realms = append(c.Realms, realm{hex.EncodeToString(realmID(i)), w.address(i)})
	}
	return c
}
