package review

import (
	"context"

	"plait/internal/engine/cite"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
)

// The slow work of screening.
const (
	bringJob = "review.bring"    // finds decisions of other tools, and follows merged records
	takeJob  = "review.takeover" // takes decisions of other tools over
	weighJob = "review.weigh"    // settles records anew when another number of people must read them
)

// atOnce is how many records one transaction of a job takes.
const atOnce = 100

// still asks the rights of whoever began a job on a review again. ok is false where they may
// no longer do it: the job ends, and what it was to do waits for somebody who may.
func (r *Room) still(ctx context.Context, j job.Job) (_ context.Context, ok bool, err error) {
	ctx = began(ctx, j)
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		_, _, err := r.open(ctx, tx, "review.run", ref.Of(Kind, j.Args["id"]))
		return err
	})
	if fault.Is(err, fault.Missing) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Signin) {
		return ctx, false, nil
	}
	return ctx, err == nil, err
}

// weighAnew settles the decided records of a review by the number of people who must read
// them now, some at a time. Cut off, it begins again: what is settled stays as it is.
func (r *Room) weighAnew(ctx context.Context, j job.Job) error {
	ctx, ok, err := r.still(ctx, j)
	if err != nil || !ok {
		return err
	}
	programme, review := j.Args["programme"], j.Args["id"]
	for _, stage := range Stages() {
		for after, more := int64(0), true; more; {
			var ns []int64
			err := r.db.Write(ctx, func(tx *db.Tx) error {
				v, err := one(tx, programme, review)
				if err != nil {
					return err
				}
				s, err := screeningOf(tx, programme, review)
				if err != nil {
					return err
				}
				if ns, err = decidedAfter(tx, programme, review, stage, after, atOnce); err != nil {
					return err
				}
				tell := false
				for _, n := range ns {
					_, changed, err := weighed(tx, programme, v, s, stage, n)
					if err != nil {
						return err
					}
					tell = tell || changed
				}
				if !tell {
					return nil
				}
				if _, err := step(tx, programme, review); err != nil {
					return err
				}
				return r.heard(ctx, tx, programme, review, settled)
			})
			if err != nil {
				return err
			}
			if more = len(ns) == atOnce; more {
				after = ns[len(ns)-1]
			}
		}
	}
	return nil
}

// lookForBrought reads what files said of the records that came since it last looked, and
// has the decisions on copies count for the records that now stand for them.
func (r *Room) lookForBrought(ctx context.Context, j job.Job) error {
	ctx, ok, err := r.still(ctx, j)
	if err != nil || !ok {
		return err
	}
	programme, review := j.Args["programme"], j.Args["id"]
	for more := true; more; {
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			s, err := screeningOf(tx, programme, review)
			if err != nil {
				return err
			}
			ns, all, err := citations(tx, programme, review, db.And(), s.looked, atOnce)
			if err != nil || len(ns) == 0 {
				more = false
				return err
			}
			for i, n := range ns {
				for _, b := range saidOf(&all[i]) {
					b.n = n
					if err := putBrought(tx, programme, review, b); err != nil {
						return err
					}
				}
			}
			more = len(ns) == atOnce
			return setLooked(tx, programme, review, ns[len(ns)-1])
		})
		if err != nil {
			return err
		}
	}
	if err := r.followCopies(ctx, programme, review); err != nil {
		return err
	}
	// What was to be taken over while its record was out, or by somebody who may no longer do
	// it, is taken over now.
	return r.takeBrought(ctx, j)
}

// saidOf is the decisions that a file held about a record: each reviewer's own, or the one
// that stands for all.
func saidOf(c *cite.Record) []broughtLine {
	verdict := func(d string) string {
		switch d {
		case cite.Include:
			return Include
		case cite.Exclude:
			return Exclude
		}
		return Unsure
	}
	var out []broughtLine
	for _, v := range c.Votes {
		if v.Decision != "" {
			out = append(out, broughtLine{reviewer: v.Reviewer, verdict: verdict(v.Decision), reason: v.Reason})
		}
	}
	if len(out) == 0 && c.Decision != "" {
		out = append(out, broughtLine{reviewer: c.Reviewer, verdict: verdict(c.Decision), reason: c.Reason})
	}
	return out
}

