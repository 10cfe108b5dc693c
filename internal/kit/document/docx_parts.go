package document

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
)

// table reads a table row by row. A table within a cell gives its rows to the cell.
func (d *docx) table(to func(s string)) error {
	return d.w.Children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "tr":
			return d.tableRow(to)
		case "ins", "sdt", "sdtContent", "customXml":
			return d.table(to)
		case "del":
			d.changes++
		}
		return d.w.Skip()
	}, nil)
}

func (d *docx) tableRow(to func(s string)) error {
	var cells [][]string
	deleted := false
	var read func(e xml.StartElement) error
	read = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "tc":
			var cell []string
			err := d.blocks(func(s string) { cell = append(cell, s) })
			cells = append(cells, cell)
			return err
		case "trPr":
			return d.w.Children(func(e xml.StartElement) error {
				switch e.Name.Local {
				case "del":
					d.changes++
					deleted = true
				case "ins":
					d.changes++
				}
				return d.w.Skip()
			}, nil)
		case "sdt", "sdtContent", "customXml":
			return d.w.Children(read, nil)
		}
		return d.w.Skip()
	}
	if err := d.w.Children(read, nil); err != nil {
		return err
	}
	if !deleted {
		for _, s := range row(cells) {
			to(s)
		}
	}
	return nil
}

// properties reads what stands beside the words: title, language, lists and notes.
func (d *docx) properties(top map[string][]string) error {
	for _, name := range top["core-properties"] {
		if _, err := d.a.WalkPart(name, 1<<20, func(w *Walker, _ xml.StartElement) error {
			return w.Children(func(e xml.StartElement) error {
				if e.Name.Local != "title" {
					return w.Skip()
				}
				s, err := w.Text()
				d.doc.Title = s
				return err
			}, nil)
		}); err != nil {
			return err
		}
	}
	for _, read := range []struct {
		kind string
		do   func(w *Walker, e xml.StartElement) error
	}{{"styles", d.styles}, {"numbering", d.numbering}, {"footnotes", d.readNotes}, {"endnotes", d.readNotes}} {
		if _, err := d.a.WalkPart(d.first(read.kind), MaxPart/4, read.do); err != nil {
			return err
		}
	}
	return nil
}

// styles finds the language of the document and the styles that make lists.
func (d *docx) styles(w *Walker, _ xml.StartElement) error {
	d.w = w
	d.styleList = map[string]numbering{}
	var style string
	inDefaults := false
	var read func(e xml.StartElement) error
	read = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "docDefaults":
			inDefaults = true
			err := w.Children(read, nil)
			inDefaults = false
			return err
		case "style":
			style = Attr(e, "styleId")
			return w.Children(read, nil)
		case "lang":
			if v := Attr(e, "val"); inDefaults && v != "" && v != "x-none" {
				d.doc.Language = v
			}
		case "numPr":
			n, err := d.numPr()
			if style != "" && n.list != "" {
				d.styleList[style] = n
			}
			return err
		case "rPrDefault", "rPr", "pPrDefault", "pPr":
			return w.Children(read, nil)
		}
		return w.Skip()
	}
	return w.Children(read, nil)
}

// numbering reads how lists are marked.
func (d *docx) numbering(w *Walker, _ xml.StartElement) error {
	abstract := map[string]map[int]item{}
	d.lists = map[string]map[int]item{}
	return w.Children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "abstractNum":
			levels := map[int]item{}
			abstract[Attr(e, "abstractNumId")] = levels
			return w.Children(func(e xml.StartElement) error {
				if e.Name.Local != "lvl" {
					return w.Skip()
				}
				n := 0
				_, _ = fmt.Sscan(Attr(e, "ilvl"), &n)
				it, err := level(w)
				levels[n] = it
				return err
			}, nil)
		case "num":
			id := Attr(e, "numId")
			return w.Children(func(e xml.StartElement) error {
				if e.Name.Local == "abstractNumId" {
					d.lists[id] = abstract[Attr(e, "val")]
				}
				return w.Skip()
			}, nil)
		}
		return w.Skip()
	}, nil)
}

