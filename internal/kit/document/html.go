package document

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"plait/internal/kit/text"
)

// maxTags is how many elements a page may have: each takes a few hundred bytes of memory.
const maxTags = 800_000

func readHTML(b []byte) (Doc, error) {
	s, err := decodeHTML(b)
	d := &builder{}
	d.damage(s, err)
	if err := d.html(s); err != nil {
		return Doc{}, err
	}
	return d.done()
}

// decodeHTML finds the letters of a page: by its mark, by what it says of itself, or as
// those of any text.
func decodeHTML(b []byte) (string, error) {
	e, name, certain := charset.DetermineEncoding(b[:min(len(b), 1024)], "")
	if s, enc, err := text.Decode(b); !certain || name == "utf-8" || enc != text.UTF8 && enc != text.Windows1252 {
		return s, err
	}
	s, err := e.NewDecoder().Bytes(b)
	if err != nil {
		s, _, err := text.Decode(b)
		return s, err
	}
	return string(s), nil
}

// html adds the words of a page that are seen: nothing of scripts, styles and what is
// hidden.
func (b *builder) html(s string) error {
	if strings.Count(s, "<") > maxTags {
		return Refuse("document.deep")
	}
	// noscript is parsed as a reader without scripts sees it, and left out all the same:
	// it says again what the page says.
	root, err := html.ParseWithOptions(strings.NewReader(s), html.ParseOptionEnableScripting(false))
	if err != nil {
		return Refuse("document.deep").Because(err)
	}
	p := &page{b: b, to: b.add}
	p.children(root, 0)
	p.end()
	if p.deep {
		b.tell("Some parts are nested too deep and were left out.")
	}
	if p.hidden > 0 {
		b.tell("Hidden text was left out in %s.", few(p.hidden, "1 place", "%d places"))
	}
	b.pictures(b.doc.Pictures + p.images)
	return nil
}

// page walks a parsed page.
type page struct {
	b       *builder
	to      func(s string)
	text    strings.Builder
	space   bool // white space came, and is written before the next word
	literal int  // elements whose white space is kept
	mark    string
	images  int
	hidden  int
	deep    bool
}

// end ends a paragraph.
func (p *page) end() {
	s := p.text.String()
	p.text.Reset()
	p.space = false
	if strings.TrimSpace(s) == "" {
		return
	}
	p.to(p.mark + s)
	p.mark = ""
}

func (p *page) children(n *html.Node, depth int) {
	if depth > 2*MaxDepth {
		p.deep = true
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			p.write(c.Data)
		case html.ElementNode:
			p.element(c, depth)
		}
	}
}

func (p *page) write(s string) {
	if p.literal > 0 {
		p.text.WriteString(s)
		return
	}
	for _, r := range s {
		switch r {
		case ' ', '\t', '\n', '\r', '\f':
			p.space = true
		default:
			if p.space && p.text.Len() > 0 && !strings.HasSuffix(p.text.String()[max(0, p.text.Len()-1):], "\n") {
				p.text.WriteByte(' ')
			}
			p.space = false
			p.text.WriteRune(r)
		}
	}
}

// display is how an element stands on the page.
func display(a atom.Atom) string {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Iframe, atom.Object, atom.Embed, atom.Audio, atom.Video, atom.Canvas, atom.Select, atom.Datalist,
		atom.Noframes, atom.Applet, atom.Rp, atom.Rt, atom.Dialog:
		return "none"
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Center, atom.Dd, atom.Details, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Fieldset,
		atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hgroup, atom.Hr, atom.Html, atom.Legend,
		atom.Main, atom.Menu, atom.Nav, atom.P, atom.Section, atom.Summary, atom.Caption, atom.Option, atom.Td, atom.Th, atom.Tr, atom.Tbody, atom.Thead, atom.Tfoot:
		return "block"
	}
	return ""
}

