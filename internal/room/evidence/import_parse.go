package evidence

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"plait/internal/engine/cite"
	"plait/internal/engine/table"
	"plait/internal/kit/child"
	formats "plait/internal/kit/document"
	"plait/internal/kit/fault"
	"plait/internal/kit/pdf"
	"plait/internal/kit/sheet"
)

// Parsed is one part of what a file holds: the file itself, a sheet of a workbook, a file
// in a zip, what was attached to an e-mail. Nothing of it is in the thread yet.
type Parsed struct {
	Name     string    `json:"name"` // of the part; "" = the file itself
	Format   string    `json:"format"`
	Encoding string    `json:"encoding"`
	Hash     string    `json:"hash"`   // SHA-256 of its bytes; of a sheet among others, with its name
	Hidden   bool      `json:"hidden"` // a sheet that its workbook does not show
	Header   []string  `json:"header"` // of a sheet
	Columns  Columns   `json:"columns"`
	Rows     []Row     `json:"rows"`
	Problems []Trouble `json:"problems"`
	Doc      *Doc      `json:"doc,omitempty"`
	Medium   bool      `json:"medium,omitempty"` // a picture, a sound or a film
	Packed   bool      `json:"packed,omitempty"` // a file within the file, to be read by itself
	Bytes    []byte    `json:"-"`                // of a file that was within another
}

// Doc is what a document says.
type Doc struct {
	Title      string `json:"title"`
	Words      string `json:"words"`       // as they were written
	PageStarts []int  `json:"page_starts"` // code points
	Paragraphs []int  `json:"paragraphs"`  // where each begins, code points
	Pages      int    `json:"pages"`       // 0 = it has none
	Pictures   int    `json:"pictures"`    // that stand within it
	Language   string `json:"language"`
	Scanned    bool   `json:"scanned"` // pages of pictures, with no words to read
}

// Parser reads the bytes of a file. An upload is never trusted: a parser has a limit of
// time, and of memory where it is a process of its own.
type Parser interface {
	// Parse reads b. name only helps to tell one sort of text from another. columns is
	// "words=COL,date=COL" or "" to propose them. A file within the file is read by itself:
	// one that fails is a part with its reason. What cannot be read is in Parsed.Problems;
	// the error is child.ErrSlow or child.ErrFailed where the file made the parser fail,
	// another where the parser itself could not run.
	Parse(ctx context.Context, b []byte, name, columns string) ([]Parsed, error)
}

// InProcess is a Parser within this process. Its time is limited, its memory only by
// the size of the file: what the engines keep is a small multiple of it.
type InProcess struct{ Limit time.Duration }

// Parse reads b, or gives up when the time is over.
func (p InProcess) Parse(ctx context.Context, b []byte, name, columns string) ([]Parsed, error) {
	return opened(ctx, p.one, b, name, columns)
}

// one reads one file, without those within it.
func (p InProcess) one(ctx context.Context, b []byte, name, columns string) ([]Parsed, error) {
	ctx, stop := context.WithTimeout(ctx, p.Limit)
	defer stop()
	done := make(chan []Parsed, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- []Parsed{refused("unknown", trouble(0, "evidence.import_unreadable"))}
			}
		}()
		done <- parse(ctx, b, name, columns)
	}()
	select {
	case out := <-done:
		return out, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", child.ErrSlow, ctx.Err())
	}
}

// opened reads a file with one, and what is within it by itself, as deep as maxDeep.
func opened(ctx context.Context, one func(ctx context.Context, b []byte, name, columns string) ([]Parsed, error), b []byte, name, columns string) ([]Parsed, error) {
	parts, err := one(ctx, b, name, columns)
	if err != nil {
		return nil, err
	}
	for deep := 1; ; deep++ {
		more := false
		var out []Parsed
		for _, p := range parts {
			if !p.Packed {
				out = append(out, p)
				continue
			}
			in, err := within(ctx, one, p, columns, deep)
			if err != nil {
				return nil, err
			}
			for _, x := range in {
				more = more || x.Packed
			}
			if out = append(out, in...); len(out) > MaxParts {
				return append(out[:MaxParts], refused("zip", trouble(0, "evidence.import_many_parts", "Most", MaxParts))), nil
			}
		}
		if parts = out; !more {
			return parts, nil
		}
	}
}

