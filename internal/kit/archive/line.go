package archive

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"plait/internal/kit/db"
)

// order is the places of a table's columns as lines hold them: the key first, the others
// by name. Engines and upgrades may keep columns in another order; lines are the same.
func order(t db.Table) []int {
	at := make([]int, len(t.Columns))
	for i := range at {
		at[i] = i
	}
	place := func(i int) int {
		if k := slices.Index(t.Key, t.Columns[i].Name); k >= 0 {
			return k
		}
		return len(t.Key)
	}
	slices.SortFunc(at, func(a, b int) int {
		if d := place(a) - place(b); d != 0 {
			return d
		}
		return strings.Compare(t.Columns[a].Name, t.Columns[b].Name)
	})
	return at
}

// appendLine writes one row as a JSON object and a line's end.
func appendLine(b []byte, t db.Table, order []int, row []any) ([]byte, error) {
	b = append(b, '{')
	for n, i := range order {
		if n > 0 {
			b = append(b, ',')
		}
		b = appendText(b, t.Columns[i].Name)
		b = append(b, ':')
		switch v := row[i].(type) {
		case string:
			if !utf8.ValidString(v) {
				return nil, fmt.Errorf("archive: %s.%s holds what is not UTF-8", t.Name, t.Columns[i].Name)
			}
			b = appendText(b, v)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case bool:
			b = strconv.AppendBool(b, v)
		case []byte:
			b = append(b, '"')
			b = base64.StdEncoding.AppendEncode(b, v)
			b = append(b, '"')
		default:
			return nil, fmt.Errorf("archive: %s.%s is a %T", t.Name, t.Columns[i].Name, v)
		}
	}
	return append(b, '}', '\n'), nil
}

// appendText writes a JSON string as RFC 8259 has it, escaping only what must be.
func appendText(b []byte, s string) []byte {
	const hexes = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexes[c>>4], hexes[c&15])
		}
		from = i + 1
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

var errLine = errors.New("the line is not a row of this table")

// parseLine reads a line into the columns of t. Columns that the line lacks take the
// value of an empty one: "", 0, false. A column that t lacks, one that is there twice
// and a value of another type are errors.
func parseLine(line []byte, t db.Table, at map[string]int) ([]any, error) {
	p := parser{rest: line}
	row, seen := make([]any, len(t.Columns)), 0
	if !p.take('{') {
		return nil, errLine
	}
	for first := true; !p.take('}'); first = false {
		if !first && !p.take(',') {
			return nil, errLine
		}
		name, ok := p.text()
		i, known := at[name]
		if !ok || !known || row[i] != nil || !p.take(':') {
			return nil, errLine
		}
		if row[i], ok = p.value(t.Columns[i].Type); !ok {
			return nil, fmt.Errorf("column %s: %w", name, errLine)
		}
		seen++
	}
	if len(bytes.TrimSpace(p.rest)) != 0 {
		return nil, errLine
	}
	if seen < len(row) {
		for i, v := range row {
			if v == nil {
				row[i] = empty(t.Columns[i].Type)
			}
		}
	}
	return row, nil
}

func empty(c db.ColumnType) any {
	switch c {
	case db.Whole:
		return int64(0)
	case db.Truth:
		return false
	case db.Bytes:
		return []byte{}
	}
	return ""
}

// parser reads one flat JSON object.
type parser struct{ rest []byte }

func (p *parser) space() {
	for len(p.rest) > 0 && (p.rest[0] == ' ' || p.rest[0] == '\t' || p.rest[0] == '\r' || p.rest[0] == '\n') {
		p.rest = p.rest[1:]
	}
}

func (p *parser) take(c byte) bool {
	if p.space(); len(p.rest) > 0 && p.rest[0] == c {
		p.rest = p.rest[1:]
		return true
	}
	return false
}

// text reads a string.
func (p *parser) text() (string, bool) {
	if !p.take('"') {
		return "", false
	}
	for i := 0; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '"':
			s := string(p.rest[:i])
			p.rest = p.rest[i+1:]
			return s, utf8.ValidString(s)
		case c < ' ':
			return "", false
		case c == '\\':
			return p.escaped(i)
		}
	}
	return "", false
}

// escaped reads a string whose first backslash is at i.
func (p *parser) escaped(i int) (string, bool) {
	for ; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '\\':
			i++
		case '"':
			whole := append(append(make([]byte, 0, i+2), '"'), p.rest[:i+1]...)
			p.rest = p.rest[i+1:]
			var s string
			// A half of a pair would be read as a sign that was not meant.
			if !utf8.Valid(whole) || json.Unmarshal(whole, &s) != nil {
				return "", false
			}
			return s, true
		}
	}
	return "", false
}

// value reads a value of a type.
func (p *parser) value(c db.ColumnType) (any, bool) {
	switch c {
	case db.Text:
		s, ok := p.text()
		return s, ok
	case db.Bytes:
		s, ok := p.text()
		if !ok {
			return nil, false
		}
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		return b, err == nil
	case db.Truth:
		p.space()
		for _, v := range []bool{true, false} {
			if rest, ok := bytes.CutPrefix(p.rest, strconv.AppendBool(nil, v)); ok {
				p.rest = rest
				return v, true
			}
		}
		return nil, false
	case db.Whole:
		p.space()
		n := 0
		for n < len(p.rest) && (p.rest[n] == '-' || p.rest[n] >= '0' && p.rest[n] <= '9') {
			n++
		}
		v, err := strconv.ParseInt(string(p.rest[:n]), 10, 64)
		p.rest = p.rest[n:]
		return v, err == nil
	}
	return nil, false
}
