package dedupe

import (
	"sort"

	"plait/internal/kit/text"
)

// distance is the edit distance of two texts, byte by byte, or most+1 where it is more
// than most: only the diagonals that could be within it are looked at (Ukkonen 1985).
func distance(a, b string, most int) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > most {
		return most + 1
	}
	for len(a) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 {
		return len(b)
	}
	var short [160]int // most titles and all words need no other memory
	row := short[:]
	if len(a) >= len(short) {
		row = make([]int, len(a)+1)
	}
	row = row[:len(a)+1]
	for i := range row {
		row[i] = i
	}
	for j := 1; j <= len(b); j++ {
		from, to := max(1, j-most), min(len(a), j+most)
		diagonal := row[from-1]
		if from == 1 {
			row[0] = j
		} else {
			row[from-1] = most + 1
		}
		least := most + 1
		for i := from; i <= to; i++ {
			up := row[i]
			if i == j+most {
				up = most + 1
			}
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost = 1 + min(diagonal, up, row[i-1])
			}
			diagonal, row[i] = row[i], cost
			least = min(least, cost)
		}
		if least > most {
			return most + 1
		}
	}
	return min(row[len(a)], most+1)
}

// sketch is what is kept of an abstract: the least of the hashes of its runs of three
// words (bottom-k sketch, Broder 1997). Texts that were cut or ended by a publisher's line
// keep most of it.
type sketch struct {
	least []uint32
}

const sketchSize = 32

// A longer abstract is a whole paper; its first part tells as much.
const abstractMost = 2500

func makeSketch(s string) sketch {
	if len(s) > abstractMost {
		s = s[:abstractMost]
	}
	ws := words(text.Fold(s))
	if len(ws) < 12 {
		return sketch{}
	}
	all := make([]uint32, 0, len(ws))
	var h [3]uint64
	for i, w := range ws {
		h[0], h[1], h[2] = h[1], h[2], hashOf(w)
		if i >= 2 {
			all = append(all, uint32(mix(h[0]*3^mix(h[1]*5^h[2]))>>32))
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	out := make([]uint32, 0, sketchSize)
	for _, x := range all {
		if n := len(out); n == 0 || out[n-1] != x {
			out = append(out, x)
		}
		if len(out) == sketchSize {
			break
		}
	}
	return sketch{out[:len(out):len(out)]}
}

// resemblance is the estimated share of runs that two abstracts have in common, and false
// where one is missing.
func resemblance(a, b sketch) (float64, bool) {
	if len(a.least) == 0 || len(b.least) == 0 {
		return 0, false
	}
	i, j, both, n := 0, 0, 0, 0
	for n < sketchSize && (i < len(a.least) || j < len(b.least)) {
		switch {
		case j == len(b.least) || i < len(a.least) && a.least[i] < b.least[j]:
			i++
		case i == len(a.least) || b.least[j] < a.least[i]:
			j++
		default:
			both, i, j = both+1, i+1, j+1
		}
		n++
	}
	return float64(both) / float64(n), true
}
