package table

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	type want struct {
		delim  rune
		header []string
		rows   [][]string
		lines  []int
	}
	cases := []struct {
		name string
		in   string
		want want
		told []Problem
	}{
		{"plain", "id,words\n1,one\n2,two\n", want{',', []string{"id", "words"}, [][]string{{"1", "one"}, {"2", "two"}}, []int{2, 3}}, nil},
		{"CRLF, no last line end, blank lines", "id;words\r\n\r\n1;\"a;b\"\r\n;\r\n2;x", want{';', []string{"id", "words"}, [][]string{{"1", "a;b"}, {"2", "x"}}, []int{3, 5}}, nil},
		{"CR alone", "id\twords\r1\tone\r", want{'\t', []string{"id", "words"}, [][]string{{"1", "one"}}, []int{2}}, nil},
		{"line ends in quotes", "id,words\n1,\"a \"\"b\"\"\n\nc\"\n2,d\n", want{',', []string{"id", "words"}, [][]string{{"1", "a \"b\"\n\nc"}, {"2", "d"}}, []int{2, 5}}, nil},
		{"spaces round quotes", "id, words\n1, \"a, b\" \n", want{',', []string{"id", "words"}, [][]string{{"1", "a, b"}}, []int{2}}, nil},
		{"bars", "id|words\n1|a, b; c\n2|d\n", want{'|', []string{"id", "words"}, [][]string{{"1", "a, b; c"}, {"2", "d"}}, []int{2, 3}}, nil},
		{"one column, commas in words", "comment\nToo slow, too late, too far\nFine\n\"Quoted, too\"\n", want{0, []string{"comment"}, [][]string{{"Too slow, too late, too far"}, {"Fine"}, {"Quoted, too"}}, []int{2, 3, 4}}, nil},
		{"sep line", "\"sep=;\"\na;b\n1,5;2\n", want{';', []string{"a", "b"}, [][]string{{"1,5", "2"}}, []int{3}}, nil},
		{"quotes in mid-cell", "id,words\n1,a 5\" pipe\n2,\"a \"b\" c\"\n", want{',', []string{"id", "words"}, [][]string{{"1", `a 5" pipe`}, {"2", `a "b" c`}}, []int{2, 3}}, nil},
		{"empty columns at the end", "id,words,,\n1,one,,\n2,two\n", want{',', []string{"id", "words"}, [][]string{{"1", "one"}, {"2", "two"}}, []int{2, 3}}, nil},
		{"formulas stay text", "id,words\n1,=1+1\n2,@SUM(A1)\n3,-x\n", want{',', []string{"id", "words"}, [][]string{{"1", "=1+1"}, {"2", "@SUM(A1)"}, {"3", "-x"}}, []int{2, 3, 4}}, nil},
		{
			"ragged", "a,b,c\n1,2,3\n1\n1,2,3,4\n\n1,2,3\n",
			want{',', []string{"a", "b", "c"}, [][]string{{"1", "2", "3"}, {"1", "", ""}, {"1", "2", "3", "4"}, {"1", "2", "3"}}, []int{2, 3, 4, 6}},
			[]Problem{
				{3, "This row has 1 cell and the header has 3. The row was kept. Its last cells are empty."},
				{4, "This row has 4 cells and the header has 3. The row was kept. Check its columns."},
			},
		},
		{
			"a quote that never closes", "a,b\n1,\"open\n2,two\n3,three\n",
			want{',', []string{"a", "b"}, [][]string{{"1", `"open`}, {"2", "two"}, {"3", "three"}}, []int{2, 3, 4}},
			[]Problem{{2, "A quote opens here and is never closed. It was read as a letter."}},
		},
		{
			"a forgotten quote before good rows", "a,b\n1,\"open\n2,\"two, \"\"too\"\"\"\n3,\"x\ny\"\n",
			want{',', []string{"a", "b"}, [][]string{{"1", `"open`}, {"2", `two, "too"`}, {"3", "x\ny"}}, []int{2, 3, 4}},
			[]Problem{{2, "A quote opens here and is never closed. It was read as a letter."}},
		},
		{
			"NUL", "a,b\n1,x\x00y\n2,z\n",
			want{',', []string{"a", "b"}, [][]string{{"1", "xy"}, {"2", "z"}}, []int{2, 3}},
			[]Problem{{2, "This line holds a NUL character, which is not a letter. It was taken out."}},
		},
		{"empty", " \n", want{}, []Problem{{1, "This file is empty."}}},
		{"header alone", "a,b\n", want{',', []string{"a", "b"}, nil, nil}, nil},
		{"a workbook", "PK\x03\x04stuff", want{}, []Problem{{1, "This is an office file, such as an Excel workbook, or a zip. Save the sheet as CSV, then bring that file in."}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sh, told := Read("x.csv", []byte(c.in))
			if diff := cmp.Diff(c.want, want{sh.Delimiter, sh.Header, sh.Rows, sh.Lines}, cmp.AllowUnexported(want{})); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.told, told); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadEncodings(t *testing.T) {
	const s = "id,words\r\n1,Zoë’s café\r\n"
	wide := func(le bool, units []uint16) []byte {
		var b []byte
		for _, u := range units {
			if le {
				b = append(b, byte(u), byte(u>>8))
			} else {
				b = append(b, byte(u>>8), byte(u))
			}
		}
		return b
	}
	units := utf16.Encode([]rune(s))
	for encoding, in := range map[string][]byte{
		"utf-8":        []byte("\ufeff" + s),
		"utf-16le":     wide(true, append([]uint16{0xFEFF}, units...)),
		"utf-16be":     wide(false, units),
		"windows-1252": []byte("id,words\r\n1,Zo\xeb\x92s caf\xe9\r\n"),
	} {
		sh, told := Read("", in)
		if sh.Encoding != encoding || len(told) != 0 || len(sh.Rows) != 1 || sh.Header[0] != "id" || sh.Rows[0][1] != "Zoë’s café" {
			t.Errorf("%s: %+v, %v", encoding, sh, told)
		}
	}
	if _, told := Read("", []byte("a,b\n1,Zoë Chloë\n2,caf\xe9\n")); len(told) != 1 || told[0].Line != 3 {
		t.Errorf("damaged UTF-8: %v", told)
	}
}

func TestReadLinesAboveHeader(t *testing.T) {
	in := "\"SEARCH QUERY\",\"care:ti\"\n------\n\nTitle,Year,Authors,DOI\nA,2001,Lee,x\nB,2002,Ray,y\nC,2003,Kay,z\n"
	sh, told := Read("", []byte(in))
	if len(told) != 0 || len(sh.Rows) != 3 || sh.Header[0] != "Title" || sh.HeaderAt != 4 {
		t.Errorf("%+v, %v", sh, told)
	}
	if diff := cmp.Diff([]string{`"SEARCH QUERY","care:ti"`, "------"}, sh.Before); diff != "" {
		t.Error(diff)
	}
}

// A file of quotes that never close must not be gone over again and again.
func TestReadManyOpenQuotes(t *testing.T) {
	in := "a,b\n" + strings.Repeat("1,\"open\n", 50000)
	sh, told := Read("", []byte(in))
	if len(sh.Rows) != 50000 || len(told) != 50000 {
		t.Errorf("%d rows, %d problems", len(sh.Rows), len(told))
	}
	// One cell that eats a long file is told.
	if _, told := Read("", []byte("a,b\n1,\"open\n"+strings.Repeat("2,two\n", 300)+"x\"\n")); len(told) != 1 || told[0].Line != 2 {
		t.Errorf("a cell of 301 lines: %v", told)
	}
	// A long file of which nothing closes but the pair at its end.
	in = "a,b\n" + strings.Repeat("1,\"o\n", 20000) + "\"\""
	if sh, _ := Read("", []byte(in)); len(sh.Rows) == 0 {
		t.Error("no rows")
	}
}

func TestGuard(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain": "plain", "a=b": "a=b", "-5": "-5", "+4.5e3": "+4.5e3", "-": "'-",
		"=1+1": "'=1+1", "+cmd|x": "'+cmd|x", "-2+3": "'-2+3", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1",
		"  =1": "'  =1", "＝1": "'＝1", `"=1`: `'"=1`, "'=1": "''=1",
	} {
		if got := Guard(in); got != want {
			t.Errorf("Guard(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDate(t *testing.T) {
	for in, want := range map[string]string{
		"2025-04-03": "2025-04-03", " 2025-4-3 ": "2025-04-03", "2025/04/03": "2025-04-03", "20250403": "2025-04-03",
		"2025-04-03T23:30:00-11:00": "2025-04-03", "2025-04-03 10:15": "2025-04-03", "2025-04-03T10:15:00.000Z": "2025-04-03",
		"03/04/2025": "2025-04-03", "3/4/2025": "2025-04-03", "3.4.2025": "2025-04-03", "03-04-2025 14:05:09": "2025-04-03", "31/12/1999": "1999-12-31",
		"12 March 2025": "2025-03-12", "12th March 2025": "2025-03-12", "12th of March, 2025": "2025-03-12", "March 12, 2025": "2025-03-12",
		"12-Mar-2025": "2025-03-12", "Wednesday 12 March 2025": "2025-03-12", "12 Mawrth 2025": "2025-03-12", "1 Sept 2024": "2024-09-01",
		"Wed Jul 27 22:09:49 WIB 2022": "2022-07-27", "Wed, 27 Jul 2022 22:09:49 +0000": "2022-07-27", "27 Jul 2022 at 9:05": "2022-07-27",
		"1658934589213": "2022-07-27", "1658934589": "2022-07-27", "1658934589.213": "2022-07-27", "29/02/2024": "2024-02-29",
		// Unreadable, or with two readings.
		"": "", "04/13/2025": "", "03/04/25": "", "12-Mar-25": "", "March 2025": "", "2025": "", "29/02/2025": "", "2025-13-01": "", "99999999": "",
		"44769": "", "1.72686E+12": "", "yesterday": "", "12/2025": "", "03/04/2025 - 05/04/2025": "", "12 March or 14 April 2025": "", "1/2/3": "",
		"0000000000": "", "2025-04": "", "9999999999999": "", "10 15 2020 2021": "", "\u0663/\u0664/2025": "",
	} {
		got, ok := Date(in)
		if got != want || ok != (want != "") {
			t.Errorf("Date(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestGuess(t *testing.T) {
	m := Empty()
	with := func(m Mapping, field string, col int) Mapping { m.Set(field, col); return m }
	cases := []struct {
		name   string
		header string
		row    string
		want   Mapping
	}{
		{"polis", "timestamp,datetime,comment-id,author-id,agrees,comment-body", "1658934589213,Wed Jul 27 22:09:49 WIB 2022,35,23,2,More buses",
			with(with(with(m, "words", 5), "date", 0), "id", 2)},
		{"own names", "Strand,Role label,Site,Words,Date said,Language", "lived,carer,Leeds,Too far,03/04/2025,en",
			Mapping{3, None, None, 4, None, 0, 1, 2, 5, None}},
		{"a form", "ID,Start time,Completion time,Your answer", "1,03/04/2025 10:00,03/04/2025 10:05,It was a long way to go",
			with(with(m, "date", 2), "id", 0)},
		{"references", "Title,Authors,Abstract,Published Year,Journal,DOI,Notes,Place", "A,Lee,B,2001,J,10.1/x,n,Leeds",
			with(with(with(m, "title", 0), "abstract", 2), "year", 3)},
		{"years under date", "date,comment", "2001,It rained", with(with(m, "words", 1), "year", 0)},
		{"dates that cannot be read are still dates", "date,comment", "last week,It rained", with(with(m, "words", 1), "date", 0)},
		{"no names known", "x,y", "17,The bus never comes on Sundays", with(m, "words", 1)},
		{"nothing that is words", "x,y", "17,A1", m},
		{"spaces and capitals", " Comment Text ,SITE", "Fine,Leeds", with(with(m, "words", 0), "site", 1)},
	}
	for _, c := range cases {
		if c.name == "a form" {
			c.want.Words = 3
			c.header = strings.Replace(c.header, "Your answer", "Answer", 1)
		}
		sh, _ := Read("", []byte(c.header+"\n"+c.row+"\n"))
		if got := Guess(sh.Header, sh.Rows); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestParseMapping(t *testing.T) {
	header := []string{"Title, Primary", "comment-body", "3", "When"}
	got, err := ParseMapping(header, "words=Comment Body, date=4,title=Title, Primary,id=3")
	want := Empty()
	want.Words, want.Date, want.Title, want.ID = 1, 3, 0, 2
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for spec, say := range map[string]string{"words=nope": `no column "nope"`, "colour=When": `"colour" is not a field`, "words": "is not a field", "date=9": `no column "9"`} {
		if _, err := ParseMapping(header, spec); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v", spec, err)
		}
	}
	for _, f := range Fields() {
		m := Empty()
		if !m.Set(f, 7) || m.Get(f) != 7 {
			t.Errorf("field %s cannot be set", f)
		}
	}
	if m := Empty(); m.Set("colour", 1) || m.Get("colour") != None {
		t.Error("an unknown field was set")
	}
}

func TestHeader(t *testing.T) {
	for in, want := range map[string]bool{
		"words,date": true, "Name,Thing": true, "I like the bus.,2025-04-03": false, "1,2": false, "a,,b": false,
		"The bus never comes on Sundays and we wait": false,
	} {
		if got := HeaderLikely(strings.Split(in, ",")); got != want {
			t.Errorf("HeaderLikely(%q) = %v", in, got)
		}
	}
	sh, _ := Read("", []byte("Too far.\tcarer\nToo late.\tsister\n"))
	sh = sh.WithoutHeader()
	if diff := cmp.Diff([][]string{{"Too far.", "carer"}, {"Too late.", "sister"}}, sh.Rows); diff != "" || sh.Header[1] != "Column 2" || sh.Lines[0] != 1 || sh.Lines[1] != 2 {
		t.Errorf("%+v %s", sh, diff)
	}
}

const shared = "../../../../shared/data"

// Row counts of real sheets; those of the opinions are comments and events.
func TestSharedRows(t *testing.T) {
	if _, err := os.Stat(shared); os.IsNotExist(err) {
		t.Skip("not run: the folder of real sheets, ../shared/data, is not there")
	}
	for name, want := range map[string]struct {
		rows     int
		delim    rune
		problems int
	}{
		"opinions/bg2050-volunteers/comments.csv":                        {371, ',', 0},
		"opinions/bg2050-volunteers/votes.csv":                           {14341, ',', 0},
		"opinions/bg2050-volunteers/participants-votes.csv":              {126, ',', 0},
		"opinions/bg2050-volunteers/summary.csv":                         {8, ',', 0},
		"opinions/london.youth.policing/comments.csv":                    {39, ',', 0},
		"opinions/london.youth.policing/votes.csv":                       {640, ',', 0},
		"opinions/london.youth.policing/participants-votes.csv":          {26, ',', 0},
		"citations/asreview_demo/generic_semicolon.csv":                  {2, ';', 0},
		"citations/asreview_demo/generic_tab.csv":                        {2, '\t', 0},
		"citations/asreview_demo/missing_values.csv":                     {4, ',', 0},
		"citations/citation-file-formatting/CSV/_baseline_embase.csv":    {10, ',', 0},
		"citations/citation-file-formatting/CSV/_baseline_excel.csv":     {10, ';', 0},
		"citations/citation-file-formatting/CSV/_baseline_abstrackr.csv": {11, ',', 5},
		"citations/citation-file-formatting/CSV/_baseline_zotero.csv":    {10, ',', 0},
		"citations/citation-file-formatting/TSV/_baseline_refworks.tsv":  {100, '\t', 0},
		"dedupe/digital_work/records_pre_merged.csv":                     {7159, ',', 0},
		"dedupe/respiratory/merged_record_ids.csv":                       {368, 0, 0},
		"screening/nagtegaal_2019_nudging.csv":                           {2019, ',', 0},
	} {
		b, err := os.ReadFile(filepath.Join(shared, name))
		if err != nil {
			t.Fatal(err)
		}
		sh, told := Read(name, b)
		if len(sh.Rows) != want.rows || sh.Delimiter != want.delim || len(told) != want.problems {
			t.Errorf("%s: %d rows by %q, %v", name, len(sh.Rows), sh.Delimiter, told)
		}
		if !strings.HasSuffix(name, "comments.csv") {
			continue
		}
		m := Guess(sh.Header, sh.Rows)
		if m.Words == None || sh.Header[m.Words] != "comment-body" || m.Date == None || sh.Header[m.Date] != "timestamp" || m.Title != None {
			t.Errorf("%s: guessed %+v", name, m)
			continue
		}
		for i, r := range sh.Rows {
			if day, ok := Date(r[m.Date]); !ok || day < "2022-07-01" || day > "2024-12-31" || strings.TrimSpace(r[m.Words]) == "" {
				t.Errorf("%s, line %d: %q on %q", name, sh.Lines[i], r[m.Words], day)
			}
		}
	}
}

func manyRows(n int) []byte {
	var b strings.Builder
	b.WriteString("id,date,role,comment\r\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%02d/%02d/2025,carer,\"It took %d weeks, and nobody said \"\"sorry\"\".\nThen the phone rang.\"\r\n", i, 1+i%28, 1+i%12, i%30)
	}
	return []byte(b.String())
}

// BenchmarkRead50000 reads a sheet of 50,000 rows with quotes and line ends.
func BenchmarkRead50000(b *testing.B) {
	file := manyRows(50000)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if sh, told := Read("", file); len(sh.Rows) != 50000 || len(told) != 0 {
			b.Fatalf("%d rows, %v", len(sh.Rows), told)
		}
	}
}

// FuzzRead holds what is true of any bytes: nothing panics, every row is as
// wide as the header, lines are real and in order, and every cell is text.
func FuzzRead(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\ny\"\n\"\n2;3"))
	f.Add([]byte("sep=;\na;b\n\"\"\"\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x00"))
	f.Add([]byte("a\tb\r\r\n\x00\t=1+1\xe9"))
	f.Add([]byte("12 March 2025,1658934589213,03/04/2025"))
	f.Fuzz(func(t *testing.T, b []byte) {
		sh, told := Read("x", b)
		lines := strings.Count(string(b), "\n") + strings.Count(string(b), "\r") + 1
		if len(sh.Rows) != len(sh.Lines) {
			t.Fatalf("%d rows, %d lines", len(sh.Rows), len(sh.Lines))
		}
		last := 0
		for i, r := range sh.Rows {
			if len(r) < len(sh.Header) || sh.Lines[i] <= last || sh.Lines[i] > lines {
				t.Fatalf("row %d of %d cells on line %d after %d", i, len(r), sh.Lines[i], last)
			}
			last = sh.Lines[i]
			for _, c := range r {
				if !utf8.ValidString(c) || strings.ContainsAny(c, "\x00\r") {
					t.Fatalf("%q is no text", c)
				}
				if day, ok := Date(c); ok != (len(day) == 10) {
					t.Fatalf("Date(%q) = %q, %v", c, day, ok)
				}
				if g := Guard(c); !strings.HasSuffix(g, c) || len(g) > len(c)+1 {
					t.Fatalf("Guard(%q) = %q", c, g)
				}
			}
		}
		last = 0
		for _, p := range told {
			if p.Line < max(1, last) || p.Line > lines || p.Reason == "" {
				t.Fatalf("problem %+v after line %d of %d", p, last, lines)
			}
			last = p.Line
		}
		m := Guess(sh.Header, sh.Rows)
		for _, field := range Fields() {
			if c := m.Get(field); c < None || c >= len(sh.Header) {
				t.Fatalf("%s in column %d of %d", field, c, len(sh.Header))
			}
		}
		HeaderLikely(sh.Header)
	})
}
