package webapp

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A watcher works only while the person does not: it is asked to give way, whoever holds waits
// for that, and the next turn waits for all who hold.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g turns
		start := time.Now()
		after := func() time.Duration { return time.Since(start) }
		wanted, done, err := g.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			<-wanted
			time.Sleep(time.Second) // it takes a moment to stop
			done()
		}()
		release, job := g.hold(), g.hold()
		if after() != time.Second {
			t.Errorf("held after %v, while the watcher was at work", after())
		}
		go func() { time.Sleep(time.Second); release(); release(); time.Sleep(time.Second); job() }()
		waiting, stop := context.WithTimeout(t.Context(), time.Second/2)
		defer stop()
		if _, _, err := g.take(waiting); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a turn while the person was at work: %v", err)
		}
		if _, done, err = g.take(t.Context()); err != nil || after() != 3*time.Second {
			t.Errorf("a turn after %v, %v", after(), err)
		}
		go func() { time.Sleep(time.Second); done() }()
		if _, _, err = g.take(t.Context()); err != nil || after() != 4*time.Second {
			t.Errorf("two turns at once, after %v, %v", after(), err)
		}
	})
}
