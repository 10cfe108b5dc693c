package people

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// ReachIn adds one way to reach a person, or with Drop set takes one away.
type ReachIn struct {
	Person  ref.Ref `json:"person"`
	How     string  `json:"how" doc:"email, phone, text, post, supporter, hand or none."`
	Address string  `json:"address"`
	Safe    bool    `json:"safe" doc:"Nobody else reads or hears what is left there."`
	Note    string  `json:"note"`
	Drop    string  `json:"drop" doc:"Id of one to take away."`
}

// Reach keeps how a person is reached. The first safe way is the one that is used.
func (r *Room) Reach(ctx context.Context, in ReachIn) (PersonOut, error) {
	id, now := r.ids.New(), r.clock.Now()
	return r.alter(ctx, "people.reach", "people.change", in.Person, 0, func(tx *db.Tx, p *Person) error {
		programme := who.From(ctx).Programme
		if in.Drop != "" {
			return dropContact(tx, programme, p.Ref.ID, in.Drop)
		}
		c := Contact{ID: id, How: in.How, Address: in.Address, Safe: in.Safe, Note: in.Note}
		if err := c.check(); err != nil {
			return err
		}
		return putContact(tx, programme, p.Ref.ID, c, now)
	})
}

// Group is an organisation whose people take part.
type Group struct {
	Ref     ref.Ref `json:"ref"`
	Project string  `json:"project"` // "" = the whole programme
	Name    string  `json:"name"`
	What    string  `json:"what"` // what it is, in a few words
	Version int64   `json:"version"`
	People  int64   `json:"people"` // how many people have a place in it
}

// Place is a person's place in an organisation.
type Place struct {
	Organisation ref.Ref `json:"organisation"`
	Name         string  `json:"name"`
	Role         string  `json:"role"`
}

// OrganisationIn adds an organisation, or changes one when Organisation is set.
type OrganisationIn struct {
	Organisation ref.Ref `json:"organisation" doc:"The one to change; a new one when not said."`
	Version      int64   `json:"version"`
	Project      string  `json:"project" doc:"Project id of a new one; the whole programme when not said."`
	Name         string  `json:"name"`
	What         string  `json:"what" doc:"What it is, such as home care provider."`
}

// Organisation adds or changes an organisation.
func (r *Room) Organisation(ctx context.Context, in OrganisationIn) (out PersonOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		g := Group{Ref: ref.Of(Organisation, id), Project: in.Project}
		at := place(ctx, in.Project)
		if !in.Organisation.None() {
			at = ref.Of(Organisation, in.Organisation.ID)
		}
		if err := who.Must(ctx, tx, "people.change", at); err != nil {
			return err
		}
		var c fault.Check
		c.Need(in.Name != "", "name", "people.need_group_name")
		c.Need(len(in.Name) <= 200, "name", "house.too_long")
		c.Need(len(in.What) <= 200, "what", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if !in.Organisation.None() {
			if g, err = group(tx, programme, in.Organisation.ID); err != nil {
				return err
			}
			if g.Version != in.Version {
				return fault.New(fault.Conflict, "people.changed_meanwhile").With("people.changed_meanwhile_do")
			}
		}
		g.Name, g.What, g.Version = in.Name, in.What, g.Version+1
		if err := ref.Put(tx, ref.Record{Programme: programme, ID: g.Ref.ID, Kind: Organisation, Project: g.Project, Title: g.Name, State: Active,
			Until: ref.NoEnd, Version: g.Version, ChangedAt: now}); err != nil {
			return err
		}
		if err := putGroup(tx, programme, g); err != nil {
			return err
		}
		if err := search.Put(tx, groupDoc(programme, g)); err != nil {
			return err
		}
		out = PersonOut{g.Ref, g.Version}
		return trail.Put(ctx, tx, entry, now, "people.organisation", g.Ref, g.Version, g)
	})
	return out, err
}

// OrganisationsIn asks for organisations.
type OrganisationsIn struct {
	Project string `json:"project" doc:"Project id; all that the actor may see when not said."`
}

// OrganisationsOut is organisations by name, at most 500.
type OrganisationsOut struct {
	Organisations []Group `json:"organisations"`
}

// Organisations lists the organisations that the actor may see.
func (r *Room) Organisations(ctx context.Context, in OrganisationsIn) (out OrganisationsOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := anywhere(ctx, tx, in.Project); err != nil {
			return err
		}
		seen, err := who.Where(ctx, tx, "r", "people.see")
		if err != nil {
			return err
		}
		out.Organisations, err = groups(tx, in.Project, seen)
		return err
	})
	return out, err
}

// organisation reads one organisation for its page.
func (r *Room) organisation(ctx context.Context, id string) (g Group, change bool, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		at := ref.Of(Organisation, id)
		rec, err := who.Record(ctx, tx, "people.see", at)
		if err != nil {
			return err
		}
		change = who.Can(ctx, tx, "people.change", at)
		g, err = group(tx, rec.Programme, id)
		return err
	})
	return g, change, err
}

// PlaceIn gives a person a place in an organisation, or with Drop takes it away.
type PlaceIn struct {
	Person       ref.Ref `json:"person"`
	Organisation ref.Ref `json:"organisation"`
	Role         string  `json:"role" doc:"What they do there."`
	Drop         bool    `json:"drop" doc:"They have left."`
}

// Place keeps where a person belongs.
func (r *Room) Place(ctx context.Context, in PlaceIn) (PersonOut, error) {
	return r.alter(ctx, "people.place", "people.change", in.Person, 0, func(tx *db.Tx, p *Person) error {
		programme := who.From(ctx).Programme
		if in.Drop {
			return dropPlace(tx, programme, p.Ref.ID, in.Organisation.ID)
		}
		var c fault.Check
		c.Need(!in.Organisation.None(), "organisation", "people.need_group")
		c.Need(len(in.Role) <= 200, "role", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		if err := who.Must(ctx, tx, "people.see", ref.Of(Organisation, in.Organisation.ID)); err != nil {
			return fault.Fielded("organisation", "people.need_group")
		}
		return putPlace(tx, programme, p.Ref.ID, in.Organisation.ID, in.Role)
	})
}
