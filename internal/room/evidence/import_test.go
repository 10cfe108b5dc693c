package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plait/internal/engine/table"
	"plait/internal/kit/child"
	formats "plait/internal/kit/document"
)

func TestParseNamesTheFileByItsContent(t *testing.T) {
	for content, want := range map[string]string{
		"TY  - JOUR\nTI  - One\nER  - \n":            "ris",
		"PMID- 1\nTI  - One\n\nPMID- 2\nTI  - Two\n": "nbib",
		"comment,date\nOne,2026-01-01\n":             "csv",
		"comment\tdate\nOne\t2026-01-01\n":           "tsv",
		"comment\nOne\nTwo\n":                        "unknown",
		"@article{a,\n title={One}\n}\n":             "bibtex",
		"%PDF-1.7\n1 0 obj":                          "pdf",
		"We met in the hall, in May.\n\nIt was, as ever, cold.\n\nNobody, though, left.\n": "txt",
		"# What we heard\n\n- the *bus* stops at four\n- nobody asked\n":                   "markdown",
		"<!DOCTYPE html><html><body><p>Hello</p></body></html>":                            "html",
		"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR":                                              "picture",
		"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>x</script></svg>":               "svg",
		"{\\rtf1 hello}": "rtf",
	} {
		name := "a"
		if want == "txt" || want == "markdown" {
			name = "a." + map[string]string{"txt": "txt", "markdown": "md"}[want]
		}
		if got := parse(t.Context(), []byte(content), name, ""); len(got) != 1 || got[0].Format != want {
			t.Errorf("%.20q is %+v, want %s", content, got, want)
		}
	}
}

// TestLinesAreRowsOrADocument tells sheets from prose: by what they hold, then by the name.
func TestLinesAreRowsOrADocument(t *testing.T) {
	const prose = "Dear all, we met in May.\n\nIt was cold, and the hall was shut, so we stood.\n\nNobody left.\n"
	for _, c := range []struct {
		name, content, columns string
		rows                   bool
	}{
		{"a.txt", prose, "", false},
		{"a.csv", prose, "", true}, // whoever names it a sheet means one
		{"a.txt", prose, "words=1", true},
		{"a.txt", "Comment\nThe bus\nThe stairs\n", "", true},
		{"a.txt", "comment,date\nThe bus,2026-01-01\n", "", true},
		{"a.txt", "Name\tTown\nSam\tPowys\nAnn\tConwy\n", "", true},
		{"a.txt", "Hello, world\nGoodbye, world\n", "", false},
		{"a.txt", "A title alone\n", "", false},
		{"notes.md", "| a | b |\n|---|---|\n| 1 | 2 |\n", "", false},
		{"a", "a,b\n1,2\n3,4\n", "", true},
	} {
		got := parse(t.Context(), []byte(c.content), c.name, c.columns)[0]
		if rows := got.Doc == nil; rows != c.rows {
			t.Errorf("%s %q with %q: rows %v (%+v)", c.name, c.content, c.columns, rows, got)
		}
	}
}

func TestParagraphs(t *testing.T) {
	d := &Doc{Words: "Éirinn 👩🏽‍🦽 first.\n\nSecond, ŵ.\n\nThird.", PageStarts: []int{0, 27}}
	second := strings.Index(d.Words, "Second")
	d.Paragraphs = []int{0, len([]rune(d.Words[:second])), len([]rune(d.Words[:strings.Index(d.Words, "Third")]))}
	d.PageStarts[1] = d.Paragraphs[1]
	rows, shape := docRows(d, nil)
	var got []string
	for _, r := range rows[1:] {
		got = append(got, fmt.Sprintf("%d %d %s", r.Line, r.Page, r.Paragraph))
	}
	if diff := cmp.Diff([]string{"1 1 Éirinn 👩🏽‍🦽 first.", "2 2 Second, ŵ.", "3 2 Third."}, got); diff != "" || shape.Paragraphs != 3 {
		t.Errorf("%d paragraphs (-want +got)\n%s", shape.Paragraphs, diff)
	}
	if rows, shape = docRows(&Doc{Words: "one\ntwo\n", Paragraphs: []int{0}}, nil); len(rows) != 3 || shape.Paragraphs != 2 {
		t.Errorf("lines without blank ones between: %+v", rows)
	}
	if rows, shape = docRows(&Doc{Words: "one"}, nil); len(rows) != 1 || shape.Paragraphs != 1 {
		t.Errorf("one paragraph: %+v", rows)
	}
	whole := ImportFile{ImportDetail: ImportDetail{Shape: shape}}
	if !whole.chosen(Row{Doc: &DocRow{}}) || whole.chosen(Row{Paragraph: "x"}) {
		t.Error("a whole document comes in by its paragraphs")
	}
}

