package cloudseed

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/btcsuite/btcd/address/v2/bech32"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/secret"
)

// ErrWrongKit says that an emergency kit is typed right and belongs to something else.
var ErrWrongKit = errors.New("the emergency kit belongs to another backup")

// A Kit is the secret of an emergency kit: it opens a backup without PIN and realms, for
// whoever also has the sealed file. It belongs on paper and nowhere else; the Device keeps
// its public half. The zero Kit is none.
type Kit struct{ seed secret.Text }

// NewKit makes a kit.
func NewKit() Kit { return Kit{secret.Random(envelope.SeedSize)} }

// Clear forgets the kit.
func (k Kit) Clear() { k.seed.Clear() }

// Text is the kit as the age command reads it from a file: AGE-SECRET-KEY-PQ-1 and 58
// letters and digits, all upper case.
func (k Kit) Text() secret.Text {
	text, err := envelope.IdentityText(k.seed)
	if err != nil {
		panic(err) // only for a seed of another length, which no Kit has
	}
	return text
}

const (
	kitPrefix = "AGE-SECRET-KEY-PQ-1"
	kitLength = 58 // letters and digits behind the prefix, the last 6 a checksum
	kitBlock  = 4
	// kitAlphabet is that of bech32 (BIP 173). There is no B, I or O, and no 1, so that
	// nothing is mistaken for an 8 or a 0.
	kitAlphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
)

// KitBlocks is how many blocks a kit is typed in: 14 of 4 characters and one of 2.
const KitBlocks = (kitLength + kitBlock - 1) / kitBlock

// Blocks are what stands on the paper behind AGE-SECRET-KEY-PQ-1, to be typed back.
func (k Kit) Blocks() []secret.Text {
	text := k.Text()
	defer text.Clear()
	var blocks []secret.Text
	for block := range slices.Chunk(text.Reveal()[len(kitPrefix):], kitBlock) {
		blocks = append(blocks, secret.Copy(block))
	}
	return blocks
}

// A KitTypoError says what is wrong with a kit as it was typed.
type KitTypoError struct {
	Block int // the wrong one, from 1; 0 when that cannot be told
	Got   int // characters typed, of Want
	Want  int
}

func (e *KitTypoError) Error() string {
	return "the emergency kit was not typed as it stands on the paper"
}

// ParseKit reads a kit as people type it: in upper or lower case, with or without the
// prefix, spaces, line ends and hyphens; or a key file of age, with its comments. It fails
// with a *KitTypoError, which names the wrong block if there is only one.
func ParseKit(typed []byte) (Kit, error) {
	blocks := kitFields(typed)
	defer clearAll(blocks)
	data := bytes.Join(blocks, nil)
	defer clear(data)
	if len(data) != kitLength {
		return Kit{}, &KitTypoError{Block: shortBlock(blocks), Got: len(data), Want: kitLength}
	}
	for i, c := range data {
		if !strings.ContainsRune(kitAlphabet, rune(c)) {
			return Kit{}, &KitTypoError{Block: i/kitBlock + 1, Got: len(data), Want: kitLength}
		}
	}
	seed, err := kitSeed(data)
	if err != nil {
		return Kit{}, &KitTypoError{Block: wrongBlock(data), Got: len(data), Want: kitLength}
	}
	return Kit{seed}, nil
}

// kitFields takes comments, the prefix and hyphens away and returns what stands between
// spaces, in upper case.
func kitFields(typed []byte) [][]byte {
	var fields [][]byte
	for line := range bytes.Lines(typed) {
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) {
			continue
		}
		line = bytes.ToUpper(line)
		fields = append(fields, bytes.Fields(bytes.ReplaceAll(line, []byte("-"), nil))...)
		clear(line)
	}
	prefix := []byte(strings.ReplaceAll(kitPrefix, "-", ""))
	if len(fields) > 0 {
		fields[0] = bytes.TrimPrefix(fields[0], prefix)
	}
	return slices.DeleteFunc(fields, func(f []byte) bool { return len(f) == 0 })
}

// kitSeed decodes the 58 characters and checks their checksum.
func kitSeed(data []byte) (secret.Text, error) {
	prefix, seed, err := bech32.DecodeToBase256(kitPrefix + string(data))
	if err == nil && (prefix+"1" != strings.ToLower(kitPrefix) || len(seed) != envelope.SeedSize) {
		err = errors.New("another kind of key")
	}
	return secret.New(seed), err
}

// shortBlock finds the first block that has not its length, where blocks were typed.
func shortBlock(blocks [][]byte) int {
	if len(blocks) != KitBlocks {
		return 0
	}
	return 1 + slices.IndexFunc(blocks, func(b []byte) bool { return len(b) != kitBlock })
}

// wrongBlock finds the block with a single mistake in it: one other character, or two
// neighbours that changed places, which makes the checksum right. It only points at the
// block; what was meant is for the person to read from the paper.
func wrongBlock(data []byte) int {
	try := bytes.Clone(data)
	defer clear(try)
	for i := range try {
		for _, c := range []byte(kitAlphabet) {
			if try[i] = c; c != data[i] && rightKit(try) {
				return i/kitBlock + 1
			}
		}
		try[i] = data[i]
	}
	for i := range try[1:] {
		try[i], try[i+1] = try[i+1], try[i]
		if data[i] != data[i+1] && rightKit(try) {
			return i/kitBlock + 1
		}
		try[i], try[i+1] = try[i+1], try[i]
	}
	return 0
}

func rightKit(data []byte) bool {
	seed, err := kitSeed(data)
	seed.Clear()
	return err == nil
}

func clearAll(all [][]byte) {
	for _, b := range all {
		clear(b)
	}
}

// recipients are those of a part: the key that is meant for it, and the kit if there is one.
func (d *Device) recipients(first *age.HybridRecipient) ([]*age.HybridRecipient, error) {
	if d.Kit.Recipient == "" {
		return []*age.HybridRecipient{first}, nil
	}
	kit, err := age.ParseHybridRecipient(d.Kit.Recipient)
	return []*age.HybridRecipient{first, kit}, err
}
