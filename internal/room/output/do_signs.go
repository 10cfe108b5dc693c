package output

import (
	"context"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/page"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

// leftFor is after how long a letter that nobody has released is a sign.
const leftFor = 14 * clock.Day

// maxStale is how many letters a sign looks at.
const maxStale = 200

func lettersAt(project ref.Ref, state string) string {
	if state == "" {
		return "/output/" + project.ID + "/letters"
	}
	return "/output/" + project.ID + "/letters?state=" + state
}

// signs is what this room can say of a project's health.
func (r *Room) signs() []plug.Sign {
	const see = "output.see"
	counted := func(state string, cond func() db.Part) func(context.Context, *db.Tx, ref.Ref) (plug.Seen, error) {
		return func(ctx context.Context, tx *db.Tx, p ref.Ref) (plug.Seen, error) {
			n, err := countWhere(tx, who.From(ctx).Programme, p.ID, cond())
			return plug.Seen{N: n, Href: lettersAt(p, state)}, err
		}
	}
	return []plug.Sign{
		{Name: "output.sign_told", Facet: plug.Engaging, Permission: see, Load: counted(Released, func() db.Part { return inState(Released, Handed) })},
		{Name: "output.sign_left", Facet: plug.Engaging, Gap: true, Weight: 12, Permission: see,
			Load: counted(Ready, func() db.Part { return madeBefore(r.clock.Now() - leftFor) })},
		{Name: "output.sign_waiting", Facet: plug.Engaging, Gap: true, Weight: 18, Permission: see,
			Load: counted(Waiting, func() db.Part { return inState(Waiting) })},
		{Name: "output.sign_plain", Facet: plug.Engaging, Gap: true, Weight: 20, Permission: see, Load: r.seePlain},
		{Name: "output.sign_unwritten", Facet: plug.Engaging, Gap: true, Weight: 25, Permission: see, Load: r.seeUnwritten},
		{Name: "output.sign_stale", Facet: plug.Sustaining, Gap: true, Weight: 45, Permission: see, Load: r.seeStale},
		{Name: "output.sign_held", Facet: plug.Engaging, Gap: true, Weight: 60, Permission: see,
			Load: counted(Held, func() db.Part { return inState(Held) })},
	}
}

func (r *Room) seePlain(ctx context.Context, tx *db.Tx, p ref.Ref) (plug.Seen, error) {
	programme := who.From(ctx).Programme
	n, err := countWhere(tx, programme, p.ID, unsaid())
	if err != nil || n == 0 {
		return plug.Seen{}, err
	}
	rec, ok, err := r.firstUnsaid(ctx, tx, p.ID)
	if err != nil || !ok {
		return plug.Seen{N: n, Href: lettersAt(p, Waiting)}, err
	}
	return plug.Seen{N: n, Title: rec.Title, Href: "/thread/" + rec.Ref().String()}, nil
}

// seen is the permission to see each kind of record whose title a sign may give. What is
// one person's own and what was said have none here.
func seen(kind string) string {
	switch kind {
	case "finding":
		return "finding.see"
	case "recommendation", "action":
		return "action.see"
	case "outcome":
		return "outcome.see"
	}
	return ""
}

// firstUnsaid is the record whose plain sentence keeps most letters waiting; ok is false
// when the actor may not see it.
func (r *Room) firstUnsaid(ctx context.Context, tx *db.Tx, project string) (rec ref.Record, ok bool, err error) {
	at, ok, err := mostMissing(tx, who.From(ctx).Programme, project)
	if err != nil || !ok || seen(at.Kind) == "" {
		return rec, false, err
	}
	may, err := who.Where(ctx, tx, "r", seen(at.Kind))
	if err != nil {
		return rec, false, err
	}
	return recordIf(tx, who.From(ctx).Programme, at, db.And(may, terms.Where("r", terms.Project, r.clock.Now())))
}

func (r *Room) seeUnwritten(ctx context.Context, tx *db.Tx, p ref.Ref) (plug.Seen, error) {
	n, err := unwritten(tx, who.From(ctx).Programme, p.ID, r.clock.Now())
	return plug.Seen{N: n, Href: lettersAt(p, "")}, err
}

// seeStale looks closely at the few released letters that may have become stale.
func (r *Room) seeStale(ctx context.Context, tx *db.Tx, p ref.Ref) (plug.Seen, error) {
	letters, err := maybeStale(tx, who.From(ctx).Programme, p.ID, maxStale)
	if err != nil || len(letters) == 0 {
		return plug.Seen{}, err
	}
	stale, err := r.stale(ctx, tx, letters, r.clock.Now())
	return plug.Seen{N: int64(len(stale)), Href: lettersAt(p, Released)}, err
}

// counts is the columns of the programme lead's page.
func (r *Room) counts() []plug.Count {
	return []plug.Count{{Name: "output.count_waiting", Place: "owed", Permission: "output.see", Href: "/output/{project}/letters?state=waiting",
		Load: func(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
			may, err := who.Where(ctx, tx, "r", "output.see")
			if err != nil {
				return nil, err
			}
			return waitingBy(tx, may)
		}}}
}

// panelView is the letters of a project on its home.
type panelView struct {
	OwingOut
	Project string
	Going   bool
	Says    []string // at most three: what asks for a person first
}

// panel shows letters and who is owed; nothing while nobody has spoken.
func (r *Room) panel(ctx context.Context, tx *db.Tx, at ref.Ref) (any, error) {
	programme := who.From(ctx).Programme
	counts, err := byState(tx, programme, at.ID)
	if err != nil {
		return nil, err
	}
	out, err := r.owed(tx, programme, at.ID, counts, r.clock.Now())
	if err != nil || out.People+out.Owing == 0 {
		return nil, err
	}
	run, _, err := lastRun(tx, programme, at.ID)
	return panelView{out, at.ID, run.State == Making, r.panelSays(ctx, out)}, err
}

// panelSays is the letters in a few words, those that ask something of a person first.
func (r *Room) panelSays(ctx context.Context, o OwingOut) []string {
	var out []string
	for _, x := range []struct {
		key string
		n   int64
	}{{"by_hand", o.ByHand}, {"ready", o.Ready}, {"waiting", o.Waiting}, {"held", o.Held}, {"released", o.Released}, {"handed", o.Handed}} {
		if x.n > 0 && len(out) < 3 {
			out = append(out, r.face.Words.T(page.ChromeFrom(ctx).Lang, "output.panel_"+x.key, "Count", x.n))
		}
	}
	if len(out) == 0 {
		out = []string{r.face.Words.T(page.ChromeFrom(ctx).Lang, "output.panel_none")}
	}
	return out
}
