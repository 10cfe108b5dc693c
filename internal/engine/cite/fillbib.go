package cite

import (
	"strings"

	"plait/internal/kit/text"
)

func bibHolds(r *Record, tag string) bool {
	switch tag {
	case "year", "date", "month", "day":
		return r.Year != 0
	case "language", "langid", "hyphenation":
		return r.Language != "" || r.Extra("language") != ""
	case "number", "issue":
		return r.Issue != "" || r.Extra("collection-number") != "" || r.Extra("number") != ""
	}
	return oneOf(tag, "entrytype key title subtitle author editor journal journaltitle booktitle booksubtitle maintitle publisher institution school organization howpublished address location volume series edition pages abstract keywords doi pmid pmcid pubmed issn isbn url note annote annotation shorttitle shortjournal journal-abbreviation urldate translator bookauthor eventtitle eventdate venue origdate origpublisher origlocation origtitle type chapter version pubstate volumes pagetotal numpages crossref file author+an:orcid")
}

// fillBib decodes the fields of an entry.
func (r *reader) fillBib(rec *Record) {
	get := func(names ...string) string {
		for _, n := range names {
			for i := range rec.Tags {
				if rec.Tags[i].Name == n && rec.Tags[i].Value != "" {
					if v := untex(rec.Tags[i].Value); v != "" {
						return v
					}
				}
			}
		}
		return ""
	}
	raw := rec.Lookup
	kind := raw("entrytype")
	rec.ID, rec.TypeTag, rec.Type = raw("key"), kind, bibType(kind)
	latex := raw("date") != "" || raw("journaltitle") != "" || raw("location") != "" || kind != "mastersthesis" && kind != "phdthesis" && raw("institution") != "" && raw("address") == ""
	set := func(to *string, key, v string) {
		if *to = plainText(v); *to != v && key != "" {
			rec.more(key, v)
		}
	}
	set(&rec.Title, "title", join(": ", get("title"), get("subtitle")))
	rec.ShortTitle = plainText(get("shorttitle"))
	rec.OriginalTitle = plainText(get("origtitle"))
	container := join(": ", get("journaltitle", "journal"), get("journalsubtitle"))
	if container == "" {
		container = join(": ", get("booktitle"), get("booksubtitle"))
	}
	if container == "" {
		container = get("maintitle")
	}
	if rec.Title == "" && container != "" && rec.Type == "book" {
		rec.Title, container = plainText(container), ""
	}
	set(&rec.Journal, "container-title", container)
	rec.JournalAbbr = plainText(get("shortjournal", "journal-abbreviation"))
	rec.Series = plainText(get("series"))
	rec.Authors = bibNames(raw("author"))
	rec.Editors = bibNames(raw("editor"))
	bibORCID(rec.Authors, raw("author+an:orcid"))
	rec.Volume, rec.Edition = plainText(get("volume")), plainText(get("edition"))
	r.bibNumber(rec, get("issue"), get("number"))
	r.bibDate(rec, get("date"), get("year"), get("month"), get("day"))
	if rec.Pages = strings.ReplaceAll(strings.ReplaceAll(get("pages"), "–", "-"), "—", "-"); raw("bookpagination") == "section" || raw("pagination") == "section" {
		rec.more("section", rec.Pages)
		rec.Pages = ""
	}
	if rec.Pages == "" {
		rec.Pages = get("articleno", "eid", "article-number")
	}
	publisher := get("publisher", "institution", "school", "organization")
	if how := get("howpublished"); how != "" {
		if u := appendURLs(nil, how); len(u) > 0 {
			rec.URLs = u
		} else {
			first(&publisher, how)
		}
	}
	rec.Publisher, rec.Place = plainText(publisher), plainText(get("address", "location"))
	rec.Abstract = plainText(get("abstract"))
	rec.Keywords = appendCommaKeywords(nil, get("keywords", "keyword"))
	lang := get("language", "langid", "hyphenation")
	if rec.Language = language(lang); rec.Language == "" {
		rec.more("language", lang)
	}
	r.bibIDs(rec, get)
	rec.Accessed = parseDate(get("urldate")).String()
	for _, n := range []string{"note", "annote", "annotation"} {
		if v := get(n); v != "" {
			rec.Notes = append(rec.Notes, plainText(v))
		}
	}
	if n := strings.Join(rec.Notes, "\n"); speaksOfDecision(n) {
		decideByNotes(rec)
	}
	bibMore(rec, kind, latex, get)
}

func join(sep, a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + sep + b
}

