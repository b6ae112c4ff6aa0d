package cloudseed

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
)

var (
	// ErrStranger says that realms have counted guesses which this device did not make and no
	// receipt explains: the person elsewhere, or a stranger with the sealed file. Nothing was
	// reset. A new PIN helps, and another password for the cloud.
	ErrStranger = errors.New("somebody else has tried the PIN")
	// ErrNotCounted postpones what would reset a counter: too few realms could say what they
	// have counted. No guess was spent.
	ErrNotCounted = errors.New("too few realms could say what was guessed")
	// ErrSamePIN refuses a new PIN that is the one before, where somebody may know that.
	ErrSamePIN = errors.New("the new PIN is the one before")
)

// A StrangerError says how much was guessed by somebody else. It is an ErrStranger.
type StrangerError struct {
	Count int       // guesses, at the realm that has counted the most: as many PINs were tried at least
	Since time.Time // up to then every guess was accounted for
	Last  time.Time // the last wrong guess since; zero if none was wrong
}

func (e *StrangerError) Error() string {
	return fmt.Sprintf("%v: at least %d times since %s", ErrStranger, e.Count, e.Since.Format(time.DateTime))
}
func (e *StrangerError) Unwrap() error { return ErrStranger }

// Guesses is what a realm has counted of its record, and how much of it this device can
// account for.
type Guesses struct {
	Seen        time.Time // the last time the realm said so; zero for never
	Ever        uint32    // guesses since the record was made, right or wrong; nothing resets it
	Left        int       // wrong ones that it still allows
	LastWrong   time.Time // zero for never
	Unexplained int       // nobody knows who made them

	Since     time.Time // when all guesses were last accounted for; zero: the first look is believed
	Known     uint32    // how many that were
	Tries     uint32    // this device's own after that, noted before they were made
	Explained []string  `json:",omitempty"` // file names of receipts that are among the known
}

// see compares what a realm says with what this device knows of. receipts are the openings by
// other devices that the places show; each explains one guess, once.
func (g *Guesses) see(v juicebox.View, receipts []string, at time.Time) {
	g.Seen, g.Ever, g.Left, g.LastWrong = at, v.GuessesEver, int(v.GuessesLeft), v.LastWrong
	fresh := slices.DeleteFunc(slices.Clone(receipts), func(name string) bool { return slices.Contains(g.Explained, name) })
	known := int64(g.Known) + int64(g.Tries) + int64(len(fresh))
	if g.Unexplained = int(max(int64(v.GuessesEver)-known, 0)); g.Since.IsZero() {
		g.Unexplained = 0
	}
	if g.Unexplained == 0 { // what did not arrive explains nothing later
		g.Known, g.Tries, g.Since, g.Explained = v.GuessesEver, 0, at, receipts
	}
}

// Stranger is what is known of guesses by somebody else; nil for none.
func (d *Device) Stranger() *StrangerError {
	e := &StrangerError{}
	for _, r := range d.Realms {
		g := r.Guesses
		if g.Unexplained == 0 {
			continue
		}
		e.Count = max(e.Count, g.Unexplained)
		if e.Since.IsZero() || g.Since.Before(e.Since) {
			e.Since = g.Since
		}
		if !g.LastWrong.Before(g.Since) && g.LastWrong.After(e.Last) { // to the second
			e.Last = g.LastWrong
		}
	}
	if e.Count == 0 {
		return nil
	}
	return e
}

// views asks every realm what it has counted, and takes it down. It spends no guess.
func (d *Device) views(ctx context.Context, cfg *Config) ([]juicebox.RealmView, error) {
	s, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return nil, err
	}
	owner := ed25519.NewKeyFromSeed(d.owner.Reveal())
	defer clear(owner)
	views, receipts := cfg.ownerClient(s, owner).View(ctx), d.receipts()
	for i, v := range views {
		if v.Err == nil && v.State != juicebox.StatusNotRegistered {
			d.Realms[i].Guesses.see(v.View, receipts, now())
		}
	}
	return views, nil
}

// receipts names the openings of this registration by other devices.
func (d *Device) receipts() (names []string) {
	for _, o := range d.Openings {
		if !slices.Contains(names, o.File) { // one opening may have left it in several places
			names = append(names, o.File)
		}
	}
	return names
}

