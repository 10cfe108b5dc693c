package action

import (
	"context"
	"net/http"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// planView is the form of an action or a try, new or changed.
type planView struct {
	PlanIn
	Version     int64
	Status      string
	Action, Key string
	Label       string        // of the first question
	From        string        // the recommendation it follows from
	Froms       []page.Option // to choose it from, where none is named yet
	AsksTry     bool
	AsksDay     bool // when to look back
	AsksDue     bool
	Owners      []page.Option
	Statuses    []page.Option
	Sites       []page.Option
	Now         []page.Row // how it is, when someone else was first
	Unnamed     bool       // somebody without an account sees to it, and the reader may not know who
}

// planView makes the form. was is the owner now, who may have left and still be named.
func (f *face) planView(r *http.Request, in PlanIn, was string) (planView, error) {
	v := planView{PlanIn: in, Action: r.URL.Path, Key: r.FormValue("key"), Label: f.T(r, "action.do_label"), AsksTry: in.Try, AsksDay: in.Try, AsksDue: !in.Try}
	if in.Try {
		v.Label = f.T(r, "action.try_label")
	}
	v.Due, v.LookBack = form.Typed(in.Due), form.Typed(in.LookBack)
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.Owners, err = f.owners(ctx, tx, r, was); err != nil {
			return err
		}
		if !in.Recommendation.None() {
			if err := who.Must(ctx, tx, "action.see", in.Recommendation); err != nil {
				return err
			}
			x, err := recommendation(tx, who.From(ctx).Programme, in.Recommendation.ID)
			if err != nil {
				return err
			}
			v.From = x.Title
		} else if v.Froms, err = f.froms(ctx, r); err != nil {
			return err
		}
		v.Sites, err = f.sites(ctx, tx, r, "action.do")
		return err
	})
	return v, err
}

// froms is the recommendations of the project that an action may follow from, none first.
func (f *face) froms(ctx context.Context, r *http.Request) ([]page.Option, error) {
	list, err := f.room.List(ctx, ListIn{Project: r.PathValue("project"), Kind: KindRecommendation, Limit: 100})
	if err != nil || len(list.Items) == 0 {
		return nil, err
	}
	out := []page.Option{{Text: f.T(r, "action.from_none")}}
	for _, x := range list.Items {
		out = append(out, page.Option{Value: x.Ref.String(), Text: x.Title})
	}
	return out, nil
}

// owners is the people of the team to choose from, nobody first.
func (f *face) owners(ctx context.Context, tx *db.Tx, r *http.Request, was string) ([]page.Option, error) {
	project := r.PathValue("project")
	if err := who.Must(ctx, tx, "action.see", ref.Of(ref.Project, project)); err != nil {
		return nil, err
	}
	mates, err := f.room.team.Mates(ctx, tx, project)
	out := []page.Option{{Text: f.T(r, "action.owner_none")}}
	there := was == ""
	for _, m := range mates {
		out = append(out, page.Option{Value: m.Account, Text: m.Name})
		there = there || m.Account == was
	}
	if err != nil || there {
		return out, err
	}
	name, left, err := f.room.ownerOf(ctx, tx, Action{Project: project, Owner: was})
	if left {
		name += " (" + f.T(r, "action.left") + ")"
	}
	return append(out, page.Option{Value: was, Text: name}), err
}

func (f *face) planPage(r *http.Request, v planView) page.View {
	title, back := f.T(r, "action.plan_title"), "/action/"+r.PathValue("project")
	if v.Try {
		title = f.T(r, "action.try_title")
	}
	if !v.Recommendation.None() {
		back = recommendationPage(r.PathValue("project"), v.Recommendation.ID)
	}
	return page.View{Title: title, Body: v, Back: back}
}

func (f *face) planForm(w http.ResponseWriter, r *http.Request) error {
	in := PlanIn{Project: r.PathValue("project"), Try: r.URL.Query().Get("try") == "yes"}
	if err := in.Recommendation.UnmarshalText([]byte(r.URL.Query().Get("recommendation"))); err != nil {
		return err
	}
	v, err := f.planView(r, in, "")
	if err != nil {
		return err
	}
	return f.Show(w, r, "action/plan", f.planPage(r, v))
}

func (f *face) plan(w http.ResponseWriter, r *http.Request) error {
	var in PlanIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	var out PlanOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "action.plan", r.FormValue("key"), f.room.Plan, in)
	}
	if err != nil {
		v, e := f.planView(r, in, "")
		if e != nil {
			return e
		}
		return f.Again(w, r, "action/plan", f.planPage(r, v), err)
	}
	return web.Redirect(w, r, actionPage(in.Project, out.Ref.ID)+"?done=planned")
}

// actionView is the page of one action.
type actionView struct {
	about
	Version                                 int64
	Photos                                  []photoLine
	Try, Late, Left                         bool
	MayChange, MayFinish, MayLook, MayPhoto bool
}

