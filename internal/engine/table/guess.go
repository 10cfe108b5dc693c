package table

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// None is the column of a Mapping that a sheet does not have.
const None = -1

// Mapping says which column (counted from 0) holds what; None for none.
type Mapping struct {
	Words    int // what was said
	Title    int
	Abstract int
	Date     int // a day or an instant; see Date
	Year     int // a year alone
	Strand   int // research, lived or practice
	Role     int // a role label, never a name
	Site     int
	Language int
	ID       int // the sheet's own key for the row
}

// Fields names the parts of a Mapping in the order of its struct; they are the
// names that ParseMapping takes.
func Fields() []string {
	return []string{"words", "title", "abstract", "date", "year", "strand", "role", "site", "language", "id"}
}

// Get gives the column of a field by its name; None for an unknown name.
func (m Mapping) Get(field string) int {
	if p := m.at(field); p != nil {
		return *p
	}
	return None
}

// Set puts a column into a field by its name; false for an unknown name.
func (m *Mapping) Set(field string, column int) bool {
	p := m.at(field)
	if p == nil {
		return false
	}
	*p = column
	return true
}

func (m *Mapping) at(field string) *int {
	switch field {
	case "words":
		return &m.Words
	case "title":
		return &m.Title
	case "abstract":
		return &m.Abstract
	case "date":
		return &m.Date
	case "year":
		return &m.Year
	case "strand":
		return &m.Strand
	case "role":
		return &m.Role
	case "site":
		return &m.Site
	case "language":
		return &m.Language
	case "id":
		return &m.ID
	}
	return nil
}

// Empty is the Mapping in which no column holds anything.
func Empty() Mapping {
	return Mapping{None, None, None, None, None, None, None, None, None, None}
}

// names gives the header names of each field, the best first. They are
// compared by their folded letters and digits alone, so that "Comment-Body",
// "comment_body" and "comment body" are one.
func names(field string) []string {
	switch field {
	case "words":
		return []string{"words", "comment body", "what was said", "comment text", "comment", "comments", "contribution", "quote", "quotation",
			"text", "feedback", "response", "responses", "free text", "answer", "open answer", "story", "statement", "message", "body",
			"what you said", "verbatim", "transcript", "excerpt", "card", "idea", "remark", "view", "views", "sylwadau", "geiriau", "note", "notes", "content"}
	case "title":
		return []string{"title", "article title", "primary title", "document title", "title primary", "headline", "display name", "name of article", "teitl"}
	case "abstract":
		return []string{"abstract", "abstract note", "abstract text", "summary", "notes abstract", "description", "crynodeb"}
	case "date":
		return []string{"date", "date said", "date given", "session date", "timestamp", "datetime", "date time", "created", "created at", "created on",
			"date created", "submitted", "submitted at", "submission date", "submit date", "start date", "end date", "completion time", "start time",
			"date submitted", "response date", "recorded on", "date published", "publication date", "time", "when", "dyddiad"}
	case "year":
		return []string{"year", "publication year", "published year", "pub year", "year published", "blwyddyn"}
	case "strand":
		return []string{"strand", "kind of evidence", "evidence type", "type of evidence", "knowledge type", "kind of knowledge"}
	case "role":
		return []string{"role", "role label", "who", "said by", "speaker role", "job role", "group", "type of person", "respondent type", "participant type",
			"stakeholder", "stakeholder group", "capacity", "i am a", "rol"}
	case "site":
		return []string{"site", "place", "location", "area", "locality", "region", "local authority", "venue", "town", "service", "lle"}
	case "language":
		return []string{"language", "lang", "locale", "iaith"}
	case "id":
		return []string{"id", "record id", "comment id", "response id", "respondent id", "row id", "reference", "ref", "key", "lens id"}
	}
	return nil
}

// Guess proposes which column holds what. Names decide first; of several date
// columns, the first that holds dates in at least half of its filled cells
// among the first rows. A sheet in which no name means words, title or abstract
// has its words in the column with the longest text, if one has any. In a list
// of references (a title beside a DOI, a journal or authors), notes are no
// one's words and places are publishers'.
func Guess(header []string, rows [][]string) Mapping {
	m := Empty()
	rows = rows[:min(len(rows), peekRows)]
	keys := make([]string, len(header))
	for i, h := range header {
		keys[i] = nameKey(h)
	}
	used := make([]bool, len(header))
	for _, field := range Fields() {
		best := pickColumn(keys, used, field, rows)
		if best != None {
			m.Set(field, best)
			used[best] = true
		}
	}
	if m.Year == None && m.Date != None && isYears(rows, m.Date) {
		m.Year, m.Date = m.Date, None
	}
	if m.Title != None && isReferences(keys) {
		m.Site, m.Role = None, None
		if m.Words != None {
			switch keys[m.Words] {
			case "note", "notes", "content":
				m.Words = None
			}
		}
	}
	if m.Words == None && m.Title == None && m.Abstract == None {
		m.Words = longest(header, rows, used)
	}
	return m
}

// pickColumn gives the column that the names of a field speak for best.
func pickColumn(keys []string, used []bool, field string, rows [][]string) int {
	fallback := None
	for _, name := range names(field) {
		k := nameKey(name)
		for i := range keys {
			if keys[i] != k || used[i] {
				continue
			}
			if field != "date" || isDates(rows, i) {
				return i
			}
			if fallback == None {
				fallback = i // dates that cannot be read must be seen to be so
			}
		}
	}
	return fallback
}

