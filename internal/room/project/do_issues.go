package project

import (
	"context"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// IssuesIn is a new version of what a project agrees on.
type IssuesIn struct {
	Project   string `json:"project"`
	Version   int64  `json:"version"` // that was read; 0 when nothing is written yet
	Problem   string `json:"problem"`
	Agrees    string `json:"agrees"`
	Differs   string `json:"differs"`
	Readiness string `json:"readiness"`
}

// IssuesOut is the version it now has.
type IssuesOut struct {
	Version int64 `json:"version"`
}

// Issues writes a new version of the shared problem statement, who agrees and who does
// not, and how ready the place is. Every earlier version is kept.
func (r *Room) Issues(ctx context.Context, in IssuesIn) (out IssuesOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "project.issues", ref.Of(Kind, in.Project))
		if err != nil {
			return err
		}
		all, err := issues(tx, rec.Programme, in.Project)
		if err != nil {
			return err
		}
		i := Issues{Project: in.Project, Problem: strings.TrimSpace(in.Problem), Agrees: strings.TrimSpace(in.Agrees), Differs: strings.TrimSpace(in.Differs),
			Readiness: strings.TrimSpace(in.Readiness), By: who.From(ctx).Key(), At: now, Version: 1}
		if len(all) > 0 {
			i.Version = all[0].Version + 1
		}
		if err := i.Check(); err != nil {
			return err
		}
		if i.Version != in.Version+1 {
			return changedMeanwhile()
		}
		if err := insertIssues(tx, rec.Programme, i); err != nil {
			return err
		}
		out = IssuesOut{i.Version}
		return trail.Put(ctx, tx, entry, now, "project.issues", ref.Of("issues", in.Project), i.Version, i)
	})
	return out, err
}

// PointOut names a point and the version it now has; 0 when it was taken away.
type PointOut struct {
	Row     string `json:"row"`
	Version int64  `json:"version"`
}

// change is what is the same for every sort of point.
type change struct {
	project, row string // row "" adds one
	version      int64
	drop         bool
}

// keepPoint adds, changes or takes away a point; its history stays in the trail.
func (r *Room) keepPoint(ctx context.Context, verb string, c change, sorts []string, set func(*Point)) (out PointOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "project.issues", ref.Of(Kind, c.project))
		if err != nil {
			return err
		}
		p := Point{ID: id, Project: c.project}
		if c.row != "" {
			if p, err = point(tx, rec.Programme, c.project, c.row); err != nil {
				return err
			}
			if len(of([]Point{p}, sorts...)) == 0 {
				return fault.New(fault.Missing, "house.missing")
			}
		}
		was := p.Version
		if c.row != "" && was != c.version {
			return changedMeanwhile()
		}
		at := ref.Of("point", p.ID)
		if c.drop && c.row != "" {
			out = PointOut{Row: p.ID}
			if err := dropPoint(tx, rec.Programme, p.ID, was); err != nil {
				return err
			}
			return trail.Put(ctx, tx, entry, now, verb, at, was+1, nil)
		}
		set(&p)
		if err := p.Check(); err != nil {
			return err
		}
		if c.row == "" {
			all, err := points(tx, rec.Programme, c.project)
			if err != nil {
				return err
			}
			if len(all) >= MaxPoints {
				return fault.New(fault.Invalid, "project.too_many_points").With("project.too_many_points_do")
			}
		}
		p.Version = was + 1
		out = PointOut{p.ID, p.Version}
		if err := putPoint(tx, rec.Programme, p, was); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, verb, at, p.Version, p)
	})
	return out, err
}

// TriedBeforeIn is something that was tried before.
type TriedBeforeIn struct {
	Project string `json:"project"`
	Row     string `json:"row"`     // id; "" adds one
	Version int64  `json:"version"` // that was read; 0 when adding
	Drop    bool   `json:"drop"`    // take it away
	What    string `json:"what"`
	When    string `json:"when"` // in words: "two winters ago"
	Why     string `json:"stopped_why"`
}

