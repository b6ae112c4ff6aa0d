package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud/cloudkit"
	"github.com/cloudseed/cloudseed/internal/fakecloud/dropbox"
	"github.com/cloudseed/cloudseed/internal/fakecloud/graph"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

// A visitor uses all four clouds by hand: writes a file, lists, reads the file "a" that is
// there, and renews its token.
type visitor struct {
	t      *testing.T
	k      *kit
	client *http.Client
	tokens map[string]oauth.Tokens // by sign-in
	apple  string                  // the web token, good once
	fileID string                  // of "a" in Drive
}

// visit starts a kit that spoils every request, with files of sam in it.
func visit(t *testing.T, early ...string) *visitor {
	k, err := newKit("127.0.0.1:0", config{every: 1, early: early})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.cloud.Close)
	v := &visitor{t: t, k: k, client: k.cloud.Client(), tokens: map[string]oauth.Tokens{}}
	v.tokens["google"] = k.signIns["google"].Issue(sam, oauth.DriveFile)
	for range 5 {
		made := v.json("POST", "https://www.googleapis.com/upload/drive/v3/files?uploadType=media", v.bearer("google"), "bytes")
		v.fileID, _ = made["id"].(string)
	}
	for _, name := range []string{"a", "a2", "a3", "a4", "a5"} {
		k.dropbox.Put(sam, "/"+name, []byte("bytes"))
		k.graphs[0].Put(name, []byte("bytes"))
		k.apple.Put(sam, "z", "File", name, map[string]any{"asset": cloudkit.Asset("bytes")})
	}
	v.tokens = map[string]oauth.Tokens{
		"google":   k.signIns["google"].Issue(k.person, oauth.DriveFile),
		"dropbox":  k.signIns["dropbox"].Issue(k.person, dropbox.Scopes...),
		"onedrive": k.signIns["onedrive"].Issue(k.person, graph.AppFolder),
	}
	v.apple = k.apple.SignIn(k.person, true)
	return v
}

func (v *visitor) bearer(signIn string) http.Header {
	return http.Header{"Authorization": {"Bearer " + v.tokens[signIn].Access}}
}

