package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold gives the form of words in which search and the search for duplicates
// compare them: compatibility decomposition (NFKD, Unicode Standard Annex
// 15), accents of Latin, Greek, Cyrillic, Hebrew and Arabic taken off, lower
// case, letters that have no decomposition written plainly (ø o, ł l, ß ss),
// quotes and dashes made plain, invisible characters dropped, white space
// folded to one space and trimmed. Vowel signs of Indic and Thai scripts and
// the voicing marks of kana are kept: without them the words are others.
// Fold(Fold(s)) is Fold(s). Bytes that are not UTF-8 become U+FFFD.
func Fold(s string) string {
	if out, ok := foldASCII(s); ok {
		return out
	}
	var sb strings.Builder
	sb.Grow(len(s))
	space := false
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, string(utf8.RuneError))) {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if isAccent(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) {
			continue
		}
		if space && sb.Len() > 0 {
			sb.WriteByte(' ')
		}
		space = false
		r = unicode.ToLower(r)
		if p := plain(r); p != "" {
			sb.WriteString(p)
			continue
		}
		sb.WriteRune(r)
	}
	// Composed again, so that Hangul and kana stay one character a syllable.
	return norm.NFC.String(sb.String())
}

// foldASCII folds words of ASCII alone, which most are, in one pass.
func foldASCII(s string) (string, bool) {
	done := true
	space := true // a space now would be leading or doubled
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return "", false
		}
		if c < ' ' || c == 0x7f || 'A' <= c && c <= 'Z' || c == ' ' && space {
			done = false
		}
		space = c == ' '
	}
	if done && (len(s) == 0 || s[len(s)-1] != ' ') {
		return s, true
	}
	out := make([]byte, 0, len(s))
	space = false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == ' ' || '\t' <= c && c <= '\r':
			space = true
			continue
		case c < ' ' || c == 0x7f:
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		if space && len(out) > 0 {
			out = append(out, ' ')
		}
		space = false
		out = append(out, c)
	}
	return string(out), true
}

// isAccent reports whether r is a mark that Fold takes off.
func isAccent(r rune) bool {
	switch {
	case r < 0x0300:
		return false
	case r <= 0x036F, // Latin, Greek, Cyrillic
		0x0483 <= r && r <= 0x0489, // Cyrillic
		0x0591 <= r && r <= 0x05BD, // Hebrew points
		r == 0x05BF, 0x05C1 <= r && r <= 0x05C2, 0x05C4 <= r && r <= 0x05C5, r == 0x05C7,
		0x0610 <= r && r <= 0x061A, // Arabic
		0x064B <= r && r <= 0x065F, r == 0x0670, 0x06D6 <= r && r <= 0x06DC,
		0x1AB0 <= r && r <= 0x1AFF, 0x1DC0 <= r && r <= 0x1DFF,
		0x20D0 <= r && r <= 0x20FF, 0xFE00 <= r && r <= 0xFE0F, 0xFE20 <= r && r <= 0xFE2F:
		return true
	}
	return false
}

// plain writes a lower-case letter or sign that does not decompose in ASCII,
// or gives "" for one that stays.
func plain(r rune) string {
	switch r {
	case 'ø':
		return "o"
	case 'ł', 'ƚ':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ħ':
		return "h"
	case 'ı':
		return "i"
	case 'ŧ':
		return "t"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ß':
		return "ss"
	case 'ς':
		return "σ"
	case '‘', '’', '‚', '‛', 'ʼ', 'ʻ', '´', '`', '′', '‹', '›':
		return "'"
	case '“', '”', '„', '‟', '″', '«', '»':
		return `"`
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return "-"
	}
	return ""
}

// SortKey gives the bytes by which people's names are put in order, the same
// on every database and every machine: first the folded letters and digits,
// so that O'Neill, O’Neill and Oneill stand together; then the folded name;
// then the name itself, so that no two names share a key. Compare keys byte
// by byte. Digraphs of single languages (Welsh ch, dd) are sorted by letter.
func SortKey(name string) []byte {
	name = norm.NFC.String(strings.ToValidUTF8(name, string(utf8.RuneError)))
	folded := Fold(name)
	key := make([]byte, 0, 2*len(folded)+len(name)+2)
	space := false
	for _, r := range folded {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			if space && len(key) > 0 {
				key = append(key, ' ')
			}
			space = false
			key = utf8.AppendRune(key, r)
		} else if r == ' ' {
			space = true
		}
	}
	key = append(key, 0)
	key = append(key, folded...)
	key = append(key, 0)
	return append(key, name...)
}
