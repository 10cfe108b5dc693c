package evidence

import (
	"errors"
	"net/http"
	"net/url"
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

// sawView is the form for what was seen of someone who said nothing.
type sawView struct {
	giveView
	People []page.Option
}

func (f *face) sawView(r *http.Request, in GiveIn) (sawView, error) {
	v := sawView{giveView: f.view(r, in)}
	var err error
	if v.Waits, err = f.waits(r, in.Files); err != nil {
		return v, err
	}
	v.People, err = f.speakers(r, in.Project)
	return v, err
}

func (f *face) sawPage(r *http.Request, v sawView) page.View {
	return page.View{Title: f.T(r, "evidence.shown_seen_title"), Body: v, Back: "/evidence/" + v.Project + "/shown", Scripts: []string{"evidence-files.js"}}
}

func (f *face) seenForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.sawView(r, GiveIn{Project: r.PathValue("project"), Said: Said{Expressed: "body language"}})
	if err != nil {
		return err
	}
	return f.Show(w, r, "evidence/shown_seen", f.sawPage(r, v))
}

func (f *face) sawIt(w http.ResponseWriter, r *http.Request) error {
	values, c, err := f.sent(r)
	var in GiveIn
	err = errors.Join(form.Fill(values, &in), err)
	in.Project, in.Files = r.PathValue("project"), c.Files
	if in.Expressed == "" {
		in.Expressed = "body language"
	}
	if err == nil && strings.TrimSpace(in.Interest) == "" {
		err = fault.Fielded("interest", "evidence.shown_need_interest")
	}
	var out GiveOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "evidence.give", c.Key, f.room.Give, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/evidence/"+in.Project+"/said/"+out.Ref.ID)
	}
	v, e := f.sawView(r, in)
	if e != nil {
		return errors.Join(err, e)
	}
	return f.Again(w, r, "evidence/shown_seen", f.sawPage(r, v), err)
}

// drawView is the page to draw on; without a script it takes a photo of a drawing.
type drawView struct {
	Project     string
	Action, Key string
}

func (f *face) drawPage(r *http.Request) (page.View, error) {
	project := r.PathValue("project")
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		return who.Must(tx.Context(), tx, "evidence.give", ref.Of(ref.Project, project))
	})
	return page.View{Title: f.T(r, "evidence.draw_title"), Back: "/evidence/" + project + "/shown", Scripts: []string{"evidence-draw.js"},
		Body: drawView{Project: project, Action: r.URL.Path, Key: r.FormValue("key")}}, err
}

func (f *face) drawForm(w http.ResponseWriter, r *http.Request) error {
	p, err := f.drawPage(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "evidence/shown_draw", p)
}

// draw takes a drawing and goes on to what is known of it.
func (f *face) draw(w http.ResponseWriter, r *http.Request) error {
	_, c, err := f.sent(r)
	if err == nil && len(c.Files) == 0 {
		err = fault.Fielded("file", "evidence.draw_need")
	}
	if err != nil {
		p, e := f.drawPage(r)
		if e != nil {
			return e
		}
		return f.Again(w, r, "evidence/shown_draw", p, err)
	}
	return web.Redirect(w, r, "/evidence/"+r.PathValue("project")+"/give?"+url.Values{"upload": c.Files, "expressed": {"drawn"}}.Encode())
}

// shownOf is what the page of a contribution says of how it was shown.
type shownOf struct {
	Shown
	Said      string // the answer, in the reader's language
	Icon      string
	Lang      string
	ReadBack  string // what became of reading it back, as a sentence
	Any, Told bool   // there is something the person showed; there is an account
}

// shownOf puts how a contribution was shown into words.
func (f *face) shownOf(r *http.Request, c Contribution) shownOf {
	v := shownOf{Shown: c.Shown, Said: c.Answer, Lang: c.Language, Any: c.Question != "" || c.Answer != "" || c.Interest != "", Told: c.Account != ""}
	for _, x := range Answers() {
		if c.Answer == x {
			v.Said, v.Icon = f.T(r, "evidence.shown_"+x), x
		}
	}
	for _, x := range Icons() {
		if c.Answer == f.T(r, "evidence.shown_card_"+x) {
			v.Icon = x
		}
	}
	if c.ReadBack != "" {
		v.ReadBack = f.T(r, "evidence.shown_back_"+c.ReadBack, "Day", lang.Date(page.ChromeFrom(r.Context()).Lang, c.ReadBackOn))
	}
	return v
}

// readBackView is a contribution in big type, to be read to the person who gave it.
type readBackView struct {
	In          ReadBackIn
	Said        Contribution
	Of          shownOf
	Cards       []page.Option // the answers, where it was one of them
	Now         string
	Action, Key string
}

func (f *face) readBackView(r *http.Request, in ReadBackIn) (readBackView, error) {
	out, err := f.seen(r)
	if err != nil {
		return readBackView{}, err
	}
	v := readBackView{In: in, Said: out.Contribution, Of: f.shownOf(r, out.Contribution), Action: r.URL.Path, Key: r.FormValue("key")}
	if in.How == "" {
		v.In.Words, v.In.Answer, v.In.Version = out.Words, out.Answer, out.Version
	} else if out.Version != in.Version {
		// Someone else was first: the next press stands on what they wrote.
		v.Now, v.In.Version, v.Key = out.says(), out.Version, ""
	}
	for _, x := range Answers() {
		if v.Of.Icon != "" && out.Answer != "" {
			v.Cards = append(v.Cards, page.Option{Value: x, Text: f.T(r, "evidence.shown_"+x), Checked: v.In.Answer == x})
		}
	}
	if len(v.Cards) > 0 && v.Of.Icon != out.Answer {
		v.Cards = nil // a picture card: its word is typed
	}
	return v, nil
}

func (f *face) readBackPage(r *http.Request, v readBackView) page.View {
	p := f.tablet(f.T(r, "evidence.shown_read_title"), v)
	p.Back = "/evidence/" + r.PathValue("project") + "/said/" + r.PathValue("id")
	return p
}

func (f *face) readBackForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.readBackView(r, ReadBackIn{})
	if err != nil {
		return err
	}
	return f.Show(w, r, "evidence/shown_read_back", f.readBackPage(r, v))
}

func (f *face) readBack(w http.ResponseWriter, r *http.Request) error {
	var in ReadBackIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "evidence.read-back", r.FormValue("key"), f.room.ReadBack, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/evidence/"+r.PathValue("project")+"/said/"+in.Ref.ID)
	}
	v, e := f.readBackView(r, in)
	if e != nil {
		return e
	}
	return f.Again(w, r, "evidence/shown_read_back", f.readBackPage(r, v), err)
}
