// Package document says what a file is, and reads its words.
//
// What people have is a Word file of notes, a web page, an e-mail, a text. Sniff names a
// file by its content, never by what it calls itself. Read gives its words as plain
// paragraphs, with everything that was left out told as a Problem. Unpack opens a zip of
// many files.
//
// A file is never trusted. Nothing in it is run or fetched: no macro, script, style,
// picture, link or outside entity. Only the parts that hold words are unpacked, and how
// much they may hold, how deep they may be nested and how far they may be packed has a
// limit each. Read and Unpack are best called in a process of its own (kit/child): they
// take memory of a small multiple of the words.
//
// Words are kept as they were written: letters are never put into another normal form,
// so that an offset counted today counts the same tomorrow. Lines end with LF, paragraphs
// are apart by one blank line, and no NUL or other control character but tab and LF is in
// them. Offsets are counted in code points.
//
// The package owns golang.org/x/net/html (WHATWG HTML, and the names of character sets)
// and goldmark (CommonMark and GitHub's tables).
package document

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/template"

	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
)

// The formats that Sniff tells apart.
const (
	DOCX      = "docx"
	XLSX      = "xlsx"
	ODT       = "odt"
	ODS       = "ods"
	PDF       = "pdf"
	HTML      = "html"
	EML       = "eml"
	Zip       = "zip"
	Text      = "text"
	Markdown  = "markdown"
	Picture   = "picture" // JPEG, PNG, GIF, WebP, BMP
	HEIC      = "heic"    // HEIC and AVIF
	TIFF      = "tiff"
	SVG       = "svg"
	Sound     = "sound"
	Video     = "video"
	OldOffice = "office"    // a file of Office 97 to 2003, or one with a password; other office zips too
	RTF       = "rtf"       //
	Packed    = "packed"    // 7z, gzip, rar and the like
	Unknown   = "scrambled" // no text in any encoding we know
)

// Limits of reading. Sizes are bytes when unpacked.
const (
	MaxWords   = 16 << 20  // of words that one file may give
	MaxPart    = 64 << 20  // of one part of a zipped document (document.xml)
	MaxDepth   = 200       // of elements within elements, quoted mails within mails excepted
	MaxEntries = 10_000    // of a zipped document
	MaxRatio   = 200       // unpacked to packed, of a part larger than 1 MiB
	MaxFiles   = 200       // that Unpack gives
	MaxUnpack  = 64 << 20  // of all files that Unpack gives
	MaxParts   = 200       // of an e-mail
	MaxNested  = 12        // parts within parts of an e-mail
	maxTold    = 200       // problems of one file
	maxStarts  = 1_000_000 // paragraphs of one file
)

// Problem is one thing that was left out, or that a person should look at.
type Problem struct {
	Place  string // "page 3", "paragraph 12", the name of a file in a zip, or "" for the whole file
	Line   int    // counted from 1; 0 = none
	Reason string // plain English
}

// File is one file that was within another.
type File struct {
	Name  string // no path and no control character; unlike those of the others
	Bytes []byte
}

// Doc is what a document says.
type Doc struct {
	Title      string    // what the document calls itself; of an e-mail its subject; may be ""
	Words      string    // see the package comment
	PageStarts []int     // where each page begins, code points from 0; nil for formats without pages
	Paragraphs []int     // where each paragraph begins, code points from 0
	Date       string    // YYYY-MM-DD on which an e-mail was sent, by its sender's clock; else ""
	Language   string    // BCP 47 as the file says it, "" when it does not
	Pictures   int       // that stand within the words and are not in them
	Problems   []Problem // what was left out
	Attached   []File    // files that came with an e-mail
}

// Refusal says in plain words why nothing can be read. Say is the message key of what is
// wrong, Say+"_do" the one of what to do about it; both are in Words.
type Refusal struct {
	Say  string
	Args []any // alternating name and value
	Err  error // cause, for the log alone; may be nil
}

// Refuse makes a refusal.
func Refuse(say string, args ...any) *Refusal { return &Refusal{Say: say, Args: args} }

// Because adds the cause.
func (r *Refusal) Because(err error) *Refusal { r.Err = err; return r }

// Error is the refusal in English: what is wrong, and what to do.
func (r *Refusal) Error() string { return English(r.Say, r.Args...) }

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// Fault is the refusal as a fault, for those who answer a person directly.
func (r *Refusal) Fault() *fault.Fault {
	kind := fault.Invalid
	if r.Say == "document.too_big" || r.Say == "document.bomb" {
		kind = fault.TooBig
	}
	return fault.New(kind, r.Say, r.Args...).With(r.Say + "_do").Because(r.Err)
}

// Refused gives the refusal within err, or nil.
func Refused(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

//go:embed words/*.json
var words embed.FS

// Words gives the words of the refusals of this package, of kit/pdf and of kit/sheet, to
// be put in the catalogue.
func Words() lang.Source {
	sub, err := fs.Sub(words, "words")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return lang.Source{Name: "document", FS: sub}
}

// English writes a refusal's message and what to do about it in English, from the same
// words as the catalogue. args alternate name and value. A key that is not there is given
// back as it is.
func English(say string, args ...any) string {
	raw, err := words.ReadFile("words/en.json")
	if err != nil {
		return say
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		return say
	}
	values := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		values[fmt.Sprint(args[i])] = args[i+1]
	}
	var out []string
	for _, key := range []string{say, say + "_do"} {
		text, ok := all[key].(string)
		if !ok {
			continue
		}
		var b strings.Builder
		if t, err := template.New(key).Parse(text); err != nil || t.Execute(&b, values) != nil {
			return say
		}
		out = append(out, b.String())
	}
	if len(out) == 0 {
		return say
	}
	return strings.Join(out, " ")
}
