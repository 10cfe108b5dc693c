package document

import (
	"encoding/xml"
	"fmt"
	"path"
	"strings"
)

// odt reads a text document of OpenDocument (ISO/IEC 26300-1:2015).
type odt struct {
	*builder
	a *Archive
	w *Walker

	hiddenStyle map[string]bool
	lists       map[string]map[int]item // style -> level from 0
	counts      counters

	pictures, changes, hidden int
	notes, comments           []string
	depth                     int // lists within lists
}

// odtPara is what is gathered of one paragraph.
type odtPara struct {
	text  strings.Builder
	after []string
	space bool // the next white space is shown
}

func readODT(b []byte) (Doc, error) {
	a, err := OpenArchive(b)
	if err != nil {
		return Doc{}, err
	}
	d := &odt{builder: &builder{}, a: a, hiddenStyle: map[string]bool{}, lists: map[string]map[int]item{}, counts: counters{}}
	if err := d.read(); err != nil {
		return Doc{}, AsRefusal(err)
	}
	return d.done()
}

func (d *odt) read() error {
	if err := d.unlocked(); err != nil {
		return err
	}
	if _, err := d.a.WalkPart("meta.xml", 1<<20, func(w *Walker, _ xml.StartElement) error {
		var read func(e xml.StartElement) error
		read = func(e xml.StartElement) error {
			if e.Name.Local == "title" {
				s, err := w.Text()
				d.doc.Title = s
				return err
			}
			return w.Children(read, nil)
		}
		return w.Children(read, nil)
	}); err != nil {
		return err
	}
	if _, err := d.a.WalkPart("styles.xml", MaxPart/4, func(w *Walker, _ xml.StartElement) error {
		d.w = w
		return w.Children(d.style, nil)
	}); err != nil {
		return err
	}
	opened, err := d.a.WalkPart("content.xml", MaxPart, func(w *Walker, _ xml.StartElement) error {
		d.w = w
		return w.Children(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "automatic-styles":
				return w.Children(d.style, nil)
			case "body":
				return w.Children(func(e xml.StartElement) error {
					if e.Name.Local != "text" {
						return w.Skip()
					}
					return d.blocks(d.add, "")
				}, nil)
			}
			return w.Skip()
		}, nil)
	})
	if err != nil {
		return err
	}
	if !opened {
		return Refuse("document.damaged")
	}
	d.endings()
	return nil
}

// unlocked refuses a document with a password: its manifest says how it is encrypted.
func (d *odt) unlocked() error {
	locked := false
	_, err := d.a.WalkPart("META-INF/manifest.xml", 4<<20, func(w *Walker, _ xml.StartElement) error {
		var read func(e xml.StartElement) error
		read = func(e xml.StartElement) error {
			locked = locked || e.Name.Local == "encryption-data"
			return w.Children(read, nil)
		}
		return w.Children(read, nil)
	})
	if locked {
		return Refuse("document.locked")
	}
	return err
}

// endings writes notes and comments after the words, and says what was left out.
func (d *odt) endings() {
	if n := len(d.notes); n > 0 {
		for i, s := range d.notes {
			d.add(fmt.Sprintf("[%d] %s", i+1, s))
		}
		d.tell("%s at the end of the words.", few(n, "1 note stands", "%d notes stand"))
	}
	if n := len(d.comments); n > 0 {
		for _, s := range d.comments {
			d.add("[Comment] " + s)
		}
		d.tell("%s at the end of the words.", few(n, "1 comment stands", "%d comments stand"))
	}
	if d.changes > 0 {
		d.tell("%s: the text is read as if they were accepted.", few(d.changes, "1 tracked change", "%d tracked changes"))
	}
	if d.hidden > 0 {
		d.tell("Hidden text was left out in %s.", few(d.hidden, "1 place", "%d places"))
	}
	for name := range d.a.byName {
		if strings.HasPrefix(name, "Basic/") && !strings.HasSuffix(name, "script-lc.xml") || strings.HasPrefix(name, "Scripts/") && path.Ext(name) != "" {
			d.tell("This file has macros (small programs). They were not run.")
		}
	}
	d.builder.pictures(d.pictures)
}

