package words

import (
	"strconv"

	"github.com/cloudseed/cloudseed"
)

// Failing is the title and text of a desktop notification: the backup of a wallet has been
// failing for long, or these watched files cannot be read. It names no amount, place or account,
// since a locked screen may show it.
func Failing(wallet string, files []string) (title, text string) {
	text = english.texts["failing"]
	if len(files) > 0 {
		text = english.texts["failing-file"]
	}
	return fill(english.texts["failing-title"], "wallet", wallet), text
}

// ForAdvice is what a Guard's advice says to the person; "" when there is nothing to say.
func ForAdvice(g cloudseed.Guard) string {
	return fill(english.texts["amount "+string(g.Advice())], "limit", Money(g.Most()), "half", Money(cloudseed.Amount{Value: g.Most().Value / 2, Currency: g.Most().Currency}))
}

// Money is an amount as people write it.
func Money(a cloudseed.Amount) string {
	return strconv.FormatFloat(a.Value, 'f', -1, 64) + " " + a.Currency
}
