package review

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// WholeIn asks for a review.
type WholeIn struct {
	Ref ref.Ref `json:"ref"`
}

// Flow gives the way of the records through a review.
func (r *Room) Flow(ctx context.Context, in WholeIn) (out Flow, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		if out, err = flow(tx, programme, v); err != nil {
			return err
		}
		if faults := out.Faults(); faults != nil {
			return fmt.Errorf("the flow of a review does not add up: %s", strings.Join(faults, "; "))
		}
		return nil
	})
	return out, err
}

// OriginIn says what a place of searches is.
type OriginIn struct {
	Ref    ref.Ref `json:"ref"`
	Name   string  `json:"name" doc:"The place, as the flow names it."`
	Origin string  `json:"origin" doc:"database, register, website, organisation or citation."`
}

// OriginOut is empty: the flow says what has changed.
type OriginOut struct{}

// Origin says what a place of searches is, where its name told it wrong.
func (r *Room) Origin(ctx context.Context, in OriginIn) (out OriginOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		in.Name = strings.TrimSpace(in.Name)
		var c fault.Check
		c.Need(len(in.Name) <= MaxLine, "name", "house.too_long")
		c.Need(slices.Contains(Origins(), in.Origin), "origin", "house.bad_choice")
		if err := c.Err(); err != nil {
			return err
		}
		if err := putOrigin(tx, programme, v.Ref.ID, in.Name, in.Origin); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "review.origin", v.Ref, 0, in)
	})
	return out, err
}

// CloseIn closes a review, or opens it again.
type CloseIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version" doc:"The version that was read; 0 takes the one that is there."`
	Why     string  `json:"why"`
}

// CloseOut is the version it now has.
type CloseOut struct {
	Version int64 `json:"version"`
}

// Close ends the reading of a review. Its numbers of that day are kept.
func (r *Room) Close(ctx context.Context, in CloseIn) (CloseOut, error) {
	return r.turn(ctx, "review.close", in, Closed)
}

// Reopen begins the reading of a closed review again: a living review.
func (r *Room) Reopen(ctx context.Context, in CloseIn) (CloseOut, error) {
	return r.turn(ctx, "review.reopen", in, Open)
}

func (r *Room) turn(ctx context.Context, verb string, in CloseIn, to string) (out CloseOut, err error) {
	id, now := r.ids.New(), r.clock.Now()
	in.Why = strings.TrimSpace(in.Why)
	err = r.change(ctx, verb, "review.run", in.Ref, in.Version, func(tx *db.Tx, v *Review) error {
		var c fault.Check
		c.Need(in.Why != "" || to == Closed, "why", "review.whole_need_why")
		c.Need(len(in.Why) <= MaxLine, "why", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		switch {
		case (v.State == Closed) == (to == Closed):
			return fault.New(fault.Conflict, "review.whole_already_"+to).With("review.whole_already_do")
		case to == Closed:
			if err := standsStill(tx, who.From(ctx).Programme, v.Ref.ID); err != nil {
				return err
			}
			v.State = Closed
		case v.SignedAt > 0:
			v.State = Signed
		default:
			v.State = Open
		}
		a := who.From(ctx)
		if to == Open { // what came in just before it was closed was not compared
			if err := r.jobs.Add(tx, copiesJob, jobOf(ctx, v.Ref.ID), job.Unique()); err != nil {
				return err
			}
		}
		n, err := countRecords(tx, a.Programme, v.Ref.ID, included())
		if err != nil {
			return err
		}
		return putClosing(tx, a.Programme, v.Ref.ID, id, Closing{to, in.Why, n, a.Key(), now})
	}, &out.Version)
	return out, err
}

// RerunIn runs a search of the log again.
type RerunIn struct {
	Ref    ref.Ref `json:"ref"`
	Search string  `json:"search" doc:"The search, by its id."`
	Day    string  `json:"day" form:"day" doc:"When it ran again; today when not said."`

	Searcher string `json:"searcher" doc:"Who searched this time, by role or group; nobody when not said."`
	Found    int64  `json:"found" doc:"How many records it gave this time; 0 when nobody wrote it down."`
}

// Rerun writes a search in the log once more, with a new day. Place, string and note are as
// they were; who searched and what was found is of this time, so it is never taken over.
// Files that are brought in for it add to the review: only what is new among them is asked
// of anyone.
func (r *Room) Rerun(ctx context.Context, in RerunIn) (out SearchOut, err error) {
	now := r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		old, err := searchOf(tx, programme, v.Ref.ID, in.Search)
		if err != nil {
			return err
		}
		facts := old.SearchFacts
		facts.Day, facts.Searcher, facts.Found = clock.ReadDay(strings.TrimSpace(in.Day)), in.Searcher, in.Found
		if facts.Day == "" {
			if facts.Day, err = r.day(tx, programme, now); err != nil {
				return err
			}
		}
		if _, err := time.Parse(time.DateOnly, facts.Day); err != nil {
			return fault.Fielded("day", "house.bad_day")
		}
		out, err = r.Search(ctx, SearchIn{Ref: v.Ref, SearchFacts: facts})
		return err
	})
	return out, err
}

// whatHappened keeps what is in the review since when.
func (r *Room) whatHappened(_ context.Context, tx *db.Tx, programme, review string, _ happened) error {
	return followIncluded(tx, programme, review, r.clock.Now())
}
