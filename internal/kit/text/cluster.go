package text

import (
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/norm"
)

// Composed gives words in normal form C (Unicode Standard Annex 15) and changes nothing
// else. It has as many grapheme clusters as s, in the same order.
func Composed(s string) string { return norm.NFC.String(s) }

// maxBack is how many bytes Cluster looks back for a sure break. A longer run without a
// line end and without two plain letters side by side is cut there.
const maxBack = 4096

// Cluster gives where the character begins and ends, in bytes, that a reader sees at byte
// offset at of s: an extended grapheme cluster of Unicode Standard Annex 29. An offset
// between two characters gives at, at. It looks at the words around the offset alone, so
// that it costs the same in a long text. An offset outside of s gives the nearer end.
func Cluster(s string, at int) (start, end int) {
	if at <= 0 {
		return 0, 0
	}
	if at >= len(s) {
		return len(s), len(s)
	}
	from := sureBreak(s, at)
	for it := graphemes.FromString(s[from:]); it.Next(); {
		a, b := from+it.Start(), from+it.End()
		if a >= at {
			return at, at
		}
		if b > at {
			return a, b
		}
	}
	return at, at
}

// sureBreak is an offset at or before at that surely stands between two characters: after
// a line end, or between two of ASCII other than CR LF (rules GB3 to GB5 and GB999).
func sureBreak(s string, at int) int {
	for i := at; i > 0; i-- {
		a, b := s[i-1], s[i]
		if a == '\n' || a < utf8.RuneSelf && b < utf8.RuneSelf && !(a == '\r' && b == '\n') {
			return i
		}
		if at-i >= maxBack && utf8.RuneStart(b) {
			return i
		}
	}
	return 0
}
