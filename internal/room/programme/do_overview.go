package programme

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/who"
)

// OverviewIn asks for all projects side by side.
type OverviewIn struct{}

// OverviewOut is one line a project, by title, and what its columns are.
type OverviewOut struct {
	Columns  []OverviewColumn `json:"columns"`
	Projects []OverviewLine   `json:"projects"`
	Silent   int64            `json:"silent"` // projects in which a strand is silent
}

// unsorted is the key of contributions whose strand is not known yet.
const unsorted = "heard_unsorted"

// Overview gives, for each project that the actor leads, what was heard, is owed, was
// decided, tried, and changed. However many projects, it is one query for the projects,
// one for what was heard, and one for each count of another room.
func (r *Room) Overview(ctx context.Context, _ OverviewIn) (out OverviewOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Somewhere(ctx, tx, "programme.overview"); err != nil {
			return err
		}
		may, err := who.Where(ctx, tx, "r", "programme.overview")
		if err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		out = OverviewOut{}
		if out.Projects, err = projects(tx, may); err != nil {
			return err
		}
		said, err := heard(tx, programme, now)
		if err != nil {
			return err
		}
		strands := Strands(programme)
		for _, s := range strands {
			out.Columns = append(out.Columns, OverviewColumn{"heard_" + s, Heard, "/evidence/{project}?strand=" + s})
		}
		out.Columns = append(out.Columns, OverviewColumn{unsorted, Heard, "/evidence/{project}/sort"})
		for _, l := range out.Projects {
			silent := false
			for _, s := range strands {
				l.N["heard_"+s] = said[l.Project][s]
				silent = silent || said[l.Project][s] == 0
			}
			l.N[unsorted] = said[l.Project][""]
			if silent {
				out.Silent++
			}
		}
		return r.columns(ctx, tx, &out)
	})
	return out, err
}

// columns adds the counts of other rooms, for the projects that are there.
func (r *Room) columns(ctx context.Context, tx *db.Tx, out *OverviewOut) error {
	if r.panels == nil {
		return nil
	}
	all, err := r.panels.Columns(ctx, tx)
	if err != nil {
		return err
	}
	for _, c := range all {
		out.Columns = append(out.Columns, OverviewColumn{c.Name, c.Place, c.Href})
		for _, l := range out.Projects {
			l.N[c.Name] = c.N[l.Project]
		}
	}
	out.Columns = sorted(out.Columns)
	return nil
}
