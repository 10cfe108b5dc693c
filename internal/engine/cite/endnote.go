package cite

import (
	"strings"

	"plait/internal/kit/text"
)

// item is one value of a format that names its fields by words: EndNote XML,
// and EndNote's tags, which are the same fields by other names.
type item struct {
	name, value string
	line        int
}

// endnoteHolds reports whether a field of EndNote stands in a Record.
func endnoteHolds(tag string) bool {
	if strings.HasPrefix(tag, "%") {
		tag = referName(tag)
	}
	switch tag {
	case "ref-type", "rec-number", "author", "secondary-author", "tertiary-author", "subsidiary-author", "translated-author", "title", "secondary-title",
		"tertiary-title", "alt-title", "short-title", "translated-title", "full-title", "abbr-1", "pages", "volume", "number", "edition", "keyword", "year",
		"date", "pub-location", "publisher", "isbn", "accession-num", "electronic-resource-num", "abstract", "notes", "research-notes", "auth-address", "url",
		"language", "remote-database-name", "access-date", "work-type":
		return true
	}
	return false
}

// endnoteHeld is what fillEndNote weighs when it has seen all fields.
type endnoteHeld struct {
	typeNumber                    string
	title, second, third, alt     string
	full, abbr                    string
	year, date                    string
	yearLine                      int
	seconds, thirds, subs, transl []Name
	custom2                       string
}

// fillEndNote decodes fields named as in EndNote XML.
func (r *reader) fillEndNote(rec *Record, items []item) {
	var h endnoteHeld
	r.names, r.list = r.names[:0], r.list[:0]
	for i := range items {
		if it := &items[i]; it.value != "" {
			r.endnoteItem(rec, &h, it)
		}
	}
	rec.Authors = keep(&r.bank.names, r.names)
	rec.Keywords = keep(&r.bank.strings, r.list)
	rec.Type = endnoteType(rec.TypeTag, h.typeNumber)
	h.finish(rec)
	d := parseDate(h.year)
	if d.year == 0 {
		if e := parseDate(h.date); e.year != 0 {
			d = e
		}
	} else if d.month == 0 && h.date != "" {
		if e := parseDate(h.date); e.year == 0 || e.year == d.year {
			d.month, d.day = e.month, e.day
			if e.year == 0 && e.month == 0 { // "12-20" and "06/15" in a year of their own
				if e := parseDate(h.year + "-" + h.date); e.year == d.year {
					d = e
				}
			}
		}
	}
	if d.year != 0 {
		rec.Year, rec.Date = d.year, d.String()
	} else if d.given && h.year != "" {
		r.problem(h.yearLine, "The year “"+text.Excerpt(h.year, 40)+"” cannot be read. The record is kept with no year.")
	}
	for _, n := range rec.Notes {
		if speaksOfDecision(n) {
			decideByNotes(rec)
			break
		}
	}
}

// endnoteItem takes one field.
func (r *reader) endnoteItem(rec *Record, h *endnoteHeld, it *item) {
	v := it.value
	switch it.name {
	case "ref-type":
		rec.TypeTag = v
	case "ref-type-number":
		h.typeNumber = v
	case "rec-number":
		first(&rec.ID, v)
	case "author":
		r.names = appendNames(r.names, v)
	case "secondary-author":
		h.seconds = appendNames(h.seconds, v)
	case "tertiary-author":
		h.thirds = appendNames(h.thirds, v)
	case "subsidiary-author":
		h.subs = appendNames(h.subs, v)
	case "translated-author":
		h.transl = appendNames(h.transl, v)
	case "pages":
		first(&rec.Pages, pages(v, ""))
	case "volume":
		first(&rec.Volume, said(v))
	case "number":
		first(&rec.Issue, said(v))
	case "edition":
		first(&rec.Edition, oneLine(v))
	case "keyword":
		r.list = appendKeywords(r.list, v)
	case "year":
		if h.year == "" {
			h.year, h.yearLine = v, it.line
		}
	case "date":
		first(&h.date, v)
	case "pub-location":
		first(&rec.Place, oneLine(v))
	case "publisher":
		first(&rec.Publisher, oneLine(v))
	case "isbn":
		rec.ISSN, rec.ISBN = serials(rec.ISSN, rec.ISBN, v)
	case "accession-num":
		first(&rec.Accession, oneLine(v))
	case "electronic-resource-num":
		first(&rec.DOI, findDOI(v))
	case "abstract":
		first(&rec.Abstract, paragraphs(plainText(v)))
	case "notes", "research-notes":
		rec.Notes = append(rec.Notes, plainText(v))
	case "auth-address":
		rec.Affiliations = append(rec.Affiliations, paragraphs(v))
	case "url":
		rec.URLs = appendURLs(rec.URLs, v)
		var held risHeld
		linkIDs(rec, &held, v)
		first(&rec.DOI, held.linkDOI)
	case "language":
		first(&rec.Language, language(v))
	case "remote-database-name":
		first(&rec.Database, oneLine(v))
	case "access-date":
		if d := parseDate(v); d.year != 0 {
			rec.Accessed = d.String()
		}
	case "work-type":
		rec.more("genre", oneLine(v))
	case "custom2":
		first(&h.custom2, v)
	default:
		h.titles(rec, it.name, v)
	}
}

func (h *endnoteHeld) titles(rec *Record, name, v string) {
	v = oneLine(plainText(v))
	switch name {
	case "title":
		first(&h.title, v)
	case "secondary-title":
		first(&h.second, v)
	case "tertiary-title":
		first(&h.third, v)
	case "alt-title":
		first(&h.alt, v)
	case "full-title":
		first(&h.full, v)
	case "abbr-1":
		first(&h.abbr, v)
	case "short-title":
		first(&rec.ShortTitle, v)
	case "translated-title":
		first(&rec.OriginalTitle, v)
	}
}

