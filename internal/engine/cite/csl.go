package cite

import (
	"encoding/json"
	"strconv"
	"strings"

	"plait/internal/kit/text"
)

// csl reads CSL-JSON: a list of items, one item, items a line, or a list that
// is wrapped (items, references, records, message). Items are found by their
// braces first, so that one that is broken costs no other.
func (r *reader) csl() {
	lines := lineCounter{s: r.text, line: 1}
	r.cslItems(&lines, 0, len(r.text), 0)
}

// cslItems reads the objects that stand outermost between two offsets.
func (r *reader) cslItems(lines *lineCounter, from, to, deep int) {
	depth, start, inText := 0, -1, false
	for i := from; i < to; i++ {
		c := r.text[i]
		if inText {
			switch c {
			case '\\':
				i++
			case '"':
				inText = false
			}
			continue
		}
		switch c {
		case '"':
			inText = true
		case '{':
			if depth == 0 {
				start = i
			}
			depth++
		case '}':
			if depth--; depth == 0 {
				r.cslItem(lines, start, i+1, deep)
				start = -1
			}
			depth = max(depth, 0)
		}
	}
	if start >= 0 {
		line := lines.at(start)
		r.problem(line, "This record is cut off: a bracket or a quote is not closed. It could not be read.")
	}
}

// cslItem reads one object: an item, or what is wrapped around a list of them.
func (r *reader) cslItem(lines *lineCounter, from, to, deep int) {
	raw := r.text[from:to]
	props, err := cslProps(raw)
	if err != nil {
		r.problem(lines.at(from), "This record is not valid JSON. It could not be read: "+text.Excerpt(raw, 60))
		return
	}
	if len(props) == 0 {
		r.problem(lines.at(from), "This record is empty. It was left out.")
		return
	}
	item := false
	for _, p := range props {
		item = item || p.Name == "title" || p.Name == "type" || p.Name == "author" || p.Name == "id" || p.Name == "DOI" || p.Name == "issued"
	}
	if !item && deep < 3 {
		for _, p := range props {
			if oneOf(p.Name, "items references records message data works results") && len(p.Value) > 1 && (p.Value[0] == '[' || p.Value[0] == '{') {
				if at := strings.Index(raw, p.Value); at >= 0 {
					if p.Value[0] == '{' {
						r.cslItem(lines, from+at, from+at+len(p.Value), deep+1)
					} else {
						r.cslItems(lines, from+at, from+at+len(p.Value), deep+1)
					}
					return
				}
			}
		}
	}
	line := lines.at(from)
	for i := range props {
		props[i].Line = line
	}
	rec := Record{Format: CSLJSON, Line: line, Tags: props}
	r.fillCSL(&rec)
	r.file.Records = append(r.file.Records, rec)
}

// cslProps gives the properties of an object in their order, values as JSON.
func cslProps(raw string) ([]Tag, error) {
	dec := json.NewDecoder(strings.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	var out []Tag
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string)
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return nil, err
		}
		out = append(out, Tag{Name: name, Value: string(v)})
	}
	_, err := dec.Token()
	return out, err
}

// cslName is a name as CSL-JSON writes it.
type cslName struct {
	Family   string          `json:"family,omitempty"`
	Given    string          `json:"given,omitempty"`
	Suffix   string          `json:"suffix,omitempty"`
	Dropping string          `json:"dropping-particle,omitempty"`
	Particle string          `json:"non-dropping-particle,omitempty"`
	Literal  string          `json:"literal,omitempty"`
	Name     string          `json:"name,omitempty"` // Crossref's word for literal
	ORCID    string          `json:"ORCID,omitempty"`
	Comma    json.RawMessage `json:"comma-suffix,omitempty"`
}

func (n cslName) plain() Name {
	if n.Family == "" {
		return Name{Literal: strings.TrimSpace(clear(pick(n.Literal, n.Name, n.Given)))}
	}
	family := n.Family
	for _, p := range []string{n.Particle, n.Dropping} {
		if p = strings.TrimSpace(p); p != "" {
			sep := " "
			if strings.HasSuffix(p, "'") || strings.HasSuffix(p, "’") {
				sep = ""
			}
			family = p + sep + family
		}
	}
	return Name{Family: clear(family), Given: clear(n.Given), Suffix: clear(n.Suffix), ORCID: orcid("ORCID:" + n.ORCID)}
}

// clear takes out what no text holds: JSON can write a NUL as \u0000.
func clear(v string) string {
	if text.HasNUL(v) {
		return strings.ReplaceAll(v, "\x00", "")
	}
	return v
}

