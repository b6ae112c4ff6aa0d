package webapp

import (
	"context"
	"sync"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// A job is one verb at work: its steps as they are seen to be done. It goes on when the
// window is closed; nobody has to watch.
type job struct {
	lang          *words.Language
	title, lead   words.Sentence
	about         []any // facts of title
	art           string
	verb          string // where steps have words of their own: "delete"
	stage, stages int

	mu      sync.Mutex
	planned []line // before it began, so that people see what will come
	lines   []line // now
	log     []line // every change, in order, for those who come later
	next    string // where to go when it has ended; "" while it runs
	problem *problem
	vault   string        // what Problem.Retry is about
	changed chan struct{} // closed at every change
	shown   bool          // a page has shown it from its beginning
}

// A line is one step on the screen.
type line struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	State string `json:"state"` // todo, started, done, failed
	End   string `json:"end,omitempty"`
}

func newJob(l *words.Language, title, lead words.Sentence, art string, about ...any) *job {
	return &job{lang: l, title: title, about: about, lead: lead, art: art, changed: make(chan struct{})}
}

// plan adds a step that is still to come.
func (j *job) plan(name cloudseed.StepName, where string) {
	l := line{ID: stepID(name, where), Label: j.lang.StepTitle(words.StepOf(j.verb, name), where), State: "todo"}
	j.planned, j.lines = append(j.planned, l), append(j.lines, l)
}

func stepID(name cloudseed.StepName, where string) string { return string(name) + "/" + where }

// note takes one step down. It is cloudseed.Config's Step.
func (j *job) note(step cloudseed.Step) {
	l := line{ID: stepID(step.Name, step.Where), State: string(step.State)}
	step.Name = words.StepOf(j.verb, step.Name)
	l.Label = j.lang.Step(step)
	j.mu.Lock()
	defer j.mu.Unlock()
	known := false
	for i := range j.lines {
		if j.lines[i].ID == l.ID {
			j.lines[i], known = l, true
		}
	}
	if !known {
		j.lines = append(j.lines, l)
	}
	j.log = append(j.log, l)
	j.wake()
}

// tell adds a line that belongs to no step of cloudseed.
func (j *job) tell(l line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines, j.log = append(j.lines, l), append(j.log, l)
	j.wake()
}

func (j *job) end(next string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.next = next
	j.wake()
}

func (j *job) wake() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// running tells whether it has not ended; no job does not run.
func (j *job) running() bool {
	if j == nil {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.next == ""
}

// since returns the changes after the first n, where to go if it has ended, and what to
// wait for if there is nothing new.
func (j *job) since(n int) (changes []line, next string, changed <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log[min(n, len(j.log)):], j.next, j.changed
}

// run starts j for the session. do works without the session's lock; then finish is
// called with it and says which screen follows. The job survives its session.
func (a *App) run(s *session, j *job, do func(context.Context, func(cloudseed.Step)) error, finish func(error) string) {
	s.job = j
	release := a.turns.hold()
	a.jobs.Go(func() {
		defer release()
		err := do(a.ctx, j.note)
		if err != nil {
			a.Log.Warn("a step did not succeed", "error", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		next := finish(err)
		if s.ended {
			s.clear()
		}
		j.end(next)
	})
}

// config is what every verb is called with.
func (a *App) config(places []cloudseed.Place, step func(cloudseed.Step)) cloudseed.Config {
	return cloudseed.Config{
		Places: places, Realms: a.Realms, HTTP: a.HTTP, Journal: a.Profile,
		Step: step, DeviceName: a.DeviceName,
	}
}
