package paper

import (
	"fmt"
	"github.com/cloudseed/cloudseed/internal/words"
	"html/template"
	"strings"

	"rsc.io/qr"
)

// A run is a line of dark squares in a QR code: where it begins and how long it is.
type run struct{ x, y, n int }

// quiet is the light border that readers need, in squares (ISO/IEC 18004).
const quiet = 4

// runs encodes text as a QR code of size squares a side, without the border. With medium
// error correction a sixth of it may be unreadable. A kit is upper case, which takes the
// small alphanumeric form.
func runs(text string) (dark []run, size int, err error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, 0, err
	}
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			n := 0
			for x+n < code.Size && code.Black(x+n, y) {
				n++
			}
			if n > 0 {
				dark = append(dark, run{x, y, n})
				x += n
			}
		}
	}
	return dark, code.Size, nil
}

// SVG is a QR code for a page, with its name in a language, black on white whatever the page's colours are.
func SVG(l *words.Language, text string) (template.HTML, error) {
	dark, size, err := runs(text)
	if err != nil {
		return "", err
	}
	var path strings.Builder
	for _, r := range dark {
		fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", r.x+quiet, r.y+quiet, r.n, r.n)
	}
	side := size + 2*quiet
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" shape-rendering="crispEdges" role="img" aria-label="%s"><path d="M0 0h%dv%dH0z" fill="#fff"/><path d="%s" fill="#000"/></svg>`,
		side, side, template.HTMLEscapeString(l.Say("The same as a QR code")), side, side, path.String())), nil
}
