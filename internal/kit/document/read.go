package document

import (
	"bytes"
	"strings"
	"unicode"

	"plait/internal/kit/text"
)

// Read gives the words of a document: DOCX, ODT, HTML, EML, Text or Markdown, as Sniff
// named it. The error is a *Refusal where nothing can be read; other formats are refused
// in their own words.
func Read(format string, b []byte) (d Doc, err error) {
	defer func() {
		// Readers of other people's formats have had panics on bad files before.
		if r := recover(); r != nil {
			d, err = Doc{}, Refuse("document.damaged")
		}
	}()
	switch format {
	case DOCX:
		return readDOCX(b)
	case ODT:
		return readODT(b)
	case HTML:
		return readHTML(b)
	case EML:
		return readMail(b)
	case Text:
		return readText(b)
	case Markdown:
		return readMarkdown(b)
	case ODS:
		return Doc{}, Refuse("document.ods")
	case RTF:
		return Doc{}, Refuse("document.old")
	case OldOffice:
		if Locked(b) {
			return Doc{}, Refuse("document.locked")
		}
		return Doc{}, Refuse("document.old")
	}
	return Doc{}, Refuse("document.not_ours")
}

// Locked says whether b is a newer Office file with a password: it is wrapped in a file of
// the older kind that holds a stream called EncryptedPackage (MS-OFFCRYPTO 2.3.4.4).
func Locked(b []byte) bool {
	name := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	return hasAny(b, "\xd0\xcf\x11\xe0") && bytes.Contains(b, name)
}

// readText takes a text as it is.
func readText(b []byte) (Doc, error) {
	s, _, err := text.Decode(b)
	d := &builder{}
	d.damage(s, err)
	d.add(s)
	return d.done()
}

// damage tells of letters that did not fit, and of what was left out to keep the words.
func (b *builder) damage(s string, err error) {
	if err != nil {
		line := 0
		if d, ok := err.(*text.Damage); ok {
			line = d.Line
		}
		b.tellAt("", line, err.Error())
	}
	if n := strings.Count(s, "\x00"); n > 0 {
		b.tell("%s left out.", few(n, "1 empty character was", "%d empty characters were"))
	}
}

// letters says whether s holds any letter.
func letters(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }
