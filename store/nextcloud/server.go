package nextcloud

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// maxAnswer is the largest answer that is read, in bytes, files apart.
const maxAnswer = 64 << 10

// A server is what one person's requests have in common.
type server struct {
	base     *url.URL // has neither user nor slash at its end
	user     string
	password secret.Text
	device   string
	http     *http.Client
}

// A request is one question beside the files themselves.
type request struct {
	op        string
	method    string
	url       *url.URL
	form      url.Values
	anonymous bool
}

// ask returns status and body of the answer. Statuses of 400 and more, 404 apart, and
// redirects are errors.
func (s *server) ask(ctx context.Context, r request) (int, []byte, error) {
	if err := store.Ended(ctx, r.op, ""); err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url.String(), strings.NewReader(r.form.Encode()))
	if err != nil {
		return 0, nil, refused("this is not an address")
	}
	req.Header.Set("User-Agent", s.device)
	req.Header.Set("OCS-APIRequest", "true") // else Nextcloud takes it for a forged one
	req.Header.Set("Accept", "application/json")
	if r.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if !r.anonymous {
		req.SetBasicAuth(s.user, string(s.password.Reveal()))
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return 0, nil, transportError(ctx, r.op, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, transportError(ctx, r.op, err)
	}
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusNotFound {
		return resp.StatusCode, body, nil
	}
	return resp.StatusCode, nil, statusError(r, resp)
}

// userID is the name under which Nextcloud keeps the person's files. People may sign in
// with an e-mail address instead.
func (s *server) userID(ctx context.Context) (string, error) {
	u := s.base.JoinPath("ocs", "v2.php", "cloud", "user")
	u.RawQuery = "format=json"
	body, err := again(ctx, "open", "", func() ([]byte, error) {
		status, body, err := s.ask(ctx, request{op: "open", method: "GET", url: u})
		if err == nil && status != http.StatusOK {
			err = noNextcloud(s.base)
		}
		return body, err
	})
	if err != nil {
		return "", err
	}
	var answer struct {
		OCS struct {
			Data struct {
				ID string `json:"id"`
			} `json:"data"`
		} `json:"ocs"`
	}
	id := &answer.OCS.Data.ID
	if json.Unmarshal(body, &answer) != nil || *id == "" || *id == "." || *id == ".." || strings.Contains(*id, "/") {
		return "", noNextcloud(s.base)
	}
	return *id, nil
}

func noNextcloud(base *url.URL) error {
	return store.Errorf("open", "", store.ErrRefused, "there is no Nextcloud at %s", base)
}

func withoutRedirects(c *http.Client) *http.Client {
	own := http.Client{Timeout: time.Minute}
	if c != nil {
		own = *c
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// statusError says what a status means (RFC 9110 §15).
func statusError(r request, resp *http.Response) error {
	e := &store.Error{Op: r.op, Kind: kind(resp.StatusCode), Err: fmt.Errorf("%s %s was answered with %s", r.method, r.url.Path, resp.Status)}
	if resp.StatusCode/100 == 3 {
		to, _ := resp.Location()
		if to == nil {
			to = r.url
		}
		e.Err = fmt.Errorf("the server sends to another address (%s://%s/…); enter that one if it is right", to.Scheme, to.Host)
	}
	if e.Kind == store.ErrBusy {
		e.After = store.RetryAfter(resp.Header)
	}
	return e
}

func kind(status int) error {
	switch {
	case status == http.StatusUnauthorized:
		return store.ErrSignedOut
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable, // brute-force brake, maintenance
		status == http.StatusLocked, status == http.StatusTooEarly:
		return store.ErrBusy
	case status == http.StatusInsufficientStorage:
		return store.ErrFull
	case status >= 500, status == http.StatusRequestTimeout:
		return store.ErrOffline
	}
	return store.ErrRefused
}