// undisturbed tells how many guesses are spent at each realm that may be asked now, and how
// many are left, if nobody else has guessed. It asks for so many realms that no other client
// can have guessed without one of them: of n, of which t open it, the larger of t and n-t+1.
func (d *Device) undisturbed(ctx context.Context, cfg *Config) (used map[juicebox.RealmID]uint16, left int, err error) {
	views, err := d.account(ctx, cfg)
	if err != nil {
		return nil, 0, err
	}
	return d.usable(views)
}

// account reads the views, and the receipts in the places if those leave something unexplained.
func (d *Device) account(ctx context.Context, cfg *Config) ([]juicebox.RealmView, error) {
	views, err := d.views(ctx, cfg)
	if err == nil && d.Stranger() != nil {
		d.learn(d.snapshot().survey(ctx, cfg, d.Places))
		views, err = d.views(ctx, cfg)
	}
	if err != nil {
		return nil, err
	}
	if err := cfg.save(d); err != nil {
		return nil, err
	}
	if e := d.Stranger(); e != nil {
		return views, e
	}
	return views, nil
}

func (d *Device) usable(views []juicebox.RealmView) (used map[juicebox.RealmID]uint16, left int, err error) {
	used, left = map[juicebox.RealmID]uint16{}, d.Guesses
	var worst error
	for _, v := range views {
		switch {
		case v.Err != nil:
			worst = join(ErrNotCounted, realmError(v.Err))
		case v.State == juicebox.StatusNoGuesses:
			worst = ErrNoTries
		case v.State != juicebox.StatusOK:
			worst = ErrNoRecord
		case v.Wait > 0:
			worst = join(ErrBusy, &juicebox.BusyError{After: time.Duration(v.Wait) * time.Second})
		default:
			used[v.ID] = v.GuessesUsed
			left = min(left, int(v.GuessesLeft))
		}
	}
	if len(used) < max(d.Needed, len(views)-d.Needed+1) {
		return nil, 0, worst
	}
	return used, left, nil
}

// noting makes a client note this device's guesses before they are made.
func (d *Device) noting(cfg *Config, c *juicebox.Client) {
	c.BeforeGuess = func(ids []juicebox.RealmID) error {
		for i := range d.Realms {
			if slices.Contains(ids, d.Realms[i].ID) {
				d.Realms[i].Guesses.Tries++
			}
		}
		return cfg.save(d)
	}
}

// A GuessCount is what the realms say of one registration's guesses.
type GuessCount struct {
	Answered  int       // realms that said something
	Ever      int       // PINs tried since the registration, right or wrong, by whomever: the most that a realm has counted
	LastWrong time.Time // zero for never
	Left      int       // the fewest wrong ones that a realm still allows
}

// CountGuesses asks the realms how often the PIN was tried, ever. It spends no guess. On a
// device that has just restored, what it sees is where this device begins to count; say it to
// the person, who alone knows whether it can be.
//
// It fails with a *StrangerError for guesses after that which nobody accounts for, and with
// ErrNotCounted if no realm could say.
func CountGuesses(ctx context.Context, cfg Config, d *Device) (GuessCount, error) {
	cfg.inTurn()
	var views []juicebox.RealmView
	err := cfg.during(StepCount, "", func() (err error) {
		views, err = d.account(ctx, &cfg)
		return err
	})
	if views == nil {
		return GuessCount{}, err
	}
	c, worst := d.count(views)
	if err == nil && c.Answered == 0 {
		err = worst
	}
	return c, err
}

func (d *Device) count(views []juicebox.RealmView) (c GuessCount, worst error) {
	c, worst = GuessCount{Left: d.Guesses}, ErrNotCounted
	for _, v := range views {
		if v.Err != nil {
			worst = join(ErrNotCounted, realmError(v.Err))
			continue
		}
		c.Answered++
		c.Ever, c.Left = max(c.Ever, int(v.GuessesEver)), min(c.Left, int(v.GuessesLeft))
		if v.LastWrong.After(c.LastWrong) {
			c.LastWrong = v.LastWrong
		}
	}
	return c, worst
}
