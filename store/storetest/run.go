// Package storetest is the suite that every place must pass, and a place in memory that
// fails when it is told to.
//
// A place gives [Run] a way to get a fresh, empty place and to open it again as another
// computer would. Every case begins with such a place, so cases do not disturb each other.
// What an interface cannot say is said here: what is durable, whole, complete and exclusive.
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// A Place is one fresh, empty place.
type Place struct {
	// Open returns a handle on the place that shares nothing with earlier ones except
	// the place itself: another computer.
	Open func(t testing.TB) store.Store

	// Atomic says that of writers that create one name in the same instant exactly one
	// succeeds. Elsewhere at least one does.
	Atomic bool

	// Plant puts a file into the place without going through Create. Nil leaves out
	// the cases that need it.
	Plant func(t testing.TB, name string, data []byte)

	// Interrupt leaves behind what a writer leaves that dies during Create. Nil leaves
	// out the case.
	Interrupt func(t testing.TB, name string, data []byte)
}

// patience is how long a call may go on after its context has ended.
const patience = 5 * time.Second

// A check is one case. It gets a testing.TB so that the suite can be tried on broken
// places, in its own tests.
type check struct {
	name string
	run  func(t testing.TB, p Place)
}

var checks = []check{
	{"round trip", roundTrip},
	{"every byte value and size", everyByteAndSize},
	{"created twice", createdTwice},
	{"another computer sees it", anotherComputer},
	{"deleted", deleted},
	{"nothing there", nothingThere},
	{"list of many", listOfMany},
	{"odd names", oddNames},
	{"refused names", refusedNames},
	{"too large", tooLarge},
	{"ended context", endedContext},
	{"cancelled half-way", cancelledHalfWay},
	{"concurrent creators", concurrentCreators},
	{"reader during create", readerDuringCreate},
	{"interrupted create", interruptedCreate},
	{"named for people", namedForPeople},
}

// Run runs every case, each on a place of its own.
func Run(t *testing.T, fresh func(t *testing.T) Place) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) { c.run(t, fresh(t)) })
	}
}

func namedForPeople(t testing.TB, p Place) {
	if p.Open(t).String() == "" {
		t.Error("the place has no name for people")
	}
}

// create stores data or fails the test.
func create(t testing.TB, s store.Store, name string, data []byte) {
	t.Helper()
	if err := s.Create(t.Context(), name, data); err != nil {
		t.Fatalf("create %q: %v", name, err)
	}
}

// list returns the listing or fails the test.
func list(t testing.TB, s store.Store) []store.Entry {
	t.Helper()
	entries, err := s.List(t.Context())
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	return entries
}

// names returns the names of a listing, in its order.
func names(entries []store.Entry) []string {
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name)
	}
	return names
}

// ended returns a context that has ended.
func ended(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
