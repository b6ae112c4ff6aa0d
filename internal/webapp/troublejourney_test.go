package webapp

import (
	"context"
	"net/http"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/realm"
)

const driveHost = "www.googleapis.com"

// TestTroubleJourney goes through what can go wrong with two clouds and a PIN, in a real
// browser: a cloud that is full, offline, busy; then the drill, the amount, the words on paper
// with a mistake, and on another computer the last tries.
func TestTroubleJourney(t *testing.T) {
	peer.Slow(t)
	onScreens(t, troubles)
}

func troubles(t *testing.T, s screen) {
	world := startInternet(t)
	b := startBrowserOn(t, s, world.chromium()...)
	realms, client, memory := countedRealms(t)
	first, _ := world.start(t, "first computer", realms, client)
	second, _ := world.start(t, "second computer", realms, client)

	b.open(first.App)
	b.see("If this device is lost")
	b.backUpToFull(world)
	b.checkInTrouble(world)
	b.drills()
	b.saysAmount()
	b.writesDown()
	b.usesUpTries(t, second, memory)
	looksClean(t, b, t.TempDir(), first, second)
	b.forgot(t)
}

// backUpToFull makes a backup with two clouds, one of them full at first.
func (b *browser) backUpToFull(world *internet) {
	b.at("wallet")
	b.fill("Name of the wallet", "Samantha")
	b.fill("Recovery phrase", testPhrase)
	b.press("Continue")
	b.see("Choose a PIN")
	b.pad(testPIN)
	b.press("Continue")
	b.see("Type the PIN again")
	b.pad(testPIN)
	b.press("Continue")
	b.see("Where should it be kept?")
	b.press("Google Drive")
	b.see("Sign in to Google Drive")
	b.atProvider("Google Drive", "accounts.google.com", "Signed in", allowDrive)
	b.says("Signed in to Google Drive.")
	b.signInToDropbox("Dropbox", samantha)
	b.says("Signed in to Dropbox.")
	world.drive.Limit(1)
	b.press("Back up now")
	b.see("Not finished yet")
	b.focused("problem")
	b.says("there is no room left in Google Drive")
	b.says("Is my backup safe?")
	b.picture("trouble-1-full")
	world.drive.Limit(15 << 30)
	b.press("Try again")
	b.see("Your trial backup is made")
	b.press("Done")
	b.see("Trying out")
}

// checkInTrouble looks again while Google's servers cannot be reached, then while they ask to wait.
func (b *browser) checkInTrouble(world *internet) {
	world.Fail(fakecloud.Fault{Host: driveHost, Drop: true, Times: -1})
	b.press("Check now")
	b.says("could not reach Google Drive")
	b.says("Is my backup safe?")
	b.picture("trouble-2-offline")
	world.Heal()
	world.Fail(fakecloud.Fault{Host: driveHost, Times: -1, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"700"}},
		Body: `{"error":{"code":429,"message":"Too Many Requests","errors":[{"domain":"usageLimits","reason":"rateLimitExceeded","message":"Too Many Requests"}]}}`})
	b.press("Try again")
	b.says("12 minutes")
	b.picture("trouble-3-busy")
	world.Heal()
	b.press("Try again")
	b.says("Checked just now")
}

func (b *browser) drills() {
	b.press("Practise losing this computer")
	b.see("Practise losing this computer")
	b.fill("PIN of “Samantha”", "739155")
	b.press("Practise")
	b.says("9 tries left")
	b.fill("PIN of “Samantha”", testPIN)
	b.press("Practise")
	b.see("Trying out")
	b.says("alone on")
	b.picture("trouble-4-drill")
}

// saysAmount says more than the limit: the way to something stronger is shown.
func (b *browser) saysAmount() {
	b.press("Say how much it holds")
	b.see("How much does it hold?")
	b.fill("Amount, in EUR", "much")
	b.press("Save")
	b.says("What to do:")
	b.focused("problem")
	b.fill("Amount, in EUR", "600")
	b.press("Save")
	b.heading("Stronger ways", "See stronger ways")
	b.at("home")
	b.press("See stronger ways")
	b.see("How much does it hold?")
	b.says("A hardware wallet")
	b.picture("trouble-5-amount")
}

// writesDown puts the words on paper, and taps one of them wrong.
func (b *browser) writesDown() {
	b.at("home")
	b.press("Manage this backup")
	b.press("Your words on paper")
	b.see("Your words on paper")
	b.fill("PIN of “Samantha”", testPIN)
	b.press("Open the backup")
	b.see("Write down your 12 words")
	b.not("abandon")
	b.press("Show the words")
	b.says("They are hidden again in")
	b.says("abandon")
	b.press("I have written them down")
	b.see("Tap word 1")
	b.press("about")
	b.says("“about” is not word 1.")
	b.picture("trouble-6-tapped-wrong")
	for i := range 11 {
		b.press("abandon")
		b.see([]string{"Tap word 2", "Tap word 3", "Tap word 4", "Tap word 5", "Tap word 6", "Tap word 7", "Tap word 8", "Tap word 9", "Tap word 10", "Tap word 11", "Tap word 12"}[i])
	}
	b.press("about")
	b.see("Your words are on paper")
	b.press("Done")
	b.see("Trying out")
	b.back()
	b.not("abandon abandon")
}

// usesUpTries spends the last two tries on another computer.
func (b *browser) usesUpTries(t *testing.T, d *device, memory []*realm.Memory) {
	spend(t, memory, 8)
	b.open(d.App)
	b.see("If this device is lost")
	b.press("Restore from the cloud")
	b.see("Where is your backup?")
	b.press("Google Drive")
	b.see("Sign in to Google Drive")
	b.atProvider("Google Drive", "accounts.google.com", "Signed in", allowDrive)
	b.says("Signed in to Google Drive.")
	b.press("Look for backups")
	b.see("Found a backup")
	b.press("Samantha")
	b.see("Type your PIN")
	b.pad("111112")
	b.press("Restore")
	b.says("1 try left")
	b.focused("problem")
	b.pad("111113")
	b.press("Restore")
	b.see("No tries are left")
	b.picture("trouble-7-no-tries")
	b.press("What to do when no try is left")
	b.see("When all tries are used up")
	b.says("The words on paper.")
}

// spend uses up tries of every record.
func spend(t *testing.T, memory []*realm.Memory, tries uint16) {
	t.Helper()
	for _, m := range memory {
		err := m.Each(context.Background(), func(realm.RecordID) realm.Change {
			return func(encoded []byte) ([]byte, error) {
				record, err := realm.DecodeRecord(encoded)
				if err != nil {
					return nil, err
				}
				record.GuessCount = tries
				return record.Encode(), nil
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
