package keeper

import (
	"fmt"
	"maps"
	"slices"

	"plait/internal/spine/ref"
)

// MaxChain is how many entries one transaction links: well under 100 ms on either engine.
const MaxChain = 200

// maxRounds is how many such transactions one beat makes for one programme, so that a
// large import in one programme does not keep the others waiting for long.
const maxRounds = 20

// tally names what one count is of, without its number.
type tally struct{ site, kind, strand, fate string }

// differences says, in a sentence each, where kept counts are not those of the records.
// where is "programme" or "project ID".
func differences(where string, kept, real []ref.Tally) []string {
	diff := map[tally][2]int64{}
	for i, list := range [][]ref.Tally{kept, real} {
		for _, t := range list {
			k := tally{t.Site, t.Kind, t.Strand, t.Fate}
			n := diff[k]
			n[i] += t.N
			diff[k] = n
		}
	}
	keys := slices.SortedFunc(maps.Keys(diff), func(a, b tally) int {
		return slices.Compare([]string{a.kind, a.strand, a.fate, a.site}, []string{b.kind, b.strand, b.fate, b.site})
	})
	var out []string
	for _, k := range keys {
		if n := diff[k]; n[0] != n[1] {
			out = append(out, fmt.Sprintf("the count of %s in %s is %d, the records are %d", k.kind, where, n[0], n[1]))
		}
	}
	return out
}
