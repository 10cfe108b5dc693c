package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"plait/internal/engine/cite"
	"plait/internal/engine/table"
	"plait/internal/kit/text"
)

// Limits of an import.
const (
	MaxFile       = 32 << 20         // bytes of one file
	MaxFiles      = 100              // files of one import
	MaxImport     = 64 << 20         // bytes of all its files
	ParseTime     = 30 * time.Second // for reading one file
	importChunk   = 250              // rows stored in the first transaction; the next are as many as take long enough
	leastChunk    = 50               // but no fewer
	mostChunk     = 500              // and no more
	surveyChunk   = 2000             // rows looked at again in one transaction
	sweepChunk    = 100              // rows deleted in one: taking words out of the search index securely is slow
	previewRows   = 7                // rows of each file shown before they are brought in
	importNow     = 1000             // up to so many rows are stored while the page waits
	maxTold       = 20_000           // problems kept for one file; the last says how many more there are
	maxCellInText = 80               // characters of a cell that a message quotes
	maxColumns    = 100              // columns that rows longer than the head may add up to
	MaxParts      = 400              // sheets, documents, pictures ... of one import
	maxUnpacked   = 256 << 20        // bytes of all files that were within others, of one import
	maxDeep       = 3                // files within files: an e-mail in a zip with a zip attached is as deep as it goes
	maxAtOnce     = 256 << 10        // bytes of rows that one transaction takes in, beside its first row
)

// Trouble is one thing that was lost or that a person should look at, in a file that
// came in. Reason is plain English; where Say is set, it is the message key of the same
// reason for a reader of another language.
type Trouble struct {
	Line   int            `json:"line"`            // counted from 1; 0 = the whole file
	Place  string         `json:"place,omitempty"` // where a line says nothing: "page 3"
	Reason string         `json:"reason"`
	Say    string         `json:"say,omitempty"`
	Do     string         `json:"do,omitempty"` // message key of what to do about it, where Say does not say
	Args   map[string]any `json:"args,omitempty"`
}

// trouble makes one that has a message key. args alternate name and value.
func trouble(line int, say string, args ...any) Trouble {
	t := Trouble{Line: line, Say: say}
	for i := 0; i+1 < len(args); i += 2 {
		if t.Args == nil {
			t.Args = map[string]any{}
		}
		t.Args[args[i].(string)] = args[i+1]
	}
	return t
}

// args is the arguments of the message, alternating name and value.
func (t Trouble) args() []any {
	var out []any
	for name, value := range t.Args {
		out = append(out, name, value)
	}
	return out
}

// Columns says which column of a sheet holds what, counted from 0; -1 for none.
type Columns struct {
	Words    int `json:"words"`
	Title    int `json:"title"`    // where Words is none, the words are the abstract or else the title
	Abstract int `json:"abstract"` //
	Date     int `json:"date"`
	Strand   int `json:"strand"`
	Role     int `json:"role"`
	Site     int `json:"site"`
	Language int `json:"language"`
	Source   int `json:"source"`
}

// noColumns is the Columns of a sheet in which nothing has been found.
func noColumns() Columns {
	return Columns{table.None, table.None, table.None, table.None, table.None, table.None, table.None, table.None, table.None}
}

func columnsOf(m table.Mapping) Columns {
	return Columns{Words: m.Words, Title: m.Title, Abstract: m.Abstract, Date: m.Date, Strand: m.Strand, Role: m.Role, Site: m.Site,
		Language: m.Language, Source: table.None}
}

// usable says whether any column gives words.
func (c Columns) usable() bool { return c.Words >= 0 || c.Title >= 0 || c.Abstract >= 0 }

// within says whether every column named is one of n.
func (c Columns) within(n int) bool {
	for _, x := range []int{c.Words, c.Title, c.Abstract, c.Date, c.Strand, c.Role, c.Site, c.Language, c.Source} {
		if x < table.None || x >= n {
			return false
		}
	}
	return true
}

// columnAt is one field of Columns by its name.
type columnAt struct {
	name string
	at   *int
}

func (c *Columns) each() []columnAt {
	return []columnAt{{"words", &c.Words}, {"title", &c.Title}, {"abstract", &c.Abstract}, {"date", &c.Date}, {"strand", &c.Strand}, {"role", &c.Role},
		{"site", &c.Site}, {"language", &c.Language}, {"source", &c.Source}}
}

// parseColumns reads "words=COL,date=COL"; source is a field of its own.
func parseColumns(header []string, spec string) (Columns, error) {
	source := table.None
	var rest []string
	for _, part := range strings.Split(spec, ",") {
		name, column, ok := strings.Cut(part, "=")
		if ok && strings.EqualFold(strings.TrimSpace(name), "source") {
			m, err := table.ParseMapping(header, "words="+column)
			if err != nil {
				return noColumns(), err
			}
			source = m.Words
			continue
		}
		rest = append(rest, part)
	}
	c := noColumns()
	if len(rest) > 0 {
		m, err := table.ParseMapping(header, strings.Join(rest, ","))
		if err != nil {
			return noColumns(), err
		}
		c = columnsOf(m)
	}
	c.Source = source
	return c, nil
}

// paced is how many rows the next transaction stores, after one of size rows took so many
// microseconds: others wait for it, so it is kept below 100 ms on a slow machine too.
func paced(size, took int64) int64 {
	switch {
	case took > 80_000:
		return max(leastChunk, size/2)
	case took < 30_000:
		return min(mostChunk, size*2)
	}
	return size
}

