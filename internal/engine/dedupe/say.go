package dedupe

import (
	"slices"
	"strings"
)

// Reason is why two records are merged or asked about, for whoever puts it in words: the
// fields that are the same, and what else is to be said, as in "title,authors/pages".
type Reason string

// Notes of a reason beside the doubts.
const (
	everything  = "everything"   // everything in them is the same
	otherMember = "other_member" // another record of the group is not like this one
)

// reasonOf makes a reason.
func reasonOf(agree []string, note string) Reason {
	return Reason(strings.Join(agree, ",") + "/" + note)
}

// Parts gives the fields that are the same, as Mark names them, and a note, one of Notes or
// "". ok is false for what is no reason.
func (r Reason) Parts() (agree []string, note string, ok bool) {
	fields, note, ok := strings.Cut(string(r), "/")
	if fields != "" {
		agree = strings.Split(fields, ",")
	}
	for _, f := range agree {
		ok = ok && slices.Contains(reasonFields(), f)
	}
	return agree, note, ok && (note == "" || slices.Contains(Notes(), note))
}

// Notes is every note that a reason may have.
func Notes() []string {
	out := []string{everything, otherMember}
	for d := tooLittle; d <= otherJournal; d++ {
		out = append(out, d.String())
	}
	return out
}

// reasonFields is every field that a reason may name.
func reasonFields() []string {
	return []string{"title", "authors", "year", "journal", "volume", "pages", "doi", "pmid", "abstract"}
}

// doubt is why two records that are much alike are asked about.
type doubt uint8

const (
	none         doubt = iota
	tooLittle          // there is too little else to compare
	noTitle            // one of them has no title
	otherTitle         // one title may be a translation, or that of a part of the same book
	likeTitle          // one title says more than the other
	otherNumber        // the numbers in the titles differ: they may be two parts
	otherWord          // a word in the titles differs
	note               // one may be a correction of the other, or a reply to it
	commonTitle        // many works have a title like this
	otherAuthors       // the authors differ
	fewAuthors         // some of the authors differ
	noAuthors          // one of them has no authors
	otherDOI           // they have two different numbers, DOI or PubMed
	conference         // one may be a talk at a conference, the other the article
	otherPages
	otherVolume
	otherIssue
	otherYear
	otherAbstract
	otherJournal
)

// String is the note of a reason.
func (d doubt) String() string {
	return [...]string{"", "too_little", "no_title", "titles", "longer_title", "title_numbers", "title_word", "note", "common_title", "authors", "some_authors",
		"no_authors", "numbers", "conference", "pages", "volume", "issue", "year", "abstract", "journal"}[d]
}

// reason says why two records are merged or asked about.
func (s *Set) reason(a, b int, band Band) Reason {
	l := compare(&s.forms[a], &s.forms[b])
	found, d := l.judge(l.weight())
	if band == Ask && found == Same {
		return reasonOf(nil, otherMember)
	}
	return l.say(found, d)
}

// say gives the reason of a judgement.
func (l *look) say(band Band, d doubt) Reason {
	if l.identical {
		return reasonOf(nil, everything)
	}
	same := [...]bool{l.title == titleEqual || l.title == titleNear, l.authors == equal, l.year == equal, l.journal == equal, l.volume == equal, l.pages == equal,
		l.doi == equal, l.pmid == equal, l.abstract == equal}
	var agree []string
	for i, name := range reasonFields() {
		if same[i] {
			agree = append(agree, name)
		}
	}
	if band != Ask {
		d = none
	}
	return reasonOf(agree, d.String())
}

// Judge compares two records by themselves.
func Judge(a, b Record) (band Band, score float64, reason Reason) {
	x, y := prepare(&a), prepare(&b)
	l := compare(&x, &y)
	score = l.weight()
	band, d := l.judge(score)
	return band, score, l.say(band, d)
}
