package outcome

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
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

// listView is the page of what changed in a project.
type listView struct {
	ListOut
	Project   string
	Lines     []line
	Sorts     []sortLink
	Sort      string
	More      page.Pages
	Empty     []page.Link
	MayRecord bool
}

// line is one outcome of the list.
type line struct {
	Outcome
	SortText string
	Strip    *page.Strip
}

type sortLink struct {
	Href, Text string
	N          int64
	Current    bool
}

func (f *face) sortText(r *http.Request, sort string) string {
	if !slices.Contains(Sorts(), sort) {
		return ""
	}
	return f.T(r, "outcome.sort_"+sort)
}

func (f *face) list(w http.ResponseWriter, r *http.Request) error {
	project, q := r.PathValue("project"), r.URL.Query()
	v := listView{Project: project, Sort: q.Get("sort")}
	here := "/outcome/" + project
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.ListOut, err = f.room.List(ctx, ListIn{Project: project, Sort: v.Sort, Shared: q.Get("for") == "project", After: q.Get("after"), Limit: 25}); err != nil {
			return err
		}
		v.MayRecord = who.Can(ctx, tx, "outcome.record", ref.Of(ref.Project, project))
		refs := make([]ref.Ref, len(v.Outcomes))
		for i, o := range v.Outcomes {
			refs[i] = o.Ref
		}
		strips, err := f.room.threads.Strips(ctx, tx, refs)
		for _, o := range v.Outcomes {
			l := line{Outcome: o, SortText: f.sortText(r, o.Sort)}
			if s, ok := strips[o.Ref]; ok {
				s.Compact = true
				l.Strip = &s
			}
			v.Lines = append(v.Lines, l)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range Sorts() {
		if n := v.Counts[s]; n > 0 {
			v.Sorts = append(v.Sorts, sortLink{here + "?sort=" + s, f.sortText(r, s), n, s == v.Sort})
		}
	}
	if v.Next != "" {
		q.Set("after", v.Next)
		q.Del("done")
		v.More.Next = here + "?" + q.Encode()
	}
	if v.MayRecord {
		v.Empty = []page.Link{{Href: here + "/record", Text: f.T(r, "outcome.record_do")}}
	}
	notice := ""
	if d := q.Get("done"); d == "withdrawn" {
		notice = f.T(r, "outcome.done_withdrawn")
	}
	return f.Show(w, r, "outcome/list", page.View{Title: f.T(r, "outcome.title"), Body: v, Notice: notice, Back: "/project/" + project})
}

// seeView is the page of one outcome.
type seeView struct {
	SeeOut
	Rows                   []page.Row
	Strip                  *page.Strip
	Name                   string // whose it is, to those who may know
	MayRecord, MayConfirm  bool
	Personal, StaleAnother bool
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	var v seeView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.SeeOut, err = f.found(ctx, r); err != nil {
			return err
		}
		v.Personal = v.Ref.Kind == KindPersonal
		v.MayRecord = who.Can(ctx, tx, "outcome.record", v.Ref)
		v.MayConfirm = v.Stale > 0 && who.Can(ctx, tx, "thread.confirm", v.Ref)
		if v.Personal {
			if v.Name, err = f.room.people.Label(ctx, tx, v.Person); err != nil {
				return err
			}
		}
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
	return f.Show(w, r, "outcome/see", page.View{Title: v.Title, Body: v, Notice: f.Done(r, "outcome.done_", "recorded", "edited"), Back: "/outcome/" + v.Project})
}

// rows puts what is known of an outcome in words.
func (f *face) rows(r *http.Request, v *seeView) {
	row := func(key, value string) {
		if value != "" {
			v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value})
		}
	}
	if v.Personal {
		row("outcome.person", v.Name)
	}
	row("outcome.sort", f.sortText(r, v.Sort))
	row("outcome.on", lang.Date(page.ChromeFrom(r.Context()).Lang, v.On))
	row("outcome.shows", v.Shows)
	row("outcome.document", v.Document)
	row("outcome.page", v.Facts.Page)
}

