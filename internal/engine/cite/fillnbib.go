package cite

import (
	"strings"

	"plait/internal/kit/text"
)

// nbibHeld is what fillNBIB weighs when it has seen all fields.
type nbibHeld struct {
	ti, bti, cti, jt, ta, ab, oab string
	dp, dep                       date
	badLine                       int
	badValue                      string
	kinds                         []string
	full                          bool // FAU is there, so AU says it again
}

// fillNBIB decodes the fields of a PubMed record.
func (r *reader) fillNBIB(rec *Record) {
	var h nbibHeld
	for i := range rec.Tags {
		h.full = h.full || rec.Tags[i].Name == "FAU"
	}
	r.names, r.list = r.names[:0], r.list[:0]
	for i := range rec.Tags {
		if t := &rec.Tags[i]; t.Value != "" {
			r.nbibTag(rec, &h, t)
		}
	}
	rec.Authors = keep(&r.bank.names, r.names)
	rec.Keywords = keep(&r.bank.strings, r.list)
	rec.Type, rec.TypeTag = nbibType(h.kinds, h.bti != "")
	title := pick(h.ti, h.bti)
	if strings.HasPrefix(title, "[") && strings.HasSuffix(strings.TrimSuffix(title, "."), "]") {
		title = strings.TrimSuffix(strings.TrimSuffix(title, ".")[1:], "]") // PubMed's own translation
	}
	rec.Title = plainText(closing(title))
	rec.OriginalTitle = plainText(closing(rec.OriginalTitle))
	rec.Journal = pick(h.jt, h.ta)
	if h.ti != "" && rec.Journal == "" {
		rec.Journal = pick(h.bti, h.cti)
	}
	rec.JournalAbbr = h.ta
	rec.Abstract = plainText(pick(h.ab, h.oab))
	d := h.dp
	if d.year == 0 {
		d = h.dep
	} else if d.month == 0 && h.dep.year == d.year {
		d = h.dep
	}
	if d.year != 0 {
		rec.Year, rec.Date = d.year, d.String()
	} else if h.badLine > 0 {
		r.problem(h.badLine, "The year “"+text.Excerpt(h.badValue, 40)+"” cannot be read. The record is kept with no year.")
	}
}

func (r *reader) nbibTag(rec *Record, h *nbibHeld, t *Tag) {
	v := t.Value
	switch t.Name {
	case "PMID":
		rec.ID = v
		if rec.PMID = pubmedNumber(v); rec.PMID == "" {
			r.problem(t.Line, "The PubMed number “"+text.Excerpt(v, 40)+"” is not a number.")
		}
	case "TI":
		first(&h.ti, v)
	case "BTI":
		first(&h.bti, v)
	case "CTI":
		first(&h.cti, v)
	case "TT", "VTI":
		first(&rec.OriginalTitle, v)
	case "DP", "DEP":
		d := parseDate(v)
		if t.Name == "DEP" {
			h.dep = d
		} else {
			h.dp = d
		}
		if d.faulty() && h.badLine == 0 {
			h.badLine, h.badValue = t.Line, v
		}
	case "JT":
		first(&h.jt, v)
	case "TA":
		first(&h.ta, v)
	case "VI":
		first(&rec.Volume, v)
	case "IP":
		first(&rec.Issue, v)
	case "PG":
		first(&rec.Pages, pages(v, ""))
	case "AB":
		first(&h.ab, v)
	case "OAB":
		first(&h.oab, v)
	case "AD":
		rec.Affiliations = append(rec.Affiliations, v)
	case "LA":
		first(&rec.Language, language(v))
	case "LID", "AID":
		if strings.HasSuffix(v, "[doi]") {
			first(&rec.DOI, findDOI(v))
		}
	case "PMC":
		first(&rec.PMCID, pmcNumber(v))
	case "IS", "ISBN":
		rec.ISSN, rec.ISBN = serials(rec.ISSN, rec.ISBN, v)
	case "MH", "OT", "KW":
		r.list = append(r.list, strings.ReplaceAll(v, "*", ""))
	case "PT":
		h.kinds = append(h.kinds, v)
	case "PB":
		first(&rec.Publisher, v)
	case "PL", "CY":
		first(&rec.Place, v)
	case "EN":
		first(&rec.Edition, v)
	case "GN":
		rec.Notes = append(rec.Notes, v)
	default:
		r.nbibName(rec, h, t)
	}
}

// nbibName takes the fields that name people and groups.
func (r *reader) nbibName(rec *Record, h *nbibHeld, t *Tag) {
	v := t.Value
	switch t.Name {
	case "FAU":
		r.names = append(r.names, parseName(v))
	case "AU":
		if !h.full {
			r.names = append(r.names, parseName(v))
		}
	case "CN":
		r.names = append(r.names, Name{Literal: v})
	case "AUID":
		if id := orcid(v); id != "" && len(r.names) > 0 {
			r.names[len(r.names)-1].ORCID = id
		}
	case "FED":
		rec.Editors = append(rec.Editors, parseName(v))
	case "FIR":
		rec.Contributors = append(rec.Contributors, parseName(v))
	}
}

// nbibType chooses the CSL type from PubMed's publication types.
func nbibType(kinds []string, inBook bool) (csl, tag string) {
	csl = "article-journal"
	for _, k := range kinds {
		switch k {
		case "Preprint":
			csl = "article"
		case "Book", "Book Chapter":
			inBook = true
			if k == "Book" {
				csl = "book"
			}
		case "Dataset":
			csl = "dataset"
		case "Technical Report":
			csl = "report"
		}
	}
	if inBook && csl == "article-journal" {
		csl = "chapter"
	}
	if inBook && len(kinds) == 0 {
		csl = "book"
	}
	return csl, strings.Join(kinds, "; ")
}

// closing takes off the full stop that PubMed adds to titles.
func closing(title string) string {
	if strings.HasSuffix(title, ".") && !strings.HasSuffix(title, "..") {
		return title[:len(title)-1]
	}
	return title
}

// orcid gives the identifier in "ORCID: 0000-0001-2345-678X", or "".
func orcid(v string) string {
	if !strings.HasPrefix(v, "ORCID:") {
		return ""
	}
	v = strings.TrimSpace(v[len("ORCID:"):])
	if i := strings.LastIndexByte(v, '/'); i >= 0 {
		v = v[i+1:]
	}
	v = strings.ReplaceAll(v, "-", "")
	if len(v) != 16 {
		return ""
	}
	for i := 0; i < 16; i++ {
		if (v[i] < '0' || v[i] > '9') && !(i == 15 && (v[i] == 'X' || v[i] == 'x')) {
			return ""
		}
	}
	return strings.ToUpper(v[:4] + "-" + v[4:8] + "-" + v[8:12] + "-" + v[12:])
}
