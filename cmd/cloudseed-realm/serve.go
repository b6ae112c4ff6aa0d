package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/spf13/cobra"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	dir, database, keys  string
	listen, tenants      string
	tlsCert, tlsKey      string
	behindProxy          string
	pacing, vendorPacing string
	unprovedDays         int
	noBuiltIn, verbose   bool
}

func newServe() *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:   "serve --data DIR|--database URL",
		Short: "Answer clients until SIGINT or SIGTERM",
		Long: `Answer clients until SIGINT or SIGTERM.

Plain HTTP is served to this computer only. For others give --tls-cert and
--tls-key, or name with --behind-proxy what ends TLS in front of the realm.
Whoever runs that sees tokens and could copy answers: it counts as the same
operator.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			address, err := o.check()
			if err != nil {
				return err
			}
			return serve(c.Context(), &o, address, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVar(&o.dir, "data", "", "`directory` that init made")
	f.StringVar(&o.database, "database", "", databaseUsage)
	f.StringVar(&o.keys, "keys", "", keysUsage)
	f.StringVar(&o.listen, "listen", "127.0.0.1:8580", "`address` to listen on; port 0 takes a free one")
	f.StringVar(&o.tenants, "tenants", "", `JSON `+"`file`"+` {"tenant":{"1":"key"}} of vendors whose tokens are accepted`)
	f.BoolVar(&o.noBuiltIn, "no-built-in", false, "switch off the built-in tenant, whose users need no account")
	f.StringVar(&o.pacing, "pacing", "default", "how long a record rests after its first, second … wrong guess in a row,\n"+
		"for users of the built-in tenant: `waits` such as 0,0,1m,5m,1h, or default, or off")
	f.StringVar(&o.vendorPacing, "vendor-pacing", "off", "the same `waits` for users of vendors; off is plain Juicebox")
	f.IntVar(&o.unprovedDays, "unproved-days", int(realm.DefaultRules.UnprovedFor.Hours()/24), "forget a record of the built-in tenant that was never recovered\n"+
		"within so many `days` of its registration; 0 keeps all")
	f.StringVar(&o.tlsCert, "tls-cert", "", "PEM `file` with the certificate and its chain")
	f.StringVar(&o.tlsKey, "tls-key", "", "PEM `file` with the certificate's key")
	f.StringVar(&o.behindProxy, "behind-proxy", "", "`name` of the proxy that ends TLS; allows plain HTTP beyond this computer")
	f.BoolVar(&o.verbose, "verbose", false, "log every request")
	return c
}

// check finds what is wrong with the flags alone and resolves the address, so that the
// address checked is the address used.
func (o *serveOptions) check() (*net.TCPAddr, error) {
	if err := o.checkDatabase(); err != nil {
		return nil, err
	}
	if (o.tlsCert == "") != (o.tlsKey == "") {
		return nil, errors.New("--tls-cert and --tls-key belong together")
	}
	if _, err := realm.ParsePacing(o.pacing); err != nil {
		return nil, fmt.Errorf("--pacing: %w", err)
	}
	if _, err := realm.ParsePacing(o.vendorPacing); err != nil {
		return nil, fmt.Errorf("--vendor-pacing: %w", err)
	}
	if o.unprovedDays < 0 || o.unprovedDays > 10000 {
		return nil, errors.New("--unproved-days is from 0 to 10000")
	}
	address, err := net.ResolveTCPAddr("tcp", o.listen)
	if err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	if !address.IP.IsLoopback() && o.tlsCert == "" && o.behindProxy == "" {
		return nil, fmt.Errorf("--listen %s is not only for this computer, so it needs --tls-cert and --tls-key,"+
			" or --behind-proxy NAME if a proxy ends TLS in front of it", o.listen)
	}
	return address, nil
}

func serve(ctx context.Context, o *serveOptions, address *net.TCPAddr, stdout, stderr io.Writer) error {
	log := newLog(o, stderr)
	// The waits were parsed when the flags were checked.
	pacing, _ := realm.ParsePacing(o.pacing)
	vendorPacing, _ := realm.ParsePacing(o.vendorPacing)
	tenants, err := readTenants(o.tenants)
	if err != nil {
		return failure{err}
	}
	certificates, err := o.certificates()
	if err != nil {
		return failure{err}
	}
	opened, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer opened.close() // for the errors below
	handler, err := realm.New(realm.Config{
		ID: opened.id, Store: opened.store, Tenants: tenants, NoBuiltIn: o.noBuiltIn, Log: log,
		Rules:       realm.Rules{Pacing: pacing, UnprovedFor: time.Duration(o.unprovedDays) * 24 * time.Hour},
		VendorRules: realm.Rules{Pacing: vendorPacing},
	})
	if err != nil {
		return failure{err}
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return failure{err}
	}
	log.Info("serving", "realm", opened.id.String(), "tenants", len(tenants), "builtIn", !o.noBuiltIn, "proxy", o.behindProxy)
	fmt.Fprintf(stdout, "listening on %s://%s\n", o.scheme(), listener.Addr())
	server := newServer(handler, log)
	server.TLSConfig = &tls.Config{Certificates: certificates}
	if err := serveUntil(ctx, server, listener); err != nil {
		return failure{err}
	}
	if err := opened.close(); err != nil {
		return failure{err}
	}
	log.Info("stopped")
	return nil
}

func newLog(o *serveOptions, w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

func readTenants(path string) (realm.Tenants, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	tenants, err := realm.ParseTenants(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return tenants, nil
}

// certificates reads the certificate for TLS; none without the flags.
func (o *serveOptions) certificates() ([]tls.Certificate, error) {
	if o.tlsCert == "" {
		return nil, nil
	}
	certificate, err := tls.LoadX509KeyPair(o.tlsCert, o.tlsKey)
	if err != nil {
		return nil, fmt.Errorf("reading %s and %s: %w", o.tlsCert, o.tlsKey, err)
	}
	return []tls.Certificate{certificate}, nil
}

func (o *serveOptions) scheme() string {
	if o.tlsCert != "" {
		return "https"
	}
	return "http"
}

// newServer limits how long a client may take: messages are of two kilobytes at most.
func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// stopTime is how long requests in progress may take after the signal to stop.
const stopTime = 10 * time.Second

// serveUntil serves until ctx ends and the requests then in progress are answered.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() {
		if server.TLSConfig.Certificates != nil {
			failed <- server.ServeTLS(listener, "", "")
		} else {
			failed <- server.Serve(listener)
		}
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}
