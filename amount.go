package cloudseed

import (
	"errors"
	"math"
	"strings"
	"time"
)

// What a backup with a PIN is suggested for when nobody says otherwise.
const (
	DefaultLimit    = 500
	DefaultCurrency = "EUR"
)

// ErrAmount refuses what is no amount of money in a named currency.
var ErrAmount = errors.New("not an amount")

// An Amount is money, as a wallet or a person states it: a number of a currency's units, such
// as 250 and "EUR", or 0.005 and "BTC". It is never sent anywhere.
type Amount struct {
	Value    float64
	Currency string // 2 to 8 capital letters and digits; DefaultCurrency when ""
}

// A Guard tells when a wallet holds more than a backup with a PIN is good for. The zero value
// has the default limit and knows no amount.
type Guard struct {
	Limit    Amount    // the most that the backup is meant for; DefaultLimit when its value is 0
	Reported Amount    // what the wallet held last, in the limit's currency
	At       time.Time // when that was said; zero for never
}

// Advice is what a Guard says of an amount.
type Advice string

const (
	AdviceUnknown Advice = "unknown" // nobody has said how much it is
	AdviceFine    Advice = "fine"    // below half the limit
	AdviceNudge   Advice = "nudge"   // half the limit or more: think of a stronger way
	AdviceStepUp  Advice = "step up" // the limit or more: words on paper or steel, a hardware wallet, multisig
)

// Check tells whether an amount can be one: not negative, finite, its currency named plainly.
func (a Amount) Check() error {
	if math.IsNaN(a.Value) || math.IsInf(a.Value, 0) || a.Value < 0 {
		return ErrAmount
	}
	if n := len(a.Currency); n != 0 && (n < 2 || n > 8) {
		return ErrAmount
	}
	if strings.Trim(a.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return ErrAmount
	}
	return nil
}

// Most is the limit in force.
func (g Guard) Most() Amount {
	most := g.Limit
	if most.Value == 0 {
		most.Value = DefaultLimit
	}
	if most.Currency == "" {
		most.Currency = DefaultCurrency
	}
	return most
}

// Report notes how much the wallet holds, at a time. An amount in a currency other than the
// limit's is refused with ErrAmount: nothing here knows a rate of exchange.
func (g *Guard) Report(a Amount, at time.Time) error {
	if a.Currency == "" {
		a.Currency = g.Most().Currency
	}
	if err := a.Check(); err != nil {
		return err
	}
	if a.Currency != g.Most().Currency {
		return ErrAmount
	}
	g.Reported, g.At = a, at
	return nil
}

// SetLimit changes the limit; 0 means the default again. What was reported in another
// currency is forgotten.
func (g *Guard) SetLimit(limit Amount) error {
	if err := limit.Check(); err != nil {
		return err
	}
	g.Limit = limit
	if g.Reported.Currency != g.Most().Currency {
		g.Reported, g.At = Amount{}, time.Time{}
	}
	return nil
}

// Advice is a pure function of the limit and of what was reported last.
func (g Guard) Advice() Advice {
	switch most := g.Most(); {
	case g.At.IsZero():
		return AdviceUnknown
	case g.Reported.Value >= most.Value:
		return AdviceStepUp
	case g.Reported.Value >= most.Value/2:
		return AdviceNudge
	}
	return AdviceFine
}
