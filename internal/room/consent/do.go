package consent

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Agree stores one agreement for many new records, whose terms the caller has set. id
// is new. The caller has asked who.Must and keeps the trail of the records themselves.
func (r *Room) Agree(ctx context.Context, tx *db.Tx, id string, recs []ref.Record, a terms.Agreement) error {
	if len(recs) == 0 {
		return nil
	}
	if err := a.Check(); err != nil {
		return err
	}
	actor := who.From(ctx)
	return give(tx, actor.Programme, actor.Key(), Given{ID: id, At: recs[0].ChangedAt, Agreement: a}, recs)
}

// ChangeIn is what a record may be used for from now on.
type ChangeIn struct {
	Ref      ref.Ref `json:"ref"`
	Version  int64   `json:"version"`  // See's Version as it was read; 0 = whatever it is now
	Wording  string  `json:"wording"`  // version of the questions that were shown; "" = none
	Language string  `json:"language"` // in which language
	Format   string  `json:"format"`   // and in which format
	terms.Agreement
}

// ChangeOut is the version it now has.
type ChangeOut struct {
	Version int64 `json:"version"`
}

// Change stores a new agreement in place of the last. What was taken back must be given
// back first: nobody agrees anew for someone who has said no.
func (r *Room) Change(ctx context.Context, in ChangeIn) (out ChangeOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "consent.change", in.Ref)
		if err != nil {
			return err
		}
		if err := consentable(rec); err != nil {
			return err
		}
		before, n, err := last(tx, rec.Programme, rec.ID)
		if err != nil {
			return err
		}
		if rec.Until == 0 {
			return fault.New(fault.Withdrawn, "consent.taken_back").With("consent.taken_back_do")
		}
		if in.Version != 0 && in.Version != n {
			return fault.New(fault.Conflict, "consent.changed_meanwhile").With("consent.changed_meanwhile_do")
		}
		g := Given{ID: id, Wording: in.Wording, Language: in.Language, Format: in.Format, At: now, Agreement: in.Agreement}
		if who.From(ctx).Kind == who.Card {
			g.Agreement = own(before.Agreement, in.Agreement)
		}
		if err := checkShown(in.Wording, in.Language, in.Format); err != nil {
			return err
		}
		if err := r.set(ctx, tx, rec, g); err != nil {
			return err
		}
		out = ChangeOut{n + 1}
		return trail.Put(ctx, tx, entry, now, "consent.change", in.Ref, 0, agreed{"change", sorted(g.Uses), g.Ends})
	})
	return out, err
}

// agreed is what the trail keeps of a change: no names.
type agreed struct {
	What string      `json:"what"`
	Uses []terms.Use `json:"uses"`
	Ends string      `json:"ends,omitempty"`
}

// set stores an agreement for one record: its terms, its row, what stands on it, the news.
func (r *Room) set(ctx context.Context, tx *db.Tx, rec ref.Record, g Given) error {
	zone, err := r.zones.Zone(tx, rec.Programme)
	if err != nil {
		return err
	}
	grants, err := g.Grants(zone)
	if err != nil {
		return err
	}
	if grants[0].Until <= g.At {
		return fault.Fielded("ends", "consent.ends_past")
	}
	before, err := terms.Of(tx, rec)
	if err != nil {
		return err
	}
	was := rec.Live(g.At)
	if rec, err = terms.Set(tx, rec, g.At, grants...); err != nil {
		return err
	}
	if err := closeUses(tx, rec.Programme, rec.ID, g.At); err != nil {
		return err
	}
	if err := give(tx, rec.Programme, who.From(ctx).Key(), g, []ref.Record{rec}); err != nil {
		return err
	}
	if narrower(before, grants, g.At) {
		if _, err := tie.Changed(tx, rec.Programme, rec.Ref(), g.At); err != nil {
			return err
		}
	}
	name := "consent.changed"
	if !was {
		name = "consent.restored"
	}
	return r.tell(tx, name, rec, g.At)
}

func (r *Room) tell(tx *db.Tx, name string, rec ref.Record, now int64) error {
	return r.news.Tell(tx, news.Item{Programme: rec.Programme, Name: name, Refs: []ref.Ref{rec.Ref()}, At: now})
}

// consentable refuses places and people: they are nobody's words.
func consentable(rec ref.Record) error {
	switch rec.Kind {
	case ref.Programme, ref.Project, ref.Site, ref.Person:
		return fault.New(fault.Missing, "house.missing")
	}
	return nil
}

