package worry

import (
	"context"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// holds is what this room holds about people.
func (r *Room) holds() []plug.Hold {
	return []plug.Hold{{Name: "worry.held", Load: r.held}}
}

// held is the worries that may be in a person's own copy: closed, looked at and ticked by
// whoever looks after people's safety. They are given to those readers and to the person's
// card, and to nobody else who makes a copy: not even that there are any.
func (r *Room) held(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	a := who.From(ctx)
	may := ofCard(a.Programme)
	if a.Kind != who.Card {
		if ok, err := reads(ctx, tx, ""); err != nil || !ok {
			return nil, err
		}
		var err error
		if may, err = readable(ctx, tx); err != nil {
			return nil, err
		}
	}
	zone, err := r.zones.Zone(tx, a.Programme)
	if err != nil {
		return nil, err
	}
	notes, err := own(tx, may, person.ID, func(at int64) string { return clock.DayOf(at, zone) })
	out := make([]plug.Held, 0, len(notes))
	for _, n := range notes {
		h := plug.Held{Title: "worry.held_note", On: n.On, Why: "people.for_safety", Third: a.Kind != who.Card}
		for _, f := range []plug.Fact{{Name: "worry.held_words", Value: n.Words}, {Name: "worry.held_outcome", Value: n.Outcome}} {
			if f.Value != "" {
				h.Facts = append(h.Facts, f)
			}
		}
		out = append(out, h)
	}
	return out, err
}
