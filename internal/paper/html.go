package paper

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed sheet.html
var sheetHTML string

var sheet = template.Must(template.New("sheet").Funcs(template.FuncMap{"qr": SVG, "number": func(i int) int { return i + 1 }}).Parse(sheetHTML))

// HTML is the sheet as a page of its own, which asks for nothing from the network.
func (s *Sheet) HTML() ([]byte, error) {
	var b bytes.Buffer
	err := sheet.Execute(&b, s)
	return b.Bytes(), err
}
