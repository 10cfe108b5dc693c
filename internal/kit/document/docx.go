package document

import (
	"encoding/xml"
	"fmt"
	"path"
	"slices"
	"strings"
)

// docx reads a Word document (ECMA-376 part 1, WordprocessingML).
type docx struct {
	*builder
	a     *Archive
	w     *Walker
	parts map[string][]string // kind of relationship -> names of parts

	styleList map[string]numbering    // paragraph style -> its list
	lists     map[string]map[int]item // list -> level -> how its items are marked
	counts    counters

	pictures, changes, symbols int
	hidden                     int // runs
	field                      []bool
	notes                      []string // ids in the order of their marks: "f2", "e1"
	note                       map[string][]string
}

type numbering struct {
	list  string
	level int
}

// item is how one level of a list is marked.
type item struct {
	kind    string // "1", "a", "A", "i", "I"; "" is a bullet or none
	pattern string // "%1.%2."
	start   int
	bullet  bool
}

// para is what is gathered of one paragraph.
type para struct {
	text   strings.Builder
	after  []string // text boxes, written after it
	list   numbering
	joined bool // its end was deleted: the next paragraph goes on with it
}

func readDOCX(b []byte) (Doc, error) {
	a, err := OpenArchive(b)
	if err != nil {
		return Doc{}, err
	}
	d := &docx{builder: &builder{}, a: a, counts: counters{}, note: map[string][]string{}}
	if err := d.read(); err != nil {
		return Doc{}, AsRefusal(err)
	}
	return d.done()
}

func (d *docx) read() error {
	main := "word/document.xml"
	top, err := d.relations("_rels/.rels", "")
	if err != nil {
		return err
	}
	if t := top["officeDocument"]; len(t) > 0 {
		main = t[0]
	}
	if d.parts, err = d.relations(path.Join(path.Dir(main), "_rels", path.Base(main)+".rels"), path.Dir(main)); err != nil {
		return err
	}
	if err := d.properties(top); err != nil {
		return err
	}
	opened, err := d.a.WalkPart(main, MaxPart, func(w *Walker, e xml.StartElement) error {
		d.w, d.field = w, nil
		return w.Children(func(e xml.StartElement) error {
			if e.Name.Local != "body" {
				return w.Skip()
			}
			return d.blocks(d.add)
		}, nil)
	})
	if err != nil {
		return err
	}
	if !opened {
		return Refuse("document.damaged")
	}
	if err := d.endings(); err != nil {
		return err
	}
	d.tellAll()
	return nil
}

// tellAll says what was left out or read in a way of ours.
func (d *docx) tellAll() {
	if d.changes > 0 {
		d.tell("%s: the text is read as if they were accepted.", few(d.changes, "1 tracked change", "%d tracked changes"))
	}
	if d.hidden > 0 {
		d.tell("Hidden text was left out in %s.", few(d.hidden, "1 place", "%d places"))
	}
	if d.symbols > 0 {
		d.tell("%s from a picture font could not be read. □ stands in its place.", few(d.symbols, "1 sign", "%d signs"))
	}
	if len(d.parts["vbaProject"]) > 0 || d.a.Has("word/vbaProject.bin") {
		d.tell("This file has macros (small programs). They were not run.")
	}
	if n := len(d.parts["oleObject"]) + len(d.parts["package"]); n > 0 {
		d.tell("%s in this file. Bring it in by itself.", few(n, "There is another file", "There are %d other files"))
	}
	d.builder.pictures(d.pictures)
}

// relations reads a list of relationships: kind (the last word of its type) -> parts.
func (d *docx) relations(name, base string) (map[string][]string, error) {
	out := map[string][]string{}
	_, err := d.a.WalkPart(name, 4<<20, func(w *Walker, _ xml.StartElement) error {
		return w.Children(func(e xml.StartElement) error {
			if e.Name.Local == "Relationship" && Attr(e, "TargetMode") != "External" {
				target := Attr(e, "Target")
				if strings.HasPrefix(target, "/") {
					target = strings.TrimPrefix(path.Clean(target), "/")
				} else {
					target = path.Join(base, target)
				}
				kind := path.Base(Attr(e, "Type"))
				out[kind] = append(out[kind], target)
			}
			return w.Skip()
		}, nil)
	})
	return out, err
}

