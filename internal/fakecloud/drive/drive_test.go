package drive_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

func TestQueries(t *testing.T) {
	w := newWorld(t)
	dir := w.folder(t, "Folder")
	w.cloud.Skip(time.Second)
	w.create(t, `{"name":"it's"}`, "")
	w.cloud.Skip(time.Second)
	id := w.create(t, fmt.Sprintf(`{"name":"b\\c","parents":[%q]}`, dir), "")
	for q, want := range map[string]string{
		"": `Folder it's b\c`, "name = 'it\\'s'": "it's", `name = 'b\\c'`: `b\c`, "name = 'IT\\'S'": "it's",
		"name contains 'it'": "it's", "name contains 's'": "",
		"'" + dir + "' in parents": `b\c`, "'root' in parents": "Folder it's", "trashed=false and name!='Folder'": `it's b\c`,
		"mimeType = '" + drive.FolderType + "'":                                     "Folder",
		"mimeType!='" + drive.FolderType + "' and (name='Folder' or name='it\\'s')": "it's",
		"name='Folder' or name='it\\'s' and trashed=true":                           "Folder",
		"not name = 'Folder'":                                                       `it's b\c`, "trashed != true and not trashed=true": `Folder it's b\c`,
		"name = 'x": "400 invalid", "name": "400 invalid", "name = x": "400 invalid", "size = '5'": "400 invalid",
		"(name = 'x'": "400 invalid", "name = 'x' name": "400 invalid", "'nowhere' in parents": "404 notFound",
	} {
		if got := w.names(t, q); got != want {
			t.Errorf("%s: got %q, want %q", q, got, want)
		}
	}
	w.drive.Trash(sam, dir, true)
	if got := w.names(t, "trashed = true"); got != `Folder b\c` {
		t.Errorf("the bin has %q", got)
	}
	w.drive.Remove(sam, dir)
	if status, _ := w.ask(t, "GET", "/drive/v3/files/"+id, "", ""); status != 404 {
		t.Errorf("a file in a deleted folder: %d", status)
	}
	w.checkContract(t)
}

func TestFields(t *testing.T) {
	w := newWorld(t)
	id := w.create(t, `{"name":"a"}`, "12345")
	for fields, want := range map[string]string{
		"":                     fmt.Sprintf(`{"id":%q,"kind":"drive#file","mimeType":"application/octet-stream","name":"a"}`, id),
		"size,md5Checksum":     `{"md5Checksum":"827ccb0eea8a706c4c34a16891f84e7b","size":"5"}`,
		"owners(emailAddress)": `{"owners":[{"emailAddress":"sam@example.com"}]}`,
		"owners/emailAddress":  `{"owners":[{"emailAddress":"sam@example.com"}]}`,
		"title":                "400", "size,": "400", "owners(": "400", "id)": "400",
	} {
		status, answer := w.ask(t, "GET", "/drive/v3/files/"+id+"?fields="+url.QueryEscape(fields), "", "")
		got := fmt.Sprint(status)
		if status == 200 {
			data, _ := json.Marshal(answer)
			got = string(data)
		}
		if got != want {
			t.Errorf("fields %q: got %s, want %s", fields, got, want)
		}
	}
	if status, answer := w.ask(t, "GET", "/drive/v3/about", "", ""); status != 400 || reason(answer) != "required" {
		t.Errorf("about without fields: %d %v", status, answer)
	}
	_, about := w.ask(t, "GET", "/drive/v3/about?fields=storageQuota,user(emailAddress)", "", "")
	if got := fmt.Sprint(about); got != "map[storageQuota:map[limit:16106127360 usage:5 usageInDrive:5 usageInDriveTrash:0] user:map[emailAddress:sam@example.com]]" {
		t.Errorf("about: %s", got)
	}
	w.checkContract(t)
}

