package review

import (
	"context"

	"plait/internal/engine/cite"
	"plait/internal/kit/db"
	"plait/internal/kit/job"
)

// The slow work of screening.
const (
	bringJob = "review.bring"    // finds decisions of other tools, and follows merged records
	takeJob  = "review.takeover" // takes decisions of other tools over
)

// atOnce is how many records one transaction of a job takes.
const atOnce = 100

// lookForBrought reads what files said of the records that came since it last looked, and
// has the decisions on copies count for the records that now stand for them.
func (r *Room) lookForBrought(ctx context.Context, j job.Job) error {
	programme, review := j.Args["programme"], j.Args["review"]
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
	return r.followCopies(ctx, programme, review)
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
// it since they were merged, where its reviewer has not decided that one too.
func (r *Room) followCopies(ctx context.Context, programme, review string) error {
	for {
		n := 0
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			v, err := one(tx, programme, review)
			if err != nil {
				return err
			}
			all, err := onCopies(tx, programme, review, atOnce)
			n = len(all)
			for _, c := range all {
				if err == nil {
					d := c.Decision
					d.N = c.lead
					err = r.putAs(ctx, tx, programme, v, d)
				}
			}
			return err
		})
		if err != nil || n < atOnce {
			return err
		}
	}
}

// putAs stores a decision under a new place in the order, and weighs its record.
func (r *Room) putAs(ctx context.Context, tx *db.Tx, programme string, v Review, d Decision) error {
	s, err := step(tx, programme, v.Ref.ID)
	if err != nil {
		return err
	}
	d.Seq = s.seq
	if err := putDecision(tx, programme, v.Ref.ID, d); err != nil {
		return err
	}
	_, err = r.weigh(ctx, tx, programme, v, s, d.Stage, d.N)
	return err
}

// takeBrought takes over what somebody said is to be taken over, some at a time. Killed, it
// goes on where it was: what was taken is marked in the same transaction.
func (r *Room) takeBrought(ctx context.Context, j job.Job) error {
	programme, review := j.Args["programme"], j.Args["review"]
	now := r.clock.Now()
	for more := true; more; {
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			v, err := one(tx, programme, review)
			if err != nil {
				return err
			}
			all, leads, err := goingBrought(tx, programme, review, atOnce)
			if err != nil {
				return err
			}
			more = len(all) == atOnce
			for i, b := range all {
				_, has, err := ownDecision(tx, programme, review, b.stage, elsewhere+b.name, leads[i])
				if err != nil {
					return err
				}
				if !has {
					d := Decision{N: leads[i], Stage: b.stage, Actor: elsewhere + b.name, Verdict: b.verdict, MadeAt: now}
					if b.verdict == Exclude {
						d.Reason = b.reason
					} else {
						d.Note = b.reason
					}
					if err := r.putAs(ctx, tx, programme, v, d); err != nil {
						return err
					}
				}
				if err := tookBrought(tx, programme, review, b); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
