package review

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// wholePart is seeing the whole and taking it out.
func (r *Room) wholePart() part {
	f := r.face
	const one = "/review/{project}/of/{id}"
	const see, run = "review.see", "review.run"
	return part{
		verbs: []plug.Verb{
			plug.Read("review.flow", see, r.Flow),
			plug.Read("review.map", see, r.Map),
			plug.Read("review.since", see, r.Since),
			plug.Read("review.references", see, r.References),
			plug.Of("review.origin", run, r.Origin),
			plug.Of("review.rerun", run, r.Rerun),
			plug.Of("review.close", run, r.Close),
			plug.Of("review.reopen", run, r.Reopen),
		},
		routes: []web.Route{
			{Pattern: "GET " + one + "/flow", Permission: see, Handle: f.wholeFlow},
			{Pattern: "POST " + one + "/flow", Permission: run, Handle: f.wholeOrigin},
			{Pattern: "GET " + one + "/flow/file", Permission: see, Handle: f.wholeFlowFile},
			{Pattern: "GET " + one + "/map", Permission: see, Handle: f.wholeMap},
			{Pattern: "GET " + one + "/map/file", Permission: see, Handle: f.wholeMapFile},
			{Pattern: "GET " + one + "/since", Permission: see, Handle: f.wholeSince},
			{Pattern: "GET " + one + "/close", Permission: run, Handle: f.wholeCloseForm},
			{Pattern: "POST " + one + "/close", Permission: run, Handle: f.wholeClose},
			{Pattern: "GET " + one + "/out", Permission: see, Handle: f.wholeOut},
			{Pattern: "GET " + one + "/out/file", Permission: see, Handle: f.wholeOutFile},
			{Pattern: "GET " + one + "/references", Permission: see, Handle: f.wholeReferences},
		},
		steps: r.wholeSteps,
		signs: r.wholeSigns(),
		hears: r.whatHappened,
	}
}

// wholeSteps are this part's lines on a review's page.
func (r *Room) wholeSteps(ctx context.Context, tx *db.Tx, v Review) ([]Step, error) {
	var out []Step
	if v.Records > 0 {
		n, err := countRecords(tx, who.From(ctx).Programme, v.Ref.ID, included())
		if err != nil {
			return nil, err
		}
		out = append(out, Step{Href: "/flow", Name: "review.whole_flow", Key: "review.whole_step_flow", N: n, Done: v.State == Closed})
	}
	out = append(out, Step{Href: "/map", Name: "review.whole_map"}, Step{Href: "/since", Name: "review.whole_since"})
	if v.Records > 0 {
		out = append(out, Step{Href: "/out", Name: "review.whole_out"})
	}
	return out, nil
}

// wholeSigns is what reviews say of a project's health: statements that nobody has been
// asked about, and statements that somebody has answered.
func (r *Room) wholeSigns() []plug.Sign {
	signs := func(load func(tx *db.Tx, programme, project string) (int64, oneSaid, error)) func(context.Context, *db.Tx, ref.Ref) (plug.Seen, error) {
		return func(ctx context.Context, tx *db.Tx, p ref.Ref) (plug.Seen, error) {
			n, first, err := load(tx, who.From(ctx).Programme, p.ID)
			if err != nil || n == 0 {
				return plug.Seen{}, err
			}
			return plug.Seen{N: n, Title: first.title, Href: "/review/" + p.ID + "/of/" + first.review + first.page}, nil
		}
	}
	return []plug.Sign{
		{Name: "review.sign_unshown", Facet: plug.Evidence, Gap: true, Weight: 28, Permission: "review.see", Load: signs(unshown)},
		{Name: "review.sign_unanswered", Facet: plug.Engaging, Gap: true, Weight: 32, Permission: "review.see", Load: signs(r.unanswered)},
		{Name: "review.sign_gaps", Facet: plug.Evidence, Permission: "review.see", Load: signs(openGaps)},
	}
}
