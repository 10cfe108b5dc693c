package lesson

import (
	"context"
	"net/http"
	"net/url"
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

type face struct {
	*web.Face
	desk *plug.Desk
	room *Room
}

// libraryView is the page of lessons: of a project, or of the whole programme.
type libraryView struct {
	Project   string // "" = the whole programme
	Lines     []line
	Aim, Find string
	Aims      []page.Option
	Filtered  bool
	More      page.Pages
	Empty     []page.Link
	MayLearn  bool
	Action    string
}

// line is one lesson of the list.
type line struct {
	Lesson
	ProjectTitle string
	AimTexts     []string
	Strip        *page.Strip
}

func (f *face) aimTexts(r *http.Request, aims []string) []string {
	var out []string
	for _, a := range aims {
		if slices.Contains(Aims(), a) {
			out = append(out, f.T(r, "lesson.aim_"+strings.ToLower(a)))
		}
	}
	return out
}

func (f *face) aimOptions(r *http.Request, picked []string) []page.Option {
	var out []page.Option
	for i, text := range f.aimTexts(r, Aims()) {
		out = append(out, page.Option{Value: Aims()[i], Text: text, Checked: slices.Contains(picked, Aims()[i])})
	}
	return out
}

func (f *face) library(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := libraryView{Project: r.PathValue("project"), Aim: q.Get("aim"), Find: strings.TrimSpace(q.Get("find")), Action: r.URL.Path}
	v.Filtered = v.Aim != "" || v.Find != ""
	var out ListOut
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if out, err = f.room.List(ctx, ListIn{Project: v.Project, Aim: v.Aim, Find: v.Find, After: q.Get("after"), Limit: 25}); err != nil {
			return err
		}
		v.MayLearn = v.Project != "" && who.Can(ctx, tx, "lesson.learn", ref.Of(ref.Project, v.Project))
		refs := make([]ref.Ref, len(out.Lessons))
		for i, l := range out.Lessons {
			refs[i] = l.Ref
		}
		strips, err := f.room.threads.Strips(ctx, tx, refs)
		for _, l := range out.Lessons {
			x := line{Lesson: l, AimTexts: f.aimTexts(r, l.Aims)}
			if v.Project == "" {
				x.ProjectTitle = out.Projects[l.Project]
			}
			if s, ok := strips[l.Ref]; ok {
				s.Compact = true
				x.Strip = &s
			}
			v.Lines = append(v.Lines, x)
		}
		return err
	})
	v.Aims = append([]page.Option{{Text: f.T(r, "lesson.any_aim")}}, f.aimOptions(r, nil)...)
	title, back := f.T(r, "lesson.library"), ""
	if v.Project != "" {
		title, back = f.T(r, "lesson.title"), "/project/"+v.Project
	}
	if err != nil {
		return f.Again(w, r, "lesson/list", page.View{Title: title, Body: v, Back: back}, err)
	}
	if out.Next != "" {
		q.Set("after", out.Next)
		v.More.Next = r.URL.Path + "?" + q.Encode()
	}
	if v.MayLearn {
		v.Empty = []page.Link{{Href: "/lesson/" + v.Project + "/learn", Text: f.T(r, "lesson.learn_do")}}
	}
	return f.Show(w, r, "lesson/list", page.View{Title: title, Body: v, Back: back})
}

// seeView is the page of one lesson.
type seeView struct {
	SeeOut
	Rows                 []page.Row
	AimTexts             []string
	Strip                *page.Strip
	MayLearn, MayConfirm bool
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	var v seeView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.SeeOut, err = f.found(ctx, r); err != nil {
			return err
		}
		v.MayLearn = who.Can(ctx, tx, "lesson.learn", v.Ref)
		v.MayConfirm = v.Stale > 0 && who.Can(ctx, tx, "thread.confirm", v.Ref)
		strips, err := f.room.threads.Strips(ctx, tx, []ref.Ref{v.Ref})
		if s, ok := strips[v.Ref]; ok {
			v.Strip = &s
		}
		return err
	})
	if err != nil {
		return err
	}
	f.rows(r, &v)
	return f.Show(w, r, "lesson/see", page.View{Title: v.Title, Body: v, Notice: f.Done(r, "lesson.done_", "learned", "edited"), Back: "/lesson/" + v.Project})
}

// rows puts what is known of a lesson in words.
func (f *face) rows(r *http.Request, v *seeView) {
	row := func(key, value string) {
		if value != "" {
			v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value})
		}
	}
	row("lesson.elsewhere", v.Elsewhere)
	row("lesson.power", v.Power)
	row("lesson.culture", v.Culture)
	row("lesson.resources", v.Resources)
	policy := "lesson.policy"
	if v.PolicyStance != "" {
		policy += "_" + strings.ReplaceAll(v.PolicyStance, " ", "_")
	}
	row(policy, v.Policy)
	v.AimTexts = f.aimTexts(r, v.Aims)
}

