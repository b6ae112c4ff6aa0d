package webapp

import (
	"crypto/rand"
	"math/big"
	"net/http"
	"strconv"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/phrase"
)

// tapped is how far a phrase was tapped in order. The words stand shuffled on the page; here
// are only their positions.
type tapped struct {
	order []int  // positions in the phrase, shuffled
	used  []bool // by place in order
	done  int    // words that were tapped right
	wrong int    // place in order of the last tap plus 1, when it was wrong; 0 for none
}

// shuffled begins anew, in an order that nobody can foresee.
func shuffled(words int) (tapped, error) {
	t := tapped{order: make([]int, words), used: make([]bool, words)}
	for i := range words {
		t.order[i] = i
	}
	for i := words - 1; i > 0; i-- {
		j, err := rand.Int(rand.Reader, big.NewInt(int64(i+1)))
		if err != nil {
			return t, err
		}
		k := int(j.Int64())
		t.order[i], t.order[k] = t.order[k], t.order[i]
	}
	return t, nil
}

// tap takes one. Where a word stands twice in the phrase, either will do.
func (t *tapped) tap(p phrase.Phrase, at int) {
	if at < 0 || at >= len(t.order) || t.used[at] || t.over() {
		return
	}
	all := p.Display()
	right := all[t.order[at]].Equal(all[t.done])
	for _, word := range all {
		word.Clear()
	}
	if !right {
		t.wrong = at + 1
		return
	}
	t.used[at], t.wrong = true, 0
	t.done++
}

func (t *tapped) over() bool { return len(t.order) > 0 && t.done == len(t.order) }

type manualCheckScreen struct {
	Next   int // number of the word to tap
	Count  int
	Words  []tapWord
	Placed []string // those before Next
	Wrong  string   // what was tapped instead; "" for nothing
}

// A tapWord is a word that can be tapped, or was.
type tapWord struct {
	Index int
	Text  string
	Used  bool
	Wrong bool
	First bool // of those that can still be tapped
}

// showManualCheck lets the person tap the words in the order of their paper.
func (a *App) showManualCheck(w http.ResponseWriter, r *http.Request, s *session) {
	wallet, f := s.wordsAtHand(), &s.manual
	if wallet == nil {
		to(w, r, s, "home")
		return
	}
	if f.check.over() {
		to(w, r, s, "manual-done")
		return
	}
	if len(f.check.order) != wallet.Phrase.Count() {
		var err error
		if f.check, err = shuffled(wallet.Phrase.Count()); err != nil {
			a.fail(w, r, s, err, "")
			return
		}
	}
	a.show(w, s, "manual-check", manualCheckPage(wallet, f.check))
}

func manualCheckPage(wallet *cloudseed.Wallet, t tapped) page {
	all := wallet.Phrase.Display()
	screen := manualCheckScreen{Next: t.done + 1, Count: len(all)}
	first := true
	for i, position := range t.order {
		word := tapWord{Index: i, Text: string(all[position].Reveal()), Used: t.used[i], Wrong: t.wrong == i+1}
		word.First, first = first && !word.Used, first && word.Used
		if word.Wrong {
			screen.Wrong = word.Text
		}
		screen.Words = append(screen.Words, word)
	}
	for _, word := range all[:t.done] {
		screen.Placed = append(screen.Placed, string(word.Reveal()))
	}
	return page{Title: "Tap your words in order", Art: "words", Back: "manual-words", Body: screen}
}

// submitManualCheck takes one tap, or begins anew.
func (a *App) submitManualCheck(w http.ResponseWriter, r *http.Request, s *session) {
	wallet, f := s.wordsAtHand(), &s.manual
	if wallet == nil {
		to(w, r, s, "home")
		return
	}
	if s.job.running() { // it may be writing what is known of the backup
		to(w, r, s, "progress")
		return
	}
	if at, err := strconv.Atoi(r.PostFormValue("word")); err == nil {
		f.check.tap(wallet.Phrase, at)
	} else {
		f.check = tapped{}
	}
	if !f.check.over() {
		to(w, r, s, "manual-check")
		return
	}
	f.proved = true
	if err := a.noteWritten(s); err != nil {
		a.fail(w, r, s, err, "")
		return
	}
	to(w, r, s, "manual-done")
}

// noteWritten remembers that the words are on paper, where there is a backup to remember it of.
// That of a new wallet is made later.
func (a *App) noteWritten(s *session) error {
	at := time.Now().UTC().Truncate(time.Second)
	switch s.manual.from {
	case fromNew:
		s.backup.written = at
		return nil
	case fromRestored:
		return a.written(s.restore.restored.Device.Vault.String(), at)
	}
	return a.written(s.manual.device.Vault.String(), at)
}

func (a *App) written(vault string, at time.Time) error {
	d, err := a.device(vault)
	if err != nil {
		return err
	}
	d.Written = at
	return a.Profile.Save(d)
}

// showManualDone says where the paper should be kept.
func (a *App) showManualDone(w http.ResponseWriter, r *http.Request, s *session) {
	if !s.manual.proved {
		to(w, r, s, "manual")
		return
	}
	a.show(w, s, "manual-done", page{Title: "Your words are on paper", Art: "done", Big: true, Body: s.manual.from == fromNew})
}

// submitManualDone forgets the words and goes on with what the person was at.
func (a *App) submitManualDone(w http.ResponseWriter, r *http.Request, s *session) {
	next := s.manual.next()
	s.manual.clear()
	s.reveal = time.Time{}
	to(w, r, s, next)
}
