package thread

import (
	"cmp"
	"maps"
	"slices"

	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// Ways to follow a thread.
const (
	Up   = "up"   // what a record stands on
	Down = "down" // what stands on it
	Both = "both"
	Here = "here" // the record itself
)

// How a record of a thread is shown.
const (
	Yes       = "yes"
	Withdrawn = "withdrawn"
	NotShared = "not shared"
)

// What became of a source, and how a record is stale: Changed when something that it is
// tied to moved, Further when that is further up.
const (
	Changed = "changed"
	Ended   = "ended"
	Further = "further"
)

// Sizes of a thread.
const (
	MaxWhole = 2000 // a thread of at most so many records is shown whole
	Nearest  = 200  // of a longer one, so many
)

// Node is one record of a thread, as the reader may see it: of one that is withdrawn or
// not shared there is no title, state or fate.
type Node struct {
	Ref        ref.Ref `json:"ref"`
	Kind       string  `json:"kind"`
	Title      string  `json:"title"`
	Strand     string  `json:"strand"` // research, lived, practice, two joined by "+", or "" for unknown or none
	Fate       string  `json:"fate"`
	State      string  `json:"state"`
	Distance   int64   `json:"distance"` // ties between it and the first record
	Way        string  `json:"way"`      // here, up or down
	Shown      string  `json:"shown"`    // yes, withdrawn, not shared
	Stale      string  `json:"stale"`    // "", changed, further
	StaleSince int64   `json:"stale_since"`
	Why        []Why   `json:"why"`        // what moved under it since someone last confirmed
	Seen       int64   `json:"seen"`       // when the last of that moved, for thread.confirm; 0 = nothing did
	ChangedAt  int64   `json:"changed_at"` // microseconds since 1970; of a withdrawn record, when that was
	Href       string  `json:"href"`

	moved bool // something that is stale stands on it, and it is why
}

// Why is one source that moved under a record.
type Why struct {
	Ref    ref.Ref `json:"ref"`
	Title  string  `json:"title"` // "" where it is withdrawn or the reader may not see it
	Strand string  `json:"strand"`
	What   string  `json:"what"` // changed, withdrawn, ended
	At     int64   `json:"at"`   // microseconds since 1970
}

// Tie is one join of a thread. Its reason is given where the reader may see both ends.
type Tie struct {
	From   ref.Ref `json:"from"`
	To     ref.Ref `json:"to"`
	Stance string  `json:"stance"`
	Reason string  `json:"reason"`
}

// check says what is wrong with a question, by field.
func (in FollowIn) check(kinds map[string]plug.Kind) error {
	var c fault.Check
	c.Need(slices.Contains([]string{"", Up, Down, Both}, in.Way), "way", "house.bad_choice")
	for _, k := range in.Kinds {
		_, known := kinds[k]
		c.Need(known || order(k) <= len(Stages()), "kinds", "house.bad_choice")
	}
	for _, s := range in.Strands {
		c.Need(slices.Contains([]string{"research", "lived", "practice", "unknown"}, s), "strands", "house.bad_choice")
	}
	c.Need(in.Limit >= 0 && in.Limit <= MaxWhole, "limit", "house.bad_value")
	return c.Err()
}

// visit is where a walk came to a record.
type visit struct {
	ref      ref.Ref
	distance int
	way      string
}

// walk is the records and ties that were come to from one record.
type walk struct {
	root   ref.Ref
	seen   map[string]visit
	joints []joint
	ties   map[[3]string]bool
	n      map[string]int // records by way
	full   bool           // there are more than were walked
	kinds  []string       // what ties may lead from; nil = anything
	open   func(ids []string) (map[string]bool, error)
}

func newWalk(root ref.Ref) *walk {
	return &walk{root: root, seen: map[string]visit{root.ID: {root, 0, Here}}, ties: map[[3]string]bool{}, n: map[string]int{}}
}

// tie remembers a tie; false when it was there.
func (w *walk) tie(j joint) bool {
	key := [3]string{j.From.ID, j.To.ID, j.Stance}
	if w.ties[key] {
		return false
	}
	w.ties[key] = true
	w.joints = append(w.joints, j)
	return true
}

// come visits a record; false when it was visited.
func (w *walk) come(at ref.Ref, distance int, way string) bool {
	if _, been := w.seen[at.ID]; been {
		return false
	}
	w.seen[at.ID] = visit{at, distance, way}
	w.n[way]++
	return true
}

// over says that one way alone holds more records than are shown whole. Each way has its
// own room, so that a thousand sources never hide what came of them.
func (w *walk) over(way string) bool { return w.n[way] >= MaxWhole }

// clear takes out of a level what belongs to people and the reader may not see: the walk
// does not go on from there, and nothing says that it was come to.
func (w *walk) clear(level []ref.Ref, way string) ([]ref.Ref, error) {
	var ids []string
	for _, x := range level {
		if x.Kind == Personal {
			ids = append(ids, x.ID)
		}
	}
	if len(ids) == 0 {
		return level, nil
	}
	open, err := w.open(ids)
	return slices.DeleteFunc(level, func(x ref.Ref) bool {
		gone := x.Kind == Personal && !open[x.ID]
		if gone {
			delete(w.seen, x.ID)
			w.n[way]--
		}
		return gone
	}), err
}

func (w *walk) ids() []string { return slices.Sorted(maps.Keys(w.seen)) }

// near is the first record and, of those of some kinds (of all, when none is named), the
// nearest most contributions and the nearest most others: what the nearest are chosen from.
func (w *walk) near(kinds []string, most int) []string {
	all := slices.SortedFunc(maps.Values(w.seen), func(a, b visit) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.ref.ID, b.ref.ID))
	})
	out := []string{}
	n := map[bool]int{}
	for _, v := range all {
		said := v.ref.Kind == Contribution
		if v.way != Here && (n[said] >= most || len(kinds) > 0 && !slices.Contains(kinds, v.ref.Kind)) {
			continue
		}
		n[said]++
		out = append(out, v.ref.ID)
	}
	return out
}

func (w *walk) counts() map[string]int64 {
	out := map[string]int64{}
	for _, v := range w.seen {
		out[v.ref.Kind]++
	}
	return out
}

// nodes makes the records of a walk, the nearest first.
func (r *Room) nodes(w *walk, there map[string]record, hears bool, now int64) []Node {
	out := make([]Node, 0, len(w.seen))
	for id, v := range w.seen {
		rec, ok := there[id]
		if !ok {
			continue // gone between two reads
		}
		if !rec.open(hears) {
			continue
		}
		n := Node{Ref: rec.Ref(), Kind: rec.Kind, Title: rec.Title, Strand: rec.Strand, Fate: rec.Fate, State: rec.State, Distance: int64(v.distance), Way: v.way,
			Shown: Yes, ChangedAt: rec.ChangedAt, Why: []Why{}}
		switch {
		case !rec.Live(now):
			n.Shown = Withdrawn
			if rec.Until > 0 {
				n.ChangedAt = rec.Until
			}
		case !rec.Shown:
			n.Shown, n.ChangedAt = NotShared, 0
		default:
			n.Href = address(r.kinds[rec.Kind], rec.Ref(), rec.Project)
			if rec.Stale > 0 {
				n.Stale = Changed
				if hears { // else the day would tell when someone took their words back
					n.StaleSince = rec.Stale
				}
			}
		}
		out = append(out, n)
	}
	slices.SortFunc(out, compare)
	return out
}

// compare puts the nearest first; at the same distance, in the order of the thread.
func compare(a, b Node) int {
	return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(order(a.Kind), order(b.Kind)), cmp.Compare(a.Ref.ID, b.Ref.ID))
}

// further marks what stands, at whatever remove, on something that is stale.
func further(at map[string]*Node, ties []joint) {
	out := map[string][]string{}
	for _, j := range ties {
		out[j.From.ID] = append(out[j.From.ID], j.To.ID)
	}
	var next []string
	for id, n := range at {
		if n.Stale != "" {
			next = append(next, id)
		}
	}
	for len(next) > 0 {
		id := next[0]
		next = next[1:]
		for _, to := range out[id] {
			if n := at[to]; n != nil && n.Stale == "" && n.Shown == Yes {
				n.Stale = Further
				next = append(next, to)
			}
		}
	}
}

// filter keeps what was asked for; the first record always stays.
func (in FollowIn) filter(nodes []Node) []Node {
	if len(in.Kinds) == 0 && len(in.Strands) == 0 && !in.Changed {
		return nodes
	}
	return slices.DeleteFunc(nodes, func(n Node) bool {
		switch {
		case n.Way == Here:
			return false
		case len(in.Kinds) > 0 && !slices.Contains(in.Kinds, n.Kind):
			return true
		case in.Changed && n.Stale == "" && !n.moved && n.Shown != Withdrawn:
			return true
		case len(in.Strands) == 0 || n.Kind != Contribution:
			return false
		}
		of := strandsOf(n.Strand)
		if len(of) == 0 {
			of = []string{"unknown"}
		}
		return !slices.ContainsFunc(of, func(s string) bool { return slices.Contains(in.Strands, s) })
	})
}

// nearest keeps limit of nodes, which come the nearest first. What was made of the
// contributions comes before them, up to half, for without it nothing could be followed;
// then the contributions by turns of strand, so that none crowds out another.
func nearest(nodes []Node, limit int) []Node {
	var trunk, rest []Node
	for _, n := range nodes {
		if n.Kind != Contribution || n.Way == Here {
			trunk = append(trunk, n)
		} else {
			rest = append(rest, n)
		}
	}
	keep := min(len(trunk), max((limit+1)/2, limit-len(rest)))
	out := append([]Node{}, trunk[:keep]...)
	out = append(out, turns(rest)[:min(len(rest), limit-keep)]...)
	slices.SortFunc(out, compare)
	return out
}

// turns puts contributions in order of distance, at each distance one of each strand in
// turn.
func turns(nodes []Node) []Node {
	type rank struct {
		distance int64
		strand   string
	}
	place := map[rank]int{}
	at := map[string]int{}
	for _, n := range nodes {
		key := rank{n.Distance, n.Strand}
		at[n.Ref.ID] = place[key]
		place[key]++
	}
	out := slices.Clone(nodes)
	slices.SortStableFunc(out, func(a, b Node) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(at[a.Ref.ID], at[b.Ref.ID]))
	})
	return out
}

// tiesOf gives the ties whose ends are both listed. A reason is shown where both ends are.
func tiesOf(nodes []Node, all []joint) []Tie {
	shown := make(map[string]bool, len(nodes))
	for _, n := range nodes {
		shown[n.Ref.ID] = n.Shown == Yes
	}
	out := []Tie{}
	for _, j := range all {
		from, ok1 := shown[j.From.ID]
		to, ok2 := shown[j.To.ID]
		if !ok1 || !ok2 {
			continue
		}
		t := Tie{From: j.From, To: j.To, Stance: j.Stance}
		if from && to {
			t.Reason = j.Reason
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b Tie) int {
		return cmp.Or(cmp.Compare(a.From.ID, b.From.ID), cmp.Compare(a.To.ID, b.To.ID), cmp.Compare(a.Stance, b.Stance))
	})
	return out
}
