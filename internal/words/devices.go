package words

import (
	"errors"
	"strconv"
	"time"

	"github.com/cloudseed/cloudseed"
)

// betweenDevices words the trouble between two devices of one backup: which, where and when.
func betweenDevices(err error) (Message, bool) {
	var replaced *cloudseed.ReplacedError
	var fork *cloudseed.ForkError
	var conflict *cloudseed.ConflictError
	switch {
	case errors.As(err, &replaced):
		return row("replaced", ExitFailure, sighting(replaced.Newer, replaced.Device)...), true
	case errors.As(err, &fork):
		return row("fork", ExitFailure, sighting(fork.Theirs, fork.Device)...), true
	case errors.As(err, &conflict):
		return row("conflict", ExitFailure, sighting(conflict.Theirs, conflict.Device)...), true
	}
	return bareBetweenDevices(err)
}

// bareBetweenDevices words the kinds alone, where nothing is known of the other device.
func bareBetweenDevices(err error) (Message, bool) {
	for kind, code := range map[error]string{cloudseed.ErrReplaced: "replaced", cloudseed.ErrFork: "fork", cloudseed.ErrConflict: "conflict"} {
		if errors.Is(err, kind) {
			return row(code, ExitFailure, sighting(cloudseed.Sighting{Place: english.texts["the place"]}, "")...), true
		}
	}
	return Message{}, false
}

func sighting(s cloudseed.Sighting, device string) []string {
	if device == "" {
		device = english.texts["another-device"]
	}
	return []string{"device", device, "place", s.Place, "file", s.File, "when", when(s.Modified)}
}

// when is a moment as a sentence ends with it; nothing if it is not known.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return fill(english.texts["when"], "time", t.Local().Format("2 Jan 2006 15:04"))
}

// Beside says in one sentence that a backup stands beside something else of its name.
func Beside(place, file string) string {
	return fill(english.texts["beside"], "place", place, "file", file)
}

// Behind says in one sentence that a place shows an older state than another one.
func Behind(l cloudseed.Lag) string {
	if l.Generation == 0 {
		return fill(english.texts["lacks"], "place", l.Place)
	}
	return fill(english.texts["behind"], "place", l.Place, "generation", strconv.Itoa(l.Generation), "newest", strconv.Itoa(l.Newest))
}

// OpenedElsewhere says in one sentence that another device has opened the backup.
func OpenedElsewhere(o *cloudseed.Opening) string {
	device := o.Receipt.Device
	if device == "" {
		device = english.texts["another-device"]
	}
	return fill(english.texts["opened-elsewhere"], "device", device, "time", o.Receipt.Opened.Local().Format("2 Jan 2006 15:04"))
}

// Released says what giving a place up leaves.
func Released(r *cloudseed.Release) []string {
	lines := []string{fill(english.texts["released"], "place", r.Place)}
	if r.Lagged {
		return append(lines, fill(english.texts["released-old"], "place", r.Place))
	}
	return append(lines, fill(english.texts["released-new"], "place", r.Place))
}
