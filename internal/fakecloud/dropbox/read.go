package dropbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// metadata is an entry as the API shows it.
func (s *Server) metadata(e *entry) tagged {
	m := tagged{"name": e.name(), "path_lower": strings.ToLower(e.path), "path_display": e.path, "id": e.id}
	if e.folder {
		m[".tag"] = "folder"
		return m
	}
	m[".tag"], m["rev"], m["size"], m["is_downloadable"] = "file", e.rev, len(e.data), true
	m["client_modified"], m["server_modified"] = stamp(e.clientModified), stamp(e.serverModified)
	if !s.off[HashTold] {
		m["content_hash"] = contentHash(e.data)
	}
	return m
}

// untagged is metadata where only a file can be meant, so that no tag is needed.
func (s *Server) untagged(e *entry) tagged {
	m := s.metadata(e)
	delete(m, ".tag")
	return m
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// contentHash is written from www.dropbox.com/developers/reference/content-hash, and not
// taken from the SDK, which must not be its own judge.
func contentHash(data []byte) string {
	var blocks [][sha256.Size]byte
	for block := range slices.Chunk(data, 4<<20) {
		blocks = append(blocks, sha256.Sum256(block))
	}
	return hashOfBlocks(blocks)
}

func hashOfBlocks(blocks [][sha256.Size]byte) string {
	all := sha256.New()
	for _, sum := range blocks {
		all.Write(sum[:])
	}
	return hex.EncodeToString(all.Sum(nil))
}

func (s *Server) download(w http.ResponseWriter, q *question) *refusal {
	var arg struct {
		Path string `json:"path"`
		Rev  string `json:"rev"`
	}
	if refused := s.decode(q, &arg); refused != nil {
		return refused
	}
	e, refused := s.find(q, arg.Path)
	if refused != nil {
		return refused
	}
	if e.folder && s.on(FoldersApart) {
		return lookup("path", "not_file")
	}
	s.mu.Lock()
	result := s.untagged(e)
	s.mu.Unlock()
	w.Header().Set("Dropbox-API-Result", safe(result))
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("ETag", fmt.Sprintf("W/%q", e.rev))
	w.Header().Set("Content-Length", fmt.Sprint(len(e.data)))
	w.Write(e.data)
	return nil
}

// find returns what is at a path, an id or a revision.
func (s *Server) find(q *question, path string) (*entry, *refusal) {
	if malformed(path) && s.on(PathsChecked) {
		return nil, lookup("path", "malformed_path")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(q.email)
	for key, e := range a.entries {
		if key == s.key(path) || e.id == path || "rev:"+e.rev == path && !e.folder {
			return e, nil
		}
	}
	return nil, lookup("path", "not_found")
}

// malformed tells whether path does not fit the pattern of ReadPath in files.stone, or ends
// as none may. Doubled slashes pass: rclone sends them and works with the service.
func malformed(path string) bool {
	if strings.HasPrefix(path, "id:") || strings.HasPrefix(path, "rev:") {
		return false
	}
	return !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") ||
		strings.ContainsAny(path, "\\\x00") || strings.HasSuffix(path, " ") && len(path) > 1
}

func (s *Server) getMetadata(w http.ResponseWriter, q *question) *refusal {
	var arg struct {
		Path                            string `json:"path"`
		IncludeMediaInfo                bool   `json:"include_media_info"`
		IncludeDeleted                  bool   `json:"include_deleted"`
		IncludeHasExplicitSharedMembers bool   `json:"include_has_explicit_shared_members"`
		IncludePropertyGroups           any    `json:"include_property_groups"`
	}
	if refused := s.decode(q, &arg); refused != nil {
		return refused
	}
	e, refused := s.find(q, arg.Path)
	if refused != nil {
		return refused
	}
	s.mu.Lock()
	m := s.metadata(e)
	s.mu.Unlock()
	answer(w, http.StatusOK, m)
	return nil
}

// accountID is another one for each account, of the length of Dropbox's.
func accountID(email string) string {
	sum := sha256.Sum256([]byte(email))
	return "dbid:AA" + base64.RawURLEncoding.EncodeToString(sum[:])[:33]
}

func (s *Server) currentAccount(w http.ResponseWriter, q *question) *refusal {
	name, _, _ := strings.Cut(q.email, "@")
	answer(w, http.StatusOK, tagged{
		"account_id": accountID(q.email), "email": q.email, "email_verified": true, "disabled": false,
		"name":   tagged{"given_name": name, "surname": "", "familiar_name": name, "display_name": name, "abbreviated_name": name[:1]},
		"locale": "en", "country": "US", "is_paired": false, "referral_link": "https://db.tt/example",
		"account_type": tagged{".tag": "basic"}, "root_info": tagged{".tag": "user", "root_namespace_id": "3235641", "home_namespace_id": "3235641"},
	})
	return nil
}

func (s *Server) spaceUsage(w http.ResponseWriter, q *question) *refusal {
	s.mu.Lock()
	a := s.account(q.email)
	usage := tagged{"used": a.used(), "allocation": tagged{".tag": "individual", "allocated": a.quota}}
	s.mu.Unlock()
	answer(w, http.StatusOK, usage)
	return nil
}
