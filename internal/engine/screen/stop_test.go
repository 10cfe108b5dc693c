package screen

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The values were computed with scipy 1.17.1 (hypergeom.cdf, binom.cdf).
func TestChances(t *testing.T) {
	near(t, "hypergeometric", hypergeometric(500, 20, 100, 2), 0.20044437887079294, 1e-12)
	near(t, "hypergeometric, none", hypergeometric(1000, 6, 390, 0), 0.05102626613179777, 1e-12)
	near(t, "binomial", binomial(30, .2, 3), 0.12271080639416353, 1e-12)
	near(t, "all drawn", hypergeometric(10, 4, 10, 3), 0, 0)
	near(t, "all hits", hypergeometric(10, 4, 7, 4), 1, 1e-12)
}

func TestAdvise(t *testing.T) {
	// 60 relevant ones at once, then none: 4 more must be missed for less than 95 %.
	read := func(none int) []bool {
		return labels(strings.Repeat("1", 60) + strings.Repeat("0", none))
	}
	const all = 2000
	stops := func(rule Rule) int {
		for none := 5; none < all-60; none += 5 {
			if a := Advise(read(none), all-60-none, rule); a.Stop {
				if a.Chance > rule.Risk || a.AtMost > 7 || a.Left > a.AtMost || a.Found != 60 || a.Read != 60+none {
					t.Errorf("%+v", a)
				}
				return none
			}
		}
		return all
	}
	sure, likely := stops(Sure()), stops(Likely())
	// (1-x)^4 = .05 at 52.7 % of what is left; with odds of 3 at 22.1 %.
	if sure < 1000 || sure > 1030 || likely < 415 || likely > 435 {
		t.Errorf("stopped after %d and %d in a row", sure, likely)
	}
	for _, c := range []struct {
		read   string
		unread int
		stop   bool
	}{{"", 0, true}, {"", 10, false}, {"000", 10, false}, {strings.Repeat("0", 500), 10, false}, {"1", 0, true}, {"1111", 10, false}} {
		if a := Advise(labels(c.read), c.unread, Likely()); a.Stop != c.stop || a.AtMost > c.unread {
			t.Errorf("%q and %d unread: %+v", c.read, c.unread, a)
		}
	}
}

// Read in no order at all, or in one as good as the rule takes for granted, more than
// AtMost are left in no more than the risk of reviews, at each look; and Left is near the
// middle.
func TestWhatIsLeftKeepsItsWord(t *testing.T) {
	const reviews, records, relevant = 500, 1000, 40
	for _, rule := range []Rule{Sure(), {Target: .95, Risk: .05, Bias: 3, Reach: 1e9}} {
		dice := rand.New(rand.NewPCG(1, 2))
		for _, look := range []int{250, 450, 600, 800} {
			over, more := 0, 0
			for range reviews {
				seen := drawn(dice, records, relevant, rule.Bias)
				left := relevant
				for _, y := range seen[:look] {
					if y {
						left--
					}
				}
				a := Advise(seen[:look], records-look, rule)
				if left > a.AtMost {
					over++
				}
				if left > a.Left {
					more++
				}
			}
			// Three standard errors of the share are .03 at 5 in 100, and .07 at the middle.
			if share := float64(over) / reviews; share > .08 {
				t.Errorf("bias %g, %d read: more than AtMost were left in %.3f of reviews", rule.Bias, look, share)
			}
			if share := float64(more) / reviews; share < .25 || share > .57 {
				t.Errorf("bias %g, %d read: more than Left were left in %.3f of reviews", rule.Bias, look, share)
			}
		}
	}
}

// drawn is an order in which an unread relevant record is bias times as likely to be read
// next as another.
func drawn(dice *rand.Rand, records, relevant int, bias float64) []bool {
	type draw struct {
		at  float64
		yes bool
	}
	all := make([]draw, records)
	for i := range all {
		if all[i] = (draw{dice.ExpFloat64(), i < relevant}); all[i].yes {
			all[i].at /= bias
		}
	}
	slices.SortFunc(all, func(a, b draw) int { return cmp.Compare(a.at, b.at) })
	out := make([]bool, records)
	for i, d := range all {
		out[i] = d.yes
	}
	return out
}

// Read in no order at all, the sure rule must keep its word: below the target in no more
// than about its risk of reviews.
func TestSureRuleKeepsItsRisk(t *testing.T) {
	const reviews, records, relevant = 200, 300, 40
	missed := 0
	for r := range reviews {
		order := shuffled(records, uint64(r)+1000)
		seen := make([]bool, records)
		for k, i := range order {
			seen[k] = i < relevant
		}
		if Sure().Play(seen).Recall < .95 {
			missed++
		}
	}
	if share := float64(missed) / reviews; share > .1 {
		t.Errorf("the target was missed in %.3f of reviews in random order", share)
	}
}

func TestPlayEnds(t *testing.T) {
	if s := Likely().Play(labels("0000000001")); s.At != 10 || s.Recall != 1 || s.Saving != 0 {
		t.Errorf("%+v", s)
	}
}
