package icloud

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/cloudkit"
	"github.com/cloudseed/cloudseed/store"
)

// path is that of an operation, for faults.
func path(op string) string { return "/database/1/" + container + "/production/private/" + op }

// said is the answer of CloudKit that refuses a whole request.
func said(status int, code, more string) fakecloud.Fault {
	return fakecloud.Fault{
		Host: cloudkit.API, Status: status,
		Body: `{"uuid":"4f02f7aa-fbb5-4cf8-ae8e-4dd463793841","serverErrorCode":"` + code + `","reason":"for developers"` + more + `}`,
	}
}

// saidOfRecord is the answer with status 200 that refuses one record.
func saidOfRecord(code, more string) fakecloud.Fault {
	f := said(200, code, more)
	f.Body = `{"records":[{"recordName":"` + recordName("a") + `",` + f.Body[1:] + `]}`
	return f
}

// Every code, about the request and about the record, in reading and in writing.
func TestKinds(t *testing.T) {
	t.Parallel() // waits
	b := start(t)
	s, _ := b.open(t)
	for _, c := range []struct {
		status int
		code   string
		kind   error
	}{
		{403, "ACCESS_DENIED", store.ErrRefused},
		{400, "BAD_REQUEST", store.ErrRefused},
		{500, "INTERNAL_ERROR", store.ErrOffline},
		{413, "QUOTA_EXCEEDED", store.ErrFull},
		{412, "VALIDATING_REFERENCE_ERROR", store.ErrRefused},
		{404, "ZONE_NOT_FOUND", store.ErrGone},
		{400, "SOMETHING_NEW", store.ErrRefused},
	} {
		for what, f := range map[string]fakecloud.Fault{"request": said(c.status, c.code, ""), "record": saidOfRecord(c.code, "")} {
			f.Times = -1
			b.cloud.Fail(f)
			_, err := s.Get(t.Context(), "a")
			if !errors.Is(err, c.kind) || code(err) != c.code {
				t.Errorf("get, %s of %s: %v", c.code, what, err)
			}
			b.cloud.Heal()
			f.Path, f.Times = path("records/modify"), 1
			b.cloud.Fail(f)
			err = s.Create(t.Context(), "a", []byte("x"))
			if !errors.Is(err, c.kind) || code(err) != c.code {
				t.Errorf("create, %s of %s: %v", c.code, what, err)
			}
		}
	}
}

// Answers that are not CloudKit's: of a proxy, of an overloaded front. A bare 421 is a
// connection to the wrong server, not a sign-in.
func TestForeignAnswers(t *testing.T) {
	t.Parallel() // waits
	b := start(t)
	s, _ := b.open(t)
	for status, want := range map[int]error{
		421: store.ErrOffline, 502: store.ErrOffline, 408: store.ErrOffline, 503: store.ErrBusy, 429: store.ErrBusy,
		403: store.ErrRefused, 302: store.ErrRefused,
	} {
		b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Status: status, Body: "<html>", Times: -1})
		if _, err := s.List(t.Context()); !errors.Is(err, want) {
			t.Errorf("%d: %v", status, err)
		}
		b.cloud.Heal()
	}
}

// Short waits are waited, long ones handed on. They are in the JSON, not in a header.
func TestBusy(t *testing.T) {
	t.Parallel() // waits
	b := start(t)
	s, _ := b.open(t)
	for _, code := range []string{"THROTTLED", "TRY_AGAIN_LATER"} {
		for what, f := range map[string]fakecloud.Fault{"request": said(503, code, `,"retryAfter":1`), "record": saidOfRecord(code, `,"retryAfter":1`)} {
			f.Path = path("records/lookup")
			b.cloud.Fail(f)
			begin := time.Now()
			_, err := s.Get(t.Context(), "a")
			if f.Body[2] == 'u' && (!errors.Is(err, store.ErrNotFound) || time.Since(begin) < time.Second) {
				t.Errorf("%s of %s: %v after %v", code, what, err, time.Since(begin))
			}
			if f.Body[2] != 'u' && !errors.Is(err, store.ErrBusy) {
				t.Errorf("%s of %s: %v", code, what, err)
			}
		}
	}
	b.cloud.Fail(said(429, "THROTTLED", `,"retryAfter":30`))
	var e *store.Error
	if _, err := s.List(t.Context()); !errors.As(err, &e) || e.Kind != store.ErrBusy || e.After != 30*time.Second {
		t.Errorf("a long wait: %v", err)
	}
	b.cloud.Fail(said(429, "THROTTLED", `,"retryAfter":1e300`))
	if _, err := s.List(t.Context()); !errors.As(err, &e) || e.After != 24*time.Hour {
		t.Errorf("an endless wait: %v, %v", err, e.After)
	}
	if left := b.cloud.Heal(); left != 0 {
		t.Errorf("%d faults did not happen", left)
	}
}

