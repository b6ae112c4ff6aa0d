package webapp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/store"
)

// A sample is one screen in one state, with made-up data: for the gallery, for the tests
// that render all of them, and for screenshots.
type sample struct {
	Name   string
	Screen string
	Page   page
}

// samples is every screen in every state.
func samples(l *words.Language) []sample {
	var all []sample
	for _, some := range [][]sample{welcomeSamples(l), walletSamples(l), pinSamples(l), placeSamples(l), cloudSamples(l), signInSamples(l), accountSamples(l), progressSamples(l), doneSamples(l), restoreSamples(l), kitSamples(l), manageSamples(l), practiceSamples(l), manualSamples(l), amountSamples(l), errorSamples(l)} {
		all = append(all, some...)
	}
	for i := range all {
		if all[i].Page.Token == "" && all[i].Screen != "refused" && all[i].Screen != "enter" {
			all[i].Page.Token = "sample"
		}
	}
	return all
}

// The words of a well-known test vector; no wallet of anybody.
var sampleWords = strings.Fields("legal winner thank year wave sausage worth useful legal winner thank yellow")

var sampleRealms = []juicebox.Realm{{ID: juicebox.RealmID{1}, Address: "https://pin.example/"}, {ID: juicebox.RealmID{2}, Address: "https://tries.example.org/"}, {ID: juicebox.RealmID{3}, Address: "https://guard.example.net/"}}

var sampleEmbedded = []juicebox.Realm{{ID: juicebox.RealmID{1}, Address: "embedded://01/"}, {ID: juicebox.RealmID{2}, Address: "embedded://02/"}, {ID: juicebox.RealmID{3}, Address: "embedded://03/"}}

func welcomeSamples(l *words.Language) []sample {
	intro := func(n int, title words.Sentence, art string, realms []juicebox.Realm) page {
		return page{Title: title, Art: art, Big: n < 3, Back: "welcome", Stage: 1, Stages: backupStages,
			Body: introScreen{Page: n, Amount: DefaultAmount, Guesses: 10, Servers: 3, Needed: 2, Who: mainHolders(l, realms, 2, 10)}}
	}
	trying := intro(3, "Who could open it", "who", sampleEmbedded)
	trying.TryingOut = true
	welcome := page{Title: "Welcome", Art: "cloud", Big: true}
	tryingWelcome := welcome
	tryingWelcome.TryingOut = true
	return []sample{
		{"welcome", "welcome", welcome},
		{"welcome-trying", "welcome", tryingWelcome},
		{"other", "other", page{Title: "Other ways", Art: "words", Back: "welcome"}},
		{"intro-1", "intro", intro(1, "Sealed here, kept by you", "cloud", sampleRealms)},
		{"intro-2", "intro", intro(2, "How it comes back", "back", sampleRealms)},
		{"intro-3", "intro", intro(3, "Who could open it", "who", sampleRealms)},
		{"intro-3-trying", "intro", trying},
		{"who", "who", page{Title: "Who can open it?", Art: "who", Back: "home", Body: whoScreen{Holders: holders(l, sampleRealms, 2, 10)}}},
		{"who-trying", "who", page{Title: "Who can open it?", Art: "who", Back: "home", TryingOut: true,
			Body: whoScreen{Holders: holders(l, sampleEmbedded, 2, 10), Hurts: hurts(sampleEmbedded, 2)}}},
		{"help", "help", page{Title: "Help", Art: "words", Back: "home"}},
		{"real", "real", page{Title: "From trying out to real", Art: "who", Back: "home", TryingOut: true}},
		{"enter", "enter", page{Title: "Opening", Body: "/x/start"}},
		{"refused", "refused", page{Title: "Please open Cloudseed again", Art: "alert", Body: false}},
		{"refused-twice", "refused", page{Title: "Please open Cloudseed again", Art: "alert", Body: true}},
	}
}

