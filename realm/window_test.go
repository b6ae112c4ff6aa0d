package realm

import (
	"net/netip"
	"testing"
	"time"
)

// Whoever only looks leaves nothing behind: a large network that does cannot use up the addresses that are
// told apart, and so share one count with everybody.
func TestLookingLeavesNothing(t *testing.T) {
	var w window
	now := time.Now()
	for i := range 3 {
		from := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), 32)
		if !w.take(from, now, day, 1) {
			t.Fatal("the first is refused")
		}
		w.giveBack(from, now, day)
	}
	if len(w.counts) != 0 {
		t.Errorf("%d addresses are remembered", len(w.counts))
	}
}
