package envelope_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
)

func newReceipt(root ed25519.PrivateKey) *envelope.Receipt {
	return &envelope.Receipt{Vault: envelope.NewVaultID(root.Public().(ed25519.PublicKey)), Stanza: envelope.Hash{1}, Registration: 2,
		Files: []envelope.Hash{{2}, {3}}, Device: "Samantha's phone", Opened: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
}

func TestReceipt(t *testing.T) {
	root := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	public := root.Public().(ed25519.PublicKey)
	data, err := newReceipt(root).Sign(root)
	if err != nil {
		t.Fatal(err)
	}
	r, err := envelope.ParseReceipt(data, public)
	if err != nil || r.Device != "Samantha's phone" || !r.Names(envelope.Hash{3}.String()) || r.Names(envelope.Hash{4}.String()) {
		t.Fatalf("%+v, %v", r, err)
	}
	for i := range data {
		changed := bytes.Clone(data)
		changed[i] ^= 1
		if _, err := envelope.ParseReceipt(changed, public); !errors.Is(err, envelope.ErrDamaged) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := envelope.ParseReceipt(data[:i], public); !errors.Is(err, envelope.ErrDamaged) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
	another := ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
	if _, err := envelope.ParseReceipt(data, another); !errors.Is(err, envelope.ErrDamaged) {
		t.Errorf("another root key: %v", err)
	}
	if _, err := envelope.ParseReceipt(make([]byte, envelope.MaxReceipt+1), public); !errors.Is(err, envelope.ErrDamaged) {
		t.Errorf("too large: %v", err)
	}
}

func TestReceiptNotSigned(t *testing.T) {
	root := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	for name, spoil := range map[string]func(*envelope.Receipt){
		"another vault":   func(r *envelope.Receipt) { r.Vault[0] ^= 1 },
		"no registration": func(r *envelope.Receipt) { r.Registration = 0 },
		"no files":        func(r *envelope.Receipt) { r.Files = nil },
		"three files":     func(r *envelope.Receipt) { r.Files = append(r.Files, envelope.Hash{}) },
		"a long name":     func(r *envelope.Receipt) { r.Device = strings.Repeat("x", 101) },
		"local time":      func(r *envelope.Receipt) { r.Opened = r.Opened.In(time.FixedZone("", 3600)) },
		"half seconds":    func(r *envelope.Receipt) { r.Opened = r.Opened.Add(time.Millisecond) },
	} {
		r := newReceipt(root)
		spoil(r)
		if _, err := r.Sign(root); err == nil {
			t.Errorf("%s was signed", name)
		}
	}
}

func TestReceiptName(t *testing.T) {
	name := envelope.ReceiptName("Wallet backup - Samantha", []byte("receipt"))
	if !envelope.IsReceiptName(name) || !strings.HasPrefix(name, "Wallet backup - Samantha - opened ") {
		t.Errorf("name %q", name)
	}
	if _, _, _, ok := envelope.ParseFileName(name); ok {
		t.Error("it is taken for a sealed file")
	}
	for _, other := range []string{"", "notes.txt", "a - opened 12345678.age", "a - opened 1234567.txt", "a - opened 1234567G.txt", "a - opened ABCDEF12.txt"} {
		if envelope.IsReceiptName(other) {
			t.Errorf("%q is taken for a receipt", other)
		}
	}
}

// TestReceiptVectors reads docs/format.md's receipts with both readers.
func TestReceiptVectors(t *testing.T) {
	for _, v := range readVectors(t, "testdata/receipts") {
		if got := readReceipt(t, v); got != v.head["expect"] {
			t.Errorf("%s (%s): %s, want %s", v.name, v.head["comment"], got, v.head["expect"])
		}
	}
}

func TestReceiptVectorsInJavaScript(t *testing.T) {
	there := readInNode(t, "testdata/receipts")
	for _, v := range readVectors(t, "testdata/receipts") {
		if there[v.name].Expect != v.head["expect"] {
			t.Errorf("%s (%s): %s, want %s", v.name, v.head["comment"], there[v.name].Expect, v.head["expect"])
		}
	}
}

func readReceipt(t *testing.T, v vector) string {
	t.Helper()
	root, err := hex.DecodeString(v.head["root"])
	if err != nil {
		t.Fatal(err)
	}
	_, err = envelope.ParseReceipt(v.file, root)
	switch {
	case err == nil:
		return "success"
	case errors.Is(err, envelope.ErrNewerFormat):
		return "newer version"
	case errors.Is(err, envelope.ErrDamaged):
		return "receipt"
	}
	return err.Error()
}