// finish says what the second and third titles and authors are, which depends
// on the type.
func (h *endnoteHeld) finish(rec *Record) {
	rec.Title = pick(h.title, rec.ShortTitle)
	switch rec.Type {
	case "book", "report", "thesis", "map", "motion_picture", "pamphlet":
		rec.Series = pick(h.second, h.third)
		rec.Journal = h.full
		if rec.Journal == rec.Series {
			rec.Journal = ""
		}
	default:
		rec.Journal = pick(h.second, h.full, h.alt, h.abbr)
		if h.third != rec.Journal {
			rec.Series = h.third
		}
	}
	rec.JournalAbbr = h.abbr
	if rec.JournalAbbr == "" && h.alt != rec.Journal {
		rec.JournalAbbr = h.alt
	}
	rec.Editors = h.seconds
	rec.Contributors = append(append(rec.Contributors, h.thirds...), h.subs...)
	for _, n := range h.transl {
		rec.more("translator", n.String())
	}
	if rec.PMID == "" && (strings.Contains(rec.Database, "PubMed") || strings.Contains(strings.ToUpper(rec.Database), "MEDLINE") || rec.Database == "NLM") {
		rec.PMID = pubmedNumber(rec.Accession)
	}
	first(&rec.PMCID, pmcNumber(h.custom2))
	if rec.PMID == "" && rec.Accession != "" && rec.Database == "" {
		rec.PMID = eightDigits(rec.Accession)
	}
}

// eightDigits gives an accession number that can only be PubMed's: PubMed
// numbers its records by eight digits since 1997, and says no database.
func eightDigits(v string) string {
	if len(v) == 8 {
		return pubmedNumber(v)
	}
	return ""
}

// endnoteType gives the CSL type of EndNote's name for a type, or its number.
func endnoteType(name, number string) string {
	if t := typeByName(name); t != "" {
		return t
	}
	switch number {
	case "17", "43":
		return "article-journal"
	case "6", "28", "44", "49", "51":
		return "book"
	case "5", "60":
		return "chapter"
	case "10", "47":
		return "paper-conference"
	case "32":
		return "thesis"
	case "27", "46", "54":
		return "report"
	case "23":
		return "article-newspaper"
	case "19":
		return "article-magazine"
	case "12", "16":
		return "webpage"
	case "56":
		return "post-weblog"
	case "34", "36":
		return "manuscript"
	case "59", "55", "45":
		return "dataset"
	case "9":
		return "software"
	case "25":
		return "patent"
	case "21", "3":
		return "motion_picture"
	}
	return "document"
}

// typeByName gives the CSL type of a type as tools write it in words or codes:
// "Journal Article", journalArticle, JOUR, article-journal; "" if unknown.
func typeByName(name string) string {
	if name == "" {
		return ""
	}
	k := lettersOnly(name)
	if k == "" {
		return ""
	}
	at := strings.Index(typeNames, "|"+k+"|")
	if at < 0 {
		if t := risType(name); t != "document" {
			return t
		}
		return ""
	}
	row := typeNames[strings.LastIndexByte(typeNames[:at+1], '\n')+2:]
	return row[:strings.IndexByte(row, '|')]
}

// lettersOnly gives the letters of s in lower case.
func lettersOnly(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if c := s[i] | 0x20; 'a' <= c && c <= 'z' {
			b = append(b, c)
		}
	}
	return string(b)
}

// typeNames has a row for each CSL type and the names that tools give it,
// their letters alone.
const typeNames = `
|article-journal|articlejournal|journalarticle|electronicarticle|article|review|reviewarticle|articleinpress|editorial|letter|note|shortsurvey|erratum|editorialmaterial|meetingabstract|journal|randomizedcontrolledtrial|systematicreview|metaanalysis|conferencereview|retracted|datapaper|correction|
|article|preprint|postedcontent|
|article-magazine|articlemagazine|magazinearticle|magazine|
|article-newspaper|articlenewspaper|newspaperarticle|newspaper|
|book|editedbook|electronicbook|monograph|classicalwork|ancienttext|bookwhole|wholebook|
|chapter|bookchapter|booksection|electronicbooksection|bookpart|inbook|incollection|
|paper-conference|paperconference|conferencepaper|conferenceproceedings|proceedingspaper|proceedingsarticle|conferenceabstract|conferenceproceedingsarticle|
|thesis|dissertation|dissertationthesis|phdthesis|mastersthesis|
|report|governmentdocument|technicalreport|workingpaper|grant|
|webpage|website|electronicsource|onlinemultimedia|web|
|post-weblog|postweblog|blogpost|blog|
|post|forumpost|discussionforum|
|manuscript|unpublishedwork|unpublished|
|dataset|onlinedatabase|aggregateddatabase|database|
|software|computerprogram|computersoftware|
|patent|
|legal_case|legalcase|case|
|legislation|statute|legalruleorregulation|lawsstatutes|
|bill|
|hearing|
|standard|
|map|
|motion_picture|motionpicture|film|filmorbroadcast|audiovisualmaterial|videorecording|video|
|broadcast|tvbroadcast|radiobroadcast|podcast|
|song|soundrecording|audiorecording|
|musical_score|musicalscore|music|
|graphic|artwork|figure|chartortable|
|figure|
|interview|
|personal_communication|personalcommunication|email|instantmessage|
|speech|presentation|
|pamphlet|
|periodical|serial|
|entry|
|entry-dictionary|entrydictionary|dictionaryentry|dictionary|
|entry-encyclopedia|entryencyclopedia|encyclopediaarticle|encyclopedia|
|review-book|reviewbook|bookreview|
|document|generic|other|misc|
`
