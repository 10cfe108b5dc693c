package screen

import (
	"math"
	"slices"
)

// machine is a linear support vector machine with squared hinge loss, solved in its dual
// by coordinate descent (Hsieh and others 2008, algorithm 1, as liblinear's solver 1 does),
// each time from where it stood. A constant 1 is added to every row for the intercept,
// which is therefore held small like any other weight, as scikit-learn's LinearSVC does.
type machine struct {
	m     *matrix
	w     []float64
	v     []float64 // weights of the latent coordinates
	b     float64
	alpha []float64 // by record; 0 for one that is not in the training set
	seed  uint64
	order []int
}

func newMachine(m *matrix) *machine {
	return &machine{m: m, w: make([]float64, len(m.terms)), v: make([]float64, m.d), alpha: make([]float64, m.rows()), seed: 1}
}

// clone gives a machine that stands where this one does.
func (s *machine) clone() *machine {
	c := *s
	c.w, c.v, c.alpha, c.order = slices.Clone(s.w), slices.Clone(s.v), slices.Clone(s.alpha), nil
	return &c
}

// lesson is one record to learn from: a label of +1 or -1 and what a mistake costs.
type lesson struct {
	at   int
	y    float64
	cost float64
}

// teach fits the machine until no step that is left is larger than eps, or after passes
// rounds. Records that were taught before and are not now must be given to forget first.
func (s *machine) teach(lessons []lesson, eps float64, passes int) {
	if cap(s.order) < len(lessons) {
		s.order = make([]int, len(lessons), 2*len(lessons))
	}
	order := s.order[:len(lessons)]
	for i := range order {
		order[i] = i
	}
	active := len(order)
	highest := math.Inf(1) // of the round before: the bound for setting records aside
	for range passes {
		top, bottom := math.Inf(-1), math.Inf(1)
		for i := 0; i < active; i++ {
			s.seed = s.seed*6364136223846793005 + 1442695040888963407
			j := i + int((s.seed>>33)%uint64(active-i))
			order[i], order[j] = order[j], order[i]
		}
		for i := 0; i < active; i++ {
			l := &lessons[order[i]]
			a := s.alpha[l.at]
			soft := .5 / l.cost
			g := l.y*(s.score(l.at)+l.y*a*float64(s.m.own[l.at])) - 1 + a*soft
			pg := g
			if a == 0 {
				if g > highest {
					active--
					order[i], order[active] = order[active], order[i]
					i--
					continue
				}
				pg = min(g, 0)
			}
			top, bottom = max(top, pg), min(bottom, pg)
			if math.Abs(pg) < 1e-12 {
				continue
			}
			next := max(a-g/(float64(s.m.size[l.at])+1+soft), 0)
			s.move(l.at, (next-a)*l.y)
			s.alpha[l.at] = next
		}
		if top-bottom <= eps {
			if active == len(order) {
				return
			}
			active, highest = len(order), math.Inf(1)
			continue
		}
		if highest = top; highest <= 0 {
			highest = math.Inf(1)
		}
	}
}

// forget takes a record out of what was learnt. y is the label it was taught with.
func (s *machine) forget(at int, y float64) {
	if a := s.alpha[at]; a != 0 {
		s.move(at, -a*y)
		s.alpha[at] = 0
	}
}

// score is the distance from the boundary, larger for records more like the relevant ones.
// Terms that only this record has are left out: they are 0 for what was not taught.
func (s *machine) score(i int) float64 {
	sum := s.b
	col, val := s.m.row(i)
	w := s.w
	for k, c := range col {
		sum += w[c] * float64(val[k])
	}
	for k, v := range s.m.deep(i) {
		sum += s.v[k] * float64(v)
	}
	return sum
}

func (s *machine) move(i int, by float64) {
	s.b += by
	col, val := s.m.row(i)
	w := s.w
	for k, c := range col {
		w[c] += by * float64(val[k])
	}
	for k, v := range s.m.deep(i) {
		s.v[k] += by * float64(v)
	}
}
