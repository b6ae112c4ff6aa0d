package words

import (
	"errors"
	"strconv"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
)

// A kind is one row of errors: how it is recognised, its code and its exit code.
type kind struct {
	target error
	code   string
	exit   int
}

// kinds in the order in which they are looked for: a kind that wraps others comes first.
var kinds = []kind{
	{cloudseed.ErrNoPlace, "no-place", ExitUsage},
	{cloudseed.ErrName, "name", ExitUsage},
	{cloudseed.ErrStranger, "stranger", ExitFailure},
	{cloudseed.ErrNotCounted, "not-counted", ExitNoLook}, // around why
	{cloudseed.ErrSamePIN, "same-pin", ExitUsage},
	{cloudseed.ErrFewTries, "few-tries", ExitFailure},
	{cloudseed.ErrReminderOver, "reminder-over", ExitFailure},
	{cloudseed.ErrOtherStanza, "other-stanza", ExitFailure},
	{cloudseed.ErrAmount, "amount", ExitUsage},
	{cloudseed.ErrNoTries, "no-tries", ExitNoTries},
	{cloudseed.ErrNoRecord, "no-record", ExitFailure},
	{cloudseed.ErrElsewhere, "elsewhere", ExitFailure},
	{cloudseed.ErrUnsafe, "pin-servers-unsafe", ExitUsage},
	{cloudseed.ErrRealms, "pin-servers", ExitFailure},
	{cloudseed.ErrBusy, "pin-servers-busy", ExitFailure},
	{cloudseed.ErrUndone, "undone", ExitFailure},
	{cloudseed.ErrKitUnknown, "kit-unknown", ExitUsage},
	{cloudseed.ErrNotChanged, "not-changed", ExitFailure},
	{cloudseed.ErrUnsaved, "unsaved", ExitIncomplete},
	{cloudseed.ErrOldPIN, "old-pin", ExitIncomplete},
	{cloudseed.ErrReplaced, "replaced", ExitFailure},
	{cloudseed.ErrFork, "fork", ExitFailure},
	{cloudseed.ErrConflict, "conflict", ExitFailure},
	{cloudseed.ErrRolledBack, "rolled-back", ExitFailure},
	{cloudseed.ErrNotReplaced, "not-replaced", ExitFailure},
	{cloudseed.ErrPlaceThere, "place-there", ExitUsage},
	{cloudseed.ErrNoSuchOne, "place-not-used", ExitUsage},
	{cloudseed.ErrLastPlace, "last-place", ExitUsage},
	{cloudseed.ErrDeleting, "deleting", ExitFailure},
	{cloudseed.ErrNotDeleted, "not-deleted", ExitIncomplete},
	{cloudseed.ErrChanged, "changed", ExitFailure},
	{cloudseed.ErrNotBackup, "not-a-backup", ExitFailure},
	{cloudseed.ErrNewerFormat, "newer-format", ExitFailure},
	{cloudseed.ErrDamaged, "damaged", ExitFailure},
	{cloudseed.ErrTooLarge, "too-large", ExitUsage},
	{cloudseed.ErrDangerous, "dangerous-file", ExitUsage},
	{cloudseed.ErrNoWalletPart, "no-wallet-part", ExitNotFound},
	{cloudseed.ErrOldFiles, "old-files", ExitFailure},
	{cloudseed.ErrNoBackup, "no-backup", ExitNotFound}, // around the reason, if files are there
	{cloudseed.ErrBadFile, "bad-file", ExitUsage},
	{cloudseed.ErrWrongKit, "wrong-kit", ExitFailure}, // around ErrWrongKey
	{cloudseed.ErrOtherWallet, "other-wallet", ExitUsage},
	{cloudseed.ErrNeedsPIN, "needs-pin", ExitUsage},
	{envelope.ErrWrongKey, "wrong-key", ExitFailure},

	{phrase.ErrLanguage, "phrase-language", ExitUsage},
	{phrase.ErrEntropy, "phrase-entropy", ExitUsage},
	{phrase.ErrNumbering, "phrase-numbering", ExitUsage},

	{juicebox.ErrMeanwhile, "meanwhile", ExitFailure},
	{juicebox.ErrConfiguration, "pin-servers-file", ExitUsage},
	{juicebox.ErrNotRegistered, "pin-server-no-record", ExitFailure},
	{juicebox.ErrUnauthorized, "pin-server-refused", ExitFailure},
	{juicebox.ErrUpgradeRequired, "pin-server-newer", ExitFailure},
	{juicebox.ErrUnreachable, "pin-server-offline", ExitFailure},
	{juicebox.ErrProtocol, "pin-server-protocol", ExitFailure},

	{profile.ErrLocked, "profile-locked", ExitFailure},
	{profile.ErrNewer, "profile-newer", ExitFailure},
	{profile.ErrUnreadable, "profile-unreadable", ExitFailure},
	{profile.ErrReadOnly, "profile-read-only", ExitFailure},
	{profile.ErrWrite, "profile-write", ExitFailure},
	{profile.ErrPlaceName, "place-name", ExitUsage},
	{profile.ErrPlaceTaken, "place-taken", ExitUsage},
	{profile.ErrNoSuch, "no-such-place", ExitUsage},
	{profile.ErrPassword, "password-not-kept", ExitFailure},

	// Before the kinds of places, which are around them.
	{signin.ErrCancelled, "sign-in-cancelled", ExitSignIn},
	{signin.ErrTimedOut, "sign-in-timed-out", ExitSignIn},
	{signin.ErrClientID, "client-id", ExitUsage},
	{signin.ErrKeeper, "sign-in-not-kept", ExitFailure},

	{store.ErrSignedOut, "signed-out", ExitSignIn},
	{store.ErrConsent, "consent", ExitSignIn},
	{store.ErrNotFound, "not-found", ExitNotFound},
	{store.ErrExists, "exists", ExitFailure},
	{store.ErrFull, "full", ExitFailure},
	{store.ErrBusy, "busy", ExitNoLook},
	{store.ErrOffline, "offline", ExitNoLook},
	{store.ErrGone, "gone", ExitNoLook},
	{store.ErrRefused, "refused", ExitFailure},
	{store.ErrCorrupt, "corrupt", ExitFailure},
}

