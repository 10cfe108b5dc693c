package anchor

import (
	"strings"
	"unicode/utf8"
)

// Context is how many code points are kept before and after a part.
const Context = 32

// How a part was found.
const (
	Same    = "same"    // at its place
	Moved   = "moved"   // the same words, elsewhere
	Changed = "changed" // words that differ a little
)

// maxPlaces is how many places with the same words are weighed, from the place outwards.
const maxPlaces = 200

// Anchor is a part of a text.
type Anchor struct {
	Start, End    int    // code points; End is not counted in
	Quote         string // the words of the part
	Before, After string // up to Context code points on either side
}

// Make anchors the part from start to end of a text, in code points. A part that cuts
// through a character is widened. ok is false for a part that is empty or not in the text.
func Make(t *Text, start, end int) (a Anchor, ok bool) {
	if start < 0 || end > t.Len() || start >= end {
		return Anchor{}, false
	}
	start, end = t.Snap(start, end)
	return Anchor{Start: start, End: end, Quote: t.Slice(start, end), Before: t.Slice(max(0, start-Context), start), After: t.Slice(end, end+Context)}, true
}

// Find gives where an anchor's part is in a text that may have changed since: its start and
// end in code points, and how it was found. ok is false when it is not there any more.
func Find(t *Text, a Anchor) (start, end int, how string, ok bool) {
	if a.Quote == "" {
		return 0, 0, "", false
	}
	at := t.Bytes(a.Start)
	here := strings.HasPrefix(t.s[at:], a.Quote) && t.whole(at, at+len(a.Quote))
	if here && t.around(a, at) == len(a.Before)+len(a.After) {
		return a.Start, a.Start + utf8.RuneCountInString(a.Quote), Same, true
	}
	if best := t.exact(a, at, here); best >= 0 {
		start = t.Point(best)
		how = Moved
		if start == a.Start {
			how = Same
		}
		return start, start + utf8.RuneCountInString(a.Quote), how, true
	}
	x, y, ok := t.loose(a)
	if !ok {
		return 0, 0, "", false
	}
	start, end = t.Snap(x, y)
	return start, end, Changed, true
}

// exact gives the byte offset of the place with the same words that fits best; -1 for none.
func (t *Text) exact(a Anchor, at int, here bool) int {
	best, fit := -1, -1
	weigh := func(i int) {
		if !t.whole(i, i+len(a.Quote)) {
			return // the quote's last letter has an accent here: other words
		}
		f := t.around(a, i)
		if f > fit || f == fit && distance(i, at) < distance(best, at) {
			best, fit = i, f
		}
	}
	if here {
		weigh(at)
	}
	full := len(a.Before) + len(a.After)
	// Outwards from the place, on both sides in turn: the nearest that fits wholly wins.
	left, right := min(at+len(a.Quote)-1, len(t.s)), at+1
	for range maxPlaces {
		if left < 0 && right > len(t.s) || fit == full && best >= 0 && min(at-left, right-at) > distance(best, at) {
			break
		}
		if left >= 0 {
			if left = strings.LastIndex(t.s[:max(0, left)], a.Quote); left >= 0 {
				weigh(left)
				left += len(a.Quote) - 1 // places may overlap
			}
		}
		if right <= len(t.s) {
			i := strings.Index(t.s[right:], a.Quote)
			if i < 0 {
				right = len(t.s) + 1
				continue
			}
			weigh(right + i)
			right += i + 1
		}
	}
	return best
}

// around is how many bytes of the words before and after fit at a place.
func (t *Text) around(a Anchor, i int) int {
	n := 0
	for n < len(a.Before) && n < i && t.s[i-1-n] == a.Before[len(a.Before)-1-n] {
		n++
	}
	rest := t.s[i+len(a.Quote):]
	m := 0
	for m < len(a.After) && m < len(rest) && rest[m] == a.After[m] {
		m++
	}
	return n + m
}

func distance(i, j int) int {
	if i > j {
		return i - j
	}
	return j - i
}
