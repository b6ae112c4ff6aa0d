package s3

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/cloudseed/cloudseed/store"
)

// kinds says what the error codes of S3 and of services like it mean for a place. Codes
// that are not here go by their status.
var kinds = map[string]error{
	"NoSuchBucket": store.ErrGone,
	"NoSuchKey":    store.ErrNotFound,

	"PreconditionFailed":         store.ErrExists,
	"ConditionalRequestConflict": store.ErrBusy, // 409: another write of that name is under way
	"OperationAborted":           store.ErrBusy, // 409, likewise

	"InvalidAccessKeyId":    store.ErrSignedOut,
	"XAdminUserNotFound":    store.ErrSignedOut, // versitygw
	"SignatureDoesNotMatch": store.ErrSignedOut,
	"ExpiredToken":          store.ErrSignedOut,
	"InvalidToken":          store.ErrSignedOut,
	"NotSignedUp":           store.ErrSignedOut,
	"AccessDenied":          store.ErrConsent,
	"AllAccessDisabled":     store.ErrConsent,

	"QuotaExceeded":                  store.ErrFull,
	"StorageQuotaExceeded":           store.ErrFull,
	"XMinioStorageFull":              store.ErrFull,
	"XMinioAdminBucketQuotaExceeded": store.ErrFull,

	"SlowDown":             store.ErrBusy,
	"SlowDownRead":         store.ErrBusy,
	"SlowDownWrite":        store.ErrBusy,
	"RequestLimitExceeded": store.ErrBusy,
	"TooManyRequests":      store.ErrBusy,
	"Throttling":           store.ErrBusy,

	// Something was lost on the way: nothing is stored, and asking again may help.
	"RequestTimeout":              store.ErrOffline,
	"IncompleteBody":              store.ErrOffline,
	"BadDigest":                   store.ErrOffline,
	"XAmzContentSHA256Mismatch":   store.ErrOffline,
	"XAmzContentChecksumMismatch": store.ErrOffline,

	"RequestTimeTooSkewed": store.ErrRefused,
}

// failed makes an Error of what the library returned for a request, with what the witness saw.
func (s *Store) failed(ctx context.Context, op, name string, err error, w *witnessed) error {
	if ended := store.Ended(ctx, op, name); ended != nil {
		return ended
	}
	var r minio.ErrorResponse
	if !errors.As(err, &r) || r.StatusCode == 0 {
		return &store.Error{Op: op, Name: name, Kind: unansweredKind(err), Err: err}
	}
	e := &store.Error{Op: op, Name: name, Kind: kind(r, w)}
	e.Err = fmt.Errorf("the service answered %d %s: %.200q", r.StatusCode, r.Code, r.Message)
	switch {
	case r.StatusCode/100 == 3 && r.StatusCode != http.StatusNotModified:
		e.Err = fmt.Errorf("the bucket is at another address (%d %s); enter that one and its region", r.StatusCode, r.Code)
	case r.Code == "RequestTimeTooSkewed":
		e.Err = fmt.Errorf("the clock of this computer is wrong: it says %s, the service %s", time.Now().UTC().Format(http.TimeFormat), w.header.Get("Date"))
	}
	if e.Kind == store.ErrBusy {
		e.After = store.RetryAfter(w.header)
	}
	return e
}

// unansweredKind is for a request without an answer, or whose answer broke off. Whether the
// service did what it was asked is not known.
func unansweredKind(err error) error {
	var certificate *tls.CertificateVerificationError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	if errors.As(err, &certificate) || errors.As(err, &host) || errors.As(err, &authority) ||
		errors.As(err, &invalid) || errors.Is(err, http.ErrSchemeMismatch) || errors.Is(err, errNoListing) {
		return store.ErrRefused // trying again does not help, and trying without TLS must not
	}
	return store.ErrOffline
}

// kind says what an answer means.
func kind(r minio.ErrorResponse, w *witnessed) error {
	told := bytes.Contains(w.start, []byte("<Code>"))
	if r.StatusCode == http.StatusNotFound && !told { // a page of some proxy, not S3's word
		return store.ErrGone
	}
	if r.Code == "AccessDenied" && strings.Contains(strings.ToLower(r.Message), "cap exceeded") {
		return store.ErrFull // Backblaze B2: a limit that the owner has set
	}
	if k, ok := kinds[r.Code]; ok && (told || r.StatusCode != http.StatusForbidden) {
		return k
	}
	return statusKind(r.StatusCode)
}

// statusKind goes by the status alone (RFC 9110 §15).
func statusKind(status int) error {
	switch status {
	case http.StatusNotModified, http.StatusPreconditionFailed: // old MinIO answers 304 to a PUT
		return store.ErrExists
	case http.StatusUnauthorized:
		return store.ErrSignedOut
	case http.StatusForbidden:
		return store.ErrConsent
	case http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable:
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
