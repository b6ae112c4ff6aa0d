package envelope

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// BaseName is the beginning of a backup's file names, from the wallet's name:
// "Wallet backup - Samantha". It is ASCII that every place can keep; a name that has
// nothing of that becomes "Wallet backup".
func BaseName(wallet string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(wallet) {
		switch {
		case r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '_':
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			b.WriteByte(' ')
		}
	}
	words := strings.Join(strings.Fields(b.String()), " ")
	if words == "" {
		return "Wallet backup"
	}
	return "Wallet backup - " + strings.TrimSpace(words[:min(len(words), 48)])
}

// SiblingName is the base name where another vault, or something that cannot be read,
// already has the plain one.
func SiblingName(base string, vault VaultID) string { return base + " (" + vault.Short() + ")" }

// FileName is the name of one generation: "Wallet backup - Samantha - wallet 1.age". There is
// no hash in it, so that two writers of one generation meet on one name.
func FileName(base string, part Part, generation int) string {
	return fmt.Sprintf("%s - %s %d.age", base, part, generation)
}

// ParseFileName takes a name of FileName apart. What it says is no proof of anything.
func ParseFileName(name string) (base string, part Part, generation int, ok bool) {
	rest, ok := strings.CutSuffix(name, ".age")
	if !ok {
		return "", "", 0, false
	}
	at := strings.LastIndex(rest, " - ")
	if at < 0 {
		return "", "", 0, false
	}
	kind, number, found := strings.Cut(rest[at+3:], " ")
	generation, err := strconv.Atoi(number)
	part = Part(kind)
	if !found || err != nil || generation < 1 || part != WalletPart && part != FilesPart {
		return "", "", 0, false
	}
	if FileName(rest[:at], part, generation) != name {
		return "", "", 0, false
	}
	return rest[:at], part, generation, true
}
