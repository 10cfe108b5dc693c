package cite

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plait/internal/kit/text"
)

func readTestdata(t *testing.T, name string) File {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return Read(name, b)
}

func TestReadRISFlavours(t *testing.T) {
	f := readTestdata(t, "flavours.ris")
	if f.Format != RIS || f.Encoding != text.UTF8 {
		t.Fatalf("%s, %s", f.Format, f.Encoding)
	}
	want := []Record{
		{
			Line: 6, Type: "article-journal", TypeTag: "JOUR", ID: "care-1",
			Title:   "Who decides at home? A study of everyday choices & help",
			Authors: []Name{{Family: "Okafor", Given: "Ngozi"}, {Family: "van der Berg", Given: "A. B.", Suffix: "Jr."}, {Family: "Liu", Given: "R."}, {Literal: "Office of Invented Statistics"}},
			Year:    2021, Date: "2021-03-09", Journal: "Journal of Invented Care", JournalAbbr: "J. Inv. Care",
			Volume: "12", Issue: "3", Pages: "101-109", Abstract: "Background: we asked\nforty people.\nResults: they told us.",
			Keywords: []string{"home care", "choice", "carers", "siblings"}, Language: "en",
			DOI: "10.5555/care.1(2021)", PMID: "12345678", ISSN: []string{"1234-567X"}, ISBN: []string{"9780000000002"},
			URLs:  []string{"https://example.org/a", "https://example.org/b", "https://pubmed.ncbi.nlm.nih.gov/12345678/"},
			Notes: []string{"Read twice. Keep."},
		},
		{
			Line: 39, Type: "chapter", TypeTag: "CHAP", Title: "A chapter of a book", Authors: []Name{{Family: "Lee", Given: "Jo"}},
			Editors: []Name{{Family: "Park", Given: "Sam"}}, Journal: "The whole book", Place: "Leeds", Publisher: "Invented Press",
		},
		{
			Line: 49, Type: "book", TypeTag: "BOOK", Title: "A book by its book title", Series: "Papers on care, 4",
			Authors: []Name{{Literal: "Smith"}}, Year: 2003, Date: "2003",
		},
		{
			Line: 56, Type: "article-journal", TypeTag: "JOUR", Title: "A year that is none",
			Authors: []Name{{Family: "Patel", Given: "A"}, {Family: "Jones", Given: "B"}},
		},
		{Line: 61, Type: "article-journal", TypeTag: "JOUR", Title: "Month on another line", Year: 2018, Date: "2018-09"},
		{Line: 68, Type: "article-journal", TypeTag: "JOUR", Title: "Online first in one year, printed in the next", Year: 2020, Date: "2020", Pages: "e77"},
	}
	if diff := cmp.Diff(want, f.Records, cmpopts.IgnoreFields(Record{}, "Tags", "Format")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Problem{{59, "The year “10 15” cannot be read. The record is kept with no year."}}, f.Problems); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Aside{{1, "Record #1 of 9\nProvider: An invented library\nContent: text/plain; charset=\"UTF-8\""}, {5, "1."}, {38, "2."}}, f.Asides); diff != "" {
		t.Error(diff)
	}
	// What nobody knows, and what stands after the end, stays with its record.
	r := f.Records[0]
	if got := r.Lookup("XX"); got != "a tag that nobody knows" {
		t.Errorf("unknown tag: %q", got)
	}
	if got := r.Lookup("C1"); got != "written after the end" {
		t.Errorf("tag after ER: %q", got)
	}
	if last := r.Tags[len(r.Tags)-1]; last.Line != 37 {
		t.Errorf("tag after ER is on line %d, want 37", last.Line)
	}
	if got := r.Lookup("N2"); got != "Background: we asked\nforty people.\n   Results: they told us." {
		t.Errorf("a tag's own value: %q", got)
	}
}

