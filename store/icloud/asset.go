package icloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

type rawJSON = json.RawMessage

// errExpired is for an address of an asset that is not good any more.
var errExpired = errors.New("the address of the asset has expired")

// upload stores data as an asset that belongs to nothing yet and returns what the record
// has to say about it. It looks first: that saves an upload that would come to nothing.
func (s *Store) upload(ctx context.Context, name string, data []byte) (rawJSON, error) {
	if _, err := s.lookup(ctx, "create", name, "size"); err == nil {
		return nil, store.Errorf("create", name, store.ErrExists, "in iCloud")
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	address, err := s.uploadAddress(ctx, name)
	if err != nil {
		return nil, err
	}
	said, err := s.cdn(ctx, "create", name, "POST", address, data, maxAnswer)
	if err != nil {
		return nil, err
	}
	var a struct {
		SingleFile rawJSON `json:"singleFile"`
	}
	if err := json.Unmarshal(said, &a); err != nil || len(a.SingleFile) == 0 {
		return nil, store.Errorf("create", name, store.ErrCorrupt, "the upload was not confirmed")
	}
	var file struct {
		Size *int64 `json:"size"`
	}
	if err := json.Unmarshal(a.SingleFile, &file); err != nil || file.Size == nil || *file.Size != int64(len(data)) {
		return nil, store.Errorf("create", name, store.ErrCorrupt, "the upload was confirmed with another size")
	}
	return a.SingleFile, nil
}

// uploadAddress asks where to send an asset; the address is good for one upload.
func (s *Store) uploadAddress(ctx context.Context, name string) (string, error) {
	token := map[string]any{"recordName": recordName(name), "recordType": recordType, "fieldName": "asset"}
	var a struct {
		Tokens []struct {
			URL string `json:"url"`
		} `json:"tokens"`
	}
	q := question{op: "create", name: name, path: "assets/upload", body: map[string]any{"zoneID": ourZone, "tokens": []any{token}}}
	if err := s.ask(ctx, q, &a); err != nil {
		return "", err
	}
	if len(a.Tokens) != 1 {
		return "", store.Errorf("create", name, store.ErrCorrupt, "CloudKit does not say where to upload to")
	}
	return a.Tokens[0].URL, nil
}

// download returns the bytes of an asset of size bytes.
func (s *Store) download(ctx context.Context, name string, asset rawJSON, size int64) ([]byte, error) {
	var a struct {
		DownloadURL string `json:"downloadURL"`
	}
	if err := json.Unmarshal(asset, &a); err != nil {
		return nil, store.Errorf("get", name, store.ErrCorrupt, "CloudKit does not say where the bytes are: %w", err)
	}
	// The address has a place for the name that a browser would save the file under.
	address := strings.ReplaceAll(a.DownloadURL, "${f}", recordName(name))
	return s.cdn(ctx, "get", name, "GET", address, nil, size)
}

// cdn sends a request to an address that CloudKit gave, which needs and gets no credentials.
// The answer has at most limit bytes, or is cut short there plus one.
func (s *Store) cdn(ctx context.Context, op, name, method, address string, data []byte, limit int64) ([]byte, error) {
	if err := store.Ended(ctx, op, name); err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.Host == host {
		return nil, store.Errorf(op, name, store.ErrCorrupt, "CloudKit gave an address that cannot be used")
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(data))
	if err != nil {
		return nil, store.Errorf(op, name, store.ErrCorrupt, "CloudKit gave an address that cannot be used")
	}
	req.Header.Set("User-Agent", "cloudseed")
	req.Header.Set("Accept-Encoding", "identity") // else a length cannot be checked
	if method == "POST" {
		req.GetBody = nil // an address is good for one upload
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, transportError(ctx, op, name, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
		return nil, cdnError(op, name, resp.StatusCode)
	}
	said, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, transportError(ctx, op, name, err)
	}
	return said, nil
}

// cdnError is for an answer of the asset servers. They know nothing of the sign-in.
func cdnError(op, name string, status int) error {
	e := &store.Error{Op: op, Name: name, Kind: kindOfStatus(status), Err: &Refusal{Status: status}}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		e.Kind, e.Err = store.ErrOffline, errors.Join(errExpired, e.Err)
	case http.StatusRequestEntityTooLarge, http.StatusInsufficientStorage:
		e.Kind = store.ErrFull
	}
	return e
}
