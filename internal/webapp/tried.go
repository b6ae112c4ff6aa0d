package webapp

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
)

// afterTime is how long a restore that has succeeded waits for what follows it.
const afterTime = 10 * time.Second

// afterRestore says how often the PIN was tried, by whomever, and leaves word in the places that
// the backup was opened here. The restore has succeeded: what fails takes nothing from it. The
// restored device is kept afterwards, with what this has found.
func (a *App) afterRestore(l *words.Language, ctx context.Context, c cloudseed.Config, r *cloudseed.Restored) string {
	ctx, cancel := context.WithTimeout(ctx, afterTime)
	defer cancel()
	c.Journal, c.Step = nil, nil
	count, err := cloudseed.CountGuesses(ctx, c, r.Device)
	if err != nil {
		a.Log.Warn("the tries could not be counted", "error", err)
	}
	if !slices.ContainsFunc(c.Known, func(d *cloudseed.Device) bool { return d.Vault == r.Device.Vault }) {
		if err := cloudseed.LeaveReceipt(ctx, c, r); err != nil {
			a.Log.Warn("no receipt was left", "error", err)
		}
	}
	if err != nil {
		return l.For(err).What
	}
	return strings.Join(l.Tried(count), " ")
}
