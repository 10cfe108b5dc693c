package consent

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// WithdrawIn takes back one record, or one use of it. No reason is asked.
type WithdrawIn struct {
	Ref      ref.Ref   `json:"ref"`
	Use      terms.Use `json:"use"`       // one use; "" or project = everything
	EraseNow bool      `json:"erase_now"` // erased at once, cannot be undone
	Told     string    `json:"told"`      // how a team member was told; "" on a card
}

// WithdrawOut says until when it can be undone.
type WithdrawOut struct {
	Act       string `json:"act"`        // the take-back, for undoing it; "" = there was nothing to take back
	UndoUntil int64  `json:"undo_until"` // microseconds; 0 = it cannot be undone
}

// act is one press of "take it back".
type act struct {
	id   string
	now  int64
	use  terms.Use
	told string
}

// Withdraw hides a record everywhere, or ends one use of it, in this transaction. A
// second time changes nothing, except that "erase now" erases what waits.
func (r *Room) Withdraw(ctx context.Context, in WithdrawIn) (out WithdrawOut, err error) {
	a := act{r.ids.New(), r.clock.Now(), in.Use, in.Told}
	given, entry, erased := r.ids.New(), r.ids.New(), r.ids.New()
	if a.use == terms.Project {
		a.use = ""
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		out = WithdrawOut{}
		rec, err := who.Record(ctx, tx, "consent.withdraw", in.Ref)
		if err != nil {
			return err
		}
		if err := consentable(rec); err != nil {
			return err
		}
		var c fault.Check
		c.Need(a.use == "" || terms.Known(a.use), "use", "house.bad_use")
		c.Need(a.use == "" || !in.EraseNow, "erase_now", "consent.erase_whole")
		c.Need(len(in.Told) <= MaxTold, "told", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		if a.use != "" {
			out, err = r.takeUse(ctx, tx, rec, a, given, entry)
			return err
		}
		if out, err = r.takeAll(ctx, tx, rec, a, entry); err != nil {
			return err
		}
		if in.EraseNow {
			out.UndoUntil = 0
			return r.erase(ctx, tx, rec, a.now, erased)
		}
		return nil
	})
	return out, err
}

// takeAll ends every use of a record; what it was is kept for the undo.
func (r *Room) takeAll(ctx context.Context, tx *db.Tx, rec ref.Record, a act, entry string) (WithdrawOut, error) {
	if rec.Until == 0 {
		taken, err := takenOf(tx, rec.Programme, rec.ID)
		if t, ok := undoable(taken, "", a.now); ok && t.whole() {
			return WithdrawOut{t.ID, t.UndoUntil}, err
		}
		return WithdrawOut{}, err
	}
	kept, err := terms.Of(tx, rec)
	if err != nil {
		return WithdrawOut{}, err
	}
	if rec, err = terms.Set(tx, rec, a.now); err != nil {
		return WithdrawOut{}, err
	}
	if err := search.Drop(tx, rec.Programme, rec.ID); err != nil {
		return WithdrawOut{}, err
	}
	t := Taken{ID: a.id, Ref: rec.Ref(), At: a.now, UndoUntil: undoUntil(a.now), kept: kept}
	if err := takeBack(tx, rec.Programme, who.From(ctx).Key(), a.told, t); err != nil {
		return WithdrawOut{}, err
	}
	if _, err := tie.Changed(tx, rec.Programme, rec.Ref(), a.now); err != nil {
		return WithdrawOut{}, err
	}
	if err := r.tell(tx, "consent.withdrawn", rec, a.now); err != nil {
		return WithdrawOut{}, err
	}
	return WithdrawOut{t.ID, t.UndoUntil}, trail.Put(ctx, tx, entry, a.now, "consent.withdraw", rec.Ref(), 0, agreed{What: "withdraw"})
}

