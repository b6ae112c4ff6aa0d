package realm

import (
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/google/go-cmp/cmp"
)

var (
	version      = registration(1).Version
	tag          = registration(1).UnlockKeyTag
	otherVersion = juicebox.RegistrationVersion{99}
	wrongTag     = juicebox.UnlockKeyTag{99}

	now  = time.Unix(1_800_000_000, 0)
	late = now.Add(ExhaustedFor)
)

// registered is a record that allows two guesses, of which count were spent at time now.
func registered(count uint16) Record {
	r := Record{State: Registered, Registration: registration(2), GuessCount: count}
	r.History = History{GuessesEver: uint32(count), RegisteredAt: registeredAt}
	if count > 0 {
		r.LastGuess = now.Unix()
	}
	if count > 1 {
		r.History.LastWrong = now.Unix() // of the one before
	}
	return r
}

const registeredAt = 1_700_000_000

// proved is a record after a success that used so many guesses at time now.
func proved(ever uint32) Record {
	r := Record{State: Registered, Registration: registration(2)}
	r.History = History{GuessesEver: ever, RegisteredAt: registeredAt, Proved: true}
	if ever > 1 {
		r.History.LastWrong = now.Unix()
	}
	return r
}

// replacedAfter is a record that was registered anew at time now, after so many guesses.
func replacedAfter(ever uint32, lastWrong int64) Record {
	return Record{State: Registered, Registration: replacing, History: History{
		GuessesEver: ever, LastWrong: lastWrong, RegisteredAt: now.Unix()}}
}

func evaluated(count uint16) juicebox.Recover2Response {
	return juicebox.Recover2Response{
		Status:              juicebox.StatusOK,
		OPRFSignedPublicKey: registration(2).OPRFSignedPublicKey,
		UnlockKeyCommitment: registration(2).UnlockKeyCommitment,
		NumGuesses:          2,
		GuessCount:          count,
	}
}

var (
	released = juicebox.Recover3Response{
		Status:                    juicebox.StatusOK,
		EncryptionKeyScalarShare:  registration(2).EncryptionKeyScalarShare,
		EncryptedSecret:           registration(2).EncryptedSecret,
		EncryptedSecretCommitment: registration(2).EncryptedSecretCommitment,
	}
	none      = Record{}
	wiped     = Record{State: NoGuesses, History: History{GuessesEver: 2, LastWrong: now.Unix(), RegisteredAt: registeredAt}}
	replacing = func() juicebox.Register2 { r := registration(7); r.Version = otherVersion; return r }()
)

func badTag(left uint16) juicebox.Recover3Response {
	return juicebox.Recover3Response{Status: juicebox.StatusBadUnlockKeyTag, GuessesRemaining: left}
}

func recover1With(s juicebox.Status) juicebox.Recover1Response {
	return juicebox.Recover1Response{Status: s}
}

func recover2With(s juicebox.Status) juicebox.Recover2Response {
	return juicebox.Recover2Response{Status: s}
}

func recover3With(s juicebox.Status) juicebox.Recover3Response {
	return juicebox.Recover3Response{Status: s}
}

func TestDecide(t *testing.T) {
	const (
		notRegistered = juicebox.StatusNotRegistered
		noGuesses     = juicebox.StatusNoGuesses
		mismatch      = juicebox.StatusVersionMismatch
	)
	guess, otherGuess := juicebox.Recover2{Version: version}, juicebox.Recover2{Version: otherVersion}
	unlock := juicebox.Recover3{Version: version, UnlockKeyTag: tag}
	wrong := juicebox.Recover3{Version: version, UnlockKeyTag: wrongTag}
	otherUnlock := juicebox.Recover3{Version: otherVersion, UnlockKeyTag: tag}
	found := juicebox.Recover1Response{Status: juicebox.StatusOK, Version: version}

	for _, test := range []struct {
		name    string
		record  Record
		request juicebox.Request
		when    time.Time
		next    Record
		reply   juicebox.Response
	}{
		{"register1 on nothing", none, juicebox.Register1{}, now, none, juicebox.Register1Response{}},
		{"register1 on a record", registered(1), juicebox.Register1{}, now, registered(1), juicebox.Register1Response{}},
		{"register1 on a wiped one", wiped, juicebox.Register1{}, now, wiped, juicebox.Register1Response{}},
		{"register2 on nothing", none, replacing, now, replacedAfter(0, 0), juicebox.Register2Response{}},
		{"register2 replaces and keeps the lifetime count", registered(2), replacing, now, replacedAfter(2, now.Unix()), juicebox.Register2Response{}},
		{"register2 revives a wiped one", wiped, replacing, now, replacedAfter(2, now.Unix()), juicebox.Register2Response{}},
		{"delete nothing", none, juicebox.Delete{}, now, none, juicebox.DeleteResponse{}},
		{"delete a record", registered(0), juicebox.Delete{}, now, none, juicebox.DeleteResponse{}},
		{"delete a wiped one", wiped, juicebox.Delete{}, now, none, juicebox.DeleteResponse{}},

		{"recover1 on nothing", none, juicebox.Recover1{}, now, none, recover1With(notRegistered)},
		{"recover1 on a wiped one", wiped, juicebox.Recover1{}, now, wiped, recover1With(noGuesses)},
		{"recover1 spends nothing", registered(1), juicebox.Recover1{}, late, registered(1), found},
		{"recover1 on an exhausted one keeps it", registered(2), juicebox.Recover1{}, late.Add(-time.Second), registered(2), recover1With(noGuesses)},
		{"recover1 wipes it later", registered(2), juicebox.Recover1{}, late, wiped, recover1With(noGuesses)},

		{"recover2 on nothing", none, guess, now, none, recover2With(notRegistered)},
		{"recover2 on a wiped one", wiped, guess, now, wiped, recover2With(noGuesses)},
		{"recover2 for another registration", registered(0), otherGuess, now, registered(0), recover2With(mismatch)},
		{"first guess", registered(0), guess, now, registered(1), evaluated(1)},
		{"last guess", registered(1), guess, now, registered(2), evaluated(2)},
		{"one guess too many keeps it", registered(2), guess, now, registered(2), recover2With(noGuesses)},
		{"one guess too many wipes it later", registered(2), guess, late, wiped, recover2With(noGuesses)},

		{"recover3 on nothing", none, unlock, now, none, recover3With(notRegistered)},
		{"recover3 on a wiped one", wiped, unlock, now, wiped, recover3With(noGuesses)},
		{"recover3 for another registration", registered(1), otherUnlock, now, registered(1), recover3With(mismatch)},
		{"right tag resets", registered(1), unlock, now, proved(1), released},
		{"right tag after the last guess", registered(2), unlock, late.Add(-time.Second), proved(2), released},
		{"right tag too late", registered(2), unlock, late, wiped, recover3With(noGuesses)},
		{"wrong tag", registered(1), wrong, now, registered(1), badTag(1)},
		{"wrong tag after the last guess", registered(2), wrong, now, registered(2), badTag(0)},
		{"any request wipes it later", registered(2), juicebox.Register1{}, late, wiped, juicebox.Register1Response{}},
		{"a clock set back only delays the wiping", registered(2), juicebox.Recover1{}, now.Add(-time.Hour), registered(2), recover1With(noGuesses)},
	} {
		t.Run(test.name, func(t *testing.T) {
			next, reply, wait := Decide(test.record, test.request, test.when, Rules{})
			if wait != 0 {
				t.Errorf("told to wait %v", wait)
			}
			if next != test.next {
				t.Errorf("next: %s%s", cmp.Diff(test.next.History, next.History), cmp.Diff(test.next.Encode(), next.Encode()))
			}
			if diff := cmp.Diff(test.reply, reply); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
		})
	}
}

