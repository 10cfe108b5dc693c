package people

import (
	"context"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// About is what is said of a person.
type About struct {
	Name     string `json:"name"`
	SaysAs   string `json:"says_as" doc:"What they like to be called."`
	Role     string `json:"role" doc:"A label they choose, such as carer."`
	Language string `json:"language" doc:"BCP 47; en when not said."`
}

func (a About) check() error {
	var c fault.Check
	c.Need(a.Name != "" || a.SaysAs != "", "name", "people.need_name")
	c.Need(len(a.Name) <= 200, "name", "house.too_long")
	c.Need(len(a.SaysAs) <= 200, "says_as", "house.too_long")
	c.Need(len(a.Role) <= 200, "role", "house.too_long")
	c.Need(len(a.Language) <= 35, "language", "house.too_long")
	return c.Err()
}

// AddIn is a new person.
type AddIn struct {
	Project string `json:"project" doc:"Project id; the whole programme when not said."`
	About
}

// PersonOut names a person and the version they now have.
type PersonOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// place is the scope of a project, or of the whole programme.
func place(ctx context.Context, project string) ref.Ref {
	if project == "" {
		return who.Here(ctx)
	}
	return ref.Of(ref.Project, project)
}

// Add puts a person into a project or the programme.
func (r *Room) Add(ctx context.Context, in AddIn) (out PersonOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "people.change", place(ctx, in.Project)); err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		p := fresh(id, in.Project, in.About, now)
		out = PersonOut{p.Ref, p.Version}
		return r.keep(ctx, tx, p, entry, "people.add")
	})
	return out, err
}

func fresh(id, project string, a About, now int64) Person {
	if a.Language == "" {
		a.Language = "en"
	}
	return Person{Ref: ref.Of(Kind, id), Project: project, Name: a.Name, SaysAs: a.SaysAs, Role: a.Role, Language: a.Language, State: Active,
		Version: 1, ChangedAt: now}
}

// keep stores a new person with their row and trail entry.
func (r *Room) keep(ctx context.Context, tx *db.Tx, p Person, entry, verb string) error {
	programme := who.From(ctx).Programme
	if err := ref.Put(tx, p.record(programme)); err != nil {
		return err
	}
	if err := insert(tx, programme, p); err != nil {
		return err
	}
	return trail.Put(ctx, tx, entry, p.ChangedAt, verb, p.Ref, p.Version, p.trace())
}

// Anonymous makes a person without a name, for a card that carries none. It is part of
// another room's verb, which has asked who.Must: ctx and tx are that verb's.
func (r *Room) Anonymous(ctx context.Context, tx *db.Tx, project string) (ref.Ref, error) {
	p := fresh(r.ids.New(), project, About{}, r.clock.Now())
	return p.Ref, r.keep(ctx, tx, p, r.ids.New(), "people.add")
}

// PasteIn is many people at once.
type PasteIn struct {
	Project string `json:"project"`
	Pasted  string `json:"pasted" doc:"One person a line: name, role, e-mail address."`
}

// PasteOut counts who was added.
type PasteOut struct {
	Added int `json:"added"`
}

// MaxPaste is the most people one paste may hold.
const MaxPaste = 500

