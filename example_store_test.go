package cloudseed_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"slices"
	"strings"
	"sync"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/cloudseedtest"
	"github.com/cloudseed/cloudseed/store"
)

// A shelf is a place of our own making. What store.Store promises, and storetest.Run checks,
// are its four methods: create and never overwrite, give back whole, list completely, delete.
type shelf struct {
	mu    sync.Mutex
	files map[string][]byte
}

func (s *shelf) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return err
	}
	if err := store.Ended(ctx, "create", name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.files[name]; taken {
		return &store.Error{Op: "create", Name: name, Kind: store.ErrExists}
	}
	s.files[name] = bytes.Clone(data) // durable, when this returns nil
	return nil
}

func (s *shelf) Get(ctx context.Context, name string) ([]byte, error) {
	if err := store.Ended(ctx, "get", name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	data, found := s.files[name]
	if !found { // learned from the place itself; could not look is store.ErrOffline
		return nil, &store.Error{Op: "get", Name: name, Kind: store.ErrNotFound}
	}
	return bytes.Clone(data), nil
}

func (s *shelf) List(ctx context.Context) (entries []store.Entry, err error) {
	if err := store.Ended(ctx, "list", ""); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, data := range s.files {
		entries = append(entries, store.Entry{Name: name, Size: int64(len(data))})
	}
	slices.SortFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries, nil
}

func (s *shelf) Delete(ctx context.Context, name string) error {
	if err := store.Ended(ctx, "delete", name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, name)
	return nil
}

func (s *shelf) String() string { return "a shelf" }

// A place of the wallet's own making holds a backup beside the others.
func Example_customStore() {
	world, own := cloudseedtest.New(), &shelf{files: map[string][]byte{}}
	cfg := world.Config()
	cfg.Places = append(cfg.Places, cloudseed.Place{Name: "our own", URL: "shelf:", Store: own})
	if _, err := cloudseed.Create(context.Background(), cfg, cloudseedtest.Wallet("Everyday"), cloudseedtest.PIN()); err != nil {
		log.Fatal(err)
	}
	entries, err := own.List(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(entries), "file:", entries[0].Name)
	// Output:
	// 1 file: Wallet backup - Everyday - wallet 1.age
}
