package mobile

import (
	"errors"
	"slices"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
)

// errNoJournal refuses verbs that could not be finished after a crash.
var errNoJournal = errors.New("the client has no journal")

const unexpected = "unexpected"

// A kind is one row: how it is recognised, and its word. The words are those of the command's
// --json (internal/words), and a test keeps them so; that package is not used here because it
// brings along what only a computer has.
type kind struct {
	target error
	code   string
}

// typedKinds say more than one kind, so they are looked for first.
var typedKinds = []struct {
	is   func(error) bool
	code string
}{
	{as[*cloudseed.StrangerError], "stranger"},
	{as[*cloudseed.KitTypoError], "kit-typed"},
	{wrongPIN, "wrong-pin"},
	{as[*cloudseed.WrongPINError], "no-tries"},
	{as[*cloudseed.WeakPINError], "weak-pin"},
	{as[*cloudseed.ReplacedError], "replaced"},
	{as[*cloudseed.ForkError], "fork"},
	{as[*cloudseed.ConflictError], "conflict"},
	{as[*cloudseed.IncompleteError], "incomplete"},
	{as[*cloudseed.CouldNotLookError], "could-not-look"},
	{as[*cloudseed.UnknownRealmsError], "unknown-pin-servers"},
	{as[*phrase.WordCountError], "phrase-count"},
	{as[*phrase.UnknownWordError], "phrase-word"},
	{as[*phrase.ChecksumError], "phrase-checksum"},
	{as[*phrase.AmbiguousError], "phrase-ambiguous"},
}

func as[T error](err error) bool {
	var t T
	return errors.As(err, &t)
}

func wrongPIN(err error) bool {
	var wrong *cloudseed.WrongPINError
	return errors.As(err, &wrong) && wrong.Left > 0
}

// kinds in the order in which they are looked for: a kind that wraps others comes first.
var kinds = slices.Concat([]kind{
	{errNoJournal, "no-journal"},
	{cloudseed.ErrNoPlace, "no-place"},
	{cloudseed.ErrName, "name"},
	{cloudseed.ErrStranger, "stranger"},
	{cloudseed.ErrNotCounted, "not-counted"},
	{cloudseed.ErrSamePIN, "same-pin"},
	{cloudseed.ErrNoTries, "no-tries"},
	{cloudseed.ErrNoRecord, "no-record"},
	{cloudseed.ErrElsewhere, "elsewhere"},
	{cloudseed.ErrUnsafe, "pin-servers-unsafe"},
	{cloudseed.ErrRealms, "pin-servers"},
	{cloudseed.ErrBusy, "pin-servers-busy"},
	{cloudseed.ErrUndone, "undone"},
	{cloudseed.ErrKitUnknown, "kit-unknown"},
	{cloudseed.ErrNotChanged, "not-changed"},
	{cloudseed.ErrUnsaved, "unsaved"},
	{cloudseed.ErrOldPIN, "old-pin"},
	{cloudseed.ErrReplaced, "replaced"},
	{cloudseed.ErrFork, "fork"},
	{cloudseed.ErrConflict, "conflict"},
	{cloudseed.ErrRolledBack, "rolled-back"},
	{cloudseed.ErrDeleting, "deleting"},
	{cloudseed.ErrNotDeleted, "not-deleted"},
	{cloudseed.ErrChanged, "changed"},
	{cloudseed.ErrNotBackup, "not-a-backup"},
	{cloudseed.ErrNewerFormat, "newer-format"},
	{cloudseed.ErrDamaged, "damaged"},
	{cloudseed.ErrTooLarge, "too-large"},
	{cloudseed.ErrDangerous, "dangerous-file"},
	{cloudseed.ErrNoWalletPart, "no-wallet-part"},
	{cloudseed.ErrOldFiles, "old-files"},
	{cloudseed.ErrNoBackup, "no-backup"},
	{cloudseed.ErrBadFile, "bad-file"},
	{cloudseed.ErrOtherWallet, "other-wallet"},
	{cloudseed.ErrNeedsPIN, "needs-pin"},
	{envelope.ErrWrongKey, "wrong-key"},
	{phrase.ErrLanguage, "phrase-language"},
	{phrase.ErrNumbering, "phrase-numbering"},
	{juicebox.ErrConfiguration, "pin-servers-file"},
}, placeKinds)

// placeKinds are also what a host's [Place] answers.
var placeKinds = []kind{
	{store.ErrSignedOut, "signed-out"},
	{store.ErrConsent, "consent"},
	{store.ErrNotFound, "not-found"},
	{store.ErrExists, "exists"},
	{store.ErrFull, "full"},
	{store.ErrBusy, "busy"},
	{store.ErrOffline, "offline"},
	{store.ErrGone, "gone"},
	{store.ErrRefused, "refused"},
	{store.ErrCorrupt, "corrupt"},
}

func kindOf(err error) string {
	for _, k := range typedKinds {
		if k.is(err) {
			return k.code
		}
	}
	for _, k := range kinds {
		if errors.Is(err, k.target) {
			return k.code
		}
	}
	return unexpected
}

// known tells whether code is one of ours.
func known(code string) bool {
	for _, k := range typedKinds {
		if k.code == code {
			return true
		}
	}
	return code == unexpected || slices.ContainsFunc(kinds, func(k kind) bool { return k.code == code })
}
