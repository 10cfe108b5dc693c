package finding

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
	return []plug.Hold{{Name: "finding.held", Load: r.held}}
}

// held is what the team made of a person's words: findings that stand on them, and what
// was answered to them. Both are the words of others, so someone looks first.
func (r *Room) held(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	programme := who.From(ctx).Programme
	made, err := madeOf(tx, programme, person.ID, r.clock.Now())
	if err != nil {
		return nil, err
	}
	var out []plug.Held
	for _, m := range made {
		h := plug.Held{Title: "finding.held_finding", On: clock.DayOf(m.at, ""), Why: "people.for_thread", Third: true,
			Facts: []plug.Fact{{Name: "finding.held_statement", Value: m.text}}}
		if m.quote != "" {
			h.Facts = append(h.Facts, plug.Fact{Name: "finding.held_quote", Value: m.quote})
		}
		out = append(out, h)
	}
	answers, err := answered(tx, programme, person.ID, r.clock.Now())
	for _, m := range answers {
		out = append(out, plug.Held{Title: "finding.held_answer", On: clock.DayOf(m.at, ""), Why: "people.for_thread", Third: true,
			Facts: []plug.Fact{{Name: "finding.held_reason", Value: m.text}}})
	}
	return out, err
}
