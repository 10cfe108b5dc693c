package output

import (
	"cmp"
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// Became says what became of contributions: their fate, who signed it, and down the
// thread through shared findings what was learned, what is being done and what changed.
// The caller has asked whether the actor may know of each. A record that is gone is
// left out. It costs a query a step of the thread and one a kind of record, however
// many the contributions.
func (r *Room) Became(ctx context.Context, tx *db.Tx, programme string, refs []ref.Ref) (map[ref.Ref]Account, error) {
	now := r.clock.Now()
	ids := make([]string, len(refs))
	for i, x := range refs {
		ids[i] = x.ID
	}
	recs, err := records(tx, programme, ids)
	if err != nil {
		return nil, err
	}
	signed, err := r.fates.Signed(ctx, tx, programme, refs)
	if err != nil {
		return nil, err
	}
	next, all, err := walk(tx, programme, ids, now)
	if err != nil {
		return nil, err
	}
	told, err := r.tellers.Tell(ctx, tx, programme, all)
	if err != nil {
		return nil, err
	}
	out := make(map[ref.Ref]Account, len(refs))
	for _, x := range refs {
		rec, ok := recs[x.ID]
		if !ok {
			continue
		}
		a := Account{Ref: x, Fate: rec.Fate}
		// The sentence is kept while the words are used, in case they are not any more.
		if s, ok := signed[x]; ok && rec.Fate != "used" {
			a.Fate, a.Reason, a.Plainly, a.By, a.At, a.Bulk = s.Fate, s.Reason, s.Plainly, s.By, s.At, s.Bulk
		}
		for _, e := range reach(next, x.ID, rec.Person) {
			t, ok := told[e.to]
			if !ok {
				continue
			}
			line := Line{Ref: e.to, Says: t.Says, Plainly: t.Plainly, State: t.State, On: t.On, Why: t.Why}
			switch e.to.Kind {
			case "finding":
				a.Learned = append(a.Learned, line)
			case "outcome":
				a.Changed = append(a.Changed, line)
			default:
				a.Doing = append(a.Doing, line)
			}
		}
		out[x] = a
	}
	return out, nil
}

// walk steps from contributions down the thread until nothing new is met: the steps by
// where they start, and every record met, each once.
func walk(tx *db.Tx, programme string, from []string, now int64) (map[string][]edge, []ref.Ref, error) {
	next := map[string][]edge{}
	var all []ref.Ref
	met := map[string]bool{}
	for len(from) > 0 {
		steps, err := onward(tx, programme, from, now)
		if err != nil {
			return nil, nil, err
		}
		from = nil
		for _, e := range steps {
			next[e.from] = append(next[e.from], e)
			if !met[e.to.ID] {
				met[e.to.ID] = true
				all, from = append(all, e.to), append(from, e.to.ID)
			}
		}
	}
	return next, all, nil
}

// reach is what one contribution leads to, each once, in the order of the thread and of
// the day it was made. An outcome that is someone's own is told to them alone.
func reach(next map[string][]edge, from, person string) []edge {
	var out []edge
	met := map[string]bool{from: true}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, e := range next[queue[0]] {
			if met[e.to.ID] || e.person != "" && e.person != person {
				continue
			}
			met[e.to.ID] = true
			out, queue = append(out, e), append(queue, e.to.ID)
		}
	}
	order := []string{"finding", "recommendation", "action", "outcome"}
	slices.SortFunc(out, func(a, b edge) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.to.Kind), slices.Index(order, b.to.Kind)), cmp.Compare(a.to.ID, b.to.ID))
	})
	return out
}
