package project

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

type face struct {
	*web.Face
	desk *plug.Desk
	room *Room
}

func (f *face) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /project", Permission: "project.see", Handle: f.list},
		{Pattern: "GET /project/start", Permission: "project.start", Handle: f.startForm},
		{Pattern: "POST /project/start", Permission: "project.start", Handle: f.start},
		{Pattern: "GET /project/{project}", Permission: "project.see", Handle: f.see},
		{Pattern: "GET /project/{project}/change", Permission: "project.change", Handle: f.changeForm},
		{Pattern: "POST /project/{project}/change", Permission: "project.change", Handle: f.change},
		{Pattern: "GET /project/{project}/phase", Permission: "project.change", Handle: f.phaseForm},
		{Pattern: "POST /project/{project}/phase", Permission: "project.change", Handle: f.phase},
		{Pattern: "GET /project/{project}/question", Permission: "project.question", Handle: f.questionForm},
		{Pattern: "POST /project/{project}/question", Permission: "project.question", Handle: f.question},
		{Pattern: "GET /project/{project}/site", Permission: "project.change", Handle: f.siteForm},
		{Pattern: "POST /project/{project}/site", Permission: "project.change", Handle: f.site},
		{Pattern: "GET /project/{project}/site/{site}", Permission: "project.change", Handle: f.siteForm},
		{Pattern: "POST /project/{project}/site/{site}", Permission: "project.change", Handle: f.site},
		{Pattern: "GET /project/{project}/ask", Permission: "project.ask", Handle: f.askForm},
		{Pattern: "POST /project/{project}/ask", Permission: "project.ask", Handle: f.ask},
		{Pattern: "GET /project/{project}/ask/{ask}", Permission: "project.see", Handle: f.seeAsk},
		{Pattern: "GET /project/{project}/ask/{ask}/change", Permission: "project.ask", Handle: f.askForm},
		{Pattern: "POST /project/{project}/ask/{ask}/change", Permission: "project.ask", Handle: f.ask},
		{Pattern: "POST /project/{project}/ask/{ask}/answer", Permission: "project.answer", Handle: f.answer},
	}
}

// choice is the word of a value: "project.theme_voice", "house.nation_northern_ireland".
func (f *face) choice(r *http.Request, prefix, value string) string {
	if value == "" {
		return ""
	}
	return f.T(r, prefix+"_"+strings.ToLower(strings.ReplaceAll(value, " ", "_")))
}

func (f *face) options(r *http.Request, prefix string, values []string, picked ...string) []page.Option {
	var out []page.Option
	for _, x := range values {
		out = append(out, page.Option{Value: x, Text: f.choice(r, prefix, x), Checked: slices.Contains(picked, x)})
	}
	return out
}

// any is options with "all of them" first, for a filter.
func (f *face) any(r *http.Request, prefix string, values []string) []page.Option {
	return append([]page.Option{{Value: "", Text: f.T(r, "project.any")}}, f.options(r, prefix, values)...)
}

// words of several values, each in the reader's language, parted by semicolons: some hold a comma.
func (f *face) joined(r *http.Request, prefix string, values []string) string {
	out := make([]string, len(values))
	for i, x := range values {
		out[i] = f.choice(r, prefix, x)
	}
	return strings.Join(out, "; ")
}

// listView is the page of all projects.
type listView struct {
	ListIn
	Lines                           []lineView
	Filtered                        bool
	Models, Phases, Nations, Themes []page.Option
	More                            page.Pages
	Empty                           []page.Link
	Start                           bool
}

// lineView is one project of the list, in words.
type lineView struct {
	Line
	ModelText, PhaseText, NationText, ThemeText string
	Strands                                     []strandCount
}

type strandCount struct {
	Strand string
	N      int64
}

func counted(project string, heard map[string]int64) []strandCount {
	var out []strandCount
	for _, s := range Strands(project) {
		out = append(out, strandCount{s, heard[s]})
	}
	return out
}

