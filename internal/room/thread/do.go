package thread

import (
	"context"
	"errors"
	"maps"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/page"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// FollowIn asks for the thread of a record.
type FollowIn struct {
	Ref     ref.Ref  `json:"ref" doc:"The record to start from."`
	Way     string   `json:"way" doc:"up (what it stands on), down (what stands on it) or both; both when not said."`
	Kinds   []string `json:"kinds" doc:"Only records of these kinds, such as finding."`
	Strands []string `json:"strands" doc:"Of the contributions, only these: research, lived, practice, unknown."`
	Changed bool     `json:"changed" doc:"Only what has moved, and what stands on it."`
	Limit   int64    `json:"limit" doc:"At most this many records, 1 to 2,000, the nearest. When not said: all up to 2,000, of longer threads 200."`
}

// FollowOut is a thread: its records, the nearest first, and the ties between them.
type FollowOut struct {
	Root   ref.Ref          `json:"root"`
	Nodes  []Node           `json:"nodes"`
	Ties   []Tie            `json:"ties"`
	Counts map[string]int64 `json:"counts"` // every record of the thread by kind, also those that are not listed

	// Said is, for readers who do not see what people said, how many said something by
	// strand: * from 1 to 7, else to the nearest 5. For everyone else it is empty.
	Said map[string]string `json:"said,omitempty"`
	More bool              `json:"more"` // the thread holds records that are not listed and that no filter left out
}

// Follow walks from a record along its ties, each record once, and lists what it came to.
// It goes on through what the actor may not see, and says of that only that it is there.
func (r *Room) Follow(ctx context.Context, in FollowIn) (out FollowOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if _, err := who.Record(ctx, tx, "thread.see", in.Ref); err != nil {
			return err
		}
		if err := in.check(r.kinds); err != nil {
			return err
		}
		out, err = r.follow(ctx, tx, in, now)
		return err
	})
	return out, err
}

func (r *Room) follow(ctx context.Context, tx *db.Tx, in FollowIn, now int64) (FollowOut, error) {
	programme := who.From(ctx).Programme
	may, err := sightOf(ctx, tx, r.kinds)
	if err != nil {
		return FollowOut{}, err
	}
	first, err := records(tx, programme, []string{in.Ref.ID}, may, now)
	if err != nil {
		return FollowOut{}, err
	}
	root, ok := first[in.Ref.ID]
	if !ok || !root.open(root.Hears) || !root.Shown && root.Live(now) {
		return FollowOut{}, fault.New(fault.Missing, "house.missing")
	}
	w := newWalk(root.Ref())
	w.open = func(ids []string) (map[string]bool, error) { return allowed(tx, programme, ids, may, now) }
	if !root.Hears && who.From(ctx).Kind != who.Card { // a card goes on to its own words
		w.kinds = r.trunkKinds()
	}
	if err := w.both(tx, programme, in.Way); err != nil {
		return FollowOut{}, err
	}
	out := FollowOut{Root: root.Ref(), Counts: w.counts()}
	if w.full {
		if out.Counts, err = r.count(tx, programme, root.Ref(), in.Way != Down, in.Way != Up, may, now); err != nil {
			return FollowOut{}, err
		}
	}
	limit := int(in.Limit)
	if limit == 0 && w.full {
		limit = Nearest
	}
	ids := w.ids()
	if w.full && len(in.Strands) == 0 && !in.Changed {
		ids = w.near(in.Kinds, 4*limit)
	}
	there, err := records(tx, programme, ids, may, now)
	if err != nil {
		return FollowOut{}, err
	}
	nodes := r.nodes(w, there, root.Hears, now)
	if !root.Hears {
		if err := r.blur(ctx, tx, &out, nodes, may); err != nil {
			return FollowOut{}, err
		}
	}
	if err := why(tx, programme, nodes, w.joints, root.Hears, may, now); err != nil {
		return FollowOut{}, err
	}
	kept := in.filter(nodes)
	out.More = w.full
	if limit > 0 && len(kept) > limit {
		kept, out.More = nearest(kept, limit), true
	}
	out.Nodes = kept
	out.Ties = tiesOf(kept, w.joints)
	return out, dated(tx, programme, out.Nodes)
}

