package webapp

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/cloudseed/cloudseed/internal/words"
)

// TestScreens takes a picture of every sample: on a phone and on a desk, light and dark, on a
// small phone, at 200 % zoom and with text twice as large:
//
//	CLOUDSEED_SCREENSHOTS=dir go test ./internal/webapp -run Screens
//
// CLOUDSEED_SCREENS may hold a pattern of names, and CLOUDSEED_LANGUAGE a language, such as de.
// Without a folder it looks at nothing.
func TestScreens(t *testing.T) {
	if os.Getenv("CLOUDSEED_SCREENSHOTS") == "" {
		t.Skip("CLOUDSEED_SCREENSHOTS names no folder")
	}
	only := regexp.MustCompile(os.Getenv("CLOUDSEED_SCREENS"))
	b, base := startGallery(t)
	for _, v := range views {
		v.take(b)
		for _, s := range samples(words.English) {
			if !only.MatchString(s.Name) {
				continue
			}
			b.do(chromedp.Navigate(base + "gallery?show=" + s.Name + "&in=" + os.Getenv("CLOUDSEED_LANGUAGE")))
			ask[bool](b, `(document.documentElement.style.fontSize = "`+v.text+`", true)`)
			b.picture(s.Name + "." + v.name)
		}
	}
}

// TestScreensTogether puts three phones beside each other, for the README: app.png.
func TestScreensTogether(t *testing.T) {
	dir := os.Getenv("CLOUDSEED_SCREENSHOTS")
	if dir == "" {
		t.Skip("CLOUDSEED_SCREENSHOTS names no folder")
	}
	const width, height, gap = 390, 844, 20
	b, base := startGallery(t)
	b.media("prefers-color-scheme", "light", "prefers-reduced-motion", "reduce")
	together := image.NewRGBA(image.Rect(0, 0, 3*width+4*gap, height+2*gap))
	draw.Draw(together, together.Bounds(), image.NewUniform(color.RGBA{0xdd, 0xe4, 0xe0, 0xff}), image.Point{}, draw.Src)
	for i, name := range []string{"welcome", "progress", "home-protected"} {
		b.do(chromedp.Navigate(base+"gallery?show="+name), chromedp.Sleep(200*time.Millisecond))
		data, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		phone, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		at := image.Pt(gap+i*(width+gap), gap)
		draw.Draw(together, phone.Bounds().Add(at), phone, image.Point{}, draw.Src)
	}
	var data bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&data, paletted(together)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "app.png"), data.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// paletted keeps the 256 colours that are used most: a third of the bytes.
func paletted(from *image.RGBA) *image.Paletted {
	counts := map[color.RGBA]int{}
	for y := range from.Rect.Dy() {
		for x := range from.Rect.Dx() {
			counts[from.RGBAAt(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int { return cmp.Compare(counts[b], counts[a]) })
	var palette color.Palette
	for _, c := range colours[:min(256, len(colours))] {
		palette = append(palette, c)
	}
	to := image.NewPaletted(from.Rect, palette)
	draw.Draw(to, to.Rect, from, image.Point{}, draw.Src)
	return to
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
