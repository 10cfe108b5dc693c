package consent

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
	return []plug.Hold{{Name: "consent.held", Load: r.held}}
}

// held is what a person agreed to and took back: each agreement and each taking back once,
// however many of their words it is about.
func (r *Room) held(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	programme := who.From(ctx).Programme
	zone, err := r.zones.Zone(tx, programme)
	if err != nil {
		return nil, err
	}
	given, err := givenBy(tx, programme, person.ID)
	if err != nil {
		return nil, err
	}
	var out []plug.Held
	for _, g := range given {
		on := clock.DayOf(g.At, zone)
		h := plug.Held{Title: "consent.held_agreed", On: on, Why: "people.for_consent"}
		h.Facts = append(h.Facts, plug.Fact{Name: "consent.held_use", Value: "house.use_project"})
		for _, u := range g.Uses {
			h.Facts = append(h.Facts, plug.Fact{Name: "consent.held_use", Value: "house.use_" + string(u)})
		}
		for _, f := range []plug.Fact{{Name: "consent.held_ends", Value: g.Ends}, {Name: "consent.held_mode", Value: word("house.mode_", g.Mode)},
			{Name: "consent.held_asked", Value: word("consent.held_asked_", g.Asked)}, {Name: "consent.held_wording", Value: g.Wording},
			{Name: "consent.held_language", Value: g.Language}, {Name: "consent.held_by", Value: word("consent.held_by_", g.By)},
			{Name: "consent.held_ethics", Value: g.Ethics}} {
			if f.Value != "" {
				h.Facts = append(h.Facts, f)
			}
		}
		out = append(out, h)
		if g.Helper != "" {
			out = append(out, plug.Held{Title: "consent.held_helped", On: on, Why: "people.for_consent", Third: true,
				Facts: []plug.Fact{{Name: "consent.held_helper", Value: g.Helper}}})
		}
	}
	taken, err := tookBack(tx, programme, person.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range taken {
		on := clock.DayOf(t.at, zone)
		h := plug.Held{Title: "consent.held_taken", On: on, Why: "people.for_consent", Facts: []plug.Fact{{Name: "consent.held_use", Value: "consent.held_all"}}}
		if t.use != "" {
			h.Facts[0].Value = "house.use_" + t.use
		}
		switch {
		case t.open && t.use == "":
			h.Facts = append(h.Facts, plug.Fact{Name: "consent.held_erased_on", Value: clock.DayOf(t.undoUntil, zone)})
		case t.open:
			h.Facts = append(h.Facts, plug.Fact{Name: "consent.held_undo", Value: clock.DayOf(t.undoUntil, zone)})
		}
		out = append(out, h)
		if t.told != "" {
			out = append(out, plug.Held{Title: "consent.held_told", On: on, Why: "people.for_consent", Third: true,
				Facts: []plug.Fact{{Name: "consent.held_note", Value: t.told}}})
		}
	}
	return out, nil
}

// word is the message key of one of the room's own words; "" for "".
func word(prefix, value string) string {
	if value == "" {
		return ""
	}
	return prefix + strings.ReplaceAll(value, " ", "_")
}
