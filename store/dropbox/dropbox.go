// Package dropbox keeps backups in the app folder of a Dropbox account: /Apps/NAME, which
// the person sees and which stays when the app is disconnected.
//
// Dropbox is one of the places where creation is exclusive on the server: an upload in the
// mode "add" with strict_conflict is refused where something is stored already, even if it
// is the same (Dropbox API v2, files/upload). The hash of the content travels along, so what
// was damaged on the way is refused, and the hash in each answer is held against the bytes.
//
// Names are folded there: "A" and "a" are one file. Only the spelling that is stored is
// found here; creating the other fails with ErrExists.
//
// The calls go through Dropbox's generated SDK. It loses what its types do not have: the
// header Retry-After, and answers that are plain text. So package-internal listeners keep
// status and headers of every answer, and no text of a server gets into an error: Dropbox
// repeats a malformed Authorization header in its own.
package dropbox

import (
	"context"
	"net/http"
	"sync"
	"time"

	sdk "github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox"
	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/cloudseed/cloudseed/store"
)

// Config says who asks.
type Config struct {
	// HTTP sends the requests. Its transport adds the access token and renews it; an error
	// of that transport that is one of store.Kinds keeps its kind. Redirects are not
	// followed. It is required.
	//
	// The app needs the scopes files.metadata.read, files.content.read and
	// files.content.write.
	HTTP *http.Client

	// Account names the account for people ("s…@example.com"). Stores of one account in
	// one process write one after the other, as Dropbox refuses writes at the same time.
	Account string
}

// A Store is the app folder of one account.
type Store struct {
	files   files.ContextClient
	account string
	turn    chan struct{} // holds one token; who has it may write
	pause   time.Duration // before the second try, on average; grows by half each time
}

var _ store.Store = (*Store)(nil)

// turns are the accounts that this process writes to.
var turns sync.Map // of chan struct{} by Config.Account

// Open looks whether the folder can be listed.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := configured(c)
	if err != nil {
		return nil, err
	}
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// configured checks c and makes a Store of it, without asking the server.
func configured(c Config) (*Store, error) {
	if c.HTTP == nil {
		return nil, store.Errorf("open", "", store.ErrRefused, "an HTTP client that signs in is required")
	}
	client := *c.HTTP
	client.Transport = listener{client.Transport}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	turn := make(chan struct{}, 1)
	if c.Account != "" {
		shared, _ := turns.LoadOrStore(c.Account, turn)
		turn = shared.(chan struct{})
	}
	return &Store{
		files:   files.NewContext(sdk.Config{Client: &client}),
		account: c.Account, turn: turn, pause: 300 * time.Millisecond,
	}, nil
}

// String names the place for people.
func (s *Store) String() string {
	if s.account == "" {
		return "dropbox"
	}
	return "dropbox of " + s.account
}

// path is where a file is, seen from the app folder. A checked name is printable ASCII, so
// the header Dropbox-API-Arg, which carries it as JSON, needs no escapes beyond those of JSON.
func path(name string) string { return "/" + name }
