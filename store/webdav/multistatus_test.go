package webdav

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/store"
)

const (
	begin  = `<?xml version="1.0" encoding="utf-8"?>` + "\n" + `<D:multistatus xmlns:D="DAV:">`
	itself = `<D:response><D:href>/backup/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop>` +
		`<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`
	end = `</D:multistatus>`
)

// fileAt is the response for one file.
func fileAt(href string) string {
	return `<D:response><D:href>` + href + `</D:href><D:propstat><D:prop><D:resourcetype/><D:getcontentlength>7</D:getcontentlength>` +
		`<D:getlastmodified>Sun, 22 Nov 2026 10:00:00 GMT</D:getlastmodified></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`
}

// listing returns what List makes of an answer.
func listing(t *testing.T, body string) (string, error) {
	s, f := behind(t)
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusMultiStatus)
		w.Write([]byte(body))
		return true
	})
	entries, err := s.List(t.Context())
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	return strings.Join(names, "|"), err
}

func TestGoodListings(t *testing.T) {
	for what, c := range map[string]struct{ body, want string }{
		"empty":         {begin + itself + end, ""},
		"sorted":        {begin + fileAt("/backup/b") + itself + fileAt("/backup/a") + end, "a|b"},
		"whole address": {begin + itself + fileAt("http://inside.example:8080/backup/a") + end, "a"},
		"relative":      {begin + itself + fileAt("a") + end, "a"},
		"escaped":       {begin + itself + fileAt("/backup/100%25%20%231%2b;&amp;'") + end, "100% #1+;&'"},
		"escaped twice": {begin + itself + fileAt("/backup/a%252Fb") + end, "a%2Fb"},
		"line breaks":   {begin + itself + fileAt("\n  /backup/a\n") + end + "\n<!-- bye -->\n", "a"},
		"listed twice":  {begin + itself + fileAt("/backup/a") + fileAt("/backup/a") + end, "a"},
		"no slash":      {begin + strings.Replace(itself, "/backup/", "/backup", 1) + end, ""},
		"a folder":      {begin + itself + strings.Replace(itself, "/backup/", "/backup/sub/", 1) + end, ""},
		"not ours":      {begin + itself + fileAt("/backup/.cloudseed-1.tmp") + fileAt("/backup/%C3%A9") + fileAt("/backup/a%2Fb") + end, ""},
		"deleted since": {begin + itself + `<D:response><D:href>/backup/a</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>` + end, ""},
		"other prefix":  {strings.NewReplacer("D:", "", "xmlns:D", "xmlns").Replace(strings.Replace(begin, "xmlns:D", "xmlns", 1) + itself + end), ""},
	} {
		if got, err := listing(t, c.body); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v, want %q", what, got, err, c.want)
		}
	}
}

// Each of these, read kindly, would be a shorter list than the true one.
func TestBadListings(t *testing.T) {
	whole := begin + itself + fileAt("/backup/a") + end
	for what, body := range map[string]string{
		"nothing":           "",
		"a page":            "<!doctype html><html><body>Please sign in</body></html>",
		"no responses":      begin + end,
		"without itself":    begin + fileAt("/backup/a") + end,
		"other folder":      begin + itself + fileAt("/other/a") + end,
		"deeper":            begin + itself + fileAt("/backup/sub/a") + end,
		"more follows":      whole + begin + end,
		"text follows":      whole + "error",
		"no namespace":      strings.ReplaceAll(whole, `xmlns:D="DAV:"`, `xmlns:D="X:"`),
		"no address":        begin + itself + strings.ReplaceAll(fileAt("x"), "<D:href>x</D:href>", "") + end,
		"two addresses":     begin + itself + strings.ReplaceAll(fileAt("x"), "<D:href>x</D:href>", "<D:href>/backup/a</D:href><D:href>/backup/b</D:href>") + end,
		"bad escape":        begin + itself + fileAt("/backup/100%") + end,
		"unescaped #":       begin + itself + fileAt("/backup/#1") + end,
		"unescaped ?":       begin + itself + fileAt("/backup/?1") + end,
		"bad length":        begin + itself + strings.Replace(fileAt("/backup/a"), ">7<", ">seven<", 1) + end,
		"negative length":   begin + itself + strings.Replace(fileAt("/backup/a"), ">7<", ">-7<", 1) + end,
		"forbidden":         begin + itself + `<D:response><D:href>/backup/a</D:href><D:status>HTTP/1.1 403 Forbidden</D:status></D:response>` + end,
		"nothing known":     begin + itself + strings.Replace(fileAt("/backup/a"), "200 OK", "500 Oops", 1) + end,
		"unknown character": strings.Replace(whole, "utf-8", "utf-16", 1),
	} {
		if got, err := listing(t, body); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: got %q, %v", what, got, err)
		}
	}
	for cut := range whole {
		if _, err := parse([]byte(whole[:cut]), &url.URL{Path: "/backup/"}); err == nil {
			t.Errorf("cut to %d of %d bytes it is taken for whole", cut, len(whole))
		}
	}
}

func TestListingBreaksOff(t *testing.T) {
	s, f := behind(t)
	f.set(raw("207 Multi-Status", "Content-Length: 5000", begin+itself))
	if _, err := s.List(t.Context()); !errors.Is(err, store.ErrOffline) {
		t.Errorf("got %v", err)
	}
	f.set(raw("207 Multi-Status", "Connection: close", begin+itself+end))
	if _, err := s.List(t.Context()); err != nil {
		t.Errorf("a listing of unknown length that shows its end: %v", err)
	}
	f.set(raw("207 Multi-Status", "Connection: close", begin+itself))
	if _, err := s.List(t.Context()); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("a listing of unknown length: %v", err)
	}
	f.set(raw("207 Multi-Status", "Content-Length: 17000000", begin+strings.Repeat(" ", 17_000_000)))
	if _, err := s.List(t.Context()); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("a very long listing: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(begin + itself + fileAt("/backup/a") + end))
	f.Add([]byte(begin + itself + fileAt("http://x/backup/a%2520b") + end))
	f.Fuzz(func(t *testing.T, body []byte) {
		members, err := parse(body, &url.URL{Scheme: "https", Host: "host", Path: "/backup/"})
		for _, m := range members {
			if err != nil || m.size < 0 {
				t.Errorf("%v with %v", m, err)
			}
		}
	})
}
