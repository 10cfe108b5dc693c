package sheet

import (
	"encoding/xml"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"

	"plait/internal/kit/document"
)

// cell is one cell with something in it.
type cell struct {
	column int // from 0
	text   string
	words  bool // a text, not a number, a day or an answer
}

// line is one row with something in it.
type line struct {
	number int // from 1
	cells  []cell
}

// area is a range of cells that are merged into one; rows and columns from 1 and from 0.
type area struct{ top, left, bottom, right int }

// reading is one sheet that is being read.
type reading struct {
	k      *book
	w      *document.Walker
	lines  []line
	merged []area

	formulas, unsolved, errors []string // places of cells: the first few
	nFormulas, nUnsolved       int
	nErrors                    int
	hiddenRows                 int
	hiddenColumns              []string
	drawing                    bool
}

// sheet reads one sheet.
func (k *book) sheet(l listed) (Sheet, error) {
	r := &reading{k: k}
	opened, err := k.a.WalkPart(l.part, maxPart, func(w *document.Walker, _ xml.StartElement) error {
		r.w = w
		return w.Children(r.part, nil)
	})
	if err != nil {
		return Sheet{}, err
	}
	if !opened {
		return Sheet{}, document.Refuse("document.damaged")
	}
	s := Sheet{Name: l.name, Hidden: l.hidden}
	r.tell(&s)
	parts, err := k.relations(path.Join(path.Dir(l.part), "_rels", path.Base(l.part)+".rels"), path.Dir(l.part))
	if err != nil {
		return Sheet{}, err
	}
	for _, p := range parts {
		if p.kind == "comments" {
			s.tell(0, "The notes on the cells of this sheet were left out.")
		}
	}
	return s, r.arrange(&s)
}

// tell adds a problem of a row, or of the whole sheet (0).
func (s *Sheet) tell(line int, format string, args ...any) {
	s.Problems = append(s.Problems, document.Problem{Line: line, Reason: fmt.Sprintf(format, args...)})
}

// part reads one part of a sheet.
func (r *reading) part(e xml.StartElement) error {
	switch e.Name.Local {
	case "sheetData":
		at := 0
		return r.w.Children(func(e xml.StartElement) error {
			if e.Name.Local != "row" {
				return r.w.Skip()
			}
			return r.row(e, &at)
		}, nil)
	case "cols":
		return r.w.Children(func(e xml.StartElement) error {
			if yes(document.Attr(e, "hidden")) {
				from, _ := strconv.Atoi(document.Attr(e, "min"))
				to, _ := strconv.Atoi(document.Attr(e, "max"))
				for c := max(from, 1); c <= to && len(r.hiddenColumns) < maxTold; c++ {
					r.hiddenColumns = append(r.hiddenColumns, columnName(c-1))
				}
			}
			return r.w.Skip()
		}, nil)
	case "mergeCells":
		return r.w.Children(func(e xml.StartElement) error {
			if a, ok := parseArea(document.Attr(e, "ref")); ok && len(r.merged) < 100_000 {
				r.merged = append(r.merged, a)
			}
			return r.w.Skip()
		}, nil)
	case "drawing", "picture":
		r.drawing = true
	}
	return r.w.Skip()
}

func yes(v string) bool { return v == "1" || v == "true" }

// row reads one row; at is the number of the row before it.
func (r *reading) row(e xml.StartElement, at *int) error {
	n := *at + 1
	hidden := false
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			if v, err := strconv.Atoi(a.Value); err == nil && v > 0 {
				n = v
			}
		case "hidden":
			hidden = yes(a.Value)
		}
	}
	*at = n
	var cells []cell
	column := -1
	err := r.w.Children(func(e xml.StartElement) error {
		if e.Name.Local != "c" {
			return r.w.Skip()
		}
		column++
		c, err := r.cell(e, n, &column)
		if c.text != "" {
			cells = append(cells, c)
		}
		return err
	}, nil)
	if err != nil || len(cells) == 0 {
		return err
	}
	if hidden {
		r.hiddenRows++
	}
	if r.k.cells += len(cells); r.k.cells > MaxCells {
		return document.Refuse("document.cells", "Most", MaxCells)
	}
	r.lines = append(r.lines, line{n, cells})
	return nil
}

