package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// again does again what a backup cannot know of: what was erased, and what was taken back,
// stopped or taken away after it was made. Nobody is signed in afterwards.
func (r *Room) again(ctx context.Context, a apart, out *RestoreOut, tell told) (err error) {
	if out.Erased, out.Left, err = r.replay(ctx, a.erased, tell); err != nil {
		return err
	}
	if len(a.taken) > 0 {
		if r.eraser == nil {
			return errors.New("keeper: nothing can be taken here")
		}
		if out.Taken, err = r.takeAgain(ctx, a.taken, tell); err != nil {
			return err
		}
	}
	return r.signOut(ctx)
}

// replay erases again what was erased after the backup, and proves that it is gone. It
// counts what was done, and names the tables where such words stand still.
func (r *Room) replay(ctx context.Context, apart []Erasure, tell told) (done int64, left []string, err error) {
	left = []string{}
	var list []Erasure
	words := newNeedles()
	if err := r.db.Read(ctx, func(tx *db.Tx) error {
		own, err := erasures(tx)
		if err != nil {
			return err
		}
		list = list[:0]
		for _, e := range together(own, apart, ref.Person) {
			still, err := standsStill(tx, e, 0)
			if err != nil {
				return err
			}
			if still {
				list = append(list, e)
				if err := gatherWords(tx, e, words); err != nil {
					return err
				}
			}
		}
		if len(list) > 0 {
			return sparedWords(tx, list, words)
		}
		return nil
	}); err != nil {
		return 0, nil, err
	}
	if len(list) > 0 && r.eraser == nil {
		return 0, nil, errors.New("keeper: nothing can erase here")
	}
	began := r.clock.Now()
	for i, e := range list {
		as := who.As(ctx, who.Actor{Kind: who.Operator, Programme: e.Programme, Verb: "keeper.restore"})
		if err := r.eraser.Erase(as, ref.Of(e.Kind, e.Record)); err != nil {
			return done, nil, err
		}
		done++
		tell("keeper.stage_erase", int64(i+1), int64(len(list)))
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		for part := range slices.Chunk(apart, 500) { // the restored house knows of them from now on
			if err := putErasures(tx, part); err != nil {
				return err
			}
		}
		return stopBackups(tx)
	})
	if err != nil || len(list) == 0 {
		return done, left, err
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		for _, e := range list {
			still, err := standsStill(tx, e, began)
			if err != nil {
				return err
			}
			if still {
				return fault.New(fault.Broken, "keeper.restore_not_erased").With("keeper.restore_not_erased_do").Because(fmt.Errorf("%s %s", e.Kind, e.Record))
			}
		}
		left, err = words.tables(tx)
		return err
	})
	return done, left, err
}

// findAgain makes the search anew for every programme.
func (r *Room) findAgain(ctx context.Context, tell told) error {
	var all []ref.Record
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = ref.Programmes(tx); return err }); err != nil {
		return err
	}
	for _, p := range all {
		as := who.As(ctx, who.Actor{Kind: who.Operator, Programme: p.ID, Verb: "keeper.restore"})
		if err := r.Reindex(as, p.ID, func(done int64) { tell("keeper.stage_find", done, 0) }); err != nil {
			return err
		}
	}
	return nil
}
