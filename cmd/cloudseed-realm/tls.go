package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	acmeproto "golang.org/x/crypto/acme"
)

// An identity is the certificate that the realm shows: from files, from an ACME server, or
// none.
type identity struct {
	files atomic.Pointer[tls.Certificate]
	acme  *acmeIdentity // nil without
}

// identify reads or prepares what the flags say.
func (s *server) identify() error {
	switch {
	case s.tlsCert != "":
		r := &reload{what: "certificate", files: []string{s.tlsCert, s.tlsKey}, apply: s.useCertificate}
		s.reloads = append(s.reloads, r)
		_, err := r.look()
		return err
	case len(s.acme.domains) > 0:
		manager, err := s.acme.manager(s.dir)
		s.identity.acme = &acmeIdentity{manager: manager, domains: s.acme.domains, log: s.log, renewed: s.certificateIs}
		return err
	}
	return nil
}

// useCertificate takes a pair that fits and has not expired. While somebody replaces the
// two files one after the other, they do not fit for a moment, and the old pair stays.
func (s *server) useCertificate(contents [][]byte) error {
	pair, err := tls.X509KeyPair(contents[0], contents[1])
	if err != nil {
		return fmt.Errorf("%s and %s: %w", s.tlsCert, s.tlsKey, err)
	}
	if time.Now().After(pair.Leaf.NotAfter) {
		return fmt.Errorf("%s: the certificate expired on %s", s.tlsCert, pair.Leaf.NotAfter.UTC().Format(time.DateOnly))
	}
	s.identity.files.Store(&pair)
	s.certificateIs(pair.Leaf.NotAfter)
	return nil
}

// certificateIs tells the metrics, once there are any.
func (s *server) certificateIs(expires time.Time) {
	if s.counts != nil {
		s.counts.Certificate(expires)
	}
}

// expires is when the certificate does; 1970 without one.
func (i *identity) expires() time.Time {
	if pair := i.files.Load(); pair != nil {
		return pair.Leaf.NotAfter
	}
	if i.acme != nil {
		return time.Unix(i.acme.expires.Load(), 0)
	}
	return time.Unix(0, 0)
}

// config is what the realm wants of TLS.
//
// Version 1.2 is allowed by default, with forward secret, authenticated ciphers only:
// phones before Android 10 have no 1.3, and whoever restores on an old phone must not be
// locked out. Key exchange is Go's choice, with X25519MLKEM768 first. Tickets are on: their
// keys are made anew every day and kept in memory for seven (crypto/tls does both).
func (i *identity) config(oldest uint16) *tls.Config {
	c := &tls.Config{
		GetCertificate: i.get,
		MinVersion:     oldest,
		NextProtos:     []string{"h2", "http/1.1"},
		CipherSuites: []uint16{ // of TLS 1.2
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
	}
	if i.acme != nil {
		c.NextProtos = append(c.NextProtos, acmeproto.ALPNProto)
	}
	return c
}

func (i *identity) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if i.acme != nil {
		return i.acme.get(hello)
	}
	if pair := i.files.Load(); pair != nil {
		return pair, nil
	}
	return nil, errors.New("no certificate")
}
