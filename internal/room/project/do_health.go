package project

import (
	"context"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// HealthIn asks how a project stands on the seven facets.
type HealthIn struct {
	Project string `json:"project"`
}

// HealthSign is one thing that is there, or missing.
type HealthSign struct {
	Name      string     `json:"name"`
	Facet     string     `json:"facet"`
	Gap       bool       `json:"gap"`
	N         int64      `json:"n"`
	Href      string     `json:"href"`
	Dismissed *Dismissal `json:"dismissed,omitempty"` // a gap that was put aside
}

// HealthOut is every sign that the actor may see, by facet.
type HealthOut struct {
	Signs []HealthSign `json:"signs"`
	Next  []string     `json:"next"` // names of the gaps, the most useful to mend first
}

// Health says what is there and what is missing in a project, from its records.
func (r *Room) Health(ctx context.Context, in HealthIn) (out HealthOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		found, put, err := r.signsOf(ctx, tx, in.Project)
		if err != nil {
			return err
		}
		out = HealthOut{Signs: []HealthSign{}, Next: []string{}}
		for _, facet := range plug.Facets() {
			for _, f := range found {
				if f.Facet != facet {
					continue
				}
				s := HealthSign{Name: f.Name, Facet: string(f.Facet), Gap: f.Gap, N: f.N, Href: f.Href}
				if d, ok := aside(f, put); ok && f.Gap {
					s.Dismissed = &d
				}
				out.Signs = append(out.Signs, s)
			}
		}
		for _, f := range Gaps(in.Project, found, put) {
			out.Next = append(out.Next, f.Name)
		}
		return nil
	})
	return out, err
}

// signsOf reads the signs of all rooms that are there, and what was put aside.
func (r *Room) signsOf(ctx context.Context, tx *db.Tx, project string) ([]plug.Found, []Dismissal, error) {
	rec, err := who.Record(ctx, tx, "project.see", ref.Of(Kind, project))
	if err != nil || r.panels == nil {
		return nil, nil, err
	}
	put, err := dismissed(tx, rec.Programme, project)
	return r.panels.Look(ctx, tx, rec.Ref()), put, err
}

// DismissIn puts a gap aside.
type DismissIn struct {
	Project string `json:"project"`
	Sign    string `json:"sign"` // its name: project.sign_no_tried
	Why     string `json:"why"`
}

// DismissOut is how many of the gap there were.
type DismissOut struct {
	N int64 `json:"n"`
}

// Dismiss puts a gap aside with a reason. It stays aside until someone brings it back, or
// until there is more of it than now.
func (r *Room) Dismiss(ctx context.Context, in DismissIn) (out DismissOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "project.dismiss", ref.Of(Kind, in.Project))
		if err != nil {
			return err
		}
		// Only the sign that is named is looked for, before anything is written: the others
		// would read every room while others wait to write.
		var found plug.Found
		there := false
		if r.panels != nil {
			found, there = r.panels.LookAt(ctx, tx, in.Sign, rec.Ref())
		}
		var c fault.Check
		c.Need(there && found.Gap, "sign", "project.no_sign")
		c.Need(strings.TrimSpace(in.Why) != "", "why", "project.need_why_aside")
		c.Need(len(in.Why) <= MaxWhy, "why", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		d := Dismissal{Sign: in.Sign, N: found.N, Why: strings.TrimSpace(in.Why), By: who.From(ctx).Key(), At: now}
		out = DismissOut{d.N}
		if err := putDismissal(tx, rec.Programme, in.Project, d); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "project.dismiss", ref.Of("dismissal", in.Project), now, d)
	})
	return out, err
}

// UndismissIn brings a gap back.
type UndismissIn struct {
	Project string `json:"project"`
	Sign    string `json:"sign"`
}

// UndismissOut is empty.
type UndismissOut struct{}

// Undismiss brings back a gap that was put aside.
func (r *Room) Undismiss(ctx context.Context, in UndismissIn) (out UndismissOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "project.dismiss", ref.Of(Kind, in.Project))
		if err != nil {
			return err
		}
		if err := dropDismissal(tx, rec.Programme, in.Project, in.Sign); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "project.undismiss", ref.Of("dismissal", in.Project), now, in)
	})
	return out, err
}
