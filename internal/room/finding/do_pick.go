package finding

import (
	"context"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
)

// PickIn lets a finding stand on contributions.
type PickIn struct {
	Finding       ref.Ref    `json:"finding"`
	Contributions []ref.Ref  `json:"contributions" doc:"What was said; at most 500 in one call."`
	Stance        tie.Stance `json:"stance" doc:"supports, challenges or qualifies."`
	Why           string     `json:"why" doc:"Why, in a sentence."`
	Quote         string     `json:"quote" doc:"An excerpt of the one contribution's words, as they stand there."`
	Excerpt       string     `json:"excerpt" doc:"In place of a quote: the id of a marked part of the one contribution."`
}

// PickOut counts what was picked.
type PickOut struct {
	Picked int `json:"picked"`
}

// chosen is what the trail keeps of a pick: never anyone's words.
type chosen struct {
	Contributions []string   `json:"contributions"`
	Stance        tie.Stance `json:"stance,omitempty"`
	Start         int        `json:"start,omitempty"` // of the excerpt, in code points
	End           int        `json:"end,omitempty"`
	Excerpt       string     `json:"excerpt,omitempty"` // the mark that was chosen
}

// Pick ties contributions to a finding with a stance. One that is tied already gets the
// new stance. Where one of them cannot be tied, none is.
func (r *Room) Pick(ctx context.Context, in PickIn) (out PickOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	ties := make([]string, len(in.Contributions))
	for i := range ties {
		ties[i] = r.ids.New()
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, f, err := r.own(ctx, tx, "finding.make", in.Finding)
		if err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		from := once(in.Contributions)
		voices, err := r.pickable(ctx, tx, rec, from, now)
		if err != nil {
			return err
		}
		body := chosen{Contributions: ids(from), Stance: in.Stance}
		if err := r.replace(tx, rec, f, in, body.Contributions); err != nil {
			return err
		}
		if err := tie.PutMany(ctx, tx, now, ties[:len(from)], from, f.Ref, in.Stance, in.Why); err != nil {
			return err
		}
		p, err := r.pickOf(ctx, tx, in, voices[from[0]])
		if err != nil {
			return err
		}
		if p.Quote != "" {
			body.Start, body.End, body.Excerpt = p.Start, p.End, p.Excerpt
			if err := putPick(tx, rec.Programme, f.Ref.ID, from[0].ID, p); err != nil {
				return err
			}
		}
		if f.State == Shared {
			if err := refate(tx, rec.Programme, body.Contributions, now); err != nil {
				return err
			}
		}
		out = PickOut{len(from)}
		return trail.Put(ctx, tx, entry, now, "finding.pick", f.Ref, 0, body)
	})
	return out, err
}

// check says what is wrong with a pick, by field.
func (in PickIn) check() error {
	var c fault.Check
	c.Need(len(in.Contributions) > 0, "contributions", "finding.need_contributions")
	c.Need(len(in.Contributions) <= MaxCall, "contributions", "finding.too_many", "Most", MaxCall)
	known := false
	for _, s := range Stances() {
		known = known || s == in.Stance
	}
	c.Need(known, "stance", "house.bad_stance")
	c.Need(len(in.Why) <= maxLine, "why", "house.too_long")
	c.Need(in.Quote == "" && in.Excerpt == "" || len(once(in.Contributions)) == 1, "quote", "finding.quote_one")
	for _, x := range in.Contributions {
		if x == in.Finding {
			return fault.New(fault.Invalid, "house.tie_self").With("house.tie_self_do")
		}
		c.Need(x.Kind == said, "contributions", "finding.only_contributions")
	}
	return c.Err()
}

// once is refs without those that come twice, in their order.
func once(refs []ref.Ref) []ref.Ref {
	out, seen := make([]ref.Ref, 0, len(refs)), map[ref.Ref]bool{}
	for _, x := range refs {
		if !seen[x] {
			seen[x] = true
			out = append(out, x)
		}
	}
	return out
}