// level reads how one level of a list is marked.
func level(w *Walker) (item, error) {
	it := item{start: 1}
	err := w.Children(func(e xml.StartElement) error {
		switch v := Attr(e, "val"); e.Name.Local {
		case "start":
			_, _ = fmt.Sscan(v, &it.start)
		case "numFmt":
			switch v {
			case "bullet":
				it.bullet = true
			case "none":
			case "lowerLetter":
				it.kind = "a"
			case "upperLetter":
				it.kind = "A"
			case "lowerRoman":
				it.kind = "i"
			case "upperRoman":
				it.kind = "I"
			default:
				it.kind = "1"
			}
		case "lvlText":
			it.pattern = v
		}
		return w.Skip()
	}, nil)
	return it, err
}

var place = regexp.MustCompile(`%[1-9]`)

// mark is what stands before an item of a list: "• ", "3. ", "2.b) ".
func (d *docx) mark(n numbering) string {
	it, ok := d.lists[n.list][n.level]
	if n.list == "" || n.list == "0" || !ok {
		return ""
	}
	if it.bullet {
		return "• "
	}
	if it.kind == "" {
		return ""
	}
	at := d.counts.next(n.list, n.level, it.start)
	s := place.ReplaceAllStringFunc(it.pattern, func(p string) string {
		l := int(p[1] - '1')
		if l >= len(at) {
			return ""
		}
		return numeral(at[l], d.lists[n.list][l].kind)
	})
	if s = strings.TrimSpace(Plain(s)); s == "" {
		return ""
	}
	return s + " "
}

// readNotes keeps the footnotes or endnotes, by their ids.
func (d *docx) readNotes(w *Walker, _ xml.StartElement) error {
	d.w = w
	return w.Children(func(e xml.StartElement) error {
		if k := Attr(e, "type"); k == "separator" || k == "continuationSeparator" || k == "continuationNotice" {
			return w.Skip()
		}
		id := e.Name.Local[:1] + Attr(e, "id")
		return d.blocks(func(s string) { d.note[id] = append(d.note[id], s) })
	}, nil)
}

// endings writes notes and comments after the words, and tells of the heads and feet of
// pages.
func (d *docx) endings() error {
	n := 0
	for i, id := range d.notes {
		if s := d.note[id]; len(s) > 0 {
			d.add(fmt.Sprintf("[%d] %s", i+1, strings.TrimSpace(strings.Join(s, "\n"))))
			n++
		}
	}
	if n > 0 {
		d.tell("%s at the end of the words.", few(n, "1 note stands", "%d notes stand"))
	}
	comments := 0
	if _, err := d.a.WalkPart(d.first("comments"), MaxPart/4, func(w *Walker, _ xml.StartElement) error {
		d.w = w
		return w.Children(func(e xml.StartElement) error {
			var all []string
			err := d.blocks(func(s string) { all = append(all, s) })
			if s := strings.TrimSpace(strings.Join(all, "\n")); s != "" {
				comments++
				d.add("[Comment] " + s)
			}
			return err
		}, nil)
	}); err != nil {
		return err
	}
	if comments > 0 {
		d.tell("%s at the end of the words.", few(comments, "1 comment stands", "%d comments stand"))
	}
	margins := false
	for _, name := range append(append([]string{}, d.parts["header"]...), d.parts["footer"]...) {
		if margins {
			break
		}
		if _, err := d.a.WalkPart(name, 1<<20, func(w *Walker, _ xml.StartElement) error {
			d.w = w
			return d.blocks(func(s string) { margins = margins || letters(s) })
		}); err != nil {
			break // they are not read: nothing is lost that would not be told
		}
	}
	if margins {
		d.tell("The words at the head and foot of the pages were left out.")
	}
	return nil
}
