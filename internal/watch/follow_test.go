package watch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A list that somebody else changes is followed: nothing is sealed of the list before, even when
// it was changed while the turn was waited for, and an empty list is waited out.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var mu sync.Mutex
		var files []string
		set := func(names ...string) {
			mu.Lock()
			defer mu.Unlock()
			files = nil
			for _, name := range names {
				files = append(files, w.path(name))
			}
		}
		list := func() ([]string, error) {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(files), nil
		}
		c := w.watching()
		c.noEvents, c.Poll = true, 30*time.Second
		turn, waiting := c.Turn, func() {}
		c.Turn = func(ctx context.Context) (*Turn, error) {
			waiting()
			return turn(ctx)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- Follow(ctx, c, list) }()
		sealed := func(want string) {
			t.Helper()
			time.Sleep(2 * time.Minute)
			f := w.load().Files
			if got := fmt.Sprint(f.Generation, f.Names); got != want {
				t.Errorf("sealed %s, want %s", got, want)
			}
		}
		sealed("0 []")
		w.replace("channel.backup", "one")
		w.replace("labels.jsonl", "labels")
		set("channel.backup")
		sealed("1 [channel.backup]")

		waiting = func() { set("channel.backup", "labels.jsonl") } // while the turn is waited for
		w.replace("channel.backup", "two")
		sealed("2 [channel.backup labels.jsonl]")
		waiting = func() {}
		set()
		w.replace("channel.backup", "three")
		sealed("2 [channel.backup labels.jsonl]")
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
