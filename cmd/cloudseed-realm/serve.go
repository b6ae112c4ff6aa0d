package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/internal/version"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/metrics"
	"github.com/spf13/cobra"
)

func newServe() *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use:     "serve --data DIR | --database URL",
		Short:   "Answer clients until SIGINT or SIGTERM",
		Long:    serveHelp,
		Example: serveExamples,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			checked, err := o.check()
			if err != nil {
				return err
			}
			stop, err := profile(o.cpuProfile)
			if err != nil {
				return failure{err}
			}
			defer stop()
			return serve(c.Context(), checked, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	o.flags(c)
	return c
}

// A server is a realm with all that belongs to serving it.
type server struct {
	*checked
	started  time.Time
	log      *slog.Logger
	db       *database
	realm    *realm.Realm
	counts   *metrics.Metrics
	identity identity // its TLS certificate
	reloads  []*reload
}

// garbage is how much may pile up before it is collected, in percent of what is in use,
// which is 12 megabytes here at most: collecting less often takes 6 % off the CPU time. GOGC in
// the environment goes before it.
const garbage = 800

func serve(ctx context.Context, c *checked, stdout, stderr io.Writer) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	s := &server{checked: c, started: time.Now(), log: newLog(c.verbose, stderr)}
	// Whatever can be refused is refused before the database is opened.
	tenants, err := s.readTenants()
	if err != nil {
		return failure{fmt.Errorf("--tenants: %w", err)}
	}
	if err := s.identify(); err != nil {
		return failure{err}
	}
	if s.db, err = c.open(ctx); err != nil {
		return err
	}
	defer s.db.close() // for the errors below
	if err := s.newRealm(tenants); err != nil {
		return failure{err}
	}
	if err := s.run(ctx, stdout); err != nil {
		return failure{err}
	}
	if err := s.db.close(); err != nil {
		return failure{err}
	}
	s.log.Info("stopped")
	return nil
}

func (s *server) newRealm(tenants realm.Tenants) (err error) {
	s.counts = metrics.New(version.String(), s.db.engine)
	s.counts.Tenants(len(tenants))
	s.counts.Certificate(s.identity.expires())
	config := s.config
	config.ID, config.Store, config.Tenants = s.db.id, s.db.store, tenants
	config.Log, config.Observe = s.log, s.counts.Observe
	if s.realm, err = realm.New(config); err != nil {
		return err
	}
	s.counts.Watch(func() bool { return s.realm.Ready(context.Background()) == nil }, s.realm.Records)
	return nil
}

// run listens, and returns when ctx has ended and everything that it began has ended too.
func (s *server) run(ctx context.Context, stdout io.Writer) error {
	listener, err := net.ListenTCP("tcp", s.address)
	if err != nil {
		return err
	}
	defer listener.Close() // for the error below
	background, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	side, err := s.serveAdmin(&wg)
	if err != nil {
		return fmt.Errorf("--metrics: %w", err)
	}
	defer side.Close()
	wg.Go(func() { s.sweep(background) })
	wg.Go(func() { s.watchFiles(background) })
	wg.Go(func() { s.flushLog(background) })
	defer s.flushOnce(context.WithoutCancel(ctx)) // what the last requests left
	s.log.Info("serving", "realm", s.db.id.String(), "version", version.String(), "engine", s.db.engine, "epoch", s.db.epoch,
		"builtIn", !s.noBuiltIn, "proxy", s.behindProxy)
	if s.db.warning != "" {
		s.log.Warn(s.db.warning)
	}
	fmt.Fprintf(stdout, "listening on %s://%s\n", s.scheme(), listener.Addr())
	if side.Addr != "" {
		fmt.Fprintf(stdout, "metrics on http://%s/metrics\n", side.Addr)
	}
	if acme := s.identity.acme; acme != nil {
		go acme.begin() // ends with its own time limits; nothing waits for it
	}
	return s.serveUntil(ctx, s.newServer(), listener)
}

func (s *server) scheme() string {
	if s.tls() {
		return "https"
	}
	return "http"
}

func newLog(verbose bool, w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

// sweep walks over all records at once and from then on every so often: the first walk also
// counts them.
func (s *server) sweep(ctx context.Context) {
	for s.sweepEvery > 0 {
		swept, err := s.realm.Sweep(ctx)
		if ctx.Err() != nil {
			return
		}
		s.counts.Swept(swept, err)
		if errors.Is(err, errors.ErrUnsupported) {
			return
		}
		if err != nil {
			s.log.Error("the sweep did not see every record", "error", err)
		}
		if swept.Corrupt > 0 {
			s.log.Error("records that cannot be read", "records", swept.Corrupt)
		}
		s.log.Debug("swept", "records", swept.Records, "unproved", swept.Unproved, "exhausted", swept.Exhausted)
		select {
		case <-time.After(s.sweepEvery):
		case <-ctx.Done():
		}
	}
}

// serveAdmin answers the operator until the very end, so that stopping can be watched. Its
// Addr is empty if nobody asked for it.
func (s *server) serveAdmin(wg *sync.WaitGroup) (*http.Server, error) {
	side := newServer(s.admin(), s.log)
	if s.metrics == nil {
		return side, nil
	}
	listener, err := net.ListenTCP("tcp", s.metrics)
	if err != nil {
		return nil, err
	}
	side.Addr = listener.Addr().String()
	wg.Go(func() { side.Serve(listener) })
	return side, nil
}

// flushLog stores the events of vendors' users every second.
func (s *server) flushLog(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.flushOnce(ctx)
		}
	}
}

func (s *server) flushOnce(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	lost, err := s.realm.FlushTenantLog(ctx)
	s.counts.Lost(lost)
	if err != nil {
		s.log.Error("events of the tenant log are not stored yet", "error", err)
	}
}

// admin answers the operator, on a listener of its own.
func (s *server) admin() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.counts.Handler())
	mux.Handle("GET /livez", s.realm)
	mux.Handle("GET /readyz", s.realm)
	mux.HandleFunc("GET /status", s.serveStatus)
	return mux
}
