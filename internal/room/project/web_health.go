package project

import (
	"net/http"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// healthView is the health check of a project: seven facets, none of them first.
type healthView struct {
	Project Project
	Gaps    int // missing and not put aside
	Facets  []facetView
}

type facetView struct {
	Name    string
	Title   string
	Good    []page.Link
	Gaps    []gapLine
	Aside   []asideLine
	Tool    page.Link // the page that helps most; no Href for a reader who cannot open it
	ToolWhy string
}

type gapLine struct {
	nextLine
	Sign       string
	MayDismiss bool
}

type asideLine struct {
	Dismissal
	Text, ByText string
	MayBack      bool
}

// tool is the page that helps most with a facet, and who may open it.
type tool struct{ href, permission string }

// tools is one page a facet. They are ours to choose; the facets' names are not.
func tools() map[plug.Facet]tool {
	return map[plug.Facet]tool{
		plug.Issues:       {"/project/{project}/issues", "project.see"},
		plug.Evidence:     {"/finding/{project}", "finding.see"},
		plug.Engaging:     {"/people/mix/{project}", "people.missing"},
		plug.Acting:       {"/action/{project}", "action.see"},
		plug.CoProduction: {"/account/members/project:{project}", "account.members"},
		plug.Trying:       {"/action/{project}/plan", "action.do"},
		plug.Sustaining:   {"/outcome/{project}", "outcome.see"},
	}
}

func (f *face) health(w http.ResponseWriter, r *http.Request) error {
	var v healthView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		l, err := f.room.home(ctx, tx, r.PathValue("project"))
		if err != nil {
			return err
		}
		v.Project = l.Project
		found, put, err := f.room.signsOf(ctx, tx, v.Project.Ref.ID)
		if err != nil {
			return err
		}
		open := Gaps(v.Project.Ref.ID, found, put)
		v.Gaps = len(open)
		may := who.Can(ctx, tx, "project.dismiss", v.Project.Ref)
		known := tools()
		for _, name := range plug.Facets() {
			x := f.facet(r, name, found, open, may)
			for _, g := range found {
				d, ok := aside(g, put)
				if g.Facet != name || !g.Gap || !ok {
					continue
				}
				by, err := f.by(ctx, tx, r, d.By)
				if err != nil {
					return err
				}
				x.Aside = append(x.Aside, asideLine{d, f.sign(r, g), by, may})
			}
			if t := known[name]; who.Can(ctx, tx, t.permission, v.Project.Ref) {
				x.Tool = page.Link{Href: strings.ReplaceAll(t.href, "{project}", v.Project.Ref.ID), Text: f.T(r, "project.tool_"+string(name))}
				x.ToolWhy = f.T(r, "project.tool_"+string(name)+"_why")
			}
			v.Facets = append(v.Facets, x)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.Show(w, r, "project/health", page.View{Title: f.T(r, "project.health_title"), Body: v, Notice: f.notice(r), Back: "/project/" + v.Project.Ref.ID})
}

// facet puts what is there and what is missing of one facet in words.
func (f *face) facet(r *http.Request, name plug.Facet, found, open []plug.Found, may bool) facetView {
	x := facetView{Name: string(name), Title: f.T(r, "project.facet_"+string(name))}
	for _, g := range found {
		if g.Facet == name && !g.Gap {
			x.Good = append(x.Good, page.Link{Href: g.Href, Text: f.sign(r, g)})
		}
	}
	for _, g := range open {
		if g.Facet == name {
			x.Gaps = append(x.Gaps, gapLine{f.gap(r, g), g.Name, may})
		}
	}
	return x
}

// dismissView is the form that puts a gap aside.
type dismissView struct {
	DismissIn
	Text        string // the gap in words
	Action, Key string
}

func (f *face) dismissPage(r *http.Request, in DismissIn) (page.View, error) {
	v := dismissView{DismissIn: in, Action: "/project/" + in.Project + "/health/dismiss", Key: r.FormValue("key")}
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		if err := who.Must(ctx, tx, "project.dismiss", ref.Of(Kind, in.Project)); err != nil {
			return err
		}
		found, put, err := f.room.signsOf(ctx, tx, in.Project)
		for _, g := range Gaps(in.Project, found, put) {
			if g.Name == in.Sign {
				v.Text = f.sign(r, g)
			}
		}
		return err
	})
	return page.View{Title: f.T(r, "project.aside_title"), Body: v, Back: "/project/" + in.Project + "/health"}, err
}

func (f *face) dismissForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.dismissPage(r, DismissIn{Project: r.PathValue("project"), Sign: r.URL.Query().Get("sign")})
	if err != nil {
		return err
	}
	if v.Body.(dismissView).Text == "" {
		// It was mended in the meantime, or someone else put it aside.
		return fault.New(fault.Missing, "project.no_sign")
	}
	return f.Show(w, r, "project/dismiss", v)
}

func (f *face) dismiss(w http.ResponseWriter, r *http.Request) error {
	var in DismissIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "project.dismiss", r.FormValue("key"), f.room.Dismiss, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/project/"+in.Project+"/health?done=aside")
	}
	v, e := f.dismissPage(r, in)
	if e != nil {
		return e
	}
	return f.Again(w, r, "project/dismiss", v, err)
}

func (f *face) undismiss(w http.ResponseWriter, r *http.Request) error {
	var in UndismissIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "project.undismiss", r.FormValue("key"), f.room.Undismiss, in)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/project/"+in.Project+"/health?done=back")
}