// A poller and another guesser between the last guess and its Recover3 must not lose it.
func TestLastRightGuessSurvivesPollers(t *testing.T) {
	record := registered(1)
	for _, request := range []juicebox.Request{
		juicebox.Recover2{Version: version}, // the right PIN, but nobody knows yet
		juicebox.Recover1{},
		juicebox.Recover2{Version: version},
		juicebox.Recover3{Version: version, UnlockKeyTag: wrongTag},
		juicebox.Recover1{},
	} {
		record, _, _ = Decide(record, request, now, Rules{})
	}
	_, reply, _ := Decide(record, juicebox.Recover3{Version: version, UnlockKeyTag: tag}, now.Add(time.Minute), Rules{})
	if diff := cmp.Diff(released, reply); diff != "" {
		t.Errorf("recover3 (-want +got):\n%s", diff)
	}
}

func TestRoles(t *testing.T) {
	requests := map[juicebox.Request]bool{ // may the guess key?
		juicebox.Register1{}: false, juicebox.Register2{}: false, juicebox.Delete{}: false,
		juicebox.Recover1{}: true, juicebox.Recover2{}: true, juicebox.Recover3{}: true,
	}
	for request, guess := range requests {
		if OwnerRole.May(request) != true || GuessRole.May(request) != guess || NoRole.May(request) {
			t.Errorf("%T: owner %v, guess key %v, no role %v", request, OwnerRole.May(request), GuessRole.May(request), NoRole.May(request))
		}
	}
}

// A registration that was never recovered is forgotten, one that was is not.
func TestUnprovedExpires(t *testing.T) {
	rules := Rules{UnprovedFor: 24 * time.Hour}
	fresh, known, lasting := registered(1), proved(1), registered(1)
	fresh.History.Expires = true
	day := time.Unix(registeredAt, 0).Add(24 * time.Hour)
	for _, test := range []struct {
		name   string
		record Record
		when   time.Time
		rules  Rules
		kept   bool
	}{
		{"in time", fresh, day.Add(-time.Second), rules, true},
		{"too late", fresh, day, rules, false},
		{"proved", known, day, rules, true},
		{"a clock set back", fresh, day.Add(-48 * time.Hour), rules, true},
		{"for ever", fresh, day, Rules{}, true},
		{"for ever, by the rules of its registration", lasting, day, rules, true},
	} {
		next, reply, _ := Decide(test.record, juicebox.Recover1{}, test.when, test.rules)
		want, status := Record{}, juicebox.StatusNotRegistered
		if test.kept {
			want, status = test.record, juicebox.StatusOK
		}
		if got := reply.(juicebox.Recover1Response).Status; next != want || got != status {
			t.Errorf("%s: %v with status %s", test.name, next, got)
		}
		if got := View(test.record, test.when, test.rules).State; got != status {
			t.Errorf("%s: the owner sees %s", test.name, got)
		}
	}
	// The recovery that proves it may be the one on the last day.
	saved, _, _ := Decide(fresh, juicebox.Recover3{Version: version, UnlockKeyTag: tag}, day.Add(-time.Second), rules)
	if again, _, _ := Decide(saved, juicebox.Recover1{}, day.Add(time.Hour), rules); again.State != Registered {
		t.Errorf("proved in time, but then %v", again)
	}
}
