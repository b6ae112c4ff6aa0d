// Package notify shows a short text on the person's desktop, outside any window of ours.
//
// On Linux and the BSDs it speaks org.freedesktop.Notifications over the session's D-Bus; on
// macOS it runs osascript, on Windows a PowerShell script that shows a toast. The latter two
// are generated from the text, and the text is passed as data, never as script: see
// appleScript and toastScript. They were tested as texts only, not on those systems.
//
// What is shown may be seen on a locked screen: never give it anything secret.
package notify

import (
	"context"
	"errors"
	"time"
)

// ErrNoDesktop means that nothing here can show a notification.
var ErrNoDesktop = errors.New("no desktop to show notifications")

// Send shows a title and a text. It does not wait for the person.
func Send(ctx context.Context, title, text string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return send(ctx, title, text)
}

// A Reminder says when to notify of something that goes on failing. The zero value notifies
// after a day, and then once a day.
type Reminder struct {
	After time.Duration // how long it must have been failing; a day when 0
	Every time.Duration // at most this often; a day when 0
	Last  time.Time     // when it was notified last; zero for never
}

// Due tells whether to notify at now of what has been failing since; zero is not failing.
func (r Reminder) Due(since, now time.Time) bool {
	after, every := r.After, r.Every
	if after == 0 {
		after = 24 * time.Hour
	}
	if every == 0 {
		every = 24 * time.Hour
	}
	return !since.IsZero() && now.Sub(since) >= after && (r.Last.IsZero() || now.Sub(r.Last) >= every)
}
