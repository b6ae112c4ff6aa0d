package icloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/cloudseed/cloudseed/store"
)

const (
	maxAnswer  = 8 << 20         // bytes of JSON that are read
	answerTime = time.Minute     // how long an answer may take, caller or no caller
	graceTime  = 2 * time.Second // how long a caller whose context ended waits to learn what became of a write
	tries      = 3               // at most, of what may be repeated
	longWait   = 5 * time.Second // longer waits are the caller's
)

// A question is one request to CloudKit on behalf of an operation.
type question struct {
	op, name string // of the place, for errors
	path     string // below the private database
	body     any
	write    bool // it changes something: not sent again unless CloudKit says that it did nothing
}

// ask sends q and reads the answer, a pointer, from JSON. It asks again where that is safe.
func (s *Store) ask(ctx context.Context, q question, answer any) error {
	body, err := json.Marshal(q.body)
	if err != nil {
		return store.Errorf(q.op, q.name, store.ErrRefused, "%w", err)
	}
	pause := &backoff.ExponentialBackOff{
		InitialInterval: 300 * time.Millisecond, RandomizationFactor: 1, Multiplier: 2, MaxInterval: longWait,
	}
	pause.Reset()
	for try := 1; ; try++ {
		err := s.once(ctx, q, body, answer)
		after, again := repeat(q, err)
		if !again || try == tries || ctx.Err() != nil {
			return err
		}
		if !sleep(ctx, max(after, pause.NextBackOff())) {
			return store.Ended(ctx, q.op, q.name)
		}
	}
}

// repeat tells whether q may be asked again soon, and after which wait. A throttled request
// was not looked at; what else a failed write did is not known.
func repeat(q question, err error) (after time.Duration, again bool) {
	var e *store.Error
	if !errors.As(err, &e) || e.After > longWait {
		return 0, false
	}
	switch e.Kind {
	case store.ErrBusy:
		return e.After, code(err) == "THROTTLED" || !q.write
	case store.ErrOffline:
		return 0, !q.write
	}
	return 0, false
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// once asks in the background, so that the next token is saved also when ctx ends.
func (s *Store) once(ctx context.Context, q question, body []byte, answer any) error {
	if err := store.Ended(ctx, q.op, q.name); err != nil {
		return err
	}
	if err := s.session.enter(ctx); err != nil {
		if ended := store.Ended(ctx, q.op, q.name); ended != nil {
			return ended
		}
		return store.Errorf(q.op, q.name, store.ErrRefused, "%w", err)
	}
	type result struct {
		said []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		defer s.session.leave()
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime)
		defer cancel()
		said, err := s.exchange(own, q, body)
		done <- result{said, err}
	}()
	var r result
	select {
	case r = <-done:
	case <-ctx.Done():
		if !q.write {
			return store.Ended(ctx, q.op, q.name)
		}
		select {
		case r = <-done:
		case <-time.After(graceTime):
			return store.Ended(ctx, q.op, q.name)
		}
	}
	if r.err != nil {
		return r.err
	}
	if err := json.Unmarshal(r.said, answer); err != nil {
		return store.Errorf(q.op, q.name, store.ErrCorrupt, "the answer of CloudKit cannot be read: %w", err)
	}
	return nil
}

// exchange sends one request with the token and saves the next one before it looks at
// anything else. It needs the turn.
func (s *Store) exchange(ctx context.Context, q question, body []byte) ([]byte, error) {
	token, err := s.session.token()
	if err != nil {
		return nil, store.Errorf(q.op, q.name, store.ErrRefused, "%w", err)
	}
	if len(token) == 0 {
		return nil, s.signedOut(ctx, q)
	}
	resp, err := s.post(ctx, q.path, token, body)
	if err != nil {
		return nil, transportError(ctx, q.op, q.name, err)
	}
	defer resp.Body.Close()
	if err := s.session.keep(resp.Header); err != nil {
		return nil, store.Errorf(q.op, q.name, store.ErrRefused, "%w", err)
	}
	said, err := read(ctx, q, resp)
	if err == nil {
		return said, nil
	}
	var signIn *SignIn
	if errors.Is(err, store.ErrSignedOut) && !errors.As(err, &signIn) {
		return nil, s.signedOut(ctx, q)
	}
	return nil, err
}

// post sends body. A nil token asks as nobody.
func (s *Store) post(ctx context.Context, path string, token, body []byte) (*http.Response, error) {
	address := "https://" + host + "/database/1/" + s.container + "/" + s.environment + "/private/" + path +
		"?ckAPIToken=" + escape(s.apiToken.Reveal())
	if token != nil {
		address += "&ckWebAuthToken=" + escape(token)
	}
	req, err := http.NewRequestWithContext(ctx, "POST", address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.GetBody = nil // net/http is not to send a token twice
	req.Header.Set("User-Agent", "cloudseed")
	req.Header.Set("Content-Type", "application/json")
	return s.http.Do(req)
}

// escape writes all but letters and digits of a token as %XX. In a query an unescaped "+"
// would be a space.
func escape(token []byte) string {
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for _, c := range token {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' {
			out.WriteByte(c)
		} else {
			out.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return out.String()
}

// read returns the body of a good answer; another is an error.
func read(ctx context.Context, q question, resp *http.Response) ([]byte, error) {
	said, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, transportError(ctx, q.op, q.name, err)
	}
	if len(said) > maxAnswer {
		return nil, store.Errorf(q.op, q.name, store.ErrCorrupt, "the answer has more than %d bytes", maxAnswer)
	}
	var f failure
	if json.Unmarshal(said, &f) != nil {
		f = failure{}
	}
	return said, f.error(q.op, q.name, resp.StatusCode)
}

// signedOut asks as nobody, to learn where to sign in. An API token that CloudKit refuses
// by itself is not the person's to mend.
func (s *Store) signedOut(ctx context.Context, q question) error {
	resp, err := s.post(ctx, "zones/lookup", nil, []byte(`{"zones":[{"zoneName":"`+Zone+`"}]}`))
	if err != nil {
		return transportError(ctx, q.op, q.name, err)
	}
	defer resp.Body.Close()
	_, err = read(ctx, q, resp)
	if err == nil {
		return store.Errorf(q.op, q.name, store.ErrSignedOut, "CloudKit does not say where to sign in")
	}
	var r *Refusal
	if errors.As(err, &r) && r.Code == "AUTHENTICATION_FAILED" {
		return store.Errorf(q.op, q.name, store.ErrRefused, "the API token of the container: %w", r)
	}
	return err
}
