package screen

import (
	"math"
	"sort"
)

// Rule says when enough has been read. The question it asks of the records read so far:
// if less than Target of the relevant ones had been found, how often would the last
// stretch of reading have brought as few as it did?
type Rule struct {
	// Target is the share of the relevant records that should be found, such as .95.
	Target float64
	// Risk is how often the answer above may be before reading goes on, such as .05.
	Risk float64
	// Bias is how many times as likely a relevant record is taken to be read next as an
	// irrelevant one, of those that are not read yet, at the most: see Reach. 1 says that
	// the order is no better than chance: nothing is assumed.
	Bias float64
	// Reach makes the bias smaller the more relevant records would have to be missed: it
	// is Reach divided by their number, between 1 and Bias. A review with many relevant
	// ones has a long end, where the order is hardly better than chance; and it needs no
	// help, for the chance of missing many of them falls fast.
	Reach float64
}

// Sure is the rule that assumes nothing about the order: Callaghan and Müller-Hansen 2020
// (doi:10.1186/s13643-020-01521-4), target 95 %, risk 5 %.
func Sure() Rule { return Rule{Target: .95, Risk: .05, Bias: 1} }

// Likely is the rule that Plait advises by: target 95 %, risk 5 %, bias 12 divided by the
// number that would have to be missed, at the most 4. Where the order is worse than that,
// it stops too early: its risk is a risk only as far as the bias holds.
func Likely() Rule { return Rule{Target: .95, Risk: .05, Bias: 4, Reach: 12} }

// missed is the least number of relevant records that are unread if the target was missed.
func (r Rule) missed(found int) int {
	return int(math.Floor(float64(found)/r.Target-float64(found)+1e-9)) + 1
}

// bias is what the rule assumes when so many would have been missed.
func (r Rule) bias(missed int) float64 {
	return max(1, min(r.Bias, r.Reach/float64(missed)))
}

// Advice is what a rule says after some reading.
type Advice struct {
	Stop   bool    `json:"stop"`   // the chance is at most the rule's risk, or nothing is left
	Chance float64 `json:"chance"` // of reading so little that is relevant, if the target were not reached
	Read   int     `json:"read"`   // records read
	Found  int     `json:"found"`  // relevant among them
	Unread int     `json:"unread"`
	// Left is how many relevant ones are probably left: more in no more than half of the
	// cases, and in not far fewer. AtMost is exceeded in no more than the rule's risk. Both go by one stretch of
	// the reading that is chosen beforehand: its later half. So they keep their word at any
	// one moment, as far as the rule's bias holds. Who asks again and again, and stops when
	// they please, is wrong more often.
	Left   int `json:"left"`
	AtMost int `json:"at_most"`
}

// longest is how many relevant records a stretch may hold. Longer ones reach back to where
// relevant records were many and say nothing of the end.
const longest = 50

// Advise looks at the decisions in the order of reading, those that the start was made
// with left out, and at how many records are unread.
func Advise(relevant []bool, unread int, rule Rule) Advice {
	t := newTally(len(relevant)+unread, rule)
	for _, r := range relevant {
		t.add(r)
	}
	a := Advice{Chance: t.chance(), Read: t.read, Found: t.found, Unread: unread, Left: unread, AtMost: unread}
	a.Stop = a.Chance <= rule.Risk
	if later, ok := t.later(); ok {
		a.AtMost, a.Left = later.most(rule.Risk, unread), later.most(.5, unread)
	}
	return a
}

// tally keeps what a rule needs to know of the reading.
type tally struct {
	rule             Rule
	all, read, found int
	after            []int // records read when each of the relevant ones had been
}

func newTally(all int, rule Rule) *tally { return &tally{rule: rule, all: all} }

func (t *tally) add(relevant bool) {
	t.read++
	if relevant {
		t.found++
		t.after = append(t.after, t.read)
	}
}

