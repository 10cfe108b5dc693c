package people

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// maxLooks is the most looks and changes that one copy lists, the latest of them.
const maxLooks = 1000

// holds is what this room holds about people.
func (r *Room) holds() []plug.Hold {
	return []plug.Hold{{Name: "people.held", Load: r.held}, {Name: "people.held_asked", Load: r.heldAsked}, {Name: "people.held_looks", Load: r.heldLooks}}
}

// pairs is facts by name and value, those without a value left out.
func pairs(list ...string) (out []plug.Fact) {
	for i := 0; i < len(list); i += 2 {
		if list[i+1] != "" {
			out = append(out, plug.Fact{Name: list[i], Value: list[i+1]})
		}
	}
	return out
}

// word is the message key of one of the room's own words; "" for "".
func word(prefix, value string) string {
	if value == "" {
		return ""
	}
	return "people." + prefix + "_" + strings.ReplaceAll(value, " ", "_")
}

// held is what this room keeps of a person. Notes that the team wrote may name others.
func (r *Room) held(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	programme := who.From(ctx).Programme
	p, err := one(tx, programme, person.ID)
	if err != nil {
		return nil, err
	}
	all := SeeOut{Person: p}
	if err := whole(tx, programme, &all); err != nil {
		return nil, err
	}
	fix := func(page string) plug.Fix {
		return plug.Fix{Page: "/people/person/" + person.ID + page, May: "people.change", At: person}
	}
	about := plug.Held{Title: "people.held_about", Why: "people.for_part", Fix: fix("/change"),
		Facts: pairs("people.name", p.Name, "people.says_as", p.SaysAs, "people.role", p.Role, "people.language", p.Language, "people.state", word("state", p.State), "people.state_on", p.StateOn)}
	needs := plug.Held{Title: "people.six_title", On: p.AskedOn, Why: "people.for_needs", Fix: fix("/needs"), Facts: pairs("people.held_was_asked", word("asked", p.Asked))}
	for _, n := range p.Needs {
		value := n.Words
		if n.Code != Other {
			value = word("need_"+n.List, n.Code)
		}
		needs.Facts = append(needs.Facts, plug.Fact{Name: "people.list_" + n.List, Value: value})
	}
	needs.Facts = append(needs.Facts, pairs("people.held_review", p.Review)...)
	out := []plug.Held{about}
	if len(needs.Facts) > 0 {
		out = append(out, needs)
	}
	for _, c := range all.Contacts {
		safe := "people.safe_no"
		if c.Safe {
			safe = "people.safe_yes"
		}
		out = append(out, plug.Held{Title: "people.reach_title", Why: "people.for_reach", Fix: fix("/reach"), Third: c.How == Supporter || c.Note != "",
			Facts: pairs("people.how", word("how", c.How), "people.address", c.Address, "people.safe", safe, "people.note", c.Note)})
	}
	for _, s := range all.Shares {
		out = append(out, plug.Held{Title: "people.six_share", On: s.Since, Why: "people.for_needs", Fix: fix("/share"), Third: true,
			Facts: pairs("people.with", s.With, "people.agreed", s.Agreed, "people.held_until", s.Until)})
	}
	for _, m := range all.Met {
		out = append(out, plug.Held{Title: "people.met_title", On: m.On, Why: "people.for_needs", Fix: fix("/met"), Third: true,
			Facts: pairs("people.occasion", m.Occasion, "people.met", word("met", m.Met), "people.arranged", m.Arranged)})
	}
	for _, x := range all.Reviews {
		out = append(out, plug.Held{Title: "people.review_title", On: x.On, Why: "people.for_needs", Fix: fix("/review"), Third: true,
			Facts: pairs("people.by", x.By, "people.review_note", x.Note)})
	}
	for _, x := range all.Places {
		out = append(out, plug.Held{Title: "people.groups_title", Why: "people.for_part", Fix: fix("/place"), Facts: pairs("people.group_name", x.Name, "people.place_role", x.Role)})
	}
	said, err := traits(tx, programme, person.ID)
	for _, t := range said {
		out = append(out, plug.Held{Title: "people.held_trait", Why: "people.for_mix", Fix: plug.Fix{Page: "/people/person/" + person.ID + "/describe", May: "people.describe", At: person},
			Facts: []plug.Fact{{Name: "people.held_trait_what", Value: t.What}, {Name: "people.held_trait_value", Value: t.Value}}})
	}
	return out, err
}

// heldAsked is what the person asked of what is held about them.
func (r *Room) heldAsked(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	all, err := requestsOf(tx, who.From(ctx).Programme, person.ID)
	out := make([]plug.Held, 0, len(all))
	for _, q := range all {
		out = append(out, plug.Held{Title: word("ask", q.What), On: q.AskedOn, Why: "people.for_register",
			Facts: pairs("people.asked_by", word("asked_by", q.How), "people.due_on", q.DueOn, "people.request_state", word("request", q.State), "people.answered_on", q.Answered,
				"people.given_to", word("to", q.GivenTo), "people.refusal", word("refusal", q.Why))})
	}
	return out, err
}

// heldLooks is who looked at the person's record and words, and who changed them: by role.
func (r *Room) heldLooks(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	programme := who.From(ctx).Programme
	all, err := looksAt(tx, programme, person.ID, maxLooks)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	looked, changed := plug.Held{Title: "people.held_looked", Why: "people.for_looks"}, plug.Held{Title: "people.held_changed_by", Why: "people.for_looks"}
	for _, l := range all {
		role, err := roleOf(tx, programme, l.actor)
		if err != nil {
			return nil, err
		}
		to := &changed
		if trail.Reading(l.verb) {
			to = &looked
		}
		// One line for what one role did on one day.
		if f := (plug.Fact{Name: role, Value: clock.DayOf(l.at, "")}); !slices.Contains(to.Facts, f) {
			to.Facts = append(to.Facts, f)
		}
	}
	return slices.DeleteFunc([]plug.Held{looked, changed}, func(h plug.Held) bool { return len(h.Facts) == 0 }), nil
}

// Known gives a person's names and e-mail addresses, for other rooms to find what they hold
// under them. It is part of another room's reading, which has asked who.Must.
func (r *Room) Known(ctx context.Context, tx *db.Tx, person ref.Ref) (names, emails []string, err error) {
	programme := who.From(ctx).Programme
	p, err := one(tx, programme, person.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, n := range []string{p.Name, p.SaysAs} {
		if n != "" {
			names = append(names, n)
		}
	}
	ways, err := contacts(tx, programme, person.ID)
	for _, c := range ways {
		if c.How == Email {
			emails = append(emails, c.Address)
		}
	}
	return names, emails, err
}
