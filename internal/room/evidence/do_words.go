package evidence

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

// MaxRefs is the most contributions that are read by their refs at once.
const MaxRefs = 1000

// WordsIn asks for contributions by their refs.
type WordsIn struct {
	Refs []ref.Ref `json:"refs"` // at most MaxRefs
}

// WordsOut is those of them that the actor may read and that may be used in the project,
// in no order; the others are left out without a word.
type WordsOut struct {
	Contributions []Contribution `json:"contributions"`
}

// Words reads many contributions at once, for the rooms that show what they stand on. One
// without words says what its picture or recording shows, so that none is empty there.
func (r *Room) Words(ctx context.Context, in WordsIn) (out WordsOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Somewhere(ctx, tx, "evidence.see"); err != nil {
			return err
		}
		var c fault.Check
		c.Need(len(in.Refs) <= MaxRefs, "refs", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		seen, err := who.Where(ctx, tx, "r", "evidence.see")
		if err != nil {
			return err
		}
		ids := make([]string, len(in.Refs))
		for i, x := range in.Refs {
			ids[i] = x.ID
		}
		out.Contributions, err = some(tx, ids, db.And(seen, terms.Where("r", terms.Project, now)))
		if err != nil {
			return err
		}
		if err := dress(ctx, tx, out.Contributions); err != nil {
			return err
		}
		for i := range out.Contributions {
			out.Contributions[i].Words = out.Contributions[i].says()
		}
		return nil
	})
	if err == nil && r.db.In(ctx) == nil { // other rooms show what is already in a finding or a letter
		r.opened(ctx, out.Contributions...)
	}
	return out, err
}