// Whatever ends lines and whatever encoding, the same records come back.
func TestReadRISLineEndsAndEncodings(t *testing.T) {
	b, err := os.ReadFile("testdata/flavours.ris")
	if err != nil {
		t.Fatal(err)
	}
	want := Read("", b)
	s := string(b)
	wide := []byte{0xFF, 0xFE}
	for _, r := range s {
		if r > 0xFFFF {
			t.Fatal("a letter that needs two units")
		}
		wide = append(wide, byte(r), byte(r>>8))
	}
	for name, in := range map[string][]byte{
		"CRLF":       []byte(strings.ReplaceAll(s, "\n", "\r\n")),
		"CR":         []byte(strings.ReplaceAll(s, "\n", "\r")),
		"with mark":  []byte("\ufeff" + s),
		"UTF-16":     wide,
		"no spaces":  []byte(strings.ReplaceAll(s, " \n", "\n")),
		"indented":   []byte(strings.NewReplacer("\nTY  - ", "\n TY  - ", "\nER  -", "\n ER  -").Replace(s)),
		"tab for sp": []byte(strings.NewReplacer("\nVL  - ", "\nVL\t- ", "\nTY  - ", "\nTY \t- ").Replace(s)),
		"long dash":  []byte(strings.NewReplacer("\nVL  - ", "\nVL  – ", "\nTY  - ", "\nTY  – ").Replace(s)),
		"nbsp":       []byte(strings.ReplaceAll(s, "\nTY  - ", "\nTY\u00a0\u00a0- ")),
	} {
		t.Run(name, func(t *testing.T) {
			got := Read("", in)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(File{}, "Encoding")); diff != "" {
				t.Error(diff)
			}
		})
	}
	// Two files joined: a byte-order mark in the middle, and joined records.
	if got := Read("", []byte("\ufeffTY  - JOUR\nTI  - A\nER  -\n\ufeffTY  - JOUR\nTI  - B\nER  -\n")); len(got.Records) != 2 || len(got.Problems) != 0 || got.Records[1].Title != "B" {
		t.Errorf("joined files: %+v", got)
	}
	// One space before the dash, all through.
	one := Read("", []byte("TY - JOUR\nTI - One space\nXX - unknown\nAB - Text\nAI - driven\nPY - 2001\nER -\n"))
	if len(one.Records) != 1 || one.Records[0].Title != "One space" || one.Records[0].Year != 2001 || one.Records[0].Lookup("XX") != "unknown" {
		t.Errorf("one space: %+v", one)
	}
	// In a file with two spaces, a line of an abstract keeps its dash.
	two := Read("", []byte("TY  - JOUR\nAB  - Helped by\nAI - driven tools\nER  -\n"))
	if got := two.Records[0].Abstract; got != "Helped by\nAI - driven tools" {
		t.Errorf("abstract: %q", got)
	}
}

func TestReadBroken(t *testing.T) {
	f := readTestdata(t, "broken.ris")
	var titles []string
	for _, r := range f.Records {
		titles = append(titles, r.Title)
	}
	want := []string{"First and whole", "No end line", "A later title", "No start line", "A NUL here", "Last and whole"}
	if diff := cmp.Diff(want, titles); diff != "" {
		t.Error(diff)
	}
	problems := []Problem{
		{5, "This record has no end line (ER). It was kept. Check that nothing is missing."},
		{10, "This line has no tag, so it is in no field of the record."},
		{15, "This record has no start line (TY). It was kept, but what kind of work it is stays unknown."},
		{23, "This line holds a NUL character, which is not a letter. It was taken out."},
		{29, "This line starts like the tag TI but has no dash. It was read as part of the field above."},
	}
	if diff := cmp.Diff(problems, f.Problems); diff != "" {
		t.Error(diff)
	}
	if got := f.Records[2].Tags[1]; got != (Tag{"", "TI  Words without their dash", 10}) {
		t.Errorf("the line without a tag was not kept: %+v", got)
	}
	if f.Records[3].TypeTag != "" || f.Records[3].Lookup("TX") != "JOUR" {
		t.Errorf("record without TY: %+v", f.Records[3])
	}
	if diff := cmp.Diff([]Aside{{20, "$$$ torn ### bytes"}}, f.Asides); diff != "" {
		t.Error(diff)
	}
}

func TestReadTruncated(t *testing.T) {
	f := Read("", []byte("TY  - JOUR\nTI  - A\nER  -\nTY  - JOUR\nTI  - Cut off in the mid"))
	if len(f.Records) != 2 || len(f.Problems) != 1 || f.Problems[0].Line != 4 {
		t.Errorf("%+v", f)
	}
	lines := Read("", []byte("C1  - lost\nTY  - JOUR\nTI  - A\nER  -\n"))
	if len(lines.Records) != 1 || len(lines.Problems) != 1 || lines.Problems[0].Line != 1 || len(lines.Asides) != 1 {
		t.Errorf("tags before the first record: %+v", lines)
	}
	bad := Read("", []byte("TY  - JOUR\nTI  - Chlo\xc3\xab, Zo\xc3\xab\nAU  - M\xfcller, A\nER  -\n"))
	if len(bad.Problems) != 1 || bad.Problems[0].Line != 3 || bad.Records[0].Authors[0].Family != "Müller" || bad.Records[0].Title != "Chloë, Zoë" {
		t.Errorf("damaged UTF-8: %+v", bad)
	}
	empty := Read("", []byte("TY  - JOUR\nER  -\n"))
	if len(empty.Records) != 1 || !empty.Records[0].Empty() {
		t.Errorf("a record that says nothing: %+v", empty)
	}
}

