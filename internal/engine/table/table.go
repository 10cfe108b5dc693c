package table

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strings"

	"plait/internal/kit/text"
)

// Sheet is a header and its rows.
type Sheet struct {
	Name      string
	Encoding  string     // as package text names it
	Delimiter rune       // ',' ';' '\t' '|', or 0 when each line is one cell
	Before    []string   // lines above the header, as they stood
	Header    []string   // names of the columns, trimmed; may be "" or repeat
	HeaderAt  int        // the line of the header; 0 when there is none
	Rows      [][]string // each at least as long as Header; longer where a row had more cells
	Lines     []int      // Lines[i] is the line on which Rows[i] starts
}

// Problem is one thing that was lost, or that a person should look at.
type Problem struct {
	Line   int    // counted from 1
	Reason string // one or two plain sentences
}

// Read reads a sheet. It never fails: what cannot be read is a Problem. Rows
// in which every cell is empty are no rows. name is used for Sheet.Name alone.
func Read(name string, b []byte) (Sheet, []Problem) {
	sh := Sheet{Name: name}
	if what := binary(b); what != "" {
		return sh, []Problem{{Line: 1, Reason: "This is " + what + ". Save the sheet as CSV, then bring that file in."}}
	}
	var problems []Problem
	s, encoding, err := text.Decode(b)
	sh.Encoding = encoding
	var damage *text.Damage
	switch {
	case errors.As(err, &damage):
		problems = append(problems, Problem{damage.Line, damage.Error()})
	case err != nil:
		return sh, []Problem{{1, "The letters of this file cannot be read."}}
	}
	s = text.Lines(s)
	if text.HasNUL(s) {
		problems = append(problems, nuls(s)...)
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if strings.TrimSpace(s) == "" {
		return sh, []Problem{{1, "This file is empty."}}
	}
	line := 1
	if d, rest, ok := sepLine(s); ok {
		sh.Delimiter, s, line = d, rest, 2
	} else {
		sh.Delimiter = Delimiter(s)
	}
	p := &parser{s: s, line: line, delim: byte(sh.Delimiter), problems: problems}
	sh.fill(p)
	sort.SliceStable(p.problems, func(i, j int) bool { return p.problems[i].Line < p.problems[j].Line })
	return sh, p.problems
}

// fill reads header and rows.
func (sh *Sheet) fill(p *parser) {
	skip := prelude(p.s, p.delim)
	for i := 0; i < skip; i++ {
		from := p.pos
		if _, _, ok := p.row(); !ok {
			break
		}
		if l := strings.TrimSpace(p.s[from:p.pos]); l != "" {
			sh.Before = append(sh.Before, l)
		}
	}
	for sh.Header == nil {
		cells, at, ok := p.row()
		if !ok {
			return
		}
		if blank(cells) {
			continue
		}
		end := len(cells)
		for end > 1 && strings.TrimSpace(cells[end-1]) == "" {
			end-- // Excel writes empty columns at the end of every row
		}
		sh.Header, sh.HeaderAt = make([]string, end), at
		for i := range sh.Header {
			sh.Header[i] = strings.TrimSpace(cells[i])
		}
		if end == 1 && len(cells) == 1 && sh.Delimiter != 0 {
			p.add(at, "The header row has one cell. Check that the columns are right.")
		}
	}
	for {
		cells, at, ok := p.row()
		if !ok {
			return
		}
		if blank(cells) {
			continue
		}
		sh.Rows = append(sh.Rows, sh.fit(p, cells, at))
		sh.Lines = append(sh.Lines, at)
	}
}

// fit makes a row as wide as the header and tells what did not fit.
func (sh *Sheet) fit(p *parser, cells []string, at int) []string {
	width := len(sh.Header)
	end := len(cells)
	for end > width && strings.TrimSpace(cells[end-1]) == "" {
		end--
	}
	switch {
	case end > width:
		p.add(at, fmt.Sprintf("This row has %s and the header has %d. The row was kept. Check its columns.", count(end), width))
		return cells[:end]
	case len(cells) < width:
		n := len(cells)
		p.add(at, fmt.Sprintf("This row has %s and the header has %d. The row was kept. Its last cells are empty.", count(n), width))
		return append(cells, make([]string, width-n)...)
	}
	return cells[:width]
}

func count(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// parser goes once over the text of a sheet.
type parser struct {
	s         string
	pos       int
	line      int
	delim     byte // 0: each line is one cell
	lastClose int  // offset of the last quote that could close a cell; -1 none, 0 not looked for
	looked    bool
	cells     []string // block that rows are cut from
	problems  []Problem
	quiet     bool // sniffing: tell nothing
}

func (p *parser) add(line int, reason string) {
	if !p.quiet {
		p.problems = append(p.problems, Problem{line, reason})
	}
}

// row reads the next row and gives the line on which it starts.
func (p *parser) row() (cells []string, at int, ok bool) {
	if p.pos >= len(p.s) {
		return nil, 0, false
	}
	at = p.line
	if cap(p.cells)-len(p.cells) < 64 {
		p.cells = make([]string, 0, 4096)
	}
	from := len(p.cells)
	for {
		var last bool
		var c string
		c, last = p.cell()
		p.cells = append(p.cells, c) // may move the block; from stays right
		if last {
			break
		}
	}
	return p.cells[from:len(p.cells):len(p.cells)], at, true
}

// cell reads one cell and steps over what ends it; last says that a line end
// or the end of the file did.
func (p *parser) cell() (c string, last bool) {
	i := p.pos
	for i < len(p.s) && p.s[i] == ' ' {
		i++
	}
	if i < len(p.s) && p.s[i] == '"' {
		if c, last, ok := p.quoted(i); ok {
			return c, last
		}
	}
	end := p.pos
	for end < len(p.s) && p.s[end] != '\n' && (p.delim == 0 || p.s[end] != p.delim) {
		end++
	}
	c = p.s[p.pos:end]
	return c, p.step(end)
}

// step moves behind the sign that ends a cell at offset end.
func (p *parser) step(end int) (last bool) {
	if end >= len(p.s) {
		p.pos = len(p.s)
		return true
	}
	p.pos = end + 1
	if p.s[end] == '\n' {
		p.line++
		return true
	}
	return false
}

// quoted reads a cell whose opening quote is at offset open. A quote inside
// that is neither doubled nor at the end of the cell is a letter. Every give-up
// stops at the next quote that opens a cell, so the whole stays linear.
func (p *parser) quoted(open int) (c string, last, ok bool) {
	if !p.looked {
		p.looked, p.lastClose = true, p.findLastClose()
	}
	if open >= p.lastClose {
		p.add(p.line, "A quote opens here and is never closed. It was read as a letter.")
		return "", false, false
	}
	doubled := false
	from := open + 1
	for i := from; ; {
		j := strings.IndexByte(p.s[i:], '"')
		if j < 0 { // the last closing quote was eaten as half of a pair
			p.add(p.line, "A quote opens here and is never closed. It was read as a letter.")
			p.lastClose = open
			return "", false, false
		}
		i += j
		if i+1 < len(p.s) && p.s[i+1] == '"' {
			doubled = true
			i += 2
			continue
		}
		if end, closes := p.closes(i); closes {
			c = p.s[from:i]
			n := strings.Count(c, "\n")
			if n > longCell {
				p.add(p.line, fmt.Sprintf("A cell of this row runs over %d lines. Check that its quote closes in the right place.", n+1))
			}
			p.line += n
			if doubled {
				c = strings.ReplaceAll(c, `""`, `"`)
			}
			return c, p.step(end), true
		}
		// A lone quote that looks like the opening of a later cell on a later
		// line: the quote that we came from was never closed.
		if prev := p.s[i-1]; (prev == '\n' || p.delim != 0 && prev == p.delim) && strings.IndexByte(p.s[from:i], '\n') >= 0 {
			p.add(p.line, "A quote opens here and is never closed. It was read as a letter.")
			return "", false, false
		}
		i++
	}
}

// longCell is the number of line ends in a cell above which a quote has more
// likely been forgotten than meant.
const longCell = 200

// closes reports whether a quote at offset i ends its cell: the delimiter, a
// line end or the end of the file follows, perhaps after spaces.
func (p *parser) closes(i int) (end int, ok bool) {
	for i++; i < len(p.s) && p.s[i] == ' '; i++ {
	}
	return i, i >= len(p.s) || p.s[i] == '\n' || p.delim != 0 && p.s[i] == p.delim
}

// findLastClose keeps quotes that never close from being looked for again and
// again to the end of a long file.
func (p *parser) findLastClose() int {
	for i := len(p.s); ; {
		if i = strings.LastIndexByte(p.s[:i], '"'); i < 0 {
			return -1
		}
		if _, ok := p.closes(i); ok {
			return i
		}
	}
}

// nuls tells every line that holds a NUL.
func nuls(s string) []Problem {
	var out []Problem
	for line, rest := 1, s; rest != ""; line++ {
		one, after, _ := strings.Cut(rest, "\n")
		if text.HasNUL(one) {
			out = append(out, Problem{line, "This line holds a NUL character, which is not a letter. It was taken out."})
		}
		rest = after
	}
	return out
}

// binary names a file that is no text at all, or gives "".
func binary(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "an office file, such as an Excel workbook, or a zip"
	case bytes.HasPrefix(b, []byte("%PDF")):
		return "a PDF"
	case bytes.HasPrefix(b, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return "an old office file"
	case bytes.HasPrefix(b, []byte{0x1F, 0x8B}):
		return "a zipped file"
	}
	return ""
}
