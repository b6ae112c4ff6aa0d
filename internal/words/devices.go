package words

import (
	"errors"
	"strconv"
	"time"

	"github.com/cloudseed/cloudseed"
)

// betweenDevices words the trouble between two devices of one backup: which, where and when.
func (l *Language) betweenDevices(err error) (Message, bool) {
	var replaced *cloudseed.ReplacedError
	var fork *cloudseed.ForkError
	var conflict *cloudseed.ConflictError
	switch {
	case errors.As(err, &replaced):
		return l.told("replaced", ExitFailure, l.sighting(replaced.Newer, replaced.Device)...), true
	case errors.As(err, &fork):
		return l.told("fork", ExitFailure, l.sighting(fork.Theirs, fork.Device)...), true
	case errors.As(err, &conflict):
		return l.told("conflict", ExitFailure, l.sighting(conflict.Theirs, conflict.Device)...), true
	}
	return l.bareBetweenDevices(err)
}

// bareBetweenDevices words the kinds alone, where nothing is known of the other device.
func (l *Language) bareBetweenDevices(err error) (Message, bool) {
	for kind, code := range map[error]string{cloudseed.ErrReplaced: "replaced", cloudseed.ErrFork: "fork", cloudseed.ErrConflict: "conflict"} {
		if errors.Is(err, kind) {
			return l.told(code, ExitFailure, l.sighting(cloudseed.Sighting{Place: l.Say(english.texts["the place"])}, "")...), true
		}
	}
	return Message{}, false
}

func (l *Language) sighting(s cloudseed.Sighting, device string) []string {
	if device == "" {
		device = l.Say(english.texts["another-device"])
	}
	return []string{"device", device, "place", s.Place, "file", s.File, "when", l.when(s.Modified)}
}

// when is a moment as a sentence ends with it; nothing if it is not known.
func (l *Language) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.fill(english.texts["when"], "time", l.Short(t))
}

// Beside says in one sentence that a backup stands beside something else of its name.
func (l *Language) Beside(place, file string) string {
	return l.fill(english.texts["beside"], "place", place, "file", file)
}

// Behind says in one sentence that a place shows an older state than another one.
func (l *Language) Behind(lag cloudseed.Lag) string {
	if lag.Generation == 0 {
		return l.fill(english.texts["lacks"], "place", lag.Place)
	}
	return l.fill(english.texts["behind"], "place", lag.Place, "generation", strconv.Itoa(lag.Generation), "newest", strconv.Itoa(lag.Newest))
}

// OpenedElsewhere says in one sentence that another device has opened the backup.
func (l *Language) OpenedElsewhere(o *cloudseed.Opening) string {
	device := o.Receipt.Device
	if device == "" {
		device = l.Say(english.texts["another-device"])
	}
	return l.fill(english.texts["opened-elsewhere"], "device", device, "time", l.Short(o.Receipt.Opened))
}

// Released says what giving a place up leaves.
func (l *Language) Released(r *cloudseed.Release) []string {
	lines := []string{l.fill(english.texts["released"], "place", r.Place)}
	if r.Lagged {
		return append(lines, l.fill(english.texts["released-old"], "place", r.Place))
	}
	return append(lines, l.fill(english.texts["released-new"], "place", r.Place))
}
