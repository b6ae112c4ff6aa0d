package googledrive

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/drive"
	"github.com/cloudseed/cloudseed/store"
)

func TestRefusals(t *testing.T) {
	w, s := started(t)
	for _, c := range []struct {
		drive.Refusal
		want error
	}{
		{drive.Unauthorized, store.ErrSignedOut},
		{drive.RateLimit, store.ErrBusy}, {drive.UserRateLimit, store.ErrBusy}, {drive.DailyLimit, store.ErrBusy},
		{drive.TooManyNow, store.ErrBusy}, {drive.Unavailable, store.ErrBusy},
		{drive.Full, store.ErrFull}, {drive.TooManyInside, store.ErrFull},
		{drive.NoScope, store.ErrConsent}, {drive.NoSpaceScope, store.ErrConsent},
		{drive.NotEnabled, store.ErrRefused}, {drive.Forbidden, store.ErrRefused},
		{drive.Broken, store.ErrOffline}, {drive.Refusal{Status: 502}, store.ErrOffline}, {drive.Refusal{Status: 408}, store.ErrOffline},
		{drive.Refusal{Status: 400, Reason: "invalid"}, store.ErrRefused}, {drive.Refusal{Status: 302}, store.ErrRefused},
	} {
		fault := drive.Fault("", c.Refusal)
		fault.Times = -1
		w.cloud.Fail(fault)
		for what, err := range all(t, s) {
			wantKind(t, fmt.Sprint(c.Status, " ", c.Reason, ": ", what), err, c.want)
		}
		w.cloud.Heal()
	}
	wantFile(t, s, "a", "stored")
}

// Answers that are not Google's JSON, of a proxy for example.
func TestForeignAnswers(t *testing.T) {
	w, s := started(t)
	for _, c := range []struct {
		status int
		body   string
		want   error
	}{
		{403, "<html>blocked", store.ErrRefused}, {403, `{"error":"x"}`, store.ErrRefused}, {407, "", store.ErrRefused},
		{500, "<html>", store.ErrOffline}, {200, "<html>log in to this hotel", store.ErrOffline}, {200, "", store.ErrOffline},
	} {
		w.cloud.Fail(fakecloud.Fault{Status: c.status, Body: c.body, Times: -1})
		for what, err := range all(t, s) {
			wantKind(t, fmt.Sprint(c.status, " ", c.body, ": ", what), err, c.want)
		}
		w.cloud.Heal()
	}
}

func TestWaits(t *testing.T) {
	w, s := started(t)
	soon := w.cloud.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	for value, want := range map[string]time.Duration{"120": 2 * time.Minute, "9999999": 24 * time.Hour, soon: 90 * time.Second, "-1": 0, "": 0} {
		fault := drive.Fault("", drive.TooManyNow)
		fault.Times, fault.Header = -1, http.Header{"Retry-After": {value}}
		w.cloud.Fail(fault)
		_, err := s.List(t.Context())
		e := wantKind(t, value, err, store.ErrBusy)
		if off := e.After - want; off < -3*time.Second || off > 3*time.Second {
			t.Errorf("Retry-After %q: wait %v, want %v", value, e.After, want)
		}
		w.cloud.Heal()
	}
	fault := drive.Fault("", drive.TooManyNow)
	fault.Header = http.Header{"Retry-After": {"1"}}
	w.cloud.Fail(fault)
	start := time.Now()
	if _, err := s.List(t.Context()); err != nil || time.Since(start) < time.Second {
		t.Errorf("a wait of a second: %v after %v", err, time.Since(start))
	}
}

func TestFull(t *testing.T) {
	w, s := started(t)
	w.drive.Limit(10)
	wantKind(t, "create", s.Create(t.Context(), "b", []byte("12345")), store.ErrFull)
	wantFile(t, s, "a", "stored")
	w.drive.Limit(100)
	if err := s.Create(t.Context(), "b", []byte("12345")); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
