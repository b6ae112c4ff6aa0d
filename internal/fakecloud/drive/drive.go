// Package drive is a fake of Google Drive, version 3 of its API, as far as small files
// need it: generateIds, create (metadata only, multipart, resumable), list, get, alt=media, update
// of metadata, delete, about.
//
// It keeps Drive's own ideas, which differ from those of a file system: a name may occur
// many times in one folder, only an id is unique, and creating an id again is answered with
// 409. An app with the scope drive.file sees what it made itself and nothing else, not even
// the folder "root". Numbers of 64 bits are JSON strings, answers have only the fields asked
// for, a listing comes in pages, and lags behind on [Server.Lag].
//
// Each thing that it insists on is a [Rule] that can be switched off, so that tests can show
// that they would notice.
//
// Errors have the JSON of Google's, see [Refusal], which tests use as faults too:
//
//	google := oauth.New(cloud, oauth.Google(client), account)
//	drv := drive.New(cloud, google)
//	cloud.Fail(drive.Fault("POST", drive.RateLimit))
package drive

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

// FolderType is the type of a folder.
const FolderType = "application/vnd.google-apps.folder"

// A Server is Google Drive with all its accounts.
type Server struct {
	cloud  *fakecloud.Cloud
	signIn *oauth.Server

	mu    sync.Mutex
	disks map[string]*disk // by e-mail
	page  int
	lag   time.Duration
	limit int64
	twins bool
	off   map[Rule]bool
}

// A disk is the Drive of one account.
type disk struct {
	root     string
	hidden   map[string]string // client: the id of its app folder
	files    map[string]*file
	gone     []*file         // deleted, and still listed for a while
	ids      map[string]bool // made by generateIds and not used yet
	sessions map[string]*session
	off      map[Rule]bool // the Server's
}

type file struct {
	id, name, mime    string
	parent, space     string // space is "drive" or "appDataFolder"
	client            string // the app that made it
	data              []byte
	created, modified time.Time
	stored            time.Time // when the fake got it; apps may claim another time
	deleted           time.Time
	trashed           bool
	version           int64
	appProps          map[string]string
	owner             string
	checksum          string // the MD5 that is shown; "" is that of data
}

// New adds Google Drive to a Cloud. Accounts are those of the sign-in; each has 15 GB.
func New(cloud *fakecloud.Cloud, signIn *oauth.Server) *Server {
	s := &Server{cloud: cloud, signIn: signIn, disks: map[string]*disk{}, page: 1000, limit: 15 << 30, off: map[Rule]bool{}}
	cloud.Handle("www.googleapis.com/drive/v3/", http.HandlerFunc(s.serve))
	cloud.Handle("www.googleapis.com/upload/drive/v3/", http.HandlerFunc(s.serve))
	return s
}

// Page sets the most files that a page has; Google says 1000 and may give fewer.
func (s *Server) Page(n int) { s.set(func() { s.page = n }) }

// Lag lets listings, but not reading by id, show what was true this long ago. Google does
// not promise when a new file is listed.
func (s *Server) Lag(d time.Duration) { s.set(func() { s.lag = d }) }

// Twins lets every file that an app creates be stored twice, the second one under another id
// and a moment younger. Drive is known to do it ("dedupe" in rclone's documentation).
func (s *Server) Twins(on bool) { s.set(func() { s.twins = on }) }

// Limit sets the bytes that each account may keep.
func (s *Server) Limit(bytes int64) { s.set(func() { s.limit = bytes }) }

func (s *Server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// A File is a file as the person sees it.
type File struct {
	ID, Name, Parent string
	Folder, Trashed  bool
	Data             []byte
}

// Files returns what an account keeps, in the order of creation, the app folder included.
func (s *Server) Files(email string) (files []File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.disk(email)
	for _, f := range d.sorted() {
		files = append(files, File{f.id, f.name, f.parent, f.mime == FolderType, d.isTrashed(f), slices.Clone(f.data)})
	}
	return files
}

// Plant puts a file beside another one, with the same parent and app, under any name: Drive
// is known to duplicate files, and other devices write too. It returns the new id.
func (s *Server) Plant(email, beside, name string, data []byte, created time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.disk(email)
	old := d.files[beside]
	f := &file{id: newID(), name: name, mime: "application/octet-stream", parent: old.parent, space: old.space,
		client: old.client, data: data, created: created, modified: created, stored: s.cloud.Now(), version: 1, owner: email}
	if old.mime == FolderType {
		f.parent = old.id
	}
	d.files[f.id] = f
	return f.id
}

// Trash moves a file or folder to the bin, as a person does in the browser, or back.
func (s *Server) Trash(email, id string, trashed bool) {
	s.set(func() { s.disk(email).files[id].trashed = trashed })
}

// Remove deletes a file, or a folder with all that is in it.
func (s *Server) Remove(email, id string) {
	s.set(func() { s.disk(email).remove(id, s.cloud.Now()) })
}

// Damage changes what is stored without Drive knowing: the checksums stay.
func (s *Server) Damage(email, id string, change func([]byte) []byte) {
	s.set(func() {
		f := s.disk(email).files[id]
		damaged := *f
		damaged.data = change(slices.Clone(f.data))
		damaged.checksum = f.md5()
		s.disk(email).files[id] = &damaged
	})
}

// disk returns the Drive of an account. s.mu is held.
func (s *Server) disk(email string) *disk {
	d := s.disks[email]
	if d == nil {
		d = &disk{root: newID(), hidden: map[string]string{}, files: map[string]*file{}, ids: map[string]bool{},
			sessions: map[string]*session{}, off: s.off}
		s.disks[email] = d
	}
	return d
}

// appFolder returns the id of an app's own folder, which is always there.
func (d *disk) appFolder(client string) string {
	if d.hidden[client] == "" {
		d.hidden[client] = newID()
	}
	return d.hidden[client]
}

func (d *disk) sorted() []*file {
	var files []*file
	for _, f := range d.files {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b *file) int {
		if c := a.created.Compare(b.created); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	return files
}

// isTrashed tells whether f or a folder above it is in the bin.
func (d *disk) isTrashed(f *file) bool {
	for ; f != nil; f = d.files[f.parent] {
		if f.trashed || d.off[BinInherited] {
			return f.trashed
		}
	}
	return false
}

func (d *disk) remove(id string, now time.Time) {
	f := d.files[id]
	if f == nil || d.off[DeletedGone] {
		return
	}
	delete(d.files, id)
	f.deleted = now
	d.gone = append(d.gone, f)
	for _, child := range d.sorted() {
		if child.parent == id && !d.off[DeletedWithin] {
			d.remove(child.id, now)
		}
	}
}

func (d *disk) used() (n int64) {
	for _, f := range d.files {
		n += int64(len(f.data))
	}
	return n
}

// newID looks like Google's: 33 letters that begin with a 1.
func newID() string { return fmt.Sprintf("1%s%s", rand.Text(), rand.Text())[:33] }
