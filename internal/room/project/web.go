package project

import (
	"net/http"
	"slices"
	"strings"

	"plait/internal/kit/db"
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
		{Pattern: "GET /project/{project}/about", Permission: "project.see", Handle: f.about},
		{Pattern: "GET /project/{project}/health", Permission: "project.see", Handle: f.health},
		{Pattern: "GET /project/{project}/health/dismiss", Permission: "project.dismiss", Handle: f.dismissForm},
		{Pattern: "POST /project/{project}/health/dismiss", Permission: "project.dismiss", Handle: f.dismiss},
		{Pattern: "POST /project/{project}/health/undismiss", Permission: "project.dismiss", Handle: f.undismiss},
		{Pattern: "GET /project/{project}/issues", Permission: "project.see", Handle: f.issues},
		{Pattern: "GET /project/{project}/issues/change", Permission: "project.issues", Handle: f.issuesForm},
		{Pattern: "POST /project/{project}/issues/change", Permission: "project.issues", Handle: f.changeIssues},
		{Pattern: "GET /project/{project}/issues/{sort}", Permission: "project.issues", Handle: f.pointForm},
		{Pattern: "POST /project/{project}/issues/{sort}", Permission: "project.issues", Handle: f.point},
		{Pattern: "GET /project/{project}/issues/{sort}/{row}", Permission: "project.issues", Handle: f.pointForm},
		{Pattern: "POST /project/{project}/issues/{sort}/{row}", Permission: "project.issues", Handle: f.point},
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
