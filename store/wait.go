package store

import (
	"net/http"
	"strconv"
	"time"
)

// longestWait is what is made of a longer one.
const longestWait = 24 * time.Hour

// RetryAfter reads the wait that an answer asks for (RFC 9110 §10.2.3): seconds, or a date,
// which is taken by the server's own clock where the answer has its Date. It is 0 if there
// is none or it cannot be read, and at most a day.
func RetryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 63); err == nil {
		return time.Duration(min(seconds, uint64(longestWait/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(ServerTime(h)), 0), longestWait)
}

// ServerTime is the Date of an answer, or now by this computer's clock.
func ServerTime(h http.Header) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return time.Now()
}
