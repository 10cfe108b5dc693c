package project

import (
	"net/http"
	"strconv"

	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// year writes a cohort; an unknown one is "".
func year(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// factsView is what the forms of starting and changing share.
type factsView struct {
	Models, Phases, Themes, Aims, Languages []page.Option
	Year                                    string
	Action, Key                             string
}

func (f *face) factsView(r *http.Request, in Facts) factsView {
	v := factsView{Action: r.URL.Path, Key: r.FormValue("key"), Year: year(in.Cohort)}
	v.Models, v.Phases = f.options(r, "project.model", Models()), f.options(r, "project.phase", Phases())
	for i, m := range Models() {
		v.Models[i].Hint = f.T(r, "project.model_hint_"+m)
	}
	v.Themes, v.Aims = f.options(r, "project.theme", Themes(), in.Themes...), f.options(r, "project.aim", Aims(), in.Aims...)
	for _, l := range f.languages(in.Language) {
		v.Languages = append(v.Languages, page.Option{Value: l, Text: lang.Name(l)})
	}
	return v
}

// languages is those of the United Kingdom and Ireland, and the project's own.
func (f *face) languages(own string) []string {
	all := []string{"en", "cy", "gd", "ga", "sco"}
	for _, l := range all {
		if l == own {
			return all
		}
	}
	if own == "" {
		return all
	}
	return append(all, own)
}

// startView is the form of a new project.
type startView struct {
	StartIn
	factsView
}

func (f *face) startForm(w http.ResponseWriter, r *http.Request) error {
	in := StartIn{Phase: Call}
	return f.Show(w, r, "project/start", page.View{Title: f.T(r, "project.start_title"), Body: startView{in, f.factsView(r, in.Facts)}, Back: "/project"})
}

func (f *face) start(w http.ResponseWriter, r *http.Request) error {
	var in StartIn
	err := form.Read(r, &in)
	var out StartOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "project.start", r.FormValue("key"), f.room.Start, in)
	}
	if err != nil {
		return f.Again(w, r, "project/start", page.View{Title: f.T(r, "project.start_title"), Body: startView{in, f.factsView(r, in.Facts)}, Back: "/project"}, err)
	}
	return web.Redirect(w, r, "/project/"+out.Ref.ID+"?done=started")
}

// changeView is the form that corrects a project.
type changeView struct {
	ChangeIn
	factsView
	Was string     // the title as it is stored, for the reason's hint
	Now []page.Row // how it stands, when someone else was first
}

func (f *face) changeForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.See(r.Context(), SeeIn{r.PathValue("project")})
	if err != nil {
		return err
	}
	v := changeView{ChangeIn: ChangeIn{Project: out.Ref.ID, Facts: out.Facts, Version: out.Version}, factsView: f.factsView(r, out.Facts)}
	return f.Show(w, r, "project/change", page.View{Title: f.T(r, "project.change_title"), Body: v, Back: "/project/" + out.Ref.ID})
}

func (f *face) change(w http.ResponseWriter, r *http.Request) error {
	var in ChangeIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "project.change", r.FormValue("key"), f.room.Change, in)
	}
	here := "/project/" + in.Project
	if err == nil {
		return web.Redirect(w, r, here+"/about?done=changed")
	}
	v := changeView{ChangeIn: in, factsView: f.factsView(r, in.Facts)}
	// Someone else was first: how it stands is shown, and the next press stands on that.
	if now, e := f.room.See(r.Context(), SeeIn{in.Project}); e == nil && now.Version != in.Version {
		rows, _ := f.rows(r, now.Project)
		v.Version, v.Key = now.Version, ""
		v.Now = append([]page.Row{{Key: f.T(r, "project.title"), Value: now.Title}}, rows...)
	}
	return f.Again(w, r, "project/change", page.View{Title: f.T(r, "project.change_title"), Body: v, Back: here}, err)
}

// phaseView is the form that takes a project into a phase.
type phaseView struct {
	PhaseIn
	Phases  []page.Option
	Action  string
	Key     string
	NowText string // the phase as it is, when someone else was first
}

func (f *face) phaseView(r *http.Request, in PhaseIn) phaseView {
	return phaseView{PhaseIn: in, Phases: f.options(r, "project.phase", Phases()), Action: r.URL.Path, Key: r.FormValue("key")}
}

func (f *face) phaseForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.See(r.Context(), SeeIn{r.PathValue("project")})
	if err != nil {
		return err
	}
	v := f.phaseView(r, PhaseIn{Project: out.Ref.ID, Phase: out.Phase, Version: out.Version})
	return f.Show(w, r, "project/phase", page.View{Title: f.T(r, "project.phase_title"), Body: v, Back: "/project/" + out.Ref.ID})
}

