package discovery

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
)

func TestCheck(t *testing.T) {
	d, err := Load("google.golang.org/api", "drive/v3/drive-api.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, address, body, answer string
		want                          string // the slip, or "" for none
	}{
		{"GET", "/drive/v3/files", "", `{"files":[{"id":"1","size":"5000","parents":["x"],"trashed":false}]}`, ""},
		{"GET", "/drive/v3/files", "", `{"files":[{"size":5000}]}`, "answer.files[0].size"},
		{"GET", "/drive/v3/files", "", `{"files":[{"size":"many"}]}`, "answer.files[0].size"},
		{"GET", "/drive/v3/files", "", `{"files":[{"etag":"x"}]}`, `no field "etag"`},
		{"GET", "/drive/v3/files", "", `{"files":{}}`, "is an object"},
		{"GET", "/drive/v3/files", "", `{"files":[{"trashed":"false"}]}`, "trashed"},
		{"GET", "/drive/v3/files", "", `not JSON`, "is not JSON"},
		{"GET", "/drive/v3/files?q=x&pageSize=5&fields=id&alt=json", "", `{}`, ""},
		{"GET", "/drive/v3/files?Q=x", "", `{}`, `no query parameter "Q"`},
		{"GET", "/drive/v3/files?pageSize=x", "", `{}`, "no integer"},
		{"GET", "/drive/v3/files?supportsAllDrives=1", "", `{}`, "no boolean"},
		{"GET", "/drive/v3/files?fileId=1", "", `{}`, `no query parameter "fileId"`},
		{"GET", "/drive/v3/files/generateIds?count=3", "", `{"ids":["1"]}`, ""},
		{"GET", "/drive/v3/files/generateIds?q=3", "", `{"ids":["1"]}`, `no query parameter "q"`},
		{"GET", "/drive/v3/files/1?alt=media", "", `bytes`, ""},
		{"GET", "/drive/v3/nothing", "", `{}`, "no such method"},
		{"PUT", "/drive/v3/files/1", "", `{}`, "no such method"},
		{"DELETE", "/drive/v3/files/1", "", ``, ""},
		{"DELETE", "/drive/v3/files/1", "", `{}`, "answers with nothing"},
		{"POST", "/upload/drive/v3/files?uploadType=multipart", `{"name":"x","appProperties":{"a":"b"}}`, `{}`, ""},
		{"POST", "/drive/v3/files", `{"title":"x"}`, `{}`, `no field "title"`},
		{"POST", "/drive/v3/files", `{"name":1}`, `{}`, "request.name"},
	} {
		u, _ := url.Parse(c.address)
		e := fakecloud.Exchange{Host: "www.googleapis.com", Method: c.method, URL: u, Header: http.Header{},
			Body: []byte(c.body), Status: 200, Answer: []byte(c.answer)}
		if c.body != "" {
			e.Header.Set("Content-Type", "application/json")
		}
		got := strings.Join(d.Check(e), "; ")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s %s %s %s: %q, want %q", c.method, c.address, c.body, c.answer, got, c.want)
		}
		if e.Fault = true; strings.Contains(c.want, "answer") && d.Check(e) != nil {
			t.Errorf("%s: the answer of a fault was judged", c.answer)
		}
		e.Host = "elsewhere.example.com"
		if got := d.Check(e); got != nil {
			t.Errorf("another host: %q", got)
		}
	}
}

// The first part of an upload is looked at too.
func TestMultipart(t *testing.T) {
	d, err := Load("google.golang.org/api", "drive/v3/drive-api.json")
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse("/upload/drive/v3/files?uploadType=multipart")
	body := "--b\r\nContent-Type: application/json\r\n\r\n{\"title\":\"x\"}\r\n--b\r\n\r\nbytes\r\n--b--"
	got := d.Check(fakecloud.Exchange{Host: "www.googleapis.com", Method: "POST", URL: u, Status: 200, Answer: []byte("{}"),
		Header: http.Header{"Content-Type": {"multipart/related; boundary=b"}}, Body: []byte(body)})
	if len(got) != 1 || !strings.Contains(got[0], `"title"`) {
		t.Errorf("got %q", got)
	}
}
