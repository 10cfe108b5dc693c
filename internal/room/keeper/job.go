package keeper

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
)

// chain links what is new in the trail of every programme. It is the only one that does,
// so that no verb waits for another.
func (r *Room) chain(ctx context.Context, _ job.Job) error {
	var waiting []string
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) { waiting, err = trail.Programmes(tx); return err })
	if err != nil {
		return err
	}
	for _, programme := range waiting {
		for range maxRounds {
			n := 0
			err := r.db.Write(ctx, func(tx *db.Tx) (err error) { n, err = trail.Chain(tx, programme, MaxChain); return err })
			if err != nil {
				return err
			}
			if n < MaxChain {
				break
			}
		}
	}
	return nil
}

// fold adds up the count rows of every programme, and forgets the keys whose time is over.
func (r *Room) fold(ctx context.Context, _ job.Job) error {
	var all []string
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = counted(tx); return err })
	if err != nil {
		return err
	}
	for _, programme := range all {
		if err := r.db.Write(ctx, func(tx *db.Tx) error { return ref.Fold(tx, programme) }); err != nil {
			return err
		}
	}
	now := r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error { return trail.Forget(tx, now-trail.KeysLast) })
}
