package cite

import (
	"strings"

	"plait/internal/kit/text"
)

// risHeld is what fillRIS sees on its way and weighs at the end, because
// which tag holds what depends on the others.
type risHeld struct {
	ti, t1, ct, bt, t2, t3     string
	jf, jo, ja, j2, ji, j9     string
	ab, n2, sp, ep, c7, m3, l3 string
	c2, c3, c5, dp             string
	py, da                     date
	authorTag                  string
	badLine                    int
	badTag, badValue           string
	noteDOI, linkDOI           string
	beyond                     string // what Write put where RIS has no place for it
	decided                    bool   // a note says what another tool decided
	others                     bool   // there are names that are not authors
}

// fillRIS decodes the tags of a RIS record into its fields.
func (r *reader) fillRIS(rec *Record) {
	var h risHeld
	r.names = r.names[:0]
	for i := range rec.Tags {
		if t := &rec.Tags[i]; t.Value != "" {
			if t.Name == "AU" || t.Name == "A1" {
				if h.authorTag != "" && h.authorTag != t.Name {
					r.names = appendNew(r.names, t.Value)
				} else {
					h.authorTag = t.Name
					r.names = appendNames(r.names, t.Value)
				}
				continue
			}
			r.risTag(rec, &h, t)
		}
	}
	rec.Authors = keep(&r.bank.names, r.names)
	r.risLists(rec, &h)
	rec.Type = risType(rec.TypeTag)
	h.finish(rec)
	if h.decided {
		decideByNotes(rec)
	}
	if h.beyond != "" {
		applyBeyond(rec, h.beyond)
	}
	if rec.Year == 0 && h.badLine > 0 {
		r.problem(h.badLine, "The year “"+text.Excerpt(h.badValue, 40)+"” cannot be read. The record is kept with no year.")
	}
}

// risTag takes one tag that holds one value.
func (r *reader) risTag(rec *Record, h *risHeld, t *Tag) {
	v := t.Value
	switch t.Name {
	case "TY":
		rec.TypeTag = v
	case "ID":
		rec.ID = v
	case "ST":
		first(&rec.ShortTitle, oneLine(plainText(v)))
	case "TT":
		first(&rec.OriginalTitle, oneLine(plainText(v)))
	case "PY", "Y1", "DA":
		r.risDate(h, t)
	case "Y2":
		if d := parseDate(v); d.year != 0 {
			rec.Accessed = d.String()
		}
	case "VL", "VO":
		first(&rec.Volume, said(v))
	case "IS", "CP":
		first(&rec.Issue, said(v))
	case "SP":
		first(&h.sp, v)
	case "EP":
		first(&h.ep, v)
	case "C7":
		first(&h.c7, said(v))
	case "ET":
		first(&rec.Edition, v)
	case "PB", "PU":
		first(&rec.Publisher, oneLine(v))
	case "CY", "PP", "PI":
		first(&rec.Place, oneLine(v))
	case "AB":
		first(&h.ab, v)
	case "N2":
		first(&h.n2, v)
	case "LA":
		first(&rec.Language, language(v))
	case "DO":
		first(&rec.DOI, findDOI(v))
	case "M3":
		first(&h.m3, v)
	case "L3":
		first(&h.l3, v)
	case "UR", "L1", "L2", "L4":
		linkIDs(rec, h, v)
	case "LK":
		first(&h.linkDOI, doiOfLink(v))
	case "N1":
		noteIDs(rec, h, v)
		h.decided = h.decided || speaksOfDecision(v)
	case "C2":
		first(&h.c2, v)
	case "C3":
		first(&h.c3, v)
	case "C5":
		first(&h.c5, v)
	case "DB":
		first(&rec.Database, v)
	case "DP":
		first(&h.dp, v)
	case "AN":
		first(&rec.Accession, v)
	case "SN":
		rec.ISSN, rec.ISBN = serials(rec.ISSN, rec.ISBN, v)
	default:
		h.title(t.Name, v)
	}
}

