package cite

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"plait/internal/engine/table"
	"plait/internal/kit/text"
)

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// Write writes records as RIS, CSL-JSON, BibTeX or CSV. RIS and CSL-JSON read
// back equal, whatever the records were read from: a record of the same format
// that nobody changed is written by its own tags, and what a format has no
// place for stands beside its fields (the tag X0 of RIS, "custom" of CSL). The
// error names a format that cannot be written.
func Write(to Format, records []Record) (string, error) {
	var sb strings.Builder
	switch to {
	case RIS:
		for i := range records {
			writeRIS(&sb, &records[i])
		}
	case CSLJSON:
		sb.WriteString("[")
		for i := range records {
			if i > 0 {
				sb.WriteString(",")
			}
			sb.WriteString("\n  ")
			writeCSL(&sb, &records[i])
		}
		sb.WriteString("\n]\n")
	case BibTeX:
		writeBib(&sb, records)
	case CSV:
		writeCSV(&sb, records)
	default:
		return "", fmt.Errorf("references cannot be written as %s", to)
	}
	return sb.String(), nil
}

// writeRIS writes one record: by its own tags when it reads back equal from
// them, else by its fields.
func writeRIS(sb *strings.Builder, r *Record) {
	want := whole(r)
	if r.Format == RIS && len(r.Tags) > 0 {
		block := ownRIS(r)
		if got, ok := oneRIS(block); ok {
			if got = whole(&got); missing(&want, &got) == "" {
				sb.WriteString(strings.ReplaceAll(block, "\n", "\r\n"))
				return
			}
		}
	}
	tags := risTags(r)
	block := risBlock(tags)
	got, ok := oneRIS(block)
	if !ok { // a value would be read as the start or end of a record
		for i := range tags {
			tags[i].Value = oneSpace(tags[i].Value)
		}
		got, _ = oneRIS(risBlock(tags))
	}
	got = whole(&got)
	if r.Format == BibTeX || r.Format == BibTXT {
		want.TypeTag = got.TypeTag // the type says it all
	}
	if lost := missing(&want, &got); lost != "" {
		tags = append(tags, Tag{Name: beyond, Value: lost})
	}
	sb.WriteString(strings.ReplaceAll(risBlock(tags), "\n", "\r\n"))
}

// ownRIS writes a record's tags as they stood.
func ownRIS(r *Record) string {
	var sb strings.Builder
	if r.Tags[0].Name != "TY" {
		sb.WriteString("TY  - GEN\n")
	}
	end := ""
	for _, t := range r.Tags {
		if t.Name == "ER" {
			end = t.Value
			continue
		}
		risTagLine(&sb, t.Name, t.Value, true)
	}
	sb.WriteString("ER  - " + end + "\n\n")
	return text.Lines(sb.String())
}

func risBlock(tags []Tag) string {
	var sb strings.Builder
	for _, t := range tags {
		risTagLine(&sb, t.Name, t.Value, false)
	}
	sb.WriteString("ER  - \n\n")
	return text.Lines(sb.String())
}

// oneRIS reads what was written; ok says that it is one record and no more.
func oneRIS(block string) (Record, bool) {
	f := File{Format: RIS}
	(&reader{text: block, file: &f}).ris()
	if len(f.Records) == 0 {
		return Record{}, false
	}
	return f.Records[0], len(f.Records) == 1 && len(f.Asides) == 0
}

// risTagLine writes one tag. A further line of its value that would be read as
// a tag is joined to the one before.
func risTagLine(sb *strings.Builder, name, value string, own bool) {
	lines := strings.Split(value, "\n")
	if name == "" {
		sb.WriteString(strings.Join(lines, " ") + "\n")
		return
	}
	sb.WriteString(name + "  - ")
	for i, l := range lines {
		if i > 0 {
			if _, _, tag := splitRIS(l, false); tag && !own {
				sb.WriteString(" ")
			} else {
				sb.WriteString("\n")
			}
		}
		sb.WriteString(l)
	}
	sb.WriteString("\n")
}

