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

	// Many is how many files a listing needs to go beyond a page; 0 is 250. More are planted.
	Many int

	// Plant puts a file into the place without going through Create. In a place that can
	// hold two files of one name, a second Plant of a name adds another.
	Plant func(t testing.TB, name string, data []byte)

	// Interrupt leaves behind what a writer leaves that dies during Create.
	Interrupt func(t testing.TB, name string, data []byte)

	// Lose makes the next write that gives a file its name get no answer. If arrives, it
	// is done whole all the same, else not at all. Meanwhile is called before.
	Lose func(t testing.TB, arrives bool, meanwhile func())

	// Expire ends the token, but not the sign-in, while the next upload is under way, and
	// then calls came.
	Expire func(t testing.TB, came func())

	// SignOut ends the sign-in of all handles while the next upload is under way. After
	// signIn, Open signs in anew.
	SignOut func(t testing.TB) (signIn func())

	// Fill leaves room for less than 3000 bytes more, until room is called.
	Fill func(t testing.TB) (room func())
}

// patience is how long a call may go on after its context has ended.
const patience = 5 * time.Second

// A check is one case. It gets a testing.TB so that the suite can be tried on broken
// places, in its own tests.
type check struct {
	name  string
	run   func(t testing.TB, p Place)
	needs func(t testing.TB, p Place) bool // nil: every place can
}

var checks = []check{
	{name: "round trip", run: roundTrip},
	{name: "every byte value and size", run: everyByteAndSize},
	{name: "created twice", run: createdTwice},
	{name: "another computer sees it", run: anotherComputer},
	{name: "deleted", run: deleted},
	{name: "nothing there", run: nothingThere},
	{name: "list of many", run: listOfMany},
	{name: "odd names", run: oddNames},
	{name: "refused names", run: refusedNames},
	{name: "too large", run: tooLarge},
	{name: "ended context", run: endedContext},
	{name: "cancelled half-way", run: cancelledHalfWay},
	{name: "concurrent creators", run: concurrentCreators},
	{name: "two files of one name", run: fork, needs: forks},
	{name: "reader during create", run: readerDuringCreate},
	{name: "interrupted create", run: interruptedCreate, needs: func(_ testing.TB, p Place) bool { return p.Interrupt != nil }},
	{name: "answer lost", run: answerLost, needs: loses},
	{name: "request lost", run: requestLost, needs: loses},
	{name: "overtaken without an answer", run: overtakenUnseen, needs: func(t testing.TB, p Place) bool { return loses(t, p) && p.Plant != nil }},
	{name: "token expires in an upload", run: tokenExpires, needs: func(_ testing.TB, p Place) bool { return p.Expire != nil }},
	{name: "signed out in an upload", run: signedOut, needs: func(_ testing.TB, p Place) bool { return p.SignOut != nil }},
	{name: "full", run: full, needs: func(_ testing.TB, p Place) bool { return p.Fill != nil }},
	{name: "named for people", run: namedForPeople},
}

func loses(_ testing.TB, p Place) bool { return p.Lose != nil }

func forks(t testing.TB, p Place) bool {
	_, ok := p.Open(t).(store.Forker)
	return ok && p.Plant != nil
}

// Run runs every case, each on a place of its own, as column says.
func Run(t *testing.T, column Column, fresh func(t *testing.T) Place) {
	column.check(t)
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			column.tell(t, c.name)
			p := fresh(t)
			why, able := column.Without[c.name], c.needs == nil || c.needs(t, p)
			switch {
			case !able && why == "":
				t.Fatal("the place has no hook for this case, and Column.Without does not say why")
			case able && why != "" && c.needs != nil:
				t.Fatalf("it could run, and is left out: %s", why)
			case why != "":
				t.Skip(why)
			}
			c.run(t, p)
		})
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
