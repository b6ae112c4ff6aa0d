package drive_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

const (
	guides    = "developers.google.com/workspace/drive/api/guides/"
	reference = "developers.google.com/workspace/drive/api/reference/rest/v3/"
)

// golden are answers in the form of Google's documentation, and of answers of the service
// that people have shown in public: the same keys and types, with values of our own. The
// fake must answer with at least these; reasons, domains and locations must be equal.
var golden = []struct {
	source string
	status int
	body   string
	ask    func(t testing.TB, w *world) (int, map[string]any)
}{
	{
		reference + "files/generateIds, Response body", 200,
		`{"kind":"drive#generatedIds","space":"drive","ids":["…"]}`,
		func(t testing.TB, w *world) (int, map[string]any) {
			return w.ask(t, "GET", "/drive/v3/files/generateIds?count=1", "", "")
		},
	},
	{
		guides + "create-file, Create file: the fields of a file for which none were asked", 200,
		`{"kind":"drive#file","id":"…","name":"Untitled","mimeType":"application/octet-stream"}`,
		func(t testing.TB, w *world) (int, map[string]any) { return w.upload(t, `{}`, "") },
	},
	{
		guides + "create-file, Generate IDs to use with your files: used again", 409,
		`{"error":{"code":409,"message":"…","errors":[{"domain":"global","reason":"fileIdInUse","message":"…"}]}}`,
		func(t testing.TB, w *world) (int, map[string]any) {
			return w.upload(t, fmt.Sprintf(`{"id":%q}`, w.generated(t)), "")
		},
	},
	{
		reference + "files/list, Response body", 200,
		`{"kind":"drive#fileList","incompleteSearch":false,"nextPageToken":"…","files":[{"kind":"drive#file","id":"…","name":"…","mimeType":"…"}]}`,
		func(t testing.TB, w *world) (int, map[string]any) {
			w.create(t, `{}`, "")
			w.create(t, `{}`, "")
			return w.ask(t, "GET", "/drive/v3/files?pageSize=1", "", "")
		},
	},
	{
		reference + "files, REST Resource: what a stored file has", 200,
		`{"size":"3","quotaBytesUsed":"3","version":"1","md5Checksum":"…","sha256Checksum":"…","headRevisionId":"…","originalFilename":"…",
		"createdTime":"…","modifiedTime":"…","parents":["…"],"spaces":["drive"],"trashed":false,"explicitlyTrashed":false,"ownedByMe":true}`,
		func(t testing.TB, w *world) (int, map[string]any) {
			return w.ask(t, "GET", "/drive/v3/files/"+w.create(t, `{"name":"a"}`, "abc")+"?fields=*", "", "")
		},
	},
	{
		reference + "about, REST Resource", 200,
		`{"kind":"drive#about","user":{"kind":"drive#user","displayName":"…","me":true,"permissionId":"…","emailAddress":"…"},
		"storageQuota":{"limit":"1","usage":"1","usageInDrive":"1","usageInDriveTrash":"1"},"maxUploadSize":"1"}`,
		func(t testing.TB, w *world) (int, map[string]any) {
			return w.ask(t, "GET", "/drive/v3/about?fields=*", "", "")
		},
	},
	{
		guides + "handle-errors, authError; seen on the service: github.com/joemccann/dillinger/issues/707", 401,
		`{"error":{"code":401,"message":"…","errors":[{"domain":"global","reason":"authError","message":"…","locationType":"header","location":"Authorization"}]}}`,
		func(t testing.TB, w *world) (int, map[string]any) {
			w.google.Disconnect(sam)
			return w.ask(t, "GET", "/drive/v3/files", "", "")
		},
	},
	{
		guides + "handle-errors, storageQuotaExceeded; seen on the service: github.com/ericberman/MyFlightbookWeb/issues/294", 403,
		`{"error":{"code":403,"message":"…","errors":[{"domain":"global","reason":"storageQuotaExceeded","message":"…"}]}}`,
		func(t testing.TB, w *world) (int, map[string]any) { w.drive.Limit(0); return w.upload(t, `{}`, "x") },
	},
	{
		guides + "handle-errors, userRateLimitExceeded", 403,
		`{"error":{"code":403,"message":"…","errors":[{"domain":"usageLimits","reason":"userRateLimitExceeded","message":"…"}]}}`,
		told(drive.UserRateLimit),
	},
	{
		guides + "handle-errors, dailyLimitExceeded", 403,
		`{"error":{"code":403,"message":"…","errors":[{"domain":"usageLimits","reason":"dailyLimitExceeded","message":"…"}]}}`,
		told(drive.DailyLimit),
	},
	{
		guides + "handle-errors, rateLimitExceeded (429)", 429,
		`{"error":{"code":429,"message":"…","errors":[{"domain":"usageLimits","reason":"rateLimitExceeded","message":"…"}]}}`,
		told(drive.TooManyNow),
	},
	{
		guides + "handle-errors, insufficientFilePermissions", 403,
		`{"error":{"code":403,"message":"…","errors":[{"domain":"global","reason":"insufficientFilePermissions","message":"…"}]}}`,
		told(drive.Forbidden),
	},
	{
		guides + "handle-errors, notFound; seen on the service: github.com/ivanvermeyen/laravel-google-drive-demo/issues/49", 404,
		`{"error":{"code":404,"message":"…","errors":[{"domain":"global","reason":"notFound","message":"…","locationType":"parameter","location":"fileId"}]}}`,
		func(t testing.TB, w *world) (int, map[string]any) {
			return w.ask(t, "GET", "/drive/v3/files/x", "", "")
		},
	},
	{
		guides + "handle-errors, backendError", 500,
		`{"error":{"code":500,"message":"…","errors":[{"domain":"global","reason":"backendError","message":"…"}]}}`,
		told(drive.Broken),
	},
	{
		"seen on the service, a question that cannot be read: github.com/googleapis/google-api-php-client/issues/869", 400,
		`{"error":{"code":400,"message":"Invalid Value","errors":[{"domain":"global","reason":"invalid","message":"Invalid Value","locationType":"parameter","location":"q"}]}}`,
		func(t testing.TB, w *world) (int, map[string]any) {
			return w.ask(t, "GET", "/drive/v3/files?q=name", "", "")
		},
	},
	{
		"cloud.google.com/apis/design/errors, google.rpc.ErrorInfo, with the reason of a scope that was not given", 403,
		`{"error":{"code":403,"message":"…","status":"PERMISSION_DENIED","errors":[{"domain":"global","reason":"insufficientPermissions","message":"…"}],
		"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT","domain":"googleapis.com"}]}}`,
		func(t testing.TB, w *world) (int, map[string]any) {
			w.client = w.google.Client(sam, "openid")
			return w.ask(t, "GET", "/drive/v3/files", "", "")
		},
	},
	{
		reference + "files/delete, Response body: empty", 204, `null`,
		func(t testing.TB, w *world) (int, map[string]any) {
			return w.ask(t, "DELETE", "/drive/v3/files/"+w.create(t, `{}`, ""), "", "")
		},
	},
}

