package worry

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// StepIn says what was done about a worry; Version is the one that was read.
type StepIn struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Kind    string `json:"kind"`          // seen, did or closed
	On      string `json:"on" form:"day"` // day it was done, YYYY-MM-DD; "" = today
	Words   string `json:"words"`         // what was done, or what came of it
	Own     bool   `json:"own"`           // with closed: it may be in the person's own copy
}

// StepOut is the version the worry now has.
type StepOut struct {
	Version int64 `json:"version"`
}

// Step adds what was done. Nothing that was written down before can be changed.
func (r *Room) Step(ctx context.Context, in StepIn) (out StepOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Somewhere(ctx, tx, "worry.see"); err != nil {
			return err
		}
		n, err := r.open(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		a := who.From(ctx)
		n.Version, n.State, n.Own = in.Version+1, after(in.Kind), in.Kind == StepClosed && in.Own
		if err := update(tx, a.Programme, n.Note, in.Version); err != nil {
			return err
		}
		if err := insertStep(tx, a.Programme, in.ID, Step{N: n.Version, Kind: in.Kind, On: in.On, Words: in.Words, By: a.Key(), At: now}); err != nil {
			return err
		}
		out = StepOut{n.Version}
		return trail.Put(ctx, tx, entry, now, "worry.step", ref.Of("worry", in.ID), n.Version, out)
	})
	return out, err
}
