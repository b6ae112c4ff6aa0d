package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/mark"
	"github.com/cloudseed/cloudseed/realm/seal"
	"github.com/cloudseed/cloudseed/realm/sqlite"
	"github.com/spf13/cobra"
)

func newInit() *cobra.Command {
	var dir, keys, id string
	c := &cobra.Command{
		Use:   "init --data DIR",
		Short: "Make an empty realm in a directory, once",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				return errNoData
			}
			realmID, err := newID(id)
			if err != nil {
				return err
			}
			return initialize(c.OutOrStdout(), dir, keyFile(dir, keys), realmID)
		},
	}
	c.Flags().StringVar(&dir, "data", "", "`directory` for the realm's database; it is made if need be")
	c.Flags().StringVar(&keys, "keys", "", keysUsage)
	c.Flags().StringVar(&id, "id", "", "the realm's id, 32 hexadecimal `digits` (default random)")
	return c
}

var errNoData = errors.New("--data DIR is missing: the directory of the realm's database")

// newID reads the id, or draws one.
func newID(text string) (juicebox.RealmID, error) {
	if text == "" {
		var id juicebox.RealmID
		rand.Read(id[:])
		return id, nil
	}
	id, err := juicebox.ParseRealmID(text)
	if err == nil && id == (juicebox.RealmID{}) {
		err = errors.New("it must not be all zeros")
	}
	if err != nil {
		return id, fmt.Errorf("--id: %w", err)
	}
	return id, nil
}

// initialize makes the key file before the database: a key file without records can be
// thrown away, a database without its keys could not be used.
func initialize(w io.Writer, dir, keys string, id juicebox.RealmID) error {
	if exists, err := sqlite.Exists(dir); err != nil {
		return failure{err}
	} else if exists {
		return explain(fmt.Errorf("creating a realm in %s: %w", dir, sqlite.ErrExists), dir, keys)
	}
	if err := seal.Create(keys, id); err != nil {
		return explain(err, dir, keys)
	}
	if err := mark.Create(markFile(keys), id, 0); err != nil {
		os.Remove(keys) // nothing was sealed with it
		return explain(err, dir, keys)
	}
	if err := sqlite.Create(dir, id); err != nil {
		os.Remove(keys)
		os.Remove(markFile(keys))
		return explain(err, dir, keys)
	}
	fmt.Fprintf(w, "realm %s is made in %s\n", id, dir)
	fmt.Fprintf(w, "records are sealed with the keys in %s: keep a copy apart from copies of the database\n", keys)
	fmt.Fprintf(w, "in the configuration of clients: {\"id\":\"%s\",\"address\":\"https://YOUR.HOST/\"}\n", id)
	fmt.Fprintf(w, "next: cloudseed-realm serve --data %s%s\n", shellWord(dir), keysFlag(dir, keys))
	return nil
}

// keysFlag is what a printed command needs to find the key file.
func keysFlag(dir, keys string) string {
	if keys == keyFile(dir, "") {
		return ""
	}
	return " --keys " + shellWord(keys)
}

// explain says what to do about an error of the database in dir, with the key file keys.
func explain(err error, dir, keys string) error {
	var hint string
	flags := " --data " + shellWord(dir) + keysFlag(dir, keys)
	_, behind := errors.AsType[*mark.BehindError](err)
	switch {
	case behind, errors.Is(err, errOtherEpoch):
		hint = "guesses that were answered since would be given back, so it is not served; if the newer one is lost,\n" +
			"this takes from every record what may have been spent: cloudseed-realm restore --accept" + flags
	case errors.Is(err, mark.ErrMissing):
		hint = "without it nobody can tell whether this database is an older copy; put it back, or, if it is lost,\n" +
			"take every guess that may have been spent: cloudseed-realm restore --accept" + flags
	case errors.Is(err, mark.ErrInUse):
		hint = "another process serves a realm with these keys, perhaps a copy of this database; stop that one first"
	case errors.Is(err, mark.ErrExists):
		hint = "nothing was changed; if it belongs to no database, because an init was interrupted, remove it"
	case errors.Is(err, sqlite.ErrMissing):
		hint = "if this realm is new, make it: cloudseed-realm init" + flags +
			"\nif it is not, its database is lost or elsewhere: a new one would forget every record and spent guess"
	case errors.Is(err, sqlite.ErrExists):
		hint = "nothing was changed; serve it: cloudseed-realm serve" + flags
	case errors.Is(err, sqlite.ErrCopy):
		hint = "the disk or the memory does not keep what was written; the copy was thrown away"
	case errors.Is(err, sqlite.ErrInUse):
		hint = "another process serves it; stop that one first"
	case errors.Is(err, seal.ErrMissing):
		hint = "without its keys no record can be read; put the key file back, or name it with --keys FILE"
	case errors.Is(err, seal.ErrExists):
		hint = "nothing was changed; if it belongs to no database, because an init was interrupted, remove it"
	case errors.Is(err, seal.ErrOpen):
		hint = "whoever reads it can read every record of a stolen database; then: chmod 600 on the key file"
	default:
		return failure{err}
	}
	return failure{fmt.Errorf("%w\n%s", err, hint)}
}

// shellWord quotes a path so that a printed command can be copied.
func shellWord(path string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:,@\\", r)
	}
	if path != "" && strings.TrimFunc(path, safe) == "" && !strings.ContainsRune(path, '\\') {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
