package metrics_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/metrics"
)

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body, err := io.ReadAll(w.Body)
	if err != nil || w.Code != 200 {
		t.Fatalf("status %d, %v\n%s", w.Code, err, body)
	}
	return string(body)
}

func TestMetrics(t *testing.T) {
	m := metrics.New("v1.2.3", "sqlite")
	ready, known := false, false
	m.Watch(func() bool { return ready }, func() (int64, bool) { return 41, known })
	first := scrape(t, m)
	if strings.Contains(first, "\ncloudseed_realm_records ") {
		t.Error("records are shown before they were counted")
	}
	ready, known = true, true
	for range 3 {
		m.Observe(realm.Observation{Request: "Recover3", Tenant: "acme", Status: 200, Answer: juicebox.StatusBadUnlockKeyTag, Took: time.Millisecond})
	}
	m.Observe(realm.Observation{Request: "Recover1", Tenant: "acme", Status: 429, Why: realm.WhyPacing})
	m.Swept(realm.Swept{Unproved: 5, Exhausted: 2}, nil)
	m.Swept(realm.Swept{Unproved: 1, Corrupt: 1}, context.Canceled)
	m.Reloaded("tenants", errors.New("x"))
	m.Tenants(2)
	got := scrape(t, m)
	for _, want := range []string{
		`cloudseed_realm_requests_total{code="200",request="Recover3",tenant="acme"} 3`,
		`cloudseed_realm_requests_total{code="429",request="Recover1",tenant="acme"} 1`,
		`cloudseed_realm_request_duration_seconds_count{request="Recover3"} 3`,
		`cloudseed_realm_answers_total{answer="BadUnlockKeyTag",request="Recover3"} 3`,
		`cloudseed_realm_refused_total{why="pacing"} 1`,
		`cloudseed_realm_swept_total{what="unproved"} 6`,
		`cloudseed_realm_swept_total{what="exhausted"} 2`,
		`cloudseed_realm_swept_total{what="corrupt"} 1`,
		`cloudseed_realm_reloads_total{result="refused",what="tenants"} 1`,
		"\ncloudseed_realm_tenants 2\n",
		"\ncloudseed_realm_records 41\n",
		"\ncloudseed_realm_ready 1\n",
		`cloudseed_realm_info{engine="sqlite",version="v1.2.3"} 1`,
		"go_goroutines",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}
