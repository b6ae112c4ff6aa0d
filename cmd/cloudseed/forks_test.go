package main

import (
	"strings"
	"testing"
	"time"
)

// Two devices have written one name into a Drive, which lets them: both copies stay, the
// backup comes back, and the person is told, by list, by restore and in JSON.
func TestForks(t *testing.T) {
	w := newWorld(t)
	d := w.device()
	d.add("drive", "gdrive:")
	d.backUp(0, "gdrive:")
	var name, id string
	for _, f := range w.drive.Files(sam) {
		if strings.HasSuffix(f.Name, ".age") {
			name, id = f.Name, f.ID
		}
	}
	const says = "drive holds two different files called “Wallet backup - Sam - wallet 1.age”, which two devices wrote"
	if text := d.run(0, "list"); strings.Contains(text, "two different files") {
		t.Errorf("said where there is one file:\n%s", text)
	}
	w.drive.Plant(sam, id, name, []byte("another device's"), time.Now().Add(time.Hour))
	contains(t, d.run(0, "list"), says)
	contains(t, d.run(0, "list", "--json"), `"forks":[{"place":"drive","file":"Wallet backup - Sam - wallet 1.age"}]`)
	contains(t, d.run(0, "restore", "--pin-file", w.file("pin")), says, "restored Sam")
	contains(t, d.run(0, "restore", "--pin-file", w.file("pin"), "--json"), `"forks":[{"place":"drive"`)
}