// followCopies has a decision that was taken on a record count for the one that stands for
// it since they were merged. Each counts once: what its reviewer decides of the work after
// that stands.
func (r *Room) followCopies(ctx context.Context, programme, review string) error {
	for {
		n := 0
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			v, err := one(tx, programme, review)
			if err != nil {
				return err
			}
			all, err := onCopies(tx, programme, review, atOnce)
			if n = len(all); err != nil || n == 0 {
				return err
			}
			for _, c := range all {
				has, ok, err := ownDecision(tx, programme, review, c.Stage, c.Actor, c.lead)
				if err != nil {
					return err
				}
				if d, puts := together(c, has, ok); puts {
					if err := putAs(tx, programme, v, d); err != nil {
						return err
					}
				}
				if err := follows(tx, programme, review, c); err != nil {
					return err
				}
			}
			return r.heard(ctx, tx, programme, review, settled)
		})
		if err != nil || n < atOnce {
			return err
		}
	}
}

// together is what a reviewer's decision on a copy makes of theirs on the record that stands
// for it, where has is one. Who said two things of one work is not sure: it is talked about.
func together(c copied, has Decision, ok bool) (d Decision, puts bool) {
	switch {
	case !ok || has.Verdict == Later && c.Verdict != Later:
		d = c.Decision
	case c.Verdict == Later || c.Verdict == has.Verdict || has.Verdict == Unsure:
		return has, false
	default:
		d = has
		d.Verdict, d.Reason, d.First = Unsure, "", min(has.First, c.First)
	}
	d.N = c.lead
	return d, true
}

// putAs stores a decision under a new place in the order, and weighs its record. Its place
// in the order of reading stays, where it has one.
func putAs(tx *db.Tx, programme string, v Review, d Decision) error {
	s, err := step(tx, programme, v.Ref.ID)
	if err != nil {
		return err
	}
	if d.Seq = s.seq; d.First == 0 {
		d.First = s.seq
	}
	if err := putDecision(tx, programme, v.Ref.ID, d); err != nil {
		return err
	}
	_, _, err = weighed(tx, programme, v, s, d.Stage, d.N)
	return err
}

// takeBrought takes over what somebody said is to be taken over, some at a time. Killed, it
// goes on where it was: what was taken is marked in the same transaction.
func (r *Room) takeBrought(ctx context.Context, j job.Job) error {
	ctx, ok, err := r.still(ctx, j)
	if err != nil || !ok {
		return err
	}
	programme, review := j.Args["programme"], j.Args["id"]
	now := r.clock.Now()
	for more := true; more; {
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			v, err := one(tx, programme, review)
			if err != nil {
				return err
			}
			all, leads, err := goingBrought(tx, programme, review, atOnce)
			if more = len(all) == atOnce; err != nil || len(all) == 0 {
				return err
			}
			for i, b := range all {
				if err := takeOne(tx, programme, v, b, leads[i], now); err != nil {
					return err
				}
				if err := tookBrought(tx, programme, review, b); err != nil {
					return err
				}
			}
			return r.heard(ctx, tx, programme, review, settled)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// takeOne takes one decision over, where its reviewer has none on the record. Who decided of
// a whole text had taken its title in.
func takeOne(tx *db.Tx, programme string, v Review, b broughtLine, lead, now int64) error {
	d := Decision{N: lead, Stage: b.stage, Actor: elsewhere + b.name, Verdict: b.verdict, MadeAt: now}
	if b.verdict == Exclude {
		d.Reason = b.reason
	} else {
		d.Note = b.reason
	}
	all := []Decision{d}
	if b.stage == FullStage {
		all = []Decision{{N: lead, Stage: TitleStage, Actor: d.Actor, Verdict: Include, MadeAt: now}, d}
	}
	for _, d := range all {
		_, has, err := ownDecision(tx, programme, v.Ref.ID, d.Stage, d.Actor, lead)
		if err == nil && !has {
			err = putAs(tx, programme, v, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
