package dropbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// maxUpload is the largest upload in one request, in bytes (files.stone, UploadError).
const maxUpload = 150 << 20

type commit struct {
	Path           string          `json:"path"`
	Mode           json.RawMessage `json:"mode"`
	Autorename     bool            `json:"autorename"`
	ClientModified *time.Time      `json:"client_modified"`
	Mute           bool            `json:"mute"`
	PropertyGroups any             `json:"property_groups"`
	StrictConflict bool            `json:"strict_conflict"`
	ContentHash    string          `json:"content_hash"`

	mode, rev string
}

// parseMode reads a WriteMode: a bare string for members without a value, or an object.
func (c *commit) parseMode() bool {
	c.mode = "add"
	if len(c.Mode) == 0 || json.Unmarshal(c.Mode, &c.mode) == nil {
		return c.mode == "add" || c.mode == "overwrite"
	}
	var m struct {
		Tag    string `json:".tag"`
		Update string `json:"update"`
	}
	err := json.Unmarshal(c.Mode, &m)
	c.mode, c.rev = m.Tag, m.Update
	return err == nil && (m.Tag == "add" || m.Tag == "overwrite" || m.Tag == "update" && len(m.Update) >= 9)
}

func (s *Server) upload(w http.ResponseWriter, q *question) *refusal {
	var c commit
	if refused := s.decode(q, &c); refused != nil {
		return refused
	}
	if !c.parseMode() {
		return q.bad("HTTP header \"Dropbox-API-Arg\": mode: invalid")
	}
	data, err := io.ReadAll(http.MaxBytesReader(nil, q.Body, maxUpload))
	if err != nil { // the sender went away; nothing is stored
		return &refusal{status: http.StatusConflict, body: tagged{".tag": "payload_too_large"}, tags: []string{"payload_too_large"}}
	}
	if c.ContentHash != "" && c.ContentHash != contentHash(data) && s.on(HashChecked) {
		return &refusal{status: http.StatusConflict, body: tagged{".tag": "content_hash_mismatch"}, tags: []string{"content_hash_mismatch"}}
	}
	done, refused := s.lock(q)
	if refused != nil {
		return refused
	}
	defer done()
	m, refused := s.commit(q, &c, data)
	if refused != nil {
		return refused
	}
	answer(w, http.StatusOK, m)
	return nil
}

// lock takes the lock of the account's namespace, or refuses: the service cannot carry out
// writes of one namespace at the same time (www.dropbox.com/developers/reference/data-ingress-guide).
func (s *Server) lock(q *question) (done func(), refused *refusal) {
	s.mu.Lock()
	writing, off := s.account(q.email).writing, s.off[WritesLocked]
	s.mu.Unlock()
	if off {
		return func() {}, nil
	}
	select {
	case writing <- struct{}{}:
		time.Sleep(s.CommitTime)
		return func() { <-writing }, nil
	case <-time.After(s.LockWait):
		return nil, &refusal{
			status: http.StatusTooManyRequests, after: 1, tags: []string{"too_many_write_operations"},
			body: tagged{"reason": tagged{".tag": "too_many_write_operations"}, "retry_after": 1},
		}
	}
}

// commit decides about an upload and carries it out.
func (s *Server) commit(q *question, c *commit, data []byte) (tagged, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(q.email)
	if tag := s.unwritable(a, c.Path); tag != "" {
		return nil, unsaved(tag)
	}
	key := s.key(c.Path)
	old := a.entries[key]
	same := old != nil && !old.folder && contentHash(old.data) == contentHash(data)
	if same && !(c.StrictConflict && !s.off[StrictConflict]) {
		return s.untagged(old), nil // nothing is written; no conflict (files.stone, WriteMode)
	}
	if tag := s.inTheWay(old, c); tag != "" && !c.Autorename {
		return nil, unsaved("conflict", tag)
	} else if tag != "" {
		c.Path = a.free(c.Path, s.key)
		key, old = s.key(c.Path), nil
	}
	grows := int64(len(data))
	if old != nil {
		grows -= int64(len(old.data))
	}
	if a.used()+grows > a.quota && !s.off[QuotaChecked] {
		return nil, unsaved("insufficient_space")
	}
	e := entry{path: c.Path, data: data}
	if c.ClientModified != nil {
		e.clientModified = *c.ClientModified
	}
	return s.untagged(a.put(key, e, s.cloud.Now())), nil
}

