package dedupe

import (
	"strconv"
	"strings"
	"unicode"
)

// Record is one reference as it is compared. Fields that are not known are "" or 0; words
// such as UNKNOWN, N/A and nan are taken as not known.
type Record struct {
	ID       string // of the caller; not compared
	Source   string // the file or database it came from; not compared
	Title    string
	Authors  []string // one name each, in any order of family and given name
	Year     int
	Journal  string // journal, book or proceedings that holds it
	Volume   string
	Issue    string
	Pages    string // "12-15", "e123", an article number
	DOI      string // with or without https://doi.org/
	PMID     string
	Abstract string
}

// form is a record made ready for comparing.
type form struct {
	title    title
	names    []name
	year     int
	journal  journal
	volume   string
	issue    string
	pages    pages
	doi      string // bare, lower case, without its version
	doiFull  string // with its version
	pmid     string
	abstract sketch
	whole    uint64 // of everything that is compared; equal records have equal ones
}

// prepare makes the form of a record.
func prepare(r *Record) form {
	f := form{year: r.Year, pmid: digits(r.PMID)}
	f.volume, f.issue = volume(known(r.Volume)), number(known(r.Issue))
	if f.volume == strconv.Itoa(f.year) {
		f.volume = "" // for want of a volume
	}
	f.pages = readPages(known(r.Pages))
	f.journal = readJournal(known(r.Journal))
	f.title = readTitle(known(r.Title), f.journal)
	f.names = readNames(r.Authors)
	f.doiFull = bareDOI(known(r.DOI))
	f.doi = baseDOI(f.doiFull)
	if f.doi == "" {
		f.doi = cochraneDOI(f.pages)
	}
	f.abstract = makeSketch(known(r.Abstract))
	h := newHash()
	h.word(f.title.compact)
	for _, n := range f.names {
		h.word(strings.Join(n.words, " "))
	}
	h.word(f.journal.folded)
	h.word(f.volume)
	h.word(f.issue)
	h.word(f.pages.folded)
	h.word(f.doiFull)
	h.word(f.pmid)
	h.number(uint64(f.year))
	for _, x := range f.abstract.least {
		h.number(uint64(x))
	}
	f.whole = h.sum
	return f
}

// known gives s, or "" for the words by which programs say that there is nothing.
func known(s string) string {
	s = strings.TrimSpace(s)
	switch strings.ToLower(strings.Trim(s, "[]().- ")) {
	case "", "unknown", "n/a", "na", "nan", "none", "null", "no title", "not available", "anonymous", "anon",
		"no pagination", "no page", "no pages", "no page numbers", "undefined", "untitled", "no author", "no authors", "no authors listed", "no author listed":
		return ""
	}
	return s
}

// digits gives the digits of s without leading zeros.
func digits(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	return strings.TrimLeft(s, "0")
}

// hash is FNV-1a of 64 bits with a last mix, so that keys are the same in every run.
type hash struct{ sum uint64 }

func newHash() hash { return hash{14695981039346656037} }

func (h *hash) word(s string) {
	for i := 0; i < len(s); i++ {
		h.sum = (h.sum ^ uint64(s[i])) * 1099511628211
	}
	h.sum = (h.sum ^ 0xff) * 1099511628211
}

func (h *hash) number(n uint64) { h.sum = mix(h.sum ^ mix(n)) }

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func hashOf(s string) uint64 {
	h := newHash()
	h.word(s)
	return mix(h.sum)
}

// words cuts a folded text at everything that is no letter, digit or mark.
func words(folded string) []string {
	return strings.FieldsFunc(folded, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// empty reports whether a form says nothing by which it could be another's copy.
func (f *form) empty() bool { return f.title.compact == "" && f.doi == "" && f.pmid == "" }
