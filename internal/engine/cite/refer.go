package cite

import "strings"

// refer reads EndNote's tagged export (%0 ... %T), and the older refer files,
// which have no %0 and divide records by blank lines.
func (r *reader) refer() {
	typed := strings.HasPrefix(r.text, "%0") || strings.Contains(r.text, "\n%0") || strings.HasPrefix(r.text, "\ufeff%0")
	first, blank, aside := 0, false, -1
	line := 0
	for rest := r.text; rest != ""; {
		var s string
		s, rest, _ = strings.Cut(rest, "\n")
		line++
		s = strings.TrimPrefix(s, "\ufeff")
		tag, value, ok := splitRefer(s)
		t := strings.TrimSpace(s)
		switch {
		case ok:
			if len(r.tags) > 0 && (tag == "%0" || !typed && blank) {
				r.closeRefer(first, typed)
			}
			if len(r.tags) == 0 {
				first = line
			}
			r.tags = append(r.tags, Tag{Name: tag, Value: value, Line: line})
			blank = false
		case t == "":
			blank = true
		case len(r.tags) == 0:
			r.aside(line, t, aside == line-1)
			aside = line
		default:
			last := &r.tags[len(r.tags)-1]
			sep := "\n"
			if blank {
				sep = "\n\n"
			}
			if last.Value == "" {
				sep = ""
			}
			last.Value += sep + t
			blank = false
		}
	}
	if len(r.tags) > 0 {
		r.closeRefer(first, typed)
	}
}

// splitRefer splits "%T Words".
func splitRefer(s string) (tag, value string, ok bool) {
	if len(s) < 2 || s[0] != '%' || s[1] <= ' ' || s[1] > '~' {
		return "", "", false
	}
	if len(s) == 2 {
		return s, "", true
	}
	if s[2] != ' ' && s[2] != '\t' {
		return "", "", false
	}
	return s[:2], trim(s[3:]), true
}

func (r *reader) closeRefer(first int, typed bool) {
	if typed && r.tags[0].Name != "%0" {
		r.problem(first, "This record has no start line (%0). It was kept, but what kind of work it is stays unknown.")
	}
	rec := Record{Format: EndNoteTagged, Line: first, Tags: keep(&r.bank.tags, r.tags)}
	r.tags = r.tags[:0]
	items := make([]item, 0, len(rec.Tags))
	for _, t := range rec.Tags {
		items = append(items, item{referName(t.Name), t.Value, t.Line})
	}
	r.fillEndNote(&rec, items)
	if rec.TypeTag == "" && rec.Type == "document" && rec.Lookup("%J") != "" {
		rec.Type = "article-journal"
	}
	r.file.Records = append(r.file.Records, rec)
}

// referName gives the name in EndNote XML of a tag.
func referName(tag string) string {
	switch tag {
	case "%0":
		return "ref-type"
	case "%A":
		return "author"
	case "%B":
		return "secondary-title"
	case "%C":
		return "pub-location"
	case "%D":
		return "year"
	case "%E":
		return "secondary-author"
	case "%F":
		return "rec-number"
	case "%G":
		return "language"
	case "%H":
		return "translated-author"
	case "%I":
		return "publisher"
	case "%J":
		return "secondary-title"
	case "%K":
		return "keyword"
	case "%M":
		return "accession-num"
	case "%N":
		return "number"
	case "%P":
		return "pages"
	case "%Q":
		return "translated-title"
	case "%R":
		return "electronic-resource-num"
	case "%S":
		return "tertiary-title"
	case "%T":
		return "title"
	case "%U":
		return "url"
	case "%V":
		return "volume"
	case "%X":
		return "abstract"
	case "%Y":
		return "tertiary-author"
	case "%Z":
		return "notes"
	case "%7":
		return "edition"
	case "%8":
		return "date"
	case "%9":
		return "work-type"
	case "%?":
		return "subsidiary-author"
	case "%@":
		return "isbn"
	case "%!":
		return "short-title"
	case "%+":
		return "auth-address"
	case "%<":
		return "research-notes"
	case "%[":
		return "access-date"
	case "%~":
		return "remote-database-name"
	case "%2":
		return "custom2"
	}
	return tag
}
