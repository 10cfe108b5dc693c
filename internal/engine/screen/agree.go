package screen

import "errors"

// ErrNoPairs is given when no record was decided by both.
var ErrNoPairs = errors.New("screen: no record was decided by both")

// Agreement says how far two people decided alike on the records that both saw.
type Agreement struct {
	Pairs int     // records that both decided
	Same  float64 // share of them decided alike
	// Kappa is Cohen's (1960): 1 alike throughout, 0 as by chance, below 0 worse. It is low
	// where nearly all records get one answer, however well two people agree.
	Kappa float64
	// KappaOK is false where kappa is not defined: both gave one and the same answer to all.
	KappaOK bool
	// AC1 is Gwet's (2008), which stays steady there. Its answers are those in use: what
	// neither of the two gave is no answer that chance could give. With one in use it is 1.
	AC1 float64
	// Apart lists where they differ, by position.
	Apart []int
}

// Agree compares the decisions of two people, position by position; "" is no decision.
// Any other text is an answer, such as include, exclude, not sure.
func Agree(a, b []string) (Agreement, error) {
	var g Agreement
	if len(a) != len(b) {
		return g, errors.New("screen: the two lists of decisions are not equally long")
	}
	first, second := map[string]float64{}, map[string]float64{}
	var answers []string
	same := 0.
	for i := range a {
		if a[i] == "" || b[i] == "" {
			continue
		}
		for _, x := range [2]string{a[i], b[i]} {
			if first[x]+second[x] == 0 && !holds(answers, x) {
				answers = append(answers, x)
			}
		}
		first[a[i]]++
		second[b[i]]++
		g.Pairs++
		if a[i] == b[i] {
			same++
		} else {
			g.Apart = append(g.Apart, i)
		}
	}
	if g.Pairs == 0 {
		return g, ErrNoPairs
	}
	n := float64(g.Pairs)
	g.Same = same / n
	var chance, spread float64
	for _, x := range answers {
		p, q := first[x]/n, second[x]/n
		chance += p * q
		mean := (p + q) / 2
		spread += mean * (1 - mean)
	}
	// Only one answer given by both to all makes the chance exactly 1.
	if g.KappaOK = len(answers) > 1 && chance < 1; g.KappaOK {
		g.Kappa = (g.Same - chance) / (1 - chance)
	}
	g.AC1 = 1
	if len(answers) > 1 {
		e := spread / float64(len(answers)-1)
		g.AC1 = (g.Same - e) / (1 - e)
	}
	return g, nil
}

func holds(all []string, x string) bool {
	for _, a := range all {
		if a == x {
			return true
		}
	}
	return false
}
