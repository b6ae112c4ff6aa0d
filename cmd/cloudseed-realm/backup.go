package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/cloudseed/cloudseed/realm/sqlite"
	"github.com/spf13/cobra"
)

func newBackup() *cobra.Command {
	var dir, keys, out string
	c := &cobra.Command{
		Use:   "backup --data DIR --out FILE",
		Short: "Copy the database while it is served",
		Long: `Copy the database into a new file, as it is at one moment, while it may be served.

The copy has every record that was acknowledged before, is synced, read back whole
and, where the key file can be read, every record in it is opened. Records stay
sealed: keep a copy of the key file too, and keep it elsewhere. The realm needs disk
for what is written meanwhile. For PostgreSQL use its own tools.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				return errNoData
			}
			if out == "" {
				return errors.New("--out FILE is missing: the file to make")
			}
			return backup(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), dir, keyFile(dir, keys), out)
		},
	}
	c.Flags().StringVar(&dir, "data", "", "`directory` that init made")
	c.Flags().StringVar(&keys, "keys", "", keysUsage)
	c.Flags().StringVar(&out, "out", "", "`file` to make")
	return c
}

func backup(ctx context.Context, stdout, stderr io.Writer, dir, keys, out string) error {
	var look opening
	if err := look.read(dir, keys); errors.Is(err, seal.ErrMissing) {
		fmt.Fprintln(stderr, "cloudseed-realm: no key file here, so it is not tried whether the records open")
	} else if err != nil {
		return explain(err, dir, keys)
	}
	copied, err := sqlite.Backup(ctx, dir, out, look.try, progress(stderr, "copied"))
	if errors.Is(err, sqlite.ErrExists) {
		return failure{fmt.Errorf("there is a file %s already\nnothing was changed; name another file", out)}
	} else if err != nil {
		return explain(err, dir, keys)
	}
	fmt.Fprintf(stdout, "%s is a backup of realm %s: %d records, %d bytes, read back\n", out, copied.ID, copied.Records, copied.Bytes)
	if look.closed > 0 {
		return failure{fmt.Errorf("%d of its records do not open with the keys in %s", look.closed, keys)}
	}
	fmt.Fprintf(stdout, "it is of no use without the keys; to use it: cloudseed-realm restore --data NEW_DIR --from %s --keys FILE\n", shellWord(out))
	return nil
}

// An opening tries the keys on every record.
type opening struct {
	keys   *seal.Keys // nil: try nothing
	closed int64      // records that did not open
}

func (o *opening) read(dir, keys string) error {
	facts, err := sqlite.LookIn(dir)
	if err != nil {
		return err
	}
	read, err := seal.Read(keys, facts.ID)
	if err != nil {
		return err
	}
	o.keys = read.At(facts.Epoch)
	return nil
}

func (o *opening) try(id realm.RecordID, record []byte) error {
	if o.keys == nil {
		return nil
	}
	if _, err := o.keys.Open(id, record); err != nil {
		o.closed++
	}
	return nil
}

// progress tells how far something large has come.
func progress(w io.Writer, what string) func(int64) {
	return func(records int64) { fmt.Fprintf(w, "cloudseed-realm: %s %d records\n", what, records) }
}
