package dropbox

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/contenthash"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/cloudseed/cloudseed/store"
)

// pageSize is how many entries are asked for at once; Dropbox allows 2,000.
const pageSize = 2000

// maxEntries is how many entries a listing may have before it is taken for an endless one.
const maxEntries = 100_000

// Get implements [store.Store].
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := store.CheckName(name); err != nil {
		return nil, rename(err, "get")
	}
	var data []byte
	err := s.again(ctx, func() (f *failure) {
		data, f = s.download(ctx, name)
		return f
	})
	if err != nil {
		return nil, err.Error
	}
	return data, nil
}

func (s *Store) download(ctx context.Context, name string) ([]byte, *failure) {
	if err := store.Ended(ctx, "get", name); err != nil {
		return nil, &failure{Error: err.(*store.Error)}
	}
	ctx, heard := listen(ctx)
	found, body, err := s.files.DownloadContext(ctx, files.NewDownloadArg(path(name)))
	if err != nil {
		return nil, understand(ctx, "get", name, heard, err)
	}
	defer body.Close()
	switch {
	case found == nil:
		return nil, damaged("get", name, "the answer does not say what it is")
	case found.Name != name:
		return nil, &failure{Error: store.Errorf("get", name, store.ErrNotFound, "stored there is %q", found.Name)}
	case found.Size > store.MaxSize:
		return nil, damaged("get", name, "%d bytes are more than %d", found.Size, store.MaxSize)
	}
	data, err := io.ReadAll(io.LimitReader(body, store.MaxSize+1))
	if err != nil {
		return nil, understand(ctx, "get", name, heard, err)
	}
	if uint64(len(data)) != found.Size || found.ContentHash != "" && hashOf(data) != found.ContentHash {
		return nil, damaged("get", name, "the bytes are not those that dropbox has: %d of %d", len(data), found.Size)
	}
	return data, nil
}

// hashOf is Dropbox's content hash: SHA-256 over the SHA-256 of each 4 MiB, in hex.
func hashOf(data []byte) string {
	hash, _ := contenthash.Compute(bytes.NewReader(data)) // a bytes.Reader does not fail
	return hash
}

func damaged(op, name, format string, args ...any) *failure {
	return &failure{Error: store.Errorf(op, name, store.ErrCorrupt, format, args...)}
}

// List implements [store.Store].
func (s *Store) List(ctx context.Context) ([]store.Entry, error) {
	var all map[string]*files.FileMetadata
	err := s.again(ctx, func() (f *failure) {
		all, f = s.listing(ctx)
		return f
	})
	if err != nil {
		return nil, err.Error
	}
	entries := []store.Entry{}
	for _, file := range all {
		if store.CheckName(file.Name) == nil {
			entries = append(entries, store.Entry{Name: file.Name, Size: int64(file.Size), Modified: time.Time(file.ServerModified)})
		}
	}
	slices.SortFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries, nil
}

// listing reads all pages. A cursor that Dropbox gave up in between means to begin again;
// that is said as ErrBusy, so that it happens after a pause.
func (s *Store) listing(ctx context.Context) (map[string]*files.FileMetadata, *failure) {
	page, err := s.firstPage(ctx, "list", pageSize)
	all := map[string]*files.FileMetadata{}
	for seen := 0; err == nil; {
		apply(all, page.Entries)
		if seen += 1 + len(page.Entries); seen > maxEntries {
			return nil, damaged("list", "", "the listing does not end")
		}
		if !page.HasMore {
			return all, nil
		}
		page, err = s.nextPage(ctx, page.Cursor)
	}
	if err.last() == files.ListFolderContinueErrorReset {
		err.Kind = store.ErrBusy
	}
	return nil, err
}

// look asks whether the folder can be listed, and for as little as possible.
func (s *Store) look(ctx context.Context) error {
	err := s.again(ctx, func() *failure {
		_, err := s.firstPage(ctx, "open", 1)
		return err
	})
	if err != nil {
		return err.Error
	}
	return nil
}

func (s *Store) firstPage(ctx context.Context, op string, limit uint32) (*files.ListFolderResult, *failure) {
	if err := store.Ended(ctx, op, ""); err != nil {
		return nil, &failure{Error: err.(*store.Error)}
	}
	arg := files.NewListFolderArg("")
	arg.Limit = limit
	ctx, heard := listen(ctx)
	page, err := s.files.ListFolderContext(ctx, arg)
	return checked(page, op, wrap(ctx, op, heard, err))
}

func (s *Store) nextPage(ctx context.Context, cursor string) (*files.ListFolderResult, *failure) {
	ctx, heard := listen(ctx)
	page, err := s.files.ListFolderContinueContext(ctx, files.NewListFolderContinueArg(cursor))
	return checked(page, "list", wrap(ctx, "list", heard, err))
}

// wrap understands an error for the whole place. A folder that is not there is not an
// empty one.
func wrap(ctx context.Context, op string, heard *heard, err error) *failure {
	if err == nil {
		return nil
	}
	f := understand(ctx, op, "", heard, err)
	if f.Kind == store.ErrNotFound {
		f.Kind = store.ErrGone
	}
	return f
}

// checked refuses an answer that is JSON but not a page, such as {}: it is not an empty
// folder.
func checked(page *files.ListFolderResult, op string, err *failure) (*files.ListFolderResult, *failure) {
	if err == nil && (page == nil || page.Cursor == "") {
		return nil, damaged(op, "", "the answer is not a listing")
	}
	return page, err
}

// apply takes a page into the listing as Dropbox documents it for files/list_folder: what
// comes later replaces what came earlier, as the folder may change while it is read.
func apply(all map[string]*files.FileMetadata, page []files.IsMetadata) {
	for _, entry := range page {
		switch e := entry.(type) {
		case *files.FileMetadata:
			all[strings.ToLower(e.Name)] = e
		case *files.FolderMetadata:
			delete(all, strings.ToLower(e.Name))
		case *files.DeletedMetadata:
			delete(all, strings.ToLower(e.Name))
		}
	}
}

// rename gives the error of a check the operation that it happened in.
func rename(err error, op string) error {
	if e, ok := err.(*store.Error); ok {
		e.Op = op
	}
	return err
}
