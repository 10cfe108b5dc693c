package anchor

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// Look finds words that someone typed or pasted, the first time they stand in the text at
// or after a code point. White space counts as alike however much there is of it, and
// letters however their accents are written. It gives where they begin and end.
func Look(t *Text, words string, from int) (start, end int, ok bool) {
	q := strings.Join(strings.Fields(words), " ")
	if q == "" {
		return 0, 0, false
	}
	at := t.Bytes(from)
	if a, b := match(t.s[at:], q); b > 0 {
		return t.Point(at + a), t.Point(at + b), true
	}
	// The same letters can be written in two ways: compare both in one, and count characters.
	s := text.Composed(t.s[at:])
	a, b := match(s, text.Composed(q))
	if b == 0 {
		return 0, 0, false
	}
	first := text.Graphemes(s[:a])
	last := first + text.Graphemes(s[a:b])
	return t.Point(at + clusters(t.s[at:], first)), t.Point(at + clusters(t.s[at:], last)), true
}

// match finds q in s, white space taken alike, and gives its bytes; b is 0 for nothing.
func match(s, q string) (a, b int) {
	head, _, _ := strings.Cut(q, " ")
	for from := 0; ; {
		i := strings.Index(s[from:], head)
		if i < 0 {
			return 0, 0
		}
		a = from + i
		if n := takes(s[a:], q); n > 0 {
			return a, a + n
		}
		_, n := utf8.DecodeRuneInString(s[a:])
		from = a + n
	}
}

// takes is how many bytes of s the words q take from its start; 0 when they differ.
func takes(s, q string) int {
	n := 0
	for i, word := range strings.Split(q, " ") {
		if i > 0 {
			rest := strings.TrimLeftFunc(s[n:], unicode.IsSpace)
			if len(rest) == len(s)-n {
				return 0
			}
			n = len(s) - len(rest)
		}
		if !strings.HasPrefix(s[n:], word) {
			return 0
		}
		n += len(word)
	}
	return n
}

// clusters is the byte offset after so many characters as a reader counts them.
func clusters(s string, n int) int {
	at := 0
	for range n {
		if at >= len(s) {
			return len(s)
		}
		_, w := utf8.DecodeRuneInString(s[at:])
		_, end := text.Cluster(s, at+w)
		at = end
	}
	return at
}