// Unexpected is the code of an error without a kind.
const Unexpected = "unexpected"

// For is what a person is told about err. An error without a kind is "Something
// unexpected happened"; its text is in Log only.
func (l *Language) For(err error) Message {
	m := l.message(err)
	m.Log = err.Error()
	return m
}

func (l *Language) message(err error) Message {
	if m, ok := l.typed(err); ok {
		return m
	}
	for _, k := range kinds {
		if errors.Is(err, k.target) {
			m := l.told(k.code, k.exit, l.facts(err)...)
			m.Details = l.realmLines(err)
			return m
		}
	}
	if m, ok := l.phraseMessage(err); ok {
		return m
	}
	var busy *juicebox.BusyError
	if errors.As(err, &busy) {
		return l.told("pin-servers-busy", ExitFailure, l.facts(err)...)
	}
	return l.told(Unexpected, ExitFailure)
}

// typed handles the errors that say more than one kind: their own facts come first.
func (l *Language) typed(err error) (Message, bool) {
	if m, ok := l.betweenDevices(err); ok {
		return m, true
	}
	var wrong *cloudseed.WrongPINError
	var weak *cloudseed.WeakPINError
	var incomplete *cloudseed.IncompleteError
	var noLook *cloudseed.CouldNotLookError
	var unknown *cloudseed.UnknownRealmsError
	var noClient *signin.NoClientIDError
	var account *signin.WrongAccountError
	var typo *cloudseed.KitTypoError
	var stranger *cloudseed.StrangerError
	switch {
	case errors.As(err, &stranger):
		m := l.told("stranger", ExitFailure)
		m.Details = l.strangerLines(stranger)
		return m, true
	case errors.As(err, &typo):
		return l.told("kit-typed", ExitUsage, "reason", l.kitTypo(typo)), true
	case errors.As(err, &wrong) && wrong.Left > 0:
		return l.told("wrong-pin", ExitWrongPIN, "left", l.count(wrong.Left, "try")), true
	case errors.As(err, &wrong):
		return l.told("no-tries", ExitNoTries), true
	case errors.As(err, &weak):
		return l.told("weak-pin", ExitUsage, "reason", l.Say(english.weakness[string(weak.Reason)])), true
	case errors.As(err, &incomplete):
		m := l.told("incomplete", ExitIncomplete, "place", l.placesWord(incomplete.Failed))
		m.Details = l.placeLines(incomplete.Failed)
		return m, true
	case errors.As(err, &noLook):
		m := l.told("could-not-look", ExitNoLook, "place", l.placesWord(noLook.Failed))
		m.Details = l.placeLines(noLook.Failed)
		if l.onlySignIn(noLook.Failed) {
			m.Next, m.Exit = l.message(noLook.Failed[0]).Next, ExitSignIn
		}
		return m, true
	case errors.As(err, &unknown):
		m := l.told("unknown-pin-servers", ExitUsage)
		for _, r := range unknown.Realms {
			m.Details = append(m.Details, r.Address)
		}
		return m, true
	case errors.As(err, &noClient):
		m := l.told("no-client-id", ExitUsage, "provider", noClient.Provider.String(), "console", noClient.Console)
		for _, redirect := range noClient.Redirects {
			m.Details = append(m.Details, l.fill(english.texts["redirect"], "address", redirect))
		}
		return m, true
	case errors.As(err, &account):
		return l.told("wrong-account", ExitSignIn, "want", account.Want, "got", account.Got), true
	}
	return Message{}, false
}

