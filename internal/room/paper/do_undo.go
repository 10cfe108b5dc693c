package paper

import (
	"context"
	"errors"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// lotFor reads a lot, and asks whether the actor may.
func lotFor(ctx context.Context, tx *db.Tx, permission, id string) (Lot, error) {
	l, ok, err := lotByID(tx, who.From(ctx).Programme, id)
	if err != nil {
		return l, err
	}
	if !ok {
		return l, absent(ctx, tx, permission, ref.Of("paper", id))
	}
	return l, who.Must(ctx, tx, permission, ref.Of(ref.Project, l.Project))
}

// free says whether a lot may be changed: nobody files it or takes it back at this moment.
// It is asked in the transaction that changes it.
func (l Lot) free() error {
	switch l.State {
	case Undone:
		return missing()
	case Filing:
		return fault.New(fault.Conflict, "paper.filing_now").With("paper.filing_now_do")
	case Undoing:
		return fault.New(fault.Conflict, "paper.undoing_now").With("paper.filing_now_do")
	}
	return nil
}

// UndoIn takes back all that was filed from a lot.
type UndoIn struct {
	Lot string `json:"lot"`
}

// UndoOut counts what was taken back.
type UndoOut struct {
	Undone int64 `json:"undone"`
}

// Undo takes back all that was filed from a lot. What stands on a contribution stops it.
// The cards can be photographed and filed again. Called again, it goes on with what a stop
// left.
func (r *Room) Undo(ctx context.Context, in UndoIn) (out UndoOut, err error) {
	var l Lot
	programme := who.From(ctx).Programme
	err = r.db.Write(ctx, func(tx *db.Tx) (err error) {
		if l, err = lotFor(ctx, tx, "paper.undo", in.Lot); err != nil {
			return err
		}
		if err := l.free(); err != nil && l.State != Undoing {
			return err
		}
		if out.Undone, err = countOfLot(tx, programme, l.ID); err != nil {
			return err
		}
		return setLot(tx, programme, l.ID, Undoing)
	})
	if err != nil {
		return out, err
	}
	if l.batch != "" {
		if err := r.said.Undo(ctx, l.batch); err != nil {
			return UndoOut{}, errors.Join(err, r.endUndo(ctx, l))
		}
	}
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := r.clear(tx, programme, l.ID); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "paper.undo", ref.Of("paper", l.ID), l.Version+1, out)
	})
	return out, err
}

// endUndo gives a lot that could not be taken back the state that it had.
func (r *Room) endUndo(ctx context.Context, was Lot) error {
	if was.State == Undoing {
		was.State = Open
	}
	programme := who.From(ctx).Programme
	return r.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		l, ok, err := lotByID(tx, programme, was.ID)
		if err != nil || !ok || l.State != Undoing {
			return err
		}
		return setLot(tx, programme, was.ID, was.State)
	})
}

// undone hears that contributions were taken back with their batch, from here or from the
// thread's own page: the lot that they came from is cleared, and its cards may come again.
func (r *Room) undone(tx *db.Tx, it news.Item) error {
	const most = 500
	for start := 0; start < len(it.Refs); start += most {
		var ids []string
		for _, x := range it.Refs[start:min(start+most, len(it.Refs))] {
			ids = append(ids, x.ID)
		}
		lots, err := lotsWith(tx, it.Programme, ids)
		if err != nil {
			return err
		}
		for _, lot := range lots {
			if err := r.clear(tx, it.Programme, lot); err != nil {
				return err
			}
		}
	}
	return nil
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
		l, err := lotFor(ctx, tx, "paper.photo", in.Lot)
		if err != nil {
			return err
		}
		if err := l.free(); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if l.batch != "" {
			err = r.dropRest(tx, programme, l)
		} else {
			err = r.clear(tx, programme, l.ID)
		}
		if err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "paper.drop", ref.Of("paper", l.ID), l.Version+1, out)
	})
	return out, err
}

// dropRest throws away what of a lot is not filed. The cards that are filed are known as before.
func (r *Room) dropRest(tx *db.Tx, programme string, l Lot) error {
	cuts, err := cutsOf(tx, programme, l.ID)
	if err != nil {
		return err
	}
	for _, c := range cuts {
		if c.State != Waits && c.State != Again && c.file == "" {
			continue
		}
		if c.State == Waits || c.State == Again {
			c.State = Placed
		}
		c.file, c.Words = "", ""
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
		if p.State == Dropped {
			continue
		}
		if err := r.files.Drop(tx, programme, p.ID); err != nil {
			return err
		}
		if p.State == Read || p.State == Waiting {
			p.State, p.file, p.Width, p.Height = Dropped, "", 0, 0
			if err := setPhoto(tx, programme, p); err != nil {
				return err
			}
		}
	}
	return setLot(tx, programme, l.ID, Done)
}
