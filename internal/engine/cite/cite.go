package cite

import (
	"errors"
	"sort"
	"strings"

	"plait/internal/kit/text"
)

// File is what was read from one file.
type File struct {
	Name     string    // as given, for messages; its suffix decides nothing
	Format   Format    // what the content is
	Encoding string    // as package text names it: utf-8, utf-16le, windows-1252 ...
	Records  []Record  // in the order of the file
	Asides   []Aside   // text that stands before, between or after records
	Problems []Problem // by line; empty when nothing was lost or doubtful
}

// Problem is one thing that was lost, or that a person should look at.
type Problem struct {
	Line   int    // counted from 1
	Reason string // one or two plain sentences
}

// Aside is a run of lines that belongs to no record, such as "Record #1 of 2"
// or a search strategy. It is kept and is no problem.
type Aside struct {
	Line int // of its first line
	Text string
}

// Tag is one field as it stands in the file. Value may hold line ends when
// the field ran over several lines of a RIS file; the folded lines of NBIB
// are joined by one space. Name "" is a line that has no tag and no field
// above it to belong to.
type Tag struct {
	Name  string
	Value string
	Line  int
}

// Name is a person's or an organisation's name. Either Literal is set, for an
// organisation or a name that cannot be taken apart safely, or Family is.
type Name struct {
	Family  string `json:"family,omitempty"` // with its particle: "van der Berg"
	Given   string `json:"given,omitempty"`  // full names or initials, as in the file
	Suffix  string `json:"suffix,omitempty"` // Jr, III ...
	Literal string `json:"literal,omitempty"`
	ORCID   string `json:"orcid,omitempty"` // 0000-0000-0000-000X
}

// String gives "Family, Given, Suffix", or the literal name.
func (n Name) String() string {
	if n.Literal != "" {
		return n.Literal
	}
	s := n.Family
	if n.Given != "" {
		s += ", " + n.Given
	}
	if n.Suffix != "" {
		s += ", " + n.Suffix
	}
	return s
}

// Record is one reference. Text fields are "" and lists nil where the file
// says nothing (or only "nan", "N/A" and the like for numbers and dates).
// Titles, abstracts and notes are freed of simple mark-up (<i>, <p>, &amp;).
// The names for JSON are those that the writers use to keep what a format has
// no place for.
type Record struct {
	Format        Format   `json:"-"`        // what Tags are written in
	Line          int      `json:"-"`        // line of its first tag
	Type          string   `json:"type"`     // CSL 1.0.2 item type: article-journal, book, chapter ...; "document" if unknown
	TypeTag       string   `json:"type_tag"` // as in the file: JOUR, "Journal Article"; "" if missing
	ID            string   `json:"id"`       // the file's own key for the record
	Title         string   `json:"title"`
	ShortTitle    string   `json:"short_title"`
	OriginalTitle string   `json:"original_title"` // the title in the work's own language, or the translated one in RIS (TT)
	Authors       []Name   `json:"authors"`
	Editors       []Name   `json:"editors"`      // secondary authors (A2, ED): mostly editors
	Contributors  []Name   `json:"contributors"` // tertiary and other authors (A3, A4, TA)
	Year          int      `json:"year"`         // 1000 to 2100; 0 is unknown
	Date          string   `json:"date"`         // YYYY, YYYY-MM or YYYY-MM-DD; "" is unknown
	Accessed      string   `json:"accessed"`     // same shape
	Journal       string   `json:"journal"`      // the journal, book or proceedings that holds it
	JournalAbbr   string   `json:"journal_abbr"`
	Series        string   `json:"series"`
	Volume        string   `json:"volume"`
	Issue         string   `json:"issue"`
	Pages         string   `json:"pages"` // "12-15", "e123"; an article number where there are no pages
	Edition       string   `json:"edition"`
	Publisher     string   `json:"publisher"`
	Place         string   `json:"place"`
	Abstract      string   `json:"abstract"`
	Keywords      []string `json:"keywords"`
	Language      string   `json:"language"` // BCP 47 tag; "" if not said or not recognised
	DOI           string   `json:"doi"`      // bare and in lower case: 10.1000/xyz
	PMID          string   `json:"pmid"`     // digits
	PMCID         string   `json:"pmcid"`    // PMC and digits
	ISSN          []string `json:"issn"`
	ISBN          []string `json:"isbn"` // 10 or 13 characters, without hyphens
	URLs          []string `json:"urls"` // http, https and ftp only
	Notes         []string `json:"notes"`
	Affiliations  []string `json:"affiliations"`
	Database      string   `json:"database"`
	Accession     string   `json:"accession"`
	Decision      string   `json:"decision"` // what another tool or its people decided: Include, Exclude, Maybe; "" not decided, or not agreed
	Reason        string   `json:"reason"`   // why, in their words; several joined by "; "
	Reviewer      string   `json:"reviewer"` // who; several joined by "; "
	Votes         []Vote   `json:"votes"`    // each decision by itself, when the file says who made it or holds several
	More          []Field  `json:"more"`     // what has no field of its own: CSL variables by their names, tags of other formats as "nbib:GR"
	Tags          []Tag    `json:"-"`        // every tag, in order, known or not
}