func walletSamples(l *words.Language) []sample {
	about := func(screen walletScreen, err error, field string) page {
		p := page{Title: "Which wallet?", Art: "words", Back: "intro?page=3", Stage: 2, Stages: backupStages, Field: field, Body: screen}
		if err != nil {
			p.Problem = explain(l, err)
		}
		return p
	}
	typed := strings.Join(sampleWords, " ")
	wrong := strings.Replace(typed, "sausage", "sausige", 1)
	unknown := &phrase.UnknownWordError{Index: 6, Word: "sausige", Language: phrase.English, Nearest: []string{"sausage"}}
	made := func(shown []string, seconds int) page {
		return page{Title: "Your new wallet", Art: "words", Back: "wallet", Stage: 2, Stages: backupStages,
			Body: wordsScreen{Count: 12, Numbers: make([]struct{}, 12), Words: shown, Seconds: seconds}}
	}
	return []sample{
		{"wallet", "wallet", about(walletScreen{}, nil, "")},
		{"wallet-wrong-word", "wallet", about(walletScreen{Name: "Samantha", Typed: wrong, Marked: mark(wrong, unknown)}, unknown, "phrase")},
		{"wallet-checksum", "wallet", about(walletScreen{Name: "Samantha", Typed: typed, HasPassphrase: true}, &phrase.ChecksumError{Languages: []phrase.Language{phrase.English}}, "phrase")},
		{"wallet-count", "wallet", about(walletScreen{Name: "Samantha", Typed: "legal winner"}, &phrase.WordCountError{Got: 2}, "phrase")},
		{"wallet-two-lists", "wallet", about(walletScreen{Name: "Samantha", Typed: "的 一", Languages: []choice{{Value: "chinese_simplified", Label: languageName(phrase.ChineseSimplified)}, {Value: "chinese_traditional", Label: languageName(phrase.ChineseTraditional)}}}, nil, "")},
		{"wallet-name", "wallet", about(walletScreen{Name: strings.Repeat("long ", 13)}, cloudseed.ErrName, "name")},
		{"new-words-hidden", "new-words", made(nil, 0)},
		{"new-words-shown", "new-words", made(sampleWords, 60)},
	}
}

func pinSamples(l *words.Language) []sample {
	about := func(title words.Sentence, screen pinScreen, why *problem) page {
		stage, stages := 3, backupStages
		if screen.Restore {
			stages = restoreStages
		}
		return page{Title: title, Art: "pin", Back: "wallet", Stage: stage, Stages: stages, Problem: why, Body: screen}
	}
	set := pinScreen{Action: "pin", Tries: 10, Left: -1, Label: "New PIN", Submit: "Continue"}
	short := set
	short.Short = true
	again := pinScreen{Action: "pin-again", Again: true, Tries: 10, Left: -1, Label: "The same PIN", Submit: "Continue"}
	restore := pinScreen{Action: "restore-pin", Restore: true, Wallet: "Samantha", Tries: 10, Left: -1, Label: "PIN", Submit: "Restore"}
	wrong := restore
	wrong.Left, wrong.Dots = 9, tries{9, 10}
	last := restore
	last.Left, last.Dots = 1, tries{1, 10}
	return []sample{
		{"pin", "pin", about("Choose a PIN", set, nil)},
		{"pin-weak", "pin", about("Choose a PIN", set, explain(l, &cloudseed.WeakPINError{Reason: cloudseed.PINSequence}))},
		{"pin-short", "pin", about("Choose a PIN", short, nil)},
		{"pin-again", "pin", about("Type the PIN again", again, nil)},
		{"pin-not-same", "pin", about("Type the PIN again", again, notSame(l))},
		{"restore-pin", "pin", about("Type your PIN", restore, nil)},
		{"restore-pin-wrong", "pin", about("Type your PIN", wrong, explain(l, &cloudseed.WrongPINError{Left: 9}))},
		{"restore-pin-last", "pin", about("Type your PIN", last, explain(l, &cloudseed.WrongPINError{Left: 1}))},
	}
}

