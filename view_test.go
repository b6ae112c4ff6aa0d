package cloudseed

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
)

// butTries is what is remembered, without the guesses that were noted before they were made.
func (j *journal) butTries(t *testing.T) string {
	t.Helper()
	d := j.reload(t)
	for i := range d.Realms {
		d.Realms[i].Guesses = Guesses{}
	}
	encoded, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// stranger tries a PIN with what stands in the cloud file, and nothing else.
func (w *world) stranger(d *Device, pin string) {
	w.t.Helper()
	c := w.config()
	c.Journal, c.Step = nil, nil
	_, err := Restore(context.Background(), c, w.find(c), secret.Copy([]byte(pin)))
	if err != nil && !errors.As(err, new(*WrongPINError)) {
		w.t.Fatal(err)
	}
}

func TestGuessesAreAccountedFor(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name        string
		before      Guesses
		ever        uint32
		receipts    []string
		unexplained int
		known       uint32 // afterwards
	}{
		{"a new record, proved", Guesses{Since: at(1), Tries: 1}, 1, nil, 0, 1},
		{"a new record, and one guess more", Guesses{Since: at(1), Tries: 1}, 2, nil, 1, 0},
		{"the first look on another device", Guesses{}, 7, nil, 0, 7},
		{"nothing since", Guesses{Since: at(1), Known: 7}, 7, nil, 0, 7},
		{"own guesses", Guesses{Since: at(1), Known: 7, Tries: 2}, 9, nil, 0, 9},
		{"own guesses that did not arrive", Guesses{Since: at(1), Known: 7, Tries: 2}, 8, nil, 0, 8},
		{"one more than own", Guesses{Since: at(1), Known: 7, Tries: 2}, 10, nil, 1, 7},
		{"opened elsewhere", Guesses{Since: at(1), Known: 7}, 8, []string{"r1"}, 0, 8},
		{"opened elsewhere, and one more", Guesses{Since: at(1), Known: 7}, 9, []string{"r1"}, 1, 7},
		{"a receipt explains once", Guesses{Since: at(1), Known: 8, Explained: []string{"r1"}}, 9, []string{"r1"}, 1, 8},
		{"deleted and counted anew", Guesses{Since: at(1), Known: 8}, 0, nil, 0, 0},
	} {
		g := c.before
		g.see(juicebox.View{GuessesEver: c.ever, GuessesLeft: 3}, c.receipts, at(5))
		if g.Unexplained != c.unexplained || g.Known != c.known || g.Ever != c.ever || g.Left != 3 {
			t.Errorf("%s: %+v", c.name, g)
		}
		if explained := c.unexplained == 0; explained != g.Since.Equal(at(5)) || explained && g.Tries != 0 {
			t.Errorf("%s: accounted for at %v, own tries %d", c.name, g.Since, g.Tries)
		}
	}
}

// What was not explained is when the receipt comes later.
func TestReceiptComesLater(t *testing.T) {
	g := Guesses{Since: now(), Known: 3}
	g.see(juicebox.View{GuessesEver: 4}, nil, now())
	if g.Unexplained != 1 {
		t.Fatalf("%+v", g)
	}
	if g.see(juicebox.View{GuessesEver: 4}, []string{"r"}, now()); g.Unexplained != 0 || g.Known != 4 {
		t.Errorf("%+v", g)
	}
}

// A stranger's guess, wrong or right, is seen before anything resets the counter, by every
// verb that might.
func TestStranger(t *testing.T) {
	for name, guess := range map[string]string{"wrong": "canary-000001", "right": pinText} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			d := w.create(newWallet(t, 12, phrase.English))
			if err := Remind(ctx, w.config(), d, pin()); err != nil {
				t.Fatalf("before: %v", err)
			}
			w.stranger(d, guess)
			reset := w.answers(juicebox.Recover3{})
			for verb, do := range map[string]func() error{
				"check":  func() error { return Check(ctx, w.config(), d) },
				"remind": func() error { return Remind(ctx, w.config(), d, pin()) },
				"drill":  func() error { _, err := Drill(ctx, w.config(), d, "", pin()); return err },
				"count":  func() error { _, err := CountGuesses(ctx, w.config(), d); return err },
			} {
				var e *StrangerError
				if err := do(); !errors.As(err, &e) || !errors.Is(err, ErrStranger) || e.Count != 1 || e.Last.IsZero() != (guess == pinText) {
					t.Errorf("%s: %v", verb, err)
				}
			}
			if n := w.answers(juicebox.Recover3{}) - reset; n != 0 {
				t.Errorf("%d counters were reset", n)
			}
			if d = w.journal.reload(t); d.State(time.Now()) != StateStranger {
				t.Errorf("state %s", d.State(time.Now()))
			}
			wantError(t, "the same PIN again", ChangePIN(ctx, w.config(), d, Unlock{PIN: pin()}, pin(), Routine), ErrSamePIN)
			if err := ChangePIN(ctx, w.config(), d, Unlock{PIN: pin()}, newPIN(), Routine); err != nil {
				t.Fatal(err)
			}
			if err := Remind(ctx, w.config(), d, newPIN()); err != nil || d.State(time.Now()) != StateProtected {
				t.Errorf("under the new PIN: %v, state %s", err, d.State(time.Now()))
			}
		})
	}
}

// A guess between the view and our own is found out after ours, and still nothing is reset.
func TestStrangerMeanwhile(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	c := w.config()
	c.Step = func(s Step) {
		if s.Name == StepCount && s.State == Done {
			w.stranger(d, "canary-000001")
		}
	}
	reset := w.answers(juicebox.Recover3{})
	wantError(t, "remind", Remind(ctx, c, d, pin()), ErrStranger)
	if n := w.answers(juicebox.Recover3{}) - reset; n != 0 {
		t.Errorf("%d counters were reset", n)
	}
	wantError(t, "the next check", Check(ctx, w.config(), d), ErrStranger)
}

