package storetest

import (
	"testing"
)

// A Level says how it is known that a place behaves as a case wants it.
type Level string

// The levels, the strongest first. A case that passed against a stand-in of ours shows that
// our code and the stand-in agree; the level says what the stand-in was made after.
const (
	Real          Level = "real"    // other people's server software, or a real file system, was run
	Specification Level = "spec"    // a standard, or the provider's machine-readable description
	Documentation Level = "docs"    // the provider's pages for developers
	Assumed       Level = "assumed" // no source; nothing that is assumed carries safety
)

// A Column is one run of the suite: a kind of place and what it ran against. Runs with the
// same Place and Peer are one column of the table that ./scripts/places prints, and each
// cell of it is a case with its Level. Place and Peer must be plain strings in the source,
// as the table finds the columns there.
type Column struct {
	Place string // the kind of place, for people: "Dropbox"
	Peer  string // what it ran against: "Apache mod_dav", "contract fake"
	Judge string // who else has judged a stand-in of ours; "" is nobody
	Level Level  // of every case, but of those in But

	// But has the level of cases, by name, that are known in another way.
	But map[string]Level

	// Without has the reason for each case that this run leaves out. A case that cannot
	// run and is not in here fails; so does one in here that could.
	Without map[string]string
}

// Attributes of a case in the output of "go test -json", for the table.
const (
	AttrPlace = "cloudseed-place"
	AttrPeer  = "cloudseed-peer"
	AttrJudge = "cloudseed-judge"
	AttrCase  = "cloudseed-case"
	AttrLevel = "cloudseed-level"
)

// Live is the column of a run against a provider's live service, which cannot be made to
// fail and does without the cases of trouble.
func Live(place string) Column {
	c := Column{Place: place, Peer: "live service", Level: Real, Without: map[string]string{}}
	for _, check := range checks {
		if check.needs != nil {
			c.Without[check.name] = "a live service cannot be told to"
		}
	}
	return c
}

// Cases returns the names of all cases, in the order in which they run.
func Cases() (names []string) {
	for _, c := range checks {
		names = append(names, c.name)
	}
	return names
}

func (c Column) level(name string) Level {
	if l, ok := c.But[name]; ok {
		return l
	}
	return c.Level
}

// tell writes what the table needs into the log of a case.
func (c Column) tell(t *testing.T, name string) {
	t.Attr(AttrPlace, c.Place)
	t.Attr(AttrPeer, c.Peer)
	t.Attr(AttrJudge, c.Judge)
	t.Attr(AttrCase, name)
	t.Attr(AttrLevel, string(c.level(name)))
}

// check fails the test when the column speaks of cases that do not exist.
func (c Column) check(t *testing.T) {
	known := map[string]bool{}
	for _, name := range Cases() {
		known[name] = true
	}
	for name := range c.But {
		if !known[name] {
			t.Errorf("Column.But: there is no case %q", name)
		}
	}
	for name := range c.Without {
		if !known[name] {
			t.Errorf("Column.Without: there is no case %q", name)
		}
	}
	if c.Place == "" || c.Peer == "" || c.Level == "" {
		t.Error("a Column needs Place, Peer and Level")
	}
}
