// Package cloudkit is a fake of CloudKit Web Services: the private databases of one
// container, the servers that keep assets, and Apple's sign-in page.
//
//	fake := cloudkit.New(cloud, cloudkit.Container{ID: "iCloud.org.example", APIToken: "api"})
//	token := fake.SignIn("samantha", false)   // or through the page that a 421 leads to
//
// It keeps the contract of Apple's CloudKit Web Services Reference (archived, 2016-06-13,
// developer.apple.com/library/archive/documentation/DataManagement/Conceptual/CloudKitWebServicesReference),
// and where that is silent what clients have been seen to rely on; docs/providers/icloud.md
// says which is which. It is unfriendly: a token is dead from the moment its request arrives,
// which is the strictest reading of the reference, tokens hold + / and =, and pages of a
// history are small. What it does not offer (queries, updates, sharing) it refuses.
//
// Each thing that it insists on is a [Rule] that can be switched off, so that tests can show
// that they would notice.
package cloudkit

import (
	"crypto/rand"
	"encoding/base64"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
)

// Where the fake answers.
const (
	API      = "api.apple-cloudkit.com"
	CDN      = "cvws.icloud-content.com"
	SignHost = "idmsa.apple.com"
)

// A Container is what CloudKit Console would show of the app.
type Container struct {
	ID          string
	Environment string                       // "" is production
	APIToken    string                       // as the Console made it
	Callback    string                       // where the sign-in page sends the browser; "" is http://127.0.0.1/
	Schema      map[string]map[string]string // the fields of each record type and their types; nil is [Files]
}

// Files is the schema of the backups.
var Files = map[string]map[string]string{"File": {
	"name": "STRING", "size": "INT64", "sha256": "STRING", "writer": "STRING", "content": "BYTES", "asset": "ASSETID",
}}

// A Server is one container with the databases of all its users.
type Server struct {
	// To be set before the first request.
	Page     int           // records in a page of a history, at most; 0 is 60
	Taken    string        // what create says of a record that is there; "" is EXISTS
	Thinking time.Duration // how long a request takes

	container Container
	cloud     *fakecloud.Cloud

	mu        sync.Mutex
	off       map[Rule]bool
	users     map[string]*user
	sessions  map[string]*session // by every token that it ever had
	uploads   map[string]*upload  // by address
	downloads map[string]*download
	serial    int
}

// A user is one Apple Account's private database. Server.mu guards it.
type user struct {
	name, id string
	quota    int
	zones    map[string]*zone
}

// A zone is a record zone with its history.
type zone struct {
	records map[string]*record
	history []string // names of records, in the order in which they changed
}

// A record is stored, or a tombstone.
type record struct {
	name, kind, tag string
	fields          map[string]field
	created         time.Time
	deleted         bool
	size            int // bytes, assets included
}

// A session is one sign-in of one user.
type session struct {
	user  *user
	token string // the only one that is good
	ends  time.Time
	busy  bool
}

// New adds the container to a Cloud.
func New(cloud *fakecloud.Cloud, c Container) *Server {
	if c.Environment == "" {
		c.Environment = "production"
	}
	if c.Callback == "" {
		c.Callback = "http://127.0.0.1/"
	}
	if c.Schema == nil {
		c.Schema = Files
	}
	s := &Server{
		Page: 60, Taken: "EXISTS", container: c, cloud: cloud, off: map[Rule]bool{}, users: map[string]*user{},
		sessions: map[string]*session{}, uploads: map[string]*upload{}, downloads: map[string]*download{},
	}
	cloud.Handle(API+"/", http.HandlerFunc(s.serve))
	cloud.Handle(CDN+"/", http.HandlerFunc(s.serveAsset))
	cloud.Handle(SignHost+"/", http.HandlerFunc(s.servePage))
	return s
}

// user returns the database of a person. s.mu is held.
func (s *Server) user(name string) *user {
	u := s.users[name]
	if u == nil {
		u = &user{name: name, id: "_" + random(16), quota: 5 << 30, zones: map[string]*zone{}}
		s.users[name] = u
	}
	return u
}

// SignIn returns the web token that the sign-in page would send back. A session ends after
// half an hour, or two weeks for one that was to be kept.
func (s *Server) SignIn(name string, keep bool) (token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lasts := 30 * time.Minute
	if keep {
		lasts = 14 * 24 * time.Hour
	}
	return s.renew(&session{user: s.user(name), ends: s.cloud.Now().Add(lasts)})
}

// renew gives a session its next token. s.mu is held.
func (s *Server) renew(session *session) string {
	b := make([]byte, 61)
	rand.Read(b)
	b[0], b[1], b[2] = 0xfb, 0xff, 0xbf // "+/+/" in base64
	session.token = "54__54__" + base64.StdEncoding.EncodeToString(b)
	s.sessions[session.token] = session
	return session.token
}

// SignOut ends all sessions of a person, as a change of the password does.
func (s *Server) SignOut(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.sessions, func(_ string, v *session) bool { return v.user == s.user(name) })
}

// Wipe deletes the data of the app, as the person can in the iCloud settings.
func (s *Server) Wipe(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.user(name).zones)
}

// SetQuota lets an account hold this many bytes.
func (s *Server) SetQuota(name string, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user(name).quota = bytes
}

// Put stores a record without a session, in a zone that is made if need be. Values are
// strings, numbers, bytes, and for an asset [Asset].
func (s *Server) Put(name, zoneName, kind, recordName string, values map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(name)
	if u.zones[zoneName] == nil {
		u.zones[zoneName] = &zone{records: map[string]*record{}}
	}
	fields := map[string]field{}
	for key, v := range values {
		fields[key] = planted(v)
	}
	s.store(u.zones[zoneName], &record{name: recordName, kind: kind, fields: fields})
}

// Records lists the names of the records of a zone.
func (s *Server) Records(name, zoneName string) (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if z := s.user(name).zones[zoneName]; z != nil {
		for _, r := range z.records {
			if !r.deleted {
				names = append(names, r.name)
			}
		}
	}
	return names
}

// store puts r into the history of z. s.mu is held.
func (s *Server) store(z *zone, r *record) {
	s.serial++
	r.tag, r.created = base36(s.serial), s.cloud.Now()
	z.records[r.name] = r
	z.history = append(z.history, r.name)
}

func (u *user) used() (bytes int) {
	for _, z := range u.zones {
		for _, r := range z.records {
			bytes += r.size
		}
	}
	return bytes
}
