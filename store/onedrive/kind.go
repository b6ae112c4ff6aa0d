package onedrive

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

// transportError is for a request without an answer, or whose answer broke off. Whether
// the service did what it was asked is not known.
func transportError(ctx context.Context, r request, err error) error {
	if ended := store.Ended(ctx, r.op, r.name); ended != nil {
		return ended
	}
	var said *url.Error
	if errors.As(err, &said) { // it would repeat the address
		err = said.Err
	}
	if strings.Contains(err.Error(), "Location header") { // so would net/http, of one that it cannot parse
		return store.Errorf(r.op, r.name, store.ErrRefused, "the service sends to something that is no address")
	}
	kind := store.ErrOffline
	var signIn *store.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &signIn): // the transport could not sign in
		return &store.Error{Op: r.op, Name: r.name, Kind: signIn.Kind, After: signIn.After, Err: signIn.Err}
	case errors.Is(err, store.ErrConsent):
		kind = store.ErrConsent
	case errors.As(err, &certificate), errors.Is(err, http.ErrSchemeMismatch):
		kind = store.ErrRefused // trying again does not help, and trying without TLS must not
	}
	return &store.Error{Op: r.op, Name: r.name, Kind: kind, Err: err}
}

// statusError is for an answer that is not what was hoped for.
func statusError(a *answer) error {
	codes := codes(a.body)
	e := &store.Error{Op: a.op, Name: a.name, Kind: kind(a, codes)}
	e.Err = fmt.Errorf("%s was answered with %d %s", a.method, a.status, strings.Join(codes, ", "))
	if e.Kind == store.ErrBusy {
		e.After = store.RetryAfter(a.header)
	}
	return e
}

// codes returns the error codes of an answer, the general one first
// (learn.microsoft.com/graph/errors). Unknown forms have none.
func codes(body []byte) (codes []string) {
	type inner struct {
		Code       string          `json:"code"`
		InnerError json.RawMessage `json:"innerError"`
		Innererror json.RawMessage `json:"innererror"`
	}
	var outer struct {
		Error json.RawMessage `json:"error"`
	}
	json.Unmarshal(body, &outer)
	for next := outer.Error; len(next) > 0 && len(codes) < 8; {
		var e inner
		if json.Unmarshal(next, &e) != nil {
			break
		}
		if e.Code != "" && len(e.Code) < 100 {
			codes = append(codes, e.Code)
		}
		if next = e.InnerError; len(next) == 0 {
			next = e.Innererror
		}
	}
	return codes
}

// byCode says what the codes of Graph mean whatever the status.
var byCode = map[string]error{
	"nameAlreadyExists":           store.ErrExists,
	"quotaLimitReached":           store.ErrFull,
	"insufficientStorage":         store.ErrFull,
	"activityLimitReached":        store.ErrBusy,
	"throttledRequest":            store.ErrBusy,
	"serviceNotAvailable":         store.ErrBusy,
	"serviceReadOnly":             store.ErrBusy,
	"resourceBeingProvisioned":    store.ErrBusy,
	"resourceLocked":              store.ErrBusy,
	"unauthenticated":             store.ErrSignedOut,
	"InvalidAuthenticationToken":  store.ErrSignedOut,
	"insufficient_claims":         store.ErrSignedOut, // conditional access: sign in once more
	"accessRestricted":            store.ErrRefused,
	"Authorization_RequestDenied": store.ErrConsent,
	"insufficient_scope":          store.ErrConsent,
	"malwareDetected":             store.ErrRefused,
	"virusSuspicious":             store.ErrRefused,
}

// kind says what an answer means where the caller does not know better. The most detailed
// code counts, then the status.
func kind(a *answer, codes []string) error {
	if a.plain {
		return plainKind(a, codes)
	}
	for i := len(codes) - 1; i >= 0; i-- {
		if k := byCode[codes[i]]; k != nil {
			return k
		}
	}
	if strings.Contains(a.header.Get("WWW-Authenticate"), `error="insufficient_scope"`) { // RFC 6750 §3.1
		return store.ErrConsent
	}
	switch a.status {
	case http.StatusUnauthorized:
		return store.ErrSignedOut
	case http.StatusForbidden:
		if a.op == "open" { // nobody may be kept from the own app folder but for a missing scope
			return store.ErrConsent
		}
		return store.ErrRefused
	case http.StatusNotFound, http.StatusGone:
		return store.ErrGone
	}
	return byStatus(a.status)
}

// plainKind is for the other hosts. There 401, 403, 404 and 410 mean that an address is no
// longer good, and say nothing about the person's sign-in.
func plainKind(a *answer, codes []string) error {
	for _, code := range codes {
		if k := byCode[code]; k == store.ErrExists || k == store.ErrFull || k == store.ErrBusy {
			return k
		}
	}
	if expired(a) {
		return store.ErrOffline
	}
	return byStatus(a.status)
}

// expired tells whether another host no longer knows the address.
func expired(a *answer) bool {
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return a.plain
	}
	return false
}

func byStatus(status int) error {
	switch status {
	case http.StatusLocked, http.StatusTooManyRequests, http.StatusServiceUnavailable, 509: // 509: bandwidth
		return store.ErrBusy
	case http.StatusInsufficientStorage:
		return store.ErrFull
	case http.StatusRequestTimeout:
		return store.ErrOffline
	case http.StatusNotImplemented:
		return store.ErrRefused
	}
	if status >= 500 {
		return store.ErrOffline
	}
	return store.ErrRefused
}
