package search

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// FindIn is a question.
type FindIn struct {
	Words   string `json:"words" doc:"What to look for. Words in quotes are found as they stand; a minus leaves a word out."`
	Project string `json:"project" doc:"Look in this project only."`
	Kind    string `json:"kind" doc:"Look for this kind of record only, such as contribution."`
	Limit   int64  `json:"limit" doc:"How many to give, 1 to 100; 20 when not said."`
}

// FindOut is what was found, the best first.
type FindOut struct {
	Hits []Hit `json:"hits"`
	More bool  `json:"more"` // there are others: say more words
}

// Find looks for words in everything that the actor may see and that may be used in its
// project. What an actor may not see is not counted either.
func (r *Room) Find(ctx context.Context, in FindIn) (out FindOut, err error) {
	now := r.clock.Now()
	if in.Limit <= 0 {
		in.Limit = UsualHits
	}
	in.Limit = min(in.Limit, MostHits)
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := may(ctx, tx, in.Project); err != nil {
			return err
		}
		if err := in.check(r.kinds); err != nil {
			return err
		}
		seen, err := r.seen(ctx, tx, in.Kind)
		if err != nil {
			return err
		}
		if out, err = find(tx, who.From(ctx).Programme, in, seen, now); err != nil {
			return err
		}
		return r.nameProjects(ctx, tx, out.Hits, now)
	})
	return out, err
}

// may lets everyone search: within a project, in their own words with a card, and
// without a project wherever they hold any role.
func may(ctx context.Context, tx *db.Tx, project string) error {
	a := who.From(ctx)
	switch {
	case a.Kind == who.Card:
		return who.Must(ctx, tx, "search.find", ref.Of(ref.Person, a.Person))
	case project != "":
		return who.Must(ctx, tx, "search.find", ref.Of(ref.Project, project))
	case a.Kind == who.Account && a.Programme != "":
		// A role in one project is enough: the conditions on each kind keep to it.
		grants, err := who.Grants(ctx, tx)
		if err != nil || len(grants) > 0 {
			return err
		}
	}
	return who.Must(ctx, tx, "search.find", who.Here(ctx))
}

// seen is the condition under which the actor may see a hit: by each kind's own permission.
func (r *Room) seen(ctx context.Context, tx *db.Tx, kind string) (db.Part, error) {
	var any []db.Part
	for permission, names := range permissions(r.kinds, kind) {
		where, err := who.Where(ctx, tx, "r", permission)
		if err != nil {
			return db.Part{}, err
		}
		any = append(any, ofKinds(names, where))
	}
	return db.Or(any...), nil
}

// nameProjects puts the titles of projects beside the hits, as far as the actor may see them.
func (r *Room) nameProjects(ctx context.Context, tx *db.Tx, hits []Hit, now int64) error {
	k, ok := r.kinds[ref.Project]
	if !ok || len(hits) == 0 {
		return nil
	}
	where, err := who.Where(ctx, tx, "r", k.Permission)
	if err != nil {
		return err
	}
	return titles(tx, hits, where, now)
}
