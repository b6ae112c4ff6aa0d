package webapp

import (
	"time"

	"github.com/cloudseed/cloudseed/internal/words"
)

// A page is what the layout may use, and Body what the screen's own template may.
type page struct {
	Title     words.Sentence
	Facts     []any  // of Title
	Art       string // which illustration, see templates/art.html; "" for none
	Big       bool   // show the illustration on a phone too
	Back      string // where "Back" leads; "" for nowhere
	Stage     int    // of Stages; 0 for none
	Stages    int
	Token     string
	TryingOut bool
	Settled   bool // TryingOut is about a backup that is there, not about new ones
	Notice    string
	Passing   bool     // leads on by itself: a notice waits for the page after it
	Problem   *problem // the one error component
	Field     string   // the input that Problem is about; focus goes there
	Version   string
	Dev       bool
	Body      any
}

// A problem is one failure in the words of package words.
type problem struct {
	words.Message
	Retry string         // where a POST tries again; "" if there is nothing to try
	Help  string         // a page that helps on
	Link  words.Sentence // what that page is called

	Accounts []Provider // where another account can be tried
}

// stages of the two flows, for "Step 2 of 5".
const (
	backupStages  = 5 // explain, wallet, PIN, places, back up
	restoreStages = 4 // place, choose, PIN, restore
)

type introScreen struct {
	Page    int // 1 to 3
	Amount  string
	Guesses int
	Servers int
	Needed  int
	Who     []holder
}

// A holder is one row of "Who can open it?".
type holder struct {
	Who     string
	What    string // has and can do
	Verdict string // cannot, guesses, can
	Pill    string // the verdict in a few words

	File, Servers, PIN string // has, part or lacks
	Kit                string // in place of servers and PIN; "" for no row about a kit
}

type whoScreen struct {
	Wallet  string // which one, where there are several
	Holders []holder
	Hurts   []words.Sentence // said plainly
}

type walletScreen struct {
	Name          string
	Typed         string
	Known         int // words that were typed before, right, and are not shown again
	HasPassphrase bool
	Marked        []markedWord // the typed words, when one is wrong
	Languages     []choice     // to choose from, when the words fit more than one list
}

type markedWord struct {
	Text  string
	Wrong bool
}

// A choice is one radio button or one option.
type choice struct{ Value, Label, Hint string }

// wordsScreen shows a phrase; Words is empty while it is hidden.
type wordsScreen struct {
	Count   int
	Numbers []struct{} // Count of them, to draw what is hidden
	Words   []string
	Made    bool // made here just now, as a part of a backup
	Action  string
	Next    string
	Seconds int // until they are hidden again

	Passphrase bool // there is one as well
}

type pinScreen struct {
	Action  string
	Again   bool // typed a second time
	Restore bool
	Tries   int
	Left    int // tries left at a restore; -1 when unknown
	Dots    tries
	Short   bool
	Wallet  string
	Label   words.Sentence
	Submit  words.Sentence
}

type placesScreen struct {
	Action  string // where a place is added
	Chosen  []placeRow
	Kept    []placeRow // known to this computer, to choose from
	Folder  string     // suggested
	Kind    string     // of the form that is open
	Name    string
	Address string
	User    string
	Bucket  string // of S3, with the folder in it
	Restore bool
	Wallet  string // of the backup that one more place is for; "" for a new one
	Missing bool   // the folder is not there and could be made

	Clouds          []providerCard
	NextcloudSignIn bool   // Nextcloud can be signed in to in the browser
	ICloudDrive     bool   // this system may have the folder
	Again           string // the kept place that has to be signed in to again
}

// A providerCard is one cloud to sign in to.
type providerCard struct {
	Provider
	Chosen bool // one account of it is among the chosen places
}

type signInScreen struct {
	Provider
	Flow    string // places, restore or home
	Page    string // the provider's address; "" while it is asked for
	Looking bool   // signed in; the place is looked at
	Hint    string // what to expect there
	Events  string
	Ended   bool   // with a problem
	Again   string // the name of the place that is signed in to again
	Want    string // and its account
	Server  string // of a Nextcloud
}

// A placeRow is one place with what was seen there.
type placeRow struct {
	Name    string
	Kind    string
	Address string
	File    string
	Account string
	Cloud   bool   // not a folder of this computer
	Again   string // its name, when it has to be signed in to again
	Size    string
	Proof   []proof
	Looked  string
	Problem *words.Message
	Forks   []string // names that two devices have written there, one sentence each
}

// A proof is one piece of evidence; Seen tells whether there is any.
type proof struct {
	What words.Sentence
	When string
	Seen bool
}

type progressScreen struct {
	Title  words.Sentence
	Facts  []any // of Title
	Lead   words.Sentence
	Lines  []line
	Ended  bool
	Next   string
	Events string
}

type doneScreen struct {
	ID          string
	Name        string
	Fingerprint string
	Places      []placeRow
	Proved      string
	Guesses     int
	Servers     int
	Needed      int
	Queued      bool // no more than this computer's copy of a cloud has it
}

type homeScreen struct {
	Wallets []walletRow
}

// A walletRow is one vault on the home screen.
type walletRow struct {
	ID          string
	Name        string
	Fingerprint string
	State       words.State
	Badge       string // good, try, bad
	Good        bool
	Proved      string
	Places      []placeRow
	Servers     []serverRow
	Needed      int
	Guesses     int
	Unfinished  bool
	Deleting    bool
	TryingOut   bool
	Kit         string // how far the emergency kit can be relied on
	PIN         pinCard
	Amount      amountCard
	Attached    string // how many files, and when they were sealed; "" for none
	Written     string // when the words were last shown to be on paper; "" for never
}

// A serverRow is one PIN server with what was seen of it.
type serverRow struct {
	Name    string
	Seen    string
	Problem *words.Message
}

type foundScreen struct {
	Backups  []backupRow
	Failed   []string // places that could not be looked at, one line each
	Forks    []string // names that two devices have written, one sentence each
	Others   int
	Newer    int // made by a later version
	Unusable int
}

// A backupRow is one backup to choose.
type backupRow struct {
	Index      int
	Name       string
	ID         string
	Date       string
	Size       string
	Place      string
	Generation int
	TryingOut  bool
}

type serversScreen struct {
	Wallet  string
	Servers []string
	Needed  int
}

type restoredScreen struct {
	Name          string
	Fingerprint   string
	Address       string
	Made          string
	MadeOn        string
	From          string
	Generation    int
	Count         int
	HasPassphrase bool
	Passphrase    string // only while it is revealed
	Words         []string
	Numbers       []struct{}
	Seconds       int
	Files         []fileRow
	Skipped       []string
	TryingOut     bool
}

type fileRow struct {
	Index int
	Name  string
	Size  string
}

// when puts a time in words that stay true on a page that is left open: "22 November
// 2026, 14:05". Never is "not yet".
func when(l *words.Language, t time.Time) string {
	if t.IsZero() {
		return l.Say("not yet")
	}
	return l.Moment(t)
}
