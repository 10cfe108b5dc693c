package project

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// StartIn is a new project.
type StartIn struct {
	Facts
	Phase    string `json:"phase"`    // one of Phases; "" = call
	Question string `json:"question"` // its first question; "" = none yet
}

// StartOut names what was stored.
type StartOut struct {
	Ref ref.Ref `json:"ref"`
}

// Start enters a project. Whoever may do so holds a role in the whole programme and
// needs no other to work in it.
func (r *Room) Start(ctx context.Context, in StartIn) (out StartOut, err error) {
	id, question, entry, asked, now := r.ids.New(), r.ids.New(), r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "project.start", who.Here(ctx)); err != nil {
			return err
		}
		programme, by := who.From(ctx).Programme, who.From(ctx).Key()
		p := Project{Ref: ref.Of(Kind, id), Facts: in.Settled(), Phase: in.Phase, Version: 1, StartedAt: now, ChangedAt: now}
		if p.Phase == "" {
			p.Phase = Call
		}
		var c fault.Check
		p.need(&c)
		c.Need(slices.Contains(Phases(), p.Phase), "phase", "house.bad_choice")
		c.Need(len(in.Question) <= MaxText, "question", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		today, err := r.settle(tx, programme, &p, now)
		if err != nil {
			return err
		}
		if err := insert(tx, programme, p); err != nil {
			return err
		}
		if err := insertTitle(tx, programme, p, TitleChange{p.Title, "", by, now}); err != nil {
			return err
		}
		if err := insertPhase(tx, programme, p, PhaseChange{p.Phase, today, "", by, now}); err != nil {
			return err
		}
		if strings.TrimSpace(in.Question) != "" {
			q := Question{Ref: ref.Of(KindQuestion, question), Project: id, Text: in.Question, By: by, At: now, Version: 1}
			if err := r.keepQuestion(ctx, tx, p, q, asked); err != nil {
				return err
			}
		}
		out = StartOut{p.Ref}
		return trail.Put(ctx, tx, entry, now, "project.start", p.Ref, 1, p)
	})
	return out, err
}

// settle fills in a project's language and says which day it is in the programme's zone.
func (r *Room) settle(tx *db.Tx, programme string, p *Project, now int64) (today string, err error) {
	if p.Language == "" {
		if p.Language, err = r.programmes.Language(tx, programme); err != nil {
			return "", err
		}
	}
	return r.today(tx, programme, now)
}

func (r *Room) today(tx *db.Tx, programme string, now int64) (string, error) {
	zone, err := r.programmes.Zone(tx, programme)
	return clock.DayOf(now, zone), err
}

// ChangeIn corrects a project; Version is the one that was read.
type ChangeIn struct {
	Project string `json:"project"`
	Facts
	Why     string `json:"why"` // needed when the title changes
	Version int64  `json:"version"`
}

// ChangeOut is the version it now has.
type ChangeOut struct {
	Version int64 `json:"version"`
}

// Change corrects what is said of a project. Titles drift, and each change of one is
// kept with its reason. A stale change is a conflict.
func (r *Room) Change(ctx context.Context, in ChangeIn) (out ChangeOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		p, rec, err := r.open(ctx, tx, "project.change", in.Project)
		if err != nil {
			return err
		}
		facts := in.Settled()
		if facts.Language == "" {
			facts.Language = p.Language
		}
		renamed := facts.Title != p.Title
		var c fault.Check
		facts.need(&c)
		c.Need(!renamed || strings.TrimSpace(in.Why) != "", "why", "project.need_why_title")
		c.Need(len(in.Why) <= MaxWhy, "why", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		if p.Version != in.Version {
			return changedMeanwhile()
		}
		p.Facts, p.Version, p.ChangedAt = facts, p.Version+1, now
		if err := update(tx, rec.Programme, p, in.Version); err != nil {
			return err
		}
		if renamed {
			if err := insertTitle(tx, rec.Programme, p, TitleChange{p.Title, in.Why, who.From(ctx).Key(), now}); err != nil {
				return err
			}
		}
		out = ChangeOut{p.Version}
		return trail.Put(ctx, tx, entry, now, "project.change", p.Ref, p.Version, p)
	})
	return out, err
}

// open is how every writing verb of a project begins: may the actor, and what is there now.
func (r *Room) open(ctx context.Context, tx *db.Tx, permission, project string) (Project, ref.Record, error) {
	rec, err := who.Record(ctx, tx, permission, ref.Of(Kind, project))
	if err != nil {
		return Project{}, rec, err
	}
	p, err := one(tx, rec.Programme, project)
	return p, rec, err
}

func changedMeanwhile() error {
	return fault.New(fault.Conflict, "project.changed_meanwhile").With("project.changed_meanwhile_do")
}

// PhaseIn takes a project into a phase.
type PhaseIn struct {
	Project string `json:"project"`
	Phase   string `json:"phase"`
	On      string `json:"on"`  // the day it begins; "" = today
	Why     string `json:"why"` // needed when it goes back
	Version int64  `json:"version"`
}

// PhaseOut is the version the project now has.
type PhaseOut struct {
	Version int64 `json:"version"`
}

// Phase takes a project into a phase and keeps the day. Going back is allowed, with a reason.
func (r *Room) Phase(ctx context.Context, in PhaseIn) (out PhaseOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		p, rec, err := r.open(ctx, tx, "project.change", in.Project)
		if err != nil {
			return err
		}
		today, err := r.today(tx, rec.Programme, now)
		if err != nil {
			return err
		}
		on := clock.ReadDay(in.On)
		if on == "" {
			on = today
		}
		to, from := slices.Index(Phases(), in.Phase), slices.Index(Phases(), p.Phase)
		var c fault.Check
		c.Need(to >= 0, "phase", "house.bad_choice")
		c.Need(isDay(on), "on", "house.bad_day")
		c.Need(!isDay(on) || on <= today, "on", "project.not_yet")
		c.Need(to < 0 || to >= from || strings.TrimSpace(in.Why) != "", "why", "project.need_why_back")
		c.Need(len(in.Why) <= MaxWhy, "why", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		if p.Version != in.Version {
			return changedMeanwhile()
		}
		p.Phase, p.Version, p.ChangedAt = in.Phase, p.Version+1, now
		if err := update(tx, rec.Programme, p, in.Version); err != nil {
			return err
		}
		if err := insertPhase(tx, rec.Programme, p, PhaseChange{p.Phase, on, in.Why, who.From(ctx).Key(), now}); err != nil {
			return err
		}
		out = PhaseOut{p.Version}
		return trail.Put(ctx, tx, entry, now, "project.phase", p.Ref, p.Version, p)
	})
	return out, err
}
