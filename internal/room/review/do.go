package review

import (
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// MakeIn is a new review.
type MakeIn struct {
	Project string `json:"project"`
	Way     string `json:"way"` // one of Ways; "" = searched
	Facts
}

// MakeOut names what was stored.
type MakeOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// Make begins a review.
func (r *Room) Make(ctx context.Context, in MakeIn) (out MakeOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "review.run", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		v := Review{Ref: ref.Of(Kind, id), Project: in.Project, Facts: in.Settled(), Way: in.Way, State: Open, Version: 1, MadeAt: now, ChangedAt: now}
		if v.Way == "" {
			v.Way = Searched
		}
		var c fault.Check
		v.need(&c)
		c.Need(slices.Contains(Ways(), v.Way), "way", "house.bad_choice")
		if err := c.Err(); err != nil {
			return err
		}
		if err := ref.Put(tx, v.record(programme)); err != nil {
			return err
		}
		if err := insert(tx, programme, v); err != nil {
			return err
		}
		if err := index(tx, programme, v); err != nil {
			return err
		}
		out = MakeOut{v.Ref, 1}
		return trail.Put(ctx, tx, entry, now, "review.make", v.Ref, 1, v)
	})
	return out, err
}

// EditIn changes what is said of a review; Version is the one that was read.
type EditIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Reason  string  `json:"reason" doc:"Why; needed for what was agreed once the questions were signed, and for how records are read once somebody has decided."`
	FactsEdit
}

// FactsEdit is what is to change of a review's facts. What is null or not given stays.
type FactsEdit struct {
	Title      *string `json:"title"`
	Decision   *string `json:"decision"`
	DecideBy   *string `json:"decide_by"`
	DecidedBy  *string `json:"decided_by"`
	OutOfScope *string `json:"out_of_scope"`
	Reviewers  *int64  `json:"reviewers"`
	Blind      *bool   `json:"blind"`
	Chance     *int64  `json:"chance"`
	Sorting    *string `json:"sorting"`
}

// Edit is an edit to all of these facts.
func (f Facts) Edit() FactsEdit {
	return FactsEdit{&f.Title, &f.Decision, &f.DecideBy, &f.DecidedBy, &f.OutOfScope, &f.Reviewers, &f.Blind, &f.Chance, &f.Sorting}
}

// over gives facts with the edit made.
func (e FactsEdit) over(f Facts) Facts {
	all := f.Edit()
	put(all.Title, e.Title)
	put(all.Decision, e.Decision)
	put(all.DecideBy, e.DecideBy)
	put(all.DecidedBy, e.DecidedBy)
	put(all.OutOfScope, e.OutOfScope)
	put(all.Reviewers, e.Reviewers)
	put(all.Blind, e.Blind)
	put(all.Chance, e.Chance)
	put(all.Sorting, e.Sorting)
	return Facts{*all.Title, *all.Decision, *all.DecideBy, *all.DecidedBy, *all.OutOfScope, *all.Reviewers, *all.Blind, *all.Chance, *all.Sorting}
}

func put[T any](at, what *T) {
	if what != nil {
		*at = *what
	}
}

// EditOut is the version it now has.
type EditOut struct {
	Version int64 `json:"version"`
}

// Edit changes a review. A stale edit is a conflict.
func (r *Room) Edit(ctx context.Context, in EditIn) (out EditOut, err error) {
	err = r.change(ctx, "review.edit", "review.run", in.Ref, in.Version, func(tx *db.Tx, v *Review) error {
		was := *v
		if err := was.stillOpen(); err != nil {
			return err
		}
		v.Facts = in.over(v.Facts).Settled()
		var c fault.Check
		v.need(&c)
		if err := c.Err(); err != nil {
			return err
		}
		if v.Reviewers != was.Reviewers {
			// What is settled follows from how many must read a record.
			if err := r.jobs.Add(tx, weighJob, jobOf(ctx, v.Ref.ID), job.Unique()); err != nil {
				return err
			}
		}
		return r.edited(ctx, tx, was, v, in.Reason)
	}, &out.Version)
	return out, err
}

// change stores a changed review: its row, its record, its search, its trail. was 0 takes
// the version that is there.
func (r *Room) change(ctx context.Context, verb, permission string, at ref.Ref, was int64, f func(tx *db.Tx, v *Review) error, version *int64) error {
	entry, now := r.ids.New(), r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, permission, at)
		if err != nil {
			return err
		}
		if was != 0 && v.Version != was {
			return changedMeanwhile()
		}
		was := v.Version
		if err := f(tx, &v); err != nil {
			return err
		}
		v.Version, v.ChangedAt = was+1, now
		if err := update(tx, programme, v, was); err != nil {
			return err
		}
		if err := ref.Put(tx, v.record(programme)); err != nil {
			return err
		}
		if err := index(tx, programme, v); err != nil {
			return err
		}
		*version = v.Version
		return trail.Put(ctx, tx, entry, now, verb, v.Ref, v.Version, v)
	})
}

// open reads a review for a verb, and gives the programme it is of.
func (r *Room) open(ctx context.Context, tx *db.Tx, permission string, at ref.Ref) (Review, string, error) {
	rec, err := who.Record(ctx, tx, permission, at, Kind)
	if err != nil {
		return Review{}, "", err
	}
	v, err := one(tx, rec.Programme, at.ID)
	return v, rec.Programme, err
}

// openToAdd reads a review for a verb that adds to it; one that is closed takes nothing.
func (r *Room) openToAdd(ctx context.Context, tx *db.Tx, permission string, at ref.Ref) (Review, string, error) {
	v, programme, err := r.open(ctx, tx, permission, at)
	if err != nil {
		return v, programme, err
	}
	return v, programme, v.stillOpen()
}

// stillOpen wants a review that is not closed.
func (v Review) stillOpen() error {
	if v.State == Closed {
		return fault.New(fault.Conflict, "review.closed").With("review.closed_do")
	}
	return nil
}

// SeeIn asks for one review.
type SeeIn struct {
	Ref ref.Ref `json:"ref"`
}

// See gives one review.
func (r *Room) See(ctx context.Context, in SeeIn) (out Review, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) (err error) {
		out, _, err = r.open(ctx, tx, "review.see", in.Ref)
		return err
	})
	return out, err
}

// ListIn asks for the reviews of a project.
type ListIn struct {
	Project string `json:"project"`
}

// ListOut is the reviews of a project, newest first, at most 100.
type ListOut struct {
	Reviews []Review `json:"reviews"`
}

// List gives the reviews of a project.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "review.see", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		may, err := who.Where(ctx, tx, "r", "review.see")
		if err != nil {
			return err
		}
		out.Reviews, err = list(tx, in.Project, may)
		return err
	})
	return out, err
}

// verbs is what can be done with the review itself.
func (r *Room) verbs() []plug.Verb {
	return []plug.Verb{
		plug.Of("review.make", "review.run", r.Make),
		plug.Of("review.edit", "review.run", r.Edit),
		plug.Read("review.see", "review.see", r.See),
		plug.Read("review.list", "review.see", r.List),
	}
}
