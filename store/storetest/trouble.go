package storetest

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/cloudseed/cloudseed/store"
)

// sizes are those of writes in trouble, in bytes: the second is more than providers take in
// one request (4 MB).
var sizes = []int{3000, 5e6}

// eachSize runs do with an older file in the place, a fresh handle and new bytes.
func eachSize(t testing.TB, p Place, do func(s store.Store, name string, data []byte)) {
	t.Helper()
	older := noise(100)
	create(t, p.Open(t), "older", older)
	for _, size := range sizes {
		name := map[bool]string{true: "large", false: "small"}[size > 1e6]
		do(p.Open(t), name, noise(size))
		wantFile(t, p.Open(t), "older", older)
		wantOneCopy(t, p, name)
	}
}

// A trouble was ordered and must come, else a case shows nothing.
type trouble struct{ come atomic.Bool }

func (c *trouble) now() { c.come.Store(true) }

func (c *trouble) want(t testing.TB) {
	t.Helper()
	if !c.come.Load() {
		t.Error("the trouble that was ordered never came")
	}
}

// answerLost: what was stored without an answer is whole, and is stored once.
func answerLost(t testing.TB, p Place) {
	eachSize(t, p, func(s store.Store, name string, data []byte) {
		var came trouble
		p.Lose(t, true, came.now)
		err := s.Create(t.Context(), name, data)
		came.want(t)
		wantUnclear(t, "create whose answer got lost", err)
		wantFile(t, p.Open(t), name, data)
		wantKind(t, "the same again", p.Open(t).Create(t.Context(), name, data), store.ErrExists)
	})
}

// requestLost: what never arrived is sent again, or the caller can do so.
func requestLost(t testing.TB, p Place) {
	eachSize(t, p, func(s store.Store, name string, data []byte) {
		var came trouble
		p.Lose(t, false, came.now)
		err := s.Create(t.Context(), name, data)
		came.want(t)
		if err != nil {
			wantUnclear(t, "create that never arrived", err)
			wantNothing(t, p.Open(t), name)
			create(t, p.Open(t), name, data)
		}
		wantFile(t, p.Open(t), name, data)
	})
}

// overtakenUnseen: a write without an answer is not taken for stored because something of
// that name is there.
func overtakenUnseen(t testing.TB, p Place) {
	eachSize(t, p, func(s store.Store, name string, data []byte) {
		faster := noise(len(data) - 1)
		var came trouble
		p.Lose(t, false, func() { p.Plant(t, name, faster); came.now() })
		err := s.Create(t.Context(), name, data)
		came.want(t)
		if err == nil {
			t.Error("a create was told that it succeeded, and another's file is there")
		} else if kindOf(t, "create", err) != store.ErrExists {
			wantUnclear(t, "create that was overtaken", err)
		}
		wantFile(t, p.Open(t), name, faster)
	})
}

// wantUnclear fails the test unless err is nil or leaves open what is stored.
func wantUnclear(t testing.TB, what string, err error) {
	t.Helper()
	unclear := []error{nil, store.ErrOffline, store.ErrSignedOut} // iCloud's session ends with a lost answer
	if !slices.Contains(unclear, kindOf(t, what, err)) {
		t.Errorf("%s: %v", what, err)
	}
}

// wantOneCopy fails the test if a retry left a second file.
func wantOneCopy(t testing.TB, p Place, name string) {
	t.Helper()
	s := p.Open(t)
	copies := 0
	for _, e := range list(t, s) {
		if e.Name == name {
			copies++
		}
	}
	if copies != 1 {
		t.Errorf("%q is listed %d times", name, copies)
	}
	if f, ok := s.(store.Forker); ok {
		if forks, err := f.Forks(t.Context()); err != nil || len(forks) > 0 {
			t.Errorf("forks: %q, %v", forks, err)
		}
	}
}

// tokenExpires: a token that is renewed in the middle of an upload is not noticed.
func tokenExpires(t testing.TB, p Place) {
	eachSize(t, p, func(s store.Store, name string, data []byte) {
		var came trouble
		p.Expire(t, came.now)
		create(t, s, name, data)
		came.want(t)
		wantFile(t, p.Open(t), name, data)
	})
}

// signedOut: a sign-in that ends in the middle of an upload is told as that, and costs nothing.
func signedOut(t testing.TB, p Place) {
	eachSize(t, p, func(s store.Store, name string, data []byte) {
		signIn := p.SignOut(t)
		wantKind(t, "create", s.Create(t.Context(), name, data), store.ErrSignedOut)
		_, err := s.Get(t.Context(), "older")
		wantKind(t, "get after that", err, store.ErrSignedOut)
		_, err = s.List(t.Context())
		wantKind(t, "list after that", err, store.ErrSignedOut)
		signIn()
		again := p.Open(t)
		wantNothing(t, again, name)
		create(t, again, name, data)
		wantFile(t, p.Open(t), name, data)
	})
}

// full: a place without room says so, keeps what it has, and takes more when there is room.
func full(t testing.TB, p Place) {
	eachSize(t, p, func(s store.Store, name string, data []byte) {
		create(t, s, name+" goes", noise(200_000))
		room := p.Fill(t)
		for range 2 {
			wantKind(t, "create", s.Create(t.Context(), name, data), store.ErrFull)
			wantNothing(t, s, name)
		}
		wantFile(t, s, "older", noise(100))
		if err := s.Delete(t.Context(), name+" goes"); err != nil {
			t.Errorf("delete in a full place: %v", err)
		}
		room()
		create(t, s, name, data)
		wantFile(t, p.Open(t), name, data)
	})
}

// fork: two files of one name are both kept, every reader takes the same, and it is told.
func fork(t testing.TB, p Place) {
	s := p.Open(t)
	create(t, s, "one", noise(10))
	p.Plant(t, "two", noise(1000))
	p.Plant(t, "two", noise(1001))
	got, err := p.Open(t).Get(t.Context(), "two")
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	for range 3 {
		wantFile(t, p.Open(t), "two", got)
	}
	wantForks(t, p, "two")
	wantKind(t, "create", s.Create(t.Context(), "two", got), store.ErrExists)
	if err := s.Delete(t.Context(), "two"); err != nil {
		t.Errorf("delete: %v", err)
	}
	wantNothing(t, p.Open(t), "two")
	wantForks(t, p)
}

// wantForks fails the test unless exactly these names are told to be there twice.
func wantForks(t testing.TB, p Place, want ...string) {
	t.Helper()
	forks, err := p.Open(t).(store.Forker).Forks(t.Context())
	if err != nil || !slices.Equal(forks, want) {
		t.Errorf("forks: %q, %v, want %q", forks, err, want)
	}
}
