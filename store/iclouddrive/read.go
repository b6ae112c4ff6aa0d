package iclouddrive

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/folder"
)

// Get returns what is stored under name. It fetches a file that is in iCloud only, for as
// long as ctx lasts.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := store.CheckName(name); err != nil {
		return nil, err
	}
	info, err := os.Lstat(filepath.Join(s.dir, name))
	remote := err == nil && (s.dataless(info) || info.Mode()&fs.ModeIrregular != 0)
	data, err := s.files.Get(ctx, name)
	switch {
	case err == nil || ctx.Err() != nil:
		return data, err
	case remote:
		return nil, store.Errorf("get", name, store.ErrOffline, "iCloud Drive could not fetch it: %w", err)
	case errors.Is(err, store.ErrNotFound) && s.unread():
		return nil, store.Errorf("get", name, store.ErrOffline, "iCloud Drive has not fetched the folder %s", s.dir)
	}
	return nil, err
}

// List returns the files of the folder, those in iCloud only too. Their size is 0 where
// an older macOS does not tell it.
func (s *Store) List(ctx context.Context) ([]store.Entry, error) {
	entries, err := s.files.List(ctx) // reading a folder fetches it
	if err != nil {
		return nil, err
	}
	if s.unread() {
		return nil, store.Errorf("list", "", store.ErrOffline, "iCloud Drive has not fetched the folder %s", s.dir)
	}
	if err := s.strange(); err != nil {
		return nil, err
	}
	return entries, nil
}

// strange fails if something in the folder is neither a file nor a folder nor anything else
// that is known: Windows can show what is in the cloud only like that, and a listing that
// left it out would not be whole.
func (s *Store) strange() error {
	items, err := os.ReadDir(s.dir)
	if err != nil {
		return folder.Wrap("list", "", err)
	}
	for _, item := range items {
		if item.Type()&fs.ModeIrregular != 0 && store.CheckName(item.Name()) == nil {
			return store.Errorf("list", "", store.ErrOffline, "iCloud Drive has not fetched %q", item.Name())
		}
	}
	return nil
}

// unread tells whether what is in the folder has not come to this computer.
func (s *Store) unread() bool {
	info, err := os.Stat(s.dir)
	return err == nil && s.dataless(info)
}

// Delete removes name here; iCloud Drive removes it everywhere, in its own time. It does
// not fetch it for that.
func (s *Store) Delete(ctx context.Context, name string) error { return s.files.Delete(ctx, name) }

// placeholder is what macOS up to 13 shows for a file that is in iCloud only.
func placeholder(name string) string { return "." + name + ".icloud" }
