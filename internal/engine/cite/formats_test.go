package cite

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// formatSamples has a file of each format, the seeds of the fuzz test.
var formatSamples = map[Format]string{
	WebOfScience:  "\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Lee, J\n   Park, S\nAF Lee, Jo\n   Park, Sam\nTI Help at\n   home\nSO CARE\nLA English\nDT Article\nDE choice; help\nAB Words.\nSN 1234-567X\nJI Care\nPD MAR 8\nPY 2021\nVL 4\nIS 2\nBP 3\nEP 9\nDI 10.5555/Care.1\nUT WOS:1\nCR one\n   two\nER\n\nEF\n",
	EndNoteTagged: "%0 Journal Article\n%T Help at home\n%A Lee, Jo\n%A Park, Sam\n%J Care\n%D 2021\n%V 4\n%N 2\n%P 3-9\n%R 10.5555/Care.1\n%K choice\nhelp\n%X Words.\n\nMore words.\n%@ 1234-567X\n%G English\n%# kept\n\n%0 Book\n%T A book\n%A Lee, Jo\n%S Papers\n%D 2003\n%I Press\n%C Leeds\n",
	EndNoteXML:    `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE xml [<!ENTITY who "us">]><xml><records><record><database path="C:\Users\jo\a.enl">a.enl</database><rec-number>7</rec-number><ref-type name="Journal Article">17</ref-type><contributors><authors><author><style face="normal">Lee, J</style><style face="italic">o</style></author></authors></contributors><titles><title><style>Help &amp; c</style><style face="italic">are &lt;i&gt;at&lt;/i&gt; home by &who;</style></title><secondary-title>Care</secondary-title></titles><periodical><full-title>Care</full-title></periodical><dates><year>2021</year><pub-dates><date>Mar 8</date></pub-dates></dates><caption>Keep</caption><electronic-resource-num>10.5555/Care.1</electronic-resource-num><abstract><![CDATA[p < 0.05]]></abstract></record></records></xml>`,
	BibTeX:        "% a comment\n@string{care = {Care}}\n@comment{@article{no, title={No}}}\n@article{lee,\n  title = \"Help at {H}ome: \\\"Uber \\'{e}t\\'e\" ,\n  author = {Lee, Jo and {Office of Words} and van der Berg, A. AND others},\n  journal = care # { at Home},\n  month = mar, year = 2021, pages = {3--9}, volume=4, number=2,\n  doi = {10.5555/Care.1}, url = {https://example.org/a_b%20c},\n  own = {kept}\n}\n@book(b, title={A}, year=2003)\n",
	BibTXT:        "[lee]\n\ttitle: Help at home\n\tauthor: Jo Lee and Sam Park\n\tyear: 2021\n\ttype: article\n\tjournal: Care\n",
	CSLJSON:       `[{"id":7,"type":"article-journal","title":"Help <i>at</i> home","author":[{"family":"Berg","given":"A.","non-dropping-particle":"van der"},{"literal":"Office, of Words"},{"family":"Plato"}],"issued":{"date-parts":[["2021",3,8]]},"container-title":["Care","C"],"DOI":"10.5555/Care.1","keyword":"choice, help","own":{"a":1},"custom":{"x":"y"}},{"type":"book","title":"B"}]`,
	CSV:           "Title;Authors;Year;Abstract;Included;Exclusion reason;Reviewer;Notes;Own\nHelp at home;Lee, J., Park, S.;2021.0;Words;no;wrong place;Ann;later;1\nTwo;Ann Lee;2003;;yes;;;;2\n",
	TSV:           "PT\tAU\tTI\tSO\tPY\tDI\nJ\tLee, J; Park, S\tHelp at home\tCARE\t2021\t10.5555/Care.1\n",
}

