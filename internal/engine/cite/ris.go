package cite

import (
	"strings"
)

// risState is where in a RIS file the reader stands.
type risState struct {
	open  bool // between TY and ER
	loose bool // this record writes its tags with one space: "TY - JOUR"
	first int  // line of the first tag in r.tags
	start int  // offset of the last tag's value, so that it can grow
	blank bool // the line before was blank
	aside int  // the last line that became an aside
}

// ris reads a RIS file. A record runs from TY to ER. Faults it lives with:
// no ER before the next TY, no TY, tags after ER, text between records, lines
// without a tag (they belong to the field above), tabs, one space or a long
// dash in the tag, byte-order marks in the middle of joined files.
func (r *reader) ris() {
	n := strings.Count(r.text, "\nTY  -") + 1
	r.file.Records = make([]Record, 0, n)
	st := risState{aside: -1}
	line := 0
	for pos := 0; pos < len(r.text); {
		end := strings.IndexByte(r.text[pos:], '\n')
		next := pos + end + 1
		if end < 0 {
			end, next = len(r.text), len(r.text)
		} else {
			end += pos
		}
		line++
		r.risLine(&st, line, pos, end)
		pos = next
	}
	if st.open {
		r.problem(st.first, "This record has no end line (ER). It was kept. Check that nothing is missing.")
		r.closeRIS(&st)
	}
	r.settle(&st)
}

func (r *reader) risLine(st *risState, line, pos, end int) {
	s := strings.TrimPrefix(r.text[pos:end], "\ufeff")
	tag, value, ok := splitRIS(s, st.loose)
	if !ok {
		r.risText(st, line, s, end)
		return
	}
	st.blank = false
	switch tag {
	case "TY":
		if st.open {
			r.problem(st.first, "This record has no end line (ER). It was kept. Check that nothing is missing.")
			r.closeRIS(st)
		}
		r.settle(st)
		st.open, st.first = true, line
		st.loose = strings.HasPrefix(s, "TY -")
	case "ER":
		if value != "" {
			if !st.open && len(r.tags) == 0 {
				st.first = line
			}
			r.tags = append(r.tags, Tag{Name: tag, Value: value, Line: line})
		}
		if st.open {
			r.closeRIS(st)
		} else {
			r.settle(st)
		}
		return
	default:
		if !st.open && len(r.tags) == 0 {
			st.first = line
		}
	}
	// The value is found again from the end of the line: a field that runs on
	// is one slice of the file's text.
	st.start = end - (len(s) - len(strings.TrimRight(s, " \t"))) - len(value)
	r.tags = append(r.tags, Tag{Name: tag, Value: value, Line: line})
}

// risText takes a line without a tag.
func (r *reader) risText(st *risState, line int, s string, end int) {
	t := strings.TrimSpace(s)
	if t == "" {
		st.blank = true
		return
	}
	blank := st.blank
	st.blank = false
	if len(r.tags) == 0 || !st.open && (blank || isRecordNumber(t)) {
		r.settle(st)
		r.aside(line, t, st.aside == line-1)
		st.aside = line
		return
	}
	last := &r.tags[len(r.tags)-1]
	if last.Name == "TY" || last.Name == "" {
		r.problem(line, "This line has no tag, so it is in no field of the record.")
		r.tags = append(r.tags, Tag{Value: t, Line: line})
		return
	}
	if len(s) > 5 && s[2] == ' ' && s[3] == ' ' && s[4] != ' ' && known(s[:2]) {
		r.problem(line, "This line starts like the tag "+s[:2]+" but has no dash. It was read as part of the field above.")
	}
	last.Value = strings.TrimRight(r.text[st.start:end], " \t\n")
}

// isRecordNumber reports whether a line is the "12." that Ovid writes above a
// record.
func isRecordNumber(s string) bool {
	n := strings.TrimSuffix(s, ".")
	return n != s && n != "" && leadingDigits(n) == n
}

// closeRIS turns the tags read so far into a record.
func (r *reader) closeRIS(st *risState) {
	rec := Record{Format: RIS, Line: st.first, Tags: keep(&r.bank.tags, r.tags)}
	r.tags = r.tags[:0]
	st.open, st.loose = false, false
	r.fillRIS(&rec)
	r.file.Records = append(r.file.Records, rec)
}

// settle decides what tags outside a record are: a record whose TY line is
// missing, late tags of the record before (Ovid writes C1 after ER), or lines
// that belong to nothing.
func (r *reader) settle(st *risState) {
	if st.open || len(r.tags) == 0 {
		return
	}
	switch n := len(r.file.Records); {
	case substance(r.tags):
		r.problem(st.first, "This record has no start line (TY). It was kept, but what kind of work it is stays unknown.")
		r.closeRIS(st)
	case n > 0:
		rec := &r.file.Records[n-1]
		rec.Tags = append(rec.Tags, r.tags...)
		r.tags = r.tags[:0]
	default:
		r.problem(st.first, "These lines stand before the first record and belong to none.")
		for _, t := range r.tags {
			r.aside(t.Line, t.Name+"  - "+t.Value, true)
		}
		r.tags = r.tags[:0]
	}
}

