//go:build linux

package main

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/notify/notifytest"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/internal/watch"
	"github.com/cloudseed/cloudseed/store"
)

// What fails for a day, a place or a watched file, is shown on the desktop, once a day, with
// nothing in it that a locked screen must not show.
func TestFailingForADayIsShown(t *testing.T) {
	desktop := notifytest.NewDesktop(t, peer.Command(t, "dbus-daemon"))
	p, err := profile.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	w := &watcher{session: &session{printer: &printer{stdout: io.Discard, stderr: io.Discard}, profile: p}, name: "Everyday"}
	down := &cloudseed.IncompleteError{Failed: []*cloudseed.PlaceError{{Place: "usb", Err: store.Errorf("create", "", store.ErrOffline, "canary")}}}
	shown := func(e watch.Event) []notifytest.Shown {
		before := len(desktop.Shown())
		w.tell(e)
		return desktop.Shown()[before:]
	}
	ago := func(hours int) time.Time { return time.Now().Add(-time.Duration(hours) * time.Hour) }
	if got := shown(watch.Event{Failed: down, Failing: ago(23)}); len(got) != 0 {
		t.Errorf("before a day: %q", got)
	}
	if got := shown(watch.Event{Failed: down, Failing: ago(25)}); len(got) != 1 || !strings.Contains(got[0].Title+got[0].Text, "Everyday") {
		t.Errorf("after a day: %q", got)
	}
	if got := shown(watch.Event{Failed: down, Failing: ago(26)}); len(got) != 0 {
		t.Errorf("again within a day: %q", got)
	}
	os.Chtimes(w.stamp(), ago(25), ago(25))
	lost := &watch.FileError{Path: "/home/sam/channel.backup", Err: errors.New("canary")}
	if got := shown(watch.Event{Missing: lost, Failing: ago(48)}); len(got) != 1 || !strings.Contains(got[0].Text, "cannot be read") || strings.Contains(got[0].Text, "sam") {
		t.Errorf("a file: %q", got)
	}
}