// title takes the tags that name the work and what holds it.
func (h *risHeld) title(tag, v string) {
	switch tag {
	case "TI":
		first(&h.ti, v)
	case "T1":
		first(&h.t1, v)
	case "CT":
		first(&h.ct, v)
	case "BT":
		first(&h.bt, v)
	case "T2":
		first(&h.t2, v)
	case "T3":
		first(&h.t3, v)
	case "JF":
		first(&h.jf, v)
	case "JO":
		first(&h.jo, v)
	case "JA", "J1":
		first(&h.ja, v)
	case "J2":
		first(&h.j2, v)
	case "JI":
		first(&h.ji, v)
	case "J9":
		first(&h.j9, v)
	case beyond:
		first(&h.beyond, v)
	}
}

// risDate weighs the tags that give a time.
func (r *reader) risDate(h *risHeld, t *Tag) {
	d := parseDate(t.Value)
	if d.faulty() && (h.badLine == 0 || h.badTag == "DA") {
		h.badLine, h.badValue, h.badTag = t.Line, t.Value, t.Name
	}
	switch {
	case t.Name == "DA":
		if h.da == (date{}) {
			h.da = d
		}
	case h.py.year == 0 && d.year != 0, h.py.year == d.year && h.py.month == 0:
		h.py = d
	}
}

// risLists takes the tags that may stand many times.
func (r *reader) risLists(rec *Record, h *risHeld) {
	var words, urls, notes, places int
	for i := range rec.Tags {
		switch rec.Tags[i].Name {
		case "KW":
			words++
		case "UR", "L1", "L2", "L4":
			urls++
		case "N1", "RN":
			notes++
		case "AD":
			places++
		case "A2", "ED", "A3", "A4", "TA":
			h.others = true
		}
	}
	if words > 0 {
		r.list = r.list[:0]
		for i := range rec.Tags {
			if t := &rec.Tags[i]; t.Name == "KW" {
				r.list = appendKeywords(r.list, t.Value)
			}
		}
		rec.Keywords = keep(&r.bank.strings, r.list)
	}
	if urls > 0 {
		r.list = r.list[:0]
		for _, want := range []string{"UR", ""} { // the work's own address first
			for i := range rec.Tags {
				t := &rec.Tags[i]
				if t.Name == "UR" == (want == "UR") && (t.Name == "UR" || t.Name == "L1" || t.Name == "L2" || t.Name == "L4") {
					r.list = appendURLs(r.list, t.Value)
				}
			}
		}
		rec.URLs = keep(&r.bank.strings, r.list)
	}
	if notes > 0 {
		rec.Notes = r.collect(rec, "N1", "RN", plainText)
	}
	if places > 0 {
		rec.Affiliations = r.collect(rec, "AD", "", oneLine)
	}
	if h.others {
		for i := range rec.Tags {
			switch t := &rec.Tags[i]; t.Name {
			case "A2", "ED":
				rec.Editors = appendNames(rec.Editors, t.Value)
			case "A3", "A4", "TA":
				rec.Contributors = appendNames(rec.Contributors, t.Value)
			}
		}
	}
}

// collect gathers the values of one or two tags, each passed through f.
func (r *reader) collect(rec *Record, a, b string, f func(string) string) []string {
	r.list = r.list[:0]
	for i := range rec.Tags {
		if t := &rec.Tags[i]; t.Value != "" && (t.Name == a || b != "" && t.Name == b) {
			r.list = append(r.list, f(t.Value))
		}
	}
	return keep(&r.bank.strings, r.list)
}

// finish chooses between the tags that can hold the same thing.
func (h *risHeld) finish(rec *Record) {
	isBook := rec.Type == "book"
	title := pick(h.ti, h.t1, h.ct)
	if title == "" && isBook {
		title, h.bt = h.bt, ""
	}
	if title == "" {
		title = pick(h.bt, rec.ShortTitle)
	}
	rec.Title = oneLine(plainText(title))
	full := pick(h.jf, h.t2, h.jo, h.bt, h.t3)
	if isBook {
		rec.Series = oneLine(plainText(pick(h.t2, h.t3)))
		full = pick(h.jf, h.jo)
	} else if h.t3 != "" && h.t3 != full {
		rec.Series = oneLine(plainText(h.t3))
	}
	abbr := pick(h.ja, h.j2, h.ji, h.j9)
	if abbr == "" && h.jo != full {
		abbr = h.jo
	}
	rec.Journal = oneLine(plainText(pick(full, abbr)))
	rec.JournalAbbr = oneLine(plainText(abbr))
	rec.Abstract = paragraphs(plainText(pick(h.ab, h.n2)))
	rec.Pages = pages(h.sp, h.ep)
	if rec.Pages == "" {
		rec.Pages = h.c7
	}
	h.finishDate(rec)
	h.finishIDs(rec)
}