// first is the first part of a kind.
func (d *docx) first(kind string) string {
	if p := d.parts[kind]; len(p) > 0 {
		return p[0]
	}
	return ""
}

// blocks reads paragraphs and tables up to the end of the element begun last.
func (d *docx) blocks(to func(s string)) error {
	var open *para // a paragraph whose end was deleted
	err := d.block(&open, to)
	if open != nil {
		d.end(open, to)
	}
	return err
}

func (d *docx) block(open **para, to func(s string)) error {
	return d.w.Children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "p":
			p := *open
			if p == nil {
				p = &para{}
			}
			p.joined = false
			*open = nil
			if err := d.paragraph(p); err != nil {
				return err
			}
			if p.joined {
				*open = p
				return nil
			}
			d.end(p, to)
			return nil
		case "tbl":
			return d.table(to)
		case "ins", "moveTo":
			if e.Name.Local == "ins" {
				d.changes++
			}
			return d.block(open, to)
		case "del", "moveFrom":
			d.changes++
			return d.w.Skip()
		case "AlternateContent":
			return d.choice(func() error { return d.block(open, to) })
		case "sdt", "sdtContent", "customXml", "smartTag", "txbxContent":
			return d.block(open, to)
		}
		return d.w.Skip()
	}, nil)
}

// end writes a paragraph, its mark as an item of a list before it.
func (d *docx) end(p *para, to func(s string)) {
	s := p.text.String()
	if strings.TrimSpace(s) != "" {
		to(d.mark(p.list) + s)
	}
	for _, box := range p.after {
		to(box)
	}
}

// choice reads the first of several ways to show the same thing (ECMA-376 part 3, 10.2).
func (d *docx) choice(read func() error) error {
	done := false
	return d.w.Children(func(e xml.StartElement) error {
		if done || e.Name.Local != "Choice" && e.Name.Local != "Fallback" {
			return d.w.Skip()
		}
		done = true
		return read()
	}, nil)
}

func (d *docx) paragraph(p *para) error {
	return d.w.Children(func(e xml.StartElement) error {
		if e.Name.Local == "pPr" {
			return d.paragraphProperties(p)
		}
		return d.inline(e, p)
	}, nil)
}

func (d *docx) paragraphProperties(p *para) error {
	return d.w.Children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "pStyle":
			if n, ok := d.styleList[Attr(e, "val")]; ok && p.list.list == "" {
				p.list = n
			}
		case "numPr":
			n, err := d.numPr()
			if n.list != "" {
				p.list = n
			}
			return err
		case "rPr":
			return d.w.Children(func(e xml.StartElement) error {
				if e.Name.Local == "del" {
					d.changes++
					p.joined = true
				}
				return d.w.Skip()
			}, nil)
		}
		return d.w.Skip()
	}, nil)
}

// numPr reads the list and level of a paragraph; list "0" is none.
func (d *docx) numPr() (numbering, error) {
	var n numbering
	err := d.w.Children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numId":
			n.list = Attr(e, "val")
		case "ilvl":
			_, _ = fmt.Sscan(Attr(e, "val"), &n.level)
		}
		return d.w.Skip()
	}, nil)
	n.level = min(max(n.level, 0), 8)
	return n, err
}

// inline reads one thing within a paragraph.
func (d *docx) inline(e xml.StartElement, p *para) error {
	within := func() error {
		return d.w.Children(func(e xml.StartElement) error { return d.inline(e, p) }, nil)
	}
	switch e.Name.Local {
	case "r":
		return d.run(p)
	case "ins":
		d.changes++
		return within()
	case "del", "moveFrom":
		d.changes++
		return d.w.Skip()
	case "hyperlink", "moveTo", "sdt", "sdtContent", "fldSimple", "smartTag", "customXml", "dir", "bdo", "oMath", "oMathPara":
		return within()
	case "AlternateContent":
		return d.choice(within)
	}
	if e.Name.Space == "m" { // the prefix that all who write formulas use
		if e.Name.Local == "t" {
			return d.write(p)
		}
		return within()
	}
	return d.w.Skip()
}

