package review

import (
	"net/http"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// themeView is the page of one theme.
type themeView struct {
	Review
	ThemeIn
	Fresh       bool
	Action, Key string
	Others      []page.Option
}

func (f *face) themeView(r *http.Request) (v themeView, err error) {
	if v.Review, err = f.found(r, "review.run"); err != nil {
		return v, err
	}
	id := r.PathValue("theme")
	v.Action, v.Key, v.Fresh = r.URL.Path, r.FormValue("key"), id == "new"
	out, err := f.room.Statements(r.Context(), StatementsIn{Review: v.Review.Ref})
	if err != nil || v.Fresh {
		return v, err
	}
	v.Others = []page.Option{{Text: f.T(r, "review.ex_no_theme")}}
	there := false
	for i, t := range out.Themes {
		if t.ID == id {
			v.ThemeIn, there = ThemeIn{ID: t.ID, Title: t.Title, Place: int64(i + 1)}, true
			continue
		}
		v.Others = append(v.Others, page.Option{Value: t.ID, Text: t.Title})
	}
	if !there {
		return v, fault.New(fault.Missing, "house.missing")
	}
	return v, nil
}

func themeTitle(v themeView) string {
	if v.Fresh {
		return "review.ex_theme_new"
	}
	return "review.ex_theme_edit"
}

func (f *face) themeForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.themeView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/theme", page.View{Title: f.T(r, themeTitle(v)), Body: v, Back: v.Here() + "/statement"})
}

func (f *face) saveTheme(w http.ResponseWriter, r *http.Request) error {
	v, err := f.themeView(r)
	if err != nil {
		return err
	}
	var in ThemeIn
	err = form.Read(r, &in)
	in.Review, in.ID = v.Review.Ref, v.ThemeIn.ID
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.theme", r.FormValue("key"), f.room.Theme, in)
	}
	if err == nil {
		return web.Redirect(w, r, v.Here()+"/statement?done=themed")
	}
	v.ThemeIn = in
	return f.Again(w, r, "review/theme", page.View{Title: f.T(r, themeTitle(v)), Body: v, Back: v.Here() + "/statement"}, err)
}

func (f *face) mergeTheme(w http.ResponseWriter, r *http.Request) error {
	var in MergeIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.Review, in.Theme = at(r), r.PathValue("theme")
	if _, err := plug.Run(r.Context(), f.desk, "review.merge-themes", r.FormValue("key"), f.room.Merge, in); err != nil {
		return err
	}
	return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Review.ID+"/statement?done=merged")
}
