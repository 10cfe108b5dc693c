package keeper

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// CheckIn asks for the proof of the actor's programme; there is nothing to choose.
type CheckIn struct{}

// CheckOut is what the check found. It holds numbers and hashes, nobody's words.
type CheckOut struct {
	Programme string      `json:"programme"`
	Proof     trail.Proof `json:"proof"`
	Counts    bool        `json:"counts"` // the kept counts are those of the records
	Broken    []string    `json:"broken"` // everything that does not hold, each in a sentence; empty is well
}

// Check proves the programme's trail and counts. It changes nothing.
func (r *Room) Check(ctx context.Context, _ CheckIn) (CheckOut, error) {
	return r.prove(ctx, "keeper.check")
}

func (r *Room) prove(ctx context.Context, permission string) (out CheckOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, permission, who.Here(ctx)); err != nil {
			return err
		}
		out = CheckOut{Programme: who.From(ctx).Programme}
		var err error
		if out.Proof, err = trail.Check(tx, out.Programme); err != nil {
			return err
		}
		wrong, err := miscounted(tx, out.Programme, now)
		if err != nil {
			return err
		}
		out.Counts = len(wrong) == 0
		out.Broken = append(append([]string{}, out.Proof.Broken...), wrong...)
		return nil
	})
	return out, err
}
