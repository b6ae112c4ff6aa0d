package cloudseed

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
)

const (
	firstPIN  = "482915"
	secondPIN = "937205"
)

// A procedure is one verb in the matrix.
type procedure struct {
	name   string
	before func(*sim, *process) error      // without faults; nil for an empty world
	run    func(*process) (*Device, error) // the verb; the device is what a program would go on with
	locked bool                            // it saves under a lock: what stops a program there cannot be played in virtual time
	config func(*process) Config           // how the program is set up; nil for process.config
	done   truth                           // in the end, after the verb said that it was done or goes on
	undone truth                           // and after any other error
}

func (pr *procedure) configOf(p *process) Config {
	if pr.config == nil {
		return p.config()
	}
	return pr.config(p)
}

var procedures = []procedure{
	{name: "create", run: simCreate, done: truth{pin: firstPIN, files: 1}, undone: truth{gone: true}},
	{name: "update", before: made, run: simUpdate, done: truth{pin: firstPIN, files: 2}},
	{name: "send by a courier", before: made, run: simSend, locked: true, done: truth{pin: firstPIN, files: 2}},
	{name: "prune", before: madeOften, run: onDevice(func(p *process, d *Device) error { _, err := Prune(ctx, p.config(), d); return err }),
		done: truth{pin: firstPIN, files: 5}, undone: truth{pin: firstPIN, files: 5}},
	{name: "check", before: made, run: onDevice(func(p *process, d *Device) error { return Check(ctx, p.config(), d) }),
		done: truth{pin: firstPIN, files: 1}, undone: truth{pin: firstPIN, files: 1}},
	{name: "change PIN with the PIN", before: made, run: simChange(Unlock{PIN: pinOf(firstPIN)}, Routine), done: changed, undone: unchanged},
	{name: "change PIN with the words", before: made, run: simChange(Unlock{}, Routine), done: changed, undone: unchanged},
	{name: "change PIN after a theft", before: made, run: simChange(Unlock{}, Stolen), done: changed, undone: unchanged},
	{name: "change realms", before: made, run: simChangeRealms, config: laterRealms,
		done: truth{pin: firstPIN, files: 1, registration: 2}, undone: unchanged},
	{name: "take over on another device", before: taken, run: simTakeOver, done: changed, undone: unchanged},
	{name: "add kit with the PIN", before: made, run: simAddKit(Unlock{PIN: pinOf(firstPIN)}), done: unchanged, undone: unchanged},
	{name: "add kit with the words", before: made, run: simAddKit(Unlock{}), done: unchanged, undone: unchanged},
	// When a journal says that it failed and did not, the place may be added or released all the same.
	{name: "add place", before: madeInOne, run: simAddPlace, done: truth{pin: firstPIN, files: 1, places: 2}},
	{name: "release place", before: made, run: simRelease, done: truth{pin: firstPIN, files: 1, places: 1}},
	{name: "delete", before: made, run: simDelete, done: truth{gone: true}},
	{name: "resume a creation", before: interrupted(func(p *process) error { _, err := simCreate(p); return err }, "first create 1"),
		run: simResume, done: truth{pin: firstPIN, files: 1}, undone: truth{pin: firstPIN, files: 1}},
	{name: "resume a change", before: interruptedChange("first create 1"), run: simResume, done: changed, undone: changed},
	{name: "resume a change taken back", before: interruptedChange("one.example Recover2 1"), run: simResume, done: unchanged, undone: unchanged},
	{name: "resume a change being ended", before: interruptedChange("one.example Delete 1"), run: simResume, done: changed, undone: changed},
	{name: "resume a deletion", before: interruptedBackup(func(p *process) error { _, err := simDelete(p); return err }, "one.example Delete 1"),
		run: simResume, done: truth{gone: true}, undone: truth{gone: true}},
}

// A truth is how a world must be in the end. The zero value asks for nothing.
type truth struct {
	gone         bool   // the device remembers no backup
	pin          string // that alone opens the backup, in every place
	registration uint64 // that it opens; 0 for any
	files        int    // the version of the attached file that comes back
	places       int    // how many places the device names; 0 for all
}

var (
	changed   = truth{pin: secondPIN, files: 1, registration: 2}
	unchanged = truth{pin: firstPIN, files: 1, registration: 1}
)

func (want truth) holds(w *sim, device string) error {
	d, err := w.journaled(device)
	if err != nil || want == (truth{}) {
		return err
	}
	if want.gone || d == nil {
		if want.gone != (d == nil) {
			return fmt.Errorf("is there a backup: %v", d != nil)
		}
		return nil
	}
	if n := cmp.Or(want.places, len(simPlaces)); len(d.Places) != n {
		return fmt.Errorf("%d places, want %d", len(d.Places), n)
	}
	for _, p := range d.Places {
		all, err := w.openings(p.Name)
		if err != nil {
			return err
		}
		if len(all) != 1 || all[0].pin != want.pin || all[0].files != want.files || want.registration != 0 && all[0].registration != want.registration {
			return fmt.Errorf("%s opens with %+v, want %+v", p.Name, all, want)
		}
	}
	return nil
}

// made is a world with a backup and one attached file.
func made(_ *sim, p *process) error {
	_, err := simCreate(p)
	return err
}

