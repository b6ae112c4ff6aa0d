package graph_test

import (
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud/graph"
	"github.com/cloudseed/cloudseed/internal/fakecloud/ruletest"
	"github.com/cloudseed/cloudseed/internal/peer"
)

const fail = "?@microsoft.graph.conflictBehavior=fail"

// What the fake must answer, by rule. Each check passes while its rule is on and fails when
// it is off: TestRules shows both.
var rules = map[graph.Rule]func(t testing.TB, b *bench){
	graph.NeedsToken: func(t testing.TB, b *bench) {
		want(t, b.plain(t, "GET", app, nil), 401, "InvalidAuthenticationToken")
		b.cloud.Skip(2 * time.Hour)
		want(t, b.ask(t, "GET", app, nil), 401, "InvalidAuthenticationToken")
	},
	graph.NeedsScope: func(t testing.TB, b *bench) {
		b.as("User.Read", graph.AppFolder)
		want(t, b.ask(t, "GET", app, nil), 200, "")
		b.as("User.Read")
		want(t, b.ask(t, "GET", app, nil), 403, "accessDenied")
	},
	graph.OnlyAppFolder: func(t testing.TB, b *bench) {
		want(t, b.ask(t, "GET", api+"/me/drive/root/children", nil), 403, "accessDenied")
		want(t, b.ask(t, "PUT", api+"/me/drive/root:/a:/content", nil), 403, "accessDenied")
		want(t, b.ask(t, "GET", api+"/me/drive", nil), 403, "accessDenied")
	},
	graph.FailsOnConflict: func(t testing.TB, b *bench) {
		want(t, b.ask(t, "PUT", app+":/a:/content"+fail, []byte("first")), 201, "")
		want(t, b.ask(t, "PUT", app+":/a:/content"+fail, []byte("second")), 409, "nameAlreadyExists")
		want(t, b.ask(t, "POST", app+":/a:/createUploadSession"+fail, nil), 409, "nameAlreadyExists")
		if got := b.Stored()["a"]; string(got) != "first" {
			t.Errorf("it holds %q", got)
		}
	},
	graph.ReplacesByDefault: func(t testing.TB, b *bench) {
		want(t, b.ask(t, "PUT", app+":/a:/content", []byte("first")), 201, "")
		want(t, b.ask(t, "PUT", app+":/a:/content", []byte("second")), 200, "")
		if got := b.Stored()["a"]; string(got) != "second" {
			t.Errorf("it holds %q", got)
		}
	},
	graph.CaseInsensitive: func(t testing.TB, b *bench) {
		want(t, b.ask(t, "PUT", app+":/Name:/content", nil), 201, "")
		want(t, b.ask(t, "PUT", app+":/nAME:/content"+fail, nil), 409, "nameAlreadyExists")
		if r := b.ask(t, "GET", app+":/NAME", nil); r.text("name") != "Name" {
			t.Errorf("it is named %q", r.text("name"))
		}
	},
	graph.ForbidsNames: func(t testing.TB, b *bench) {
		for _, name := range []string{"a%3Ab", "a%2Ab", "a%3Fb", "%22", "%3C", "a%7C", "%5C", "%20a", "a.", "~$a", "a_vti_b", "desktop.ini"} {
			want(t, b.ask(t, "PUT", app+":/"+name+":/content", nil), 400, "invalidRequest")
		}
	},
	graph.SmallPut: func(t testing.TB, b *bench) {
		want(t, b.ask(t, "PUT", app+":/a:/content", make([]byte, 4<<20)), 201, "")
		want(t, b.ask(t, "PUT", app+":/b:/content", make([]byte, 4<<20+1)), 413, "invalidRequest")
	},
	graph.Redirects: func(t testing.TB, b *bench) {
		b.Put("a", []byte("x"))
		r := b.ask(t, "GET", app+":/a:/content", nil)
		want(t, r, 302, "")
		if r.header.Get("Location") == "" {
			t.Fatal("it leads nowhere")
		}
		if got := b.plain(t, "GET", r.header.Get("Location"), nil); string(got.body) != "x" {
			t.Errorf("there it is %q", got.body)
		}
	},
	graph.LinksExpire: func(t testing.TB, b *bench) {
		b.Put("a", []byte("x"))
		link := b.ask(t, "GET", app+":/a:/content", nil).header.Get("Location")
		want(t, b.plain(t, "GET", link, nil), 200, "")
		b.cloud.Skip(6 * time.Minute)
		want(t, b.plain(t, "GET", link, nil), 401, "")
	},
	graph.Pages: func(t testing.TB, b *bench) {
		names := map[string]bool{}
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			b.Put(name, nil)
		}
		pages := 0
		for next := app + "/children?$top=2"; next != ""; pages++ {
			r := b.ask(t, "GET", next, nil)
			for _, i := range r.json["value"].([]any) {
				names[i.(map[string]any)["name"].(string)] = true
			}
			next = r.text("@odata.nextLink")
		}
		if pages != 3 || len(names) != 5 {
			t.Errorf("%d pages with %d names", pages, len(names))
		}
	},
	graph.IfMatch: func(t testing.TB, b *bench) {
		b.Put("a", nil)
		tag := b.ask(t, "GET", app+":/a", nil).text("eTag")
		want(t, b.ask(t, "PUT", app+":/a:/content", []byte("newer")), 200, "")
		want(t, b.ask(t, "DELETE", app+":/a", nil, "If-Match: "+tag), 412, "resourceModified")
		want(t, b.ask(t, "POST", app+":/a:/createUploadSession", nil, "If-Match: "+tag), 412, "resourceModified")
		tag = b.ask(t, "GET", app+":/a", nil).text("eTag")
		session := b.ask(t, "POST", app+":/a:/createUploadSession", []byte(`{"item":{"@microsoft.graph.conflictBehavior":"replace"}}`), "If-Match: "+tag)
		want(t, session, 200, "")
		want(t, b.ask(t, "PUT", app+":/a:/content", []byte("newest")), 200, "")
		want(t, b.fragment(t, session.text("uploadUrl"), 0, 5, 5), 412, "resourceModified")
	},
	graph.Quota: func(t testing.TB, b *bench) {
		b.SetCapacity(100)
		want(t, b.ask(t, "PUT", app+":/a:/content", make([]byte, 101)), 507, "quotaLimitReached")
		want(t, b.ask(t, "POST", app+":/a:/createUploadSession", []byte(`{"item":{"fileSize":101}}`)), 507, "quotaLimitReached")
		want(t, b.fragment(t, b.session(t, "a"), 0, 101, 101), 507, "quotaLimitReached")
	},
	graph.NoTokenAtUpload: func(t testing.TB, b *bench) {
		want(t, b.fragment(t, b.session(t, "a"), 0, 5, 5, "Authorization: Bearer x"), 401, "unauthenticated")
	},
	graph.RangesInOrder: func(t testing.TB, b *bench) {
		session := b.session(t, "a")
		want(t, b.fragment(t, session, 0, 320<<10, 640<<10), 202, "")
		want(t, b.fragment(t, session, 0, 320<<10, 640<<10), 416, "invalidRange")
		if r := b.plain(t, "GET", session, nil); r.json["nextExpectedRanges"].([]any)[0] != "327680-" {
			t.Errorf("expects %s", r.body)
		}
	},
	graph.RangesOf320KiB: func(t testing.TB, b *bench) {
		session := b.session(t, "a")
		want(t, b.fragment(t, session, 0, 1000, 2000), 400, "invalidRequest")
		want(t, b.fragment(t, session, 0, 2000, 2000), 201, "")
	},
	graph.OneTotal: func(t testing.TB, b *bench) {
		session := b.session(t, "a")
		want(t, b.fragment(t, session, 0, 320<<10, 640<<10), 202, "")
		want(t, b.fragment(t, session, 320<<10, 1, 320<<10+1), 400, "invalidRequest")
	},
	graph.SessionsEnd: func(t testing.TB, b *bench) {
		session := b.session(t, "a")
		b.cloud.Skip(25 * time.Hour)
		want(t, b.fragment(t, session, 0, 5, 5), 404, "itemNotFound")
		b.as(graph.AppFolder)
		session = b.session(t, "b")
		want(t, b.plain(t, "DELETE", session, nil), 204, "")
		want(t, b.plain(t, "GET", session, nil), 404, "itemNotFound")
	},
	graph.LateConflict: func(t testing.TB, b *bench) {
		session := b.session(t, "a")
		b.Put("a", []byte("faster"))
		want(t, b.fragment(t, session, 0, 5, 5), 409, "nameAlreadyExists")
		if got := b.Stored()["a"]; string(got) != "faster" {
			t.Errorf("it holds %q", got)
		}
	},
	graph.CompleteOrNothing: func(t testing.TB, b *bench) {
		session := b.session(t, "a")
		want(t, b.fragment(t, session, 0, 320<<10, 320<<10+1), 202, "")
		want(t, b.ask(t, "GET", app+":/a", nil), 404, "itemNotFound")
		want(t, b.fragment(t, session, 320<<10, 1, 320<<10+1), 201, "")
		want(t, b.ask(t, "GET", app+":/a", nil), 200, "")
	},
	graph.Hashes: func(t testing.TB, b *bench) {
		b.Put("a", []byte("hello world"))
		file, _ := b.ask(t, "GET", app+":/a", nil).json["file"].(map[string]any)
		hashes, _ := file["hashes"].(map[string]any)
		if hashes["quickXorHash"] != "aCgDG9jwBhDc4Q1yawMZAAAAAAA=" { // pypi.org/project/quickxorhash
			t.Errorf("hashes: %v", hashes)
		}
	},
	graph.Deletes: func(t testing.TB, b *bench) {
		b.Put("a", []byte("x"))
		want(t, b.ask(t, "DELETE", app+":/a", nil), 204, "")
		want(t, b.ask(t, "GET", app+":/a", nil), 404, "itemNotFound")
		want(t, b.ask(t, "DELETE", app+":/a", nil), 404, "itemNotFound")
	},
}

