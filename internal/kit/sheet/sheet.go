// Package sheet reads the sheets of Excel workbooks (Office Open XML, ECMA-376 part 1,
// SpreadsheetML).
//
// The workbook itself is read here, part by part and as it comes: only what holds cells is
// unpacked, pictures and macros never, and a row without words costs no memory. The
// library excelize, which this package owns, never sees the file: it writes one number at
// a time in the way its cell shows it.
//
// What a person sees in a cell is what is read. Days are written YYYY-MM-DD and times
// HH:MM, by the format of their cell. A formula is its stored answer. Rows and columns that
// are hidden are read too, and told.
package sheet

import (
	"encoding/xml"
	"fmt"
	"path"
	"strings"

	"plait/internal/kit/document"
)

// Limits of a workbook.
const (
	MaxSheets = 100
	MaxCells  = 4_000_000 // with something in them, of one workbook; and places of one sheet, empty ones counted
	maxPart   = 256 << 20 // bytes of one sheet when unpacked
	maxShared = 128 << 20 // bytes of the list of texts
	maxHeads  = 20        // rows in which the heads are looked for
	maxTold   = 20        // cells of one kind that are told one by one
)

// Sheet is one sheet of a workbook. Columns without anything in them are left out.
type Sheet struct {
	Name       string
	Hidden     bool
	Header     []string   // "Group: Sub" where the heads are two rows; "Column 1" and so on where there are none
	HeaderLine int        // the row of the heads (the lower of two), from 1; 0 = there are none
	Rows       [][]string // each as long as Header; rows without anything are left out
	Lines      []int      // of each row its number in the sheet, from 1
	Problems   []document.Problem
}

// book is a workbook that is being read.
type book struct {
	a      *document.Archive
	dir    string // of the workbook's part
	date04 bool
	shared []string
	styles []style // by the number that a cell names
	sheets []listed
	show   shower
	cells  int
	macros bool
}

// listed is a sheet in the workbook's list.
type listed struct {
	name, part string
	hidden     bool
}

// Read gives the sheets of a workbook in their order, hidden ones too. A sheet without
// anything on it has no rows and no heads. The error is a *document.Refusal: damage, a
// password, an older kind of file, or more than the limits.
func Read(b []byte) (out []Sheet, err error) {
	defer func() {
		// Readers of other people's formats have had panics on bad files before.
		if r := recover(); r != nil {
			out, err = nil, document.Refuse("document.damaged")
		}
	}()
	if strings.HasPrefix(string(b[:min(len(b), 4)]), "\xd0\xcf\x11\xe0") {
		if document.Locked(b) {
			return nil, document.Refuse("document.locked")
		}
		return nil, document.Refuse("document.old")
	}
	a, err := document.OpenArchive(b)
	if err != nil {
		return nil, err
	}
	k := &book{a: a}
	if err := k.open(); err != nil {
		return nil, document.AsRefusal(err)
	}
	for _, l := range k.sheets {
		s, err := k.sheet(l)
		if err != nil {
			return nil, document.AsRefusal(err)
		}
		out = append(out, s)
	}
	if len(out) > 0 && k.macros {
		out[0].Problems = append(out[0].Problems, document.Problem{Reason: "This file has macros (small programs). They were not run."})
	}
	return out, nil
}

// open reads what the sheets stand on.
func (k *book) open() error {
	main := "xl/workbook.xml"
	top, err := k.relations("_rels/.rels", "")
	if err != nil {
		return err
	}
	for _, r := range top {
		if r.kind == "officeDocument" {
			main = r.target
		}
	}
	k.dir = path.Dir(main)
	parts, err := k.relations(path.Join(k.dir, "_rels", path.Base(main)+".rels"), k.dir)
	if err != nil {
		return err
	}
	opened, err := k.a.WalkPart(main, 16<<20, func(w *document.Walker, _ xml.StartElement) error { return w.Children(k.workbook(w, parts), nil) })
	if err != nil {
		return err
	}
	if !opened {
		return document.Refuse("document.damaged")
	}
	for _, r := range parts {
		switch r.kind {
		case "sharedStrings":
			_, err = k.a.WalkPart(r.target, maxShared, func(w *document.Walker, _ xml.StartElement) error { return k.readShared(w) })
		case "styles":
			_, err = k.a.WalkPart(r.target, 32<<20, func(w *document.Walker, _ xml.StartElement) error { return k.readStyles(w) })
		case "vbaProject":
			k.macros = true
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// workbook reads the list of sheets.
func (k *book) workbook(w *document.Walker, parts map[string]relation) func(e xml.StartElement) error {
	return func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			v := document.Attr(e, "date1904")
			k.date04 = v == "1" || v == "true"
		case "sheets":
			return w.Children(func(e xml.StartElement) error {
				id := ""
				for _, a := range e.Attr {
					if a.Name.Local == "id" && a.Name.Space != "" {
						id = a.Value
					}
				}
				if r, ok := parts[id]; ok && r.kind == "worksheet" {
					if len(k.sheets) == MaxSheets {
						return document.Refuse("document.sheets", "Most", MaxSheets)
					}
					state := document.Attr(e, "state")
					k.sheets = append(k.sheets, listed{strings.TrimSpace(document.Plain(document.Attr(e, "name"))), r.target, state != "" && state != "visible"})
				}
				return w.Skip()
			}, nil)
		}
		return w.Skip()
	}
}

type relation struct{ kind, target string }

// relations reads a list of relationships by their ids.
func (k *book) relations(name, base string) (map[string]relation, error) {
	out := map[string]relation{}
	_, err := k.a.WalkPart(name, 4<<20, func(w *document.Walker, _ xml.StartElement) error {
		return w.Children(func(e xml.StartElement) error {
			if document.Attr(e, "TargetMode") != "External" {
				target := document.Attr(e, "Target")
				if strings.HasPrefix(target, "/") {
					target = strings.TrimPrefix(path.Clean(target), "/")
				} else {
					target = path.Join(base, target)
				}
				out[document.Attr(e, "Id")] = relation{path.Base(document.Attr(e, "Type")), target}
			}
			return w.Skip()
		}, nil)
	})
	return out, err
}

// readShared reads the texts that cells name by number.
func (k *book) readShared(w *document.Walker) error {
	return w.Children(func(e xml.StartElement) error {
		if e.Name.Local != "si" {
			return w.Skip()
		}
		s, err := rich(w)
		k.shared = append(k.shared, s)
		return err
	}, nil)
}

// rich reads a text, of one look or of several; how it is said (rPh) is left out.
func rich(w *document.Walker) (string, error) {
	var out strings.Builder
	var read func(e xml.StartElement) error
	read = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "t":
			return w.Children(func(xml.StartElement) error { return w.Skip() }, func(s []byte) { out.Write(s) })
		case "r":
			return w.Children(read, nil)
		}
		return w.Skip()
	}
	err := w.Children(read, nil)
	return unescape(out.String()), err
}

// unescape reads the letters that Excel writes as _x000D_ (ECMA-376 part 1, 22.9.2.19).
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return document.Plain(s)
	}
	var out strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 {
			break
		}
		out.WriteString(s[:i])
		s = s[i:]
		var n rune
		if len(s) >= 7 && s[6] == '_' {
			if _, err := fmt.Sscanf(s[2:6], "%04x", &n); err == nil && strings.IndexFunc(s[2:6], notHex) < 0 {
				out.WriteRune(n)
				s = s[7:]
				continue
			}
		}
		out.WriteString(s[:2])
		s = s[2:]
	}
	out.WriteString(s)
	return document.Plain(out.String())
}

func notHex(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }
