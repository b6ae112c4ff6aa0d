package cloudseed

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

func TestReminderSchedule(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	d := &Device{Created: start}
	want := []int{1, 3, 7, 14, 30, 90, 90, 90} // days until the next, after each right PIN
	for i, days := range want {
		if at := d.Due(); !at.Equal(start.Add(time.Duration(days) * day)) {
			t.Fatalf("reminder %d is due after %v, want %d days", i, at.Sub(start), days)
		}
		start = d.Due()
		d.Proved, d.Reminder = start, d.Reminder.right(start)
	}
	d.Reminder = d.Reminder.wrong(start.Add(time.Hour))
	if at := d.Due(); !at.Equal(start.Add(day)) || d.over(start.Add(time.Hour)) {
		t.Errorf("after one wrong PIN: due after %v", at.Sub(start))
	}
	d.Reminder = d.Reminder.wrong(start.Add(2 * time.Hour))
	if !d.over(start.Add(2*time.Hour)) || !d.over(start.Add(25*time.Hour)) {
		t.Error("a second wrong PIN does not end the reminder for a day")
	}
	if d.over(start.Add(26*time.Hour)) || d.Reminder.Wrong != 0 {
		t.Error("the next reminder does not begin a day later")
	}
	if d.Reminder = d.Reminder.right(start); d.Reminder.Level != 1 || d.Reminder.Wrong != 0 {
		t.Errorf("after a right PIN: %+v", d.Reminder)
	}
}

// Half a year with virtual clocks, in which the person types the PIN whenever it is due.
func TestRemindersOverTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		d := w.create(newWallet(t, 12, phrase.English))
		times := 0
		for start := time.Now(); time.Since(start) < 180*day; times++ {
			time.Sleep(time.Until(d.Due()))
			if err := Remind(ctx, w.config(), d, pin()); err != nil {
				t.Fatal(err)
			}
		}
		if times < 6 || times > 8 {
			t.Errorf("asked %d times in half a year", times)
		}
	})
}

func TestRemindStopsAfterTwo(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	for left := DefaultGuesses - 1; left >= DefaultGuesses-2; left-- {
		var wrong *WrongPINError
		if err := Remind(ctx, w.config(), d, newPIN()); !errors.As(err, &wrong) || wrong.Left != left {
			t.Fatalf("wrong PIN: %v", err)
		}
	}
	spent := w.answers(juicebox.Recover2{})
	wantError(t, "a third", Remind(ctx, w.config(), w.journal.reload(t), pin()), ErrReminderOver)
	if n := w.answers(juicebox.Recover2{}) - spent; n != 0 {
		t.Errorf("%d guesses were spent", n)
	}
}

// At half of the tries practice ends: at 5 of 10 it does, at 6 it does not.
func TestNoReminderWithFewTries(t *testing.T) {
	for left, want := range map[int]error{6: nil, 5: ErrFewTries} {
		w := newWorld(t)
		d := w.create(newWallet(t, 12, phrase.English))
		c := w.config()
		for range DefaultGuesses - left {
			d.Reminder = Reminder{}
			if err := Remind(ctx, c, d, newPIN()); !errors.As(err, new(*WrongPINError)) {
				t.Fatal(err)
			}
		}
		d.Reminder = Reminder{}
		wantError(t, "remind", Remind(ctx, c, d, pin()), want)
		if _, err := Drill(ctx, c, d, "", pin()); !errors.Is(err, want) {
			t.Errorf("drill with %d left: %v, want %v", left, err, want)
		}
	}
}

// The right PIN gives the tries back and moves the next reminder; nothing of the PIN is kept.
func TestRemindGivesTriesBack(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	Remind(ctx, w.config(), d, newPIN())
	if err := Remind(ctx, w.config(), d, pin()); err != nil {
		t.Fatal(err)
	}
	c, err := CountGuesses(ctx, w.config(), d)
	if err != nil || c.Left != DefaultGuesses || c.Ever != 3 {
		t.Errorf("%+v, %v", c, err)
	}
	if d.Reminder.Level != 1 {
		t.Errorf("%+v", d.Reminder)
	}
}

// A cancelled reminder spends nothing that the next one would call a stranger's.
func TestRemindCancelled(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	c := w.config()
	cancelled, cancel := context.WithCancel(ctx)
	c.HTTP = &http.Client{Transport: cancelAt{w, cancel, juicebox.Recover2{}}}
	if err := Remind(cancelled, c, d, secret.Copy([]byte(pinText))); err == nil {
		t.Fatal("not cancelled")
	}
	if err := Check(ctx, w.config(), w.journal.reload(t)); err != nil {
		t.Errorf("after a cancelled reminder: %v", err)
	}
}

// cancelAt lets the realm act on a request and loses the answer.
type cancelAt struct {
	*world
	cancel context.CancelFunc
	at     juicebox.Request
}

func (c cancelAt) RoundTrip(r *http.Request) (*http.Response, error) {
	before := c.answers(c.at)
	answer, err := c.world.RoundTrip(r)
	if c.answers(c.at) > before {
		c.cancel()
		return nil, context.Canceled
	}
	return answer, err
}
