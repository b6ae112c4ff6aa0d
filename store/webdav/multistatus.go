package webdav

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// propfind asks for the properties that are read here and no others (RFC 4918 §9.1).
const propfind = `<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/></prop></propfind>`

// A multistatus is an answer to PROPFIND (RFC 4918 §14.16).
type multistatus struct {
	XMLName   xml.Name   `xml:"DAV: multistatus"`
	Responses []response `xml:"DAV: response"`
}

type response struct {
	Hrefs     []string   `xml:"DAV: href"`
	Status    string     `xml:"DAV: status"`
	Propstats []propstat `xml:"DAV: propstat"`
}

type propstat struct {
	Status string `xml:"DAV: status"`
	Prop   struct {
		Type *struct {
			Collection *struct{} `xml:"DAV: collection"`
		} `xml:"DAV: resourcetype"`
		Length   string `xml:"DAV: getcontentlength"`
		Modified string `xml:"DAV: getlastmodified"`
	} `xml:"DAV: prop"`
}

// A member is what a multistatus says about one resource.
type member struct {
	parent, name string // the decoded path: parent ends with a slash; name is "" for base itself
	folder       bool
	size         int64
	modified     time.Time
}

// parse reads a whole multistatus about base and what is in it. Anything that is not
// understood is an error: a listing must be complete.
func parse(body []byte, base *url.URL) ([]member, error) {
	var ms multistatus
	decoder := xml.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&ms); err != nil {
		return nil, err
	}
	if err := atEnd(decoder); err != nil {
		return nil, err
	}
	var members []member
	for _, r := range ms.Responses {
		if len(r.Hrefs) != 1 {
			return nil, fmt.Errorf("%d addresses in one response", len(r.Hrefs))
		}
		m, err := locate(r.Hrefs[0], base)
		if err != nil {
			return nil, err
		}
		if statusCode(r.Status) == http.StatusNotFound { // deleted while it was listed
			continue
		}
		if err := m.describe(r); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	return members, nil
}

// atEnd fails if anything follows the document.
func atEnd(d *xml.Decoder) error {
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if text, ok := token.(xml.CharData); ok && len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if _, ok := token.(xml.Comment); !ok {
			return fmt.Errorf("something follows the listing")
		}
	}
}

// locate decodes an href, absolute or relative to base. Only the path counts: servers
// behind a proxy often do not know their own name.
func locate(href string, base *url.URL) (member, error) {
	u, err := base.Parse(strings.TrimSpace(href))
	if err != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(href, "#") {
		return member{}, fmt.Errorf("not an address: %q", href)
	}
	escaped := u.EscapedPath()
	if whole, err := url.PathUnescape(escaped); err == nil && strings.TrimSuffix(whole, "/") == strings.TrimSuffix(base.Path, "/") {
		return member{parent: base.Path}, nil
	}
	escaped = strings.TrimSuffix(escaped, "/")
	cut := strings.LastIndexByte(escaped, '/') + 1
	parent, err1 := url.PathUnescape(escaped[:cut])
	name, err2 := url.PathUnescape(escaped[cut:])
	if err1 != nil || err2 != nil || name == "" {
		return member{}, fmt.Errorf("not an address: %q", href)
	}
	return member{parent: parent, name: name}, nil
}

// describe takes over the properties that the server found. Only resourcetype must be there.
func (m *member) describe(r response) error {
	known := false
	for _, p := range r.Propstats {
		if statusCode(p.Status) != http.StatusOK {
			continue
		}
		if p.Prop.Type != nil {
			known, m.folder = true, p.Prop.Type.Collection != nil
		}
		if length := strings.TrimSpace(p.Prop.Length); length != "" {
			size, err := strconv.ParseInt(length, 10, 64)
			if err != nil || size < 0 {
				return fmt.Errorf("%q has %q bytes", m.name, length)
			}
			m.size = size
		}
		if modified, err := http.ParseTime(strings.TrimSpace(p.Prop.Modified)); err == nil {
			m.modified = modified
		}
	}
	if !known {
		return fmt.Errorf("nothing is said about %q %s", m.name, r.Status)
	}
	return nil
}

// statusCode reads "HTTP/1.1 200 OK"; 0 if it is something else.
func statusCode(line string) int {
	fields := strings.Fields(line)
	if len(fields) < 2 || !strings.HasPrefix(fields[0], "HTTP/") {
		return 0
	}
	code, _ := strconv.Atoi(fields[1])
	return code
}
