package metrics_test

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/metrics"
)

var (
	named   = regexp.MustCompile(`\b(?:cloudseed_realm|process|go)_[a-z_]+`)
	typed   = regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`)
	labeled = regexp.MustCompile(`(cloudseed_realm_[a-z_]+)\{([^}]*)\}`)
	label   = regexp.MustCompile(`(\w+)(?:=~?)"`)
)

// full is what a realm shows when everything has happened once.
func full(t *testing.T) string {
	t.Helper()
	m := metrics.New("v1", "sqlite")
	m.Watch(func() bool { return true }, func() (int64, bool) { return 1, true })
	m.Observe(realm.Observation{Request: "Recover2", Tenant: "acme", Status: 200, Answer: juicebox.StatusOK, Why: realm.WhyPacing})
	m.Swept(realm.Swept{}, nil)
	m.Reloaded("tenants", errors.New("x"))
	m.Certificate(time.Now())
	return scrape(t, m)
}

// shown lists the names that a query may use.
func shown(text string) (names []string) {
	for _, match := range typed.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
		if match[2] == "histogram" {
			names = append(names, match[1]+"_bucket", match[1]+"_count", match[1]+"_sum")
		}
	}
	return names
}

// Every metric and label that the dashboard asks for exists.
func TestDashboard(t *testing.T) {
	text := full(t)
	names := shown(text)
	data, err := os.ReadFile("../../docs/operating/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(data, &dashboard); err != nil {
		t.Fatal(err)
	}
	queries := 0
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			queries++
			used := named.FindAllString(target.Expr, -1)
			for _, name := range used {
				if !slices.Contains(names, name) {
					t.Errorf("%s: no metric %s", panel.Title, name)
				}
			}
			if len(used) == 0 {
				t.Errorf("%s asks for no metric: %s", panel.Title, target.Expr)
			}
			checkLabels(t, panel.Title, target.Expr, text)
		}
	}
	if queries < 15 {
		t.Errorf("%d queries", queries)
	}
}

func checkLabels(t *testing.T, title, query, text string) {
	t.Helper()
	for _, match := range labeled.FindAllStringSubmatch(query, -1) {
		for _, l := range label.FindAllStringSubmatch(match[2], -1) {
			if l[1] == "job" { // Prometheus adds it
				continue
			}
			if !regexp.MustCompile(`(?m)^` + match[1] + `\{[^}]*\b` + l[1] + `="`).MatchString(text) {
				t.Errorf("%s: %s has no label %s", title, match[1], l[1])
			}
		}
	}
}

// The page about metrics lists each of ours, and none that is not there.
func TestMetricsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/operating/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, match := range regexp.MustCompile("(?m)^\\| `(cloudseed_realm_[a-z_]+)` ").FindAllSubmatch(page, -1) {
		listed = append(listed, string(match[1]))
	}
	var ours []string
	for _, match := range typed.FindAllStringSubmatch(full(t), -1) {
		if strings.HasPrefix(match[1], "cloudseed_realm_") {
			ours = append(ours, match[1])
		}
	}
	slices.Sort(listed)
	slices.Sort(ours)
	if !slices.Equal(listed, ours) {
		t.Errorf("the page lists\n%v\nwant\n%v", listed, ours)
	}
}
