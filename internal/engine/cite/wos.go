package cite

import (
	"strings"

	"plait/internal/kit/text"
)

// wos reads Web of Science's tagged export: a tag of two characters and a
// space; further lines are indented. A record runs from PT to ER.
func (r *reader) wos() {
	first, aside := 0, -1
	line := 0
	for rest := r.text; rest != ""; {
		var s string
		s, rest, _ = strings.Cut(rest, "\n")
		line++
		s = strings.TrimPrefix(s, "\ufeff")
		t := strings.TrimSpace(s)
		if t == "" {
			continue
		}
		if s[0] == ' ' || s[0] == '\t' {
			if len(r.tags) == 0 {
				r.aside(line, t, aside == line-1)
				aside = line
				continue
			}
			last := &r.tags[len(r.tags)-1]
			last.Value = strings.TrimPrefix(last.Value+"\n"+t, "\n")
			continue
		}
		tag, value, ok := splitWOS(s)
		switch {
		case !ok && len(r.tags) > 0:
			r.problem(line, "This line has no tag. It was read as part of the field above.")
			last := &r.tags[len(r.tags)-1]
			last.Value = strings.TrimPrefix(last.Value+"\n"+t, "\n")
		case !ok, len(r.tags) == 0 && (tag == "FN" || tag == "VR" || tag == "EF"):
			if tag != "EF" {
				r.aside(line, t, aside == line-1)
				aside = line
			}
		case tag == "ER":
			r.closeWOS(first)
		case tag == "EF" && value == "":
			r.cutWOS(first)
		default:
			if tag == "PT" {
				r.cutWOS(first)
			}
			if len(r.tags) == 0 {
				if first = line; tag != "PT" {
					r.problem(line, "This record has no start line (PT). It was kept, but what kind of work it is stays unknown.")
				}
			}
			r.tags = append(r.tags, Tag{Name: tag, Value: value, Line: line})
		}
	}
	r.cutWOS(first)
}

// cutWOS closes a record that has no end line.
func (r *reader) cutWOS(first int) {
	if len(r.tags) > 0 {
		r.problem(first, "This record has no end line (ER). It was kept. Check that nothing is missing.")
		r.closeWOS(first)
	}
}

func splitWOS(s string) (tag, value string, ok bool) {
	if len(s) < 2 || !isTagStart(s) || len(s) > 2 && s[2] != ' ' {
		return "", "", false
	}
	return s[:2], trim(s[2:]), true
}

func (r *reader) closeWOS(first int) {
	if len(r.tags) == 0 {
		return
	}
	rec := Record{Format: WebOfScience, Line: first, Tags: keep(&r.bank.tags, r.tags)}
	r.tags = r.tags[:0]
	r.fillWOS(&rec)
	r.file.Records = append(r.file.Records, rec)
}

// wosHeld is what fillWOS weighs when it has seen all fields.
type wosHeld struct {
	kind, doc, so, ji, j9, se string
	py, pd                    string
	pyLine                    int
	bp, ep, ar                string
	full                      bool // AF is there, so AU says it again
}

// fillWOS decodes the fields of a Web of Science record.
func (r *reader) fillWOS(rec *Record) {
	h := wosHeld{full: rec.Lookup("AF") != "" || rec.Lookup("BF") != ""}
	r.names, r.list = r.names[:0], r.list[:0]
	for i := range rec.Tags {
		if t := &rec.Tags[i]; t.Value != "" {
			r.wosTag(rec, &h, t)
		}
	}
	rec.Authors = keep(&r.bank.names, r.names)
	rec.Keywords = keep(&r.bank.strings, r.list)
	rec.TypeTag = pick(h.doc, h.kind)
	rec.Type = wosType(h.kind, h.doc)
	rec.Journal = oneLine(plainText(h.so))
	rec.JournalAbbr = pick(h.ji, h.j9)
	rec.Series = oneLine(plainText(h.se))
	if rec.Title == "" && rec.Type == "book" {
		rec.Title, rec.Journal = rec.Journal, ""
	}
	if rec.Pages = pages(h.bp, h.ep); rec.Pages == "" {
		rec.Pages = h.ar
	}
	d := parseDate(h.py)
	if d.year != 0 {
		if e := parseDate(h.pd); e.year == 0 || e.year == d.year {
			d.month, d.day = e.month, e.day
		}
		rec.Year, rec.Date = d.year, d.String()
	} else if d.given {
		r.problem(h.pyLine, "The year “"+text.Excerpt(h.py, 40)+"” cannot be read. The record is kept with no year.")
	}
}

