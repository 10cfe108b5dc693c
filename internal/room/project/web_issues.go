package project

import (
	"context"
	"net/http"
	"slices"
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

// issuesView is the page "agreeing on the issues".
type issuesView struct {
	SeeIssuesOut
	ID, Lang string
	Earlier  []past
	Scopes   []scopeView
	May      bool
}

// scopeView is the things of one sort of scope.
type scopeView struct {
	Sort, Title string
	Points      []Point
}

func (f *face) issues(w http.ResponseWriter, r *http.Request) error {
	var v issuesView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		l, err := f.room.home(ctx, tx, r.PathValue("project"))
		if err != nil {
			return err
		}
		v.ID, v.Lang, v.May = l.Ref.ID, l.Language, who.Can(ctx, tx, "project.issues", l.Ref)
		if v.SeeIssuesOut, err = f.room.SeeIssues(ctx, SeeIssuesIn{v.ID}); err != nil {
			return err
		}
		for _, i := range v.SeeIssuesOut.Earlier {
			by, err := f.by(ctx, tx, r, i.By)
			if err != nil {
				return err
			}
			v.Earlier = append(v.Earlier, past{Text: i.Problem, By: by, At: i.At, Version: i.Version})
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.fillScopes(r, &v)
	return f.Show(w, r, "project/issues", page.View{Title: f.T(r, "project.facet_issues"), Body: v, Notice: f.notice(r), Back: "/project/" + v.ID})
}

func (f *face) fillScopes(r *http.Request, v *issuesView) {
	for _, s := range ScopeSorts() {
		v.Scopes = append(v.Scopes, scopeView{s, f.choice(r, "project.scope", s), of(v.Scope, s)})
	}
}

// issuesFormView is the form of the statement, as it counts now.
type issuesFormView struct {
	IssuesIn
	Lang, Action, Key string
	Now               []page.Row // how it stands, when someone else was first
}

func (f *face) issuesView(r *http.Request, in IssuesIn) (issuesFormView, SeeIssuesOut, error) {
	v := issuesFormView{IssuesIn: in, Action: r.URL.Path, Key: r.FormValue("key")}
	var now SeeIssuesOut
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		if err := who.Must(ctx, tx, "project.issues", ref.Of(Kind, in.Project)); err != nil {
			return err
		}
		l, err := f.room.home(ctx, tx, in.Project)
		if err != nil {
			return err
		}
		v.Lang = l.Language
		now, err = f.room.SeeIssues(ctx, SeeIssuesIn{in.Project})
		return err
	})
	return v, now, err
}

func (f *face) issuesForm(w http.ResponseWriter, r *http.Request) error {
	v, now, err := f.issuesView(r, IssuesIn{Project: r.PathValue("project")})
	if err != nil {
		return err
	}
	n := now.Now
	v.IssuesIn = IssuesIn{n.Project, n.Version, n.Problem, n.Agrees, n.Differs, n.Readiness}
	return f.Show(w, r, "project/issues-form", f.issuesPage(r, v))
}

func (f *face) issuesPage(r *http.Request, v issuesFormView) page.View {
	return page.View{Title: f.T(r, "project.issues_form_title"), Body: v, Back: "/project/" + v.Project + "/issues"}
}

func (f *face) changeIssues(w http.ResponseWriter, r *http.Request) error {
	var in IssuesIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "project.issues", r.FormValue("key"), f.room.Issues, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/project/"+in.Project+"/issues?done=issues")
	}
	v, now, e := f.issuesView(r, in)
	if e != nil {
		return e
	}
	if n := now.Now; n.Version != in.Version {
		// Someone else was first: both are shown, and the next press stands on theirs.
		v.Version, v.Key = n.Version, ""
		v.Now = []page.Row{{Key: f.T(r, "project.problem"), Value: n.Problem}, {Key: f.T(r, "project.agrees"), Value: n.Agrees},
			{Key: f.T(r, "project.differs"), Value: n.Differs}, {Key: f.T(r, "project.readiness"), Value: n.Readiness}}
	}
	return f.Again(w, r, "project/issues-form", f.issuesPage(r, v), err)
}

// pointView is the form of one point; which fields it has depends on Sort.
type pointView struct {
	Sort                       string // tried, success, scope: the form
	Row                        string
	Version                    int64
	What, For, When, Why, Kind string
	Kinds                      []page.Option
	Lang, Action, Key          string
	Now                        []page.Row
}

