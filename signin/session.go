package signin

import (
	"context"
	"errors"
	"sync/atomic"

	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// A session is what is known of one name while the program runs. At most one goroutine at
// a time holds busy and may touch what stands below it.
type session struct {
	accounts *Accounts
	name     string
	attempts atomic.Int64 // how many failed
	busy     chan struct{}

	current *record // as kept
	unsaved *record // renewed, but the Keeper failed: to be saved before anything else
	failure error   // of the last attempt
}

// token returns a record whose access token can be tried, and is not refused, the one that
// the API has just refused. Whoever asks while another goroutine renews the token waits
// for that one's result.
//
// A renewal once begun goes on when ctx ends: the provider may have replaced the refresh
// token, and the new one must not be lost.
func (s *session) token(ctx context.Context, refused secret.Text) (*record, error) {
	failed := s.attempts.Load()
	if err := s.hold(ctx); err != nil {
		return nil, err
	}
	if s.attempts.Load() != failed {
		defer s.release()
		return nil, s.failure
	}
	type result struct {
		*record
		error
	}
	done := make(chan result, 1)
	go func() {
		defer s.release()
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), speaking)
		defer cancel()
		r, err := s.renewed(limited, refused)
		if err != nil {
			s.failure = err
			s.attempts.Add(1)
		}
		done <- result{r, err}
	}()
	select {
	case r := <-done:
		return r.record, r.error
	case <-ctx.Done():
		return nil, store.Ended(ctx, "sign in", "")
	}
}

func (s *session) hold(ctx context.Context) error {
	select {
	case s.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return store.Ended(ctx, "sign in", "")
	}
}

func (s *session) release() { <-s.busy }

// renewed returns the current record, renewed if its access token is old or refused.
func (s *session) renewed(ctx context.Context, refused secret.Text) (*record, error) {
	usable := func(r *record) bool { return r != nil && r.fresh() && !r.access.Equal(refused) }
	if s.unsaved != nil {
		if err := s.keep(s.unsaved); err != nil {
			return nil, err
		}
	}
	if usable(s.current) {
		return s.current, nil
	}
	unlock, err := s.accounts.lock(ctx, s.name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	kept, err := s.accounts.load(s.name) // another program may have renewed it
	if err != nil {
		s.current = nil
		return nil, err
	}
	if s.current = kept; usable(kept) {
		return kept, nil
	}
	next, err := s.accounts.refresh(ctx, kept)
	if errors.Is(err, store.ErrSignedOut) {
		if again, loadErr := s.accounts.load(s.name); loadErr == nil && !again.refresh.Equal(kept.refresh) {
			if s.current = again; usable(again) { // that program was faster
				return again, nil
			}
		}
	}
	if err != nil {
		return nil, err
	}
	return next, s.keep(next)
}

// keep saves r, and only then makes it the one to use.
func (s *session) keep(r *record) error {
	s.unsaved = r
	if err := s.accounts.save(s.name, r); err != nil {
		return err
	}
	s.current, s.unsaved = r, nil
	return nil
}

// replace keeps what the person has just signed in to.
func (s *session) replace(ctx context.Context, r *record) error {
	if err := s.hold(ctx); err != nil {
		return err
	}
	defer s.release()
	unlock, err := s.accounts.lock(ctx, s.name)
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.accounts.save(s.name, r); err != nil {
		return err
	}
	s.current, s.unsaved = r, nil
	return nil
}

// refresh asks the provider for a new access token (RFC 6749 §6). The provider may send a
// new refresh token too, which replaces the old one.
func (a *Accounts) refresh(ctx context.Context, old *record) (*record, error) {
	p := providers[old.provider]
	speak := context.WithValue(ctx, oauth2.HTTPClient, a.direct())
	token, err := p.oauth(old.client).TokenSource(speak, &oauth2.Token{RefreshToken: string(old.refresh.Reveal())}).Token()
	if err != nil {
		return nil, tokenError(ctx, old.provider, err)
	}
	if missing := p.missing(p.needed, token); len(missing) > 0 {
		return nil, &ConsentError{Provider: old.provider, Missing: missing}
	}
	next := *old
	next.access, next.expiry = secret.New([]byte(token.AccessToken)), token.Expiry
	if token.RefreshToken != "" {
		next.refresh = secret.New([]byte(token.RefreshToken))
	}
	return &next, nil
}