// comesBack checks that records written and read again say the same.
func comesBack(t *testing.T, name string, f File, to Format) {
	t.Helper()
	words, err := Write(to, f.Records)
	if err != nil {
		t.Fatal(err)
	}
	again := Read(name, []byte(words))
	if len(f.Records) == 0 {
		return
	}
	if again.Format != to || len(again.Records) != len(f.Records) {
		t.Fatalf("%s as %s: %s, %d records, want %d", name, to, again.Format, len(again.Records), len(f.Records))
	}
	for i := range f.Records {
		want, got := whole(&f.Records[i]), whole(&again.Records[i])
		if f.Format == BibTeX || f.Format == BibTXT || to == RIS && want.TypeTag == "" {
			want.TypeTag, got.TypeTag = "", ""
		}
		if lost := missing(&want, &got); lost != "" {
			t.Fatalf("%s as %s: record on line %d lost %.300s", name, to, f.Records[i].Line, lost)
		}
	}
}

// One work in every format: the same fields come out.
func TestFormatsAgree(t *testing.T) {
	for format, s := range formatSamples {
		f := Read("", []byte(s))
		if f.Format != format || len(f.Records) == 0 || len(f.Problems) != 0 {
			t.Errorf("%s: read as %s, %d records, %v", format, f.Format, len(f.Records), f.Problems)
			continue
		}
		r := f.Records[0]
		if !strings.HasPrefix(strings.ToLower(r.Title), "help ") || r.Year != 2021 || len(r.Authors) == 0 || r.Authors[0].Family == "" {
			t.Errorf("%s: %+v", format, r)
		}
		if format != CSV && format != BibTXT && r.DOI != "10.5555/care.1" {
			t.Errorf("%s: DOI %q", format, r.DOI)
		}
		for _, to := range []Format{RIS, CSLJSON} {
			comesBack(t, string(format), f, to)
		}
	}
}

func TestReadFields(t *testing.T) {
	one := func(f Format) Record {
		f2 := Read("", []byte(formatSamples[f]))
		if len(f2.Records) == 0 {
			t.Fatalf("%s: no records", f)
		}
		return f2.Records[0]
	}
	ignore := cmpopts.IgnoreFields(Record{}, "Tags", "Line", "Format")
	wos := Record{Type: "article-journal", TypeTag: "Article", ID: "WOS:1", Title: "Help at home", Authors: []Name{{Family: "Lee", Given: "Jo"}, {Family: "Park", Given: "Sam"}},
		Year: 2021, Date: "2021-03-08", Journal: "CARE", JournalAbbr: "Care", Volume: "4", Issue: "2", Pages: "3-9", Abstract: "Words.", Keywords: []string{"choice", "help"},
		Language: "en", DOI: "10.5555/care.1", ISSN: []string{"1234-567X"}, Database: "Web of Science", Accession: "WOS:1"}
	if diff := cmp.Diff(wos, one(WebOfScience), ignore); diff != "" {
		t.Error(diff)
	}
	xml := Record{Type: "article-journal", TypeTag: "Journal Article", ID: "7", Title: "Help & care at home by us", Authors: []Name{{Family: "Lee", Given: "Jo"}},
		Year: 2021, Date: "2021-03-08", Journal: "Care", DOI: "10.5555/care.1", Abstract: "p < 0.05"}
	if diff := cmp.Diff(xml, one(EndNoteXML), ignore); diff != "" {
		t.Error(diff)
	}
	bib := Record{Type: "article-journal", TypeTag: "article", ID: "lee", Title: "Help at Home: Über été", Authors: []Name{{Family: "Lee", Given: "Jo"}, {Literal: "Office of Words"}, {Family: "van der Berg", Given: "A."}},
		Year: 2021, Date: "2021-03", Journal: "Care at Home", Volume: "4", Issue: "2", Pages: "3-9", DOI: "10.5555/care.1", URLs: []string{"https://example.org/a_b%20c"}}
	if diff := cmp.Diff(bib, one(BibTeX), ignore); diff != "" {
		t.Error(diff)
	}
	csl := Record{Type: "article-journal", TypeTag: "article-journal", ID: "7", Title: "Help at home", Authors: []Name{{Family: "van der Berg", Given: "A."}, {Literal: "Office, of Words"}, {Family: "Plato"}},
		Year: 2021, Date: "2021-03-08", Journal: "Care", DOI: "10.5555/care.1", Keywords: []string{"choice", "help"}, More: []Field{{"title", "Help <i>at</i> home"}, {"x", "y"}}}
	if diff := cmp.Diff(csl, one(CSLJSON), ignore); diff != "" {
		t.Error(diff)
	}
	sheet := Record{Type: "document", Title: "Help at home", Authors: []Name{{Family: "Lee", Given: "J."}, {Family: "Park", Given: "S."}}, Year: 2021, Date: "2021", Abstract: "Words",
		Notes: []string{"later"}, Decision: Exclude, Reason: "wrong place", Reviewer: "Ann"}
	if diff := cmp.Diff(sheet, one(CSV), ignore); diff != "" {
		t.Error(diff)
	}
	if got := one(EndNoteTagged); got.Abstract != "Words.\n\nMore words." || len(got.Keywords) != 2 || got.Lookup("%#") != "kept" {
		t.Errorf("%+v", got)
	}
}

