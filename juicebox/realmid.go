package juicebox

import (
	"encoding/hex"
	"errors"
	"strings"
)

var errRealmID = errors.New("a realm id is 32 hexadecimal digits")

// String is the id as 32 lowercase hexadecimal digits.
func (id RealmID) String() string { return hex.EncodeToString(id[:]) }

// ParseRealmID reads 32 hexadecimal digits of either case; dashes among them, as in a
// UUID, are allowed.
func ParseRealmID(s string) (RealmID, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != len(RealmID{}) {
		return RealmID{}, errRealmID
	}
	return RealmID(b), nil
}
