package dropbox

// A Rule is one thing that the fake insists on.
type Rule string

const (
	TokensKnown    Rule = "unknown and revoked tokens are refused"
	TokensExpire   Rule = "expired tokens are refused"
	ScopesChecked  Rule = "calls without their scope are refused"
	ArgumentsKnown Rule = "unknown arguments are refused"
	HeadersASCII   Rule = "arguments in headers are printable ASCII" // the service takes UTF-8 too, and has spoilt it (rclone issue 3609)
	TypesChecked   Rule = "bodies without their content type are refused"
	PathsChecked   Rule = "malformed paths are refused"
	CaseFolded     Rule = "case does not tell paths apart"
	AddExclusive   Rule = "add does not overwrite"
	StrictConflict Rule = "strict_conflict makes a conflict of identical content"
	UpdateByRev    Rule = "update needs the latest revision"
	HashChecked    Rule = "content that does not have its content_hash is refused"
	HashTold       Rule = "answers tell the content_hash"
	QuotaChecked   Rule = "a full account takes nothing more"
	WritesLocked   Rule = "writes of one account do not overlap"
	Paged          Rule = "long listings come in pages"
	ChangesListed  Rule = "changes during a listing are in its last pages"
	CursorsReset   Rule = "an invalidated cursor is refused"
	MissingTold    Rule = "deleting what is not there is refused"
	DeleteByRev    Rule = "parent_rev protects from deleting another revision or a folder"
	FoldersApart   Rule = "a folder cannot be downloaded or overwritten"
)

// Rules are all of them.
var Rules = []Rule{
	TokensKnown, TokensExpire, ScopesChecked, ArgumentsKnown, HeadersASCII, TypesChecked, PathsChecked,
	CaseFolded, AddExclusive, StrictConflict, UpdateByRev, HashChecked, HashTold, QuotaChecked, WritesLocked,
	Paged, ChangesListed, CursorsReset, MissingTold, DeleteByRev, FoldersApart,
}

// Off switches rules off.
func (s *Server) Off(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rules {
		s.off[r] = true
	}
}

func (s *Server) on(r Rule) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.off[r]
}