// within reads one file that was within another. It fails only where the parser cannot run.
func within(ctx context.Context, one func(ctx context.Context, b []byte, name, columns string) ([]Parsed, error), p Parsed, columns string, deep int) ([]Parsed, error) {
	no := func(t Trouble) []Parsed {
		x := refused("unknown", t)
		x.Name, x.Hash = p.Name, hashOf(p.Bytes)
		return []Parsed{x}
	}
	switch {
	case deep > maxDeep:
		return no(trouble(0, "evidence.import_too_deep")), nil
	case len(p.Bytes) > MaxFile:
		return no(trouble(0, "evidence.import_big_part", "Most", MaxFile>>20)), nil
	}
	in, err := one(ctx, p.Bytes, p.Name, columns)
	if t, ok := failed(err, p.Name); ok && ctx.Err() == nil {
		return no(t), nil
	} else if err != nil {
		return nil, err
	}
	for i := range in {
		if in[i].Bytes == nil {
			in[i].Bytes = p.Bytes
		}
		if in[i].Name == "" {
			in[i].Name = p.Name
		} else {
			in[i].Name = partName(p.Name, in[i].Name)
		}
	}
	return in, nil
}

// partSign stands between a file's name and that of a part of it.
const partSign = " › "

// partName is what a part of a file is called.
func partName(file, part string) string {
	if part == "" {
		return file
	}
	return file + partSign + part
}

// failed is what a file that made its parser fail is told by.
func failed(err error, name string) (Trouble, bool) {
	say := ""
	switch {
	case errors.Is(err, child.ErrSlow):
		say = "evidence.import_slow"
	case errors.Is(err, child.ErrFailed):
		say = "evidence.import_unsafe"
	default:
		return Trouble{}, false
	}
	t := trouble(0, say, "File", fit(base(name), 200))
	t.Do = "evidence.import_slow_do"
	return t, true
}

// refused is a part of which nothing can be stored.
func refused(format string, t Trouble) Parsed {
	return Parsed{Format: format, Columns: noColumns(), Problems: []Trouble{t}}
}

// refusal is a part that its reader refused.
func refusal(format string, b []byte, err error) Parsed {
	p := refused(format, trouble(0, "evidence.import_unreadable"))
	p.Hash = hashOf(b)
	if r := formats.Refused(err); r != nil {
		p.Problems[0] = trouble(0, r.Say, r.Args...)
		p.Problems[0].Do = r.Say + "_do"
	}
	return p
}

// parse names the file by its content and reads it, but for the files within it.
func parse(ctx context.Context, b []byte, name, columns string) []Parsed {
	format := formats.Sniff(b, name)
	switch format {
	case formats.XLSX:
		return parseWorkbook(b, columns)
	case formats.Zip:
		return parseZip(b)
	case formats.PDF:
		return []Parsed{parsePDF(ctx, b)}
	case formats.EML:
		return parseMail(b)
	case formats.DOCX, formats.ODT, formats.HTML:
		return []Parsed{parseDocument(format, b)}
	case formats.Picture, formats.HEIC, formats.TIFF:
		return []Parsed{{Format: Picture, Columns: noColumns(), Medium: true, Hash: hashOf(b)}}
	case formats.Sound, formats.Video:
		return []Parsed{{Format: format, Columns: noColumns(), Medium: true, Hash: hashOf(b)}}
	case formats.SVG, formats.OldOffice, formats.RTF, formats.Packed, formats.ODS:
		return []Parsed{refused(format, trouble(0, "evidence.import_format_"+format))}
	case formats.Unknown:
		if strings.TrimSpace(string(b)) != "" && scrambled(b) {
			return []Parsed{refused(formats.Unknown, trouble(0, "evidence.import_format_scrambled"))}
		}
	}
	return parseText(format, b, name, columns)
}

