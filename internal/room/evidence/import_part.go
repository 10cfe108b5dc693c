package evidence

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// ImportFile is one part of an import and how it is read: a file, a sheet of a workbook, a
// file in a zip, what was attached to an e-mail.
type ImportFile struct {
	N        int64     `json:"n"`              // from 0, in the order they were sent
	Sent     int64     `json:"sent"`           // number of the file it came in, from 0
	Part     string    `json:"part,omitempty"` // what it is called within that file; "" = it is the file
	Name     string    `json:"name"`           // "book.xlsx › Sheet 2"
	Format   string    `json:"format"`         // ris, nbib, csv, docx, pdf, picture ... by content
	Encoding string    `json:"encoding"`
	Hash     string    `json:"-"` // SHA-256 of the bytes
	Digest   string    `json:"-"` // of hash, project and columns
	Header   []string  `json:"header"`
	Columns  Columns   `json:"columns"`
	Rows     int64     `json:"rows"`    // rows read
	Good     int64     `json:"good"`    // of them, those that can be stored
	Stored   int64     `json:"stored"`  // of them, those stored
	SameAs   string    `json:"same_as"` // name of the earlier file that is the same
	Told     []Trouble `json:"told"`    // of the file, from reading it
	Problems []Trouble `json:"problems"`
	ImportDetail
}

// ImportDetail is what only some parts have.
type ImportDetail struct {
	Hidden   bool      `json:"hidden,omitempty"`   // a sheet that its workbook does not show
	Left     bool      `json:"left_out,omitempty"` // it is not brought in
	Split    bool      `json:"split,omitempty"`    // a document of which each paragraph is a contribution
	Remember bool      `json:"remember,omitempty"` // its columns are those of the last sheet with the same head
	Shape    *DocShape `json:"document,omitempty"` // of a document
	Medium   *Medium   `json:"medium,omitempty"`   // the file that is kept with what it becomes
}

// DocShape is how large a document is.
type DocShape struct {
	Pages      int  `json:"pages"` // 0 = it has none
	Words      int  `json:"words"`
	Paragraphs int  `json:"paragraphs"`
	Pictures   int  `json:"pictures"`
	Scanned    bool `json:"scanned"`
}

// DocRow is a whole document among the rows that wait.
type DocRow struct {
	Title      string `json:"title,omitempty"`
	Words      string `json:"words"`
	PageStarts []int  `json:"page_starts,omitempty"`
	Language   string `json:"language,omitempty"`
}

// sheet says that the part has columns to choose from.
func (f ImportFile) sheet() bool { return len(f.Header) > 0 }

// rows says how many rows a document has, whole or by its paragraphs.
func (f ImportFile) rows() int64 {
	if f.Shape == nil {
		return f.Rows
	}
	if f.Split {
		return int64(f.Shape.Paragraphs)
	}
	return 1
}

// splits says that a document can come in paragraph by paragraph.
func (f ImportFile) splits() bool { return f.Shape != nil && f.Shape.Paragraphs > 1 }

// waits is how many rows of it wait: those of a document are its whole and its paragraphs.
func (f ImportFile) waits() int64 {
	if f.splits() {
		return 1 + int64(f.Shape.Paragraphs)
	}
	return f.Rows
}

// chosen says that a row is one of those that come in: not the paragraphs of a document
// that comes in whole, nor the whole beside its paragraphs.
func (f ImportFile) chosen(row Row) bool {
	return !f.Left && (f.Shape == nil || f.Split == (row.Doc == nil))
}

// unusedRows is how many rows of a sheet are looked at for columns that are not used.
const unusedRows = 50

// unused names the columns of a sheet that hold sentences and give nothing to the thread:
// a sheet often has two questions, and what was answered to the second is not lost unseen.
// Half of a column's cells, and at least two, have four words or more.
func (f ImportFile) unused(rows []stagedRow) []string {
	used := map[int]bool{}
	for _, c := range f.Columns.each() {
		used[*c.at] = true
	}
	var out []string
	for i, h := range f.Header {
		filled, long := 0, 0
		for _, row := range rows {
			if i >= len(row.Row.Cells) || strings.TrimSpace(row.Row.Cells[i]) == "" {
				continue
			}
			filled++
			if len(strings.Fields(row.Row.Cells[i])) >= 4 {
				long++
			}
		}
		if !used[i] && long >= 2 && long*2 >= filled {
			out = append(out, h)
		}
	}
	return out
}

