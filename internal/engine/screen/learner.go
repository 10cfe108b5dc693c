package screen

import (
	"math"
	"slices"
)

// Learner is told decisions and ranks what is not read. It is not safe for use by several
// goroutines at once.
type Learner struct {
	lib   *Library
	svm   *machine
	label []int8 // by record: 1 relevant, -1 irrelevant, 0 not read
	read  []int  // in the order told
	found int    // relevant ones
	guess []int  // unread records that are taught as irrelevant

	like  []float64          // by record: likeness to the relevant ones together
	close [][nearest]float32 // by record: to the nearest of them, largest first
	score []float64          // of the last Train

	lessons []lesson
	row     []float32 // one row spread over all terms
	near    []float64 // by record: the sum of close
}

// Learn makes a learner that knows nothing yet.
func (l *Library) Learn() *Learner {
	n := l.Len()
	return &Learner{
		lib: l, svm: newMachine(l.m), label: make([]int8, n), score: make([]float64, n),
		like: make([]float64, n), close: make([][nearest]float32, n), near: make([]float64, n),
	}
}

// Tell takes a decision on record i, counted from 0. One that was taken before is replaced
// and keeps its place in the order.
func (l *Learner) Tell(i int, relevant bool) {
	label := int8(-1)
	if relevant {
		label = 1
	}
	old := l.label[i]
	if old == label {
		return
	}
	if old == 0 {
		l.read = append(l.read, i)
	} else {
		l.svm.forget(i, float64(old))
	}
	l.label[i] = label
	switch {
	case relevant:
		l.found++
		l.meet(i)
	case old == 1:
		l.found--
		l.meetAll()
	}
}

// Forget takes a decision back.
func (l *Learner) Forget(i int) {
	old := l.label[i]
	if old == 0 {
		return
	}
	l.svm.forget(i, float64(old))
	l.label[i] = 0
	l.read = slices.DeleteFunc(l.read, func(x int) bool { return x == i })
	if old == 1 {
		l.found--
		l.meetAll()
	}
}

// Train learns from the decisions and scores what is not read. Until it is called, Rank
// and Best go by the decisions of the time before.
func (l *Learner) Train() {
	l.Teach()
	l.Score()
}

// Clone gives a learner that knows the same and goes on by itself.
func (l *Learner) Clone() *Learner {
	c := *l
	c.svm = l.svm.clone()
	c.label, c.read, c.guess = slices.Clone(l.label), slices.Clone(l.read), slices.Clone(l.guess)
	c.like, c.close, c.score = slices.Clone(l.like), slices.Clone(l.close), slices.Clone(l.score)
	c.lessons, c.row, c.near = nil, nil, make([]float64, len(l.near))
	return &c
}

// Score ranks what is not read by what Teach has learned and by the decisions told.
func (l *Learner) Score() {
	for i, label := range l.label {
		if label == 0 {
			l.score[i] = l.svm.score(i)
		}
	}
	set := l.lib.set
	if l.found == 0 || set.near == 0 && set.like == 0 {
		return
	}
	for i, c := range l.close {
		sum := 0.
		for _, v := range c {
			sum += float64(v)
		}
		l.near[i] = sum
	}
	fading := set.like * set.fade / (set.fade + float64(l.found))
	m0, s0 := l.spread(l.score)
	m1, s1 := l.spread(l.near)
	m2, s2 := l.spread(l.like)
	for i, label := range l.label {
		if label == 0 {
			l.score[i] = (l.score[i]-m0)/s0 + set.near*(l.near[i]-m1)/s1 + fading*(l.like[i]-m2)/s2
		}
	}
}

