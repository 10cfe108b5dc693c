package worry

import (
	"net/http"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

type face struct {
	*web.Face
	desk *plug.Desk
	room *Room
}

// passView is the first press: whom it goes to, and the button that is the second.
type passView struct {
	In PassIn
	WhomOut
	Said        *Said // the words it is about, as the actor may read them
	To          string
	Card        bool
	Action, Key string
	AboutRef    string
	Before      []Passed // passed on before, on a card
	Zone        *time.Location
}

// fill looks up whom it goes to and what it is about.
func (f *face) fill(r *http.Request, in PassIn) (passView, error) {
	v := passView{In: in, Action: r.URL.Path, Key: r.FormValue("key"), AboutRef: in.About.String(), Card: f.room.Contributors(r.URL.Path)}
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.WhomOut, err = f.room.Whom(ctx, WhomIn{in.About, in.Project}); err != nil {
			return err
		}
		if v.Zone, err = f.zone(tx, who.From(ctx).Programme); err != nil {
			return err
		}
		if v.Card {
			out, err := f.room.Mine(ctx, MineIn{})
			v.Before = out.Passed
			return err
		}
		if in.About.None() {
			return nil
		}
		s, ok, err := f.room.words.Said(ctx, tx, in.About)
		if ok {
			v.Said = &s
		}
		return err
	})
	switch {
	case v.Role == "" && v.Card:
		v.To = f.T(r, "worry.to_nobody_card")
	case v.Role == "":
		v.To = f.T(r, "worry.to_nobody")
	case len(v.Names) > 0:
		v.To = f.T(r, "worry.to_named_"+v.Role, "Names", strings.Join(v.Names, ", "))
	default:
		v.To = f.T(r, "worry.to_"+v.Role)
	}
	return v, err
}

func (f *face) zone(tx *db.Tx, programme string) (*time.Location, error) {
	name, err := f.room.zones.Zone(tx, programme)
	return clock.Zone(name), err
}

func (f *face) passView(r *http.Request, v passView) page.View {
	out := page.View{Title: f.T(r, "worry.pass_title"), Body: v}
	switch {
	case v.Card:
		out.Layout, out.Back = page.Card, "/card/words"
	case v.Said != nil:
		out.Back = v.Said.Address
	case v.Project != "":
		out.Back = "/project/" + v.Project
	}
	return out
}

func (f *face) passForm(w http.ResponseWriter, r *http.Request) error {
	var in PassIn
	q := r.URL.Query()
	if err := form.Fill(map[string][]string{"about": q["about"], "project": q["project"]}, &in); err != nil {
		return err
	}
	v, err := f.fill(r, in)
	if err != nil {
		return err
	}
	return f.Show(w, r, "worry/pass", f.passView(r, v))
}

func (f *face) pass(w http.ResponseWriter, r *http.Request) error {
	var in PassIn
	err := form.Read(r, &in)
	if err == nil {
		err = written(r)
	}
	if err == nil {
		var out PassOut
		out, err = plug.Run(r.Context(), f.desk, "worry.pass", r.FormValue("key"), f.room.Pass, in)
		if err == nil {
			if web.WantsJSON(r) {
				return web.AnswerJSON(w, http.StatusOK, out)
			}
			return web.Redirect(w, r, "/worry/passed?done=yes")
		}
	}
	if web.WantsJSON(r) {
		return f.RefuseJSON(w, r, err)
	}
	v, e := f.fill(r, in)
	if e != nil {
		return err // who may not pass it on hears why, not whom it would go to
	}
	return f.Again(w, r, "worry/pass", f.passView(r, v), err)
}

// written says whether the worry comes from a device that holds it for somebody else: it is
// passed on under the name of whoever wrote it, or kept until they sign in.
func written(r *http.Request) error {
	by := r.FormValue("for") // as page.Chrome.Keeper has it; "" from a plain form
	if by == "" || by == page.ChromeFrom(r.Context()).Keeper {
		return nil
	}
	return fault.New(fault.Signin, "worry.other").With("worry.other_do")
}

// passedView is what the actor passed on and whether it was read.
type passedView struct {
	Passed []Passed
	Zone   *time.Location
}

func (f *face) passed(w http.ResponseWriter, r *http.Request) error {
	var v passedView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		out, err := f.room.Mine(tx.Context(), MineIn{})
		if err != nil {
			return err
		}
		v.Passed = out.Passed
		v.Zone, err = f.zone(tx, who.From(tx.Context()).Programme)
		return err
	})
	if err != nil {
		return err
	}
	return f.Show(w, r, "worry/passed", page.View{Title: f.T(r, "worry.passed_title"), Body: v, Notice: f.done(r), Back: "/project"})
}

func (f *face) done(r *http.Request) string {
	if r.URL.Query().Get("done") != "yes" {
		return ""
	}
	return f.T(r, "worry.done_passed")
}

// cardForm is the same for someone with a card: about what they want to say, in plain words.
func (f *face) cardForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.fill(r, PassIn{})
	if err != nil {
		return err
	}
	out := f.passView(r, v)
	out.Notice = f.done(r)
	return f.Show(w, r, "worry/pass", out)
}

