package graph

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// link makes a download address.
func (d *Drive) link(i *item) string {
	key := rand.Text()
	d.links[key] = link{d, i, d.cloud.Now().Add(d.Links)}
	return key
}

// download answers the host for downloads.
func (s *service) download(w http.ResponseWriter, r *http.Request) {
	l, ok := s.links[strings.TrimPrefix(r.URL.Path, "/y23/")]
	if over := s.cloud.Now().After(l.until) && !s.off[LinksExpire]; !ok || over || l.drive.items[l.item.id] == nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(l.item.data)))
	w.Write(l.item.data)
}

// A session is an upload that has begun.
type session struct {
	drive     *Drive
	target    // the parent's id and the name are looked up again at the end
	behaviour string
	tag       string // If-Match
	size      int64  // 0: not known before the first range
	data      []byte
	until     time.Time
}

// createSession begins an upload. What the address says about conflicts counts, and else
// what the body says; the default is replace, whatever one page says
// (microsoft-graph-docs issue 19010).
func (d *Drive) createSession(w http.ResponseWriter, r *http.Request, t target) *refusal {
	var asked struct {
		Item struct {
			Behaviour string `json:"@microsoft.graph.conflictBehavior"`
			Name      string `json:"name"`
			FileSize  int64  `json:"fileSize"`
		} `json:"item"`
	}
	if body, _ := io.ReadAll(r.Body); len(body) > 0 && json.Unmarshal(body, &asked) != nil {
		return &badRequest
	}
	if asked.Item.Name != "" && t.name != "" && asked.Item.Name != t.name {
		return &badRequest
	}
	behaviour := r.URL.Query().Get("@microsoft.graph.conflictBehavior")
	if behaviour == "" {
		behaviour = asked.Item.Behaviour
	}
	if t.item != nil && behaviour == "fail" && !d.off[FailsOnConflict] || d.reserved(t) {
		return &nameExists
	}
	if !d.room(asked.Item.FileSize, t.item) {
		return &full
	}
	key := rand.Text()
	s := &session{drive: d, target: t, behaviour: behaviour, tag: r.Header.Get("If-Match"), until: d.cloud.Now().Add(d.Sessions)}
	d.sessions[key] = s
	answer := d.progress(s)
	answer["uploadUrl"] = "https://" + uploadHost + "/up/" + key
	send(w, http.StatusOK, answer)
	return nil
}

// reserved tells whether a session of the name is under way.
func (d *Drive) reserved(t target) bool {
	for _, s := range d.sessions {
		if d.Reserve && s.parent == t.parent && d.fold(s.name) == d.fold(t.name) && d.cloud.Now().Before(s.until) {
			return true
		}
	}
	return false
}

func (d *Drive) progress(s *session) map[string]any {
	return map[string]any{
		"expirationDateTime": s.until.UTC().Format("2006-01-02T15:04:05.999Z"),
		"nextExpectedRanges": []string{fmt.Sprintf("%d-", len(s.data))},
	}
}

// upload answers the host for uploads.
func (s *service) upload(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" && !s.off[NoTokenAtUpload] {
		refusal{401, "unauthenticated", "Authorization must not be sent here", ""}.send(w, s.cloud.Now())
		return
	}
	key := strings.TrimPrefix(r.URL.Path, "/up/")
	open := s.sessions[key]
	if open == nil || s.cloud.Now().After(open.until) && !s.off[SessionsEnd] {
		noSession.send(w, s.cloud.Now())
		return
	}
	switch r.Method {
	case "GET":
		send(w, http.StatusOK, open.drive.progress(open))
	case "DELETE":
		delete(s.sessions, key)
		w.WriteHeader(http.StatusNoContent)
	case "PUT":
		if e := open.drive.fragment(w, r, key, open); e != nil {
			e.send(w, s.cloud.Now())
		}
	default:
		notSupported.send(w, s.cloud.Now())
	}
}

// fragment takes one range of a file, and makes the file of the last one.
func (d *Drive) fragment(w http.ResponseWriter, r *http.Request, key string, s *session) *refusal {
	var from, to, size int64
	data, err := io.ReadAll(r.Body)
	n, _ := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &size)
	if err != nil || n != 3 || to-from+1 != int64(len(data)) || len(data) == 0 || len(data) >= 60<<20 {
		return &badRequest
	}
	if s.size == 0 {
		s.size = size
	}
	last := to+1 == size
	switch {
	case s.size != size && !d.off[OneTotal]:
		return &lengthRefused
	case from != int64(len(s.data)) && !d.off[RangesInOrder]:
		return &rangeRefused
	case !last && len(data)%(320<<10) != 0 && !d.off[RangesOf320KiB]:
		return &badRequest
	case !d.room(size, s.item):
		return &full
	}
	s.data = append(s.data, data...)
	if !last {
		if d.off[CompleteOrNothing] {
			d.store(d.again(s), "replace", s.data)
		}
		send(w, http.StatusAccepted, d.progress(s))
		return nil
	}
	return d.finish(w, key, s)
}

// again looks a session's target up: the name may have been taken, or freed, meanwhile.
func (d *Drive) again(s *session) target {
	t := s.target
	if t.parent != nil {
		t.item = d.child(t.parent, t.name)
	}
	return t
}

// finish makes the file. A refusal leaves the session as it was before the last range.
func (d *Drive) finish(w http.ResponseWriter, key string, s *session) *refusal {
	t, behaviour := d.again(s), s.behaviour
	if s.tag != "" && !d.off[IfMatch] && (t.item == nil || s.tag != t.item.eTag() && s.tag != t.item.cTag()) {
		return &modified
	}
	if d.off[LateConflict] {
		behaviour = "replace"
	}
	if t.parent != nil && d.items[t.parent.id] == nil {
		return &notFound
	}
	i, status, e := d.store(t, behaviour, s.data)
	if e != nil {
		return e
	}
	if !d.off[SessionsEnd] {
		delete(d.sessions, key)
	}
	send(w, status, d.resource(i))
	return nil
}
