package webdav

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// Temporary names begin with a dot, so that store.CheckName refuses them and no listing
// shows them.
const (
	tempPrefix = ".cloudseed-"
	tempSuffix = ".tmp"
)

// leftoverAge is how old, by the server's clock, a temporary file must be to belong to
// nobody any more.
const leftoverAge = 24 * time.Hour

// claimPrefix is how the temporary names of uploads to name begin. They tell other writers
// of that name that somebody is about to move a file to it.
func claimPrefix(name string) string { return tempPrefix + shortHash([]byte(name)) + "-" }

// Create uploads data under a temporary name, moves it to name, and makes sure that it
// stays there: see Settle. It looks first: that saves the upload, and keeps a server that
// ignores "Overwrite: F" from overwriting.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return err
	}
	g, err := s.glance(ctx, "create", name)
	if err != nil {
		return err
	}
	if !g.nothing() {
		return store.Errorf("create", name, store.ErrExists, "on the server")
	}
	s.sweep.Do(func() { s.removeLeftovers(ctx) })
	if err := s.upload(ctx, name, name, data); err != nil {
		return err
	}
	return s.Settle(ctx, name, data)
}

// upload stores data as target on behalf of name. What is left of a failure is removed.
func (s *Store) upload(ctx context.Context, name, target string, data []byte) error {
	temp := claimPrefix(target) + randomHex() + tempSuffix
	err := s.put(ctx, name, temp, data)
	if err == nil {
		err = s.move(ctx, name, temp, target)
	}
	if err != nil {
		s.discard(ctx, temp)
	}
	return err
}

func (s *Store) put(ctx context.Context, name, temp string, data []byte) error {
	r := request{
		op: "create", name: name, method: "PUT", url: s.url(temp), body: data,
		header: map[string]string{"Content-Type": "application/octet-stream"},
	}
	a, err := s.send(ctx, r, http.StatusOK, http.StatusCreated, http.StatusNoContent)
	if a != nil && a.status == http.StatusMethodNotAllowed && len(data) > 0 && s.takesEmpty(ctx, r) {
		return store.Errorf("create", name, store.ErrFull, "the server takes an empty file and not one of %d bytes", len(data))
	}
	return err
}

// takesEmpty tells whether the server lets r store an empty file instead. x/net/webdav and rclone
// answer 405 to whatever they cannot write; an empty file they can write on a full disk too.
func (s *Store) takesEmpty(ctx context.Context, r request) bool {
	r.body = nil
	_, err := s.send(ctx, r, http.StatusOK, http.StatusCreated, http.StatusNoContent)
	return err == nil
}

// move gives the complete file its name. An answer that got lost is settled by looking for
// the temporary file, which nobody else moves. Where that is still there, or nobody answers,
// it is ErrOffline and open whether the file is there; the caller looks before it tries again.
func (s *Store) move(ctx context.Context, name, temp, target string) error {
	a, err := s.send(ctx, request{
		op: "create", name: name, method: "MOVE", url: s.url(temp), once: true,
		header: map[string]string{"Destination": s.url(target).String(), "Overwrite": "F"},
	}, http.StatusOK, http.StatusCreated, http.StatusNoContent)
	if a != nil && a.status == http.StatusPreconditionFailed {
		return store.Errorf("create", name, store.ErrExists, "the server refused to overwrite it")
	}
	if a == nil && s.moved(ctx, name, temp, target) {
		return nil
	}
	return err
}

// moved tells whether temp was seen to be gone and target to be there.
func (s *Store) moved(ctx context.Context, name, temp, target string) bool {
	from, err := s.stat(ctx, "create", name, s.url(temp))
	if err != nil || from != nothing {
		return false
	}
	to, err := s.stat(ctx, "create", name, s.url(target))
	return err == nil && to == aFile
}

// discard removes a temporary file, also when ctx has ended, and does not wait for long.
func (s *Store) discard(ctx context.Context, temp string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	s.send(ctx, request{op: "create", method: "DELETE", url: s.url(temp)}, http.StatusNoContent)
}

// removeLeftovers removes temporary files that were left behind long ago. What cannot be
// removed only takes room.
func (s *Store) removeLeftovers(ctx context.Context) {
	members, a, err := s.members(ctx, "create")
	if err != nil {
		return
	}
	now := store.ServerTime(a.header)
	for _, m := range members {
		ours := strings.HasPrefix(m.name, tempPrefix) && strings.HasSuffix(m.name, tempSuffix) && !m.folder
		if ours && !m.modified.IsZero() && now.Sub(m.modified) > leftoverAge {
			s.discard(ctx, m.name)
		}
	}
}

// Delete removes name and the copies kept beside it, these first: what is seen of the file
// goes last. It looks first, as DELETE removes a folder with all that is in it.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := store.CheckName(name); err != nil {
		return err
	}
	g, err := s.glance(ctx, "delete", name)
	if err != nil {
		return err
	}
	if g.folder {
		return store.Errorf("delete", name, store.ErrRefused, "it is a folder")
	}
	targets := g.copies
	if g.file {
		targets = append(targets, name)
	}
	for _, target := range targets {
		if err := s.remove(ctx, name, target); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes the file target on behalf of name.
func (s *Store) remove(ctx context.Context, name, target string) error {
	a, err := s.send(ctx, request{op: "delete", name: name, method: "DELETE", url: s.url(target)},
		http.StatusOK, http.StatusNoContent)
	if a != nil && a.status == http.StatusNotFound { // somebody else was faster
		return s.folderThere(ctx, "delete", name)
	}
	return err
}

// makeFolder makes the folder at u, and those above it as far as they are missing (409).
func (s *Store) makeFolder(ctx context.Context, u *url.URL) error {
	mkcol := request{op: "open", method: "MKCOL", url: u, once: true}
	a, err := s.send(ctx, mkcol, http.StatusCreated, http.StatusMethodNotAllowed) // 405: it is there
	if a == nil || a.status != http.StatusConflict && a.status != http.StatusNotFound {
		return err
	}
	above := u.JoinPath("..")
	if above.EscapedPath() == u.EscapedPath() || above.EscapedPath() == "" {
		return err
	}
	if err := s.makeFolder(ctx, folderURL(above)); err != nil {
		return err
	}
	_, err = s.send(ctx, mkcol, http.StatusCreated, http.StatusMethodNotAllowed)
	return err
}

func randomHex() string {
	b := make([]byte, 8)
	rand.Read(b)
	return hex.EncodeToString(b)
}
