package finding

import (
	"context"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
)

// ShareIn shares a finding; Version is the one that was read.
type ShareIn struct {
	Ref          ref.Ref `json:"ref"`
	Version      int64   `json:"version"`
	WhyOneStrand string  `json:"why_one_strand" doc:"Why one kind of knowledge is enough here; needed when it rests on one."`
}

// Share makes a draft a finding for everyone of the project. One that rests on a single
// strand needs a reason. Sharing a shared one again gives it a new reason. Whoever shares
// has looked at what it stands on: it is not stale any more.
func (r *Room) Share(ctx context.Context, in ShareIn) (out VersionOut, err error) {
	in.WhyOneStrand = strings.TrimSpace(in.WhyOneStrand)
	return r.change(ctx, "finding.share", "finding.share", in.Ref, in.Version, func(tx *db.Tx, f *Finding, rec *ref.Record, now int64) error {
		if f.State == SetAside {
			return fault.New(fault.Conflict, "finding.is_set_aside").With("finding.is_set_aside_do")
		}
		standing, err := r.standing(tx, rec.Programme, f.Ref.ID, now)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(standing.Sources > 0, "sources", "finding.need_sources")
		c.Need(!standing.OneStrand() || in.WhyOneStrand != "" || standing.Sources == 0, "why_one_strand", "finding.need_why_one_strand")
		c.Need(len(in.WhyOneStrand) <= maxLine, "why_one_strand", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		if err := f.Body.Check(); err != nil {
			return err
		}
		if err := tie.Confirm(tx, rec.Programme, f.Ref); err != nil {
			return err
		}
		rec.Stale = 0
		if f.State != Shared {
			f.SharedAt = now
		}
		f.State, f.WhyOneStrand = Shared, in.WhyOneStrand
		return nil
	})
}

// StopIn takes a finding back, or sets it aside, and says why.
type StopIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Why     string  `json:"why"`
}

// Unshare makes a finding a draft again. What became of the contributions goes back to
// what was signed, else it is owing, unless another shared finding stands on them.
func (r *Room) Unshare(ctx context.Context, in StopIn) (out VersionOut, err error) {
	return r.stop(ctx, "finding.unshare", Draft, in)
}

// SetAside keeps a finding that is no longer worked on.
func (r *Room) SetAside(ctx context.Context, in StopIn) (out VersionOut, err error) {
	return r.stop(ctx, "finding.set-aside", SetAside, in)
}

func (r *Room) stop(ctx context.Context, verb, state string, in StopIn) (VersionOut, error) {
	return r.change(ctx, "finding.share", verb, in.Ref, in.Version, func(tx *db.Tx, f *Finding, _ *ref.Record, _ int64) error {
		var c fault.Check
		c.Need(strings.TrimSpace(in.Why) != "", "why", "finding.need_why")
		c.Need(len(in.Why) <= maxLine, "why", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		if f.State == state {
			return fault.New(fault.Conflict, "finding.is_so").With("finding.is_so_do")
		}
		f.State, f.SharedAt, f.StoppedWhy = state, 0, in.Why
		return nil
	})
}

// standing works out what a finding rests on now.
func (r *Room) standing(tx *db.Tx, programme, id string, now int64) (Standing, error) {
	all, err := r.standings(tx, programme, []string{id}, now)
	return all[id].Standing, err
}

// rests is what a finding rests on, with what was heard by strand and stance.
type rests struct {
	Heard
	Standing
}

// standings works out what findings rest on now; there is one for each id.
func (r *Room) standings(tx *db.Tx, programme string, ids []string, now int64) (map[string]rests, error) {
	live, gone, err := heard(tx, programme, ids, now)
	if err != nil {
		return nil, err
	}
	var lost []string
	out := make(map[string]rests, len(ids))
	for _, id := range ids {
		x := rests{live[id], live[id].Standing()}
		if x.Withdrawn = gone[id]; x.Withdrawn > 0 {
			lost = append(lost, id)
		}
		out[id] = x
	}
	if len(lost) == 0 {
		return out, nil
	}
	at, err := lastGone(tx, programme, lost, now)
	for _, id := range lost {
		x := out[id]
		x.GoneAt = at[id]
		out[id] = x
	}
	return out, err
}
