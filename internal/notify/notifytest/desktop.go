//go:build unix && !darwin

// Package notifytest is a desktop for tests: a message bus of its own, the real daemon, with
// somebody on it who takes notifications in place of a desktop's own service.
package notifytest

import (
	"bufio"
	"os/exec"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

const service = "org.freedesktop.Notifications"

// A Shown is one notification as it arrived.
type Shown struct{ App, Title, Text string }

// A Desktop takes notifications.
type Desktop struct {
	mu    sync.Mutex
	shown []Shown
}

// Bus starts a session bus without any desktop on it, for as long as the test lasts, and makes it
// the one that this process uses. It is given the path of dbus-daemon.
func Bus(t testing.TB, daemon string) (address string) {
	t.Helper()
	bus := exec.Command(daemon, "--session", "--nofork", "--nopidfile", "--print-address", "--address=unix:dir="+t.TempDir())
	out, err := bus.StdoutPipe()
	if err == nil {
		err = bus.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bus.Process.Kill(); bus.Wait() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("dbus-daemon printed no address: %v", lines.Err())
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", lines.Text())
	return lines.Text()
}

// NewDesktop starts a bus with a desktop on it.
func NewDesktop(t testing.TB, daemon string) *Desktop {
	t.Helper()
	conn, err := dbus.Connect(Bus(t, daemon))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	d := &Desktop{}
	if err := conn.Export(d, "/org/freedesktop/Notifications", service); err != nil {
		t.Fatal(err)
	}
	if got, err := conn.RequestName(service, dbus.NameFlagDoNotQueue); err != nil || got != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the name on the bus: %v, %v", got, err)
	}
	return d
}

// Notify has the signature of the Desktop Notifications Specification 1.2: another call does not
// arrive.
func (d *Desktop) Notify(app string, _ uint32, _, title, text string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shown = append(d.shown, Shown{app, title, text})
	return uint32(len(d.shown)), nil
}

// Shown are the notifications so far.
func (d *Desktop) Shown() []Shown {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Shown(nil), d.shown...)
}
