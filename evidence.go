package cloudseed

import (
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
)

// A Report is all that was seen of a backup, each with its time; the zero time means never.
// Every screen shows this and nothing else.
type Report struct {
	State  State        `json:"state"`
	Parts  []Proof      `json:"parts"`       // the wallet part and the attached files, in each place
	Realms []RealmProof `json:"pin_servers"` // in order of their ids
	Needed int          `json:"needed"`      // realms that must answer
	Good   int          `json:"good"`        // realms without trouble that were seen lately
}

// A Proof is how far one part in one place is known to be good: sealed, then accepted by the
// place, read back equal, opened with the PIN, opened on another device. Each step was seen of
// the same bytes, or is zero.
type Proof struct {
	Place      string        `json:"place"`
	Part       envelope.Part `json:"part"`
	Generation int           `json:"generation"` // the newest that this device made; the steps are about this one
	File       string        `json:"file,omitempty"`

	Sealed    time.Time `json:"sealed,omitzero"`
	Accepted  time.Time `json:"accepted,omitzero"`
	ReadBack  time.Time `json:"read_back,omitzero"`        // the last time
	Opened    time.Time `json:"opened,omitzero"`           // with the PIN, or what the PIN opened
	Elsewhere time.Time `json:"opened_elsewhere,omitzero"` // by another device, which left a receipt

	Fresh   bool   `json:"fresh"`             // read back lately enough to count
	Queued  bool   `json:"queued,omitempty"`  // the place is this computer's copy of a cloud
	Problem string `json:"problem,omitempty"` // of the place at the last look; "" if that was good
}

// A RealmProof is what is known of one realm.
type RealmProof struct {
	ID      juicebox.RealmID `json:"id"`
	Address string           `json:"address"`
	Seen    time.Time        `json:"seen,omitzero"`    // it had the record
	Counted time.Time        `json:"counted,omitzero"` // it said how often the PIN was tried
	Fresh   bool             `json:"fresh"`            // seen lately enough to count, and no trouble since
	Rests   time.Time        `json:"rests,omitzero"`   // it takes no PIN before then; zero: it does
	Problem string           `json:"problem,omitempty"`
}

// Report is what is known at a time. It asks nobody.
func (d *Device) Report(now time.Time) Report {
	r := Report{State: d.State(now), Needed: d.Needed}
	for i := range d.Places {
		for _, part := range []envelope.Part{envelope.WalletPart, envelope.FilesPart} {
			if newest, _ := d.part(part, &d.Places[i]); newest.Generation > 0 {
				r.Parts = append(r.Parts, d.proof(part, &d.Places[i], now))
			}
		}
	}
	for _, realm := range d.Realms {
		p := RealmProof{ID: realm.ID, Address: realm.Address, Seen: realm.Seen, Counted: realm.Guesses.Seen, Problem: realm.Problem,
			Fresh: realm.Problem == "" && young(realm.Seen, now)}
		if realm.Rests.After(now) {
			p.Rests = realm.Rests
		}
		if p.Fresh {
			r.Good++
		}
		r.Realms = append(r.Realms, p)
	}
	return r
}

// proof takes the steps up to the first that was not seen of the newest bytes.
func (d *Device) proof(part envelope.Part, place *PlaceState, now time.Time) Proof {
	newest, seen := d.part(part, place)
	p := Proof{Place: place.Name, Part: part, Generation: newest.Generation, Sealed: newest.Sealed, Problem: place.Problem}
	if seen.Generation != newest.Generation {
		return p
	}
	p.File, p.Queued, p.Accepted = seen.File, seen.Queued, seen.Accepted
	if seen.ReadBack.IsZero() {
		return p
	}
	p.ReadBack, p.Fresh = seen.ReadBack, place.Problem == "" && young(seen.ReadBack, now)
	p.Opened, p.Elsewhere = seen.Opened, d.openedElsewhere(part)
	return p
}

// openedElsewhere is when another device has opened the newest bytes of a part.
func (d *Device) openedElsewhere(part envelope.Part) time.Time {
	if o := d.OpenedElsewhere(part); o != nil {
		return o.Receipt.Opened
	}
	return time.Time{}
}
