package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/cloudseed/cloudseed/realm/sqlite"
	"github.com/spf13/cobra"
)

// restoreOptions are the flags of restore.
type restoreOptions struct {
	place
	from   string
	accept bool
	leave  uint16
}

const restoreHelp = `Make a realm from a backup in a new directory (--from), or accept an older database
that was put back by hand (--accept). The realm must not be serving.

Guesses that were answered after the copy was made are not in it. The file beside
the keys (keys.json.mark) knows how many writes are missing. Each guess is one
write, so that many guesses are taken from every record: often all of them, and
always all where the file is lost. A record without guesses is gone for its owner
at this realm; other realms still open the backup as long as they are enough.

--leave N keeps up to N guesses of every record all the same. An attacker who had
spent them gets them again, N at each record.

Records are sealed for a new epoch, so that no older copy of the database works any
more. Records that were registered after the copy was made are missing from it, and
those deleted or replaced since are there again, with the guesses that they have left.

Nothing is in its place before all is done: if this is interrupted, run it again.
A PostgreSQL database is restored with its own tools while every process of the realm
is stopped. Nobody knows what is missing then: --accept --database takes all guesses,
in place. A database that has what this computer wrote last is not older, and is
refused; --mark off does not ask.
The key file must be there: put its newest copy back first. Never put back a copy of
the file .mark: it would not know of the last guesses.`

func newRestore() *cobra.Command {
	var o restoreOptions
	c := &cobra.Command{
		Use:   "restore --data DIR --from FILE | restore --data DIR --accept | restore --database URL --accept",
		Short: "Make a realm from a backup without giving guesses back",
		Long:  restoreHelp,
		Example: `  cloudseed-realm restore --data realm --from monday.db --keys keys.json
  cloudseed-realm restore --data realm --accept
  cloudseed-realm restore --database postgres://realm@db/realm --keys keys.json --accept`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			if o.database != "" {
				return o.acceptDatabase(c.Context(), c.OutOrStdout())
			}
			return o.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	o.place.flags(f)
	f.Lookup("data").Usage = "`directory` to make, or with --accept the one that init made"
	f.StringVar(&o.from, "from", "", "`file` that backup made")
	f.BoolVar(&o.accept, "accept", false, "go on with the older database that is in the directory")
	f.Uint16Var(&o.leave, "leave", 0, "give back up to this many `guesses` of every record, if it had them")
	c.MarkFlagFilename("from")
	return c
}

func (o *restoreOptions) check() error {
	if err := o.place.check(); err != nil {
		return err
	}
	switch {
	case o.database != "" && (!o.accept || o.from != ""):
		return errors.New("--database goes with --accept: restore the database with its own tools first")
	case (o.from == "") == !o.accept:
		return errors.New("give one of --from FILE, a backup for a new directory, and --accept, for the database in the directory")
	}
	return nil
}

var errNotOlder = errors.New("this database is not an older copy")

func (o *restoreOptions) run(ctx context.Context, stdout, stderr io.Writer) error {
	b := &burning{keyFile: keyFile(o.dir, o.keys), accept: o.accept, leave: o.leave}
	r := sqlite.Rebuilding{Change: b.plan, Before: b.settle, Progress: progress(stderr, "wrote")}
	var copied sqlite.Copied
	var err error
	if o.accept {
		copied, err = sqlite.Rebuild(ctx, o.dir, r)
	} else {
		copied, err = sqlite.Restore(ctx, o.from, o.dir, r)
	}
	switch {
	case errors.Is(err, errNotOlder):
		return failure{fmt.Errorf("%w\nnothing was changed; serve it: cloudseed-realm serve --data %s%s", err, shellWord(o.dir), keysFlag(o.dir, b.keyFile))}
	case errors.Is(err, sqlite.ErrExists):
		return failure{fmt.Errorf("%w\nnothing was changed; name a new directory", err)}
	case errors.Is(err, sqlite.ErrMissing) && !o.accept:
		return failure{fmt.Errorf("there is no backup at %s", o.from)}
	case err != nil:
		return explain(err, o.dir, b.keyFile)
	}
	o.report(stdout, copied, b)
	return nil
}

func (o *restoreOptions) report(w io.Writer, copied sqlite.Copied, b *burning) {
	fmt.Fprintf(w, "realm %s is in %s: %d records, sealed for epoch %d, read back\n", copied.ID, filepath.Clean(o.dir), copied.Records, copied.Epoch)
	switch {
	case b.unknown:
		fmt.Fprintln(w, "nobody knows how many writes are missing from the copy: every guess may have been spent")
	case b.lost == 0:
		fmt.Fprintln(w, "no write is missing from the copy")
	default:
		fmt.Fprintf(w, "up to %d writes are missing from the copy, and so many guesses may have been spent at every record\n", b.lost)
	}
	fmt.Fprintf(w, "guesses were taken from %d records; %d have none left\n", b.burnt, b.locked)
	if b.leave > 0 && b.lost > 0 {
		fmt.Fprintf(w, "up to %d guesses of every record were left all the same, as asked for: they may have been spent before\n", b.leave)
	}
	if b.closed > 0 {
		fmt.Fprintf(w, "%d records do not open and stay as they are\n", b.closed)
	}
	if b.unknown || b.lost > 0 {
		fmt.Fprintln(w, "records registered after the copy was made are missing; those deleted or replaced since are there again")
	}
	fmt.Fprintf(w, "keep a new copy of %s: its epoch has changed\n", b.keyFile)
	fmt.Fprintf(w, "next: cloudseed-realm serve --data %s%s\n", shellWord(o.dir), keysFlag(o.dir, b.keyFile))
}
