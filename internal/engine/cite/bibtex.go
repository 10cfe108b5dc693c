package cite

import "strings"

// bibtex reads BibTeX and BibLaTeX: @type{key, name = value, ...} with braces
// or brackets, values in braces or quotes, numbers and short names, joined by
// "#". What stands between entries is no entry, as BibTeX has it. An entry
// that is broken is kept as far as it can be read and costs no other.
func (r *reader) bibtex() {
	p := bibParser{r: r, s: r.text, lines: lineCounter{s: r.text, line: 1}, words: map[string]string{}}
	for p.next() {
		p.entry()
	}
	r.crossrefs()
	for i := range r.file.Records {
		r.fillBib(&r.file.Records[i])
	}
}

type bibParser struct {
	r     *reader
	s     string
	i     int
	lines lineCounter
	words map[string]string // @string
	limit int               // where the entry being read ends at the latest
}

// next goes to the next "@type{".
func (p *bibParser) next() bool {
	for p.i < len(p.s) {
		j := strings.IndexByte(p.s[p.i:], '@')
		if j < 0 {
			return false
		}
		p.i += j
		if isBibStart(p.s[p.i:min(len(p.s), p.i+80)]) {
			lineFrom := strings.LastIndexByte(p.s[:p.i], '\n') + 1
			if !strings.HasPrefix(strings.TrimSpace(p.s[lineFrom:p.i]), "%") {
				return true
			}
		}
		p.i++
	}
	return false
}

// startAfter finds the next line that starts an entry.
func (p *bibParser) startAfter(from int) int {
	for at := from; ; {
		j := strings.Index(p.s[at:], "\n@")
		if j < 0 {
			return len(p.s)
		}
		at += j + 1
		if isBibStart(p.s[at:min(len(p.s), at+80)]) {
			return at
		}
	}
}

