package screen

import "math"

// Record is what is read of a reference to rank it.
type Record struct {
	Title    string
	Abstract string
}

// Model is a way to learn.
type Model string

// The models.
const (
	Plait Model = "plait" // the default
	U4    Model = "u4"    // the reference
)

// Models lists them, the default first.
func Models() []Model { return []Model{Plait, U4} }

// setting says how a model learns.
type setting struct {
	weigh   weighing
	cost    float64 // of a mistake, before weights
	ratio   float64 // the irrelevant ones together weigh 1/ratio of the relevant ones
	eps     float64 // the solver stops when no step left is larger
	guesses int     // unread records taken as irrelevant, before any relevant one is known
	fewer   float64 // relevant ones known at which half as many guesses are made
	latent  int     // latent coordinates
	depth   float64 // their length, where that of the terms is 1
	near    float64 // weight of the nearness to the nearest relevant ones
	like    float64 // weight of the likeness to all relevant ones, before it fades
	fade    float64 // relevant ones known at which likeness counts half
}

// nearest is how many relevant records nearness looks at.
const nearest = 3

func settings(m Model) setting {
	if m == U4 {
		return setting{weigh: weighing{maxShare: .95, rarity: 1, pairs: 1}, cost: .11, ratio: 9.8, eps: 1e-4}
	}
	return setting{
		weigh: weighing{maxShare: .95, rarity: .8, pairs: .7, title: .9, letters: 6},
		cost:  .2, ratio: 8, eps: 1e-2, guesses: 100, fewer: 30,
		latent: 100, depth: .6, near: .3, like: .7, fade: 10,
	}
}

// Library is a set of records made ready to be ranked. It does not change and may be used
// by several learners at once.
type Library struct {
	records []Record
	set     setting
	m       *matrix
	dice    []int // the records in an order without meaning, always the same
}

// NewLibrary makes records ready; an unknown model is taken as Plait. The records are kept
// and must not be changed.
func NewLibrary(records []Record, model Model) *Library {
	l := &Library{records: records, set: settings(model)}
	l.m = weigh(records, l.set.weigh)
	if d := min(l.set.latent, len(records)/4); d > 1 {
		l.m.deepen(latent(l.m.single(), d), d, l.set.depth)
	}
	l.dice = shuffled(len(records), 7)
	return l
}

// Len is the number of records.
func (l *Library) Len() int { return len(l.records) }

// shuffled gives 0 to n-1 in an order that depends on the seed alone.
func shuffled(n int, seed uint64) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	for i := n - 1; i > 0; i-- {
		seed = mix(seed)
		j := int(seed % uint64(i+1))
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// deepen adds d coordinates to each row, scaled so that they have length by.
func (m *matrix) deepen(z []float32, d int, by float64) {
	m.d, m.dense = d, z
	for i := range m.rows() {
		row := z[i*d : i*d+d]
		sum := 0.
		for _, v := range row {
			sum += float64(v) * float64(v)
		}
		if sum < 1e-20 {
			clear(row)
			continue
		}
		f := float32(by / math.Sqrt(sum))
		for k := range row {
			row[k] *= f
		}
		m.size[i] += float32(by * by)
	}
}
