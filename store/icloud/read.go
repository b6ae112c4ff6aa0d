package icloud

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

// Get returns what is stored under name, held against the SHA-256 that was stored with it.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := store.CheckName(name); err != nil {
		return nil, err
	}
	r, err := s.lookup(ctx, "get", name)
	if err != nil {
		return nil, err
	}
	data, err := s.content(ctx, name, r.Fields)
	if errors.Is(err, errExpired) { // addresses of assets do not live long
		if r, err = s.lookup(ctx, "get", name); err == nil {
			data, err = s.content(ctx, name, r.Fields)
		}
	}
	return data, err
}

// content returns the bytes that f speaks of.
func (s *Store) content(ctx context.Context, name string, f *fields) (data []byte, err error) {
	if f == nil || f.Size == nil || f.SHA256 == nil {
		return nil, store.Errorf("get", name, store.ErrCorrupt, "the record lacks fields")
	}
	size := f.Size.Value
	if size < 0 || size > store.MaxSize {
		return nil, store.Errorf("get", name, store.ErrCorrupt, "%d bytes are more than %d", size, store.MaxSize)
	}
	switch {
	case f.Content != nil:
		data = f.Content.Value
	case f.Asset != nil:
		if data, err = s.download(ctx, name, f.Asset.Value, size); err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256(data)
	if int64(len(data)) != size || hex.EncodeToString(sum[:]) != f.SHA256.Value {
		return nil, store.Errorf("get", name, store.ErrCorrupt, "%d bytes are not the %d stored", len(data), size)
	}
	return slices.Clip(append([]byte{}, data...)), nil
}

type recordsAnswer struct {
	Records    []record `json:"records"`
	SyncToken  string   `json:"syncToken"`
	MoreComing bool     `json:"moreComing"`
}

// lookup returns the record of name, or fails with ErrNotFound if the zone is there and
// the record is not.
func (s *Store) lookup(ctx context.Context, op, name string, desired ...string) (*record, error) {
	body := map[string]any{"zoneID": ourZone, "records": []any{map[string]any{"recordName": recordName(name)}}}
	if len(desired) > 0 {
		body["desiredKeys"] = desired
	}
	var a recordsAnswer
	if err := s.ask(ctx, question{op: op, name: name, path: "records/lookup", body: body}, &a); err != nil {
		return nil, err
	}
	r, err := a.only(op, name)
	if errors.Is(err, store.ErrNotFound) || err == nil && r.Deleted {
		if _, err := s.lookupZone(ctx, op, name); err != nil {
			return nil, err
		}
		return nil, store.Errorf(op, name, store.ErrNotFound, "in iCloud")
	}
	return r, err
}

// only returns the one record that was asked for, or what CloudKit said against it.
func (a *recordsAnswer) only(op, name string) (*record, error) {
	if len(a.Records) != 1 {
		return nil, store.Errorf(op, name, store.ErrCorrupt, "CloudKit answers about %d records, asked about one", len(a.Records))
	}
	r := &a.Records[0]
	if err := r.error(op, name); err != nil {
		return nil, err
	}
	if r.RecordName != recordName(name) {
		return nil, store.Errorf(op, name, store.ErrCorrupt, "CloudKit answers about another record")
	}
	return r, nil
}

// maxPages ends a listing that would never end: 200 records are a page.
const maxPages = 1000

// List returns the files of the zone. It reads the history of the zone from its beginning
// (records/changes). That needs no index, which could lag behind, and its end is told.
func (s *Store) List(ctx context.Context) ([]store.Entry, error) {
	files := map[string]store.Entry{}
	token := ""
	for range maxPages {
		a, err := s.page(ctx, token)
		if err != nil {
			return nil, err
		}
		for i := range a.Records {
			if err := merge(files, &a.Records[i]); err != nil {
				return nil, err
			}
		}
		if !a.MoreComing {
			return sorted(files), nil
		}
		if a.SyncToken == "" || a.SyncToken == token {
			return nil, store.Errorf("list", "", store.ErrCorrupt, "the listing stands still")
		}
		token = a.SyncToken
	}
	return nil, store.Errorf("list", "", store.ErrCorrupt, "the listing has more than %d pages", maxPages)
}

// page returns the part of the history that follows token.
func (s *Store) page(ctx context.Context, token string) (*recordsAnswer, error) {
	body := map[string]any{"zoneID": ourZone, "desiredKeys": []string{"size"}, "resultsLimit": 200}
	if token != "" {
		body["syncToken"] = token
	}
	var a struct {
		recordsAnswer
		More *bool `json:"moreComing"`
	}
	if err := s.ask(ctx, question{op: "list", path: "records/changes", body: body}, &a); err != nil {
		return nil, err
	}
	if a.More == nil { // without it nobody knows whether that was all
		return nil, store.Errorf("list", "", store.ErrCorrupt, "CloudKit does not say whether more is coming")
	}
	a.MoreComing = *a.More
	return &a.recordsAnswer, nil
}

// merge applies one change. A record that could not be read makes the listing fail.
func merge(files map[string]store.Entry, r *record) error {
	if err := r.error("list", ""); err != nil {
		return err
	}
	name, ok := fileName(r.RecordName)
	switch {
	case !ok:
	case r.Deleted:
		delete(files, name)
	case r.RecordType == recordType:
		files[name] = r.entry(name)
	}
	return nil
}

func sorted(files map[string]store.Entry) []store.Entry {
	entries := make([]store.Entry, 0, len(files))
	for _, e := range files {
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries
}
