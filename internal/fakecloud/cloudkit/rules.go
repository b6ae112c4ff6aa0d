package cloudkit

// A Rule is one thing that the fake insists on.
type Rule string

const (
	TokenOnce       Rule = "a web token is good for one request"
	TokenExpires    Rule = "a session ends, however often its token was renewed"
	TokenTurns      Rule = "a session has one request at a time"
	TokenEscaped    Rule = "+, / and = of a token are escaped"
	APITokenKnown   Rule = "an unknown API token is refused"
	ZoneThere       Rule = "a zone that was not made is not found"
	NameAllowed     Rule = "a record name is ASCII, up to 255 characters, not beginning with _"
	SchemaKept      Rule = "types and fields that are not in the schema are refused"
	RecordSmall     Rule = "a record has at most 1 MB without its assets"
	CreateExclusive Rule = "create refuses a record that is there"
	TagChecked      Rule = "delete needs the latest recordChangeTag"
	BatchAtomic     Rule = "an atomic batch is done whole or not at all"
	QuotaChecked    Rule = "a full account takes nothing more"
	Paged           Rule = "long histories come in pages"
	DeletionsTold   Rule = "the history tells what was deleted"
	UploadOnce      Rule = "an upload address is good for one upload, for a quarter of an hour"
	ReceiptChecked  Rule = "an asset needs the receipt of its own upload"
	DownloadExpires Rule = "a download address is good for an hour"
	NoCredentials   Rule = "asset servers refuse tokens"
)

// Rules are all of them.
var Rules = []Rule{
	TokenOnce, TokenExpires, TokenTurns, TokenEscaped, APITokenKnown, ZoneThere, NameAllowed, SchemaKept, RecordSmall,
	CreateExclusive, TagChecked, BatchAtomic, QuotaChecked, Paged, DeletionsTold, UploadOnce, ReceiptChecked,
	DownloadExpires, NoCredentials,
}

// Off switches rules off.
func (s *Server) Off(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rules {
		s.off[r] = true
	}
}
