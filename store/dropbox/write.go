package dropbox

import (
	"bytes"
	"context"
	"time"

	sdk "github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/cloudseed/cloudseed/store"
)

// Create implements [store.Store]. A create without an answer is settled by looking: if what
// is stored is not data, another was faster; if nothing is there, the upload is repeated,
// which Dropbox refuses should the first one still arrive. Where data is found after a lost
// answer Create succeeds: nobody else has these bytes, as each seal is random.
func (s *Store) Create(ctx context.Context, name string, data []byte) error {
	if err := store.CheckCreate(name, data); err != nil {
		return rename(err, "create")
	}
	done, err := s.myTurn(ctx, "create", name)
	if err != nil {
		return err
	}
	defer done()
	lost := false // an earlier upload of this call may have been stored
	failed := s.again(ctx, func() *failure {
		f := s.upload(ctx, name, data)
		if f != nil && f.ambiguous {
			lost = true
		}
		if f != nil && lost && ctx.Err() == nil {
			return s.settle(ctx, name, data, f)
		}
		return f
	})
	if failed != nil {
		return failed.Error
	}
	return nil
}

// upload sends data once.
func (s *Store) upload(ctx context.Context, name string, data []byte) *failure {
	hash := hashOf(data)
	arg := files.NewUploadArg(path(name))
	arg.Mode = &files.WriteMode{Tagged: sdk.Tagged{Tag: files.WriteModeAdd}}
	arg.Autorename, arg.StrictConflict, arg.Mute, arg.ContentHash = false, true, true, hash
	ctx, heard := listen(ctx)
	stored, err := s.files.UploadContext(ctx, arg, bytes.NewReader(data))
	if err != nil {
		return understand(ctx, "create", name, heard, err)
	}
	return same(stored, name, data, hash)
}

// same holds what Dropbox says is stored against what was sent.
func same(stored *files.FileMetadata, name string, data []byte, hash string) *failure {
	switch {
	case stored == nil || stored.Name != name:
		return damaged("create", name, "dropbox says that it stored another file")
	case stored.Size != uint64(len(data)), stored.ContentHash != "" && stored.ContentHash != hash:
		return damaged("create", name, "dropbox says that it stored other bytes")
	}
	return nil
}

// settle looks what became of an upload that failed with f. It returns nil when data is
// stored, ErrExists when something else is, and f when nothing is or looking failed too.
func (s *Store) settle(ctx context.Context, name string, data []byte, f *failure) *failure {
	found, err := s.metadata(ctx, "create", name)
	if err != nil {
		if err.Kind != store.ErrNotFound && f.Kind == store.ErrExists {
			return err // what is there may be data
		}
		return f
	}
	file, ok := found.(*files.FileMetadata)
	if ok && same(file, name, data, hashOf(data)) == nil && file.ContentHash != "" {
		return nil
	}
	return &failure{Error: store.Errorf("create", name, store.ErrExists, "something else is stored there")}
}

// metadata asks what is stored under name, in whatever case.
func (s *Store) metadata(ctx context.Context, op, name string) (files.IsMetadata, *failure) {
	if err := store.Ended(ctx, op, name); err != nil {
		return nil, &failure{Error: err.(*store.Error)}
	}
	ctx, heard := listen(ctx)
	found, err := s.files.GetMetadataContext(ctx, files.NewGetMetadataArg(path(name)))
	if err != nil {
		return nil, understand(ctx, op, name, heard, err)
	}
	if found == nil {
		return nil, damaged(op, name, "the answer does not say what it is")
	}
	return found, nil
}

// Delete implements [store.Store]. Dropbox would delete a folder with all that is in it, and
// a file whose name differs in case, so the revision of this very file is named.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := store.CheckName(name); err != nil {
		return rename(err, "delete")
	}
	done, err := s.myTurn(ctx, "delete", name)
	if err != nil {
		return err
	}
	defer done()
	failed := s.again(ctx, func() *failure { return s.remove(ctx, name) })
	if failed != nil && failed.Kind != store.ErrNotFound {
		return failed.Error
	}
	return nil
}

func (s *Store) remove(ctx context.Context, name string) *failure {
	found, failed := s.metadata(ctx, "delete", name)
	if failed != nil {
		return failed
	}
	file, ok := found.(*files.FileMetadata)
	if !ok {
		return &failure{Error: store.Errorf("delete", name, store.ErrRefused, "this is not a file")}
	}
	if file.Name != name {
		return nil
	}
	arg := files.NewDeleteArg(path(name))
	arg.ParentRev = file.Rev
	ctx, heard := listen(ctx)
	if _, err := s.files.DeleteV2Context(ctx, arg); err != nil {
		f := understand(ctx, "delete", name, heard, err)
		if f.Kind == store.ErrExists { // it was replaced in between: look again
			f.Kind, f.After = store.ErrBusy, time.Millisecond
		}
		return f
	}
	return nil
}
