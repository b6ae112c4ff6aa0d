package dropbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"

	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

// A call is one function of the API.
type call struct {
	host, scope string
	header      bool // the arguments come in a header
	upload      bool // and the body is content
	serve       func(s *Server, w http.ResponseWriter, q *question) *refusal
}

// calls are by route; hosts, scopes and styles as in files.stone and users.stone.
var calls = map[string]call{
	"files/upload":               {host: "content", scope: "files.content.write", header: true, upload: true, serve: (*Server).upload},
	"files/download":             {host: "content", scope: "files.content.read", header: true, serve: (*Server).download},
	"files/get_metadata":         {host: "api", scope: "files.metadata.read", serve: (*Server).getMetadata},
	"files/list_folder":          {host: "api", scope: "files.metadata.read", serve: (*Server).listFolder},
	"files/list_folder/continue": {host: "api", scope: "files.metadata.read", serve: (*Server).listMore},
	"files/create_folder_v2":     {host: "api", scope: "files.content.write", serve: (*Server).createFolder},
	"files/delete_v2":            {host: "api", scope: "files.content.write", serve: (*Server).remove},
	"users/get_current_account":  {host: "api", scope: "account_info.read", serve: (*Server).currentAccount},
	"users/get_space_usage":      {host: "api", scope: "account_info.read", serve: (*Server).spaceUsage},
}

// A question is a request that may be answered.
type question struct {
	*http.Request
	route string
	email string
	arg   []byte // JSON
}

// A refusal is an answer that is not 200.
type refusal struct {
	status int
	text   string // for 400
	body   any    // else: the "error" of the answer
	tags   []string
	after  int // seconds
}

// bad is a request that no program should send. Real ones are plain text too.
func (q *question) bad(format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, text: fmt.Sprintf("Error in call to API function %q: ", q.route) + fmt.Sprintf(format, args...)}
}

type tagged map[string]any

// lookup is a failed LookupError below a tag.
func lookup(outer, tag string) *refusal {
	return &refusal{status: http.StatusConflict, tags: []string{outer, tag}, body: tagged{".tag": outer, outer: tagged{".tag": tag}}}
}

// send writes a refusal. The summary is its tags and some dots, which are there so that
// nobody compares it.
func (f *refusal) send(w http.ResponseWriter) {
	if f.after > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(f.after))
	}
	if f.body == nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(f.status)
		io.WriteString(w, f.text)
		return
	}
	summary := strings.Join(f.tags, "/") + "/" + strings.Repeat(".", rand.IntN(4))
	answer(w, f.status, map[string]any{"error_summary": summary, "error": f.body})
}

func answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// question checks what is the same for all calls: method, arguments, token, scope.
func (s *Server) question(r *http.Request, route string, c call) (*question, *refusal) {
	q := &question{Request: r, route: route}
	if r.Method != http.MethodPost && !(r.Method == http.MethodGet && c.header && !c.upload) {
		return nil, q.bad("Your request method is %q. It should be POST.", r.Method)
	}
	if refused := s.read(q, c); refused != nil {
		return nil, refused
	}
	grant, err := s.signIn.Authorize(r)
	switch {
	case errors.Is(err, oauth.ErrMissing):
		return nil, q.bad("Must provide HTTP header \"Authorization\" or URL parameter \"authorization\".")
	case errors.Is(err, oauth.ErrInvalid) && s.on(TokensKnown):
		return nil, unauthorized(tagged{".tag": "invalid_access_token"})
	case errors.Is(err, oauth.ErrExpired) && s.on(TokensExpire):
		return nil, unauthorized(tagged{".tag": "expired_access_token"})
	case err == nil && !grant.Has(c.scope) && s.on(ScopesChecked):
		return nil, unauthorized(tagged{".tag": "missing_scope", "required_scope": c.scope})
	}
	if grant != nil {
		q.email = grant.Account.Email
	}
	return q, nil
}

func unauthorized(e tagged) *refusal {
	return &refusal{status: http.StatusUnauthorized, body: e, tags: []string{e[".tag"].(string)}}
}

// read takes the arguments from where they belong.
func (s *Server) read(q *question, c call) *refusal {
	kind, _, _ := strings.Cut(q.Header.Get("Content-Type"), ";")
	want := map[bool]string{true: "application/octet-stream", false: "application/json"}[c.upload]
	empty := q.ContentLength == 0 && kind == "" // calls without arguments; downloads
	downloads := c.header && !c.upload && kind == "application/octet-stream"
	if kind != want && !empty && !downloads && s.on(TypesChecked) {
		return q.bad("Bad HTTP \"Content-Type\" header: %q. Expecting one of %q.", kind, want)
	}
	if !c.header {
		arg, err := io.ReadAll(io.LimitReader(q.Body, 1<<20))
		if err != nil {
			return q.bad("could not read the body")
		}
		q.arg = arg
		return nil
	}
	arg := q.Header.Get("Dropbox-API-Arg")
	for _, b := range []byte(arg) {
		if (b < ' ' || b > '~') && s.on(HeadersASCII) {
			return q.bad("HTTP header \"Dropbox-API-Arg\": could not decode input as JSON")
		}
	}
	q.arg = []byte(arg)
	return nil
}

// decode reads the arguments into v, a pointer to a struct with all that are known.
func (s *Server) decode(q *question, v any) *refusal {
	d := json.NewDecoder(bytes.NewReader(q.arg))
	if s.on(ArgumentsKnown) {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(v); err != nil {
		return q.bad("request body: %v", err)
	}
	return nil
}

// safe escapes JSON for a header, as www.dropbox.com/developers/reference/json-encoding says.
func safe(v any) string {
	plain, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	for _, r := range string(plain) {
		switch {
		case r >= 0x10000:
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		case r >= 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
