// Package graph is a fake of a OneDrive as Microsoft Graph v1.0 shows it: the drive, the app
// folder, items by id and by path, upload sessions and downloads. It is written after
// Microsoft's pages (learn.microsoft.com/graph/api/resources/onedrive) and stricter than the
// service where those leave a choice.
//
//	microsoft := oauth.New(cloud, oauth.Microsoft(client), oauth.Account{Email: "sam@example.com"})
//	drive := graph.New(cloud, microsoft, "sam@example.com")
//	place, err := onedrive.Open(ctx, onedrive.Config{HTTP: microsoft.Client("sam@example.com", graph.AppFolder), Plain: cloud.Client()})
//
// Every rule that the fake keeps has a name in [Rules] and can be switched off with
// [Drive.Break], so that tests can show that they would notice. What can go wrong on any
// network is done by [fakecloud.Cloud.Fail].
package graph

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

// The hosts. The service has many for uploads and downloads, and names one each time.
const (
	apiHost      = "graph.microsoft.com"
	uploadHost   = "sn3302.up.1drv.com"
	downloadHost = "by3301.files.1drv.com"
)

// The scopes that count here.
const (
	AppFolder = "Files.ReadWrite.AppFolder"
	Files     = "Files.ReadWrite" // all of the drive
)

// A Rule is something that the service holds to, or refuses.
type Rule string

// The rules, each with the page of learn.microsoft.com/graph that has it.
const (
	NeedsToken        Rule = "401 without a token that is good"                 // /errors
	NeedsScope        Rule = "403 without a scope for files"                    // /permissions-reference
	OnlyAppFolder     Rule = "403 outside the app folder for its scope"         // /onedrive-sharepoint-appfolder
	FailsOnConflict   Rule = "409 for a taken name with conflictBehavior=fail"  // /api/resources/driveitem
	ReplacesByDefault Rule = "a PUT without conflictBehavior replaces"          // /api/resources/driveitem
	CaseInsensitive   Rule = "names that differ in case are one name"           // support.microsoft.com, "Restrictions and limitations"
	ForbidsNames      Rule = "400 for a name with a forbidden character"        // the same
	SmallPut          Rule = "413 for a PUT of more than 4 MB"                  // /api/driveitem-put-content
	Redirects         Rule = "302 from content to another host"                 // /api/driveitem-get-content
	LinksExpire       Rule = "a download address is good for some minutes"      // /api/driveitem-get-content
	Pages             Rule = "a listing goes on at nextLink"                    // /api/driveitem-list-children
	IfMatch           Rule = "412 when If-Match does not match"                 // /api/driveitem-delete
	Quota             Rule = "507 when the drive is full"                       // /errors
	NoTokenAtUpload   Rule = "401 for Authorization at an upload address"       // /api/driveitem-createuploadsession
	RangesInOrder     Rule = "416 for a range that is not the next"             // the same
	RangesOf320KiB    Rule = "400 for a range in between that is no multiple"   // the same
	OneTotal          Rule = "400 for another total size"                       // the same
	SessionsEnd       Rule = "404 for an upload session that is over"           // the same
	LateConflict      Rule = "409 at the last range for a name taken meanwhile" // the same
	CompleteOrNothing Rule = "a file shows only when all of it is there"        // the same
	Hashes            Rule = "a file has the quickXorHash of its bytes"         // /api/resources/hashes
	Deletes           Rule = "what was deleted is gone"                         // /api/driveitem-delete
)

// Rules lists every rule.
var Rules = []Rule{
	NeedsToken, NeedsScope, OnlyAppFolder, FailsOnConflict, ReplacesByDefault, CaseInsensitive, ForbidsNames, SmallPut,
	Redirects, LinksExpire, Pages, IfMatch, Quota, NoTokenAtUpload, RangesInOrder, RangesOf320KiB, OneTotal, SessionsEnd,
	LateConflict, CompleteOrNothing, Hashes, Deletes,
}

// A Drive is one account's OneDrive. Set the fields before it is used.
type Drive struct {
	App      string        // the name under which the app is registered; "Cloudseed"
	Capacity int64         // bytes; 5 GB
	Page     int           // items of a listing, unless $top asks for fewer; 200
	Sessions time.Duration // how long an upload session is good; a day
	Links    time.Duration // how long a download address is good; 5 minutes

	// Reserve lets an upload session reserve its name, as in OneDrive for work and
	// school: a second one of the name is refused with 409.
	Reserve bool

	*service
	items   map[string]*item
	root    *item
	approot *item
	made    int // items so far, for ids
}

