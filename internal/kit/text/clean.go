package text

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The two reasons for which Clean refuses words.
var (
	// ErrNotUTF8 is returned for words that are not valid UTF-8.
	ErrNotUTF8 = errors.New("these words are not valid UTF-8")
	// ErrNUL is returned for words that hold a NUL character.
	ErrNUL = errors.New("these words hold a NUL character")
)

// Clean makes words fit to be stored: valid UTF-8 without NUL, in normal form
// C (Unicode Standard Annex 15), lines ended by LF alone, and no white space
// at the end of a line or of the whole. Text in which there is nothing to see is "". White space at the start is kept, for
// it can carry meaning in people's own words. Clean(Clean(s)) is Clean(s).
// The error is ErrNotUTF8 or ErrNUL; nothing is dropped to make words pass.
func Clean(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", ErrNotUTF8
	}
	if HasNUL(s) {
		return "", ErrNUL
	}
	s = Lines(norm.NFC.String(s))
	if !strings.ContainsFunc(s, seen) {
		return "", nil // joiners and marks of direction alone are no words
	}
	if !strings.Contains(s, "\n") {
		return strings.TrimRightFunc(s, unicode.IsSpace), nil
	}
	parts := strings.Split(s, "\n")
	for i, p := range parts {
		parts[i] = strings.TrimRightFunc(p, unicode.IsSpace)
	}
	return strings.TrimRight(strings.Join(parts, "\n"), "\n"), nil
}

// Lines ends every line by LF: CRLF and a CR alone become LF, so that the
// number of lines is the number a person sees in an editor.
func Lines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	var sb strings.Builder
	sb.Grow(len(s))
	for {
		i := strings.IndexByte(s, '\r')
		if i < 0 {
			sb.WriteString(s)
			return sb.String()
		}
		sb.WriteString(s[:i])
		sb.WriteByte('\n')
		s = strings.TrimPrefix(s[i+1:], "\n")
	}
}

// seen says whether a character can be seen: letters, marks, numbers, signs.
func seen(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }
