package review

import (
	"net/http"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// fieldsView is the page of a review's form.
type fieldsView struct {
	Review
	Taken, Judged []fieldView
	MayRun        bool
}

func (f *face) fields(w http.ResponseWriter, r *http.Request) error {
	var v fieldsView
	var out FieldsOut
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.Review, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		v.MayRun = who.Can(ctx, tx, "review.run", v.Review.Ref)
		out, err = f.room.Fields(ctx, FieldsIn{Review: v.Review.Ref})
		return err
	})
	if err != nil {
		return err
	}
	for _, x := range out.Fields {
		q := fieldView{FormField: x}
		q.Says, q.Helps = f.fieldLabel(r, x)
		if x.Part == Judged {
			v.Judged = append(v.Judged, q)
		} else {
			v.Taken = append(v.Taken, q)
		}
	}
	return f.Show(w, r, "review/fields", page.View{Title: f.T(r, "review.ex_form"), Body: v, Notice: f.Done(r, "review.ex_done_", "form"), Back: v.Here() + "/extract"})
}

// fieldForm is the page on which one question of the form is made or changed.
type fieldFormView struct {
	Review
	FieldIn
	Action, Key string
	Parts       []page.Option
	Fresh       bool
	Stays       bool // it is always asked
}

func (f *face) fieldForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.fieldFormView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/field", page.View{Title: f.T(r, fieldTitle(v)), Body: v, Back: v.Here() + "/field"})
}

func fieldTitle(v fieldFormView) string {
	if v.Fresh {
		return "review.ex_field_new"
	}
	return "review.ex_field_edit"
}

func (f *face) fieldFormView(r *http.Request) (v fieldFormView, err error) {
	if v.Review, err = f.found(r, "review.run"); err != nil {
		return v, err
	}
	id := r.PathValue("field")
	v.Action, v.Key, v.Fresh, v.Stays = r.URL.Path, r.FormValue("key"), id == "new", id == Says
	v.Part = Taken
	if r.URL.Query().Get("part") == Judged {
		v.Part = Judged
	}
	if !v.Fresh {
		out, err := f.room.Fields(r.Context(), FieldsIn{Review: v.Review.Ref})
		if err != nil {
			return v, err
		}
		i := slices.IndexFunc(out.Fields, func(x FormField) bool { return x.ID == id })
		if i < 0 {
			return v, fault.New(fault.Missing, "house.missing")
		}
		x := out.Fields[i]
		v.FieldIn = FieldIn{ID: x.ID, Part: x.Part, Choices: strings.Join(x.Choices, "\n"), Place: int64(i + 1)}
		v.Label, v.Hint = f.fieldLabel(r, x)
	}
	for _, p := range []string{Taken, Judged} {
		v.Parts = append(v.Parts, page.Option{Value: p, Text: f.T(r, "review.ex_part_"+p)})
	}
	return v, nil
}

func (f *face) saveField(w http.ResponseWriter, r *http.Request) error {
	var in FieldIn
	err := form.Read(r, &in)
	in.Review, in.ID = at(r), r.PathValue("field")
	if in.ID == "new" {
		in.ID = ""
	}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.field", r.FormValue("key"), f.room.Field, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Review.ID+"/field?done=form")
	}
	v, e := f.fieldFormView(r)
	if e != nil {
		return e
	}
	in.ID = v.ID
	v.FieldIn = in
	return f.Again(w, r, "review/field", page.View{Title: f.T(r, fieldTitle(v)), Body: v, Back: v.Here() + "/field"}, err)
}