func TestReadNBIB(t *testing.T) {
	f := readTestdata(t, "pubmed.txt")
	if f.Format != NBIB {
		t.Fatal(f.Format)
	}
	want := []Record{
		{
			Line: 2, Type: "article-journal", TypeTag: "Journal Article", ID: "90000001", PMID: "90000001",
			Title: "Help that comes on time: what families in five towns told us", OriginalTitle: "Hilfe zur rechten Zeit",
			Authors: []Name{{Family: "Müller", Given: "Zoë", ORCID: "0000-0002-1825-009X"}, {Family: "Brown", Given: "John", Suffix: "3rd"}, {Literal: "The Five Towns Group"}},
			Year:    2022, Date: "2022-03", Journal: "Journal of invented families", JournalAbbr: "J Inv Fam", Volume: "7", Issue: "2", Pages: "11-9",
			Abstract: "We asked families in five towns & wrote down what they said.", Keywords: []string{"Family", "help"}, Language: "de",
			DOI: "10.5555/fam.22", PMCID: "PMC9000001", ISSN: []string{"1234-5678"}, Affiliations: []string{"House of Invented Care, Town."},
		},
		{Line: 34, Type: "article-journal", ID: "9x", Title: "A number that is none", Authors: []Name{{Family: "Smith", Given: "AB"}}},
		{Line: 39, Type: "article-journal", Title: "The start line is gone", Authors: []Name{{Family: "Jones", Given: "CD"}}, Year: 2023, Date: "2023-01-05"},
		{Line: 43, Type: "book", TypeTag: "Book", ID: "90000003", PMID: "90000003", Title: "A whole book", Editors: []Name{{Family: "Lee", Given: "Jo"}}, Year: 2019, Date: "2019"},
	}
	if diff := cmp.Diff(want, f.Records, cmpopts.IgnoreFields(Record{}, "Tags", "Format")); diff != "" {
		t.Error(diff)
	}
	problems := []Problem{
		{34, "The PubMed number “9x” is not a number."},
		{36, "The year “soon” cannot be read. The record is kept with no year."},
		{39, "This record has no start line (PMID). It was kept, but its PubMed number is unknown."},
		{48, "This line has no tag. It was read as part of the field above."},
	}
	if diff := cmp.Diff(problems, f.Problems); diff != "" {
		t.Error(diff)
	}
	if got := f.Records[0].Lookup("SO"); got != "J Inv Fam. 2022." {
		t.Errorf("unread field: %q", got)
	}
}