// A throttled create was not looked at, so it is sent again.
func TestThrottledCreate(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	f := said(429, "THROTTLED", "")
	f.Path = path("records/modify")
	b.cloud.Fail(f)
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Error(err)
	}
}

// An answer to create that got lost is settled by looking, where the session lives on.
func TestLostCreate(t *testing.T) {
	for what, f := range map[string]fakecloud.Fault{
		"lost":         {Lost: true},
		"cut":          {Cut: 10},
		"garbage":      {Change: func([]byte) []byte { return []byte("{]") }},
		"nothing":      {Change: func([]byte) []byte { return []byte(`{"records":[]}`) }},
		"of another":   {Change: func(b []byte) []byte { return []byte(strings.ReplaceAll(string(b), "file-", "elif-")) }},
		"not received": {Drop: true},
	} {
		b := start(t, cloudkit.TokenOnce)
		s, _ := b.open(t)
		f.Host, f.Path = cloudkit.API, path("records/modify")
		b.cloud.Fail(f)
		err := s.Create(t.Context(), "a", []byte("x"))
		stored := slices.Contains(b.Records("samantha", Zone), recordName("a"))
		if f.Drop {
			if !errors.Is(err, store.ErrOffline) || stored {
				t.Errorf("%s: %v, stored %v", what, err, stored)
			}
		} else if err != nil || !stored {
			t.Errorf("%s: %v, stored %v", what, err, stored)
		}
	}
}

// Somebody else's file that is found after a lost answer is not taken for one's own, not
// even if the bytes are equal.
func TestLostCreateOfATakenName(t *testing.T) {
	b := start(t, cloudkit.TokenOnce)
	s, _ := b.open(t)
	other, _ := b.open(t)
	b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Path: path("records/modify"), Drop: true, Do: func() {
		if err := other.Create(context.Background(), "a", []byte("x")); err != nil {
			t.Error(err)
		}
	}})
	if err := s.Create(t.Context(), "a", []byte("x")); !errors.Is(err, store.ErrExists) {
		t.Errorf("create: %v", err)
	}
}

// With a strict server the lost answer ends the session; what was stored is whole.
func TestLostCreateSignsOut(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Path: path("records/modify"), Lost: true})
	signIn(t, "create", s.Create(t.Context(), "a", []byte("x")))
	again, _ := b.open(t)
	if got, err := again.Get(t.Context(), "a"); err != nil || string(got) != "x" {
		t.Errorf("signed in again: %q, %v", got, err)
	}
}

// CONFLICT has been seen where the reference has EXISTS.
func TestTakenByAnotherCode(t *testing.T) {
	b := start(t)
	b.Taken = "CONFLICT"
	s, _ := b.open(t)
	if err := s.Create(t.Context(), "a", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Create(t.Context(), "a", nil); !errors.Is(err, store.ErrExists) {
		t.Errorf("create again: %v", err)
	}
}

func TestFullAccount(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	if err := s.Create(t.Context(), "a", make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	b.SetQuota("samantha", 2000)
	for _, size := range []int{3000, maxInline + 1} {
		if err := s.Create(t.Context(), "b", make([]byte, size)); !errors.Is(err, store.ErrFull) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 1 {
		t.Errorf("listed %v, %v", entries, err)
	}
}

// A deletion must not remove what another device stored since.
func TestDeleteLooksAtTheTag(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	other, _ := b.open(t)
	if err := s.Create(t.Context(), "a", []byte("old")); err != nil {
		t.Fatal(err)
	}
	replaced := false
	b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Path: path("records/modify"), Do: func() {
		replaced = other.Delete(context.Background(), "a") == nil && other.Create(context.Background(), "a", []byte("new")) == nil
	}})
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Errorf("delete: %v", err)
	}
	refused := 0
	for _, e := range b.cloud.Exchanges() {
		if strings.Contains(string(e.Answer), "oplock") {
			refused++
		}
	}
	if !replaced || refused != 1 {
		t.Errorf("replaced %v; the old tag was refused %d times", replaced, refused)
	}
}