func (p *page) element(n *html.Node, depth int) {
	kind := display(n.DataAtom)
	if kind == "none" {
		return
	}
	if concealed(n) {
		if strings.TrimSpace(textOf(n, 0)) != "" {
			p.hidden++
		}
		return
	}
	switch n.DataAtom {
	case atom.Head:
		p.head(n)
		return
	case atom.Html:
		if p.b.doc.Language == "" {
			p.b.doc.Language = value(n, "lang")
		}
	case atom.Br:
		p.text.WriteByte('\n')
		p.space = false
		return
	case atom.Img:
		if value(n, "width") != "1" && value(n, "height") != "1" {
			p.images++
		}
		return
	case atom.Table:
		p.end()
		p.table(n, depth)
		return
	case atom.Ul, atom.Ol:
		p.end()
		p.list(n, depth)
		return
	case atom.Pre, atom.Textarea:
		p.end()
		p.literal++
		p.children(n, depth+1)
		p.literal--
		p.end()
		return
	}
	if kind == "block" {
		p.end()
	}
	p.children(n, depth+1)
	if kind == "block" {
		p.end()
	}
}

// head takes the title of the page.
func (p *page) head(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Title && p.b.doc.Title == "" {
			p.b.doc.Title = textOf(c, 0)
		}
	}
}

// list writes each item with its mark before it.
func (p *page) list(n *html.Node, depth int) {
	at := 1
	_, _ = fmt.Sscan(value(n, "start"), &at)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Li {
			if c.Type == html.ElementNode {
				p.element(c, depth+1)
			}
			continue
		}
		if concealed(c) {
			p.hidden++
			continue
		}
		p.mark = "• "
		if n.DataAtom == atom.Ol {
			_, _ = fmt.Sscan(value(c, "value"), &at)
			kind := value(n, "type")
			p.mark = numeral(at, kind) + ". "
			at++
		}
		p.children(c, depth+1)
		p.end()
		p.mark = ""
	}
}

// table writes a table row by row. One that only sets things out (it holds a table, or
// says so) gives its cells as paragraphs.
func (p *page) table(n *html.Node, depth int) {
	layout := value(n, "role") == "presentation" || value(n, "role") == "none" || holdsTable(n, 0)
	var rows func(n *html.Node, depth int)
	rows = func(n *html.Node, depth int) {
		if depth > 2*MaxDepth {
			p.deep = true
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type != html.ElementNode:
			case concealed(c):
				p.hidden++
			case c.DataAtom == atom.Tr:
				p.row(c, depth+1, layout)
			case c.DataAtom == atom.Tbody, c.DataAtom == atom.Thead, c.DataAtom == atom.Tfoot:
				rows(c, depth+1)
			default:
				p.element(c, depth+1)
			}
		}
	}
	rows(n, depth)
	p.end()
}

func (p *page) row(n *html.Node, depth int, layout bool) {
	outer := p.to
	var cells [][]string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Td && c.DataAtom != atom.Th || concealed(c) {
			continue
		}
		if layout {
			p.element(c, depth+1)
			continue
		}
		var cell []string
		p.to = func(s string) { cell = append(cell, s) }
		p.element(c, depth+1)
		cells = append(cells, cell)
	}
	p.to = outer
	for _, s := range row(cells) {
		p.to(s)
	}
}

func holdsTable(n *html.Node, depth int) bool {
	if depth > 2*MaxDepth {
		return false
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Table || holdsTable(c, depth+1) {
			return true
		}
	}
	return false
}

var hiding = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden`)

// concealed says whether an element is not shown.
func concealed(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "hidden" || a.Key == "style" && hiding.MatchString(a.Val) {
			return true
		}
	}
	return false
}

func value(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// textOf is all the text within a node.
func textOf(n *html.Node, depth int) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var out bytes.Buffer
	for c := n.FirstChild; c != nil && depth < MaxDepth; c = c.NextSibling {
		out.WriteString(textOf(c, depth+1))
	}
	return out.String()
}
