package googledrive

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"

	"github.com/cloudseed/cloudseed/store"
)

// A refusal is what Drive answered when it did not do what was asked.
type refusal struct {
	status  int
	reason  string // Google's word for it, such as "storageQuotaExceeded"
	message string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("Drive answered %d %s %s", r.status, r.reason, r.message)
}

// status is the HTTP status of an answer that became err, or 0.
func status(err error) int {
	var r *refusal
	if errors.As(err, &r) {
		return r.status
	}
	return 0
}

func isKind(err, kind error) bool { return errors.Is(err, kind) }

// storeError gives err one of store's kinds.
func storeError(ctx context.Context, op, name string, err error) *store.Error {
	e := &store.Error{Op: op, Name: name, Kind: store.ErrOffline, Err: err}
	var known *store.Error
	var answer *googleapi.Error
	var token *oauth2.RetrieveError
	var certificate *tls.CertificateVerificationError
	if ctx.Err() != nil {
		e.Err = ctx.Err()
		return e
	}
	switch {
	case errors.As(err, &known): // from the transport that signs in
		e.Kind, e.After, e.Err = known.Kind, known.After, known.Err
	case errors.As(err, &token):
		e.Kind = tokenKind(token)
		e.Err = fmt.Errorf("the sign-in answered %s", token.ErrorCode) // the rest may hold secrets
	case errors.As(err, &answer):
		r := read(answer)
		e.Kind, e.Err = kind(r), r
		if e.Kind == store.ErrBusy {
			e.After = store.RetryAfter(answer.Header)
		}
	case errors.As(err, &certificate):
		e.Kind = store.ErrRefused // trying again does not help, and trying without TLS must not
	}
	for _, kind := range store.Kinds {
		if known == nil && answer == nil && errors.Is(err, kind) {
			e.Kind = kind
		}
	}
	return e
}

// tokenKind says what it means that the access token could not be renewed.
func tokenKind(err *oauth2.RetrieveError) error {
	if err.Response != nil && (err.Response.StatusCode >= 500 || err.Response.StatusCode == http.StatusTooManyRequests) {
		return store.ErrOffline
	}
	return store.ErrSignedOut
}

// read finds Google's reason in an answer. There are two forms, old and new, and many
// answers have both.
func read(answer *googleapi.Error) *refusal {
	var body struct {
		Error struct {
			Message string
			Errors  []struct{ Reason string }
			Details []struct{ Reason string }
		}
	}
	r := &refusal{status: answer.Code}
	if json.Unmarshal([]byte(answer.Body), &body) != nil {
		return r
	}
	for _, e := range append(body.Error.Details, body.Error.Errors...) {
		if e.Reason != "" {
			r.reason = e.Reason
		}
	}
	r.message = body.Error.Message[:min(len(body.Error.Message), 200)]
	return r
}

// The reasons that come with 403 and sometimes 429
// (developers.google.com/workspace/drive/api/guides/handle-errors).
var (
	busyReasons = []string{"rateLimitExceeded", "userRateLimitExceeded", "sharingRateLimitExceeded", "dailyLimitExceeded", "quotaExceeded",
		"RATE_LIMIT_EXCEEDED"}
	fullReasons = []string{"storageQuotaExceeded", "numChildrenInNonRootLimitExceeded", "activeItemCreationLimitExceeded",
		"teamDriveFileLimitExceeded"}
	consentReasons = []string{"insufficientPermissions", "insufficientScopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
)

// kind says what an answer means where the caller does not know better.
func kind(r *refusal) error {
	switch {
	case r.status == http.StatusUnauthorized:
		return store.ErrSignedOut
	case slices.Contains(fullReasons, r.reason):
		return store.ErrFull
	case slices.Contains(busyReasons, r.reason), r.status == http.StatusTooManyRequests, r.status == http.StatusServiceUnavailable:
		return store.ErrBusy
	case slices.Contains(consentReasons, r.reason):
		return store.ErrConsent
	case r.status == http.StatusNotFound: // a file that is not there is found out before; this is the folder
		return store.ErrGone
	case r.status >= 500, r.status == http.StatusRequestTimeout:
		return store.ErrOffline
	}
	return store.ErrRefused
}
