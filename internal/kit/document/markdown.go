package document

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	gtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"plait/internal/kit/text"
)

// maxMarkdown is the longest text whose marks are read; a longer one, or one that is
// nested deeper than anybody writes, is taken as it stands.
const maxMarkdown = 8 << 20

func readMarkdown(b []byte) (Doc, error) {
	s, _, err := text.Decode(b)
	d := &builder{}
	d.damage(s, err)
	s = strings.TrimPrefix(Plain(s), "\ufeff")
	if len(s) > maxMarkdown || tangled(s) {
		d.tell("The marks of this text (such as # and *) were left as they are.")
		d.add(s)
		return d.done()
	}
	s = d.frontMatter(s)
	m := &markdown{builder: d, source: []byte(s), to: d.add}
	tree := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList)).Parser().Parse(gtext.NewReader(m.source))
	m.blocks(tree)
	d.pictures(d.doc.Pictures + m.images)
	return d.done()
}

// tangled says that marks are nested deeper than anybody writes.
func tangled(s string) bool {
	for line := range strings.SplitSeq(s, "\n") {
		head := line[:len(line)-len(strings.TrimLeft(line, " \t>-+*0123456789.)"))]
		if strings.Count(head, ">")+strings.Count(head, "- ")+strings.Count(head, "* ")+strings.Count(head, "+ ")+strings.Count(head, ". ")+strings.Count(head, ") ") > MaxDepth/4 {
			return true
		}
		if strings.Count(line, "[") > 2000 || strings.Count(line, "*") > 5000 || strings.Count(line, "_") > 5000 || strings.Count(line, "`") > 5000 || strings.Count(line, "<") > 5000 {
			return true
		}
	}
	return false
}

// frontMatter takes off what a website's program keeps before the words, its title apart.
func (b *builder) frontMatter(s string) string {
	if !strings.HasPrefix(s, "---\n") {
		return s
	}
	head, rest, ok := strings.Cut(s[4:], "\n---\n")
	if !ok || len(head) > 10_000 || strings.Contains(head, "\n\n") {
		return s
	}
	for line := range strings.SplitSeq(head, "\n") {
		if name, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "title" {
			b.doc.Title = strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	b.tell("The lines between --- at the start were left out.")
	return rest
}

type markdown struct {
	*builder
	source []byte
	to     func(s string)
	mark   string
	images int
}

// write gives a paragraph, the mark of its list's item before it.
func (m *markdown) write(s string) {
	if strings.TrimSpace(s) != "" {
		m.to(m.mark + s)
		m.mark = ""
	}
}

func (m *markdown) blocks(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Heading:
			s := m.inline(c)
			if c.Level == 1 && m.doc.Title == "" {
				m.doc.Title = s
			}
			m.write(s)
		case *ast.Paragraph, *ast.TextBlock:
			m.write(m.inline(c))
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			m.write(string(lines(c, m.source)))
		case *ast.HTMLBlock:
			raw := lines(c, m.source)
			if c.HasClosure() {
				raw = append(raw, c.ClosureLine.Value(m.source)...)
			}
			m.html(string(raw))
		case *ast.List:
			m.list(c)
		case *east.Table:
			m.table(c)
		case *ast.ThematicBreak, *ast.LinkReferenceDefinition:
		default:
			m.blocks(c)
		}
	}
}

// html adds the words of HTML within the text.
func (m *markdown) html(raw string) {
	title, had := m.doc.Title, m.doc.Pictures
	m.doc.Title = "-"
	if err := m.builder.html(raw); err != nil {
		m.write(raw)
	}
	m.doc.Title = title
	m.images += m.doc.Pictures - had
	m.doc.Pictures = had
}

func lines(n ast.Node, source []byte) []byte {
	var out bytes.Buffer
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		out.Write(at.Value(source))
	}
	return out.Bytes()
}

func (m *markdown) list(l *ast.List) {
	at := l.Start
	for c := l.FirstChild(); c != nil; c = c.NextSibling() {
		m.mark = "• "
		if l.IsOrdered() {
			m.mark = fmt.Sprintf("%d. ", at)
			at++
		}
		m.blocks(c)
		m.mark = ""
	}
}

func (m *markdown) table(t ast.Node) {
	for r := t.FirstChild(); r != nil; r = r.NextSibling() {
		var cells [][]string
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			cells = append(cells, []string{m.inline(c)})
		}
		for _, s := range row(cells) {
			m.write(s)
		}
	}
}

// inline gives the words within a paragraph: those of links, without where they lead.
func (m *markdown) inline(n ast.Node) string {
	var out strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			v := c.Segment.Value(m.source)
			if !c.IsRaw() {
				v = util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(v)))
			}
			out.Write(v)
			switch {
			case c.HardLineBreak():
				out.WriteByte('\n')
			case c.SoftLineBreak():
				out.WriteByte(' ')
			}
		case *ast.String:
			out.Write(c.Value)
		case *ast.AutoLink:
			out.Write(c.Label(m.source))
		case *ast.Image:
			m.images++
			return ast.WalkSkipChildren, nil
		case *ast.CodeSpan:
			for t := c.FirstChild(); t != nil; t = t.NextSibling() {
				if t, ok := t.(*ast.Text); ok {
					out.Write(bytes.ReplaceAll(t.Segment.Value(m.source), []byte("\n"), []byte(" ")))
				}
			}
			return ast.WalkSkipChildren, nil
		case *east.TaskCheckBox:
			if c.IsChecked {
				out.WriteString("☒ ")
			} else {
				out.WriteString("☐ ")
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}
