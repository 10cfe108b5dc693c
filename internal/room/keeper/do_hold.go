package keeper

import (
	"context"
	"errors"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
)

// markRestorer tells one restore from another, beside markRestoring.
const markRestorer = "restorer"

// alone takes the whole installation for what empties or replaces all of it: a restore, a
// move, an import. Whoever serves or uses it shares the lock, so none of them does
// meanwhile. served is what is said when a Plait serves it.
func (r *Room) alone(ctx context.Context, served string) (free func() error, err error) {
	if err := r.notServed(ctx, served); err != nil {
		return nil, err
	}
	hold, ok, err := r.db.Alone(ctx)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.Conflict, "keeper.held").With("keeper.held_do")
	}
	return hold.Free, nil
}

// notServed refuses while somebody works off the jobs of this installation.
func (r *Room) notServed(ctx context.Context, served string) error {
	serving, err := job.Serving(ctx, r.db)
	if err == nil && serving {
		err = fault.New(fault.Conflict, served).With("keeper.serving_do")
	}
	return err
}

// marked says what a mark of the installation means.
func marked(name, value string) error {
	return fault.New(fault.Conflict, "keeper.mark_"+name, "Value", value).With("keeper.mark_" + name + "_do")
}

// vacant makes sure that nothing is lost by storing a backup here. It gives who began to
// restore here and was cut off: "" for nobody.
func vacant(tx *db.Tx) (was string, err error) {
	for _, name := range []string{markArriving, markMoving, markMoved} {
		v, err := getMark(tx, name)
		if err != nil {
			return "", err
		}
		if v != "" {
			return "", marked(name, v)
		}
	}
	mark, err := getMark(tx, markRestoring)
	if err != nil {
		return "", err
	}
	if mark != "" { // begun before: it begins again
		return getMark(tx, markRestorer)
	}
	all, err := ref.Programmes(tx)
	if err == nil && len(all) > 0 {
		err = fault.New(fault.Conflict, "keeper.restore_not_empty").With("keeper.restore_not_empty_do")
	}
	return "", err
}

// vacancy is vacant in a transaction of its own.
func (r *Room) vacancy(ctx context.Context) (was string, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error { was, err = vacant(tx); return err })
	return was, err
}

// claimRestore marks this installation as being restored, in one transaction that finds it
// as vacancy did: a restore that began or ended in between is seen. Then it asks once more
// whether somebody serves it. own is what endRestore must find.
func (r *Room) claimRestore(ctx context.Context, backup, was string) (own string, err error) {
	own = r.ids.New()
	now := r.clock.Now()
	if err := r.db.Write(ctx, func(tx *db.Tx) error {
		is, err := vacant(tx)
		if err == nil && is != was {
			err = fault.New(fault.Conflict, "keeper.held").With("keeper.held_do")
		}
		if err != nil {
			return err
		}
		return errors.Join(setMark(tx, markRestoring, backup, now), setMark(tx, markRestorer, own, now))
	}); err != nil {
		return "", err
	}
	if err := r.notServed(ctx, "keeper.restore_serving"); err != nil {
		if was != "" {
			return "", err // half of a restore stands here already
		}
		return "", errors.Join(err, r.db.Write(ctx, func(tx *db.Tx) error { return dropRestore(tx) }))
	}
	return own, nil
}

// endRestore takes the mark back, in the transaction that ends the restore.
func endRestore(tx *db.Tx, own string) error {
	is, err := getMark(tx, markRestorer)
	if err != nil {
		return err
	}
	if is != own {
		return fault.New(fault.Conflict, "keeper.held").With("keeper.held_do")
	}
	return dropRestore(tx)
}

func dropRestore(tx *db.Tx) error {
	return errors.Join(setMark(tx, markRestoring, "", 0), setMark(tx, markRestorer, "", 0))
}
