// Package googledrive keeps backups in a folder of a Google Drive (API version 3).
//
// The folder is a visible one, "Cloudseed", under the scope drive.file: the person can see
// the files and download them with any browser, and this program sees nothing that it did
// not make. Drive's hidden folder for app data is offered too, but is not the place for an
// only copy: it goes when the person removes the app from the Drive.
//
// A name is not unique in Drive. Create looks, uploads, and looks again; of several files of
// one name the oldest by Drive's clock is the one that counts, and of equally old ones that
// with the lowest id. Every reader picks that one, and a writer that finds itself beaten
// takes its own copy back. Two writers of one name that do not see each other in Drive's
// listings can still both be told that they succeeded; [Store.Forks] finds such names.
//
// An upload carries an id that Drive made beforehand. It can be repeated after a lost
// answer: Drive refuses an id that is used already, so a repetition never makes a second
// copy. Waits that Drive asks for are kept up to a few seconds; longer ones are ErrBusy.
package googledrive

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/option"

	"github.com/cloudseed/cloudseed/store"
)

// The scopes to sign in with: Scope, or HiddenScope with Config.Hidden.
const (
	Scope       = drive.DriveFileScope
	HiddenScope = drive.DriveAppdataScope
)

// DefaultFolder is the name of the folder that a person sees.
const DefaultFolder = "Cloudseed"

// Config says who asks, and where in the Drive.
type Config struct {
	// HTTP is signed in: it adds the access token to each request and renews it. An error
	// of it that is one of store.Kinds is passed on as such. It follows no redirects here.
	HTTP *http.Client

	// Folder is the name of the folder, in the Drive's root or wherever the person moves
	// it. Empty is DefaultFolder.
	Folder string

	// Hidden uses the hidden folder for app data instead.
	Hidden bool

	// Create makes the folder when it is missing. Without it a missing folder is ErrGone.
	Create bool
}

// A Store is one folder of a Drive.
type Store struct {
	files   *drive.FilesService
	folder  string // its name, or "" for the hidden one
	account string
	pause   time.Duration // before the first repetition, at most

	mu   sync.Mutex
	mine map[string]string // name, or "" for the folder: id, of what this Store created, in case a listing lags
}

var _ store.Store = (*Store)(nil)

// Open looks whose Drive it is and whether the folder is there.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.HTTP == nil {
		return nil, store.Errorf("open", "", store.ErrSignedOut, "nobody is signed in")
	}
	own := *c.HTTP
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	service, err := drive.NewService(ctx, option.WithHTTPClient(&own), option.WithUserAgent("cloudseed"))
	if err != nil {
		return nil, store.Errorf("open", "", store.ErrRefused, "Google's library: %w", err)
	}
	s := &Store{files: service.Files, folder: c.Folder, pause: time.Second, mine: map[string]string{}}
	if s.folder == "" {
		s.folder = DefaultFolder
	}
	if c.Hidden {
		s.folder = ""
	}
	if s.account, err = s.whose(ctx, service); err != nil {
		return nil, err
	}
	return s, s.openFolder(ctx, c.Create)
}

// whose asks for the address of the account.
func (s *Store) whose(ctx context.Context, service *drive.Service) (account string, err error) {
	err = s.try(ctx, "open", "", func() error {
		about, err := service.About.Get().Fields("user(emailAddress)").Context(ctx).Do()
		if err == nil && about.User != nil {
			account = about.User.EmailAddress
		}
		return err
	})
	return account, err
}

// openFolder finds the folder, or makes it. The hidden one is always there.
func (s *Store) openFolder(ctx context.Context, create bool) error {
	if s.folder == "" {
		_, err := s.search(ctx, "open", "", "trashed = false", 1) // needs the scope
		return err
	}
	_, err := s.folders(ctx, "open")
	if err == nil || !create || !isKind(err, store.ErrGone) {
		return err
	}
	made, err := s.upload(ctx, "open", &drive.File{Name: s.folder, MimeType: folderType}, nil)
	if err == nil {
		s.remember("", made.Id)
	}
	return err
}

// Account is the e-mail address of the Google account, as Drive says it.
func (s *Store) Account() string { return s.account }

// String names the folder for people; of the account's address it shows enough to tell two
// apart.
func (s *Store) String() string {
	name := "Google Drive folder " + s.folder
	if s.folder == "" {
		name = "Google Drive app data"
	}
	if user, host, ok := strings.Cut(s.account, "@"); ok && user != "" {
		name += " of " + user[:1] + "…@" + host
	}
	return name
}
