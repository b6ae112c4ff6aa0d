package cloudseed

import (
	"bytes"
	"errors"
)

const (
	firstPIN  = "482915"
	secondPIN = "937205"
)

// A procedure is one verb, or two in a row, in the matrix.
type procedure struct {
	name   string
	before func(*sim, *process) error      // without faults; nil for an empty world
	run    func(*process) (*Device, error) // the verb; the device is what a program would go on with
	config func(*process) Config           // how the program is set up; nil for process.config
}

func (pr *procedure) configOf(p *process) Config {
	if pr.config == nil {
		return p.config()
	}
	return pr.config(p)
}

var procedures = []procedure{
	{name: "create", run: func(p *process) (*Device, error) { return simCreate(p) }},
	{name: "update", before: made, run: simUpdate},
	{name: "check", before: made, run: onDevice(func(p *process, d *Device) error { return Check(ctx, p.config(), d) })},
	{name: "change PIN with the PIN", before: made, run: simChange(Unlock{PIN: pinOf(firstPIN)}, Routine)},
	{name: "change PIN with the words", before: made, run: simChange(Unlock{}, Routine)},
	{name: "change PIN after a theft", before: made, run: simChange(Unlock{}, Stolen)},
	{name: "change realms", before: made, run: simChangeRealms, config: laterRealms},
	{name: "add kit with the PIN", before: made, run: simAddKit(Unlock{PIN: pinOf(firstPIN)})},
	{name: "add kit with the words", before: made, run: simAddKit(Unlock{})},
	{name: "delete", before: made, run: simDelete},
	{name: "resume a creation", before: interrupted(func(p *process) error { _, err := simCreate(p); return err }, "first create 1"), run: simResume},
	{name: "resume a change", before: interruptedChange("first create 1"), run: simResume},
	{name: "resume a change taken back", before: interruptedChange("one.example Recover2 1"), run: simResume},
	{name: "resume a change being ended", before: interruptedChange("one.example Delete 1"), run: simResume},
	{name: "resume a deletion", before: interruptedBackup(func(p *process) error { _, err := simDelete(p); return err }, "one.example Delete 1"), run: simResume},
}

// made is a world with a backup and one attached file.
func made(_ *sim, p *process) error {
	_, err := simCreate(p)
	return err
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
