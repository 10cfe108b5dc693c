package review

import (
	"net/http"
	"slices"
	"strconv"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// rankView is the form of one partner's order.
type rankView struct {
	askView
	Partner string
	Lines   []rankLine
}

// rankLine is a question with its place.
type rankLine struct {
	Question
	Name   string // of its field
	Place  string
	Places []page.Option
}

func (f *face) rankView(r *http.Request) (v rankView, now Review, err error) {
	ask, now, out, err := f.ask(r)
	v.askView = ask
	if err != nil {
		return v, now, err
	}
	before := Ranking{}
	if i := slices.IndexFunc(out.Rankings, func(x Ranking) bool { return x.ID == v.ID }); i >= 0 {
		before = out.Rankings[i]
	} else if v.ID != "" {
		return v, now, notThere()
	}
	v.Partner = before.Partner
	if r.Method == http.MethodPost {
		v.Partner = r.FormValue("partner")
	}
	// As they were written: the joint order would tell a partner what to say.
	qs := make([]Question, len(out.Questions))
	for i, q := range out.Questions {
		qs[i] = q.Question
	}
	slices.SortFunc(qs, func(a, b Question) int { return int(a.N - b.N) })
	for _, q := range qs {
		l := rankLine{Question: q, Name: "place-" + q.ID, Places: []page.Option{{Text: "–"}}}
		for i := range qs {
			n := strconv.Itoa(i + 1)
			l.Places = append(l.Places, page.Option{Value: n, Text: n})
		}
		if i := slices.Index(before.Questions, q.ID); i >= 0 {
			l.Place = strconv.Itoa(i + 1)
		}
		if r.Method == http.MethodPost {
			l.Place = r.FormValue(l.Name)
		}
		v.Lines = append(v.Lines, l)
	}
	return v, now, nil
}

func (f *face) rankForm(w http.ResponseWriter, r *http.Request) error {
	v, now, err := f.rankView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/shape_rank", page.View{Title: f.T(r, "review.shape_rank_title"), Body: v, Back: shapeAddress(now)})
}

func (f *face) rank(w http.ResponseWriter, r *http.Request) error {
	var in RankIn
	err := form.Read(r, &in)
	v, now, missing := f.rankView(r)
	if missing != nil {
		return missing
	}
	in.Ref, in.Questions = now.Ref, make([]string, len(v.Lines))
	for _, l := range v.Lines {
		// A place that two have, or none, leaves another one empty: the verb says so.
		if n, bad := strconv.Atoi(l.Place); bad == nil && n >= 1 && n <= len(in.Questions) {
			in.Questions[n-1] = l.ID
		}
	}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.rank", v.Key, f.room.Rank, in)
	}
	if err == nil {
		return web.Redirect(w, r, shapeAddress(now)+"?done=rank#order")
	}
	return f.Again(w, r, "review/shape_rank", page.View{Title: f.T(r, "review.shape_rank_title"), Body: v, Back: shapeAddress(now)}, err)
}

// signView is the form of who agrees.
type signView struct {
	askView
	Seen   int64
	Signer string
	On     string
	Lines  []Placed
}

func (f *face) signView(r *http.Request) (v signView, now Review, err error) {
	ask, now, out, err := f.ask(r)
	v = signView{askView: ask, Seen: out.Seen, Signer: r.FormValue("signer"), On: form.Typed(ask.today), Lines: out.Questions}
	if r.Method == http.MethodPost {
		v.On = r.FormValue("on")
		v.Seen, _ = strconv.ParseInt(r.FormValue("seen"), 10, 64)
	}
	return v, now, err
}

func (f *face) signForm(w http.ResponseWriter, r *http.Request) error {
	v, now, err := f.signView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/shape_sign", page.View{Title: f.T(r, "review.shape_sign_title"), Body: v, Back: shapeAddress(now)})
}

func (f *face) sign(w http.ResponseWriter, r *http.Request) error {
	var in SignIn
	err := form.Read(r, &in)
	v, now, missing := f.signView(r)
	if missing != nil {
		return missing
	}
	in.Ref = now.Ref
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.sign", v.Key, f.room.Sign, in)
	}
	if err == nil {
		return web.Redirect(w, r, shapeAddress(now)+"?done=sign#signed")
	}
	if fault.Is(err, fault.Conflict) {
		// The page shows the questions as they are now: the next press stands on that.
		out, e := f.room.Shape(r.Context(), ShapeIn{Ref: now.Ref})
		if e != nil {
			return e
		}
		v.Seen, v.Key = out.Seen, ""
	}
	return f.Again(w, r, "review/shape_sign", page.View{Title: f.T(r, "review.shape_sign_title"), Body: v, Back: shapeAddress(now)}, err)
}