// isReferences reports whether the columns are those of a list of references.
func isReferences(keys []string) bool {
	for _, k := range keys {
		switch k {
		case "doi", "journal", "authors", "author", "issn", "sourcetitle", "publicationtitle", "journaltitle", "authorsprimary":
			return true
		}
	}
	return false
}

// HeaderLikely reports whether a sheet's first row looks like names of columns
// and not like a row of data: a name that Guess knows, or cells that are all
// short, filled, no numbers and no sentences.
func HeaderLikely(header []string) bool {
	known := false
	for _, h := range header {
		k := nameKey(h)
		for _, field := range Fields() {
			for _, name := range names(field) {
				known = known || k != "" && k == nameKey(name)
			}
		}
	}
	if known {
		return true
	}
	for _, h := range header {
		_, err := strconv.ParseFloat(h, 64)
		if _, isDate := Date(h); h == "" || err == nil || isDate || utf8.RuneCountInString(h) > 40 || strings.ContainsAny(h[len(h)-1:], ".!,") {
			return false
		}
	}
	return len(header) > 0
}

// WithoutHeader gives the sheet with its header read as the first row and its
// columns named "Column 1", "Column 2" and so on. It is for pasted rows.
func (sh Sheet) WithoutHeader() Sheet {
	rows := make([][]string, 0, len(sh.Rows)+1)
	sh.Rows = append(append(rows, sh.Header), sh.Rows...)
	sh.Lines = append([]int{sh.HeaderAt}, sh.Lines...)
	names := make([]string, len(sh.Header))
	for i := range names {
		names[i] = fmt.Sprintf("Column %d", i+1)
	}
	sh.Header, sh.HeaderAt = names, 0
	return sh
}

// nameKey reduces a column's name to its folded letters and digits.
func nameKey(s string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return -1
		}
		return r
	}, text.Fold(s))
}

// isDates reports whether a column has dates in half of its filled cells.
func isDates(rows [][]string, col int) bool {
	return half(rows, col, func(c string) bool { _, ok := Date(c); return ok })
}

// isYears is isDates for years alone.
func isYears(rows [][]string, col int) bool {
	return half(rows, col, func(c string) bool {
		c = strings.TrimSpace(c)
		return len(c) == 4 && isDigits(c) && atoi(c) >= 1000 && atoi(c) <= 2100
	})
}

func half(rows [][]string, col int, is func(string) bool) bool {
	filled, good := 0, 0
	for _, r := range rows {
		if col < len(r) && strings.TrimSpace(r[col]) != "" {
			filled++
			if is(r[col]) {
				good++
			}
		}
	}
	return filled > 0 && good*2 >= filled
}

// longest gives the column with the most letters in the middle of its cells.
func longest(header []string, rows [][]string, used []bool) int {
	best, most := None, 0
	for i := range header {
		if used[i] || isDates(rows, i) {
			continue
		}
		letters, filled := 0, 0
		for _, r := range rows {
			if i >= len(r) || strings.TrimSpace(r[i]) == "" {
				continue
			}
			filled++
			if _, err := strconv.ParseFloat(strings.TrimSpace(r[i]), 64); err != nil {
				letters += utf8.RuneCountInString(r[i])
			}
		}
		if filled > 0 && letters/filled > most {
			best, most = i, letters/filled
		}
	}
	if most < 12 && len(header) > 1 {
		return None // codes and names, not words
	}
	return best
}

// ParseMapping reads "words=COL,date=COL". COL is a column's name, compared as
// Guess does, or its number counted from 1 when no column has that name. What
// is not named is None. The error says in plain words which part is wrong.
func ParseMapping(header []string, spec string) (Mapping, error) {
	m := Empty()
	var parts []string
	for _, part := range strings.Split(spec, ",") {
		field, _, ok := strings.Cut(part, "=")
		if len(parts) > 0 && (!ok || m.at(strings.TrimSpace(field)) == nil) {
			// A comma in a column's name: "title=Title, Primary".
			if joined := parts[len(parts)-1] + "," + part; column(header, after(joined)) != None {
				parts[len(parts)-1] = joined
				continue
			}
		}
		parts = append(parts, part)
	}
	for _, part := range parts {
		if strings.TrimSpace(part) == "" {
			continue
		}
		field, col, ok := strings.Cut(part, "=")
		field, col = strings.TrimSpace(field), strings.TrimSpace(col)
		if !ok || m.at(field) == nil {
			return Empty(), fmt.Errorf("%q is not a field. Use one of %s", field, strings.Join(Fields(), ", "))
		}
		i := column(header, col)
		if i == None {
			return Empty(), fmt.Errorf("there is no column %q. The columns are %s", col, strings.Join(header, ", "))
		}
		m.Set(field, i)
	}
	return m, nil
}

func after(part string) string {
	_, col, _ := strings.Cut(part, "=")
	return strings.TrimSpace(col)
}

func column(header []string, name string) int {
	for i, h := range header {
		if h == name && name != "" {
			return i
		}
	}
	k := nameKey(name)
	for i, h := range header {
		if k != "" && nameKey(h) == k {
			return i
		}
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(header) {
		return n - 1
	}
	return None
}
