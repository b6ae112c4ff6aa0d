package drive_test

import (
	"maps"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/fakecloud/ruletest"
)

// Every rule is checked, and every check notices when its rule is off.
func TestRules(t *testing.T) {
	checks := maps.Clone(whoRules)
	maps.Copy(checks, tellRules)
	maps.Copy(checks, writeRules)
	maps.Copy(checks, chunkRules)
	ruletest.Run(t, drive.Rules, checks, newWorld)
}

// What the fake must answer, by rule. Each check passes while its rule is on and fails when
// it is off.
type checks = map[drive.Rule]func(t testing.TB, w *world)

// Who may do what.
var whoRules = checks{
	drive.NeedsToken: func(t testing.TB, w *world) {
		w.client = w.cloud.Client()
		w.asks(t, "GET", "/drive/v3/files", "401 authError")
		w.client = w.google.Client(sam, oauth.DriveFile)
		w.asks(t, "GET", "/drive/v3/files", "200")
		w.cloud.Skip(2 * time.Hour)
		w.asks(t, "GET", "/drive/v3/files", "401 authError")
	},
	drive.NeedsScope: func(t testing.TB, w *world) {
		w.client = w.google.Client(sam, "openid")
		w.asks(t, "GET", "/drive/v3/about?fields=user", "403 insufficientPermissions")
	},
	drive.SpaceScope: func(t testing.TB, w *world) {
		w.client = w.google.Client(sam, oauth.DriveFile)
		w.asks(t, "GET", "/drive/v3/files?spaces=appDataFolder", "403 insufficientScopes")
		w.asks(t, "GET", "/drive/v3/files/generateIds?space=appDataFolder", "403 insufficientScopes")
		w.uploads(t, `{"parents":["appDataFolder"]}`, "", "403 insufficientScopes")
		w.client = w.google.Client(sam, oauth.DriveAppData)
		w.asks(t, "GET", "/drive/v3/files", "403 insufficientScopes")
	},
	drive.OnlyOwn: func(t testing.TB, w *world) {
		id := w.create(t, `{"name":"mine"}`, "")
		w.google.Clients[0].ID = "another wallet"
		w.client = w.google.Client(sam, oauth.DriveFile)
		w.asks(t, "GET", "/drive/v3/files/"+id, "404 notFound")
		if got := w.names(t, ""); got != "" {
			t.Errorf("another app sees %q", got)
		}
	},
	drive.RootUnseen: func(t testing.TB, w *world) { w.asks(t, "GET", "/drive/v3/files/root", "404 notFound") },
	drive.SpacesKept: func(t testing.TB, w *world) {
		w.create(t, `{"name":"seen"}`, "")
		w.create(t, `{"name":"hidden","parents":["appDataFolder"]}`, "")
		for space, want := range map[string]string{"": "seen", "&spaces=drive": "seen", "&spaces=appDataFolder": "hidden"} {
			if got := w.names(t, "", space); got != want {
				t.Errorf("%s: %q", space, got)
			}
		}
	},
}

