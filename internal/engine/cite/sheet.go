package cite

import (
	"sort"
	"strconv"
	"strings"

	"plait/internal/engine/table"
	"plait/internal/kit/text"
)

// sheet reads a text file of rows and columns.
func (r *reader) sheet() {
	sh, problems := table.Read(r.file.Name, []byte(r.text))
	for _, p := range problems {
		r.problem(p.Line, p.Reason)
	}
	for i, l := range sh.Before {
		r.aside(i+1, l, i > 0)
	}
	r.rows(sh.Header, sh.HeaderAt, sh.Rows, sh.Lines)
}

// ReadRows reads references from the rows of a sheet, such as one of a
// workbook; the first row that has three names of columns or more (or a title)
// is the header. Lines are the numbers of the rows, from 1.
func ReadRows(name string, rows [][]string) File {
	f := File{Name: name, Format: CSV, Encoding: text.UTF8}
	r := &reader{file: &f}
	for i, row := range rows {
		if len(sheetFields(row)) < 1 {
			continue
		}
		lines := make([]int, 0, len(rows)-i-1)
		var body [][]string
		for k, b := range rows[i+1:] {
			if strings.TrimSpace(strings.Join(b, "")) != "" {
				body, lines = append(body, b), append(lines, i+k+2)
			}
		}
		r.rows(row, i+1, body, lines)
		break
	}
	if len(f.Records) == 0 && len(f.Problems) == 0 {
		f.Problems = []Problem{{Line: 1, Reason: "No column of this sheet is one that references have, such as title, authors or year."}}
	}
	sort.SliceStable(f.Problems, func(i, j int) bool { return f.Problems[i].Line < f.Problems[j].Line })
	return f
}

// sheetColumns has a row for each field and the names of columns that hold it,
// their letters and digits alone, the best first.
const sheetColumns = `
title|title|primarytitle|articletitle|documenttitle|titleprimary|displayname|ti|t1|booktitle
original|originaltitle|originalforeigntitle|translatedtitle
short|shorttitle|shortenedtitle
authors|authorfullnames|authors|author|authorsprimary|authornames|firstauthors|primaryauthors|authornamesfull|authorshipsauthordisplayname|creators|creator|au|a1
editors|editors|editor|secondaryauthors|authorssecondary|editornames
contributors|authorstertiary|tertiaryauthors|contributors|contributor
year|year|publicationyear|publishedyear|pubyear|yearpublished|yearofpublication|py
date|publicationdate|date|datepublished|dateofpublication|publisheddate|pubdatefreefrom|issued
month|month|publishedmonth
day|day
journal|journal|journaltitle|publicationtitle|sourcetitle|journalbook|periodicalfull|primarylocationsourcedisplayname|containertitle|secondarytitle|titlesecondary|publication|publicationname|journalname|t2|jo|so
source|source
abbr|journalabbreviation|abbreviatedsourcetitle|periodicalabbrev|journalabbr|alternatetitle2
series|series|seriestitle|titletertiary|collectiontitle
volume|volume|bibliovolume|vol|vl
issue|issue|issuenumber|number|biblioissue|is
pages|pages|page|pagination|pagenumbers
first|startpage|firstpage|pagestart|bibliofirstpage|bp|sp
last|endpage|lastpage|pageend|otherpages|bibliolastpage|ep
article|artno|articlenumber
edition|edition
publisher|publisher|bookpublisher|primarylocationsourcehostorganizationname|pb
place|place|placeofpublication|placepublished|publisherplace|publisherlocation
abstract|abstract|abstractnote|abstracttext|notesabstract|ab
keywords|keywords|authorkeywords|keyword|indexkeywords|subjects|meshterms|manualtags|automatictags|fieldsofstudy|emtreemedicalindexterms|emtreemedicalindextermsmajorfocus|keywordsdisplayname|kw
language|language|articlelanguage|languageoforiginaldocument|outputlanguage
doi|doi|digitalobjectidentifier|idsdoi|do
pmid|pmid|pubmedid|medlinepmid|idspmid
pmcid|pmcid|pmcidnumber
issn|issn|issns|issnisbn|eissn|primarylocationsourceissn
isbn|isbn|isbns
url|url|urls|link|links|externalurl|sourceurls|fulltextlink|primarylocationlandingpageurl|embaselink|plink|itemurl|ur
note|notes|note|extra|personalnotes|comments|generalnotes|n1
id|key|id|recordid|referenceid|lensid|centralid|covidence|internalid|eid|openalexid|itemid|ref
type|itemtype|typeofreference|referencetype|publicationtype|documenttype|doctype|type|ty
database|database|databasename|archive|sourcedatabase|librarycatalog
accession|accessionnumber|pui|accession
accessed|accessdate|retrieveddate|accessed
affiliations|affiliations|authoraddress|authoraddresses|authoraffiliations
decision|decision|included|labelincluded|finalincluded|asreviewlabel|label|screeningdecision|screenedfulltext|inclusion|includeexclude|eligibility|consensus|status
reason|reason|exclusionreason|reasonforexclusion|exclusionreasons|excludereason|reasons|excludedreason
reviewer|reviewer|screener|screenedby|reviewername|reviewers|labeledby|decidedby
more|plaitmore
`

