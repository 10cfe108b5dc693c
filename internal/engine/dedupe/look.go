package dedupe

import "math/bits"

// level is how far two values of a field agree.
type level uint8

const (
	missing level = iota // in one of the two, or both
	equal
	alike
	differs
)

// String names the level.
func (l level) String() string { return [...]string{"missing", "same", "alike", "differs"}[l] }

// titles is how far two titles agree.
type titles uint8

const (
	titleMissing titles = iota
	titleEqual
	titleNear     // spelling only
	titleExtended // one goes on after the other ends: a subtitle
	titleSimilar
	titleWeak
	titleDiffers
)

// look is a comparison of two forms, field by field.
type look struct {
	title     titles
	swapped   bool // a word of meaning stands where another one stands
	numbers   bool // the titles' numbers differ
	authors   level
	first     bool // the first authors agree
	shared    int  // authors in common
	shorter   int  // authors of the shorter list
	year      level
	apart     int // years between them
	journal   level
	kinds     bool // one is in a journal, the other at a conference
	event     bool // one is at a conference
	early     bool // one is in a volume, the other in none yet
	volume    level
	issue     level
	pages     level
	ends      bool // first and last page are the same, and more than one
	doi       level
	pmid      level
	abstract  level
	words     float64 // resemblance of the abstracts
	marks     bool    // one is a note on another work: an erratum, a reply
	notable   bool    // both are notes
	generic   bool    // the title stands over many works
	content   int     // words of meaning in the shorter title
	versions  bool    // one DOI is that of a preprint, and the other not
	identical bool    // everything that is compared is equal
}

// hopeless reports, without a full comparison, that two records are apart: hardly a word of
// their titles is the same, and nothing else says that they are one work.
func hopeless(a, b *form) bool {
	x, y := &a.title, &b.title
	if a.pages.first != "" && a.pages.first == b.pages.first || a.doi != "" && a.doi == b.doi || a.pmid != "" && a.pmid == b.pmid {
		return false
	}
	both, inX, inY := 0, 0, 0
	for i := range x.bits {
		both += bits.OnesCount64(x.bits[i] & y.bits[i])
		inX += bits.OnesCount64(x.bits[i])
		inY += bits.OnesCount64(y.bits[i])
	}
	if 10*both >= 3*min(inX, inY) {
		return false
	}
	const end = 10
	if c, d := x.compact, y.compact; len(c) < end || len(d) < end || c[:end] == d[:end] || c[len(c)-end:] == d[len(d)-end:] {
		return false
	}
	share, ok := resemblance(a.abstract, b.abstract)
	return !ok || share < sameText
}

// sameText is the least resemblance of two abstracts that are the same.
const sameText = .6

// compare looks at two forms. It does not matter which comes first.
func compare(a, b *form) look {
	if a.whole > b.whole {
		a, b = b, a
	}
	l := look{identical: a.whole == b.whole}
	compareTitles(&l, &a.title, &b.title)
	compareNames(&l, a.names, b.names)
	l.year = missing
	if a.year > 0 && b.year > 0 {
		l.apart = max(a.year-b.year, b.year-a.year)
		switch l.apart {
		case 0:
			l.year = equal
		case 1:
			l.year = alike
		default:
			l.year = differs
		}
	}
	l.journal = compareJournals(a.journal, b.journal)
	l.kinds = a.journal.event && b.journal.serial && !b.journal.event || b.journal.event && a.journal.serial && !a.journal.event
	l.event = a.journal.event || b.journal.event
	l.early = (a.volume == "") != (b.volume == "")
	l.volume = compareVolumes(a.volume, b.volume)
	l.issue = compareIssues(a.issue, b.issue)
	l.pages = comparePages(a, b)
	l.ends = l.pages == equal && a.pages.last != "" && a.pages.last == b.pages.last
	if a.doi != "" && b.doi != "" {
		l.doi = differs
		if a.doi == b.doi {
			l.doi = equal
		}
	}
	l.versions = l.doi == differs && preprint(a.doiFull) != preprint(b.doiFull)
	if a.pmid != "" && b.pmid != "" {
		l.pmid = differs
		if a.pmid == b.pmid {
			l.pmid = equal
		}
	}
	if share, ok := resemblance(a.abstract, b.abstract); ok {
		l.words = share
		switch {
		case share >= sameText:
			l.abstract = equal
		case share >= .25:
			l.abstract = alike
		default:
			l.abstract = differs
		}
	}
	return l
}

