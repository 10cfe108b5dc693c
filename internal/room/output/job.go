package output

import (
	"context"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/who"
)

// once leaves a job out when the same is waiting already.
func once() job.Option { return job.Unique() }

// slow is the slow work of this room.
func (r *Room) slow() []job.Def {
	return []job.Def{{Name: makeJob, Timeout: time.Hour, Do: r.makeOn}}
}

// makeOn goes on with a run in the name of whoever began it, whose rights are asked again
// for every batch. A run that is done has nothing left to do.
func (r *Room) makeOn(ctx context.Context, j job.Job) error {
	ctx = who.As(ctx, who.Actor{Kind: who.ActorKind(j.Args["kind"]), ID: j.Args["actor"], Programme: j.Args["programme"]})
	_, err := r.makeAll(ctx, j.Args["run"], 0)
	if fault.Is(err, fault.Missing) || fault.Is(err, fault.Forbidden) {
		return nil // its starter may no longer do it: it waits for someone who may
	}
	return err
}