// A listing that is not whole is an error.
func TestListings(t *testing.T) {
	b := start(t)
	b.Page = 3
	s, _ := b.open(t)
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		if err := s.Create(t.Context(), name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	replace := func(old, new string) func([]byte) []byte {
		return func(body []byte) []byte { return []byte(strings.Replace(string(body), old, new, 1)) }
	}
	for what, f := range map[string]fakecloud.Fault{
		"stands still":    {Change: replace(`"syncToken":"sync=6"`, `"syncToken":"sync=3"`), After: 1},
		"no token":        {Change: replace(`"syncToken":"sync=3"`, `"x":1`)},
		"no end":          {Change: replace(`"moreComing":true`, `"x":1`), After: 1},
		"a bad record":    {Change: replace(`"recordName"`, `"serverErrorCode":"INTERNAL_ERROR","recordName"`), After: 1},
		"refused at last": said(400, "BAD_REQUEST", ""),
	} {
		if f.Status != 0 {
			f.After = 2
		}
		f.Host, f.Path = cloudkit.API, path("records/changes")
		b.cloud.Fail(f)
		if entries, err := s.List(t.Context()); err == nil {
			t.Errorf("%s: listed %v", what, entries)
		}
		if left := b.cloud.Heal(); left != 0 {
			t.Errorf("%s: did not happen", what)
		}
	}
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 8 {
		t.Errorf("listed %v, %v", entries, err)
	}
}

// Files that come and go while the pages are read.
func TestListingWhileOthersWrite(t *testing.T) {
	b := start(t)
	b.Page = 2
	s, _ := b.open(t)
	other, _ := b.open(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		if err := s.Create(t.Context(), name, nil); err != nil {
			t.Fatal(err)
		}
	}
	b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Path: path("records/changes"), After: 1, Do: func() {
		if other.Delete(context.Background(), "a") != nil || other.Create(context.Background(), "e", nil) != nil {
			t.Error("the other device failed")
		}
	}})
	entries, err := s.List(t.Context())
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	if err != nil || !slices.Equal(names, []string{"b", "c", "d", "e"}) {
		t.Errorf("listed %q, %v", names, err)
	}
}

// Uploads and downloads that go wrong on the servers of the assets.
func TestAssetFaults(t *testing.T) {
	t.Parallel() // waits
	large := make([]byte, maxInline+1)
	for what, c := range map[string]struct {
		f    fakecloud.Fault
		want error
	}{
		"dropped":        {fakecloud.Fault{Drop: true}, store.ErrOffline},
		"lost":           {fakecloud.Fault{Lost: true}, store.ErrOffline},
		"busy":           {fakecloud.Fault{Status: 503}, store.ErrBusy},
		"wrong server":   {fakecloud.Fault{Status: 421}, store.ErrOffline},
		"too large":      {fakecloud.Fault{Status: 413}, store.ErrFull},
		"another size":   {fakecloud.Fault{Change: func([]byte) []byte { return []byte(`{"singleFile":{"size":3}}`) }}, store.ErrCorrupt},
		"no description": {fakecloud.Fault{Change: func([]byte) []byte { return []byte(`{}`) }}, store.ErrCorrupt},
		"redirect":       {fakecloud.Fault{Status: 302, Header: http.Header{"Location": {"https://idmsa.apple.com/"}}}, store.ErrRefused},
	} {
		b := start(t)
		s, _ := b.open(t)
		c.f.Host, c.f.Method = cloudkit.CDN, "POST"
		b.cloud.Fail(c.f)
		if err := s.Create(t.Context(), "large", large); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
		if got := b.Records("samantha", Zone); len(got) != 0 {
			t.Errorf("%s: there is %q", what, got)
		}
		if err := s.Create(t.Context(), "large", large); err != nil {
			t.Errorf("after %s: %v", what, err)
		}
	}
}

func TestDownloadFaults(t *testing.T) {
	t.Parallel() // waits
	b := start(t)
	s, _ := b.open(t)
	large := make([]byte, maxInline+1)
	if err := s.Create(t.Context(), "large", large); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		f    fakecloud.Fault
		want error
	}{
		"expired once":   {fakecloud.Fault{Status: 410}, nil},
		"expired always": {fakecloud.Fault{Status: 410, Times: -1}, store.ErrOffline},
		"cut":            {fakecloud.Fault{Cut: 1000}, store.ErrOffline},
		"short":          {fakecloud.Fault{Change: func(b []byte) []byte { return b[:1000] }}, store.ErrCorrupt},
		"changed":        {fakecloud.Fault{Change: func(b []byte) []byte { b[7] ^= 1; return b }}, store.ErrCorrupt},
		"longer":         {fakecloud.Fault{Change: func(b []byte) []byte { return append(b, 0) }}, store.ErrCorrupt},
	} {
		c.f.Host = cloudkit.CDN
		b.cloud.Fail(c.f)
		if _, err := s.Get(t.Context(), "large"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
		b.cloud.Heal()
	}
}

// Two devices that connect at once both have the zone.
func TestZoneMadeTwice(t *testing.T) {
	b := start(t)
	b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Path: path("zones/modify"), Do: func() { b.open(t) }})
	b.open(t)
	b.Wipe("samantha")
	f := said(409, "EXISTS", "")
	f.Path, f.Do = path("zones/modify"), func() { b.open(t) }
	b.cloud.Fail(f)
	b.open(t)
}

// Should CloudKit answer "no such record" for a zone that is gone, it is still not "no backup".
func TestNotFoundNeedsTheZone(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	b.Wipe("samantha")
	f := saidOfRecord("NOT_FOUND", "")
	f.Path, f.Times = path("records/lookup"), -1
	b.cloud.Fail(f)
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrGone) {
		t.Errorf("get: %v", err)
	}
	if err := s.Delete(t.Context(), "a"); !errors.Is(err, store.ErrGone) {
		t.Errorf("delete: %v", err)
	}
}
