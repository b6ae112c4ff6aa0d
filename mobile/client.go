package mobile

import (
	"context"
	"sync"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// A Client runs the verbs of one device, one after the other. Set it up before the first.
// Do not call a verb from inside a callback: it would wait for itself.
type Client struct {
	turn sync.Mutex // held by the verb that runs
	cfg  cloudseed.Config

	mu     sync.Mutex
	cancel context.CancelFunc // of the verb that runs; nil for none
}

// NewClient makes a client for PIN servers in Juicebox's JSON form, as a file for
// "cloudseed --realms" has it. "" knows none: enough for Find, and for Restore after
// AcceptPINServers.
func NewClient(pinServers string) (*Client, error) {
	c := &Client{}
	if pinServers == "" {
		return c, nil
	}
	realms, err := juicebox.ParseConfiguration([]byte(pinServers))
	if err != nil {
		return nil, problem(err)
	}
	c.cfg.Realms = realms
	return c, nil
}

// AddPlace adds a place under a name of the person's own, unique in the client. url tells
// people later what it was ("cloudkit:"); no password in it.
func (c *Client) AddPlace(name, url string, p Place) {
	c.cfg.Places = append(c.cfg.Places, cloudseed.Place{Name: name, URL: url, Store: &hostPlace{name, p}})
}

// SetJournal says where this device remembers its backups. Every verb but Find needs it.
func (c *Client) SetJournal(j Journal) { c.cfg.Journal = hostJournal{j} }

// SetListener says who is told of progress.
func (c *Client) SetListener(l Listener) { c.cfg.Step = func(s cloudseed.Step) { tell(l, s) } }

// SetDeviceName tells people later which device made a backup: "Samantha's phone".
func (c *Client) SetDeviceName(name string) { c.cfg.DeviceName = name }

// AcceptPINServers lets Restore ask PIN servers that this client was not made with, once the
// person was shown [Backup.UnknownPINServers].
func (c *Client) AcceptPINServers(accept bool) { c.cfg.AcceptRealms = accept }

// Cancel ends the verb that runs, soon. What it has begun is finished or undone by Resume.
func (c *Client) Cancel() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel()
	}
}

// run waits for its turn and runs one verb.
func (c *Client) run(verb func(context.Context, cloudseed.Config) error) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c.setCancel(cancel)
	defer c.setCancel(nil)
	return problem(verb(ctx, c.cfg))
}

func (c *Client) setCancel(cancel context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cancel = cancel
}

// remembering is run for verbs that must be able to go on after a crash.
func (c *Client) remembering(verb func(context.Context, cloudseed.Config) error) error {
	return c.run(func(ctx context.Context, cfg cloudseed.Config) error {
		if cfg.Journal == nil {
			return errNoJournal
		}
		return verb(ctx, cfg)
	})
}

// on is remembering for a verb about a device.
func (c *Client) on(d *Device, verb func(context.Context, cloudseed.Config, *cloudseed.Device) error) error {
	return c.remembering(func(ctx context.Context, cfg cloudseed.Config) error {
		if d == nil || d.d == nil {
			return cloudseed.ErrNoBackup
		}
		return verb(ctx, cfg, d.d)
	})
}

// Create makes a wallet's first backup; files may be null. Without an error every place holds
// a backup that opens with the PIN. With kind "incomplete" or "unsaved" it is sealed: take the
// device from the Journal and Resume. With any other error nothing was kept.
func (c *Client) Create(w *Wallet, pin []byte, files *Files) (*Device, error) {
	typed := secret.Copy(pin)
	defer typed.Clear()
	var d *cloudseed.Device
	err := c.remembering(func(ctx context.Context, cfg cloudseed.Config) (err error) {
		if w == nil {
			return cloudseed.ErrName
		}
		d, err = cloudseed.Create(ctx, cfg, &w.w, typed, files.all()...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Device{d}, nil
}

// Resume finishes what was interrupted: call it at every start of the app. Kinds "undone" and
// "not-changed" say that it was taken back.
func (c *Client) Resume(d *Device) error { return c.on(d, cloudseed.Resume) }

// Update seals attached files again, in place of all before, without PIN and words.
func (c *Client) Update(d *Device, files *Files) error {
	return c.on(d, func(ctx context.Context, cfg cloudseed.Config, d *cloudseed.Device) error {
		return cloudseed.Update(ctx, cfg, d, files.all()...)
	})
}

// Check looks again, now, at every place and every PIN server. It spends no try.
func (c *Client) Check(d *Device) error { return c.on(d, cloudseed.Check) }

// ChangePIN gives the backup a new PIN, and the client's PIN servers if they are others. The
// PIN before is spent as one try. stolen: somebody may know it, so that it ends at once.
func (c *Client) ChangePIN(d *Device, before, pin []byte, stolen bool) error {
	return c.renew(cloudseed.ChangePIN, d, before, nil, pin, stolen)
}

// ChangePINWithWallet is ChangePIN for a PIN that is forgotten, where the app has the words.
func (c *Client) ChangePINWithWallet(d *Device, w *Wallet, pin []byte, stolen bool) error {
	return c.renew(cloudseed.ChangePIN, d, nil, w, pin, stolen)
}

// TakeOver makes this device the one that writes the backup, after Restore where the old device
// is lost (stolen), and after kinds "replaced" and "fork". The PIN may stay the same unless stolen.
func (c *Client) TakeOver(d *Device, before, pin []byte, stolen bool) error {
	return c.renew(cloudseed.TakeOver, d, before, nil, pin, stolen)
}

type renewal func(context.Context, cloudseed.Config, *cloudseed.Device, cloudseed.Unlock, secret.Text, cloudseed.Reason) error

// renew makes a new registration, unlocked by the PIN before or by the wallet.
func (c *Client) renew(verb renewal, d *Device, before []byte, w *Wallet, pin []byte, stolen bool) error {
	with, next, why := cloudseed.Unlock{PIN: secret.Copy(before)}, secret.Copy(pin), cloudseed.Routine
	defer with.PIN.Clear()
	defer next.Clear()
	if w != nil {
		with.Wallet = &w.w
	}
	if stolen {
		why = cloudseed.Stolen
	}
	return c.on(d, func(ctx context.Context, cfg cloudseed.Config, d *cloudseed.Device) error {
		return verb(ctx, cfg, d, with, next, why)
	})
}

// Remind tries the PIN that the person has typed, when Device.Due has come. A wrong one spends
// a try, the right one gives all back.
func (c *Client) Remind(d *Device, pin []byte) error {
	typed := secret.Copy(pin)
	defer typed.Clear()
	return c.on(d, func(ctx context.Context, cfg cloudseed.Config, d *cloudseed.Device) error {
		return cloudseed.Remind(ctx, cfg, d, typed)
	})
}

// Delete removes the backup everywhere. With kind "not-deleted" something may be left: repeat it.
func (c *Client) Delete(d *Device) error {
	return c.on(d, func(ctx context.Context, cfg cloudseed.Config, d *cloudseed.Device) error {
		_, err := cloudseed.Delete(ctx, cfg, d)
		return err
	})
}

// CheckPIN refuses a PIN that is too short or too easy, with kind "weak-pin". Nothing is sent.
func CheckPIN(pin []byte) error {
	typed := secret.Copy(pin)
	defer typed.Clear()
	return problem(cloudseed.CheckPIN(typed))
}
