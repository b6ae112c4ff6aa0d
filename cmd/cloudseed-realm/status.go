package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/cloudseed/cloudseed/internal/version"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/spf13/cobra"
)

// A status is what an operator wants to know of one process.
type status struct {
	Realm   string `json:"realm"`
	Version string `json:"version"`
	Engine  string `json:"engine"`
	Schema  int    `json:"schema"`
	Key     uint32 `json:"key"` // version of the key that seals
	// Records is missing while they have not been counted.
	Records *int64 `json:"records,omitempty"`
	// Unreadable are those that open with no key. Only a directory is looked through for them.
	Unreadable int64 `json:"unreadable,omitempty"`
	// Serving is false if the data directory was looked at because nobody serves it; what
	// follows is then missing.
	Serving     bool       `json:"serving"`
	Ready       bool       `json:"ready"`
	NotReady    string     `json:"notReady,omitempty"`
	Started     *time.Time `json:"started,omitempty"`
	BuiltIn     bool       `json:"builtIn"`
	Certificate *time.Time `json:"certificateExpires,omitempty"`
}

func (s *server) serveStatus(w http.ResponseWriter, q *http.Request) {
	now := s.db.status()
	now.Serving, now.Ready, now.BuiltIn, now.Started = true, true, !s.noBuiltIn, &s.started
	if n, known := s.realm.Records(); known {
		now.Records = &n
	}
	if err := s.realm.Ready(q.Context()); err != nil {
		now.Ready, now.NotReady = false, err.Error()
	}
	if expires := s.identity.expires(); expires.Unix() > 0 {
		now.Certificate = &expires
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(now)
}

func (d *database) status() status {
	return status{Realm: d.id.String(), Version: version.String(), Engine: d.engine, Schema: d.schema, Key: d.key}
}

func newStatus() *cobra.Command {
	var dir, keys, address string
	var asJSON bool
	c := &cobra.Command{
		Use:   "status --metrics ADDRESS | --data DIR",
		Short: "Show version, engine, records and readiness",
		Long: `Show version, engine, tables, key version, records and readiness.

With --metrics a running server is asked, at the address of its --metrics; exit
code 1 says that it does not answer or is not ready. With --data the directory of
a realm that nobody serves is looked at; no record is changed.`,
		Example: `  cloudseed-realm status --metrics 127.0.0.1:9580
  cloudseed-realm status --data realm --json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if (dir == "") == (address == "") {
				return errors.New("give one of --metrics ADDRESS, of a running server, and --data DIR")
			}
			now, err := askStatus(c.Context(), address)
			if dir != "" {
				now, err = lookStatus(c.Context(), dir, keys)
			}
			if err != nil {
				return err
			}
			return now.print(c.OutOrStdout(), asJSON)
		},
	}
	c.Flags().StringVar(&address, "metrics", "", "`address` of the running server's metrics")
	c.Flags().StringVar(&dir, "data", "", "`directory` that init made")
	c.Flags().StringVar(&keys, "keys", "", keysUsage)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// askStatus asks a running server; without an address it does nothing.
func askStatus(ctx context.Context, address string) (now status, err error) {
	if address == "" {
		return now, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	address = strings.TrimSuffix(strings.TrimPrefix(address, "http://"), "/")
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/status", nil)
	if err != nil {
		return now, fmt.Errorf("--metrics: %w", err)
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return now, failure{fmt.Errorf("no server answers: %w", err)}
	}
	defer answer.Body.Close()
	err = json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&now)
	if err != nil || answer.StatusCode != http.StatusOK || now.Realm == "" {
		return now, failure{fmt.Errorf("%s is not the metrics address of a realm", address)}
	}
	return now, nil
}

// lookStatus opens the database that nobody serves, and counts.
func lookStatus(ctx context.Context, dir, keys string) (now status, err error) {
	opened, err := openSealed(dir, keys)
	if err != nil {
		return now, err
	}
	defer opened.close()
	now = opened.status()
	walker, ok := opened.store.(realm.Walker)
	if !ok {
		return now, nil
	}
	n, err := countRecords(ctx, walker)
	if closed, ok := errors.AsType[*realm.ClosedError](err); ok {
		now.Unreadable, err = closed.Records, nil
	}
	if err != nil {
		return now, failure{err}
	}
	now.Records = &n
	return now, nil
}

// countRecords walks over all records and changes none.
func countRecords(ctx context.Context, walker realm.Walker) (int64, error) {
	var n atomic.Int64
	err := walker.Each(ctx, func(realm.RecordID) realm.Change {
		return func(old []byte) ([]byte, error) {
			if _, err := realm.DecodeRecord(old); err == nil && old != nil {
				n.Add(1)
			}
			return old, nil
		}
	})
	return n.Load(), err
}

func (now status) print(w io.Writer, asJSON bool) error {
	if asJSON {
		json.NewEncoder(w).Encode(now)
	} else {
		now.table(w)
	}
	if now.Serving && !now.Ready {
		return failure{fmt.Errorf("the realm is not ready: %s", now.NotReady)}
	}
	return nil
}

func (now status) table(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	row := func(name, format string, args ...any) { fmt.Fprintf(t, name+"\t"+format+"\n", args...) }
	row("realm", "%s", now.Realm)
	row("version", "%s", now.Version)
	row("engine", "%s, tables of version %d", now.Engine, now.Schema)
	row("key", "version %d", now.Key)
	if now.Records != nil {
		row("records", "%d", *now.Records)
	} else {
		row("records", "not counted yet")
	}
	if now.Unreadable > 0 {
		row("unreadable", "%d: they open with none of the keys", now.Unreadable)
	}
	if !now.Serving {
		row("serving", "no")
		return
	}
	ready := "ready"
	if !now.Ready {
		ready = "not ready"
	}
	row("serving", "%s, for %s", ready, time.Since(*now.Started).Round(time.Second))
	if now.Certificate != nil {
		row("certificate", "until %s", now.Certificate.UTC().Format(time.DateTime))
	}
}
