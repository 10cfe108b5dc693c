package sheet

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"plait/internal/kit/fault"
)

// What one sheet of a workbook may hold (Excel's own limits).
const (
	MaxRows = 1_048_576
	MaxText = 32_767 // letters of one cell, counted in UTF-16
)

// Writer writes a workbook of one sheet, row by row, without holding it. Every cell is
// text but those that Number makes, so that nothing in it is ever counted out.
type Writer struct {
	zip  *zip.Writer
	out  *bufio.Writer
	rows int
	err  error
}

// number is a cell that a person may add up.
type number string

// Number is a cell that holds a whole number.
func Number(n int64) any { return number(strconv.FormatInt(n, 10)) }

const (
	declared = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	main     = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	related  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packaged = "http://schemas.openxmlformats.org/package/2006/"
	ofSheets = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// NewWriter begins a workbook with one sheet of that name, whose first row stays in sight.
// What goes wrong is told by Close.
func NewWriter(w io.Writer, name string) *Writer {
	x := &Writer{zip: zip.NewWriter(w)}
	x.part("[Content_Types].xml", `<Types xmlns="`+packaged+`content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`+
		`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="`+ofSheets+`sheet.main+xml"/>`+
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="`+ofSheets+`worksheet+xml"/></Types>`)
	x.part("_rels/.rels", `<Relationships xmlns="`+packaged+`relationships"><Relationship Id="rId1" Type="`+related+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	x.part("xl/_rels/workbook.xml.rels", `<Relationships xmlns="`+packaged+`relationships"><Relationship Id="rId1" Type="`+related+`/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`)
	x.part("xl/workbook.xml", `<workbook xmlns="`+main+`" xmlns:r="`+related+`"><sheets><sheet name="`+attribute(tabName(name))+`" sheetId="1" r:id="rId1"/></sheets></workbook>`)
	x.part("xl/worksheets/sheet1.xml", `<worksheet xmlns="`+main+`"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`)
	return x
}

// part begins a part of the workbook.
func (x *Writer) part(name, text string) {
	if x.err != nil {
		return
	}
	if x.out != nil {
		if x.err = x.out.Flush(); x.err != nil {
			return
		}
	}
	w, err := x.zip.Create(name)
	if err != nil {
		x.err = err
		return
	}
	x.out = bufio.NewWriterSize(w, 1<<16)
	_, x.err = x.out.WriteString(declared + text)
}

// Row writes one row. A cell is a string, or what Number makes. A text that is too long for
// a cell ends in "…". The error says that there is no room for more rows.
func (x *Writer) Row(cells ...any) error {
	if x.rows == MaxRows {
		return fault.New(fault.TooBig, "house.too_long")
	}
	x.rows++
	x.say("<row>")
	for _, c := range cells {
		switch v := c.(type) {
		case number:
			x.say(`<c t="n"><v>` + string(v) + `</v></c>`)
		case string:
			if v == "" {
				x.say(`<c/>`)
				continue
			}
			x.say(`<c t="inlineStr"><is><t xml:space="preserve">` + content(Fit(v)) + `</t></is></c>`)
		default:
			return fmt.Errorf("sheet: a cell cannot be a %T", c)
		}
	}
	x.say("</row>")
	return x.err
}

func (x *Writer) say(s string) {
	if x.err == nil {
		_, x.err = x.out.WriteString(s)
	}
}

// Close ends the workbook and tells what went wrong on the way.
func (x *Writer) Close() error {
	x.say("</sheetData></worksheet>")
	if x.err != nil {
		return x.err
	}
	if err := x.out.Flush(); err != nil {
		return err
	}
	return x.zip.Close()
}

// Fit is a text as a cell can hold it: whole, or cut and ended by "…".
func Fit(s string) string {
	if len(s) <= MaxText {
		return s
	}
	n := 0
	for i, c := range s {
		size := 1
		if c > 0xffff {
			size = 2
		}
		if n+size > MaxText-1 {
			if n+size == MaxText && i+utf8.RuneLen(c) == len(s) {
				return s
			}
			return s[:i] + "…"
		}
		n += size
	}
	return s
}

// content is a text for an element. What XML 1.0 has no place for becomes U+FFFD, and what
// Excel would read as an escape (_x0041_) is escaped.
func content(s string) string {
	var b strings.Builder
	for i, c := range s {
		switch {
		case c == '&':
			b.WriteString("&amp;")
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c == '\r':
			b.WriteString("&#13;")
		case c == '_' && escapes(s[i:]):
			b.WriteString("_x005F_")
		case c < ' ' && c != '\n' && c != '\t' || c == 0xfffe || c == 0xffff:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// escapes says that a text begins with _xHHHH_.
func escapes(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(s[2:6], 16, 16)
	return err == nil
}

func attribute(s string) string { return strings.ReplaceAll(content(s), `"`, "&quot;") }

// tabName is a name as the tab of a sheet can hold it: 31 letters, and none of []:*?/\.
func tabName(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' || r > 0xffff {
			return ' '
		}
		return r
	}, s), " '")
	if r := []rune(s); len(r) > 31 {
		s = strings.Trim(string(r[:31]), " '")
	}
	if s == "" {
		return "Sheet1"
	}
	return s
}
