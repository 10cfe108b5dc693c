package paper

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// UndoIn takes back all that was filed from a lot.
type UndoIn struct {
	Lot string `json:"lot"`
}

// UndoOut counts what was taken back.
type UndoOut struct {
	Undone int64 `json:"undone"`
}

// Undo takes back all that was filed from a lot. What stands on a contribution stops it.
// The cards can be photographed and filed again.
func (r *Room) Undo(ctx context.Context, in UndoIn) (out UndoOut, err error) {
	var l Lot
	programme := who.From(ctx).Programme
	err = r.db.Read(ctx, func(tx *db.Tx) (err error) {
		var ok bool
		if l, ok, err = lotByID(tx, programme, in.Lot); err != nil {
			return err
		}
		if !ok {
			return missing()
		}
		if err := who.Must(ctx, tx, "paper.undo", ref.Of(ref.Project, l.Project)); err != nil {
			return err
		}
		if l.State == Filing {
			return fault.New(fault.Conflict, "paper.filing_now").With("paper.filing_now_do")
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	if l.batch != "" {
		if err := r.said.Undo(ctx, l.batch); err != nil {
			return out, err
		}
	}
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if out.Undone, err = countOfLot(tx, programme, l.ID); err != nil {
			return err
		}
		if err := r.clear(tx, programme, l.ID); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "paper.undo", ref.Of("paper", l.ID), l.Version+1, out)
	})
	return out, err
}

// clear forgets a lot's cards and drops its photos.
func (r *Room) clear(tx *db.Tx, programme, lot string) error {
	cuts, err := cutsOf(tx, programme, lot)
	if err != nil {
		return err
	}
	photos, err := photosOf(tx, programme, lot)
	if err != nil {
		return err
	}
	var records []string
	for _, c := range cuts {
		records = append(records, c.ID)
	}
	for _, p := range photos {
		records = append(records, p.ID)
	}
	if len(records) > 0 {
		if err := r.files.Drop(tx, programme, records...); err != nil {
			return err
		}
	}
	return forgetLot(tx, programme, lot)
}

// DropIn throws the photos of a lot away.
type DropIn struct {
	Lot string `json:"lot"`
}

// DropOut is empty.
type DropOut struct{}

// Drop throws the photos of a lot away. What was filed from it stays in the thread.
func (r *Room) Drop(ctx context.Context, in DropIn) (out DropOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		l, ok, err := lotByID(tx, programme, in.Lot)
		if err != nil {
			return err
		}
		if !ok {
			return missing()
		}
		if err := who.Must(ctx, tx, "paper.photo", ref.Of(ref.Project, l.Project)); err != nil {
			return err
		}
		if l.batch != "" {
			return r.dropRest(ctx, tx, l, entry, now)
		}
		if err := r.clear(tx, programme, l.ID); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "paper.drop", ref.Of("paper", l.ID), l.Version+1, out)
	})
	return out, err
}

// dropRest throws away what of a lot is not filed.
func (r *Room) dropRest(ctx context.Context, tx *db.Tx, l Lot, entry string, now int64) error {
	programme := who.From(ctx).Programme
	cuts, err := cutsOf(tx, programme, l.ID)
	if err != nil {
		return err
	}
	for _, c := range cuts {
		if c.State != Waits {
			continue
		}
		c.State, c.file, c.Words = Placed, "", ""
		if err := r.files.Drop(tx, programme, c.ID); err != nil {
			return err
		}
		if err := setCut(tx, programme, c); err != nil {
			return err
		}
	}
	photos, err := photosOf(tx, programme, l.ID)
	if err != nil {
		return err
	}
	for _, p := range photos {
		if err := r.files.Drop(tx, programme, p.ID); err != nil {
			return err
		}
		if p.State == Read || p.State == Waiting {
			p.State, p.file = Dropped, ""
			if err := setPhoto(tx, programme, p); err != nil {
				return err
			}
		}
	}
	if err := setLot(tx, programme, l.ID, Done); err != nil {
		return err
	}
	return trail.Put(ctx, tx, entry, now, "paper.drop", ref.Of("paper", l.ID), l.Version+1, DropOut{})
}
