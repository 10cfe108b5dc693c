package programme

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// FoundIn is a new programme.
type FoundIn struct{ Facts }

// FoundOut names it.
type FoundOut struct {
	Programme ref.Ref `json:"programme"`
}

// Found makes a programme. Only the operator may: there is nobody inside it yet.
func (r *Room) Found(ctx context.Context, in FoundIn) (out FoundOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "programme.found", who.House()); err != nil {
			return err
		}
		facts := in.Settled()
		if err := facts.Check(); err != nil {
			return err
		}
		p := Programme{Ref: ref.Of(Kind, id), Facts: facts, Version: 1, FoundedAt: now}
		if err := ref.Put(tx, p.record(now)); err != nil {
			return err
		}
		if err := insert(tx, p); err != nil {
			return err
		}
		out = FoundOut{p.Ref}
		// The trail of a programme begins with its founding, inside the programme itself.
		a := who.From(ctx)
		a.Programme = id
		return trail.Put(who.As(ctx, a), tx, entry, now, "programme.found", p.Ref, 1, p)
	})
	return out, err
}

// ChangeIn changes the programme in which the actor is; Version is the one that was read.
type ChangeIn struct {
	Facts
	Version int64 `json:"version"`
}

// ChangeOut is the version it now has.
type ChangeOut struct {
	Version int64 `json:"version"`
}

// Change corrects name, zone and language. A stale change is a conflict.
func (r *Room) Change(ctx context.Context, in ChangeIn) (out ChangeOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "programme.change", who.Here(ctx))
		if err != nil {
			return err
		}
		facts := in.Settled()
		if err := facts.Check(); err != nil {
			return err
		}
		p, err := one(tx, rec.ID)
		if err != nil {
			return err
		}
		if p.Version != in.Version {
			return changedMeanwhile()
		}
		p.Facts, p.Version = facts, p.Version+1
		if err := update(tx, p, in.Version); err != nil {
			return err
		}
		if err := ref.Put(tx, p.record(now)); err != nil {
			return err
		}
		out = ChangeOut{p.Version}
		return trail.Put(ctx, tx, entry, now, "programme.change", p.Ref, p.Version, p)
	})
	return out, err
}

func changedMeanwhile() error {
	return fault.New(fault.Conflict, "programme.changed_meanwhile").With("programme.changed_meanwhile_do")
}

// SeeIn asks for the programme in which the actor is.
type SeeIn struct{}

// SeeOut is that programme.
type SeeOut struct{ Programme }

// See gives the programme in which the actor is.
func (r *Room) See(ctx context.Context, _ SeeIn) (out SeeOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		// Someone of one project or site may know the programme they are in.
		if err := who.Somewhere(ctx, tx, "programme.see"); err != nil {
			return err
		}
		var err error
		out.Programme, err = one(tx, who.From(ctx).Programme)
		return err
	})
	return out, err
}

// Zone is the programme's time zone by its IANA name, for rooms that end a day. A
// programme that is not there is *missing*.
func (r *Room) Zone(tx *db.Tx, programme string) (string, error) {
	p, err := one(tx, programme)
	return p.Zone, err
}

// Name is what the programme is called. One that is not there is *missing*.
func (r *Room) Name(tx *db.Tx, programme string) (string, error) {
	p, err := one(tx, programme)
	return p.Name, err
}

// Language is the BCP 47 tag that words of the programme have when nobody says.
func (r *Room) Language(tx *db.Tx, programme string) (string, error) {
	p, err := one(tx, programme)
	return p.Language, err
}
