package review

import (
	"context"
	"math"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// screenPart is reading records against the criteria, at title and at full text.
func (r *Room) screenPart() part {
	return part{
		verbs:  r.screenVerbs(),
		routes: r.face.screenRoutes(),
		jobs: []job.Def{
			{Name: bringJob, Do: r.lookForBrought, Timeout: time.Hour},
			{Name: takeJob, Do: r.takeBrought, Timeout: time.Hour},
			{Name: weighJob, Do: r.weighAnew, Timeout: time.Hour},
		},
		refers: []db.Reference{db.Names("review_record", "full_file", "blob_file")},
		steps:  r.screenSteps,
		hears:  r.screenHears,
	}
}

// screenVerbs are what can be done in screening.
func (r *Room) screenVerbs() []plug.Verb {
	return []plug.Verb{
		plug.Of("review.decide", "review.screen", r.Decide),
		plug.Of("review.undo", "review.screen", r.Undo),
		plug.Read("review.next", "review.screen", r.Next),
		plug.Read("review.mine", "review.screen", r.Mine),
		plug.Of("review.settle", "review.screen", r.Settle),
		plug.Of("review.unsettle", "review.screen", r.Unsettle),
		plug.Read("review.talk", "review.see", r.Talk),
		plug.Read("review.agree", "review.see", r.Agree),
		plug.Read("review.stop", "review.see", r.Stop),
		plug.Of("review.skip-full", "review.run", r.SkipFull),
		plug.Of("review.text", "review.screen", r.Text),
		plug.Read("review.texts", "review.see", r.Texts),
		plug.Of("review.plain", "review.screen", r.Plain),
		plug.Read("review.card", "review.view", r.Card),
		plug.Of("review.view", "review.view", r.View),
		plug.Of("review.answer", "review.screen", r.Answer),
		plug.Read("review.views", "review.see", r.ViewList),
		plug.Read("review.brought", "review.run", r.Brought),
		plug.Of("review.take-over", "review.run", r.TakeOver),
	}
}

// screenRoutes are the addresses of screening.
func (f *face) screenRoutes() []web.Route {
	const one = "/review/{project}/of/{id}"
	return []web.Route{
		{Pattern: "GET " + one + "/screen", Permission: "review.screen", Handle: f.screen},
		{Pattern: "POST " + one + "/screen", Permission: "review.screen", Handle: f.decide},
		{Pattern: "POST " + one + "/screen/undo", Permission: "review.screen", Handle: f.undo},
		{Pattern: "GET " + one + "/screen/mine", Permission: "review.screen", Handle: f.mine},
		{Pattern: "GET " + one + "/screen/talk", Permission: "review.see", Handle: f.talk},
		{Pattern: "GET " + one + "/screen/talk/{n}", Permission: "review.see", Handle: f.talkOne},
		{Pattern: "POST " + one + "/screen/talk/{n}", Permission: "review.screen", Handle: f.settle},
		{Pattern: "POST " + one + "/screen/talk/{n}/again", Permission: "review.screen", Handle: f.unsettle},
		{Pattern: "GET " + one + "/screen/agree", Permission: "review.see", Handle: f.agree},
		{Pattern: "GET " + one + "/screen/stop", Permission: "review.see", Handle: f.stop},
		{Pattern: "POST " + one + "/screen/skip", Permission: "review.run", Handle: f.skipFull},
		{Pattern: "GET " + one + "/screen/plain/{n}", Permission: "review.screen", Handle: f.plainForm},
		{Pattern: "POST " + one + "/screen/plain/{n}", Permission: "review.screen", Handle: f.plain},
		{Pattern: "GET " + one + "/screen/views", Permission: "review.see", Handle: f.views},
		{Pattern: "POST " + one + "/screen/views/{n}", Permission: "review.screen", Handle: f.answer},
		{Pattern: "GET " + one + "/screen/brought", Permission: "review.run", Handle: f.brought},
		{Pattern: "POST " + one + "/screen/brought", Permission: "review.run", Handle: f.takeOver},
		{Pattern: "GET " + one + "/card", Permission: "review.view", Handle: f.card},
		{Pattern: "POST " + one + "/card", Permission: "review.view", Handle: f.view},
		{Pattern: "GET " + one + "/card/mine", Permission: "review.view", Handle: f.myViews},
		{Pattern: "GET " + one + "/text", Permission: "review.see", Handle: f.texts},
		{Pattern: "GET " + one + "/text/{n}", Permission: "review.screen", Handle: f.textOne},
		{Pattern: "POST " + one + "/text/{n}", Permission: "review.screen", Handle: f.decideText},
		{Pattern: "POST " + one + "/text/{n}/state", Permission: "review.screen", Handle: f.textState, MaxBytes: MaxWhole + 1<<20},
		{Pattern: "GET " + one + "/text/{n}/file", Permission: "review.see", Handle: f.textFile},
	}
}

// screenHears is told what happened in another part: records came, went, were merged or parted.
func (r *Room) screenHears(ctx context.Context, tx *db.Tx, programme, review string, what happened) error {
	if what != arrived {
		return nil
	}
	if _, err := step(tx, programme, review); err != nil {
		return err
	}
	return r.jobs.Add(tx, bringJob, jobOf(ctx, review), job.Unique())
}

// screenSteps are the lines of screening on a review's page.
func (r *Room) screenSteps(ctx context.Context, tx *db.Tx, v Review) ([]Step, error) {
	if v.Records == 0 {
		return nil, nil
	}
	programme := who.From(ctx).Programme
	s, err := screeningOf(tx, programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	t, err := tally(tx, programme, v.Ref.ID, TitleStage, v.Reviewers)
	if err != nil {
		return nil, err
	}
	var steps []Step
	// What another tool's people decided comes first, so that nobody reads it again.
	if who.Can(ctx, tx, "review.run", v.Ref) {
		n, people, err := broughtWaiting(tx, programme, v.Ref.ID, 1, math.MaxInt64)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			steps = append(steps, Step{Href: "/screen/brought", Name: "review.brought_step", Key: "review.brought_step_state", N: n, Of: people})
		}
	}
	steps = append(steps, Step{Href: "/screen", Name: "review.screen_step", Key: "review.screen_step_state", N: t.Included + t.Excluded, Of: t.All, Done: t.All > 0 && t.Left() == 0})
	if t.Talk > 0 {
		steps = append(steps, Step{Href: "/screen/talk", Name: "review.talk_step", Key: "review.talk_step_state", N: t.Talk})
	}
	cards, err := countPlain(tx, programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	if cards > 0 {
		steps = append(steps, Step{Href: "/card", Name: "review.card_step", Key: "review.card_step_state", N: cards})
	}
	if t.Included > 0 && !s.skip {
		full, err := tally(tx, programme, v.Ref.ID, FullStage, v.Reviewers)
		if err != nil {
			return nil, err
		}
		steps = append(steps, Step{Href: "/text", Name: "review.text_step", Key: "review.text_step_state", N: full.Included + full.Excluded, Of: full.All, Done: full.Left() == 0})
	}
	return steps, nil
}
