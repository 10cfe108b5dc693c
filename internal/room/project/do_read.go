package project

import (
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

// ListIn asks for the projects that the actor may see.
type ListIn struct {
	Model  string `json:"model"`
	Phase  string `json:"phase"`
	Nation string `json:"nation"`
	Theme  string `json:"theme"`
	After  string `json:"after"` // the Next of the page before
	Limit  int64  `json:"limit"` // 1 to 200; 0 = 50
}

// Check says which filter names nothing.
func (in ListIn) Check() error {
	var c fault.Check
	need := func(v, field string, of []string) {
		c.Need(v == "" || slices.Contains(of, v), field, "house.bad_choice")
	}
	need(in.Model, "model", Models())
	need(in.Phase, "phase", Phases())
	need(in.Nation, "nation", terms.Nations())
	need(in.Theme, "theme", Themes())
	return c.Err()
}

// Line is one project of a list.
type Line struct {
	Project
	Heard map[string]int64 `json:"heard"` // live contributions by strand; "" = not yet sorted
}

// ListOut is one page of projects, by title.
type ListOut struct {
	Projects []Line `json:"projects"`
	Next     string `json:"next"` // "" when this is the last page
}

// List gives the projects the actor may see, by title: never ranked. Someone of one
// project gets that one.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	now := r.clock.Now()
	if in.Limit <= 0 || in.Limit > 200 {
		in.Limit = 50
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Somewhere(ctx, tx, "project.see"); err != nil {
			return err
		}
		if err := in.Check(); err != nil {
			return err
		}
		seen, err := who.Where(ctx, tx, "r", "project.see")
		if err != nil {
			return err
		}
		ps, next, err := list(tx, who.From(ctx).Programme, in, seen)
		if err != nil {
			return err
		}
		ids := make([]string, len(ps))
		for i, p := range ps {
			ids[i] = p.Ref.ID
		}
		counts, err := heard(tx, who.From(ctx).Programme, ids, now)
		if err != nil {
			return err
		}
		out = ListOut{Projects: make([]Line, len(ps)), Next: next}
		for i, p := range ps {
			out.Projects[i] = Line{p, counts[p.Ref.ID]}
		}
		return nil
	})
	return out, err
}

// SeeIn asks for one project.
type SeeIn struct {
	Project string `json:"project"`
}

// SeeOut is all this room knows of one project.
type SeeOut struct {
	Project
	Questions []Question       `json:"questions"` // newest first; the first is the one that counts
	Sites     []Site           `json:"sites"`
	Phases    []PhaseChange    `json:"phases"` // newest first
	Titles    []TitleChange    `json:"titles"` // newest first
	Asks      []Ask            `json:"asks"`   // open ones by date, then the others
	Heard     map[string]int64 `json:"heard"`  // live contributions by strand; "" = not yet sorted
	Today     string           `json:"today"`  // in the programme's zone
}

// See gives one project.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		p, rec, err := r.open(ctx, tx, "project.see", in.Project)
		if err != nil {
			return err
		}
		out, err = r.whole(tx, rec.Programme, p, now)
		if !seesOwner(ctx, tx, in.Project) {
			hideOwners(out.Asks)
		}
		return err
	})
	return out, err
}

// seesOwner says whether the actor may read who sees to an ask, which may be a name. A
// role at a site reads the project's page, but not this.
func seesOwner(ctx context.Context, tx *db.Tx, project string) bool {
	return who.Can(ctx, tx, "project.owner", ref.Of(Kind, project))
}

func hideOwners(asks []Ask) {
	for i := range asks {
		unnamed(&asks[i])
	}
}

// whole reads all this room knows of a project; the caller has asked who.Must.
func (r *Room) whole(tx *db.Tx, programme string, p Project, now int64) (out SeeOut, err error) {
	out.Project = p
	if out.Today, err = r.today(tx, programme, now); err != nil {
		return out, err
	}
	if out.Questions, err = questions(tx, programme, p.Ref.ID); err != nil {
		return out, err
	}
	if out.Sites, err = sites(tx, programme, p.Ref.ID); err != nil {
		return out, err
	}
	if out.Phases, err = phases(tx, programme, p.Ref.ID); err != nil {
		return out, err
	}
	if out.Titles, err = titles(tx, programme, p.Ref.ID); err != nil {
		return out, err
	}
	if out.Asks, err = asks(tx, programme, p.Ref.ID, out.Today); err != nil {
		return out, err
	}
	counts, err := heard(tx, programme, []string{p.Ref.ID}, now)
	out.Heard = counts[p.Ref.ID]
	return out, err
}

// home reads a project for its own pages, with what its signs read.
func (r *Room) home(ctx context.Context, tx *db.Tx, project string) (*looked, error) {
	rec, err := who.Record(ctx, tx, "project.see", ref.Of(Kind, project))
	if err != nil {
		return nil, err
	}
	l, err := r.look(tx, rec.Programme, project)
	if err != nil || seesOwner(ctx, tx, project) {
		return l, err
	}
	shown := *l // the signs of the same transaction go on reading all of it
	shown.Asks = slices.Clone(l.Asks)
	hideOwners(shown.Asks)
	return &shown, nil
}

// SeeAskIn asks for one ask.
type SeeAskIn struct {
	Ask string `json:"ask"`
}

// SeeAskOut is an ask with its history.
type SeeAskOut struct{ Ask }

// SeeAsk gives an ask with every step of its history, newest first.
func (r *Room) SeeAsk(ctx context.Context, in SeeAskIn) (out SeeAskOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := askRecord(ctx, tx, in.Ask)
		if err != nil {
			return err
		}
		if out.Ask, err = askOf(tx, rec.Programme, rec.Project, in.Ask); err != nil {
			return err
		}
		today, err := r.today(tx, rec.Programme, now)
		if err != nil {
			return err
		}
		out.Late = late(out.Ask, today)
		out.Steps, err = steps(tx, rec.Programme, in.Ask)
		if !seesOwner(ctx, tx, rec.Project) {
			unnamed(&out.Ask)
		}
		return err
	})
	return out, err
}

// askRecord asks for project.see at the ask's project, for an ask is part of the project's
// own page: whoever sees it on the list there, a role at a site too, may open it.
func askRecord(ctx context.Context, tx *db.Tx, id string) (ref.Record, error) {
	rec, ok, err := ref.Get(tx, who.From(ctx).Programme, id)
	if err != nil {
		return rec, err
	}
	at := ref.Of(KindAsk, id)
	if ok && rec.Kind == KindAsk {
		at = ref.Of(Kind, rec.Project)
	}
	return rec, who.Must(ctx, tx, "project.see", at)
}

// late says that an open ask's day has passed.
func late(a Ask, today string) bool { return a.State == Open && a.DueOn != "" && a.DueOn < today }
