package screen

import "math"

// Measures says how soon the relevant records came, as ASReview Insights 1.2 defines it.
// Records that were given at the start are left out of all of them.
type Measures struct {
	RecallAt10   float64 `json:"recall_at_10"`   // share of the relevant ones in the first tenth
	WSS95        float64 `json:"wss_95"`         // share of the reading saved at 95 % of them, against chance
	Loss         float64 `json:"loss"`           // area lost against the best order, 0 best, 1 worst
	NDCG         float64 `json:"ndcg"`           // normalised discounted cumulative gain, 1 best
	ATD          float64 `json:"atd"`            // mean place of a relevant one, as a share of the records
	RecordsTo95  int     `json:"records_to_95"`  // read until 95 % of the relevant ones (rounded up) were found
	RecordsTo100 int     `json:"records_to_100"` // read until all were found
}

// Measure takes the labels in the order of reading. Without a relevant and an irrelevant
// one nothing can be measured: ok is false.
func Measure(relevant []bool) (m Measures, ok bool) {
	n, p := len(relevant), 0
	var places, gain, best float64
	var at []int // place of the k-th relevant one, from 0
	area := 0.
	for i, r := range relevant {
		if r {
			p++
			at = append(at, i)
			places += float64(i + 1)
			gain += 1 / math.Log2(float64(i+2))
		}
		area += float64(p)
	}
	if p == 0 || p == n {
		return Measures{}, false
	}
	for k := range p {
		best += 1 / math.Log2(float64(k+2))
	}
	m.NDCG = gain / best
	np, nn := float64(p), float64(n)
	m.Loss = (np*(nn-(np-1)/2) - area) / (np * (nn - np))
	m.ATD = places / np / nn
	// Insights takes the last value at or below the share asked for, by comparing the
	// share i/n of a place with it.
	for _, a := range at {
		if float64(a+1)/nn <= .1 {
			m.RecallAt10 += 1 / np
		}
	}
	rank := 0 // how many of the relevant ones are at most 95 %
	for rank < p && float64(rank+1)/np <= .95 {
		rank++
	}
	if rank == 0 {
		rank = p // Insights reads the last entry then
	}
	m.WSS95 = float64(byChance(rank, p, n)-at[rank-1]) / nn
	m.RecordsTo95 = at[int(math.Ceil(.95*np-1e-9))-1] + 1
	m.RecordsTo100 = at[p-1] + 1
	return m, true
}

// byChance is the place, from 0, at which a straight line from 0 to p over n places,
// rounded half to even, first reaches k.
func byChance(k, p, n int) int {
	lo, hi := 0, n-1
	for lo < hi {
		mid := (lo + hi) / 2
		if math.RoundToEven(float64(p)*float64(mid)/float64(n-1)) >= float64(k) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}
