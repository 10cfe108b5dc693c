package account

import (
	"context"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// Persons tells how people are reached; the room people fills it.
type Persons interface {
	// Known gives a person's names and e-mail addresses, as far as they are known.
	Known(ctx context.Context, tx *db.Tx, person ref.Ref) (names, emails []string, err error)
}

// SetPersons sets what tells people's addresses; without it nothing is held of anybody
// here. Only the wiring calls it.
func (r *Room) SetPersons(p Persons) { r.persons = p }

// holds is what this room holds about people.
func (r *Room) holds() []plug.Hold {
	return []plug.Hold{{Name: "account.held", Load: r.held}}
}

// held is the account that signs in with an address of the person's, and what it may do in
// this programme. Two people may share an address, so someone looks first.
func (r *Room) held(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	if r.persons == nil {
		return nil, nil
	}
	_, emails, err := r.persons.Known(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	var out []plug.Held
	for _, e := range emails {
		a, ok, err := byFold(tx, fold(e))
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		h := plug.Held{Title: "account.held_account", On: clock.DayOf(a.Created, ""), Why: "people.for_account", Third: true}
		for _, f := range []plug.Fact{{Name: "account.held_email", Value: a.Email}, {Name: "account.held_name", Value: a.Name}, {Name: "account.held_language", Value: a.Language}} {
			if f.Value != "" {
				h.Facts = append(h.Facts, f)
			}
		}
		grants, err := who.GrantsOf(tx, who.From(ctx).Programme, a.ID)
		if err != nil {
			return nil, err
		}
		for _, g := range grants {
			h.Facts = append(h.Facts, plug.Fact{Name: "account.held_role", Value: "house.role_" + string(g.Role)})
		}
		sessions, err := sessionsOf(tx, a.ID, r.clock.Now())
		if err != nil {
			return nil, err
		}
		for _, s := range sessions {
			h.Facts = append(h.Facts, plug.Fact{Name: "account.held_signed_in", Value: clock.DayOf(s.Seen, "")})
		}
		out = append(out, h)
	}
	return out, nil
}
