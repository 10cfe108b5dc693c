// Package docx writes accessible Word documents (Office Open XML, ECMA-376
// transitional) with the standard library alone.
//
// A document has a title and a language, real headings, paragraphs, lists and pictures
// with alternative text, in reading order: what a screen reader, a magnifier and
// LibreOffice need. Each run may have a language and a direction of its own. The same
// content and the same instant give the same bytes.
package docx

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"plait/internal/kit/lang"
)

// Options are how the whole document looks.
type Options struct {
	Title    string
	Language string    // BCP 47; "" = en-GB
	From     string    // who made it, for the file's properties; may be ""
	Points   float64   // size of body text; 0 = 12
	Spacing  float64   // height of a line in lines; 0 = 1.15
	Margin   float64   // of the page on each side, millimetres; 0 = 20
	Font     string    // "" = Arial
	Made     time.Time // for the file's properties and entries
}

// Run is a piece of text within a paragraph, or a picture.
type Run struct {
	Text     string
	Language string // BCP 47; "" = the document's
	Bold     bool
	Picture  *Picture // in place of Text
}

// Picture is a PNG with what it shows in words.
type Picture struct {
	PNG    []byte
	Alt    string  // "" = it only decorates
	Width  float64 // millimetres
	Height float64 // millimetres
}

// Doc is a document that is being put together.
type Doc struct {
	o      Options
	body   strings.Builder
	images []*Picture // each file once, in the order of use
	drawn  int        // pictures placed
	lists  bool
}

// New begins an A4 document.
func New(o Options) *Doc {
	if o.Language == "" {
		o.Language = "en-GB"
	}
	if o.Points == 0 {
		o.Points = 12
	}
	if o.Spacing == 0 {
		o.Spacing = 1.15
	}
	if o.Margin == 0 {
		o.Margin = 20
	}
	if o.Font == "" {
		o.Font = "Arial"
	}
	if o.Made.Year() < 1980 { // the zip format begins there
		o.Made = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return &Doc{o: o}
}

// Text is one run of plain text in the document's language.
func Text(s string) Run { return Run{Text: s} }

// Title is the document's name at its top; it is shown once, before everything.
func (d *Doc) Title(s string) { d.paragraph("Title", "", Text(s)) }

// Heading is a heading of level 1 or 2.
func (d *Doc) Heading(level int, runs ...Run) {
	d.paragraph(fmt.Sprintf("Heading%d", min(max(level, 1), 2)), "", runs...)
}

// Para is one paragraph.
func (d *Doc) Para(runs ...Run) { d.paragraph("", "", runs...) }

// Quote is a paragraph of a person's own words, set apart.
func (d *Doc) Quote(runs ...Run) { d.paragraph("Quote", "", runs...) }

// List is a bulleted list, one item a row.
func (d *Doc) List(items ...[]Run) {
	d.lists = true
	for _, runs := range items {
		d.paragraph("ListBullet", `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>`, runs...)
	}
}

// Break goes on at the top of a new page.
func (d *Doc) Break() { d.body.WriteString(`<w:p><w:r><w:br w:type="page"/></w:r></w:p>`) }

func (d *Doc) paragraph(style, extra string, runs ...Run) {
	b := &d.body
	b.WriteString("<w:p><w:pPr>")
	if style != "" {
		b.WriteString(`<w:pStyle w:val="` + style + `"/>`)
	}
	b.WriteString(extra)
	if len(runs) > 0 && lang.RightToLeft(d.tongue(runs[len(runs)-1])) {
		b.WriteString("<w:bidi/>")
	}
	b.WriteString("</w:pPr>")
	for _, r := range runs {
		if r.Picture != nil {
			d.draw(r.Picture)
			continue
		}
		d.run(r)
	}
	b.WriteString("</w:p>")
}

func (d *Doc) tongue(r Run) string {
	if r.Language != "" {
		return r.Language
	}
	return d.o.Language
}

func (d *Doc) run(r Run) {
	b := &d.body
	b.WriteString("<w:r><w:rPr>")
	if r.Bold {
		b.WriteString("<w:b/>")
	}
	rtl := lang.RightToLeft(d.tongue(r))
	if rtl {
		b.WriteString("<w:rtl/>")
	}
	if rtl {
		b.WriteString(`<w:lang w:bidi="` + escape(d.tongue(r)) + `"/>`)
	} else if r.Language != "" && r.Language != d.o.Language {
		b.WriteString(`<w:lang w:val="` + escape(r.Language) + `"/>`)
	}
	b.WriteString("</w:rPr>")
	for i, line := range strings.Split(r.Text, "\n") {
		if i > 0 {
			b.WriteString("<w:br/>")
		}
		b.WriteString(`<w:t xml:space="preserve">` + escape(line) + `</w:t>`)
	}
	b.WriteString("</w:r>")
}

// emu is how many English Metric Units a millimetre has (ECMA-376 part 1, 20.1.2.1).
const emu = 36000

func (d *Doc) draw(p *Picture) {
	at := -1
	for i, x := range d.images {
		if x == p {
			at = i
		}
	}
	if at < 0 {
		at = len(d.images)
		d.images = append(d.images, p)
	}
	d.drawn++
	cx, cy := int(p.Width*emu), int(p.Height*emu)
	decorates := ""
	if p.Alt == "" {
		decorates = `<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/></a:ext></a:extLst>`
	}
	fmt.Fprintf(&d.body, `<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="114300"><wp:extent cx="%d" cy="%d"/>`+
		`<wp:docPr id="%d" name="Picture %d" descr="%s">%s</wp:docPr><wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>`+
		`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%d" name="Picture %d" descr="%s"/><pic:cNvPicPr/></pic:nvPicPr>`+
		`<pic:blipFill><a:blip r:embed="rIdImage%d"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>`+
		`<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`,
		cx, cy, d.drawn, d.drawn, escape(p.Alt), decorates, d.drawn, d.drawn, escape(p.Alt), at+1, cx, cy)
}

// escape writes text for XML. What XML 1.0 cannot hold is left out.
func escape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r == utf8.RuneError || (r < 0x20 && r != '\t') || r == 0xFFFE || r == 0xFFFF {
			continue
		}
		b.WriteRune(r)
	}
	var out strings.Builder
	// Writing to a strings.Builder cannot fail.
	_ = xml.EscapeText(&out, []byte(b.String()))
	return out.String()
}

// Write writes the file.
func (d *Doc) Write(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, p := range d.parts() {
		method := zip.Deflate
		if strings.HasSuffix(p.name, ".png") {
			method = zip.Store // packed already
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: method, Modified: d.o.Made.UTC()})
		if err != nil {
			return fmt.Errorf("docx: %w", err)
		}
		if _, err := f.Write(p.content); err != nil {
			return fmt.Errorf("docx: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("docx: %w", err)
	}
	return nil
}
