package webapp

import (
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/words"
)

// A view is a window that screens are looked at in. A window of 1280 × 800 at 200 % zoom is one
// of 640 × 400 with two dots a pixel.
type view struct {
	name          string
	width, height int64
	dots          float64
	scheme        string
	text          string // size of the root font; "" for the browser's own
}

var views = []view{
	{"phone-light", 390, 844, 1, "light", ""}, {"phone-dark", 390, 844, 1, "dark", ""},
	{"desk-light", 1280, 800, 1, "light", ""}, {"desk-dark", 1280, 800, 1, "dark", ""},
	{"small", 320, 640, 1, "light", ""}, {"zoom", 640, 400, 2, "light", ""}, {"large-text", 390, 844, 1, "light", "200%"},
}

func (v view) take(b *browser) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(v.width, v.height, chromedp.EmulateScale(v.dots)))
	b.media("prefers-color-scheme", v.scheme, "prefers-reduced-motion", "reduce")
}

// faults is a script that returns what is wrong with how the page is laid out, one line each.
const faults = `(() => {
	const found = [];
	const name = (e) => e.tagName.toLowerCase() + (e.className && e.className.baseVal === undefined ? "." + e.className : "") + " “" + (e.textContent || e.value || "").trim().slice(0, 40) + "”";
	const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !e.closest(".unseen, .skip");
	const wide = document.documentElement.scrollWidth;
	if (wide > innerWidth) found.push("scrolls sideways: " + wide + " in " + innerWidth);
	for (const e of document.body.querySelectorAll("*")) {
		if (!seen(e) || e.closest("svg") || /^(INPUT|TEXTAREA|SELECT|OPTION)$/.test(e.tagName)) continue;
		if (e.clientWidth && e.scrollWidth > e.clientWidth + 1) found.push("wider than its box: " + name(e));
		const clips = getComputedStyle(e).overflowY !== "visible";
		if (clips && e.clientHeight && e.scrollHeight > e.clientHeight + 1) found.push("cut off: " + name(e));
	}
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; n = walk.nextNode();) {
		if (!n.data.trim() || !seen(n.parentElement) || n.parentElement.closest("svg, noscript, select")) continue;
		const range = document.createRange();
		range.selectNodeContents(n);
		for (const r of range.getClientRects()) {
			if (r.width && (r.left < -1 || r.right > innerWidth + 1)) found.push("off the page: “" + n.data.trim().slice(0, 40) + "”");
		}
	}
	const controls = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter(seen);
	const boxes = controls.flatMap((e) => [...e.getClientRects()].map((r) => ({ e, r })));
	for (let i = 0; i < boxes.length; i++) for (let k = i + 1; k < boxes.length; k++) {
		const a = boxes[i], b = boxes[k];
		if (a.e === b.e || a.e.contains(b.e) || b.e.contains(a.e)) continue;
		const x = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left);
		const y = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top);
		const inText = getComputedStyle(a.e).display === "inline" && getComputedStyle(b.e).display === "inline"; // lines of one paragraph
		if (x > 1 && y > 1 && !inText) found.push("overlap: " + name(a.e) + " and " + name(b.e));
	}
	return [...new Set(found)];
})()`

// TestLayout looks for what sticks out, is cut off or overlaps, on every screen in every state,
// as it comes and with all of its parts opened: on a phone, a small phone, a desk, at 200 %
// zoom and with text twice as large. CLOUDSEED_SCREENS may hold a pattern of names, and
// CLOUDSEED_LANGUAGE a language, such as de.
func TestLayout(t *testing.T) {
	peer.Slow(t)
	t.Parallel()
	only := regexp.MustCompile(os.Getenv("CLOUDSEED_SCREENS"))
	b, base := startGallery(t)
	looked, start := 0, time.Now()
	in := words.Match(os.Getenv("CLOUDSEED_LANGUAGE"))
	for _, s := range samples(in) {
		if !only.MatchString(s.Name) {
			continue
		}
		b.do(chromedp.Navigate(base + "gallery?show=" + s.Name + "&in=" + in.Tag()))
		b.whole()
		for _, opened := range []string{"", ", with everything opened"} {
			if opened != "" {
				ask[bool](b, `(document.querySelectorAll("details").forEach((d) => d.open = true), true)`)
			}
			for _, v := range views {
				if v.scheme == "dark" {
					continue // only colours are others
				}
				v.take(b)
				ask[bool](b, `(document.documentElement.style.fontSize = "`+v.text+`", true)`)
				for _, fault := range ask[[]string](b, faults) {
					t.Errorf("%s, %s%s: %s", s.Name, v.name, opened, fault)
				}
				looked++
			}
		}
	}
	t.Logf("looked %d times in %v", looked, time.Since(start).Round(time.Second))
}

// TestLayoutFaults shows that the look finds what it looks for.
func TestLayoutFaults(t *testing.T) {
	b, base := startGallery(t)
	for name, spoil := range map[string]string{
		"scrolls sideways":   `document.querySelector("h1").style.width = "2000px"`,
		"wider than its box": `Object.assign(document.querySelector("h1").style, {width: "40px", whiteSpace: "nowrap", overflow: "hidden"})`,
		"cut off":            `Object.assign(document.querySelector(".lead").style, {height: "20px", overflow: "hidden"})`,
		"off the page":       `Object.assign(document.querySelector("h1").style, {position: "relative", left: "-60px"})`,
		"overlap":            `document.querySelector(".choices li:last-child").style.marginTop = "-60px"`,
	} {
		b.do(chromedp.Navigate(base + "gallery?show=welcome"))
		b.whole()
		if got := ask[[]string](b, faults); len(got) > 0 {
			t.Fatalf("a page without a fault: %q", got)
		}
		ask[bool](b, "("+spoil+", true)")
		hit := false
		for _, fault := range ask[[]string](b, faults) {
			hit = hit || regexp.MustCompile("^"+name).MatchString(fault)
		}
		if !hit {
			t.Errorf("did not find: %s", name)
		}
	}
}

// startGallery opens the app with its gallery; base is what its addresses begin with.
func startGallery(t testing.TB) (b *browser, base string) {
	t.Helper()
	b = startBrowser(t)
	realms, client := embedded(t)
	d := startDevice(t, Config{Realms: realms, HTTP: client, Dev: true})
	b.open(d.App)
	b.see("If this device is lost")
	return b, ask[string](b, `location.href.replace(/[^/]*$/, "")`)
}
