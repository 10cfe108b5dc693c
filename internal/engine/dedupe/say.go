package dedupe

import (
	"strings"
	"unicode"

	"plait/internal/kit/text"
)

// doubt is why two records that are much alike are asked about.
type doubt uint8

const (
	none doubt = iota
	tooLittle
	noTitle
	otherTitle
	likeTitle
	otherNumber
	otherWord
	note
	commonTitle
	otherAuthors
	fewAuthors
	noAuthors
	otherDOI
	conference
	otherPages
	otherVolume
	otherIssue
	otherYear
	otherAbstract
	otherJournal
)

// String is one sentence.
func (d doubt) String() string {
	switch d {
	case tooLittle:
		return "There is too little else to compare."
	case noTitle:
		return "One of them has no title."
	case otherTitle:
		return "The titles are not alike. One may be a translation, or part of the same book."
	case likeTitle:
		return "One title says more than the other."
	case otherNumber:
		return "The numbers in the titles differ. They may be two parts."
	case otherWord:
		return "A word in the titles differs."
	case note:
		return "One may be a correction of the other, or a reply to it."
	case commonTitle:
		return "Many works have a title like this."
	case otherAuthors:
		return "The authors differ."
	case fewAuthors:
		return "Some of the authors differ."
	case noAuthors:
		return "One of them has no authors."
	case otherDOI:
		return "They have two different numbers (DOI or PubMed)."
	case conference:
		return "One may be a talk at a conference, the other the article."
	case otherPages:
		return "The pages differ."
	case otherVolume:
		return "The volume differs."
	case otherIssue:
		return "The issue differs."
	case otherYear:
		return "The year differs."
	case otherAbstract:
		return "The abstracts differ."
	case otherJournal:
		return "The journals differ."
	}
	return ""
}

// reason says why two records are merged or asked about.
func (s *Set) reason(a, b int, band Band) string {
	l := compare(&s.forms[a], &s.forms[b])
	found, d := l.judge(l.weight())
	if band == Ask && found == Same {
		return "They look the same, but another record of the group is not like this one."
	}
	return l.say(found, d)
}

// say puts a judgement in words.
func (l *look) say(band Band, d doubt) string {
	if l.identical {
		return "Everything in them is the same."
	}
	var agree []string
	add := func(ok bool, name string) {
		if ok {
			agree = append(agree, name)
		}
	}
	add(l.title == titleEqual || l.title == titleNear, "title")
	add(l.authors == equal, "authors")
	add(l.year == equal, "year")
	add(l.journal == equal, "journal")
	add(l.volume == equal, "volume")
	add(l.pages == equal, "pages")
	add(l.doi == equal, "DOI")
	add(l.pmid == equal, "PubMed number")
	add(l.abstract == equal, "abstract")
	out := ""
	switch n := len(agree); n {
	case 0:
	case 1:
		out = "The same: " + agree[0] + "."
	default:
		out = "The same: " + strings.Join(agree[:n-1], ", ") + " and " + agree[n-1] + "."
	}
	if band == Ask && d != none {
		out = strings.TrimSpace(out + " " + d.String())
	}
	return out
}

// Judge compares two records by themselves.
func Judge(a, b Record) (band Band, score float64, reason string) {
	x, y := prepare(&a), prepare(&b)
	l := compare(&x, &y)
	score = l.weight()
	band, d := l.judge(score)
	return band, score, l.say(band, d)
}

// Mark is one field of two records side by side.
type Mark struct {
	Field string // title, authors, year, journal, volume, issue, pages, doi, pmid, abstract
	State string // same, alike, differs, or missing in one or both
	// Words of A that B does not have, and the other way: where they begin and end in the
	// text of the field, in bytes. Authors are joined by "; ".
	OnlyA, OnlyB [][2]int
}

// Marks gives every field of two records, with what differs marked, in the order in which
// they are shown.
func Marks(a, b Record) []Mark {
	x, y := prepare(&a), prepare(&b)
	l := compare(&x, &y)
	title := [...]string{"missing", "same", "alike", "alike", "alike", "differs", "differs"}[l.title]
	names := func(r Record) string { return strings.Join(r.Authors, "; ") }
	out := []Mark{
		{Field: "title", State: title}, {Field: "authors", State: l.authors.String()}, {Field: "year", State: l.year.String()},
		{Field: "journal", State: l.journal.String()}, {Field: "volume", State: l.volume.String()}, {Field: "issue", State: l.issue.String()},
		{Field: "pages", State: l.pages.String()}, {Field: "doi", State: l.doi.String()}, {Field: "pmid", State: l.pmid.String()},
		{Field: "abstract", State: l.abstract.String()},
	}
	for i, pair := range [][2]string{{a.Title, b.Title}, {names(a), names(b)}, {}, {a.Journal, b.Journal}, {a.Volume, b.Volume}, {a.Issue, b.Issue}, {a.Pages, b.Pages}, {a.DOI, b.DOI}, {a.PMID, b.PMID}, {a.Abstract, b.Abstract}} {
		if out[i].State != "missing" {
			out[i].OnlyA, out[i].OnlyB = only(pair[0], pair[1]), only(pair[1], pair[0])
		}
	}
	return out
}

// String gives the word of Mark.State.
func (l level) String() string { return [...]string{"missing", "same", "alike", "differs"}[l] }

// only gives the places of the words of a that b does not have as often.
func only(a, b string) [][2]int {
	if a == b {
		return nil
	}
	have := map[string]int{}
	eachWord(b, func(_, _ int, w string) { have[w]++ })
	var out [][2]int
	eachWord(a, func(from, to int, w string) {
		if have[w] > 0 {
			have[w]--
			return
		}
		out = append(out, [2]int{from, to})
	})
	return out
}

// eachWord calls use for each run of letters and digits of s.
func eachWord(s string, use func(from, to int, folded string)) {
	from := -1
	for i, r := range s {
		in := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		switch {
		case in && from < 0:
			from = i
		case !in && from >= 0:
			use(from, i, text.Fold(s[from:i]))
			from = -1
		}
	}
	if from >= 0 {
		use(from, len(s), text.Fold(s[from:]))
	}
}