// takeUse ends one use of a record; the others stay as they were.
func (r *Room) takeUse(ctx context.Context, tx *db.Tx, rec ref.Record, a act, given, entry string) (WithdrawOut, error) {
	before, err := terms.Of(tx, rec)
	if err != nil {
		return WithdrawOut{}, err
	}
	var kept, left []terms.Grant
	for _, g := range before {
		if g.Use == a.use {
			kept = append(kept, g)
		} else {
			left = append(left, g)
		}
	}
	if len(kept) == 0 {
		return WithdrawOut{}, nil
	}
	if rec, err = terms.Set(tx, rec, a.now, left...); err != nil {
		return WithdrawOut{}, err
	}
	g, _, err := last(tx, rec.Programme, rec.ID)
	if err != nil {
		return WithdrawOut{}, err
	}
	g.ID, g.At, g.Uses = given, a.now, without(g.Uses, a.use)
	if err := give(tx, rec.Programme, who.From(ctx).Key(), g, []ref.Record{rec}); err != nil {
		return WithdrawOut{}, err
	}
	t := Taken{ID: a.id, Ref: rec.Ref(), Use: a.use, At: a.now, UndoUntil: undoUntil(a.now), kept: kept}
	if err := takeBack(tx, rec.Programme, who.From(ctx).Key(), a.told, t); err != nil {
		return WithdrawOut{}, err
	}
	if _, err := tie.Changed(tx, rec.Programme, rec.Ref(), a.now); err != nil {
		return WithdrawOut{}, err
	}
	if err := r.tell(tx, "consent.changed", rec, a.now); err != nil {
		return WithdrawOut{}, err
	}
	return WithdrawOut{t.ID, t.UndoUntil}, trail.Put(ctx, tx, entry, a.now, "consent.withdraw", rec.Ref(), 0, agreed{"withdraw " + string(a.use), g.Uses, g.Ends})
}

// WithdrawAllIn takes back every contribution of one person.
type WithdrawAllIn struct {
	Person   ref.Ref `json:"person"`
	EraseNow bool    `json:"erase_now"`
	Told     string  `json:"told"`
}

// WithdrawAllOut counts what was taken back.
type WithdrawAllOut struct {
	Count     int64  `json:"count"`
	Act       string `json:"act"`
	UndoUntil int64  `json:"undo_until"`
}

