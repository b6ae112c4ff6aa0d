// Package dropbox is a fake of the Dropbox API v2 for apps with an app folder: what a
// backup program or rclone needs of files and users.
//
//	signIn := oauth.New(cloud, oauth.Dropbox(client), oauth.Account{Email: "sam@example.com"})
//	fake := dropbox.New(cloud, signIn)
//	place := signIn.Client("sam@example.com", dropbox.Scopes...)
//	fake.SetQuota("sam@example.com", 1<<20)
//
// It keeps the contract of the specification that Dropbox publishes
// (github.com/dropbox/dropbox-api-spec, files.stone, auth.stone, users.stone at 0d994eb) and
// of its developers' pages. It is unfriendly: pages of a listing are small and one of them
// is empty, writes at the same time are refused, unknown arguments are refused, and error
// summaries end in random dots, as the real ones do.
//
// Each thing that it insists on is a [Rule] that can be switched off, so that tests can show
// that they would notice.
package dropbox

import (
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

// Scopes are what a backup program needs.
var Scopes = []string{"files.metadata.read", "files.content.read", "files.content.write"}

// A Server is the API for all accounts of a sign-in.
type Server struct {
	// To be set before the first request.
	Page       int           // entries in a page of a listing, at most; 0 is 90
	CommitTime time.Duration // how long a write holds the lock of the account; 0 is 1 ms
	LockWait   time.Duration // how long a write waits for it before it is refused; 0 is 100 ms

	cloud  *fakecloud.Cloud
	signIn *oauth.Server

	mu       sync.Mutex
	off      map[Rule]bool
	accounts map[string]*account // by e-mail
	cursors  map[string]*cursor
}

// New adds the API to a Cloud.
func New(cloud *fakecloud.Cloud, signIn *oauth.Server) *Server {
	s := &Server{
		Page: 90, CommitTime: time.Millisecond, LockWait: 100 * time.Millisecond,
		cloud: cloud, signIn: signIn,
		off: map[Rule]bool{}, accounts: map[string]*account{}, cursors: map[string]*cursor{},
	}
	for path, c := range calls {
		cloud.Handle(c.host+".dropboxapi.com/2/"+path, s.handler(path, c))
	}
	return s
}

// An account is the app folder of one person. Server.mu guards it.
type account struct {
	email   string
	quota   int64 // bytes
	entries map[string]*entry
	changes []string // keys of entries, in the order in which they changed
	frozen  map[string]*entry
	writing chan struct{} // holds one token while a write is carried out
	serial  uint64
}

// An entry is a file or a folder.
type entry struct {
	path           string // as it was spelt
	folder         bool
	data           []byte
	id, rev        string
	clientModified time.Time
	serverModified time.Time
}

func (e *entry) name() string { return e.path[strings.LastIndexByte(e.path, '/')+1:] }

// account returns the app folder of a person. s.mu is held.
func (s *Server) account(email string) *account {
	a := s.accounts[email]
	if a == nil {
		a = &account{email: email, quota: 2 << 30, entries: map[string]*entry{}, writing: make(chan struct{}, 1)}
		s.accounts[email] = a
	}
	return a
}

func (a *account) used() (bytes int64) {
	for _, e := range a.entries {
		bytes += int64(len(e.data))
	}
	return bytes
}

// put stores a file under key with new revision, and the folders above it.
func (a *account) put(key string, e entry, now time.Time) *entry {
	for i, c := range key {
		if c == '/' && i > 0 && a.entries[key[:i]] == nil {
			a.put(key[:i], entry{path: e.path[:i], folder: true}, now)
		}
	}
	a.serial++
	e.rev, e.id = fmt.Sprintf("%015x", a.serial), "id:"+rand.Text()
	if old := a.entries[key]; old != nil {
		e.id, e.path = old.id, old.path
	}
	e.serverModified = now.UTC().Truncate(time.Second)
	if e.clientModified.IsZero() {
		e.clientModified = e.serverModified
	}
	a.entries[key] = &e
	a.changes = append(a.changes, key)
	return &e
}

// remove deletes what is at key and below it.
func (a *account) remove(key string) {
	for k := range a.entries {
		if k == key || strings.HasPrefix(k, key+"/") {
			delete(a.entries, k)
			a.changes = append(a.changes, k)
		}
	}
}

// SetQuota lets an account hold this many bytes.
func (s *Server) SetQuota(email string, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(email).quota = bytes
}

// Put stores a file as another program of the person would: the desktop client, the website.
func (s *Server) Put(email, path string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(email).put(s.key(path), entry{path: path, data: data}, s.cloud.Now())
}

// Remove deletes a file or a folder, as the person would.
func (s *Server) Remove(email, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(email).remove(s.key(path))
}

// MakeFolder makes a folder, as the person would.
func (s *Server) MakeFolder(email, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(email).put(s.key(path), entry{path: path, folder: true}, s.cloud.Now())
}

// Files returns the files of an account by path.
func (s *Server) Files(email string) map[string][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	files := map[string][]byte{}
	for _, e := range s.account(email).entries {
		if !e.folder {
			files[e.path] = e.data
		}
	}
	return files
}

// Freeze makes the listings of an account stale: they show what is there now until Thaw.
func (s *Server) Freeze(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(email)
	a.frozen = maps.Clone(a.entries)
}

// Thaw makes the listings of an account fresh again.
func (s *Server) Thaw(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account(email).frozen = nil
}

// Reset invalidates all cursors.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.cursors {
		c.reset = true
	}
}

// key is what an entry is found by: Dropbox does not tell case apart.
func (s *Server) key(path string) string {
	path = strings.ReplaceAll(path, "//", "/")
	if s.off[CaseFolded] {
		return path
	}
	return strings.ToLower(path)
}

// handler adds what all calls have in common.
func (s *Server) handler(route string, c call) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Dropbox-Request-Id", strings.ToLower(rand.Text()))
		if r.URL.Path != "/2/"+route {
			http.Error(w, "Unknown API function: "+r.URL.Path, http.StatusNotFound)
			return
		}
		q, refused := s.question(r, route, c)
		if refused == nil {
			refused = c.serve(s, w, q)
		}
		if refused != nil {
			refused.send(w)
		}
	})
}
