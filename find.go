package cloudseed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/store"
)

// A Search is what was found in all places.
type Search struct {
	Backups []*Backup     // the newest first
	Failed  []*PlaceError // places that could not be looked at: there may be more
	Skipped []Skipped     // files that look like backups and cannot be used
	Others  int           // other .age files
	Forks   []Located     // names that two writers have created; every reader takes the same copy
}

// A Backup is one registration of one vault, as far as can be seen without opening it. Only
// Vault is proved to belong together; the rest is proved by Restore.
type Backup struct {
	Vault        VaultID
	Name         string // of the wallet, as the file name has it
	Registration uint64
	Realms       []juicebox.Realm
	Needed       int       // realms needed to open it
	Guesses      int       // wrong PINs that each realm allows
	Wallet       []Located // the newest generation first, by the number in the file name
	Files        []Located // of this vault, likewise

	stanza  *envelope.Stanza
	related []*Backup // the other registrations of this vault that were found
}

// Related lists the other registrations of the same vault that were found, the preferred
// first. Where the PIN of one is forgotten or is not taken, the person may know another's.
func (b *Backup) Related() []*Backup { return b.related }

// A Located is one sealed file in one place.
type Located struct {
	Place      string
	File       string
	Part       envelope.Part
	Generation int // by the file name
	Size       int // bytes
	Modified   time.Time

	sealed []byte
	stanza *envelope.Stanza
}

// Skipped is a file that was not used, and why.
type Skipped struct {
	Located
	Err error
}

// ErrNoWalletPart says that a vault's attached files are there but not its wallet: the
// recovery phrase opens them, the PIN does not.
var ErrNoWalletPart = errors.New("attached files without their wallet")

// TryingOut tells whether the backup's realms are embedded in the program that made it.
func (b *Backup) TryingOut() bool { return slices.ContainsFunc(b.Realms, embedded) }

// UnknownRealms lists the realms of a backup that are not in known. The person should see
// them before typing a PIN: anyone could have put that file there.
func (b *Backup) UnknownRealms(known juicebox.Configuration) []juicebox.Realm {
	return slices.DeleteFunc(slices.Clone(b.Realms), func(r juicebox.Realm) bool {
		return slices.ContainsFunc(known.Realms, func(k juicebox.Realm) bool { return k.ID == r.ID })
	})
}

// Modified is when the newest file of the backup was written, by the place's clock.
func (b *Backup) Modified() time.Time {
	var newest time.Time
	for _, l := range slices.Concat(b.Wallet, b.Files) {
		if l.Modified.After(newest) {
			newest = l.Modified
		}
	}
	return newest
}

// Find looks for backups in every place of cfg. It opens nothing.
//
// When there is none it fails with ErrNoBackup, if every place was looked at completely, and
// with a *CouldNotLookError otherwise. The Search is returned in any case.
func Find(ctx context.Context, cfg Config) (*Search, error) {
	cfg.inTurn()
	if len(cfg.Places) == 0 {
		return &Search{}, ErrNoPlace
	}
	found, s := searchPlaces(ctx, &cfg)
	s.group(found)
	switch {
	case len(s.Backups) > 0:
		return s, nil
	case len(s.Failed) > 0:
		return s, &CouldNotLookError{s.Failed}
	}
	return s, join(ErrNoBackup, s.why())
}

// why is the most telling reason for which files that are there cannot be used: a newer
// format, then a file under a name of ours, then any.
func (s *Search) why() error {
	reason, best := errors.New("nothing is there"), 0
	for _, f := range s.Skipped {
		weight := 1
		if f.Part != "" {
			weight = 2
		}
		if errors.Is(f.Err, ErrNewerFormat) {
			weight = 3
		}
		if weight > best {
			reason, best = f.Err, weight
		}
	}
	return reason
}

func searchPlaces(ctx context.Context, cfg *Config) ([]Located, *Search) {
	type result struct {
		found   []Located
		skipped []Skipped
		forks   []Located
		others  int
		err     error
	}
	results := make([]result, len(cfg.Places))
	var wait sync.WaitGroup
	for i, p := range cfg.Places {
		wait.Go(func() {
			r := &results[i]
			cfg.during(StepSearch, p.Name, func() error {
				r.found, r.skipped, r.others, r.err = searchPlace(ctx, p)
				r.forks = forksIn(ctx, p)
				return r.err
			})
		})
	}
	wait.Wait()
	s, found := &Search{}, []Located(nil)
	for i, r := range results {
		found = append(found, r.found...)
		s.Skipped = append(s.Skipped, r.skipped...)
		s.Others += r.others
		s.Forks = append(s.Forks, r.forks...)
		if r.err != nil {
			s.Failed = append(s.Failed, &PlaceError{cfg.Places[i].Name, r.err})
		}
	}
	return found, s
}

