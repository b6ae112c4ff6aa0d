package realm

import (
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
)

// paced is a record of twelve guesses, so many of which were spent, the last at time now.
func paced(count uint16) Record {
	r := Record{State: Registered, Registration: registration(12), GuessCount: count}
	r.History.RegisteredAt = now.Unix()
	if count > 0 {
		r.LastGuess = now.Unix()
	}
	return r
}

func TestPacing(t *testing.T) {
	for _, test := range []struct {
		name  string
		spent uint16
		later time.Duration // after the last guess
		wait  time.Duration
	}{
		{"fresh", 0, 0, 0},
		{"after one wrong PIN", 1, 0, 0},
		{"after two", 2, 0, 0},
		{"after three", 3, 0, time.Minute},
		{"some time later", 3, 20 * time.Second, 40 * time.Second},
		{"just before its end", 3, time.Minute - 1, 1},
		{"at its end", 3, time.Minute, 0},
		{"after four", 4, time.Minute, 4 * time.Minute},
		{"after nine", 9, time.Hour, 23 * time.Hour},
		{"after a day", 9, 24 * time.Hour, 0},
		{"beyond the table", 10, 0, 0},
		{"a clock set back", 3, -time.Hour, time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			record, when := paced(test.spent), now.Add(test.later)
			for _, request := range []juicebox.Request{juicebox.Recover1{}, juicebox.Recover2{Version: version}} {
				next, reply, wait := Decide(record, request, when, DefaultRules)
				if wait != test.wait {
					t.Errorf("%T: wait %v, want %v", request, wait, test.wait)
				}
				if wait > 0 && (reply != nil || next != record) {
					t.Errorf("%T: refused, but replied %v or changed the record", request, reply)
				}
				if wait == 0 && reply == nil {
					t.Errorf("%T: neither a reply nor a wait", request)
				}
			}
		})
	}
}

// What is not a guess is never slow: the right tag after the third guess, deleting,
// registering anew. And a locked record or another version is said at once.
func TestPacingIsForGuessesOnly(t *testing.T) {
	exhausted := paced(12)
	exhausted.Registration.NumGuesses = 3
	exhausted.GuessCount = 3
	for _, test := range []struct {
		name    string
		record  Record
		request juicebox.Request
	}{
		{"right tag", paced(3), juicebox.Recover3{Version: version, UnlockKeyTag: tag}},
		{"wrong tag", paced(3), juicebox.Recover3{Version: version}},
		{"delete", paced(3), juicebox.Delete{}},
		{"register1", paced(3), juicebox.Register1{}},
		{"register2", paced(3), registration(5)},
		{"other version", paced(3), juicebox.Recover2{Version: otherVersion}},
		{"locked, recover1", exhausted, juicebox.Recover1{}},
		{"locked, recover2", exhausted, juicebox.Recover2{Version: version}},
	} {
		if _, reply, wait := Decide(test.record, test.request, now, DefaultRules); wait != 0 || reply == nil {
			t.Errorf("%s: wait %v, reply %v", test.name, wait, reply)
		}
	}
}

// A thief who asks every second gets every guess, and no more of the owner's time than
// the table says.
func TestPacingIsBounded(t *testing.T) {
	record, start := paced(0), now
	record.Registration.NumGuesses = 10
	when, tries := start, 0
	for record.GuessCount < 10 {
		next, _, wait := Decide(record, juicebox.Recover2{Version: version}, when, DefaultRules)
		record = next
		tries++
		when = when.Add(min(wait, max(wait/2, time.Second))) // too early again and again
	}
	const most = 41*time.Hour + 21*time.Minute
	if took := when.Sub(start); took < most || took > most+time.Minute {
		t.Errorf("ten guesses took %v, want %v", took, most)
	}
	if tries < 50 || record.History.GuessesEver != 10 {
		t.Errorf("%d tries cost %d guesses", tries, record.History.GuessesEver)
	}
}

func TestSuccessEndsTheRow(t *testing.T) {
	record, _, _ := Decide(paced(3), juicebox.Recover3{Version: version, UnlockKeyTag: tag}, now, DefaultRules)
	if _, _, wait := Decide(record, juicebox.Recover2{Version: version}, now, DefaultRules); wait != 0 {
		t.Errorf("wait %v", wait)
	}
}

func TestParsePacing(t *testing.T) {
	for text, want := range map[string]Pacing{
		"off": nil, "default": DefaultPacing, "0": {0}, "0,90s,24h": {0, 90 * time.Second, 24 * time.Hour},
	} {
		got, err := ParsePacing(text)
		if err != nil || len(got) != len(want) {
			t.Errorf("%q: %v, %v", text, got, err)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %v, want %v", text, got, want)
			}
		}
	}
	for _, text := range []string{"", "on", "5", "-1s", "1m,,1m", "169h", "84h,85h", "9999999h"} {
		if got, err := ParsePacing(text); err == nil {
			t.Errorf("%q: accepted as %v", text, got)
		}
	}
}