// found reads the lesson that the address names; under another project's address it is
// not there.
func (f *face) found(ctx context.Context, r *http.Request) (SeeOut, error) {
	out, err := f.room.See(ctx, SeeIn{ref.Of(Kind, r.PathValue("id"))})
	if err == nil && out.Project != r.PathValue("project") {
		return SeeOut{}, fault.New(fault.Missing, "house.missing")
	}
	return out, err
}

// formView is the form of a lesson, new or changed.
type formView struct {
	Facts
	Version     int64
	Project     string
	Action, Key string
	AimOptions  []page.Option
	Stances     []page.Option
	Sources     []page.Option
	Now         []page.Row // how it stands, when someone else was first
}

// fill loads what the form offers to choose from.
func (f *face) fill(r *http.Request, v *formView, from []ref.Ref) error {
	v.Action, v.Key = r.URL.Path, r.FormValue("key")
	v.AimOptions = f.aimOptions(r, v.Aims)
	for _, s := range Stances() {
		v.Stances = append(v.Stances, page.Option{Value: s, Text: f.T(r, "lesson.stance_"+strings.ReplaceAll(s, " ", "_"))})
	}
	return f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		if err := who.Must(ctx, tx, "lesson.learn", ref.Of(ref.Project, v.Project)); err != nil {
			return err
		}
		may, err := f.room.mine(ctx, tx)
		if err != nil {
			return err
		}
		recs, err := sources(tx, v.Project, may)
		for _, x := range recs {
			v.Sources = append(v.Sources, page.Option{Value: x.Ref().String(), Text: x.Title, Hint: f.T(r, "lesson.from_"+x.Kind), Checked: slices.Contains(from, x.Ref())})
		}
		return err
	})
}

// refsOf reads refs of an address; what is no ref is left out.
func refsOf(values url.Values) []ref.Ref {
	var out []ref.Ref
	for _, s := range values["from"] {
		if x, err := ref.Parse(s); err == nil {
			out = append(out, x)
		}
	}
	return out
}

func (f *face) learnForm(w http.ResponseWriter, r *http.Request) error {
	v := formView{Project: r.PathValue("project")}
	if err := f.fill(r, &v, refsOf(r.URL.Query())); err != nil {
		return err
	}
	return f.Show(w, r, "lesson/learn", page.View{Title: f.T(r, "lesson.learn_title"), Body: v, Back: "/lesson/" + v.Project})
}

func (f *face) learn(w http.ResponseWriter, r *http.Request) error {
	var in LearnIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	var out LearnOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "lesson.learn", r.FormValue("key"), f.room.Learn, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/lesson/"+in.Project+"/of/"+out.Ref.ID+"?done=learned")
	}
	v := formView{Facts: in.Facts, Project: in.Project}
	if e := f.fill(r, &v, in.From); e != nil {
		return e
	}
	return f.Again(w, r, "lesson/learn", page.View{Title: f.T(r, "lesson.learn_title"), Body: v, Back: "/lesson/" + v.Project}, err)
}

func (f *face) editForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.found(r.Context(), r)
	if err != nil {
		return err
	}
	v := formView{Facts: out.Facts, Version: out.Version, Project: out.Project}
	if err := f.fill(r, &v, out.From); err != nil {
		return err
	}
	return f.Show(w, r, "lesson/learn", page.View{Title: f.T(r, "lesson.edit_title"), Body: v, Back: "/lesson/" + out.Project + "/of/" + out.Ref.ID})
}

func (f *face) edit(w http.ResponseWriter, r *http.Request) error {
	now, err := f.found(r.Context(), r)
	if err != nil {
		return err
	}
	var in EditIn
	err = form.Read(r, &in)
	in.Ref = now.Ref
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "lesson.edit", r.FormValue("key"), f.room.Edit, in)
	}
	here := "/lesson/" + now.Project + "/of/" + now.Ref.ID
	if err == nil {
		return web.Redirect(w, r, here+"?done=edited")
	}
	v := formView{Facts: in.Facts, Version: in.Version, Project: now.Project}
	if e := f.fill(r, &v, in.From); e != nil {
		return e
	}
	// Someone else was first: how it stands is shown, and the next press stands on that.
	if now.Version != in.Version {
		s := seeView{SeeOut: now}
		f.rows(r, &s)
		v.Version, v.Key = now.Version, ""
		v.Now = append([]page.Row{{Key: f.T(r, "lesson.what"), Value: now.Title}}, s.Rows...)
	}
	return f.Again(w, r, "lesson/learn", page.View{Title: f.T(r, "lesson.edit_title"), Body: v, Back: here}, err)
}
