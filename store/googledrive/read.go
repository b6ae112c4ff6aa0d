package googledrive

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/api/drive/v3"

	"github.com/cloudseed/cloudseed/store"
)

// Get returns what is stored under name. Of several files of that name it is the one that
// counts.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := store.CheckName(name); err != nil {
		return nil, err
	}
	files, _, err := s.named(ctx, "get", name)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		data, err := s.download(ctx, name, f)
		if status(err) != http.StatusNotFound { // listed still, and deleted already
			return data, err
		}
	}
	return nil, store.Errorf("get", name, store.ErrNotFound, "in the Drive")
}

// download reads a file and compares it with the checksum that Drive keeps.
func (s *Store) download(ctx context.Context, name string, f *drive.File) (data []byte, err error) {
	if f.Size > store.MaxSize {
		return nil, store.Errorf("get", name, store.ErrCorrupt, "%d bytes are more than %d", f.Size, store.MaxSize)
	}
	err = s.try(ctx, "get", name, func() error {
		resp, err := s.files.Get(f.Id).Context(ctx).Download()
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		data, err = io.ReadAll(io.LimitReader(resp.Body, store.MaxSize+1))
		return err
	})
	if err != nil {
		return nil, err
	}
	if !same(f, data) {
		return nil, store.Errorf("get", name, store.ErrCorrupt, "%d bytes came that are not the %d stored", len(data), f.Size)
	}
	return data, nil
}

// same tells whether f, by size and checksum, is data. Drive has a checksum of every file
// with bytes.
func same(f *drive.File, data []byte) bool {
	sum := md5.Sum(data)
	return f.Size == int64(len(data)) && f.Md5Checksum == hex.EncodeToString(sum[:])
}

// List returns the files of the folder, each name once.
func (s *Store) List(ctx context.Context) ([]store.Entry, error) {
	byName, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	var entries []store.Entry
	for name, files := range byName {
		entries = append(entries, store.Entry{Name: name, Size: files[0].Size, Modified: when(files[0])})
	}
	slices.SortFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries, nil
}

// Forks returns the names, sorted, under which different files are stored: two devices
// wrote at once and did not see each other. Get returns the same one to everybody; the
// others are kept until the name is deleted.
func (s *Store) Forks(ctx context.Context) (names []string, err error) {
	byName, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	for name, files := range byName {
		if slices.ContainsFunc(files, func(f *drive.File) bool { return f.Md5Checksum != files[0].Md5Checksum }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// all returns the files of the folder by name, for each name the one that counts first.
func (s *Store) all(ctx context.Context) (map[string][]*drive.File, error) {
	folders, err := s.folders(ctx, "list")
	if err != nil {
		return nil, err
	}
	var parents bytes.Buffer
	for i, id := range folders {
		if i > 0 {
			parents.WriteString(" or ")
		}
		fmt.Fprintf(&parents, "%s in parents", quote(id))
	}
	found, err := s.search(ctx, "list", "", "trashed = false and ("+parents.String()+")", 0)
	if err != nil {
		return nil, err
	}
	if found, err = s.withAllMine(ctx, found); err != nil {
		return nil, err
	}
	byName := map[string][]*drive.File{}
	for _, f := range inOrder(found) {
		twice := slices.ContainsFunc(byName[f.Name], func(other *drive.File) bool { return other.Id == f.Id })
		if s.isFile(f) && !twice && s.inside(f, folders) && store.CheckName(f.Name) == nil {
			byName[f.Name] = append(byName[f.Name], f)
		}
	}
	return byName, nil
}

// withAllMine is withMine for all names.
func (s *Store) withAllMine(ctx context.Context, found []*drive.File) ([]*drive.File, error) {
	s.mu.Lock()
	var names []string
	for name, id := range s.mine {
		if name != "" && !slices.ContainsFunc(found, func(f *drive.File) bool { return f.Id == id }) {
			names = append(names, name)
		}
	}
	s.mu.Unlock()
	var err error
	for _, name := range names {
		if found, err = s.withMine(ctx, "list", name, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}
