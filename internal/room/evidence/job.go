package evidence

import (
	"context"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/who"
)

// importJobs is the slow work of imports.
func (r *Room) importJobs() []job.Def {
	return []job.Def{{Name: readJob, Timeout: time.Hour, Do: r.readOn}, {Name: bringJob, Timeout: time.Hour, Do: r.bringOn}, {Name: clearJob, Timeout: time.Hour, Do: r.clearOn},
		{Name: "evidence.tidy", Every: time.Hour, Do: r.tidy}}
}

// bringOn goes on with an import in the name of whoever began it, whose rights are asked
// again for every chunk. An import that was undone or is in has nothing left to do.
func (r *Room) bringOn(ctx context.Context, j job.Job) error {
	err := r.bringAll(began(ctx, j), j.Args["batch"], 0)
	if fault.Is(err, fault.Missing) || fault.Is(err, fault.Forbidden) {
		return nil // its starter may no longer do it: it waits for someone who may
	}
	return err
}

// tidy throws away what was read and never brought in: words that nobody can find, take
// back or ask about are not kept.
func (r *Room) tidy(ctx context.Context, _ job.Job) error {
	now := r.clock.Now()
	var left []idle
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) { left, err = idleImports(tx, now); return err })
	if err != nil {
		return err
	}
	for _, x := range left {
		if err := r.db.Write(ctx, func(tx *db.Tx) error {
			if err := r.files.Drop(tx, x.programme, x.batch, sentWith(x.batch)); err != nil {
				return err
			}
			return throwAway(tx, x)
		}); err != nil {
			return err
		}
	}
	return r.tidyUploads(ctx, now)
}

// began is a context of whoever began a job.
func began(ctx context.Context, j job.Job) context.Context {
	return who.As(ctx, who.Actor{Kind: who.ActorKind(j.Args["kind"]), ID: j.Args["actor"], Programme: j.Args["programme"]})
}

// clearOn deletes what an undone batch has left; it was hidden when it was undone.
func (r *Room) clearOn(ctx context.Context, j job.Job) error {
	return r.sweep(began(ctx, j), j.Args["batch"])
}