// write takes the text of the element begun last.
func (d *docx) write(p *para) error {
	silent := slices.Contains(d.field, true)
	return d.w.Children(func(xml.StartElement) error { return d.w.Skip() }, func(s []byte) {
		if !silent {
			p.text.Write(s)
		}
	})
}

// run reads a run of text of one look.
func (d *docx) run(p *para) error {
	hidden, counted := false, false
	before := p.text.Len()
	err := d.w.Children(func(e xml.StartElement) error {
		if e.Name.Local == "rPr" {
			return d.w.Children(func(e xml.StartElement) error {
				if e.Name.Local == "vanish" || e.Name.Local == "specVanish" {
					hidden = hidden || on(e, "val")
				}
				return d.w.Skip()
			}, nil)
		}
		if hidden && e.Name.Local != "fldChar" {
			if e.Name.Local == "t" && !counted {
				counted = true
				d.hidden++
			}
			return d.w.Skip()
		}
		return d.piece(e, p)
	}, nil)
	if p.text.Len() > MaxWords || before > MaxWords {
		return errPart
	}
	return err
}

// piece reads one thing within a run.
func (d *docx) piece(e xml.StartElement, p *para) error {
	switch e.Name.Local {
	case "t":
		return d.write(p)
	case "tab", "ptab":
		p.text.WriteByte('\t')
	case "br", "cr":
		p.text.WriteByte('\n')
	case "noBreakHyphen":
		p.text.WriteRune('\u2011')
	case "sym":
		d.symbol(Attr(e, "char"), p)
	case "fldChar":
		d.fieldChar(Attr(e, "fldCharType"))
	case "footnoteReference", "endnoteReference":
		if id := e.Name.Local[:1] + Attr(e, "id"); !slices.Contains(d.notes, id) && len(d.notes) < maxStarts/100 {
			d.notes = append(d.notes, id)
			fmt.Fprintf(&p.text, "[%d]", len(d.notes))
		}
	case "drawing", "pict", "object":
		return d.drawing(p)
	case "AlternateContent":
		return d.choice(func() error {
			return d.w.Children(func(e xml.StartElement) error { return d.piece(e, p) }, nil)
		})
	case "ruby":
		return d.w.Children(func(e xml.StartElement) error {
			if e.Name.Local != "rubyBase" {
				return d.w.Skip() // how it is said, not what is written
			}
			return d.w.Children(func(e xml.StartElement) error { return d.inline(e, p) }, nil)
		}, nil)
	}
	return d.w.Skip()
}

// fieldChar follows a field: between begin and separate stands what Word works out, after
// it the result that is seen.
func (d *docx) fieldChar(kind string) {
	switch n := len(d.field); {
	case kind == "begin" && n < MaxDepth:
		d.field = append(d.field, true)
	case kind == "separate" && n > 0:
		d.field[n-1] = false
	case kind == "end" && n > 0:
		d.field = d.field[:n-1]
	}
}

// symbol writes a sign of a picture font where it is one that forms use.
func (d *docx) symbol(char string, p *para) {
	known := map[string]string{"F0FC": "✓", "F0FE": "☒", "F0A8": "☐", "F06F": "☐", "F0B7": "•", "F0A7": "▪", "F0E0": "→", "F04A": "☺", "F0FB": "✗", "F052": "☑"}
	if s, ok := known[strings.ToUpper(char)]; ok {
		p.text.WriteString(s)
		return
	}
	d.symbols++
	p.text.WriteString("□")
}

// drawing counts pictures and reads the text boxes of a drawing. A box stands after the
// paragraph it hangs on.
func (d *docx) drawing(p *para) error {
	return d.w.Children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "txbxContent":
			return d.blocks(func(s string) { p.after = append(p.after, s) })
		case "blip", "imagedata":
			d.pictures++
		case "AlternateContent":
			return d.choice(func() error { return d.drawing(p) })
		}
		return d.drawing(p)
	}, nil)
}