func (f *face) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := ListIn{Model: q.Get("model"), Phase: q.Get("phase"), Nation: q.Get("nation"), Theme: q.Get("theme"), After: q.Get("after"), Limit: 50}
	v := listView{ListIn: in, Filtered: in.Model+in.Phase+in.Nation+in.Theme != ""}
	var out ListOut
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		v.Start = who.Can(ctx, tx, "project.start", who.Here(ctx))
		out, err = f.room.List(ctx, in)
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range out.Projects {
		v.Lines = append(v.Lines, lineView{Line: l, ModelText: f.choice(r, "project.model", l.Model), PhaseText: f.choice(r, "project.phase", l.Phase),
			NationText: f.joined(r, "house.nation", l.Nations), ThemeText: f.joined(r, "project.theme", l.Themes), Strands: counted(l.Ref.ID, l.Heard)})
	}
	v.Models, v.Phases = f.any(r, "project.model", Models()), f.any(r, "project.phase", Phases())
	v.Nations, v.Themes = f.any(r, "house.nation", terms.Nations()), f.any(r, "project.theme", Themes())
	if out.Next != "" {
		q.Set("after", out.Next)
		v.More.Next = "/project?" + q.Encode()
	}
	if v.Start {
		v.Empty = []page.Link{{Href: "/project/start", Text: f.T(r, "project.start_do")}}
	}
	return f.Show(w, r, "project/list", page.View{Title: f.T(r, "project.list_title"), Body: v})
}

// seeView is a project's home.
type seeView struct {
	SeeOut
	Now                                                                                        *Question // the question that counts
	ModelText, PhaseText, Since                                                                string    // Since is the day the phase began
	Rows                                                                                       []page.Row
	SiteLines                                                                                  []siteLine
	Due, Closed                                                                                []askLine
	Versions, Names, Steps                                                                     []past
	Strands                                                                                    []strandCount
	Silent                                                                                     []string
	Next                                                                                       []nextLine
	HeardPanels, DoingPanels, DuePanels, MorePanels                                            []page.Panel
	Network                                                                                    bool
	Unknown                                                                                    bool // some of what is said about the project is not known yet
	Alone                                                                                      bool // the reader may invite, and nobody else is in the team
	Nobody                                                                                     bool // the reader may add people, and nobody takes part yet
	MayChange, MayQuestion, MayAsk, MayHear, MayGive, MayMembers, MayPeople, MayCards, MaySort bool
}

type siteLine struct {
	Site
	NationText string
}

type askLine struct {
	Ask
	TeamText, StateText string
}

type nextLine struct{ Href, Text, Why string }

// past is one earlier state of something that is kept in versions.
type past struct {
	Text, Why, On, By string
	At, Version       int64
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	var v seeView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.SeeOut, err = f.room.See(ctx, SeeIn{r.PathValue("project")}); err != nil {
			return err
		}
		f.may(ctx, tx, &v)
		if err := f.company(ctx, tx, &v); err != nil {
			return err
		}
		v.HeardPanels, v.DoingPanels = f.load(ctx, tx, "heard", v), f.load(ctx, tx, "doing", v)
		v.DuePanels, v.MorePanels = f.load(ctx, tx, "due", v), f.load(ctx, tx, "more", v)
		return f.history(ctx, tx, r, &v)
	})
	if err != nil {
		return err
	}
	f.fill(r, &v)
	notice := ""
	if d := r.URL.Query().Get("done"); slices.Contains([]string{"started", "changed", "phase", "question", "question_first", "site", "ask"}, d) {
		notice = f.T(r, "project.done_"+d)
	}
	return f.Show(w, r, "project/see", page.View{Title: v.Title, Body: v, Notice: notice, Back: "/project"})
}

// may says which links the reader can follow, the other rooms' by their permissions.
func (f *face) may(ctx context.Context, tx *db.Tx, v *seeView) {
	can := func(permission string) bool { return who.Can(ctx, tx, permission, v.Ref) }
	v.MayChange, v.MayQuestion, v.MayAsk = can("project.change"), can("project.question"), can("project.ask")
	v.MayHear, v.MayGive, v.MayMembers = can("evidence.see"), can("evidence.give"), can("account.members")
	v.MayPeople, v.MayCards, v.MaySort = can("people.see"), can("card.make"), can("evidence.edit")
}

// company says whether the team and the people who take part are still to be brought in.
func (f *face) company(ctx context.Context, tx *db.Tx, v *seeView) error {
	programme := who.From(ctx).Programme
	if who.Can(ctx, tx, "account.invite", v.Ref) {
		team, err := who.Members(tx, programme, v.Ref)
		if err != nil {
			return err
		}
		v.Alone = len(team) <= 1
	}
	if who.Can(ctx, tx, "people.change", v.Ref) {
		n, err := peopled(tx, programme, v.Ref.ID, f.room.clock.Now())
		if err != nil {
			return err
		}
		v.Nobody = n == 0
	}
	return nil
}