// style reads what styles say of hidden text, of lists and of the language.
func (d *odt) style(e xml.StartElement) error {
	name := Attr(e, "name")
	standard := false
	var read func(e xml.StartElement) error
	read = func(e xml.StartElement) error {
		if e.Name.Local == "text-properties" {
			if Attr(e, "display") == "none" && name != "" {
				d.hiddenStyle[name] = true
			}
			if l := Attr(e, "language"); standard && l != "" && l != "none" {
				d.doc.Language = l
				if c := Attr(e, "country"); c != "" && c != "none" {
					d.doc.Language += "-" + c
				}
			}
		}
		return d.w.Children(read, nil)
	}
	switch e.Name.Local {
	case "list-style":
		levels := map[int]item{}
		d.lists[name] = levels
		return d.w.Children(func(e xml.StartElement) error {
			n := 0
			_, _ = fmt.Sscan(Attr(e, "level"), &n)
			it := item{start: 1}
			switch e.Name.Local {
			case "list-level-style-bullet":
				it.bullet = true
			case "list-level-style-number":
				it.kind = Attr(e, "num-format")
				it.pattern = Attr(e, "num-prefix") + "%" + Attr(e, "num-suffix")
				_, _ = fmt.Sscan(Attr(e, "start-value"), &it.start)
			}
			levels[n-1] = it
			return d.w.Skip()
		}, nil)
	case "default-style":
		standard = Attr(e, "family") == "paragraph"
		return d.w.Children(read, nil)
	case "style":
		return d.w.Children(read, nil)
	case "styles", "automatic-styles":
		return d.w.Children(d.style, nil)
	}
	return d.w.Skip()
}

// blocks reads what stands one below the other, up to the end of the element begun last.
// list is the style of the list it is within, or "".
func (d *odt) blocks(to func(s string), list string) error {
	return d.w.Children(func(e xml.StartElement) error { return d.block(e, to, list) }, nil)
}

func (d *odt) block(e xml.StartElement, to func(s string), list string) error {
	switch e.Name.Local {
	case "p", "h":
		var p odtPara
		if err := d.inline(&p); err != nil {
			return err
		}
		if d.hiddenStyle[Attr(e, "style-name")] {
			d.hidden++
			return nil
		}
		if s := strings.TrimRight(p.text.String(), " "); strings.TrimSpace(s) != "" {
			to(s)
		}
		for _, s := range p.after {
			to(s)
		}
		return nil
	case "list":
		return d.list(e, to, list)
	case "table":
		return d.table(to)
	case "tracked-changes":
		return d.w.Children(func(e xml.StartElement) error {
			if e.Name.Local == "changed-region" {
				d.changes++
			}
			return d.w.Skip()
		}, nil)
	case "section":
		if Attr(e, "display") == "none" {
			d.hidden++
			return d.w.Skip()
		}
		return d.blocks(to, list)
	case "frame", "custom-shape", "rect", "g", "text-box":
		var p odtPara
		if err := d.drawing(e, &p); err != nil {
			return err
		}
		for _, s := range p.after {
			to(s)
		}
		return nil
	case "sequence-decls", "variable-decls", "user-field-decls", "forms", "dde-connection-decls", "table-of-content-source", "alphabetical-index-source",
		"illustration-index-source", "table-index-source", "user-index-source", "bibliography-source", "object-index-source":
		return d.w.Skip()
	}
	return d.blocks(to, list) // indexes, numbered paragraphs and what else holds paragraphs
}

// list reads a list; within is the style of the list around it. Only the first paragraph
// of an item carries its mark.
func (d *odt) list(e xml.StartElement, to func(s string), within string) error {
	style := Attr(e, "style-name")
	if style == "" {
		style = within
	}
	level := d.depth
	d.depth++
	defer func() { d.depth-- }()
	if n := d.counts[style]; Attr(e, "continue-numbering") != "true" && Attr(e, "continue-list") == "" && len(n) > level {
		d.counts[style] = n[:level]
	}
	return d.w.Children(func(e xml.StartElement) error {
		if e.Name.Local != "list-item" && e.Name.Local != "list-header" {
			return d.w.Skip()
		}
		mark := ""
		if it, ok := d.lists[style][level]; ok && e.Name.Local == "list-item" {
			switch {
			case it.bullet:
				mark = "• "
			case it.kind != "":
				at := d.counts.next(style, level, it.start)
				mark = strings.Replace(it.pattern, "%", numeral(at[level], it.kind), 1) + " "
			}
		}
		return d.blocks(func(s string) { to(mark + s); mark = "" }, style)
	}, nil)
}

// inline reads the text of a paragraph up to its end. White space is folded as 6.1.2 of
// the standard says.
func (d *odt) inline(p *odtPara) error {
	err := d.w.Children(func(e xml.StartElement) error { return d.piece(e, p) }, p.fold)
	if p.text.Len() > MaxWords {
		return errPart
	}
	return err
}

