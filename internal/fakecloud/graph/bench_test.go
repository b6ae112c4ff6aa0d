package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/graph"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

const (
	sam = "sam@example.com"
	api = "https://graph.microsoft.com/v1.0"
	app = api + "/me/drive/special/approot"
)

// A bench is a drive with somebody signed in to it.
type bench struct {
	*graph.Drive
	cloud     *fakecloud.Cloud
	microsoft *oauth.Server
	signed    *http.Client
}

func newBench(t testing.TB) *bench {
	return newBenchFor(t, oauth.Client{ID: "app", Redirects: []string{"http://localhost"}})
}

func newBenchFor(t testing.TB, c oauth.Client) *bench {
	cloud := fakecloud.Start(t)
	microsoft := oauth.New(cloud, oauth.Microsoft(c), oauth.Account{Email: sam}, oauth.Account{Email: "other@example.com"})
	b := &bench{graph.New(cloud, microsoft, sam), cloud, microsoft, nil}
	b.as(graph.AppFolder)
	return b
}

// as signs in with other scopes.
func (b *bench) as(scopes ...string) { b.signed = b.plainly(b.microsoft.Client(sam, scopes...)) }

// plainly makes a client follow no redirects.
func (b *bench) plainly(c *http.Client) *http.Client {
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// A reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   []byte
	json   map[string]any
}

func (r reply) text(key string) string { s, _ := r.json[key].(string); return s }

// code is the error code of a refusal.
func (r reply) code() string {
	e, _ := r.json["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

// ask sends a request with the token. Headers are "Name: value".
func (b *bench) ask(t testing.TB, method, url string, body []byte, headers ...string) reply {
	t.Helper()
	return send(t, b.signed, method, url, body, headers...)
}

// plain sends a request without the token.
func (b *bench) plain(t testing.TB, method, url string, body []byte, headers ...string) reply {
	t.Helper()
	return send(t, b.plainly(b.cloud.Client()), method, url, body, headers...)
}

func send(t testing.TB, client *http.Client, method, url string, body []byte, headers ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		key, value, _ := strings.Cut(h, ": ")
		req.Header.Set(key, value)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	r := reply{status: resp.StatusCode, header: resp.Header}
	if r.body, err = io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	json.Unmarshal(r.body, &r.json)
	return r
}

// session begins an upload of name and returns its address.
func (b *bench) session(t testing.TB, name string) string {
	t.Helper()
	r := b.ask(t, "POST", app+":/"+name+":/createUploadSession?@microsoft.graph.conflictBehavior=fail", nil)
	want(t, r, 200, "")
	return r.text("uploadUrl")
}

// fragment uploads bytes [from, from+n) of size.
func (b *bench) fragment(t testing.TB, session string, from, n, size int, headers ...string) reply {
	t.Helper()
	return b.plain(t, "PUT", session, make([]byte, n), append(headers, fmt.Sprintf("Content-Range: bytes %d-%d/%d", from, from+n-1, size))...)
}

func want(t testing.TB, r reply, status int, code string) {
	t.Helper()
	if r.status != status || r.code() != code {
		t.Errorf("got %d %q, want %d %q: %.300s", r.status, r.code(), status, code, r.body)
	}
}
