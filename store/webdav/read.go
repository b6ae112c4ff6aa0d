package webdav

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

// Get returns what is stored under name. Where only copies are left of it, because
// somebody has removed the file by other means, it is the one with the lowest hash.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := store.CheckName(name); err != nil {
		return nil, err
	}
	data, err := s.fetch(ctx, "get", name, name)
	if !errors.Is(err, store.ErrNotFound) {
		return data, err
	}
	g, look := s.glance(ctx, "get", name) // fails where the folder itself is missing
	if look != nil {
		return nil, look
	}
	if len(g.copies) > 0 {
		return s.fetch(ctx, "get", name, g.copies[0])
	}
	return nil, err
}

// fetch reads the file target on behalf of name. ErrNotFound leaves open whether the folder
// is there.
func (s *Store) fetch(ctx context.Context, op, name, target string) ([]byte, error) {
	a, err := s.send(ctx, request{op: op, name: name, method: "GET", url: s.url(target), limit: store.MaxSize}, http.StatusOK)
	if a != nil && a.status == http.StatusNotFound {
		return nil, store.Errorf(op, name, store.ErrNotFound, "on the server")
	}
	if err != nil {
		return nil, err
	}
	return a.body, nil
}

// List returns the files of the folder, each name once.
func (s *Store) List(ctx context.Context) ([]store.Entry, error) {
	members, _, err := s.members(ctx, "list")
	if err != nil {
		return nil, err
	}
	var entries, copies []store.Entry
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	for _, m := range members {
		e := store.Entry{Name: m.name, Size: m.size, Modified: m.modified}
		of, _, isCopy := copyOf(m.name)
		switch {
		case m.folder:
		case isCopy:
			e.Name = of
			copies = append(copies, e)
		case store.CheckName(m.name) == nil:
			entries = append(entries, e)
		}
	}
	entries = append(entries, copies...) // count only where the name itself has no file
	slices.SortStableFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	// Nextcloud has been seen to list a file twice.
	return slices.CompactFunc(entries, func(a, b store.Entry) bool { return a.Name == b.Name }), nil
}

// errBroke: x/net/webdav and rclone break off a listing with the words for 500 when a file
// vanishes meanwhile; rclone also when another's upload lasts for more than 5 seconds.
var errBroke = errors.New("the server failed in the middle of a listing")

// listings is how often a listing that broke is asked for.
const listings = 4

// members returns all that is in the folder, and the answer that said so.
func (s *Store) members(ctx context.Context, op string) ([]member, *answer, error) {
	a, all, err := s.propfind(ctx, op, "", s.base, "1")
	for i := 1; i < listings && errors.Is(err, errBroke); i++ {
		a, all, err = s.propfind(ctx, op, "", s.base, "1")
	}
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
	if err != nil && bytes.HasSuffix(bytes.TrimSpace(a.body), []byte(http.StatusText(http.StatusInternalServerError))) {
		return a, nil, store.Errorf(op, name, store.ErrOffline, "%w", errBroke)
	}
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
