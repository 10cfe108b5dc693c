package outcome

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
	return []plug.Hold{{Name: "outcome.held", Load: r.held}}
}

// held is what changed for one person alone. How it shows may name others: someone looks.
func (r *Room) held(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	now, programme := r.clock.Now(), who.From(ctx).Programme
	recs, err := belonging(tx, programme, person.ID)
	if err != nil {
		return nil, err
	}
	var out []plug.Held
	for _, rec := range recs {
		o, err := one(tx, programme, rec.ID)
		if err != nil {
			return nil, err
		}
		on := o.On
		if on == "" {
			on = clock.DayOf(o.MadeAt, "")
		}
		if !rec.Live(now) {
			out = append(out, plug.Held{Title: "outcome.held_hidden", On: on, Why: "people.for_undo"})
			continue
		}
		h := plug.Held{Title: o.Title, On: on, Why: "people.for_outcome", Fix: plug.Fix{Page: "/outcome/" + o.Project + "/of/" + o.Ref.ID + "/edit", May: "outcome.record", At: o.Ref},
			Facts: facts("outcome.held_text", o.Text, "outcome.held_plainly", o.Plainly, "outcome.held_language", o.Language)}
		out = append(out, h)
		if beside := facts("outcome.held_shows", o.Shows, "outcome.held_document", o.Document, "outcome.held_link", o.Link, "outcome.held_why", o.Why); len(beside) > 0 {
			out = append(out, plug.Held{Title: "outcome.held_beside", On: on, Why: "people.for_outcome", Facts: beside, Third: true})
		}
	}
	return out, nil
}

// facts pairs names with values and leaves out what nothing is known of.
func facts(pairs ...string) (out []plug.Fact) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, plug.Fact{Name: pairs[i], Value: pairs[i+1]})
		}
	}
	return out
}