var samplePlaces = []placeRow{
	{Name: "USB stick", Kind: "Folder", Address: "/media/sam/stick", File: "Wallet backup - Samantha - wallet 1.age", Size: "20 KB", Proof: []proof{
		{"Accepted", "22 November 2026, 14:05", true}, {"Read back, the same", "22 November 2026, 14:05", true}, {"Opened with the PIN", "22 November 2026, 14:05", true}}},
	{Name: "My Nextcloud", Kind: "WebDAV", Address: "https://cloud.example/remote.php/dav/files/sam/backup", Account: "sam at cloud.example",
		File: "Wallet backup - Samantha - wallet 1.age", Size: "20 KB", Proof: []proof{
			{"Accepted", "22 November 2026, 14:05", true}, {"Read back, the same", "22 November 2026, 14:06", true}, {"Opened with the PIN", "22 November 2026, 14:06", true}}},
}

func placeSamples(l *words.Language) []sample {
	about := func(screen placesScreen, why *problem) page {
		screen.Action, screen.Folder = "places", "/home/sam/Cloudseed backups"
		p := page{Title: "Where should it be kept?", Art: "places", Back: "pin", Stage: 4, Stages: backupStages, Problem: why, Field: screen.Kind, Body: screen}
		if screen.Restore {
			p.Title, p.Art, p.Stage, p.Stages = "Where is your backup?", "search", 1, restoreStages
		}
		return p
	}
	reached := []placeRow{{Name: "USB stick", Kind: "Folder", Address: "/media/sam/stick", Proof: []proof{{What: "Reached just now", Seen: true}}}}
	dav := placesScreen{Kind: "webdav", Address: "https://cloud.example/remote.php/dav/files/sam", User: "sam", Name: "My Nextcloud", Chosen: reached}
	signedOut := &cloudseed.PlaceError{Place: "My Nextcloud", Err: store.ErrSignedOut}
	return []sample{
		{"places", "places", about(placesScreen{Kind: "folder"}, nil)},
		{"places-gone", "places", about(placesScreen{Kind: "folder", Address: "/media/nowhere", Missing: true}, explain(l, &cloudseed.PlaceError{Place: "/media/nowhere", Err: store.ErrGone}))},
		{"places-signed-out", "places", about(dav, explain(l, signedOut))},
		{"places-two", "places", about(placesScreen{Chosen: rowsReached()}, nil)},
		{"restore-places", "places", about(placesScreen{Kind: "folder", Restore: true}, nil)},
		{"restore-places-kept", "places", about(placesScreen{Restore: true, Kept: samplePlaces}, nil)},
		{"restore-places-one", "places", about(placesScreen{Restore: true, Chosen: reached}, nil)},
	}
}

func rowsReached() []placeRow {
	var list []placeRow
	for _, p := range samplePlaces {
		p.File, p.Size, p.Proof = "", "", []proof{{What: "Reached just now", Seen: true}}
		list = append(list, p)
	}
	return list
}

func progressSamples(l *words.Language) []sample {
	places := []cloudseed.Place{{Name: "USB stick"}, {Name: "My Nextcloud"}}
	at := func(title, lead words.Sentence, art string, done int, failed error) page {
		j := (&App{}).backupJob(l, places)
		for i := range done + 1 {
			name, where, _ := strings.Cut(j.planned[i].ID, "/")
			step := cloudseed.Step{Name: cloudseed.StepName(name), Where: where, State: cloudseed.Done}
			if i == done && failed != nil {
				step.State, step.Err = cloudseed.Failed, failed
			} else if i == done {
				step.State = cloudseed.Started
			}
			j.note(step)
		}
		return page{Title: title, Art: art, Big: true, Stage: 5, Stages: backupStages,
			Body: progressScreen{Title: title, Lead: lead, Lines: j.lines, Ended: true, Next: "done"}}
	}
	lead := words.Sentence("This takes a few seconds. Each line turns green when it has been seen to be done.")
	return []sample{
		{"progress-begin", "progress", at("Backing up", lead, "send", 0, nil)},
		{"progress", "progress", at("Backing up", lead, "send", 5, nil)},
		{"progress-failed", "progress", at("Backing up", lead, "send", 7, store.ErrFull)},
		{"searching", "progress", page{Title: "Looking for backups", Art: "search", Big: true, Stage: 1, Stages: restoreStages, Body: progressScreen{
			Title: "Looking for backups", Lead: "Every place is looked through completely.", Ended: true, Next: "found",
			Lines: []line{{ID: "1", Label: "Looking through My Nextcloud", State: "started"}}}}},
	}
}