// urns gives the stretches from after each of the last relevant records, or from the
// beginning, up to now. Between two of them a stretch could only say less.
func (t *tally) urns() []urn {
	var out []urn
	bias := t.rule.bias(t.rule.missed(t.found))
	for hits := 0; hits <= min(t.found, longest); hits++ {
		from := 0
		if hits < t.found {
			from = t.after[t.found-hits-1]
		}
		if t.read > from {
			out = append(out, urn{left: t.all - from, drawn: t.read - from, hits: hits, bias: bias})
		}
	}
	return out
}

// later is the stretch that the later half of the reading is. Which one it is must not hang
// on what was found in it: the best of many stretches promises more than it keeps.
func (t *tally) later() (urn, bool) {
	from := t.read / 2
	u := urn{left: t.all - from, drawn: t.read - from, bias: t.rule.bias(t.rule.missed(t.found))}
	for _, at := range t.after {
		if at > from {
			u.hits++
		}
	}
	return u, u.drawn > 0
}

// chance is how often the last stretch would bring so little if the target were missed: the
// least over all stretches.
func (t *tally) chance() float64 {
	unread := t.all - t.read
	if unread == 0 {
		return 0
	}
	if t.found == 0 {
		return 1
	}
	missed := t.rule.missed(t.found)
	if missed > unread {
		return 0 // fewer are unread than would have to be missed
	}
	least := 1.
	for _, u := range t.urns() {
		least = min(least, u.few(missed+u.hits))
	}
	return least
}

func (t *tally) stop() bool { return t.chance() <= t.rule.Risk }

// urn is a stretch of reading: how many records were unread when it began, how many of
// them were read in it, and how many of those were relevant.
type urn struct {
	left, drawn, hits int
	bias              float64
}

// few is the chance of at most hits relevant ones in the stretch if relevant ones were
// unread when it began. With bias 1 it is the hypergeometric distribution. Else it is
// Wallenius' distribution by its fluid limit (Manly 1974): when a share t of the
// irrelevant ones is left, each relevant one is left with chance t to the power of bias.
func (u urn) few(relevant int) float64 {
	if relevant <= u.hits {
		return 1
	}
	others := u.left - relevant
	if others < u.drawn-u.hits {
		return 0
	}
	if u.bias == 1 {
		return hypergeometric(u.left, relevant, u.drawn, u.hits)
	}
	t := 1 - float64(u.drawn-u.hits)/float64(others)
	return binomial(relevant, 1-math.Pow(t, u.bias), u.hits)
}

// most is the largest number of relevant ones that may be left after the stretch with a
// chance above risk.
func (u urn) most(risk float64, unread int) int {
	return sort.Search(unread, func(k int) bool { return u.few(u.hits+k+1) <= risk })
}

// hypergeometric is the chance of at most hits marked ones among drawn of all, marked of
// which are marked.
func hypergeometric(all, marked, drawn, hits int) float64 {
	from := max(0, drawn-(all-marked))
	if hits < from {
		return 0
	}
	if hits >= min(marked, drawn) {
		return 1
	}
	// From the last term down, in logarithms: all of them may be very small.
	sum, term := 0., choose(marked, hits)+choose(all-marked, drawn-hits)-choose(all, drawn)
	for h := hits; ; h-- {
		sum += math.Exp(term)
		if h == from {
			return min(sum, 1)
		}
		term += math.Log(float64(h) * float64(all-marked-drawn+h) / (float64(marked-h+1) * float64(drawn-h+1)))
	}
}

// binomial is the chance of at most hits in n tries.
func binomial(n int, p float64, hits int) float64 {
	if p <= 0 || hits >= n {
		return 1
	}
	if p >= 1 {
		return 0
	}
	odds := math.Log1p(-p) - math.Log(p)
	sum, term := 0., choose(n, hits)+float64(hits)*math.Log(p)+float64(n-hits)*math.Log1p(-p)
	for h := hits; ; h-- {
		sum += math.Exp(term)
		if h == 0 {
			return min(sum, 1)
		}
		term += math.Log(float64(h)/float64(n-h+1)) + odds
	}
}

// choose is the logarithm of n over k.
func choose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}
