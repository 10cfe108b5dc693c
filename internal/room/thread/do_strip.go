package thread

import (
	"context"
	"maps"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// MaxStrips is how many strips are drawn at once; longer lists are drawn in turn.
const MaxStrips = 128

// set is a set of up to MaxStrips records, by their place in a list.
type set [2]uint64

func only(i int) set            { var s set; s[i/64] = 1 << (i % 64); return s }
func (s set) has(i int) bool    { return s[i/64]&(1<<(i%64)) != 0 }
func (s set) plus(o set) set    { return set{s[0] | o[0], s[1] | o[1]} }
func (s set) without(o set) set { return set{s[0] &^ o[0], s[1] &^ o[1]} }
func (s set) and(o set) set     { return set{s[0] & o[0], s[1] & o[1]} }
func (s set) empty() bool       { return s == set{} }

// Strips draws, for each of refs that the actor may see, where it came from and went: how
// many live contributions of each strand it stands on, and the nearest record of each
// stage. It asks the database a few times for up to MaxStrips records together, in the
// caller's transaction. A record that may not be seen, or is of no kind of the thread, has
// no entry. Who may not see what people said learns which strands spoke, and only about
// how many.
func (r *Room) Strips(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]page.Strip, error) {
	out := make(map[ref.Ref]page.Strip, len(refs))
	may, err := sightOf(ctx, tx, r.kinds)
	if err != nil {
		return nil, err
	}
	for len(refs) > 0 {
		part := refs[:min(MaxStrips, len(refs))]
		refs = refs[len(part):]
		if err := r.strips(ctx, tx, part, may, false, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// strips draws up to MaxStrips; exact gives true counts also for who may not see them, for
// a caller that hides them.
func (r *Room) strips(ctx context.Context, tx *db.Tx, refs []ref.Ref, may sight, exact bool, out map[ref.Ref]page.Strip) error {
	now, programme := r.clock.Now(), who.From(ctx).Programme
	ids := make([]string, 0, len(refs))
	for _, x := range refs {
		ids = append(ids, x.ID)
	}
	there, err := records(tx, programme, ids, may, now)
	if err != nil {
		return err
	}
	roots := slices.DeleteFunc(ids, func(id string) bool { return !there[id].Shown || order(there[id].Kind) > len(Stages()) })
	slices.Sort(roots)
	roots = slices.Compact(roots)
	if len(roots) == 0 {
		return nil
	}
	up, err := reach(roots, func(ids []string) ([]link, error) { return above(tx, programme, r.trunkKinds(), ids) }, false)
	if err != nil {
		return err
	}
	down, err := reach(roots, func(ids []string) ([]link, error) { return below(tx, programme, ids) }, true)
	if err != nil {
		return err
	}
	t := trunk{up: up, down: down}
	if t.nodes, err = records(tx, programme, t.ids(), may, now); err != nil {
		return err
	}
	t.spread()
	said, err := t.voices(tx, programme, roots, now)
	if err != nil {
		return err
	}
	broken, err := t.broken(tx, programme, now)
	if err != nil {
		return err
	}
	for i, id := range roots {
		at := there[id].Ref()
		s := page.Strip{Steps: r.steps(t, i, there[id], now)}
		if at.Kind == Contribution {
			for _, strand := range strandsOf(there[id].Strand) {
				voice(&s, strand).N = 1
			}
		}
		for _, h := range said {
			if h.Root == id {
				for _, strand := range strandsOf(h.Strand) {
					voice(&s, strand).N += int(h.N)
				}
			}
		}
		for _, m := range broken {
			if t.up.sets[m.ID].has(i) {
				for _, strand := range strandsOf(m.Strand) {
					voice(&s, strand).Stale = true
				}
			}
		}
		for _, strand := range []string{page.Research, page.Lived, page.Practice} {
			if v := voice(&s, strand); v.N > 0 {
				v.Href = "/thread/" + at.String() + "?kind=contribution&strand=" + strand
				if !there[id].Hears && at.Kind != Contribution && !exact {
					*v = page.Voice{N: around(v.N), About: hidden(v.N)}
				}
			}
		}
		out[at] = s
	}
	return nil
}

// voice is the strand of a strip.
func voice(s *page.Strip, strand string) *page.Voice {
	switch strand {
	case page.Research:
		return &s.Research
	case page.Lived:
		return &s.Lived
	case page.Practice:
		return &s.Practice
	}
	return &page.Voice{}
}

// reached is how a walk from many records at once went: for each level the records it
// came to, and for each record from which of the first ones it can be reached.
type reached struct {
	levels []map[string]set // new at this level, and for which of the roots
	sets   map[string]set
	links  []link
}

// reach walks from roots, level by level, each record once for each root.
func reach(roots []string, next func(ids []string) ([]link, error), down bool) (reached, error) {
	out := reached{sets: map[string]set{}}
	level := map[string]set{}
	for i, id := range roots {
		level[id] = level[id].plus(only(i))
		out.sets[id] = level[id]
	}
	for len(level) > 0 {
		out.levels = append(out.levels, level)
		found, err := next(slices.Sorted(maps.Keys(level)))
		if err != nil {
			return out, err
		}
		fresh := map[string]set{}
		for _, l := range found {
			at, to := l.To.ID, l.From.ID
			if down {
				at, to = to, at
			}
			if add := level[at].without(out.sets[to]); !add.empty() {
				fresh[to] = fresh[to].plus(add)
			}
		}
		for id, s := range fresh {
			out.sets[id] = out.sets[id].plus(s)
		}
		out.links = append(out.links, found...)
		level = fresh
	}
	return out, nil
}

// trunk is everything that some records have above and below them, but the contributions.
type trunk struct {
	up, down reached
	nodes    map[string]record
	stale    map[string]bool // it, or something it stands on within the trunk, is marked
}

func (t trunk) ids() []string {
	all := map[string]bool{}
	for id := range t.up.sets {
		all[id] = true
	}
	for id := range t.down.sets {
		all[id] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// voices counts the live contributions of each strand above each root, each once; a
// contribution is its own voice. The database counts where one record alone lies between,
// as for findings; where there are several, a contribution may be tied to more than one.
func (t trunk) voices(tx *db.Tx, programme string, roots []string, now int64) ([]heard, error) {
	above := make([][]string, len(roots)) // what contributions may be tied to, by root
	for _, id := range slices.Sorted(maps.Keys(t.up.sets)) {
		for i := range roots {
			if t.up.sets[id].has(i) && t.nodes[roots[i]].Kind != Contribution {
				above[i] = append(above[i], id)
			}
		}
	}
	var alone []string
	var several set
	shared := map[string]bool{}
	for i := range roots {
		switch {
		case t.nodes[roots[i]].Kind == Contribution:
		case len(above[i]) == 1:
			alone = append(alone, roots[i])
		default:
			several = several.plus(only(i))
			for _, id := range above[i] {
				shared[id] = true
			}
		}
	}
	out, err := voices(tx, programme, alone, now)
	if err != nil || several.empty() {
		return out, err
	}
	many, err := t.together(tx, programme, roots, slices.Sorted(maps.Keys(shared)), several, now)
	return append(out, many...), err
}

// together is voices for roots of which several records lie between them and the
// contributions. What is counted beside the records is added up, and taken off again for
// each contribution that is tied to a second one of them: so only these few are read.
func (t trunk) together(tx *db.Tx, programme string, roots, shared []string, several set, now int64) ([]heard, error) {
	counted, err := counted(tx, programme, shared, now)
	if err != nil {
		return nil, err
	}
	n := map[heard]int64{}
	add := func(to set, strand string, by int64) {
		for i := range roots {
			if to.has(i) {
				n[heard{Root: roots[i], Strand: strand}] += by
			}
		}
	}
	for _, h := range counted {
		add(t.up.sets[h.Root].and(several), h.Strand, h.N)
	}
	been := map[string]set{}
	over := map[string][]set{} // counted once too often, and for which roots
	err = tied(tx, programme, shared, func(to, from string) {
		of := t.up.sets[to].and(several)
		had := been[from]
		if again := had.and(of); !again.empty() {
			over[from] = append(over[from], again)
		}
		been[from] = had.plus(of)
	})
	if err != nil {
		return nil, err
	}
	err = strands(tx, programme, slices.Sorted(maps.Keys(over)), now, func(id, strand string) {
		for _, of := range over[id] {
			add(of, strand, -1)
		}
	})
	out := make([]heard, 0, len(n))
	for h, count := range n {
		h.N = count
		out = append(out, h)
	}
	return out, err
}

// tiedToNothing is kinds from which no tie leads: people, places and what is only asked. The
// fewer kinds a query names, the longer PostgreSQL takes the index.
func tiedToNothing() []string {
	return []string{ref.Programme, ref.Project, ref.Site, ref.Person, "organisation", "question", "ask", "letter", "review", "gap"}
}

// trunkKinds is every kind but contributions from which ties may lead.
func (r *Room) trunkKinds() []string {
	all := map[string]bool{}
	for _, k := range Stages() {
		all[k] = true
	}
	for k := range r.kinds {
		all[k] = k != Contribution && !slices.Contains(tiedToNothing(), k)
	}
	out := []string{}
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if all[k] {
			out = append(out, k)
		}
	}
	return out
}

// spread carries what is stale down the trunk.
func (t *trunk) spread() {
	t.stale = map[string]bool{}
	for id, n := range t.nodes {
		if n.Stale > 0 {
			t.stale[id] = true
		}
	}
	links := slices.Concat(t.up.links, t.down.links)
	for more := len(t.stale) > 0; more; {
		more = false
		for _, l := range links {
			if t.stale[l.From.ID] && !t.stale[l.To.ID] {
				t.stale[l.To.ID], more = true, true
			}
		}
	}
}

// broken reads which strands have moved under the records above that are marked stale.
func (t trunk) broken(tx *db.Tx, programme string, now int64) ([]moved, error) {
	var marked []string
	for id := range t.up.sets {
		if t.nodes[id].Stale > 0 {
			marked = append(marked, id)
		}
	}
	if len(marked) == 0 {
		return nil, nil
	}
	slices.Sort(marked)
	return movedStrands(tx, programme, marked, now)
}

// steps is the nearest record of each stage above and below a root; none for a
// contribution that nothing stands on. What the reader may see comes before what they
// may not; of these, no more is said than that they are there.
func (r *Room) steps(t trunk, root int, self record, now int64) []page.Step {
	best := map[string]record{}
	any := self.Kind != Contribution
	for _, way := range []reached{t.up, t.down} {
		for _, level := range way.levels {
			for _, id := range slices.Sorted(maps.Keys(level)) {
				n, ok := t.nodes[id]
				if !ok || !level[id].has(root) || n.Until <= now || n.Kind == Personal {
					continue
				}
				had, some := best[n.Kind]
				if !some || !had.Shown && n.Shown {
					best[n.Kind] = n
				}
				any = any || n.Kind != Contribution
			}
		}
	}
	if !any {
		return nil
	}
	if self.Kind != Contribution {
		best[self.Kind] = self
	}
	out := make([]page.Step, 0, len(Stages()))
	for _, kind := range Stages() {
		n, ok := best[kind]
		step := page.Step{Kind: kind, Reached: ok, Stale: ok && t.stale[n.ID], Here: kind == self.Kind}
		if ok && n.Shown {
			step.Text, step.Href = n.Title, address(r.kinds[kind], n.Ref(), n.Project)
		}
		out = append(out, step)
	}
	return out
}
