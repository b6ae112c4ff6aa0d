package storetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// noise returns n bytes that look random and are the same in every run.
func noise(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}).Read(data)
	return data
}

func roundTrip(t testing.TB, p Place) {
	s := p.Open(t)
	data := []byte("a small file")
	create(t, s, "first.age", data)
	wantFile(t, s, "first.age", data)
	if got := len(list(t, s)); got != 1 {
		t.Errorf("%d files are listed, want 1", got)
	}
	modified := list(t, s)[0].Modified
	if age := time.Since(modified); !modified.IsZero() && (age < -time.Hour || age > time.Hour) {
		t.Errorf("a new file is listed as of %v", modified)
	}
}

func everyByteAndSize(t testing.TB, p Place) {
	s := p.Open(t)
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	files := map[string][]byte{
		"0": {}, "1": {0}, "256": every, "newlines": []byte("\r\n\n\r\x1a\xef\xbb\xbf"),
		"1 MiB": noise(1 << 20), "5 MB": noise(5e6), "largest": noise(store.MaxSize),
	}
	for name, data := range files {
		create(t, s, name, data)
		wantFile(t, s, name, data)
	}
	for name, data := range files {
		wantBytes(t, s, name, data)
	}
}

func createdTwice(t testing.TB, p Place) {
	s, other := p.Open(t), p.Open(t)
	first := noise(3000)
	create(t, s, "one", first)
	for what, data := range map[string][]byte{
		"equal": first, "other": noise(3001), "shorter": first[:10], "no": {},
	} {
		wantKind(t, "create again with "+what+" bytes", s.Create(t.Context(), "one", data), store.ErrExists)
		wantKind(t, "create elsewhere with "+what+" bytes", other.Create(t.Context(), "one", data), store.ErrExists)
		wantFile(t, s, "one", first)
	}
}

func anotherComputer(t testing.TB, p Place) {
	s, other := p.Open(t), p.Open(t)
	wantNothing(t, other, "seen") // an answer that a cache could keep
	create(t, s, "seen", noise(100))
	wantFile(t, other, "seen", noise(100))
	wantFile(t, p.Open(t), "seen", noise(100))
	if err := other.Delete(t.Context(), "seen"); err != nil {
		t.Errorf("delete: %v", err)
	}
	wantNothing(t, s, "seen")
}

func deleted(t testing.TB, p Place) {
	s := p.Open(t)
	create(t, s, "stays", noise(10))
	create(t, s, "goes", noise(10))
	for range 2 {
		if err := s.Delete(t.Context(), "goes"); err != nil {
			t.Errorf("delete: %v", err)
		}
		wantNothing(t, s, "goes")
		wantFile(t, s, "stays", noise(10))
	}
	create(t, s, "goes", noise(20))
	wantFile(t, s, "goes", noise(20))
}

func nothingThere(t testing.TB, p Place) {
	s := p.Open(t)
	wantNothing(t, s, "missing.age")
	if err := s.Delete(t.Context(), "missing.age"); err != nil {
		t.Errorf("delete of what is not there: %v", err)
	}
	if entries := list(t, s); len(entries) != 0 {
		t.Errorf("an empty place lists %q", names(entries))
	}
}

// listOfMany goes past the usual sizes of a page: 100, 200; and past that of this place.
func listOfMany(t testing.TB, p Place) {
	s := p.Open(t)
	var want []string
	for i := range max(p.Many, 250) {
		want = append(want, fmt.Sprintf("file %d", i*7919%250+i/250*250))
		if i < 250 {
			create(t, s, want[i], fmt.Append(nil, i))
		} else {
			p.Plant(t, want[i], fmt.Append(nil, i))
		}
	}
	slices.Sort(want)
	if got := names(list(t, s)); !slices.Equal(got, want) {
		t.Errorf("listed %d files: %q\nwant %d, sorted", len(got), got, len(want))
	}
}

func tooLarge(t testing.TB, p Place) {
	s := p.Open(t)
	larger := noise(store.MaxSize + 1)
	wantKind(t, "create of too much", s.Create(t.Context(), "large", larger), store.ErrRefused)
	wantNothing(t, s, "large")
	if p.Plant == nil {
		return
	}
	p.Plant(t, "planted", larger)
	_, err := s.Get(t.Context(), "planted")
	wantKind(t, "get of too much", err, store.ErrCorrupt)
}

func interruptedCreate(t testing.TB, p Place) {
	s := p.Open(t)
	create(t, s, "older", noise(100))
	p.Interrupt(t, "broken", noise(5000))
	wantNothing(t, s, "broken")
	if got := names(list(t, s)); !slices.Equal(got, []string{"older"}) {
		t.Errorf("listed %q after an interrupted create", got)
	}
	create(t, s, "broken", bytes.Repeat([]byte(strings.Repeat("x", 100)), 10))
	wantFile(t, p.Open(t), "broken", bytes.Repeat([]byte("x"), 1000))
}