// onlySignIn tells whether signing in again is all that is needed.
func (l *Language) onlySignIn(failed []*cloudseed.PlaceError) bool {
	for _, f := range failed {
		if l.message(f).Exit != ExitSignIn {
			return false
		}
	}
	return len(failed) > 0
}

// row is a row of the table with its facts filled in.
func (l *Language) told(code string, exit int, facts ...string) Message {
	s, ok := english.errors[code]
	if !ok { // the test of this package keeps it from happening
		code, s = Unexpected, english.errors[Unexpected]
	}
	return Message{Code: code, What: l.fill(s.what, facts...), Safe: l.fill(s.safe, facts...), Next: l.fill(s.next, facts...), Exit: exit}
}

// facts collects what the errors around a kind say: which place, how long to wait.
func (l *Language) facts(err error) []string {
	place, wait, name := l.Say(english.texts["the place"]), l.wait(0), ""
	var placeErr *cloudseed.PlaceError
	if errors.As(err, &placeErr) {
		place = placeErr.Place
	}
	var storeErr *store.Error
	if errors.As(err, &storeErr) {
		wait = l.seconds(storeErr.After)
	}
	var realmBusy *juicebox.BusyError
	if errors.As(err, &realmBusy) {
		wait = l.seconds(realmBusy.After)
	}
	var profileErr *profile.Error
	if errors.As(err, &profileErr) {
		name = profileErr.Path
		if profileErr.Name != "" {
			name = strconv.Quote(profileErr.Name)
		}
	}
	return []string{"place", place, "wait", wait, "name", name}
}

func (l *Language) seconds(d time.Duration) string {
	return l.wait(int((d + time.Second - 1) / time.Second))
}

// realmLines says of each PIN server in one line why it failed.
func (l *Language) realmLines(err error) []string {
	var threshold *juicebox.ThresholdError
	if !errors.As(err, &threshold) {
		return nil
	}
	var lines []string
	for _, r := range threshold.Realms {
		lines = append(lines, r.Realm.Address+": "+l.Line(l.message(r.Err).What))
	}
	return lines
}

// placeLines says of each place in one line why it failed.
func (l *Language) placeLines(failed []*cloudseed.PlaceError) []string {
	var lines []string
	for _, f := range failed {
		m := l.For(f)
		line := f.Place + ": " + l.Line(m.What)
		if m.Code == "busy" { // the provider has said how long
			line += "; " + l.Line(m.Next)
		}
		lines = append(lines, line)
	}
	return lines
}

func (l *Language) placesWord(failed []*cloudseed.PlaceError) string {
	var names []string
	for _, f := range failed {
		names = append(names, f.Place)
	}
	return l.join(names)
}