func TestDecisions(t *testing.T) {
	f := Read("", []byte("TY  - JOUR\nTI  - A\nN1  - RAYYAN-INCLUSION: {\"Ann\"=>\"Included\", \"Bo\"=>\"Excluded\"} | RAYYAN-LABELS: x | RAYYAN-EXCLUSION-REASONS: wrong age,old\nER  - \nTY  - JOUR\nTI  - B\nN1  - <p>ASReview_irrelevant</p>\nER  - \n"))
	want := []Vote{{"Ann", Include, ""}, {"Bo", Exclude, "wrong age, old"}}
	if r := f.Records[0]; r.Decision != "" || r.Reviewer != "Ann; Bo" || r.Reason != "wrong age, old" || !cmp.Equal(r.Votes, want) || len(r.Notes) != 1 {
		t.Errorf("%+v", r)
	}
	if r := f.Records[1]; r.Decision != Exclude || r.Votes != nil {
		t.Errorf("%+v", r)
	}
}

// What is broken costs no other record, and is told by its line.
func TestBrokenFormats(t *testing.T) {
	for _, c := range []struct {
		in      string
		records int
		line    int
	}{
		{"PT J\nTI A\nPT J\nTI B\nER\nEF\n", 2, 1},
		{"FN Clarivate\nPT J\nTI A\nER\nPT J\nTI Cut o", 2, 5},
		{"@article{a, title={A}}\n@article{b,\n title={B, year=2001\n\n@article{c, title={C}}\n", 3, 2},
		{"@article{a, title={A}}\n@article{b, title={B", 2, 2},
		{`[{"type":"book","title":"A"},` + "\n" + `{"type":"book","title":bad},` + "\n" + `{"type":"book","title":"C"}]`, 2, 2},
		{`[{"type":"book","title":"A"},` + "\n" + `{"type":"book","title":"B`, 1, 2},
		{"<xml><records><record><ref-type>17</ref-type><titles><title>A</title></titles></record>\n<record><titles><title>B</title>\n<record><titles><title>C</title></titles></record></records></xml>", 3, 2},
		{"<xml><records><record><ref-type>17</ref-type><titles><title>A</title></titles></record>\n<record><titles><title>B</ti", 2, 2},
		{"%0 Book\n%T A\n%D soon\n", 1, 3},
		{"title,authors,year\nA,B,2001\nC,D,2002,E,F\nG,H,2003\n", 3, 3},
	} {
		f := Read("", []byte(c.in))
		if len(f.Records) != c.records || len(f.Problems) == 0 || f.Problems[0].Line != c.line {
			t.Errorf("%.40q: %s, %d records, %v; want %d and line %d", c.in, f.Format, len(f.Records), f.Problems, c.records, c.line)
		}
	}
}

// Entities are never fetched, and never grow.
func TestEntities(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString(`<!DOCTYPE xml [<!ENTITY a0 "aaaaaaaaaa">`)
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&bomb, `<!ENTITY a%d "&a%d;&a%d;&a%d;">`, i, i-1, i-1, i-1)
	}
	bomb.WriteString(`<!ENTITY out SYSTEM "file:///etc/passwd">]><xml><records><record><ref-type>17</ref-type><titles><title>&a39; &out; &a0;</title></titles></record></records></xml>`)
	f := Read("", []byte(bomb.String()))
	if len(f.Records) != 1 || f.Records[0].Title != "&a39; &out; aaaaaaaaaa" || len(f.Problems) != 1 {
		t.Errorf("%+v", f)
	}
}

