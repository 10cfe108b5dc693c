package account

import (
	"net/http"
	"net/url"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// programmeKey is the session's name for the programme that its owner works in.
const programmeKey = "programme"

// askNote is the cookie that says which letter a browser waits for.
const askNote = "plait-ask"

type face struct {
	*web.Face
	desk *plug.Desk
	room *Room
}

func (f *face) plain(r *http.Request, title string, body any) page.View {
	return page.View{Title: f.T(r, title), Layout: page.Plain, Body: body}
}

// askView is the sign-in page.
type askView struct {
	Email, Next string
}

func (f *face) askForm(w http.ResponseWriter, r *http.Request) error {
	return f.Show(w, r, "account/ask", f.plain(r, "account.ask_title", askView{Next: ownPath(r.URL.Query().Get("next"))}))
}

func (f *face) ask(w http.ResponseWriter, r *http.Request) error {
	var in AskIn
	err := form.Read(r, &in)
	in.Language, in.Client = page.ChromeFrom(r.Context()).Lang, web.Client(r)
	var out AskOut
	if err == nil {
		out, err = f.room.Ask(r.Context(), in)
	}
	if err != nil {
		return f.Again(w, r, "account/ask", f.plain(r, "account.ask_title", askView{in.Email, ownPath(in.Next)}), err)
	}
	f.room.open.Note(w, askNote, out.Ask, int(LinkLasts.Seconds()))
	return web.Redirect(w, r, "/account/code")
}

// codeView is the page that says a letter is on its way and takes the code.
type codeView struct {
	Asked bool // this browser waits for a letter: it need not say for whom
	Email string
}

func (f *face) codeView(r *http.Request, email string) page.View {
	v := codeView{Asked: f.room.open.Noted(r, askNote) != "" && r.URL.Query().Get("other") == "", Email: email}
	title := "account.code_title"
	if v.Asked {
		title = "account.sent_title"
	}
	return f.plain(r, title, v)
}

func (f *face) codeForm(w http.ResponseWriter, r *http.Request) error {
	return f.Show(w, r, "account/code", f.codeView(r, ""))
}

func (f *face) code(w http.ResponseWriter, r *http.Request) error {
	var in CodeIn
	err := form.Read(r, &in)
	if in.Email == "" && r.URL.Query().Get("other") == "" {
		in.Ask = f.room.open.Noted(r, askNote)
	}
	var l Link
	if err == nil {
		l, err = f.room.Code(r.Context(), in)
	}
	if err != nil {
		return f.Again(w, r, "account/code", f.codeView(r, in.Email), err)
	}
	return f.signIn(w, r, l)
}

// enterView is the page behind a link.
type enterView struct {
	Action string
	Open   bool
}

// enterForm shows a button and uses nothing up: programs that look at letters open links.
func (f *face) enterForm(w http.ResponseWriter, r *http.Request) error {
	_, open, err := f.room.Look(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return f.Show(w, r, "account/enter", f.entering(r, open))
}

func (f *face) entering(r *http.Request, open bool) page.View {
	if open {
		return f.plain(r, "account.enter_title", enterView{r.URL.Path, true})
	}
	v := f.plain(r, "account.dead_title", enterView{})
	v.Status = fault.Withdrawn.Status()
	return v
}

func (f *face) enter(w http.ResponseWriter, r *http.Request) error {
	l, open, err := f.room.Enter(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if open {
		return f.signIn(w, r, l)
	}
	// Pressed twice: the first press has signed this browser in already.
	if s, ok, err := f.room.open.Find(r); err == nil && ok && l.Account != "" && s.Owner == l.Account {
		return web.Redirect(w, r, onward(l.Next))
	}
	return f.Show(w, r, "account/enter", f.entering(r, false))
}

func onward(next string) string {
	if next = ownPath(next); next == "" {
		return "/"
	}
	return next
}

// signIn starts a session and goes on to where its owner wanted to go.
func (f *face) signIn(w http.ResponseWriter, r *http.Request, l Link) error {
	all, first, err := f.room.home(r.Context(), l.Account, l.Programme)
	if err != nil {
		return err
	}
	if err := f.room.open.Start(w, r, l.Account, map[string]string{programmeKey: first}); err != nil {
		return err
	}
	f.room.open.Note(w, askNote, "", 0)
	if first == "" && len(all) > 1 {
		return web.Redirect(w, r, "/account/programme?"+url.Values{"next": {onward(l.Next)}}.Encode())
	}
	return web.Redirect(w, r, onward(l.Next))
}

func (f *face) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := f.room.open.End(w, r); err != nil {
		return err
	}
	return web.Redirect(w, r, "/")
}

// programmeView is the page on which someone of several programmes chooses one.
type programmeView struct {
	Next    string
	Choices []page.Option
	Chosen  string
}

func (f *face) programmeView(r *http.Request, next string) (page.View, programmeView, error) {
	v := programmeView{Next: ownPath(next)}
	all, err := f.room.choices(r.Context())
	for _, p := range all {
		v.Choices = append(v.Choices, page.Option{Value: p.ID, Text: p.Title})
	}
	if v.Chosen = who.From(r.Context()).Programme; v.Chosen == "" && len(all) > 0 {
		v.Chosen = all[0].ID
	}
	return f.plain(r, "account.programme_title", v), v, err
}

func (f *face) programmeForm(w http.ResponseWriter, r *http.Request) error {
	v, _, err := f.programmeView(r, r.URL.Query().Get("next"))
	if err != nil {
		return err
	}
	return f.Show(w, r, "account/programme", v)
}

func (f *face) programme(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Programme string `json:"programme"`
		Next      string `json:"next"`
	}
	if err := form.Read(r, &in); err != nil {
		return err
	}
	v, view, err := f.programmeView(r, in.Next)
	if err != nil {
		return err
	}
	for _, c := range view.Choices {
		if c.Value == in.Programme {
			if err := f.room.open.Set(w, r, programmeKey, in.Programme); err != nil {
				return err
			}
			return web.Redirect(w, r, onward(in.Next))
		}
	}
	return f.Again(w, r, "account/programme", v, fault.Fielded("programme", "house.bad_choice"))
}
