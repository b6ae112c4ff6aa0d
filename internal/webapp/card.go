package webapp

import (
	"net/http"

	"github.com/cloudseed/cloudseed/internal/paper"
)

// showCard is the recovery card, to be printed. No secret is on it.
func (a *App) showCard(w http.ResponseWriter, r *http.Request, s *session) {
	if !a.takeVault(w, r, s) {
		return
	}
	d := s.kit.device
	sheet := paper.Card(sheetFacts(s.lang, d))
	a.show(w, s, "sheet", page{Title: sheet.Title, Back: "home", TryingOut: d.TryingOut(), Settled: true, Body: sheetScreen{Sheet: sheet, Wallet: d.Name}})
}
