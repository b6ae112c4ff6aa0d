package main

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/spf13/cobra"
)

// benchOptions are the flags of bench.
type benchOptions struct {
	address, id        string
	tenant, key        string
	keyVersion         uint64
	users, connections int
	recoveries         int
	filled             uint32
	pid                int
}

func newBench() *cobra.Command {
	var o benchOptions
	c := &cobra.Command{
		Use:   "bench --address URL",
		Short: "Measure full registrations and recoveries at any Juicebox realm",
		Long: `Measure full registrations (two requests) and recoveries (three, of which one
has an OPRF evaluation with its proof) at any Juicebox realm.

There is no PIN stretching, and what a client computes is prepared beforehand,
so that the server is measured. Each registration and each recovery comes with a
token that the realm has not seen before. The records are deleted afterwards. One evaluation in 64 is computed again and compared.

Without --key the users are of the built-in tenant of our realms, each with keys
of its own (EdDSA). --key names a file with a vendor's signing key: an HS256 key
as its plain text, or an Ed25519 key as hexadecimal PKCS 8.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.address == "" || o.users < 1 || o.connections < 1 || o.recoveries < 0 {
				return errors.New("--address is missing, or --users or --connections is below 1, or --recoveries below 0")
			}
			if err := bench(c.Context(), &o, c.OutOrStdout()); err != nil {
				return failure{err}
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.address, "address", "", "`URL` of the realm, as in a client's configuration")
	f.StringVar(&o.id, "id", "", "the realm's id, 32 hexadecimal `digits` (default: the realm is asked)")
	f.StringVar(&o.tenant, "tenant", "acme", "the vendor's `name`, with --key")
	f.StringVar(&o.key, "key", "", "`file` with the vendor's signing key")
	f.Uint64Var(&o.keyVersion, "key-version", 1, "the vendor's key `version`")
	f.IntVar(&o.users, "users", 3000, "records to register")
	f.IntVar(&o.recoveries, "recoveries", 0, "how many, over all users in turn (default: one for each)")
	f.IntVar(&o.connections, "connections", 32, "how many requests run at a time, each on a connection of its own")
	f.Uint32Var(&o.filled, "filled", 0, "the realm is of bench-fill, with so many `records`: recover only, each time another")
	f.MarkHidden("filled")
	f.IntVar(&o.pid, "pid", 0, "the server's process `id` on this computer, to print its CPU time for each operation (Linux)")
	return c
}

func bench(ctx context.Context, o *benchOptions, w io.Writer) error {
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		MaxConnsPerHost: o.connections, MaxIdleConnsPerHost: o.connections, DisableCompression: true}}
	defer client.CloseIdleConnections()
	id, err := benchRealm(ctx, client, o)
	if err != nil {
		return err
	}
	signer, err := newSigner(o)
	if err != nil {
		return err
	}
	if o.recoveries == 0 {
		o.recoveries = o.users
	}
	if o.filled > 0 {
		return benchFilled(ctx, client, o, signer, id, w)
	}
	run := cryptorand.Text()
	users := make([]*benchUser, o.users)
	for i := range users {
		rounds := (o.recoveries + o.users - 1) / o.users
		if users[i], err = newBenchUser(client, o.address, signer(fmt.Sprintf("bench-%s-%d", run, i), id), rounds); err != nil {
			return err
		}
	}
	err = o.phase(ctx, w, "register", o.users, func(ctx context.Context, i int) error { return users[i].register(ctx) })
	if err == nil {
		err = o.phase(ctx, w, "recover", o.recoveries, func(ctx context.Context, i int) error {
			return users[i%len(users)].recover(ctx, 1+i/len(users), i%64 == 0)
		})
	}
	clean := *o
	clean.pid = 0
	// Also after an interruption: nobody else knows which records these are.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	return errors.Join(err, clean.phase(ctx, io.Discard, "delete", o.users, func(ctx context.Context, i int) error {
		_, err := users[i].ask(ctx, 0, juicebox.Delete{})
		return err
	}))
}

// cleanTime is how long deleting the records may take.
const cleanTime = 2 * time.Minute

// benchFilled recovers records of a realm that has grown, by chance from all of them.
func benchFilled(ctx context.Context, client *http.Client, o *benchOptions, sign signer, id juicebox.RealmID, w io.Writer) error {
	if o.recoveries == 0 {
		o.recoveries = o.users
	}
	all := make([]*benchUser, o.recoveries)
	for i := range all {
		token, err := sign(filledUser(rand.Uint32N(o.filled)), id)(i)
		if err != nil {
			return err
		}
		all[i] = filledBenchUser(client, o.address, token)
	}
	return o.phase(ctx, w, "recover", o.recoveries, func(ctx context.Context, i int) error {
		return all[i].recover(ctx, 0, i%64 == 0)
	})
}

// phase runs n operations, as many at a time as there are connections, and prints how
// they went. It stops at the first error.
func (o *benchOptions) phase(ctx context.Context, w io.Writer, name string, n int, do func(context.Context, int) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	took := make([]time.Duration, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	before, err := cpuTime(o.pid)
	if err != nil {
		return err
	}
	started := time.Now()
	for range o.connections {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				begun := time.Now()
				if err := do(ctx, i); err != nil {
					stop(fmt.Errorf("%s: %w", name, err))
				}
				took[i] = time.Since(begun)
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(started)
	after, err := cpuTime(o.pid)
	if err := errors.Join(context.Cause(ctx), err); err != nil {
		return err
	}
	slices.Sort(took)
	at := func(percent int) time.Duration { return took[(n-1)*percent/100].Round(10 * time.Microsecond) }
	fmt.Fprintf(w, "%-8s %d in %.2f s, %.0f/s; p50 %v, p90 %v, p99 %v, longest %v", name, n, elapsed.Seconds(),
		float64(n)/elapsed.Seconds(), at(50), at(90), at(99), at(100))
	if o.pid != 0 {
		fmt.Fprintf(w, "; server CPU %.0f µs each", float64((after-before).Microseconds())/float64(n))
	}
	fmt.Fprintln(w)
	return nil
}