// searchPlace reads the header of every .age file of a place. What was found before a
// failure counts.
func searchPlace(ctx context.Context, p Place) (found []Located, skipped []Skipped, others int, err error) {
	entries, err := p.Store.List(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name, ".age") {
			continue
		}
		l := Located{Place: p.Name, File: e.Name, Size: int(e.Size), Modified: e.Modified}
		_, l.Part, l.Generation, _ = envelope.ParseFileName(e.Name)
		switch err := l.read(ctx, p.Store); {
		case err == nil:
			found = append(found, l)
		case errors.Is(err, store.ErrNotFound): // removed since the listing
		case errors.Is(err, envelope.ErrNotBackup) && l.Part == "":
			others++
		case unusable(err):
			skipped = append(skipped, Skipped{l, err})
		default:
			return found, skipped, others, err
		}
	}
	return found, skipped, others, nil
}

// unusable tells whether err is about the file itself, not about the way to it.
func unusable(err error) bool {
	for _, kind := range []error{ErrNotBackup, ErrDamaged, ErrNewerFormat, store.ErrCorrupt, store.ErrNotFound} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// forksIn asks a place that may have forks for them. That it cannot say takes nothing from
// what was found.
func forksIn(ctx context.Context, p Place) (forks []Located) {
	if f, ok := p.Store.(store.Forker); ok {
		names, _ := f.Forks(ctx)
		for _, name := range names {
			l := Located{Place: p.Name, File: name}
			_, l.Part, l.Generation, _ = envelope.ParseFileName(name)
			forks = append(forks, l)
		}
	}
	return forks
}

func (l *Located) read(ctx context.Context, s store.Store) error {
	sealed, err := s.Get(ctx, l.File)
	if err != nil {
		return err
	}
	stanza, err := envelope.Inspect(sealed)
	if err != nil {
		return err
	}
	l.sealed, l.stanza, l.Size = sealed, stanza, len(sealed)
	return nil
}

// group makes one Backup of every stanza that has a wallet part. Files of unknown part, by
// a name of somebody's own, may be wallet parts.
func (s *Search) group(found []Located) {
	byStanza := map[[32]byte]*Backup{}
	for _, l := range found {
		if l.Part == envelope.FilesPart {
			continue
		}
		b := byStanza[l.stanza.Hash()]
		if b == nil {
			b = newBackup(l)
			byStanza[l.stanza.Hash()] = b
			s.Backups = append(s.Backups, b)
		}
		b.Wallet = append(b.Wallet, l)
	}
	for _, l := range found {
		if l.Part == envelope.WalletPart {
			continue
		}
		known := false
		for _, b := range s.Backups {
			if b.Vault == l.stanza.Vault() {
				b.Files, known = append(b.Files, l), true
			}
		}
		if !known {
			s.Skipped = append(s.Skipped, Skipped{l, ErrNoWalletPart})
		}
	}
	for _, b := range s.Backups {
		slices.SortStableFunc(b.Wallet, newestFirst)
		slices.SortStableFunc(b.Files, newestFirst)
	}
	slices.SortStableFunc(s.Backups, preferred)
	for _, b := range s.Backups {
		for _, other := range s.Backups {
			if other != b && other.Vault == b.Vault {
				b.related = append(b.related, other)
			}
		}
	}
}

func newBackup(l Located) *Backup {
	base, _, _, _ := envelope.ParseFileName(l.File)
	_, name, found := strings.Cut(base, " - ")
	if !found {
		name = base
	}
	s := l.stanza
	return &Backup{Vault: s.Vault(), Name: name, Registration: s.Registration, Realms: realmsOf(s),
		Needed: s.Recover, Guesses: s.Guesses, stanza: s}
}

func newestFirst(a, b Located) int { return cmp.Compare(b.Generation, a.Generation) }

// preferred puts the higher registration of one vault first, then the lower stanza hash;
// different vaults go by date.
func preferred(a, b *Backup) int {
	if a.Vault != b.Vault {
		return b.Modified().Compare(a.Modified())
	}
	if c := cmp.Compare(b.Registration, a.Registration); c != 0 {
		return c
	}
	x, y := a.stanza.Hash(), b.stanza.Hash()
	return bytes.Compare(x[:], y[:])
}
