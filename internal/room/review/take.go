package review

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"plait/internal/engine/table"
	"plait/internal/kit/sheet"
	"plait/internal/kit/text"
)

// sink writes references as a file, page by page. Only the lines of a reference list are
// held, because they are put in order: about 300 bytes a record.
type sink interface {
	page(ReferencesOut) error
	end() error
}

// newSink begins a file of references. title is the name of a workbook's sheet.
func newSink(w io.Writer, as, title string) sink {
	switch as {
	case AsCSV:
		return &csvSink{w: w, table: csv.NewWriter(w)}
	case AsXLSX:
		return &xlsxSink{book: sheet.NewWriter(w, title)}
	case AsCSL:
		return &cslSink{w: w}
	case AsBibTeX:
		return &bibSink{w: w, start: regexp.MustCompile(`^@(\w+)\{([^,\n]*)`), taken: map[string]bool{}}
	case AsHarvard, AsAPA, AsVancouver:
		return &listSink{w: w, as: as}
	}
	return &risSink{w}
}

type risSink struct{ w io.Writer }

func (s *risSink) page(p ReferencesOut) error {
	for _, t := range p.Texts {
		if _, err := io.WriteString(s.w, t); err != nil {
			return err
		}
	}
	return nil
}

func (s *risSink) end() error { return nil }

type cslSink struct {
	w   io.Writer
	any bool
}

func (s *cslSink) page(p ReferencesOut) error {
	for _, t := range p.Texts {
		before := ",\n  "
		if !s.any {
			before, s.any = "[\n  ", true
		}
		if _, err := io.WriteString(s.w, before+t); err != nil {
			return err
		}
	}
	return nil
}

func (s *cslSink) end() error {
	last := "\n]\n"
	if !s.any {
		last = "[]\n"
	}
	_, err := io.WriteString(s.w, last)
	return err
}

// bibSink gives each entry a key of its own over all pages.
type bibSink struct {
	w     io.Writer
	start *regexp.Regexp // of an entry: its kind and its key
	taken map[string]bool
}

func (s *bibSink) page(p ReferencesOut) error {
	for _, t := range p.Texts {
		if m := s.start.FindStringSubmatch(t); m != nil {
			key := m[2]
			for n := 2; s.taken[strings.ToLower(key)]; n++ {
				key = m[2] + "-" + strconv.Itoa(n)
			}
			s.taken[strings.ToLower(key)] = true
			t = "@" + m[1] + "{" + key + t[len(m[0]):]
		}
		if _, err := io.WriteString(s.w, t); err != nil {
			return err
		}
	}
	return nil
}

func (s *bibSink) end() error { return nil }

type csvSink struct {
	w     io.Writer
	table *csv.Writer
	begun bool
}

func (s *csvSink) page(p ReferencesOut) error {
	if !s.begun {
		s.begun = true
		if _, err := io.WriteString(s.w, "\uFEFF"); err != nil { // so that spreadsheets read it as UTF-8
			return err
		}
		s.table.UseCRLF = true
	}
	for _, row := range p.Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = table.Guard(c)
		}
		if err := s.table.Write(cells); err != nil {
			return err
		}
	}
	s.table.Flush()
	return s.table.Error()
}

func (s *csvSink) end() error { return nil }

type xlsxSink struct {
	book  *sheet.Writer
	begun bool
}

func (s *xlsxSink) page(p ReferencesOut) error {
	for _, row := range p.Rows {
		cells := make([]any, len(row))
		for i, c := range row {
			cells[i] = c
			if name := tableHead[i]; s.begun && (name == "number" || name == "year" || name == "copy_of") {
				if n, err := strconv.ParseInt(c, 10, 64); err == nil {
					cells[i] = sheet.Number(n)
				}
			}
		}
		s.begun = true
		if err := s.book.Row(cells...); err != nil {
			return err
		}
	}
	return nil
}

func (s *xlsxSink) end() error { return s.book.Close() }

// listSink is a list of references: by author in Harvard and APA, by number in Vancouver.
type listSink struct {
	w     io.Writer
	as    string
	lines []string
}

func (s *listSink) page(p ReferencesOut) error {
	s.lines = append(s.lines, p.Texts...)
	return nil
}

func (s *listSink) end() error {
	inOrder(s.as, s.lines)
	var b bytes.Buffer
	for i, l := range s.lines {
		if s.as == AsVancouver {
			fmt.Fprintf(&b, "%d. ", i+1)
		}
		b.WriteString(l + "\n")
		if b.Len() > 1<<16 || i == len(s.lines)-1 {
			if _, err := b.WriteTo(s.w); err != nil {
				return err
			}
		}
	}
	return nil
}

// inOrder puts the lines of a list in the order of their style.
func inOrder(as string, lines []string) {
	if as == AsVancouver {
		return
	}
	keys := make(map[string]string, len(lines))
	for _, l := range lines {
		keys[l] = text.Fold(l)
	}
	slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(keys[a], keys[b]) })
}

// media is the kind of file and the end of its name.
func media(as string) (kind, ending string) {
	switch as {
	case AsRIS:
		return "application/x-research-info-systems; charset=utf-8", "ris"
	case AsCSL:
		return "application/vnd.citationstyles.csl+json; charset=utf-8", "json"
	case AsBibTeX:
		return "application/x-bibtex; charset=utf-8", "bib"
	case AsCSV:
		return "text/csv; charset=utf-8", "csv"
	case AsXLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"
	}
	return "text/plain; charset=utf-8", "txt"
}

// fileName is the name of a file that is taken out of a review.
func fileName(v Review, what, ending string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return ' '
	}, v.Title)
	words := strings.Fields(name)
	words = words[:min(len(words), 6)]
	return strings.Join(slices.Concat([]string{"review"}, words, []string{what}), "-") + "." + ending
}