// risTags gives a record's fields as RIS tags.
func risTags(r *Record) []Tag {
	var out []Tag
	put := func(name, v string) {
		if v != "" {
			out = append(out, Tag{Name: name, Value: v})
		}
	}
	put("TY", risCode(r))
	put("ID", oneLine(r.ID))
	put("TI", r.Title)
	for _, n := range r.Authors {
		put("AU", oneLine(n.String()))
	}
	for _, n := range r.Editors {
		put("A2", oneLine(n.String()))
	}
	for _, n := range r.Contributors {
		put("A3", oneLine(n.String()))
	}
	put("PY", yearOf(r))
	if len(r.Date) > 4 {
		put("DA", strings.ReplaceAll(r.Date, "-", "/"))
	}
	if r.Type == "book" {
		put("JF", r.Journal)
		put("T2", r.Series)
	} else {
		put("T2", r.Journal)
		put("T3", r.Series)
	}
	put("J2", r.JournalAbbr)
	put("ST", r.ShortTitle)
	put("TT", r.OriginalTitle)
	put("VL", r.Volume)
	put("IS", r.Issue)
	from, to, _ := strings.Cut(r.Pages, "-")
	put("SP", from)
	put("EP", to)
	put("ET", r.Edition)
	put("PB", r.Publisher)
	put("CY", r.Place)
	for _, v := range append(slices.Clone(r.ISSN), r.ISBN...) {
		put("SN", v)
	}
	put("DO", r.DOI)
	for _, u := range r.URLs {
		put("UR", u)
	}
	put("LA", r.Language)
	for _, k := range r.Keywords {
		put("KW", k)
	}
	put("AB", r.Abstract)
	for _, n := range r.Notes {
		put("N1", n)
	}
	for _, a := range r.Affiliations {
		put("AD", a)
	}
	put("DB", r.Database)
	put("AN", r.Accession)
	put("Y2", strings.ReplaceAll(r.Accessed, "-", "/"))
	if r.Format == RIS {
		for _, t := range r.Tags {
			if t.Name != "" && !r.holdsRIS(t.Name) && steady(t.Value) {
				put(t.Name, t.Value)
			}
		}
	}
	for _, f := range r.More {
		if tag, ok := strings.CutPrefix(f.Name, "ris:"); ok && len(tag) == 2 && isTagStart(tag) && !r.holdsRIS(tag) && steady(f.Value) {
			put(tag, f.Value)
		}
	}
	return out
}

// steady reports whether a value reads back from RIS letter by letter.
func steady(v string) bool {
	for i, l := range strings.Split(v, "\n") {
		_, _, tag := splitRIS(l, false)
		if l == "" || l != strings.TrimSpace(l) || i > 0 && tag || strings.HasPrefix(l, "\ufeff") {
			return false
		}
	}
	return true
}

func yearOf(r *Record) string {
	if r.Year == 0 {
		return ""
	}
	return fmt.Sprintf("%04d", r.Year)
}

// risCode gives the RIS code of a record: its own, or its type's.
func risCode(r *Record) string {
	if isTypeCode(r.TypeTag) && risType(r.TypeTag) == r.Type && r.Type != "document" {
		return r.TypeTag
	}
	for _, c := range []string{"JOUR", "MGZN", "NEWS", "BOOK", "CHAP", "CPAPER", "THES", "RPRT", "STAND", "ELEC", "BLOG", "UNPB", "DATA", "COMP", "CASE", "BILL",
		"STAT", "HEAR", "PAT", "MAP", "VIDEO", "SOUND", "MUSIC", "ART", "PCOMM", "DICT", "ENCYC", "PAMP", "SLIDE"} {
		if risType(c) == r.Type {
			return c
		}
	}
	return "GEN"
}

// writeCSL writes one item on one line.
func writeCSL(sb *strings.Builder, r *Record) {
	again := func(fresh *Record) { (&reader{file: &File{}}).fillCSL(fresh) }
	props := r.Tags
	if r.Format != CSLJSON || !asItStood(r, again) {
		props = cslTags(r, "")
		fresh := Record{Format: CSLJSON, Tags: props}
		again(&fresh)
		want, got := whole(r), whole(&fresh)
		if r.Format == BibTeX || r.Format == BibTXT {
			want.TypeTag = got.TypeTag // the type says it all
		}
		if lost := missing(&want, &got); lost != "" {
			props = cslTags(r, lost)
		}
	}
	sb.WriteString("{")
	for i, p := range props {
		if i > 0 {
			sb.WriteString(", ")
		}
		sb.WriteString(quoteJSON(p.Name) + ": " + strings.Join(strings.Split(p.Value, "\n"), " "))
	}
	sb.WriteString("}")
}

func quoteJSON(v any) string {
	var sb strings.Builder
	e := json.NewEncoder(&sb)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return "null"
	}
	return strings.TrimSuffix(sb.String(), "\n")
}

