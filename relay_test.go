package cloudseed

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// The relay attack of DESIGN section 3. A thief of the cloud login replaces the addresses
// in the stanza by relays to the real realms, signs it with a root key of their own (a new
// device knows none), and waits for the right PIN. Were the relayed recovery to work, the
// thief would have enough shares to guess the PIN offline. Because the stanza's hash goes
// into the stretching of the PIN, the right PIN is a wrong one there: no share is released.
func TestRelay(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	honest := w.find(w.config())

	relayed := 0
	for _, host := range hosts {
		w.realms["relay."+host] = relay(w, host, &relayed)
	}
	for name, change := range map[string]func(*envelope.Stanza){
		"other addresses": func(s *envelope.Stanza) {
			for i := range s.Realms {
				s.Realms[i].Address = "https://relay." + hostOf(s.Realms[i].Address) + "/"
			}
		},
		"fewer realms": func(s *envelope.Stanza) { s.Realms = s.Realms[:2] },
		"weak hashing": func(s *envelope.Stanza) { s.Hashing = string(juicebox.Standard2019) },
		"another name for the vault": func(s *envelope.Stanza) {
			s.Salt[0] ^= 1
		},
	} {
		before := w.answers(juicebox.Recover3{})
		w.a.Put(d.Places[0].Wallet.File, forge(t, honest, change))
		c := w.config()
		c.Places, c.Realms, c.AcceptRealms = c.Places[:1], juicebox.Configuration{}, true // a new device, and a person who confirms
		_, err := Restore(ctx, c, w.find(c), pin())
		var wrong *WrongPINError
		if !errors.As(err, &wrong) {
			t.Errorf("%s: the right PIN under a changed stanza: %v", name, err)
		}
		if released := w.answers(juicebox.Recover3{}) - before; released != 0 {
			t.Errorf("%s: %d shares released", name, released)
		}
	}
	if relayed == 0 {
		t.Error("the relays were never asked: the test attacks nothing")
	}
	// The same file, unchanged, still opens.
	c := w.config()
	c.Places = c.Places[1:]
	w.restore(c)
}

// forge makes a wallet part with a changed stanza, signed by the thief's own root key.
func forge(t *testing.T, b *Backup, change func(*envelope.Stanza)) []byte {
	return forgeWith(t, b, ed25519.NewKeyFromSeed(secret.Random(32).Reveal()), change)
}

// forgeAs signs it with the vault's root key, as only the owner could.
func forgeAs(t *testing.T, b *Backup, w *Wallet, change func(*envelope.Stanza)) []byte {
	return forgeWith(t, b, envelope.RootKey(w.Phrase.Entropy(), b.stanza.Salt), change)
}

func forgeWith(t *testing.T, b *Backup, root ed25519.PrivateKey, change func(*envelope.Stanza)) []byte {
	t.Helper()
	s := *b.stanza
	s.Realms = append([]envelope.Realm(nil), s.Realms...)
	change(&s)
	if err := s.Sign(root); err != nil {
		t.Fatal(err)
	}
	key := secret.Random(32)
	to, err := envelope.Recipient(key)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := envelope.SealWallet(&s, ed25519.NewKeyFromSeed(key.Reveal()), envelope.Header{Generation: 1, Created: now()},
		&envelope.Wallet{Phrase: secret.Copy([]byte("bait")), Owner: key}, to)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// relay passes everything on to a real realm.
func relay(w *world, host string, relayed *int) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		forward, _ := http.NewRequestWithContext(r.Context(), r.Method, "https://"+host+r.URL.Path, bytes.NewReader(body))
		forward.Header = r.Header
		answer, err := w.RoundTrip(forward)
		if err != nil {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		w.mu.Lock()
		*relayed++
		w.mu.Unlock()
		defer answer.Body.Close()
		rw.WriteHeader(answer.StatusCode)
		io.Copy(rw, answer.Body)
	})
}
