package nextcloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// loginLife is how long a person has to sign in: so long Nextcloud keeps the token.
const loginLife = 20 * time.Minute

// pollEvery is the pause between two looks whether the person is done; tests shorten it.
var pollEvery = time.Second

// A Login is a sign-in that a person has to finish in a browser.
type Login struct {
	// Page is the address to open in a browser. Whoever signs in there gives this app
	// access to their files; it is on the server that was asked, over TLS.
	Page string

	server *server
	poll   *url.URL
	token  secret.Text
	until  time.Time
}

// An Account is what a finished sign-in gives: what Config wants.
type Account struct {
	User     string      // the login name, which may be an e-mail address
	Password secret.Text // the app password, of this app alone
}

// text is a JSON string as bytes.
type text []byte

func (t *text) UnmarshalText(b []byte) error {
	*t = bytes.Clone(b)
	return nil
}

// Begin asks the server of c for a sign-in. Of c it uses URL, Device and HTTP.
func Begin(ctx context.Context, c Config) (*Login, error) {
	s, err := configured(c)
	if err != nil {
		return nil, err
	}
	status, body, err := s.ask(ctx, request{op: "open", method: "POST", url: s.base.JoinPath("index.php", "login", "v2"), anonymous: true})
	if err != nil {
		return nil, err
	}
	defer clear(body)
	var answer struct {
		Poll struct {
			Token    text   `json:"token"`
			Endpoint string `json:"endpoint"`
		} `json:"poll"`
		Login string `json:"login"`
	}
	if status != http.StatusOK || json.Unmarshal(body, &answer) != nil || len(answer.Poll.Token) == 0 {
		return nil, noNextcloud(s.base)
	}
	l := &Login{server: s, token: secret.New(answer.Poll.Token), until: time.Now().Add(loginLife)}
	if l.poll, err = s.own(answer.Poll.Endpoint); err != nil {
		return nil, err
	}
	page, err := s.own(answer.Login)
	if err != nil {
		return nil, err
	}
	l.Page = page.String()
	return l, nil
}

// own fails unless address is on this very server: the token, and the person's own
// password, must not go elsewhere. A server behind a proxy that does not know its own
// address is the usual reason.
func (s *server) own(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Scheme != s.base.Scheme || !strings.EqualFold(u.Host, s.base.Host) {
		return nil, store.Errorf("open", "", store.ErrRefused,
			"the server at %s says that its sign-in page is elsewhere; its operator may have to set overwrite.cli.url, overwritehost and overwriteprotocol", s.base)
	}
	return u, nil
}

// Wait returns once the person has signed in, or fails when ctx ends, or with ErrSignedOut
// when the server has given up waiting (20 minutes). Call it once. A server that is busy or
// not reachable meanwhile is asked again.
func (l *Login) Wait(ctx context.Context) (Account, error) {
	defer l.token.Clear()
	for time.Now().Before(l.until) {
		status, body, err := l.server.ask(ctx, request{
			op: "open", method: "POST", url: l.poll, anonymous: true, form: url.Values{"token": {string(l.token.Reveal())}}})
		switch {
		case err != nil && !errors.Is(err, store.ErrBusy) && !errors.Is(err, store.ErrOffline):
			return Account{}, err
		case err == nil && status == http.StatusOK:
			return l.account(body)
		}
		select { // 404: not yet
		case <-ctx.Done():
			return Account{}, store.Ended(ctx, "open", "")
		case <-time.After(pollEvery):
		}
	}
	return Account{}, store.Errorf("open", "", store.ErrSignedOut, "nobody signed in within %v", loginLife)
}

// account reads the answer that comes once. The server's name in it is not used: the
// address that the person entered has answered so far.
func (l *Login) account(body []byte) (Account, error) {
	defer clear(body)
	var answer struct {
		User     string `json:"loginName"`
		Password text   `json:"appPassword"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.User == "" || len(answer.Password) == 0 {
		return Account{}, store.Errorf("open", "", store.ErrRefused, "the server's answer to the sign-in is not understood")
	}
	return Account{User: answer.User, Password: secret.New(answer.Password)}, nil
}

// SignOut revokes the app password of c at the server. One that is revoked already is not
// an error; an ordinary password is ErrRefused and stays what it is.
func SignOut(ctx context.Context, c Config) error {
	s, err := configured(c)
	if err != nil {
		return err
	}
	u := s.base.JoinPath("ocs", "v2.php", "core", "apppassword")
	_, err = again(ctx, "open", "", func() (none struct{}, err error) {
		status, _, err := s.ask(ctx, request{op: "open", method: "DELETE", url: u})
		if err == nil && status != http.StatusOK {
			err = noNextcloud(s.base)
		}
		return none, err
	})
	if errors.Is(err, store.ErrSignedOut) {
		return nil
	}
	return err
}
