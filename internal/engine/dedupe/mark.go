package dedupe

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"plait/internal/kit/text"
)

// States of a field of two records as a person is told of them. They are stricter than what
// two records are judged by: a judgement forgives a year between them or a title with a word
// more, and whoever is asked must see it.
const (
	MarkSame    = "same"    // the same words in the same order; case, accents and punctuation do not count
	MarkNear    = "near"    // nearly the same
	MarkDiffers = "differs" //
	MarkOne     = "one"     // only one of the two has it
	MarkNone    = "none"    // neither has it
)

// Mark is one field of two records side by side.
type Mark struct {
	Field string // title, authors, year, journal, volume, issue, pages, doi, pmid, abstract
	State string // MarkSame and the others
	// Words of A that B does not have, and the other way: where they begin and end in the
	// text of the field, in bytes. Authors are joined by "; ". None where only one has it.
	OnlyA, OnlyB [][2]int
}

// Marks gives every field of two records, with what differs marked, in the order in which
// they are shown.
func Marks(a, b Record) []Mark {
	x, y := prepare(&a), prepare(&b)
	l := compare(&x, &y)
	names := func(r Record) string { return strings.Join(r.Authors, "; ") }
	year := func(r Record) string {
		if r.Year <= 0 {
			return ""
		}
		return strconv.Itoa(r.Year)
	}
	near := func(l level) bool { return l == equal || l == alike }
	var out []Mark
	for _, f := range []struct {
		name, a, b string
		near       bool // where they are not the same
	}{
		{"title", a.Title, b.Title, l.title >= titleEqual && l.title <= titleSimilar}, {"authors", names(a), names(b), l.authors == equal},
		{"year", year(a), year(b), false}, {"journal", a.Journal, b.Journal, l.journal == equal}, {"volume", a.Volume, b.Volume, near(l.volume)},
		{"issue", a.Issue, b.Issue, near(l.issue)}, {"pages", a.Pages, b.Pages, near(l.pages)}, {"doi", a.DOI, b.DOI, l.doi == equal},
		{"pmid", a.PMID, b.PMID, l.pmid == equal}, {"abstract", a.Abstract, b.Abstract, l.abstract == equal},
	} {
		m := Mark{Field: f.name}
		left, right := wordsOf(f.a), wordsOf(f.b)
		switch {
		case len(left)+len(right) == 0:
			m.State = MarkNone
		case len(left) == 0 || len(right) == 0:
			m.State = MarkOne
		case slices.Equal(left, right):
			m.State = MarkSame
		default:
			if m.State = MarkDiffers; f.near {
				m.State = MarkNear
			}
			m.OnlyA, m.OnlyB = only(f.a, f.b), only(f.b, f.a)
		}
		out = append(out, m)
	}
	return out
}

// wordsOf is the runs of letters and digits of s, folded.
func wordsOf(s string) (out []string) {
	eachWord(s, func(_, _ int, w string) { out = append(out, w) })
	return out
}

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
