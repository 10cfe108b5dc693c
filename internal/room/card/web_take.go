package card

import (
	"net/http"
	"net/url"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// takeView is the page by which a person takes something back.
type takeView struct {
	Here    string
	Key     string
	Words   string
	Lang    string
	What    string
	Choices []page.Option
}

// What can be taken back, besides a single use.
const (
	takeHide  = "hide"
	takeErase = "erase"
)

func (f *face) takeView(r *http.Request, here string, x Word, g Agreed) takeView {
	v := takeView{Here: here, Key: r.FormValue("key"), Words: x.Words, Lang: x.Language, What: r.FormValue("what")}
	hide, erase := "card.take_hide", "card.take_erase"
	if x.Ref.None() {
		hide, erase = "card.take_all_hide", "card.take_all_erase"
	}
	v.Choices = []page.Option{{Value: takeHide, Text: f.T(r, hide), Hint: f.T(r, "card.take_hide_hint")}}
	for _, u := range g.Uses {
		v.Choices = append(v.Choices, page.Option{Value: string(u), Text: f.T(r, "card.take_use", "Use", f.T(r, "card.use_"+string(u)))})
	}
	v.Choices = append(v.Choices, page.Option{Value: takeErase, Text: f.T(r, erase), Hint: f.T(r, "card.take_erase_hint")})
	if v.What == "" {
		v.What = takeHide
	}
	return v
}

func (f *face) takeForm(w http.ResponseWriter, r *http.Request) error {
	x, g, err := f.mine(w, r)
	if err != nil {
		return left(err)
	}
	return f.show(w, r, "card/take", "card.take_title", f.takeView(r, said(x)+"/take", x, g), "", "/card/words")
}

func (f *face) take(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	a, err := f.actor(w, r)
	if err != nil {
		return left(err)
	}
	at, err := ref.Parse(r.PathValue("ref"))
	if err != nil {
		return err
	}
	what := r.FormValue("what")
	use := terms.Use(what)
	if what == takeHide || what == takeErase {
		use = ""
	} else if !terms.Known(use) {
		err = fault.Fielded("what", "card.need_what")
	}
	if err == nil && what == takeErase && r.FormValue("sure") != "yes" {
		return f.sure(w, r, said(Word{Ref: at})+"/take", false)
	}
	var undo Undo
	if err == nil {
		// The same press a second time gives the same answer, though the words are gone by then.
		undo, err = f.room.consents.Withdraw(r.Context(), r.FormValue("key"), at, use, what == takeErase)
	}
	if err != nil {
		l, e := f.load(r.Context(), a)
		if e != nil {
			return e
		}
		x, g, e := l.find(r)
		if e != nil {
			return err
		}
		return f.again(w, r, "card/take", "card.take_title", f.takeView(r, said(x)+"/take", x, g), "/card/words", err)
	}
	return web.Redirect(w, r, thanks(at, undo, what == takeErase))
}

func (f *face) takeAllForm(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.actor(w, r); err != nil {
		return left(err)
	}
	return f.show(w, r, "card/take", "card.take_all_title", f.takeView(r, "/card/take", Word{}, Agreed{}), "", "/card/words")
}

func (f *face) takeAll(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	a, err := f.actor(w, r)
	if err != nil {
		return left(err)
	}
	what := r.FormValue("what")
	if what != takeHide && what != takeErase {
		err = fault.Fielded("what", "card.need_what")
	}
	if err == nil && what == takeErase && r.FormValue("sure") != "yes" {
		return f.sure(w, r, "/card/take", true)
	}
	var undo Undo
	if err == nil {
		undo, err = f.room.consents.WithdrawAll(r.Context(), r.FormValue("key"), person(a), what == takeErase)
	}
	if err != nil {
		return f.again(w, r, "card/take", "card.take_all_title", f.takeView(r, "/card/take", Word{}, Agreed{}), "/card/words", err)
	}
	return web.Redirect(w, r, thanks(person(a), undo, what == takeErase))
}

// sureView asks once more before something is erased.
type sureView struct {
	Here string
	Key  string
	All  bool // everything they said
}

// sure asks once more before something is erased, which nobody can undo. Nothing is done
// yet: the page's two buttons erase it, or only hide it.
func (f *face) sure(w http.ResponseWriter, r *http.Request, here string, all bool) error {
	c := page.ChromeFrom(r.Context())
	c.Path = here // its other looks lead to the question before
	r = r.WithContext(page.WithChrome(r.Context(), c))
	return f.show(w, r, "card/sure", "card.sure_title", sureView{here, r.FormValue("key"), all}, "", here)
}

// thanks is the page after something was taken back; without an act there is no undo.
func thanks(at ref.Ref, undo Undo, erased bool) string {
	if erased {
		return "/card/thanks?gone=yes"
	}
	if undo.Act == "" || undo.Until == 0 {
		return "/card/thanks"
	}
	return "/card/thanks?" + url.Values{"act": {undo.Act}, "ref": {at.String()}}.Encode()
}

// thanksView says thank you and offers the undo.
type thanksView struct {
	Act, Ref, Key string
	Gone          bool // it was erased
}

func (f *face) thanks(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.actor(w, r); err != nil {
		return left(err)
	}
	q := r.URL.Query()
	v, title := thanksView{Act: q.Get("act"), Ref: q.Get("ref"), Gone: q.Get("gone") == "yes"}, "card.thanks_title"
	if v.Gone {
		title = "card.gone_title"
	}
	return f.show(w, r, "card/thanks", title, v, "", "/card/words")
}

func (f *face) undo(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	if _, err := f.actor(w, r); err != nil {
		return left(err)
	}
	at, err := ref.Parse(r.FormValue("ref"))
	if err != nil {
		return err
	}
	if err := f.room.consents.Restore(r.Context(), r.FormValue("key"), at, r.FormValue("act")); err != nil {
		return err
	}
	return web.Redirect(w, r, "/card/words?done=undone")
}

// takeOutcome takes back something that changed for the person.
func (f *face) takeOutcome(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	if _, err := f.actor(w, r); err != nil {
		return left(err)
	}
	at, err := ref.Parse(r.FormValue("ref"))
	if err != nil {
		return err
	}
	if err := f.room.stories.TakeBack(r.Context(), r.FormValue("key"), at); err != nil {
		return err
	}
	return web.Redirect(w, r, "/card/words?done=outcome_taken")
}
