package webapp

import (
	"context"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/store"
)

// lookForForks asks the places that can have two files of one name, and remembers what they
// say. A place that cannot say now keeps what was known of it.
func (a *App) lookForForks(ctx context.Context, d *cloudseed.Device, places []cloudseed.Place) {
	looked := false
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
		for i := range d.Places {
			if d.Places[i].Name == p.Name {
				d.Places[i].Forks, looked = names, true
			}
		}
	}
	if !looked {
		return
	}
	if err := a.Profile.Save(d); err != nil {
		a.Log.Warn("remembering files with one name", "error", err)
	}
}

// showForks adds what is known to the places of a backup.
func (a *App) showForks(l *words.Language, rows []placeRow, d *cloudseed.Device) {
	for i, p := range d.Places {
		for _, name := range p.Forks {
			rows[i].Forks = append(rows[i].Forks, l.Fork(cloudseed.Located{Place: p.Name, File: name}))
		}
	}
}
