package action

import (
	"context"
	"net/http"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

type face struct {
	*web.Face
	desk *plug.Desk
	room *Room
}

func (f *face) routes() []web.Route {
	return append(f.photoRoutes(), []web.Route{
		{Pattern: "GET /action/{project}", Permission: "action.see", Handle: f.list},
		{Pattern: "GET /action/{project}/recommend", Permission: "action.recommend", Handle: f.recommendForm},
		{Pattern: "POST /action/{project}/recommend", Permission: "action.recommend", Handle: f.recommend},
		{Pattern: "GET /action/{project}/recommendation/{id}", Permission: "action.see", Handle: f.recommendation},
		{Pattern: "GET /action/{project}/recommendation/{id}/revise", Permission: "action.recommend", Handle: f.reviseForm},
		{Pattern: "POST /action/{project}/recommendation/{id}/revise", Permission: "action.recommend", Handle: f.revise},
		{Pattern: "GET /action/{project}/recommendation/{id}/decide", Permission: "action.decide", Handle: f.decideForm},
		{Pattern: "POST /action/{project}/recommendation/{id}/decide", Permission: "action.decide", Handle: f.decide},
		{Pattern: "GET /action/{project}/plan", Permission: "action.do", Handle: f.planForm},
		{Pattern: "POST /action/{project}/plan", Permission: "action.do", Handle: f.plan},
		{Pattern: "GET /action/{project}/of/{id}", Permission: "action.see", Handle: f.action},
		{Pattern: "GET /action/{project}/of/{id}/change", Permission: "action.do", Handle: f.changeForm},
		{Pattern: "POST /action/{project}/of/{id}/change", Permission: "action.do", Handle: f.change},
		{Pattern: "GET /action/{project}/of/{id}/finish", Permission: "action.do", Handle: f.finishForm},
		{Pattern: "POST /action/{project}/of/{id}/finish", Permission: "action.do", Handle: f.finish},
		{Pattern: "GET /action/{project}/of/{id}/look-back", Permission: "action.do", Handle: f.lookForm},
		{Pattern: "POST /action/{project}/of/{id}/look-back", Permission: "action.do", Handle: f.look},
	}...)
}

// listView is the page of what a project recommends, does and tries.
type listView struct {
	Project               string
	Show                  string
	Parts                 []part
	More                  page.Pages
	Empty                 []page.Link
	MayRecommend, MayPlan bool
}

// part is some records of the page under one heading.
type part struct {
	Title string
	Lines []line
}

// line is one record of a list.
type line struct {
	Ref         ref.Ref
	Href, Title string
	State, Kind string // the state in words, and the colour of its tag
	IsLate      bool
	Notes       []string
	Strip       *page.Strip
}

func (f *face) list(w http.ResponseWriter, r *http.Request) error {
	project, show := r.PathValue("project"), r.URL.Query().Get("show")
	v := listView{Project: project, Show: show}
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx, at := tx.Context(), ref.Of(ref.Project, project)
		if err := who.Must(ctx, tx, "action.see", at); err != nil {
			return err
		}
		v.MayRecommend, v.MayPlan = who.Can(ctx, tx, "action.recommend", at), who.Can(ctx, tx, "action.do", at)
		var err error
		if show != "" {
			err = f.shown(tx, r, &v)
		} else {
			err = f.parts(ctx, tx, r, &v)
		}
		if err != nil {
			return err
		}
		return f.strips(ctx, tx, v.Parts)
	})
	if err != nil {
		return err
	}
	if v.MayRecommend {
		v.Empty = append(v.Empty, page.Link{Href: "/action/" + project + "/recommend", Text: f.T(r, "action.recommend_do")})
	}
	if v.MayPlan {
		v.Empty = append(v.Empty, page.Link{Href: "/action/" + project + "/plan", Text: f.T(r, "action.plan_do")},
			page.Link{Href: "/action/" + project + "/plan?try=yes", Text: f.T(r, "action.try_do")})
	}
	title := f.T(r, "action.title")
	if slices.Contains(shows(), show) {
		title = f.T(r, "action.show_"+show)
	}
	return f.Show(w, r, "action/list", page.View{Title: title, Body: v, Back: "/project/" + project})
}

