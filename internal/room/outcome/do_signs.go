package outcome

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/text"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

// signs is what can be said of a project's health from its outcomes. Those of people are
// looked at by none of them.
func (r *Room) signs() []plug.Sign {
	gap := func(name string, facet plug.Facet, weight int, which func() db.Part) plug.Sign {
		return plug.Sign{Name: name, Facet: facet, Gap: true, Weight: weight, Permission: "outcome.record", Load: r.sign(which)}
	}
	return []plug.Sign{
		{Name: "outcome.sign_finished", Facet: plug.Acting, Gap: true, Weight: 35, Permission: "outcome.record", Load: r.signFinished},
		gap("outcome.sign_unshown", plug.Trying, 45, unshown),
		gap("outcome.sign_no_document", plug.Sustaining, 50, undocumented),
		gap("outcome.sign_untied", plug.Acting, 40, untied),
		{Name: "outcome.sign_changed", Facet: plug.Acting, Permission: "outcome.see", Load: r.sign(every)},
		{Name: "outcome.sign_lasting", Facet: plug.Sustaining, Permission: "outcome.see", Load: r.sign(lasting)},
	}
}

// public is which outcomes of the project itself the actor may see now.
func (r *Room) public(ctx context.Context, tx *db.Tx) (db.Part, error) {
	seen, err := who.Where(ctx, tx, "r", "outcome.see")
	return db.And(seen, terms.Where("r", terms.Project, r.clock.Now())), err
}

// sign looks for outcomes of one sort among those of a project.
func (r *Room) sign(which func() db.Part) func(context.Context, *db.Tx, ref.Ref) (plug.Seen, error) {
	return func(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
		may, err := r.public(ctx, tx)
		if err != nil {
			return plug.Seen{}, err
		}
		n, first, err := seen(tx, project.ID, may, which())
		if err != nil || n == 0 {
			return plug.Seen{}, err
		}
		return plug.Seen{N: n, Title: first.Title, Href: "/outcome/" + project.ID + "/of/" + first.ID}, nil
	}
}

// signFinished looks for actions that are done while nothing says what changed.
func (r *Room) signFinished(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
	may, err := r.public(ctx, tx)
	if err != nil {
		return plug.Seen{}, err
	}
	n, first, err := finished(tx, project.ID, may, r.clock.Now())
	if err != nil || n == 0 {
		return plug.Seen{}, err
	}
	return plug.Seen{N: n, Title: first.Title, Href: "/outcome/" + project.ID + "/record?from=" + first.Ref().String()}, nil
}

// count gives how many outcomes each project has.
func (r *Room) count(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	may, err := r.public(ctx, tx)
	if err != nil {
		return nil, err
	}
	return byProject(tx, may)
}

// briefWords is the most of a title on the project's home, in letters: a line or two.
const briefWords = 70

// Brief is the title, or the beginning of a long one, for the project's home.
func (o Outcome) Brief() string { return text.Excerpt(o.Title, briefWords) }

// panelView is what a project's home shows of what changed.
type panelView struct {
	Project   string
	Outcomes  []Outcome
	All       int64
	MayRecord bool
}

// loadPanel gives the newest outcomes of a project; none of a person's own, since the page
// is made to be shown in a meeting.
func (r *Room) loadPanel(ctx context.Context, tx *db.Tx, at ref.Ref) (any, error) {
	may, err := r.public(ctx, tx)
	if err != nil {
		return nil, err
	}
	v := panelView{Project: at.ID, MayRecord: who.Can(ctx, tx, "outcome.record", at)}
	if v.Outcomes, _, err = list(tx, ListIn{Project: at.ID, Limit: 3}, db.And(may, ofProject())); err != nil {
		return nil, err
	}
	if len(v.Outcomes) == 0 && !v.MayRecord {
		return nil, nil
	}
	counts, err := bySort(tx, at.ID, may)
	for _, n := range counts {
		v.All += n
	}
	return v, err
}
