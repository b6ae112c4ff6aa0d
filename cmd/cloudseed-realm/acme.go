package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
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
