package cloudseed

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The whole matrix takes some minutes, so that scripts/test asks for it, and go test alone
// plays every seventh case.
var wholeMatrix = flag.Bool("matrix", os.Getenv("CLOUDSEED_TEST_PEERS") == "1", "play the whole failure matrix")

// TestFailureMatrix plays every step of every procedure to the journal, to a realm and to a
// place, in every way in which it can go wrong. After each: what survives is checked against
// what holds at every moment, everything works again, Resume goes on, and it is checked that
// nothing is lost and nothing is left over. docs/reliability.md has the figures.
func TestFailureMatrix(t *testing.T) {
	cases := 0
	for _, pr := range procedures {
		t.Run(pr.name, func(t *testing.T) {
			i := 0
			n, failures := pr.matrix(t, func(fault, way) bool { i++; return *wholeMatrix || i%7 == 0 })
			for _, err := range failures {
				t.Error(err)
			}
			t.Logf("%d cases", n)
			cases += n
		})
	}
	t.Logf("%d cases", cases)
}

// matrix runs a procedure once without faults, to see its steps, and then once for every
// step, mode, and way to go on that is chosen.
func (pr *procedure) matrix(t *testing.T, chosen func(fault, way) bool) (cases int, failures []error) {
	var base *sim
	var steps []string
	synctest.Test(t, func(t *testing.T) {
		base = pr.prepare(t)
		p := base.clone().start("laptop", nil)
		if _, err := pr.run(p); err != nil {
			t.Fatalf("without a fault: %v", err)
		}
		steps = p.steps
	})
	for _, step := range steps {
		for _, mode := range modes {
			for _, way := range ways {
				if !chosen(fault{step, mode}, way) || pr.locked && stops(step, mode) {
					continue
				}
				synctest.Test(t, func(*testing.T) {
					ran, err := pr.play(base.clone(), fault{step, mode}, way)
					if ran {
						cases++
					}
					if err != nil {
						failures = append(failures, fmt.Errorf("%s, %s, then %s: %w", step, mode, way, err))
					}
				})
			}
		}
	}
	return cases, failures
}

// stops tells whether a fault keeps somebody waiting who may hold a lock.
func stops(step string, mode mode) bool {
	return mode == diesBefore || mode == diesAfter || mode == lost && strings.HasPrefix(step, "journal")
}

func (pr *procedure) prepare(t *testing.T) *sim {
	w := newSim(theWallet(t))
	if pr.before != nil {
		if err := pr.before(w, w.start("laptop", nil)); err != nil {
			t.Fatalf("before: %v", err)
		}
	}
	return w
}

// A way is how the person goes on after a failure.
type way string

const (
	restarts way = "restart" // the program is started again and resumes from its journal
	goesOn   way = "go on"   // the program that is still running resumes
)

var ways = []way{restarts, goesOn}

// play is one case. It did not run where the way does not go with the mode.
func (pr *procedure) play(w *sim, f fault, way way) (ran bool, err error) {
	time.Sleep(time.Hour) // some time after what was before
	if err := w.check("laptop", nil); err != nil {
		return true, fmt.Errorf("before: %w", err)
	}
	must := w.verifiedPlaces("laptop")
	p := w.start("laptop", f.strike)
	defer p.end()
	var d *Device
	result, crashed := p.during(func(p *process) (err error) {
		d, err = pr.run(p)
		return err
	})
	if crashed && way == goesOn || !crashed && (f.mode == diesBefore || f.mode == diesAfter) {
		return false, nil
	}
	if err := w.check("laptop", must); err != nil {
		return true, fmt.Errorf("after %v: %w", result, err)
	}
	if crashed || d == nil || way == restarts {
		if d, err = w.journaled("laptop"); err != nil {
			return true, err
		}
	}
	if err := pr.recover(w, d); err != nil {
		return true, fmt.Errorf("after %v: resume: %w", result, err)
	}
	return true, pr.checkResult(w, result, crashed, must)
}

// recover lets a healthy program finish.
func (pr *procedure) recover(w *sim, d *Device) error {
	if d == nil {
		return nil // nothing was begun, or everything is gone
	}
	return resumed(Resume(ctx, pr.configOf(w.start("laptop", nil)), d))
}

// checkResult compares the end with what the verb had returned.
func (pr *procedure) checkResult(w *sim, result error, crashed bool, must map[string]bool) error {
	if err := errors.Join(w.check("laptop", must), w.checkEnd("laptop")); err != nil {
		return fmt.Errorf("after %v: in the end: %w", result, err)
	}
	want := pr.undone
	switch {
	case crashed:
		return nil // either will do
	case result == nil || goesForward(result):
		want = pr.done
	}
	if err := want.holds(w, "laptop"); err != nil {
		return fmt.Errorf("after %v: in the end: %w", result, err)
	}
	return nil
}

// goesForward tells whether a verb said that it is not done yet and that Resume goes on.
func goesForward(err error) bool {
	var incomplete *IncompleteError
	return errors.As(err, &incomplete) || errors.Is(err, ErrOldPIN) || errors.Is(err, ErrUnsaved) || errors.Is(err, ErrNotDeleted)
}

// verifiedPlaces are those that a device says it has read the wallet part back from.
func (w *sim) verifiedPlaces(device string) map[string]bool {
	must := map[string]bool{}
	d, _ := w.journaled(device)
	for _, name := range simPlaces {
		if d != nil && d.place(name) != nil {
			must[name] = d.Stage != StageDeleting && !d.place(name).Wallet.ReadBack.IsZero()
		}
	}
	return must
}