func cslNames(raw string) []Name {
	var in []cslName
	if json.Unmarshal([]byte(raw), &in) != nil {
		var words []string
		if json.Unmarshal([]byte(raw), &words) != nil {
			return appendNames(nil, cslText(raw))
		}
		var out []Name
		for _, w := range words {
			out = appendNames(out, clear(w))
		}
		return out
	}
	var out []Name
	for _, n := range in {
		if p := n.plain(); p != (Name{}) {
			out = append(out, p)
		}
	}
	return out
}

// cslText gives a text, a number, or the first of a list of either.
func cslText(raw string) string {
	if all := cslTexts(raw); len(all) > 0 {
		return all[0]
	}
	return ""
}

func cslTexts(raw string) []string {
	if raw == "" {
		return nil
	}
	switch raw[0] {
	case '"':
		var s string
		if json.Unmarshal([]byte(raw), &s) == nil && strings.TrimSpace(s) != "" {
			return []string{strings.TrimSpace(clear(s))}
		}
	case '[':
		var in []json.RawMessage
		var out []string
		if json.Unmarshal([]byte(raw), &in) == nil {
			for _, one := range in {
				if len(one) > 0 && one[0] != '[' {
					out = append(out, cslTexts(string(one))...)
				}
			}
		}
		return out
	case '{', 'n':
	default:
		return []string{raw}
	}
	return nil
}

// cslDate reads date-parts (numbers, or texts of numbers), raw or literal.
func cslDate(raw string) date {
	var in struct {
		Parts   [][]json.RawMessage `json:"date-parts"`
		Raw     string              `json:"raw"`
		Literal string              `json:"literal"`
		Season  json.RawMessage     `json:"season"`
	}
	if json.Unmarshal([]byte(raw), &in) != nil {
		return parseDate(cslText(raw))
	}
	if len(in.Parts) == 0 || len(in.Parts[0]) == 0 {
		return parseDate(clear(pick(in.Raw, in.Literal)))
	}
	var n [3]int
	for i, p := range in.Parts[0] {
		if i > 2 {
			break
		}
		v, err := strconv.Atoi(strings.Trim(string(p), `" `))
		if err != nil {
			break
		}
		n[i] = v
	}
	d := date{given: true}
	if n[0] < 1000 || n[0] > 2100 {
		if len(in.Parts[0]) > 0 && string(in.Parts[0][0]) == "null" {
			return date{}
		}
		return d
	}
	d.year = n[0]
	if n[1] >= 1 && n[1] <= 12 {
		d.month = n[1]
		if n[2] >= 1 && n[2] <= daysIn(d.year, d.month) {
			d.day = n[2]
		}
	}
	return d
}

// cslRange gives a date, or the first and last day of a stretch with "/" between.
func cslRange(raw string) string {
	var in struct {
		Parts []json.RawMessage `json:"date-parts"`
	}
	if json.Unmarshal([]byte(raw), &in) != nil || len(in.Parts) != 2 {
		return cslDate(raw).String()
	}
	from, to := cslDate(raw).String(), cslDate(`{"date-parts":[`+string(in.Parts[1])+`]}`).String()
	if from == "" || to == "" {
		return from
	}
	return from + "/" + to
}

func cslHolds(tag string) bool {
	return cslField(tag) || isVariable(tag) || tag == "citation-key" || tag == "issued" || tag == "accessed" || tag == "custom"
}

func cslField(tag string) bool {
	return oneOf(tag, "id type title title-short shortTitle container-title container-title-short journalAbbreviation collection-title author editor contributor volume issue page edition publisher publisher-place abstract keyword language DOI PMID PMCID ISSN ISBN URL note annote source original-title")
}

// isVariable reports whether a name is a CSL variable that stands in More.
func isVariable(name string) bool {
	return isNameVariable(name) || isDateVariable(name) || oneOf(name, "genre number chapter-number number-of-pages number-of-volumes collection-number event-title event event-place archive archive_location archive-place authority call-number citation-label dimensions division jurisdiction locator medium original-publisher original-publisher-place part-number part-title printing-number references reviewed-genre reviewed-title scale section status supplement-number version volume-title year-suffix")
}

func isNameVariable(name string) bool {
	return oneOf(name, "chair collection-editor compiler composer container-author curator director editorial-director editor-translator executive-producer guest host illustrator interviewer narrator organizer original-author performer producer recipient reviewed-author script-writer series-creator translator")
}

func isDateVariable(name string) bool {
	return oneOf(name, "available-date event-date original-date submitted")
}