// fold writes text, runs of white space as one.
func (p *odtPara) fold(s []byte) {
	for _, c := range s {
		switch c {
		case ' ', '\t', '\n', '\r':
			if p.space {
				p.text.WriteByte(' ')
				p.space = false
			}
		default:
			p.text.WriteByte(c)
			p.space = true
		}
	}
}

func (d *odt) piece(e xml.StartElement, p *odtPara) error {
	switch e.Name.Local {
	case "s":
		n := 1
		_, _ = fmt.Sscan(Attr(e, "c"), &n)
		p.text.WriteString(strings.Repeat(" ", min(max(n, 0), 1000)))
		p.space = false
	case "tab":
		p.text.WriteByte('\t')
		p.space = false
	case "line-break":
		p.text.WriteByte('\n')
		p.space = false
	case "note":
		return d.noted(p)
	case "annotation":
		var all []string
		err := d.w.Children(func(e xml.StartElement) error {
			if e.Name.Local != "p" && e.Name.Local != "list" {
				return d.w.Skip() // who wrote it, and when
			}
			return d.block(e, func(s string) { all = append(all, s) }, "")
		}, nil)
		if len(all) > 0 {
			d.comments = append(d.comments, strings.Join(all, "\n"))
		}
		return err
	case "frame", "custom-shape", "rect", "g", "line", "ellipse", "polygon", "path", "control":
		return d.drawing(e, p)
	case "hidden-text", "hidden-paragraph":
		if Attr(e, "is-hidden") == "true" {
			d.hidden++
			return d.w.Skip()
		}
	case "span":
		if d.hiddenStyle[Attr(e, "style-name")] {
			d.hidden++
			return d.w.Skip()
		}
	case "ruby-text", "script", "tracked-changes":
		return d.w.Skip()
	}
	return d.w.Children(func(e xml.StartElement) error { return d.piece(e, p) }, p.fold)
}

// noted reads a footnote or endnote: a mark in the words, its text at their end.
func (d *odt) noted(p *odtPara) error {
	at := len(d.notes)
	d.notes = append(d.notes, "")
	fmt.Fprintf(&p.text, "[%d]", at+1)
	p.space = true
	var all []string
	err := d.w.Children(func(e xml.StartElement) error {
		if e.Name.Local != "note-body" {
			return d.w.Skip()
		}
		return d.blocks(func(s string) { all = append(all, strings.TrimSpace(s)) }, "")
	}, nil)
	d.notes[at] = strings.Join(all, "\n")
	return err
}

// drawing counts pictures and reads the words of boxes and shapes, which stand after the
// paragraph they hang on. e has just begun.
func (d *odt) drawing(e xml.StartElement, p *odtPara) error {
	counted := false // a picture may be kept in two forms
	box := func(s string) { p.after = append(p.after, s) }
	return d.w.Children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "image":
			if !counted {
				d.pictures++
			}
			counted = true
			return d.w.Skip()
		case "text-box":
			return d.blocks(box, "")
		case "p", "list", "table":
			return d.block(e, box, "")
		case "frame", "custom-shape", "rect", "g":
			return d.drawing(e, p)
		}
		return d.w.Skip()
	}, nil)
}

// table reads a table row by row.
func (d *odt) table(to func(s string)) error {
	return d.w.Children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "table-header-rows", "table-rows", "table-row-group":
			return d.table(to)
		case "table-row":
			return d.tableRow(to)
		}
		return d.w.Skip()
	}, nil)
}

func (d *odt) tableRow(to func(s string)) error {
	var cells [][]string
	real := 0
	err := d.w.Children(func(e xml.StartElement) error {
		if e.Name.Local != "table-cell" && e.Name.Local != "covered-table-cell" {
			return d.w.Skip()
		}
		var cell []string
		err := d.blocks(func(s string) { cell = append(cell, s) }, "")
		n := 1
		_, _ = fmt.Sscan(Attr(e, "number-columns-repeated"), &n)
		if e.Name.Local == "table-cell" {
			real++
		}
		for range min(max(n, 1), 100) {
			cells = append(cells, cell)
		}
		return err
	}, nil)
	if real == 1 && len(cells) > 0 {
		cells = cells[:1] // one cell as wide as the table
	}
	for _, s := range row(cells) {
		to(s)
	}
	return err
}
