package action

import (
	"context"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// Persons tells what people are called; the room people fills it.
type Persons interface {
	// Known gives a person's names and e-mail addresses, as far as they are known.
	Known(ctx context.Context, tx *db.Tx, person ref.Ref) (names, emails []string, err error)
}

// SetPersons sets what tells people's names; without it nothing is held of anybody here.
// Only the wiring calls it.
func (r *Room) SetPersons(p Persons) { r.persons = p }

// holds is what this room holds about people.
func (r *Room) holds() []plug.Hold {
	return []plug.Hold{{Name: "action.held", Load: r.held}}
}

// held is the actions whose owner has a person's name. Somebody else may have the same
// name, so someone looks first.
func (r *Room) held(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	if r.persons == nil {
		return nil, nil
	}
	names, _, err := r.persons.Known(ctx, tx, person)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	owned, err := ownedBy(tx, who.From(ctx).Programme, names)
	out := make([]plug.Held, 0, len(owned))
	for _, a := range owned {
		h := plug.Held{Title: a.title, On: clock.DayOf(a.at, ""), Why: "people.for_action", Fix: plug.Fix{Page: "/action/" + a.project + "/of/" + a.id, May: "action.see", At: ref.Of(KindAction, a.id)}, Third: true,
			Facts: []plug.Fact{{Name: "action.held_owner", Value: a.owner}}}
		if a.due != "" {
			h.Facts = append(h.Facts, plug.Fact{Name: "action.held_due", Value: a.due})
		}
		out = append(out, h)
	}
	return out, err
}

// lower is names as they are looked for, each as typed and without capitals.
func lower(names []string) (out []string) {
	for _, n := range names {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n, strings.ToLower(n))
		}
	}
	return out
}