// A service is what all drives share.
type service struct {
	cloud *fakecloud.Cloud
	auth  *oauth.Server

	mu       sync.Mutex
	drives   map[string]*Drive // by account
	off      map[Rule]bool
	sessions map[string]*session
	links    map[string]link
}

// New adds OneDrive to a Cloud, with the drive of one account of auth. Accounts without a
// drive are refused.
func New(cloud *fakecloud.Cloud, auth *oauth.Server, email string) *Drive {
	s := &service{
		cloud: cloud, auth: auth, drives: map[string]*Drive{}, off: map[Rule]bool{},
		sessions: map[string]*session{}, links: map[string]link{},
	}
	cloud.Handle(apiHost+"/v1.0/", locked(&s.mu, s.api))
	cloud.Handle(uploadHost+"/up/", locked(&s.mu, s.upload))
	cloud.Handle(downloadHost+"/y23/", locked(&s.mu, s.download))
	return s.newDrive(email)
}

// Another adds the drive of another account.
func (d *Drive) Another(email string) *Drive {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.newDrive(email)
}

func (s *service) newDrive(email string) *Drive {
	d := &Drive{
		App: "Cloudseed", Capacity: 5e9, Page: 200, Sessions: 24 * time.Hour, Links: 5 * time.Minute,
		service: s, items: map[string]*item{},
	}
	d.root = d.add(nil, "root", true, nil)
	s.drives[email] = d
	return d
}

// SetCapacity sets the bytes that the drive may keep, at any time.
func (d *Drive) SetCapacity(bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Capacity = bytes
}

// Break switches a rule off, for all drives.
func (d *Drive) Break(r Rule) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off[r] = true
}

// locked answers one request after the other, each from a body read before.
func locked(mu *sync.Mutex, serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := readAll(w, r)
		if !ok {
			return // half a request does nothing
		}
		r.Body = body
		mu.Lock()
		defer mu.Unlock()
		serve(w, r)
	}
}

// A refusal is an answer of the form of learn.microsoft.com/graph/errors.
type refusal struct {
	status        int
	code, message string
	inner         string
}

func (e refusal) send(w http.ResponseWriter, now time.Time) {
	inner := map[string]any{"request-id": rand.Text(), "date": now.UTC().Format("2006-01-02T15:04:05")}
	if e.inner != "" {
		inner["code"] = e.inner
	}
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"`)
	}
	send(w, e.status, map[string]any{"error": map[string]any{"code": e.code, "message": e.message, "innerError": inner}})
}

var (
	notFound      = refusal{404, "itemNotFound", "Item does not exist", ""}
	nameExists    = refusal{409, "nameAlreadyExists", "An item with the same name already exists under the parent", ""}
	denied        = refusal{403, "accessDenied", "Access denied", ""}
	modified      = refusal{412, "resourceModified", "ETag does not match current item's value", "entityTagDoesNotMatch"}
	badName       = refusal{400, "invalidRequest", "The provided name cannot contain any of these characters", "invalidPath"}
	badRequest    = refusal{400, "invalidRequest", "Invalid request", ""}
	full          = refusal{507, "quotaLimitReached", "Insufficient space available", ""}
	tooLarge      = refusal{413, "invalidRequest", "The request is too large; use an upload session", "maxStreamSizeExceeded"}
	noDrive       = refusal{404, "ResourceNotFound", "User's mysite not found.", ""}
	noToken       = refusal{401, "InvalidAuthenticationToken", "Access token is empty, invalid or has expired", ""}
	notSupported  = refusal{405, "notSupported", "The request is not supported by the system", ""}
	noSession     = refusal{404, "itemNotFound", "The upload session was not found", "uploadSessionNotFound"}
	rangeRefused  = refusal{416, "invalidRange", "The range overlaps with what is there or is out of order", "fragmentOutOfOrder"}
	lengthRefused = refusal{400, "invalidRequest", "The declared size differs from that of the session", "fragmentLengthMismatch"}
)

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// fold is the form in which names are compared.
func (d *Drive) fold(name string) string {
	if d.off[CaseInsensitive] {
		return name
	}
	return strings.ToLower(name)
}
