package onedrive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// simpleSize is the most that one PUT takes, in bytes: 4 MB in older versions of
// Microsoft's page, 250 MB in newer ones. Larger files need an upload session.
const simpleSize = 4_000_000

// conflictFail is documented for the address; in the body alone it has been ignored.
const conflictFail = "@microsoft.graph.conflictBehavior"

// Create uploads data unless something has that name. It looks first: that saves the upload,
// and keeps a service that forgets about conflictBehavior from replacing what was there.
// An upload whose answer got lost is ErrOffline and is not repeated; the caller looks.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return err
	}
	if err := checkName(name); err != nil {
		return err
	}
	found, err := s.look(ctx, "create", name)
	if err != nil {
		return err
	}
	if found != nil {
		return store.Errorf("create", name, store.ErrExists, "%q is in the app folder", found.Name)
	}
	var a *answer
	if len(data) <= simpleSize {
		a, err = s.put(ctx, name, data)
	} else {
		a, err = s.upload(ctx, name, data)
	}
	if err != nil {
		return err
	}
	return s.stored(ctx, a, name, data)
}

// put uploads data by one request. Only throttling (429) is sure to have done nothing and
// is tried again.
func (s *Store) put(ctx context.Context, name string, data []byte) (*answer, error) {
	r := request{
		op: "create", name: name, method: "PUT", url: s.byName(name, "/content", url.Values{conflictFail: {"fail"}}), body: data,
		header: map[string]string{"Content-Type": "application/octet-stream"}, ok: []int{http.StatusCreated},
	}
	a, err := s.throttled(ctx, r)
	if a != nil && a.status == http.StatusOK { // the answer to a replacement
		return nil, store.Errorf("create", name, store.ErrRefused, "the service replaced a file that somebody else had just stored")
	}
	return a, err
}

// throttled sends r, and again when it was throttled for a short time.
func (s *Store) throttled(ctx context.Context, r request) (*answer, error) {
	for left := tries; ; left-- {
		a, err := s.send(ctx, r)
		var e *store.Error
		if left == 1 || a == nil || a.status != http.StatusTooManyRequests || !errors.As(err, &e) || e.After == 0 || e.After > shortWait {
			return a, err
		}
		select {
		case <-time.After(e.After):
		case <-ctx.Done():
		}
	}
}

// upload sends data through an upload session. A session that the service has forgotten
// (404) has stored nothing, and the upload starts again with another.
func (s *Store) upload(ctx context.Context, name string, data []byte) (*answer, error) {
	for left := tries; ; left-- {
		address, err := s.session(ctx, name, data)
		if err != nil {
			return nil, err
		}
		a, err := s.send(ctx, request{
			op: "create", name: name, method: "PUT", url: address, plain: true, body: data,
			header: map[string]string{"Content-Range": fmt.Sprintf("bytes 0-%d/%d", len(data)-1, len(data))},
			ok:     []int{http.StatusCreated, http.StatusOK},
		})
		if err == nil {
			return a, nil
		}
		if a == nil || !expired(a) || left == 1 {
			s.cancel(ctx, address)
			return nil, err
		}
	}
}

// session begins an upload. The address that it returns is a secret.
func (s *Store) session(ctx context.Context, name string, data []byte) (string, error) {
	body, err := json.Marshal(map[string]any{"item": map[string]any{conflictFail: "fail", "name": name, "fileSize": len(data)}})
	if err != nil {
		return "", store.Errorf("create", name, store.ErrRefused, "%w", err)
	}
	a, err := s.throttled(ctx, request{
		op: "create", name: name, method: "POST", url: s.byName(name, "/createUploadSession", url.Values{conflictFail: {"fail"}}), body: body,
		header: map[string]string{"Content-Type": "application/json"},
	})
	if errors.Is(err, store.ErrExists) {
		return "", s.taken(ctx, name)
	}
	if err != nil {
		return "", err
	}
	var session struct {
		UploadURL string `json:"uploadUrl"`
	}
	if err := json.Unmarshal(a.body, &session); err != nil {
		return "", store.Errorf("create", name, store.ErrCorrupt, "the service's answer: %w", err)
	}
	return elsewhere("create", name, session.UploadURL)
}

// taken tells a stored file from somebody's unfinished upload, which reserves its name in
// OneDrive for work and school.
func (s *Store) taken(ctx context.Context, name string) error {
	found, err := s.look(ctx, "create", name)
	switch {
	case err != nil:
		return err
	case found == nil:
		return store.Errorf("create", name, store.ErrBusy, "an upload of that name is under way, or was given up within the last days")
	}
	return store.Errorf("create", name, store.ErrExists, "somebody else was faster")
}

// cancel ends a session, also when ctx has ended, and does not wait for long. What cannot
// be cancelled ends by itself.
func (s *Store) cancel(ctx context.Context, address string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer stop()
	s.send(ctx, request{op: "create", method: "DELETE", url: address, plain: true, ok: []int{http.StatusNoContent}})
}

// stored checks what the service says that it stored. What is not what was sent is
// removed, as nobody else can have put it there.
func (s *Store) stored(ctx context.Context, a *answer, name string, data []byte) error {
	i, err := a.item()
	if err != nil {
		return err
	}
	if i.Name != name {
		err = store.Errorf("create", name, store.ErrRefused, "the service stored it as %q", i.Name)
	} else {
		err = i.check("create", name, data)
	}
	if err != nil {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer stop()
		s.remove(ctx, "create", name, i)
	}
	return err
}

// Delete moves name to the recycle bin. It looks first, as DELETE removes a folder with all
// that is in it, and removes what it saw, by its id.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	i, err := s.look(ctx, "delete", name)
	switch {
	case err != nil || i == nil:
		return err
	case i.Folder != nil:
		return store.Errorf("delete", name, store.ErrRefused, "it is a folder")
	}
	a, err := s.remove(ctx, "delete", name, i)
	if a != nil && a.status == http.StatusNotFound { // somebody else was faster
		return s.folderThere(ctx, "delete", name)
	}
	return err
}

// remove removes exactly the item that was seen.
func (s *Store) remove(ctx context.Context, op, name string, i *item) (*answer, error) {
	return s.ask(ctx, request{op: op, name: name, method: "DELETE", url: byID(i.ID, "", nil), ok: []int{http.StatusNoContent}})
}
