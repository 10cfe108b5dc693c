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

// PlanIn is a new action, or a try.
type PlanIn struct {
	Project        string  `json:"project"`        // "" = the recommendation's
	Site           string  `json:"site"`           // id; "" = the whole project
	Recommendation ref.Ref `json:"recommendation"` // what it follows from; may be none
	Title          string  `json:"title"`
	Plainly        string  `json:"plainly"`
	Owner          string  `json:"owner"`      // account id; "" = none
	OwnerName      string  `json:"owner_name"` // someone without an account
	Due            string  `json:"due" form:"day"`
	Try            bool    `json:"try"`
	Where          string  `json:"where"`
	With           string  `json:"with"`                 // with whom
	Know           string  `json:"know"`                 // how we will know; a try needs it
	LookBack       string  `json:"look_back" form:"day"` // a try needs it
}

// PlanOut names what was stored.
type PlanOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// Plan enters an action or a try and ties it to its recommendation.
func (r *Room) Plan(ctx context.Context, in PlanIn) (out PlanOut, err error) {
	id, tied, entry, now := r.ids.New(), r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		in := in
		if in.Project == "" && !in.Recommendation.None() {
			rec, err := who.Record(ctx, tx, "action.see", in.Recommendation)
			if err != nil {
				return err
			}
			in.Project = rec.Project
			if in.Site == "" {
				in.Site = rec.Site
			}
		}
		if err := who.Must(ctx, tx, "action.do", place(in.Project, in.Site)); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		a := Action{Ref: ref.Of(KindAction, id), Project: in.Project, Site: in.Site, Title: trim(in.Title), Plainly: trim(in.Plainly),
			Recommendation: in.Recommendation, Owner: trim(in.Owner), OwnerName: trim(in.OwnerName), Due: clock.ReadDay(in.Due), Try: in.Try,
			Where: trim(in.Where), With: trim(in.With), Know: trim(in.Know), LookBack: clock.ReadDay(in.LookBack),
			Status: ToDo, State: ToDo, Version: 1, GivenAt: now, ChangedAt: now}
		if err := a.Check(); err != nil {
			return err
		}
		if err := checkPlace(tx, programme, in.Project, in.Site); err != nil {
			return err
		}
		if err := r.checkOwner(ctx, tx, a, ""); err != nil {
			return err
		}
		if err := insertAction(tx, programme, a); err != nil {
			return err
		}
		if !a.Recommendation.None() {
			if err := follow(ctx, tx, now, tied, a); err != nil {
				return err
			}
		}
		out = PlanOut{a.Ref, 1}
		return trail.Put(ctx, tx, entry, now, "action.plan", a.Ref, 1, a)
	})
	return out, err
}

// follow ties an action to the recommendation it follows from.
func follow(ctx context.Context, tx *db.Tx, now int64, id string, a Action) error {
	if a.Recommendation.Kind != KindRecommendation {
		return fault.Fielded("recommendation", "action.bad_recommendation")
	}
	if err := who.Must(ctx, tx, "action.see", a.Recommendation); err != nil {
		return err
	}
	return tie.Put(ctx, tx, now, tie.Tie{ID: id, From: a.Recommendation, To: a.Ref, Stance: tie.LeadsTo})
}

// checkOwner wants an owner who works in the project. One who has left may stay the
// owner until somebody else is named: was is who it is now.
func (r *Room) checkOwner(ctx context.Context, tx *db.Tx, a Action, was string) error {
	if a.Owner == "" || a.Owner == was {
		return nil
	}
	_, here, err := r.team.Mate(ctx, tx, a.Project, a.Owner)
	if err != nil {
		return err
	}
	if !here {
		return fault.Fielded("owner", "action.bad_owner")
	}
	return nil
}

// ChangeIn changes an action; Version is the one that was read. What is not given stays
// as it is. Of an action that is over, only its words can be changed.
type ChangeIn struct {
	Ref       ref.Ref `json:"ref"`
	Version   int64   `json:"version"`
	Title     *string `json:"title,omitempty"`
	Plainly   *string `json:"plainly,omitempty"`
	Owner     *string `json:"owner,omitempty"`
	OwnerName *string `json:"owner_name,omitempty"`
	Due       *string `json:"due,omitempty"`
	LookBack  *string `json:"look_back,omitempty"` // of a try
	Status    string  `json:"status"`              // to do, under way, waiting; "" = as it is
	// Recommendation is what it follows from, for an action that follows from none yet.
	Recommendation ref.Ref `json:"recommendation"`
}

// ChangeOut is the version it now has.
type ChangeOut struct {
	Version int64 `json:"version"`
}

