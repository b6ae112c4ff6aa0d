package cloudseed

import (
	"bytes"
	"slices"
)

// Follow joins what was restored with what this computer remembered of the vault before, and
// tells whether the restored Device should now be remembered in its place. It should if its
// registration is newer, or if it is the same and has newer files; what the computer has
// seen itself is worth more otherwise. Of two equal registrations the person decides: with
// decided, the restored one counts.
//
// The older registration is then among the restored Device's Old: Resume ends its record
// once every place has the newer one, and its places stay the backup's.
func (r *Restored) Follow(old *Device, decided bool) bool {
	d := r.Device
	same := bytes.Equal(old.Stanza, d.Stanza)
	switch {
	case old.Vault != d.Vault, old.Stage == StageDeleting, d.Registration < old.Registration:
		return false
	case same:
		if d.Wallet.Generation <= old.Wallet.Generation && d.Files.Generation <= old.Files.Generation {
			return false
		}
	case d.Registration == old.Registration && !decided:
		return false
	}
	joined := *old // so that what belongs to the vault, and not to a registration, stays
	joined.Registration, joined.Stanza, joined.owner = d.Registration, d.Stanza, d.owner
	joined.Guesses, joined.Needed, joined.Realms = d.Guesses, d.Needed, d.Realms
	if same {
		for i := range joined.Realms {
			joined.Realms[i].Guesses = old.Realms[i].Guesses // a restore explains no stranger
		}
	}
	joined.Name, joined.Stage, joined.Proved = d.Name, d.Stage, d.Proved
	joined.Wallet, joined.Files, joined.Accepted = d.Wallet, d.Files, d.Accepted
	joined.VaultRecipient, joined.Other, joined.Conflict, joined.Openings = d.VaultRecipient, d.Other, nil, nil
	joined.Kit = d.joinedKit(old)
	joined.Places = d.joinedPlaces(old)
	joined.Old = slices.Clone(old.Old)
	if !same {
		joined.Old = append(joined.Old, old.record(Routine))
		if joined.Other != nil && bytes.Equal(joined.Other.Stanza, old.Stanza) {
			joined.Other = nil // it is this computer's own, and decided
		}
	}
	if len(joined.Places) > len(d.Places) {
		joined.Stage = StageSealed // Resume copies the newer one there
	}
	*d = joined
	return true
}

// joinedKit keeps what was known of a kit that the newer wallet part is sealed to as well.
func (d *Device) joinedKit(old *Device) KitState {
	if d.Kit.Recipient == "" && d.Wallet.Kit {
		return old.Kit
	}
	return d.Kit
}

// joinedPlaces adds the places that the computer knew and that nothing was opened from.
func (d *Device) joinedPlaces(old *Device) []PlaceState {
	places := slices.Clone(d.Places)
	for _, p := range old.Places {
		there := slices.ContainsFunc(d.Places, func(q PlaceState) bool { return q.Name == p.Name || q.URL == p.URL })
		if !there {
			places = append(places, PlaceState{Name: p.Name, URL: p.URL})
		}
	}
	return places
}
