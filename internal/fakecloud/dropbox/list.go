package dropbox

import (
	"crypto/rand"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A cursor is a place in a listing. What changes after it was begun comes at its end.
type cursor struct {
	email     string
	below     string // the key of the folder
	recursive bool
	limit     int
	state     map[string]*entry // stale when the account is frozen
	keys      []string          // left of the first listing
	change    int               // of the account, up to which all is known
	pause     bool              // the next page is empty
	reset     bool
}

func (s *Server) listFolder(w http.ResponseWriter, q *question) *refusal {
	var arg struct {
		Path                            string `json:"path"`
		Recursive                       bool   `json:"recursive"`
		IncludeMediaInfo                bool   `json:"include_media_info"`
		IncludeDeleted                  bool   `json:"include_deleted"`
		IncludeHasExplicitSharedMembers bool   `json:"include_has_explicit_shared_members"`
		IncludeMountedFolders           *bool  `json:"include_mounted_folders"`
		Limit                           *int   `json:"limit"`
		SharedLink                      any    `json:"shared_link"`
		IncludePropertyGroups           any    `json:"include_property_groups"`
		IncludeNonDownloadableFiles     *bool  `json:"include_non_downloadable_files"`
		IncludeRestorableInfo           bool   `json:"include_restorable_info"`
	}
	if refused := s.decode(q, &arg); refused != nil {
		return refused
	}
	if arg.Path == "/" {
		return q.bad("request body: path: Specify the root folder as an empty string rather than as \"/\".")
	}
	limit := s.Page
	if arg.Limit != nil {
		if *arg.Limit < 1 || *arg.Limit > 2000 {
			return q.bad("request body: limit: %d is not within 1 and 2000", *arg.Limit)
		}
		limit = min(limit, *arg.Limit)
	}
	if arg.Path != "" {
		e, refused := s.find(q, arg.Path)
		if refused != nil {
			return refused
		}
		if !e.folder {
			return lookup("path", "not_folder")
		}
	}
	s.mu.Lock()
	c := s.begin(q.email, s.key(arg.Path), arg.Recursive, limit)
	s.mu.Unlock()
	answer(w, http.StatusOK, s.page(c))
	return nil
}

// begin opens a listing. s.mu is held.
func (s *Server) begin(email, below string, recursive bool, limit int) *cursor {
	a := s.account(email)
	c := &cursor{email: email, below: below, recursive: recursive, limit: limit, change: len(a.changes), state: a.entries, pause: true}
	if a.frozen != nil {
		c.state = a.frozen
	}
	for _, key := range slices.Sorted(maps.Keys(c.state)) {
		if c.shows(key) {
			c.keys = append(c.keys, key)
		}
	}
	if s.off[Paged] {
		c.limit, c.pause = len(c.keys)+1, false
	}
	return c
}

func (c *cursor) shows(key string) bool {
	rest, ok := strings.CutPrefix(key, c.below+"/")
	return ok && (c.recursive || !strings.Contains(rest, "/"))
}

func (s *Server) listMore(w http.ResponseWriter, q *question) *refusal {
	var arg struct {
		Cursor string `json:"cursor"`
	}
	if refused := s.decode(q, &arg); refused != nil {
		return refused
	}
	s.mu.Lock()
	c := s.cursors[arg.Cursor]
	ours := c != nil && c.email == q.email
	reset := ours && c.reset && !s.off[CursorsReset]
	s.mu.Unlock()
	switch {
	case !ours:
		return q.bad("Invalid \"cursor\" parameter: %q", arg.Cursor)
	case reset:
		return &refusal{status: http.StatusConflict, body: tagged{".tag": "reset"}, tags: []string{"reset"}}
	}
	next := *c
	answer(w, http.StatusOK, s.page(&next))
	return nil
}

// page takes the next entries from c and stores c under a new cursor.
func (s *Server) page(c *cursor) tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(c.email)
	entries := []tagged{}
	emptyOne := c.pause && len(c.keys) < len(c.state) // one page in between is empty
	if emptyOne {
		c.pause = false
	}
	for len(entries) < c.limit && len(c.keys) > 0 && !emptyOne {
		entries = append(entries, s.shown(c.state, c.keys[0]))
		c.keys = c.keys[1:]
	}
	for len(c.keys) == 0 && len(entries) < c.limit && c.change < len(a.changes) && a.frozen == nil && !s.off[ChangesListed] {
		if key := a.changes[c.change]; c.shows(key) {
			entries = append(entries, s.shown(a.entries, key))
		}
		c.change++
	}
	more := len(c.keys) > 0 || c.change < len(a.changes) && a.frozen == nil && !s.off[ChangesListed]
	name := "AAA" + rand.Text()
	s.cursors[name] = c
	return tagged{"entries": entries, "cursor": name, "has_more": more}
}

// shown is an entry, or that there is none any more.
func (s *Server) shown(state map[string]*entry, key string) tagged {
	if e := state[key]; e != nil {
		return s.metadata(e)
	}
	return tagged{".tag": "deleted", "name": key[strings.LastIndexByte(key, '/')+1:], "path_lower": key, "path_display": key}
}
