package document

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// builder puts a document's words together, paragraph by paragraph.
type builder struct {
	doc   Doc
	words strings.Builder
	runes int
	told  map[string]bool
	full  bool // MaxWords or maxStarts was met
}

// add writes paragraphs: s is cut where a line is blank. White space at the end of a line
// goes, at its start it stays.
func (b *builder) add(s string) {
	s = Plain(s)
	for s != "" && !b.full {
		var one string
		one, s = firstParagraph(s)
		if one == "" {
			continue
		}
		if b.words.Len()+len(one) > MaxWords || len(b.doc.Paragraphs) == maxStarts {
			b.full = true
			return
		}
		if b.words.Len() > 0 {
			b.words.WriteString("\n\n")
			b.runes += 2
		}
		b.doc.Paragraphs = append(b.doc.Paragraphs, b.runes)
		b.words.WriteString(one)
		b.runes += utf8.RuneCountInString(one)
	}
}

// Builder puts words together for a reader of another format.
type Builder struct{ b builder }

// Add writes paragraphs: s is cut where a line is blank.
func (b *Builder) Add(s string) { b.b.add(s) }

// Next is where the next paragraph will begin, in code points from 0.
func (b *Builder) Next() int {
	if b.b.runes == 0 {
		return 0
	}
	return b.b.runes + 2
}

// End is how many code points there are.
func (b *Builder) End() int { return b.b.runes }

// Words gives the words, to MaxWords bytes, and where each paragraph begins.
func (b *Builder) Words() (words string, paragraphs []int) {
	return b.b.words.String(), b.b.doc.Paragraphs
}

// tell adds a problem of the whole file, once.
func (b *builder) tell(format string, args ...any) { b.tellAt("", 0, fmt.Sprintf(format, args...)) }

func (b *builder) tellAt(place string, line int, reason string) {
	key := place + "\x00" + reason
	if b.told[key] || len(b.doc.Problems) >= maxTold {
		return
	}
	if b.told == nil {
		b.told = map[string]bool{}
	}
	b.told[key] = true
	b.doc.Problems = append(b.doc.Problems, Problem{place, line, reason})
}

// done gives the document. A document without words, pictures or files attached is refused.
func (b *builder) done() (Doc, error) {
	if b.full {
		return Doc{}, Refuse("document.too_big", "MB", MaxWords>>20)
	}
	d := b.doc
	d.Words = b.words.String()
	d.Title = strings.Join(strings.Fields(Plain(d.Title)), " ")
	if strings.TrimSpace(d.Words) == "" && d.Pictures == 0 && len(d.Attached) == 0 {
		return Doc{}, Refuse("document.empty")
	}
	if strings.TrimSpace(d.Words) == "" {
		d.Problems = append(d.Problems, Problem{Reason: "There are no words in this file."})
	}
	return d, nil
}

// pictures tells how many pictures stand in the document.
func (b *builder) pictures(n int) {
	b.doc.Pictures = n
	if n > 0 {
		b.tell("%s in this file. Only the words were read.", few(n, "There is 1 picture", "There are %d pictures"))
	}
}

// few writes one or many; many holds %d.
func few(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// Plain makes words fit to be kept: valid UTF-8, LF line ends, no control character but
// tab and LF. A form feed parts paragraphs. Letters stay as they are.
func Plain(s string) string {
	s = text.Lines(s)
	if !strings.ContainsFunc(s, unfit) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for i, r := range s {
		switch {
		case r == '\f':
			out.WriteString("\n\n")
		case r == '\v':
			out.WriteByte('\n')
		case r == utf8.RuneError:
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 3 {
				out.WriteRune(r)
			}
		case !unfit(r):
			out.WriteRune(r)
		}
	}
	return out.String()
}

func unfit(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' || r == 0x7f || r == utf8.RuneError
}

// firstParagraph cuts s after its first paragraph. one is "" where only blank lines were.
func firstParagraph(s string) (one, rest string) {
	var out []string
	for s != "" {
		line, after, _ := strings.Cut(s, "\n")
		s = after
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if line != "" {
			out = append(out, line)
		} else if len(out) > 0 {
			break
		}
	}
	return strings.Join(out, "\n"), s
}

// row writes the cells of a table's row on one line: "cell | cell". A row of one cell
// gives its paragraphs as they are. Empty cells keep their place but at the end.
func row(cells [][]string) []string {
	if len(cells) == 1 {
		return cells[0]
	}
	flat := make([]string, len(cells))
	last := -1
	for i, c := range cells {
		flat[i] = strings.Join(strings.Fields(strings.Join(c, " ")), " ")
		if flat[i] != "" {
			last = i
		}
	}
	if last < 0 {
		return nil
	}
	return []string{strings.Join(flat[:last+1], " | ")}
}

// counters number the items of lists, each list and level by itself.
type counters map[string][]int

// next counts one item of a list at a level (from 0); start is the number of the first.
func (c counters) next(list string, level, start int) []int {
	n := c[list]
	for len(n) <= level {
		n = append(n, 0)
	}
	if n[level] == 0 {
		n[level] = start - 1
	}
	n[level]++
	n = n[:level+1] // deeper levels begin anew
	c[list] = n
	return n
}

// numeral writes a number as a list shows it: kind is "1", "a", "A", "i" or "I".
func numeral(n int, kind string) string {
	switch {
	case (kind == "a" || kind == "A") && n >= 1:
		// After z comes aa, bb, as word processors count.
		n--
		s := strings.Repeat(string(rune('a'+n%26)), min(n/26+1, 10))
		if kind == "A" {
			s = strings.ToUpper(s)
		}
		return s
	case (kind == "i" || kind == "I") && n >= 1 && n < 4000:
		var s strings.Builder
		for _, x := range []struct {
			n int
			s string
		}{{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"}, {40, "xl"}, {10, "x"}, {9, "ix"}, {5, "v"}, {4, "iv"}, {1, "i"}} {
			for n >= x.n {
				s.WriteString(x.s)
				n -= x.n
			}
		}
		if kind == "I" {
			return strings.ToUpper(s.String())
		}
		return s.String()
	}
	return fmt.Sprint(n)
}
