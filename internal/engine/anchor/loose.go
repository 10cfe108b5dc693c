package anchor

import (
	"unicode/utf8"
)

// Limits of words that differ a little.
const (
	Short = 10      // parts of fewer code points must be the same
	Loose = 5       // one code point in so many may differ
	Reach = 100_000 // code points from the place that are looked at
	Alike = 0.6     // share of a long part's runs of three code points that must still be there

	block    = 64 // code points that are compared at once
	maxTries = 4  // blocks that are tried from either end of a long part
	run      = 3  // code points of a run
)

// loose looks for words that differ a little from the anchor's, near its place.
func (t *Text) loose(a Anchor) (start, end int, ok bool) {
	q := []rune(a.Quote)
	if len(q) < Short {
		return 0, 0, false
	}
	from, to := max(0, a.Start-Reach), min(t.n, a.Start+len(q)+Reach)
	if len(q) <= block {
		return t.near(q, a.Start, from, to)
	}
	start, ok = t.head(q, a.Start, from, to)
	if !ok {
		return 0, 0, false
	}
	end, ok = t.tail(q, start, to)
	if !ok || end <= start || distance(end-start, len(q))*4 > len(q) {
		return 0, 0, false
	}
	return start, end, alike(q, []rune(t.Slice(start, end))) >= Alike
}

// head finds where a long part begins, by the first of its blocks that is there.
func (t *Text) head(q []rune, place, from, to int) (start int, ok bool) {
	for i := 0; i < maxTries && (i+1)*block <= len(q); i++ {
		if x, _, ok := t.near(q[i*block:(i+1)*block], place+i*block, from, to); ok {
			return max(0, x-i*block), true
		}
	}
	return 0, false
}

// tail finds where a long part that begins at start ends.
func (t *Text) tail(q []rune, start, to int) (end int, ok bool) {
	slack := len(q)/4 + block
	for i := 0; i < maxTries && (i+1)*block <= len(q); i++ {
		piece := q[len(q)-(i+1)*block : len(q)-i*block]
		want := start + len(q) - (i+1)*block
		if _, y, ok := t.near(piece, want, max(start, want-slack), min(to, want+block+slack)); ok {
			return min(t.n, y+i*block), true
		}
	}
	return 0, false
}

// near finds the words between from and to, in code points, that differ least from q, which
// has at most 64 code points; of several, those nearest to place.
func (t *Text) near(q []rune, place, from, to int) (start, end int, ok bool) {
	most := len(q) / Loose
	s := t.s[t.Bytes(from):t.Bytes(to)]
	m := newMatcher(q)
	best, at := most+1, 0
	point := from
	for _, r := range s {
		point++
		// A match that begins at place ends at place + len(q).
		if d := m.next(r); d < best || d == best && distance(point, place+len(q)) < distance(at, place+len(q)) {
			best, at = d, point
		}
	}
	if best > most {
		return 0, 0, false
	}
	// Read backwards from the end, the same method gives the start.
	back := newMatcher(reversed(q))
	lo := max(from, at-len(q)-most)
	words := s[:t.Bytes(at)-t.Bytes(from)]
	least := len(q) + 1
	start = at
	for p := at; p > lo; p-- {
		r, n := utf8.DecodeLastRuneInString(words)
		words = words[:len(words)-n]
		if d := back.next(r); d <= least {
			least, start = d, p-1
		}
	}
	return start, at, start < at
}

func reversed(q []rune) []rune {
	out := make([]rune, len(q))
	for i, r := range q {
		out[len(q)-1-i] = r
	}
	return out
}

// matcher reads a text code point by code point and says after each how far the words that
// end there are from a pattern of at most 64 code points: the least edit distance of all
// beginnings (Myers, Journal of the ACM 46(3), 1999, figure 3, as written by Hyyrö 2003).
type matcher struct {
	plain    [utf8.RuneSelf]uint64 // for each letter of ASCII, where the pattern has it
	others   map[rune]uint64
	pv, mv   uint64 // rows whose distance is one more, or one less, than that of the row above
	last     uint64 // the bit of the last row
	distance int
}

func newMatcher(q []rune) *matcher {
	m := &matcher{others: map[rune]uint64{}, pv: ^uint64(0), last: 1 << (len(q) - 1), distance: len(q)}
	for i, r := range q {
		if r >= 0 && r < utf8.RuneSelf {
			m.plain[r] |= 1 << i
		} else {
			m.others[r] |= 1 << i
		}
	}
	return m
}

func (m *matcher) next(r rune) int {
	var eq uint64
	if r >= 0 && r < utf8.RuneSelf {
		eq = m.plain[r]
	} else {
		eq = m.others[r]
	}
	xv := eq | m.mv
	xh := (((eq & m.pv) + m.pv) ^ m.pv) | eq
	ph := m.mv | ^(xh | m.pv)
	mh := m.pv & xh
	if ph&m.last != 0 {
		m.distance++
	} else if mh&m.last != 0 {
		m.distance--
	}
	ph <<= 1
	m.pv = (mh << 1) | ^(xv | ph)
	m.mv = ph & xv
	return m.distance
}

// alike is the share of a's runs of three code points that b has too.
func alike(a, b []rune) float64 {
	if len(a) < run {
		return 0
	}
	have := map[[run]rune]int{}
	for i := 0; i+run <= len(b); i++ {
		have[[run]rune(b[i:i+run])]++
	}
	n := 0
	for i := 0; i+run <= len(a); i++ {
		k := [run]rune(a[i : i+run])
		if have[k] > 0 {
			have[k]--
			n++
		}
	}
	return float64(n) / float64(len(a)-run+1)
}
