package realm

import "github.com/cloudseed/cloudseed/juicebox"

// A Role is what a verified token lets its sender do.
type Role int

const (
	NoRole Role = iota // may do nothing
	// GuessRole may only recover. Its key lies in the backup file, so a thief of that
	// file can spend guesses, but not replace or delete the record.
	GuessRole
	// OwnerRole may do everything. Tokens of vendors' tenants have it.
	OwnerRole
)

// May says whether the role is enough for request. It does not depend on the state of
// the record, so an answer tells nothing about it.
func (r Role) May(request juicebox.Request) bool {
	switch request.(type) {
	case juicebox.Recover1, juicebox.Recover2, juicebox.Recover3:
		return r == OwnerRole || r == GuessRole
	default:
		return r == OwnerRole
	}
}
