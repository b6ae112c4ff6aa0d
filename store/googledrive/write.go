package googledrive

import (
	"bytes"
	"context"
	"net/http"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"github.com/cloudseed/cloudseed/store"
)

// chunk is the most that is sent in one request, in bytes: what is larger goes as a
// resumable upload. Drive's documentation limits the other kind to 5 MB.
const chunk = 4 << 20

// Create looks, uploads, and looks again.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return err
	}
	files, folder, err := s.named(ctx, "create", name)
	if err != nil {
		return err
	}
	if len(files) > 0 {
		return store.Errorf("create", name, store.ErrExists, "in the Drive")
	}
	f := &drive.File{Name: name, MimeType: "application/octet-stream", Parents: []string{folder}}
	stored, err := s.upload(ctx, "create", f, data)
	if err != nil {
		return err
	}
	if !same(stored, data) {
		s.remove(ctx, "create", name, stored.Id)
		return store.Errorf("create", name, store.ErrCorrupt, "Drive stored %d bytes that are not the %d sent", stored.Size, len(data))
	}
	s.remember(name, stored.Id)
	return s.lookAgain(ctx, name, stored.Id)
}

// lookAgain finds out whether another writer of the name was faster. Then our own copy,
// which nobody was told of, is taken back.
func (s *Store) lookAgain(ctx context.Context, name, id string) error {
	files, _, err := s.named(ctx, "create", name)
	switch {
	case err != nil:
		return err
	case len(files) == 0:
		return store.Errorf("create", name, store.ErrOffline, "it was taken away as soon as it was stored")
	case files[0].Id == id:
		return nil
	}
	if err := s.remove(ctx, "create", name, id); err != nil {
		return err
	}
	s.remember(name, "")
	return store.Errorf("create", name, store.ErrExists, "another device was faster")
}

// upload creates f with data, or a folder without any, under an id made beforehand. After
// an answer that got lost the same id is sent again: it is stored once.
func (s *Store) upload(ctx context.Context, op string, f *drive.File, data []byte) (stored *drive.File, err error) {
	name := f.Name
	if f.MimeType == folderType {
		name = ""
	}
	if f.Id, err = s.newID(ctx, op, name); err != nil {
		return nil, err
	}
	err = s.try(ctx, op, name, func() (err error) {
		call := s.files.Create(f).Fields(fileFields).Context(ctx)
		if f.MimeType != folderType {
			call.Media(bytes.NewReader(data), googleapi.ContentType(f.MimeType),
				googleapi.ChunkSize(chunk), googleapi.ChunkRetryDeadline(patience))
		}
		stored, err = call.Do()
		return err
	})
	if status(err) == http.StatusConflict { // an earlier try was stored
		if stored, err = s.byID(ctx, op, name, f.Id); err == nil && stored == nil {
			err = store.Errorf(op, name, store.ErrOffline, "Drive says both that the file is there and that it is not")
		}
	}
	return stored, err
}

func (s *Store) newID(ctx context.Context, op, name string) (id string, err error) {
	err = s.try(ctx, op, name, func() error {
		made, err := s.files.GenerateIds().Count(1).Space(s.space()).Context(ctx).Do()
		if err == nil && len(made.Ids) == 1 {
			id = made.Ids[0]
		}
		return err
	})
	if err == nil && id == "" {
		err = store.Errorf(op, name, store.ErrCorrupt, "Drive made no id")
	}
	return id, err
}

func (s *Store) remember(name, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id == "" {
		delete(s.mine, name)
	} else {
		s.mine[name] = id
	}
}

// Delete removes all files of that name, for good and not into the bin.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := store.CheckName(name); err != nil {
		return err
	}
	files, _, err := s.named(ctx, "delete", name)
	if err != nil {
		return err
	}
	// The one that counts goes last: none of the others is ever seen in its place.
	for i := len(files) - 1; i >= 0; i-- {
		if err := s.remove(ctx, "delete", name, files[i].Id); err != nil {
			return err
		}
	}
	s.remember(name, "")
	return nil
}

// remove deletes by id. What is not there any more is fine.
func (s *Store) remove(ctx context.Context, op, name, id string) error {
	err := s.try(ctx, op, name, func() error { return s.files.Delete(id).Context(ctx).Do() })
	if status(err) == http.StatusNotFound {
		return nil
	}
	return err
}
