package dropbox_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
)

// milkyWay is the hash of Dropbox's worked example, a picture of 9,711,423 bytes
// (www.dropbox.com/developers/reference/content-hash). The picture is not here; its blocks'
// hashes are, see TestContentHash.
const milkyWay = "485291fa0ee50c016982abbfa943957bcd231aae0492ccbaa22c58e3997b35e0"

// golden are answers of Dropbox, from its documentation and from reports of people who got
// them from the service. The fake must answer with the same shape: the same keys and types,
// and in errors the same tags.
var golden = []struct {
	source string
	status int
	body   string
	ask    func(t testing.TB, b *bench) reply
}{
	{
		"files.stone at 0d994eb, FileMetadata, example default, without what a shared folder or a property adds", 200,
		`{".tag":"file","name":"Prime_Numbers.txt","id":"id:a4ayc_80_OEAAAAAAAAAXw","client_modified":"2015-05-12T15:50:38Z","server_modified":"2015-05-12T15:50:38Z",
		"rev":"a1c10ce0dd78","size":7212,"path_lower":"/homework/math/prime_numbers.txt","path_display":"/Homework/math/Prime_Numbers.txt",
		"is_downloadable":true,"content_hash":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}`,
		func(t testing.TB, b *bench) reply {
			b.Put(sam, "/Homework/math/Prime_Numbers.txt", nil)
			return b.call(t, "files/get_metadata", `{"path":"/homework/math/prime_numbers.txt"}`)
		},
	},
	{
		"files.stone at 0d994eb, FolderMetadata, example default, without what a shared folder or a property adds", 200,
		`{".tag":"folder","name":"math","id":"id:a4ayc_80_OEAAAAAAAAAXz","path_lower":"/homework/math","path_display":"/Homework/math"}`,
		func(t testing.TB, b *bench) reply {
			b.MakeFolder(sam, "/Homework/math")
			return b.call(t, "files/get_metadata", `{"path":"/Homework/math"}`)
		},
	},
	{
		"files.stone at 0d994eb, ListFolderResult, example default, with entries as above", 200,
		`{"entries":[],"cursor":"ZtkX9_EHj3x7PMkVuFIhwKYXEpwpLwyxp9vMKomUhllil9q7eWiAu","has_more":false}`,
		func(t testing.TB, b *bench) reply { return b.call(t, "files/list_folder", `{"path":""}`) },
	},
	{
		"seen on the service: github.com/looker-open-source/actions/issues/3", 409,
		`{"error_summary":"path/conflict/file/.","error":{".tag":"path","reason":{".tag":"conflict","conflict":{".tag":"file"}},"upload_session_id":"AAAAAAAAABNwtwCopX0ZOPw"}}`,
		func(t testing.TB, b *bench) reply {
			b.Put(sam, "/a", []byte("x"))
			return b.content(t, "files/upload", `{"path":"/a","mode":"add"}`, []byte("y"))
		},
	},
	{
		"seen on the service: github.com/ShareX/ShareX/issues/8415", 409,
		`{"error_summary":"path/insufficient_space/","error":{".tag":"path","reason":{".tag":"insufficient_space"},"upload_session_id":"pid_upload_session:ABIKTyOkskLNCYDucCAkKOaN2MspguXoMXoghTUHN3gjAx9OFA"}}`,
		func(t testing.TB, b *bench) reply {
			b.SetQuota(sam, 0)
			return b.content(t, "files/upload", `{"path":"/a","mode":"overwrite","autorename":false,"mute":true}`, []byte("y"))
		},
	},
	{
		"seen on the service: github.com/spatie/flysystem-dropbox/issues/59", 401,
		`{"error_summary":"missing_scope/","error":{".tag":"missing_scope","required_scope":"files.metadata.read"}}`,
		func(t testing.TB, b *bench) reply {
			b.access = b.signIn.Issue(sam).Access
			return b.call(t, "files/list_folder", `{"path":""}`)
		},
	},
	{
		"seen on the service: github.com/froemken/dropbox/issues/23", 401,
		`{"error_summary":"expired_access_token/.","error":{".tag":"expired_access_token"}}`,
		func(t testing.TB, b *bench) reply {
			b.cloud.Skip(5 * time.Hour)
			return b.call(t, "files/list_folder", `{"path":""}`)
		},
	},
	{
		"seen on the service: github.com/kunalvarma05/dropbox-php-sdk/issues/87", 401,
		`{"error_summary":"invalid_access_token/..","error":{".tag":"invalid_access_token"}}`,
		func(t testing.TB, b *bench) reply {
			b.signIn.Disconnect(sam)
			return b.call(t, "files/list_folder", `{"path":""}`)
		},
	},
	{
		"seen on the service: www.dropboxforum.com/t5/API-Support-Feedback/HTTP-API-Throttling/m-p/354349; retry_after from auth.stone, RateLimitError", 429,
		`{"error_summary":"too_many_write_operations/","error":{"reason":{".tag":"too_many_write_operations"},"retry_after":1}}`,
		func(t testing.TB, b *bench) reply {
			return overlapping(t, b)[1]
		},
	},
}

func TestGolden(t *testing.T) {
	for _, g := range golden {
		r := g.ask(t, start(t))
		var want map[string]any
		if err := json.Unmarshal([]byte(g.body), &want); err != nil {
			t.Fatal(g.source, err)
		}
		if r.status != g.status || r.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: answered %d as %s", g.source, r.status, r.header.Get("Content-Type"))
		}
		if got, want := shape(r.json), shape(want); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", g.source, got, want)
		}
	}
}

// shape is JSON with its keys in order, and of its values only the types; of tags and of
// times and booleans, what they are.
func shape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var b strings.Builder
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(key + "=")
			if s, ok := v[key].(string); ok && (key == ".tag" || key == "required_scope") {
				b.WriteString(s + " ")
			} else {
				b.WriteString(shape(v[key]) + " ")
			}
		}
		return "{" + b.String() + "}"
	case []any:
		return "list"
	case string:
		if _, err := time.Parse("2006-01-02T15:04:05Z", v); err == nil {
			return "time"
		}
		return "string"
	case bool:
		return map[bool]string{true: "true", false: "false"}[v]
	case float64:
		return "number"
	}
	return "null"
}

// The worked example cannot be uploaded without its picture, but its last step can be
// checked: the file of the three block hashes, whose own hash is what the documentation gives.
func TestContentHash(t *testing.T) {
	if got := dropbox.HashOfBlocks(
		"2a846fa617c3361fc117e1c5c1e1838c336b6a5cef982c1a2d9bdf68f2f1992a",
		"c68469027410ea393eba6551b9fa1e26db775f00eae70a0c3c129a0011a39cf9",
		"7376192de020925ce6c5ef5a8a0405e931b0a9a8c75517aacd9ca24a8a56818b",
	); got != milkyWay {
		t.Errorf("got %s, want %s", got, milkyWay)
	}
}

// The documentation's example of a header: www.dropbox.com/developers/reference/json-encoding.
func TestHeaderEncoding(t *testing.T) {
	const want = `{"field":"some_\u00fc\u00f1\u00eec\u00f8d\u00e9_and_\u007f"}`
	if got := dropbox.Safe(map[string]string{"field": "some_üñîcødé_and_\x7f"}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