// pointForms is the addresses under which points are said.
func pointForms() []string { return []string{Tried, Success, "scope"} }

// pointPage begins the form, with the point of the address when there is one.
func (f *face) pointPage(r *http.Request) (v pointView, p Point, err error) {
	v = pointView{Sort: r.PathValue("sort"), Row: r.PathValue("row"), Action: r.URL.Path, Key: r.FormValue("key"), Kinds: f.options(r, "project.scope", ScopeSorts())}
	if !slices.Contains(pointForms(), v.Sort) {
		return v, p, missing()
	}
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx, at := tx.Context(), ref.Of(Kind, r.PathValue("project"))
		if err := who.Must(ctx, tx, "project.issues", at); err != nil {
			return err
		}
		l, err := f.room.home(ctx, tx, at.ID)
		if err != nil {
			return err
		}
		v.Lang = l.Language
		if v.Row == "" {
			return nil
		}
		sorts := []string{v.Sort}
		if v.Sort == "scope" {
			sorts = ScopeSorts()
		}
		for _, x := range of(l.Points, sorts...) {
			if x.ID == v.Row {
				p = x
				return nil
			}
		}
		return fault.New(fault.Missing, "house.missing")
	})
	return v, p, err
}

func (f *face) pointView(r *http.Request, v pointView) page.View {
	return page.View{Title: f.T(r, "project.point_"+v.Sort+"_title"), Body: v, Back: "/project/" + r.PathValue("project") + "/issues"}
}

func (f *face) pointForm(w http.ResponseWriter, r *http.Request) error {
	v, p, err := f.pointPage(r)
	if err != nil {
		return err
	}
	v.What, v.For, v.When, v.Why, v.Kind, v.Version = p.What, p.For, p.When, p.Why, p.Sort, p.Version
	if v.Row == "" {
		v.Kind = strings.TrimSpace(r.URL.Query().Get("kind"))
	}
	return f.Show(w, r, "project/point", f.pointView(r, v))
}

// keep runs the verb of a point's form.
func keep[In any](f *face, r *http.Request, verb string, in In, do func(context.Context, In) (PointOut, error)) (PointOut, error) {
	return plug.Run(r.Context(), f.desk, verb, r.FormValue("key"), do, in)
}

func (f *face) point(w http.ResponseWriter, r *http.Request) error {
	v, now, err := f.pointPage(r)
	if err != nil {
		return err
	}
	project := r.PathValue("project")
	var out PointOut
	switch v.Sort {
	case Tried:
		in := TriedBeforeIn{}
		err = form.Read(r, &in)
		in.Project, in.Row = project, v.Row
		v.What, v.When, v.Why, v.Version = in.What, in.When, in.Why, in.Version
		if err == nil {
			out, err = keep(f, r, "project.tried-before", in, f.room.TriedBefore)
		}
	case Success:
		in := SuccessIn{}
		err = form.Read(r, &in)
		in.Project, in.Row = project, v.Row
		v.What, v.For, v.Version = in.LooksLike, in.For, in.Version
		if err == nil {
			out, err = keep(f, r, "project.success", in, f.room.Success)
		}
	default:
		in := ScopeIn{}
		err = form.Read(r, &in)
		in.Project, in.Row = project, v.Row
		v.What, v.Kind, v.Version = in.What, in.Sort, in.Version
		if err == nil {
			out, err = keep(f, r, "project.scope", in, f.room.SetScope)
		}
	}
	if err == nil && out.Version == 0 {
		return web.Redirect(w, r, "/project/"+project+"/issues?done=dropped")
	}
	if err == nil {
		return web.Redirect(w, r, "/project/"+project+"/issues?done=point")
	}
	if v.Row != "" && now.Version != v.Version {
		v.Version, v.Key = now.Version, ""
		v.Now = []page.Row{{Key: f.T(r, "project.now_title"), Value: strings.Join(filled(now.What, now.For, now.When, now.Why, f.scopeWord(r, now.Sort)), " · ")}}
	}
	return f.Again(w, r, "project/point", f.pointView(r, v), err)
}

func (f *face) scopeWord(r *http.Request, sort string) string {
	if !slices.Contains(ScopeSorts(), sort) {
		return ""
	}
	return f.choice(r, "project.scope", sort)
}

// filled keeps the texts that say something.
func filled(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}