// bibNumber puts a number where its type has it.
func (r *reader) bibNumber(rec *Record, issue, number string) {
	rec.Issue = issue
	if number = plainText(number); number == "" {
		return
	}
	switch rec.Type {
	case "article-journal", "article-magazine", "article-newspaper", "paper-conference":
		first(&rec.Issue, number)
	case "book", "chapter", "entry":
		rec.more("collection-number", number)
	case "report", "patent", "legislation", "legal_case", "standard", "document", "manuscript", "software", "dataset", "webpage":
		rec.more("number", number)
	}
}

func (r *reader) bibDate(rec *Record, full, year, month, day string) {
	from, _, _ := strings.Cut(full, "/")
	d := parseDate(strings.Trim(from, "?~%"))
	if d.year == 0 && year != "" {
		d = parseDate(year + " " + month + " " + day)
		if y := parseDate(year); d.month == 0 && y.year != 0 {
			d = y
		}
	}
	if d.year != 0 {
		rec.Year, rec.Date = d.year, d.String()
	} else if bad := pick(full, year); d.given && bad != "" {
		line := rec.Line
		for _, t := range rec.Tags {
			if t.Name == "year" || t.Name == "date" {
				line = t.Line
			}
		}
		r.problem(line, "The year “"+text.Excerpt(bad, 40)+"” cannot be read. The record is kept with no year.")
	}
}

func (r *reader) bibIDs(rec *Record, get func(...string) string) {
	rec.DOI = findDOI(rec.Lookup("doi"))
	if rec.DOI == "" {
		rec.DOI = findDOI(get("doi"))
	}
	rec.PMID, rec.PMCID = pubmedNumber(get("pmid", "pubmed")), pmcNumber(get("pmcid"))
	rec.ISSN, rec.ISBN = serials(nil, nil, get("issn")+" "+get("isbn"))
	u := strings.TrimSpace(rec.Lookup("url")) // verbatim: never TeX
	if strings.Contains(u, `\`) {
		u = strings.NewReplacer(`\_`, "_", `\%`, "%", `\&`, "&", `\#`, "#", `\~`, "~", `\url{`, "", "}", "").Replace(u)
	}
	rec.URLs = appendURLs(rec.URLs, u)
	var held risHeld
	linkIDs(rec, &held, u)
	first(&rec.DOI, held.linkDOI)
	switch eprint := get("eprint"); strings.ToLower(get("eprinttype", "archiveprefix")) {
	case "pubmed":
		first(&rec.PMID, pubmedNumber(eprint))
	case "arxiv":
		rec.URLs = appendURLs(rec.URLs, "https://arxiv.org/abs/"+eprint)
	}
}

// bibMore takes what CSL has a variable for and Record has none.
func bibMore(rec *Record, kind string, latex bool, get func(...string) string) {
	names := func(to, field string) {
		if v := bibNames(rec.Lookup(field)); len(v) > 0 {
			rec.more(to, joinNames(v))
		}
	}
	names("translator", "translator")
	names("container-author", "bookauthor")
	rec.more("event-title", plainText(get("eventtitle")))
	rec.more("event-date", get("eventdate"))
	rec.more("event-place", get("venue"))
	rec.more("original-date", parseDate(get("origdate")).String())
	rec.more("original-publisher", plainText(get("origpublisher")))
	rec.more("original-publisher-place", plainText(get("origlocation")))
	rec.more("chapter-number", get("chapter"))
	rec.more("version", get("version"))
	rec.more("status", get("pubstate"))
	rec.more("number-of-volumes", get("volumes"))
	rec.more("number-of-pages", get("pagetotal", "numpages"))
	genre := get("type")
	if genre == "" {
		switch {
		case kind == "mastersthesis" && latex:
			genre = "mathesis"
		case kind == "phdthesis" && latex:
			genre = "phdthesis"
		case kind == "mastersthesis":
			genre = "Master's thesis"
		case kind == "phdthesis":
			genre = "PhD thesis"
		case kind == "techreport" && latex:
			genre = "techreport"
		}
	}
	rec.more("genre", plainText(genre))
}

func bibType(kind string) string {
	switch kind {
	case "article":
		return "article-journal"
	case "book", "mvbook", "collection", "mvcollection", "proceedings", "mvproceedings", "booklet", "reference", "mvreference", "bookinbook":
		return "book"
	case "periodical":
		return "periodical"
	case "inbook", "suppbook", "incollection", "suppcollection":
		return "chapter"
	case "inproceedings", "conference":
		return "paper-conference"
	case "inreference":
		return "entry"
	case "manual", "techreport", "report":
		return "report"
	case "mastersthesis", "phdthesis", "thesis":
		return "thesis"
	case "unpublished":
		return "manuscript"
	case "online", "electronic", "www":
		return "webpage"
	case "patent", "dataset", "software", "legislation", "standard", "performance", "review":
		return kind
	case "jurisdiction":
		return "legal_case"
	case "video", "movie":
		return "motion_picture"
	case "audio", "music":
		return "song"
	case "image", "artwork":
		return "graphic"
	case "letter":
		return "personal_communication"
	case "legal":
		return "treaty"
	}
	return "document"
}

