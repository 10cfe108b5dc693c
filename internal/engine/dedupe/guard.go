package dedupe

// Where the bands begin.
const (
	sameFrom = 9.0
	askFrom  = 6.5
)

// judge gives the band of two records, and why it is not the surer one.
func (l *look) judge(score float64) (Band, doubt) {
	switch {
	case l.identical:
		return Same, none
	case score < askFrom, l.another():
		return Apart, none
	}
	d := l.titleDoubt()
	if d == none {
		d = l.authorDoubt()
	}
	if d == none {
		d = l.placeDoubt()
	}
	if d == none && !l.agrees() {
		d = tooLittle
	}
	if d == none && score < sameFrom {
		d = tooLittle
	}
	if d != none {
		return Ask, d
	}
	return Same, none
}

// id reports whether a number that stands for one work is the same.
func (l *look) id() bool { return l.doi == equal || l.pmid == equal }

// placed reports whether both stand at the same page of the same volume.
func (l *look) placed() bool {
	return l.pages == equal && (l.volume == equal || l.volume == alike || l.volume == missing && l.year == equal)
}

// alone reports whether only one work can stand there: the pages run from one to another,
// and both ends are the same. Many abstracts of a conference share a page.
func (l *look) alone() bool { return l.placed() && l.ends }

// another reports pairs that agree in much and are different works nearly always, so that
// nobody is asked about them.
func (l *look) another() bool {
	if l.id() || l.abstract == equal {
		return false
	}
	page := l.pages == equal || l.pages == alike
	elsewhere := l.volume == differs || l.issue == differs || l.pages == differs || l.apart > 0
	switch {
	case l.marks && !page: // a correction, a reply
		return true
	case l.numbers && l.pages == differs: // part 1 and part 2
		return true
	case l.generic && elsewhere && !page: // editorials
		return true
	case l.volume == differs && l.issue == differs && l.journal == equal && !page: // a column
		return true
	case l.volume == differs && l.journal != equal && l.journal != missing && !page: // printed in two journals
		return true
	case l.volume == differs && l.apart > 0 && l.pages != equal: // first an abstract, then the paper
		return true
	case l.title >= titleWeak && !l.alone(): // two abstracts of one team on one page
		return true
	}
	return false
}

// titleDoubt holds back pairs whose titles may be those of two works.
func (l *look) titleDoubt() doubt {
	id, placed, text := l.id(), l.placed(), l.abstract == equal
	firm := id || l.alone() || text
	exact := id || l.alone() || text && placed
	switch {
	case l.title == titleMissing:
		return noTitle
	case l.title >= titleWeak:
		return otherTitle // a DOI may be that of the whole book
	case l.title == titleSimilar && !firm, l.title == titleExtended && !firm && !placed:
		return likeTitle // a protocol, a follow-up
	case l.numbers && !exact:
		return otherNumber
	case l.swapped && !exact:
		return otherWord
	case l.marks && !(placed && l.title <= titleNear):
		return note
	case (l.generic || l.content <= 2 || l.notable) && !(id && l.pages != differs) && !(placed && l.authors == equal):
		return commonTitle
	}
	return none
}

// authorDoubt holds back pairs that other people may have written. A DOI alone does not
// outweigh that: DOIs are copied wrongly.
func (l *look) authorDoubt() doubt {
	switch {
	case l.authors == differs && !(l.id() && l.title <= titleNear):
		return otherAuthors
	case l.authors == alike && !l.sure():
		return fewAuthors
	case l.authors == missing && !l.sure():
		return noAuthors
	}
	return none
}

// placeDoubt holds back pairs that stand in two places.
func (l *look) placeDoubt() doubt {
	id, placed, text := l.id(), l.placed(), l.abstract == equal
	switch {
	case l.doi == differs && !placed, l.pmid == differs && !placed:
		return otherDOI
	case l.kinds && !id:
		return conference
	case l.pages == differs && !id && !(text && l.journal == equal && l.volume == equal && l.apart == 0):
		return otherPages
	case l.pages == differs && l.volume == differs && l.title > titleNear:
		return otherPages
	case l.volume == differs && l.pages != equal && !id:
		return otherVolume
	case l.issue == differs && l.pages != equal && l.pages != alike && !id && !text:
		return otherIssue // a column that stands in every issue
	case l.apart > 1 && !id && !placed:
		return otherYear
	case l.abstract == differs && !id && !l.alone():
		return otherAbstract
	case l.journal == differs && !l.sure(), l.journal == alike && l.volume != equal && !l.sure() && l.pages != alike:
		return otherJournal
	}
	return none
}

// sure reports whether something agrees that two works seldom share.
func (l *look) sure() bool { return l.id() || l.placed() || l.abstract == equal }

// agrees reports whether anything agrees beside title and author; for a paper that was
// online before it was in an issue, the journal.
func (l *look) agrees() bool {
	for _, f := range []level{l.year, l.volume, l.pages, l.doi, l.pmid, l.abstract} {
		if f == equal {
			return true
		}
	}
	return l.early && l.journal == equal && !l.event && l.authors == equal && l.content >= 5
}

// contradicts reports whether two members of one group to be cannot be one work.
func (l *look) contradicts() bool {
	if l.identical || l.id() {
		return false
	}
	n := 0
	for _, f := range []level{l.doi, l.pmid, l.pages, l.volume, l.authors} {
		if f == differs {
			n++
		}
	}
	if l.apart > 1 {
		n++
	}
	if l.title >= titleWeak || l.numbers {
		n++
	}
	return n >= 2
}