// pickable reads the contributions that a finding is to stand on. Each must be readable
// by the actor and live; one of another project must be agreed to for other projects.
func (r *Room) pickable(ctx context.Context, tx *db.Tx, finding ref.Record, from []ref.Ref, now int64) (map[ref.Ref]Voice, error) {
	voices, err := r.voices(ctx, tx, from)
	if err != nil {
		return nil, err
	}
	recs, err := recordsOf(tx, finding.Programme, ids(from))
	if err != nil {
		return nil, err
	}
	var others []string
	for _, x := range from {
		rec, there := recs[x.ID]
		_, readable := voices[x]
		if there && !readable && !rec.Live(now) && rec.Project == finding.Project {
			return nil, fault.New(fault.Withdrawn, "house.withdrawn").With("house.tie_withdrawn_do")
		}
		if !there || !readable {
			return nil, fault.New(fault.Missing, "house.missing")
		}
		if rec.Project != finding.Project {
			others = append(others, rec.ID)
		}
	}
	if len(others) > 0 {
		n, err := mayUse(tx, finding.Programme, others, now)
		if err != nil {
			return nil, err
		}
		if n < int64(len(others)) {
			return nil, fault.Fielded("contributions", "finding.other_project")
		}
	}
	return voices, nil
}

// replace makes room for new ties: a contribution has one stance in a finding, and an
// excerpt of one that is picked anew with other words goes.
func (r *Room) replace(tx *db.Tx, rec ref.Record, f Finding, in PickIn, fresh []string) error {
	all, among, err := countSources(tx, rec.Programme, f.Ref.ID, fresh)
	if err != nil {
		return err
	}
	if all-among+int64(len(fresh)) > MaxSources {
		return fault.Fielded("contributions", "finding.too_many_sources", "Most", MaxSources)
	}
	if among == 0 {
		return nil
	}
	old, err := otherTies(tx, rec.Programme, f.Ref.ID, in.Stance, fresh)
	if err != nil {
		return err
	}
	for _, x := range old {
		if err := tie.Cut(tx, rec.Programme, x); err != nil {
			return err
		}
	}
	return nil
}

// voices reads what was said as far as the actor may read it: an empty map for those who
// see counts alone.
func (r *Room) voices(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]Voice, error) {
	if len(refs) == 0 {
		return map[ref.Ref]Voice{}, nil
	}
	out, err := r.words.Some(ctx, tx, refs)
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Missing) {
		return map[ref.Ref]Voice{}, nil
	}
	return out, err
}

// DropIn takes a contribution out of a finding.
type DropIn struct {
	Finding      ref.Ref `json:"finding"`
	Contribution ref.Ref `json:"contribution"`
}

// Done is the answer of a verb that has nothing to tell.
type Done struct{}

// Drop takes a contribution and its excerpt out of a finding. A shared finding keeps what
// it was shared on: its last source, and the second strand where it has no reason for one.
func (r *Room) Drop(ctx context.Context, in DropIn) (out Done, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, f, err := r.own(ctx, tx, "finding.make", in.Finding)
		if err != nil {
			return err
		}
		before, err := r.standing(tx, rec.Programme, f.Ref.ID, now)
		if err != nil {
			return err
		}
		old, err := otherTies(tx, rec.Programme, f.Ref.ID, "", []string{in.Contribution.ID})
		if err != nil {
			return err
		}
		if len(old) == 0 {
			return nil // it is out already
		}
		for _, x := range old {
			if err := tie.Cut(tx, rec.Programme, x); err != nil {
				return err
			}
		}
		if err := dropPick(tx, rec.Programme, f.Ref.ID, in.Contribution.ID); err != nil {
			return err
		}
		if f.State == Shared {
			left, err := r.standing(tx, rec.Programme, f.Ref.ID, now)
			if err != nil {
				return err
			}
			if lost(before, left, f) {
				return fault.New(fault.Conflict, "finding.drop_too_much").With("finding.drop_too_much_do")
			}
			if err := refate(tx, rec.Programme, []string{in.Contribution.ID}, now); err != nil {
				return err
			}
		}
		return trail.Put(ctx, tx, entry, now, "finding.drop", f.Ref, 0, chosen{Contributions: []string{in.Contribution.ID}})
	})
	return out, err
}

// lost says whether a drop would take from a shared finding what it was shared on.
func lost(before, left Standing, f Finding) bool {
	if left.Sources == before.Sources {
		return false // it was withdrawn anyway
	}
	return left.Sources == 0 || left.OneStrand() && !before.OneStrand() && strings.TrimSpace(f.WhyOneStrand) == ""
}
