package folder

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

// Get returns what is stored under name.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := store.CheckName(name); err != nil {
		return nil, err
	}
	return do(ctx, s, "get", name, func(root *os.Root) ([]byte, error) {
		info, err := root.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			return nil, s.missing(root, name)
		}
		if err != nil {
			return nil, err
		}
		return read(root, name, info.Size())
	})
}

// missing says why name cannot be read: it is not there, or the folder is not.
func (s *Store) missing(root *os.Root, name string) error {
	if err := s.stillThere("get", name, root); err != nil {
		return err
	}
	if _, err := root.Lstat(placeholder(name)); err == nil {
		return store.Errorf("get", name, store.ErrOffline, "iCloud Drive has not downloaded it to %s", s.dir)
	}
	return store.Errorf("get", name, store.ErrNotFound, "in %s", s.dir)
}

// read reads a file of size bytes.
func read(root *os.Root, name string, size int64) ([]byte, error) {
	if size > store.MaxSize {
		return nil, store.Errorf("get", name, store.ErrCorrupt, "%d bytes are more than %d", size, store.MaxSize)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, size+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) != size {
		return nil, store.Errorf("get", name, store.ErrCorrupt, "it changes while it is read")
	}
	return data, nil
}

// List returns the files of the folder.
func (s *Store) List(ctx context.Context) ([]store.Entry, error) {
	return do(ctx, s, "list", "", s.list)
}

func (s *Store) list(root *os.Root) ([]store.Entry, error) {
	d, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer d.Close()
	items, err := d.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	var entries []store.Entry
	for _, item := range items {
		if entries, err = add(entries, item); err != nil {
			return nil, err
		}
	}
	if err := s.stillThere("list", "", root); err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(entries, func(a, b store.Entry) bool { return a.Name == b.Name }), nil
}

// add appends item if it is a file of the place.
func add(entries []store.Entry, item fs.DirEntry) ([]store.Entry, error) {
	name, waiting := downloading(item.Name())
	if !item.Type().IsRegular() || store.CheckName(name) != nil {
		return entries, nil
	}
	info, err := item.Info()
	if errors.Is(err, fs.ErrNotExist) { // deleted since
		return entries, nil
	}
	if err != nil {
		return nil, err
	}
	entry := store.Entry{Name: name, Size: info.Size(), Modified: info.ModTime()}
	if waiting {
		entry.Size = 0 // not known here
	}
	return append(entries, entry), nil
}

// Delete removes name, durably.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := store.CheckName(name); err != nil {
		return err
	}
	_, err := do(ctx, s, "delete", name, func(root *os.Root) (struct{}, error) {
		for _, n := range []string{name, placeholder(name)} {
			if err := remove(root, n); err != nil {
				return struct{}{}, err
			}
		}
		if err := s.stillThere("delete", name, root); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, syncDir(root)
	})
	return err
}

// remove removes a regular file, if it is there.
func remove(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return store.Errorf("delete", name, store.ErrRefused, "it is not a file")
	}
	if err == nil {
		err = root.Remove(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// iCloud Drive of macOS up to 13 keeps ".NAME.icloud" in place of a file that it has not
// downloaded. Such a file is there: to call it missing would tell people on a new
// computer that they have no backup.
func placeholder(name string) string { return "." + name + ".icloud" }

// downloading returns the name behind a placeholder.
func downloading(name string) (string, bool) {
	inner, ok := strings.CutSuffix(name, ".icloud")
	if ok && strings.HasPrefix(inner, ".") {
		return inner[1:], true
	}
	return name, false
}