// WithdrawAll takes back everything of a person that the actor may act on, in one
// transaction and as one act, so that one undo gives all of it back.
func (r *Room) WithdrawAll(ctx context.Context, in WithdrawAllIn) (out WithdrawAllOut, err error) {
	a := act{id: r.ids.New(), now: r.clock.Now(), told: in.Told}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		person, err := who.Record(ctx, tx, "consent.withdraw", in.Person)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(person.Kind == ref.Person, "person", "house.bad_ref")
		c.Need(len(in.Told) <= MaxTold, "told", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		// Everything is everything: whoever may act for the person here takes back what they
		// said in every project of the programme, also where the actor may not read it.
		recs, err := mine(tx, person.Programme, person.ID, in.EraseNow)
		if err != nil {
			return err
		}
		out = WithdrawAllOut{Count: int64(len(recs))}
		for _, rec := range recs {
			w, err := r.takeAll(ctx, tx, rec, a, r.ids.New())
			if err != nil {
				return err
			}
			out.Act, out.UndoUntil = w.Act, w.UndoUntil
			if in.EraseNow {
				out.UndoUntil = 0
				if err := r.erase(ctx, tx, rec, a.now, r.ids.New()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, err
}

// EraseAll takes everything of a person back and erases it at once, for another room's
// verb that takes the person out: ctx and tx are that verb's. It counts what went.
func (r *Room) EraseAll(ctx context.Context, _ *db.Tx, person ref.Ref) (int64, error) {
	out, err := r.WithdrawAll(ctx, WithdrawAllIn{Person: person, EraseNow: true})
	return out.Count, err
}

// RestoreIn undoes a take-back.
type RestoreIn struct {
	Ref ref.Ref `json:"ref"` // a record, or a person for everything that went at once
	Act string  `json:"act"` // which take-back; "" = the latest
}

// RestoreOut counts what was given back.
type RestoreOut struct {
	Restored int64 `json:"restored"`
}

// Restore gives back what was taken back within UndoDays, with the uses it had.
func (r *Room) Restore(ctx context.Context, in RestoreIn) (out RestoreOut, err error) {
	now := r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "consent.restore", in.Ref)
		if err != nil {
			return err
		}
		back, err := r.toRestore(ctx, tx, rec, in.Act, now)
		if err != nil {
			return err
		}
		if len(back) == 0 {
			return fault.New(fault.Conflict, "consent.cannot_undo").With("consent.cannot_undo_do")
		}
		out = RestoreOut{int64(len(back))}
		for _, t := range back {
			rec, err := who.Record(ctx, tx, "consent.restore", t.Ref)
			if err != nil {
				return err
			}
			if err := r.restore(ctx, tx, rec, t, now); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// toRestore finds what an undo gives back: one take-back of a record, or all those of
// one act of a person.
func (r *Room) toRestore(ctx context.Context, tx *db.Tx, rec ref.Record, actID string, now int64) ([]Taken, error) {
	if rec.Kind != ref.Person {
		taken, err := takenOf(tx, rec.Programme, rec.ID)
		if t, ok := undoable(taken, actID, now); ok && err == nil {
			return []Taken{t}, nil
		}
		return nil, err
	}
	may, err := who.Where(ctx, tx, "r", "consent.restore")
	if err != nil {
		return nil, err
	}
	taken, err := takenFrom(tx, rec.Programme, rec.ID, now, may)
	if err != nil {
		return nil, err
	}
	if actID == "" && len(taken) > 0 {
		actID = taken[0].ID
	}
	var out []Taken
	for _, t := range taken {
		if t.ID == actID {
			out = append(out, t)
		}
	}
	return out, nil
}

func (r *Room) restore(ctx context.Context, tx *db.Tx, rec ref.Record, t Taken, now int64) error {
	grants := t.kept
	name := "consent.restored"
	if !t.whole() {
		if rec.Until == 0 {
			return fault.New(fault.Conflict, "consent.cannot_undo").With("consent.cannot_undo_do")
		}
		have, err := terms.Of(tx, rec)
		if err != nil {
			return err
		}
		grants, name = append(have, t.kept...), "consent.changed"
	}
	rec, err := terms.Set(tx, rec, now, grants...)
	if err != nil {
		return err
	}
	if err := closeOne(tx, rec.Programme, t, now); err != nil {
		return err
	}
	g, _, err := last(tx, rec.Programme, rec.ID)
	if err != nil {
		return err
	}
	if !t.whole() {
		g.ID, g.At, g.Uses = r.ids.New(), now, append(g.Uses, t.Use)
		if err := give(tx, rec.Programme, who.From(ctx).Key(), g, []ref.Record{rec}); err != nil {
			return err
		}
	}
	if err := r.tell(tx, name, rec, now); err != nil {
		return err
	}
	return trail.Put(ctx, tx, r.ids.New(), now, "consent.restore", rec.Ref(), 0, agreed{"restore", sorted(g.Uses), g.Ends})
}

// erase takes a withdrawn record's words out of the house for good. What is left is a
// tombstone: its id, place, strand and days. The room that holds the words hears
// consent.erased and wipes its own row.
func (r *Room) erase(ctx context.Context, tx *db.Tx, rec ref.Record, now int64, entry string) error {
	rec, ok, err := ref.Get(tx, rec.Programme, rec.ID)
	if err != nil || !ok || rec.Until != 0 || rec.State == Erased {
		return err // given back meanwhile, or erased already
	}
	rec.Title, rec.Person, rec.State = "", "", Erased
	if err := ref.Put(tx, rec); err != nil {
		return err
	}
	if err := terms.Drop(tx, rec.Programme, rec.ID); err != nil {
		return err
	}
	if err := search.Drop(tx, rec.Programme, rec.ID); err != nil {
		return err
	}
	if err := scrub(tx, rec.Programme, rec.ID, now); err != nil {
		return err
	}
	if err := r.tell(tx, "consent.erased", rec, now); err != nil {
		return err
	}
	if err := trail.Erase(tx, rec.Programme, rec.ID); err != nil {
		return err
	}
	return trail.Put(ctx, tx, entry, now, "consent.erase", rec.Ref(), 0, nil)
}
