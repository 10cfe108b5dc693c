package people

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// HeldIn asks for everything that is held about a person.
type HeldIn struct {
	Person ref.Ref `json:"person"`
}

// HeldOut is what is held, by heading.
type HeldOut struct {
	Person   ref.Ref   `json:"person"`
	Sections []Section `json:"sections"`
	Unchosen int64     `json:"unchosen"` // things of others about which nobody has chosen yet
	Requests []Request `json:"requests"` // what the person asked, latest first
	Day      string    `json:"day"`
}

// Held gives everything that every room holds about a person. On the person's own card it
// leaves out what others said or who they are, until someone has looked at it.
func (r *Room) Held(ctx context.Context, in HeldIn) (out HeldOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		p, err := r.asked(ctx, tx, "people.held", in.Person)
		if err != nil {
			return err
		}
		out, err = r.heldOf(tx.Context(), tx, p, now)
		return err
	})
	if err == nil && who.From(ctx).Kind != who.Card {
		r.looks.Note(ctx, Looked, in.Person)
	}
	return out, err
}

// asked reads the person that something is asked about: there, not erased, and nothing of
// them lies where the actor may not look.
func (r *Room) asked(ctx context.Context, tx *db.Tx, permission string, person ref.Ref) (Person, error) {
	rec, p, err := record(ctx, tx, permission, person)
	if err != nil {
		return p, err
	}
	if p.State == Erased {
		return p, gone()
	}
	if who.From(ctx).Kind != who.Account {
		return p, nil
	}
	may, err := who.Where(ctx, tx, "r", permission)
	if err != nil {
		return p, err
	}
	n, err := beyond(tx, rec.Programme, p.Ref.ID, may)
	if err == nil && n > 0 {
		err = fault.New(fault.Forbidden, "people.held_elsewhere").With("people.held_elsewhere_do")
	}
	return p, err
}

// heldOf gathers what is held; the caller has asked who.Must.
func (r *Room) heldOf(ctx context.Context, tx *db.Tx, p Person, now int64) (HeldOut, error) {
	programme, card := who.From(ctx).Programme, who.From(ctx).Kind == who.Card
	out := HeldOut{Person: p.Ref, Sections: []Section{}, Day: clock.DayOf(now, "")}
	chosen, err := choices(tx, programme, p.Ref.ID)
	if err != nil {
		return out, err
	}
	seen := map[string]int{}
	for _, h := range r.everyHold() {
		held, err := h.Load(ctx, tx, p.Ref)
		if err != nil {
			return out, err
		}
		s := Section{Name: h.Name}
		for _, x := range held {
			t := Thing{Title: x.Title, On: x.On, Why: x.Why, Facts: x.Facts, Files: x.Files, Third: x.Third}
			if card && x.Third {
				continue
			}
			if !card && x.Fix.Page != "" && who.Can(ctx, tx, x.Fix.May, x.Fix.At) {
				t.Fix = x.Fix.Page
			}
			if x.Third {
				if t.Mark, err = markOf(p.Ref.ID, h.Name, x, seen); err != nil {
					return out, err
				}
				if c, ok := chosen[t.Mark]; ok {
					t.Choice, t.At = c.choice, c.at
					if t.By, err = roleOf(tx, programme, c.actor); err != nil {
						return out, err
					}
				}
			}
			s.Things = append(s.Things, t)
		}
		if len(s.Things) > 0 {
			out.Sections = append(out.Sections, s)
		}
	}
	out.Unchosen = toChoose(out.Sections)
	if out.Requests, err = requestsOf(tx, programme, p.Ref.ID); err != nil {
		return out, err
	}
	count(out.Requests, out.Day)
	return out, nil
}

// everyHold is what every room holds, this one's first.
func (r *Room) everyHold() []plug.Hold {
	if r.install == nil || r.install.Plugs == nil {
		return r.holds()
	}
	var out []plug.Hold
	for _, p := range r.install.Plugs() {
		out = append(out, p.Holds...)
	}
	slices.SortStableFunc(out, func(a, b plug.Hold) int { return first(a) - first(b) })
	return out
}

func first(h plug.Hold) int {
	if strings.HasPrefix(h.Name, "people.held_looks") || strings.HasPrefix(h.Name, "people.held_asked") {
		return 2
	}
	if strings.HasPrefix(h.Name, "people.") {
		return 0
	}
	return 1
}

// count says of open requests how many days are left.
func count(all []Request, today string) {
	for i := range all {
		if all[i].State == Open {
			all[i].DaysLeft = daysBetween(today, all[i].DueOn)
		}
	}
}

