// Package discovery compares requests and answers with Google's own description of an API,
// a discovery document such as drive-api.json in the module google.golang.org/api. The
// document is a judge of the fakes that is not ours.
//
//	drive, err := discovery.Drive()
//	for _, e := range cloud.Exchanges() {
//		for _, slip := range drive.Check(e) {
//			t.Error(slip)
//		}
//	}
//
// It knows methods, paths, query parameters, and the names and JSON types of fields. It
// knows nothing of what a method does.
package discovery

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
)

// A Document describes an API.
type Document struct {
	RootURL     string               `json:"rootUrl"`
	ServicePath string               `json:"servicePath"`
	Parameters  map[string]*schema   `json:"parameters"`
	Schemas     map[string]*schema   `json:"schemas"`
	Resources   map[string]*resource `json:"resources"`
}

type resource struct {
	Methods   map[string]*method   `json:"methods"`
	Resources map[string]*resource `json:"resources"`
}

type method struct {
	ID         string             `json:"id"`
	HTTPMethod string             `json:"httpMethod"`
	Path       string             `json:"path"`
	Parameters map[string]*schema `json:"parameters"`
	Request    *schema            `json:"request"`
	Response   *schema            `json:"response"`
	Upload     struct {
		Protocols map[string]struct {
			Path string `json:"path"`
		} `json:"protocols"`
	} `json:"mediaUpload"`
}

type schema struct {
	Type       string             `json:"type"`
	Format     string             `json:"format"`
	Ref        string             `json:"$ref"`
	Location   string             `json:"location"`
	Enum       []string           `json:"enum"`
	Properties map[string]*schema `json:"properties"`
	Additional *schema            `json:"additionalProperties"`
	Items      *schema            `json:"items"`
}

// Drive is Google's description of Drive, version 3.
var Drive = sync.OnceValues(func() (*Document, error) {
	return Load("google.golang.org/api", "drive/v3/drive-api.json")
})

// Load reads a document out of a module that go.mod requires.
func Load(module, path string) (*Document, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return nil, fmt.Errorf("go list -m %s: %w", module, err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), path))
	if err != nil {
		return nil, err
	}
	d := &Document{}
	return d, json.Unmarshal(data, d)
}

// Check returns what a request and its answer have that the document does not know.
// Exchanges with other hosts are nothing to it, nor are answers that a [fakecloud.Fault]
// gave, nor bodies that were not kept whole.
func (d *Document) Check(e fakecloud.Exchange) (slips []string) {
	root, err := url.Parse(d.RootURL)
	if err != nil || e.Host != root.Host {
		return nil
	}
	say := func(format string, args ...any) {
		slips = append(slips, e.Method+" "+e.URL.Path+": "+fmt.Sprintf(format, args...))
	}
	m := d.find(e.Method, e.URL.Path)
	if m == nil {
		say("no such method")
		return slips
	}
	d.checkQuery(m, e.URL.Query(), say)
	d.checkRequest(m, e, say)
	d.checkAnswer(m, e, say)
	return slips
}

// find returns the method of a request. Fixed parts of a path go before {parameters}.
func (d *Document) find(verb, path string) (best *method) {
	most := -1
	d.each(d.Resources, func(m *method) {
		patterns := []string{"/" + d.ServicePath + m.Path}
		for _, p := range m.Upload.Protocols {
			patterns = append(patterns, p.Path)
		}
		for _, pattern := range patterns {
			if fixed, ok := fits(pattern, path); ok && m.HTTPMethod == verb && fixed > most {
				best, most = m, fixed
			}
		}
	})
	return best
}

func (d *Document) each(resources map[string]*resource, do func(m *method)) {
	for _, r := range resources {
		for _, m := range r.Methods {
			do(m)
		}
		d.each(r.Resources, do)
	}
}

// fits tells whether path is one of a pattern, and how many of its parts are fixed.
func fits(pattern, path string) (fixed int, ok bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return 0, false
	}
	for i := range want {
		switch {
		case want[i] == got[i]:
			fixed++
		case !strings.HasPrefix(want[i], "{") || got[i] == "":
			return 0, false
		}
	}
	return fixed, true
}

