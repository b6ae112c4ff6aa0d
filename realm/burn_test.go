package realm

import (
	"math"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

func TestBurn(t *testing.T) {
	now := time.Unix(1700000000, 0)
	for _, test := range []struct {
		name           string
		allowed, spent uint16
		lost           uint64
		leave, want    uint16 // want spent
	}{
		{"nothing was lost", 10, 3, 0, 0, 3},
		{"fewer writes than guesses", 10, 3, 4, 0, 7},
		{"as many", 10, 3, 7, 0, 10},
		{"many more", 10, 3, 1 << 40, 0, 10},
		{"nobody knows", 10, 0, math.MaxUint64, 0, 10},
		{"some are left", 10, 3, math.MaxUint64, 2, 8},
		{"more are left than could be lost", 10, 3, 2, 1, 5},
		{"more are left than there are", 10, 9, math.MaxUint64, 5, 9},
		{"none are there", 10, 10, 5, 3, 10},
		{"the most", math.MaxUint16, 0, math.MaxUint64, 0, math.MaxUint16},
	} {
		before := Record{State: Registered, GuessCount: test.spent, History: History{GuessesEver: 50}}
		before.Registration.NumGuesses = test.allowed
		after := Burn(before, test.lost, test.leave, now)
		if after.GuessCount != test.want {
			t.Errorf("%s: %d spent, want %d", test.name, after.GuessCount, test.want)
		}
		if got := after.History.GuessesEver; got != 50+uint32(test.want-test.spent) {
			t.Errorf("%s: %d guesses ever", test.name, got)
		}
		if changed := test.want != test.spent; changed != (after.LastGuess == now.Unix()) {
			t.Errorf("%s: last guess at %d", test.name, after.LastGuess)
		}
	}
}

func TestBurnStoredLeavesOtherThings(t *testing.T) {
	page := []byte(`L[{"id":"1"}]`)
	used := Record{State: NoGuesses}.Encode()
	for _, data := range [][]byte{nil, page, used} {
		if got, err := BurnStored(data, 9, 0, time.Now()); err != nil || string(got) != string(data) {
			t.Errorf("%q became %q, %v", data, got, err)
		}
	}
	if _, err := BurnStored([]byte("junk"), 9, 0, time.Now()); err == nil {
		t.Error("junk was taken")
	}
}

// However guesses, successes and lost writes follow each other: what was answered before the
// copy was put back and what the copy then answers is never more than allowed in a row.
func TestBurntCopyGivesNothingBack(t *testing.T) {
	const allowed = 5
	var tag juicebox.UnlockKeyTag
	for spentBefore := range uint16(allowed + 1) {
		for history := range 1 << 7 { // of the lost writes: 0 a guess, 1 a success
			record := Record{State: Registered, GuessCount: spentBefore}
			record.Registration.NumGuesses = allowed
			lost, row := uint64(0), spentBefore
			now := record
			for bit := range 7 {
				var reply juicebox.Response
				if history>>bit&1 == 0 {
					now, reply, _ = Decide(now, juicebox.Recover2{}, time.Now(), Rules{})
					if reply.(juicebox.Recover2Response).Status != juicebox.StatusOK {
						break
					}
					row++
				} else if now.GuessCount > 0 {
					now, _, _ = Decide(now, juicebox.Recover3{UnlockKeyTag: tag}, time.Now(), Rules{})
					row = 0
				} else {
					continue // nothing is written
				}
				lost++
				left := Burn(record, lost, 0, time.Now()).remaining()
				if row+left > allowed {
					t.Fatalf("%d spent, history %07b up to %d: %d answered and %d left", spentBefore, history, bit, row, left)
				}
			}
		}
	}
}
