package cloudseed

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"pgregory.net/rapid"
)

var someHistories = flag.Int("histories", 0, "play so many random histories; 0: as many as rapid's own flag says, 40 alone")

// An event is one thing that happens in a history: a person uses a device, while some realms
// and places are down and, perhaps, one step goes wrong.
type event struct {
	Device string
	Verb   string
	Down   []string // realms and places that do not answer
	Mode   mode     // how the step of number At goes wrong; "" for not at all
	At     int
	Words  bool // the wallet is at hand; otherwise the PIN is typed
}

func (e event) String() string {
	s := e.Device + " " + e.Verb
	if len(e.Down) > 0 {
		s += " without " + strings.Join(e.Down, ", ")
	}
	if e.Mode != "" {
		s += fmt.Sprintf(" (step %d: %s)", e.At, e.Mode)
	}
	return s
}

var verbs = []string{"update", "update", "check", "change PIN", "change PIN", "restore", "take over", "resume", "resume", "delete"}

func drawEvent(t *rapid.T) event {
	e := event{
		Device: rapid.SampledFrom([]string{"laptop", "laptop", "phone"}).Draw(t, "device"),
		Verb:   rapid.SampledFrom(verbs).Draw(t, "verb"),
		Words:  rapid.Bool().Draw(t, "words"),
	}
	for _, name := range append(slices.Clone(simPlaces), hosts...) {
		if rapid.IntRange(0, 7).Draw(t, name) == 7 {
			e.Down = append(e.Down, name)
		}
	}
	if rapid.Bool().Draw(t, "fault") {
		e.Mode = rapid.SampledFrom(modes).Draw(t, "mode")
		e.At = rapid.IntRange(1, 45).Draw(t, "step")
	}
	return e
}

// TestHistories plays random histories of two devices, two places and three realms, in
// virtual time, and checks after each event what holds at every moment.
func TestHistories(t *testing.T) {
	if n := *someHistories; n > 0 {
		flag.Set("rapid.checks", fmt.Sprint(n))
	} else if os.Getenv("CLOUDSEED_TEST_PEERS") == "" {
		flag.Set("rapid.checks", "40")
	}
	events := 0
	rapid.Check(t, func(rt *rapid.T) {
		history := rapid.SliceOfN(rapid.Custom(drawEvent), 1, 8).Draw(rt, "history")
		events += len(history)
		var err error
		synctest.Test(t, func(*testing.T) { err = playHistory(newSim(theWallet(t)), history) })
		if err != nil {
			rt.Fatal(err)
		}
	})
	t.Logf("%d events", events)
}

func playHistory(w *sim, history []event) error {
	if _, err := simCreate(w.start("laptop", nil)); err != nil {
		return err
	}
	h := &historian{sim: w}
	for i, e := range history {
		time.Sleep(time.Duration(1+i%3) * 40 * time.Minute) // now and then so long that an update looks around
		err := h.play(e)
		for _, device := range []string{"laptop", "phone"} {
			if bad := h.holds(device); bad != nil {
				return fmt.Errorf("%d: %v gave %v, then %s: %w", i, e, err, device, bad)
			}
		}
	}
	return nil
}

// A historian plays events and knows what was meant.
type historian struct {
	*sim
	deleted bool // somebody has begun to delete
	number  int
}

func (h *historian) play(e event) error {
	n := 0
	p := h.start(e.Device, func(step string) mode {
		actor, _, _ := strings.Cut(step, " ")
		if slices.Contains(e.Down, actor) {
			return fails
		}
		if n++; n == e.At {
			return e.Mode
		}
		return ""
	})
	defer p.end()
	err, crashed := p.during(func(p *process) error { return h.verb(p, e) })
	if crashed {
		return errDead
	}
	return err
}

func (h *historian) verb(p *process, e event) error {
	if e.Verb == "restore" {
		return h.restore(p)
	}
	d, err := p.load()
	if err != nil {
		return err
	}
	switch e.Verb {
	case "update":
		_, err = simUpdate(p)
	case "check":
		err = Check(ctx, p.config(), d)
	case "change PIN":
		err = ChangePIN(ctx, p.config(), d, h.unlock(p, e), h.newPIN(), Routine)
	case "take over":
		err = TakeOver(ctx, p.config(), d, h.unlock(p, e), h.newPIN(), Routine)
	case "resume":
		err = Resume(ctx, p.config(), d)
	case "delete":
		h.deleted = true
		_, err = Delete(ctx, p.config(), d)
	}
	return err
}

// unlock is the wallet, or the PIN that was typed last: it may be the wrong one, if the change
// that it was typed for was taken back.
func (h *historian) unlock(p *process, e event) Unlock {
	if e.Words {
		return Unlock{Wallet: p.wallet}
	}
	return Unlock{PIN: pinOf(h.typed[max(0, len(h.typed)-1)])}
}

func (h *historian) newPIN() secret.Text {
	h.number++
	text := fmt.Sprintf("48%d915", 1000+h.number*7)
	h.typed = append(h.typed, text)
	return pinOf(text)
}

// restore opens the backup on a device, by the PINs from the last to the first, and remembers
// it as the command does.
func (h *historian) restore(p *process) error {
	c := p.config()
	s, err := Find(ctx, c)
	if err != nil {
		return err
	}
	pins := slices.Clone(h.typed)
	slices.Reverse(pins)
	for _, pin := range pins[:min(3, len(pins))] {
		var r *Restored
		if r, err = Restore(ctx, c, s.Backups[0], pinOf(pin)); err != nil {
			continue
		}
		old, _ := p.journaled(p.device)
		if old == nil || r.Follow(old, false) {
			return c.Journal.Save(r.Device)
		}
		return nil
	}
	return err
}

// holds checks what a device claims, and that no place which had the backup has lost it.
// Once a deletion has begun on one device, the other's memory of what was there is old.
func (h *historian) holds(device string) error {
	d, err := h.journaled(device)
	if err != nil || h.deleted || d == nil {
		return err
	}
	claimed, opening := 0, 0
	for _, name := range simPlaces {
		if d.place(name) == nil || d.place(name).Wallet.ReadBack.IsZero() {
			continue
		}
		all, err := h.openings(name)
		if err != nil {
			return err
		}
		claimed, opening = claimed+1, opening+min(len(all), 1)
		if err := h.checkOld(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if opening < claimed {
		return fmt.Errorf("LOST: %d of %d places open with no PIN", claimed-opening, claimed)
	}
	return nil
}