// A try is in the journal before it is made: a crash right after it frightens nobody.
func TestOwnTriesSurviveACrash(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	for range 2 {
		var wrong *WrongPINError
		if err := Remind(ctx, w.config(), d, newPIN()); !errors.As(err, &wrong) {
			t.Fatal(err)
		}
	}
	d = w.journal.reload(t)
	c := w.config()
	saves := 0
	c.Journal = saveHook{&w.journal, func() error {
		if saves++; saves > 2 { // the view, the note; then the power goes
			return errors.New("crash")
		}
		return nil
	}}
	d.Reminder = Reminder{}
	if err := Remind(ctx, c, d, pin()); err == nil {
		t.Fatal("the journal did not fail")
	}
	d = w.journal.reload(t)
	if err := Check(ctx, w.config(), d); err != nil || d.Stranger() != nil {
		t.Errorf("after a crash: %v", err)
	}
}

type saveHook struct {
	*journal
	before func() error
}

func (h saveHook) Save(d *Device) error {
	if err := h.before(); err != nil {
		return err
	}
	return h.journal.Save(d)
}

// Fewer views than a threshold: nothing is spent.
func TestTooFewViews(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	spent := w.answers(juicebox.Recover2{})
	w.setDown(true, hosts[0], hosts[1])
	wantError(t, "two realms down", Remind(ctx, w.config(), d, pin()), ErrNotCounted)
	w.setDown(false, hosts...)
	for _, host := range hosts[:2] { // realms of somebody else's, without a view
		w.realms[host] = withoutView{w.realms[host]}
	}
	wantError(t, "two realms without a view", Remind(ctx, w.config(), d, pin()), ErrNotCounted)
	if n := w.answers(juicebox.Recover2{}) - spent; n != 0 {
		t.Errorf("%d guesses were spent", n)
	}
	w.realms[hosts[0]] = w.realms[hosts[0]].(withoutView).Handler
	if err := Remind(ctx, w.config(), d, pin()); err != nil {
		t.Errorf("with two views of three: %v", err)
	}
}

type withoutView struct{ http.Handler }

func (h withoutView) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/view") {
		http.NotFound(w, r)
		return
	}
	h.Handler.ServeHTTP(w, r)
}

// Views must be so many that whoever guesses meets one of them, with every threshold.
func TestEnoughViews(t *testing.T) {
	view := func(i int) juicebox.RealmView {
		return juicebox.RealmView{ID: juicebox.RealmID{byte(i)}, View: juicebox.View{State: juicebox.StatusOK, GuessesLeft: 9}}
	}
	for _, c := range []struct{ n, needed, views, wantAtLeast int }{
		{3, 2, 2, 2}, {3, 2, 1, 2}, {5, 2, 3, 4}, {5, 2, 4, 4}, {5, 4, 3, 4}, {1, 1, 1, 1}, {2, 1, 1, 2},
	} {
		d := &Device{Needed: c.needed, Guesses: 10}
		var views []juicebox.RealmView
		for i := range c.n {
			v := view(i)
			if i >= c.views {
				v.Err = juicebox.ErrUnreachable
			}
			views = append(views, v)
		}
		_, left, err := d.usable(views)
		if ok := err == nil; ok != (c.views >= c.wantAtLeast) || ok && left != 9 {
			t.Errorf("%d of %d, %d views: %v", c.needed, c.n, c.views, err)
		}
	}
}

// While realms rest after wrong PINs, check says wait, and nothing is wrong with the backup.
func TestCheckWhileRealmsRest(t *testing.T) {
	w := newWorld(t)
	for i, host := range hosts {
		r, err := realm.New(realm.Config{ID: juicebox.RealmID{byte(i + 1)}, Store: &realm.Memory{},
			Rules: realm.Rules{Pacing: realm.Pacing{time.Hour}}})
		if err != nil {
			t.Fatal(err)
		}
		w.realms[host] = r
	}
	d := w.create(newWallet(t, 12, phrase.English))
	if err := Remind(ctx, w.config(), d, newPIN()); !errors.As(err, new(*WrongPINError)) {
		t.Fatal(err)
	}
	wantError(t, "check", Check(ctx, w.config(), d), ErrBusy)
	wantError(t, "remind", Remind(ctx, w.config(), d, pin()), ErrBusy)
	if s := d.State(time.Now()); s != StateWaiting {
		t.Errorf("state %s", s)
	}
	if s := d.State(time.Now().Add(2 * time.Hour)); s != StateProtected {
		t.Errorf("after the wait: %s", s)
	}
	if slices.ContainsFunc(d.Realms, func(r RealmState) bool { return r.Problem != "" || time.Since(r.Seen) > time.Minute }) {
		t.Errorf("realms %+v", d.Realms)
	}
}

func TestCountGuessesAfterRestore(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English))
	w.stranger(d, "canary-000001")
	c := w.config()
	other := &journal{}
	c.Journal = other
	r := w.restore(c)
	got, err := CountGuesses(ctx, c, r.Device)
	if err != nil || got.Ever != 3 || got.Answered != 3 || got.Left != 10 || got.LastWrong.IsZero() {
		t.Errorf("%+v, %v; want the proof, a stranger's and this one", got, err)
	}
	if err := Remind(ctx, c, other.reload(t), pin()); err != nil {
		t.Errorf("from there this device counts: %v", err)
	}
}