// blur counts what people said, for a reader who does not see it: about how many by
// strand, and of the records only the reader's own.
func (r *Room) blur(ctx context.Context, tx *db.Tx, out *FollowOut, nodes []Node, may sight) error {
	delete(out.Counts, Contribution)
	for _, n := range nodes {
		if n.Kind == Contribution {
			out.Counts[Contribution]++
		}
	}
	if out.Root.Kind == Contribution {
		return nil
	}
	strips := map[ref.Ref]page.Strip{}
	if err := r.strips(ctx, tx, []ref.Ref{out.Root}, may, true, strips); err != nil {
		return err
	}
	s := strips[out.Root]
	out.Said = map[string]string{}
	for _, strand := range []string{page.Research, page.Lived, page.Practice} {
		if n := voice(&s, strand).N; n > 0 {
			out.Said[strand] = text.Few(int64(n))
		}
	}
	return nil
}

// allowed says which of ids the actor has the permission for.
func allowed(tx *db.Tx, programme string, ids []string, may sight, now int64) (map[string]bool, error) {
	all, err := records(tx, programme, ids, may, now)
	out := map[string]bool{}
	for id, rec := range all {
		out[id] = rec.Allowed
	}
	return out, err
}

// count counts by kind every record of a thread too long to be walked. Where nothing is
// tied to a contribution, the contributions need no walk of their own: one count is enough.
func (r *Room) count(tx *db.Tx, programme string, root ref.Ref, up, down bool, may sight, now int64) (map[string]int64, error) {
	kinds := map[string]string{root.ID: root.Kind}
	gather := func(links []link) {
		for _, l := range links {
			kinds[l.From.ID], kinds[l.To.ID] = l.From.Kind, l.To.Kind
		}
	}
	added, err := anyAdded(tx, programme)
	if err != nil {
		return nil, err
	}
	var trunk []string
	if up && !added && root.Kind != Contribution {
		above, err := reach([]string{root.ID}, func(ids []string) ([]link, error) { return above(tx, programme, r.trunkKinds(), ids) }, false)
		if err != nil {
			return nil, err
		}
		gather(above.links)
		trunk = slices.Sorted(maps.Keys(above.sets))
	}
	if len(trunk) == 0 || len(trunk) > atOnce {
		return countAll(tx, programme, root, up, down, may.may)
	}
	if down {
		below, err := reach([]string{root.ID}, func(ids []string) ([]link, error) { return below(tx, programme, ids) }, true)
		if err != nil {
			return nil, err
		}
		gather(below.links)
	}
	var personal []string
	for id, kind := range kinds {
		if kind == Personal {
			personal = append(personal, id)
		}
	}
	open, err := allowed(tx, programme, personal, may, now)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for id, kind := range kinds {
		if kind != Personal || open[id] {
			out[kind]++
		}
	}
	out[Contribution], err = contributionsOf(tx, programme, trunk)
	return out, err
}

// both walks up, down or both from the root.
func (w *walk) both(tx *db.Tx, programme, way string) error {
	if way != Down {
		if err := w.along(tx, programme, Up); err != nil {
			return err
		}
	}
	if way != Up {
		if err := w.along(tx, programme, Down); err != nil {
			return err
		}
	}
	w.full = w.full || len(w.seen) > MaxWhole
	return nil
}

// along walks one way, level by level.
func (w *walk) along(tx *db.Tx, programme, way string) error {
	level := []ref.Ref{w.root}
	for distance := 1; len(level) > 0; distance++ {
		var fresh []ref.Ref
		see := func(j joint) error {
			at := j.To
			if way == Up {
				at = j.From
			}
			if w.kinds != nil && at.Kind == Contribution || !w.tie(j) {
				return nil
			}
			if w.come(at, distance, way) {
				fresh = append(fresh, at)
			}
			if w.over(way) {
				return errFull
			}
			return nil
		}
		for side, ids := range sides(level, way) {
			err := joints(tx, programme, ids, side, w.kinds, see)
			if errors.Is(err, errFull) {
				w.full = true
				_, err := w.clear(fresh, way)
				return err
			}
			if err != nil {
				return err
			}
		}
		var err error
		if level, err = w.clear(fresh, way); err != nil {
			return err
		}
	}
	return nil
}

