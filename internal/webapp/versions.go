package webapp

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/internal/words"
)

// A versionsScreen is every file of one backup, place by place, as it was listed.
type versionsScreen struct {
	ID, Wallet string
	Looked     string // when; "" for not yet
	Places     []placeVersions
}

// A placeVersions is the timeline of one place, the newest first.
type placeVersions struct {
	Name     string
	Problem  *words.Message // it could not be looked at: there may be more
	Versions []version
}

type version struct {
	Part   string
	Number int
	Date   string
	Size   string
	File   string
	Opens  string
	Now    bool // it opens with the PIN of now, or holds the newest files
	at     time.Time
}

// showVersions shows the last look, or offers to look.
func (a *App) showVersions(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.asked(w, r, s)
	if !ok {
		return
	}
	screen := versionsScreen{ID: d.Vault.String(), Wallet: d.Name}
	if s.seen != nil && s.seen.ID == screen.ID {
		screen = *s.seen
	}
	a.show(w, s, "versions", aboutBackup(d, "Versions", "search", screen))
}

// submitVersions lists every place. Nothing is opened.
func (a *App) submitVersions(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	j := newJob(s.lang, "Looking for versions", "Every place is looked through completely. Nothing is opened.", "search")
	for _, p := range d.Places {
		j.plan(cloudseed.StepSearch, p.Name)
	}
	var search *cloudseed.Search
	do := func(ctx context.Context, step func(cloudseed.Step)) (err error) {
		search, err = cloudseed.Find(ctx, a.config(a.openPlaces(ctx, d), step))
		var notAll *cloudseed.CouldNotLookError
		if errors.Is(err, cloudseed.ErrNoBackup) || errors.As(err, &notAll) {
			return nil // the screen says what was seen, and where nothing could be
		}
		return err
	}
	a.run(s, j, do, func(err error) string {
		if err != nil {
			return a.failed(s, j, err, "versions", d.Vault.String())
		}
		s.seen = versionsOf(s.lang, d, search, time.Now())
		return of("versions", s.seen.ID)
	})
	to(w, r, s, "progress")
}

func versionsOf(l *words.Language, d *cloudseed.Device, search *cloudseed.Search, now time.Time) *versionsScreen {
	screen := &versionsScreen{ID: d.Vault.String(), Wallet: d.Name, Looked: when(l, now)}
	for _, p := range d.Places {
		row := placeVersions{Name: p.Name}
		for _, failed := range search.Failed {
			if failed.Place == p.Name {
				row.Problem = &explain(l, failed).Message
			}
		}
		for _, b := range search.Backups {
			if b.Vault == d.Vault {
				row.add(l, d, b)
			}
		}
		slices.SortStableFunc(row.Versions, func(x, y version) int {
			return cmp.Or(y.at.Compare(x.at), cmp.Compare(y.Number, x.Number))
		})
		screen.Places = append(screen.Places, row)
	}
	return screen
}

// add takes in what one registration has in this place. Which registration attached files
// belong to is not said by their listing: only the newest are said to be in use.
func (row *placeVersions) add(l *words.Language, d *cloudseed.Device, b *cloudseed.Backup) {
	for _, located := range slices.Concat(b.Wallet, b.Files) {
		if located.Place != row.Name {
			continue
		}
		v := version{Part: l.Part(string(located.Part)), Number: located.Generation, Date: when(l, located.Modified), Size: size(located.Size), File: located.File, at: located.Modified}
		name := "files older"
		switch {
		case located.Part == envelope.FilesPart && located.Generation == d.Files.Generation:
			name, v.Now = "files", true
		case located.Part == envelope.FilesPart:
		case b.Registration == d.Registration:
			name, v.Now = "pin", located.Generation == d.Wallet.Generation
		case b.Registration > d.Registration:
			name = "newer pin"
		default:
			name = "old pin"
		}
		v.Opens = l.Opens(name)
		row.Versions = append(row.Versions, v)
	}
}
