package webapp

import (
	"mime"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/cloudseed/cloudseed/secret"
)

func newPIN(r *http.Request) secret.Text { return secret.New([]byte(r.PostFormValue("pin"))) }

// showRestored shows what came back: first what can be compared and is no secret, then
// the words, hidden until they are asked for.
func (a *App) showRestored(w http.ResponseWriter, r *http.Request, s *session) {
	got := s.restore.restored
	if got == nil {
		to(w, r, s, "home")
		return
	}
	shown, seconds := s.shown(got.Wallet.Phrase)
	screen := restoredScreen{
		Name: got.Wallet.Name, Fingerprint: got.Device.Fingerprint, Address: got.Device.FirstAddress,
		Made: when(s.lang, got.Created), MadeOn: got.MadeOn, From: got.From, Generation: got.Generation,
		Count: got.Wallet.Phrase.Count(), Numbers: make([]struct{}, got.Wallet.Phrase.Count()),
		Words: shown, Seconds: seconds, HasPassphrase: got.Wallet.Passphrase.Len() > 0,
	}
	if len(shown) > 0 {
		screen.Passphrase = string(got.Wallet.Passphrase.Reveal())
	}
	for i, f := range got.Files {
		screen.Files = append(screen.Files, fileRow{Index: i, Name: f.Name, Size: size(len(f.Data))})
	}
	for _, skipped := range got.Skipped {
		screen.Skipped = append(screen.Skipped, skipped.File+": "+s.lang.Line(s.lang.For(skipped.Err).What))
	}
	a.show(w, s, "restored", page{Title: "Restored", Art: "done", TryingOut: got.Device.TryingOut(), Settled: true, Body: screen})
}

// saveFile hands out one attached file.
func (a *App) saveFile(w http.ResponseWriter, r *http.Request, s *session) {
	got := s.restore.restored
	i, err := strconv.Atoi(r.PostFormValue("file"))
	if got == nil || err != nil || i < 0 || i >= len(got.Files) {
		to(w, r, s, "restored")
		return
	}
	f := got.Files[i]
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": path.Base(f.Name)}))
	w.Write(f.Data)
}

// submitRestored ends the flow and forgets the words.
func (a *App) submitRestored(w http.ResponseWriter, r *http.Request, s *session) {
	s.restore.clear()
	s.reveal = time.Time{}
	s.say("Done. The words are no longer in this app.")
	to(w, r, s, "home")
}