// bibNames takes names apart at "and", outside braces, in any case of letters.
func bibNames(v string) []Name {
	var out []Name
	depth, from := 0, 0
	put := func(s string) {
		if n := bibName(s); n != (Name{}) {
			out = append(out, n)
		}
	}
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '\\':
			if strings.HasPrefix(v[i:], `\begin{`) {
				depth++
			} else if strings.HasPrefix(v[i:], `\end{`) {
				depth--
			}
		case '{':
			depth++
		case '}':
			depth--
		case ' ', '\t', '\n':
			if depth <= 0 && i+4 < len(v) && strings.EqualFold(v[i+1:i+4], "and") && strings.IndexByte(" \t\n", v[i+4]) >= 0 {
				put(v[from:i])
				i += 3
				from = i + 1
			}
		}
	}
	put(v[from:])
	return out
}

// bibName takes a name apart as BibTeX does: "First von Last", "von Last,
// First", "von Last, Jr, First"; whole in braces it is an organisation;
// BibLaTeX's "given=A, family=B" is read too.
func bibName(v string) Name {
	v = strings.TrimSpace(v)
	if v == "" || strings.EqualFold(v, "others") || v == "," {
		return Name{}
	}
	if v[0] == '{' && braceEnd(v) == len(v)-1 {
		return Name{Literal: plainText(untex(v))}
	}
	parts := splitOutside(v, ',')
	if strings.Contains(v, "family") && strings.Contains(v, "=") {
		if n, ok := bibParts(parts); ok {
			return n
		}
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	clean := func(s string) string { return plainText(untex(s)) }
	switch len(parts) {
	case 1:
		words := splitOutside(strings.Join(strings.Fields(v), " "), ' ')
		if len(words) == 1 {
			return Name{Family: clean(v)}
		}
		at := len(words) - 1
		for i := 1; i < len(words)-1; i++ {
			if startsLower(words[i]) {
				at = i
				break
			}
		}
		if startsLower(words[0]) {
			at = 0
		}
		if at == 0 {
			return Name{Family: clean(v)}
		}
		return Name{Family: clean(strings.Join(words[at:], " ")), Given: clean(strings.Join(words[:at], " "))}
	case 2:
		return nonEmpty(Name{Family: clean(parts[0]), Given: clean(parts[1])})
	}
	return nonEmpty(Name{Family: clean(parts[0]), Suffix: clean(parts[1]), Given: clean(strings.Join(parts[2:], " "))})
}

func nonEmpty(n Name) Name {
	if n.Family == "" {
		if n.Given == "" {
			return Name{}
		}
		return Name{Literal: n.Given}
	}
	return n
}

func bibParts(parts []string) (Name, bool) {
	var n Name
	var particle string
	for _, p := range parts {
		k, v, ok := strings.Cut(p, "=")
		if v = plainText(untex(strings.Trim(strings.TrimSpace(v), `"`))); !ok {
			return Name{}, false
		}
		switch strings.TrimSpace(k) {
		case "family":
			n.Family = v
		case "given":
			n.Given = v
		case "suffix":
			n.Suffix = v
		case "prefix":
			particle = v
		}
	}
	if particle != "" {
		n.Family = particle + " " + n.Family
	}
	return n, n.Family != ""
}

// braceEnd gives the offset of the brace that closes the first one.
func braceEnd(v string) int {
	depth := 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func splitOutside(v string, sep byte) []string {
	var out []string
	depth, from := 0, 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == sep && depth <= 0:
			out = append(out, v[from:i])
			from = i + 1
		}
	}
	return append(out, v[from:])
}

// startsLower reports whether a word's first letter outside braces is small.
func startsLower(w string) bool {
	if w == "" || w[0] == '{' || w[0] == '\\' {
		return false
	}
	for _, c := range w {
		return c >= 'a' && c <= 'z' || c >= 'ß' && c <= 'ÿ'
	}
	return false
}

// bibORCID reads 1="0000-..."; 2="...".
func bibORCID(to []Name, v string) {
	for _, part := range strings.Split(v, ";") {
		n, id, ok := strings.Cut(part, "=")
		if i := number(strings.TrimSpace(n)); ok && i >= 1 && i <= len(to) {
			to[i-1].ORCID = orcid("ORCID:" + strings.Trim(strings.TrimSpace(id), `"`))
		}
	}
}