// finishDate takes the year of publication and, from DA, the month and day
// that belong to it; an online-first date of another year is left in Tags.
func (h *risHeld) finishDate(rec *Record) {
	d := h.py
	if d.year == 0 {
		month := d
		if d = h.da; d.year == 0 {
			return
		}
		if d.month == 0 {
			d.month, d.day = month.month, month.day
		}
	} else if d.month == 0 && (h.da.year == d.year || h.da.year == 0) {
		d.month, d.day = h.da.month, h.da.day
	}
	rec.Year, rec.Date = d.year, d.String()
}

func (h *risHeld) finishIDs(rec *Record) {
	for _, v := range []string{h.m3, h.l3, rec.ID} {
		if rec.DOI == "" && v != "" && strings.Contains(v, "10.") {
			rec.DOI = findDOI(v)
		}
	}
	first(&rec.DOI, h.linkDOI)
	first(&rec.DOI, h.noteDOI)
	if rec.PMID == "" {
		switch {
		case rec.Database == "Scopus":
			rec.PMID = pubmedNumber(h.c2)
		case rec.Database == "Embase":
			rec.PMID = pubmedNumber(h.c5)
		}
	}
	if n, ok := strings.CutPrefix(h.c3, "PUBMED "); ok {
		first(&rec.PMID, pubmedNumber(n))
	}
	if h.dp == "NLM" || strings.Contains(rec.Database, "PubMed") || strings.Contains(strings.ToUpper(rec.Database), "MEDLINE") {
		first(&rec.PMID, pubmedNumber(rec.Accession))
	}
	if rec.PMCID == "" && strings.HasPrefix(h.c2, "PMC") {
		rec.PMCID = pmcNumber(h.c2)
	}
}

// risType gives the CSL 1.0.2 type of a RIS type code or EndNote type name.
func risType(code string) string {
	switch strings.ToUpper(code) {
	case "JOUR", "JFULL", "EJOUR", "ABST", "INPR", "JOURNAL ARTICLE":
		return "article-journal"
	case "MGZN":
		return "article-magazine"
	case "NEWS":
		return "article-newspaper"
	case "BOOK", "EBOOK", "EDBOOK", "CLSWK", "SER":
		return "book"
	case "CHAP", "ECHAP":
		return "chapter"
	case "CONF", "CPAPER":
		return "paper-conference"
	case "THES":
		return "thesis"
	case "RPRT", "GOVDOC", "GRANT":
		return "report"
	case "STAND":
		return "standard"
	case "ELEC", "WEB", "ICOMM":
		return "webpage"
	case "BLOG":
		return "post-weblog"
	case "UNPB", "UNPD", "MANSCPT":
		return "manuscript"
	case "DATA", "AGGR", "DBASE":
		return "dataset"
	case "COMP":
		return "software"
	case "CASE":
		return "legal_case"
	case "BILL", "UNBILL":
		return "bill"
	case "STAT", "LEGAL":
		return "legislation"
	case "HEAR":
		return "hearing"
	case "PAT":
		return "patent"
	case "MAP":
		return "map"
	case "VIDEO", "ADVS", "MPCT":
		return "motion_picture"
	case "SOUND":
		return "song"
	case "MUSIC":
		return "musical_score"
	case "ART", "FIGURE", "CHART":
		return "graphic"
	case "PCOMM":
		return "personal_communication"
	case "DICT":
		return "entry-dictionary"
	case "ENCYC":
		return "entry-encyclopedia"
	case "PAMP":
		return "pamphlet"
	case "SLIDE":
		return "speech"
	}
	return "document"
}
