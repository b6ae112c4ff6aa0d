package webapp

import (
	"net/http"
)

// failed puts a job's error on the error screen and says that it comes next. retry is the
// submit that tries again; vault is what it is about.
func (a *App) failed(s *session, j *job, err error, retry, vault string) string {
	p := explain(err)
	p.Retry = retry
	switch p.Code {
	case "elsewhere", "pin-servers":
		p.Help, p.Link = "real", "About PIN servers"
	case "no-tries", "no-record":
		p.Help, p.Link, p.Retry = "other", "Other ways to bring the wallet back", ""
	}
	j.problem, j.vault = p, vault
	return "error"
}

// fail shows an error at once, for what needs no job.
func (a *App) fail(w http.ResponseWriter, r *http.Request, s *session, err error, retry string) {
	a.Log.Warn("a request did not succeed", "page", r.Pattern, "error", err)
	j := newJob("", "", "alert")
	j.next = a.failed(s, j, err, retry, "")
	s.job = j
	to(w, r, s, j.next)
}

// showError is the one error screen: what happened, whether the backup is safe, what to do.
func (a *App) showError(w http.ResponseWriter, r *http.Request, s *session) {
	if s.job == nil || s.job.problem == nil {
		to(w, r, s, "home")
		return
	}
	a.show(w, s, "error", page{Title: "This did not work yet", Art: "alert", Problem: s.job.problem, Body: s.job.vault})
}