// sheetFields gives, for each column of a header that is known, its field; a
// field's rank says which of several columns is the best for it.
type sheetField struct {
	name      string
	col, rank int
}

func sheetFields(header []string) []sheetField {
	var out []sheetField
	title := false
	for col, h := range header {
		k := lettersDigits(h)
		if k == "" {
			continue
		}
		at := strings.Index(sheetColumns, "|"+k+"\n")
		if bar := strings.Index(sheetColumns, "|"+k+"|"); at < 0 || bar >= 0 && bar < at {
			at = bar
		}
		if at < 0 {
			continue
		}
		from := strings.LastIndexByte(sheetColumns[:at+1], '\n') + 1
		name, _, _ := strings.Cut(sheetColumns[from:], "|")
		title = title || name == "title" || name == "abstract" || name == "doi"
		out = append(out, sheetField{name, col, strings.Count(sheetColumns[from:at], "|")})
	}
	if !title {
		return nil
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].rank < out[j].rank })
	return out
}

// lettersDigits gives the letters and digits of a name in lower case.
func lettersDigits(s string) string {
	var sb strings.Builder
	for _, c := range text.Fold(s) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			sb.WriteRune(c)
		}
	}
	return sb.String()
}

func sheetHolds(r *Record, column string) bool {
	fs := sheetFields([]string{column, "title"})
	for _, f := range fs {
		if f.col != 0 {
			continue
		}
		switch f.name {
		case "decision":
			return r.Decision != ""
		case "year", "date", "month", "day":
			return r.Year != 0
		case "doi":
			return r.DOI != ""
		case "language":
			return r.Language != ""
		case "source", "type":
			return false
		}
		return true
	}
	return column == ""
}

func (r *reader) rows(header []string, headerAt int, rows [][]string, lines []int) {
	if headerAt < 1 {
		headerAt = 1
	}
	if isWOSHeader(header) {
		r.wosRows(header, rows, lines)
		return
	}
	fields := sheetFields(header)
	if len(fields) == 0 {
		r.problem(headerAt, "No column of this sheet is one that references have, such as title, authors or year.")
		return
	}
	for i, row := range rows {
		rec := Record{Format: r.file.Format, Line: lines[i]}
		for c, v := range row {
			name := ""
			if c < len(header) {
				name = strings.TrimSpace(header[c])
			}
			if v = cell(v); v != "" {
				rec.Tags = append(rec.Tags, Tag{Name: name, Value: v, Line: lines[i]})
			}
		}
		if len(rec.Tags) == 0 {
			continue
		}
		r.fillSheet(&rec, header, fields, row)
		if rec.Empty() && rec.DOI == "" && rec.PMID == "" && rec.ID == "" && len(rec.URLs) == 0 {
			r.problem(lines[i], "This row has no title, authors, abstract or identifier. It was kept.")
		}
		r.file.Records = append(r.file.Records, rec)
	}
}

// isWOSHeader reports whether a sheet's columns are Web of Science's tags.
func isWOSHeader(header []string) bool {
	n := 0
	for _, h := range header {
		if oneOf(h, "PT AU AF TI SO PY UT DT VL BP") {
			n++
		}
	}
	return n >= 5
}

