package webapp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// showProgress shows the newest job. The first look starts at its beginning, so that
// every step can be read; a reload starts where the job is now.
func (a *App) showProgress(w http.ResponseWriter, r *http.Request, s *session) {
	j := s.job
	if j == nil {
		to(w, r, s, "home")
		return
	}
	j.mu.Lock()
	lines, seen, next := slices.Clone(j.planned), 0, j.next
	if j.shown {
		lines, seen = slices.Clone(j.lines), len(j.log)
	}
	again := j.shown
	j.shown = true
	j.mu.Unlock()
	if again && next != "" {
		to(w, r, s, next)
		return
	}
	a.show(w, s, "progress", page{Title: j.title, Facts: j.about, Art: j.art, Big: true, Stage: j.stage, Stages: j.stages, Passing: true,
		Body: progressScreen{Title: j.title, Facts: j.about, Lead: j.lead, Lines: lines, Events: "steps?after=" + strconv.Itoa(seen)}})
}

// streamSteps sends the job's changes, or the sign-in's, as they happen (server-sent events), and at the
// end where to go. It holds no lock while it waits.
func (a *App) streamSteps(w http.ResponseWriter, r *http.Request, s *session) {
	s.mu.Lock()
	j := s.job
	if r.FormValue("of") == "sign-in" {
		j = s.signIn.steps()
	}
	s.mu.Unlock()
	if j == nil {
		w.WriteHeader(http.StatusNoContent) // the browser stops asking
		return
	}
	seen, _ := strconv.Atoi(r.FormValue("after"))
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil {
		seen = last // the browser lost the connection and comes again
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	out.SetReadDeadline(time.Time{})
	for {
		changes, next, changed := j.since(max(seen, 0))
		for _, l := range changes {
			seen++
			send(w, seen, l)
		}
		if next != "" {
			send(w, seen, line{End: next})
		}
		if out.Flush() != nil || next != "" {
			return
		}
		select {
		case <-changed:
		case <-time.After(15 * time.Second):
			fmt.Fprint(w, ": still here\n\n")
		case <-r.Context().Done():
			return
		case <-a.ctx.Done():
			return
		}
	}
}

func send(w http.ResponseWriter, id int, l line) {
	data, _ := json.Marshal(l)
	fmt.Fprintf(w, "id: %d\ndata: %s\n\n", id, data)
}
