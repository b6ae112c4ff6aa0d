package signin

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/store"
)

// codes are the error codes of OAuth and what they mean for the person (RFC 6749 §4.1.2.1
// and §5.2, RFC 7009 §2.2.1, OpenID Connect Core §3.1.2.6; deleted_client is Google's).
// Others are not shown: an answer could repeat anything.
var codes = map[string]error{
	"invalid_grant":              store.ErrSignedOut,
	"login_required":             store.ErrSignedOut,
	"interaction_required":       store.ErrSignedOut,
	"account_selection_required": store.ErrSignedOut,
	"invalid_token":              store.ErrSignedOut,
	"consent_required":           store.ErrConsent,
	"access_denied":              ErrCancelled,
	"invalid_client":             ErrClientID,
	"unauthorized_client":        ErrClientID,
	"deleted_client":             ErrClientID,
	"invalid_request":            store.ErrRefused,
	"invalid_scope":              store.ErrRefused,
	"unsupported_grant_type":     store.ErrRefused,
	"unsupported_response_type":  store.ErrRefused,
	"server_error":               store.ErrOffline,
	"temporarily_unavailable":    store.ErrBusy,
	"slow_down":                  store.ErrBusy,
}

// codeError is for an error code that a provider answered with. The code is shown only if
// it is a known one.
func codeError(p Provider, code string) *store.Error {
	kind, known := codes[code]
	if !known {
		return store.Errorf("sign in", "", store.ErrRefused, "%s answered with an error that is not known here", p.key())
	}
	if kind == ErrClientID || kind == ErrCancelled {
		return store.Errorf("sign in", "", store.ErrRefused, "%s answered %s: %w", p.key(), code, kind)
	}
	return store.Errorf("sign in", "", kind, "%s answered %s", p.key(), code)
}

// tokenError is for a token endpoint that gave no token. Nothing of its answer is shown
// but a known code: the answer may hold tokens.
func tokenError(ctx context.Context, p Provider, err error) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) {
		return networkError(ctx, err)
	}
	status := answer.Response.StatusCode
	if e := statusError(status, answer.Response.Header); e != nil {
		return e
	}
	if answer.ErrorCode == "" {
		return store.Errorf("sign in", "", store.ErrRefused, "%s answered with %d %s", p.key(), status, http.StatusText(status))
	}
	if answer.ErrorCode == "invalid_grant" && wantsConsent(answer.Body) {
		return codeError(p, "consent_required")
	}
	return codeError(p, answer.ErrorCode)
}

// wantsConsent tells whether Microsoft's invalid_grant is about consent (AADSTS65001).
func wantsConsent(body []byte) bool {
	var detail struct {
		Suberror string `json:"suberror"`
		Codes    []int  `json:"error_codes"`
	}
	json.Unmarshal(body, &detail)
	return detail.Suberror == "consent_required" || slices.Contains(detail.Codes, 65001)
}

// statusError is for a status that says enough by itself; nil for others.
func statusError(status int, h http.Header) error {
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		e := store.Errorf("sign in", "", store.ErrBusy, "answered with %d %s", status, http.StatusText(status))
		e.After = store.RetryAfter(h)
		return e
	case status >= 500, status == http.StatusRequestTimeout:
		return store.Errorf("sign in", "", store.ErrOffline, "answered with %d %s", status, http.StatusText(status))
	case status/100 == 3:
		return store.Errorf("sign in", "", store.ErrRefused, "sent to another address, which is not followed")
	}
	return nil
}

// networkError is for a request without an answer that can be read. Of err only what the
// network said is shown.
func networkError(ctx context.Context, err error) error {
	if ended := store.Ended(ctx, "sign in", ""); ended != nil {
		return ended
	}
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) || errors.Is(err, http.ErrSchemeMismatch) {
		return &store.Error{Op: "sign in", Kind: store.ErrRefused, Err: certificateError(certificate)}
	}
	var network *url.Error
	if errors.As(err, &network) {
		return &store.Error{Op: "sign in", Kind: store.ErrOffline, Err: network.Err}
	}
	return store.Errorf("sign in", "", store.ErrOffline, "the answer cannot be read")
}

func certificateError(err *tls.CertificateVerificationError) error {
	if err == nil {
		return errors.New("the answer was not over TLS")
	}
	return fmt.Errorf("somebody else answers: %w", err)
}