// inTheWay says what makes a conflict, if anything does.
func (s *Server) inTheWay(old *entry, c *commit) string {
	switch {
	case old == nil && c.mode == "update" && c.StrictConflict && !s.off[UpdateByRev]:
		return "file"
	case old == nil:
		return ""
	case old.folder && !s.off[FoldersApart]:
		return "folder"
	case c.mode == "add" && !s.off[AddExclusive]:
		return "file"
	case c.mode == "update" && c.rev != old.rev && !s.off[UpdateByRev]:
		return "file"
	}
	return ""
}

// free returns a name beside p that nothing has: "a (1).txt".
func (a *account) free(p string, key func(string) string) string {
	ext := path.Ext(p)
	for i := 1; ; i++ {
		if next := fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(p, ext), i, ext); a.entries[key(next)] == nil {
			return next
		}
	}
}

// never are names that the service does not keep (help.dropbox.com/organize/file-names).
var never = []string{"desktop.ini", "thumbs.db", ".ds_store", "icon\r", ".dropbox", ".dropbox.attr"}

// unwritable says why nothing can be written at a path.
func (s *Server) unwritable(a *account, p string) string {
	if s.off[PathsChecked] {
		return ""
	}
	if malformed(p) || strings.HasPrefix(p, "id:") || strings.HasPrefix(p, "rev:") {
		return "malformed_path"
	}
	if slices.Contains(never, strings.ToLower(path.Base(p))) || len(path.Base(p)) > 255 {
		return "disallowed_name"
	}
	return ""
}

// unsaved is an UploadWriteFailed: its fields stand beside its tag.
func unsaved(reason ...string) *refusal {
	e := tagged{".tag": reason[0]}
	if len(reason) > 1 {
		e[reason[0]] = tagged{".tag": reason[1]}
	}
	return &refusal{
		status: http.StatusConflict, tags: append([]string{"path"}, reason...),
		body: tagged{".tag": "path", "reason": e, "upload_session_id": "pid_upload_session:ABIKTyOkskLNCYDucCAkKOaN2Msp"},
	}
}

func (s *Server) createFolder(w http.ResponseWriter, q *question) *refusal {
	var arg struct {
		Path       string `json:"path"`
		Autorename bool   `json:"autorename"`
	}
	if refused := s.decode(q, &arg); refused != nil {
		return refused
	}
	done, refused := s.lock(q)
	if refused != nil {
		return refused
	}
	defer done()
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(q.email)
	if tag := s.unwritable(a, arg.Path); tag != "" {
		return lookup("path", tag)
	}
	if old := a.entries[s.key(arg.Path)]; old != nil {
		tag := map[bool]string{true: "folder", false: "file"}[old.folder]
		return &refusal{
			status: http.StatusConflict, tags: []string{"path", "conflict", tag},
			body: tagged{".tag": "path", "path": tagged{".tag": "conflict", "conflict": tagged{".tag": tag}}},
		}
	}
	m := s.untagged(a.put(s.key(arg.Path), entry{path: arg.Path, folder: true}, s.cloud.Now()))
	answer(w, http.StatusOK, tagged{"metadata": m})
	return nil
}

func (s *Server) remove(w http.ResponseWriter, q *question) *refusal {
	var arg struct {
		Path      string `json:"path"`
		ParentRev string `json:"parent_rev"`
	}
	if refused := s.decode(q, &arg); refused != nil {
		return refused
	}
	done, refused := s.lock(q)
	if refused != nil {
		return refused
	}
	defer done()
	e, refused := s.find(q, arg.Path)
	if refused != nil && !s.on(MissingTold) {
		answer(w, http.StatusOK, tagged{"metadata": tagged{".tag": "deleted", "name": path.Base(arg.Path)}})
		return nil
	}
	if refused != nil {
		return lookup("path_lookup", refused.tags[1])
	}
	if arg.ParentRev != "" && s.on(DeleteByRev) {
		switch {
		case e.folder:
			return lookup("path_lookup", "not_file")
		case arg.ParentRev != e.rev:
			return &refusal{
				status: http.StatusConflict, tags: []string{"path_write", "conflict", "file"},
				body: tagged{".tag": "path_write", "path_write": tagged{".tag": "conflict", "conflict": tagged{".tag": "file"}}},
			}
		}
	}
	s.mu.Lock()
	m := s.metadata(e)
	s.account(q.email).remove(s.key(e.path))
	s.mu.Unlock()
	answer(w, http.StatusOK, tagged{"metadata": m})
	return nil
}
