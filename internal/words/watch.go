package words

import (
	"golang.org/x/text/number"

	"github.com/cloudseed/cloudseed"
)

// Failing is the title and text of a desktop notification: the backup of a wallet has been
// failing for long, or these watched files cannot be read. It names no amount, place or account,
// since a locked screen may show it.
func (l *Language) Failing(wallet string, files []string) (title, text string) {
	text = l.Say(english.texts["failing"])
	if len(files) > 0 {
		text = l.Say(english.texts["failing-file"])
	}
	return l.fill(english.texts["failing-title"], "wallet", wallet), text
}

// ForAdvice is what a Guard's advice says to the person; "" when there is nothing to say.
func (l *Language) ForAdvice(g cloudseed.Guard) string {
	return l.fill(english.texts["amount "+string(g.Advice())], "limit", l.Money(g.Most()), "half", l.Money(cloudseed.Amount{Value: g.Most().Value / 2, Currency: g.Most().Currency}))
}

// Money is an amount as people write it.
func (l *Language) Money(a cloudseed.Amount) string {
	return l.printer.Sprint(number.Decimal(a.Value, number.NoSeparator(), number.MaxFractionDigits(8))) + " " + a.Currency
}
