package cite

import "strings"

// nbib reads PubMed's export. A record starts with PMID; a field's further
// lines are indented by six spaces and are joined by one space.
func (r *reader) nbib() {
	n := strings.Count(r.text, "\nPMID-") + 1
	r.file.Records = make([]Record, 0, n)
	var parts []string // the lines of the field being read
	first, blank, aside := 0, true, -1
	flush := func() {
		if len(parts) > 1 && len(r.tags) > 0 {
			r.tags[len(r.tags)-1].Value = strings.TrimSpace(strings.Join(parts, " "))
		}
		parts = parts[:0]
	}
	closeRecord := func() {
		flush()
		r.closeNBIB(first)
	}
	line := 0
	for rest := r.text; rest != ""; {
		var s string
		s, rest, _ = strings.Cut(rest, "\n")
		line++
		s = strings.TrimPrefix(s, "\ufeff")
		tag, value, ok := splitNBIB(s)
		t := strings.TrimSpace(s)
		switch {
		case ok:
			// A blank line ends a record, so a field after one starts the next
			// even when its PMID line is damaged.
			if tag == "PMID" || blank {
				closeRecord()
				first = line
			}
			flush()
			r.tags = append(r.tags, Tag{Name: tag, Value: value, Line: line})
			parts = append(parts, value)
			blank = false
		case t == "":
			blank = true
		case blank || len(r.tags) == 0:
			closeRecord()
			r.aside(line, t, aside == line-1)
			aside = line
		default:
			if s[0] != ' ' && s[0] != '\t' {
				r.problem(line, "This line has no tag. It was read as part of the field above.")
			}
			parts = append(parts, t)
		}
	}
	closeRecord()
}

// closeNBIB turns the tags read so far into a record, or gives late fields to
// the record before.
func (r *reader) closeNBIB(first int) {
	if len(r.tags) == 0 {
		return
	}
	if r.tags[0].Name != "PMID" {
		has := false
		for _, t := range r.tags {
			has = has || (t.Name == "TI" || t.Name == "BTI" || t.Name == "AB") && t.Value != ""
		}
		if n := len(r.file.Records); !has && n > 0 {
			r.file.Records[n-1].Tags = append(r.file.Records[n-1].Tags, r.tags...)
			r.tags = r.tags[:0]
			return
		}
		r.problem(first, "This record has no start line (PMID). It was kept, but its PubMed number is unknown.")
	}
	rec := Record{Format: NBIB, Line: first, Tags: keep(&r.bank.tags, r.tags)}
	r.tags = r.tags[:0]
	r.fillNBIB(&rec)
	r.file.Records = append(r.file.Records, rec)
}

// splitNBIB splits "TI  - Words": a tag of one to four capitals and digits,
// padded to four, a dash and a space.
func splitNBIB(s string) (tag, value string, ok bool) {
	if len(s) < 5 || s[4] != '-' || len(s) > 5 && s[5] != ' ' || s[0] < 'A' || s[0] > 'Z' {
		return "", "", false
	}
	n := 1
	for n < 4 && ('A' <= s[n] && s[n] <= 'Z' || '0' <= s[n] && s[n] <= '9') {
		n++
	}
	if n < 2 {
		return "", "", false
	}
	for i := n; i < 4; i++ {
		if s[i] != ' ' {
			return "", "", false
		}
	}
	return s[:n], trim(s[5:]), true
}
