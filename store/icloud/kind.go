package icloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// A SignIn is what the person has to do: open URL in a browser and sign in with the Apple
// Account. Apple then sends the browser to the Sign In Callback of the API token.
type SignIn struct{ URL string }

func (e *SignIn) Error() string { return "CloudKit asks for a sign-in in the browser" }

// A WrongAccount is a sign-in with another account than the one that holds the backups.
type WrongAccount struct{ Want, Got string } // record names of users

func (e *WrongAccount) Error() string { return "signed in with another Apple Account" }

// A MissingZone says that the account has no zone of that name: it was never made, or the
// person deleted the data of the app in the iCloud settings, and all backups with it.
type MissingZone struct{ Zone string }

func (e *MissingZone) Error() string {
	return fmt.Sprintf("the account has no zone %q: not made, or deleted in the iCloud settings", e.Zone)
}

// A Refusal is what CloudKit said when it did not do what it was asked, about a request or
// about one record in an answer with status 200.
type Refusal struct {
	Status int    // of HTTP
	Code   string // serverErrorCode, such as "QUOTA_EXCEEDED"; "" if the answer is not CloudKit's
	Reason string // for developers, in English
	UUID   string // names this very error to Apple
}

func (e *Refusal) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("CloudKit answered %d %s", e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("CloudKit says %s (%s) [%s]", e.Code, e.Reason, e.UUID)
}

// A failure is the error dictionary of an answer, or of a record or zone in it.
type failure struct {
	Code        string  `json:"serverErrorCode"`
	Reason      string  `json:"reason"`
	RetryAfter  float64 `json:"retryAfter"` // seconds
	UUID        string  `json:"uuid"`
	RedirectURL string  `json:"redirectURL"`
}

// error returns nil if f is none.
func (f *failure) error(op, name string, status int) error {
	if f.Code == "" && status/100 == 2 {
		return nil
	}
	kind := kindOf(f.Code, status)
	e := &store.Error{Op: op, Name: name, Kind: kind, Err: &Refusal{status, f.Code, f.Reason, f.UUID}}
	switch {
	case kind == store.ErrSignedOut && browsable(f.RedirectURL):
		e.Err = errors.Join(e.Err, &SignIn{f.RedirectURL})
	case f.Code == "ZONE_NOT_FOUND":
		e.Err = errors.Join(&MissingZone{Zone}, e.Err)
	case kind == store.ErrBusy:
		e.After = wait(f.RetryAfter)
	}
	return e
}

// kindOf says what a serverErrorCode means ("Error Codes" in the CloudKit Web Services
// Reference, and codes seen in answers that the reference leaves out), else the status.
func kindOf(code string, status int) error {
	switch code {
	case "AUTHENTICATION_REQUIRED", "AUTHENTICATION_FAILED", "NOT_AUTHENTICATED":
		return store.ErrSignedOut
	case "QUOTA_EXCEEDED":
		return store.ErrFull
	case "THROTTLED", "TRY_AGAIN_LATER", "ZONE_BUSY":
		return store.ErrBusy
	case "EXISTS":
		return store.ErrExists
	case "NOT_FOUND", "UNKNOWN_ITEM":
		return store.ErrNotFound
	case "ZONE_NOT_FOUND":
		return store.ErrGone
	case "INTERNAL_ERROR":
		return store.ErrOffline
	case "CONFLICT", "ATOMIC_ERROR": // somebody else was faster; the callers know better
		return store.ErrBusy
	case "":
		return kindOfStatus(status)
	}
	return store.ErrRefused
}

// kindOfStatus is for answers that are not CloudKit's own, as of a proxy on the way. 421 is
// a connection to the wrong server there, not a sign-in.
func kindOfStatus(status int) error {
	switch {
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return store.ErrBusy
	case status >= 500 || status == http.StatusRequestTimeout || status == http.StatusMisdirectedRequest:
		return store.ErrOffline
	}
	return store.ErrRefused
}

// code is the serverErrorCode in err, or "".
func code(err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// missing tells whether err says that there is no zone.
func missing(err error) bool {
	var m *MissingZone
	return errors.As(err, &m)
}

// wait turns seconds into a duration of at most a day.
func wait(seconds float64) time.Duration {
	const most = 24 * time.Hour
	return time.Duration(min(max(seconds, 0), most.Seconds()) * float64(time.Second))
}

// browsable tells whether a browser may be sent to address.
func browsable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && !strings.ContainsAny(address, " \n")
}

// transportError is for a request without an answer, or whose answer broke off. Whether
// CloudKit did what it was asked is not known. Addresses are left out of it: they hold tokens.
func transportError(ctx context.Context, op, name string, err error) error {
	if ended := store.Ended(ctx, op, name); ended != nil {
		return ended
	}
	var withURL *url.Error
	if errors.As(err, &withURL) {
		err = withURL.Err
	}
	kind := store.ErrOffline
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	if errors.As(err, &certificate) || errors.As(err, &authority) {
		kind = store.ErrRefused // trying again does not help, and trying without TLS must not
	}
	return &store.Error{Op: op, Name: name, Kind: kind, Err: err}
}
