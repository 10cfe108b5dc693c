package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"plait/internal/engine/cite"
	"plait/internal/engine/table"
	"plait/internal/kit/child"
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
)

// Trouble is one thing that was lost or that a person should look at, in a file that
// came in. Reason is plain English; where Say is set, it is the message key of the same
// reason for a reader of another language.
type Trouble struct {
	Line   int            `json:"line"` // counted from 1; 0 = the whole file
	Reason string         `json:"reason"`
	Say    string         `json:"say,omitempty"`
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

// Row is one row of a sheet or one reference, as it was read.
type Row struct {
	Line      int        `json:"line"`
	Cells     []string   `json:"cells,omitempty"`
	Reference *Reference `json:"reference,omitempty"`
}

// Parsed is what a file holds: nothing of it is in the thread yet.
type Parsed struct {
	Format   string    `json:"format"`
	Encoding string    `json:"encoding"`
	Header   []string  `json:"header"` // of a sheet
	Columns  Columns   `json:"columns"`
	Rows     []Row     `json:"rows"`
	Problems []Trouble `json:"problems"`
}

// Parser reads the bytes of a file. An upload is never trusted: a parser has a limit of
// time, and of memory where it is a process of its own.
type Parser interface {
	// Parse reads b. columns is "words=COL,date=COL" or "" to propose them. What cannot be
	// read is in Parsed.Problems; the error is child.ErrSlow or child.ErrFailed where the file
	// made the parser fail, another where the parser itself could not run.
	Parse(ctx context.Context, b []byte, columns string) (Parsed, error)
}

// InProcess is a Parser within this process. Its time is limited, its memory only by
// the size of the file: what the engines keep is a small multiple of it.
type InProcess struct{ Limit time.Duration }

// Parse reads b, or gives up when the time is over.
func (p InProcess) Parse(ctx context.Context, b []byte, columns string) (Parsed, error) {
	ctx, stop := context.WithTimeout(ctx, p.Limit)
	defer stop()
	done := make(chan Parsed, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- Parsed{Columns: noColumns(), Problems: []Trouble{trouble(0, "evidence.import_unreadable")}}
			}
		}()
		done <- parse(b, columns)
	}()
	select {
	case out := <-done:
		return out, nil
	case <-ctx.Done():
		return Parsed{}, unread(fmt.Errorf("%w: %w", child.ErrSlow, ctx.Err()), "")
	}
}

// parse names the file by its content and reads it.
func parse(b []byte, columns string) Parsed {
	if what := notRead(b); what != "" {
		return Parsed{Format: what, Columns: noColumns(), Problems: []Trouble{trouble(0, "evidence.import_format_"+what)}}
	}
	var out Parsed
	switch format := cite.Sniff(b); format {
	case cite.CSV, cite.TSV, cite.Unknown:
		out = parseSheet(b, string(format), columns)
	default:
		out = parseReferences(b)
	}
	if len(out.Rows) == 0 && len(out.Problems) == 0 {
		out.Problems = []Trouble{trouble(0, "evidence.import_empty")} // a head without rows says so too
	}
	return out
}

// notRead names the formats that are no text: "" for everything else.
func notRead(b []byte) string {
	for _, f := range []struct{ start, name string }{{"PK\x03\x04", "office"}, {"\xd0\xcf\x11\xe0", "office"}, {"%PDF-", "pdf"}, {"{\\rtf", "rtf"},
		{"\x89PNG", "picture"}, {"\xff\xd8\xff", "picture"}, {"GIF8", "picture"}, {"\x1f\x8b", "packed"}, {"7z\xbc\xaf", "packed"}, {"ID3", "sound"}, {"OggS", "sound"}, {"RIFF", "sound"}} {
		if bytes.HasPrefix(b, []byte(f.start)) {
			return f.name
		}
	}
	return scrambled(b)
}

// scrambled says "unreadable" of bytes that are no text in any encoding we know: more
// than one in a hundred is a control character that no text holds. Text of two bytes a
// letter is left to the reader, which knows it by its zeros.
func scrambled(b []byte) string {
	head := b[:min(len(b), 1<<16)]
	odd, zeros := 0, 0
	for _, c := range head {
		switch {
		case c == 0:
			zeros++
		case c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1a:
			odd++
		}
	}
	if odd*100 > len(head) && zeros*5 < len(head) {
		return "scrambled"
	}
	return ""
}

func parseReferences(b []byte) Parsed {
	f := cite.Read("", b)
	out := Parsed{Format: string(f.Format), Encoding: f.Encoding, Columns: noColumns()}
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
	out := Parsed{Format: format, Encoding: sheet.Encoding, Columns: noColumns()}
	for _, p := range problems {
		out.Problems = append(out.Problems, Trouble{Line: p.Line, Reason: p.Reason})
	}
	if len(sheet.Header) == 0 {
		if len(out.Problems) == 0 {
			out.Problems = []Trouble{trouble(0, "evidence.import_empty")}
		}
		return out
	}
	widen(&sheet)
	switch {
	case spec != "":
		columns, err := parseColumns(sheet.Header, spec)
		if err != nil {
			out.Header = sheet.Header
			out.Problems = append(out.Problems, trouble(0, "evidence.import_bad_columns", "Found", named(sheet.Header), "Why", err.Error()))
			return out
		}
		out.Columns = columns
		if format == string(cite.Unknown) {
			out.Format = string(cite.CSV) // one column and no delimiter: a sheet all the same
		}
	case !table.HeaderLikely(sheet.Header):
		sheet = sheet.WithoutHeader()
		fallthrough
	default:
		out.Columns = columnsOf(table.Guess(sheet.Header, sheet.Rows))
		if sheet.Delimiter == 0 && !columnsOf(table.Guess(sheet.Header, nil)).usable() {
			// Lines of any kind of text: which of them are words is for a person to say.
			out.Columns = noColumns()
		}
	}
	out.Header = sheet.Header
	for i, cells := range sheet.Rows {
		out.Rows = append(out.Rows, Row{Line: sheet.Lines[i], Cells: cells})
	}
	return out
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
