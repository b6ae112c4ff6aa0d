package cloudseed

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store/storetest"
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
	Words  bool   // the wallet is at hand; otherwise the PIN is typed
	Place  string // of "add place" and "release place"
	Realms int    // of "change realms": which of the four is the first of three
}

func (e event) String() string {
	s := e.Device + " " + e.Verb
	switch e.Verb {
	case "add place", "release place":
		s += " " + e.Place
	case "change realms":
		s += fmt.Sprintf(" to %d-%d", e.Realms+1, e.Realms+3)
	}
	if len(e.Down) > 0 {
		s += " without " + strings.Join(e.Down, ", ")
	}
	if e.Mode != "" {
		s += fmt.Sprintf(" (step %d: %s)", e.At, e.Mode)
	}
	return s
}

var historyVerbs = []string{"update", "update", "check", "check", "change PIN", "change PIN", "change realms", "after a theft", "restore", "restore",
	"take over", "give way", "resume", "resume", "add place", "release place", "delete"}

// historyPlaces are those of simPlaces, which the backup is made in, and one that is added.
var historyPlaces = append(slices.Clone(simPlaces), "third")

func drawEvent(t *rapid.T) event {
	e := event{
		Device: rapid.SampledFrom([]string{"laptop", "laptop", "phone"}).Draw(t, "device"),
		Verb:   rapid.SampledFrom(historyVerbs).Draw(t, "verb"),
		Words:  rapid.Bool().Draw(t, "words"),
		Place:  rapid.SampledFrom(historyPlaces).Draw(t, "place"),
		Realms: rapid.IntRange(0, 1).Draw(t, "realms"),
	}
	for _, name := range append(slices.Clone(historyPlaces), simHosts...) {
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

// TestHistories plays random histories of two devices, three places and four realms, in
// virtual time. After each event it checks what holds at every moment, and after the last one,
// when everything works again, that both devices come to rest.
func TestHistories(t *testing.T) {
	if n := *someHistories; n > 0 {
		flag.Set("rapid.checks", fmt.Sprint(n))
	} else if os.Getenv("CLOUDSEED_TEST_PEERS") == "" {
		flag.Set("rapid.checks", "40")
	}
	events, seen := 0, map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		history := rapid.SliceOfN(rapid.Custom(drawEvent), 1, 8).Draw(rt, "history")
		events += len(history)
		var err error
		synctest.Test(t, func(*testing.T) { err = playHistory(newSim(theWallet(t)), history, seen) })
		if err != nil {
			rt.Fatal(err)
		}
	})
	t.Logf("%d events", events)
	for _, what := range slices.Sorted(maps.Keys(seen)) {
		t.Logf("%s: %d", what, seen[what])
	}
}

func playHistory(w *sim, history []event, seen map[string]int) error {
	w.places["third"] = storetest.NewMemory()
	h := &historian{sim: w, seen: seen, excuses: map[string]time.Time{}, acted: map[string]time.Time{}, looked: map[string]time.Time{}}
	if err := h.begin(); err != nil {
		return err
	}
	for i, e := range history {
		time.Sleep(time.Duration(1+i%3) * 40 * time.Minute) // now and then so long that an update looks around
		err := h.play(e)
		if bad := h.hold(); bad != nil {
			return fmt.Errorf("%d: %v gave %v, then %w", i, e, err, bad)
		}
		seen[e.Verb+verdict(err)]++
	}
	return h.rest()
}

func verdict(err error) string {
	if err != nil {
		return " failed"
	}
	return " went well"
}

// A historian plays events and knows what was meant.
type historian struct {
	*sim
	seen    map[string]int
	deleted bool                 // somebody has begun to delete
	excuses map[string]time.Time // places that were released then, or may lag after a theft: see excused
	acted   map[string]time.Time // when a device has last done anything
	looked  map[string]time.Time // when it has last looked into all of its places for others
	number  int
}

// begin makes the backup, in two of the places.
func (h *historian) begin() error {
	p := h.start("laptop", nil)
	c := p.config()
	c.Places = c.Places[:len(simPlaces)]
	h.typed, h.files = append(h.typed, firstPIN), h.files+1
	h.looked["laptop"] = now() // nobody else can have this vault yet
	_, err := Create(ctx, c, h.wallet, pinOf(firstPIN), attached(h.files))
	return err
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
	began := now()
	defer func() {
		h.acted[e.Device] = now()
		if d, _ := h.journaled(e.Device); d != nil && e.Mode == "" && len(e.Down) == 0 && !d.Surveyed.Before(began) {
			h.looked[e.Device] = now()
		}
	}()
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
	keeping := p.config()
	keeping.Realms = juicebox.Configuration{} // those that the backup has
	switch e.Verb {
	case "update":
		_, err = simUpdate(p)
	case "check":
		err = Check(ctx, p.config(), d)
	case "change PIN":
		err = ChangePIN(ctx, keeping, d, h.unlock(p, e), h.newPIN(), Routine)
	case "change realms":
		c := p.config()
		c.Realms = simRealms(e.Realms)
		err = ChangePIN(ctx, c, d, h.unlock(p, e), h.newPIN(), Routine)
	case "after a theft":
		h.excuse(h.placeNames()...)
		err = ChangePIN(ctx, keeping, d, h.unlock(p, e), h.newPIN(), Stolen)
	case "take over":
		err = TakeOver(ctx, keeping, d, h.unlock(p, e), h.newPIN(), Routine)
	case "give way":
		err = GiveWay(ctx, p.config(), d)
	case "resume":
		err = Resume(ctx, p.config(), d)
	case "add place":
		err = AddPlace(ctx, p.config(), d, e.Place)
	case "release place":
		h.excuse(e.Place)
		_, err = ReleasePlace(ctx, p.config(), d, e.Place)
	case "delete":
		h.deleted = true
		_, err = Delete(ctx, p.config(), d)
	}
	return err
}

