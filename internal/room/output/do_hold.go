package output

import (
	"context"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// holds is what this room holds about people.
func (r *Room) holds() []plug.Hold {
	return []plug.Hold{{Name: "output.held", Load: r.held}}
}

// held is the letters to one person. Why one is held is a note of the team's, for someone
// to look at first.
func (r *Room) held(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	programme := who.From(ctx).Programme
	zone, err := r.zone(tx, programme)
	if err != nil {
		return nil, err
	}
	letters, err := lettersTo(tx, programme, []string{person.ID})
	var out []plug.Held
	for _, l := range letters {
		on := clock.DayOf(l.MadeAt, zone)
		h := plug.Held{Title: "output.held_letter", On: on, Why: "people.for_letter", Fix: plug.Fix{Page: "/output/" + l.Project + "/letter/" + l.Ref.ID, May: "output.see", At: l.Ref}}
		add := func(name, value string) {
			if value != "" {
				h.Facts = append(h.Facts, plug.Fact{Name: name, Value: value})
			}
		}
		add("output.held_state", "output.held_state_"+strings.ReplaceAll(l.State, " ", "_"))
		add("output.held_format", "output.held_format_"+l.Format)
		add("output.held_language", l.Language)
		if l.ReleasedAt > 0 {
			add("output.held_released", clock.DayOf(l.ReleasedAt, zone))
		}
		add("output.held_handed", l.HandedOn)
		for _, s := range l.body.Said {
			add("output.held_answer", s.Reason)
		}
		for _, x := range l.body.lines() {
			add("output.held_says", x.Says)
		}
		out = append(out, h)
		if l.HeldWhy != "" {
			out = append(out, plug.Held{Title: "output.held_note", On: on, Why: "people.for_letter", Third: true,
				Facts: []plug.Fact{{Name: "output.held_why", Value: l.HeldWhy}}})
		}
	}
	return out, err
}