func (d *Document) checkQuery(m *method, q url.Values, say func(string, ...any)) {
	resumable := q.Get("uploadType") == "resumable" && m.Upload.Protocols != nil
	for name, values := range q {
		if resumable && name == "upload_id" { // out of an address that the server made
			continue
		}
		p := m.Parameters[name]
		if p == nil {
			p = d.Parameters[name]
		}
		switch {
		case p == nil || p.Location != "query":
			say("no query parameter %q", name)
		case p.Type == "integer" && !isInteger(values[0]):
			say("query parameter %q is %q, no integer", name, values[0])
		case p.Type == "boolean" && values[0] != "true" && values[0] != "false":
			say("query parameter %q is %q, no boolean", name, values[0])
		case len(p.Enum) > 0 && !slices.Contains(p.Enum, values[0]):
			say("query parameter %q is %q, none of %q", name, values[0], p.Enum)
		}
	}
}

func isInteger(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

// checkRequest looks at a JSON body, and at the first part of a multipart one.
func (d *Document) checkRequest(m *method, e fakecloud.Exchange, say func(string, ...any)) {
	body := e.Body
	if strings.HasPrefix(e.Header.Get("Content-Type"), "multipart/related") {
		_, after, _ := bytes.Cut(body, []byte("\r\n\r\n"))
		body, _, _ = bytes.Cut(after, []byte("\r\n--"))
	} else if !strings.HasPrefix(e.Header.Get("Content-Type"), "application/json") {
		return
	}
	if len(bytes.TrimSpace(body)) == 0 || len(body) == fakecloud.Kept {
		return
	}
	if m.Request == nil {
		say("it takes no body")
		return
	}
	d.checkJSON(body, m.Request, "request", say)
}

func (d *Document) checkAnswer(m *method, e fakecloud.Exchange, say func(string, ...any)) {
	switch {
	case e.Fault, len(e.Answer) == fakecloud.Kept:
	case e.Status/100 != 2 || e.URL.Query().Get("alt") == "media":
	case e.URL.Query().Get("uploadType") == "resumable" && len(e.Answer) == 0: // not complete yet
	case m.Response == nil && len(e.Answer) > 0:
		say("it answers with nothing, not %q", e.Answer)
	case m.Response != nil:
		d.checkJSON(e.Answer, m.Response, "answer", say)
	}
}

func (d *Document) checkJSON(data []byte, s *schema, where string, say func(string, ...any)) {
	var v any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		say("%s is not JSON: %v", where, err)
		return
	}
	d.checkValue(v, s, where, say)
}

// checkValue compares a value with its schema. What Google keeps as 64 bits is a string.
func (d *Document) checkValue(v any, s *schema, where string, say func(string, ...any)) {
	if s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	if s == nil || s.Type == "any" || s.Type == "" {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		if s.Type != "object" {
			say("%s is an object, not %s", where, s.Type)
			return
		}
		for name, value := range v {
			switch inner := s.Properties[name]; {
			case inner != nil:
				d.checkValue(value, inner, where+"."+name, say)
			case s.Additional != nil:
				d.checkValue(value, s.Additional, where+"."+name, say)
			default:
				say("%s has no field %q", where, name)
			}
		}
	case []any:
		if s.Type != "array" {
			say("%s is an array, not %s", where, s.Type)
			return
		}
		for i, value := range v {
			d.checkValue(value, s.Items, fmt.Sprintf("%s[%d]", where, i), say)
		}
	default:
		if !isType(v, s) {
			say("%s is %#v, not %s %s", where, v, s.Type, s.Format)
		}
	}
}

func isType(v any, s *schema) bool {
	switch v := v.(type) {
	case string:
		if s.Format == "int64" || s.Format == "uint64" {
			return s.Type == "string" && isInteger(v)
		}
		return s.Type == "string"
	case bool:
		return s.Type == "boolean"
	case json.Number:
		return s.Type == "number" || s.Type == "integer" && isInteger(v.String())
	}
	return false
}
