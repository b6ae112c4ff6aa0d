package dropbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

const sam = "sam@example.com"

// A bench is a fake with one account, and a client that knows nothing but HTTP and JSON.
type bench struct {
	cloud  *fakecloud.Cloud
	signIn *oauth.Server
	*dropbox.Server
	http   *http.Client
	access string
}

func start(t testing.TB, off ...dropbox.Rule) *bench {
	cloud := fakecloud.Start(t)
	signIn := oauth.New(cloud, oauth.Dropbox(oauth.Client{ID: "wallet"}), oauth.Account{Email: sam})
	b := &bench{cloud: cloud, signIn: signIn, Server: dropbox.New(cloud, signIn), http: cloud.Client()}
	b.access = signIn.Issue(sam, dropbox.Scopes...).Access
	b.Off(off...)
	return b
}

// A reply is what the fake said.
type reply struct {
	status int
	header http.Header
	body   []byte
	json   map[string]any // of the body, or of Dropbox-API-Result
}

// tag is the tags of an error, from the outside, as far as they are nested under their own
// names or under "reason".
func (r reply) tag() string {
	at, _ := r.json["error"].(map[string]any)
	var tags []string
	for at != nil {
		tag, ok := at[".tag"].(string)
		if ok {
			tags = append(tags, tag)
		}
		next, _ := at[tag].(map[string]any)
		if next == nil {
			next, _ = at["reason"].(map[string]any)
		}
		at = next
	}
	return strings.Join(tags, "/")
}

// call asks as the documentation says: arguments as JSON in the body.
func (b *bench) call(t testing.TB, path, arg string) reply {
	return b.send(t, "https://api.dropboxapi.com/2/"+path, "application/json", "", strings.NewReader(arg))
}

// content asks a call whose arguments are in a header.
func (b *bench) content(t testing.TB, path, arg string, data []byte) reply {
	return b.send(t, "https://content.dropboxapi.com/2/"+path, "application/octet-stream", arg, bytes.NewReader(data))
}

func (b *bench) send(t testing.TB, url, kind, arg string, body io.Reader) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.access)
	r.Header.Set("Content-Type", kind)
	if arg != "" {
		r.Header.Set("Dropbox-API-Arg", arg)
	}
	resp, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got := reply{status: resp.StatusCode, header: resp.Header}
	if got.body, err = io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	text := got.body
	if result := resp.Header.Get("Dropbox-API-Result"); result != "" {
		text = []byte(result)
	}
	json.Unmarshal(text, &got.json)
	return got
}
