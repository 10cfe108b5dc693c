package app

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/room/people"
)

// copiesLeft joins the erasing of people to the copies that the room keeper knows of.
type copiesLeft struct{ r *rooms }

// Copies gives the archives that left before an instant, each with the name of who took it
// out, and until when a backup of before is kept, as far as it may hold a person.
func (c copiesLeft) Copies(ctx context.Context, tx *db.Tx, programme, person string, at int64) ([]people.Left, int64, error) {
	left, until, err := c.r.keeper.Copies(ctx, tx, programme, person, at)
	if err != nil {
		return nil, 0, err
	}
	out := make([]people.Left, len(left))
	for i, l := range left {
		name, err := names(c).Actor(ctx, tx, l.Actor)
		if err != nil {
			return nil, 0, err
		}
		out[i] = people.Left{Actor: name, For: l.For, At: l.At, Why: l.Why}
	}
	return out, until, nil
}
