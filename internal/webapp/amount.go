package webapp

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// An amountCard says whether the wallet holds more than a backup with a PIN is good for.
type amountCard struct {
	Advice   string // unknown, fine, nudge, step up
	Words    string
	Reported string // "" for nobody has said
	At       string
	Limit    string
	Half     string
	Fill     int  // of the picture, 0 to 100: the limit is at 80
	Written  bool // the words are on paper
}

type amountScreen struct {
	amountCard
	ID, Wallet            string
	Typed, Most, Currency string // in the fields
}

func amountCardOf(l *words.Language, d *cloudseed.Device) amountCard {
	g := d.Guard
	most := g.Most()
	c := amountCard{Advice: string(g.Advice()), Words: l.ForAdvice(g), Limit: l.Money(most), Written: !d.Written.IsZero(),
		Half: l.Money(cloudseed.Amount{Value: most.Value / 2, Currency: most.Currency})}
	if !g.At.IsZero() {
		c.Reported, c.At = l.Money(g.Reported), l.Date(g.At)
		c.Fill = int(min(100, 80*g.Reported.Value/most.Value))
	}
	return c
}

// showAmount asks how much the wallet holds. It is noted on this computer and sent nowhere.
func (a *App) showAmount(w http.ResponseWriter, r *http.Request, s *session) {
	if d, ok := a.asked(w, r, s); ok {
		a.show(w, s, "amount", amountPage(s.lang, d, "", nil))
	}
}

func amountPage(l *words.Language, d *cloudseed.Device, typed string, why error) page {
	most := d.Guard.Most()
	screen := amountScreen{amountCard: amountCardOf(l, d), ID: d.Vault.String(), Wallet: d.Name, Typed: typed, Currency: most.Currency,
		Most: strconv.FormatFloat(most.Value, 'f', -1, 64)}
	about := aboutBackup(d, "How much does it hold?", "home", screen)
	if why != nil {
		about.Problem = explain(l, why)
	}
	return about
}

// submitAmount notes the amount and, if it was changed, the limit.
func (a *App) submitAmount(w http.ResponseWriter, r *http.Request, s *session) {
	d, ok := a.askedIdle(w, r, s)
	if !ok {
		return
	}
	typed := r.PostFormValue("amount")
	err := takeAmount(&d.Guard, typed, r.PostFormValue("limit"), r.PostFormValue("currency"), time.Now())
	if err == nil {
		err = a.Profile.Save(d)
	}
	if err != nil {
		if saved, e := a.device(d.Vault.String()); e == nil {
			d = saved // as it still is
		}
		a.show(w, s, "amount", amountPage(s.lang, d, typed, err))
		return
	}
	to(w, r, s, of("amount", d.Vault.String()))
}

// takeAmount sets the limit first: the amount is in its currency. An empty limit is the
// default, an empty amount says nothing.
func takeAmount(g *cloudseed.Guard, amount, limit, currency string, now time.Time) error {
	most := cloudseed.Amount{Currency: strings.ToUpper(strings.TrimSpace(currency))}
	if strings.TrimSpace(limit) != "" {
		value, err := readNumber(limit)
		if err != nil {
			return err
		}
		most.Value = value
	}
	if err := g.SetLimit(most); err != nil {
		return err
	}
	if strings.TrimSpace(amount) == "" {
		return nil
	}
	value, err := readNumber(amount)
	if err != nil {
		return err
	}
	return g.Report(cloudseed.Amount{Value: value}, now.UTC().Truncate(time.Second))
}

// readNumber reads a number with a point or a comma before its fraction. Where both could be
// meant it is refused: 1,000 may be one or a thousand.
func readNumber(text string) (float64, error) {
	text = strings.ReplaceAll(strings.TrimSpace(text), " ", "")
	if i := strings.LastIndexByte(text, ','); i >= 0 {
		if strings.Count(text, ",") > 1 || strings.Contains(text, ".") || len(text)-i-1 == 3 {
			return 0, cloudseed.ErrAmount
		}
		text = strings.Replace(text, ",", ".", 1)
	}
	if strings.Trim(text, "0123456789.") != "" { // no exponents, no signs, no "Inf"
		return 0, cloudseed.ErrAmount
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, cloudseed.ErrAmount
	}
	return value, nil
}
