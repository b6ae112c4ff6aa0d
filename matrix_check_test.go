package cloudseed

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/realm"
)

// What holds at every moment (docs/design.md, section 5). Everything here looks only at what
// survives a program, as a new program or a new device would find it.

// opened is what one place alone gave back to somebody with one PIN.
type opened struct {
	pin          string
	registration uint64
	files        int // version of the attached file; 0 for none
}

// openings tries every PIN that was ever typed on every backup of the vault that one place
// shows to a new device. The same bytes at the same realms open in the same way, so each
// state of a place is tried once.
func (w *sim) openings(place string) ([]opened, error) {
	key := w.digest(place)
	if known, ok := w.cache.Load(key); ok {
		return known.([]opened), nil
	}
	all, err := w.tryAll(place)
	if err == nil {
		w.cache.Store(key, all)
	}
	return all, err
}

// digest is of everything that openings depends on.
func (w *sim) digest(place string) [32]byte {
	h := sha256.New()
	files := w.places[place].Files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s %x\n", name, sha256.Sum256(files[name]))
	}
	for _, host := range simHosts {
		byID := w.realms[host].clone().byID
		for _, id := range slices.SortedFunc(maps.Keys(byID), func(a, b realm.RecordID) int { return bytes.Compare(a[:], b[:]) }) {
			fmt.Fprintf(h, "%s %x %x\n", host, id, byID[id])
		}
	}
	fmt.Fprint(h, w.pins())
	return [32]byte(h.Sum(nil))
}

func (w *sim) tryAll(place string) (all []opened, err error) {
	c := w.trial().start("checker", nil).config()
	c.Places = slices.DeleteFunc(c.Places, func(p Place) bool { return p.Name != place })
	c.Journal, c.AcceptRealms = nil, true
	s, err := Find(ctx, c)
	if errors.Is(err, ErrNoBackup) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, b := range s.Backups {
		for _, pin := range w.pins() {
			if o, err := w.open(c, b, pin); err == nil {
				all = append(all, o)
			} else if !expected(err) {
				return all, fmt.Errorf("%s with %s: %w", place, pin, err)
			}
		}
	}
	return all, nil
}

// pins are the PINs that were typed, each once.
func (w *sim) pins() []string {
	p := slices.Clone(w.typed)
	slices.Sort(p)
	return slices.Compact(p)
}

// expected are the ways in which a PIN may not open a backup.
func expected(err error) bool {
	var wrong *WrongPINError
	return errors.As(err, &wrong) || errors.Is(err, ErrNoRecord) || errors.Is(err, ErrNoTries)
}

func (w *sim) open(c Config, b *Backup, pin string) (opened, error) {
	c.HTTP.Transport = w.trial().start("checker", nil) // a wrong try counts for nobody else
	r, err := Restore(ctx, c, b, pinOf(pin))
	if err != nil {
		return opened{}, err
	}
	defer r.Wallet.Phrase.Clear()
	if !r.Wallet.Phrase.Equal(w.wallet.Phrase) {
		return opened{}, errors.New("another phrase came back")
	}
	o := opened{pin: pin, registration: b.Registration}
	if len(r.Files) > 0 {
		o.files, err = strconv.Atoi(string(r.Files[0].Data))
	}
	return o, err
}

