package realm

import "github.com/cloudseed/cloudseed/juicebox"

// A Role is what a verified token lets its sender do.
type Role int

const (
	NoRole Role = iota // may do nothing
	// GuessRole may only recover. Its key lies in the backup file, so a thief of that
	// file can spend guesses, but not replace or delete the record.
	GuessRole
	// OwnerRole may do everything to its record. Tokens of vendors' tenants have it.
	OwnerRole
	// AuditRole may read its tenant's log and do nothing to any record: a vendor's token
	// of scope audit.
	AuditRole
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

// lacks says what a role would need for a request that it may not send.
func (r Role) lacks() string {
	if r == AuditRole {
		return "the scope user"
	}
	return "the owner key"
}
