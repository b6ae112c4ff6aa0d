package store_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

func TestRetryAfter(t *testing.T) {
	const date = "Sun, 22 Nov 2026 20:00:00 GMT"
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0, "99999999999999999999": 0, "9999999999": 24 * time.Hour,
		"Sun, 22 Nov 2026 20:01:30 GMT": 90 * time.Second, "Sun, 22 Nov 2026 19:00:00 GMT": 0, "Mon, 22 Nov 2027 20:00:00 GMT": 24 * time.Hour,
	} {
		h := http.Header{"Retry-After": {value}, "Date": {date}}
		if got := store.RetryAfter(h); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
	h := http.Header{"Retry-After": {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}}
	if got := store.RetryAfter(h); got < 58*time.Minute || got > time.Hour {
		t.Errorf("by our own clock: %v", got)
	}
}
