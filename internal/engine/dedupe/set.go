package dedupe

import (
	"cmp"
	"slices"
)

// Band is what is to be done with two records.
type Band uint8

// The three bands.
const (
	Apart Band = iota // two works
	Ask               // a person looks at both
	Same              // merged by itself
)

// String gives same, ask or apart.
func (b Band) String() string { return [...]string{"apart", "ask", "same"}[min(b, Same)] }

// Pair is two records of a set by their numbers, the earlier one first.
type Pair struct {
	A, B   int
	Score  float64
	Band   Band
	Reason Reason
}

// Found is what one import brought.
type Found struct {
	First  int    // number of the first record that was added
	Merged []Pair // links that were made by themselves, the surest first
	Asks   []Pair // pairs to show to a person, the likeliest first; one for two groups
	Left   int    // pairs that were not asked about because of Options.AskShare
}

// Options may be left zero.
type Options struct {
	// AskShare is the most pairs to ask about, as a share of the records that are added;
	// 0 means .02. Below 0 nothing is asked.
	AskShare float64
}

// Set is a growing library. It is for one goroutine at a time.
type Set struct {
	options Options
	forms   []form
	index   index
	first   map[uint64]int32 // first record of those that are equal in everything

	groups groups
	apart  map[[2]int]bool // what a person said are two works
}

// New makes an empty set.
func New(o Options) *Set {
	if o.AskShare == 0 {
		o.AskShare = .02
	}
	return &Set{options: o, index: newIndex(), first: map[uint64]int32{}, groups: newGroups(), apart: map[[2]int]bool{}}
}

// Len is the number of records.
func (s *Set) Len() int { return len(s.forms) }

// Add puts records in, numbered on from Len, and compares them with all that are there and
// with each other.
func (s *Set) Add(records []Record) Found { return s.AddKnown(records, nil, nil) }

// AddKnown is Add where something is known of the records already: groups of one work, and
// pairs of which a person said that they are two works, by their numbers. What is known is
// not found again, and nobody is asked about it.
func (s *Set) AddKnown(records []Record, together [][]int, apart [][2]int) Found {
	found := Found{First: len(s.forms)}
	var pairs []Pair
	seen := map[int32]struct{}{}
	for i := range records {
		n := s.put(&records[i])
		f := &s.forms[n]
		if at, ok := s.first[f.whole]; ok && !f.empty() {
			pairs = append(pairs, Pair{A: int(at), B: int(n), Score: identical, Band: Same})
			continue
		}
		s.first[f.whole] = n
		clear(seen)
		s.index.put(f, n, func(other int32) {
			if _, ok := seen[other]; ok {
				return
			}
			seen[other] = struct{}{}
			if hopeless(&s.forms[other], f) {
				return
			}
			l := compare(&s.forms[other], f)
			score := l.weight()
			if band, _ := l.judge(score); band != Apart {
				pairs = append(pairs, Pair{A: int(other), B: int(n), Score: score, Band: band})
			}
		})
	}
	slices.SortStableFunc(pairs, func(a, b Pair) int {
		return cmp.Or(-cmp.Compare(a.Score, b.Score), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	s.know(0, together, apart)
	s.settle(pairs, len(records), &found)
	return found
}

// identical is the score of two records in which everything is equal.
const identical = 99

func (s *Set) put(r *Record) int32 {
	s.forms = append(s.forms, prepare(r))
	s.groups.grow()
	return int32(len(s.forms) - 1)
}

// Restore puts in records whose groups are known, and compares nothing. groups and apart
// hold numbers from Len on, in the order of the records; numbers that are not among them
// are left out. Use it to go on where an earlier Set left off.
func (s *Set) Restore(records []Record, groups [][]int, apart [][2]int) {
	from := len(s.forms)
	for i := range records {
		n := s.put(&records[i])
		f := &s.forms[n]
		if _, ok := s.first[f.whole]; !ok {
			s.first[f.whole] = n
		}
		s.index.put(f, n, nil)
	}
	s.know(from, groups, apart)
}

// know takes in what is known of records from a number on.
func (s *Set) know(from int, together [][]int, apart [][2]int) {
	inside := func(n int) bool { return n >= from && n < len(s.forms) }
	for _, g := range together {
		for _, n := range g {
			if inside(g[0]) && inside(n) {
				s.groups.join(g[0], n)
			}
		}
	}
	for _, p := range apart {
		if inside(p[0]) && inside(p[1]) {
			s.apart[edge(p[0], p[1])] = true
		}
	}
}

// settle joins the sure pairs and chooses what to ask about.
func (s *Set) settle(pairs []Pair, added int, found *Found) {
	var asks []Pair
	for _, p := range pairs {
		switch {
		case p.Band != Same:
			asks = append(asks, p)
		case s.groups.root(p.A) == s.groups.root(p.B):
		case !s.fits(p.A, p.B):
			p.Band = Ask
			asks = append(asks, p)
		default:
			s.groups.join(p.A, p.B)
			p.Reason = s.reason(p.A, p.B, Same)
			found.Merged = append(found.Merged, p)
		}
	}
	slices.SortStableFunc(asks, func(a, b Pair) int { return -cmp.Compare(a.Score, b.Score) })
	asked := map[[2]int]bool{}
	most := int(s.options.AskShare * float64(added))
	if s.options.AskShare > 0 && added > 0 {
		most = max(most, 1)
	}
	for _, p := range asks {
		at := edge(s.groups.root(p.A), s.groups.root(p.B))
		switch {
		case at[0] == at[1] || asked[at] || s.isApart(p.A, p.B):
		case len(found.Asks) >= most:
			found.Left++
		default:
			asked[at] = true
			p.Reason = s.reason(p.A, p.B, Ask)
			found.Asks = append(found.Asks, p)
		}
	}
}

// fits reports whether no member of one group contradicts one of the other.
func (s *Set) fits(a, b int) bool {
	if s.isApart(a, b) {
		return false
	}
	if s.forms[a].whole == s.forms[b].whole {
		return true
	}
	for _, x := range few(s.groups.of(a)) {
		for _, y := range few(s.groups.of(b)) {
			if x == a && y == b {
				continue
			}
			l := compare(&s.forms[x], &s.forms[y])
			if l.contradicts() {
				return false
			}
		}
	}
	return true
}

// few is the first members of a group: one work is seldom there more than ten times.
func few(group []int) []int { return group[:min(len(group), 20)] }

func edge(a, b int) [2]int { return [2]int{min(a, b), max(a, b)} }

// isApart reports whether a person said that two records of these groups are two works.
func (s *Set) isApart(a, b int) bool {
	if len(s.apart) == 0 {
		return false
	}
	for _, x := range s.groups.of(a) {
		for _, y := range s.groups.of(b) {
			if s.apart[edge(x, y)] {
				return true
			}
		}
	}
	return false
}

// Join says that two records are one work: a person's answer.
func (s *Set) Join(a, b int) {
	delete(s.apart, edge(a, b))
	s.groups.join(a, b)
}

// Groups gives the groups of two records and more, each in the order of the records.
func (s *Set) Groups() [][]int { return s.groups.all() }