// What is told.
var tellRules = checks{
	drive.FieldsAsked: func(t testing.TB, w *world) {
		id := w.create(t, `{"name":"a"}`, "x")
		for fields, want := range map[string]int{"": 4, "?fields=size,name": 2, "?fields=*": 18} {
			if got := w.asks(t, "GET", "/drive/v3/files/"+id+fields, "200"); len(got) < want || want < 18 && len(got) > want {
				t.Errorf("%q: %v", fields, got)
			}
		}
	},
	drive.FieldsKnown: func(t testing.TB, w *world) {
		id := w.create(t, `{"name":"a"}`, "x")
		for _, fields := range []string{"title", "size,", "owners(", "id)"} {
			w.asks(t, "GET", "/drive/v3/files/"+id+"?fields="+fields, "400 invalid")
		}
		w.asks(t, "GET", "/drive/v3/files?fields=items", "400 invalid")
		w.asks(t, "GET", "/drive/v3/about?fields=name", "400 invalid")
	},
	drive.AboutAsked: func(t testing.TB, w *world) { w.asks(t, "GET", "/drive/v3/about", "400 required") },
	drive.NumbersQuoted: func(t testing.TB, w *world) {
		w.create(t, `{"name":"a"}`, "x")
		w.asks(t, "GET", "/drive/v3/files?fields=files(size,version,quotaBytesUsed)", "200")
		w.asks(t, "GET", "/drive/v3/about?fields=storageQuota", "200")
		w.checkContract(t)
	},
	drive.SumsTold: func(t testing.TB, w *world) {
		id := w.create(t, `{"name":"a"}`, "abc") // the test vectors of RFC 1321 and FIPS 180-2
		got := w.asks(t, "GET", "/drive/v3/files/"+id+"?fields=md5Checksum,sha256Checksum", "200")
		if got["md5Checksum"] != "900150983cd24fb0d6963f7d28e17f72" ||
			got["sha256Checksum"] != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
			t.Errorf("the sums are %v", got)
		}
	},
	drive.FoldersEmpty: func(t testing.TB, w *world) {
		w.asks(t, "GET", "/drive/v3/files/"+w.folder(t, "dir")+"?alt=media", "403 fileNotDownloadable")
	},
	drive.Known: func(t testing.TB, w *world) {
		w.asks(t, "GET", "/drive/v3/changes", "404 notFound")
		w.asks(t, "PUT", "/drive/v3/files", "404 notFound")
	},
	drive.DeletedGone: func(t testing.TB, w *world) {
		id := w.create(t, `{"name":"a"}`, "x")
		w.asks(t, "DELETE", "/drive/v3/files/"+id, "204")
		w.asks(t, "GET", "/drive/v3/files/"+id, "404 notFound")
		w.holds(t)
	},
	drive.DeletedWithin: func(t testing.TB, w *world) {
		dir := w.folder(t, "dir")
		w.create(t, `{"name":"a","parents":["`+dir+`"]}`, "x")
		w.asks(t, "DELETE", "/drive/v3/files/"+dir, "204")
		w.holds(t)
	},
	drive.MissingTold: func(t testing.TB, w *world) {
		w.asks(t, "GET", "/drive/v3/files/x", "404 notFound")
		w.asks(t, "GET", "/drive/v3/files/x?alt=media", "404 notFound")
		w.asks(t, "DELETE", "/drive/v3/files/x", "404 notFound")
	},
	drive.QueriesRead: func(t testing.TB, w *world) {
		for _, q := range []string{"name = 'x", "name", "name = x", "size = '5'", "(name = 'x'", "name = 'x' name"} {
			if got := w.names(t, q); got != "400 invalid" {
				t.Errorf("%s: %s", q, got)
			}
		}
	},
	drive.FoldersSearched: func(t testing.TB, w *world) {
		if got := w.names(t, "'nowhere' in parents"); got != "404 notFound" {
			t.Errorf("got %q", got)
		}
	},
	drive.CaseIgnored: func(t testing.TB, w *world) {
		w.create(t, `{"name":"It's"}`, "")
		for q, want := range map[string]string{`name = 'iT\'S'`: "It's", `name != 'iT\'S'`: ""} {
			if got := w.names(t, q); got != want {
				t.Errorf("%s: %q", q, got)
			}
		}
	},
	drive.BeginsOnly: func(t testing.TB, w *world) {
		w.create(t, `{"name":"HelloWorld"}`, "")
		for q, want := range map[string]string{"name contains 'Hello'": "HelloWorld", "name contains 'World'": ""} {
			if got := w.names(t, q); got != want {
				t.Errorf("%s: %q", q, got)
			}
		}
	},
	drive.BinInherited: func(t testing.TB, w *world) {
		dir := w.folder(t, "dir")
		w.create(t, `{"name":"a","parents":["`+dir+`"]}`, "x")
		w.drive.Trash(sam, dir, true)
		if got := w.names(t, "trashed = true and name = 'a'"); got != "a" {
			t.Errorf("the bin has %q", got)
		}
	},
	drive.Paged: func(t testing.TB, w *world) {
		for _, name := range []string{"0", "1", "2", "3", "4"} {
			w.create(t, `{"name":"`+name+`"}`, "")
		}
		for _, most := range []string{"2", "5"} { // asked for fewer, and more than the server gives
			w.drive.Page(map[string]int{"2": 1000, "5": 2}[most])
			seen, sizes := w.pages(t, "/drive/v3/files?pageSize="+most)
			if seen != "01234" || len(sizes) != 3 {
				t.Errorf("%s in pages of %v", seen, sizes)
			}
		}
	},
	drive.PagesMeasured: func(t testing.TB, w *world) {
		for _, bad := range []string{"0", "1001", "x"} {
			w.asks(t, "GET", "/drive/v3/files?pageSize="+bad, "400 invalid")
		}
	},
	drive.TokensBound: func(t testing.TB, w *world) {
		w.create(t, `{"name":"a"}`, "")
		w.create(t, `{"name":"b"}`, "")
		token, _ := w.asks(t, "GET", "/drive/v3/files?pageSize=1&q=trashed=false", "200")["nextPageToken"].(string)
		w.asks(t, "GET", "/drive/v3/files?q=trashed=false&pageToken="+token, "200")
		w.asks(t, "GET", "/drive/v3/files?q=trashed=true&pageToken="+token, "400 invalid")
		w.asks(t, "GET", "/drive/v3/files?pageToken=x", "400 invalid")
	},
	drive.ByIDAtOnce: func(t testing.TB, w *world) {
		w.drive.Lag(time.Minute)
		id := w.create(t, `{"name":"a"}`, "x")
		w.asks(t, "GET", "/drive/v3/files/"+id, "200")
		w.asks(t, "GET", "/drive/v3/files/"+id+"?alt=media", "200")
	},
}

// pages reads a listing to its end: the names in a row, and the size of each page.
func (w *world) pages(t testing.TB, path string) (names string, sizes []int) {
	t.Helper()
	for token := ""; ; {
		answer := w.asks(t, "GET", path+"&pageToken="+token, "200")
		files, _ := answer["files"].([]any)
		for _, f := range files {
			names += f.(map[string]any)["name"].(string)
		}
		sizes = append(sizes, len(files))
		if token, _ = answer["nextPageToken"].(string); token == "" {
			return names, sizes
		}
	}
}
