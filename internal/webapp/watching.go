package webapp

import (
	"context"
	"errors"
	"sync"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/watch"
)

// watchers keep the attached files of every backup current while the app is open, as the command
// watch does while it is not. The app has the profile all the time, so that their turns are those
// of its own.
type watchers struct {
	mu      sync.Mutex
	serving bool
	running map[cloudseed.VaultID]*watching
}

// watching is the watcher of one backup.
type watching struct {
	stop context.CancelFunc

	mu  sync.Mutex
	err error // why the last state is not in every place, or why it has ended; nil for none
}

func (w *watching) note(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}

// watchAll begins with what the profile remembers.
func (a *App) watchAll() {
	a.watchers.mu.Lock()
	a.watchers.serving, a.watchers.running = true, map[cloudseed.VaultID]*watching{}
	a.watchers.mu.Unlock()
	devices, err := a.Profile.Devices()
	if err != nil {
		a.Log.Warn("what to watch is not known", "error", err) // every page says so
	}
	for _, d := range devices {
		a.watchVault(d.Vault)
	}
}

// watchVault watches the files that the profile now remembers for a backup, in place of those
// before.
func (a *App) watchVault(id cloudseed.VaultID) {
	files, err := a.Profile.Watched(id)
	if err != nil {
		a.Log.Warn("what to watch is not known", "error", err)
	}
	a.watchers.mu.Lock()
	defer a.watchers.mu.Unlock()
	a.stopLocked(id)
	if !a.watchers.serving || len(files) == 0 {
		return
	}
	ctx, stop := context.WithCancel(a.ctx)
	w := &watching{stop: stop}
	a.watchers.running[id] = w
	a.jobs.Go(func() {
		defer stop()
		turn := func(ctx context.Context) (*watch.Turn, error) { return a.watchTurn(ctx, id) }
		err := watch.Run(ctx, watch.Config{Files: files, Turn: turn, Tell: func(e watch.Event) { a.watched(w, e) }})
		if err != nil {
			a.Log.Warn("attached files are not watched any more", "error", err)
			w.note(err)
		}
	})
}

func (a *App) stopWatching(id cloudseed.VaultID) {
	a.watchers.mu.Lock()
	defer a.watchers.mu.Unlock()
	a.stopLocked(id)
}

// stopLocked ends the watcher of a backup, if there is one.
func (a *App) stopLocked(id cloudseed.VaultID) {
	if w := a.watchers.running[id]; w != nil {
		w.stop()
		delete(a.watchers.running, id)
	}
}

// watchTurn waits for its turn, and reads the backup and opens its places anew: the person may
// have changed them.
func (a *App) watchTurn(ctx context.Context, id cloudseed.VaultID) (*watch.Turn, error) {
	wanted, done, err := a.turns.take(ctx)
	if err != nil {
		return nil, err
	}
	d, err := a.device(id.String())
	if errors.Is(err, cloudseed.ErrNoBackup) { // it was deleted
		a.stopWatching(id)
	}
	if err != nil {
		done()
		return nil, err
	}
	c := a.config(a.openPlaces(ctx, d), nil)
	c.Realms = a.Known
	return &watch.Turn{Config: c, Device: d, Wanted: wanted, Done: done}, nil
}

// watched takes down what a watcher tells. Files that cannot be read are seen anew by the page.
func (a *App) watched(w *watching, e watch.Event) {
	switch {
	case e.Sent != nil:
		w.note(nil)
	case e.Failed != nil:
		a.Log.Warn("attached files are not everywhere yet", "error", e.Failed)
		w.note(e.Failed)
	}
}

// watchTrouble is what keeps the attached files of a backup from being current; nil for nothing.
func (a *App) watchTrouble(id cloudseed.VaultID) error {
	a.watchers.mu.Lock()
	w := a.watchers.running[id]
	a.watchers.mu.Unlock()
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