// fromFile is what a document, a paragraph of one, a picture, a sound or a film says.
func (f ImportFile) fromFile(row Row, p place) (Contribution, []Trouble, bool) {
	if !f.chosen(row) {
		return Contribution{}, nil, false
	}
	s := p.said
	s.Source = p.source()
	switch {
	case row.Paragraph != "":
		words, why := cleaned(row.Paragraph)
		if why == "" && words == "" {
			return Contribution{}, nil, false
		}
		if why != "" {
			return Contribution{}, []Trouble{trouble(row.Line, why)}, false
		}
		if row.Page > 0 && p.said.Source == "" {
			s.Source = fit(s.Source, 980) + ", p. " + strconv.Itoa(row.Page)
		}
		return made("", p.project, words, written(s), p.now), nil, true
	case row.Doc == nil:
		c := made("", p.project, "", s, p.now)
		c.Media = []Medium{*row.Medium}
		c.Title = wordless(c, []upload{{Kind: row.Medium.Kind}})
		return c, nil, true
	}
	d := row.Doc
	if d.Language != "" && p.said.Language == "" {
		s.Language = d.Language
	}
	if len(d.Words) > MaxWords {
		return Contribution{}, []Trouble{trouble(0, "evidence.import_long_document", "Most", MaxWords>>20)}, false
	}
	words, starts := d.Words, d.PageStarts
	if strings.TrimSpace(words) == "" {
		words, starts = "", nil
	} else {
		s = written(s)
	}
	c := made("", p.project, words, s, p.now)
	c.Fixed, c.PageStarts = words != "", starts
	if t := text.Excerpt(d.Title, 200); t != "" && words != "" {
		c.Title = t
	}
	if row.Medium != nil {
		c.Media = []Medium{*row.Medium}
	}
	if c.Title == "" {
		c.Title = wordless(c, []upload{{Kind: Document}})
	}
	return c, nil, true
}

// written says of words that stood in a document that they were written, where nothing
// else is known.
func written(s Said) Said {
	if s.Expressed == "" {
		s.Expressed = "written"
	}
	return s
}

// docRows is a document as rows: all of it, and each paragraph where there are several.
func docRows(d *Doc, m *Medium) ([]Row, *DocShape) {
	row := Row{Doc: &DocRow{Title: fit(d.Title, 400), Words: d.Words, PageStarts: d.PageStarts, Language: d.Language}, Medium: m}
	shape := &DocShape{Pages: d.Pages, Words: len(strings.Fields(d.Words)), Pictures: d.Pictures, Scanned: d.Scanned}
	rows := []Row{row}
	paragraphs := cut(d.Words, d.Paragraphs)
	if len(paragraphs) <= 1 {
		paragraphs = cut(d.Words, lineStarts(d.Words)) // a text without blank lines has a paragraph on each
	}
	for _, x := range paragraphs {
		rows = append(rows, Row{Line: x.n, Paragraph: x.words, Page: pageAt(d.PageStarts, x.at)})
	}
	shape.Paragraphs = len(paragraphs)
	if len(paragraphs) <= 1 {
		rows = rows[:1]
	}
	return rows, shape
}

// docPiece is a paragraph: where it begins, in code points, and its number from 1.
type docPiece struct {
	n, at int
	words string
}

// cut takes words apart where paragraphs begin; what is empty is none.
func cut(words string, starts []int) []docPiece {
	var out []docPiece
	at, rest := 0, words // rest begins at code point at
	next := func(to int) string {
		i := 0
		for ; at < to && i < len(rest); at++ {
			_, n := utf8.DecodeRuneInString(rest[i:])
			i += n
		}
		s := rest[:i]
		rest = rest[i:]
		return s
	}
	for i, start := range starts {
		if i == 0 {
			next(start) // nothing stands before the first, or only space
		}
		from, end := at, 1<<62
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		if s := strings.TrimSpace(next(end)); s != "" {
			out = append(out, docPiece{len(out) + 1, from, s})
		}
	}
	return out
}

// lineStarts is where each line of words begins, in code points.
func lineStarts(words string) []int {
	out := []int{0}
	at := 0
	for _, r := range words {
		at++
		if r == '\n' {
			out = append(out, at)
		}
	}
	return out
}

// pageAt is the page a place is on, from 1; 0 where there are no pages.
func pageAt(starts []int, at int) int {
	page := 0
	for i, s := range starts {
		if s > at {
			break
		}
		page = i + 1
	}
	return page
}

// mediaType is what a document is called on the web.
func mediaType(format string) string {
	return map[string]string{"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "odt": "application/vnd.oasis.opendocument.text",
		"pdf": "application/pdf", "html": "text/html", "eml": "message/rfc822", "txt": "text/plain", "markdown": "text/markdown"}[format]
}