// shown is one page of those that the address asks for, read in the page's transaction.
func (f *face) shown(tx *db.Tx, r *http.Request, v *listView) error {
	out, err := f.room.List(tx.Context(), ListIn{Project: v.Project, Show: v.Show, After: r.URL.Query().Get("after"), Limit: 25})
	if err != nil || len(out.Items) == 0 {
		return err
	}
	p := part{Title: f.T(r, "action.show_"+v.Show)}
	for _, i := range out.Items {
		if i.Ref.Kind == KindRecommendation {
			p.Lines = append(p.Lines, f.posedLine(r, Posed{Recommendation: Recommendation{Ref: i.Ref, Project: v.Project, Words: Words{Title: i.Title}, State: i.State}}))
			continue
		}
		a := Action{Ref: i.Ref, Project: v.Project, Title: i.Title, State: i.State, Status: i.State, Try: i.Try, Due: i.Due, LookBack: i.LookBack,
			Owner: i.Owner, OwnerName: i.OwnerName, OwnerHidden: i.OwnerHidden}
		if !slices.Contains(Statuses(), i.State) {
			a.Result = i.State
		}
		p.Lines = append(p.Lines, f.doingLine(r, Doing{Action: a, By: i.OwnerName, Left: i.Left}, v.Show == showLate))
	}
	v.Parts = []part{p}
	if out.Next != "" {
		v.More.Next = "/action/" + v.Project + "?show=" + v.Show + "&after=" + out.Next
	}
	return nil
}

// parts is the whole board under its headings, each record once.
func (f *face) parts(ctx context.Context, tx *db.Tx, r *http.Request, v *listView) error {
	b, err := f.room.board(ctx, tx, v.Project)
	if err != nil {
		return err
	}
	placed := map[string]bool{}
	add := func(title string, lines []line) {
		if len(lines) > 0 {
			v.Parts = append(v.Parts, part{f.T(r, title), lines})
		}
	}
	posed := func(title string, all []Posed) {
		var lines []line
		for _, p := range all {
			lines = append(lines, f.posedLine(r, p))
		}
		add(title, lines)
	}
	doing := func(title string, all []Doing) {
		var lines []line
		for _, d := range all {
			if !placed[d.Ref.ID] {
				placed[d.Ref.ID] = true
				lines = append(lines, f.doingLine(r, d, d.Late(b.Today)))
			}
		}
		add(title, lines)
	}
	posed("action.part_waiting", b.Waiting())
	doing("action.part_late", b.some(func(d Doing) bool { return d.Late(b.Today) }))
	doing("action.part_coming", b.Coming())
	doing("action.part_going", b.Going())
	doing("action.part_trying", b.Trying())
	posed("action.part_decided", b.Decided())
	doing("action.part_ended", b.Ended())
	return nil
}

