package webapp

import (
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/store"
)

// sampleDevice is a backup in two places, with an emergency kit, after a change of the PIN.
func sampleDevice() *cloudseed.Device {
	seen := cloudseed.Evidence{File: "Wallet backup - Samantha - wallet 3.age", Generation: 3, Accepted: sampleTime, ReadBack: sampleTime, Opened: sampleTime}
	d := &cloudseed.Device{Name: "Samantha", Fingerprint: "73c5da0a", Registration: 2, Stage: cloudseed.StageDone, Guesses: 10, Needed: 2,
		Wallet: cloudseed.PartState{Generation: 3, Size: 20_000}, Files: cloudseed.PartState{Generation: 2},
		Kit:    cloudseed.KitState{Recipient: "age1pq1sample", Sealed: sampleTime, Proved: sampleTime},
		Places: []cloudseed.PlaceState{{Name: "Google Drive", URL: "gdrive:sam@example.com", Wallet: seen}, {Name: "USB stick", URL: "folder:/media/sam/stick", Wallet: seen}}}
	for _, r := range sampleRealms {
		d.Realms = append(d.Realms, cloudseed.RealmState{Realm: r, Seen: sampleTime})
	}
	return d
}

// manageSamples is what can be done with a backup that is there.
func manageSamples(l *words.Language) []sample {
	d := sampleDevice()
	deleting := *d
	deleting.Stage = cloudseed.StageDeleting
	return append([]sample{
		{"manage", "manage", aboutBackup(d, "Manage this backup", "home", manageScreenOf(l, d))},
		{"manage-deleting", "manage", aboutBackup(d, "Manage this backup", "home", manageScreenOf(l, &deleting))},
	}, concat(changeSamples(l, d), changedSamples(l), pinServerSamples(l, d), deleteSamples(l, d), fileSamples(l, d), attachedSamples(l, d), adviceSamples())...)
}

func concat(all ...[]sample) (list []sample) {
	for _, some := range all {
		list = append(list, some...)
	}
	return list
}

func changeSamples(l *words.Language, d *cloudseed.Device) []sample {
	about := func(why string, title words.Sentence, change func(*changeScreen), wrong error) page {
		body := changeScreen{Change: words.ForChange(why), ID: "x", Why: why, Wallet: d.Name, Tries: 10, Words: of("change-words", "x", "why", why)}
		if change != nil {
			change(&body)
		}
		if title == "" {
			title = body.Title
		}
		p := aboutBackup(d, title, "pin", body)
		if wrong != nil {
			p.Problem = explain(l, wrong)
		}
		return p
	}
	keep := func(s *changeScreen) { s.Keep = true }
	return []sample{
		{"change", "change", about("", "", nil, nil)},
		{"change-wrong", "change", about("", "", keep, &cloudseed.WrongPINError{Left: 9})},
		{"change-stolen", "change", about(whyStolen, "", func(s *changeScreen) { s.Kit = true }, nil)},
		{"change-kit", "change", about(whyKit, "", nil, nil)},
		{"change-servers", "change", about(whyServers, "", func(s *changeScreen) {
			s.Servers, s.Needed = []string{"pin.example", "tries.example.org", "new.example.net"}, 2
		}, nil)},
		{"change-words", "change-words", about("", "Open it with the words", nil, nil)},
		{"change-words-other", "change-words", about("", "Open it with the words", keep, cloudseed.ErrOtherWallet)},
		{"new-pin", "pin", newPINPage(l, d, "", false, nil, false)},
		{"new-pin-same", "pin", newPINPage(l, d, "", false, &problem{Message: l.SamePIN()}, false)},
		{"new-pin-short", "pin", newPINPage(l, d, "", false, nil, true)},
		{"new-pin-again", "pin", newPINPage(l, d, whyStolen, true, nil, false)},
		{"new-pin-not-same", "pin", newPINPage(l, d, "", true, notSame(l), false)},
		{"changing", "progress", changingSample(l, d)},
	}
}

func changingSample(l *words.Language, d *cloudseed.Device) page {
	j := changeJob(l, d, "", true)
	for i, name := range []cloudseed.StepName{cloudseed.StepOpen, cloudseed.StepVerify, cloudseed.StepRegister, cloudseed.StepProve} {
		state := cloudseed.Done
		if i == 3 {
			state = cloudseed.Started
		}
		j.note(cloudseed.Step{Name: name, State: state})
	}
	return page{Title: j.title, Art: j.art, Big: true, Body: progressScreen{Title: j.title, Lead: j.lead, Lines: j.lines, Ended: true, Next: "home"}}
}

