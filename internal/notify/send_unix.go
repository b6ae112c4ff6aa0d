//go:build unix && !darwin

package notify

import (
	"context"
	"errors"
	"os"

	"github.com/godbus/dbus/v5"
)

const (
	service = "org.freedesktop.Notifications"
	object  = "/org/freedesktop/Notifications"
)

// send calls Notify of the Desktop Notifications Specification 1.2.
func send(ctx context.Context, title, text string) error {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" && os.Getenv("XDG_RUNTIME_DIR") == "" {
		return ErrNoDesktop
	}
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return errors.Join(ErrNoDesktop, err)
	}
	defer bus.Close()
	const replaces, timeout = uint32(0), int32(-1) // a new one; the desktop decides how long
	hints := map[string]dbus.Variant{"urgency": dbus.MakeVariant(byte(1))}
	call := bus.Object(service, object).CallWithContext(ctx, service+".Notify", 0,
		"Cloudseed", replaces, "", title, text, []string{}, hints, timeout)
	if call.Err != nil {
		return errors.Join(ErrNoDesktop, call.Err)
	}
	return nil
}
