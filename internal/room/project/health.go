package project

import (
	"slices"
	"strings"

	"plait/internal/spine/plug"
)

// Dismissal is a gap that someone has put aside, with a reason. It holds as long as there
// is no more of the gap than there was then; when there is more, it ends by itself.
type Dismissal struct {
	Sign string `json:"sign"`
	N    int64  `json:"n"` // how many there were
	Why  string `json:"why"`
	By   string `json:"by"` // actor as the trail names it
	At   int64  `json:"at"`
}

// holds says whether the dismissal still counts when there are n.
func (d Dismissal) holds(n int64) bool { return n <= d.N }

// aside finds the dismissal that holds for a gap.
func aside(f plug.Found, put []Dismissal) (Dismissal, bool) {
	i := slices.IndexFunc(put, func(d Dismissal) bool { return d.Sign == f.Name && d.holds(f.N) })
	if i < 0 {
		return Dismissal{}, false
	}
	return put[i], true
}

// Gaps is what is missing and not put aside, the most useful to mend first. Of the
// strands none is always first: among signs of one weight they are turned about by the
// project; others of one weight stay as they stand.
func Gaps(project string, found []plug.Found, put []Dismissal) []plug.Found {
	var out []plug.Found
	for _, f := range found {
		if _, ok := aside(f, put); f.Gap && !ok {
			out = append(out, f)
		}
	}
	turn := Strands(project)
	place := func(f plug.Found) int {
		return slices.IndexFunc(turn, func(s string) bool { return strings.HasSuffix(f.Name, "_"+s) })
	}
	slices.SortStableFunc(out, func(a, b plug.Found) int {
		if a.Weight != b.Weight {
			return a.Weight - b.Weight
		}
		return place(a) - place(b)
	})
	return out
}