func (f *face) load(ctx context.Context, tx *db.Tx, place string, v seeView) []page.Panel {
	if f.room.panels == nil {
		return nil
	}
	return f.room.panels.Load(ctx, tx, Kind, place, v.Ref)
}

// by is the name of whoever made a change, or that it was someone in the team.
func (f *face) by(ctx context.Context, tx *db.Tx, r *http.Request, key string) (string, error) {
	if f.room.names != nil {
		name, err := f.room.names.Actor(ctx, tx, key)
		if err != nil || name != "" {
			return name, err
		}
	}
	return f.T(r, "project.by_team"), nil
}

// history puts the kept versions in words.
func (f *face) history(ctx context.Context, tx *db.Tx, r *http.Request, v *seeView) error {
	add := func(to *[]past, p past, key string) (err error) {
		p.By, err = f.by(ctx, tx, r, key)
		*to = append(*to, p)
		return err
	}
	for _, q := range v.Questions {
		if err := add(&v.Versions, past{Text: q.Text, Why: q.Why, At: q.At, Version: q.Version}, q.By); err != nil {
			return err
		}
	}
	for _, t := range v.Titles {
		if err := add(&v.Names, past{Text: t.Title, Why: t.Why, At: t.At}, t.By); err != nil {
			return err
		}
	}
	for _, p := range v.Phases {
		if err := add(&v.Steps, past{Text: f.choice(r, "project.phase", p.Phase), Why: p.Why, On: p.On, At: p.At}, p.By); err != nil {
			return err
		}
	}
	return nil
}

// fill puts the rest of the page in words.
func (f *face) fill(r *http.Request, v *seeView) {
	tongue := page.ChromeFrom(r.Context()).Lang
	if len(v.Questions) > 0 {
		v.Now = &v.Questions[0]
	}
	v.Network = v.Model == Network
	v.ModelText, v.PhaseText = f.choice(r, "project.model", v.Model), f.choice(r, "project.phase", v.Phase)
	if len(v.Phases) > 0 {
		v.Since = v.Phases[0].On
	}
	for _, s := range v.Sites {
		v.SiteLines = append(v.SiteLines, siteLine{s, f.choice(r, "house.nation", s.Nation)})
	}
	for _, a := range v.Asks {
		l := askLine{a, f.choice(r, "project.team", a.Team), f.choice(r, "project.state", a.State)}
		if a.State == Open {
			v.Due = append(v.Due, l)
		} else {
			v.Closed = append(v.Closed, l)
		}
	}
	v.Strands = counted(v.Ref.ID, v.Heard)
	for _, s := range v.Strands {
		if s.N == 0 {
			v.Silent = append(v.Silent, s.Strand)
		}
	}
	if len(v.Silent) == len(v.Strands) {
		v.Silent = nil // nothing at all was heard: the counts say so
	}
	for _, n := range Suggest(v.SeeOut) {
		// A suggestion is for someone who can follow it.
		if strings.HasSuffix(n.Href, "/sort") && !v.MaySort {
			continue
		}
		if v.MayGive || strings.HasPrefix(n.Href, "/project/") && v.MayChange {
			v.Next = append(v.Next, nextLine{n.Href, f.T(r, n.Do), f.T(r, n.Why)})
		}
	}
	suggest := func(need bool, key, href string) {
		if need && len(v.Next) < 3 {
			v.Next = append(v.Next, nextLine{href, f.T(r, "project.next_"+key), f.T(r, "project.next_"+key+"_why")})
		}
	}
	suggest(v.Alone, "team", "/account/invite/"+v.Ref.String())
	suggest(v.Nobody, "people", "/people/add?project="+v.Ref.ID)
	row := func(key, value string) {
		if value == "" {
			v.Unknown = true
			return
		}
		v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value})
	}
	row("project.model", v.ModelText)
	row("project.phase", v.PhaseText)
	row("project.host", v.Host)
	row("project.themes", f.joined(r, "project.theme", v.Themes))
	row("project.aims", f.joined(r, "project.aim", v.Aims))
	row("project.cohort", year(v.Cohort))
	row("project.starts", lang.Date(tongue, v.Starts))
	row("project.ends", lang.Date(tongue, v.Ends))
}