// madeOften is a world whose attached file has changed often.
func madeOften(w *sim, p *process) error {
	err := made(w, p)
	for range 4 {
		if _, updateErr := simUpdate(p); updateErr != nil {
			err = updateErr
		}
	}
	return err
}

// madeInOne is a world with a backup in the first place only.
func madeInOne(w *sim, p *process) error {
	c := p.config()
	c.Places = c.Places[:1]
	p.typed, p.files = append(p.typed, firstPIN), p.files+1
	_, err := Create(ctx, c, p.wallet, pinOf(firstPIN), attached(p.files))
	return err
}

// taken is a world whose backup was restored on this laptop; it was made on a phone, which
// was lost.
func taken(w *sim, p *process) error {
	if err := made(w, w.start("phone", nil)); err != nil {
		return err
	}
	s, err := Find(ctx, p.config())
	if err != nil {
		return err
	}
	r, err := Restore(ctx, p.config(), s.Backups[0], pinOf(firstPIN))
	if err != nil {
		return err
	}
	return p.config().Journal.Save(r.Device)
}

// interrupted is a world in which a verb crashed after a step.
func interrupted(verb func(*process) error, step string) func(*sim, *process) error {
	return func(w *sim, p *process) error {
		f := fault{step, diesAfter}
		q := w.start(p.device, f.strike)
		defer q.end()
		if _, crashed := q.during(verb); !crashed {
			return errors.New("it never came to " + step)
		}
		return nil
	}
}

func interruptedBackup(verb func(*process) error, step string) func(*sim, *process) error {
	return func(w *sim, p *process) error {
		if err := made(w, p); err != nil {
			return err
		}
		return interrupted(verb, step)(w, p)
	}
}

func interruptedChange(step string) func(*sim, *process) error {
	return interruptedBackup(func(p *process) error {
		_, err := simChange(Unlock{}, Routine)(p)
		return err
	}, step)
}

func onDevice(verb func(*process, *Device) error) func(*process) (*Device, error) {
	return func(p *process) (*Device, error) {
		d, err := p.load()
		if err != nil {
			return nil, err
		}
		return d, verb(p, d)
	}
}

func simCreate(p *process) (*Device, error) {
	p.typed, p.files = append(p.typed, firstPIN), p.files+1
	return Create(ctx, p.config(), p.wallet, pinOf(firstPIN), attached(p.files))
}

func simUpdate(p *process) (*Device, error) {
	p.files++
	return onDevice(func(p *process, d *Device) error { return Update(ctx, p.config(), d, attached(p.files)) })(p)
}

// simSend is an update as watching makes it.
func simSend(p *process) (*Device, error) {
	p.files++
	return onDevice(func(p *process, d *Device) error {
		c := NewCourier(p.config(), d)
		if err := c.Offer(attached(p.files)); err != nil {
			return err
		}
		_, err := c.Send(ctx)
		return err
	})(p)
}

func simChange(with Unlock, why Reason) func(*process) (*Device, error) {
	return onDevice(func(p *process, d *Device) error {
		p.typed = append(p.typed, secondPIN)
		return ChangePIN(ctx, p.config(), d, p.unlock(with), pinOf(secondPIN), why)
	})
}

// unlock fills the wallet in where no PIN is typed.
func (p *process) unlock(with Unlock) Unlock {
	if with.PIN.Len() == 0 {
		with.Wallet = p.wallet
	}
	return with
}

// laterRealms: the first operator retires, the fourth comes.
func laterRealms(p *process) Config {
	c := p.config()
	c.Realms = simRealms(1)
	return c
}

func simChangeRealms(p *process) (*Device, error) {
	return onDevice(func(p *process, d *Device) error {
		return ChangePIN(ctx, laterRealms(p), d, Unlock{Wallet: p.wallet}, pinOf(firstPIN), Routine)
	})(p)
}

func simTakeOver(p *process) (*Device, error) {
	return onDevice(func(p *process, d *Device) error {
		p.typed = append(p.typed, secondPIN)
		return TakeOver(ctx, p.config(), d, Unlock{PIN: pinOf(firstPIN)}, pinOf(secondPIN), Routine)
	})(p)
}

func simAddPlace(p *process) (*Device, error) {
	return onDevice(func(p *process, d *Device) error { return AddPlace(ctx, p.config(), d, "second") })(p)
}

func simRelease(p *process) (*Device, error) {
	return onDevice(func(p *process, d *Device) error {
		_, err := ReleasePlace(ctx, p.config(), d, "second")
		return err
	})(p)
}

func simAddKit(with Unlock) func(*process) (*Device, error) {
	return onDevice(func(p *process, d *Device) error {
		kit := Kit{seed: pinOf(string(bytes.Repeat([]byte{7}, 32)))}
		return AddKit(ctx, p.config(), d, kit, p.unlock(with))
	})
}

func simDelete(p *process) (*Device, error) {
	return onDevice(func(p *process, d *Device) error {
		_, err := Delete(ctx, p.config(), d)
		return err
	})(p)
}

func simResume(p *process) (*Device, error) {
	return onDevice(func(p *process, d *Device) error { return resumed(Resume(ctx, p.config(), d)) })(p)
}

// resumed: what a Resume took back is a good end.
func resumed(err error) error {
	if errors.Is(err, ErrUndone) || errors.Is(err, ErrNotChanged) {
		return nil
	}
	return err
}
