package review

import (
	"net/http"
	"net/url"
	"strconv"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// plainView is the form of a plain summary.
type plainView struct {
	Here, Action, Key string
	Title             string
	Abstract          []string
	Words, Was        string
	Now               []page.Row
}

func (f *face) plainView(r *http.Request) (v plainView, err error) {
	var x Record
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		now, programme, err := f.room.open(tx.Context(), tx, "review.screen", at(r))
		if err != nil {
			return err
		}
		v.Here = now.Here()
		x, err = standing(tx, programme, now.Ref.ID, number(r, "n"))
		return err
	})
	v.Action, v.Key = r.URL.Path, r.FormValue("key")
	v.Title, v.Abstract, v.Words, v.Was = x.Title, paragraphs(x.Abstract), x.Plain, x.Plain
	return v, err
}

func (f *face) plainForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.plainView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/screen_plain", page.View{Title: f.T(r, "review.plain_title"), Body: v, Back: v.Here + "/screen?n=" + r.PathValue("n")})
}

func (f *face) plain(w http.ResponseWriter, r *http.Request) error {
	var in PlainIn
	err := form.Read(r, &in)
	in.Ref, in.N = at(r), number(r, "n")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.plain", r.FormValue("key"), f.room.Plain, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Ref.ID+"/screen?n="+r.PathValue("n"))
	}
	v, e := f.plainView(r)
	if e != nil {
		return err
	}
	if fault.Is(err, fault.Conflict) {
		v.Now, v.Key = []page.Row{{Key: f.T(r, "review.plain_now"), Value: v.Was}}, ""
	}
	v.Words = in.Words
	return f.Again(w, r, "review/screen_plain", page.View{Title: f.T(r, "review.plain_title"), Body: v, Back: v.Here + "/screen?n=" + r.PathValue("n")}, err)
}

// cardView is the page of someone who reads plain summaries, one at a time.
type cardView struct {
	CardOut
	Here, Action, Key string
	Choices           []page.Option
	In                ViewIn
	Skip              string // address of the next one
}

func (f *face) cardView(r *http.Request, in CardIn) (v cardView, err error) {
	if v.CardOut, err = f.room.Card(r.Context(), in); err != nil {
		return v, err
	}
	v.Here = v.Review.Here()
	v.Action, v.Key = v.Here+"/card", r.FormValue("key")
	v.In.Verdict, v.In.Words = v.Mine.Verdict, v.Mine.Words
	for _, x := range Views() {
		v.Choices = append(v.Choices, page.Option{Value: x, Text: f.T(r, "review.view_"+x)})
	}
	v.Skip = v.Action + "?after=" + strconv.FormatInt(v.N, 10)
	return v, nil
}

func (f *face) card(w http.ResponseWriter, r *http.Request) error {
	v, err := f.cardView(r, CardIn{Ref: at(r), N: queryNumber(r, "n"), After: queryNumber(r, "after")})
	if err != nil {
		return err
	}
	notice := ""
	if r.URL.Query().Get("done") == "said" {
		notice = f.T(r, "review.card_done")
	}
	return f.Show(w, r, "review/card", page.View{Title: f.T(r, "review.card_title"), Notice: notice, Body: v, Back: v.Here})
}

func (f *face) view(w http.ResponseWriter, r *http.Request) error {
	var in ViewIn
	err := form.Read(r, &in)
	in.Ref = at(r)
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.view", r.FormValue("key"), f.room.View, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Ref.ID+"/card?done=said")
	}
	v, e := f.cardView(r, CardIn{Ref: in.Ref, N: in.N})
	if e != nil {
		return err
	}
	v.In = in
	return f.Again(w, r, "review/card", page.View{Title: f.T(r, "review.card_title"), Body: v, Back: v.Here}, err)
}

// viewsView is the list of what readers of plain summaries said.
type viewsView struct {
	Here, Key  string
	Mine       bool // one's own
	Unanswered bool
	MayAnswer  bool
	Lines      []viewLine
	Pages      page.Pages
}

