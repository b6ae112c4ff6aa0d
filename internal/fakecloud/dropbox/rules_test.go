package dropbox_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/fakecloud/ruletest"
	"github.com/cloudseed/cloudseed/internal/peer"
)

const strict = `{"path":"/a","mode":"add","autorename":false,"strict_conflict":true}`

// What the fake must answer, by rule. Each check passes while its rule is on and fails when
// it is off: TestRules shows both.
var rules = map[dropbox.Rule]func(t testing.TB, b *bench){
	dropbox.TokensKnown: func(t testing.TB, b *bench) {
		b.access = "made up"
		want(t, b.call(t, "files/list_folder", `{"path":""}`), 401, "invalid_access_token")
	},
	dropbox.TokensExpire: func(t testing.TB, b *bench) {
		b.cloud.Skip(4*time.Hour + time.Minute)
		want(t, b.call(t, "files/list_folder", `{"path":""}`), 401, "expired_access_token")
	},
	dropbox.ScopesChecked: func(t testing.TB, b *bench) {
		b.access = b.signIn.Issue(sam, "files.metadata.read").Access
		r := b.content(t, "files/upload", strict, nil)
		want(t, r, 401, "missing_scope")
		if e, _ := r.json["error"].(map[string]any); e["required_scope"] != "files.content.write" {
			t.Errorf("required: %v", e["required_scope"])
		}
	},
	dropbox.ArgumentsKnown: func(t testing.TB, b *bench) {
		want(t, b.call(t, "files/list_folder", `{"path":"","recursiv":true}`), 400, "")
	},
	dropbox.HeadersASCII: func(t testing.TB, b *bench) {
		want(t, b.content(t, "files/upload", `{"path":"/é"}`, nil), 400, "")
	},
	dropbox.TypesChecked: func(t testing.TB, b *bench) {
		want(t, b.send(t, "https://api.dropboxapi.com/2/files/list_folder", "text/html", "", strings.NewReader(`{"path":""}`)), 400, "")
	},
	dropbox.PathsChecked: func(t testing.TB, b *bench) {
		want(t, b.content(t, "files/upload", `{"path":"a"}`, nil), 409, "path/malformed_path")
		want(t, b.content(t, "files/upload", `{"path":"/Desktop.ini"}`, nil), 409, "path/disallowed_name")
		want(t, b.call(t, "files/get_metadata", `{"path":"a"}`), 409, "path/malformed_path")
	},
	dropbox.CaseFolded: func(t testing.TB, b *bench) {
		b.Put(sam, "/A", []byte("x"))
		want(t, b.content(t, "files/upload", strict, []byte("y")), 409, "path/conflict/file")
		want(t, b.call(t, "files/get_metadata", `{"path":"/a"}`), 200, "")
	},
	dropbox.AddExclusive: func(t testing.TB, b *bench) {
		b.Put(sam, "/a", []byte("first"))
		want(t, b.content(t, "files/upload", `{"path":"/a"}`, []byte("second")), 409, "path/conflict/file")
		holds(t, b, "/a", "first")
		want(t, b.content(t, "files/upload", `{"path":"/a","autorename":true}`, []byte("second")), 200, "")
		holds(t, b, "/a (1)", "second")
	},
	dropbox.StrictConflict: func(t testing.TB, b *bench) {
		b.Put(sam, "/a", []byte("same"))
		want(t, b.content(t, "files/upload", strict, []byte("same")), 409, "path/conflict/file")
		want(t, b.content(t, "files/upload", `{"path":"/a"}`, []byte("same")), 200, "") // not strict: no conflict
	},
	dropbox.UpdateByRev: func(t testing.TB, b *bench) {
		rev := b.content(t, "files/upload", strict, []byte("1")).json["rev"]
		update := fmt.Sprintf(`{"path":"/a","mode":{".tag":"update","update":%q}}`, rev)
		want(t, b.content(t, "files/upload", update, []byte("2")), 200, "")
		want(t, b.content(t, "files/upload", update, []byte("3")), 409, "path/conflict/file")
		holds(t, b, "/a", "2")
	},
	dropbox.HashChecked: func(t testing.TB, b *bench) {
		arg := fmt.Sprintf(`{"path":"/a","content_hash":%q}`, milkyWay)
		want(t, b.content(t, "files/upload", arg, []byte("something else")), 409, "content_hash_mismatch")
		holds(t, b, "/a", "")
	},
	dropbox.HashTold: func(t testing.TB, b *bench) {
		const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
		b.Put(sam, "/a", nil)
		for what, r := range map[string]reply{
			"download": b.content(t, "files/download", `{"path":"/a"}`, nil), "get_metadata": b.call(t, "files/get_metadata", `{"path":"/a"}`),
		} {
			if r.json["content_hash"] != empty {
				t.Errorf("%s: the hash of an empty file is %v", what, r.json["content_hash"])
			}
		}
	},
	dropbox.QuotaChecked: func(t testing.TB, b *bench) {
		b.SetQuota(sam, 5)
		want(t, b.content(t, "files/upload", `{"path":"/a"}`, []byte("12345")), 200, "")
		want(t, b.content(t, "files/upload", `{"path":"/b"}`, []byte("6")), 409, "path/insufficient_space")
		want(t, b.content(t, "files/upload", `{"path":"/a","mode":"overwrite"}`, []byte("54321")), 200, "")
	},
	dropbox.WritesLocked: writesLocked,
	dropbox.Paged: func(t testing.TB, b *bench) {
		b.Page = 3
		for i := range 8 {
			b.Put(sam, fmt.Sprint("/", i), nil)
		}
		names, sizes := b.list(t, nil)
		if got := strings.Join(names, ""); got != "01234567" || len(sizes) != 4 || sizes[1] != 0 {
			t.Errorf("listed %s in pages of %v", got, sizes)
		}
	},
	dropbox.ChangesListed: func(t testing.TB, b *bench) {
		b.Page = 3
		for i := range 8 {
			b.Put(sam, fmt.Sprint("/", i), nil)
		}
		names, _ := b.list(t, func() { b.Put(sam, "/00", nil); b.Remove(sam, "/1") })
		if got := strings.Join(names, " "); !strings.HasSuffix(got, "7 00 -1") {
			t.Errorf("listed %s", got)
		}
	},
	dropbox.CursorsReset: func(t testing.TB, b *bench) {
		cursor := b.call(t, "files/list_folder", `{"path":""}`).json["cursor"]
		b.Reset()
		want(t, b.call(t, "files/list_folder/continue", fmt.Sprintf(`{"cursor":%q}`, cursor)), 409, "reset")
		want(t, b.call(t, "files/list_folder/continue", `{"cursor":"made up"}`), 400, "")
	},
	dropbox.MissingTold: func(t testing.TB, b *bench) {
		want(t, b.call(t, "files/delete_v2", `{"path":"/a"}`), 409, "path_lookup/not_found")
	},
	dropbox.DeleteByRev: func(t testing.TB, b *bench) {
		b.Put(sam, "/a", []byte("x"))
		b.MakeFolder(sam, "/f")
		want(t, b.call(t, "files/delete_v2", `{"path":"/a","parent_rev":"123456789"}`), 409, "path_write/conflict/file")
		want(t, b.call(t, "files/delete_v2", `{"path":"/f","parent_rev":"123456789"}`), 409, "path_lookup/not_file")
		holds(t, b, "/a", "x")
		rev := b.call(t, "files/get_metadata", `{"path":"/a"}`).json["rev"]
		want(t, b.call(t, "files/delete_v2", fmt.Sprintf(`{"path":"/a","parent_rev":%q}`, rev)), 200, "")
		holds(t, b, "/a", "")
	},
	dropbox.FoldersApart: func(t testing.TB, b *bench) {
		b.MakeFolder(sam, "/a")
		want(t, b.content(t, "files/download", `{"path":"/a"}`, nil), 409, "path/not_file")
		want(t, b.content(t, "files/upload", `{"path":"/a","mode":"overwrite"}`, []byte("x")), 409, "path/conflict/folder")
	},
}