// found reads the outcome that the address names; under another project's address it is
// not there.
func (f *face) found(ctx context.Context, r *http.Request) (SeeOut, error) {
	out, err := f.room.See(ctx, SeeIn{ref.Of(Kind, r.PathValue("id"))})
	if err == nil && out.Project != r.PathValue("project") {
		return SeeOut{}, fault.New(fault.Missing, "house.missing")
	}
	return out, err
}

// formView is the form of an outcome, new or changed.
type formView struct {
	Facts
	Site, Person string
	Version      int64
	Project      string
	Action, Key  string
	Sorts        []page.Option // of the first page, and of a change
	Sites        []page.Option
	People       []page.Option
	Sources      []page.Option
	Paper        bool       // asks for document and page
	Now          []page.Row // how it stands, when someone else was first
	AddPerson    string
}

// fill loads what the form offers to choose from.
func (f *face) fill(r *http.Request, v *formView, from []ref.Ref) error {
	v.Action, v.Key, v.On = r.URL.Path, r.FormValue("key"), form.Typed(v.On)
	v.Paper = slices.Contains([]string{Policy, Strategy, "resource"}, v.Sort)
	return f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		if err := who.Somewhere(ctx, tx, "outcome.record"); err != nil {
			return err
		}
		at := ref.Of(ref.Project, v.Project)
		if err := who.Must(ctx, tx, "outcome.see", at); err != nil {
			return err
		}
		may, err := f.room.public(ctx, tx)
		if err != nil {
			return err
		}
		recs, err := sources(tx, v.Project, may)
		for _, x := range recs {
			v.Sources = append(v.Sources, page.Option{Value: x.Ref().String(), Text: x.Title, Hint: f.T(r, "outcome.from_"+x.Kind), Checked: slices.Contains(from, x.Ref())})
		}
		if err != nil || v.Version > 0 {
			return err // a change keeps its place and its person
		}
		if v.Sites, err = f.sites(r, tx, v.Project); err != nil || !v.personal() {
			return err
		}
		v.AddPerson = "/people/add?project=" + v.Project
		people, err := f.room.people.Choose(ctx, tx, v.Project)
		for _, p := range people {
			v.People = append(v.People, page.Option{Value: p.Ref.ID, Text: p.Name})
		}
		return err
	})
}

// sites is the places of a project to choose from, the whole project first where the
// actor may record for it; none when there is nothing to choose.
func (f *face) sites(r *http.Request, tx *db.Tx, project string) ([]page.Option, error) {
	recs, err := placesOf(tx, who.From(tx.Context()).Programme, project, f.room.clock.Now())
	var out []page.Option
	if who.Can(tx.Context(), tx, "outcome.record", ref.Of(ref.Project, project)) {
		out = append(out, page.Option{Text: f.T(r, "outcome.site_all")})
	}
	for _, x := range recs {
		if who.Can(tx.Context(), tx, "outcome.record", x.Ref()) {
			out = append(out, page.Option{Value: x.ID, Text: x.Title})
		}
	}
	if len(out) == 1 && out[0].Value == "" {
		return nil, err
	}
	return out, err
}

func (f *face) sortOptions(r *http.Request, personal bool) []page.Option {
	var out []page.Option
	for _, s := range Sorts() {
		if s == ForAPerson && !personal {
			continue
		}
		out = append(out, page.Option{Value: s, Text: f.sortText(r, s), Hint: f.T(r, "outcome.sort_hint_"+s)})
	}
	return out
}

// refsOf reads refs of an address; what is no ref is left out.
func refsOf(values []string) []ref.Ref {
	var out []ref.Ref
	for _, s := range values {
		if x, err := ref.Parse(s); err == nil {
			out = append(out, x)
		}
	}
	return out
}

// recordForm asks first what sort of thing changed, then only what goes with it.
func (f *face) recordForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := formView{Project: r.PathValue("project"), Facts: Facts{Sort: q.Get("sort")}}
	from := refsOf(q["from"])
	if err := f.fill(r, &v, from); err != nil {
		return err
	}
	here := "/outcome/" + v.Project
	if slices.Contains(Sorts(), v.Sort) {
		return f.Show(w, r, "outcome/record", page.View{Title: f.T(r, "outcome.record_"+v.Sort), Body: v, Back: here + "/record?" + url.Values{"from": q["from"]}.Encode()})
	}
	v.Sorts = f.sortOptions(r, true)
	view := page.View{Title: f.T(r, "outcome.sort_title"), Body: sortView{v, from}, Back: here}
	if q.Has("asked") {
		view.Errors, view.Status = []page.Problem{{Field: "sort", Text: f.T(r, "outcome.need_sort")}}, http.StatusOK
	}
	return f.Show(w, r, "outcome/sort", view)
}