// Change says anew what an action is, who sees to it, by when and how far it is.
func (r *Room) Change(ctx context.Context, in ChangeIn) (out ChangeOut, err error) {
	entry, tied, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := r.open(ctx, tx, "action.do", in.Ref, KindAction, now)
		if err != nil {
			return err
		}
		was, err := action(tx, rec.Programme, in.Ref.ID)
		if err != nil {
			return err
		}
		a := changed(was, in)
		if a.Owner == "" && a.OwnerName == "" && was.OwnerName != "" && !seesNames(ctx, tx, was.Project, was.Site) {
			a.OwnerName = was.OwnerName // they were not shown it, so they did not take it out
		}
		if err := a.Check(); err != nil {
			return err
		}
		if a.Over() && a.moved(was) {
			return over()
		}
		if err := r.checkOwner(ctx, tx, a, was.Owner); err != nil {
			return err
		}
		if was.Version != in.Version {
			return changedMeanwhile()
		}
		a.State, a.Version, a.ChangedAt = a.state(), was.Version+1, now
		if err := updateAction(tx, rec.Programme, a, in.Version); err != nil {
			return err
		}
		if a.Recommendation = was.Recommendation; a.Recommendation.None() && !in.Recommendation.None() {
			a.Recommendation = in.Recommendation
			if err := follow(ctx, tx, now, tied, a); err != nil {
				return err
			}
		}
		if a.Title != was.Title || a.Plainly != was.Plainly {
			if _, err := tie.Changed(tx, rec.Programme, a.Ref, now); err != nil {
				return err
			}
		}
		out = ChangeOut{a.Version}
		return trail.Put(ctx, tx, entry, now, "action.change", a.Ref, a.Version, a)
	})
	return out, err
}

// changed is an action with what was given in place. An owner given one way takes the
// place of one given the other.
func changed(a Action, in ChangeIn) Action {
	given(&a.Title, in.Title)
	given(&a.Plainly, in.Plainly)
	if in.Owner != nil {
		a.Owner = trim(*in.Owner)
		if a.Owner != "" && in.OwnerName == nil {
			a.OwnerName = ""
		}
	}
	if in.OwnerName != nil {
		a.OwnerName = trim(*in.OwnerName)
		if a.OwnerName != "" && in.Owner == nil {
			a.Owner = ""
		}
	}
	if in.Due != nil {
		a.Due = clock.ReadDay(*in.Due)
	}
	if in.LookBack != nil {
		a.LookBack = clock.ReadDay(*in.LookBack)
	}
	if in.Status != "" {
		a.Status = in.Status
	}
	a.Title, a.Plainly = trim(a.Title), trim(a.Plainly)
	return a
}

// moved says whether more than its words differs from what was.
func (a Action) moved(was Action) bool {
	return a.Owner != was.Owner || a.OwnerName != was.OwnerName || a.Due != was.Due || a.LookBack != was.LookBack || a.Status != was.Status
}

func over() error {
	return fault.New(fault.Conflict, "action.is_over").With("action.is_over_do")
}

// FinishIn says how an action ended; Version is the one that was read.
type FinishIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Result  string  `json:"result"` // done, changed, not done
	Why     string  `json:"why"`    // needed unless it was done
	InUse   string  `json:"in_use"` // where it is in use now
	Since   string  `json:"since" form:"day"`
	On      string  `json:"on" form:"day"` // the day it ended; "" = today
}

// FinishOut is the version it now has.
type FinishOut struct {
	Version int64 `json:"version"`
}

// Finish says how an action ended, once. A try that was kept may be finished too: then
// it says where it is in use.
func (r *Room) Finish(ctx context.Context, in FinishIn) (out FinishOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
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
		if !a.mayFinish() {
			return endedFirst(a)
		}
		day, err := r.today(tx, rec.Programme, now)
		if err != nil {
			return err
		}
		a.Result, a.Why, a.InUse, a.Since, a.EndedOn = in.Result, trim(in.Why), trim(in.InUse), clock.ReadDay(in.Since), dayOr(in.On, day)
		if err := a.checkEnd(day); err != nil {
			return err
		}
		if was != in.Version {
			return changedMeanwhile()
		}
		a.State, a.Version, a.ChangedAt = a.state(), was+1, now
		if err := updateAction(tx, rec.Programme, a, was); err != nil {
			return err
		}
		// What was said to come of it stands on something else now.
		if a.Result != Done {
			if _, err := tie.Changed(tx, rec.Programme, a.Ref, now); err != nil {
				return err
			}
		}
		out = FinishOut{a.Version}
		return trail.Put(ctx, tx, entry, now, "action.finish", a.Ref, a.Version, a)
	})
	return out, err
}

// endedFirst is the conflict of someone who ends what is over: it says how it ended.
func endedFirst(a Action) error {
	say := "action.ended_" + word(a.state())
	if a.Verdict == Change {
		say = "action.ended_try_changed"
	}
	why := a.Why
	if a.Verdict != "" {
		why = a.Happened
	}
	return fault.New(fault.Conflict, say, "Why", why).With("action.ended_do")
}
