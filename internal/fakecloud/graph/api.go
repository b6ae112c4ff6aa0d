package graph

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

// A target is what an address is about: a folder and a name in it, which may be there or
// not, and a part of it such as "/content".
type target struct {
	item   *item // nil: not there
	parent *item
	name   string
	part   string
}

// api answers graph.microsoft.com.
func (s *service) api(w http.ResponseWriter, r *http.Request) {
	grant, err := s.auth.Authorize(r)
	if err != nil && s.off[NeedsToken] {
		for email := range s.drives { // anybody's
			grant, err = &oauth.Grant{Account: oauth.Account{Email: email}, Scopes: []string{AppFolder}}, nil
		}
	}
	switch {
	case err != nil:
		noToken.send(w, s.cloud.Now())
	case !grant.Has(AppFolder, Files) && !s.off[NeedsScope]:
		denied.send(w, s.cloud.Now())
	case s.drives[grant.Account.Email] == nil:
		noDrive.send(w, s.cloud.Now())
	default:
		s.drives[grant.Account.Email].api(w, r, grant)
	}
}

// api answers for one drive.
func (d *Drive) api(w http.ResponseWriter, r *http.Request, grant *oauth.Grant) {
	rest, ok := drive(r.URL.EscapedPath())
	if ok && rest == "" && r.Method == "GET" {
		d.about(w, grant)
		return
	}
	t, e := d.resolve(rest)
	if !ok || e != nil {
		if e == nil {
			e = &notFound
		}
		e.send(w, d.cloud.Now())
		return
	}
	if at := firstOf(t.item, t.parent); !grant.Has(Files) && !d.off[OnlyAppFolder] && !d.inApp(at) {
		denied.send(w, d.cloud.Now())
		return
	}
	if e := d.act(w, r, t); e != nil {
		e.send(w, d.cloud.Now())
	}
}

func firstOf(a, b *item) *item {
	if a != nil {
		return a
	}
	return b
}

// drive cuts the drive from a path.
func drive(escaped string) (rest string, ok bool) {
	for _, prefix := range []string{"/v1.0/me/drive", "/v1.0/drives/d1"} {
		if rest, ok := strings.CutPrefix(escaped, prefix); ok && (rest == "" || rest[0] == '/') {
			return rest, true
		}
	}
	return "", false
}

func (d *Drive) about(w http.ResponseWriter, grant *oauth.Grant) {
	if !grant.Has(Files) && !d.off[OnlyAppFolder] {
		denied.send(w, d.cloud.Now())
		return
	}
	send(w, http.StatusOK, map[string]any{"id": "d1", "driveType": "personal", "quota": map[string]any{
		"total": d.Capacity, "used": d.used(), "remaining": d.Capacity - d.used(), "deleted": 0, "state": "normal",
	}})
}

// resolve finds what a path below the drive is about: /root, /special/approot or
// /items/ID, then perhaps :/names: and perhaps a part.
func (d *Drive) resolve(rest string) (t target, e *refusal) {
	base, tail, byPath := strings.Cut(rest, ":/")
	if !byPath {
		base, t.part = cutPart(base)
	}
	if t.item = d.base(base); t.item == nil {
		return t, &notFound
	}
	if !byPath {
		return t, nil
	}
	names, part, _ := strings.Cut(tail, ":")
	t.part = part
	for _, escaped := range strings.Split(names, "/") {
		name, err := url.PathUnescape(escaped)
		if err != nil || !d.goodName(name) {
			return t, &badName
		}
		if t.item == nil {
			return t, &notFound
		}
		t.parent, t.name = t.item, name
		t.item = d.child(t.parent, name)
	}
	return t, nil
}

func cutPart(base string) (string, string) {
	for _, part := range []string{"/children", "/content", "/createUploadSession"} {
		if before, ok := strings.CutSuffix(base, part); ok {
			return before, part
		}
	}
	return base, ""
}

func (d *Drive) base(path string) *item {
	switch path {
	case "/root":
		return d.root
	case "/special/approot":
		return d.appFolder()
	}
	escaped, ok := strings.CutPrefix(path, "/items/")
	id, err := url.PathUnescape(escaped)
	if !ok || err != nil {
		return nil
	}
	return d.items[id]
}

