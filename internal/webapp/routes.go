package webapp

import (
	"net/http"
	"strings"
)

// A screenFunc answers one request of the session. The session is locked meanwhile.
type screenFunc func(*App, http.ResponseWriter, *http.Request, *session)

// routes is every page and every submit, below the session's path. A screen lives in the
// file of its name.
var routes = map[string]screenFunc{
	"GET start":      (*App).start,
	"GET welcome":    plain("welcome", page{Title: "Welcome", Art: "cloud", Big: true}),
	"GET other":      plain("other", page{Title: "Other ways", Art: "words", Back: "welcome"}),
	"GET help":       plain("help", page{Title: "Help", Art: "words", Back: "home"}),
	"GET real":       plain("real", page{Title: "From trying out to real", Art: "who", Back: "home"}),
	"GET forgot":     (*App).showForgot,
	"GET no-tries":   (*App).showNoTries,
	"GET lost-login": (*App).showLostLogin,
	"GET who":        (*App).showWho,
	"GET home":       (*App).showHome,

	"GET intro":         (*App).showIntro,
	"GET wallet":        (*App).showWallet,
	"POST wallet":       whenIdle((*App).submitWallet),
	"POST wallet-new":   whenIdle((*App).submitNewWallet),
	"POST suggest":      (*App).suggest,
	"GET new-words":     (*App).showNewWords,
	"POST reveal":       (*App).submitReveal,
	"GET pin":           (*App).showPIN,
	"POST pin":          whenIdle((*App).submitPIN),
	"GET pin-again":     (*App).showPINAgain,
	"POST pin-again":    whenIdle((*App).submitPINAgain),
	"GET places":        (*App).showPlaces,
	"POST places":       (*App).submitPlaces,
	"POST place-remove": (*App).submitPlaceRemove,
	"POST begin":        (*App).submitBegin,
	"GET done":          (*App).showDone,

	"GET sign-in":         (*App).showSignIn,
	"POST sign-in":        (*App).submitSignIn,
	"POST sign-in-cancel": (*App).submitSignInCancel,

	"GET kit":          (*App).showKit,
	"POST kit":         (*App).submitKit,
	"GET kit-page":     (*App).showKitPage,
	"GET kit-prove":    (*App).showKitProve,
	"POST kit-prove":   (*App).submitKitProve,
	"GET restore-kit":  (*App).showRestoreKit,
	"POST restore-kit": (*App).submitRestoreKit,
	"GET card":         (*App).showCard,

	"GET manage":         (*App).showManage,
	"GET change":         (*App).showChange,
	"POST change":        (*App).submitChange,
	"GET change-words":   (*App).showChangeWords,
	"POST change-words":  (*App).submitChangeWords,
	"GET new-pin":        (*App).showNewPIN,
	"POST new-pin":       (*App).submitNewPIN,
	"GET new-pin-again":  (*App).showNewPINAgain,
	"POST new-pin-again": (*App).submitNewPINAgain,
	"GET changed":        (*App).showChanged,
	"GET pin-servers":    (*App).showPINServers,
	"POST pin-servers":   (*App).submitPINServers,
	"GET delete":         (*App).showDelete,
	"POST delete":        (*App).submitDelete,
	"GET deleted":        (*App).showDeleted,
	"GET export":         (*App).showExport,
	"POST export":        (*App).submitExport,
	"POST exported":      (*App).saveExported,
	"GET versions":       (*App).showVersions,
	"POST versions":      (*App).submitVersions,
	"GET backup-places":  (*App).showBackupPlaces,
	"GET attached":       (*App).showAttached,
	"POST attached":      (*App).submitAttached,
	"GET add-place":      (*App).showAddPlace,
	"POST add-place":     (*App).submitAddPlace,
	"POST begin-add":     (*App).submitBeginAdd,
	"POST release":       (*App).submitRelease,
	"GET stolen":         (*App).showStolen,
	"GET tries":          (*App).showTries,
	"POST tries":         (*App).submitTries,
	"GET amount":         (*App).showAmount,
	"POST amount":        (*App).submitAmount,

	"GET manual":        (*App).showManual,
	"POST manual":       (*App).submitManual,
	"GET manual-words":  (*App).showManualWords,
	"GET manual-sheet":  (*App).showManualSheet,
	"GET manual-check":  (*App).showManualCheck,
	"POST manual-check": (*App).submitManualCheck,
	"GET manual-done":   (*App).showManualDone,
	"POST manual-done":  (*App).submitManualDone,

	"GET remind":  (*App).showRemind,
	"POST remind": (*App).submitRemind,
	"GET drill":   (*App).showDrill,
	"POST drill":  (*App).submitDrill,

	"POST resume":   (*App).submitResume,
	"POST check":    (*App).submitCheck,
	"GET progress":  (*App).showProgress,
	"GET error":     (*App).showError,
	"POST language": (*App).submitLanguage,

	"GET restore":      (*App).showRestore,
	"POST restore":     (*App).submitRestore,
	"POST search":      (*App).submitSearch,
	"GET found":        (*App).showFound,
	"POST choose":      whenIdle((*App).submitChoose),
	"GET servers":      (*App).showServers,
	"POST servers":     whenIdle((*App).submitServers),
	"GET restore-pin":  (*App).showRestorePIN,
	"POST restore-pin": (*App).submitRestorePIN,
	"GET restored":     (*App).showRestored,
	"POST file":        (*App).saveFile,
	"POST restored":    (*App).submitRestored,
}

// handler is every address of the app, behind the guard.
func (a *App) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /static/", a.static())
	mux.HandleFunc("POST /enter", a.enter)
	for route, f := range routes {
		method, name, _ := strings.Cut(route, " ")
		_, answers := routes["GET "+name]
		mux.HandleFunc(method+" /s/{session}/"+name, a.inside(func(w http.ResponseWriter, r *http.Request, s *session) {
			if r.Method == http.MethodPost { // it may write a backup; the watcher goes on afterwards
				defer a.turns.hold()()
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.turn(r, answers)
			if s.asksForAnswer(r) {
				a.show(w, s, s.answer.screen, s.answer.about)
				return
			}
			f(a, w, r, s)
		}))
	}
	mux.HandleFunc("GET /s/{session}/steps", a.inside(a.streamSteps))
	if a.Dev {
		mux.HandleFunc("GET /s/{session}/gallery", a.inside(a.showGallery))
	}
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { a.refuse(w, r, http.StatusForbidden, false) })
	return a.guard.protect(mux)
}

// plain is a screen that only says something.
func plain(screen string, about page) screenFunc {
	return func(a *App, w http.ResponseWriter, _ *http.Request, s *session) { a.show(w, s, screen, about) }
}

// whenIdle leads to the work that is going on: what it was given is not changed under it by
// a second tab.
func whenIdle(f screenFunc) screenFunc {
	return func(a *App, w http.ResponseWriter, r *http.Request, s *session) {
		if s.job.running() {
			to(w, r, s, "progress")
			return
		}
		f(a, w, r, s)
	}
}

// to sends the browser on with a GET. All pages of a session are side by side.
func to(w http.ResponseWriter, r *http.Request, s *session, screen string) {
	http.Redirect(w, r, s.base+screen, http.StatusSeeOther)
}

// start is the first page: home where there is a backup, welcome where there is none.
func (a *App) start(w http.ResponseWriter, r *http.Request, s *session) {
	devices, err := a.Profile.Devices()
	if err == nil && len(devices) == 0 {
		to(w, r, s, "welcome")
		return
	}
	to(w, r, s, "home")
}
