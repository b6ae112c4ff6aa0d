package icloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/cloudkit"
	"github.com/cloudseed/cloudseed/store"
)

// The payloads in testdata are Apple's; its README.md names the pages.

func golden(t *testing.T, name string) string {
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestGoldenAuthenticationRequired(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	const page = "https://idmsa.apple.com/IDMSWebAuth/auth?oauth_token=x"
	body := strings.Replace(golden(t, "authentication_required.json"), "[redirect URL]", page, 1)
	b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Status: 421, Body: body})
	_, err := s.List(t.Context())
	var r *Refusal
	if got := signIn(t, "list", err); got != page || !errors.As(err, &r) || r.UUID != "4f02f7aa-fbb5-4cf8ae8e-4dd463793841" {
		t.Errorf("sign in at %q, %+v", got, r)
	}
	b.cloud.Fail(fakecloud.Fault{Host: cloudkit.API, Status: 421, Body: golden(t, "authentication_required.json"), Times: 2})
	var s1 *SignIn
	if _, err := s.List(t.Context()); !errors.Is(err, store.ErrSignedOut) || errors.As(err, &s1) {
		t.Errorf("a browser would be sent to %v: %v", s1, err)
	}
}

// What is sent has the shape of Apple's example: the same keys at the same places.
func TestGoldenCreate(t *testing.T) {
	b := start(t)
	s, _ := b.open(t)
	if err := s.Create(t.Context(), "a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	var apple, ours struct {
		Operations []struct {
			OperationType string
			Record        map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(golden(t, "create.json")), &apple); err != nil {
		t.Fatal(err)
	}
	for _, e := range b.cloud.Exchanges() {
		if strings.HasSuffix(e.URL.Path, "/records/modify") {
			if err := json.Unmarshal(e.Body, &ours); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(ours.Operations) != 1 || ours.Operations[0].OperationType != apple.Operations[0].OperationType {
		t.Fatalf("sent %+v", ours)
	}
	got, want := slices.Sorted(maps.Keys(ours.Operations[0].Record)), slices.Sorted(maps.Keys(apple.Operations[0].Record))
	if !slices.Equal(got, want) {
		t.Errorf("a record has %q, Apple's has %q", got, want)
	}
	var fields map[string]struct{ Value any }
	json.Unmarshal(ours.Operations[0].Record["fields"], &fields)
	if fields["size"].Value != 1.0 || fields["content"].Value != "eA==" || fields["name"].Value != "a" {
		t.Errorf("sent fields %v", fields)
	}
}

// Every code of Apple's table has a kind of its own choosing, and retrying what cannot get
// better is not one of them.
func TestGoldenErrorCodes(t *testing.T) {
	want := map[string]error{
		"ACCESS_DENIED": store.ErrRefused, "ATOMIC_ERROR": store.ErrBusy, "AUTHENTICATION_FAILED": store.ErrSignedOut,
		"AUTHENTICATION_REQUIRED": store.ErrSignedOut, "BAD_REQUEST": store.ErrRefused, "CONFLICT": store.ErrBusy,
		"EXISTS": store.ErrExists, "INTERNAL_ERROR": store.ErrOffline, "NOT_FOUND": store.ErrNotFound,
		"QUOTA_EXCEEDED": store.ErrFull, "THROTTLED": store.ErrBusy, "TRY_AGAIN_LATER": store.ErrBusy,
		"VALIDATING_REFERENCE_ERROR": store.ErrRefused, "ZONE_NOT_FOUND": store.ErrGone,
	}
	lines := strings.Split(strings.TrimSpace(golden(t, "error_codes.txt")), "\n")
	for _, line := range lines {
		var code string
		var status int
		if _, err := fmt.Sscan(line, &code, &status); err != nil {
			t.Fatal(err)
		}
		if got := kindOf(code, status); got != want[code] {
			t.Errorf("%s: %v, want %v", code, got, want[code])
		}
		if got := cloudkit.Status(code); got != status {
			t.Errorf("the fake answers %s with %d, Apple with %d", code, got, status)
		}
	}
	if len(lines) != len(want) {
		t.Errorf("%d codes, want %d", len(lines), len(want))
	}
}
