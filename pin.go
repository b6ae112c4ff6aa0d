package cloudseed

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/cloudseed/cloudseed/secret"
)

// A PINWeakness is a reason to refuse a PIN.
type PINWeakness string

const (
	PINTooShort PINWeakness = "fewer than 4 characters"
	PINTooLong  PINWeakness = "more than 256 characters"
	PINNotText  PINWeakness = "not valid text"
	PINRepeated PINWeakness = "one character repeated"
	PINSequence PINWeakness = "a run such as 123456"
	PINPattern  PINWeakness = "a pattern such as 121212"
	PINCommon   PINWeakness = "among the most used"
	PINYear     PINWeakness = "a year"
)

// The PINs that people choose most, beside those that the rules above refuse.
var commonPINs = strings.Fields(`
	1004 1122 1313 1337 2468 2580 5150 5683 6969 7410 8520 8675309 0852 1470 1593 7531 9630
	102030 112233 123654 142536 147258 147852 159357 159753 168168 246810 258456 332211 445566
	520520 521521 789456 852456 963852 456789 987456 131313 010203 112211 123321 654123 741852
	password passwort password1 qwerty qwertz asdf iloveyou letmein bitcoin satoshi hodl admin welcome dragon monkey secret`)

// CheckPIN refuses a PIN that is too short or that a thief with a few guesses would try
// first, with a *WeakPINError. A PIN of 4 or 5 digits passes; advise 6.
func CheckPIN(pin secret.Text) error {
	if !utf8.Valid(pin.Reveal()) {
		return &WeakPINError{PINNotText}
	}
	runes := []rune(strings.ToLower(norm.NFKC.String(string(pin.Reveal()))))
	defer clear(runes)
	for _, rule := range []struct {
		weak   func([]rune) bool
		reason PINWeakness
	}{
		{func(r []rune) bool { return len(r) < 4 }, PINTooShort},
		{func(r []rune) bool { return len(r) > 256 }, PINTooLong},
		{func(r []rune) bool { return repeats(r, 1) }, PINRepeated},
		{isRun, PINSequence},
		{func(r []rune) bool { return repeats(r, 2) || len(r) >= 6 && repeats(r, 3) }, PINPattern},
		{isYear, PINYear},
		{isCommon, PINCommon},
	} {
		if rule.weak(runes) {
			return &WeakPINError{rule.reason}
		}
	}
	return nil
}

// ShortPIN tells whether a PIN is made of fewer than 6 digits: allowed, with a warning.
func ShortPIN(pin secret.Text) bool {
	n := 0
	for _, r := range string(pin.Reveal()) {
		if !unicode.IsDigit(r) {
			return false
		}
		n++
	}
	return n < 6
}

// normalPIN is the PIN as the realms' client stretches it: UTF-8, NFKC, not trimmed. It is
// always a copy, which its user clears; the caller's PIN stays as it is.
func normalPIN(pin secret.Text) secret.Text {
	return secret.New(norm.NFKC.Append(nil, pin.Reveal()...))
}

// repeats tells whether r is a group of n characters over and over.
func repeats(r []rune, n int) bool {
	if len(r) < 2*n && n > 1 || len(r)%n != 0 {
		return false
	}
	for i := n; i < len(r); i++ {
		if r[i] != r[i-n] {
			return false
		}
	}
	return true
}

// isRun tells whether r goes up or down by one all the way; 890 and 098 count.
func isRun(r []rune) bool {
	for _, by := range []rune{1, -1} {
		run := true
		for i := 1; i < len(r) && run; i++ {
			wrap := by == 1 && r[i-1] == '9' && r[i] == '0' || by == -1 && r[i-1] == '0' && r[i] == '9'
			run = r[i] == r[i-1]+by || wrap
		}
		if run {
			return true
		}
	}
	return false
}

// isYear tells whether r is a year from 1900 to 2099.
func isYear(r []rune) bool {
	if len(r) != 4 || !unicode.IsDigit(r[2]) || !unicode.IsDigit(r[3]) {
		return false
	}
	return string(r[:2]) == "19" || string(r[:2]) == "20"
}

func isCommon(r []rune) bool {
	pin := string(r)
	for _, common := range commonPINs {
		if pin == common {
			return true
		}
	}
	return false
}
