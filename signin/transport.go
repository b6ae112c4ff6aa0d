package signin

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// Client returns a client that speaks for the account kept under name. It adds the access
// token to requests to the provider's API over TLS, and to no others: a redirect to a host
// for downloads, say, goes without. It renews the token when it is old or refused, once
// for all requests, and keeps it before using it.
//
// Its errors, apart from those of the network, hold a [*store.Error] or a [*ConsentError]:
// [store.ErrSignedOut] when nobody is signed in or the provider has ended it,
// [store.ErrConsent] when a permission is missing. Answers with other failures are passed on.
func (a *Accounts) Client(name string) *http.Client {
	return &http.Client{Transport: &transport{a.session(name), a.transport()}}
}

type transport struct {
	session *session
	base    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !isAPI(r.URL) {
		return t.base.RoundTrip(r)
	}
	kept, err := t.session.token(r.Context(), secret.Text{})
	if err != nil {
		closeBody(r)
		return nil, err
	}
	if !providers[kept.provider].takes(r.URL) {
		return t.base.RoundTrip(r)
	}
	answer, err := t.base.RoundTrip(authorized(r, kept, r.Body))
	if err != nil || !refusesToken(answer) {
		return answer, err
	}
	if err := consentMissing(answer); err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusForbidden {
		return answer, nil
	}
	answer.Body.Close()
	return t.again(r, kept)
}

// again sends r once more with a new token, as the API has refused that of kept.
func (t *transport) again(r *http.Request, kept *record) (*http.Response, error) {
	next, err := t.session.token(r.Context(), kept.access)
	if err != nil {
		return nil, err
	}
	body, ok := rewound(r)
	if !ok {
		return nil, store.Errorf("sign in", "", store.ErrBusy, "the sign-in was renewed; ask again")
	}
	answer, err := t.base.RoundTrip(authorized(r, next, body))
	if err != nil || !refusesToken(answer) {
		return answer, err
	}
	if err := consentMissing(answer); err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusForbidden {
		return answer, nil
	}
	answer.Body.Close()
	return nil, store.Errorf("sign in", "", store.ErrSignedOut, "a new token is refused")
}

// authorized is a copy of r with the token of kept.
func authorized(r *http.Request, kept *record, body io.ReadCloser) *http.Request {
	own := r.Clone(r.Context())
	own.Header.Set("Authorization", "Bearer "+string(kept.access.Reveal()))
	own.Body = body
	return own
}

// rewound returns the body of r from its beginning, if that can be had again.
func rewound(r *http.Request) (body io.ReadCloser, ok bool) {
	if r.Body == nil || r.Body == http.NoBody {
		return r.Body, true
	}
	if r.GetBody == nil {
		return nil, false
	}
	body, err := r.GetBody()
	return body, err == nil
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		r.Body.Close()
	}
}

// refusesToken tells whether the answer may be about the token (RFC 6750 §3.1).
func refusesToken(answer *http.Response) bool {
	return answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden
}

// consentMissing returns an error if the answer says that the token lacks a scope. It
// leaves the answer as it was.
func consentMissing(answer *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), answer.Body), answer.Body}
	if err != nil || !lacksScope(answer, body) {
		return nil
	}
	answer.Body.Close()
	return store.Errorf("sign in", "", store.ErrConsent, "answered with %d: a permission is missing", answer.StatusCode)
}

// lacksScope knows the ways in which the providers say so: RFC 6750's insufficient_scope
// (Google, Microsoft), Google's reasons, Dropbox's missing_scope.
func lacksScope(answer *http.Response, body []byte) bool {
	for _, challenge := range answer.Header.Values("WWW-Authenticate") {
		if strings.Contains(challenge, `error="insufficient_scope"`) {
			return true
		}
	}
	var detail struct {
		Error json.RawMessage `json:"error"`
	}
	json.Unmarshal(body, &detail)
	var inner struct {
		Tag    string `json:".tag"`
		Errors []struct {
			Reason string `json:"reason"`
		} `json:"errors"`
		Details []struct {
			Reason string `json:"reason"`
		} `json:"details"`
	}
	json.Unmarshal(detail.Error, &inner)
	for _, e := range inner.Errors {
		if e.Reason == "insufficientPermissions" && answer.StatusCode == http.StatusForbidden {
			return true
		}
	}
	for _, d := range inner.Details {
		if d.Reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT" {
			return true
		}
	}
	return inner.Tag == "missing_scope"
}
