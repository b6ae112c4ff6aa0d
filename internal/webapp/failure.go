package webapp

import (
	"net/http"
	"regexp"

	"github.com/cloudseed/cloudseed/internal/words"
)

// explain puts an error into the words of the table.
func explain(l *words.Language, err error) *problem {
	m := l.For(err)
	m.Next = ofCommand.ReplaceAllString(m.Next, "")
	return &problem{Message: m}
}

// ofCommand matches the name of a flag or of a command in parentheses, which the table adds for
// the command.
var ofCommand = regexp.MustCompile(` \([^()]*(--|cloudseed )[^()]*\)`)

// failureTitles are the headings of failures that people must tell apart at a glance.
var failureTitles = map[string]words.Sentence{
	"no-backup":      "No backup found",
	"could-not-look": "Could not look everywhere",
	"incomplete":     "Not finished yet",
	"no-tries":       "No tries are left",
	"elsewhere":      "It opens on another computer",
	"damaged":        "This file is damaged",
	"stranger":       "Somebody tried the PIN",
	"few-tries":      "Too few tries to practise",
	"reminder-over":  "Enough for today",
}

func failureTitle(p *problem) words.Sentence {
	if title, ok := failureTitles[p.Code]; ok {
		return title
	}
	return "This did not work yet"
}

// failed puts a job's error on the error screen and says that it comes next. retry is the
// submit that tries again; vault is what it is about.
func (a *App) failed(s *session, j *job, err error, retry, vault string) string {
	p := explain(s.lang, err)
	p.Retry = retry
	switch p.Code {
	case "elsewhere", "pin-servers":
		p.Help, p.Link = "real", "About PIN servers"
	case "no-tries":
		p.Help, p.Link, p.Retry = "no-tries", "What to do when no try is left", ""
	case "stranger", "few-tries", "reminder-over":
		if vault != "" {
			p.Help, p.Link = of("change", vault), "Choose a new PIN"
		}
	case "no-record":
		p.Help, p.Link, p.Retry = "other", "Other ways to bring the wallet back", ""
	}
	j.problem, j.vault = p, vault
	return "error"
}

// fail shows an error at once, for what needs no job.
func (a *App) fail(w http.ResponseWriter, r *http.Request, s *session, err error, retry string) {
	a.Log.Warn("a request did not succeed", "page", r.Pattern, "error", err)
	j := newJob(s.lang, "", "", "alert")
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
	a.show(w, s, "error", page{Title: failureTitle(s.job.problem), Art: "alert", Problem: s.job.problem, Body: s.job.vault})
}