func TestManyAuthors(t *testing.T) {
	var ris, bib strings.Builder
	ris.WriteString("TY  - JOUR\nTI  - A\n")
	bib.WriteString("@article{a, title={A}, author={Family0, Given")
	for i := range 10000 {
		fmt.Fprintf(&ris, "AU  - Family%d, Given\nA1  - Family%d, Given\n", i, i)
		if i > 0 {
			fmt.Fprintf(&bib, " and Family%d, Given", i)
		}
	}
	for _, s := range []string{ris.String() + "ER  - \n", bib.String() + "}}\n"} {
		f := Read("", []byte(s))
		if len(f.Records) != 1 || len(f.Records[0].Authors) != 10000 {
			t.Fatalf("%s: %d authors", f.Format, len(f.Records[0].Authors))
		}
		comesBack(t, "many", f, CSLJSON)
	}
}

func TestReadRows(t *testing.T) {
	f := ReadRows("a.xlsx", [][]string{{"My library"}, {}, {"Title", "Authors", "Year", "Decision"}, {}, {"One", "Lee, Jo", "2001", "maybe"}})
	if len(f.Records) != 1 || f.Records[0].Line != 5 || f.Records[0].Year != 2001 || f.Records[0].Decision != Maybe {
		t.Errorf("%+v", f)
	}
	if f := ReadRows("", [][]string{{"a", "b"}, {"1", "2"}}); len(f.Problems) != 1 || len(f.Records) != 0 {
		t.Errorf("%+v", f)
	}
}

// A record that was changed is written with its changes, and keeps its tags.
func TestWriteChanged(t *testing.T) {
	f := Read("", []byte("TY  - JOUR\nT1  - A\nAU  - Lee, J\nC1  - kept\nXX  - kept too\nER  - \n"))
	f.Records[0].Title, f.Records[0].Decision, f.Records[0].Reason = "B: \nTY  - X", Include, "fits"
	words, err := Write(RIS, f.Records)
	if err != nil {
		t.Fatal(err)
	}
	g := Read("", []byte(words))
	if len(g.Records) != 1 || g.Records[0].Decision != Include || g.Records[0].Reason != "fits" || g.Records[0].Lookup("C1") != "kept" || g.Records[0].Lookup("XX") != "kept too" {
		t.Fatalf("%s\n%+v", words, g)
	}
	if _, err := Write(EndNoteXML, f.Records); err == nil {
		t.Error("a format that cannot be written was")
	}
}

// BibTeX and CSV say again what they can hold.
func TestWriteBibTeXAndCSV(t *testing.T) {
	rec := Record{Type: "article-journal", ID: "a{b", Title: "50 % of “us” & $x_1$ -- {why}", Authors: []Name{{Family: "van der Berg", Given: "A."}, {Literal: "Office and Words"}, {Family: "King", Given: "M", Suffix: "Jr"}},
		Year: 2021, Date: "2021-03-08", Journal: "Care", Volume: "4", Issue: "2", Pages: "3-9", DOI: "10.5555/a_b", Keywords: []string{"one", "two"}, Abstract: "=1+1, \"quoted\"\nnext", URLs: []string{"https://example.org/a_b"}}
	for _, to := range []Format{BibTeX, CSV} {
		words, err := Write(to, []Record{rec, rec})
		if err != nil {
			t.Fatal(err)
		}
		f := Read("", []byte(words))
		if f.Format != to || len(f.Records) != 2 || len(f.Problems) != 0 {
			t.Fatalf("%s\n%+v", words, f)
		}
		want, got := rec, f.Records[0]
		got.TypeTag, got.Tags, got.Line, got.Format, got.More = "", nil, 0, "", nil
		if to == BibTeX {
			want.ID, want.Abstract = "vanderberg2021", strings.ReplaceAll(want.Abstract, "\n", " ")
			if f.Records[1].ID == got.ID {
				t.Error("one key twice")
			}
		} else {
			want.Authors[1] = got.Authors[1] // a sheet cannot say what is literal
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s\n%s", to, diff, words)
		}
	}
}
