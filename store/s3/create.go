package s3

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/minio/minio-go/v7"

	"github.com/cloudseed/cloudseed/store"
)

// ProbeName is the object that [Open] creates under the prefix. It begins with a dot, so
// that no listing shows it. It may be deleted at any time.
const ProbeName = ".cloudseed-probe"

const probeText = "Made by Cloudseed to see whether this bucket keeps files from being overwritten.\n"

// attemptKey is the metadata that tells whose write arrived when an answer got lost.
const attemptKey = "Cloudseed-Attempt"

// Create stores data under name, unless something is there. A write whose answer got lost,
// or that met another one (409), is looked for before it is tried again.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return err
	}
	if err := store.Ended(ctx, "create", name); err != nil {
		return err
	}
	if err := s.prove(ctx); err != nil {
		return named(err, "create", name)
	}
	return s.create(ctx, "create", name, data)
}

func (s *Store) create(ctx context.Context, op, name string, data []byte) error {
	attempt, unclear := randomHex(), false
	_, err := again(ctx, op, name, func() (none struct{}, err error) {
		err = s.put(ctx, op, name, data, attempt)
		if retryable(err) || unclear && errors.Is(err, store.ErrExists) {
			unclear = true
			return none, s.settle(ctx, op, name, attempt, err)
		}
		return none, err
	})
	return err
}

// put asks once. The SHA-256 goes into the signature and, as a checksum, is kept by
// services that can.
func (s *Store) put(ctx context.Context, op, name string, data []byte, attempt string) error {
	ctx, w := witness(ctx)
	sum := sha256.Sum256(data)
	opts := minio.PutObjectOptions{
		DisableContentSha256: true, // means only: sign the whole, do not sign chunk by chunk
		UserMetadata: map[string]string{
			"x-amz-checksum-sha256": base64.StdEncoding.EncodeToString(sum[:]),
			attemptKey:              attempt,
		},
	}
	opts.SetMatchETagExcept("*") // If-None-Match: *
	info, err := s.client.PutObject(ctx, s.bucket, s.prefix+name, bytes.NewReader(data), int64(len(data)), "", hex.EncodeToString(sum[:]), opts)
	if err != nil {
		return s.failed(ctx, op, name, err, w)
	}
	if info.ETag == "" { // every stored object has one; something between us and S3 answered
		return store.Errorf(op, name, store.ErrOffline, "the answer does not say what was stored")
	}
	return nil
}

// settle looks what became of a write that failed with err: ours arrived, or another's is
// there, or nothing is, and then err stands.
func (s *Store) settle(ctx context.Context, op, name, attempt string, err error) error {
	ctx, _ = witness(ctx)
	info, lookErr := s.client.StatObject(ctx, s.bucket, s.prefix+name, minio.StatObjectOptions{})
	switch {
	case lookErr != nil && minio.ToErrorResponse(lookErr).StatusCode == http.StatusForbidden:
		// A service may refuse a key before it has read the file, and break the connection:
		// then only another request hears why; an answer to HEAD has no words.
		if _, getErr := s.get(ctx, op, name); errors.Is(getErr, store.ErrSignedOut) {
			return getErr
		}
		return err
	case lookErr != nil:
		return err
	case info.UserMetadata[attemptKey] == attempt:
		return nil
	}
	return store.Errorf(op, name, store.ErrExists, "in the bucket")
}

// prove fails unless creation is exclusive here. Only the service's own word, "exists", is
// a proof; that the probe is there is none.
func (s *Store) prove(ctx context.Context) error {
	if s.proved.Load() {
		return nil
	}
	put := func() (none struct{}, err error) {
		return none, s.put(ctx, "open", ProbeName, []byte(probeText), "probe")
	}
	_, err := again(ctx, "open", "", put)
	if err == nil {
		_, err = again(ctx, "open", "", put)
		if err == nil {
			return refused("the service ignores If-None-Match: a newer file could overwrite an older one, so no backup is kept here")
		}
	}
	switch {
	case errors.Is(err, store.ErrExists):
		err = s.probeThere(ctx)
	case errors.Is(err, store.ErrRefused):
		err = store.Errorf("open", "", store.ErrRefused, "the service does not take a PUT with If-None-Match: %w", err)
	}
	if err == nil {
		s.proved.Store(true)
	}
	return err
}

// probeThere fails if the service says "exists" about something that does not.
func (s *Store) probeThere(ctx context.Context) error {
	data, err := s.get(ctx, "open", ProbeName)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return refused("the service refuses every PUT with If-None-Match")
	case err == nil && string(data) != probeText:
		return refused("the service stored another " + ProbeName + " than it was given")
	}
	return err
}

// later tells whether a failed probe leaves the place readable and may succeed another time.
func later(err error) bool {
	for _, kind := range []error{store.ErrFull, store.ErrConsent, store.ErrBusy, store.ErrOffline} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// named says that err happened to op and name.
func named(err error, op, name string) error {
	var e *store.Error
	if !errors.As(err, &e) {
		return err
	}
	other := *e
	other.Op, other.Name = op, name
	return &other
}

func randomHex() string {
	b := make([]byte, 8)
	rand.Read(b)
	return hex.EncodeToString(b)
}