func (f *face) card(w http.ResponseWriter, r *http.Request) error {
	var in PassIn
	err := form.Read(r, &in)
	in.Project = ""
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "worry.pass", r.FormValue("key"), f.room.Pass, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/worry/card?done=yes")
	}
	v, e := f.fill(r, in)
	if e != nil {
		return err
	}
	return f.Again(w, r, "worry/pass", f.passView(r, v), err)
}

// listView is the worries that go to the reader.
type listView struct {
	ListOut
	Project string
	Lines   []line
	More    page.Pages
	Zone    *time.Location
}

type line struct {
	Note
	Href, Where string
}

func (f *face) list(w http.ResponseWriter, r *http.Request) error {
	v := listView{Project: r.PathValue("project")}
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		if v.ListOut, err = f.room.List(tx.Context(), ListIn{Project: v.Project, After: r.URL.Query().Get("after")}); err != nil {
			return err
		}
		v.Zone, err = f.zone(tx, who.From(tx.Context()).Programme)
		return err
	})
	if err != nil {
		return err
	}
	for _, n := range v.Notes {
		x := line{Note: n, Href: address(n.Project, n.ID)}
		if v.Project == "" {
			x.Where = v.Projects[n.Project]
		}
		v.Lines = append(v.Lines, x)
	}
	back := "/project"
	if v.Project != "" {
		back += "/" + v.Project
	}
	if v.Next != "" {
		v.More.Next = r.URL.Path + "?after=" + v.Next
	}
	return f.Show(w, r, "worry/list", page.View{Title: f.T(r, "worry.list_title"), Body: v, Back: back})
}

// seeView is one worry for its reader.
type seeView struct {
	SeeOut
	Said        *Said
	Rows        []page.Row
	Done        []page.Row
	Step        StepIn
	Kinds       []page.Option
	Action, Key string
	Zone        *time.Location
}

// seen reads the worry that an address names; under another project's address it is not
// there.
func (f *face) seen(r *http.Request, step StepIn) (v seeView, err error) {
	v.Step, v.Action, v.Key = step, r.URL.Path, r.FormValue("key")
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.SeeOut, err = f.room.See(ctx, SeeIn{r.PathValue("note")}); err != nil {
			return err
		}
		if v.Project != r.PathValue("project") {
			return fault.New(fault.Missing, "house.missing")
		}
		if v.Zone, err = f.zone(tx, who.From(ctx).Programme); err != nil || v.About.None() {
			return err
		}
		s, ok, err := f.room.words.Said(ctx, tx, v.About)
		if ok {
			v.Said = &s
		}
		return err
	})
	if err != nil {
		return v, err
	}
	f.rows(r, &v)
	return v, nil
}

// rows puts who passed it on, when, and what was done into words.
func (f *face) rows(r *http.Request, v *seeView) {
	tongue := page.ChromeFrom(r.Context()).Lang
	row := func(key string, value any, links ...page.Link) {
		v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value, Links: links})
	}
	by := v.By
	if by == "" {
		by = f.T(r, "worry.by_someone")
	}
	if v.ByCard {
		by = f.T(r, "worry.by_card")
	}
	row("worry.by", by)
	row("worry.at", lang.DateTime(tongue, v.At, v.Zone))
	row("worry.state", f.T(r, "worry.state_"+v.State))
	if !v.Person.None() {
		row("worry.person", f.T(r, "worry.person_known"), page.Link{Href: "/people/" + v.Person.ID, Text: f.T(r, "worry.person_do")})
	}
	for _, l := range v.Letters {
		sent := f.T(r, "worry.letter_waits", "Name", l.To)
		if l.SentAt != 0 {
			sent = f.T(r, "worry.letter_sent", "Name", l.To, "When", lang.DateTime(tongue, l.SentAt, v.Zone))
		}
		row("worry.letter_row", sent)
	}
	for _, k := range []string{StepDid, StepClosed} {
		v.Kinds = append(v.Kinds, page.Option{Value: k, Text: f.T(r, "worry.step_"+k), Checked: v.Step.Kind == k})
	}
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	v, err := f.seen(r, StepIn{Kind: StepDid})
	if err != nil {
		return err
	}
	notice := f.Done(r, "worry.done_", StepSeen, StepDid, StepClosed)
	return f.Show(w, r, "worry/see", f.seePage(r, v, notice))
}

func (f *face) seePage(r *http.Request, v seeView, notice string) page.View {
	back := "/worry"
	if v.Project != "" {
		back += "/" + v.Project
	}
	return page.View{Title: f.T(r, "worry.one_title"), Body: v, Notice: notice, Back: back}
}

func (f *face) step(w http.ResponseWriter, r *http.Request) error {
	var in StepIn
	err := form.Read(r, &in)
	in.ID = r.PathValue("note")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "worry.step", r.FormValue("key"), f.room.Step, in)
	}
	if err == nil {
		return web.Redirect(w, r, r.URL.Path+"?done="+in.Kind)
	}
	v, e := f.seen(r, in)
	if e != nil {
		return e
	}
	if v.Version != in.Version {
		v.Key = "" // what came meanwhile is on the page: the next press stands on it
	}
	return f.Again(w, r, "worry/see", f.seePage(r, v, ""), err)
}
