package people

import (
	"net/http"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// mixView is the page of whom a project hopes to hear.
type mixView struct {
	ID         string
	None, Some []string // the sentence on top
	Groups     []mixGroup
	Labels     []string // role labels that people here have chosen
	May        bool
	In         MixIn
	Kind, Name string // what the line is about, as the form has it: role, or other with its name
	Planned    string
	Kinds      []page.Option
	Key        string
}

// mixGroup is the lines about one thing.
type mixGroup struct {
	Title string
	Lines []mixLine
}

type mixLine struct {
	MixLine
	StateText, Kind string
}

// otherKind stands in the form for a characteristic that the project names.
const otherKind = "other"

func (f *face) mixPage(r *http.Request, v mixView) (page.View, error) {
	v.ID, v.Key = r.PathValue("project"), r.FormValue("key")
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		out, err := f.room.SeeMissing(ctx, MissingIn{v.ID})
		if err != nil {
			return err
		}
		v.None, v.Some = in(out.Lines, NoneYet), in(out.Lines, Some)
		for _, m := range out.Lines {
			title := m.What
			if m.What == ByRole {
				title = f.T(r, "people.mix_role")
			}
			i := slices.IndexFunc(v.Groups, func(g mixGroup) bool { return g.Title == title })
			if i < 0 {
				i, v.Groups = len(v.Groups), append(v.Groups, mixGroup{Title: title})
			}
			v.Groups[i].Lines = append(v.Groups[i].Lines, mixLine{MixLine: m, StateText: f.choice(r, "mix", m.State)})
		}
		if v.May = who.Can(ctx, tx, "people.mix", ref.Of(ref.Project, v.ID)); v.May {
			v.Labels, err = labels(tx, who.From(ctx).Programme, v.ID)
		}
		return err
	})
	v.Kinds = []page.Option{{Value: ByRole, Text: f.T(r, "people.mix_by_role")}, {Value: otherKind, Text: f.T(r, "people.mix_by_other")}}
	view := page.View{Title: f.T(r, "people.mix_title"), Body: v, Back: "/project/" + v.ID}
	if r.Method == http.MethodGet {
		view.Notice = f.saved(r)
	}
	return view, err
}

func (f *face) mix(w http.ResponseWriter, r *http.Request) error {
	v, err := f.mixPage(r, mixView{Kind: ByRole})
	if err != nil {
		return err
	}
	return f.Show(w, r, "people/mix", v)
}

func (f *face) changeMix(w http.ResponseWriter, r *http.Request) error {
	var in MixIn
	err := form.Read(r, &in)
	v := mixView{In: in, Kind: r.FormValue("kind"), Name: in.What, Planned: r.FormValue("planned")}
	in.Project = r.PathValue("project")
	if v.Kind == ByRole {
		in.What = ByRole
	}
	if err == nil && in.Planned == 0 && r.FormValue("drop") != "yes" {
		// Only the button beside a line takes one away; an empty box is a slip.
		err = fault.Fielded("planned", "people.need_planned")
	}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "people.mix", r.FormValue("key"), f.room.Mix, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/people/mix/"+in.Project+"?done=saved")
	}
	view, e := f.mixPage(r, v)
	if e != nil {
		return e
	}
	return f.Again(w, r, "people/mix", view, err)
}

// describeView is the form of what a person says of themselves.
type describeView struct {
	DescribedOut
	Asked  []page.Option
	What   string
	Value  string
	Called string
	Action string
	Key    string
}

func (f *face) describePage(r *http.Request) func(DescribeIn) (page.View, error) {
	return func(in DescribeIn) (page.View, error) {
		v := describeView{What: in.What, Value: in.Value, Action: r.URL.Path, Key: r.FormValue("key")}
		err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
			ctx := tx.Context()
			who, err := f.room.See(ctx, SeeIn{person(r)})
			if err == nil && who.State == Erased {
				err = gone()
			}
			if err != nil {
				return err
			}
			v.Called = f.called(r, who.Person)
			v.DescribedOut, err = f.room.Described(ctx, DescribedIn{person(r)})
			return err
		})
		for _, x := range v.DescribedOut.Asked {
			v.Asked = append(v.Asked, page.Option{Value: x, Text: x})
		}
		if len(v.Asked) == 1 && v.What == "" {
			v.What = v.Asked[0].Value
		}
		view := page.View{Title: f.T(r, "people.describe_title"), Body: v, Back: "/people/" + r.PathValue("id")}
		if r.Method == http.MethodGet {
			view.Notice = f.saved(r)
		}
		return view, err
	}
}

func (f *face) describeForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/describe", DescribeIn{}, f.describePage(r))
}

func (f *face) describe(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.describe", "people/describe", f.room.Describe, func(in *DescribeIn) { in.Person = person(r) }, f.describePage(r),
		func(out DescribeOut) string { return "/people/person/" + out.Ref.ID + "/describe?done=saved" })
}
