package dropbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	sdk "github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/auth"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"
	"golang.org/x/oauth2"

	"github.com/cloudseed/cloudseed/store"
)

// A failure is an error of the SDK, understood.
type failure struct {
	*store.Error
	tags      []string // from the outermost to the innermost
	ambiguous bool     // whether the server did what it was asked is not known
}

func (f *failure) last() string {
	if len(f.tags) == 0 {
		return ""
	}
	return f.tags[len(f.tags)-1]
}

// understand says what an error of the SDK means.
func understand(ctx context.Context, op, name string, h *heard, err error) *failure {
	if ended := store.Ended(ctx, op, name); ended != nil {
		return &failure{Error: ended.(*store.Error), ambiguous: true}
	}
	if h.status == 0 || h.status == http.StatusOK { // no answer, or not all of it
		f := &failure{Error: &store.Error{Op: op, Name: name}, ambiguous: true}
		f.Kind, f.Err = transport(err)
		var known *store.Error
		if errors.As(err, &known) {
			f.After = known.After
		}
		return f
	}
	f := &failure{Error: &store.Error{Op: op, Name: name}, tags: tags(err), ambiguous: h.status >= 500}
	f.Kind = kind(h.status, f.tags)
	f.Err = fmt.Errorf("dropbox answered %d %s", h.status, http.StatusText(h.status))
	if len(f.tags) > 0 {
		f.Err = fmt.Errorf("dropbox answered %d, %s", h.status, strings.Join(f.tags, "/"))
	}
	if f.Kind == store.ErrBusy {
		f.After = max(store.RetryAfter(h.header), inBody(err))
	}
	return f
}

// transport is for a request without an answer that could be read.
func transport(err error) (kind, cause error) {
	for _, kind := range store.Kinds {
		if errors.Is(err, kind) {
			return kind, err // of the transport that signs in
		}
	}
	var refresh *oauth2.RetrieveError
	if errors.As(err, &refresh) && (refresh.ErrorCode == "invalid_grant" || refresh.ErrorCode == "invalid_client") {
		return store.ErrSignedOut, fmt.Errorf("the sign-in cannot be renewed: %s", refresh.ErrorCode)
	} else if errors.As(err, &refresh) {
		return store.ErrOffline, errors.New("the sign-in could not be renewed now")
	}
	var certificate *tls.CertificateVerificationError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	if errors.As(err, &certificate) || errors.As(err, &host) || errors.As(err, &authority) {
		return store.ErrRefused, err // trying again does not help
	}
	if errors.Is(err, errTooLong) {
		return store.ErrCorrupt, err
	}
	return store.ErrOffline, err
}

// kind says what a status and its tags mean (Dropbox error handling guide; auth.stone and
// files.stone of the API's specification).
func kind(status int, tags []string) error {
	switch status {
	case http.StatusUnauthorized:
		for _, tag := range tags {
			switch tag {
			case auth.AuthErrorMissingScope:
				return store.ErrConsent
			case auth.AuthErrorUserSuspended, auth.AuthErrorRouteAccessDenied,
				auth.AuthErrorInvalidSelectUser, auth.AuthErrorInvalidSelectAdmin:
				return store.ErrRefused
			}
		}
		return store.ErrSignedOut
	case http.StatusConflict:
		return conflict(tags)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return store.ErrBusy
	case http.StatusRequestTimeout:
		return store.ErrOffline
	case http.StatusInsufficientStorage:
		return store.ErrFull
	}
	if status >= 500 {
		return store.ErrOffline
	}
	return store.ErrRefused
}

// conflict is for 409, which is any failure that belongs to one endpoint. The first tag that
// is known counts: "path/conflict/file" is a conflict.
func conflict(tags []string) error {
	for _, tag := range tags {
		switch tag {
		case "conflict":
			return store.ErrExists
		case "insufficient_space":
			return store.ErrFull
		case "too_many_write_operations", "locked":
			return store.ErrBusy
		case "content_hash_mismatch":
			return store.ErrCorrupt
		case "not_found", "not_file":
			return store.ErrNotFound
		case "no_write_permission", "restricted_content":
			return store.ErrRefused
		}
	}
	return store.ErrRefused
}

// tags returns what an error of the SDK is, from the outermost tag to the innermost. Any
// part can be missing in an answer.
func tags(err error) []string {
	var (
		signIn     auth.AuthAPIError
		rate       auth.RateLimitAPIError
		upload     files.UploadAPIError
		download   files.DownloadAPIError
		list       files.ListFolderAPIError
		more       files.ListFolderContinueAPIError
		metadata   files.GetMetadataAPIError
		remove     files.DeleteV2APIError
		found      tagList
		downloaded = func(e *files.DownloadError) { found.add(e.Tagged).lookup(e.Path) }
	)
	switch {
	case errors.As(err, &signIn) && signIn.AuthError != nil:
		found.add(signIn.AuthError.Tagged)
	case errors.As(err, &rate) && rate.RateLimitError != nil && rate.RateLimitError.Reason != nil:
		found.add(rate.RateLimitError.Reason.Tagged)
	case errors.As(err, &upload) && upload.EndpointError != nil:
		found.add(upload.EndpointError.Tagged)
		if upload.EndpointError.Path != nil {
			found.write(upload.EndpointError.Path.Reason)
		}
	case errors.As(err, &download) && download.EndpointError != nil:
		downloaded(download.EndpointError)
	case errors.As(err, &list) && list.EndpointError != nil:
		found.add(list.EndpointError.Tagged).lookup(list.EndpointError.Path)
	case errors.As(err, &more) && more.EndpointError != nil:
		found.add(more.EndpointError.Tagged).lookup(more.EndpointError.Path)
	case errors.As(err, &metadata) && metadata.EndpointError != nil:
		found.add(metadata.EndpointError.Tagged).lookup(metadata.EndpointError.Path)
	case errors.As(err, &remove) && remove.EndpointError != nil:
		found.add(remove.EndpointError.Tagged).lookup(remove.EndpointError.PathLookup).write(remove.EndpointError.PathWrite)
	}
	return found
}

type tagList []string

// add appends a tag, unless it is not one: a name of small letters.
func (l *tagList) add(t sdk.Tagged) *tagList {
	if t.Tag != "" && len(t.Tag) < 64 && strings.Trim(t.Tag, "abcdefghijklmnopqrstuvwxyz_") == "" {
		*l = append(*l, t.Tag)
	}
	return l
}

func (l *tagList) lookup(e *files.LookupError) *tagList {
	if e != nil {
		l.add(e.Tagged)
	}
	return l
}

func (l *tagList) write(e *files.WriteError) *tagList {
	if e != nil {
		l.add(e.Tagged)
		if e.Conflict != nil {
			l.add(e.Conflict.Tagged)
		}
	}
	return l
}

// inBody is the wait that the body of a 429 asks for, at most a day.
func inBody(err error) time.Duration {
	var rate auth.RateLimitAPIError
	if !errors.As(err, &rate) || rate.RateLimitError == nil {
		return 0
	}
	return time.Duration(min(rate.RateLimitError.RetryAfter, 24*60*60)) * time.Second
}