func writesLocked(t testing.TB, b *bench) {
	replies := overlapping(t, b)
	want(t, replies[0], 200, "")
	want(t, replies[1], 429, "too_many_write_operations")
	if replies[1].header.Get("Retry-After") != "1" || !bytes.Contains(replies[1].body, []byte(`"retry_after":1`)) {
		t.Errorf("does not say how long to wait: %s", replies[1].body)
	}
}

// overlapping writes twice at once, while a write takes longer than another waits. The
// answers come in order of their status.
func overlapping(t testing.TB, b *bench) []reply {
	b.CommitTime, b.LockWait = 300*time.Millisecond, 20*time.Millisecond
	var both sync.WaitGroup
	replies := make([]reply, 2)
	for i := range replies {
		both.Go(func() { replies[i] = b.content(t, "files/upload", fmt.Sprintf(`{"path":"/%d"}`, i), nil) })
	}
	both.Wait()
	slices.SortFunc(replies, func(a, b reply) int { return a.status - b.status })
	return replies
}

func TestRules(t *testing.T) {
	peer.Slow(t)
	ruletest.Run(t, dropbox.Rules, rules, start)
}

// want fails the test unless the answer has that status and those tags. Only statuses that
// are documented with JSON have it.
func want(t testing.TB, r reply, status int, tags string) {
	t.Helper()
	if r.status != status || r.tag() != tags {
		t.Errorf("answered %d %q, want %d %q: %s", r.status, r.tag(), status, tags, r.body)
	}
	if summary, _ := r.json["error_summary"].(string); tags != "" && !strings.HasPrefix(summary, tags+"/") {
		t.Errorf("the summary is %q, want %s", summary, tags)
	}
	if r.header.Get("X-Dropbox-Request-Id") == "" {
		t.Error("no request id")
	}
}

func holds(t testing.TB, b *bench, path, data string) {
	t.Helper()
	if got := string(b.Files(sam)[path]); got != data {
		t.Errorf("%s holds %q, want %q", path, got, data)
	}
}

// list reads all pages, calling between after the first, and returns names and sizes of pages.
// The name of a deleted entry begins with a dash.
func (b *bench) list(t testing.TB, between func()) (names []string, sizes []int) {
	r := b.call(t, "files/list_folder", `{"path":"","limit":2000}`)
	for {
		entries, _ := r.json["entries"].([]any)
		for _, e := range entries {
			m := e.(map[string]any)
			name := m["name"].(string)
			if m[".tag"] == "deleted" {
				name = "-" + name
			}
			names = append(names, name)
		}
		sizes = append(sizes, len(entries))
		if more, _ := r.json["has_more"].(bool); !more {
			return names, sizes
		}
		if between != nil {
			between()
			between = nil
		}
		r = b.call(t, "files/list_folder/continue", fmt.Sprintf(`{"cursor":%q}`, r.json["cursor"]))
	}
}
