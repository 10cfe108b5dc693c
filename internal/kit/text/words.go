package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/words"
)

// Words gives the words of s in order, by the word boundaries of Unicode
// Standard Annex 29: pieces that hold a letter or a digit. White space,
// punctuation and signs alone are left out; case is kept.
func Words(s string) []string {
	var out []string
	for it := words.FromString(s); it.Next(); {
		w := it.Value()
		if strings.IndexFunc(w, isWordRune) >= 0 {
			out = append(out, w)
		}
	}
	return out
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// Graphemes counts what a reader sees as characters, by the extended grapheme
// clusters of Unicode Standard Annex 29: a flag or an accented letter is one.
func Graphemes(s string) int {
	n := 0
	for it := graphemes.FromString(s); it.Next(); {
		n++
	}
	return n
}

// Excerpt gives the beginning of s on one line, at most runes characters long
// (Unicode code points, the ellipsis counted). White space is folded. A cut
// falls after a whole word where there is one, never inside a character that
// a reader sees as one, and is shown by "…". runes below 1 gives "".
func Excerpt(s string, runes int) string {
	if runes < 1 {
		return ""
	}
	// A quarter of a megabyte of words need not be folded for a line of them.
	const most = 64
	if cap := most * (runes + 1); len(s) > cap {
		end := cap
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		if head := strings.Join(strings.Fields(s[:end]), " "); utf8.RuneCountInString(head) > runes {
			return cut(head, runes)
		}
	}
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return cut(s, runes)
}

// cut shortens s, which is longer than runes, to runes less the ellipsis.
func cut(s string, runes int) string {
	end, n, word := 0, 0, 0
	for it := graphemes.FromString(s); it.Next(); {
		c := it.Value()
		k := utf8.RuneCountInString(c)
		if c == " " {
			word = end
		}
		if n+k > runes-1 {
			break
		}
		n += k
		end += len(c)
	}
	// A word end in the last half is better than a cut in a word; before that
	// too little would be left (a long address, a script without spaces).
	if word > 0 && word >= end/2 {
		end = word
	}
	return strings.TrimRight(s[:end], " ,;:") + "…"
}