func TestWhoSeesWhat(t *testing.T) {
	w := newWorld(t)
	mine := w.create(t, `{"name":"mine"}`, "")
	hidden := w.create(t, `{"name":"hidden","parents":["appDataFolder"]}`, "")
	all := w.client
	for what, c := range map[string]struct {
		client *http.Client
		want   string
	}{
		"no token": {w.cloud.Client(), "401 401 401 401"},
		"no scope": {w.google.Client(sam, "openid"), "403 403 403 403"},
		"file":     {w.google.Client(sam, oauth.DriveFile), "200 404 200 403"},
		"app data": {w.google.Client(sam, oauth.DriveAppData), "404 200 403 200"},
		"both":     {all, "200 200 200 200"},
	} {
		w.client = c.client
		var got []string
		for _, path := range []string{"files/" + mine, "files/" + hidden, "files?spaces=drive", "files?spaces=appDataFolder"} {
			status, _ := w.ask(t, "GET", "/drive/v3/"+path, "", "")
			got = append(got, fmt.Sprint(status))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	w.client = all
	if got := w.names(t, "trashed=false"); got != "mine" {
		t.Errorf("the visible space has %q", got)
	}
	if got := w.names(t, "'appDataFolder' in parents", "&spaces=appDataFolder"); got != "hidden" {
		t.Errorf("the hidden space has %q", got)
	}
	if status, _ := w.ask(t, "GET", "/drive/v3/files/root", "", ""); status != 404 {
		t.Errorf("root: %d", status)
	}
}

func TestLag(t *testing.T) {
	w := newWorld(t)
	w.drive.Lag(time.Minute)
	id := w.create(t, `{"name":"a"}`, "x")
	if got := w.names(t, ""); got != "" {
		t.Errorf("listed at once: %q", got)
	}
	if status, _ := w.ask(t, "GET", "/drive/v3/files/"+id, "", ""); status != 200 {
		t.Errorf("by id: %d", status)
	}
	w.cloud.Skip(2 * time.Minute)
	if got := w.names(t, ""); got != "a" {
		t.Errorf("listed later: %q", got)
	}
	if status, _ := w.ask(t, "DELETE", "/drive/v3/files/"+id, "", ""); status != 204 {
		t.Errorf("delete: %d", status)
	}
	if got := w.names(t, ""); got != "a" {
		t.Errorf("deleted, and no longer listed: %q", got)
	}
	w.cloud.Skip(2 * time.Minute)
	if got := w.names(t, ""); got != "" {
		t.Errorf("deleted, and listed later: %q", got)
	}
}

// Other people's programs overwrite, and send bytes alone; both can be had.
func TestOverwrite(t *testing.T) {
	w := newWorld(t, drive.NoOverwrite)
	_, made := w.ask(t, "POST", "/upload/drive/v3/files?uploadType=media", "text/plain", "first")
	id, _ := made["id"].(string)
	w.holds(t, "Untitled=first")
	w.drive.Limit(6)
	status, answer := w.ask(t, "PATCH", "/upload/drive/v3/files/"+id+"?uploadType=media", "text/plain", "second")
	want(t, status, answer, "200")
	w.holds(t, "Untitled=second")
	status, answer = w.ask(t, "PATCH", "/upload/drive/v3/files/"+id+"?uploadType=media", "text/plain", "a third")
	want(t, status, answer, "403 storageQuotaExceeded")
	w.holds(t, "Untitled=second")
	w.checkContract(t)
}

// A file that Drive stored twice is one more file of the name, a moment younger.
func TestTwins(t *testing.T) {
	w := newWorld(t)
	w.drive.Twins(true)
	id := w.create(t, `{"name":"a"}`, "x")
	w.drive.Twins(false)
	w.cloud.Skip(time.Second)
	w.create(t, `{"name":"b"}`, "y")
	w.holds(t, "a=x", "a=x", "b=y")
	if first := w.drive.Files(sam)[0].ID; first != id {
		t.Errorf("%s is the older one, the app was told of %s", first, id)
	}
}

func TestFault(t *testing.T) {
	w := newWorld(t)
	w.cloud.Fail(drive.Fault("GET", drive.UserRateLimit))
	if got := w.names(t, ""); got != "403 userRateLimitExceeded" {
		t.Errorf("got %q", got)
	}
	id := w.create(t, `{"name":"a"}`, "right")
	w.drive.Damage(sam, id, bytes.ToUpper)
	if _, answer := w.ask(t, "GET", "/drive/v3/files/"+id+"?alt=media", "", ""); answer["bytes"] != "RIGHT" {
		t.Errorf("damaged: %v", answer)
	}
}