// namesHelper says whether the actor may read who supported or spoke for the person.
// Only roles that may see names write agreements down, and a card its own; the others are
// told that someone helped, by the mode.
func namesHelper(ctx context.Context, tx *db.Tx, rec ref.Record) bool {
	return who.Can(ctx, tx, "consent.change", rec.Ref())
}

// Regime tells under what a record was agreed to: improvement or research, the reference
// of the ethics approval and the nation; each "" when it was not said. What someone adds
// to it on their card carries the same. The caller has asked who.Must.
func (r *Room) Regime(tx *db.Tx, programme, record string) (regime, ethics, nation string, err error) {
	g, _, err := last(tx, programme, record)
	return g.Regime, g.Ethics, g.Nation, err
}

// SeeIn asks what was agreed for one record.
type SeeIn struct {
	Ref ref.Ref `json:"ref"`
}

// SeeOut is what was agreed and how the record stands.
type SeeOut struct {
	Ref       ref.Ref       `json:"ref"`
	Title     string        `json:"title"` // "" unless it is live
	Person    string        `json:"person"`
	State     string        `json:"state"`      // live, ended, taken back or erased
	Grants    []terms.Grant `json:"grants"`     // what it may be used for now
	Given     Given         `json:"given"`      // the last agreement
	Version   int64         `json:"version"`    // how many agreements there have been
	Act       string        `json:"act"`        // the take-back that an undo gives back; "" = none
	ActUse    terms.Use     `json:"act_use"`    // the one use it took; "" = everything
	UndoUntil int64         `json:"undo_until"` // 0 = there is nothing to undo
}

// See gives what was agreed for a record, use by use. Its words are not among it.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "consent.see", in.Ref)
		if err != nil {
			return err
		}
		if err := consentable(rec); err != nil {
			return err
		}
		out = SeeOut{Ref: rec.Ref(), Person: rec.Person, Grants: []terms.Grant{}}
		if out.Given, out.Version, err = last(tx, rec.Programme, rec.ID); err != nil {
			return err
		}
		if !namesHelper(ctx, tx, rec) {
			out.Given.Helper = ""
		}
		taken, err := takenOf(tx, rec.Programme, rec.ID)
		if err != nil {
			return err
		}
		out.State = stateOf(rec, taken, now)
		if t, ok := undoable(taken, "", now); ok {
			out.Act, out.ActUse, out.UndoUntil = t.ID, t.Use, t.UndoUntil
		}
		if out.State != Live {
			return nil
		}
		out.Title = rec.Title
		all, err := terms.Of(tx, rec)
		for _, g := range all {
			if g.Until > now {
				out.Grants = append(out.Grants, g)
			}
		}
		return err
	})
	return out, err
}

// HistoryOut is everything that was agreed and taken back, latest first.
type HistoryOut struct {
	Ref   ref.Ref `json:"ref"`
	Given []Given `json:"given"`
	Taken []Taken `json:"taken"`
}

// History gives every agreement and every take-back of a record.
func (r *Room) History(ctx context.Context, in SeeIn) (out HistoryOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "consent.see", in.Ref)
		if err != nil {
			return err
		}
		if err := consentable(rec); err != nil {
			return err
		}
		out.Ref = rec.Ref()
		if out.Given, err = givens(tx, rec.Programme, rec.ID); err != nil {
			return err
		}
		if !namesHelper(ctx, tx, rec) {
			for i := range out.Given {
				out.Given[i].Helper = ""
			}
		}
		out.Taken, err = takenOf(tx, rec.Programme, rec.ID)
		return err
	})
	return out, err
}

// TakenIn asks what of one person's can be undone.
type TakenIn struct {
	Person ref.Ref `json:"person"`
}

// TakenOut is what a person has in the house and what they have taken back.
type TakenOut struct {
	Live  int64   `json:"live"`
	Taken []Taken `json:"taken"` // can still be undone; latest first
}

// Taken counts a person's records that may be used and lists the take-backs that can
// still be undone, as far as the actor may act on them.
func (r *Room) Taken(ctx context.Context, in TakenIn) (out TakenOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "consent.see", in.Person, ref.Person)
		if err != nil {
			return err
		}
		may, err := who.Where(ctx, tx, "r", "consent.see")
		if err != nil {
			return err
		}
		if out.Live, err = living(tx, rec.Programme, rec.ID, now, may); err != nil {
			return err
		}
		out.Taken, err = takenFrom(tx, rec.Programme, rec.ID, now, may)
		return err
	})
	return out, err
}
