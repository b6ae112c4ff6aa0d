package webapp

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/words"
)

// axeRules are WCAG 2.2 A and AA, and what axe-core calls best practice. In the dark only the
// colours are others.
var axeRules = map[string][]string{
	"light": {"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"},
	"dark":  {"color-contrast", "link-in-text-block"},
}

// An axeViolation is what axe-core found against one of its rules.
type axeViolation struct {
	ID    string
	Help  string
	Nodes []struct {
		HTML           string
		FailureSummary string
	}
}

// TestAxe lets axe-core look at every state of every screen, light and dark, on a phone.
// CLOUDSEED_SCREENS may hold a pattern of names.
func TestAxe(t *testing.T) {
	peer.Slow(t)
	t.Parallel()
	_, dir := peer.Node(t)
	axe, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	only := regexp.MustCompile(os.Getenv("CLOUDSEED_SCREENS"))
	b, base := startGallery(t)
	looked, start := 0, time.Now()
	for _, scheme := range []string{"light", "dark"} {
		b.media("prefers-color-scheme", scheme, "prefers-reduced-motion", "reduce")
		for _, s := range samples(words.English) {
			if !only.MatchString(s.Name) {
				continue
			}
			b.do(chromedp.Navigate(base + "gallery?show=" + s.Name))
			b.whole()
			for _, v := range b.axe(string(axe), axeRules[scheme]...) {
				for _, n := range v.Nodes {
					t.Errorf("%s, %s: %s (%s)\n%s\n%s", s.Name, scheme, v.ID, v.Help, n.HTML, n.FailureSummary)
				}
			}
			looked++
		}
	}
	t.Logf("looked at %d pages in %v", looked, time.Since(start).Round(time.Second))
}

// axe runs axe-core by some of its rules, by name or by tag, on the page. The debugger may do
// so in spite of the page's policy, which stays as it is.
func (b *browser) axe(source string, rules ...string) (found []axeViolation) {
	b.t.Helper()
	names, err := json.Marshal(rules)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	script := source + `; axe.run({runOnly: ` + string(names) + `, resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err == nil {
		err = json.Unmarshal([]byte(answer), &found)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}
