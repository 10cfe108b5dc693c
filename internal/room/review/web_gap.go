package review

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"

	"plait/internal/engine/cite"
	"plait/internal/engine/table"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// gapsView is the gaps of a review.
type gapsView struct {
	Review
	Open, Closed []gapLine
	MayRun       bool
	Empty        []page.Link
	zone         string // of the programme's days
}

// gapLine is a gap of a list, with the reference that says so.
type gapLine struct {
	Missing
	Cited, On string
}

// gapsRead reads the gaps of an address with their references.
func (f *face) gapsRead(r *http.Request) (v gapsView, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		of, programme, err := f.room.open(ctx, tx, "review.see", at(r))
		if err != nil {
			return err
		}
		v.Review, v.MayRun = of, who.Can(ctx, tx, "review.run", of.Ref)
		all, err := gapsOf(tx, programme, of.Ref.ID)
		if err != nil {
			return err
		}
		if v.zone, err = f.room.zone(tx, programme); err != nil {
			return err
		}
		cited, err := citedBy(tx, programme, of.Ref.ID, all)
		for _, g := range all {
			l := gapLine{g, cited[g.N], ""}
			if g.ClosedAt > 0 {
				l.On = clock.DayOf(g.ClosedAt, v.zone)
				v.Closed = append(v.Closed, l)
			} else {
				v.Open = append(v.Open, l)
			}
		}
		return err
	})
	return v, err
}

// citedBy writes the references of the records that name gaps, by their numbers.
func citedBy(tx *db.Tx, programme, review string, all []Missing) (map[int64]string, error) {
	var ns []int64
	for _, g := range all {
		if g.N > 0 {
			ns = append(ns, g.N)
		}
	}
	out := map[int64]string{}
	if len(ns) == 0 {
		return out, nil
	}
	found, records, err := citations(tx, programme, review, among(ns), 0, MaxGaps)
	for i, n := range found {
		out[n] = cite.Reference(cite.Harvard, records[i])
	}
	return out, err
}

func (f *face) gaps(w http.ResponseWriter, r *http.Request) error {
	v, err := f.gapsRead(r)
	if err != nil {
		return err
	}
	if v.MayRun {
		v.Empty = []page.Link{{Href: v.Here() + "/gap/new", Text: f.T(r, "review.ex_gap_do")}}
	}
	return f.Show(w, r, "review/gaps", page.View{Title: f.T(r, "review.ex_step_gap"), Body: v, Back: v.Here()})
}

