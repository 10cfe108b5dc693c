package review

import (
	"context"
	"net/http"

	"plait/internal/kit/db"
	"plait/internal/kit/form"
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

// listView is the page of a project's reviews.
type listView struct {
	Project string
	Lines   []Review
	In      map[string]int64 // records of the files that are in, by review
	MayRun  bool
	Empty   []page.Link
}

func (f *face) list(w http.ResponseWriter, r *http.Request) error {
	v := listView{Project: r.PathValue("project")}
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		out, err := f.room.List(tx.Context(), ListIn{Project: v.Project})
		if err != nil {
			return err
		}
		v.Lines = out.Reviews
		v.In, err = inSums(tx, who.From(tx.Context()).Programme, v.Project)
		v.MayRun = err == nil && who.Can(tx.Context(), tx, "review.run", ref.Of(ref.Project, v.Project))
		return err
	})
	if err != nil {
		return err
	}
	if v.MayRun {
		v.Empty = []page.Link{{Href: "/review/" + v.Project + "/new", Text: f.T(r, "review.new_do")}}
	}
	return f.Show(w, r, "review/list", page.View{Title: f.T(r, "review.title"), Body: v, Back: "/project/" + v.Project})
}

// at is the review of an address.
func at(r *http.Request) ref.Ref { return ref.Of(Kind, r.PathValue("id")) }

// stepLine is one line of a review's page, in words.
type stepLine struct {
	Href, Name, State string
	Done              bool
}

// seeView is the page of one review.
type seeView struct {
	Review
	Rows   []page.Row
	Steps  []stepLine
	MayRun bool
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	var v seeView
	var steps []Step
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.Review, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		v.MayRun = who.Can(ctx, tx, "review.run", v.Ref)
		steps, err = f.room.steps(ctx, tx, v.Review)
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range steps {
		line := stepLine{Href: v.Here() + s.Href, Name: f.T(r, s.Name), Done: s.Done}
		if s.Key != "" {
			line.State = f.T(r, s.Key, "Count", s.N, "Of", s.Of)
		}
		v.Steps = append(v.Steps, line)
	}
	row := func(key, value string) {
		if value != "" {
			v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value})
		}
	}
	row("review.decision", v.Decision)
	row("review.decided_by", v.DecidedBy)
	row("review.decide_by", lang.Date(page.ChromeFrom(r.Context()).Lang, v.DecideBy))
	row("review.out_of_scope", v.OutOfScope)
	return f.Show(w, r, "review/see", page.View{Title: v.Title, Notice: f.Done(r, "review.done_", "made", "edited"), Body: v, Back: "/review/" + v.Project})
}

// formView is the form of a review.
type formView struct {
	Facts
	Way             string
	Version         int64
	Project         string
	Action, Key     string
	Ways, Sortings  []page.Option
	ReviewerChoices []page.Option
	Now             []page.Row
	Reason          string
	SignedBy        string // the questions were signed: a change needs a reason
}

func (f *face) fill(r *http.Request, v *formView) {
	v.Action, v.Key = r.URL.Path, r.FormValue("key")
	for _, x := range Ways() {
		v.Ways = append(v.Ways, page.Option{Value: x, Text: f.T(r, "review.way_"+x), Hint: f.T(r, "review.way_"+x+"_hint"), Checked: x == v.Way})
	}
	for _, x := range Sortings() {
		v.Sortings = append(v.Sortings, page.Option{Value: x, Text: f.T(r, "review.sorting_"+x), Checked: x == v.Sorting})
	}
}

func (f *face) newForm(w http.ResponseWriter, r *http.Request) error {
	v := formView{Project: r.PathValue("project"), Way: Searched, Facts: Facts{Reviewers: 1, Sorting: Learned, Chance: 10}}
	if err := f.may(r.Context(), "review.run", ref.Of(ref.Project, v.Project)); err != nil {
		return err
	}
	f.fill(r, &v)
	return f.Show(w, r, "review/form", page.View{Title: f.T(r, "review.new_title"), Body: v, Back: "/review/" + v.Project})
}

// may asks for a permission before a form is shown.
func (f *face) may(ctx context.Context, permission string, at ref.Ref) error {
	return f.room.db.Read(ctx, func(tx *db.Tx) error { return who.Must(tx.Context(), tx, permission, at) })
}

func (f *face) make(w http.ResponseWriter, r *http.Request) error {
	var in MakeIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	var out MakeOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "review.make", r.FormValue("key"), f.room.Make, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+in.Project+"/of/"+out.Ref.ID+"?done=made")
	}
	v := formView{Project: in.Project, Way: in.Way, Facts: in.Facts}
	f.fill(r, &v)
	return f.Again(w, r, "review/form", page.View{Title: f.T(r, "review.new_title"), Body: v, Back: "/review/" + v.Project}, err)
}

func (f *face) editForm(w http.ResponseWriter, r *http.Request) error {
	now, err := f.found(r, "review.run")
	if err != nil {
		return err
	}
	v := formView{Project: now.Project, Facts: now.Facts, Version: now.Version, SignedBy: now.SignedBy}
	f.fill(r, &v)
	return f.Show(w, r, "review/form", page.View{Title: f.T(r, "review.edit_title"), Body: v, Back: now.Here()})
}

// found reads the review of an address for someone who has a permission to it.
func (f *face) found(r *http.Request, permission string) (v Review, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		v, _, err = f.room.open(tx.Context(), tx, permission, at(r))
		return err
	})
	return v, err
}

func (f *face) edit(w http.ResponseWriter, r *http.Request) error {
	now, err := f.found(r, "review.run")
	if err != nil {
		return err
	}
	var sent struct {
		Version int64  `json:"version"`
		Reason  string `json:"reason"`
		Facts
	}
	err = form.Read(r, &sent)
	in := EditIn{Ref: now.Ref, Version: sent.Version, Reason: sent.Reason, FactsEdit: sent.Facts.Edit()}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.edit", r.FormValue("key"), f.room.Edit, in)
	}
	if err == nil {
		return web.Redirect(w, r, now.Here()+"?done=edited")
	}
	v := formView{Project: now.Project, Facts: sent.Facts, Version: in.Version, Reason: in.Reason, SignedBy: now.SignedBy}
	// Someone else was first: how it stands is shown, and the next press stands on that.
	if now.Version != in.Version {
		v.Version = now.Version
		v.Now = []page.Row{{Key: f.T(r, "review.name"), Value: now.Title}, {Key: f.T(r, "review.decision"), Value: now.Decision}, {Key: f.T(r, "review.out_of_scope"), Value: now.OutOfScope}}
	}
	f.fill(r, &v)
	if v.Now != nil {
		v.Key = ""
	}
	return f.Again(w, r, "review/form", page.View{Title: f.T(r, "review.edit_title"), Body: v, Back: now.Here()}, err)
}

// panelView is the room's piece of a project's page.
type panelView struct {
	Project string
	Lines   []Review
	MayRun  bool
}

func (r *Room) loadPanel(ctx context.Context, tx *db.Tx, at ref.Ref) (any, error) {
	out, err := r.List(ctx, ListIn{Project: at.ID})
	v := panelView{Project: at.ID, Lines: out.Reviews[:min(3, len(out.Reviews))], MayRun: who.Can(ctx, tx, "review.run", at)}
	if err != nil || len(v.Lines) == 0 && !v.MayRun {
		return nil, err
	}
	return v, nil
}
