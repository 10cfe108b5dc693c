package consent

import (
	"context"
	"slices"

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
		if err := r.expireIn(as(ctx, "consent.expire", p.ID), p.ID, now); err != nil {
			return err
		}
	}
	return nil
}

// expireIn goes through what ended in one programme, a few records at a time, so that
// nobody waits for it; how far it came is noted last, and doing it again does no harm.
func (r *Room) expireIn(ctx context.Context, programme string, now int64) error {
	var ended []ref.Record
	err := r.db.Read(ctx, func(tx *db.Tx) error {
		after, err := watched(tx, programme)
		if err == nil {
			ended, err = terms.Ended(tx, programme, after, now)
		}
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(ended, 50) {
		if err := r.db.Write(ctx, func(tx *db.Tx) error {
			for _, x := range some {
				rec, ok, err := ref.Get(tx, programme, x.ID)
				if err != nil {
					return err
				}
				if !ok || rec.Until != x.Until {
					continue // agreed anew or taken back meanwhile
				}
				if err := search.Drop(tx, programme, rec.ID); err != nil {
					return err
				}
				if _, err := tie.Changed(tx, programme, rec.Ref(), now); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return r.db.Write(ctx, func(tx *db.Tx) error { return watch(tx, programme, now) })
}
