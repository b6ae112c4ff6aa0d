package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/spf13/pflag"
	acmeproto "golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// acmeOptions are the flags for certificates from an ACME server (RFC 8555).
type acmeOptions struct {
	domains          []string
	email, cache     string
	directory, roots string
}

func (o *acmeOptions) flags(f *pflag.FlagSet) {
	f.StringSliceVar(&o.domains, "acme-domain", nil, "`name` to get a certificate for, and renew it, from an ACME server; may be\n"+
		"repeated. You agree to that server's terms. It checks by TLS (tls-alpn-01), so clients\n"+
		"and it must reach the realm at port 443 of that name")
	f.StringVar(&o.email, "acme-email", "", "`address` that the ACME server may write to")
	f.StringVar(&o.cache, "acme-cache", "", "`directory` for account key and certificates (default acme in the directory of --data)")
	f.StringVar(&o.directory, "acme-directory", autocert.DefaultACMEDirectory, "`URL` of the ACME server's directory")
	f.StringVar(&o.roots, "acme-roots", "", "PEM `file` with the certificates that vouch for the ACME server itself,\nif the system does not know them")
}

func (o *acmeOptions) check() error {
	if len(o.domains) == 0 && (o.email != "" || o.cache != "" || o.roots != "" || o.directory != autocert.DefaultACMEDirectory) {
		return errors.New("--acme-domain NAME is missing: the other --acme flags belong to it")
	}
	if u, err := url.Parse(o.directory); err != nil || u.Scheme != "https" {
		return errors.New("--acme-directory is not an https address")
	}
	return nil
}

// manager keeps what it gets in dir/acme unless told otherwise.
func (o *acmeOptions) manager(dir string) (*autocert.Manager, error) {
	cache := o.cache
	if cache == "" {
		if dir == "" {
			return nil, errors.New("--acme-cache DIR is missing: there is no directory of --data")
		}
		cache = filepath.Join(dir, "acme")
	}
	client := &http.Client{Timeout: time.Minute}
	if o.roots != "" {
		pem, err := os.ReadFile(o.roots)
		if err != nil {
			return nil, fmt.Errorf("--acme-roots: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("--acme-roots: %s has no certificate", o.roots)
		}
		client.Transport = &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: pool}}
	}
	return &autocert.Manager{
		Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(o.domains...), Email: o.email,
		Cache: autocert.DirCache(cache), Client: &acmeproto.Client{DirectoryURL: o.directory, HTTPClient: client},
	}, nil
}

// An acmeIdentity gets certificates and tells the operator how that goes: clients only see that TLS
// fails.
type acmeIdentity struct {
	manager *autocert.Manager
	domains []string
	log     *slog.Logger
	renewed func(expires time.Time)
	expires atomic.Int64 // of the newest certificate, in seconds since 1970
	told    atomic.Int64 // when an error was logged last
}

// errorEvery is how often an error of the ACME server is logged at most.
const errorEvery = time.Minute

func (a *acmeIdentity) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	pair, err := a.manager.GetCertificate(hello)
	if err != nil {
		a.failed(hello.ServerName, err)
		return nil, err
	}
	if pair.Leaf != nil && a.expires.Swap(pair.Leaf.NotAfter.Unix()) != pair.Leaf.NotAfter.Unix() {
		a.log.Info("certificate", "domain", hello.ServerName, "expires", pair.Leaf.NotAfter.UTC().Format(time.RFC3339))
		a.renewed(pair.Leaf.NotAfter)
	}
	return pair, nil
}

// failed logs what concerns the realm's own names; strangers ask for any.
func (a *acmeIdentity) failed(name string, err error) {
	now := time.Now()
	last := a.told.Load()
	if !slices.Contains(a.domains, name) || now.Sub(time.Unix(last, 0)) < errorEvery || !a.told.CompareAndSwap(last, now.Unix()) {
		return
	}
	a.log.Error("no certificate from the ACME server: clients cannot connect", "domain", name, "error", err)
}

// begin gets the certificates before a client asks, so that what is wrong is known at once.
func (a *acmeIdentity) begin() {
	for _, domain := range a.domains {
		a.get(&tls.ClientHelloInfo{ServerName: domain, SupportedCurves: []tls.CurveID{tls.CurveP256},
			SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
			CipherSuites:     []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}})
	}
}
