package webapp

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/internal/peer"
)

// TestManageJourney changes a PIN in a real browser, with a wrong one first, ends it as
// after a theft with the words, looks at the versions, and deletes the backup everywhere.
func TestManageJourney(t *testing.T) {
	peer.Slow(t)
	onScreens(t, manages)
}

func manages(t *testing.T, s screen) {
	b := startBrowserOn(t, s)
	realms, client := embedded(t)
	usb := t.TempDir()
	d := startDevice(t, Config{Realms: realms, HTTP: client, DeviceName: "first computer"})
	d.backedUp(t, usb)

	b.open(d.App)
	b.see("Trying out")
	b.press("Manage this backup")
	b.see("Manage “Samantha”")
	changePIN(b)
	b.press("Manage this backup")
	endPIN(b)
	looksClean(t, b, usb, d)
	b.press("Manage this backup")
	deleteAll(b)
}

func changePIN(b *browser) {
	b.press("Change the PIN")
	b.see("Change the PIN")
	b.pad("111112")
	b.press("Continue")
	b.see("Choose the new PIN")
	b.pad(newPINText)
	b.press("Continue")
	b.see("Type the new PIN again")
	b.pad(newPINText)
	b.press("Change the PIN")
	b.says("9 tries left")
	b.says("Your new PIN is remembered")
	b.picture("journey-manage-1-wrong")
	b.pad(testPIN)
	b.press("Change the PIN")
	b.see("Changing the PIN")
	b.do(chromedp.Reload()) // the work goes on
	b.see("The PIN is changed")
	b.says("The PIN from before opens nothing any more, in no place.")
	b.picture("journey-manage-2-changed")
	b.do(chromedp.Reload())
	b.see("The PIN is changed")
	b.press("Done")
	b.see("Trying out")
}

func endPIN(b *browser) {
	b.press("My PIN is known, or a device is gone")
	b.see("A device is gone")
	b.press("End the PIN of “Samantha”")
	b.see("End the PIN now")
	b.press("I forgot it: use the words")
	b.see("Open it with the words")
	b.fill("Recovery phrase", testPhrase)
	b.press("Continue")
	b.see("Choose the new PIN")
	b.pad(testPIN)
	b.press("Continue")
	b.see("Type the new PIN again")
	b.pad(testPIN)
	b.press("End the old PIN")
	b.see("The old PIN is ended")
	b.says("Now move the money.")
	b.not("abandon")
	b.picture("journey-manage-3-stolen")
	b.press("Done")
	b.see("Trying out")
}

func deleteAll(b *browser) {
	b.press("Versions")
	b.see("Versions")
	b.press("Look now")
	b.says("Opens with your PIN.")
	b.picture("journey-manage-4-versions")
	b.press("‹ Back")
	b.press("Delete this backup everywhere")
	b.see("Delete the backup of “Samantha”")
	b.fill("To be sure: type the wallet's name", "Sam")
	b.press("Delete it everywhere")
	b.says("That is not the wallet's name.")
	b.fill("To be sure: type the wallet's name", "Samantha")
	b.press("Delete it everywhere")
	b.see("The backup of “Samantha” is deleted")
	b.says("Looked again: none is left.")
	b.picture("journey-manage-5-deleted")
	b.press("Home")
	b.see("Not backed up")
}
