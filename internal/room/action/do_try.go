package action

import (
	"context"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// LookBackIn says what was seen of a try; Version is the one that was read.
type LookBackIn struct {
	Ref          ref.Ref `json:"ref"`
	Version      int64   `json:"version"`
	Happened     string  `json:"happened"`
	Verdict      string  `json:"verdict"`    // keep, change, stop
	NextTitle    string  `json:"next_title"` // of the next try; "" = none
	NextLookBack string  `json:"next_look_back" form:"day"`
	On           string  `json:"on" form:"day"` // the day of the look-back; "" = today
}

// LookBackOut is the version the try now has, and the next try.
type LookBackOut struct {
	Version int64   `json:"version"`
	Next    ref.Ref `json:"next"` // "" when there is none
}

// LookBack keeps what happened at a try and whether to keep, change or stop it. The next
// try takes over its owner, place and people.
func (r *Room) LookBack(ctx context.Context, in LookBackIn) (out LookBackOut, err error) {
	id, tied, entry, second, now := r.ids.New(), r.ids.New(), r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := r.open(ctx, tx, "action.do", in.Ref, KindAction, now)
		if err != nil {
			return err
		}
		a, err := action(tx, rec.Programme, in.Ref.ID)
		if err != nil {
			return err
		}
		was := a.Version
		if !a.Try {
			return notATry()
		}
		if !a.mayLookBack() {
			return endedFirst(a)
		}
		title, day := trim(in.NextTitle), clock.ReadDay(in.NextLookBack)
		today, err := r.today(tx, rec.Programme, now)
		if err != nil {
			return err
		}
		a.Happened, a.Verdict, a.LookedOn = trim(in.Happened), in.Verdict, dayOr(in.On, today)
		if err := a.checkLook(today, title, day); err != nil {
			return err
		}
		if was != in.Version {
			return changedMeanwhile()
		}
		a.State, a.Version, a.ChangedAt = a.state(), was+1, now
		if err := updateAction(tx, rec.Programme, a, was); err != nil {
			return err
		}
		if a.Verdict != Keep {
			if _, err := tie.Changed(tx, rec.Programme, a.Ref, now); err != nil {
				return err
			}
		}
		out = LookBackOut{Version: a.Version}
		if title != "" {
			next := a.next(id, title, day, now)
			if err := r.goOn(ctx, tx, a, next, tied, second); err != nil {
				return err
			}
			out.Next = next.Ref
		}
		return trail.Put(ctx, tx, entry, now, "action.look-back", a.Ref, a.Version, a)
	})
	return out, err
}

// goOn stores the try that another becomes.
func (r *Room) goOn(ctx context.Context, tx *db.Tx, a, next Action, tied, entry string) error {
	if err := insertAction(tx, who.From(ctx).Programme, next); err != nil {
		return err
	}
	if err := tie.Put(ctx, tx, next.GivenAt, tie.Tie{ID: tied, From: a.Ref, To: next.Ref, Stance: tie.Becomes}); err != nil {
		return err
	}
	return trail.Put(ctx, tx, entry, next.GivenAt, "action.look-back", next.Ref, next.Version, next)
}

func notATry() error {
	return fault.New(fault.Invalid, "action.not_a_try").With("action.not_a_try_do")
}