func changedSamples(l *words.Language) []sample {
	about := func(why string, change func(*cloudseed.Device)) page {
		d := sampleDevice()
		if change != nil {
			change(d)
		}
		p := aboutBackup(d, "The new PIN", "done", changedScreenOf(l, d, why))
		p.Back = ""
		return p
	}
	lag := func(why cloudseed.Reason, ended time.Time) func(*cloudseed.Device) {
		return func(d *cloudseed.Device) {
			d.Old = []cloudseed.Record{{Registration: 1, Why: why, Ended: ended}}
			d.Places[1].Wallet = cloudseed.Evidence{Generation: 2, ReadBack: sampleTime}
			d.Places[1].Problem = store.ErrGone.Error()
		}
	}
	return []sample{
		{"changed", "changed", about("", nil)},
		{"changed-lagging", "changed", about("", lag(cloudseed.Routine, time.Time{}))},
		{"changed-stolen", "changed", about(whyStolen, lag(cloudseed.Stolen, sampleTime))},
		{"changed-servers-busy", "changed", about(whyServers, func(d *cloudseed.Device) { d.Old = []cloudseed.Record{{Registration: 1}} })},
		{"changed-kit", "changed", about(whyKit, func(d *cloudseed.Device) { d.Kit = cloudseed.KitState{} })},
	}
}

func pinServerSamples(l *words.Language, d *cloudseed.Device) []sample {
	screen := pinServersScreen{ID: "x", Wallet: d.Name, Servers: serverRows(l, d), Needed: 2}
	ours := screen
	ours.Ours, ours.OursNeeded = []string{"pin.example", "tries.example.org", "new.example.net"}, 2
	retiring := ours
	retiring.Servers = serverRows(l, d)
	retiring.Servers[2].Problem = realmProblem(l, cloudseed.ErrRealms.Error())
	wrong := screen
	wrong.Typed = `{"realms": []}`
	about := func(screen pinServersScreen, err error) page {
		p := aboutBackup(d, "PIN servers", "who", screen)
		if err != nil {
			p.Problem = explain(l, err)
		}
		return p
	}
	return []sample{
		{"pin-servers", "pin-servers", about(screen, nil)},
		{"pin-servers-ours", "pin-servers", about(ours, nil)},
		{"pin-servers-retiring", "pin-servers", about(retiring, nil)},
		{"pin-servers-wrong-list", "pin-servers", about(wrong, juicebox.ErrConfiguration)},
	}
}

func deleteSamples(l *words.Language, d *cloudseed.Device) []sample {
	screen := deleteScreen{ID: "x", Wallet: d.Name, Fingerprint: d.Fingerprint, Places: placeRows(l, d), Servers: 3, Kit: true}
	begun := screen
	begun.Begun = true
	other := aboutBackup(d, "Delete this backup everywhere", "alert", screen)
	other.Problem, other.Field = &problem{Message: l.NotTheName(d.Name)}, "name"
	all := &cloudseed.Deletion{Dead: true, Places: []cloudseed.PlaceDeletion{{Place: "Google Drive", Removed: []string{"a", "b"}}, {Place: "USB stick", Removed: []string{"a"}}}}
	left := &cloudseed.Deletion{Dead: true, Places: []cloudseed.PlaceDeletion{{Place: "Google Drive", Removed: []string{"a", "b"}}, {Place: "USB stick", Err: store.ErrGone}}}
	alive := &cloudseed.Deletion{Places: []cloudseed.PlaceDeletion{{Place: "Google Drive", Err: store.ErrSignedOut}, {Place: "USB stick", Removed: []string{"a"}}}}
	for i, r := range sampleRealms {
		all.Realms = append(all.Realms, cloudseed.RealmDeletion{Realm: r})
		left.Realms = append(left.Realms, cloudseed.RealmDeletion{Realm: r})
		alive.Realms = append(alive.Realms, cloudseed.RealmDeletion{Realm: r})
		if i > 0 {
			alive.Realms[i].Err = juicebox.ErrUnreachable
		}
	}
	return []sample{
		{"delete", "delete", aboutBackup(d, "Delete this backup everywhere", "alert", screen)},
		{"delete-other-name", "delete", other},
		{"delete-begun", "delete", aboutBackup(d, "Delete this backup everywhere", "alert", begun)},
		{"deleted", "deleted", deletedPage(deletedScreenOf(l, d, all))},
		{"deleted-left", "deleted", deletedPage(deletedScreenOf(l, d, left))},
		{"deleted-alive", "deleted", deletedPage(deletedScreenOf(l, d, alive))},
	}
}