// Paste adds each line as a person. An e-mail address is kept as one that is not known to
// be safe, until someone asks.
func (r *Room) Paste(ctx context.Context, in PasteIn) (out PasteOut, err error) {
	rows, now := Rows(in.Pasted), r.clock.Now()
	ids := make([][3]string, len(rows))
	for i := range ids {
		ids[i] = [3]string{r.ids.New(), r.ids.New(), r.ids.New()}
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "people.change", place(ctx, in.Project)); err != nil {
			return err
		}
		var c fault.Check
		c.Need(len(rows) > 0, "pasted", "people.need_rows")
		c.Need(len(rows) <= MaxPaste, "pasted", "people.too_many_rows", "Most", MaxPaste)
		if err := c.Err(); err != nil {
			return err
		}
		for i, row := range rows {
			a := About{Name: row.Name, Role: row.Role}
			if a.check() != nil {
				return fault.Fielded("pasted", "people.bad_row", "Row", i+1)
			}
			p := fresh(ids[i][0], in.Project, a, now)
			if err := r.keep(ctx, tx, p, ids[i][1], "people.paste"); err != nil {
				return err
			}
			if row.Email != "" {
				if err := putContact(tx, who.From(ctx).Programme, p.Ref.ID, Contact{ID: ids[i][2], How: Email, Address: row.Email}, now); err != nil {
					return err
				}
			}
		}
		out = PasteOut{len(rows)}
		return nil
	})
	return out, err
}

// alter runs a change of one person: permission, version, row, record and trail are the
// same for all of them. was is the version that was read; 0 takes any. then runs once the
// change is stored, so that whoever is told of it finds it.
func (r *Room) alter(ctx context.Context, verb, permission string, person ref.Ref, was int64, f func(tx *db.Tx, p *Person) error,
	then ...func(tx *db.Tx, p Person) error) (out PersonOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, p, err := record(ctx, tx, permission, person)
		if err != nil {
			return err
		}
		if p.State == Erased {
			return gone()
		}
		if was != 0 && was != p.Version {
			return fault.New(fault.Conflict, "people.changed_meanwhile").With("people.changed_meanwhile_do")
		}
		before := p.Version
		if err := f(tx, &p); err != nil {
			return err
		}
		p.Version, p.ChangedAt = before+1, now
		if err := update(tx, rec.Programme, p, before); err != nil {
			return err
		}
		if err := ref.Put(tx, p.record(rec.Programme)); err != nil {
			return err
		}
		out = PersonOut{p.Ref, p.Version}
		for _, t := range then {
			if err := t(tx, p); err != nil {
				return err
			}
		}
		return trail.Put(ctx, tx, entry, now, verb, p.Ref, p.Version, p.trace())
	})
	return out, err
}

// record asks who.Record and reads the person.
func record(ctx context.Context, tx *db.Tx, permission string, person ref.Ref) (ref.Record, Person, error) {
	rec, err := who.Record(ctx, tx, permission, ref.Of(Kind, person.ID))
	if err != nil {
		return rec, Person{}, err
	}
	p, err := one(tx, rec.Programme, person.ID)
	return rec, p, err
}

// ChangeIn changes what is said of a person; Version is the one that was read.
type ChangeIn struct {
	Person  ref.Ref `json:"person"`
	Version int64   `json:"version"`
	About
}

// Change corrects a person's name, label and language.
func (r *Room) Change(ctx context.Context, in ChangeIn) (PersonOut, error) {
	return r.alter(ctx, "people.change", "people.change", in.Person, in.Version, func(_ *db.Tx, p *Person) error {
		// A card without a name may stay without one.
		if err := in.check(); err != nil && (p.Name != "" || in.Name != "" || in.Role == "") {
			return err
		}
		p.Name, p.SaysAs, p.Role = in.Name, in.SaysAs, in.Role
		if in.Language != "" {
			p.Language = in.Language
		}
		return nil
	})
}

// StateIn says that a person takes part, has moved or died, or wants no more contact.
type StateIn struct {
	Person  ref.Ref `json:"person"`
	Version int64   `json:"version"`
	State   string  `json:"state" doc:"active, moved, died or no more contact."`
	On      string  `json:"on" doc:"Since which day; today when not said."`
}