// send returns an answer and what can be said of it in a word or two.
func (v *visitor) send(method, address string, header http.Header, body string) (http.Header, []byte, string) {
	req, err := http.NewRequestWithContext(v.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	for key, values := range header {
		req.Header[key] = values
	}
	resp, err := v.client.Do(req)
	if err != nil {
		return nil, nil, "no answer"
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	said := fmt.Sprint(resp.StatusCode)
	if wait := resp.Header.Get("Retry-After"); wait != "" {
		said += " wait"
	}
	if date, _ := http.ParseTime(resp.Header.Get("Date")); time.Until(date).Abs() > time.Hour {
		said += " of another time"
	}
	if err != nil {
		said += " broken off"
	}
	return resp.Header, data, said
}

// json asks for JSON; what is none is an empty answer.
func (v *visitor) json(method, address string, header http.Header, body string) map[string]any {
	_, data, said := v.send(method, address, header, body)
	var answer map[string]any
	if json.Unmarshal(data, &answer) != nil {
		answer = map[string]any{}
		said += " not JSON"
	}
	answer["said"] = said
	return answer
}

// pages reads a listing: next returns the answer to the next question, and the names and the
// question after it.
func pages(next func(token string) (answer map[string]any, files []any, more string)) string {
	files, said := 0, ""
	for token, n := "", 0; n < 9; n++ {
		answer, found, more := next(token)
		files += len(found)
		said += fmt.Sprint(answer["said"], ", ")
		if token = more; token == "" {
			break
		}
	}
	return fmt.Sprintf("%s%d files", said, files)
}

func (v *visitor) renew(signIn string) string {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {v.tokens[signIn].Refresh}, "client_id": {clientID}, "client_secret": {secret}}
	answer := v.json("POST", "https://"+v.k.signIns[signIn].Token, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, form.Encode())
	return fmt.Sprint(answer["said"], " ", answer["error"], " ", answer["expires_in"] != nil && answer["expires_in"].(float64) > 60)
}

// drive, dropbox, onedrive and icloud say what the clouds did.
func (v *visitor) drive() string {
	const api = "https://www.googleapis.com/drive/v3/files"
	before := len(v.k.drive.Files(v.k.person))
	wrote := v.json("POST", "https://www.googleapis.com/upload/drive/v3/files?uploadType=media", v.bearer("google"), "new")
	listed := pages(func(token string) (map[string]any, []any, string) {
		a := v.json("GET", api+"?pageSize=4&pageToken="+token, v.bearer("google"), "")
		files, _ := a["files"].([]any)
		more, _ := a["nextPageToken"].(string)
		return a, files, more
	})
	_, read, said := v.send("GET", api+"/"+v.fileID+"?alt=media", v.bearer("google"), "")
	return fmt.Sprintf("wrote %v %v, %d more; listed %s; read %s %.9q; renewed %s",
		wrote["said"], reason(wrote), len(v.k.drive.Files(v.k.person))-before, listed, said, read, v.renew("google"))
}

// reason is Google's word for a refusal.
func reason(answer map[string]any) any {
	e, _ := answer["error"].(map[string]any)
	items, _ := e["errors"].([]any)
	if len(items) == 0 {
		return ""
	}
	return items[0].(map[string]any)["reason"]
}

func (v *visitor) dropbox() string {
	h := v.bearer("dropbox")
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Dropbox-Api-Arg", `{"path":"/b"}`)
	wrote := v.json("POST", "https://content.dropboxapi.com/2/files/upload", h, "new")
	j := v.bearer("dropbox")
	j.Set("Content-Type", "application/json")
	listed := pages(func(token string) (map[string]any, []any, string) {
		call, arg := "list_folder", `{"path":"","limit":4}`
		if token != "" {
			call, arg = "list_folder/continue", fmt.Sprintf(`{"cursor":%q}`, token)
		}
		a := v.json("POST", "https://api.dropboxapi.com/2/files/"+call, j, arg)
		files, _ := a["entries"].([]any)
		cursor, _ := a["cursor"].(string)
		if a["has_more"] != true {
			cursor = ""
		}
		return a, files, cursor
	})
	h.Set("Dropbox-Api-Arg", `{"path":"/a"}`)
	_, read, said := v.send("POST", "https://content.dropboxapi.com/2/files/download", h, "")
	summary, _, _ := strings.Cut(fmt.Sprint(wrote["error_summary"]), ".")
	return fmt.Sprintf("wrote %v %v, %d stored; listed %s; read %s %.9q; renewed %s",
		wrote["said"], summary, len(v.k.dropbox.Files(v.k.person)), listed, said, read, v.renew("dropbox"))
}

func (v *visitor) onedrive() string {
	const app = "https://graph.microsoft.com/v1.0/me/drive/special/approot"
	wrote := v.json("PUT", app+":/b:/content", v.bearer("onedrive"), "new")
	listed := pages(func(token string) (map[string]any, []any, string) {
		if token == "" {
			token = app + "/children"
		}
		a := v.json("GET", token, v.bearer("onedrive"), "")
		files, _ := a["value"].([]any)
		more, _ := a["@odata.nextLink"].(string)
		return a, files, more
	})
	_, read, said := v.send("GET", app+":/a:/content", v.bearer("onedrive"), "") // follows the redirect without the token
	return fmt.Sprintf("wrote %v, %d and %d stored; listed %s; read %s %.9q; renewed %s",
		wrote["said"], len(v.k.graphs[0].Stored()), len(v.k.graphs[1].Stored()), listed, said, read, v.renew("onedrive"))
}

func (v *visitor) icloud() string {
	zone := `"zoneID":{"zoneName":"z"}`
	wrote := v.cloudkit("records/modify", `{`+zone+`,"operations":[{"operationType":"create","record":{"recordName":"b","recordType":"File","fields":{"name":{"value":"b"}}}}]}`)
	listed := pages(func(token string) (map[string]any, []any, string) {
		a := v.cloudkit("records/changes", fmt.Sprintf(`{%s,"syncToken":%q}`, zone, token))
		files, _ := a["records"].([]any)
		more, _ := a["syncToken"].(string)
		if a["moreComing"] != true {
			more = ""
		}
		return a, files, more
	})
	looked, _ := json.Marshal(v.cloudkit("records/lookup", `{`+zone+`,"records":[{"recordName":"a"}]}`))
	read, said := []byte(nil), "nothing"
	if _, link, ok := strings.Cut(string(looked), `"downloadURL":"`); ok {
		link, _, _ = strings.Cut(link, `"`)
		_, read, said = v.send("GET", strings.NewReplacer("${f}", "f", `\u0026`, "&").Replace(link), nil, "")
	}
	first, _ := json.Marshal(wrote["records"])
	return fmt.Sprintf("wrote %v %v refused %v, %d and %d stored; listed %s; read %s %.9q", wrote["said"], wrote["serverErrorCode"],
		strings.Contains(string(first), "serverErrorCode"), len(v.k.apple.Records(sam, "z")), len(v.k.apple.Records(alex, "z")), listed, said, read)
}

// cloudkit asks with the web token and takes the next.
func (v *visitor) cloudkit(op, body string) map[string]any {
	header, data, said := v.send("POST", "https://api.apple-cloudkit.com/database/1/"+container+"/production/private/"+op+
		"?ckAPIToken="+clientID+"&ckWebAuthToken="+url.QueryEscape(v.apple), nil, body)
	if next := header.Get("X-Apple-CloudKit-Web-Auth-Token"); next != "" {
		v.apple = next
	}
	answer := map[string]any{}
	if json.Unmarshal(data, &answer) != nil {
		said += " not JSON"
	}
	answer["said"] = said
	return answer
}

// all is what every cloud did, by the name that behaviours have for it.
func (v *visitor) all() map[string]string {
	return map[string]string{"Drive": v.drive(), "Dropbox": v.dropbox(), "OneDrive": v.onedrive(), "iCloud": v.icloud()}
}
