package watch

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/cloudseed/cloudseed"
)

// watch looks at the files whenever something in their folders changes, and every Poll.
func (w *watcher) watch(ctx context.Context) {
	if !w.noEvents {
		defer w.listen(ctx)()
	}
	for {
		next := w.Poll
		if w.look() {
			next = w.Settle
		}
		select {
		case <-ctx.Done():
			return
		case <-w.nudged:
		case <-time.After(next):
		}
	}
}

// listen nudges watch at every event in a folder of the files: a file that is renamed over
// is another one, so that it is the folder that must be watched. Where the system has no events,
// or no more of them, looking has to do.
func (w *watcher) listen(ctx context.Context) (stop func()) {
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return func() {}
	}
	names := map[string]bool{}
	for _, f := range w.files {
		names[f.path] = true
		events.Add(filepath.Dir(f.path)) // a folder that is not there yet is found by looking
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case e, open := <-events.Events:
				if !open {
					return
				}
				if names[e.Name] {
					signal(w.nudged)
				}
			case _, open := <-events.Errors: // too many events: some are lost
				if !open {
					return
				}
				signal(w.nudged)
			}
		}
	}()
	return func() { events.Close() }
}

// look looks at every file once, and hands all of them over if one has changed. It tells
// whether to look again soon.
func (w *watcher) look() (soon bool) {
	var names []string
	var lost []*FileError
	all := true
	for _, f := range w.files {
		changed, again := f.look(w.Settle)
		soon = soon || again
		if changed {
			names = append(names, f.name)
		}
		if f.err != nil {
			lost = append(lost, &FileError{f.path, f.err})
		}
		all = all && f.data != nil
	}
	w.report(lost)
	if names == nil {
		return soon
	}
	w.tell(Event{Changed: names})
	if !all {
		return soon
	}
	var files []cloudseed.File
	for _, f := range w.files {
		files = append(files, cloudseed.File{Name: f.name, Data: f.data})
	}
	w.mu.Lock()
	w.latest, w.fresh = files, true
	w.mu.Unlock()
	signal(w.changed)
	return soon
}

// report tells of each file once when it is lost.
func (w *watcher) report(lost []*FileError) {
	w.mu.Lock()
	before := w.lost
	if w.lost = lost; len(lost) == 0 {
		w.since = time.Time{}
	} else if w.since.IsZero() {
		w.since = time.Now()
	}
	w.mu.Unlock()
	if len(lost) > 0 && !w.told.IsZero() && time.Since(w.told) >= time.Hour {
		w.tell(Event{Missing: lost[0], Failing: w.since})
		w.told = time.Now()
	}
	for _, l := range lost {
		known := false
		for _, b := range before {
			known = known || b.Path == l.Path
		}
		if !known {
			w.tell(Event{Missing: l, Failing: w.since})
			w.told = time.Now()
		}
	}
}
