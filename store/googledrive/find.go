package googledrive

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"github.com/cloudseed/cloudseed/store"
)

const folderType = "application/vnd.google-apps.folder"

// What is asked about a file, and of a listing.
const (
	fileFields googleapi.Field = "id,name,mimeType,parents,size,md5Checksum,createdTime,trashed"
	listFields googleapi.Field = "nextPageToken,incompleteSearch,files(" + fileFields + ")"
)

// maxPages ends a listing that does not end by itself: a million files.
const maxPages = 1000

// maxStarts is how often a listing is begun when Drive refuses to go on with it.
const maxStarts = 3

// search returns all that fits q, with most files on a page; 0 is as many as Drive gives.
// A token of a page that Drive refuses is dropped and the listing begun again, as
// drive-api.json asks ("nextPageToken" of FileList); pages of two beginnings are not mixed.
func (s *Store) search(ctx context.Context, op, name, q string, most int64) (found []*drive.File, err error) {
	for range maxStarts {
		var token string
		if found, token, err = s.pages(ctx, op, name, q, most); err == nil || token == "" || !refusesToken(err) {
			break
		}
	}
	return found, err
}

// refusesToken tells whether Drive refused a page whose question it took a moment before:
// only the token is new.
func refusesToken(err error) bool {
	return status(err) == http.StatusBadRequest || status(err) == http.StatusGone
}

// pages reads a listing from its beginning. After an error token is that of the page which
// was not had, "" for the first one.
func (s *Store) pages(ctx context.Context, op, name, q string, most int64) (found []*drive.File, token string, err error) {
	call := s.files.List().Q(q).Spaces(s.space()).Fields(listFields).PageSize(1000).Context(ctx)
	if most > 0 {
		call.PageSize(most)
	}
	for range maxPages {
		var page *drive.FileList
		err := s.try(ctx, op, name, func() (err error) { page, err = call.Do(); return err })
		switch {
		case err != nil:
			return nil, token, err
		case page.IncompleteSearch:
			return nil, "", store.Errorf(op, name, store.ErrOffline, "Drive did not search everywhere")
		}
		found, token = append(found, page.Files...), page.NextPageToken
		if token == "" || most > 0 {
			return found, "", nil
		}
		call.PageToken(token)
	}
	return nil, "", store.Errorf(op, name, store.ErrCorrupt, "the listing does not end")
}

func (s *Store) space() string {
	if s.folder == "" {
		return "appDataFolder"
	}
	return "drive"
}

// folders returns the ids of all folders of our name, the one to write to first. There may
// be two, made by two devices at once.
func (s *Store) folders(ctx context.Context, op string) ([]string, error) {
	if s.folder == "" {
		return []string{"appDataFolder"}, nil
	}
	q := fmt.Sprintf("trashed = false and mimeType = '%s' and name = %s", folderType, quote(s.folder))
	found, err := s.search(ctx, op, "", q, 0)
	if err != nil {
		return nil, err
	}
	return s.foldersAmong(ctx, op, "", found)
}

// foldersAmong returns the ids of our folders in a listing, and the one that this Store made
// when the listing does not show it yet.
func (s *Store) foldersAmong(ctx context.Context, op, name string, found []*drive.File) (ids []string, err error) {
	if found, err = s.withMine(ctx, op, "", found); err != nil {
		return nil, err
	}
	for _, f := range inOrder(found) {
		if f.MimeType == folderType && f.Name == s.folder && !f.Trashed {
			ids = append(ids, f.Id)
		}
	}
	if len(ids) == 0 {
		return nil, store.Errorf(op, name, store.ErrGone, "the Drive has no folder %q of this app", s.folder)
	}
	return ids, nil
}

// named returns the files of that name, the one that counts first, and the folder to write
// to.
func (s *Store) named(ctx context.Context, op, name string) (files []*drive.File, folder string, err error) {
	q := "trashed = false and name = " + quote(name)
	if s.folder != "" { // both in one question
		q = fmt.Sprintf("trashed = false and (name = %s or mimeType = '%s' and name = %s)", quote(name), folderType, quote(s.folder))
	}
	found, err := s.search(ctx, op, name, q, 0)
	if err != nil {
		return nil, "", err
	}
	folders := []string{"appDataFolder"}
	if s.folder != "" {
		if folders, err = s.foldersAmong(ctx, op, name, found); err != nil {
			return nil, "", err
		}
	}
	if found, err = s.withMine(ctx, op, name, found); err != nil {
		return nil, "", err
	}
	for _, f := range inOrder(found) {
		// Drive's "=" does not mind upper and lower case.
		if f.Name == name && s.isFile(f) && s.inside(f, folders) {
			files = append(files, f)
		}
	}
	return files, folders[0], nil
}

// isFile tells whether f has bytes of its own: folders and Google's own documents do not.
func (s *Store) isFile(f *drive.File) bool {
	return !strings.HasPrefix(f.MimeType, "application/vnd.google-apps.") && !f.Trashed
}

func (s *Store) inside(f *drive.File, folders []string) bool {
	return s.folder == "" || slices.ContainsFunc(f.Parents, func(p string) bool { return slices.Contains(folders, p) })
}

// withMine adds what this Store created itself when the listing does not show it yet:
// reading by id does not lag.
func (s *Store) withMine(ctx context.Context, op, name string, found []*drive.File) ([]*drive.File, error) {
	s.mu.Lock()
	id := s.mine[name]
	s.mu.Unlock()
	if id == "" || slices.ContainsFunc(found, func(f *drive.File) bool { return f.Id == id }) {
		return found, nil
	}
	f, err := s.byID(ctx, op, name, id)
	if err != nil {
		return nil, err
	}
	if f == nil { // deleted by another device
		s.remember(name, "")
		return found, nil
	}
	return append(found, f), nil
}

// byID returns a file, or nil where there is none.
func (s *Store) byID(ctx context.Context, op, name, id string) (f *drive.File, err error) {
	err = s.try(ctx, op, name, func() (err error) {
		f, err = s.files.Get(id).Fields(fileFields).Context(ctx).Do()
		return err
	})
	if status(err) == 404 {
		return nil, nil
	}
	return f, err
}

// inOrder sorts the one that counts first: the oldest by Drive's clock, then the lowest id.
func inOrder(files []*drive.File) []*drive.File {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b *drive.File) int {
		if c := when(a).Compare(when(b)); c != 0 {
			return c
		}
		return strings.Compare(a.Id, b.Id)
	})
	return files
}

// when is the time at which Drive says that it created f.
func when(f *drive.File) time.Time {
	t, _ := time.Parse(time.RFC3339, f.CreatedTime)
	return t
}

// quote makes a value of a query.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
