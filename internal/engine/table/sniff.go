package table

import "strings"

// peek is how many rows, and how many bytes, decide about a sheet's shape.
const (
	peekRows  = 200
	peekBytes = 1 << 18
)

// sepLine reads the line "sep=;" that Excel understands at the top of a file.
func sepLine(s string) (d rune, rest string, ok bool) {
	one, rest, _ := strings.Cut(s, "\n")
	one = strings.Trim(one, "\" ")
	if len(one) == 5 && strings.EqualFold(one[:4], "sep=") && strings.ContainsAny(one[4:], ",;\t|") {
		return rune(one[4]), rest, true
	}
	return 0, s, false
}

// Delimiter finds the sign between the cells of a sheet: ',' ';' '\t' or '|',
// or 0 when there seems to be none (one column, or no sheet). Each is tried on
// the first rows, quotes respected; the steadiest number of cells wins, and of
// equals the one that gives more cells. s has its lines ended by LF.
func Delimiter(s string) rune {
	cut := s
	if len(cut) > peekBytes {
		cut = cut[:peekBytes]
		if i := strings.LastIndexByte(cut, '\n'); i > 0 {
			cut = cut[:i]
		}
	}
	best, bestScore := rune(0), 0.0
	for _, d := range []rune{',', ';', '\t', '|'} {
		if strings.IndexByte(cut, byte(d)) < 0 {
			continue
		}
		score := steadiness(widths(cut, byte(d)))
		if score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

// widths gives the number of cells of the first rows that are not blank.
func widths(s string, d byte) []int {
	p := &parser{s: s, line: 1, delim: d, quiet: true}
	var out []int
	for len(out) < peekRows {
		cells, _, ok := p.row()
		if !ok {
			break
		}
		if !blank(cells) {
			out = append(out, len(cells))
		}
	}
	return out
}

// steadiness scores the widths of rows: 0 when they do not look like a sheet.
// A sheet's first row has as many cells as most, unless a few lines stand
// above its header.
func steadiness(w []int) float64 {
	if len(w) == 0 {
		return 0
	}
	most, n := usual(w)
	if most < 2 {
		return 0
	}
	share := float64(n) / float64(len(w))
	if w[0] < 2 && (share < 0.9 || most < 3) {
		return 0 // a header without the sign: it only stands in people's words
	}
	if share <= 0.5 && w[0] < 3 {
		return 0
	}
	// More columns break ties between signs that are equally steady.
	return share + 0.1*(1-1/float64(most))
}

// usual gives the most frequent width of at least 2 and how often it is
// there; of equals the larger.
func usual(w []int) (width, count int) {
	seen := map[int]int{}
	for _, n := range w {
		seen[n]++
	}
	for n, c := range seen {
		if n > 1 && (c > count || c == count && n > width) {
			width, count = n, c
		}
	}
	return width, count
}

// prelude counts the rows above the header: rows with at most two filled
// cells in a sheet that has four columns or more. At most ten are passed.
func prelude(s string, d byte) int {
	if d == 0 {
		return 0
	}
	cut := s[:min(len(s), peekBytes)]
	most, _ := usual(widths(cut, d))
	if most < 4 {
		return 0
	}
	p := &parser{s: cut, line: 1, delim: d, quiet: true}
	for skip := 0; skip <= 10; skip++ {
		cells, _, ok := p.row()
		if !ok {
			return 0
		}
		filled := 0
		for _, c := range cells {
			if strings.TrimSpace(c) != "" {
				filled++
			}
		}
		if filled > 2 {
			return skip
		}
	}
	return 0
}