// cell reads one cell. column is where it is expected, and then where it is.
func (r *reading) cell(e xml.StartElement, row int, column *int) (cell, error) {
	kind, look := "", 0
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			if c, _, ok := parsePlace(a.Value); ok {
				*column = c
			}
		case "t":
			kind = a.Value
		case "s":
			look, _ = strconv.Atoi(a.Value)
		}
	}
	c := cell{column: *column}
	var v, inline string
	formula, stored := false, false
	err := r.w.Children(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "v":
			stored = true
			v, err = r.w.Text()
			return err
		case "is":
			inline, err = rich(r.w)
			return err
		case "f":
			formula = true
		}
		return r.w.Skip()
	}, nil)
	if err != nil {
		return c, err
	}
	place := ""
	if formula || kind == "e" {
		place = columnName(c.column) + strconv.Itoa(row)
	}
	if formula {
		r.nFormulas = note(&r.formulas, r.nFormulas, place)
		if !stored || v == "" && kind != "str" {
			r.nUnsolved = note(&r.unsolved, r.nUnsolved, place)
		}
	}
	switch kind {
	case "s":
		if i, err := strconv.Atoi(strings.TrimSpace(v)); err == nil && i >= 0 && i < len(r.k.shared) {
			c.text, c.words = r.k.shared[i], true
		}
	case "inlineStr":
		c.text, c.words = inline, true
	case "str":
		c.text, c.words = unescape(v), true
	case "b":
		c.text = map[string]string{"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}[strings.TrimSpace(v)]
	case "e":
		c.text = document.Plain(v)
		r.nErrors = note(&r.errors, r.nErrors, place+" "+c.text)
	case "d":
		c.text = strings.TrimSuffix(strings.TrimSuffix(document.Plain(v), "T00:00:00Z"), "T00:00:00")
	default:
		if v = strings.TrimSpace(v); v != "" {
			c.text = document.Plain(r.k.number(v, look))
		}
	}
	if strings.TrimSpace(c.text) == "" {
		c.text = ""
	}
	return c, nil
}

// note keeps the first few places, and counts all.
func note(to *[]string, n int, place string) int {
	if len(*to) < maxTold {
		*to = append(*to, place)
	}
	return n + 1
}

// tell says what was read in a way of ours or left out.
func (r *reading) tell(s *Sheet) {
	list := func(places []string, n int) string {
		out := strings.Join(places, ", ")
		if n > len(places) {
			out += fmt.Sprintf(" and %d more", n-len(places))
		}
		return out
	}
	if r.nFormulas > 0 {
		s.tell(0, "This sheet has formulas (%d). The answers that were stored with them were read.", r.nFormulas)
	}
	if r.nUnsolved > 0 {
		s.tell(0, "Some formulas have no stored answer: %s. Open the file in Excel, save it, then bring it in again.", list(r.unsolved, r.nUnsolved))
	}
	if r.nErrors > 0 {
		s.tell(0, "Some cells hold an error: %s.", list(r.errors, r.nErrors))
	}
	if r.hiddenRows > 0 {
		s.tell(0, "Some rows are hidden in the sheet (%d). They were read too.", r.hiddenRows)
	}
	if len(r.hiddenColumns) > 0 {
		s.tell(0, "Some columns are hidden in the sheet: %s. They were read too.", strings.Join(r.hiddenColumns, ", "))
	}
	if r.drawing {
		s.tell(0, "The pictures and charts on this sheet were left out.")
	}
	if s.Hidden {
		s.tell(0, "This sheet is hidden in the file.")
	}
}

// columnName is the letters of a column, counted from 0.
func columnName(c int) string {
	var out []byte
	for c++; c > 0; c = (c - 1) / 26 {
		out = append([]byte{byte('A' + (c-1)%26)}, out...)
	}
	return string(out)
}

// parsePlace reads "BC12": column from 0, row from 1.
func parsePlace(s string) (column, row int, ok bool) {
	i := 0
	for ; i < len(s) && i < 4; i++ {
		c := s[i] | 0x20
		if s[i] == '$' {
			continue
		}
		if c < 'a' || c > 'z' {
			break
		}
		column = column*26 + int(c-'a') + 1
	}
	row, err := strconv.Atoi(strings.TrimPrefix(s[i:], "$"))
	return column - 1, row, err == nil && column > 0 && column <= 16_384 && row > 0 && row <= math.MaxInt32
}

func parseArea(s string) (area, bool) {
	from, to, _ := strings.Cut(s, ":")
	left, top, ok1 := parsePlace(from)
	right, bottom, ok2 := parsePlace(to)
	return area{top, left, bottom, right}, ok1 && ok2 && top <= bottom && left <= right
}
