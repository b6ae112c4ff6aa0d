package webapp

import (
	"os"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestScreens takes a picture of every sample, on a phone and on a desk, light and dark:
//
//	CLOUDSEED_SCREENSHOTS=dir go test ./internal/webapp -run Screens
//
// CLOUDSEED_SCREENS may hold a pattern of names. Without a folder it looks at nothing.
func TestScreens(t *testing.T) {
	if os.Getenv("CLOUDSEED_SCREENSHOTS") == "" {
		t.Skip("CLOUDSEED_SCREENSHOTS names no folder")
	}
	only := regexp.MustCompile(os.Getenv("CLOUDSEED_SCREENS"))
	b := startBrowser(t)
	realms, client := embedded(t)
	d := startDevice(t, Config{Realms: realms, HTTP: client, Dev: true})
	b.open(d.App)
	b.see("If this device is lost")
	base := ask[string](b, `location.href.replace(/[^/]*$/, "")`)
	views := []struct {
		name          string
		width, height int64
		scheme        string
	}{{"phone-light", 390, 844, "light"}, {"phone-dark", 390, 844, "dark"}, {"desk-light", 1280, 800, "light"}, {"desk-dark", 1280, 800, "dark"}, {"small", 320, 640, "light"}}
	for _, view := range views {
		b.do(chromedp.EmulateViewport(view.width, view.height))
		b.media("prefers-color-scheme", view.scheme, "prefers-reduced-motion", "reduce")
		for _, s := range samples() {
			if !only.MatchString(s.Name) {
				continue
			}
			b.do(chromedp.Navigate(base + "gallery?show=" + s.Name))
			if ask[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
				t.Errorf("%s scrolls sideways on %s", s.Name, view.name)
			}
			b.picture(s.Name + "." + view.name)
		}
	}
}

// media sets media features, given as name and value by turns.
func (b *browser) media(features ...string) {
	var p emulation.SetEmulatedMediaParams
	for i := 0; i+1 < len(features); i += 2 {
		p.Features = append(p.Features, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, p); err != nil {
		b.t.Fatal(err)
	}
}
