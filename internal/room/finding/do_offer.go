package finding

import (
	"context"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// idleDays is how long a draft may lie before someone is asked about it.
const idleDays = 60

// panelRows is how many findings the project's home shows.
const panelRows = 2

// briefWords is the most of a statement there, in letters: about two lines of a column.
const briefWords = 70

// signs is what can be said of a project's health from its findings.
func (r *Room) signs() []plug.Sign {
	gap := func(name string, facet plug.Facet, weight int, permission string, load func(context.Context, *db.Tx, ref.Ref) (plug.Seen, error)) plug.Sign {
		return plug.Sign{Name: "finding.sign_" + name, Facet: facet, Gap: true, Weight: weight, Permission: permission, Load: load}
	}
	there := func(name string, facet plug.Facet, load func(context.Context, *db.Tx, ref.Ref) (plug.Seen, error)) plug.Sign {
		return plug.Sign{Name: "finding.sign_" + name, Facet: facet, Permission: "finding.see", Load: load}
	}
	return []plug.Sign{
		gap("one_strand", plug.Evidence, 10, "finding.share", r.among("/share", func(l Line) bool {
			return l.Standing.OneStrand() && l.WhyOneStrand == ""
		})),
		gap("none", plug.Evidence, 20, "finding.make", r.noneYet),
		gap("plainly", plug.Engaging, 30, "finding.make", r.among("/edit", func(l Line) bool { return l.Plainly == "" })),
		gap("silent", plug.Evidence, 35, "finding.make", r.among("/pick", func(l Line) bool {
			return len(l.Standing.Silent) > 0 && !l.Standing.OneStrand()
		})),
		gap("draft", plug.Acting, 50, "finding.make", r.idle),
		gap("owing", plug.CoProduction, 60, "finding.fate", r.stillOwing),
		there("shared", plug.Evidence, r.among("", func(Line) bool { return true })),
		there("three", plug.Evidence, r.among("", func(l Line) bool { return len(l.Standing.Silent) == 0 })),
		there("differ", plug.CoProduction, r.among("", func(l Line) bool { return l.Standing.Challenge > 0 })),
	}
}

// sharedKey is under which the shared findings of a project are kept for one transaction.
type sharedKey struct{ project string }

// shared reads the shared findings of a project that the actor may see, with what they
// rest on, once per transaction: several signs look at them.
func (r *Room) shared(ctx context.Context, tx *db.Tx, project string) ([]Line, error) {
	v, err := tx.Memo(sharedKey{project}, func() (any, error) {
		now := r.clock.Now()
		may, err := r.may(ctx, tx)
		if err != nil {
			return nil, err
		}
		found, _, err := list(tx, ListIn{Project: project, State: Shared, Limit: MaxCall}, may, now)
		if err != nil {
			return nil, err
		}
		return r.lines(tx, who.From(ctx).Programme, found, now)
	})
	if err != nil {
		return nil, err
	}
	return v.([]Line), nil
}

// among is a sign that counts the shared findings of which something is so, and leads to
// the first of them; to all of them when to is "" and there are several.
func (r *Room) among(to string, is func(Line) bool) func(context.Context, *db.Tx, ref.Ref) (plug.Seen, error) {
	return func(ctx context.Context, tx *db.Tx, project ref.Ref) (out plug.Seen, err error) {
		all, err := r.shared(ctx, tx, project.ID)
		for _, l := range all {
			if !is(l) {
				continue
			}
			if out.N++; out.N == 1 {
				out.Title, out.Href = title(l.Statement), l.home()+to
			}
		}
		if out.N > 1 && to == "" {
			out.Href = "/finding/" + project.ID + "?state=" + Shared
		}
		return out, err
	}
}

// noneYet is the sign that something was heard and nothing was made of it.
func (r *Room) noneYet(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
	may, err := r.may(ctx, tx)
	if err != nil {
		return plug.Seen{}, err
	}
	now := r.clock.Now()
	n, err := states(tx, project.ID, may, now)
	if err != nil || n[Draft]+n[Shared] > 0 {
		return plug.Seen{}, err
	}
	said, err := saidIn(tx, who.From(ctx).Programme, project.ID, now)
	return plug.Seen{N: said, Href: "/finding/" + project.ID + "/write"}, err
}

// idle is the sign of a draft that nobody has touched for idleDays.
func (r *Room) idle(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
	may, err := r.may(ctx, tx)
	if err != nil {
		return plug.Seen{}, err
	}
	now := r.clock.Now()
	n, first, err := idleDrafts(tx, project.ID, may, now, now-idleDays*clock.Day)
	if err != nil || n == 0 {
		return plug.Seen{}, err
	}
	return plug.Seen{N: n, Title: title(first.Statement), Href: first.home()}, nil
}

// stillOwing is the sign that people wait to hear what became of their words.
func (r *Room) stillOwing(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
	n, err := owing(tx, who.From(ctx).Programme, project.ID, r.clock.Now())
	return plug.Seen{N: n, Href: "/finding/" + project.ID + "/owing"}, err
}

// counts is the columns of the programme lead's page.
func (r *Room) counts() []plug.Count {
	return []plug.Count{
		{Name: "finding.count_shared", Place: "heard", Permission: "finding.see", Href: "/finding/{project}?state=shared", Load: r.countShared},
		{Name: "finding.count_owing", Place: "owed", Permission: "finding.draft", Href: "/finding/{project}/owing", Load: r.countOwing},
	}
}

func (r *Room) countShared(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	may, err := who.Where(ctx, tx, "r", "finding.see")
	if err != nil {
		return nil, err
	}
	return sharedBy(tx, may, r.clock.Now())
}

func (r *Room) countOwing(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	may, err := who.Where(ctx, tx, "r", "finding.draft")
	if err != nil {
		return nil, err
	}
	return owingBy(tx, may, r.clock.Now())
}

// panelView is the findings on the project's home.
type panelView struct {
	Project string
	Shared  []Line
	N       int64 // shared
	Drafts  int64 // 0 for those who may not see drafts
	Owing   int64
	MayMake bool
}

// panel loads the findings for the project's home; nothing when there is nothing to see
// or to do.
func (r *Room) panel(ctx context.Context, tx *db.Tx, at ref.Ref) (any, error) {
	v := panelView{Project: at.ID, MayMake: who.Can(ctx, tx, "finding.make", at)}
	may, err := r.may(ctx, tx)
	if err != nil {
		return nil, err
	}
	now, programme := r.clock.Now(), who.From(ctx).Programme
	n, err := states(tx, at.ID, may, now)
	if err != nil {
		return nil, err
	}
	v.N, v.Drafts = n[Shared], n[Draft]
	if who.Can(ctx, tx, "finding.draft", at) {
		if v.Owing, err = owing(tx, programme, at.ID, now); err != nil {
			return nil, err
		}
	}
	if v.N+v.Drafts == 0 && (!v.MayMake || v.Owing == 0) {
		return nil, nil
	}
	found, _, err := list(tx, ListIn{Project: at.ID, State: Shared, Limit: panelRows}, may, now)
	if err != nil {
		return nil, err
	}
	v.Shared, err = r.lines(tx, programme, found, now)
	return v, err
}
