package webapp

import (
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/internal/words"
)

// A session is what one browser has open: a flow that makes a backup, a flow that
// restores one, and the job that is running. Two tabs share it.
type session struct {
	base   string // "/s/KEY/": every page is below it
	cookie string
	token  string          // in every form
	lang   *words.Language // what the browser accepts, or what was chosen on a page

	mu        sync.Mutex // guards what follows; held for a whole request, never while a job runs
	backup    backupFlow
	restore   restoreFlow
	kit       kitFlow
	change    changeFlow
	add       addFlow
	manual    manualFlow
	deleted   *deletedScreen  // what came of the last deletion
	copies    *exported       // sealed files to save
	seen      *versionsScreen // the last complete look into the places of one backup
	tries     *triesScreen    // what the PIN servers said last of one backup
	job       *job            // the newest; nil for none
	signIn    *signIn         // the newest; nil for none
	notice    notice          // on the next page
	complaint complaint       // of a job, for the page that asks again
	answer    answer          // to what was sent last, when that was wrong
	page      string          // the path of the request that is being answered
	answers   bool            // that request is a POST whose answer has a page of its own
	reveal    time.Time
	timer     *time.Timer
	ended     bool
}

// revealTime is how long words stay on screen before they are hidden again.
const revealTime = time.Minute

func newSession(l *words.Language) *session {
	return &session{lang: l, base: "/s/" + randomText() + "/", cookie: randomText(), token: randomText(), restore: restoreFlow{left: -1}}
}

// rest starts the idle time again; what was typed is cleared when it has passed.
func (s *session) rest(idle time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	if !s.ended {
		s.timer = time.AfterFunc(idle, func() { s.forget(idle) })
	}
}

// forget clears what was typed, unless a job is still using it: then it waits again.
func (s *session) forget(idle time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.job.running() {
		s.timer = time.AfterFunc(idle, func() { s.forget(idle) })
		return
	}
	if s.clear() {
		s.say("You were away for a while. What you had typed was cleared to keep it safe.")
	}
}

// clear wipes both flows and tells whether there was anything in them. A running job
// keeps what it was given and clears that itself.
func (s *session) clear() bool {
	had := s.backup.begun() || s.restore.begun() || s.kit.made || s.change.begun() || len(s.add.places) > 0 || s.manual.wallet != nil
	s.backup.clear()
	s.restore.clear()
	s.kit.clear()
	s.change.clear()
	s.add.clear()
	s.manual.clear()
	s.complaint, s.answer = complaint{}, answer{}
	s.copies, s.seen, s.tries = nil, nil, nil
	s.dropSignIn()
	s.reveal = time.Time{}
	return had
}

// end closes the session for good.
func (s *session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	s.ended = true
	s.clear()
}

// endSession ends s and, if it is the one that is let in, lets nobody in.
func (a *App) endSession(s *session) {
	if s == nil {
		return
	}
	s.end()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.session == s {
		a.session = nil
	}
}