func doneSamples(l *words.Language) []sample {
	done := func(trying bool, places []placeRow) page {
		return page{Title: "Backed up", Art: "done", Big: true, TryingOut: trying, Body: doneScreen{Name: "Samantha", Fingerprint: "73c5da0a", Places: places,
			Proved: "22 November 2026, 14:05", Guesses: 10, Servers: 3, Needed: 2}}
	}
	home := func(state cloudseed.State, badge string, change func(*walletRow)) page {
		row := walletRow{ID: "x", Name: "Samantha", Fingerprint: "73c5da0a", State: l.ForState(state), Badge: badge, Good: badge == "good",
			Proved: "22 November 2026, 14:05", Places: append([]placeRow(nil), samplePlaces...), Needed: 2, Guesses: 10,
			PIN: pinCard{Next: "6 December 2026", Drills: []string{l.Say("Practised from %s alone on %s.", "USB stick", "25 November 2026")}}, Amount: amountCardOf(l, &cloudseed.Device{}),
			Attached:  l.Say("%s, sealed %s", l.Files(2), "22 November 2026, 14:05"),
			TryingOut: badge == "try", Unfinished: state == cloudseed.StateUnfinished, Kit: l.ForKit(cloudseed.KitUnproved)}
		for _, r := range sampleRealms {
			row.Servers = append(row.Servers, serverRow{Name: l.Server(r.Address), Seen: "22 November 2026, 14:05"})
		}
		if change != nil {
			change(&row)
		}
		return page{Title: "Home", Art: "home", TryingOut: row.TryingOut, Body: homeScreen{Wallets: []walletRow{row}}}
	}
	embedded := func(row *walletRow) {
		for i := range row.Servers {
			row.Servers[i].Name = l.Server(sampleEmbedded[i].Address)
		}
		row.Places = row.Places[:1]
	}
	full := func(row *walletRow) {
		row.Places[1].Problem = placeProblem(l, cloudseed.PlaceState{Name: "My Nextcloud", Problem: store.ErrFull.Error()})
		row.Places[1].Proof = []proof{{What: "Accepted", When: l.Say("not yet")}, {What: "Read back, the same", When: l.Say("not yet")}, {What: "Opened with the PIN", When: l.Say("not yet")}}
		row.Servers[2].Problem = realmProblem(l, cloudseed.ErrRealms.Error())
	}
	holding := func(value float64) page {
		d := &cloudseed.Device{}
		d.Guard.Report(cloudseed.Amount{Value: value}, sampleTime)
		return home(cloudseed.StateProtected, "good", func(row *walletRow) { row.Amount, row.Written = amountCardOf(l, d), "25 November 2026" })
	}
	two := home(cloudseed.StateProtected, "good", nil)
	second := two.Body.(homeScreen).Wallets[0]
	second.Name, second.Fingerprint, second.State, second.Badge, second.Good = "Holiday", "b8688df1", l.ForState(cloudseed.StateOutOfDate), "bad", false
	two.Body = homeScreen{Wallets: append(two.Body.(homeScreen).Wallets, second)}
	return []sample{
		{"done", "done", done(false, samplePlaces)},
		{"done-trying", "done", done(true, samplePlaces[:1])},
		{"home-none", "home", page{Title: "Home", Art: "home", Body: homeScreen{}}},
		{"home-protected", "home", home(cloudseed.StateProtected, "good", nil)},
		{"home-trying", "home", home(cloudseed.StateTryingOut, "try", embedded)},
		{"home-unfinished", "home", home(cloudseed.StateUnfinished, "bad", full)},
		{"home-needs-you", "home", home(cloudseed.StateNeedsYou, "bad", full)},
		{"home-out-of-date", "home", home(cloudseed.StateOutOfDate, "bad", nil)},
		{"home-deleting", "home", home(cloudseed.StateDeleting, "bad", func(row *walletRow) { row.Deleting = true })},
		{"home-two", "home", two},
		{"home-amount-fine", "home", holding(120)},
		{"home-amount-nudge", "home", holding(310)},
		{"home-amount-over", "home", holding(640)},
	}
}

