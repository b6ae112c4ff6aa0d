// Package realmtest attacks realms and their engines, for tests: raw requests without a
// client's manners; a [Storm] of parallel guesses that never gives up before the realm says
// NoGuesses; a [Crowd] that does random things, whose [History] is checked for an order that
// explains it; a [Proxy] that loses what a database says. [Run] is the suite that every
// engine must pass.
package realmtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/gtank/ristretto255"
)

// A Target is one user's record at one realm.
type Target struct {
	URL   string // of the realm, ending in a slash
	Token string
	HTTP  *http.Client // nil is http.DefaultClient
}

// StatusError is an answer other than 200.
type StatusError struct {
	Status int
	Text   string
}

func (e *StatusError) Error() string { return fmt.Sprintf("status %d: %s", e.Status, e.Text) }

// Ask sends one request, once.
func (t Target) Ask(ctx context.Context, request juicebox.Request) (juicebox.Response, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL+"req", bytes.NewReader(juicebox.EncodeRequest(request)))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Authorization", "Bearer "+t.Token)
	q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
	client := t.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(q)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, &StatusError{answer.StatusCode, string(body)}
	}
	return juicebox.DecodeResponse(body)
}

// Registration is one that a realm accepts: random, with valid points and scalars.
func Registration(guesses uint16) juicebox.Register2 {
	r := juicebox.Register2{NumGuesses: guesses}
	rand.Read(r.Version[:])
	rand.Read(r.UnlockKeyTag[:])
	share := randomScalar()
	r.OPRFPrivateKey = juicebox.Scalar(share.Bytes())
	r.OPRFSignedPublicKey.PublicKey = juicebox.Point(ristretto255.NewIdentityElement().ScalarBaseMult(share).Bytes())
	r.EncryptionKeyScalarShare = juicebox.Scalar(randomScalar().Bytes())
	return r
}

// BlindedGuess is what a guess looks like to a realm: a random point.
func BlindedGuess() juicebox.Point {
	return juicebox.Point(ristretto255.NewIdentityElement().ScalarBaseMult(randomScalar()).Bytes())
}

func randomScalar() *ristretto255.Scalar {
	var b [64]byte
	rand.Read(b[:])
	s, err := ristretto255.NewScalar().SetUniformBytes(b[:])
	if err != nil {
		panic(err) // b has the length
	}
	return s
}

// A Storm is many guessers at one record, all with wrong PINs.
type Storm struct {
	Target   Target
	Guessers int
	// Stagger is how much later each guesser starts than the one before; 0: all at once.
	Stagger time.Duration
	// Answered counts the evaluations that reached a guesser: each is a guess that an
	// attacker really had.
	Answered atomic.Int64
}

// Run returns when every guesser was told NoGuesses, or when ctx ends.
func (s *Storm) Run(ctx context.Context) error {
	errs := make([]error, s.Guessers)
	var wg sync.WaitGroup
	for i := range s.Guessers {
		wg.Go(func() {
			time.Sleep(time.Duration(i) * s.Stagger)
			errs[i] = s.guess(ctx)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

var errNoGuesses = errors.New("no guesses")

// guess tries until no guess is left. Whatever else goes wrong is tried again.
func (s *Storm) guess(ctx context.Context) error {
	for {
		err := s.once(ctx)
		switch {
		case errors.Is(err, errNoGuesses):
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%w; last: %w", ctx.Err(), err)
		case err != nil:
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// once is one wrong guess: Recover1, Recover2 and a Recover3 with a wrong tag.
func (s *Storm) once(ctx context.Context) error {
	reply, err := s.Target.Ask(ctx, juicebox.Recover1{})
	if err != nil {
		return err
	}
	found, ok := reply.(juicebox.Recover1Response)
	if err := expect(ok, found.Status, juicebox.StatusOK); err != nil {
		return err
	}
	blinded := BlindedGuess()
	reply, err = s.Target.Ask(ctx, juicebox.Recover2{Version: found.Version, OPRFBlindedInput: blinded})
	if err != nil {
		return err
	}
	evaluated, ok := reply.(juicebox.Recover2Response)
	if ok && evaluated.OPRFBlindedResult != (juicebox.Point{}) {
		s.Answered.Add(1)
	}
	if err := expect(ok, evaluated.Status, juicebox.StatusOK); err != nil {
		return err
	}
	reply, err = s.Target.Ask(ctx, juicebox.Recover3{Version: found.Version})
	if err != nil {
		return err
	}
	refused, ok := reply.(juicebox.Recover3Response)
	return expect(ok, refused.Status, juicebox.StatusBadUnlockKeyTag)
}

func expect(ok bool, got, want juicebox.Status) error {
	switch {
	case ok && got == want:
		return nil
	case ok && got == juicebox.StatusNoGuesses:
		return errNoGuesses
	}
	return fmt.Errorf("got status %q, want %q", got, want)
}
