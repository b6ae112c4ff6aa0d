package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/postgres"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/spf13/cobra"
)

func newRotate() *cobra.Command {
	var p place
	c := &cobra.Command{
		Use:   "rotate --data DIR | --database URL",
		Short: "Seal every record with a new key, while the realm does not serve",
		Long: `Seal every record with a new key and remove the old one from the key file.

No process of the realm may be serving. If this is interrupted, run it again: until
it is done the key file has both keys. Copies of the database made before open with
the old key only; keep its copy as long as them. With --database every process
needs the new key file afterwards.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := p.check(); err != nil {
				return err
			}
			return p.rotate(c.Context(), c.OutOrStdout())
		},
	}
	p.flags(c.Flags())
	return c
}

func (p *place) rotate(ctx context.Context, w io.Writer) error {
	if p.database != "" {
		return p.rotateDatabase(ctx, w)
	}
	path := keyFile(p.dir, p.keys)
	store, _, err := openMarked(p.dir, path)
	if err != nil {
		return explain(err, p.dir, path)
	}
	return rotate(ctx, w, store, path, func(*seal.Keys) error { return nil })
}

// noticed is how long processes that serve have to notice that the keys are others now.
const noticed = time.Second

func (p *place) rotateDatabase(ctx context.Context, w io.Writer) error {
	store, err := openForKeys(ctx, p)
	if err != nil {
		return explainDatabase(err, p)
	}
	return rotate(ctx, w, store, p.keys, func(next *seal.Keys) error {
		if err := store.SetKeys(ctx, next.Name()); err != nil {
			return err
		}
		time.Sleep(noticed)
		return nil
	})
}

// openForKeys opens a database to change its keys, which may have been interrupted: the file must have the key
// that the database names, and may have a newer one already.
func openForKeys(ctx context.Context, p *place) (*followed, error) {
	store, read, err := openFollowed(ctx, p, false)
	if err != nil {
		return nil, err
	}
	name, err := store.Keys(ctx)
	if err == nil && name != "" && !read.Has(name) {
		err = fmt.Errorf("%w: %s, where this file has %s", postgres.ErrOtherKeys, name, read.Name())
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}

// rotate closes the store. tell is told of the new keys before any record is sealed with them.
func rotate(ctx context.Context, w io.Writer, store keptStore, path string, tell func(*seal.Keys) error) error {
	defer store.Close() // for the errors below
	keys, err := seal.Read(path, store.ID())
	if err == nil && keys.Len() == 1 { // else a rotation was interrupted, and goes on
		if err = seal.Add(path, store.ID()); err == nil {
			keys, err = seal.Read(path, store.ID())
		}
	}
	if err != nil {
		return explain(err, "", path)
	}
	if err := tell(keys); err != nil {
		return failure{err}
	}
	err = keys.Reseal(ctx, store)
	closed, passed := errors.AsType[*realm.ClosedError](err)
	if err != nil && !passed {
		return failure{fmt.Errorf("not every record has the new key yet; the old ones are kept: %w", err)}
	}
	// Closing writes the last of the log into the database, before the old key goes.
	if err := errors.Join(store.Close(), seal.Drop(path, store.ID())); err != nil {
		return failure{err}
	}
	fmt.Fprintf(w, "every record is sealed with a new key in %s\n", path)
	if passed {
		fmt.Fprintf(w, "%d records open with no key of it, old or new, and stay as they are\n", closed.Records)
	}
	return nil
}

// A keptStore is one of either engine, with its mark.
type keptStore interface {
	realm.Walker
	ID() juicebox.RealmID
	Close() error
}