func (h *historian) excuse(places ...string) {
	for _, name := range places {
		h.excuses[name] = now()
	}
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

// restore opens the backup on a device, by the PINs from the last to the first, remembers it
// and leaves word of it, as the command does.
func (h *historian) restore(p *process) error {
	c := p.config()
	c.AcceptRealms = true
	if old, _ := p.journaled(p.device); old != nil {
		c.Known = []*Device{old}
	}
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
		if old != nil && !r.Follow(old, false) {
			return nil
		}
		if err := c.Journal.Save(r.Device); err != nil {
			return err
		}
		return LeaveReceipt(ctx, c, r)
	}
	return err
}

// hold checks both devices.
func (h *historian) hold() error {
	for _, device := range []string{"laptop", "phone"} {
		if err := h.holds(device); err != nil {
			return fmt.Errorf("%s: %w", device, err)
		}
	}
	return nil
}

// holds checks what a device claims, and that no place which had the backup has lost it.
// Once a deletion has begun on one device, the other's memory of what was there is old.
func (h *historian) holds(device string) error {
	d, err := h.journaled(device)
	if err != nil || h.deleted || d == nil {
		return err
	}
	for _, name := range h.placeNames() {
		if d.place(name) == nil || d.place(name).Wallet.ReadBack.IsZero() {
			continue
		}
		all, err := h.openings(name)
		if err != nil {
			return err
		}
		if len(all) == 0 && !h.excused(device, d, name) {
			return fmt.Errorf("LOST: %s opens with no PIN", name)
		}
		if err := h.checkOld(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return h.protected(device, d)
}

// excused are places whose file may have died with an old record: released or lagging after a
// theft, until a wallet part that was sealed later is there; or unknown to the other device,
// which has made a newer registration since.
func (h *historian) excused(device string, d *Device, name string) bool {
	if since, ok := h.excuses[name]; ok && d.Wallet.Sealed.Before(since) || lagging(d, d.place(name)) {
		h.seen["released, or lags after a theft"]++
		return true
	}
	other, err := h.journaled(other(device))
	if err == nil && other != nil && other.Registration > d.Registration && other.place(name) == nil {
		h.seen["left behind by a device that did not know the place"]++
		return true
	}
	return false
}

func other(device string) string {
	if device == "phone" {
		return "laptop"
	}
	return "phone"
}

// protected checks what a device calls protected, unless the other one has done something
// since it last looked everywhere.
func (h *historian) protected(device string, d *Device) error {
	if d.State(time.Now()) != StateProtected || !h.acted[other(device)].Before(h.looked[device]) {
		return nil
	}
	h.seen["called protected"]++
	for _, p := range d.Places {
		all, err := h.openings(p.Name)
		if err != nil {
			return err
		}
		newest := slices.MaxFunc(append(all, opened{}), func(a, b opened) int {
			return cmp.Or(cmp.Compare(a.registration, b.registration), cmp.Compare(a.files, b.files))
		})
		if newest.registration != d.Registration || d.Files.Generation > 0 && newest.files == 0 {
			return fmt.Errorf("called protected at registration %d, and %s opens with %+v", d.Registration, p.Name, all)
		}
	}
	return h.checkHeld(d)
}

// rest lets everything work again. In the end a device is protected, or says what only the
// person can decide.
func (h *historian) rest() error {
	for _, device := range []string{"laptop", "phone", "laptop"} {
		time.Sleep(25 * time.Hour) // realms that rest after wrong PINs are awake again
		err := h.play(event{Device: device, Verb: "resume"})
		if err == nil || errors.Is(err, ErrNotChanged) {
			err = h.play(event{Device: device, Verb: "check"})
		}
		if bad := h.hold(); bad != nil {
			return fmt.Errorf("in the end %s gave %v, then %w", device, err, bad)
		}
		d, bad := h.journaled(device)
		if bad != nil || d == nil {
			continue
		}
		s := d.State(time.Now())
		h.seen["in the end "+string(s)]++
		switch {
		case h.deleted:
			bad = h.protected(device, d) // the other one says only that it is gone
		case !slices.Contains([]State{StateProtected, StateReplaced, StateUndecided, StateStranger}, s):
			bad = fmt.Errorf("it is %s", s)
		}
		if bad != nil {
			return fmt.Errorf("in the end %s gave %v, and %w", device, err, bad)
		}
	}
	return nil
}
