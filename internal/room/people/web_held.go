package people

import (
	"net/http"
	"strings"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// ownPath is where people see on their card what is held about them.
const ownPath = "/people/own"

// Contributors says whether an address is one that a contributor opens with a card.
func (r *Room) Contributors(path string) bool { return path == ownPath }

// heldRoutes is the pages of what is held, and of what people ask of it.
func (f *face) heldRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + ownPath, Permission: "people.held", Handle: f.own},
		{Pattern: "POST " + ownPath, Permission: "people.ask", Handle: f.askOwn},
		{Pattern: "GET /people/requests", Permission: "people.answer", Handle: f.requests},
		{Pattern: "GET /people/request/{request}", Permission: "people.answer", Handle: f.answerForm},
		{Pattern: "POST /people/request/{request}", Permission: "people.answer", Handle: f.answer},
		{Pattern: "GET /people/person/{id}/ask", Permission: "people.ask", Handle: f.askForm},
		{Pattern: "POST /people/person/{id}/ask", Permission: "people.ask", Handle: f.ask},
		{Pattern: "GET /people/person/{id}/held", Permission: "people.held", Handle: f.held},
		{Pattern: "POST /people/person/{id}/held", Permission: "people.answer", Handle: f.choose},
		{Pattern: "POST /people/person/{id}/held/copy", Permission: "people.answer", Handle: f.copy},
	}
}

// paperThing is one thing that is held, in the reader's words.
type paperThing struct {
	Title, Day, Why string
	Rows            []paperRow
	Files           []paperFile
	Third           bool
	Mark, Choice    string
	Chosen          string // who chose, and when
	Fix             string
}

type paperRow struct{ Name, Value string }

// paperFile is a file of the copy; Place is where it lies in it.
type paperFile struct {
	ID, Name, Place string
	Picture         bool
}

type paperSection struct {
	Title  string
	Things []paperThing
}

// says is a value in words: a word of the house's own, a day, a language, else as it stands.
func (f *face) says(tongue, name, value string) string {
	if strings.HasSuffix(name, "language") {
		return lang.Name(value)
	}
	if strings.Contains(value, ".") && !strings.ContainsAny(value, " \n") && f.Words.Has("en", value) {
		return f.Words.T(tongue, value)
	}
	if _, err := time.Parse(time.DateOnly, value); err == nil {
		return lang.Date(tongue, value)
	}
	return value
}

// papers puts what is held into words of a language.
func (f *face) papers(tongue string, all []Section) []paperSection {
	var out []paperSection
	n := 0
	for _, s := range all {
		x := paperSection{Title: f.Words.T(tongue, s.Name)}
		for _, t := range s.Things {
			p := paperThing{Title: f.says(tongue, "", t.Title), Third: t.Third, Mark: t.Mark, Choice: t.Choice, Fix: t.Fix}
			if t.On != "" {
				p.Day = lang.Date(tongue, t.On)
			}
			if t.Why != "" {
				p.Why = f.Words.T(tongue, t.Why)
			}
			if t.By != "" {
				p.Chosen = f.Words.T(tongue, "people.held_chosen", "Role", f.says(tongue, "", t.By), "When", lang.DateTime(tongue, t.At, nil))
			}
			for _, v := range t.Facts {
				p.Rows = append(p.Rows, paperRow{f.says(tongue, "", v.Name), f.says(tongue, v.Name, v.Value)})
			}
			for _, file := range t.Files {
				n++
				p.Files = append(p.Files, paperFile{file.ID, file.Name, placeOf(n, file), strings.HasPrefix(file.Media, "image/")})
			}
			x.Things = append(x.Things, p)
		}
		out = append(out, x)
	}
	return out
}

// heldView is the page of everything that is held about a person.
type heldView struct {
	Ref      ref.Ref
	Called   string
	Flags    []string
	Here     string
	Action   string
	Key      string
	Sections []paperSection
	Unchosen int64
	Third    bool // there is something to choose about
	Requests []requestLine
	MayErase bool
	MayHand  bool
}