func compareTitles(l *look, a, b *title) {
	l.content = min(a.content, b.content)
	l.generic = a.generic || b.generic
	l.marks = a.mark != b.mark
	l.notable = a.mark != article && b.mark != article
	if a.compact == "" || b.compact == "" {
		return
	}
	l.numbers = a.numbers != b.numbers
	if a.compact == b.compact {
		l.title, l.numbers = titleEqual, false
		return
	}
	short, long := a, b
	if len(short.compact) > len(long.compact) {
		short, long = b, a
	}
	most := len(long.compact) * 15 / 100
	d := most + 1
	if len(long.compact)-len(short.compact) <= most {
		d = distance(short.compact, long.compact, most)
	}
	onlyShort, onlyLong, common := wordsApart(short.words, long.words)
	all := onlyShort + onlyLong + common
	l.swapped = onlyShort > 0 && onlyLong > 0
	switch {
	case d <= max(1, len(long.compact)/25), all > 0 && common*20 >= all*19:
		l.title = titleNear
	case short.content >= 2 && onlyShort == 0 && len(short.words) > 2 && (hasRun(long.words, short.words)):
		l.title = titleExtended
	case d <= most, common*4 >= all*3:
		l.title = titleSimilar
	case common*2 >= all:
		l.title = titleWeak
	default:
		l.title = titleDiffers
	}
}

// hasRun reports whether long begins or ends with the words of short.
func hasRun(long, short []string) bool {
	head, tail := true, true
	off := len(long) - len(short)
	if off < 0 {
		return false
	}
	for i, w := range short {
		head = head && sameWord(w, long[i])
		tail = tail && sameWord(w, long[off+i])
	}
	return head || tail
}

// wordsApart counts the words of meaning that stand in one title only, and in both. Words
// that differ in a letter, or of which one begins the other, are the same word; so are two
// that the other title writes as one.
func wordsApart(a, b []string) (onlyA, onlyB, both int) {
	var used [64]bool
	for _, x := range a {
		found := false
		for j, y := range b {
			if j < len(used) && !used[j] && x == y {
				used[j], found = true, true
				break
			}
		}
		if !found {
			for j, y := range b {
				if j < len(used) && !used[j] && similarWord(x, y) {
					used[j], found = true, true
					break
				}
			}
		}
		if small(x) {
			continue
		}
		if found {
			both++
		} else {
			onlyA++
		}
	}
	for j, y := range b {
		if (j >= len(used) || !used[j]) && !small(y) {
			onlyB++
		}
	}
	return onlyA, onlyB, both
}

func similarWord(a, b string) bool {
	if len(a) < 4 || len(b) < 4 {
		return false
	}
	if len(a) < 6 || len(b) < 6 {
		return a[0] == b[0] && distance(a, b, 1) <= 1 && a[:3] == b[:3]
	}
	if a[:4] == b[:4] && (len(a)-len(b) <= 2 && len(b)-len(a) <= 2) {
		return distance(a, b, 2) <= 2
	}
	return distance(a, b, 1) <= 1
}

func compareNames(l *look, a, b []name) {
	if len(a) == 0 || len(b) == 0 {
		return
	}
	l.first = alikeNames(a[0], b[0])
	if len(a) > len(b) {
		a, b = b, a
	}
	var used [mostNames]bool
	for _, x := range a {
		for j, y := range b {
			if !used[j] && alikeNames(x, y) {
				used[j] = true
				l.shared++
				break
			}
		}
	}
	l.shorter = len(a)
	switch {
	case l.first && l.shared*5 >= len(a)*3, l.shared == len(a) && len(a) > 1:
		l.authors = equal
	case l.first, l.shared*5 >= len(a)*2:
		l.authors = alike
	default:
		l.authors = differs
	}
}