func (f *face) action(w http.ResponseWriter, r *http.Request) error {
	var v actionView
	var title string
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		out, err := f.seen(ctx, r, KindAction)
		if err != nil {
			return err
		}
		title = out.Title
		if v.about, err = f.aboutOf(ctx, tx, r, out); err != nil {
			return err
		}
		a := *out.Action
		day, err := f.room.today(tx, who.From(ctx).Programme, f.room.clock.Now())
		if err != nil {
			return err
		}
		v.Version, v.Try, v.Left, v.Late = out.Version, a.Try, out.Owner.Left && !a.Over(), a.Late(day)
		v.MayChange = who.Can(ctx, tx, "action.do", out.Ref)
		v.MayFinish, v.MayLook = v.MayChange && a.mayFinish(), v.MayChange && a.mayLookBack()
		v.Photos, v.MayPhoto = f.photoLines(r, out, v.MayChange), v.MayChange && len(out.Photos) < MaxPhotos
		v.Rows = f.actionRows(r, a, out.Owner.Name)
		return nil
	})
	if err != nil {
		return err
	}
	return f.Show(w, r, "action/action", page.View{Title: title, Body: v, Notice: f.notice(r), Back: "/action/" + v.Project})
}

// actionRows is an action in words. Owner and day are shown even when there are none.
func (f *face) actionRows(r *http.Request, a Action, owner string) []page.Row {
	if owner == "" {
		owner = f.T(r, "action.owner_none")
		if a.OwnerHidden {
			owner = f.T(r, "action.owner_someone")
		}
	}
	with := a.With
	if a.WithHidden {
		with = f.T(r, "action.with_someone")
	}
	due := f.day(r, a.Due)
	if due == "" && !a.Try {
		due = f.T(r, "action.no_day")
	}
	result := ""
	if a.Result != "" {
		result = f.T(r, "action.result_"+word(a.Result))
	}
	verdict := ""
	if a.Verdict != "" {
		verdict = f.T(r, "action.verdict_"+a.Verdict)
	}
	return known(f.row(r, "action.plainly_label", a.Plainly), f.row(r, "action.owner", owner), f.row(r, "action.due", due), f.row(r, "action.where", a.Where),
		f.row(r, "action.with", with), f.row(r, "action.know", a.Know), f.row(r, "action.look_back", f.day(r, a.LookBack)),
		f.row(r, "action.happened", a.Happened), f.row(r, "action.verdict", verdict), f.row(r, "action.looked_on", f.day(r, a.LookedOn)),
		f.row(r, "action.result", result), f.row(r, "action.why", a.Why), f.row(r, "action.in_use", a.InUse), f.row(r, "action.since", f.day(r, a.Since)),
		f.row(r, "action.ended_on", f.day(r, a.EndedOn)))
}

// sentChange is the form of an action that is changed.
type sentChange struct {
	Version   int64  `json:"version"`
	Title     string `json:"title"`
	Plainly   string `json:"plainly"`
	Owner     string `json:"owner"`
	OwnerName string `json:"owner_name"`
	Due       string `json:"due" form:"day"`
	LookBack  string `json:"look_back" form:"day"`
	Status    string `json:"status"`
	// Recommendation is what it follows from, where nothing was said before.
	Recommendation ref.Ref `json:"recommendation"`
}

// changeView is the form; of an action that is over it asks for the words alone.
func (f *face) changeView(r *http.Request, out SeeOut, c sentChange) (planView, error) {
	a := *out.Action
	v, err := f.planView(r, PlanIn{Title: c.Title, Plainly: c.Plainly, Owner: c.Owner, OwnerName: c.OwnerName, Due: c.Due, LookBack: c.LookBack, Try: a.Try,
		Recommendation: a.Recommendation}, a.Owner)
	v.Version, v.Status, v.AsksTry, v.Sites = c.Version, c.Status, false, nil
	v.Unnamed = a.OwnerHidden
	v.Statuses = f.choices(r, "action.state", Statuses())
	if a.Over() {
		v.Statuses, v.Owners, v.AsksDue, v.AsksDay = nil, nil, false, false
	}
	return v, err
}

func (f *face) changePage(r *http.Request, v planView) page.View {
	return page.View{Title: f.T(r, "action.change_title"), Body: v, Back: actionPage(r.PathValue("project"), r.PathValue("id"))}
}

func (f *face) changeForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindAction)
	if err != nil {
		return err
	}
	a := out.Action
	v, err := f.changeView(r, out, sentChange{a.Version, a.Title, a.Plainly, a.Owner, a.OwnerName, a.Due, a.LookBack, a.Status, ref.Ref{}})
	if err != nil {
		return err
	}
	return f.Show(w, r, "action/plan", f.changePage(r, v))
}