func (r *reader) wosTag(rec *Record, h *wosHeld, t *Tag) {
	v := t.Value
	switch t.Name {
	case "PT":
		h.kind = v
	case "DT":
		first(&h.doc, oneLine(v))
	case "AF", "BF":
		r.names = appendNames(r.names, v)
	case "AU", "BA":
		if !h.full {
			r.names = appendNames(r.names, v)
		}
	case "CA", "GP":
		for _, one := range strings.FieldsFunc(v, func(c rune) bool { return c == ';' || c == '\n' }) {
			if one = strings.TrimSpace(one); one != "" && t.Name == "CA" {
				r.names = append(r.names, Name{Literal: one})
			} else if one != "" {
				rec.Contributors = append(rec.Contributors, Name{Literal: one})
			}
		}
	case "BE", "ED":
		rec.Editors = appendNames(rec.Editors, v)
	case "TI":
		first(&rec.Title, oneLine(plainText(v)))
	case "SO":
		first(&h.so, v)
	case "SE":
		first(&h.se, v)
	case "J9":
		first(&h.j9, oneLine(v))
	case "JI":
		first(&h.ji, oneLine(v))
	case "LA":
		first(&rec.Language, language(v))
	case "DE", "ID":
		r.list = appendKeywords(r.list, oneLine(v))
	case "AB":
		first(&rec.Abstract, oneLine(plainText(v)))
	case "C1":
		rec.Affiliations = append(rec.Affiliations, strings.Split(v, "\n")...)
	case "PU":
		first(&rec.Publisher, oneLine(v))
	case "PI":
		first(&rec.Place, oneLine(v))
	case "SN", "EI", "BN":
		rec.ISSN, rec.ISBN = serials(rec.ISSN, rec.ISBN, v)
	case "PY":
		h.py, h.pyLine = v, t.Line
	case "PD":
		h.pd = v
	case "VL":
		first(&rec.Volume, said(v))
	case "IS":
		first(&rec.Issue, said(v))
	case "BP":
		h.bp = v
	case "EP":
		h.ep = v
	case "AR":
		h.ar = said(v)
	case "DI":
		first(&rec.DOI, findDOI(v))
	case "PM":
		first(&rec.PMID, pubmedNumber(v))
	case "UT":
		first(&rec.Accession, v)
		first(&rec.ID, v)
		rec.Database = "Web of Science"
	case "CT":
		rec.more("event-title", oneLine(v))
	case "CY":
		rec.more("event-date", oneLine(v))
	case "CL":
		rec.more("event-place", oneLine(v))
	}
}

// wosType chooses the type from the kind of publication and of document.
func wosType(kind, doc string) string {
	low := strings.ToLower(doc)
	switch {
	case strings.Contains(low, "chapter"):
		return "chapter"
	case strings.HasPrefix(low, "book") && kind != "J":
		return "book"
	case kind == "B" && strings.Contains(low, "proceedings"), kind == "C", kind == "S" && strings.Contains(low, "proceedings"):
		return "paper-conference"
	case kind == "B":
		return "book"
	case kind == "S":
		return "chapter"
	case kind == "P":
		return "patent"
	case kind == "D":
		return "dataset"
	case kind == "J" || low != "":
		return "article-journal"
	}
	return "document"
}
