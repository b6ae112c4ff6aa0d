package webapp

import (
	"errors"
	"fmt"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/signin"
	"github.com/cloudseed/cloudseed/store"
)

var sampleClouds = []providerCard{
	{Provider: Provider{Scheme: "icloud", Title: "iCloud", Missing: "No API token of an iCloud container is set. Apple gives one to members of its developer programme, in the CloudKit Console (https://icloud.developer.apple.com). It goes into clients.json in the data folder."}},
	{Provider: Provider{Scheme: "gdrive", Title: "Google Drive"}},
	{Provider: Provider{Scheme: "dropbox", Title: "Dropbox"}},
	{Provider: Provider{Scheme: "onedrive", Title: "OneDrive"}},
}

var sampleTime = time.Date(2026, time.November, 22, 14, 5, 0, 0, time.Local)

// cloudRow is a place that was signed in to.
func cloudRow(l *words.Language, name, address string) placeRow {
	return placeRow{Name: name, Kind: l.PlaceKind(address), Address: plainAddress(address), Account: accountOf(address), Cloud: true, Proof: []proof{{What: "Reached just now", Seen: true}}}
}

// cloudSamples are the screens of places with clouds to sign in to.
func cloudSamples(l *words.Language) []sample {
	about := func(screen placesScreen, why *problem) page {
		screen.Folder, screen.Action = "/home/sam/Cloudseed backups", "places"
		if screen.Clouds == nil {
			screen.Clouds = sampleClouds
		}
		p := page{Title: "Where should it be kept?", Art: "places", Back: "pin", Stage: 4, Stages: backupStages, Problem: why, Field: screen.Kind, Body: screen}
		if screen.Restore {
			screen.Action = "restore"
			p.Title, p.Art, p.Stage, p.Stages, p.Body = "Where is your backup?", "search", 1, restoreStages, screen
		}
		return p
	}
	var missing []providerCard
	for _, c := range sampleClouds {
		c.Missing = "There is no client id for " + c.Title + ". Make one at the provider and put it into clients.json in the data folder."
		missing = append(missing, c)
	}
	drive, dropbox := cloudRow(l, "Google Drive", "gdrive:sam@example.com"), cloudRow(l, "Dropbox", "dropbox:samantha@example.org")
	second := cloudRow(l, "Google Drive a…x@example.com", "gdrive:alex@example.com")
	chosen := []providerCard{sampleClouds[0], sampleClouds[1], sampleClouds[2], sampleClouds[3]}
	chosen[1].Chosen, chosen[2].Chosen = true, true
	s3 := placesScreen{Kind: "s3", Address: "s3.example.com", Bucket: "my-backups/wallet", User: "AKIAEXAMPLE", Name: "My bucket"}
	next := placesScreen{Kind: nextcloud, Address: "cloud.example", User: "sam"}
	signedOut := &cloudseed.PlaceError{Place: "Google Drive", Err: store.ErrSignedOut}
	noHeader := &cloudseed.PlaceError{Place: "s3.example.com", Err: store.ErrRefused}
	return []sample{
		{"places-clouds", "places", about(placesScreen{}, nil)},
		{"places-clouds-missing", "places", about(placesScreen{Clouds: missing}, nil)},
		{"places-clouds-two", "places", about(placesScreen{Chosen: []placeRow{drive, dropbox, second}, Clouds: chosen}, nil)},
		{"places-s3", "places", about(s3, nil)},
		{"places-s3-refused", "places", about(s3, explain(l, noHeader))},
		{"places-nextcloud", "places", about(next, nil)},
		{"places-nextcloud-browser", "places", about(placesScreen{Kind: nextcloud, NextcloudSignIn: true, Clouds: sampleClouds}, nil)},
		{"places-icloud-drive", "places", about(placesScreen{ICloudDrive: true}, nil)},
		{"restore-clouds", "places", about(placesScreen{Restore: true}, nil)},
		{"restore-clouds-signed-out", "places", about(placesScreen{Restore: true, Kept: []placeRow{drive, dropbox}, Again: "Google Drive"}, explain(l, signedOut))},
		{"restore-clouds-one", "places", about(placesScreen{Restore: true, Chosen: []placeRow{drive}, Clouds: chosen}, nil)},
	}
}