func (f *face) change(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindAction)
	if err != nil {
		return err
	}
	var c sentChange
	err = form.Read(r, &c)
	if err == nil {
		in := ChangeIn{Ref: out.Ref, Version: c.Version, Title: &c.Title, Plainly: &c.Plainly, Recommendation: c.Recommendation}
		if r.PostForm.Has("owner") {
			in.Owner, in.OwnerName, in.Status = &c.Owner, &c.OwnerName, c.Status
		}
		if r.PostForm.Has("due") {
			in.Due = &c.Due
		}
		if r.PostForm.Has("look_back") {
			in.LookBack = &c.LookBack
		}
		_, err = plug.Run(r.Context(), f.desk, "action.change", r.FormValue("key"), f.room.Change, in)
	}
	if err != nil {
		if out, e := f.seen(r.Context(), r, KindAction); e == nil {
			v, e := f.changeView(r, out, c)
			if e != nil {
				return e
			}
			if out.Version != c.Version {
				v.Version, v.Key, v.Now = out.Version, "", f.nowRows(r, out)
			}
			return f.Again(w, r, "action/plan", f.changePage(r, v), err)
		}
		return err
	}
	return web.Redirect(w, r, actionPage(out.Project, out.Ref.ID)+"?done=changed")
}

// nowRows is how an action stands, for whoever was second.
func (f *face) nowRows(r *http.Request, out SeeOut) []page.Row {
	a := *out.Action
	head := []page.Row{f.row(r, "action.action", a.Title), f.row(r, "action.state", f.stateOf(r, KindAction, a.State, a.Try))}
	return append(head, f.actionRows(r, a, out.Owner.Name)...)
}

// endView is the form of how an action ended, and of a look-back.
type endView[In any] struct {
	In          In
	What        string // the action
	Know        string // how we meant to know
	Action, Key string
	Results     []page.Option
	Verdicts    []page.Option
	Now         []page.Row // how it is, when someone else was first
}

// end makes the form of either sort.
func end[In any](f *face, r *http.Request, out SeeOut, in In) endView[In] {
	return endView[In]{In: in, What: out.Title, Know: out.Action.Know, Action: r.URL.Path, Key: r.FormValue("key"),
		Results: f.choices(r, "action.result", Results()), Verdicts: f.choices(r, "action.verdict", Verdicts())}
}

func (f *face) endPage(r *http.Request, v any) page.View {
	title := f.T(r, "action.finish_title")
	if strings.HasSuffix(r.URL.Path, "/look-back") {
		title = f.T(r, "action.look_title")
	}
	return page.View{Title: title, Body: v, Back: actionPage(r.PathValue("project"), r.PathValue("id"))}
}

func (f *face) finishForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindAction)
	if err != nil {
		return err
	}
	if !out.Action.mayFinish() {
		return endedFirst(*out.Action)
	}
	return f.Show(w, r, "action/finish", f.endPage(r, end(f, r, out, FinishIn{Version: out.Version})))
}

func (f *face) finish(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindAction)
	if err != nil {
		return err
	}
	var in FinishIn
	err = form.Read(r, &in)
	in.Ref = out.Ref
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "action.finish", r.FormValue("key"), f.room.Finish, in)
	}
	if err != nil {
		if out, e := f.seen(r.Context(), r, KindAction); e == nil {
			v := end(f, r, out, in)
			v.In.Since, v.In.On = form.Typed(in.Since), form.Typed(in.On)
			if out.Version != in.Version {
				v.In.Version, v.Key, v.Now = out.Version, "", f.nowRows(r, out)
			}
			return f.Again(w, r, "action/finish", f.endPage(r, v), err)
		}
		return err
	}
	return web.Redirect(w, r, actionPage(out.Project, out.Ref.ID)+"?done=finished")
}

func (f *face) lookForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindAction)
	if err != nil {
		return err
	}
	if !out.Action.Try {
		return notATry()
	}
	if !out.Action.mayLookBack() {
		return endedFirst(*out.Action)
	}
	return f.Show(w, r, "action/look-back", f.endPage(r, end(f, r, out, LookBackIn{Version: out.Version})))
}

func (f *face) look(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindAction)
	if err != nil {
		return err
	}
	var in LookBackIn
	err = form.Read(r, &in)
	in.Ref = out.Ref
	var done LookBackOut
	if err == nil {
		done, err = plug.Run(r.Context(), f.desk, "action.look-back", r.FormValue("key"), f.room.LookBack, in)
	}
	if err != nil {
		if out, e := f.seen(r.Context(), r, KindAction); e == nil {
			v := end(f, r, out, in)
			v.In.NextLookBack, v.In.On = form.Typed(in.NextLookBack), form.Typed(in.On)
			if out.Version != in.Version {
				v.In.Version, v.Key, v.Now = out.Version, "", f.nowRows(r, out)
			}
			return f.Again(w, r, "action/look-back", f.endPage(r, v), err)
		}
		return err
	}
	if !done.Next.None() {
		return web.Redirect(w, r, actionPage(out.Project, done.Next.ID)+"?done=next")
	}
	return web.Redirect(w, r, actionPage(out.Project, out.Ref.ID)+"?done=looked")
}
