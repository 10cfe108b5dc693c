package screen

import "fmt"

// Stop is where a rule said that enough had been read.
type Stop struct {
	At     int     `json:"at"`     // records read, those of the start left out
	Recall float64 `json:"recall"` // share of the relevant ones found by then
	Saving float64 `json:"saving"` // share of the records that need not be read
}

// Run is one review played through with the answers known.
type Run struct {
	Order []int // the records in the order of reading, those of the start left out
	Measures
	Stop Stop
}

// Simulate reads a library whose answers are known: it is told the records of start, and
// then reads the record that stands highest, again and again, learning after each one until
// all relevant ones are found. The rest follows in the last order. Start needs a relevant
// and an irrelevant record; one relevant and one irrelevant must be left to find.
func Simulate(lib *Library, relevant []bool, start []int, rule Rule) (Run, error) {
	var r Run
	if len(relevant) != lib.Len() {
		return r, fmt.Errorf("screen: %d answers for %d records", len(relevant), lib.Len())
	}
	l := lib.Learn()
	for _, i := range start {
		if i < 0 || i >= lib.Len() {
			return r, fmt.Errorf("screen: there is no record %d to start with", i)
		}
		l.Tell(i, relevant[i])
	}
	if l.found == 0 || l.found == len(l.read) {
		return r, fmt.Errorf("screen: the start needs a relevant and an irrelevant record")
	}
	left := -l.found
	for _, y := range relevant {
		if y {
			left++
		}
	}
	if left == 0 || left == len(l.label)-len(l.read) {
		return r, fmt.Errorf("screen: a relevant and an irrelevant record must be left to find")
	}
	var seen []bool
	for ; left > 0; l.Train() {
		if len(seen) == 0 {
			l.Train()
		}
		i, _ := l.Best()
		l.Tell(i, relevant[i])
		r.Order, seen = append(r.Order, i), append(seen, relevant[i])
		if relevant[i] {
			left--
		}
	}
	for _, i := range l.Rank(0) {
		r.Order, seen = append(r.Order, i), append(seen, false)
	}
	r.Measures, _ = Measure(seen)
	r.Stop = rule.Play(seen)
	return r, nil
}

// Play gives where a rule would have stopped in an order of reading that is known to its
// end, asked after each record. It needs a relevant one.
func (r Rule) Play(relevant []bool) Stop {
	all, found := 0, 0
	for _, y := range relevant {
		if y {
			all++
		}
	}
	tally := newTally(len(relevant), r)
	for i, y := range relevant {
		if y {
			found++
		}
		if tally.add(y); tally.stop() {
			return Stop{i + 1, float64(found) / float64(all), 1 - float64(i+1)/float64(len(relevant))}
		}
	}
	return Stop{len(relevant), 1, 0}
}

// Start chooses a relevant and an irrelevant record to start from, by seed alone. Where one
// of them is missing, so it is in what is given.
func Start(relevant []bool, seed uint64) []int {
	var out []int
	for _, want := range [2]bool{true, false} {
		for _, i := range shuffled(len(relevant), seed+1) {
			if relevant[i] == want {
				out = append(out, i)
				break
			}
		}
	}
	return out
}
