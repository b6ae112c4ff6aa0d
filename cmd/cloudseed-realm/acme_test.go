package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/letsencrypt/challtestsrv"
	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
)

// authority is Pebble, the test server of Let's Encrypt, which really connects to the name
// that it certifies: at tlsPort of 127.0.0.1, where its name server sends every name.
func authority(t *testing.T, tlsPort int) (directory, roots string, issued *x509.CertPool, stop func()) {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet := log.New(io.Discard, "", 0)
	nameServer := freeAddress(t)
	names, err := challtestsrv.New(challtestsrv.Config{DNSAddrs: []string{nameServer}, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	names.SetDefaultDNSIPv4("127.0.0.1")
	names.SetDefaultDNSIPv6("")
	go names.Run()
	t.Cleanup(names.Shutdown)
	store := db.NewMemoryStore()
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "the only one"}})
	front := wfe.New(quiet, store, va.New(quiet, 1, tlsPort, true, nameServer, store), issuer, []string{"pebble.test"}, true, false, 1, 1)
	server := httptest.NewTLSServer(front.Handler())
	t.Cleanup(server.Close)
	own := writePEM(t, t.TempDir(), "CERTIFICATE", server.Certificate().Raw)
	issued = x509.NewCertPool()
	issued.AddCert(issuer.GetRootCert(0).Cert)
	return server.URL + wfe.DirectoryPath, own, issued, server.Close
}

// The realm gets a certificate for its name by itself, keeps it over a restart without
// asking again, and answers to no other name.
func TestACME(t *testing.T) {
	address := freeAddress(t)
	_, portText, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(portText)
	directory, own, issued, stop := authority(t, port)
	d := newDaemon(t, juicebox.RealmID{0xaa}, "--listen", address, "--acme-domain", "pin.example.org",
		"--acme-directory", directory, "--acme-roots", own)
	shown := func(name string) (*x509.Certificate, error) {
		dialer := &net.Dialer{Timeout: 30 * time.Second}
		connection, err := tls.DialWithDialer(dialer, "tcp", address, &tls.Config{ServerName: name, RootCAs: issued})
		if err != nil {
			return nil, err
		}
		defer connection.Close()
		return connection.ConnectionState().PeerCertificates[0], nil
	}
	first, err := shown("pin.example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shown("other.example.org"); err == nil {
		t.Error("another name was certified")
	}
	stop() // from here on nobody certifies
	d.stop(t)
	d.start(t)
	again, err := shown("pin.example.org")
	if err != nil || !again.Equal(first) {
		t.Errorf("after a restart: %v", err)
	}
	kept, err := os.Stat(filepath.Join(d.dir, "acme", "pin.example.org"))
	if err != nil || kept.Mode().Perm()&0o077 != 0 {
		t.Errorf("the certificate is kept as %v, %v", kept, err)
	}
}

// Without its certificate nobody can connect, and nobody but the log would tell the operator.
func TestACMEFailureIsLogged(t *testing.T) {
	d := newDaemon(t, juicebox.RealmID{0xaa}, "--listen", freeAddress(t), "--acme-domain", "pin.example.org",
		"--acme-directory", "https://127.0.0.1:1/directory")
	time.Sleep(500 * time.Millisecond) // it asks at once, and is refused at once
	d.kill()
	if log := d.log.String(); !strings.Contains(log, `"msg":"no certificate from the ACME server: clients cannot connect","domain":"pin.example.org"`) {
		t.Errorf("log:\n%s", log)
	}
}
