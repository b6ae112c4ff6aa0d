package googledrive

import (
	"testing"
	"time"

	gdrive "google.golang.org/api/drive/v3"

	"github.com/cloudseed/cloudseed/store"
)

func TestFolderGone(t *testing.T) {
	w := newWorld(t)
	c := Config{HTTP: w.google.Client(sam, Scope)}
	_, err := Open(t.Context(), c)
	wantKind(t, "open before there is one", err, store.ErrGone)
	s := w.open(t, Config{Create: true})
	folder := w.id(t, DefaultFolder)
	s.Create(t.Context(), "a", []byte("stored"))
	w.drive.Trash(sam, folder, true)
	for what, err := range all(t, s) {
		wantKind(t, "in the bin: "+what, err, store.ErrGone)
	}
	w.drive.Trash(sam, folder, false)
	wantFile(t, s, "a", "stored")
	w.drive.Remove(sam, folder)
	for what, err := range all(t, s) {
		wantKind(t, "deleted: "+what, err, store.ErrGone)
	}
	if len(w.drive.Files(sam)) != 0 {
		t.Error("the folder was made again")
	}
}

// Two devices made the folder at once. What is in either of them counts.
func TestTwoFolders(t *testing.T) {
	w, s := started(t)
	second, err := s.upload(t.Context(), "open", &gdrive.File{Name: DefaultFolder, MimeType: folderType}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.drive.Plant(sam, second.Id, "b", []byte("there"), time.Now())
	wantFile(t, s, "b", "there")
	wantKind(t, "create", s.Create(t.Context(), "b", nil), store.ErrExists)
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 2 {
		t.Errorf("listed %v, %v", entries, err)
	}
	other, err := s.upload(t.Context(), "open", &gdrive.File{Name: "Photos", MimeType: folderType}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.drive.Plant(sam, other.Id, "c", []byte("elsewhere"), time.Now())
	_, err = s.Get(t.Context(), "c")
	wantKind(t, "get out of another folder", err, store.ErrNotFound)
}

func TestNames(t *testing.T) {
	w := newWorld(t)
	for want, c := range map[string]Config{
		"Google Drive folder Cloudseed of s…@example.com": {Create: true},
		"Google Drive folder It's of s…@example.com":      {Create: true, Folder: "It's"},
		"Google Drive app data of s…@example.com":         {Hidden: true},
	} {
		s := w.open(t, c)
		if s.String() != want || s.Account() != sam {
			t.Errorf("named %q of %q, want %q", s, s.Account(), want)
		}
	}
}
