package drive

// A Rule is something that Drive holds to, or refuses.
type Rule string

// Who may do what. "Spec" is drive-api.json; the other sources are pages of
// developers.google.com/workspace/drive/api/guides, or what docs/providers/googledrive.md says.
const (
	NeedsToken Rule = "401 without a token that is good"                        // handle-errors
	NeedsScope Rule = "403 without a scope for Drive"                           // handle-errors
	SpaceScope Rule = "403 for a space without its scope"                       // appdata
	OnlyOwn    Rule = "an app sees only what it made"                           // api-specific-auth, drive.file
	RootUnseen Rule = "the folder root is not the app's"                        // rclone, drive.file
	SpacesKept Rule = "a listing shows one space, the visible one unless asked" // appdata
)

// Rules of creating and changing.
const (
	IDsOnce        Rule = "409 for an id that is used"                                 // create-file
	IDsMade        Rule = "400 for an id that Drive did not make"                      // create-file
	IDsCounted     Rule = "generateIds makes 1 to 1000 at a time"                      // spec
	NamesRepeat    Rule = "a name may occur many times"                                // create-file
	OneParent      Rule = "400 for more than one parent"                               // handle-errors
	ParentThere    Rule = "404 for a parent that is not there"                         // handle-errors
	ParentIsFolder Rule = "403 for a parent that is a file"                            // handle-errors
	NoOverwrite    Rule = "nothing is overwritten"                                     // the fake's own: a backup must not need it
	BodiesRead     Rule = "400 for a body that is not what its type says"              // handle-errors
	UploadsWhole   Rule = "an upload that breaks off stores nothing"                   // manage-uploads
	UploadsSmall   Rule = "413 for more than 5 MB in one multipart upload"             // manage-uploads; stricter than the service
	ChunksMeasured Rule = "400 for a chunk in between that is no multiple of 256 KiB"  // manage-uploads
	ChunksTrue     Rule = "400 for a chunk that is not what Content-Range says"        // manage-uploads
	ChunksInOrder  Rule = "400 for a chunk that leaves a gap"                          // manage-uploads
	ChunksTwice    Rule = "a chunk that comes twice counts once"                       // manage-uploads
	ShownWhole     Rule = "a file shows only when its last chunk is there"             // manage-uploads
	ChunksTold     Rule = "308 and the range that came, until the last chunk is there" // manage-uploads
	EndRepeated    Rule = "a finished upload session answers with its file again"      // manage-uploads
	SessionsKnown  Rule = "404 for an upload session that is not there"                // manage-uploads
	Quota          Rule = "403 when the Drive is full"                                 // handle-errors
	HiddenStays    Rule = "403 for moving hidden files to the bin"                     // appdata
)

// Rules of what is told.
const (
	FieldsAsked     Rule = "an answer has the fields asked for, or four"     // fields-parameter
	FieldsKnown     Rule = "400 for a field that is not there"               // fields-parameter
	AboutAsked      Rule = "400 for about without fields"                    // spec
	NumbersQuoted   Rule = "numbers of 64 bits are strings"                  // spec
	SumsTold        Rule = "a file has the MD5 and the SHA-256 of its bytes" // spec
	FoldersEmpty    Rule = "403 for the bytes of a folder"                   // handle-errors
	Known           Rule = "404 for methods that are not there"              // spec
	DeletedGone     Rule = "what was deleted is gone"                        // spec
	DeletedWithin   Rule = "a deleted folder takes what is in it along"      // spec
	MissingTold     Rule = "404 for an id that is not there"                 // handle-errors
	QueriesRead     Rule = "400 for a question that cannot be read"          // search-files
	FoldersSearched Rule = "404 for a search in a folder that is not there"  // seen by rclone's users
	CaseIgnored     Rule = "name = does not mind upper and lower case"       // rclone
	BeginsOnly      Rule = "name contains looks at the beginning"            // search-files
	BinInherited    Rule = "what is in a folder in the bin is in the bin"    // spec, trashed and explicitlyTrashed
	Paged           Rule = "a long listing comes in pages"                   // spec
	PagesMeasured   Rule = "400 for a pageSize that is not 1 to 1000"        // spec
	TokensBound     Rule = "400 for the page token of another question"      // spec
	ByIDAtOnce      Rule = "reading by id does not lag"                      // rclone's documentation
)

// Rules are all of them.
var Rules = []Rule{
	NeedsToken, NeedsScope, SpaceScope, OnlyOwn, RootUnseen, SpacesKept,
	IDsOnce, IDsMade, IDsCounted, NamesRepeat, OneParent, ParentThere, ParentIsFolder, NoOverwrite, BodiesRead,
	UploadsWhole, UploadsSmall, ChunksMeasured, ChunksTrue, ChunksInOrder, ChunksTwice, ShownWhole, ChunksTold, EndRepeated, SessionsKnown, Quota, HiddenStays,
	FieldsAsked, FieldsKnown, AboutAsked, NumbersQuoted, SumsTold, FoldersEmpty, Known, DeletedGone, DeletedWithin, MissingTold,
	QueriesRead, FoldersSearched, CaseIgnored, BeginsOnly, BinInherited, Paged, PagesMeasured, TokensBound, ByIDAtOnce,
}

// Off switches rules off, so that tests can show that they would notice.
func (s *Server) Off(rules ...Rule) {
	s.set(func() {
		for _, r := range rules {
			s.off[r] = true
		}
	})
}

// on tells whether a rule holds. s.mu is not held.
func (s *Server) on(r Rule) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.off[r]
}
