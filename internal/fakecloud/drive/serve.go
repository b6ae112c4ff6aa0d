package drive

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

// A call is one request of a signed-in app.
type call struct {
	*oauth.Grant
	*Server
	r    *http.Request
	q    url.Values
	disk *disk
}

// serve finds out who asks, and for what.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	grant, err := s.signIn.Authorize(r)
	if err != nil && !s.on(NeedsToken) {
		grant, err = &oauth.Grant{Scopes: []string{oauth.DriveFile, oauth.DriveAppData}}, nil
	}
	if err != nil {
		Unauthorized.send(w)
		return
	}
	if !grant.Has(oauth.DriveFile, oauth.DriveAppData) && s.on(NeedsScope) {
		NoScope.send(w)
		return
	}
	upload, err := s.readUpload(r) // before the lock: bodies may come slowly
	if err != nil {
		send(w, nil, err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{grant, s, r, r.URL.Query(), s.disk(grant.Account.Email)}
	if c.q.Get("alt") == "media" && r.Method == http.MethodGet {
		c.media(w)
		return
	}
	answer, err := c.do(w, upload)
	if answer != answered {
		send(w, answer, err)
	}
}

// answered is the answer of a method that has given it already.
var answered any = new(int)

// do finds the method of the API.
func (c *call) do(w http.ResponseWriter, u *upload) (any, error) {
	path := strings.TrimPrefix(strings.TrimPrefix(c.r.URL.Path, "/upload"), "/drive/v3/")
	id, isFile := strings.CutPrefix(path, "files/")
	switch {
	case c.r.Method == "GET" && path == "about":
		return c.about()
	case c.r.Method == "GET" && path == "files/generateIds":
		return c.generate()
	case c.r.Method == "GET" && path == "files":
		return c.list()
	case u != nil && u.chunk != nil && (c.r.Method == "PUT" || c.r.Method == "POST"):
		return c.proceed(w, u)
	case c.r.Method == "POST" && isResumable(c.r):
		if err := c.begin(w, u); err != nil {
			return nil, err
		}
		return answered, nil
	case c.r.Method == "POST" && path == "files":
		return c.create(u)
	case isFile && c.r.Method == "GET":
		return c.get(id)
	case isFile && c.r.Method == "PATCH":
		return c.update(id, u)
	case isFile && c.r.Method == "DELETE":
		return c.delete(id)
	}
	if c.off[Known] {
		return map[string]any{}, nil
	}
	return nil, Refusal{Status: 404, Reason: "notFound", Message: "Not Found"}
}

func send(w http.ResponseWriter, answer any, err error) {
	var refusal Refusal
	switch {
	case errors.As(err, &refusal):
		refusal.send(w)
	case err != nil:
		Broken.send(w)
	case answer == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		json.NewEncoder(w).Encode(answer)
	}
}

// space returns the space that an app may use, or refuses.
func (c *call) space(name string) error {
	need := map[string]string{"drive": oauth.DriveFile, "appDataFolder": oauth.DriveAppData}[name]
	switch {
	case need == "":
		return invalid("spaces", "Invalid Value")
	case !c.Has(need) && !c.off[SpaceScope]:
		return NoSpaceScope
	}
	return nil
}

// sees tells whether the app may see f at all: what it made, in a space that it may use.
func (c *call) sees(f *file) bool {
	return (f.client == c.Client || c.off[OnlyOwn]) && c.space(f.space) == nil
}

// find returns a file by id or alias.
func (c *call) find(id string) (*file, error) {
	if id == "appDataFolder" || id == c.disk.appFolder(c.Client) {
		if err := c.space("appDataFolder"); err != nil {
			return nil, err
		}
		return &file{id: c.disk.appFolder(c.Client), name: "Application Data", mime: FolderType, space: "appDataFolder", client: c.Client}, nil
	}
	// "root" was not made by the app, so it is not found either.
	if c.off[RootUnseen] && id == "root" {
		return &file{id: c.disk.root, name: "My Drive", mime: FolderType, space: "drive"}, nil
	}
	if f := c.disk.files[id]; f != nil && c.sees(f) && !(c.off[ByIDAtOnce] && f.stored.After(c.cloud.Now().Add(-c.lag))) {
		return f, nil
	}
	if c.off[MissingTold] {
		return &file{id: id}, nil
	}
	return nil, notFound(id)
}

// one answers with a file.
func (c *call) one(f *file) (any, error) {
	fields := c.q.Get("fields")
	if fields == "" {
		fields = usualFile
	}
	m, err := readMask(fields)
	if err == nil {
		err = m.checkFile()
	}
	if err != nil && !c.off[FieldsKnown] {
		return nil, err
	}
	return c.asked(m, c.json(c.disk, f)), nil
}

// asked returns the part of an answer that was asked for.
func (c *call) asked(m mask, answer any) any {
	if c.off[FieldsAsked] {
		return answer
	}
	return m.apply(answer)
}

func (c *call) get(id string) (any, error) {
	f, err := c.find(id)
	if err != nil {
		return nil, err
	}
	return c.one(f)
}

// media answers with the bytes of a file.
func (c *call) media(w http.ResponseWriter) {
	f, err := c.find(strings.TrimPrefix(c.r.URL.Path, "/drive/v3/files/"))
	if err == nil && f.mime == FolderType && !c.off[FoldersEmpty] {
		err = Refusal{Status: 403, Reason: "fileNotDownloadable", Message: "Only files with binary content can be downloaded. Use Export with Docs Editors files.", Location: "alt"}
	}
	if err != nil {
		send(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", f.mime)
	w.Header().Set("Content-Length", strconv.Itoa(len(f.data)))
	w.Write(f.data)
}

func (c *call) delete(id string) (any, error) {
	f, err := c.find(id)
	if err != nil {
		return nil, err
	}
	c.disk.remove(f.id, c.cloud.Now())
	return nil, nil
}
