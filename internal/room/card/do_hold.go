package card

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
	return []plug.Hold{{Name: "card.held", Load: r.held}}
}

// held is a person's cards. Their codes are not known here, so they are not among it.
func (r *Room) held(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	programme := who.From(ctx).Programme
	zone, err := r.zones.Zone(tx, programme)
	if err != nil {
		return nil, err
	}
	cards, err := of(tx, programme, person.ID)
	out := make([]plug.Held, 0, len(cards))
	for _, c := range cards {
		h := plug.Held{Title: "card.held_card", On: clock.DayOf(c.Made, zone), Why: "people.for_card", Fix: plug.Fix{Page: "/card/of/" + person.ID, May: "card.make", At: person},
			Facts: []plug.Fact{{Name: "card.held_state", Value: "card.state_" + c.State}}}
		if c.Language != "" {
			h.Facts = append(h.Facts, plug.Fact{Name: "card.held_language", Value: c.Language})
		}
		if c.Format != "" {
			h.Facts = append(h.Facts, plug.Fact{Name: "card.held_format", Value: "page.format." + c.Format})
		}
		if c.Lock != NoLock {
			h.Facts = append(h.Facts, plug.Fact{Name: "card.held_lock", Value: "card.held_lock_" + c.Lock})
		}
		out = append(out, h)
	}
	return out, err
}