// sortView asks what sort of thing changed.
type sortView struct {
	formView
	From []ref.Ref
}

func (f *face) record(w http.ResponseWriter, r *http.Request) error {
	var in RecordIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	var out RecordOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "outcome.record", r.FormValue("key"), f.room.Record, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/outcome/"+in.Project+"/of/"+out.Ref.ID+"?done=recorded")
	}
	v := formView{Facts: in.Facts, Site: in.Site, Person: in.Person, Project: in.Project}
	if e := f.fill(r, &v, in.From); e != nil {
		return e
	}
	if !slices.Contains(Sorts(), in.Sort) {
		v.Sorts = f.sortOptions(r, true)
		return f.Again(w, r, "outcome/sort", page.View{Title: f.T(r, "outcome.sort_title"), Body: sortView{v, in.From}, Back: "/outcome/" + in.Project}, err)
	}
	return f.Again(w, r, "outcome/record", page.View{Title: f.T(r, "outcome.record_"+in.Sort), Body: v, Back: "/outcome/" + in.Project}, err)
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
	return f.showEdit(w, r, out, v, nil)
}

func (f *face) showEdit(w http.ResponseWriter, r *http.Request, out SeeOut, v formView, err error) error {
	if out.Ref.Kind == Kind {
		v.Sorts, v.Paper = f.sortOptions(r, false), true
	}
	view := page.View{Title: f.T(r, "outcome.edit_title"), Body: v, Back: "/outcome/" + out.Project + "/of/" + out.Ref.ID}
	if err != nil {
		return f.Again(w, r, "outcome/edit", view, err)
	}
	return f.Show(w, r, "outcome/edit", view)
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
		_, err = plug.Run(r.Context(), f.desk, "outcome.edit", r.FormValue("key"), f.room.Edit, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/outcome/"+now.Project+"/of/"+now.Ref.ID+"?done=edited")
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
		v.Now = append([]page.Row{{Key: f.T(r, "outcome.what"), Value: now.Title}}, s.Rows...)
	}
	return f.showEdit(w, r, now, v, err)
}

// withdrawView asks why an outcome is taken out.
type withdrawView struct {
	WithdrawIn
	Title, Lang, Action, Key string
	Personal                 bool
}

func (f *face) withdrawForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.found(r.Context(), r)
	if err != nil {
		return err
	}
	return f.showWithdraw(w, r, out, WithdrawIn{Version: out.Version}, nil)
}

func (f *face) showWithdraw(w http.ResponseWriter, r *http.Request, out SeeOut, in WithdrawIn, err error) error {
	v := withdrawView{in, out.Title, out.Language, r.URL.Path, r.FormValue("key"), out.Ref.Kind == KindPersonal}
	view := page.View{Title: f.T(r, "outcome.withdraw_title"), Body: v, Back: strings.TrimSuffix(r.URL.Path, "/withdraw")}
	if err != nil {
		return f.Again(w, r, "outcome/withdraw", view, err)
	}
	return f.Show(w, r, "outcome/withdraw", view)
}

func (f *face) withdraw(w http.ResponseWriter, r *http.Request) error {
	var in WithdrawIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	if err == nil {
		// The same press a second time gives the same answer, though it is gone by then.
		_, err = plug.Run(r.Context(), f.desk, "outcome.withdraw", r.FormValue("key"), f.room.Withdraw, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/outcome/"+r.PathValue("project")+"?done=withdrawn")
	}
	out, e := f.found(r.Context(), r)
	if e != nil {
		return err
	}
	if out.Version != in.Version {
		in.Version = out.Version
	}
	return f.showWithdraw(w, r, out, in, err)
}