// strips draws where the records of a list came from and went, all in one call.
func (f *face) strips(ctx context.Context, tx *db.Tx, parts []part) error {
	var refs []ref.Ref
	for _, p := range parts {
		for _, l := range p.Lines {
			refs = append(refs, l.Ref)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	drawn, err := f.room.threads.Strips(ctx, tx, refs)
	if err != nil {
		return err
	}
	for i := range parts {
		for j := range parts[i].Lines {
			if s, ok := drawn[parts[i].Lines[j].Ref]; ok {
				s.Compact = true
				parts[i].Lines[j].Strip = &s
			}
		}
	}
	return nil
}

func (f *face) posedLine(r *http.Request, p Posed) line {
	return line{Ref: p.Ref, Href: recommendationPage(p.Project, p.Ref.ID), Title: p.Title, State: f.stateOf(r, p.Ref.Kind, p.State, false), Kind: colour(p.State),
		Notes: []string{f.T(r, "action.recommendation")}}
}

func (f *face) doingLine(r *http.Request, d Doing, late bool) line {
	l := line{Ref: d.Ref, Href: actionPage(d.Project, d.Ref.ID), Title: d.Title, State: f.stateOf(r, d.Ref.Kind, d.State, d.Try), Kind: colour(d.State), IsLate: late}
	if d.Try {
		l.Notes = append(l.Notes, f.T(r, "action.try"))
	}
	switch {
	case d.By != "":
		l.Notes = append(l.Notes, f.T(r, "action.by", "Name", d.By))
	case d.OwnerHidden:
		l.Notes = append(l.Notes, f.T(r, "action.owner_someone"))
	case !d.Over():
		l.Notes = append(l.Notes, f.T(r, "action.nobody"))
	}
	if d.Left && !d.Over() {
		l.Notes = append(l.Notes, f.T(r, "action.left"))
	}
	switch {
	case d.Over() && !late:
	case d.Try && d.LookBack != "":
		l.Notes = append(l.Notes, f.T(r, "action.look_back_day", "Day", f.day(r, d.LookBack)))
	case d.Due != "":
		l.Notes = append(l.Notes, f.T(r, "action.due_day", "Day", f.day(r, d.Due)))
	default:
		l.Notes = append(l.Notes, f.T(r, "action.no_day"))
	}
	return l
}

// stateOf is a state in words: changed means another thing of each kind.
func (f *face) stateOf(r *http.Request, kind, state string, try bool) string {
	key := "action.state_" + word(state)
	if state == Changed {
		if try && kind == KindAction {
			kind = "try"
		}
		key += "_" + kind
	}
	return f.T(r, key)
}

// colour is the colour of a state's tag. Words say the same.
func colour(state string) string {
	switch state {
	case Agreed, Done, Kept:
		return "green"
	case Open, ToDo, UnderWay:
		return "blue"
	case Changed:
		return "purple"
	}
	return "grey"
}

// day is a day in the reader's language, "" for none.
func (f *face) day(r *http.Request, day string) string {
	return lang.Date(page.ChromeFrom(r.Context()).Lang, day)
}

// on is an instant's day in the reader's language.
func (f *face) on(r *http.Request, at int64, zone string) string {
	return f.day(r, clock.DayOf(at, zone))
}

// choices is the options of radios, each with its word under prefix.
func (f *face) choices(r *http.Request, prefix string, values []string) []page.Option {
	var out []page.Option
	for _, x := range values {
		out = append(out, page.Option{Value: x, Text: f.T(r, prefix+"_"+word(x))})
	}
	return out
}

// seen reads the record that an address names; under another project's address, or as
// another kind, it is not there.
func (f *face) seen(ctx context.Context, r *http.Request, kind string) (SeeOut, error) {
	out, err := f.room.See(ctx, SeeIn{ref.Of(kind, r.PathValue("id"))})
	if err == nil && (out.Project != r.PathValue("project") || out.Ref.Kind != kind) {
		return SeeOut{}, fault.New(fault.Missing, "house.missing")
	}
	return out, err
}

// about is what the pages of both kinds of record show beside their own facts.
type about struct {
	Ref        ref.Ref
	Project    string
	Here       string // the address of the record
	State      string
	Kind       string // colour of the state's tag
	Stale      int64
	MayConfirm bool
	Strip      *page.Strip
	StandsOn   []nearLine
	Follows    []nearLine
	Rows       []page.Row
}

// nearLine is a record that this one is tied to.
type nearLine struct{ Href, Title, Kind, State string }

// aboutOf fills in what both kinds of page show.
func (f *face) aboutOf(ctx context.Context, tx *db.Tx, r *http.Request, out SeeOut) (about, error) {
	try := out.Action != nil && out.Action.Try
	v := about{Ref: out.Ref, Project: out.Project, Here: r.URL.Path, State: f.stateOf(r, out.Ref.Kind, out.State, try), Kind: colour(out.State), Stale: out.Stale,
		MayConfirm: who.Can(ctx, tx, "thread.confirm", out.Ref)}
	for _, n := range out.StandsOn {
		v.StandsOn = append(v.StandsOn, f.nearLine(r, n))
	}
	for _, n := range out.Follows {
		v.Follows = append(v.Follows, f.nearLine(r, n))
	}
	drawn, err := f.room.threads.Strips(ctx, tx, []ref.Ref{out.Ref})
	if s, ok := drawn[out.Ref]; ok {
		v.Strip = &s
	}
	return v, err
}

func (f *face) nearLine(r *http.Request, n Near) nearLine {
	l := nearLine{Title: n.Title, Kind: f.T(r, "page.step."+n.Ref.Kind)}
	switch n.Ref.Kind {
	case KindRecommendation:
		l.Href, l.State = recommendationPage(n.Project, n.Ref.ID), f.stateOf(r, n.Ref.Kind, n.State, false)
	case KindAction:
		l.Href, l.State = actionPage(n.Project, n.Ref.ID), f.stateOf(r, n.Ref.Kind, n.State, n.Try)
	default:
		l.Href = "/" + n.Ref.Kind + "/" + n.Project + "/of/" + n.Ref.ID
	}
	return l
}

// row is one line of a summary list.
func (f *face) row(r *http.Request, key, value string) page.Row {
	return page.Row{Key: f.T(r, key), Value: value}
}

// known leaves out the rows that say nothing.
func known(rows ...page.Row) []page.Row {
	return slices.DeleteFunc(rows, func(x page.Row) bool { return x.Value == "" })
}