// Every rule is checked, and every check notices when its rule is off.
func TestRules(t *testing.T) {
	peer.Slow(t)
	ruletest.Run(t, graph.Rules, rules, func(t testing.TB, off ...graph.Rule) *bench {
		b := newBench(t)
		for _, r := range off {
			b.Break(r)
		}
		return b
	})
}

func TestReserve(t *testing.T) {
	b := newBench(t)
	b.Reserve = true
	session := b.session(t, "a")
	want(t, b.ask(t, "POST", app+":/A:/createUploadSession", nil), 409, "nameAlreadyExists")
	want(t, b.plain(t, "DELETE", session, nil), 204, "")
	b.session(t, "a")
}

// Accounts do not see each other's files, and some have no drive at all.
func TestAccounts(t *testing.T) {
	b := newBench(t)
	b.Put("a", []byte("x"))
	b.signed = b.plainly(b.microsoft.Client("other@example.com", graph.AppFolder))
	want(t, b.ask(t, "GET", app, nil), 404, "ResourceNotFound")
	other := b.Another("other@example.com")
	want(t, b.ask(t, "GET", app+":/a", nil), 404, "itemNotFound")
	want(t, b.fragment(t, b.session(t, "b"), 0, 5, 5), 201, "")
	if len(b.Stored()) != 1 || len(other.Stored()) != 1 {
		t.Errorf("stored: %v and %v", b.Stored(), other.Stored())
	}
}

// What is not in the contract is refused, not guessed at.
func TestUnknown(t *testing.T) {
	b := newBench(t)
	want(t, b.ask(t, "GET", api+"/me/messages", nil), 404, "itemNotFound")
	want(t, b.ask(t, "GET", api+"/me/drive/special/Approot", nil), 404, "itemNotFound") // the name is case sensitive
	want(t, b.ask(t, "GET", api+"/drives/other/root", nil), 404, "itemNotFound")
	want(t, b.ask(t, "POST", app+":/a:/content", nil), 404, "itemNotFound")
	want(t, b.ask(t, "PUT", app, nil), 405, "notSupported")
	want(t, b.ask(t, "PUT", app+":/a:/content?@microsoft.graph.conflictBehavior=overwrite", nil), 400, "invalidRequest")
	want(t, b.plain(t, "GET", "https://by3301.files.1drv.com/y23/made-up", nil), 401, "")
	want(t, b.fragment(t, "https://sn3302.up.1drv.com/up/made-up", 0, 5, 5), 404, "itemNotFound")
}
