package mark

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
)

var realmID = juicebox.RealmID{1, 2, 3}

func created(t *testing.T, writes uint64) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "keys.json"+Suffix)
	if err := Create(path, realmID, writes); err != nil {
		t.Fatal(err)
	}
	return path
}

func opened(t *testing.T, path string) *Mark {
	t.Helper()
	m, err := Open(path, realmID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// left is a copy of the file as a killed process leaves it.
func left(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "left")
	if err := os.WriteFile(copied, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

func behind(t *testing.T, m *Mark, writes uint64) *BehindError {
	t.Helper()
	err, ok := errors.AsType[*BehindError](m.Meet(writes))
	if !ok {
		t.Fatalf("%d writes pass", writes)
	}
	return err
}

func TestOlderDatabaseIsBehind(t *testing.T) {
	path := created(t, 0)
	m := opened(t, path)
	for w := range uint64(11) {
		if err := m.Meet(w); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Move(3); err != nil || m.Meet(9) == nil {
		t.Errorf("went back: %v", err)
	}
	killed := opened(t, left(t, path))
	if killed.Meet(10) != nil || opened(t, left(t, path)).Meet(11) != nil {
		t.Error("a database that knows all is called old")
	}
	if e := behind(t, killed, 9); e.Seen != 10 || e.Lost < 1 {
		t.Errorf("after a kill: %+v", e)
	}
	if older := opened(t, left(t, path)); older.Lost(10) != ahead-9 || older.Lost(ahead+1) != 0 {
		t.Errorf("may have been lost: %d, %d", older.Lost(10), older.Lost(ahead+1))
	}
	m.Close()
	if e := behind(t, opened(t, path), 7); *e != (BehindError{Database: 7, Seen: 10, Lost: 3}) {
		t.Errorf("after a clean stop: %+v", e)
	}
}

// Whatever was moved in memory only, the loss of power takes at most what the limit covers.
func TestLostIsNeverTooLow(t *testing.T) {
	path := created(t, 0)
	m := opened(t, path)
	synced := left(t, path)
	for w := uint64(1); w <= 3*ahead; w++ {
		limit := m.now.limit
		if err := m.Move(w); err != nil {
			t.Fatal(err)
		}
		if m.now.limit != limit { // this one was synced
			synced = left(t, path)
		}
		if w%1000 == 0 {
			if e := behind(t, opened(t, synced), 0); e.Lost < w {
				t.Fatalf("%d writes, and only %d are called lost", w, e.Lost)
			}
		}
	}
}

func TestCutOffLineLeavesTheOther(t *testing.T) {
	path := created(t, 5)
	m := opened(t, path)
	m.Move(6)
	m.Move(7)
	newer := int64(m.now.number%2) * lineSize
	for _, cut := range []int{0, 1, 20, 70, lineSize - 1} {
		torn := left(t, path)
		data, _ := os.ReadFile(torn)
		for i := newer + int64(cut); i < newer+lineSize; i++ {
			data[i] = 0
		}
		os.WriteFile(torn, data, 0o600)
		if got := opened(t, torn).now.writes; got != 6 {
			t.Errorf("cut at %d: %d writes, want the older line's 6", cut, got)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	path := created(t, 1)
	if _, err := Open(path, juicebox.RealmID{9}); !errors.Is(err, ErrForeign) {
		t.Errorf("another realm's: %v", err)
	}
	if _, err := Open(path+"x", realmID); !errors.Is(err, ErrMissing) {
		t.Errorf("missing: %v", err)
	}
	for _, text := range []string{"", "hello\n", string(make([]byte, 2*lineSize))} {
		os.WriteFile(path+"y", []byte(text), 0o600)
		if _, err := Open(path+"y", realmID); !errors.Is(err, ErrForeign) {
			t.Errorf("%d bytes: %v", len(text), err)
		}
	}
	if err := Create(path, realmID, 0); !errors.Is(err, ErrExists) {
		t.Errorf("again: %v", err)
	}
	if opened(t, path).Meet(0) == nil {
		t.Error("the refused Create changed it")
	}
}

func TestMoveFailsForEver(t *testing.T) {
	m := opened(t, created(t, 0))
	m.file.Close()
	if m.Move(1) == nil || m.Move(2) == nil || m.Move(0) == nil {
		t.Error("moved on a closed file")
	}
}

func TestMoveAfterClose(t *testing.T) {
	m := opened(t, created(t, 0))
	if err := errors.Join(m.Close(), m.Close()); err != nil {
		t.Fatal(err)
	}
	if err := m.Move(1); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// A mark that its database did not meet may be older than the last writes: closing it does
// not pretend to know better.
func TestCloseBeforeMeetKeepsTheLimit(t *testing.T) {
	path := created(t, 0)
	opened(t, path).Meet(1)
	killed := left(t, path)
	m := opened(t, killed)
	before := behind(t, m, 0)
	m.Close()
	if after := behind(t, opened(t, killed), 0); *after != *before || after.Lost != ahead+1 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestMovesAtOnce(t *testing.T) {
	path := created(t, 0)
	m := opened(t, path)
	var wg sync.WaitGroup
	for w := range uint64(200) {
		wg.Go(func() { m.Move(w) })
	}
	wg.Wait()
	m.Close()
	if got := opened(t, path).now.writes; got != 199 {
		t.Errorf("%d writes", got)
	}
}

func BenchmarkMove(b *testing.B) {
	path := filepath.Join(b.TempDir(), "m")
	if err := Create(path, realmID, 0); err != nil {
		b.Fatal(err)
	}
	m, err := Open(path, realmID)
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	for i := uint64(1); b.Loop(); i++ {
		if err := m.Move(i); err != nil {
			b.Fatal(err)
		}
	}
}

// Two processes share a mark whose counts are of one database. The first has written few lines when the
// second has written many; what it then writes is not taken for old.
func TestSharedMark(t *testing.T) {
	path := created(t, 0)
	slow, busy := opened(t, path), opened(t, path)
	for w := range uint64(100) {
		if err := busy.Move(w + 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := slow.Move(200); err != nil {
		t.Fatal(err)
	}
	if err := behind(t, opened(t, path), 199); err.Seen != 200 {
		t.Errorf("seen %d, want 200", err.Seen)
	}
}