// cslTags gives a record's fields as the properties of an item. lost is what
// the item has no property for.
func cslTags(r *Record, lost string) []Tag {
	var out []Tag
	add := func(name string, v any) { out = append(out, Tag{Name: name, Value: quoteJSON(v)}) }
	put := func(name, v string) {
		if v != "" {
			add(name, v)
		}
	}
	names := func(name string, in []Name) {
		if len(in) > 0 {
			add(name, namesCSL(in))
		}
	}
	put("id", r.ID)
	put("type", r.Type)
	put("title", r.rich("title", r.Title))
	put("title-short", r.ShortTitle)
	put("original-title", r.OriginalTitle)
	names("author", r.Authors)
	names("editor", r.Editors)
	names("contributor", r.Contributors)
	if d := dateCSL(r.Date); d != nil {
		add("issued", d)
	}
	if d := dateCSL(r.Accessed); d != nil {
		add("accessed", d)
	}
	put("container-title", r.rich("container-title", r.Journal))
	put("container-title-short", r.JournalAbbr)
	put("collection-title", r.Series)
	put("volume", r.Volume)
	put("issue", r.Issue)
	put("page", r.Pages)
	put("edition", r.Edition)
	put("publisher", r.Publisher)
	put("publisher-place", r.Place)
	put("abstract", r.Abstract)
	put("keyword", strings.Join(r.Keywords, "; "))
	put("language", pick(r.Language, r.Extra("language")))
	put("DOI", r.DOI)
	put("PMID", r.PMID)
	put("PMCID", r.PMCID)
	put("ISSN", strings.Join(r.ISSN, ", "))
	put("ISBN", strings.Join(r.ISBN, ", "))
	if len(r.URLs) > 0 {
		put("URL", r.URLs[0])
	}
	put("note", strings.Join(r.Notes, "\n"))
	put("source", r.Database)
	custom := map[string]any{}
	full := whole(r)
	for _, f := range full.More {
		switch {
		case f.Name == "title" || f.Name == "container-title" || f.Name == "language":
		case isNameVariable(f.Name):
			names(f.Name, appendNames(nil, f.Value))
		case isDateVariable(f.Name):
			if d := dateCSL(f.Value); d != nil {
				add(f.Name, d)
			}
		case isVariable(f.Name):
			put(f.Name, f.Value)
		case strings.HasPrefix(f.Name, "csl-json:") && json.Valid([]byte(f.Value)):
			out = append(out, Tag{Name: strings.TrimPrefix(f.Name, "csl-json:"), Value: f.Value})
		default:
			list, _ := custom[f.Name].([]string)
			custom[f.Name] = append(list, f.Value)
		}
	}
	if lost != "" {
		custom[beyondKey] = json.RawMessage(lost)
	}
	if len(custom) > 0 {
		add("custom", custom)
	}
	return out
}

// rich gives a title with its mark-up where More has it.
func (r *Record) rich(name, plain string) string {
	if v := r.Extra(name); v != "" && oneLine(plainText(v)) == plain {
		return v
	}
	return plain
}

func namesCSL(in []Name) []cslName {
	out := make([]cslName, 0, len(in))
	for _, n := range in {
		c := cslName{Family: n.Family, Given: n.Given, Suffix: n.Suffix, Literal: n.Literal, ORCID: n.ORCID}
		words := strings.Fields(n.Family)
		at := 0
		for at < len(words)-1 && startsLower(words[at]) {
			at++
		}
		if at > 0 && strings.Join(words, " ") == n.Family {
			c.Particle, c.Family = strings.Join(words[:at], " "), strings.Join(words[at:], " ")
		}
		out = append(out, c)
	}
	return out
}

// dateCSL gives the parts of a day, month or year, or of two with "/" between.
func dateCSL(v string) any {
	var parts [][]int
	for _, one := range strings.SplitN(v, "/", 2) {
		var p []int
		for _, n := range strings.Split(one, "-") {
			if i := number(n); i > 0 {
				p = append(p, i)
			}
		}
		if len(p) > 0 {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return map[string]any{"date-parts": parts}
}

// csvColumns are the columns that WriteCSV writes, in their order; those of
// fields that no record has are left out, but for the first eight.
var csvColumns = []string{"id", "type", "title", "authors", "year", "journal", "doi", "abstract", "date", "volume", "issue", "pages", "editors", "contributors",
	"series", "journal_abbr", "short_title", "original_title", "edition", "publisher", "place", "keywords", "language", "pmid", "pmcid", "issn", "isbn", "url",
	"notes", "affiliations", "database", "accession", "accessed", "decision", "reason", "reviewer"}

func writeCSV(sb *strings.Builder, records []Record) {
	rows := make([][]string, len(records))
	used := make([]bool, len(csvColumns))
	for i := range records {
		rows[i] = csvRow(&records[i])
		for k, v := range rows[i] {
			used[k] = used[k] || v != "" || k < 8
		}
	}
	line := func(cells []string) {
		n := 0
		for k, c := range cells {
			if !used[k] {
				continue
			}
			if n > 0 {
				sb.WriteByte(',')
			}
			n++
			if c = table.Guard(c); strings.ContainsAny(c, ",\"\n\r;") || c != strings.TrimSpace(c) {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			sb.WriteString(c)
		}
		sb.WriteString("\r\n")
	}
	line(csvColumns)
	for _, row := range rows {
		line(row)
	}
}

func csvRow(r *Record) []string {
	list := func(v []string) string { return strings.Join(v, "; ") }
	return []string{r.ID, r.Type, r.Title, joinNames(r.Authors), yearOf(r), r.Journal, r.DOI, r.Abstract, r.Date, r.Volume, r.Issue, r.Pages,
		joinNames(r.Editors), joinNames(r.Contributors), r.Series, r.JournalAbbr, r.ShortTitle, r.OriginalTitle, r.Edition, r.Publisher, r.Place,
		list(r.Keywords), r.Language, r.PMID, r.PMCID, list(r.ISSN), list(r.ISBN), strings.Join(r.URLs, " "), strings.Join(r.Notes, "\n"),
		list(r.Affiliations), r.Database, r.Accession, r.Accessed, r.Decision, r.Reason, r.Reviewer}
}
