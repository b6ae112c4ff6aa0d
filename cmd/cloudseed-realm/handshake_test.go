package main

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"testing"
	"time"
)

// speaker is a TLS server with the realm's configuration and a clock that can be turned.
type speaker struct {
	address string
	roots   *x509.CertPool
	clock   chan time.Duration // has how far the clock is ahead
}

func newSpeaker(t *testing.T, oldest uint16) *speaker {
	t.Helper()
	certificate, key, roots := newCertificate(t)
	s := &server{checked: &checked{serveOptions: &serveOptions{tlsCert: certificate, tlsKey: key}}}
	if err := s.identify(); err != nil {
		t.Fatal(err)
	}
	sp := &speaker{roots: roots, clock: make(chan time.Duration, 1)}
	sp.clock <- 0
	config := s.identity.config(oldest)
	config.Time = func() time.Time {
		ahead := <-sp.clock
		sp.clock <- ahead
		return time.Now().Add(ahead)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	sp.address = listener.Addr().String()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				connection.Write([]byte("x")) // after the handshake, with the ticket
				connection.Read(make([]byte, 1))
			}()
		}
	}()
	return sp
}

// connect makes one cold connection, as a phone does.
func (sp *speaker) connect(config *tls.Config) (tls.ConnectionState, error) {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	connection, err := tls.DialWithDialer(dialer, "tcp", sp.address, config)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer connection.Close()
	_, err = connection.Read(make([]byte, 1))
	return connection.ConnectionState(), err
}

func TestPostQuantumKeyExchange(t *testing.T) {
	sp := newSpeaker(t, tls.VersionTLS12)
	state, err := sp.connect(&tls.Config{RootCAs: sp.roots})
	if err != nil || state.Version != tls.VersionTLS13 || state.CurveID != tls.X25519MLKEM768 {
		t.Errorf("version %x, key exchange %v, %v", state.Version, state.CurveID, err)
	}
}

// Old phones may come with TLS 1.2 and a good cipher, unless the operator says otherwise;
// nobody may come with less.
func TestOldClients(t *testing.T) {
	for _, test := range []struct {
		name   string
		oldest uint16
		client *tls.Config
		good   bool
	}{
		{"1.2", tls.VersionTLS12, &tls.Config{MaxVersion: tls.VersionTLS12}, true},
		{"1.2 where 1.3 is asked for", tls.VersionTLS13, &tls.Config{MaxVersion: tls.VersionTLS12}, false},
		{"1.1", tls.VersionTLS12, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
		{"1.2 without forward secrecy", tls.VersionTLS12,
			&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}}, false},
		{"1.2 with CBC", tls.VersionTLS12,
			&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, false},
	} {
		sp := newSpeaker(t, test.oldest)
		test.client.RootCAs = sp.roots
		if _, err := sp.connect(test.client); (err == nil) != test.good {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// A second connection resumes the first one's session, the next day too; after eight days
// the key of its ticket is gone.
func TestSessionsResume(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, test := range []struct {
			ahead  time.Duration
			resume bool
		}{{0, true}, {26 * time.Hour, true}, {8 * 24 * time.Hour, false}} {
			sp := newSpeaker(t, tls.VersionTLS12)
			client := &tls.Config{RootCAs: sp.roots, MaxVersion: version, ClientSessionCache: tls.NewLRUClientSessionCache(4)}
			first, err := sp.connect(client)
			if err != nil || first.DidResume {
				t.Fatalf("first connection: resumed %v, %v", first.DidResume, err)
			}
			<-sp.clock
			sp.clock <- test.ahead
			second, err := sp.connect(client)
			if err != nil || second.DidResume != test.resume {
				t.Errorf("TLS %x, %v later: resumed %v, %v", version, test.ahead, second.DidResume, err)
			}
		}
	}
}

// A changed certificate is used by the next connection; a broken one, half a pair or an
// expired one is not, and the old one stays.
func TestCertificateIsReadAgain(t *testing.T) {
	certificate, key, roots := newCertificate(t)
	s := &server{checked: &checked{serveOptions: &serveOptions{tlsCert: certificate, tlsKey: key}}}
	if err := s.identify(); err != nil {
		t.Fatal(err)
	}
	shown := func(roots *x509.CertPool) bool {
		pair, err := s.identity.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = pair.Leaf.Verify(x509.VerifyOptions{Roots: roots})
		return err == nil
	}
	look := func(what string, wantChanged, wantGood bool) {
		t.Helper()
		if changed, err := s.reloads[0].look(); changed != wantChanged || (err == nil) != wantGood {
			t.Errorf("%s: changed %v, %v", what, changed, err)
		}
	}
	look("nothing new", false, true)
	newCertificateFile, newKeyFile, newRoots := newCertificate(t)
	put(t, certificate, read(t, newCertificateFile))
	look("certificate without its key", true, false)
	look("said once", false, true)
	if !shown(roots) {
		t.Error("half a pair replaced the old one")
	}
	put(t, key, read(t, newKeyFile))
	look("whole pair", true, true)
	if shown(roots) || !shown(newRoots) {
		t.Error("the new certificate is not used")
	}
	put(t, certificate, []byte("rubbish"))
	look("rubbish", true, false)
	expiredFile, expiredKeyFile, _ := newCertificateUntil(t, time.Now().Add(-time.Minute))
	put(t, certificate, read(t, expiredFile))
	put(t, key, read(t, expiredKeyFile))
	look("expired", true, false)
	os.Remove(certificate)
	look("gone", true, false)
	if !shown(newRoots) {
		t.Error("the last good certificate is lost")
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