// sides sorts the records of a level by how their ties are read.
func sides(level []ref.Ref, way string) map[string][]string {
	out := map[string][]string{}
	for _, x := range level {
		side := awayFrom
		if way == Up {
			side = leadTo
			if x.Kind == Contribution {
				side = addTo
			}
		}
		out[side] = append(out[side], x.ID)
	}
	for _, ids := range out {
		slices.Sort(ids)
	}
	return out
}

// why says of each record that is marked stale what moved under it, and carries the mark
// to what stands further down. Of what the reader may not know of, it says nothing.
func why(tx *db.Tx, programme string, nodes []Node, ties []joint, hears bool, may sight, now int64) error {
	at := map[string]*Node{}
	var ids []string
	for i := range nodes {
		at[nodes[i].Ref.ID] = &nodes[i]
		if nodes[i].Stale == Changed {
			ids = append(ids, nodes[i].Ref.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	moved, err := movedSources(tx, programme, ids[:min(atOnce, len(ids))], now)
	if err != nil {
		return err
	}
	sources := make([]string, len(moved))
	for i, m := range moved {
		sources[i] = m.Ref.ID
	}
	seen, err := records(tx, programme, sources, may, now)
	if err != nil {
		return err
	}
	times, err := lastMoved(tx, programme, sources)
	if err != nil {
		return err
	}
	for _, m := range moved {
		s := seen[m.Ref.ID]
		if !s.open(hears) {
			continue
		}
		w := Why{Ref: m.Ref, Title: s.Title, Strand: s.Strand, What: Changed, At: max(times[m.Ref.ID], s.ChangedAt)}
		switch {
		case m.Until == 0:
			w.What = Withdrawn
		case m.Until <= now:
			w.What, w.At = Ended, m.Until
		}
		at[m.At].Why = append(at[m.At].Why, w)
		if n := at[m.Ref.ID]; n != nil {
			n.moved = true
		}
	}
	further(at, ties)
	if !hears {
		return nil
	}
	last, err := newest(tx, programme, ids[:min(atOnce, len(ids))], now)
	for id, t := range last {
		at[id].Seen = t
	}
	return err
}

// dated gives what was withdrawn the time when that was.
func dated(tx *db.Tx, programme string, nodes []Node) error {
	var ids []string
	for _, n := range nodes {
		if n.Shown == Withdrawn {
			ids = append(ids, n.Ref.ID)
		}
	}
	times, err := lastMoved(tx, programme, ids)
	for i := range nodes {
		if nodes[i].Shown == Withdrawn {
			nodes[i].ChangedAt = max(nodes[i].ChangedAt, times[nodes[i].Ref.ID])
		}
	}
	return err
}

// ConfirmIn names a record that still stands.
type ConfirmIn struct {
	Ref  ref.Ref `json:"ref" doc:"The record that still stands on its sources as they are now."`
	Seen int64   `json:"seen" doc:"The seen that thread.follow gave for it. What has changed since then is a conflict. 0 asks for no such check."`
}

// ConfirmOut is the answer to a confirmation.
type ConfirmOut struct {
	Ref ref.Ref `json:"ref"`
}

// Confirm says that a record still stands on its sources as they are now: it is no longer
// marked. One that is not marked stays as it is. Where something under it has moved since
// Seen, nobody has read that yet: a conflict.
func (r *Room) Confirm(ctx context.Context, in ConfirmIn) (out ConfirmOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "thread.confirm", in.Ref)
		if err != nil {
			return err
		}
		may, err := sightOf(ctx, tx, r.kinds)
		if err != nil {
			return err
		}
		seen, err := records(tx, rec.Programme, []string{rec.ID}, may, now)
		if err != nil {
			return err
		}
		out = ConfirmOut{rec.Ref()}
		switch {
		case !rec.Live(now):
			return fault.New(fault.Withdrawn, "house.withdrawn")
		case !seen[rec.ID].Shown:
			return fault.New(fault.Missing, "house.missing")
		case rec.Stale == 0:
			return nil
		}
		if last, err := newest(tx, rec.Programme, []string{rec.ID}, now); err != nil {
			return err
		} else if in.Seen > 0 && last[rec.ID] > in.Seen {
			return fault.New(fault.Conflict, "thread.moved_again").With("thread.moved_again_do")
		}
		if err := tie.Confirm(tx, rec.Programme, rec.Ref()); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "thread.confirm", rec.Ref(), rec.Version, nil)
	})
	return out, err
}
