package webapp

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/internal/words"
)

// A notice is a sentence at the top of the next page. It stays with that page: who loads it
// again reads it again. It is gone when another page has been shown, or something was sent.
type notice struct {
	text string
	page string // the path that has shown it; "" while none has
}

// say puts a notice on the next page.
func (s *session) say(text words.Sentence, facts ...any) {
	s.notice = notice{text: s.lang.Say(text, facts...)}
}

// A complaint is a problem that a job ended with. It stays with the page that asks again, as
// a notice does.
type complaint struct {
	problem *problem
	page    string // its path
	seen    bool
}

// complain puts a problem on that screen, and returns the screen.
func (s *session) complain(screen string, p *problem) string {
	name, _, _ := strings.Cut(screen, "?")
	s.complaint = complaint{problem: p, page: s.base + name}
	return screen
}

// wrong returns what to complain of on the page that is shown now; nil for nothing.
func (s *session) wrong() *problem {
	if s.page != s.complaint.page {
		return nil
	}
	s.complaint.seen = true
	return s.complaint.problem
}

// An answer is a page that says what is wrong with what was sent. It is asked for with a GET
// of its own: a page that answers a POST would keep what was typed in the browser's history,
// and the back button would come to a page that wants to send it again.
type answer struct {
	page   string // its path
	screen string
	about  page
}

// wrongMark is the query of an answer's address.
const wrongMark = "wrong"

// asksForAnswer tells whether the request is for the answer that waits.
func (s *session) asksForAnswer(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.RawQuery == wrongMark && s.answer.page == s.page
}

// turn takes down which page is asked for, and whether what answers has a page of its own.
// Sending something ends what was read before, and words that were shown are hidden again as
// soon as any other page is asked for.
func (s *session) turn(r *http.Request, answers bool) {
	s.page, s.answers = r.URL.Path, answers && r.Method == http.MethodPost
	if r.Method == http.MethodPost {
		s.answer = answer{}
	}
	if r.Method == http.MethodPost && s.notice.page != "" {
		s.notice = notice{}
	}
	if r.Method == http.MethodPost && s.complaint.seen {
		s.complaint = complaint{}
	}
	if !slices.Contains([]string{"restored", "new-words", "manual-words", "reveal", "file"}, strings.TrimPrefix(s.page, s.base)) {
		s.reveal = time.Time{}
	}
}

// said returns what to say on the page that is shown now.
func (s *session) said() string {
	if s.complaint.seen && s.complaint.page != s.page {
		s.complaint = complaint{}
	}
	if s.answer.page != s.page {
		s.answer = answer{}
	}
	n := &s.notice
	if n.page != "" && n.page != s.page {
		*n = notice{}
	}
	if n.text != "" {
		n.page = s.page
	}
	return n.text
}
