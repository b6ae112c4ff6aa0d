package paper

import (
	"bytes"
	"fmt"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
)

// Sizes on A4, in millimetres.
const (
	margin = 18.0
	width  = 210 - 2*margin
	qrSide = 52.0
)

// PDF is the sheet as a PDF file of one page, A4. The fonts in it have the Latin, Greek and
// Cyrillic letters; others, in a wallet's name, come out as boxes.
func (s *Sheet) PDF() ([]byte, error) {
	p := fpdf.New("P", "mm", "A4", "")
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, margin)
	p.SetTitle(s.Language.Say(s.Title), true)
	p.AddUTF8FontFromBytes("sans", "", goregular.TTF)
	p.AddUTF8FontFromBytes("sans", "B", gobold.TTF)
	p.AddUTF8FontFromBytes("mono", "", gomono.TTF)
	p.AddPage()
	d := &drawing{p}
	d.text("B", 20, s.Language.Say(s.Title))
	for _, line := range s.Lead {
		d.text("", 10.5, line)
	}
	if s.Secret {
		if err := d.secret(s); err != nil {
			return nil, err
		}
	}
	d.facts(s.Facts)
	for _, section := range s.Sections {
		d.section(section)
	}
	var b bytes.Buffer
	err := p.Output(&b)
	return b.Bytes(), err
}

type drawing struct{ *fpdf.Fpdf }

func (d *drawing) text(style string, points float64, text string) {
	d.SetFont("sans", style, points)
	d.MultiCell(width, points*0.5, text, "", "L", false)
	d.Ln(1.2)
}

// secret draws the frame with the QR code and the blocks.
func (d *drawing) secret(s *Sheet) error {
	dark, size, err := runs(s.QR)
	if err != nil {
		return err
	}
	d.Ln(1)
	top := d.GetY()
	d.SetLineWidth(0.6)
	d.Rect(margin, top, width, qrSide+2, "D")
	square := qrSide / float64(size+2*quiet)
	for _, r := range dark {
		// a little wider, so that no hairline shows between two rows
		d.Rect(margin+1+float64(r.x+quiet)*square, top+1+float64(r.y+quiet)*square, float64(r.n)*square, square*1.01, "F")
	}
	left := margin + qrSide + 6
	d.SetFont("mono", "", 11)
	d.Text(left, top+9, s.Prefix)
	for i, block := range s.Blocks {
		x, y := left+float64(i%4)*28, top+19+float64(i/4)*9
		d.SetFont("sans", "", 6.5)
		d.Text(x, y, fmt.Sprint(i+1))
		d.SetFont("mono", "", 15)
		d.Text(x+5, y, block)
	}
	d.SetY(top + qrSide + 5)
	return nil
}

func (d *drawing) facts(facts []Fact) {
	d.Ln(1)
	for _, f := range facts {
		d.SetFont("sans", "", 10)
		d.Cell(32, 5.5, f.Name)
		d.SetFont("sans", "B", 10)
		d.MultiCell(width-32, 5.5, f.Value, "", "L", false)
	}
	d.Ln(1)
}

func (d *drawing) section(s Section) {
	d.Ln(1.5)
	d.text("B", 11.5, s.Heading)
	for i, step := range s.Steps {
		if len(s.Steps) > 1 {
			step = fmt.Sprintf("%d. %s", i+1, step)
		}
		d.text("", 10, step)
	}
	if s.Line != "" {
		d.SetFont("mono", "", 11)
		d.SetX(margin + 5)
		d.Cell(width, 6, s.Line)
		d.Ln(7)
	}
	if s.After != "" {
		d.text("", 10, s.After)
	}
}
