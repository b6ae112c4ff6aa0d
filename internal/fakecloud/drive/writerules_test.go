package drive_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
)

// Creating and changing.
var writeRules = checks{
	drive.IDsOnce: func(t testing.TB, w *world) {
		ids, _ := w.asks(t, "GET", "/drive/v3/files/generateIds?count=2", "200")["ids"].([]any)
		meta := fmt.Sprintf(`{"id":%q,"name":"a"}`, ids[0])
		for _, want := range []string{"200", "409 fileIdInUse", "409 fileIdInUse"} {
			w.uploads(t, meta, "first", want)
		}
		w.holds(t, "a=first")
		w.checkContract(t)
	},
	drive.IDsMade: func(t testing.TB, w *world) {
		w.uploads(t, `{"id":"made-up","name":"a"}`, "x", "400 invalid")
		w.holds(t)
	},
	drive.IDsCounted: func(t testing.TB, w *world) {
		w.asks(t, "GET", "/drive/v3/files/generateIds?count=1000", "200")
		w.asks(t, "GET", "/drive/v3/files/generateIds?count=1001", "400 invalid")
		w.asks(t, "GET", "/drive/v3/files/generateIds?count=0", "400 invalid")
	},
	drive.NamesRepeat: func(t testing.TB, w *world) {
		w.uploads(t, `{"name":"a"}`, "x", "200")
		w.uploads(t, `{"name":"a"}`, "x", "200")
		w.holds(t, "a=x", "a=x")
	},
	drive.OneParent: func(t testing.TB, w *world) {
		w.uploads(t, `{"parents":["root","root"]}`, "", "400 multiParentNotAllowed")
	},
	drive.ParentThere: func(t testing.TB, w *world) { w.uploads(t, `{"parents":["nowhere"]}`, "", "404 notFound") },
	drive.ParentIsFolder: func(t testing.TB, w *world) {
		w.uploads(t, fmt.Sprintf(`{"parents":[%q]}`, w.create(t, `{"name":"a"}`, "")), "", "403 parentNotAFolder")
	},
	drive.NoOverwrite: func(t testing.TB, w *world) {
		id := w.create(t, `{"name":"a"}`, "first")
		body := "--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\nContent-Type: text/plain\r\n\r\nsecond\r\n--b--\r\n"
		status, answer := w.ask(t, "PATCH", "/upload/drive/v3/files/"+id+"?uploadType=multipart", "multipart/related; boundary=b", body)
		want(t, status, answer, "400 invalid")
		status, answer = w.ask(t, "PATCH", "/upload/drive/v3/files/"+id+"?uploadType=resumable", "application/json", "{}")
		want(t, status, answer, "400 invalid")
		w.holds(t, "a=first")
	},
	drive.BodiesRead: func(t testing.TB, w *world) {
		w.uploads(t, `{"name`, "", "400 parseError")
		for _, kind := range []string{"text/plain", ""} {
			status, answer := w.ask(t, "POST", "/drive/v3/files", kind, `{"name":"a"}`)
			want(t, status, answer, "400 invalid")
		}
	},
	drive.UploadsWhole: func(t testing.TB, w *world) {
		body := "--b\r\nContent-Type: application/json\r\n\r\n{\"name\":\"a\"}\r\n--b\r\nContent-Type: x/y\r\n\r\nhalf"
		status, answer := w.ask(t, "POST", "/upload/drive/v3/files?uploadType=multipart", "multipart/related; boundary=b", body)
		want(t, status, answer, "400 invalid")
		w.holds(t)
	},
	drive.UploadsSmall: func(t testing.TB, w *world) {
		w.uploads(t, `{"name":"a"}`, strings.Repeat("x", 5<<20), "200")
		w.uploads(t, `{"name":"b"}`, strings.Repeat("x", 5<<20+1), "413 uploadTooLarge")
	},
	drive.Quota: func(t testing.TB, w *world) {
		w.drive.Limit(10)
		w.uploads(t, `{"name":"a"}`, "123456", "200")
		w.uploads(t, `{"name":"b"}`, "12345", "403 storageQuotaExceeded")
		w.uploads(t, `{"name":"c"}`, "1234", "200")
		w.holds(t, "a=123456", "c=1234")
	},
	drive.HiddenStays: func(t testing.TB, w *world) {
		w.client = w.google.Client(sam, oauth.DriveAppData)
		id := w.create(t, `{"name":"a","parents":["appDataFolder"]}`, "x")
		status, answer := w.ask(t, "PATCH", "/drive/v3/files/"+id, "application/json", `{"trashed":true}`)
		want(t, status, answer, "403 notSupportedForAppDataFolderFiles")
	},
}

// A chunk as large as one in between has to be, a multiple of 256 KiB.
var unit = strings.Repeat("x", 256<<10)

// Resumable uploads.
var chunkRules = checks{
	drive.ChunksMeasured: func(t testing.TB, w *world) {
		w.chunks(t, w.session(t, `{"name":"a"}`), part{"bytes 0-9/*", "0123456789", 400},
			part{"bytes 0-9/20", "0123456789", 400}, part{"bytes 0-262143/*", unit, 308})
	},
	drive.ChunksTrue: func(t testing.TB, w *world) {
		w.chunks(t, w.session(t, `{"name":"a"}`), part{"bytes 0-5/6", "0123456789", 400}, part{"bytes 0-5/4", "012345", 400}, part{"", "", 400})
		w.holds(t)
	},
	drive.ChunksInOrder: func(t testing.TB, w *world) {
		w.chunks(t, w.session(t, `{"name":"a"}`), part{"bytes 262144-262146/262147", "abc", 400})
		w.holds(t)
	},
	drive.ChunksTwice: func(t testing.TB, w *world) {
		w.chunks(t, w.session(t, `{"name":"a"}`), part{"bytes 0-262143/*", unit, 308}, part{"bytes 0-262143/*", unit, 308},
			part{"bytes 262144-262146/262147", "abc", 200})
		if files := w.drive.Files(sam); len(files) != 1 || string(files[0].Data) != unit+"abc" {
			t.Errorf("%d files, or not the bytes that were sent", len(files))
		}
	},
	drive.ShownWhole: func(t testing.TB, w *world) {
		at := w.session(t, `{"name":"a"}`)
		w.holds(t)
		w.chunks(t, at, part{"bytes 0-262143/*", unit, 308})
		w.holds(t)
		w.chunks(t, at, part{"bytes 262144-262146/262147", "abc", 200})
		w.holds(t, "a="+unit[:20])
	},
	drive.ChunksTold: func(t testing.TB, w *world) {
		at := w.session(t, `{"name":"a"}`)
		w.chunks(t, at, part{"bytes */262147", "", 308}, part{"bytes 0-262143/*", unit, 308})
		resp := w.chunk(t, "PUT", at, "bytes */262147", "")
		if got := resp.Header.Get("Range"); resp.StatusCode != 308 || got != "bytes=0-262143" {
			t.Errorf("it has %q, %s", got, resp.Status)
		}
	},
	drive.EndRepeated: func(t testing.TB, w *world) {
		end := part{"bytes 0-2/3", "abc", 200}
		w.chunks(t, w.session(t, `{"name":"a"}`), end, end)
		w.holds(t, "a=abc")
	},
	drive.SessionsKnown: func(t testing.TB, w *world) {
		w.chunks(t, "https://www.googleapis.com/upload/drive/v3/files?uploadType=resumable&upload_id=x", part{"bytes 0-2/3", "abc", 404})
		if at := w.session(t, `{"id":"made-up"}`); at != "" {
			t.Errorf("a session for a made-up id: %s", at)
		}
	},
}
