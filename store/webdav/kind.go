package webdav

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

// transportError is for a request without an answer, or whose answer broke off. Whether
// the server did what it was asked is not known.
func transportError(ctx context.Context, r request, err error) error {
	if ended := store.Ended(ctx, r.op, r.name); ended != nil {
		return ended
	}
	kind := store.ErrOffline
	var certificate *tls.CertificateVerificationError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	if errors.As(err, &certificate) || errors.As(err, &host) || errors.As(err, &authority) ||
		errors.As(err, &invalid) || errors.Is(err, http.ErrSchemeMismatch) {
		kind = store.ErrRefused // trying again does not help, and trying without TLS must not
	}
	return &store.Error{Op: r.op, Name: r.name, Kind: kind, Err: err}
}

// statusError is for an answer that is not what was hoped for.
func statusError(a *answer) error {
	e := &store.Error{Op: a.op, Name: a.name, Kind: kind(a)}
	e.Err = fmt.Errorf("%s was answered with %d %s", a.method, a.status, http.StatusText(a.status))
	switch {
	case a.status/100 == 3:
		e.Err = fmt.Errorf("the server sends to another address%s; enter that one if it is right", target(a))
	case a.status/100 == 2:
		e.Err = fmt.Errorf("%w: this is not a WebDAV folder", e.Err)
	}
	if e.Kind == store.ErrBusy {
		e.After = store.RetryAfter(a.header)
	}
	return e
}

// kind says what a status means where the caller does not know better (RFC 9110 §15,
// RFC 4918 §11).
func kind(a *answer) error {
	switch a.status {
	case http.StatusUnauthorized:
		if offers := a.header.Values("WWW-Authenticate"); len(offers) > 0 && !offersBasic(offers) {
			return store.ErrRefused // Digest or others: signing in again does not help
		}
		return store.ErrSignedOut
	case http.StatusNotFound, http.StatusConflict, http.StatusGone: // 409: the folder above is missing
		return store.ErrGone
	case http.StatusLocked, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return store.ErrBusy
	case http.StatusInsufficientStorage:
		return store.ErrFull
	case http.StatusRequestTimeout:
		return store.ErrOffline
	case http.StatusNotImplemented:
		return store.ErrRefused
	}
	if a.status >= 500 {
		return store.ErrOffline
	}
	return store.ErrRefused
}

func offersBasic(offers []string) bool {
	for _, offer := range offers {
		if strings.Contains(strings.ToLower(offer), "basic") {
			return true
		}
	}
	return false
}

// target is where a redirect leads, without path and query, which may be private.
func target(a *answer) string {
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil || u.Host == "" {
		return ""
	}
	return " (" + u.Scheme + "://" + u.Host + "/…)"
}
