package project

import (
	"net/http"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

func nations() []string { return terms.Nations() }

func missing() error { return fault.New(fault.Missing, "house.missing") }

// askView is the form of an ask.
type askView struct {
	AskIn
	Teams       []page.Option
	Action, Key string
	Unnamed     bool       // somebody sees to it, and the reader may not know who
	Now         []page.Row // how it stands, when someone else was first
}

func (f *face) askView(r *http.Request, in AskIn) askView {
	return askView{AskIn: in, Teams: f.options(r, "project.team", Teams()), Action: r.URL.Path, Key: r.FormValue("key")}
}

// askTitle and askBack differ between a new ask and one that is there.
func (f *face) askTitle(r *http.Request, in AskIn) string {
	if in.Ask != "" {
		return f.T(r, "project.ask_change_title")
	}
	return f.T(r, "project.ask_title")
}

func askBack(in AskIn) string {
	if in.Ask != "" {
		return "/project/" + in.Project + "/ask/" + in.Ask
	}
	return "/project/" + in.Project
}

// oneAsk reads an ask under the project of its address.
func (f *face) oneAsk(r *http.Request) (SeeAskOut, error) {
	out, err := f.room.SeeAsk(r.Context(), SeeAskIn{r.PathValue("ask")})
	if err == nil && out.Project != r.PathValue("project") {
		err = missing()
	}
	return out, err
}

func (f *face) askForm(w http.ResponseWriter, r *http.Request) error {
	in := AskIn{Project: r.PathValue("project"), Ask: r.PathValue("ask")}
	if in.Ask != "" {
		a, err := f.oneAsk(r)
		if err != nil {
			return err
		}
		in.Team, in.What, in.Owner, in.DueOn, in.Version = a.Team, a.What, a.Owner, a.DueOn, a.Version
		v := f.askView(r, in)
		v.Unnamed = a.Owned && a.Owner == ""
		return f.Show(w, r, "project/ask", page.View{Title: f.askTitle(r, in), Body: v, Back: askBack(in)})
	}
	if _, err := f.room.See(r.Context(), SeeIn{in.Project}); err != nil {
		return err
	}
	return f.Show(w, r, "project/ask", page.View{Title: f.askTitle(r, in), Body: f.askView(r, in), Back: askBack(in)})
}

func (f *face) ask(w http.ResponseWriter, r *http.Request) error {
	var in AskIn
	err := form.Read(r, &in)
	in.Project, in.Ask = r.PathValue("project"), r.PathValue("ask")
	var out AskOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "project.ask", r.FormValue("key"), f.room.Ask, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/project/"+in.Project+"/ask/"+out.Ref.ID+"?done=ask")
	}
	v := f.askView(r, in)
	if in.Ask != "" {
		if now, e := f.oneAsk(r); e == nil {
			v.Unnamed = now.Owned && now.Owner == ""
			if now.Version != in.Version {
				v.Version, v.Key, v.Now = now.Version, "", f.askRows(r, now.Ask)
			}
		}
	}
	return f.Again(w, r, "project/ask", page.View{Title: f.askTitle(r, in), Body: v, Back: askBack(in)}, err)
}

func (f *face) askRows(r *http.Request, a Ask) []page.Row {
	owner := a.Owner
	if owner == "" {
		owner = f.T(r, "project.owner_none")
		if a.Owned {
			owner = f.T(r, "project.owner_someone")
		}
	}
	rows := []page.Row{{Key: f.T(r, "project.what_asked"), Value: a.What}, {Key: f.T(r, "project.team"), Value: f.choice(r, "project.team", a.Team)},
		{Key: f.T(r, "project.owner"), Value: owner}, {Key: f.T(r, "project.by_when"), Value: lang.Date(page.ChromeFrom(r.Context()).Lang, a.DueOn)},
		{Key: f.T(r, "project.state"), Value: f.choice(r, "project.state", a.State)}}
	if a.Why != "" {
		rows = append(rows, page.Row{Key: f.T(r, "project.why"), Value: a.Why})
	}
	return rows
}

// oneAskView is the page of an ask, with the form that answers it.
type oneAskView struct {
	SeeAskOut
	AnswerIn          AnswerIn
	Rows              []page.Row
	Past              []stepLine
	States            []page.Option
	Key               string
	MayAsk, MayAnswer bool
}

type stepLine struct {
	Step
	StateText, ByText string
}

func (f *face) seeAsk(w http.ResponseWriter, r *http.Request) error {
	v, err := f.oneAskView(r)
	if err != nil {
		return err
	}
	v.AnswerIn = AnswerIn{State: v.State, Why: v.Why, Version: v.Version}
	view := f.askPage(r, v)
	view.Notice = f.Done(r, "project.done_", "ask")
	return f.Show(w, r, "project/see-ask", view)
}

func (f *face) askPage(r *http.Request, v oneAskView) page.View {
	return page.View{Title: f.T(r, "project.ask_one_title"), Body: v, Back: "/project/" + r.PathValue("project")}
}

func (f *face) oneAskView(r *http.Request) (v oneAskView, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		out, err := f.oneAsk(r.WithContext(ctx))
		if err != nil {
			return err
		}
		v = oneAskView{SeeAskOut: out, Rows: f.askRows(r, out.Ask), States: f.options(r, "project.state", States()),
			MayAsk: who.Can(ctx, tx, "project.ask", out.Ref), MayAnswer: who.Can(ctx, tx, "project.answer", out.Ref)}
		for _, s := range out.Steps {
			by, err := f.by(ctx, tx, r, s.By)
			if err != nil {
				return err
			}
			v.Past = append(v.Past, stepLine{s, f.choice(r, "project.state", s.State), by})
		}
		return nil
	})
	return v, err
}

func (f *face) answer(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.oneAsk(r); err != nil {
		return err
	}
	var in AnswerIn
	err := form.Read(r, &in)
	in.Ask = r.PathValue("ask")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "project.answer", r.FormValue("key"), f.room.Answer, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/project/"+r.PathValue("project")+"?done=ask")
	}
	v, e := f.oneAskView(r)
	if e != nil {
		return e
	}
	// How it stands is on the same page; the next press stands on that.
	v.AnswerIn, v.Key = in, r.FormValue("key")
	if v.Version != in.Version {
		v.AnswerIn.Version, v.Key = v.Version, ""
	}
	return f.Again(w, r, "project/see-ask", f.askPage(r, v), err)
}