func restoreSamples(l *words.Language) []sample {
	row := backupRow{Name: "Samantha", ID: "4f1c 09ab", Date: "22 November 2026, 14:05", Size: "20 KB", Place: "USB stick and My Nextcloud", Generation: 1}
	older := row
	older.Index, older.Name, older.Date, older.ID, older.Place, older.TryingOut = 1, "Holiday", "3 March 2026, 09:12", "77d0 2e31", "My Nextcloud", true
	found := func(screen foundScreen) page {
		return page{Title: "Found", Art: "search", Back: "restore", Stage: 2, Stages: restoreStages, Body: screen}
	}
	back := restoredScreen{Name: "Samantha", Fingerprint: "73c5da0a", Address: "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu", Made: "22 November 2026, 14:05",
		MadeOn: "Samantha's laptop", From: "My Nextcloud", Generation: 1, Count: 12, Numbers: make([]struct{}, 12)}
	shown := back
	shown.Words, shown.Seconds, shown.HasPassphrase, shown.Passphrase = sampleWords, 60, true, "a made-up passphrase"
	withFiles := back
	withFiles.Files = []fileRow{{0, "channel.backup", "2 KB"}, {1, "labels.jsonl", "14 KB"}}
	withFiles.Skipped = []string{"Wallet backup - Samantha - files 3.age: the backup file is damaged: it was cut short or changed"}
	about := func(screen restoredScreen) page { return page{Title: "Restored", Art: "done", Body: screen} }
	return []sample{
		{"found-one", "found", found(foundScreen{Backups: []backupRow{row}})},
		{"found-two", "found", found(foundScreen{Backups: []backupRow{row, older}, Failed: []string{l.For(&cloudseed.PlaceError{Place: "Old Nextcloud", Err: store.ErrOffline}).What},
			Forks: []string{l.Fork(cloudseed.Located{Place: "Google Drive", File: "Wallet backup - Samantha - wallet 1.age"})}, Newer: 1, Unusable: 1})},
		{"servers", "servers", page{Title: "Do you know these PIN servers?", Art: "who", Back: "found", Stage: 2, Stages: restoreStages,
			Body: serversScreen{Wallet: "Samantha", Needed: 2, Servers: []string{"https://pin.example/", "https://tries.example.org/", "https://guard.example.net/"}}}},
		{"restored", "restored", about(back)},
		{"restored-shown", "restored", about(shown)},
		{"restored-files", "restored", about(withFiles)},
	}
}

// errorSamples is the error screen with every kind of failure.
func errorSamples(l *words.Language) []sample {
	errs := map[string]error{
		"no-backup": cloudseed.ErrNoBackup, "no-tries": cloudseed.ErrNoTries, "no-record": cloudseed.ErrNoRecord, "elsewhere": cloudseed.ErrElsewhere,
		"pin-servers": cloudseed.ErrRealms, "pin-servers-busy": cloudseed.ErrBusy, "damaged": cloudseed.ErrDamaged, "newer": cloudseed.ErrNewerFormat,
		"could-not-look": &cloudseed.CouldNotLookError{Failed: []*cloudseed.PlaceError{{Place: "My Nextcloud", Err: store.ErrOffline}}},
		"incomplete":     &cloudseed.IncompleteError{Verified: []string{"USB stick"}, Failed: []*cloudseed.PlaceError{{Place: "My Nextcloud", Err: store.ErrFull}}},
		"unexpected":     fmt.Errorf("something without a kind"),
	}
	for _, kind := range store.Kinds {
		errs["place-"+strings.ReplaceAll(kind.Error(), " ", "-")] = &cloudseed.PlaceError{Place: "My Nextcloud", Err: kind}
	}
	var list []sample
	for name, err := range errs {
		j := &job{}
		(&App{}).failed(&session{lang: l}, j, err, "begin", "")
		list = append(list, sample{"error-" + name, "error", page{Title: failureTitle(j.problem), Art: "alert", Problem: j.problem, Body: ""}})
	}
	slices.SortFunc(list, func(a, b sample) int { return strings.Compare(a.Name, b.Name) })
	return list
}
