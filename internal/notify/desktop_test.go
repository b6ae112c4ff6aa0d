//go:build unix && !darwin

package notify

import (
	"errors"
	"testing"

	"github.com/cloudseed/cloudseed/internal/notify/notifytest"
	"github.com/cloudseed/cloudseed/internal/peer"
)

// A notification arrives over the real message bus as the specification has it.
func TestSend(t *testing.T) {
	desktop := notifytest.NewDesktop(t, peer.Command(t, "dbus-daemon"))
	const title, text = "Backup is failing", "Äpfel <b>& more</b>"
	if err := Send(t.Context(), title, text); err != nil {
		t.Fatal(err)
	}
	if got := desktop.Shown(); len(got) != 1 || got[0] != (notifytest.Shown{App: "Cloudseed", Title: title, Text: text}) {
		t.Errorf("shown: %q", got)
	}
}

// Without a desktop on the bus, and without a bus, it says so and does not wait.
func TestNoDesktop(t *testing.T) {
	notifytest.Bus(t, peer.Command(t, "dbus-daemon"))
	if err := Send(t.Context(), "a", "b"); !errors.Is(err, ErrNoDesktop) {
		t.Errorf("nobody on the bus: %v", err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	if err := Send(t.Context(), "a", "b"); !errors.Is(err, ErrNoDesktop) {
		t.Errorf("no bus: %v", err)
	}
}