// TestParsedSurvives shows that what a parser in another process would answer is whole.
func TestParsedSurvives(t *testing.T) {
	for _, content := range []string{"TY  - JOUR\nTI  - One\nAU  - Berg, A van der\nZZ  - kept\nER  - \n", "comment,date\n\"=1+1\",2026-01-01\n"} {
		one := parse(t.Context(), []byte(content), "a", "")[0]
		b, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		var two Parsed
		if err := json.Unmarshal(b, &two); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(one, two, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestInProcessGivesUp(t *testing.T) {
	_, err := InProcess{Limit: -time.Second}.Parse(t.Context(), []byte(strings.Repeat("a,b\n", 200_000)), "a.csv", "")
	if !errors.Is(err, child.ErrSlow) {
		t.Errorf("a parser out of time: %v", err)
	}
}

func TestColumns(t *testing.T) {
	header := []string{"When", "What was said", "From"}
	got, err := parseColumns(header, "words=what was said,date=1,source=From")
	want := noColumns()
	want.Words, want.Date, want.Source = 1, 0, 2
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"words=Nobody", "source=Nobody", "colour=From", "words"} {
		if _, err := parseColumns(header, bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if (Columns{Words: 3}).within(3) || !want.within(3) || (Columns{Words: -2}).within(3) {
		t.Error("a column outside the sheet is taken")
	}
}

func TestRowsBecomeContributions(t *testing.T) {
	c := noColumns()
	c.Words, c.Date, c.Strand, c.Role, c.Site, c.Language = 0, 1, 2, 3, 4, 5
	f := ImportFile{Name: `C:\papers\spring.csv`, Header: make([]string, 6), Columns: c}
	at := place{project: "p", file: f.Name, said: Said{Strands: []string{"lived"}, On: "2026-01-01", Role: "carer"}, sites: sites{"north": "n1"}, now: 5}
	for _, x := range []struct {
		cells              []string
		strand, on, role   string
		site, lang, source string
		problems           int
	}{
		{[]string{"Yes", "", "", "", "", ""}, "lived", "2026-01-01", "carer", "", "en", "spring.csv", 0},
		{[]string{"Yes", "3 April 2025", "Practice and research", "nurse", "NORTH", "Welsh"}, "practice+research", "2025-04-03", "nurse", "n1", "cy", "spring.csv", 0},
		{[]string{"Yes", "04/13/2025", "gossip", strings.Repeat("x", 300), "South", "???"}, "", "", strings.Repeat("x", 200), "", "en", "spring.csv", 5},
		{[]string{"Yes"}, "lived", "2026-01-01", "carer", "", "en", "spring.csv", 0},
	} {
		got, problems, ok := f.contribution(Row{Line: 7, Cells: x.cells}, at)
		if !ok || got.Strand != x.strand || got.On != x.on || got.Role != x.role || got.Site != x.site || got.Language != x.lang || got.Source != x.source {
			t.Errorf("%v: %+v", x.cells, got)
		}
		if len(problems) != x.problems {
			t.Errorf("%v: %d problems, want %d: %+v", x.cells, len(problems), x.problems, problems)
		}
		for _, p := range problems {
			if p.Line != 7 || p.Say == "" {
				t.Errorf("a problem with no line or words: %+v", p)
			}
		}
	}
	for _, words := range []string{"", "  \n", "\xff", strings.Repeat("x", MaxWords+1)} {
		if _, problems, ok := f.contribution(Row{Line: 7, Cells: []string{words}}, at); ok || len(problems) != 1 {
			t.Errorf("%.10q is stored: %+v", words, problems)
		}
	}
}

func TestDigest(t *testing.T) {
	at := func(hash, project string, c Columns) string {
		d, err := digestOf(hash, project, c)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	other := noColumns()
	other.Words = 0
	all := map[string]bool{at("a", "p", noColumns()): true, at("b", "p", noColumns()): true, at("a", "q", noColumns()): true, at("a", "p", other): true}
	if len(all) != 4 || !all[at("a", "p", noColumns())] {
		t.Error("digests do not tell imports apart")
	}
}

// TestEveryReasonHasWords holds that each message a row may get is in the catalogue.
func TestEveryReasonHasWords(t *testing.T) {
	var en map[string]any
	b, err := words.ReadFile("words/en.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &en); err != nil {
		t.Fatal(err)
	}
	if b, err = fs.ReadFile(formats.Words().FS, "en.json"); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &en); err != nil {
		t.Fatal(err)
	}
	c := noColumns()
	f := ImportFile{Header: []string{"a"}, Rows: 1, Columns: c}
	s := survey{file: f}
	s.begin()
	said := s.file.Problems
	for _, content := range []string{"", "PK\x03\x04", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "%PDF-1.4", "{\\rtf1", "\x1f\x8b\x08", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "\x01\x02\x03\x04"} {
		for _, p := range parse(t.Context(), []byte(content), "a", "") {
			said = append(said, p.Problems...)
		}
	}
	said = append(said, parse(t.Context(), []byte("a,b\n1,2\n"), "a", "words=c")[0].Problems...)
	for _, err := range []error{child.ErrSlow, child.ErrFailed} {
		told, _ := failed(err, "a")
		said = append(said, told)
	}
	_, more, _ := fromReference(Row{Reference: &Reference{}}, place{})
	said = append(said, more...)
	_, more, _ = fromReference(Row{Reference: &Reference{DOI: "10.1/x"}}, place{})
	said = append(said, more...)
	for _, p := range said {
		for _, key := range []string{p.Say, p.Do} {
			if _, ok := en[key]; key != "" && !ok {
				t.Errorf("no words for %s", key)
			}
		}
		if p.Say == "" && p.Reason == "" {
			t.Errorf("a problem without a reason: %+v", p)
		}
	}
	if c.Words != table.None || len(said) < 11 {
		t.Errorf("only %d reasons were looked at", len(said))
	}
}

func TestPaced(t *testing.T) {
	for _, c := range []struct{ size, took, want int64 }{{250, 10_000, 500}, {500, 10_000, 500}, {500, 60_000, 500}, {500, 190_000, 250}, {250, 90_000, 125}, {60, 900_000, 50}, {50, 900_000, 50}, {50, 1000, 100}} {
		if got := paced(c.size, c.took); got != c.want {
			t.Errorf("after %d rows in %d µs: %d, want %d", c.size, c.took, got, c.want)
		}
	}
}

func TestColumnsThatHoldWordsAreNotLostUnseen(t *testing.T) {
	row := func(cells ...string) stagedRow { return stagedRow{Row: Row{Cells: cells}} }
	f := ImportFile{Header: []string{"Name", "What went well", "What did not", "Score"}, Columns: noColumns()}
	f.Columns.Words = 2
	rows := []stagedRow{row("Sam", "They listened to all of us", "", "4"), row("Mo", "", "The lift was broken again", "2"), row("Jo", "The food was warm and good", "Nothing", "5")}
	if diff := cmp.Diff([]string{"What went well"}, f.unused(rows)); diff != "" {
		t.Error(diff)
	}
	f.Columns.Words = 1
	if diff := cmp.Diff([]string(nil), f.unused(rows[1:2])); diff != "" {
		t.Errorf("one sentence is no column of words: %s", diff)
	}
}