// check looks at everything that one device claims. must are the places that held a verified
// backup before, and must still open unless they are excused.
func (w *sim) check(device string, must map[string]bool) error {
	d, err := w.journaled(device)
	if err != nil {
		return err
	}
	if d == nil || d.Stage == StagePrepared {
		if err := w.nothing(d == nil); err != nil {
			return err
		}
		if d != nil && d.State(time.Now()) != StateUnfinished {
			return fmt.Errorf("state %q of what was never made", d.State(time.Now()))
		}
		return nil
	}
	if d.Stage == StageDeleting {
		if s := d.State(time.Now()); s != StateDeleting {
			return fmt.Errorf("state %q of what is being deleted", s)
		}
		return nil
	}
	for _, name := range simPlaces {
		if err := w.checkPlace(d, name, must[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return w.checkState(d)
}

// nothing tells whether no place has a file, nor, if that is claimed, a realm a record.
func (w *sim) nothing(records bool) error {
	for _, name := range simPlaces {
		if n := len(w.places[name].Files()); n > 0 {
			return fmt.Errorf("%d files in %s of which nobody knows", n, name)
		}
	}
	for _, host := range simHosts {
		if n := w.realms[host].registered(); records && n > 0 {
			return fmt.Errorf("%d records at %s of which nobody knows", n, host)
		}
	}
	return nil
}

func (w *sim) checkPlace(d *Device, name string, must bool) error {
	state := d.place(name)
	if state == nil {
		return nil
	}
	if err := w.checkEvidence(d, state); err != nil {
		return err
	}
	if state.Wallet.ReadBack.IsZero() && !must || lagging(d, state) {
		return nil
	}
	all, err := w.openings(name)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("LOST: no PIN opens it")
	}
	newest := 0
	for _, o := range all {
		newest = max(newest, o.files)
	}
	if d.holds(envelope.FilesPart, state) && len(d.Files.Names) > 0 && newest == 0 {
		return errors.New("LOST: the attached file does not come back")
	}
	if newest > w.files {
		return fmt.Errorf("version %d of the attached file was never saved", newest)
	}
	return w.checkOld(name)
}

// checkEvidence compares what is claimed of a place with what is in it.
func (w *sim) checkEvidence(d *Device, state *PlaceState) error {
	for _, part := range []envelope.Part{envelope.WalletPart, envelope.FilesPart} {
		newest, seen := d.part(part, state)
		if seen.ReadBack.IsZero() {
			continue
		}
		sealed, ok := w.places[state.Name].Files()[seen.File]
		if !ok {
			return fmt.Errorf("claims to have read back %s, which is not there", seen.File)
		}
		if seen.Generation == newest.Generation && envelope.Sum(sealed) != newest.SHA256 {
			return fmt.Errorf("claims to have read back %s, which is something else", seen.File)
		}
	}
	return nil
}

// lagging tells whether a place has only what opened before a theft.
func lagging(d *Device, state *PlaceState) bool {
	stolen := func(r Record) bool { return r.Why == Stolen }
	return slices.ContainsFunc(d.Old, stolen) && !d.holds(envelope.WalletPart, state)
}

// checkOld: a wallet part goes only after its record, so that until then both PINs work, each
// with its files.
func (w *sim) checkOld(name string) error {
	there := w.stanzas(name)
	for hash, s := range w.had[name] {
		if there[hash] == nil && w.holding(s) >= s.Recover {
			return errors.New("a wallet part was removed before its record")
		}
	}
	w.had[name] = there
	return nil
}

// holding is how many realms have the record of a stanza.
func (w *sim) holding(s *envelope.Stanza) (n int) {
	c := w.trial().start("checker", nil).config()
	for _, status := range c.guessClient(s).Status(ctx) {
		if status.Registered {
			n++
		}
	}
	return n
}

// stanzas are those of the wallet parts in a place.
func (w *sim) stanzas(place string) map[[32]byte]*envelope.Stanza {
	all := map[[32]byte]*envelope.Stanza{}
	for name, sealed := range w.places[place].Files() {
		if _, part, _, _ := envelope.ParseFileName(name); part != envelope.WalletPart {
			continue
		}
		if s, err := envelope.Inspect(sealed); err == nil {
			all[s.Hash()] = s
		}
	}
	return all
}

// checkState: protected means that every place opens with the newest registration, that
// nothing older opens, and that all of its realms have the record.
func (w *sim) checkState(d *Device) error {
	if d.State(time.Now()) != StateProtected {
		return nil
	}
	for _, p := range d.Places {
		all, err := w.openings(p.Name)
		if err != nil {
			return err
		}
		if len(all) != 1 || all[0].registration != d.Registration {
			return fmt.Errorf("called protected, and %s opens with %+v", p.Name, all)
		}
	}
	return w.checkHeld(d)
}

// checkHeld: so many realms have the record as are needed.
func (w *sim) checkHeld(d *Device) error {
	s, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return err
	}
	if n := w.holding(s); n < s.Recover {
		return fmt.Errorf("called protected, with its record at %d realms", n)
	}
	return nil
}

// checkEnd is for when everything worked again: nothing is left over, and nothing is missing.
func (w *sim) checkEnd(device string) error {
	d, err := w.journaled(device)
	if err != nil || d == nil {
		return err // check has seen that nothing is there
	}
	if s := d.State(time.Now()); s != StateProtected {
		return fmt.Errorf("the state is %q in the end", s)
	}
	if d.Wallet.Pending != nil || d.Files.Pending != nil || d.Next != nil || len(d.Old) > 0 {
		return errors.New("the device remembers something unfinished")
	}
	for _, p := range d.Places {
		for _, s := range w.stanzas(p.Name) {
			if !bytes.Equal(s.Body(), d.Stanza) {
				return fmt.Errorf("an old wallet part is left in %s", p.Name)
			}
		}
	}
	return w.checkRecords(d)
}

// checkRecords: one record at each realm of the backup, none anywhere else.
func (w *sim) checkRecords(d *Device) error {
	want := map[string]int{}
	for _, r := range d.Realms {
		want[hostOf(r.Address)] = 1
	}
	for _, host := range simHosts {
		if n := w.realms[host].registered(); n != want[host] {
			return fmt.Errorf("%d records at %s in the end, want %d", n, host, want[host])
		}
	}
	return nil
}
