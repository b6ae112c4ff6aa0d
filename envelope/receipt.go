package envelope

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// receiptContext is what the root key signs in front of a receipt.
const receiptContext = "cloudseed receipt 1\x00"

// MaxReceipt is the largest receipt in bytes.
const MaxReceipt = 16 << 10

// A Receipt says that a device has opened sealed files of a vault. It stands beside them in
// a place, in the open, and is signed by the root key, which only the opened phrase gives. It
// shows that somebody opened those bytes, not that they are the newest.
type Receipt struct {
	Format       string    `json:"format"`
	Vault        VaultID   `json:"vault"`
	Stanza       Hash      `json:"stanza"`       // SHA-256 of the body of the stanza that was opened
	Registration uint64    `json:"registration"` // its number
	Files        []Hash    `json:"files"`        // SHA-256 of each sealed file that was opened; one or two
	Device       string    `json:"device"`       // which device opened them, for people; at most 100 bytes
	Opened       time.Time `json:"opened"`       // UTC, whole seconds, by that device's clock
	Opening      Hash      `json:"opening"`      // 32 random bytes: each opening has a receipt of its own
}

// Sign makes the file: the receipt as JSON in its one form, then one line with the signature
// in 128 hex digits.
func (r *Receipt) Sign(root ed25519.PrivateKey) ([]byte, error) {
	r.Format = Format
	if err := r.check(root.Public().(ed25519.PublicKey)); err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	encoded, err := oneForm(r)
	if err != nil {
		return nil, err
	}
	signature := ed25519.Sign(root, append([]byte(receiptContext), encoded...))
	return append(encoded, hex.EncodeToString(signature)+"\n"...), nil
}

// ParseReceipt reads a receipt and checks its signature by the root key, as it stands in the
// vault's stanzas, before it looks at what was signed. It fails with ErrDamaged, or with
// ErrNewerFormat.
func ParseReceipt(data []byte, root ed25519.PublicKey) (*Receipt, error) {
	encoded, signature, err := splitReceipt(data)
	if err != nil {
		return nil, badReceipt(err)
	}
	if !ed25519.Verify(root, append([]byte(receiptContext), encoded...), signature) {
		return nil, badReceipt(errors.New("not signed by the root key"))
	}
	var version struct{ Format string }
	if err := json.Unmarshal(encoded, &version); err == nil && newer(version.Format) {
		return nil, fmt.Errorf("receipt: %w: %q", ErrNewerFormat, clip(version.Format))
	}
	var r Receipt
	if err := json.Unmarshal(encoded, &r); err != nil {
		return nil, badReceipt(err)
	}
	if again, _ := oneForm(r); !bytes.Equal(again, encoded) {
		return nil, badReceipt(errors.New("not in its one form"))
	}
	if err := r.check(root); err != nil {
		return nil, badReceipt(err)
	}
	return &r, nil
}

func badReceipt(err error) error { return fmt.Errorf("receipt: %w: %w", ErrDamaged, err) }

// splitReceipt takes the last line off.
func splitReceipt(data []byte) (encoded, signature []byte, err error) {
	const line = 2*ed25519.SignatureSize + 1
	if len(data) > MaxReceipt || len(data) <= line {
		return nil, nil, fmt.Errorf("%d bytes", len(data))
	}
	encoded, last := data[:len(data)-line], data[len(data)-line:]
	signature, err = hex.DecodeString(string(last[:line-1]))
	if err == nil && hex.EncodeToString(signature)+"\n" != string(last) {
		err = errors.New("signature not in lower-case hex and a line feed")
	}
	return encoded, signature, err
}

func (r *Receipt) check(root ed25519.PublicKey) error {
	switch {
	case r.Format != Format:
		return errors.New("unknown format")
	case r.Vault != NewVaultID(root):
		return errors.New("of another vault than the root key")
	case r.Registration < 1 || r.Registration >= 1<<53: // what every JSON reader can count to
		return errors.New("registration out of range")
	case len(r.Files) < 1 || len(r.Files) > 2:
		return errors.New("one or two files are opened")
	case len(r.Device) > 100:
		return errors.New("the device's name is too long")
	case r.Opened.Location() != time.UTC || r.Opened.Nanosecond() != 0:
		return errors.New("time not in UTC and whole seconds")
	}
	return nil
}

// Names tells whether the receipt is about a sealed file with that hash in hex, as Sum
// gives it.
func (r *Receipt) Names(sum string) bool {
	return slices.ContainsFunc(r.Files, func(h Hash) bool { return h.String() == sum })
}

const receiptMark = " - opened "

// ReceiptName is the name of a receipt in a place: "Wallet backup - Samantha - opened
// 1a2b3c4d.txt", with the beginning of its hash, so that no two meet on one name.
func ReceiptName(base string, receipt []byte) string {
	return base + receiptMark + Sum(receipt)[:8] + ".txt"
}

// IsReceiptName tells whether a file may be a receipt, by its name.
func IsReceiptName(name string) bool {
	rest, ok := strings.CutSuffix(name, ".txt")
	at := strings.LastIndex(rest, receiptMark)
	if !ok || at < 0 {
		return false
	}
	digits := rest[at+len(receiptMark):]
	_, err := hex.DecodeString(digits)
	return err == nil && len(digits) == 8 && digits == strings.ToLower(digits)
}
