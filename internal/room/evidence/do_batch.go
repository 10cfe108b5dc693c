package evidence

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// OpenBatch begins a batch of n contributions that are given one by one, by GiveTo. It can
// be taken back as a whole, like a paste.
func (r *Room) OpenBatch(ctx context.Context, id, project, name string, n int) error {
	now := r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.give", ref.Of(ref.Project, project)); err != nil {
			return err
		}
		return insertBatch(tx, who.From(ctx).Programme, Batch{ID: id, Project: project, Name: name, Made: "paper", State: BatchIn, At: now, Stored: int64(n)})
	})
}
