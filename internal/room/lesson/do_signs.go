package lesson

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/text"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

// signs is what can be said of a project's health from its lessons.
func (r *Room) signs() []plug.Sign {
	gap := func(name string, weight int, which func() db.Part) plug.Sign {
		return plug.Sign{Name: name, Facet: plug.Sustaining, Gap: true, Weight: weight, Permission: "lesson.learn", Load: r.sign(which)}
	}
	return []plug.Sign{
		{Name: "lesson.sign_none", Facet: plug.Sustaining, Gap: true, Weight: 55, Permission: "lesson.learn", Load: r.signNone},
		gap("lesson.sign_no_context", 65, noContext),
		gap("lesson.sign_nowhere", 60, nowhere),
		gap("lesson.sign_aimless", 70, aimless),
		{Name: "lesson.sign_learned", Facet: plug.Sustaining, Permission: "lesson.see", Load: r.sign(every)},
	}
}

// mine is which records the actor may see now.
func (r *Room) mine(ctx context.Context, tx *db.Tx) (db.Part, error) {
	seen, err := who.Where(ctx, tx, "r", "lesson.see")
	return db.And(seen, terms.Where("r", terms.Project, r.clock.Now())), err
}

// sign looks for lessons of one sort among those of a project.
func (r *Room) sign(which func() db.Part) func(context.Context, *db.Tx, ref.Ref) (plug.Seen, error) {
	return func(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
		may, err := r.mine(ctx, tx)
		if err != nil {
			return plug.Seen{}, err
		}
		n, first, err := seen(tx, project.ID, may, which())
		if err != nil || n == 0 {
			return plug.Seen{}, err
		}
		return plug.Seen{N: n, Title: first.Title, Href: "/lesson/" + project.ID + "/of/" + first.ID}, nil
	}
}

// signNone looks for a project in which something changed while no lesson is kept.
func (r *Room) signNone(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
	may, err := r.mine(ctx, tx)
	if err != nil {
		return plug.Seen{}, err
	}
	if n, _, err := seen(tx, project.ID, may, every()); err != nil || n > 0 {
		return plug.Seen{}, err
	}
	n, first, err := changes(tx, project.ID, may)
	if err != nil || n == 0 {
		return plug.Seen{}, err
	}
	return plug.Seen{N: n, Title: first.Title, Href: "/lesson/" + project.ID + "/learn?from=" + first.Ref().String()}, nil
}

// count gives how many lessons each project has.
func (r *Room) count(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	may, err := r.mine(ctx, tx)
	if err != nil {
		return nil, err
	}
	return byProject(tx, may)
}

// briefWords is the most of a title on the project's home, in letters: a line or two.
const briefWords = 70

// Brief is the title, or the beginning of a long one, for the project's home.
func (l Lesson) Brief() string { return text.Excerpt(l.Title, briefWords) }

// panelView is what a project's home shows of its lessons.
type panelView struct {
	Project  string
	Lessons  []Lesson
	More     bool
	MayLearn bool
}

// loadPanel gives the newest lessons of a project.
func (r *Room) loadPanel(ctx context.Context, tx *db.Tx, at ref.Ref) (any, error) {
	may, err := r.mine(ctx, tx)
	if err != nil {
		return nil, err
	}
	v := panelView{Project: at.ID, MayLearn: who.Can(ctx, tx, "lesson.learn", at)}
	all, next, err := list(tx, who.From(ctx).Programme, ListIn{Project: at.ID, Limit: 3}, may)
	if err != nil || len(all) == 0 && !v.MayLearn {
		return nil, err
	}
	v.Lessons, v.More = all, next != ""
	return v, nil
}