func (r *reader) wosRows(header []string, rows [][]string, lines []int) {
	for i, row := range rows {
		rec := Record{Format: WebOfScience, Line: lines[i]}
		for c, v := range row {
			if v = strings.TrimSpace(v); v != "" && c < len(header) {
				rec.Tags = append(rec.Tags, Tag{Name: header[c], Value: v, Line: lines[i]})
			}
		}
		if len(rec.Tags) > 0 {
			r.fillWOS(&rec)
			r.file.Records = append(r.file.Records, rec)
		}
	}
}

// cell takes off what spreadsheets put around a value: ="00123", and the
// apostrophe that keeps a word from being worked out.
func cell(v string) string {
	v = strings.TrimSpace(v)
	if strings.HasPrefix(v, `="`) && strings.HasSuffix(v, `"`) && len(v) > 2 {
		v = v[2 : len(v)-1]
	}
	if len(v) > 1 && v[0] == '\'' && table.Guard(v[1:]) != v[1:] {
		v = v[1:]
	}
	return v
}

// fillSheet decodes one row.
func (r *reader) fillSheet(rec *Record, header []string, fields []sheetField, row []string) {
	var h sheetHeld
	for _, f := range fields {
		if f.col < len(row) {
			if v := cell(row[f.col]); v != "" {
				h.take(rec, f, header[f.col], v)
			}
		}
	}
	h.finish(r, rec)
	for c, head := range header { // each reviewer of Abstrackr has a column beside "labeled_at"
		if lettersDigits(head) == "labeledat" && c > 0 && c < len(row) && cell(row[c]) != "" {
			v := decision(cell(row[c-1]))
			if cell(row[c-1]) == "-1" {
				v = Exclude
			} else if cell(row[c-1]) == "0" {
				v = Maybe
			}
			if v != "" {
				rec.Votes = append(rec.Votes, Vote{Reviewer: header[c-1], Decision: v})
			}
		}
	}
	for _, n := range rec.Notes {
		if speaksOfDecision(n) {
			decideByNotes(rec)
			return
		}
	}
	settleVotes(rec)
}

// sheetHeld is what fillSheet weighs when it has seen all columns.
type sheetHeld struct {
	year, date, month, day       string
	first, last, article, source string
}

func (h *sheetHeld) take(rec *Record, f sheetField, head, v string) {
	switch f.name {
	case "title":
		first(&rec.Title, oneLine(plainText(v)))
	case "original":
		first(&rec.OriginalTitle, oneLine(plainText(v)))
	case "short":
		first(&rec.ShortTitle, oneLine(plainText(v)))
	case "authors":
		if len(rec.Authors) == 0 {
			rec.Authors = sheetNames(v)
		}
	case "editors":
		if len(rec.Editors) == 0 {
			rec.Editors = sheetNames(v)
		}
	case "contributors":
		rec.Contributors = append(rec.Contributors, sheetNames(v)...)
	case "year":
		first(&h.year, v)
	case "date":
		first(&h.date, v)
	case "month":
		first(&h.month, v)
	case "day":
		first(&h.day, v)
	case "journal":
		first(&rec.Journal, oneLine(plainText(v)))
	case "source":
		first(&h.source, oneLine(v))
	case "abbr":
		first(&rec.JournalAbbr, oneLine(v))
	case "series":
		first(&rec.Series, oneLine(v))
	case "volume":
		first(&rec.Volume, wholeNumber(v))
	case "issue":
		first(&rec.Issue, wholeNumber(v))
	case "pages":
		first(&rec.Pages, pages(v, ""))
	case "first":
		first(&h.first, wholeNumber(v))
	case "last":
		first(&h.last, wholeNumber(v))
	case "article":
		first(&h.article, v)
	case "keywords":
		for _, k := range sheetKeywords(v) {
			if !has(rec.Keywords, k) || len(rec.Keywords) > 200 {
				rec.Keywords = append(rec.Keywords, k)
			}
		}
	case "abstract":
		first(&rec.Abstract, paragraphs(plainText(v)))
	default:
		h.takeOther(rec, f, head, v)
	}
}