func TestSniff(t *testing.T) {
	for in, want := range map[string]Format{
		"":                             Unknown,
		"\ufeff\n\n":                   Unknown,
		"Dear all,\nsee you on Monday": Unknown,
		"\n\n1.\nTY  - JOUR\nER  -\n":  RIS,
		"TX  - JOUR\nTI  - A\nER  -\n": RIS,
		"\nPMID- 1\nTI  - A\n":         NBIB,
		"FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU A\nER\n":                                WebOfScience,
		"PT J\nAU Lee, J\nTI A\nER\n\nEF\n":                                                              WebOfScience,
		"%0 Journal Article\n%T A\n%A Lee\n":                                                             EndNoteTagged,
		`<?xml version="1.0"?><xml><records><record><rec-number>1</rec-number></record></records></xml>`: EndNoteXML,
		"% a comment\n@article{a,\n title = {A}}\n":                                                      BibTeX,
		`[{"id":"a","type":"book","title":"A"}]`:                                                         CSLJSON,
		`{"a": 1}`:                                                                                       Unknown,
		"<html><body>Hello</body></html>":                                                                Unknown,
		"title,year\nA,2001\nB,2002\n":                                                                   CSV,
		"title;year\nA;2001\nB;2002\n":                                                                   CSV,
		"title\tyear\nA\t2001\nB\t2002\n":                                                                TSV,
		"%PDF-1.7\nTY  - JOUR\n":                                                                         Unknown,
		"PK\x03\x04TY  - JOUR\n":                                                                         Unknown,
	} {
		if got := Sniff([]byte(in)); got != want {
			t.Errorf("Sniff(%.30q) = %s, want %s", in, got, want)
		}
		f := Read("a.ris", []byte(in))
		if f.Format != want || (want != Unknown) != (len(f.Records) > 0) || want == Unknown && len(f.Problems) != 1 {
			t.Errorf("Read(%.30q): %s, %d records, %v", in, f.Format, len(f.Records), f.Problems)
		}
	}
}

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"2019": "2019", "2019/05/12/": "2019-05-12", "2019///": "2019", "2019/05//undefined": "2019-05", "2020///nan": "2020",
		"2019-05-12": "2019-05-12", "20190512": "2019-05-12", "2019 May 12": "2019-05-12", "2020 Jan-Feb": "2020-01", "May 2019": "2019-05",
		"12 Sept 2019": "2019-09-12", "c2003": "2003", "[2003]": "2003", "2019a": "2019", "1998-2001": "1998", "12/05/2019": "2019",
		"2019/02/31": "2019-02", "Spring 2019": "2019", "20191399": "faulty", "10 15": "faulty", "0000": "faulty", "9999": "faulty", "soon": "faulty",
		"": "", "n.d.": "", "In press": "", "nan": "", "//": "", "SEP": "month 9", "AUG 14": "month 8",
	} {
		d := parseDate(in)
		got := d.String()
		if d.faulty() {
			got = "faulty"
		} else if d.year == 0 && d.month > 0 {
			got = "month " + string(rune('0'+d.month))
		}
		if got != want {
			t.Errorf("parseDate(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseName(t *testing.T) {
	for in, want := range map[string]Name{
		"Marx, Karl":                 {Family: "Marx", Given: "Karl"},
		"Shannon,Claude E.":          {Family: "Shannon", Given: "Claude E."},
		"King, Martin Luther, Jr.":   {Family: "King", Given: "Martin Luther", Suffix: "Jr."},
		"King, Jr., Martin Luther":   {Family: "King", Given: "Martin Luther", Suffix: "Jr."},
		"Brown, John 3rd":            {Family: "Brown", Given: "John", Suffix: "3rd"},
		"de la Cruz J.-P.":           {Family: "de la Cruz", Given: "J.-P."},
		"Griffin DK":                 {Family: "Griffin", Given: "DK"},
		"Álvarez Á.":                 {Family: "Álvarez", Given: "Á."},
		"Dobrokhotova Yu. E.":        {Family: "Dobrokhotova", Given: "Yu. E."},
		"Joint Commission":           {Literal: "Joint Commission"},
		"World Health Organization,": {Literal: "World Health Organization"},
		"et al.":                     {},
		"N/A":                        {},
		" , ":                        {},
	} {
		if got := parseName(in); got != want {
			t.Errorf("parseName(%q) = %+v, want %+v", in, got, want)
		}
	}
	if got := (Name{Family: "King", Given: "M L", Suffix: "Jr"}).String(); got != "King, M L, Jr" {
		t.Error(got)
	}
}

func TestFindDOI(t *testing.T) {
	for in, want := range map[string]string{
		"10.1000/ABC.def":     "10.1000/abc.def",
		"doi: 10.1000/a(b)c.": "10.1000/a(b)c",
		"(10.1000/abc)":       "10.1000/abc",
		"http://dx.doi.org/10.1177/2325967120950040":     "10.1177/2325967120950040",
		"https://doi.org/10.1016%2Fj.x.2019.1":           "10.1016/j.x.2019.1",
		"https://example.org/doi/10.1111/add.1/full?x":   "10.1111/add.1",
		"10.1038/s41467-024-48400-3     LK  - https://x": "10.1038/s41467-024-48400-3",
		"10.5555/s0000(22)1 [doi]":                       "10.5555/s0000(22)1",
		"10.1002/(sici)1097<1::aid>3.0.co;2-x":           "10.1002/(sici)1097",
		"10.1":                                           "", "DOI": "", "10.abc/d": "", "10.1000/": "", "10.5": "",
	} {
		if got := findDOI(in); got != want {
			t.Errorf("findDOI(%q) = %q, want %q", in, got, want)
		}
	}
	// The works that a record cites do not lend it their DOI.
	f := Read("", []byte("TY  - JOUR\nTI  - A\nN1  - References: Lee (2001) doi:10.1000/other\nLK  - https://example.org/10.1000/other\nER  -\n"))
	if got := f.Records[0].DOI; got != "" {
		t.Errorf("DOI of another work: %q", got)
	}
}

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"a <i>b</i> c":                     "a b c",
		"p < 0.05 and q > 3":               "p < 0.05 and q > 3",
		"<p>One</p><p>two</p>":             "One two",
		"H<sub>2</sub>O":                   "H2O",
		`<span class="x">a</span>`:         "a",
		"<b and c>":                        "<b and c>",
		"R&D &amp; AT&T &#8211; &lt;i&gt;": "R&D & AT&T – <i>",
		"<script>x</script>":               "<script>x</script>",
	} {
		if got := plainText(in); got != want {
			t.Errorf("plainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	for in, want := range map[string]string{
		"English": "en", "eng": "en", "EN": "en", "en-gb": "en-GB", "en_US": "en-US", "Welsh": "cy", "cym": "cy", "Scottish Gaelic": "gd",
		"ger": "de", "English; Spanish": "en", "Spanish, English": "es", "": "", "Klingon": "", "xx": "", "|": "", "zz-ZZ": "",
	} {
		if got := language(in); got != want {
			t.Errorf("language(%q) = %q, want %q", in, got, want)
		}
	}
}
