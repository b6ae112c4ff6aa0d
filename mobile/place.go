package mobile

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// A Place keeps a few small files, of at most 8 MiB each, for the person: the host makes it from
// CloudKit, Google Drive and the like. Its methods may be called from several threads at once.
//
// Each returns "" when it is done, or why not: "not-found", "exists", "signed-out",
// "consent" (a permission is missing), "full", "busy", "offline", "gone" (not connected),
// "refused" or "corrupt". An exception, and any other text, counts as "offline".
type Place interface {
	// Create stores data under name, durably and whole. If anything has the name it is left
	// as it is: "exists". Nothing may ever be overwritten.
	Create(name string, data []byte) (string, error)
	// Get puts what is stored under name into content. "not-found" is a fact, learned from the
	// place itself: what could not be looked at is "offline".
	Get(name string, content *Content) (string, error)
	// List adds every file to listing. "" says that the list is complete.
	List(listing *Listing) (string, error)
	// Delete removes name. Removing what is not there is done.
	Delete(name string) (string, error)
}

// Content takes what a place has stored.
type Content struct {
	mu   sync.Mutex
	data []byte
}

// Set takes the bytes.
func (c *Content) Set(data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.data = bytes.Clone(data)
}

// Listing takes the files of a place.
type Listing struct {
	mu      sync.Mutex
	entries []store.Entry
}

// Add takes one file: its size in bytes, and when it was written by the place's clock, in
// seconds since 1970, 0 where the place does not say.
func (l *Listing) Add(name string, size, modified int64) {
	e := store.Entry{Name: name, Size: size}
	if modified != 0 {
		e.Modified = time.Unix(modified, 0).UTC()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
}

// hostPlace is a host's place as a store.Store.
type hostPlace struct {
	name string
	host Place
}

var _ store.Store = (*hostPlace)(nil)

func (p *hostPlace) String() string { return p.name }

func (p *hostPlace) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return err
	}
	own := bytes.Clone(data) // the host may go on with it after ctx has ended
	return await(ctx, "create", name, func() (string, error) { return p.host.Create(name, own) })
}

func (p *hostPlace) Get(ctx context.Context, name string) ([]byte, error) {
	if err := store.CheckName(name); err != nil {
		return nil, err
	}
	content := &Content{}
	if err := await(ctx, "get", name, func() (string, error) { return p.host.Get(name, content) }); err != nil {
		return nil, err
	}
	content.mu.Lock()
	defer content.mu.Unlock()
	if len(content.data) > store.MaxSize {
		return nil, store.Errorf("get", name, store.ErrCorrupt, "more than %d bytes", store.MaxSize)
	}
	return content.data, nil
}

func (p *hostPlace) List(ctx context.Context) ([]store.Entry, error) {
	listing := &Listing{}
	if err := await(ctx, "list", "", func() (string, error) { return p.host.List(listing) }); err != nil {
		return nil, err
	}
	listing.mu.Lock()
	defer listing.mu.Unlock()
	entries := slices.DeleteFunc(listing.entries, func(e store.Entry) bool { return store.CheckName(e.Name) != nil })
	slices.SortFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries, nil
}

func (p *hostPlace) Delete(ctx context.Context, name string) error {
	if err := store.CheckName(name); err != nil {
		return err
	}
	return await(ctx, "delete", name, func() (string, error) { return p.host.Delete(name) })
}

// await calls the host, which knows nothing of ctx, and gives up waiting when that ends. What
// became of the call is then not known, as with any answer that is lost.
func await(ctx context.Context, op, name string, call func() (string, error)) error {
	if err := store.Ended(ctx, op, name); err != nil {
		return err
	}
	answer := make(chan error, 1)
	go func() { answer <- refusal(op, name, call) }()
	select {
	case <-ctx.Done():
		return store.Ended(ctx, op, name)
	case err := <-answer:
		return err
	}
}

// refusal is the host's answer as an error of package store.
func refusal(op, name string, call func() (string, error)) error {
	kind, err := call()
	if err != nil {
		return store.Errorf(op, name, store.ErrOffline, "%w", err)
	}
	if kind == "" {
		return nil
	}
	for _, k := range placeKinds {
		if k.code == kind {
			return &store.Error{Op: op, Name: name, Kind: k.target, Err: fmt.Errorf("the host says %s", kind)}
		}
	}
	return store.Errorf(op, name, store.ErrOffline, "the host's answer %q is not known", kind)
}