// gapPrint is the open gaps on a page for funders.
func (f *face) gapPrint(w http.ResponseWriter, r *http.Request) error {
	v, err := f.gapsRead(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/gap_print", page.View{Title: f.T(r, "review.ex_gap_print_title"), Body: v, Back: v.Here() + "/gap"})
}

// gapTable is the gaps as a sheet, for funders.
func (f *face) gapTable(w http.ResponseWriter, r *http.Request) error {
	v, err := f.gapsRead(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("\uFEFF") // so that spreadsheets read it as UTF-8
	rows := [][]string{{f.T(r, "review.ex_gap_words"), f.T(r, "review.ex_gap_about"), f.T(r, "review.ex_gap_from"), f.T(r, "review.ex_gap_found_on"),
		f.T(r, "review.ex_gap_state"), f.T(r, "review.ex_gap_closed_why"), f.T(r, "review.name")}}
	for _, g := range append(v.Open, v.Closed...) {
		rows = append(rows, []string{table.Guard(g.Words), table.Guard(g.About), table.Guard(g.Cited), clock.DayOf(g.MadeAt, v.zone), f.T(r, "review.ex_gap_"+g.State()), table.Guard(g.Missing.Closed), table.Guard(v.Facts.Title)})
	}
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="gaps.csv"`)
	_, err = w.Write(b.Bytes())
	return err
}

// gapForm is the form of a gap.
type gapForm struct {
	Missing
	Action, Key string
	Fresh       bool
	Record      string
	Now         []page.Row
}

func (f *face) fillGap(r *http.Request, v *gapForm) error {
	v.Action, v.Key = r.URL.Path, r.FormValue("key")
	return f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		of, programme, err := f.room.open(tx.Context(), tx, "review.run", ref.Of(Kind, v.Review))
		if err != nil || v.N == 0 {
			v.Project = of.Project
			return err
		}
		v.Project = of.Project
		x, err := record(tx, programme, v.Review, v.N)
		if fault.Is(err, fault.Missing) {
			v.N, err = 0, nil
		}
		v.Record = x.Title
		return err
	})
}

func (f *face) gapForm(w http.ResponseWriter, r *http.Request) error {
	v := gapForm{Missing: Missing{Review: r.PathValue("id"), N: whole64(r.URL.Query().Get("n"))}, Fresh: true}
	if err := f.fillGap(r, &v); err != nil {
		return err
	}
	return f.Show(w, r, "review/gap_form", page.View{Title: f.T(r, "review.ex_gap_title"), Body: v, Back: v.Of() + "/gap"})
}

func (f *face) addGap(w http.ResponseWriter, r *http.Request) error {
	var in GapIn
	err := form.Read(r, &in)
	in.Review, in.Place = at(r), ""
	var out GapOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "review.gap", r.FormValue("key"), f.room.AddGap, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/gap/"+out.Ref.ID+"?done=gap")
	}
	v := gapForm{Missing: Missing{Review: in.Review.ID, Words: in.Words, About: in.About, N: in.N}, Fresh: true}
	if e := f.fillGap(r, &v); e != nil {
		return e
	}
	return f.Again(w, r, "review/gap_form", page.View{Title: f.T(r, "review.ex_gap_title"), Body: v, Back: v.Of() + "/gap"}, err)
}

// oneGap reads the gap of an address; under another project's address it is not there.
func (f *face) oneGap(r *http.Request) (Missing, error) {
	g, err := f.room.OneGap(r.Context(), OneGapIn{Ref: ref.Of(Gap, r.PathValue("id"))})
	if err == nil && g.Project != r.PathValue("project") {
		err = fault.New(fault.Missing, "house.missing")
	}
	return g, err
}

// gapView is the page of one gap.
type gapView struct {
	gapLine
	Title  string // of its review
	Why    string
	Key    string
	MayRun bool
}

func (f *face) gapView(r *http.Request) (v gapView, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		if v.Missing, err = f.oneGap(r.WithContext(ctx)); err != nil {
			return err
		}
		of, programme, err := f.room.open(ctx, tx, "review.see", ref.Of(Kind, v.Review))
		if err != nil {
			return err
		}
		v.Title, v.MayRun, v.Key = of.Facts.Title, who.Can(ctx, tx, "review.run", of.Ref), r.FormValue("key")
		if v.ClosedAt > 0 {
			if v.On, err = f.room.day(tx, programme, v.ClosedAt); err != nil {
				return err
			}
		}
		cited, err := citedBy(tx, programme, v.Review, []Missing{v.Missing})
		v.Cited = cited[v.N]
		return err
	})
	return v, err
}

func (f *face) gap(w http.ResponseWriter, r *http.Request) error {
	v, err := f.gapView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/gap", page.View{Title: v.Words, Body: v, Notice: f.Done(r, "review.ex_done_", "gap", "gap_edited", "gap_closed", "gap_opened"), Back: v.Of() + "/gap"})
}

func (f *face) gapEditForm(w http.ResponseWriter, r *http.Request) error {
	g, err := f.oneGap(r)
	if err != nil {
		return err
	}
	v := gapForm{Missing: g}
	if err := f.fillGap(r, &v); err != nil {
		return err
	}
	return f.Show(w, r, "review/gap_form", page.View{Title: f.T(r, "review.ex_gap_edit"), Body: v, Back: v.Here()})
}

func (f *face) editGap(w http.ResponseWriter, r *http.Request) error {
	g, err := f.oneGap(r)
	if err != nil {
		return err
	}
	var in EditGapIn
	err = form.Read(r, &in)
	in.Ref = g.Ref
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.edit-gap", r.FormValue("key"), f.room.EditGap, in)
	}
	if err == nil {
		return web.Redirect(w, r, g.Here()+"?done=gap_edited")
	}
	v := gapForm{Missing: g}
	if e := f.fillGap(r, &v); e != nil {
		return e
	}
	v.Words, v.About = in.Words, in.About
	if g.Version != in.Version {
		v.Key, v.Now = "", []page.Row{{Key: f.T(r, "review.ex_gap_words"), Value: g.Words}, {Key: f.T(r, "review.ex_gap_about"), Value: g.About}}
	}
	return f.Again(w, r, "review/gap_form", page.View{Title: f.T(r, "review.ex_gap_edit"), Body: v, Back: v.Here()}, err)
}

func (f *face) closeGap(w http.ResponseWriter, r *http.Request) error {
	var in CloseGapIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Gap, r.PathValue("id"))
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.close-gap", r.FormValue("key"), f.room.CloseGap, in)
	}
	if err == nil {
		done := "gap_closed"
		if in.Again {
			done = "gap_opened"
		}
		return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/close")+"?done="+done)
	}
	v, e := f.gapView(r)
	if e != nil {
		return e
	}
	v.Why = in.Why
	return f.Again(w, r, "review/gap", page.View{Title: v.Words, Body: v, Back: v.Of() + "/gap"}, err)
}

// organisationsView is who works on the question.
type organisationsView struct {
	Review
	Lines   []Working
	MayRun  bool
	MayMeet bool
	Empty   []page.Link
}

func (f *face) organisations(w http.ResponseWriter, r *http.Request) error {
	var v organisationsView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.Review, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		v.MayRun = who.Can(ctx, tx, "review.run", v.Review.Ref)
		v.MayMeet = v.MayRun && who.Can(ctx, tx, "people.change", ref.Of(ref.Project, v.Project))
		out, err := f.room.Organisations(ctx, OrganisationsIn{Review: v.Review.Ref})
		v.Lines = out.Organisations
		return err
	})
	if err != nil {
		return err
	}
	if v.MayRun {
		v.Empty = []page.Link{{Href: v.Here() + "/organisation/new", Text: f.T(r, "review.ex_organisation_do")}}
	}
	return f.Show(w, r, "review/organisations", page.View{Title: f.T(r, "review.ex_step_organisation"), Body: v, Notice: f.Done(r, "review.ex_done_", "organisation", "met"), Back: v.Here()})
}

// organisationForm is the form of an organisation.
type organisationForm struct {
	Review
	Org         Working
	Action, Key string
	Fresh       bool
	Record      string
}

func (f *face) organisationView(r *http.Request) (v organisationForm, err error) {
	id := r.PathValue("org")
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		of, programme, err := f.room.open(tx.Context(), tx, "review.run", at(r))
		if err != nil {
			return err
		}
		v.Review, v.Fresh, v.Action, v.Key = of, id == "new", r.URL.Path, r.FormValue("key")
		if v.Fresh {
			v.Org.N = whole64(r.FormValue("n"))
		} else if v.Org, err = organisationOf(tx, programme, of.Ref.ID, id); err != nil {
			return err
		}
		if v.Org.N > 0 {
			x, err := record(tx, programme, of.Ref.ID, v.Org.N)
			if fault.Is(err, fault.Missing) {
				v.Org.N = 0
				return nil
			}
			v.Record = x.Title
			return err
		}
		return nil
	})
	return v, err
}

func organisationTitle(v organisationForm) string {
	if v.Fresh {
		return "review.ex_organisation_title"
	}
	return "review.ex_organisation_edit"
}

func (f *face) organisationForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.organisationView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/organisation_form", page.View{Title: f.T(r, organisationTitle(v)), Body: v, Back: v.Review.Here() + "/organisation"})
}

func (f *face) saveOrganisation(w http.ResponseWriter, r *http.Request) error {
	v, err := f.organisationView(r)
	if err != nil {
		return err
	}
	var in EditOrganisationIn
	err = form.Read(r, &in)
	in.Review, in.ID = v.Review.Ref, v.Org.ID
	switch {
	case err != nil:
	case v.Fresh:
		_, err = plug.Run(r.Context(), f.desk, "review.organisation", r.FormValue("key"), f.room.AddOrganisation,
			OrganisationIn{Review: in.Review, Name: in.Name, Does: in.Does, Link: in.Link, N: v.Org.N})
	default:
		_, err = plug.Run(r.Context(), f.desk, "review.edit-organisation", r.FormValue("key"), f.room.EditOrganisation, in)
	}
	if err == nil {
		return web.Redirect(w, r, v.Review.Here()+"/organisation?done=organisation")
	}
	v.Org.Name, v.Org.Does, v.Org.Link = in.Name, in.Does, in.Link
	return f.Again(w, r, "review/organisation_form", page.View{Title: f.T(r, organisationTitle(v)), Body: v, Back: v.Review.Here() + "/organisation"}, err)
}

func (f *face) meet(w http.ResponseWriter, r *http.Request) error {
	in := MeetIn{Review: at(r), ID: r.PathValue("org")}
	if _, err := plug.Run(r.Context(), f.desk, "review.meet", r.FormValue("key"), f.room.Meet, in); err != nil {
		return err
	}
	return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Review.ID+"/organisation?done=met")
}