// FileIn is one file that came in.
type FileIn struct {
	Name    string `json:"name"`
	Content []byte `json:"content"` // base64 in JSON
}

// Row is one row of a sheet, one reference, one document or one picture, sound or film,
// as it was read. A document has one row that is all of it, and one for each paragraph
// beside it: which of them come in is chosen later.
type Row struct {
	Line      int        `json:"line"` // in the file; of a paragraph, its number from 1
	Cells     []string   `json:"cells,omitempty"`
	Reference *Reference `json:"reference,omitempty"`
	Doc       *DocRow    `json:"doc,omitempty"`
	Paragraph string     `json:"paragraph,omitempty"`
	Page      int        `json:"page,omitempty"`   // of a paragraph, from 1; 0 = the document has no pages
	Medium    *Medium    `json:"medium,omitempty"` // the file that waits beside the row
}

func parseReferences(b []byte) Parsed {
	f := cite.Read("", b)
	out := Parsed{Format: string(f.Format), Encoding: f.Encoding, Columns: noColumns(), Hash: hashOf(b)}
	for _, p := range f.Problems {
		out.Problems = append(out.Problems, Trouble{Line: p.Line, Reason: p.Reason})
	}
	for i := range f.Records {
		out.Rows = append(out.Rows, Row{Line: f.Records[i].Line, Reference: referenceOf(&f.Records[i])})
	}
	return out
}

func parseSheet(b []byte, format, spec string) Parsed {
	sheet, problems := table.Read("", b)
	out := Parsed{Format: format, Encoding: sheet.Encoding, Columns: noColumns(), Hash: hashOf(b)}
	for _, p := range problems {
		out.Problems = append(out.Problems, Trouble{Line: p.Line, Reason: p.Reason})
	}
	if len(sheet.Header) == 0 {
		if len(out.Problems) == 0 {
			out.Problems = []Trouble{trouble(0, "evidence.import_empty")}
		}
		return out
	}
	out.take(sheet, spec)
	return out
}

// take gives a part the rows of a sheet, and its columns: those of spec, or those its head
// and its rows speak for.
func (p *Parsed) take(sheet table.Sheet, spec string) {
	widen(&sheet)
	switch {
	case spec != "":
		columns, err := parseColumns(sheet.Header, spec)
		if err != nil {
			p.Header = sheet.Header
			p.Problems = append(p.Problems, trouble(0, "evidence.import_bad_columns", "Found", named(sheet.Header), "Why", err.Error()))
			return
		}
		p.Columns = columns
		if p.Format == string(cite.Unknown) {
			p.Format = string(cite.CSV) // one column and no delimiter: a sheet all the same
		}
	case !table.HeaderLikely(sheet.Header):
		sheet = sheet.WithoutHeader()
		fallthrough
	default:
		p.Columns = columnsOf(table.Guess(sheet.Header, sheet.Rows))
		if p.Format == string(cite.Unknown) && sheet.Delimiter == 0 && !columnsOf(table.Guess(sheet.Header, nil)).usable() {
			// Lines of any kind of text: which of them are words is for a person to say.
			p.Columns = noColumns()
		}
	}
	p.Header = sheet.Header
	for i, cells := range sheet.Rows {
		p.Rows = append(p.Rows, Row{Line: sheet.Lines[i], Cells: cells})
	}
}

// widen names the columns that a short head row does not: as many as the widest row
// has, to maxColumns in all. What stands beyond those is kept and cannot be chosen.
func widen(sheet *table.Sheet) {
	width := len(sheet.Header)
	for _, cells := range sheet.Rows {
		width = max(width, min(len(cells), maxColumns))
	}
	if width == len(sheet.Header) {
		return
	}
	for n := len(sheet.Header) + 1; n <= width; n++ {
		sheet.Header = append(sheet.Header, fmt.Sprintf("Column %d", n)) // as table names those of a sheet without a head
	}
	for i, cells := range sheet.Rows {
		if len(cells) < width {
			sheet.Rows[i] = append(cells[:len(cells):len(cells)], make([]string, width-len(cells))...)
		}
	}
}

// named is a sheet's columns in one line of a message.
func named(header []string) string {
	var out []string
	for i, h := range header {
		if i == 30 {
			out = append(out, "…")
			break
		}
		if h != "" {
			out = append(out, text.Excerpt(h, 40))
		}
	}
	return strings.Join(out, ", ")
}

// headKey is what a sheet's head is known by the next time: "" for one whose names were
// made here, or that says nothing.
func headKey(header []string) string {
	var names []string
	made := true
	for i, h := range header {
		made = made && (h == "" || h == fmt.Sprintf("Column %d", i+1))
		names = append(names, text.Fold(h))
	}
	if made || !slices.ContainsFunc(names, func(s string) bool { return s != "" }) {
		return ""
	}
	return hashOf([]byte(strings.Join(names, "\x1f")))
}

// hashOf is the SHA-256 of a file's bytes.
func hashOf(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// digestOf is what makes two imports the same: bytes, place, and how they were read.
// The columns of references are always the same.
func digestOf(hash, project string, c Columns) (string, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	h := sha256.Sum256([]byte(hash + "\x00" + project + "\x00" + string(b)))
	return hex.EncodeToString(h[:]), nil
}
