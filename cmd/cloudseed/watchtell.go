package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/cloudseed/cloudseed/internal/notify"
	"github.com/cloudseed/cloudseed/internal/watch"
	"github.com/cloudseed/cloudseed/internal/words"
)

// A watchRow is one event, for programs.
type watchRow struct {
	Event      string         `json:"event"` // "changed", "missing", "sent", "failed"
	Files      []string       `json:"files,omitempty"`
	Generation int            `json:"generation,omitempty"`
	Places     []string       `json:"places,omitempty"`
	Problem    *words.Message `json:"problem,omitempty"`
	Next       *time.Time     `json:"next,omitempty"` // when it is tried again
}

func (r watchRow) text(w io.Writer) {
	switch r.Event {
	case "sent":
		printf(w, "backed up %s to %s, read back (version %d)\n", tongue().Join(r.Files), tongue().Join(r.Places), r.Generation)
	case "missing":
		printf(w, "cannot read %s; what was backed up of it stays\n", tongue().Join(r.Files))
	case "failed":
		fmt.Fprintf(w, "%s\n", tongue().Line(r.Problem.What))
		for _, line := range r.Problem.Details {
			fmt.Fprintf(w, "  %s\n", line)
		}
		if r.Next != nil {
			printf(w, "  next try %s\n", tongue().Time(*r.Next, "2 Jan 15:04:05"))
		}
	}
}

// tell prints an event, and notifies the person of what has been failing for a day.
func (w *watcher) tell(e watch.Event) {
	row := watchRow{}
	switch {
	case e.Changed != nil:
		row = watchRow{Event: "changed", Files: e.Changed}
	case e.Missing != nil:
		row = watchRow{Event: "missing", Files: []string{e.Missing.Path}}
	case e.Sent != nil:
		row = watchRow{Event: "sent", Files: e.Sent.Files.Names, Generation: e.Sent.Files.Generation}
		for _, p := range e.Sent.Places {
			row.Places = append(row.Places, p.Name)
		}
	case e.Failed != nil:
		m := messageOf(e.Failed)
		row = watchRow{Event: "failed", Problem: &m}
		if !e.Next.IsZero() {
			row.Next = &e.Next
		}
	}
	w.printer.result("watch", row)
	if (notify.Reminder{Last: w.notified()}).Due(e.Failing, time.Now()) {
		w.notify(row)
	}
}

func (w *watcher) notify(row watchRow) {
	title, text := tongue().Failing(w.name, row.Files)
	if err := notify.Send(context.Background(), title, text); err != nil {
		w.printer.note("no notification could be shown: %v", err)
	}
	now := time.Now() // also when it failed: a desktop that is not there is not asked all day
	if err := os.WriteFile(w.stamp(), nil, 0o600); err == nil {
		os.Chtimes(w.stamp(), now, now)
	}
}