func fileSamples(l *words.Language, d *cloudseed.Device) []sample {
	at := func(place, file string, part envelope.Part, n int, days int) cloudseed.Located {
		return cloudseed.Located{Place: place, File: file, Part: part, Generation: n, Size: 20_000, Modified: sampleTime.AddDate(0, 0, -days)}
	}
	now := &cloudseed.Backup{Vault: d.Vault, Registration: 2,
		Wallet: []cloudseed.Located{at("Google Drive", "Wallet backup - Samantha - wallet 3.age", envelope.WalletPart, 3, 0)},
		Files:  []cloudseed.Located{at("Google Drive", "Wallet backup - Samantha - files 2.age", envelope.FilesPart, 2, 3), at("Google Drive", "Wallet backup - Samantha - files 1.age", envelope.FilesPart, 1, 20)}}
	old := &cloudseed.Backup{Vault: d.Vault, Registration: 1, Wallet: []cloudseed.Located{at("Google Drive", "Wallet backup - Samantha - wallet 2.age", envelope.WalletPart, 2, 40)}}
	search := &cloudseed.Search{Backups: []*cloudseed.Backup{now, old}, Failed: []*cloudseed.PlaceError{{Place: "USB stick", Err: store.ErrGone}}}
	screen := versionsOf(l, d, search, sampleTime)
	export := exportScreen{ID: "x", Wallet: d.Name}
	fetched := export
	fetched.Files = []fileRow{{0, "Wallet backup - Samantha - wallet 3.age", "20 KB"}, {1, "Wallet backup - Samantha - files 2.age", "64 KB"}}
	return []sample{
		{"backup-places", "backup-places", aboutBackup(d, "Places", "places", backupPlacesScreen{"x", d.Name, placeRows(l, d)})},
		{"add-place", "places", aboutBackup(d, "One more place", "places", placesScreen{Action: "add-place", Wallet: d.Name, Kind: "folder", Folder: "/home/sam/Cloudseed backups", Chosen: rowsReached()[:1]})},
		{"versions", "versions", aboutBackup(d, "Versions", "search", *screen)},
		{"versions-not-yet", "versions", aboutBackup(d, "Versions", "search", versionsScreen{ID: "x", Wallet: d.Name})},
		{"versions-none", "versions", aboutBackup(d, "Versions", "search", *versionsOf(l, d, &cloudseed.Search{}, sampleTime))},
		{"export", "export", aboutBackup(d, "Save a copy", "back", export)},
		{"export-fetched", "export", aboutBackup(d, "Save a copy", "back", fetched)},
	}
}

func adviceSamples() []sample {
	about := func(title words.Sentence, art string, body adviceScreen) page {
		return page{Title: title, Art: art, Back: "help", Body: body}
	}
	here := adviceScreen{Wallets: []choice{{Value: "x", Label: "Samantha"}}}
	return []sample{
		{"stolen", "stolen", about("A device is gone, or somebody knows my PIN", "alert", here)},
		{"stolen-elsewhere", "stolen", about("A device is gone, or somebody knows my PIN", "alert", adviceScreen{})},
		{"forgot", "forgot", about("When the PIN is forgotten", "pin", adviceScreen{Restore: true})},
		{"forgot-here", "forgot", about("When the PIN is forgotten", "pin", here)},
		{"no-tries", "no-tries", about("When all tries are used up", "pin", adviceScreen{})},
		{"no-tries-here", "no-tries", about("When all tries are used up", "pin", here)},
		{"lost-login", "lost-login", about("When the login to the cloud is lost", "places", adviceScreen{})},
		{"lost-login-here", "lost-login", about("When the login to the cloud is lost", "places", here)},
	}
}
