package s3

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"

	"github.com/cloudseed/cloudseed/store"
)

// maxListing is the largest listing that is read, in files. A service that repeats its
// pages would never end.
const maxListing = 50_000

// Get returns what is stored under name.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	if err := store.CheckName(name); err != nil {
		return nil, err
	}
	return s.get(ctx, "get", name)
}

func (s *Store) get(ctx context.Context, op, name string) ([]byte, error) {
	return again(ctx, op, name, func() ([]byte, error) {
		ctx, w := witness(ctx)
		var opts minio.GetObjectOptions
		opts.Set("x-amz-checksum-mode", "ENABLED")
		body, info, header, err := s.client.GetObject(ctx, s.bucket, s.prefix+name, opts)
		if err != nil {
			return nil, s.failed(ctx, op, name, err, w)
		}
		defer body.Close()
		switch encoding := header.Get("Content-Encoding"); {
		case encoding != "" && encoding != "identity" && encoding != "aws-chunked":
			return nil, store.Errorf(op, name, store.ErrCorrupt, "the service sends it as %s, unasked", encoding)
		case header.Get("Content-Length") == "" || info.Size < 0:
			return nil, store.Errorf(op, name, store.ErrRefused, "the service does not say where the file ends")
		case info.Size > store.MaxSize:
			return nil, store.Errorf(op, name, store.ErrCorrupt, "%d bytes are more than %d", info.Size, store.MaxSize)
		}
		data, err := io.ReadAll(io.LimitReader(body, info.Size+1))
		if err != nil {
			return nil, s.failed(ctx, op, name, err, w)
		}
		return data, checked(op, name, data, info)
	})
}

// checked compares length and, where the service keeps it, the SHA-256 of the whole.
func checked(op, name string, data []byte, info minio.ObjectInfo) error {
	sum := sha256.Sum256(data)
	if int64(len(data)) != info.Size ||
		info.ChecksumSHA256 != "" && info.ChecksumSHA256 != base64.StdEncoding.EncodeToString(sum[:]) {
		return store.Errorf(op, name, store.ErrCorrupt, "it is not what the service says that it stores")
	}
	return nil
}

// List returns the files of the place.
func (s *Store) List(ctx context.Context) ([]store.Entry, error) { return s.list(ctx, "list") }

func (s *Store) list(ctx context.Context, op string) ([]store.Entry, error) {
	entries, err := again(ctx, op, "", func() ([]store.Entry, error) { return s.pages(ctx, op) })
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(entries, func(a, b store.Entry) bool { return a.Name == b.Name }), nil
}

// pages reads every page of the listing.
func (s *Store) pages(ctx context.Context, op string) (entries []store.Entry, err error) {
	ctx, w := witness(ctx)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := 0
	for object := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix}) {
		n++
		name, inside := strings.CutPrefix(object.Key, s.prefix)
		switch {
		case object.Err != nil:
			return nil, s.failed(ctx, op, "", object.Err, w)
		case !inside:
			return nil, store.Errorf(op, "", store.ErrCorrupt, "the listing of %q is about %q", s.prefix, object.Key)
		case n > maxListing:
			return nil, store.Errorf(op, "", store.ErrCorrupt, "the listing has more than %d files, or never ends", maxListing)
		case store.CheckName(name) == nil: // "folders" end with a slash
			entries = append(entries, store.Entry{Name: name, Size: object.Size, Modified: object.LastModified})
		}
	}
	return entries, store.Ended(ctx, op, "") // the library ends an interrupted listing without an error
}

// Delete removes name. In a bucket with versions the older ones stay.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := store.CheckName(name); err != nil {
		return err
	}
	_, err := again(ctx, "delete", name, func() (none struct{}, err error) {
		ctx, w := witness(ctx)
		err = s.client.RemoveObject(ctx, s.bucket, s.prefix+name, minio.RemoveObjectOptions{})
		if err != nil {
			err = s.failed(ctx, "delete", name, err, w)
		}
		if errors.Is(err, store.ErrNotFound) { // S3 itself answers 204
			err = nil
		}
		return none, err
	})
	return err
}