func (f *face) phase(w http.ResponseWriter, r *http.Request) error {
	var in PhaseIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "project.phase", r.FormValue("key"), f.room.Phase, in)
	}
	here := "/project/" + in.Project
	if err == nil {
		return web.Redirect(w, r, here+"/about?done=phase")
	}
	v := f.phaseView(r, in)
	if now, e := f.room.See(r.Context(), SeeIn{in.Project}); e == nil && now.Version != in.Version {
		v.Version, v.Key, v.NowText = now.Version, "", f.choice(r, "project.phase", now.Phase)
	}
	return f.Again(w, r, "project/phase", page.View{Title: f.T(r, "project.phase_title"), Body: v, Back: here}, err)
}

// questionView is the form of a new version of the question.
type questionView struct {
	QuestionIn
	Action, Key string
	Now         string // the question as it is, when someone else was first
	Lang        string
}

func (f *face) questionForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.See(r.Context(), SeeIn{r.PathValue("project")})
	if err != nil {
		return err
	}
	v := questionView{QuestionIn: QuestionIn{Project: out.Ref.ID}, Action: r.URL.Path, Lang: out.Language}
	if len(out.Questions) > 0 {
		v.Text, v.Version = out.Questions[0].Text, out.Questions[0].Version
	}
	return f.Show(w, r, "project/question", page.View{Title: f.T(r, "project.question_title"), Body: v, Back: "/project/" + out.Ref.ID})
}

func (f *face) question(w http.ResponseWriter, r *http.Request) error {
	var in QuestionIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "project.question", r.FormValue("key"), f.room.Question, in)
	}
	here := "/project/" + in.Project
	if err == nil && in.Version == 0 {
		return web.Redirect(w, r, here+"?done=question_first")
	}
	if err == nil {
		return web.Redirect(w, r, here+"/about?done=question")
	}
	v := questionView{QuestionIn: in, Action: r.URL.Path, Key: r.FormValue("key")}
	if now, e := f.room.See(r.Context(), SeeIn{in.Project}); e == nil {
		v.Lang = now.Language
		if len(now.Questions) > 0 && now.Questions[0].Version != in.Version {
			v.Now, v.Version, v.Key = now.Questions[0].Text, now.Questions[0].Version, ""
		}
	}
	return f.Again(w, r, "project/question", page.View{Title: f.T(r, "project.question_title"), Body: v, Back: here}, err)
}

// siteView is the form of a site.
type siteView struct {
	SiteIn
	Nations     []page.Option
	Action, Key string
	Network     bool
	Now         []page.Row // how it stands, when someone else was first
}

func (f *face) siteView(r *http.Request, in SiteIn, p SeeOut) siteView {
	return siteView{SiteIn: in, Nations: f.options(r, "house.nation", nations()), Action: r.URL.Path, Key: r.FormValue("key"), Network: p.Model == Network}
}

func (f *face) siteTitle(r *http.Request, v siteView) string {
	switch {
	case v.Network && v.Site != "":
		return f.T(r, "project.group_change_title")
	case v.Network:
		return f.T(r, "project.group_title")
	case v.Site != "":
		return f.T(r, "project.site_change_title")
	}
	return f.T(r, "project.site_title")
}

func (f *face) siteForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.See(r.Context(), SeeIn{r.PathValue("project")})
	if err != nil {
		return err
	}
	in := SiteIn{Project: out.Ref.ID}
	if id := r.PathValue("site"); id != "" {
		s, ok := siteIn(out, id)
		if !ok {
			return missing()
		}
		in.Site, in.Name, in.Nation, in.Place, in.Version = id, s.Name, s.Nation, s.Place, s.Version
	}
	v := f.siteView(r, in, out)
	return f.Show(w, r, "project/site", page.View{Title: f.siteTitle(r, v), Body: v, Back: "/project/" + out.Ref.ID})
}

func (f *face) site(w http.ResponseWriter, r *http.Request) error {
	var in SiteIn
	err := form.Read(r, &in)
	in.Project, in.Site = r.PathValue("project"), r.PathValue("site")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "project.site", r.FormValue("key"), f.room.Site, in)
	}
	here := "/project/" + in.Project
	if err == nil {
		return web.Redirect(w, r, here+"/about?done=site")
	}
	now, e := f.room.See(r.Context(), SeeIn{in.Project})
	if e != nil {
		return e
	}
	v := f.siteView(r, in, now)
	if s, ok := siteIn(now, in.Site); ok && s.Version != in.Version {
		v.Version, v.Key = s.Version, ""
		v.Now = []page.Row{{Key: f.T(r, "project.site_name"), Value: s.Name}, {Key: f.T(r, "project.nation"), Value: f.choice(r, "house.nation", s.Nation)},
			{Key: f.T(r, "project.place"), Value: s.Place}}
	}
	return f.Again(w, r, "project/site", page.View{Title: f.siteTitle(r, v), Body: v, Back: here}, err)
}

func siteIn(p SeeOut, id string) (Site, bool) {
	for _, s := range p.Sites {
		if s.Ref.ID == id {
			return s, true
		}
	}
	return Site{}, false
}