// The decisions that tools for screening write, in one form.
const (
	Include = "include"
	Exclude = "exclude"
	Maybe   = "maybe"
)

// Vote is one decision about a record, by one reviewer where the file says so.
type Vote struct {
	Reviewer string `json:"reviewer,omitempty"`
	Decision string `json:"decision,omitempty"` // Include, Exclude, Maybe, or "" when only a reason is given
	Reason   string `json:"reason,omitempty"`
}

// Field is a value with a name.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Empty reports whether the record says nothing that could be shown as a
// reference: no title, no abstract, no author and no note.
func (r *Record) Empty() bool {
	return r.Title == "" && r.Abstract == "" && len(r.Authors) == 0 && len(r.Notes) == 0
}

// Lookup gives the value of the first tag of that name which is not empty.
func (r *Record) Lookup(name string) string {
	for _, t := range r.Tags {
		if t.Name == name && t.Value != "" {
			return t.Value
		}
	}
	return ""
}

// Read reads a file of references. It never fails: a file of another kind, an
// empty one or a broken one comes back with its Problems and what could be
// read. name is used for nothing but File.Name.
func Read(name string, b []byte) File {
	f := File{Name: name, Format: Unknown}
	s, encoding, err := text.Decode(b)
	f.Encoding = encoding
	var damage *text.Damage
	switch {
	case errors.As(err, &damage):
		f.Problems = append(f.Problems, Problem{Line: damage.Line, Reason: damage.Error()})
	case err != nil:
		f.Problems = append(f.Problems, Problem{Line: 1, Reason: "The letters of this file cannot be read."})
		return f
	}
	s = text.Lines(s)
	f.Format = sniff(s, b)
	if f.Format == Unknown {
		f.Problems = []Problem{{Line: 1, Reason: notRead(s, b)}}
		return f
	}
	if text.HasNUL(s) {
		f.Problems = append(f.Problems, nuls(s)...)
		s = strings.ReplaceAll(s, "\x00", "")
	}
	r := &reader{text: s, file: &f}
	r.read()
	if len(f.Records) == 0 && len(f.Problems) == 0 {
		f.Problems = []Problem{{Line: 1, Reason: "No references were found in this file."}}
	}
	sort.SliceStable(f.Problems, func(i, j int) bool { return f.Problems[i].Line < f.Problems[j].Line })
	return f
}

func (r *reader) read() {
	switch r.file.Format {
	case RIS:
		r.ris()
	case NBIB:
		r.nbib()
	case WebOfScience:
		r.wos()
	case EndNoteTagged:
		r.refer()
	case EndNoteXML:
		r.endnoteXML()
	case BibTeX:
		r.bibtex()
	case BibTXT:
		r.bibtxt()
	case CSLJSON:
		r.csl()
	case CSV, TSV:
		r.sheet()
	}
}

// nuls tells every line that holds a NUL.
func nuls(s string) []Problem {
	var out []Problem
	for line, rest := 1, s; rest != ""; line++ {
		one, after, _ := strings.Cut(rest, "\n")
		if text.HasNUL(one) {
			out = append(out, Problem{Line: line, Reason: "This line holds a NUL character, which is not a letter. It was taken out."})
		}
		rest = after
	}
	return out
}

// reader is one pass over one file.
type reader struct {
	text  string
	file  *File
	tags  []Tag // the tags of the record being read
	bank  bank
	names []Name   // scratch of fill
	list  []string // scratch of fill
}

func (r *reader) problem(line int, reason string) {
	r.file.Problems = append(r.file.Problems, Problem{Line: line, Reason: reason})
}

// aside keeps a line that belongs to no record; lines that follow each other
// become one aside.
func (r *reader) aside(line int, s string, joins bool) {
	a := r.file.Asides
	if joins && len(a) > 0 {
		a[len(a)-1].Text += "\n" + s
		return
	}
	r.file.Asides = append(a, Aside{Line: line, Text: s})
}

// bank hands out the small lists of records from large blocks: a file of
// 100,000 records would otherwise ask for a million of them one by one.
type bank struct {
	tags    []Tag
	names   []Name
	strings []string
}

const block = 4096

func keep[T any](from *[]T, list []T) []T {
	if len(list) == 0 {
		return nil
	}
	if len(*from) < len(list) {
		*from = make([]T, max(block, len(list)))
	}
	out := (*from)[:len(list):len(list)]
	*from = (*from)[len(list):]
	copy(out, list)
	return out
}