// act does what is asked of a target.
func (d *Drive) act(w http.ResponseWriter, r *http.Request, t target) *refusal {
	what := r.Method + " " + t.part
	if t.item == nil && what != "PUT /content" && what != "POST /createUploadSession" {
		return &notFound
	}
	if tag := r.Header.Get("If-Match"); tag != "" && !d.off[IfMatch] && (t.item == nil || tag != t.item.eTag() && tag != t.item.cTag()) {
		return &modified
	}
	switch what {
	case "GET ":
		send(w, http.StatusOK, d.resource(t.item))
	case "GET /children":
		return d.list(w, r, t.item)
	case "GET /content":
		return d.redirect(w, t.item)
	case "PUT /content":
		return d.put(w, r, t)
	case "POST /createUploadSession":
		return d.createSession(w, r, t)
	case "POST /children":
		return d.makeFolder(w, r, t.item)
	case "PATCH ":
		return d.patch(w, r, t.item)
	case "DELETE ":
		if !d.off[Deletes] {
			d.remove(t.item)
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		return &notSupported
	}
	return nil
}

// list gives one page. Where the next begins is a number: items that come or go meanwhile
// are skipped or given twice, as the service allows itself.
func (d *Drive) list(w http.ResponseWriter, r *http.Request, folder *item) *refusal {
	if !folder.folder {
		return &badRequest
	}
	q := r.URL.Query()
	size, from := d.Page, 0
	if top, err := strconv.Atoi(q.Get("$top")); err == nil && top > 0 {
		size = min(size, top)
	}
	if skip := q.Get("$skiptoken"); skip != "" {
		var err error
		if from, err = strconv.Atoi(skip); err != nil || from < 0 {
			return &badRequest
		}
	}
	all, page := d.children(folder), []map[string]any{}
	for _, i := range all[min(from, len(all)):min(from+size, len(all))] {
		page = append(page, d.resource(i))
	}
	answer := map[string]any{"value": page}
	if from+size < len(all) && !d.off[Pages] {
		q.Set("$skiptoken", strconv.Itoa(from+size))
		answer["@odata.nextLink"] = "https://" + apiHost + r.URL.EscapedPath() + "?" + q.Encode()
	}
	send(w, http.StatusOK, answer)
	return nil
}

// put is the upload of a small file.
func (d *Drive) put(w http.ResponseWriter, r *http.Request, t target) *refusal {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return &badRequest
	}
	if len(data) > 4<<20 && !d.off[SmallPut] {
		return &tooLarge
	}
	i, status, e := d.store(t, r.URL.Query().Get("@microsoft.graph.conflictBehavior"), data)
	if e != nil {
		return e
	}
	send(w, status, d.resource(i))
	return nil
}

// store makes a file, or replaces or refuses as behaviour says; "" is replace.
func (d *Drive) store(t target, behaviour string, data []byte) (*item, int, *refusal) {
	switch {
	case t.item != nil && t.item.folder:
		return nil, 0, &nameExists
	case t.item != nil && behaviour == "fail" && !d.off[FailsOnConflict]:
		return nil, 0, &nameExists
	case t.item != nil && behaviour == "" && d.off[ReplacesByDefault]:
		return nil, 0, &nameExists
	case behaviour != "" && behaviour != "fail" && behaviour != "replace": // "rename" is not needed here
		return nil, 0, &badRequest
	case !d.room(int64(len(data)), t.item):
		return nil, 0, &full
	}
	if t.item == nil {
		return d.add(t.parent, t.name, false, data), http.StatusCreated, nil
	}
	t.item.data, t.item.sum, t.item.modified = data, d.hash(data), d.cloud.Now().UTC()
	t.item.version++
	return t.item, http.StatusOK, nil
}

func (d *Drive) makeFolder(w http.ResponseWriter, r *http.Request, parent *item) *refusal {
	var asked struct {
		Name string `json:"name"`
	}
	if json.NewDecoder(r.Body).Decode(&asked) != nil || !parent.folder {
		return &badRequest
	}
	if !d.goodName(asked.Name) {
		return &badName
	}
	if d.child(parent, asked.Name) != nil {
		return &nameExists
	}
	send(w, http.StatusCreated, d.resource(d.add(parent, asked.Name, true, nil)))
	return nil
}

// patch changes the times that a client keeps with an item, and nothing else.
func (d *Drive) patch(w http.ResponseWriter, r *http.Request, i *item) *refusal {
	var asked struct {
		Info map[string]any `json:"fileSystemInfo"`
	}
	if json.NewDecoder(r.Body).Decode(&asked) != nil {
		return &badRequest
	}
	i.client = asked.Info
	i.version++
	send(w, http.StatusOK, d.resource(i))
	return nil
}

// A link is an address that gives out the bytes of an item for some time.
type link struct {
	drive *Drive
	item  *item
	until time.Time
}

// redirect sends to an address of another host that needs no token.
func (d *Drive) redirect(w http.ResponseWriter, i *item) *refusal {
	if i.folder {
		return &badRequest
	}
	if d.off[Redirects] {
		w.Write(i.data)
		return nil
	}
	w.Header().Set("Location", "https://"+downloadHost+"/y23/"+d.link(i))
	w.WriteHeader(http.StatusFound)
	return nil
}