// State keeps what has become of a person. All states but active stop every sending, and
// other rooms hear of it.
func (r *Room) State(ctx context.Context, in StateIn) (PersonOut, error) {
	now := r.clock.Now()
	return r.alter(ctx, "people.state", "people.change", in.Person, in.Version, func(tx *db.Tx, p *Person) error {
		on, ok := day(in.On)
		var c fault.Check
		c.Need(slices.Contains(States(), in.State), "state", "house.bad_choice")
		c.Need(ok, "on", "house.bad_day")
		if err := c.Err(); err != nil {
			return err
		}
		if on == "" {
			on = clock.DayOf(now, "")
		}
		p.State, p.StateOn = in.State, on
		if in.State == Active {
			p.StateOn = ""
		}
		return nil
	}, func(tx *db.Tx, p Person) error {
		name := "people.stopped"
		if p.State == Active {
			name = "people.resumed"
		}
		return r.news.Tell(tx, news.Item{Programme: who.From(ctx).Programme, Name: name, Refs: []ref.Ref{p.Ref}, At: now})
	})
}

// ListIn asks for a page of people, by name.
type ListIn struct {
	Project string `json:"project" doc:"Project id; everyone the actor may see when not said."`
	Name    string `json:"name" doc:"Part of a name."`
	State   string `json:"state" doc:"active, moved, died, no more contact or erased; all but erased when not said."`
	Due     bool   `json:"due" doc:"Only those who should be asked again what they need."`
	After   string `json:"after"`
	Limit   int64  `json:"limit" doc:"1 to 500; 50 when not said."`
}

// ListOut is one page of people.
type ListOut struct {
	People []Person `json:"people"`
	Next   string   `json:"next"` // "" when this is the last page
}

// List gives the people that the actor may see, their needs beside each name.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	today := clock.DayOf(r.clock.Now(), "")
	if in.Limit <= 0 || in.Limit > 500 {
		in.Limit = 50
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := anywhere(ctx, tx, in.Project); err != nil {
			return err
		}
		var c fault.Check
		c.Need(in.State == "" || in.State == Erased || slices.Contains(States(), in.State), "state", "house.bad_choice")
		if err := c.Err(); err != nil {
			return err
		}
		seen, err := who.Where(ctx, tx, "r", "people.see")
		if err != nil {
			return err
		}
		out.People, out.Next, err = list(tx, who.From(ctx).Programme, in, seen, today)
		return err
	})
	return out, err
}

// anywhere is who.Must for lists: without a project, a role in any scope is enough, for
// who.Where keeps the list to that scope.
func anywhere(ctx context.Context, tx *db.Tx, project string) error {
	if a := who.From(ctx); project == "" && a.Kind == who.Account && a.Programme != "" {
		grants, err := who.Grants(ctx, tx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(grants, func(g who.Grant) bool { return slices.Contains(seers(), g.Role) }) {
			return nil
		}
	}
	return who.Must(ctx, tx, "people.see", place(ctx, project))
}

// SeeIn asks for one person.
type SeeIn struct {
	Person ref.Ref `json:"person"`
}

// SeeOut is everything that is kept of a person.
type SeeOut struct {
	Person
	Contacts []Contact `json:"contacts"`
	Shares   []Share   `json:"shares"`
	Met      []Met     `json:"met"`
	Reviews  []Review  `json:"reviews"`
	Places   []Place   `json:"places"`
	How      string    `json:"how"`       // the way to reach them; "" when there is none
	WhyNot   string    `json:"why_not"`   // key of the reason when there is none
	MayWrite bool      `json:"may_write"` // the actor may change it
}

// See gives one person.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, p, err := record(ctx, tx, "people.see", in.Person)
		if err != nil {
			return err
		}
		out = SeeOut{Person: p}
		if err := whole(tx, rec.Programme, &out); err != nil {
			return err
		}
		out.How, _, out.WhyNot = reachable(p.State, out.Contacts)
		out.MayWrite = p.State != Erased && who.Can(ctx, tx, "people.change", p.Ref)
		return nil
	})
	if err == nil && who.From(ctx).Kind != who.Card {
		r.looks.Note(ctx, Looked, out.Ref)
	}
	return out, err
}