// substance reports whether tags hold enough to be a record of their own.
func substance(tags []Tag) bool {
	author, year := false, false
	for _, t := range tags {
		if t.Value == "" {
			continue
		}
		switch t.Name {
		case "TI", "T1", "BT", "CT", "AB", "N2":
			return true
		case "AU", "A1":
			author = true
		case "PY", "Y1":
			year = true
		}
	}
	return author && year
}

// splitRIS splits "TI  - Words" into tag and trimmed value. loose lets any
// tag stand with one space before its dash; without it only TY, ER and the
// everyday tags may, for "AI - driven" can be a line of an abstract.
func splitRIS(s string, loose bool) (tag, value string, ok bool) {
	if len(s) < 4 {
		return "", "", s == "ER"
	}
	if isTagStart(s) && s[2] == ' ' && s[3] == ' ' && len(s) > 4 && s[4] == '-' {
		return s[:2], trim(s[5:]), true
	}
	if s[0] == ' ' || s[0] == '\t' {
		t := strings.TrimLeft(s, " \t")
		if len(t) > 4 && isTagStart(t) && t[2] == ' ' && t[3] == ' ' && t[4] == '-' && known(t[:2]) {
			return t[:2], trim(t[5:]), true
		}
		return "", "", false
	}
	if !isTagStart(s) {
		return "", "", false
	}
	return splitOdd(s, loose)
}

// splitOdd reads the rarer ways of writing a tag: tabs, no-break spaces, one
// or many spaces, a long dash, ER with nothing behind it.
func splitOdd(s string, loose bool) (tag, value string, ok bool) {
	tag, rest := s[:2], s[2:]
	wide, n := false, 0
gap:
	for n < 6 {
		switch {
		case rest == "":
			break gap
		case rest[0] == ' ':
			rest = rest[1:]
		case rest[0] == '\t':
			rest, wide = rest[1:], true
		case strings.HasPrefix(rest, "\u00a0"):
			rest, wide = rest[2:], true
		default:
			break gap
		}
		n++
	}
	if rest == "" {
		return "ER", "", tag == "ER"
	}
	switch {
	case rest[0] == '-':
		rest = rest[1:]
	case strings.HasPrefix(rest, "–"), strings.HasPrefix(rest, "—"):
		if n < 2 || !known(tag) {
			return "", "", false
		}
		rest = rest[len("–"):]
	default:
		return "", "", false
	}
	value = trim(rest)
	switch {
	case n == 0:
		// "TY- JOUR" and "ER-" alone: other words have hyphens too.
		ok = tag == "ER" && value == "" || tag == "TY" && isTypeCode(value)
	case n >= 2 || wide:
		ok = true
	default:
		ok = tag == "TY" && isTypeCode(value) || tag == "ER" && value == "" ||
			(rest == "" || rest[0] == ' ' || rest[0] == '\t') && (loose || everyday(tag))
	}
	if !ok {
		return "", "", false
	}
	return tag, value, true
}

func isTagStart(s string) bool {
	return 'A' <= s[0] && s[0] <= 'Z' && ('A' <= s[1] && s[1] <= 'Z' || '0' <= s[1] && s[1] <= '9')
}

// trim cuts spaces and tabs; most values have one leading space.
func trim(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

func isTypeCode(s string) bool {
	if len(s) < 2 || len(s) > 10 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// everyday reports whether a tag is common enough to be believed with one
// space before its dash.
func everyday(tag string) bool {
	switch tag {
	case "TI", "T1", "T2", "AU", "A1", "A2", "AB", "N1", "N2", "PY", "Y1", "JO", "JF", "JA", "DO", "KW", "SP", "EP", "VL", "UR", "SN", "PB":
		return true
	}
	return false
}

// known reports whether a tag is in the RIS lists of 2001 or 2011.
func known(tag string) bool {
	if everyday(tag) {
		return true
	}
	switch tag {
	case "TY", "ER", "A3", "A4", "AD", "AN", "AV", "BT", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "CA", "CN", "CP", "CT", "CY",
		"DA", "DB", "DP", "ED", "ET", "ID", "IS", "J1", "J2", "L1", "L2", "L3", "L4", "LA", "LB", "LK", "M1", "M2", "M3",
		"NV", "OP", "PP", "RI", "RN", "RP", "SE", "ST", "T3", "TA", "TT", "U1", "U2", "U3", "U4", "U5", "VO", "Y2":
		return true
	}
	return false
}
