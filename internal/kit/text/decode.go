package text

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// The names that Decode gives to what it found.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	UTF32LE     = "utf-32le"
	UTF32BE     = "utf-32be"
	Windows1252 = "windows-1252"
)

// Damage is the error of a file in which some bytes do not fit its encoding.
// The words returned beside it can still be used: no byte was dropped.
type Damage struct {
	Encoding string // the encoding that the rest of the file is in
	Line     int    // line of the first misfit, counted from 1
	Bytes    int    // how many bytes did not fit, at least 1
}

// Error says in plain words what was found and what was done about it.
func (d *Damage) Error() string {
	what := "Some letters in this file could not be read"
	if d.Bytes == 1 {
		what = "One letter in this file could not be read"
	}
	if d.Encoding == UTF8 {
		return fmt.Sprintf("%s as UTF-8. We used the older Windows letters there. Check for odd letters from line %d.", what, d.Line)
	}
	return fmt.Sprintf("%s. A mark stands in its place. Check for odd letters from line %d.", what, d.Line)
}

// Decode turns the bytes of a file into UTF-8 words and names the encoding
// found. A byte-order mark decides and is taken off. Without one: bytes full
// of NULs at every second place are UTF-16, valid UTF-8 is UTF-8, a file that
// is mostly UTF-8 is UTF-8 with damage, and the rest is Windows-1252 (the
// superset of Latin-1 in use; the five bytes it leaves free become the C1
// controls of the same number, as the WHATWG Encoding Standard says, so every
// byte has a letter).
//
// Line ends and NUL characters are left as they are; see HasNUL. The error is
// nil or *Damage; the words can be used in both cases.
func Decode(b []byte) (s string, encoding string, err error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		s, err = utf8OrPatch(b[3:])
		return s, UTF8, err
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE, 0, 0}) && len(b)%4 == 0:
		return wide(b[4:], UTF32LE)
	case bytes.HasPrefix(b, []byte{0, 0, 0xFE, 0xFF}) && len(b)%4 == 0:
		return wide(b[4:], UTF32BE)
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return wide(b[2:], UTF16LE)
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return wide(b[2:], UTF16BE)
	}
	if e := nulPattern(b); e != "" {
		return wide(b, e)
	}
	if utf8.Valid(b) {
		return string(b), UTF8, nil
	}
	if good, bad := countUTF8(b); good > bad {
		s, err = utf8OrPatch(b)
		return s, UTF8, err
	}
	var sb strings.Builder
	sb.Grow(len(b) + len(b)/8)
	for _, c := range b {
		sb.WriteRune(oldLetter(c))
	}
	return sb.String(), Windows1252, nil
}

// oldLetter gives the Windows-1252 letter of a byte; the five that have none
// keep their number, so that what was there can be found again.
func oldLetter(c byte) rune {
	if r := charmap.Windows1252.DecodeByte(c); r != utf8.RuneError {
		return r
	}
	return rune(c)
}

// HasNUL reports whether decoded words hold a NUL character, which neither
// database stores and which no text file should have.
func HasNUL(s string) bool { return strings.IndexByte(s, 0) >= 0 }

// nulPattern names the UTF-16 byte order that the places of NUL bytes in the
// first 4 KiB speak for, or "". Words in a Latin script have a NUL in one of
// the two bytes of most letters, and hardly ever in the other.
func nulPattern(b []byte) string {
	if len(b) < 4 || len(b)%2 != 0 {
		return ""
	}
	head := b[:min(len(b), 4096)]
	var even, odd int
	for i, c := range head {
		if c == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	pairs := len(head) / 2
	switch {
	case odd*10 >= pairs*4 && even*20 <= pairs:
		return UTF16LE
	case even*10 >= pairs*4 && odd*20 <= pairs:
		return UTF16BE
	}
	return ""
}

// wide decodes UTF-16 or UTF-32 without its mark. What does not fit (half a
// surrogate pair, a number beyond Unicode, a byte left over) becomes U+FFFD
// and is counted.
func wide(b []byte, encoding string) (string, string, error) {
	unit := 2
	if encoding == UTF32LE || encoding == UTF32BE {
		unit = 4
	}
	lost := len(b) % unit
	body := b[:len(b)-lost]
	var out []byte
	var err error
	switch encoding {
	case UTF16LE:
		out, err = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Bytes(body)
	case UTF16BE:
		out, err = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Bytes(body)
	case UTF32LE:
		out, err = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM).NewDecoder().Bytes(body)
	default:
		out, err = utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM).NewDecoder().Bytes(body)
	}
	if err != nil {
		return "", encoding, fmt.Errorf("decode %s: %w", encoding, err)
	}
	s := string(out)
	if lost > 0 {
		s += strings.Repeat(string(utf8.RuneError), lost)
	}
	// A U+FFFD that was in the file is not damage of ours, but it stands for a
	// letter that someone lost before: it is told in the same way.
	if n := strings.Count(s, string(utf8.RuneError)); n > 0 {
		at := strings.Index(s, string(utf8.RuneError))
		return s, encoding, &Damage{Encoding: encoding, Line: lineOf(s, at), Bytes: n}
	}
	return s, encoding, nil
}

// countUTF8 counts the sequences of two or more bytes that are valid UTF-8
// and the bytes that are not.
func countUTF8(b []byte) (good, bad int) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good, bad
}

// utf8OrPatch returns b as words; a byte that is not UTF-8 is read as the
// Windows-1252 letter of that number and told as *Damage.
func utf8OrPatch(b []byte) (string, error) {
	if utf8.Valid(b) {
		return string(b), nil
	}
	var sb strings.Builder
	sb.Grow(len(b) + len(b)/16)
	var d *Damage
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			if d == nil {
				d = &Damage{Encoding: UTF8, Line: lineOf(sb.String(), sb.Len())}
			}
			d.Bytes++
			r = oldLetter(b[i])
		}
		sb.WriteRune(r)
		i += n
	}
	return sb.String(), d
}

// lineOf gives the line, counted from 1, of byte offset at. LF, CRLF and a CR
// alone each end a line.
func lineOf(s string, at int) int {
	line := 1
	for i := 0; i < at; i++ {
		if s[i] == '\n' || s[i] == '\r' && (i+1 >= len(s) || s[i+1] != '\n') {
			line++
		}
	}
	return line
}
