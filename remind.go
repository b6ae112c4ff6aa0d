package cloudseed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// A PIN that is never typed is forgotten. So the person is asked for it now and then, at the
// realms: no device remembers a PIN, nor anything to compare one with.
const day = 24 * time.Hour

var reminderIntervals = []time.Duration{day, 3 * day, 7 * day, 14 * day, 30 * day, 90 * day}

// wrongEntries is how many wrong PINs end a reminder.
const wrongEntries = 2

var (
	// ErrFewTries keeps a reminder or a drill from spending tries when half of them or fewer
	// are left.
	ErrFewTries = errors.New("too few tries are left for practice")
	// ErrReminderOver says that the PIN was typed wrong twice: enough for today.
	ErrReminderOver = errors.New("the PIN was typed wrong twice")
)

// A Reminder is when the PIN was last typed, and how well that goes. The zero Reminder is
// that of a new backup.
type Reminder struct {
	Level int       // 0 to 5: how long the next interval is
	Last  time.Time // the last right PIN, or the end of the last reminder; zero for neither
	Wrong int       // wrong entries since; two end a reminder
}

// Due is when the person should be asked for the PIN again: one day after the backup was
// made, then after 3 days, 1 week, 2 weeks, 1 month and every 3 months, as long as the PIN is
// right.
func (d *Device) Due() time.Time {
	last := d.Reminder.Last
	if d.Proved.After(last) {
		last = d.Proved
	}
	if last.IsZero() {
		last = d.Created
	}
	return last.Add(reminderIntervals[d.Reminder.Level])
}

// right is the reminder after a right PIN at a time.
func (r Reminder) right(at time.Time) Reminder {
	return Reminder{Level: min(r.Level+1, len(reminderIntervals)-1), Last: at}
}

// wrong is the reminder after a wrong PIN: intervals begin again with one day.
func (r Reminder) wrong(at time.Time) Reminder {
	r.Level, r.Wrong = 0, r.Wrong+1
	if r.Wrong >= wrongEntries {
		r.Last = at
	}
	return r
}

// PracticeOver tells whether two wrong PINs have ended reminders and drills until Due.
func (d *Device) PracticeOver() bool {
	c := *d
	return c.over(now())
}

// over tells whether wrong entries have ended the reminder, and lets the next one begin.
func (d *Device) over(at time.Time) bool {
	if d.Reminder.Wrong >= wrongEntries && !at.Before(d.Due()) {
		d.Reminder.Wrong = 0
	}
	return d.Reminder.Wrong >= wrongEntries
}

// Remind tries the PIN that the person has typed, at the realms, and opens nothing. A wrong
// one spends a try; the right one gives all of them back, and so it is sent only when every
// guess so far is accounted for. Ask when Device.Due has come, and at most twice.
//
// Before anything is spent it fails with a *StrangerError, ErrNotCounted, ErrBusy,
// ErrFewTries or ErrReminderOver; then with a *WrongPINError.
func Remind(ctx context.Context, cfg Config, d *Device, pin secret.Text) error {
	cfg.inTurn()
	if err := d.writable(); err != nil {
		return fmt.Errorf("remind: %w", err)
	}
	key, err := d.practise(ctx, &cfg, pin)
	if err != nil {
		return err
	}
	defer key.Clear()
	return d.sameKey(key)
}

// practise is one round with a PIN that need not be typed: only if nobody else has guessed
// and enough tries are left.
func (d *Device) practise(ctx context.Context, cfg *Config, pin secret.Text) (key secret.Text, err error) {
	if d.over(now()) {
		return key, ErrReminderOver
	}
	s, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return key, err
	}
	client := cfg.guessClient(s)
	err = cfg.during(StepCount, "", func() error {
		used, left, err := d.undisturbed(ctx, cfg)
		client.Used = used
		if err == nil && 2*left <= d.Guesses {
			err = ErrFewTries
		}
		return err
	})
	if err != nil {
		return key, err
	}
	d.noting(cfg, client)
	key, err = recoverKey(ctx, cfg, client, s, pin)
	d.practised(err)
	if saveErr := cfg.save(d); saveErr != nil {
		key.Clear()
		return secret.Text{}, saveErr
	}
	return key, err
}

// practised takes the outcome of a typed PIN down.
func (d *Device) practised(err error) {
	var wrong *juicebox.WrongPINError
	switch {
	case err == nil:
		d.Proved = now()
		d.Reminder = d.Reminder.right(d.Proved)
	case errors.As(err, &wrong):
		d.Reminder = d.Reminder.wrong(now())
	}
}

// sameKey tells whether the realms gave back the key that the wallet part is sealed to.
func (d *Device) sameKey(key secret.Text) error {
	vault, err := envelope.Recipient(key)
	if err != nil {
		return err
	}
	if d.VaultRecipient != "" && vault.String() != d.VaultRecipient {
		return join(ErrRealms, errors.New("they gave back another key than was registered"))
	}
	return nil
}
