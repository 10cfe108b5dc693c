package document

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

// Walker reads XML as it comes, element by element, with a limit of depth. It expands no
// entity but the five of XML, and refuses a file that declares its own. Names are told
// apart by their local part; the space of a name is its prefix as it is written.
type Walker struct {
	d     *xml.Decoder
	depth int
}

var errDeep = errors.New("document: nested too deep, or with entities of its own")

func newWalker(r io.Reader) *Walker {
	d := xml.NewDecoder(r)
	d.CharsetReader = charset.NewReaderLabel
	return &Walker{d: d}
}

// Children calls child for each element within the one that was begun last, and words for
// the text between them. child must read its element to its end: by children, skip or
// both. words may be nil.
func (w *Walker) Children(child func(e xml.StartElement) error, words func(s []byte)) error {
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > MaxDepth {
		return errDeep
	}
	for {
		t, err := w.d.RawToken()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := child(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		case xml.CharData:
			if words != nil {
				words(t)
			}
		case xml.Directive:
			if err := declared(t); err != nil {
				return err
			}
		}
	}
}

// Skip reads to the end of the element that was begun last.
func (w *Walker) Skip() error {
	depth := 1
	for depth > 0 {
		t, err := w.d.RawToken()
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			if depth++; w.depth+depth > MaxDepth {
				return errDeep
			}
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

// root finds the first element and gives it to read.
func (w *Walker) root(read func(e xml.StartElement) error) error {
	for {
		t, err := w.d.RawToken()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			return read(t)
		case xml.Directive:
			if err := declared(t); err != nil {
				return err
			}
		}
	}
}

// declared refuses a document type that declares anything or reads it from elsewhere.
func declared(d xml.Directive) error {
	if s := string(d); strings.Contains(s, "[") || strings.Contains(s, "ENTITY") || strings.Contains(s, "SYSTEM") {
		return errDeep
	}
	return nil
}

// Text gives all the text within the element that was begun last.
func (w *Walker) Text() (string, error) {
	var out strings.Builder
	var inner func(e xml.StartElement) error
	words := func(s []byte) { out.Write(s) }
	inner = func(xml.StartElement) error { return w.Children(inner, words) }
	err := w.Children(inner, words)
	return out.String(), err
}

// Attr is the value of an attribute by its local name.
func Attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// on reads an XML switch: absent is on, "0", "false" and "off" are off.
func on(e xml.StartElement, name string) bool {
	switch Attr(e, name) {
	case "0", "false", "off", "none":
		return false
	}
	return true
}

// WalkPart reads one part of a document; a part that is not there is no error. With
// opened false the part was not there.
func (a *Archive) WalkPart(name string, most int64, read func(w *Walker, e xml.StartElement) error) (opened bool, err error) {
	r, err := a.Part(name, most)
	if err != nil || r == nil {
		return false, err
	}
	defer r.Close()
	w := newWalker(r)
	return true, w.root(func(e xml.StartElement) error { return read(w, e) })
}

// AsRefusal turns what went wrong while reading into plain words.
func AsRefusal(err error) error {
	switch {
	case err == nil || Refused(err) != nil:
		return err
	case errors.Is(err, errBomb):
		return Refuse("document.bomb").Because(err)
	case errors.Is(err, errPart):
		return Refuse("document.too_big", "MB", MaxPart>>20).Because(err)
	case errors.Is(err, errDeep):
		return Refuse("document.deep").Because(err)
	}
	return Refuse("document.damaged").Because(err)
}
