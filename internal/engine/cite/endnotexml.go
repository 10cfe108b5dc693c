package cite

import (
	"html"
	"strings"
	"unicode/utf8"
)

// endnoteXML reads EndNote's XML export, a record at a time, so that one that
// is broken costs no other. The words of an element are those of all elements
// within it: <style> may stand anywhere, even inside a word. Nothing outside
// the file is ever fetched; of the entities that a file defines for itself,
// those that are plain words are put in, and the rest stays as it stands.
func (r *reader) endnoteXML() {
	x := xmlReader{r: r, own: r.entities()}
	lines := lineCounter{s: r.text, line: 1}
	for at := 0; ; {
		i := indexTag(r.text, at, "<record")
		if i < 0 {
			return
		}
		end := strings.Index(r.text[i:], "</record>")
		next := indexTag(r.text, i+len("<record"), "<record")
		line := lines.at(i)
		switch {
		case end < 0 && next < 0:
			r.problem(line, "This record is cut off: it has no end. What is there was kept.")
			end, next = len(r.text), len(r.text)
		case end < 0 || next >= 0 && next < i+end:
			r.problem(line, "This record has no end. It was kept. Check that nothing is missing.")
			end = next
		default:
			end += i
			next = end + len("</record>")
		}
		x.record(&lines, i, end, line)
		at = next
	}
}

// indexTag finds an opening tag by its name from an offset on; "<records" is
// not "<record".
func indexTag(s string, from int, tag string) int {
	for {
		i := strings.Index(s[from:], tag)
		if i < 0 {
			return -1
		}
		i += from
		if end := i + len(tag); end < len(s) && strings.IndexByte("> \t\n/", s[end]) >= 0 {
			return i
		}
		from = i + len(tag)
	}
}

// lineCounter gives the line of offsets that grow.
type lineCounter struct {
	s         string
	pos, line int
}

func (l *lineCounter) at(i int) int {
	if i > l.pos {
		l.line += strings.Count(l.s[l.pos:i], "\n")
		l.pos = i
	}
	return l.line
}

type xmlReader struct {
	r     *reader
	own   map[string]string
	items []item
}

// leaves are the elements whose words are values; all others hold elements.
func xmlLeaf(name string) bool {
	switch name {
	case "record", "contributors", "authors", "secondary-authors", "tertiary-authors", "subsidiary-authors", "translated-authors", "titles", "periodical",
		"alt-periodical", "keywords", "dates", "pub-dates", "urls", "web-urls", "pdf-urls", "text-urls", "related-urls", "image-urls", "foreign-keys", "misc", "style", "xml", "records":
		return false
	}
	return true
}

// record reads the elements of one record.
func (x *xmlReader) record(lines *lineCounter, from, to, line int) {
	x.items = x.items[:0]
	s := x.r.text
	var leaf, group, attr string
	var words strings.Builder
	leafAt := 0
	for i := from; i < to; {
		j := strings.IndexByte(s[i:to], '<')
		if j < 0 {
			j = to - i
		}
		if leaf != "" {
			words.WriteString(x.decode(s[i : i+j]))
		}
		if i += j; i >= to {
			break
		}
		if strings.HasPrefix(s[i:to], "<![CDATA[") {
			end := strings.Index(s[i:to], "]]>")
			if end < 0 {
				end = to - i
			}
			if leaf != "" {
				words.WriteString(s[min(i+9, i+end) : i+end])
			}
			i = min(i+end+3, to)
			continue
		}
		if strings.HasPrefix(s[i:to], "<!--") {
			if end := strings.Index(s[i:to], "-->"); end >= 0 {
				i += end + 3
				continue
			}
			break
		}
		end := strings.IndexByte(s[i:to], '>')
		if end < 0 {
			x.r.problem(lines.at(i), "A mark of the XML is not closed here. The rest of this record was not read.")
			break
		}
		tag := s[i+1 : i+end]
		i += end + 1
		name, closes, empty := xmlName(tag)
		switch {
		case closes && name == leaf:
			x.put(group, leaf, attr, words.String(), leafAt)
			leaf = ""
			words.Reset()
		case leaf != "" || empty || name == "" || closes: // style within a leaf, or nothing in it
			if closes && name == group {
				group = ""
			}
		case xmlLeaf(name):
			leaf, attr, leafAt = name, tag, lines.at(i)
		case name != "style":
			group = name
		}
	}
	if leaf != "" {
		x.put(group, leaf, attr, words.String(), leafAt)
	}
	x.finish(line)
}