func (h *sheetHeld) takeOther(rec *Record, f sheetField, head, v string) {
	switch f.name {
	case "edition":
		first(&rec.Edition, v)
	case "publisher":
		first(&rec.Publisher, oneLine(v))
	case "place":
		first(&rec.Place, oneLine(v))
	case "language":
		first(&rec.Language, language(v))
	case "doi":
		first(&rec.DOI, findDOI(v))
	case "pmid":
		v = strings.TrimPrefix(v, "PUBMED ")
		first(&rec.PMID, pubmedNumber(wholeNumber(v[strings.LastIndexByte(v, '/')+1:])))
		if rec.PMID == "0" {
			rec.PMID = ""
		}
	case "pmcid":
		first(&rec.PMCID, pmcNumber(v))
	case "issn", "isbn":
		rec.ISSN, rec.ISBN = serials(rec.ISSN, rec.ISBN, v)
	case "url":
		rec.URLs = appendURLs(rec.URLs, strings.ReplaceAll(v, "; ", " "))
		var held risHeld
		linkIDs(rec, &held, v)
		first(&rec.DOI, held.linkDOI)
	case "note":
		rec.Notes = append(rec.Notes, plainText(v))
	case "id":
		first(&rec.ID, v)
	case "type":
		first(&rec.TypeTag, v)
	case "database":
		first(&rec.Database, v)
	case "accession":
		first(&rec.Accession, v)
	case "accessed":
		first(&rec.Accessed, parseDate(v).String())
	case "affiliations":
		rec.Affiliations = append(rec.Affiliations, v)
	case "decision":
		d := decision(v)
		if lettersDigits(head) == "consensus" { // Abstrackr's numbers
			switch v {
			case "-1":
				d = Exclude
			case "0":
				d = Maybe
			}
		}
		first(&rec.Decision, d)
	case "reason":
		first(&rec.Reason, oneLine(v))
	case "reviewer":
		first(&rec.Reviewer, oneLine(v))
	case "more":
		applyBeyond(rec, v)
	}
}

// finish chooses between the columns that can hold the same thing.
func (h *sheetHeld) finish(r *reader, rec *Record) {
	switch low := strings.ToLower(h.source); {
	case rec.Journal == "" && h.source != "":
		h.embaseSource(rec)
	case low == "scopus" || low == "pubmed" || low == "embase" || low == "medline":
		first(&rec.Database, h.source)
	}
	if rec.Pages == "" {
		rec.Pages = pick(pages(h.first, h.last), h.article)
	}
	d := parseDate(wholeNumber(h.year))
	if e := parseDate(h.date); d.year == 0 {
		if e.year != 0 {
			d = e
		}
	} else if e.year == d.year {
		d = e
	} else if m := parseDate(h.month + " " + h.day + " "); h.month != "" && d.month == 0 {
		if m.month == 0 {
			m = parseDate(strconv.Itoa(d.year) + "-" + wholeNumber(h.month) + "-" + wholeNumber(h.day))
		}
		d.month, d.day = m.month, m.day
	}
	if d.year != 0 {
		rec.Year, rec.Date = d.year, d.String()
	} else if rec.Year == 0 && parseDate(h.year).faulty() {
		r.problem(rec.Line, "The year “"+text.Excerpt(h.year, 40)+"” cannot be read. The record is kept with no year.")
	}
	if rec.Type == "" {
		if rec.Type = typeByName(rec.TypeTag); rec.Type == "" {
			rec.Type = "document"
			if rec.Journal != "" {
				rec.Type = "article-journal"
			}
		}
	}
}

// embaseSource reads "Nature Communications (2024) 15:1 (12-19). Date ...".
func (h *sheetHeld) embaseSource(rec *Record) {
	journal, rest, ok := strings.Cut(h.source, " (")
	rec.Journal = journal
	if !ok || len(rest) < 5 || rest[4] != ')' {
		rec.Journal = h.source
		return
	}
	first(&h.year, rest[:4])
	place, after, _ := strings.Cut(strings.TrimSpace(rest[5:]), " ")
	if v, i, ok := strings.Cut(place, ":"); ok {
		first(&rec.Volume, v)
		first(&rec.Issue, i)
	}
	if strings.HasPrefix(after, "(") {
		p, _, _ := strings.Cut(after[1:], ")")
		first(&h.first, p)
	}
}

// wholeNumber takes off the ".0" that programs add to numbers of a column in
// which some cells are empty.
func wholeNumber(v string) string {
	v = said(v)
	if n := strings.TrimSuffix(v, ".0"); n != v && leadingDigits(n) == n {
		return n
	}
	return v
}
