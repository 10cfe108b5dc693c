package consent

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
)

// as is the context in which a job works in one programme.
func as(ctx context.Context, name, programme string) context.Context {
	return who.As(ctx, who.Actor{Kind: who.Job, ID: name, Programme: programme, Verb: name})
}

// eraseDue erases what was taken back UndoDays ago, each in its own transaction.
func (r *Room) eraseDue(ctx context.Context, _ job.Job) error {
	for {
		now := r.clock.Now()
		var all []dueOne
		if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = due(tx, now); return err }); err != nil || len(all) == 0 {
			return err
		}
		for _, d := range all {
			entry := r.ids.New()
			jobctx := as(ctx, "consent.erase", d.programme)
			if err := r.db.Write(jobctx, func(tx *db.Tx) error {
				taken, err := takenOf(tx, d.programme, d.record)
				if err != nil {
					return err
				}
				for _, t := range taken {
					if t.whole() && t.ClosedAt == 0 && t.UndoUntil <= now {
						return r.erase(tx.Context(), tx, ref.Record{Programme: d.programme, ID: d.record}, now, entry)
					}
				}
				return nil // given back meanwhile
			}); err != nil {
				return err
			}
		}
	}
}

// expire marks what stands on records whose last day has passed since it last ran, and
// takes their words out of the search. Reads have been right since midnight without it.
func (r *Room) expire(ctx context.Context, _ job.Job) error {
	now := r.clock.Now()
	var all []ref.Record
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = ref.Programmes(tx); return err }); err != nil {
		return err
	}
	for _, p := range all {
		if err := r.db.Write(as(ctx, "consent.expire", p.ID), func(tx *db.Tx) error {
			after, err := watched(tx, p.ID)
			if err != nil {
				return err
			}
			ended, err := terms.Ended(tx, p.ID, after, now)
			if err != nil {
				return err
			}
			for _, rec := range ended {
				if err := search.Drop(tx, p.ID, rec.ID); err != nil {
					return err
				}
				if _, err := tie.Changed(tx, p.ID, rec.Ref(), now); err != nil {
					return err
				}
			}
			return watch(tx, p.ID, now)
		}); err != nil {
			return err
		}
	}
	return nil
}