// signInSamples is the sign-in screen in each of its states.
func signInSamples(l *words.Language) []sample {
	google, drop := sampleClouds[1].Provider, sampleClouds[2].Provider
	at := func(p Provider, change func(*signInScreen), err error) page {
		screen := signInScreen{Provider: p, Flow: "places", Hint: l.SignIn(p.Scheme), Events: "steps?of=sign-in&after=0", Ended: err != nil}
		if change != nil {
			change(&screen)
		}
		var why *problem
		if err != nil {
			why = explain(l, &cloudseed.PlaceError{Place: p.Title, Err: err})
		}
		return signInPage(screen, why)
	}
	waiting := func(s *signInScreen) { s.Page = "https://accounts.example/o/oauth2/auth?state=sample" }
	looking := func(s *signInScreen) { s.Page, s.Looking = "https://accounts.example/", true }
	again := func(s *signInScreen) { s.Flow, s.Again, s.Want = "home", "Google Drive", "s…m@example.com" }
	againRestore := func(s *signInScreen) { s.Flow, s.Again, s.Want = "restore", "Google Drive", "s…m@example.com" }
	againWaiting := func(s *signInScreen) { waiting(s); again(s) }
	restore := func(s *signInScreen) { waiting(s); s.Flow = "restore" }
	list := []sample{
		{"sign-in-begin", "sign-in", at(google, nil, nil)},
		{"sign-in", "sign-in", at(google, waiting, nil)},
		{"sign-in-dropbox-restore", "sign-in", at(drop, restore, nil)},
		{"sign-in-again", "sign-in", at(google, againWaiting, nil)},
		{"sign-in-looking", "sign-in", at(google, looking, nil)},
		{"sign-in-wrong-account", "sign-in", at(google, againRestore, &signin.WrongAccountError{Want: "s…m@example.com", Got: "a…x@example.com"})},
		{"sign-in-again-cancelled", "sign-in", at(google, again, signin.ErrCancelled)},
		{"sign-in-no-client-id", "sign-in", at(drop, nil, &signin.NoClientIDError{Provider: signin.Dropbox, Console: signin.Dropbox.ConsoleURL(), Redirects: signin.Dropbox.RedirectURLs()})},
	}
	for _, s := range []struct {
		name string
		err  error
	}{
		{"cancelled", signin.ErrCancelled}, {"timed-out", signin.ErrTimedOut}, {"client-id", signin.ErrClientID}, {"not-kept", signin.ErrKeeper},
		{"consent", &signin.ConsentError{Provider: signin.Google, Missing: []string{"drive.file"}}}, {"offline", store.ErrOffline}, {"busy", store.ErrBusy}, {"full", store.ErrFull},
		{"unexpected", errors.New("no kind")},
	} {
		list = append(list, sample{"sign-in-" + s.name, "sign-in", at(google, nil, fmt.Errorf("sign in: %w", s.err))})
	}
	return list
}

// accountSamples are other screens that speak of accounts.
func accountSamples(l *words.Language) []sample {
	empty := explain(l, cloudseed.ErrNoBackup)
	empty.Retry, empty.Help, empty.Link = "search", "restore", "Try another account or place"
	empty.Accounts = []Provider{sampleClouds[1].Provider, sampleClouds[2].Provider}
	row := cloudRow(l, "Google Drive", "gdrive:sam@example.com")
	row.File, row.Size, row.Again = "Wallet backup - Samantha - wallet 1.age", "20 KB", "Google Drive"
	row.Proof = samplePlaces[0].Proof
	row.Problem = placeProblem(l, cloudseed.PlaceState{Name: "Google Drive", Problem: store.ErrSignedOut.Error()})
	other := cloudRow(l, "Dropbox", "dropbox:samantha@example.org")
	other.File, other.Size, other.Proof = row.File, row.Size, row.Proof
	wallet := walletRow{ID: "x", Name: "Samantha", Fingerprint: "73c5da0a", State: l.ForState(cloudseed.StateNeedsYou), Badge: "bad",
		Proved: "22 November 2026, 14:05", Places: []placeRow{row, other}, Needed: 2, Guesses: 10, Kit: l.ForKit(cloudseed.KitNone),
		PIN: pinCard{Due: true}, Amount: amountCardOf(l, &cloudseed.Device{})}
	for _, r := range sampleRealms {
		wallet.Servers = append(wallet.Servers, serverRow{Name: l.Server(r.Address), Seen: "22 November 2026, 14:05"})
	}
	done := doneScreen{Name: "Samantha", Fingerprint: "73c5da0a", Proved: "22 November 2026, 14:05", Guesses: 10, Servers: 3, Needed: 2, Places: []placeRow{other}}
	copied := other
	copied.Name, copied.Kind, copied.Account, copied.Proof = "iCloud Drive", l.PlaceKind("icloud-drive:"), "", proofs(l, cloudseed.Evidence{Queued: true, Accepted: sampleTime, ReadBack: sampleTime, Opened: sampleTime})
	queued := done
	queued.Queued, queued.Places = true, []placeRow{copied}
	queuedWallet := wallet
	queuedWallet.State, queuedWallet.Badge, queuedWallet.Places = l.ForState(cloudseed.StateQueued), "try", queued.Places
	return []sample{
		{"done-queued", "done", page{Title: "Backed up", Art: "done", Big: true, Body: queued}},
		{"home-queued", "home", page{Title: "Home", Art: "home", Body: homeScreen{Wallets: []walletRow{queuedWallet}}}},
		{"error-no-backup-account", "error", page{Title: failureTitle(empty), Art: "alert", Problem: empty, Body: ""}},
		{"home-signed-out", "home", page{Title: "Home", Art: "home", Body: homeScreen{Wallets: []walletRow{wallet}}}},
		{"done-cloud", "done", page{Title: "Backed up", Art: "done", Big: true, Body: done}},
	}
}