// xmlName gives the name of a tag, and whether it closes an element or holds
// nothing.
func xmlName(tag string) (name string, closes, empty bool) {
	if strings.HasPrefix(tag, "/") {
		closes, tag = true, tag[1:]
	}
	empty = strings.HasSuffix(tag, "/")
	if i := strings.IndexAny(tag, " \t\n/"); i >= 0 {
		tag = tag[:i]
	}
	return tag, closes, empty
}

// put takes the words of one element. The path of a person's own computer is
// not kept, nor are the keys of their database.
func (x *xmlReader) put(group, leaf, attr, words string, line int) {
	words = strings.TrimSpace(strings.ReplaceAll(words, "\r", "\n"))
	switch leaf {
	case "database", "source-app", "key":
		return
	case "author":
		switch group {
		case "secondary-authors":
			leaf = "secondary-author"
		case "tertiary-authors":
			leaf = "tertiary-author"
		case "subsidiary-authors":
			leaf = "subsidiary-author"
		case "translated-authors":
			leaf = "translated-author"
		}
	case "full-title", "abbr-1", "abbr-2", "abbr-3":
		if group == "alt-periodical" {
			leaf = "alt-" + leaf
		}
	case "ref-type":
		number := words
		if i := strings.Index(attr, `name="`); i >= 0 {
			if name, _, ok := strings.Cut(attr[i+6:], `"`); ok {
				words = x.decode(name)
			}
		}
		x.items = append(x.items, item{"ref-type", words, line}, item{"ref-type-number", number, line})
		return
	}
	if words != "" {
		x.items = append(x.items, item{leaf, words, line})
	}
}

// finish makes the record from its elements.
func (x *xmlReader) finish(line int) {
	r := x.r
	r.tags = r.tags[:0]
	for _, it := range x.items {
		if it.name != "ref-type-number" {
			r.tags = append(r.tags, Tag{Name: it.name, Value: it.value, Line: it.line})
		}
	}
	if len(r.tags) == 0 {
		r.problem(line, "This record is empty. It was left out.")
		return
	}
	rec := Record{Format: EndNoteXML, Line: line, Tags: keep(&r.bank.tags, r.tags)}
	r.tags = r.tags[:0]
	r.fillEndNote(&rec, x.items)
	r.file.Records = append(r.file.Records, rec)
}

// decode puts the letters in place of entities: the named ones, numbers, and
// the file's own. A number that is no letter of XML is left out.
func (x *xmlReader) decode(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	if len(x.own) > 0 {
		for name, v := range x.own {
			s = strings.ReplaceAll(s, "&"+name+";", v)
		}
	}
	s = html.UnescapeString(s)
	if strings.ContainsFunc(s, notText) {
		s = strings.Map(func(r rune) rune {
			if notText(r) {
				return -1
			}
			return r
		}, s)
	}
	return s
}

func notText(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f || r == utf8.RuneError
}

// ownEntity is the longest word that a file may define, and ownEntities how
// many: more is an attack, not a library.
const (
	ownEntity   = 200
	ownEntities = 50
)

// entities reads the entities that a file defines for itself, and tells those
// that are not followed: outside ones, and those made of others.
func (r *reader) entities() map[string]string {
	head := r.text[:min(len(r.text), look)]
	if i := strings.Index(head, "<record"); i >= 0 {
		head = head[:i]
	}
	var out map[string]string
	told := false
	lines := lineCounter{s: r.text, line: 1}
	for at := 0; ; {
		i := strings.Index(head[at:], "<!ENTITY")
		if i < 0 {
			return out
		}
		i += at
		end := strings.IndexByte(head[i:], '>')
		if end < 0 {
			return out
		}
		at = i + end
		f := strings.Fields(head[i+len("<!ENTITY") : at])
		value, _ := quotedPart(strings.ReplaceAll(head[i:at+1], "'", `"`))
		if len(f) < 2 || f[0] == "%" || f[1] == "SYSTEM" || f[1] == "PUBLIC" || len(value) > ownEntity || strings.ContainsAny(value, "&%<") || len(out) >= ownEntities {
			if !told {
				r.problem(lines.at(i), "This file defines short names that stand for other things. They are not followed. Where one stands, the short name was kept.")
				told = true
			}
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		if _, ok := out[f[0]]; !ok {
			out[f[0]] = value
		}
	}
}