// parseText reads what is made of letters: references and sheets by what they hold, and
// anything else as a formats.
func parseText(format string, b []byte, name, columns string) []Parsed {
	var out Parsed
	switch kind := cite.Sniff(b); {
	case kind != cite.CSV && kind != cite.TSV && kind != cite.Unknown:
		out = parseReferences(b)
	case isSheet(format, b, name, kind, columns):
		out = parseSheet(b, string(kind), columns)
	default:
		if format == formats.Unknown {
			format = formats.Text
		}
		return []Parsed{parseDocument(format, b)}
	}
	if len(out.Rows) == 0 && len(out.Problems) == 0 {
		out.Problems = []Trouble{trouble(0, "evidence.import_empty")} // a head without rows says so too
	}
	return []Parsed{out}
}

// isSheet says whether lines of text are rows. With columns they are what a person says.
// A name only helps where the content leaves it open: prose has commas too.
func isSheet(format string, b []byte, name string, kind cite.Format, columns string) bool {
	if columns != "" || strings.TrimSpace(string(b)) == "" {
		return true
	}
	ending := strings.ToLower(path.Ext(base(name)))
	if ending == ".csv" || ending == ".tsv" || ending == ".tab" {
		return true
	}
	s, problems := table.Read("", b)
	if columnsOf(table.Guess(s.Header, nil)).usable() {
		return len(s.Rows) > 0
	}
	if kind == cite.Unknown || format == formats.Markdown {
		return false
	}
	if ending != ".txt" && ending != ".text" {
		return true
	}
	straight := len(problems)*5 <= len(s.Rows)
	return straight && len(s.Rows) > 1 && table.HeaderLikely(s.Header) && (kind == cite.TSV || len(s.Header) > 2)
}

// scrambled says of bytes that they are no text in any encoding we know: more than one
// in a hundred is a control character that no text holds. Text of two bytes a letter is
// left to the reader, which knows it by its zeros.
func scrambled(b []byte) bool {
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
	return odd*100 > len(head) && zeros*5 < len(head)
}

// told is what a reader of documents lost on its way.
func told(problems []formats.Problem) []Trouble {
	var out []Trouble
	for _, p := range problems {
		out = append(out, Trouble{Line: p.Line, Place: p.Place, Reason: p.Reason})
	}
	return out
}

// parseDocument reads the words of a formats. One without words comes in as its file alone.
func parseDocument(format string, b []byte) Parsed {
	d, err := formats.Read(format, b)
	if format == formats.Text {
		format = "txt"
	}
	if err != nil {
		return refusal(format, b, err)
	}
	out := Parsed{Format: format, Columns: noColumns(), Hash: hashOf(b), Problems: told(d.Problems), Doc: &Doc{Title: d.Title, Words: d.Words,
		PageStarts: d.PageStarts, Paragraphs: d.Paragraphs, Pages: len(d.PageStarts), Pictures: d.Pictures, Language: languageTag(d.Language)}}
	if strings.TrimSpace(d.Words) == "" {
		out.Problems = append(out.Problems, trouble(0, "evidence.import_wordless"))
	}
	return out
}

// parsePDF reads the words of a PDF. One that was scanned, or that this computer cannot
// read, comes in as its file alone.
func parsePDF(ctx context.Context, b []byte) Parsed {
	d, err := pdf.Read(ctx, b)
	out := Parsed{Format: formats.PDF, Columns: noColumns(), Hash: hashOf(b)}
	switch {
	case fault.Is(err, fault.Absent):
		f := fault.Of(err)
		t := trouble(0, f.Say, f.Args...)
		t.Do = f.Do
		out.Doc, out.Problems = &Doc{Scanned: true}, []Trouble{t, trouble(0, "evidence.import_wordless")}
		return out
	case err != nil:
		return refusal(formats.PDF, b, err)
	}
	out.Problems = told(d.Problems)
	out.Doc = &Doc{Title: d.Title, Words: d.Words, PageStarts: d.PageStarts, Paragraphs: d.Paragraphs, Pages: d.Pages, Scanned: d.Scanned}
	if d.Scanned {
		out.Doc.Words, out.Doc.PageStarts, out.Doc.Paragraphs = "", nil, nil // the reader has told so; a page number is no one's words
	} else if strings.TrimSpace(d.Words) == "" {
		out.Problems = append(out.Problems, trouble(0, "evidence.import_wordless"))
	}
	return out
}