// TriedBefore keeps what was tried before, when, and why it stopped.
func (r *Room) TriedBefore(ctx context.Context, in TriedBeforeIn) (PointOut, error) {
	return r.keepPoint(ctx, "project.tried-before", change{in.Project, in.Row, in.Version, in.Drop}, []string{Tried}, func(p *Point) {
		p.Sort, p.What, p.When, p.Why = Tried, strings.TrimSpace(in.What), strings.TrimSpace(in.When), strings.TrimSpace(in.Why)
	})
}

// SuccessIn is what success looks like, for some people.
type SuccessIn struct {
	Project   string `json:"project"`
	Row       string `json:"row"`
	Version   int64  `json:"version"`
	Drop      bool   `json:"drop"`
	For       string `json:"for"`
	LooksLike string `json:"looks_like"`
}

// Success keeps what success looks like for different people.
func (r *Room) Success(ctx context.Context, in SuccessIn) (PointOut, error) {
	return r.keepPoint(ctx, "project.success", change{in.Project, in.Row, in.Version, in.Drop}, []string{Success}, func(p *Point) {
		p.Sort, p.For, p.What = Success, strings.TrimSpace(in.For), strings.TrimSpace(in.LooksLike)
	})
}

// ScopeIn is something that can change here, cannot, or is not ours to change.
type ScopeIn struct {
	Project string `json:"project"`
	Row     string `json:"row"`
	Version int64  `json:"version"`
	Drop    bool   `json:"drop"`
	What    string `json:"what"`
	Sort    string `json:"sort"` // can change, cannot change, not ours
}

// SetScope keeps what can and cannot change; everyone who takes part is shown it.
func (r *Room) SetScope(ctx context.Context, in ScopeIn) (PointOut, error) {
	return r.keepPoint(ctx, "project.scope", change{in.Project, in.Row, in.Version, in.Drop}, ScopeSorts(), func(p *Point) {
		p.Sort, p.What = in.Sort, strings.TrimSpace(in.What)
	})
}

// ScopeLine is one thing and whether it can change here.
type ScopeLine struct {
	What string
	Sort string // one of ScopeSorts
}

// Scope gives what can change, what cannot and what is not the project's to change, in
// that order, for those who take part: the team's words only. The caller has asked
// whether the actor may know the project; it is one of the actor's programme.
func (r *Room) Scope(ctx context.Context, tx *db.Tx, project string) ([]ScopeLine, error) {
	all, err := points(tx, who.From(ctx).Programme, project)
	var out []ScopeLine
	for _, p := range of(all, ScopeSorts()...) {
		out = append(out, ScopeLine{p.What, p.Sort})
	}
	return out, err
}

// SeeIssuesIn asks for what a project agrees on.
type SeeIssuesIn struct {
	Project string `json:"project"`
}

// SeeIssuesOut is what a project agrees on. Everyone who takes part may see it.
type SeeIssuesOut struct {
	Now     Issues   `json:"now"`     // version 0 when nothing is written yet
	Earlier []Issues `json:"earlier"` // newest first
	Tried   []Point  `json:"tried"`
	Success []Point  `json:"success"`
	Scope   []Point  `json:"scope"` // what can change, then what cannot, then what is not ours
}

// SeeIssues gives what a project agrees on, with every earlier version.
func (r *Room) SeeIssues(ctx context.Context, in SeeIssuesIn) (out SeeIssuesOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "project.see", ref.Of(Kind, in.Project))
		if err != nil {
			return err
		}
		all, err := issues(tx, rec.Programme, in.Project)
		if err != nil {
			return err
		}
		out = SeeIssuesOut{Now: Issues{Project: in.Project}, Earlier: []Issues{}}
		if len(all) > 0 {
			out.Now, out.Earlier = all[0], all[1:]
		}
		said, err := points(tx, rec.Programme, in.Project)
		out.Tried, out.Success, out.Scope = of(said, Tried), of(said, Success), of(said, ScopeSorts()...)
		return err
	})
	return out, err
}
