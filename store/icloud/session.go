package icloud

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// A Keeper keeps the token from one request to the next, for example in the keychain of
// the system. Save returns when the token is durable. Load returns nothing, or fails with
// fs.ErrNotExist, where nobody is signed in.
type Keeper interface {
	Load(name string) ([]byte, error)
	Save(name string, token []byte) error
}

// A Locker is a Keeper that processes share. Lock waits until this process alone may use
// what is kept under name, or until ctx ends.
type Locker interface {
	Lock(ctx context.Context, name string) (unlock func(), err error)
}

// A session is the sign-in of one account.
type session struct {
	keeper  Keeper
	account string
	turn    chan struct{} // whoever has put something in may ask
	unlock  func()        // gives other processes their turn; owned by the turn
	unsaved []byte        // the next token, where Save failed; likewise
}

type sessionKey struct {
	keeper  Keeper
	account string
}

var sessions sync.Map // of sessionKey to *session

// sessionOf returns the one session of keeper and account in this process.
func sessionOf(keeper Keeper, account string) *session {
	s, _ := sessions.LoadOrStore(sessionKey{keeper, account},
		&session{keeper: keeper, account: account, turn: make(chan struct{}, 1)})
	return s.(*session)
}

// enter waits for the turn, in this process and among those that share the Keeper; leave
// gives it away.
func (s *session) enter(ctx context.Context) (err error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	s.unlock = func() {}
	if shared, ok := s.keeper.(Locker); ok {
		if s.unlock, err = shared.Lock(ctx, s.account); err != nil {
			<-s.turn
			return fmt.Errorf("the sign-in could not be locked: %w", err)
		}
	}
	return nil
}

func (s *session) leave() {
	s.unlock()
	<-s.turn
}

// token returns the token for the next request, empty if nobody is signed in. A token that
// could not be saved is saved first: no request is sent on one that might get lost.
func (s *session) token() ([]byte, error) {
	if s.unsaved != nil {
		if err := s.save(s.unsaved); err != nil {
			return nil, err
		}
	}
	token, err := s.keeper.Load(s.account)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the sign-in could not be read: %w", err)
	}
	return token, nil
}

// save makes the next token durable.
func (s *session) save(token []byte) error {
	if err := s.keeper.Save(s.account, token); err != nil {
		s.unsaved = token
		return fmt.Errorf("the next sign-in could not be saved: %w", err)
	}
	s.unsaved = nil
	return nil
}

// nextToken is the header in which an answer brings the next token. Apple's reference says
// that answers do, not where; its JavaScript library reads it here.
const nextToken = "X-Apple-CloudKit-Web-Auth-Token"

// keep saves the token that came with an answer.
func (s *session) keep(h http.Header) error {
	if next := h.Get(nextToken); next != "" {
		return s.save([]byte(next))
	}
	return nil
}

// CallbackToken returns the token from the address to which Apple's sign-in page sent the
// browser: the Sign In Callback of the API token, with "?ckWebAuthToken=…". The caller
// saves it with its Keeper and opens the place again. An address without one is ErrSignedOut.
func CallbackToken(u *url.URL) (secret.Text, error) {
	for _, pair := range strings.Split(u.RawQuery, "&") {
		value, ok := strings.CutPrefix(pair, "ckWebAuthToken=")
		if !ok {
			continue
		}
		// Not QueryUnescape: Apple may leave "+" as it is, and it means "+".
		if token, err := url.PathUnescape(value); err == nil && token != "" {
			return secret.New([]byte(token)), nil
		}
	}
	return secret.Text{}, store.Errorf("open", "", store.ErrSignedOut, "the sign-in page sent no token back")
}
