package anchor

import (
	"sort"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// step is how many code points lie between two entries of a Text's index.
const step = 512

// place is one entry of the index: where a code point begins.
type place struct{ bytes, units int }

// Text is words with an index, by which places in them are found without reading from the
// start. It never changes, and is safe for many goroutines.
type Text struct {
	s     string
	index []place // of the code points 0, step, 2 step ...
	n     int     // code points in all
	units int     // UTF-16 units in all
}

// New indexes words. A byte that is not UTF-8 counts as one code point.
func New(s string) *Text {
	t := &Text{s: s, index: make([]place, 0, len(s)/step+1)}
	for i, r := range s {
		if t.n%step == 0 {
			t.index = append(t.index, place{i, t.units})
		}
		t.n++
		t.units += units(r)
	}
	if len(t.index) == 0 {
		t.index = append(t.index, place{})
	}
	return t
}

// units is how many UTF-16 units a code point takes.
func units(r rune) int {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

// Len is how many code points the text has.
func (t *Text) Len() int { return t.n }

// Words is the whole text.
func (t *Text) Words() string { return t.s }

// Bytes is the byte offset of a code point; offsets outside of the text give its ends.
func (t *Text) Bytes(point int) int {
	b, _ := t.at(point)
	return b
}

// UTF16 is the UTF-16 offset of a code point, as browsers count.
func (t *Text) UTF16(point int) int {
	_, u := t.at(point)
	return u
}

func (t *Text) at(point int) (bytes, units16 int) {
	switch {
	case point <= 0:
		return 0, 0
	case point >= t.n:
		return len(t.s), t.units
	}
	p := t.index[point/step]
	b, u := p.bytes, p.units
	for range point % step {
		r, n := utf8.DecodeRuneInString(t.s[b:])
		b += n
		u += units(r)
	}
	return b, u
}

// Point is the code point at a byte offset; an offset inside a code point gives that one.
func (t *Text) Point(bytes int) int {
	if bytes >= len(t.s) {
		return t.n
	}
	i := sort.Search(len(t.index), func(i int) bool { return t.index[i].bytes > bytes }) - 1
	if i < 0 {
		return 0
	}
	point, b := i*step, t.index[i].bytes
	for b < bytes {
		_, n := utf8.DecodeRuneInString(t.s[b:])
		if b += n; b > bytes {
			break
		}
		point++
	}
	return point
}

// Slice is the words from start to end, in code points, the end not counted in.
func (t *Text) Slice(start, end int) string {
	if end <= start {
		return ""
	}
	return t.s[t.Bytes(start):t.Bytes(end)]
}

// Snap widens a part so that it cuts through no character that a reader sees as one.
func (t *Text) Snap(start, end int) (int, int) {
	a, b := t.snap(t.Bytes(start), t.Bytes(end))
	return t.Point(a), t.Point(b)
}

func (t *Text) snap(a, b int) (int, int) {
	a, _ = text.Cluster(t.s, a)
	_, b = text.Cluster(t.s, b)
	return a, b
}

// whole says whether a part, in bytes, cuts through no character.
func (t *Text) whole(a, b int) bool {
	x, y := t.snap(a, b)
	return x == a && y == b
}