func (f *face) heldPage(r *http.Request) (page.View, error) {
	view, about, err := f.about(r, "people.held_title", nil)
	if err != nil {
		return view, err
	}
	out, err := f.room.Held(r.Context(), HeldIn{person(r)})
	if err != nil {
		return view, err
	}
	tongue := page.ChromeFrom(r.Context()).Lang
	v := heldView{Ref: out.Person, Called: about.Called, Flags: about.Flags, Here: "/people/person/" + out.Person.ID, Action: "/people/person/" + out.Person.ID + "/held",
		Key: r.FormValue("key"), Sections: f.papers(tongue, out.Sections), Unchosen: out.Unchosen, Requests: f.requestLines(r, out.Requests)}
	for _, s := range out.Sections {
		for _, t := range s.Things {
			v.Third = v.Third || t.Third
		}
	}
	v.MayErase, v.MayHand = f.can(r, "people.erase", out.Person), f.can(r, "people.answer", out.Person)
	view.Body = v
	switch r.URL.Query().Get("done") {
	case "chosen":
		view.Notice = f.T(r, "people.done_chosen")
	case "asked":
		view.Notice = f.T(r, "people.done_asked")
	}
	return view, nil
}

// can says whether the reader holds a permission, for showing a link or not.
func (f *face) can(r *http.Request, permission string, at ref.Ref) bool {
	return f.room.can(r.Context(), permission, at)
}

func (f *face) held(w http.ResponseWriter, r *http.Request) error {
	v, err := f.heldPage(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "people/held", v)
}

// choose keeps the choices of the page: radios called choice-MARK.
func (f *face) choose(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	in := ChooseIn{Person: person(r)}
	for name, values := range r.PostForm {
		mark, ok := strings.CutPrefix(name, "choice-")
		if !ok || len(values) == 0 {
			continue
		}
		switch values[len(values)-1] {
		case LeaveIn:
			in.In = append(in.In, mark)
		case LeaveOut:
			in.Out = append(in.Out, mark)
		}
	}
	_, err := plug.Run(r.Context(), f.desk, "people.choose", r.FormValue("key"), f.room.Choose, in.sorted())
	if err == nil {
		return web.Redirect(w, r, r.URL.Path+"?done=chosen")
	}
	return f.heldAgain(w, r, err)
}

func (f *face) heldAgain(w http.ResponseWriter, r *http.Request, err error) error {
	v, e := f.heldPage(r)
	if e != nil {
		return e
	}
	return f.Again(w, r, "people/held", v, err)
}

// ownView is what a person sees on their card of what is held about them.
type ownView struct {
	Sections []paperSection
	Asked    string // they asked for a copy, and by when they have it
	Key      string
}

func (f *face) ownPage(r *http.Request) (page.View, error) {
	view := page.View{Title: f.T(r, "people.own_title"), Layout: page.Card, Back: "/card/words"}
	a := who.From(r.Context())
	if a.Kind != who.Card {
		return view, fault.New(fault.Missing, "house.missing")
	}
	out, err := f.room.Held(r.Context(), HeldIn{ref.Of(Kind, a.Person)})
	if err != nil {
		return view, err
	}
	tongue := page.ChromeFrom(r.Context()).Lang
	v := ownView{Sections: f.papers(tongue, out.Sections), Key: r.FormValue("key")}
	if q, ok := openOf(out.Requests, AskCopy); ok {
		v.Asked = f.T(r, "people.own_asked", "Day", lang.Date(tongue, q.AskedOn), "Due", lang.Date(tongue, q.DueOn))
	}
	view.Body = v
	return view, nil
}

func (f *face) own(w http.ResponseWriter, r *http.Request) error {
	if who.From(r.Context()).Kind != who.Card {
		return web.Redirect(w, r, "/card")
	}
	v, err := f.ownPage(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("done") == "asked" {
		v.Notice = f.T(r, "people.own_done")
	}
	return f.Show(w, r, "people/own", v)
}

func (f *face) askOwn(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	a := who.From(r.Context())
	if a.Kind != who.Card {
		return fault.New(fault.Signin, "people.card_over").With("people.card_over_do")
	}
	_, err := plug.Run(r.Context(), f.desk, "people.ask", r.FormValue("key"), f.room.Ask, AskIn{Person: ref.Of(Kind, a.Person), What: AskCopy})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, ownPath+"?done=asked")
}
