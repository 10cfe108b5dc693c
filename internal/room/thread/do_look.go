package thread

import (
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/page"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// looked is everything that the page of a thread shows, read in one transaction.
type looked struct {
	all, listed FollowOut // the whole thread as far as it is walked, and what was asked for of it
	strip       page.Strip
	trunk       map[string]Node // the nearest live record of each stage that the actor may see
	told        map[ref.Ref]plug.Told
	confirm     map[ref.Ref]bool // marked stale, and the actor may say that it stands
	zone        string
	trail       bool // the actor may see who did what
}

// look follows a thread for its page.
func (r *Room) look(ctx context.Context, in FollowIn) (l looked, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		ctx := tx.Context()
		if _, err := who.Record(ctx, tx, "thread.see", in.Ref); err != nil {
			return err
		}
		if err := in.check(r.kinds); err != nil {
			return err
		}
		if l.zone, err = r.zone(tx, who.From(ctx).Programme); err != nil {
			return err
		}
		l.trail = who.Can(ctx, tx, "keeper.trail", in.Ref)
		if l.all, err = r.follow(ctx, tx, FollowIn{Ref: in.Ref}, now); err != nil {
			return err
		}
		switch {
		case !in.some():
			l.listed = l.all
		case l.all.More:
			if l.listed, err = r.follow(ctx, tx, in, now); err != nil {
				return err
			}
		default:
			l.listed = l.all
			l.listed.Nodes = in.filter(slices.Clone(l.all.Nodes))
		}
		drawn, err := r.Strips(ctx, tx, []ref.Ref{l.all.Root})
		if err != nil {
			return err
		}
		l.strip = drawn[l.all.Root]
		l.trunk = nearestOfEach(l.all.Nodes)
		if l.told, err = r.tell(ctx, tx, l.all.Nodes); err != nil {
			return err
		}
		l.confirm = map[ref.Ref]bool{}
		for _, n := range stale(l.all.Nodes) {
			l.confirm[n.Ref] = who.Can(ctx, tx, "thread.confirm", n.Ref)
		}
		return nil
	})
	return l, err
}

// some says that not everything was asked for.
func (in FollowIn) some() bool {
	return len(in.Kinds) > 0 || len(in.Strands) > 0 || in.Changed || (in.Way != "" && in.Way != Both)
}

// mostStale is how many records a page lists that stand on what moved.
const mostStale = 10

// stale is the first records of a thread that are marked.
func stale(nodes []Node) []Node {
	var out []Node
	for _, n := range nodes {
		if n.Stale == Changed && len(out) < mostStale {
			out = append(out, n)
		}
	}
	return out
}

// nearestOfEach is the nearest shown record of each stage. nodes come the nearest first.
func nearestOfEach(nodes []Node) map[string]Node {
	out := map[string]Node{}
	for _, n := range nodes {
		if _, had := out[n.Kind]; !had && n.Shown == Yes && n.Kind != Contribution {
			out[n.Kind] = n
		}
	}
	return out
}

// tell asks the rooms what their records of a thread say; contributions say what is in
// their titles.
func (r *Room) tell(ctx context.Context, tx *db.Tx, nodes []Node) (map[ref.Ref]plug.Told, error) {
	by := map[string][]string{}
	for _, n := range nodes {
		if n.Shown == Yes && r.kinds[n.Kind].Tell != nil && len(by[n.Kind]) < atOnce {
			by[n.Kind] = append(by[n.Kind], n.Ref.ID)
		}
	}
	out := map[ref.Ref]plug.Told{}
	for kind, ids := range by {
		told, err := r.kinds[kind].Tell(ctx, tx, who.From(ctx).Programme, ids)
		if err != nil {
			return nil, err
		}
		for id, x := range told {
			out[ref.Of(kind, id)] = x
		}
	}
	return out, nil
}
