package webapp

import (
	"path/filepath"
	"testing"
)

// TestAttachedJourney attaches a file in a real browser, after a path that is none, sees it kept
// current while the page is closed, and stops attaching it.
func TestAttachedJourney(t *testing.T) {
	b := startBrowserOn(t, phone)
	realms, client := embedded(t)
	usb, labels := t.TempDir(), written(t, filepath.Join(t.TempDir(), "labels.jsonl"), "labels 1")
	d := startDevice(t, Config{Realms: realms, HTTP: client})
	vault := d.backedUp(t, usb).Vault.String()

	b.open(d.App)
	b.see("Trying out")
	b.press("Attach a file")
	b.see("Files attached to “Samantha”")
	b.says("No file is attached.")
	b.fill("Its path on this computer", "labels.jsonl")
	b.press("Attach and back up now")
	b.says("labels.jsonl is not a whole path.")
	b.fill("Its path on this computer", labels)
	b.press("Attach and back up now")
	b.see("Files attached to “Samantha”")
	b.says("Attached, sealed and read back from every place.")
	b.says("The newest version has it as it is now")
	b.picture("journey-attached-1")

	written(t, labels, "labels 2")
	eventually(t, "the second version", func() bool {
		now, err := d.device(vault)
		return err == nil && now.Files.Generation == 2 && now.Places[0].Files.Generation == 2
	})
	b.press("Stop attaching labels.jsonl")
	b.press("Stop attaching it")
	b.says("Left out from now on: labels.jsonl.")
	b.says("No file is attached.")
	if got := restoredFiles(t, d.App, usb); len(got) != 0 {
		t.Errorf("came back: %q", got)
	}
	looksClean(t, b, usb, d)
}