// told asks while the service answers with r.
func told(r drive.Refusal) func(t testing.TB, w *world) (int, map[string]any) {
	return func(t testing.TB, w *world) (int, map[string]any) {
		w.cloud.Fail(drive.Fault("", r))
		return w.ask(t, "GET", "/drive/v3/files", "", "")
	}
}

// generated is an id that was made beforehand and is used.
func (w *world) generated(t testing.TB) any {
	ids, _ := w.asks(t, "GET", "/drive/v3/files/generateIds?count=1", "200")["ids"].([]any)
	w.uploads(t, fmt.Sprintf(`{"id":%q}`, ids[0]), "", "200")
	return ids[0]
}

func TestGolden(t *testing.T) {
	for _, g := range golden {
		status, answer := g.ask(t, newWorld(t))
		var example map[string]any
		if err := json.Unmarshal([]byte(g.body), &example); err != nil {
			t.Fatal(err)
		}
		if status != g.status || example == nil && answer != nil {
			t.Errorf("%s: got %d %v, want %d", g.source, status, answer, g.status)
		}
		for _, lacks := range compare("", "", example, answer) {
			t.Errorf("%s: %s in %v", g.source, lacks, answer)
		}
	}
}

// fixed are the keys whose values are words of the protocol.
var fixed = []string{"kind", "reason", "domain", "location", "locationType", "code", "status", "space", "@type"}

// compare returns what of an example an answer lacks, or has as another type or word.
func compare(at, key string, example, got any) (lacks []string) {
	switch example := example.(type) {
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok && len(example) > 0 {
			return []string{at + " is no object"}
		}
		for key, value := range example {
			lacks = append(lacks, compare(at+"/"+key, key, value, m[key])...)
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) == 0 {
			return []string{at + " is no list, or empty"}
		}
		return compare(at+"/0", key, example[0], list[0])
	default:
		if fmt.Sprintf("%T", example) != fmt.Sprintf("%T", got) || slices.Contains(fixed, key) && example != got {
			return []string{fmt.Sprintf("%s is %v, not %v", at, got, example)}
		}
	}
	return lacks
}

// What manage-uploads shows of a resumable upload: the session's address in Location, chunks
// that tell the whole size or not, and 308 with the bytes that have come in Range.
func TestGoldenUpload(t *testing.T) {
	w := newWorld(t)
	w.client = w.google.Client(sam, oauth.DriveFile)
	begun := w.chunk(t, "POST", "https://www.googleapis.com/upload/drive/v3/files?uploadType=resumable", "", `{"name":"a"}`)
	at := begun.Header.Get("Location")
	if begun.StatusCode != http.StatusOK || at == "" {
		t.Fatalf("begun: %s, %q", begun.Status, at)
	}
	w.chunks(t, at, part{"bytes 0-262143/524291", unit, 308}, part{"bytes 262144-524287/*", unit, 308})
	if resp := w.chunk(t, "PUT", at, "bytes */524291", ""); resp.Header.Get("Range") != "bytes=0-524287" {
		t.Errorf("%smanage-uploads (%s): it has %q", guides, resp.Status, resp.Header.Get("Range"))
	}
	w.chunks(t, at, part{"bytes 524288-524290/524291", "abc", 200})
}
