package project

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// SiteIn adds a site to a project, or changes one when Site is given.
type SiteIn struct {
	Project string `json:"project"`
	Site    string `json:"site"` // id; "" adds one
	Name    string `json:"name"`
	Nation  string `json:"nation"` // england, scotland, wales, northern ireland
	Place   string `json:"place"`
	Version int64  `json:"version"` // that was read; 0 when adding
}

// SiteOut names the site and the version it now has.
type SiteOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// Site adds a site or changes one; in a Network a site is a group.
func (r *Room) Site(ctx context.Context, in SiteIn) (out SiteOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		p, rec, err := r.open(ctx, tx, "project.change", in.Project)
		if err != nil {
			return err
		}
		s := Site{Ref: ref.Of(KindSite, id), Project: in.Project}
		if in.Site != "" {
			var ok bool
			if s, ok, err = site(tx, rec.Programme, in.Project, in.Site); err != nil {
				return err
			} else if !ok {
				return fault.New(fault.Missing, "house.missing")
			}
		}
		was := s.Version
		s.Name, s.Nation, s.Place, s.Version = strings.TrimSpace(in.Name), in.Nation, strings.TrimSpace(in.Place), was+1
		if err := s.Check(); err != nil {
			return err
		}
		if was != in.Version {
			return changedMeanwhile()
		}
		if err := putSite(tx, s.record(rec.Programme, now), s, was); err != nil {
			return err
		}
		if err := search.Put(tx, search.Doc{Programme: rec.Programme, ID: s.Ref.ID, Language: p.Language, Text: s.Name + "\n" + s.Place}); err != nil {
			return err
		}
		out = SiteOut{s.Ref, s.Version}
		return trail.Put(ctx, tx, entry, now, "project.site", s.Ref, s.Version, s)
	})
	return out, err
}

// QuestionIn is a new version of a project's question.
type QuestionIn struct {
	Project string `json:"project"`
	Text    string `json:"text"`
	Why     string `json:"why"`     // why it changes; not needed for the first
	Version int64  `json:"version"` // that was read; 0 when there is none yet
}

// QuestionOut names the question and the version it now has.
type QuestionOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// Question writes a new version of the project's question; every earlier one is kept.
// What stands directly on the question is marked as standing on something that changed.
func (r *Room) Question(ctx context.Context, in QuestionIn) (out QuestionOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		p, rec, err := r.open(ctx, tx, "project.question", in.Project)
		if err != nil {
			return err
		}
		all, err := questions(tx, rec.Programme, in.Project)
		if err != nil {
			return err
		}
		q := Question{Ref: ref.Of(KindQuestion, id), Project: in.Project, Text: in.Text, Why: in.Why, By: who.From(ctx).Key(), At: now, Version: 1}
		if len(all) > 0 {
			q.Ref, q.Version = all[0].Ref, all[0].Version+1
		}
		if err := q.Check(); err != nil {
			return err
		}
		if q.Version != in.Version+1 {
			return changedMeanwhile()
		}
		out = QuestionOut{q.Ref, q.Version}
		return r.keepQuestion(ctx, tx, p, q, entry)
	})
	return out, err
}

// keepQuestion stores one version of a question with all that goes with it.
func (r *Room) keepQuestion(ctx context.Context, tx *db.Tx, p Project, q Question, entry string) error {
	programme := who.From(ctx).Programme
	if err := q.Check(); err != nil {
		return err
	}
	if err := insertQuestion(tx, programme, q); err != nil {
		return err
	}
	if err := search.Put(tx, search.Doc{Programme: programme, ID: q.Ref.ID, Language: p.Language, Text: q.Text}); err != nil {
		return err
	}
	if _, err := tie.Changed(tx, programme, q.Ref, q.At); err != nil {
		return err
	}
	return trail.Put(ctx, tx, entry, q.At, "project.question", q.Ref, q.Version, q)
}

// AskIn is something asked of a central team, or a change of it when Ask is given.
type AskIn struct {
	Project string `json:"project"`
	Ask     string `json:"ask"` // id; "" asks anew
	Team    string `json:"team"`
	What    string `json:"what"`
	Owner   string `json:"owner"`
	DueOn   string `json:"by_when"`
	Version int64  `json:"version"` // that was read; 0 when asking anew
}

// AskOut names the ask and the version it now has.
type AskOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// Ask puts a request to a central team, or changes who sees to it and by when.
func (r *Room) Ask(ctx context.Context, in AskIn) (out AskOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		p, rec, err := r.open(ctx, tx, "project.ask", in.Project)
		if err != nil {
			return err
		}
		a := Ask{Ref: ref.Of(KindAsk, id), Project: in.Project, State: Open}
		if in.Ask != "" {
			if a, err = askOf(tx, rec.Programme, in.Project, in.Ask); err != nil {
				return err
			}
		}
		was, owner := a.Version, strings.TrimSpace(in.Owner)
		if owner == "" && a.Owner != "" && !seesOwner(ctx, tx, in.Project) {
			owner = a.Owner // they were not shown it, so they did not take it out
		}
		a.Team, a.What, a.Owner, a.DueOn, a.Owned = in.Team, strings.TrimSpace(in.What), owner, clock.ReadDay(in.DueOn), owner != ""
		if err := a.Check(); err != nil {
			return err
		}
		if was != in.Version {
			return changedMeanwhile()
		}
		a.Version = was + 1
		out = AskOut{a.Ref, a.Version}
		if err := keepAsk(ctx, tx, p, a, was, now); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "project.ask", a.Ref, a.Version, a)
	})
	return out, err
}

// AnswerIn says what became of an ask.
type AnswerIn struct {
	Ask     string `json:"ask"`
	State   string `json:"state"` // done, not done; open takes an answer back
	Why     string `json:"why"`   // needed when it is not done
	Version int64  `json:"version"`
}

// AnswerOut is the version the ask now has.
type AnswerOut struct {
	Version int64 `json:"version"`
}

// Answer closes an ask as done or not done, or opens it again; its history stays.
func (r *Room) Answer(ctx context.Context, in AnswerIn) (out AnswerOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "project.answer", ref.Of(KindAsk, in.Ask))
		if err != nil {
			return err
		}
		p, err := one(tx, rec.Programme, rec.Project)
		if err != nil {
			return err
		}
		a, err := askOf(tx, rec.Programme, rec.Project, in.Ask)
		if err != nil {
			return err
		}
		if !slices.Contains(States(), in.State) {
			return fault.Fielded("state", "project.need_state")
		}
		was := a.Version
		a.State, a.Why = in.State, strings.TrimSpace(in.Why)
		if err := a.Check(); err != nil {
			return err
		}
		if was != in.Version {
			return changedMeanwhile()
		}
		a.Version = was + 1
		out = AnswerOut{a.Version}
		if err := keepAsk(ctx, tx, p, a, was, now); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "project.answer", a.Ref, a.Version, a)
	})
	return out, err
}

// keepAsk stores an ask, its step and its search words.
func keepAsk(ctx context.Context, tx *db.Tx, p Project, a Ask, was, now int64) error {
	programme := who.From(ctx).Programme
	if err := putAsk(tx, a.record(programme, now), a, was, a.step(who.From(ctx).Key(), now)); err != nil {
		return err
	}
	return search.Put(tx, search.Doc{Programme: programme, ID: a.Ref.ID, Language: p.Language, Text: a.What})
}

// askOf reads an ask of one project; elsewhere it is *missing*.
func askOf(tx *db.Tx, programme, project, id string) (Ask, error) {
	a, ok, err := ask(tx, programme, project, id)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return a, err
}
