package realm

import (
	"net/netip"
	"sync"
	"time"
)

// maxAddresses bounds how many addresses are told apart in one period, about 8 MB. Those
// that come later in the period share one count.
const maxAddresses = 1 << 16

// A window counts by address within the present period, which begins at a multiple of its
// length. Its zero value is ready to use.
type window struct {
	mu     sync.Mutex
	begin  time.Time
	counts map[netip.Prefix]int
}

// take counts one more, unless that would be more than limit.
func (w *window) take(from netip.Prefix, now time.Time, period time.Duration, limit int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn(now, period)
	from = w.shared(from)
	if w.counts[from] >= limit {
		return false
	}
	w.counts[from]++
	return true
}

// giveBack takes back what take counted at that time.
func (w *window) giveBack(from netip.Prefix, then time.Time, period time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if from = w.shared(from); !w.begin.Equal(then.Truncate(period)) || w.counts[from] == 0 {
		return
	}
	if w.counts[from]--; w.counts[from] == 0 {
		delete(w.counts, from) // or those who only looked would use up the addresses
	}
}

// turn begins a new period if it is time. A clock that is set back begins one, too.
func (w *window) turn(now time.Time, period time.Duration) {
	if begin := now.Truncate(period); !begin.Equal(w.begin) {
		w.begin, w.counts = begin, make(map[netip.Prefix]int)
	}
}

func (w *window) shared(from netip.Prefix) netip.Prefix {
	if _, known := w.counts[from]; !known && len(w.counts) >= maxAddresses {
		return netip.Prefix{}
	}
	return from
}
