package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"
)

const docs = "learn.microsoft.com/graph/"

// golden are answers in the form of the examples of Microsoft's documentation: the same
// keys and types, with values of our own. The examples are said to be cut short there, so
// the fake must answer with at least these.
var golden = []struct {
	source string
	status int
	body   string
	ask    func(t testing.TB, b *bench) reply
}{
	{
		docs + "onedrive-sharepoint-appfolder, Access app folder", 200,
		`{"@odata.context":"https://…","id":"…","lastModifiedDateTime":"2026-01-02T03:04:05Z","size":0,"folder":{"childCount":0},"specialFolder":{"name":"approot"}}`,
		func(t testing.TB, b *bench) reply { return b.ask(t, "GET", app, nil) },
	},
	{
		docs + "api/driveitem-put-content, upload a new file", 201,
		`{"id":"…","name":"a.txt","size":3,"file":{}}`,
		func(t testing.TB, b *bench) reply { return b.ask(t, "PUT", app+":/a.txt:/content", []byte("abc")) },
	},
	{
		docs + "api/resources/hashes, in api/resources/driveitem", 200,
		`{"eTag":"…","cTag":"…","file":{"mimeType":"…","hashes":{"quickXorHash":"…"}},"parentReference":{"driveId":"…","driveType":"…","id":"…","path":"…"}}`,
		func(t testing.TB, b *bench) reply { b.Put("a", nil); return b.ask(t, "GET", app+":/a", nil) },
	},
	{
		docs + "api/driveitem-list-children, Response", 200,
		`{"value":[{"name":"a","size":0,"file":{}}],"@odata.nextLink":"https://…"}`,
		func(t testing.TB, b *bench) reply {
			b.Put("a", nil)
			b.Put("b", nil)
			return b.ask(t, "GET", app+"/children?$top=1", nil)
		},
	},
	{
		docs + "api/driveitem-get-content, Response", 302, ``,
		func(t testing.TB, b *bench) reply { b.Put("a", nil); return b.ask(t, "GET", app+":/a:/content", nil) },
	},
	{
		docs + "api/driveitem-createuploadsession, Create an upload session", 200,
		`{"uploadUrl":"https://…","expirationDateTime":"2026-01-02T03:04:05.678Z"}`,
		func(t testing.TB, b *bench) reply {
			return b.ask(t, "POST", app+":/a:/createUploadSession", []byte(`{"item":{"@microsoft.graph.conflictBehavior":"fail","name":"a"}}`))
		},
	},
	{
		docs + "api/driveitem-createuploadsession, Upload bytes", 202,
		`{"expirationDateTime":"2026-01-02T03:04:05.678Z","nextExpectedRanges":["327680-"]}`,
		func(t testing.TB, b *bench) reply {
			return b.fragment(t, b.session(t, "a"), 0, 320<<10, 320<<10+1)
		},
	},
	{
		docs + "api/driveitem-createuploadsession, Completing a file", 201,
		`{"id":"…","name":"a","size":5,"file":{}}`,
		func(t testing.TB, b *bench) reply { return b.fragment(t, b.session(t, "a"), 0, 5, 5) },
	},
	{
		docs + "api/driveitem-createuploadsession, Handling upload conflicts", 409,
		`{"error":{"code":"nameAlreadyExists","message":"…"}}`,
		func(t testing.TB, b *bench) reply {
			session := b.session(t, "a")
			b.Put("a", nil)
			return b.fragment(t, session, 0, 5, 5)
		},
	},
	{
		docs + "api/driveitem-createuploadsession, Cancel the upload session", 204, ``,
		func(t testing.TB, b *bench) reply { return b.plain(t, "DELETE", b.session(t, "a"), nil) },
	},
	{
		docs + "errors, an example of a full JSON error body", 416,
		`{"error":{"code":"invalidRange","message":"…","innerError":{"request-id":"…","date":"…"}}}`,
		func(t testing.TB, b *bench) reply {
			session := b.session(t, "a")
			b.fragment(t, session, 0, 320<<10, 640<<10)
			return b.fragment(t, session, 0, 320<<10, 640<<10)
		},
	},
	{
		docs + "api/driveitem-delete, Response", 204, ``,
		func(t testing.TB, b *bench) reply { b.Put("a", nil); return b.ask(t, "DELETE", app+":/a", nil) },
	},
}

func TestGolden(t *testing.T) {
	for _, g := range golden {
		r := g.ask(t, newBench(t))
		if r.status != g.status {
			t.Errorf("%s: got %d, want %d: %s", g.source, r.status, g.status, r.body)
			continue
		}
		if g.body == "" {
			if len(r.body) > 0 {
				t.Errorf("%s: a body: %s", g.source, r.body)
			}
			continue
		}
		var example any
		if err := json.Unmarshal([]byte(g.body), &example); err != nil {
			t.Fatal(err)
		}
		for _, lacks := range compare("", example, any(r.json)) {
			t.Errorf("%s: %s in %s", g.source, lacks, r.body)
		}
	}
}

// compare returns what of an example an answer lacks, or has as another type. Error codes
// must be equal.
func compare(at string, example, got any) (lacks []string) {
	switch example := example.(type) {
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok {
			return []string{at + " is no object"}
		}
		for key, value := range example {
			if _, ok := m[key]; !ok {
				lacks = append(lacks, at+"/"+key+" is missing")
			} else {
				lacks = append(lacks, compare(at+"/"+key, value, m[key])...)
			}
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) == 0 {
			return []string{at + " is no list, or empty"}
		}
		return compare(at+"/0", example[0], list[0])
	default:
		if fmt.Sprintf("%T", example) != fmt.Sprintf("%T", got) || at == "/error/code" && example != got {
			return []string{fmt.Sprintf("%s is %v", at, got)}
		}
	}
	return lacks
}
