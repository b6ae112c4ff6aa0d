// Package watch keeps a vault's attached files backed up: whenever one of them changes, the
// last whole state of all of them is handed to a [cloudseed.Courier].
//
// A change is noticed by the system's events for the file's folder, and by looking every
// [Config.Poll], because network file systems have no events. Nothing half-written is
// taken: a file that was renamed into place is whole, one that is written in place must stand
// still first. Changes that come faster than places take them are passed over; in memory is
// one copy of each file and no more.
//
// A file that is not there, or cannot be read, is never taken for an empty one. Its last
// content goes on being backed up with the others; as long as it was never seen, nothing
// new is sealed, since a generation without it would look complete.
//
// The vault is worked on in turns: [Config.Turn] gives the right to write it and is given back
// whenever there is nothing to do, so that people's own commands are not kept waiting.
package watch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed"
)

// Config says what is watched and how. Files and Turn are required.
type Config struct {
	// Files are all files that are attached to the vault, in this order.
	Files []string

	// Turn waits for the right to write the vault, and returns what is needed for that.
	// Run calls Done exactly once for each.
	Turn func(context.Context) (*Turn, error)

	Settle time.Duration // how long a file written in place must stand still; half a second when 0
	Poll   time.Duration // how often files are looked at without any event; 30 seconds when 0
	Look   time.Duration // how old evidence may get before everything is checked again; a week when 0

	// Tell is told what happens, from one goroutine at a time; nil for none.
	Tell func(Event)

	noEvents bool // tests only: as on a network file system
}

// A Turn is the right to write one vault for a while.
type Turn struct {
	Config cloudseed.Config
	Device *cloudseed.Device
	Wanted <-chan struct{} // closed when somebody else asks for the right; nil for never
	Done   func()          // gives it back
}

// An Event is one thing that happened. Exactly one of the first four fields is set.
type Event struct {
	Changed []string          // names of files that changed, whole
	Missing *FileError        // a file that cannot be read; told again every hour
	Sent    *cloudseed.Device // every place has the last state, read back
	Failed  error             // what kept the last state from some place, or from being sealed
	Failing time.Time         // with Missing or Failed: since when; zero if it is not known
	Next    time.Time         // with Failed: when it is tried again
}

// A FileError says which watched file could not be read.
type FileError struct {
	Path string
	Err  error
}

func (e *FileError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }
func (e *FileError) Unwrap() error { return e.Err }

// Run watches until ctx ends, and then returns nil: what it has begun goes on at the next Run.
// It fails for files that may not be attached, and for a vault that may not be written until
// the person has decided something.
func Run(ctx context.Context, cfg Config) error {
	cfg.defaults()
	files, err := newFiles(cfg.Files)
	if err != nil {
		return err
	}
	if err := dangerous(files); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w := &watcher{Config: cfg, files: files, changed: make(chan struct{}, 1), nudged: make(chan struct{}, 1)}
	var wait sync.WaitGroup
	wait.Go(func() { w.watch(ctx) })
	err = w.send(ctx)
	stop()
	wait.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (c *Config) defaults() {
	if c.Settle == 0 {
		c.Settle = 500 * time.Millisecond
	}
	if c.Poll == 0 {
		c.Poll = 30 * time.Second
	}
	if c.Look == 0 {
		c.Look = 7 * 24 * time.Hour
	}
}

// dangerous refuses, by their names, files whose old copy would lose money.
func dangerous(files []*file) error {
	var named []cloudseed.File
	for _, f := range files {
		named = append(named, cloudseed.File{Name: f.name})
	}
	return cloudseed.CheckAttachments(named)
}

// A watcher is one Run: watch finds what changes, send brings it away.
type watcher struct {
	Config
	files   []*file
	changed chan struct{} // there is something for send; of size 1
	nudged  chan struct{} // a folder has changed; of size 1

	mu     sync.Mutex
	latest []cloudseed.File // all files, whole; nil before all were seen
	fresh  bool             // latest was not offered yet
	lost   []*FileError     // files that cannot be read, at the last look
	since  time.Time        // when the first of them was lost

	told    time.Time // when a lost file was told of last
	pruned  int       // the generation after which old ones were removed
	telling sync.Mutex
}

func (w *watcher) tell(e Event) {
	if w.Tell != nil {
		w.telling.Lock()
		defer w.telling.Unlock()
		w.Tell(e)
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