// parseWorkbook reads the sheets of a workbook. Those without rows are left out.
func parseWorkbook(b []byte, columns string) []Parsed {
	all, err := sheet.Read(b)
	if err != nil {
		return []Parsed{refusal(formats.XLSX, b, err)}
	}
	var out []Parsed
	for _, s := range all {
		if len(s.Header) == 0 && len(s.Rows) == 0 && len(s.Problems) == 0 || len(s.Rows) == 0 && s.Hidden {
			continue
		}
		p := Parsed{Name: s.Name, Format: formats.XLSX, Columns: noColumns(), Hidden: s.Hidden, Problems: told(s.Problems)}
		if len(s.Header) > 0 && len(s.Rows) > 0 {
			p.take(table.Sheet{Header: s.Header, HeaderAt: 1, Rows: s.Rows, Lines: s.Lines}, columns)
		}
		if len(p.Rows) == 0 && len(p.Problems) == 0 {
			continue
		}
		out = append(out, p)
	}
	hash := hashOf(b)
	switch len(out) {
	case 0:
		out = []Parsed{refused(formats.XLSX, trouble(0, "evidence.import_empty"))}
		out[0].Hash = hash
	case 1:
		out[0].Hash = hash
		if !out[0].Hidden {
			out[0].Name = "" // the workbook is the sheet
		}
	default:
		for i := range out {
			out[i].Hash = hashOf([]byte(hash + "\x00" + out[i].Name))
		}
	}
	return out
}

// parseZip names the files in a zip. What could not be unpacked is told for each.
func parseZip(b []byte) []Parsed {
	files, problems, err := formats.Unpack(b)
	if r := formats.Refused(err); r != nil && r.Say == "document.empty" {
		return []Parsed{refused(formats.Zip, trouble(0, "evidence.import_empty_zip"))}
	} else if err != nil {
		return []Parsed{refusal(formats.Zip, b, err)}
	}
	out := inside(files)
	for _, p := range problems {
		x := refused(formats.Unknown, Trouble{Reason: p.Reason})
		if x.Name = p.Place; p.Place == "" {
			x.Format = formats.Zip
		}
		out = append(out, x)
	}
	if len(out) == 0 {
		out = append(out, refused(formats.Zip, trouble(0, "evidence.import_empty_zip")))
	}
	return out
}

// inside is the files within a file: pictures, sounds and films as they are, the others
// still to be read.
func inside(files []formats.File) []Parsed {
	var out []Parsed
	for _, f := range files {
		if len(f.Bytes) == 0 || litter(f.Name) {
			continue
		}
		p := Parsed{Packed: true, Columns: noColumns()}
		switch formats.Sniff(f.Bytes, f.Name) {
		case formats.Picture, formats.HEIC, formats.TIFF, formats.Sound, formats.Video:
			p = parse(context.Background(), f.Bytes, f.Name, "")[0]
		}
		p.Name, p.Bytes = f.Name, f.Bytes
		out = append(out, p)
	}
	return out
}

// litter is the files that computers put into a zip by themselves.
func litter(name string) bool {
	name = base(name)
	return strings.HasPrefix(name, "._") || name == ".DS_Store" || strings.EqualFold(name, "Thumbs.db") || strings.EqualFold(name, "desktop.ini")
}

// parseMail reads an e-mail: its words, and what came with it.
func parseMail(b []byte) []Parsed {
	d, err := formats.Read(formats.EML, b)
	if err != nil {
		return []Parsed{refusal(formats.EML, b, err)}
	}
	out := Parsed{Format: formats.EML, Columns: noColumns(), Hash: hashOf(b), Problems: told(d.Problems),
		Doc: &Doc{Title: d.Title, Words: d.Words, Paragraphs: d.Paragraphs, Pictures: d.Pictures, Language: languageTag(d.Language)}}
	if strings.TrimSpace(d.Words) == "" {
		out.Problems = append(out.Problems, trouble(0, "evidence.import_wordless"))
	}
	return append([]Parsed{out}, inside(d.Attached)...)
}
