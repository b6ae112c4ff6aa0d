package onedrive

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

// Get returns what is stored under name.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	i, err := s.look(ctx, "get", name)
	switch {
	case err != nil:
		return nil, err
	case i == nil:
		return nil, store.Errorf("get", name, store.ErrNotFound, "in the app folder")
	case i.Folder != nil:
		return nil, store.Errorf("get", name, store.ErrNotFound, "it is a folder")
	case i.Size > store.MaxSize:
		return nil, store.Errorf("get", name, store.ErrCorrupt, "%d bytes are more than %d", i.Size, store.MaxSize)
	}
	data, err := s.download(ctx, name, i)
	if err != nil {
		return nil, err
	}
	if err := i.check("get", name, data); err != nil {
		return nil, err
	}
	return data, nil
}

// download asks for an address that gives out the bytes, and asks that one. Such addresses
// are good for some minutes; one that is not good any more is asked for once more.
func (s *Store) download(ctx context.Context, name string, i *item) ([]byte, error) {
	var err error
	for range 2 {
		var a *answer
		if a, err = s.content(ctx, name, i); err != nil {
			return nil, err
		}
		if a.status == http.StatusOK { // Microsoft has announced this for the future
			return a.body, nil
		}
		var address string
		if address, err = elsewhere("get", name, a.header.Get("Location")); err != nil {
			return nil, err
		}
		a, err = s.ask(ctx, request{op: "get", name: name, method: "GET", url: address, plain: true, limit: store.MaxSize})
		if err == nil {
			return a.body, nil
		}
		if a == nil || !expired(a) {
			break
		}
	}
	return nil, err
}

// content asks for the bytes of an item; the answer sends elsewhere.
func (s *Store) content(ctx context.Context, name string, i *item) (*answer, error) {
	a, err := s.ask(ctx, request{
		op: "get", name: name, method: "GET", url: byID(i.ID, "/content", nil), limit: store.MaxSize,
		ok: []int{http.StatusFound, http.StatusOK},
	})
	if a != nil && a.status == http.StatusNotFound {
		return nil, store.Errorf("get", name, store.ErrNotFound, "somebody has just removed it")
	}
	return a, err
}

// elsewhere checks the address of another host.
func elsewhere(op, name, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", store.Errorf(op, name, store.ErrRefused, "the service sends to an address that is not https")
	}
	return address, nil
}

// A listing of several pages may miss a file that stays when others come and go meanwhile
// (learn.microsoft.com/graph/api/driveitem-delta). It counts when the next one is equal.
const listings = 4

// List returns the files of the app folder.
func (s *Store) List(ctx context.Context) ([]store.Entry, error) {
	before, pages, err := s.list(ctx)
	if err != nil || pages == 1 {
		return before, err
	}
	for range listings - 1 {
		after, _, err := s.list(ctx)
		if err != nil || slices.Equal(before, after) {
			return after, err
		}
		before = after
	}
	return nil, store.Errorf("list", "", store.ErrBusy, "the folder changes faster than it can be listed")
}

// maxPages is more than any app folder has; a service that goes in circles reaches it.
const maxPages = 200

// list follows the listing from page to page.
func (s *Store) list(ctx context.Context) (entries []store.Entry, pages int, err error) {
	next := byID(s.id, "/children", url.Values{"$select": {fields}, "$top": {"200"}})
	for next != "" {
		if pages++; pages > maxPages {
			return nil, 0, store.Errorf("list", "", store.ErrCorrupt, "the listing has no end")
		}
		var items []item
		if items, next, err = s.page(ctx, next); err != nil {
			return nil, 0, err
		}
		for _, i := range items {
			if i.Folder == nil && checkName(i.Name) == nil {
				entries = append(entries, store.Entry{Name: i.Name, Size: i.Size, Modified: i.Modified})
			}
		}
	}
	slices.SortFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	// A file that moves from one page to the next is listed twice.
	return slices.CompactFunc(entries, func(a, b store.Entry) bool { return a.Name == b.Name }), pages, nil
}

// page reads one page and returns the address of the next, or "".
func (s *Store) page(ctx context.Context, address string) ([]item, string, error) {
	a, err := s.ask(ctx, request{op: "list", method: "GET", url: address})
	if err != nil {
		return nil, "", err
	}
	var p struct {
		Value *[]item `json:"value"`
		Next  string  `json:"@odata.nextLink"`
	}
	if err := json.Unmarshal(a.body, &p); err != nil {
		return nil, "", store.Errorf("list", "", store.ErrCorrupt, "the service's listing: %w", err)
	}
	if p.Value == nil { // an empty folder has an empty one
		return nil, "", store.Errorf("list", "", store.ErrCorrupt, "the service's answer is not a listing")
	}
	if p.Next == "" {
		return *p.Value, "", nil
	}
	if u, err := url.Parse(p.Next); err != nil || u.Scheme != "https" || u.Host != host || u.User != nil {
		return nil, "", store.Errorf("list", "", store.ErrRefused, "the listing goes on outside %s", host)
	}
	return *p.Value, p.Next, nil
}