// Teach learns from the decisions, and from guesses where the model makes them. Each time
// begins where the one before ended, so what is learned hangs on when it was called. It
// costs far less than Score: where many decisions are told again, Score is needed at the
// last time alone.
func (l *Learner) Teach() {
	set := l.lib.set
	keep := l.guess[:0]
	if set.guesses > 0 {
		old := slices.Clone(l.guess)
		guesses := int(float64(set.guesses) * set.fewer / (set.fewer + float64(l.found)))
		for _, i := range l.lib.dice {
			if len(keep) >= guesses {
				break
			}
			if l.label[i] == 0 {
				keep = append(keep, i)
			}
		}
		for _, i := range old {
			// A guess that has been read since is taught again, by what was decided.
			if !slices.Contains(keep, i) {
				l.svm.forget(i, -1)
			}
		}
	}
	l.guess = keep
	relevant := float64(l.found)
	others := float64(len(l.read) - l.found + len(l.guess))
	if relevant == 0 || others == 0 {
		return
	}
	// The relevant ones weigh 1, the others together 1/ratio of them, and all are scaled
	// so that the weights add up to their number.
	share := relevant / (set.ratio * others)
	cost := set.cost * (relevant + others) / (relevant + others*share)
	l.lessons = l.lessons[:0]
	for _, i := range l.read {
		if l.label[i] > 0 {
			l.lessons = append(l.lessons, lesson{i, 1, cost})
		} else {
			l.lessons = append(l.lessons, lesson{i, -1, cost * share})
		}
	}
	for _, i := range l.guess {
		l.lessons = append(l.lessons, lesson{i, -1, cost * share})
	}
	const rounds = 1000 // as LinearSVC
	l.svm.teach(l.lessons, set.eps, rounds)
}

// meet counts a relevant record in likeness and nearness.
func (l *Learner) meet(p int) {
	if l.lib.set.near == 0 && l.lib.set.like == 0 {
		return
	}
	m := l.lib.m
	if l.row == nil {
		l.row = make([]float32, len(m.terms))
	}
	col, val := m.row(p)
	for k, c := range col {
		l.row[c] = val[k]
	}
	deep := m.deep(p)
	for i := range l.label {
		var sum float32
		col, val := m.row(i)
		for k, c := range col {
			sum += l.row[c] * val[k]
		}
		l.like[i] += float64(sum)
		for k, v := range m.deep(i) {
			sum += v * deep[k]
		}
		c := &l.close[i]
		for k := range c {
			if sum > c[k] {
				sum, c[k] = c[k], sum
			}
		}
	}
	for _, c := range col {
		l.row[c] = 0
	}
}

// meetAll counts likeness and nearness afresh.
func (l *Learner) meetAll() {
	clear(l.like)
	clear(l.close)
	for _, i := range l.read {
		if l.label[i] > 0 {
			l.meet(i)
		}
	}
}

// spread gives the mean of x over what is not read, and how far it strays from it.
func (l *Learner) spread(x []float64) (mean, deviation float64) {
	n := 0.
	for i, label := range l.label {
		if label == 0 {
			n++
			mean += x[i]
		}
	}
	if n == 0 {
		return 0, 1
	}
	mean /= n
	for i, label := range l.label {
		if label == 0 {
			deviation += (x[i] - mean) * (x[i] - mean)
		}
	}
	return mean, math.Sqrt(deviation/n) + 1e-12
}

// Rank gives up to n records that are not read, best first; records that score alike stand
// in the order of the library. n below 1 gives all.
func (l *Learner) Rank(n int) []int {
	var out []int
	for i, label := range l.label {
		if label == 0 {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int {
		switch {
		case l.score[a] > l.score[b]:
			return -1
		case l.score[a] < l.score[b]:
			return 1
		}
		return 0
	})
	if n > 0 && n < len(out) {
		out = out[:n]
	}
	return out
}

// Best is the first of Rank; ok is false when all are read.
func (l *Learner) Best() (i int, ok bool) {
	b := -1
	for i, label := range l.label {
		if label == 0 && (b < 0 || l.score[i] > l.score[b]) {
			b = i
		}
	}
	return max(b, 0), b >= 0
}
