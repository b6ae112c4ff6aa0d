package webdav

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

// Get returns what is stored under name.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := store.CheckName(name); err != nil {
		return nil, err
	}
	a, err := s.send(ctx, request{op: "get", name: name, method: "GET", url: s.url(name), limit: store.MaxSize}, http.StatusOK)
	if a != nil && a.status == http.StatusNotFound {
		if err := s.folderThere(ctx, "get", name); err != nil {
			return nil, err
		}
		return nil, store.Errorf("get", name, store.ErrNotFound, "on the server")
	}
	if err != nil {
		return nil, err
	}
	return a.body, nil
}

// List returns the files of the folder.
func (s *Store) List(ctx context.Context) ([]store.Entry, error) {
	members, _, err := s.members(ctx, "list")
	if err != nil {
		return nil, err
	}
	var entries []store.Entry
	for _, m := range members {
		if !m.folder && store.CheckName(m.name) == nil {
			entries = append(entries, store.Entry{Name: m.name, Size: m.size, Modified: m.modified})
		}
	}
	slices.SortFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	// Nextcloud has been seen to list a file twice.
	return slices.CompactFunc(entries, func(a, b store.Entry) bool { return a.Name == b.Name }), nil
}

// members returns all that is in the folder, and the answer that said so.
func (s *Store) members(ctx context.Context, op string) ([]member, *answer, error) {
	a, all, err := s.propfind(ctx, op, "", s.base, "1")
	if err != nil {
		return nil, nil, err
	}
	itself := false
	var inside []member
	for _, m := range all {
		switch {
		case m.name == "":
			itself = true
		case m.parent != s.base.Path:
			return nil, nil, store.Errorf(op, "", store.ErrCorrupt, "the listing of %s is about %s", s.base.Path, m.parent)
		default:
			inside = append(inside, m)
		}
	}
	if !itself { // it always is; a listing without it is one of something else
		return nil, nil, store.Errorf(op, "", store.ErrCorrupt, "the listing leaves out the folder itself")
	}
	return inside, a, nil
}

// propfind asks about u, and with depth "1" about all that is directly in it.
func (s *Store) propfind(ctx context.Context, op, name string, u *url.URL, depth string) (*answer, []member, error) {
	a, err := s.send(ctx, request{
		op: op, name: name, method: "PROPFIND", url: u, body: []byte(propfind), limit: maxListing,
		header: map[string]string{"Depth": depth, "Content-Type": "application/xml; charset=utf-8"},
	}, http.StatusMultiStatus)
	if err != nil {
		return a, nil, err
	}
	members, err := parse(a.body, u)
	if err != nil {
		return a, nil, store.Errorf(op, name, store.ErrCorrupt, "the server's listing: %w", err)
	}
	return a, members, nil
}

// What stat can find.
type found int

const (
	nothing found = iota
	aFile
	aFolder
)

// stat looks what is at u.
func (s *Store) stat(ctx context.Context, op, name string, u *url.URL) (found, error) {
	a, members, err := s.propfind(ctx, op, name, u, "0")
	if a != nil && a.status == http.StatusNotFound {
		return nothing, nil
	}
	if err != nil {
		return nothing, err
	}
	for _, m := range members {
		switch {
		case m.name != "":
		case m.folder:
			return aFolder, nil
		default:
			return aFile, nil
		}
	}
	return nothing, store.Errorf(op, name, store.ErrCorrupt, "the server answers for another address")
}

// folderThere fails unless the folder itself is there: only then a missing file is missing.
func (s *Store) folderThere(ctx context.Context, op, name string) error {
	found, err := s.stat(ctx, op, name, s.base)
	if err == nil && found != aFolder {
		err = store.Errorf(op, name, store.ErrGone, "the server has no folder %s", s.base.Path)
	}
	return err
}
