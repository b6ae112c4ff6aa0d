package webapp

import "net/http"

// A notice is a sentence at the top of the next page. It stays with that page: who loads it
// again reads it again. It is gone when another page has been shown, or something was sent.
type notice struct {
	text string
	page string // the path that has shown it; "" while none has
}

// say puts a notice on the next page.
func (s *session) say(text string) { s.notice = notice{text: text} }

// turn takes down which page is asked for. Sending something ends a notice that was read.
func (s *session) turn(r *http.Request) {
	s.page = r.URL.Path
	if r.Method == http.MethodPost && s.notice.page != "" {
		s.notice = notice{}
	}
}

// said returns what to say on the page that is shown now.
func (s *session) said() string {
	n := &s.notice
	if n.page != "" && n.page != s.page {
		*n = notice{}
	}
	if n.text != "" {
		n.page = s.page
	}
	return n.text
}