type viewLine struct {
	N                             int64
	Actor, Who, Verdict           string
	Title, Plain, Words           string
	Answer, By, Settled           string
	ID, Action, Href, Typed, Edit string
}

func (f *face) views(w http.ResponseWriter, r *http.Request) error {
	v, err := f.viewsView(r, ViewListIn{Ref: at(r), Unanswered: r.URL.Query().Get("which") == "open", After: queryNumber(r, "after"), AfterActor: r.URL.Query().Get("actor")})
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/screen_views", page.View{Title: f.T(r, "review.views_title"), Body: v, Back: v.Here})
}

func (f *face) myViews(w http.ResponseWriter, r *http.Request) error {
	v, err := f.viewsView(r, ViewListIn{Ref: at(r), Mine: true, After: queryNumber(r, "after")})
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/screen_views", page.View{Title: f.T(r, "review.card_mine_title"), Body: v, Back: v.Here + "/card"})
}

func (f *face) viewsView(r *http.Request, in ViewListIn) (v viewsView, err error) {
	var out ViewListOut
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		out, err = f.room.ViewList(tx.Context(), in)
		v.MayAnswer = err == nil && !in.Mine && who.Can(tx.Context(), tx, "review.screen", in.Ref)
		return err
	})
	if err != nil {
		return v, err
	}
	v.Here, v.Mine, v.Unanswered, v.Key = out.Review.Here(), in.Mine, in.Unanswered, r.FormValue("key")
	for i, l := range out.Lines {
		n := strconv.FormatInt(l.N, 10)
		line := viewLine{N: l.N, Actor: l.Actor, Who: f.whoWord(r, map[string]string{l.Actor: l.Name}, l.Actor), Verdict: f.T(r, "review.view_"+l.Verdict),
			Title: l.Title, Plain: l.Plain, Words: l.Words, Answer: l.Answer, Settled: f.verdictWord(r, l.Settled),
			ID: "words-" + strconv.Itoa(i+1), Action: v.Here + "/screen/views/" + n, Href: v.Here + "/screen?n=" + n, Edit: v.Here + "/card?n=" + n}
		if l.Answer != "" {
			line.By = f.whoWord(r, map[string]string{l.AnsweredBy: l.By}, l.AnsweredBy)
		}
		v.Lines = append(v.Lines, line)
	}
	if out.Next > 0 {
		here := v.Here + "/screen/views?which="
		switch {
		case in.Mine:
			here = v.Here + "/card/mine?which="
		case in.Unanswered:
			here += "open"
		}
		v.Pages.Next = here + "&after=" + strconv.FormatInt(out.Next, 10)
		if !in.Mine {
			v.Pages.Next += "&actor=" + url.QueryEscape(out.NextActor)
		}
	}
	return v, nil
}

func (f *face) answer(w http.ResponseWriter, r *http.Request) error {
	var in AnswerViewIn
	err := form.Read(r, &in)
	in.Ref, in.N = at(r), number(r, "n")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.answer", r.FormValue("key"), f.room.Answer, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Ref.ID+"/screen/views#"+r.PathValue("n"))
	}
	// The page begins close before the view that was answered, however many there are.
	from := ViewListIn{Ref: in.Ref, After: in.N - 1}
	if len(in.Actor) > 1 {
		from.After, from.AfterActor = in.N, in.Actor[:len(in.Actor)-1]
	}
	v, e := f.viewsView(r, from)
	if e != nil {
		return err
	}
	for i := range v.Lines {
		if v.Lines[i].N == in.N && v.Lines[i].Actor == in.Actor {
			v.Lines[i].ID, v.Lines[i].Typed = "words", in.Words // where the error leads to
		}
	}
	return f.Again(w, r, "review/screen_views", page.View{Title: f.T(r, "review.views_title"), Body: v, Back: v.Here}, err)
}
