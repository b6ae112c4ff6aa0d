package envelope_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/cloudseed/cloudseed/envelope"
)

// BenchmarkSealOpen times sealing and opening a wallet part against age alone, which encrypts and
// decrypts as many bytes to the same recipient, in turns. What is added is the tar, the manifest and its
// signature, the key derivations, and every check on opening.
func BenchmarkSealOpen(b *testing.B) {
	v := newVault(b)
	sealed := v.sealWallet(b, v.wallet())
	plain, to := make([]byte, len(sealed)), recipient(b, v.vaultKey)
	identity, err := envelope.Identity(v.vaultKey)
	if err != nil {
		b.Fatal(err)
	}
	encrypted := encryptAlone(b, plain, to)
	for name, both := range map[string][2]func(){
		"seal": {func() { v.sealWallet(b, v.wallet()) }, func() { encryptAlone(b, plain, to) }},
		"open": {func() { openWhole(b, sealed, v) }, func() { decryptAlone(b, encrypted, identity) }},
	} {
		b.Run(name, func(b *testing.B) {
			var ours, alone time.Duration
			for b.Loop() {
				ours += took(both[0])
				alone += took(both[1])
			}
			ms := float64(b.N) * float64(time.Millisecond)
			b.ReportMetric(0, "ns/op") // it counts both
			b.ReportMetric(float64(ours)/ms, "ms")
			b.ReportMetric(float64(alone)/ms, "alone-ms")
			b.ReportMetric(float64(ours)/float64(alone), "ratio")
		})
	}
}

func took(f func()) time.Duration {
	started := time.Now()
	f()
	return time.Since(started)
}

func openWhole(b *testing.B, sealed []byte, v *vault) {
	if _, err := envelope.Open(sealed, v.vaultKey); err != nil {
		b.Fatal(err)
	}
}

func encryptAlone(b *testing.B, plain []byte, to age.Recipient) []byte {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func decryptAlone(b *testing.B, encrypted []byte, with age.Identity) {
	r, err := age.Decrypt(bytes.NewReader(encrypted), with)
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	if err != nil {
		b.Fatal(err)
	}
}
