package webapp

import (
	"context"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/store"
)

// lookForForks asks the places that can have two files of one name, and remembers for the
// home screen, while the app runs, what they say. A place that cannot say keeps what was
// known of it.
func (a *App) lookForForks(ctx context.Context, places []cloudseed.Place) {
	for _, p := range places {
		f, ok := p.Store.(store.Forker)
		if !ok {
			continue
		}
		names, err := f.Forks(ctx)
		if err != nil {
			a.Log.Warn("looking for files with one name", "place", p.Name, "error", err)
			continue
		}
		var sentences []string
		for _, name := range names {
			sentences = append(sentences, words.Fork(cloudseed.Located{Place: p.Name, File: name}))
		}
		a.mu.Lock()
		a.forks[p.URL] = sentences
		a.mu.Unlock()
	}
}

// showForks adds what is known to the places of a backup.
func (a *App) showForks(rows []placeRow, d *cloudseed.Device) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, p := range d.Places {
		rows[i].Forks = a.forks[p.URL]
	}
}
