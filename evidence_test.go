package cloudseed

import (
	"slices"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/store"
)

// proven is a device with two places and 2-of-3 realms, all seen at a time.
func proven(at time.Time) *Device {
	seen := Evidence{File: "f", Generation: 1, Accepted: at, ReadBack: at, Opened: at}
	d := &Device{Stage: StageDone, Needed: 2, Wallet: PartState{Generation: 1, Sealed: at}, Files: PartState{Generation: 1, Sealed: at}}
	for _, name := range []string{"first", "second"} {
		d.Places = append(d.Places, PlaceState{Name: name, Wallet: seen, Files: seen, Looked: at})
	}
	for i := range 3 {
		d.Realms = append(d.Realms, RealmState{Realm: juicebox.Realm{ID: juicebox.RealmID{byte(i)}, Address: "https://one.example"}, Seen: at})
	}
	return d
}

// Every border of what may be called protected.
func TestState(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	offline := store.ErrOffline.Error()
	for _, c := range []struct {
		name   string
		change func(*Device)
		after  time.Duration
		want   State
	}{
		{"all seen", func(*Device) {}, 0, StateProtected},
		{"as old as may be", func(*Device) {}, EvidenceAge - time.Second, StateProtected},
		{"a second older", func(*Device) {}, EvidenceAge, StateOutOfDate},
		{"one place older", func(d *Device) { d.Places[1].Wallet.ReadBack = at.Add(-EvidenceAge) }, 0, StateOutOfDate},
		{"attached files older", func(d *Device) { d.Places[0].Files.ReadBack = at.Add(-EvidenceAge) }, 0, StateOutOfDate},
		{"no attached files", func(d *Device) { d.Files, d.Places[0].Files = PartState{}, Evidence{} }, 0, StateProtected},
		{"from a clock an hour ahead", func(*Device) {}, -time.Hour, StateProtected},
		{"from a clock a day ahead", func(*Device) {}, -day, StateOutOfDate},

		{"a place failed", func(d *Device) { d.Places[0].Problem = offline }, 0, StateNeedsYou},
		{"accepted, never read back", func(d *Device) { d.Places[0].Wallet.ReadBack = time.Time{} }, 0, StateNeedsYou},
		{"an older generation", func(d *Device) { d.Wallet.Generation = 2 }, 0, StateNeedsYou},
		{"no place", func(d *Device) { d.Places = nil }, 0, StateNeedsYou},

		{"one realm of three fails", func(d *Device) { d.Realms[0].Problem = "down" }, 0, StateProtected},
		{"two realms fail", func(d *Device) { d.Realms[0].Problem, d.Realms[1].Problem = "down", "down" }, 0, StateNeedsYou},
		{"one realm old", func(d *Device) { d.Realms[0].Seen = time.Time{} }, 0, StateProtected},
		{"two realms old", func(d *Device) { d.Realms[0].Seen, d.Realms[1].Seen = time.Time{}, at.Add(-EvidenceAge) }, 0, StateOutOfDate},
		{"one fails and another is old", func(d *Device) { d.Realms[0].Problem, d.Realms[1].Seen = "down", time.Time{} }, 0, StateOutOfDate},
		{"one realm rests", func(d *Device) { d.Realms[0].Rests = at.Add(time.Hour) }, 0, StateProtected},
		{"two realms rest", func(d *Device) { d.Realms[0].Rests, d.Realms[1].Rests = at.Add(time.Hour), at.Add(time.Hour) }, 0, StateWaiting},
		{"they have rested", func(d *Device) { d.Realms[0].Rests, d.Realms[1].Rests = at.Add(time.Hour), at.Add(time.Hour) }, time.Hour, StateProtected},
		{"one fails, one rests", func(d *Device) { d.Realms[0].Problem, d.Realms[1].Rests = "down", at.Add(time.Hour) }, 0, StateWaiting},

		{"a stranger guessed", func(d *Device) { d.Realms[2].Guesses.Unexplained = 1 }, 0, StateStranger},
		{"embedded realms", func(d *Device) { d.Realms[0].Address = "embedded://x" }, 0, StateTryingOut},
		{"embedded realms, a place failed", func(d *Device) { d.Realms[0].Address, d.Places[0].Problem = "embedded://x", offline }, 0, StateNeedsYou},
		{"one place queued", func(d *Device) { d.Places[0].Wallet.Queued = true }, 0, StateProtected},
		{"all places queued", func(d *Device) { d.Places[0].Wallet.Queued, d.Places[1].Wallet.Queued = true, true }, 0, StateQueued},
		{"sealed only", func(d *Device) { d.Stage = StageSealed }, 0, StateUnfinished},
		{"an old PIN is left", func(d *Device) { d.Old = []Record{{}} }, 0, StateUnfinished},
		{"being deleted", func(d *Device) { d.Stage, d.Realms[2].Guesses.Unexplained = StageDeleting, 1 }, 0, StateDeleting},
	} {
		d := proven(at)
		c.change(d)
		if got := d.State(at.Add(c.after)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A step that was not seen of the newest bytes is not shown, nor anything that follows it.
func TestReport(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	const sealed, accepted, readBack, opened = 1, 2, 3, 4
	for _, c := range []struct {
		name   string
		change func(*Device)
		steps  int
		fresh  bool
	}{
		{"all", func(*Device) {}, opened, true},
		{"not opened", func(d *Device) { d.Places[0].Wallet.Opened = time.Time{} }, readBack, true},
		{"not read back", func(d *Device) { d.Places[0].Wallet.ReadBack = time.Time{} }, accepted, false},
		{"of an older generation", func(d *Device) { d.Wallet.Generation = 2 }, sealed, false},
		{"not there", func(d *Device) { d.Places[0].Wallet = Evidence{} }, sealed, false},
		{"failed since", func(d *Device) { d.Places[0].Problem = "offline" }, opened, false},
		{"read back long ago", func(d *Device) { d.Places[0].Wallet.ReadBack = at.Add(-EvidenceAge) }, opened, false},
	} {
		d := proven(at)
		c.change(d)
		r := d.Report(at)
		if len(r.Parts) != 4 || len(r.Realms) != 3 || r.Good != 3 || r.Needed != 2 || r.State != d.State(at) {
			t.Errorf("%s: %+v", c.name, r)
		}
		p, steps := r.Parts[0], 0
		for _, step := range []time.Time{p.Sealed, p.Accepted, p.ReadBack, p.Opened, p.Elsewhere} {
			if !step.IsZero() {
				steps++
			}
		}
		if p.Part != envelope.WalletPart || p.Place != "first" || steps != c.steps || p.Fresh != c.fresh {
			t.Errorf("%s: %d steps, %+v", c.name, steps, p)
		}
	}
}

func TestReportOfRealms(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	d := proven(at)
	d.Realms[0].Problem = "down"
	d.Realms[1].Seen = at.Add(-EvidenceAge)
	d.Realms[2].Rests = at.Add(time.Minute)
	r := d.Report(at)
	fresh := func(p RealmProof) bool { return p.Fresh }
	if r.Good != 1 || !slices.ContainsFunc(r.Realms, fresh) || r.Realms[2].Rests.IsZero() {
		t.Errorf("%+v", r)
	}
	if r = d.Report(at.Add(time.Minute)); !r.Realms[2].Rests.IsZero() {
		t.Errorf("a wait that is over is still shown: %+v", r.Realms[2])
	}
}
