package profile

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/filelock"
)

// Patience is how long OpenAsking waits for a watcher to give way.
const Patience = 10 * time.Second

// watched is watch.json: the absolute paths of the files that are attached to each vault.
type watched struct {
	Format int                 `json:"format"`
	Files  map[string][]string `json:"files"` // by vault
}

// Watched returns the files that are to be watched for a vault; none when it is not watched.
func (p *Profile) Watched(id cloudseed.VaultID) ([]string, error) {
	var w watched
	_, err := readJSON(p.path("watch.json"), &w)
	return w.Files[id.String()], err
}

// SetWatched remembers the files to watch for a vault, in place of those before.
func (p *Profile) SetWatched(id cloudseed.VaultID, files []string) error {
	w := watched{}
	if _, err := readJSON(p.path("watch.json"), &w); err != nil {
		return err
	}
	if w.Format = format; w.Files == nil {
		w.Files = map[string][]string{}
	}
	if w.Files[id.String()] = files; len(files) == 0 {
		delete(w.Files, id.String())
	}
	return p.writeJSON(p.path("watch.json"), w)
}

// Watch takes the place of the one process that watches for this profile, until Close of what
// it returns. Another one fails with ErrLocked.
func Watch(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &Error{Path: dir, Kind: ErrWrite, Err: err}
	}
	return acquire((&Profile{dir: dir}).path("watching"))
}

// OpenAsking is Open for a person's own command. If it is a watcher that has the profile, it is
// asked to give way; it does so within moments, and goes on afterwards.
func OpenAsking(ctx context.Context, dir string) (*Profile, error) {
	p, err := Open(dir)
	if !errors.Is(err, ErrLocked) || !watching(dir) {
		return p, err
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	wanted, waitErr := filelock.Wait(ctx, (&Profile{dir: dir}).path("wanted"))
	if waitErr != nil {
		return nil, err
	}
	defer wanted.Close()
	for errors.Is(err, ErrLocked) && ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
		p, err = Open(dir)
	}
	return p, err
}

// Wanted tells whether somebody waits in OpenAsking.
func Wanted(dir string) bool { return held((&Profile{dir: dir}).path("wanted")) }

func watching(dir string) bool { return held((&Profile{dir: dir}).path("watching")) }

func held(path string) bool {
	f, err := filelock.Try(path)
	if err == nil {
		f.Close()
	}
	return errors.Is(err, filelock.ErrHeld)
}
