// Package paper makes what is printed or shown to be read by a camera. Owner of
// github.com/skip2/go-qrcode.
package paper

import (
	"bytes"
	"embed"
	"encoding/xml"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"

	qrcode "github.com/skip2/go-qrcode"

	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
)

//go:embed words/*.json
var words embed.FS

// Words gives the words of this package's faults, to be put in the catalogue.
func Words() lang.Source {
	sub, err := fs.Sub(words, "words")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return lang.Source{Name: "paper", FS: sub}
}

const (
	// MaxText is the longest text of a code, in characters: what a symbol of 77 modules
	// (version 15, level M) holds. A finer one is not read from a printed card by an
	// old phone.
	MaxText = 412
	// Quiet is the empty edge that a reader needs, in modules (ISO/IEC 18004, 6.3.8).
	Quiet = 4
)

// Code is a QR code as a picture.
type Code struct {
	SVG  []byte // one <svg> element, to be put in a page as it is
	Size int    // width and height in modules, the quiet edge included; 29 to 85
}

// QR draws text as a QR code (ISO/IEC 18004), error correction level M, black on white
// with its quiet edge. The picture has role "img" and label as its name for those who
// do not see it; it has no width, no style and no script, so the page gives its size.
//
// Text is 1 to MaxText characters of printable ASCII, as every web address is once its
// other letters are percent-encoded. Readers guess at the character set of anything
// else, and guess wrong (zbar reads "tŷ" as Chinese). A longer text is a toobig fault;
// an empty one, one with other letters, and an empty label are invalid. Time is in proportion to Size squared.
func QR(text, label string) (Code, error) {
	dark, err := modules(text)
	if err != nil {
		return Code{}, err
	}
	if label == "" || !utf8.ValidString(label) {
		return Code{}, fault.New(fault.Invalid, "paper.label")
	}
	size := len(dark) + 2*Quiet
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="`, size, size)
	if err := xml.EscapeText(&b, []byte(label)); err != nil {
		return Code{}, err
	}
	// White is drawn too: on a dark page a code without it cannot be read.
	fmt.Fprintf(&b, `" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, size, size)
	path(&b, dark)
	b.WriteString(`"/></svg>`)
	return Code{b.Bytes(), size}, nil
}

// modules gives the symbol row by row, true for dark, without its quiet edge.
func modules(text string) (dark [][]bool, err error) {
	switch {
	case text == "":
		return nil, fault.New(fault.Invalid, "paper.text")
	case len(text) > MaxText:
		return nil, fault.New(fault.TooBig, "paper.too_long", "Max", MaxText)
	case strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) >= 0:
		return nil, fault.New(fault.Invalid, "paper.letters")
	}
	// The library panics where it finds a fault of its own; here that is an error.
	defer func() {
		if p := recover(); p != nil {
			dark, err = nil, fault.New(fault.Broken, "house.broken").Because(fmt.Errorf("paper: drawing %d bytes: %v", len(text), p))
		}
	}()
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, fault.New(fault.TooBig, "paper.too_long", "Max", MaxText).Because(err)
	}
	q.DisableBorder = true
	return q.Bitmap(), nil
}

// path draws each run of dark modules in a row as one box of a single path.
func path(b *bytes.Buffer, dark [][]bool) {
	for y, row := range dark {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			n := strconv.Itoa(x - from)
			b.WriteString("M" + strconv.Itoa(from+Quiet) + " " + strconv.Itoa(y+Quiet) + "h" + n + "v1h-" + n + "z")
		}
	}
}
