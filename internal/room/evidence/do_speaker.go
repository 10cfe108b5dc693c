package evidence

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Speaker is someone whose words a contribution may be.
type Speaker struct {
	Ref  ref.Ref
	Name string // as the team calls them
}

// People finds and makes the people whose words these are; the room people fills it.
type People interface {
	// Choose lists people of a project whose names the actor may see; none otherwise.
	Choose(ctx context.Context, tx *db.Tx, project string) ([]Speaker, error)
	// May says whether the actor may see that person's name.
	May(ctx context.Context, tx *db.Tx, person ref.Ref) error
	// Anonymous makes a person of whom nothing is known.
	Anonymous(ctx context.Context, tx *db.Tx, project string) (ref.Ref, error)
}

// SpeakerIn says whose words a contribution is. It is asked once: a contribution that
// is someone's stays theirs, so that nobody's words open on another's card.
type SpeakerIn struct {
	Ref    ref.Ref `json:"ref"`
	Person ref.Ref `json:"person"` // none: someone new, without a name
}

// SpeakerOut names the person.
type SpeakerOut struct {
	Person ref.Ref `json:"person"`
}

// Speaker ties a contribution to the person who gave it.
func (r *Room) Speaker(ctx context.Context, in SpeakerIn) (out SpeakerOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "evidence.speaker", in.Ref)
		if err != nil {
			return err
		}
		if !in.Person.None() && in.Person.Kind != ref.Person {
			return fault.Fielded("person", "evidence.bad_person")
		}
		if rec.Kind != Kind {
			return fault.New(fault.Missing, "house.missing")
		}
		if !rec.Live(now) {
			return fault.New(fault.Withdrawn, "evidence.withdrawn").With("evidence.withdrawn_do")
		}
		if rec.Person != "" && rec.Person != in.Person.ID {
			return fault.New(fault.Conflict, "evidence.has_speaker").With("evidence.has_speaker_do")
		}
		out.Person = in.Person
		if in.Person.None() {
			if out.Person, err = r.people.Anonymous(ctx, tx, rec.Project); err != nil {
				return err
			}
		} else if err := r.people.May(ctx, tx, in.Person); err != nil {
			return fault.Fielded("person", "evidence.bad_person")
		}
		c, err := one(tx, rec.Programme, rec.ID)
		if err != nil {
			return err
		}
		was := c.Version
		c.Person, c.Version, c.ChangedAt = out.Person.ID, was+1, now
		if err := update(tx, rec.Programme, c, was); err != nil {
			return err
		}
		rec.Person, rec.Version, rec.ChangedAt = c.Person, c.Version, now
		if err := ref.Put(tx, rec); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "evidence.speaker", in.Ref, c.Version, c)
	})
	return out, err
}