// roleOf is what an actor is in the programme: a role of theirs, else the sort of actor.
// A copy names roles and not those who hold them.
func roleOf(tx *db.Tx, programme, actor string) (string, error) {
	kind, id, _ := strings.Cut(actor, ":")
	if kind != string(who.Account) {
		return "people.actor_" + kind, nil
	}
	grants, err := tx.Memo(roleKey{programme, id}, func() (any, error) { return who.GrantsOf(tx, programme, id) })
	if err != nil {
		return "", err
	}
	for _, role := range who.Roles() {
		if slices.ContainsFunc(grants.([]who.Grant), func(g who.Grant) bool { return g.Role == role }) {
			return "house.role_" + string(role), nil
		}
	}
	return "people.actor_account", nil
}

type roleKey struct{ programme, account string }

// ChooseIn says of things of others whether they are left in the copy or left out.
type ChooseIn struct {
	Person ref.Ref  `json:"person"`
	In     []string `json:"in" doc:"Marks of what is left in."`
	Out    []string `json:"out" doc:"Marks of what is left out."`
}

// ChooseOut counts what still has no choice.
type ChooseOut struct {
	Chosen   int64 `json:"chosen"`
	Unchosen int64 `json:"unchosen"`
}

// Choose keeps what someone chose about what others said or who they are, with who chose
// and when. A choice about something that has changed since is a conflict.
func (r *Room) Choose(ctx context.Context, in ChooseIn) (out ChooseOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		p, err := r.asked(ctx, tx, "people.answer", in.Person)
		if err != nil {
			return err
		}
		held, err := r.heldOf(tx.Context(), tx, p, now)
		if err != nil {
			return err
		}
		there := map[string]bool{}
		for _, s := range held.Sections {
			for _, t := range s.Things {
				if t.Third {
					there[t.Mark] = t.Choice != ""
				}
			}
		}
		out = ChooseOut{Unchosen: held.Unchosen}
		a := who.From(ctx)
		for choice, marks := range map[string][]string{LeaveIn: in.In, LeaveOut: in.Out} {
			for _, m := range marks {
				had, ok := there[m]
				if !ok {
					return fault.New(fault.Conflict, "people.held_changed").With("people.held_changed_do")
				}
				if !had {
					out.Unchosen--
				}
				there[m] = true
				out.Chosen++
				if err := choose(tx, a.Programme, p.Ref.ID, m, choice, a.Key(), now); err != nil {
					return err
				}
			}
		}
		return trail.Put(ctx, tx, entry, now, "people.choose", p.Ref, 0, out)
	})
	return out, err
}

// CopyIn makes a copy of everything that is held about a person.
type CopyIn struct {
	Person ref.Ref `json:"person"`
}

// CopyOut counts what is in the copy, and names the request that it answers.
type CopyOut struct {
	Request string `json:"request"`
	Things  int64  `json:"things"`
	LeftOut int64  `json:"left_out"` // of what others said or who they are
}

// Copy notes that a copy is made. Nothing of others goes out about which nobody has chosen.
// It belongs to the person's open request; where there is none, one is written down.
func (r *Room) Copy(ctx context.Context, in CopyIn) (out CopyOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		p, err := r.asked(ctx, tx, "people.answer", in.Person)
		if err != nil {
			return err
		}
		held, err := r.heldOf(tx.Context(), tx, p, now)
		if err != nil {
			return err
		}
		if held.Unchosen > 0 {
			return unlooked(held.Unchosen)
		}
		_, out.Things, out.LeftOut = copied(held.Sections)
		a := who.From(ctx)
		q, ok := openOf(held.Requests, AskCopy)
		if !ok {
			q = newRequest(id, p.Ref, AskCopy, "in person", held.Day)
			if err := insertRequest(tx, a.Programme, q, a.Key(), now); err != nil {
				return err
			}
		}
		out.Request = q.ID
		if err := setCopied(tx, a.Programme, q.ID, now); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "people.copy", p.Ref, 0, out)
	})
	return out, err
}

// openOf is the open request of a kind.
func openOf(all []Request, what string) (Request, bool) {
	i := slices.IndexFunc(all, func(q Request) bool { return q.What == what && q.State == Open })
	if i < 0 {
		return Request{}, false
	}
	return all[i], true
}

// unlooked is the fault of a copy that would hold what nobody has looked at.
func unlooked(n int64) error {
	return fault.New(fault.Conflict, "people.held_unchosen", "Count", n).With("people.held_unchosen_do")
}

// sorted is the same choices in one order, so that the same form is the same input.
func (in ChooseIn) sorted() ChooseIn {
	slices.Sort(in.In)
	slices.Sort(in.Out)
	return in
}

// can says whether the actor holds a permission somewhere, for showing a link or not.
func (r *Room) can(ctx context.Context, permission string, at ref.Ref) bool {
	return r.db.Read(ctx, func(tx *db.Tx) error { return who.Must(tx.Context(), tx, permission, at) }) == nil
}

// anywhereCan says whether the actor holds a permission anywhere in the programme.
func (r *Room) anywhereCan(ctx context.Context, permission string) bool {
	return r.db.Read(ctx, func(tx *db.Tx) error { return who.Somewhere(tx.Context(), tx, permission) }) == nil
}
