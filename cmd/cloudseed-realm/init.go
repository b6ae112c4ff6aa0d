package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/sqlite"
	"github.com/spf13/cobra"
)

func newInit() *cobra.Command {
	var dir, id string
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
			return initialize(c.OutOrStdout(), dir, realmID)
		},
	}
	c.Flags().StringVar(&dir, "data", "", "`directory` for the realm's database; it is made if need be")
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

func initialize(w io.Writer, dir string, id juicebox.RealmID) error {
	if err := sqlite.Create(dir, id); err != nil {
		return explain(err, dir)
	}
	fmt.Fprintf(w, "realm %s is made in %s\n", id, dir)
	fmt.Fprintf(w, "in the configuration of clients: {\"id\":\"%s\",\"address\":\"https://YOUR.HOST/\"}\n", id)
	fmt.Fprintf(w, "next: cloudseed-realm serve --data %s\n", shellWord(dir))
	return nil
}

// explain says what to do about an error of the database in dir.
func explain(err error, dir string) error {
	var hint string
	switch {
	case errors.Is(err, sqlite.ErrMissing):
		hint = "if this realm is new, make it: cloudseed-realm init --data " + shellWord(dir) +
			"\nif it is not, its database is lost or elsewhere: a new one would forget every record and spent guess"
	case errors.Is(err, sqlite.ErrExists):
		hint = "nothing was changed; serve it: cloudseed-realm serve --data " + shellWord(dir)
	case errors.Is(err, sqlite.ErrInUse):
		hint = "another process serves it; stop that one first"
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
