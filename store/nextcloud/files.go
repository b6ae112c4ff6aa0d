package nextcloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/cloudseed/cloudseed/store"
)

// Create stores data under name, unless something is there. After a busy answer what is
// there may be this very file: see [webdav.Store.Settle].
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	tried := false
	_, err := again(ctx, "create", name, func() (none struct{}, err error) {
		err = s.dav.Create(ctx, name, data)
		if tried && errors.Is(err, store.ErrExists) {
			err = s.dav.Settle(ctx, name, data)
		}
		tried = true
		return none, err
	})
	return err
}

// Get returns what is stored under name.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	return again(ctx, "get", name, func() ([]byte, error) { return s.dav.Get(ctx, name) })
}

// List returns the files of the folder.
func (s *Store) List(ctx context.Context) ([]store.Entry, error) {
	return again(ctx, "list", "", func() ([]store.Entry, error) { return s.dav.List(ctx) })
}

// Forks returns the names, sorted, under which two writers have stored different bytes.
func (s *Store) Forks(ctx context.Context) ([]string, error) {
	return again(ctx, "list", "", func() ([]string, error) { return s.dav.Forks(ctx) })
}

// Delete removes name. Nextcloud keeps it in its bin for a while, if it has one.
func (s *Store) Delete(ctx context.Context, name string) error {
	_, err := again(ctx, "delete", name, func() (none struct{}, err error) { return none, s.dav.Delete(ctx, name) })
	return err
}

// How often and how long one call asks again. Longer waits are the caller's.
const (
	tries       = 4
	patience    = 3 * time.Second // the longest wait that a server may ask for
	longestWait = 2 * time.Second
)

var firstWait = 200 * time.Millisecond // on average; tests shorten it

// again repeats act while the server is busy, after random waits that grow. An act that
// ended with ErrBusy was refused, so it may be repeated.
func again[T any](ctx context.Context, op, name string, act func() (T, error)) (T, error) {
	var none T
	var last error
	value, err := backoff.Retry(ctx, func() (T, error) {
		value, err := act()
		last = err
		var e *store.Error
		switch {
		case err == nil:
			return value, nil
		case !errors.As(err, &e) || e.Kind != store.ErrBusy || e.After > patience:
			return none, backoff.Permanent(err)
		case e.After > 0:
			return none, &backoff.RetryAfterError{Duration: e.After}
		}
		return none, err
	}, backoff.WithMaxTries(tries), backoff.WithBackOff(&backoff.ExponentialBackOff{
		InitialInterval: firstWait, RandomizationFactor: 1, Multiplier: 2, MaxInterval: longestWait,
	}))
	if err == nil {
		return value, nil
	}
	if ended := store.Ended(ctx, op, name); ended != nil && errors.Is(last, store.ErrBusy) {
		return none, ended // while it waited
	}
	return none, last
}

// transportError is for a request without an answer.
func transportError(ctx context.Context, op string, err error) error {
	if ended := store.Ended(ctx, op, ""); ended != nil {
		return ended
	}
	kind := store.ErrOffline
	var certificate *tls.CertificateVerificationError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	if errors.As(err, &certificate) || errors.As(err, &host) || errors.As(err, &authority) ||
		errors.As(err, &invalid) || errors.Is(err, http.ErrSchemeMismatch) {
		kind = store.ErrRefused // trying again does not help, and trying without TLS must not
	}
	return &store.Error{Op: op, Kind: kind, Err: err}
}