// fillCSL decodes the properties of an item.
func (r *reader) fillCSL(rec *Record) {
	kept := ""
	for i := range rec.Tags {
		t := &rec.Tags[i]
		v := cslText(t.Value)
		switch t.Name {
		case "id":
			rec.ID = v
		case "type":
			rec.TypeTag = v
		case "author":
			rec.Authors = append(rec.Authors, cslNames(t.Value)...)
		case "editor":
			rec.Editors = append(rec.Editors, cslNames(t.Value)...)
		case "contributor":
			rec.Contributors = append(rec.Contributors, cslNames(t.Value)...)
		case "issued":
			if d := cslDate(t.Value); d.year != 0 {
				rec.Year, rec.Date = d.year, d.String()
			} else if d.faulty() {
				r.problem(t.Line, "The year “"+text.Excerpt(t.Value, 40)+"” cannot be read. The record is kept with no year.")
			}
		case "accessed":
			rec.Accessed = cslDate(t.Value).String()
		case "custom":
			var in map[string]json.RawMessage
			if json.Unmarshal([]byte(t.Value), &in) == nil {
				for _, k := range sortedKeys(in) {
					if k == beyondKey {
						kept = string(in[k])
						continue
					}
					for _, one := range cslTexts(string(in[k])) {
						rec.more(k, one)
					}
				}
			}
		default:
			rec.cslProp(t.Name, t.Value, v)
		}
	}
	rec.Type = "document"
	if rec.TypeTag != "" {
		if rec.Type = rec.TypeTag; !isCSLType(rec.TypeTag) {
			rec.Type = pick(typeByName(rec.TypeTag), "document")
		}
	}
	if rec.Title == "" {
		rec.Title = rec.ShortTitle
	}
	for _, n := range rec.Notes {
		if speaksOfDecision(n) {
			decideByNotes(rec)
			break
		}
	}
	if kept != "" {
		applyBeyond(rec, kept)
	}
}

// cslProp takes a property that is a text.
func (r *Record) cslProp(name, raw, v string) {
	rich := func(to *string, key string) {
		plain := oneLine(plainText(v))
		if *to == "" {
			*to = plain
			if plain != v && key != "" {
				r.more(key, v)
			}
		}
	}
	switch name {
	case "title":
		rich(&r.Title, "title")
	case "title-short", "shortTitle":
		rich(&r.ShortTitle, "")
	case "original-title":
		rich(&r.OriginalTitle, "")
	case "container-title":
		rich(&r.Journal, "container-title")
	case "container-title-short", "journalAbbreviation", "short-container-title":
		rich(&r.JournalAbbr, "")
	case "collection-title":
		rich(&r.Series, "")
	case "volume":
		r.Volume = v
	case "issue":
		r.Issue = v
	case "page":
		r.Pages = pages(v, "")
	case "edition":
		r.Edition = v
	case "publisher":
		r.Publisher = v
	case "publisher-place":
		r.Place = v
	case "abstract":
		r.Abstract = paragraphs(plainText(v))
	case "keyword", "categories":
		for _, one := range cslTexts(raw) {
			r.Keywords = appendCommaKeywords(r.Keywords, one)
		}
	case "language":
		r.Language = language(v)
		if r.Language == "" {
			r.more("language", v)
		}
	case "DOI":
		r.DOI = findDOI(v)
	case "PMID":
		r.PMID = pubmedNumber(v)
	case "PMCID":
		r.PMCID = pmcNumber(v)
	case "ISSN", "ISBN":
		for _, one := range cslTexts(raw) {
			r.ISSN, r.ISBN = serials(r.ISSN, r.ISBN, one)
		}
	case "URL":
		r.URLs = appendURLs(r.URLs, v)
	case "note", "annote":
		r.Notes = append(r.Notes, plainText(v))
	case "source":
		r.Database = v
	default:
		if isNameVariable(name) {
			r.more(name, joinNames(cslNames(raw)))
		} else if isDateVariable(name) {
			r.more(name, cslRange(raw))
		} else if isVariable(name) {
			r.more(name, v)
		}
	}
}

func joinNames(in []Name) string {
	var out []string
	for _, n := range in {
		out = append(out, n.String())
	}
	return strings.Join(out, "; ")
}

// appendCommaKeywords takes keywords apart at semicolons and lines or, where
// there are none, at commas.
func appendCommaKeywords(to []string, v string) []string {
	if !strings.ContainsAny(v, ";\n") {
		v = strings.ReplaceAll(v, ",", ";")
	}
	return appendKeywords(to, v)
}

func isCSLType(t string) bool {
	return t != "" && strings.Contains(typeNames+cslTypes, "\n|"+t+"|")
}

const cslTypes = `
|classic|
|collection|
|event|
|performance|
|regulation|
|review|
|treaty|
|webpage|
|bill|
|hearing|
|interview|
`