func (p *bibParser) space() {
	for p.i < p.limit && strings.IndexByte(" \t\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *bibParser) entry() {
	start := p.i
	line := p.lines.at(start)
	p.i++
	from := p.i
	for p.s[p.i]|0x20 >= 'a' && p.s[p.i]|0x20 <= 'z' {
		p.i++
	}
	kind := strings.ToLower(p.s[from:p.i])
	for p.s[p.i] != '{' && p.s[p.i] != '(' {
		p.i++
	}
	shut := byte('}')
	if p.s[p.i] == '(' {
		shut = ')'
	}
	p.i++
	p.limit = p.startAfter(p.i)
	if kind == "comment" || kind == "preamble" {
		p.skip(shut)
		return
	}
	var tags []Tag
	if kind != "string" {
		p.space()
		k := p.i
		for p.i < p.limit && p.s[p.i] != ',' && p.s[p.i] != shut && p.s[p.i] != '\n' && p.s[p.i] != '=' {
			p.i++
		}
		key := strings.TrimSpace(p.s[k:p.i])
		if p.i < p.limit && p.s[p.i] == '=' { // no key: this was the first field
			p.i, key = k, ""
		}
		tags = append(tags, Tag{"entrytype", kind, line}, Tag{"key", key, line})
	}
	tags, whole := p.fields(tags, shut)
	if !whole {
		p.r.problem(line, "This entry is not closed. It was kept as far as it could be read.")
		p.i = p.limit
	}
	if kind == "string" {
		for _, t := range tags {
			p.words[strings.ToLower(t.Name)] = t.Value
		}
		return
	}
	p.r.file.Records = append(p.r.file.Records, Record{Format: BibTeX, Line: line, Tags: tags})
}

// skip passes a comment or preamble by its braces, or its line where they do
// not match.
func (p *bibParser) skip(shut byte) {
	depth := 1
	for i := p.i; i < len(p.s); i++ {
		switch p.s[i] {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 || shut == ')' && depth == 1 && p.s[i] == ')' {
			p.i = i + 1
			return
		}
	}
	if j := strings.IndexByte(p.s[p.i:], '\n'); j >= 0 {
		p.i += j
		return
	}
	p.i = len(p.s)
}

// fields reads "name = value" up to the end of the entry; whole says that
// there was an end.
func (p *bibParser) fields(tags []Tag, shut byte) (out []Tag, whole bool) {
	for {
		p.space()
		for p.i < p.limit && p.s[p.i] == ',' {
			p.i++
			p.space()
		}
		if p.i >= p.limit {
			return tags, false
		}
		if p.s[p.i] == '}' || p.s[p.i] == ')' { // people close with the other one too
			p.i++
			return tags, true
		}
		if p.s[p.i] == '%' { // BibTeX has no comments here; people write them all the same
			p.line()
			continue
		}
		k := p.i
		for p.i < p.limit && strings.IndexByte("=,}\n", p.s[p.i]) < 0 {
			p.i++
		}
		name := strings.ToLower(strings.TrimSpace(p.s[k:p.i]))
		p.space()
		if p.i >= p.limit || p.s[p.i] != '=' {
			if name != "" {
				at := p.lines.at(k)
				p.r.problem(at, "This line is no field: it has no equals sign and value.")
				tags = append(tags, Tag{"", name, at})
			}
			if p.i < p.limit && p.s[p.i] != shut && p.i == k {
				p.i++
			}
			continue
		}
		at := p.lines.at(k)
		p.i++
		v, ok := p.value(shut)
		tags = append(tags, Tag{name, v, at})
		if !ok {
			return tags, false
		}
	}
}

func (p *bibParser) line() {
	for p.i < p.limit && p.s[p.i] != '\n' {
		p.i++
	}
}

// value reads the parts of a value, joined by "#".
func (p *bibParser) value(shut byte) (string, bool) {
	var out string
	for {
		p.space()
		if p.i >= p.limit {
			return out, false
		}
		switch p.s[p.i] {
		case '{', '"':
			v, ok := p.quoted()
			out += v
			if !ok {
				return out, false
			}
		default:
			k := p.i
			for p.i < p.limit && strings.IndexByte(",#\n", p.s[p.i]) < 0 && p.s[p.i] != shut {
				p.i++
			}
			word := strings.TrimSpace(p.s[k:p.i])
			if v, ok := p.words[strings.ToLower(word)]; ok {
				word = v
			}
			out += word
		}
		p.space()
		if p.i >= p.limit || p.s[p.i] != '#' {
			return out, true
		}
		p.i++
	}
}

// quoted reads a value in braces or quotes; braces inside must match.
func (p *bibParser) quoted() (string, bool) {
	open := p.s[p.i]
	p.i++
	from, depth := p.i, 0
	for ; p.i < p.limit; p.i++ {
		switch c := p.s[p.i]; {
		case c == '\\' && p.i+1 < p.limit && strings.IndexByte("{}", p.s[p.i+1]) >= 0:
			p.i++
		case c == '\\' && open == '"' && p.i+2 < p.limit && p.s[p.i+1] == '"' && strings.IndexByte(",}\n ", p.s[p.i+2]) < 0:
			p.i++ // an accent: BibTeX wants it in braces, people forget them
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case depth == 0 && (open == '{' && c == '}' || open == '"' && c == '"'):
			p.i++
			return p.s[from : p.i-1], true
		}
	}
	return strings.TrimSpace(p.s[from:p.limit]), false
}

// bibtxt reads Bib.TXT: "[key]" on a line, then "name: value" lines.
func (r *reader) bibtxt() {
	line := 0
	var rec *Record
	for rest := r.text; rest != ""; {
		var s string
		s, rest, _ = strings.Cut(rest, "\n")
		line++
		t := strings.TrimSpace(s)
		if t == "" {
			continue
		}
		if key, ok := bibTXTKey(t); ok {
			r.file.Records = append(r.file.Records, Record{Format: BibTXT, Line: line, Tags: []Tag{{"entrytype", "", line}, {"key", key, line}}})
			rec = &r.file.Records[len(r.file.Records)-1]
			continue
		}
		name, v, ok := bibTXTField(t)
		switch {
		case rec == nil:
			r.aside(line, t, true)
		case !ok:
			r.problem(line, "This line has no name. It was read as part of the field above.")
			rec.Tags[len(rec.Tags)-1].Value += " " + t
		case name == "type":
			rec.Tags[0].Value = strings.ToLower(v)
		default:
			rec.Tags = append(rec.Tags, Tag{name, v, line})
		}
	}
	out := r.file.Records[:0]
	for _, one := range r.file.Records {
		if len(one.Tags) == 2 {
			r.problem(one.Line, "This record is empty. It was left out.")
			continue
		}
		out = append(out, one)
	}
	r.file.Records = out
	r.crossrefs()
	for i := range out {
		r.fillBib(&out[i])
	}
}

func bibTXTKey(line string) (string, bool) {
	if len(line) < 2 || line[0] != '[' || line[len(line)-1] != ']' || strings.ContainsAny(line[1:len(line)-1], `[]{}"`) {
		return "", false
	}
	return line[1 : len(line)-1], true
}

func bibTXTField(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, ":")
	if !ok || name == "" || strings.ContainsAny(name, " \t\"{},") {
		return "", "", false
	}
	return strings.ToLower(name), strings.TrimSpace(value), true
}

// crossrefs gives entries what they take from the entry that they name.
func (r *reader) crossrefs() {
	keys := map[string]int{}
	for i := range r.file.Records {
		if k := strings.ToLower(r.file.Records[i].Lookup("key")); k != "" {
			if _, ok := keys[k]; !ok {
				keys[k] = i
			}
		}
	}
	for i := range r.file.Records {
		rec := &r.file.Records[i]
		at, seen := i, map[int]bool{i: true}
		for range 5 {
			k := strings.ToLower(strings.TrimSpace(r.file.Records[at].Lookup("crossref")))
			next, ok := keys[k]
			if k == "" || !ok || seen[next] {
				break
			}
			at, seen[next] = next, true
			inherit(rec, &r.file.Records[next])
		}
	}
}

// inherit takes over the fields that rec lacks. What is the title of the whole
// is the book's or the journal's title of the part.
func inherit(rec, from *Record) {
	part := rec.Lookup("entrytype")
	n := len(from.Tags)
	for i := 0; i < n; i++ {
		t := from.Tags[i]
		name := t.Name
		switch {
		case name == "" || t.Value == "" || oneOf(name, "entrytype key crossref xref ids label shorttitle keywords"):
			continue
		case oneOf(name, "title subtitle titleaddon"):
			switch {
			case strings.HasPrefix(part, "in") || strings.HasPrefix(part, "supp") || part == "bookinbook" || part == "conference":
				name = "book" + name
			case part == "article":
				name = "journal" + name
			default:
				continue
			}
		case name == "author" && strings.HasPrefix(part, "in") && part == "inbook":
			if rec.Lookup("author") != "" {
				name = "bookauthor"
			}
		}
		if rec.Lookup(name) == "" {
			rec.Tags = append(rec.Tags, Tag{name, t.Value, t.Line})
		}
	}
}
