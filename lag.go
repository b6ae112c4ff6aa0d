package cloudseed

import (
	"slices"

	"github.com/cloudseed/cloudseed/envelope"
)

// A Lag is a place that shows an older state of a vault than another place does: something
// has not arrived there, or it has gone back. With one place alone nobody can tell.
type Lag struct {
	Place      string
	Part       envelope.Part
	Generation int // the highest there, by file name; 0 for none
	Newest     int // the one that was opened, from elsewhere
}

// compare takes down which places hold what was opened. Places that have only older files of
// the vault, and those that the wallet part names although nothing was seen there now, stay
// the device's places: Resume copies what they lack, and until then no record is ended that
// what lies there may still need.
func (r *Restored) compare(cfg *Config, b *Backup, d *Device, named []string) {
	all := slices.Concat(b.Wallet, b.Files)
	for _, other := range b.related {
		all = append(all, other.Wallet...)
		for _, l := range other.Wallet {
			if s := l.sighting(); d.rival(s) {
				d.notice(s)
			}
		}
	}
	for _, p := range cfg.Places {
		seen := slices.ContainsFunc(all, func(l Located) bool { return l.Place == p.Name })
		if !seen && !slices.Contains(named, p.URL) {
			continue
		}
		state := d.evidence(p, now(), all)
		d.Places = append(d.Places, state)
		if !d.verified(&state) {
			d.Stage = StageSealed
		}
		if !seen {
			continue // perhaps it could not be looked at: nothing is said of what is there
		}
		for _, part := range []envelope.Part{envelope.WalletPart, envelope.FilesPart} {
			if newest, _ := d.part(part, &state); !d.holds(part, &state) {
				r.Behind = append(r.Behind, Lag{p.Name, part, highest(all, p.Name, part), newest.Generation})
			}
		}
	}
}

func highest(all []Located, place string, part envelope.Part) (generation int) {
	for _, l := range all {
		if l.Place == place && l.Part == part {
			generation = max(generation, l.Generation)
		}
	}
	return generation
}
