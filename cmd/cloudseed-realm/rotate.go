package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/spf13/cobra"
)

func newRotate() *cobra.Command {
	var dir, keys string
	c := &cobra.Command{
		Use:   "rotate --data DIR",
		Short: "Seal every record with a new key, while the realm does not serve",
		Long: `Seal every record with a new key and remove the old one from the key file.

The realm must not be serving. If this is interrupted, run it again: until it is
done the key file has both keys. Copies of the database made before open with
the old key only; keep its copy as long as them.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				return errNoData
			}
			return rotate(c.Context(), c.OutOrStdout(), dir, keyFile(dir, keys))
		},
	}
	c.Flags().StringVar(&dir, "data", "", "`directory` that init made")
	c.Flags().StringVar(&keys, "keys", "", keysUsage)
	return c
}

func rotate(ctx context.Context, w io.Writer, dir, path string) error {
	store, _, err := openMarked(dir, path)
	if err != nil {
		return explain(err, dir)
	}
	defer store.Close() // for the errors below
	if err := seal.Add(path, store.ID()); err != nil {
		return explain(err, dir)
	}
	keys, err := seal.Read(path, store.ID())
	if err != nil {
		return explain(err, dir)
	}
	if err := store.Each(ctx, keys.Resealed); err != nil {
		return failure{fmt.Errorf("not every record has the new key yet; the old ones are kept: %w", err)}
	}
	// Closing writes the last of the log into the database, before the old key goes.
	if err := errors.Join(store.Close(), seal.Drop(path, store.ID())); err != nil {
		return failure{err}
	}
	fmt.Fprintf(w, "every record is sealed with a new key in %s\n", path)
	return nil
}
