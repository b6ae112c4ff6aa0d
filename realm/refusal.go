package realm

import (
	"net/http"
	"strconv"
	"time"
)

// Why a request was refused, for metrics: see [Observation].
const (
	WhyVersion    = "version"     // 426
	WhyToken      = "token"       // 401
	WhyRole       = "role"        // 401: the token is good, but not for this
	WhyMessage    = "message"     // 400, 413
	WhyPacing     = "pacing"      // 429
	WhyRequests   = "requests"    // 429: too many from one address
	WhyNewRecords = "new records" // 429: too many from one address
	WhyRecords    = "records"     // 429: too many altogether
	WhyStore      = "store"       // 500
	WhyGone       = "client gone" // 499
)

// statusClientGone is for the log: nobody is there to read it.
const statusClientGone = 499

// A refusal is an answer other than 200. Its text must not contain anything secret.
type refusal struct {
	status int
	why    string
	text   string
	after  time.Duration // when to try again, if not zero
}

// refuseWith makes a refusal without a time to wait.
func refuseWith(status int, why, text string) *refusal {
	return &refusal{status: status, why: why, text: text}
}

func (f *refusal) send(w http.ResponseWriter) {
	if f.after > 0 {
		seconds := (f.after + time.Second - 1) / time.Second // rounded up, so that it is enough
		w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	http.Error(w, f.text, f.status)
}
