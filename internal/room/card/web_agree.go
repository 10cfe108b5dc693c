package card

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/terms"
)

// agreeView asks what may be done with one contribution: all uses on one page, or one
// question a page in easy read, then the answers to check.
type agreeView struct {
	Here    string
	Key     string
	Words   string
	Lang    string
	Intro   string
	Version int64
	Ends    string
	Choices []page.Option
	Uses    []string // said yes to so far, or before
	Easy    bool
	Step    int    // which question, from 0
	Of      int    // how many there are
	Use     string // the use that is asked for
	Ask     string // the question
	Answer  string
	YesNo   []page.Option
	Rows    []page.Row
	Wider   []string // what it means to say yes to something wide and no to something narrower
}

// asked is the uses that are asked for; the project's own is not: taking that back is
// taking everything back.
func asked() []terms.Use { return terms.Uses()[1:] }

// narrower is the uses that reach fewer people than the internet, which reaches them too.
func narrower() []terms.Use { return []terms.Use{terms.Group, terms.Programme} }

func (f *face) agreeView(r *http.Request, x Word, g Agreed, uses []string, step int) agreeView {
	chrome := page.ChromeFrom(r.Context())
	v := agreeView{Here: said(x), Key: r.FormValue("key"), Words: x.Words, Lang: x.Language, Intro: f.T(r, f.room.consents.Question(terms.Project)),
		Version: g.Version, Ends: g.Ends, Uses: uses, Easy: chrome.Format == page.Easy, Of: len(asked())}
	for _, u := range asked() {
		v.Choices = append(v.Choices, page.Option{Value: string(u), Text: f.T(r, f.room.consents.Question(u)), Checked: slices.Contains(uses, string(u))})
	}
	if v.Step = step; step < v.Of {
		v.Use = string(asked()[step])
		v.Ask = f.T(r, f.room.consents.Question(asked()[step]))
		v.Answer = "no"
		if slices.Contains(uses, v.Use) {
			v.Answer = "yes"
		}
	}
	v.YesNo = []page.Option{{Value: "yes", Text: f.T(r, "card.yes")}, {Value: "no", Text: f.T(r, "card.no")}}
	return v
}

func (f *face) agreeForm(w http.ResponseWriter, r *http.Request) error {
	x, g, err := f.mine(w, r)
	if err != nil {
		return left(err)
	}
	uses, step, q := texts(g.Uses), 0, r.URL.Query()
	if n, e := strconv.Atoi(q.Get("step")); e == nil {
		// A link that keeps the answers: another look of the page, or back from the check.
		uses, step = known(q["uses"]), max(0, min(n, len(asked())))
		g.Ends = q.Get("ends")
		if g.Version, err = strconv.ParseInt(q.Get("version"), 10, 64); err != nil {
			return fault.Fielded("version", "house.bad_value")
		}
	}
	return f.ask(w, r, f.agreeView(r, x, g, uses, step))
}

// known is those of the answers of an address that are uses we ask for.
func known(answers []string) []string {
	var out []string
	for _, u := range asked() {
		if slices.Contains(answers, string(u)) {
			out = append(out, string(u))
		}
	}
	return out
}

// ask shows one question, all of them, or the answers to check: Step says which. The
// page's links to its other looks keep the answers.
func (f *face) ask(w http.ResponseWriter, r *http.Request, v agreeView) error {
	r = v.keep(r, v.Step)
	if v.Step < v.Of {
		back := "/card/words"
		if v.Easy && v.Step > 0 {
			back = "" // the form has a button that goes back one question
		}
		return f.show(w, r, "card/agree", "card.agree_title", v, "", back)
	}
	for _, u := range asked() {
		answer := "card.no"
		if slices.Contains(v.Uses, string(u)) {
			answer = "card.yes"
		}
		v.Rows = append(v.Rows, page.Row{Key: f.T(r, f.room.consents.Question(u)), Value: f.T(r, answer)})
	}
	if slices.Contains(v.Uses, string(terms.Web)) {
		for _, u := range narrower() {
			if !slices.Contains(v.Uses, string(u)) {
				v.Wider = append(v.Wider, f.T(r, "card.wider_"+string(u)))
			}
		}
	}
	if v.Ends != "" {
		v.Rows = append(v.Rows, page.Row{Key: f.T(r, "card.ends"), Value: lang.Date(page.ChromeFrom(r.Context()).Lang, v.Ends)})
	}
	return f.show(w, r, "card/check", "card.check_title", v, "", v.at(v.Of-1))
}

// askAgain shows the questions once more, from the first, with what is wrong.
func (f *face) askAgain(w http.ResponseWriter, r *http.Request, v agreeView, err error) error {
	return f.again(w, v.keep(r, 0), "card/agree", "card.agree_title", v, "/card/words", err)
}

// at is the address of a question with the answers so far: which uses, never words.
func (v agreeView) at(step int) string {
	q := url.Values{"step": {strconv.Itoa(step)}, "version": {strconv.FormatInt(v.Version, 10)}, "ends": {v.Ends}, "uses": v.Uses}
	return v.Here + "/agree?" + q.Encode()
}

// keep gives a request whose page leads to its other looks with the answers so far.
func (v agreeView) keep(r *http.Request, step int) *http.Request {
	c := page.ChromeFrom(r.Context())
	c.Path = v.at(step)
	return r.WithContext(page.WithChrome(r.Context(), c))
}

// mine gives the contribution an address names, when it is the card's own.
func (f *face) mine(w http.ResponseWriter, r *http.Request) (Word, Agreed, error) {
	a, err := f.actor(w, r)
	if err != nil {
		return Word{}, Agreed{}, err
	}
	l, err := f.load(r.Context(), a)
	if err != nil {
		return Word{}, Agreed{}, err
	}
	return l.find(r)
}

// agree takes the answers of a page and shows the next: a question, or all to check.
// Back shows the question before, with every answer kept. Nothing is stored yet.
func (f *face) agree(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	x, g, err := f.mine(w, r)
	if err != nil {
		return left(err)
	}
	c, err := f.choice(r, x)
	if err != nil {
		return f.askAgain(w, r, f.agreeView(r, x, g, r.Form["uses"], 0), err)
	}
	g.Version, g.Ends = c.Version, c.Ends
	uses, step := texts(c.Uses), len(asked())
	if n, e := strconv.Atoi(r.FormValue("step")); e == nil && n >= 0 && n < len(asked()) {
		use := string(asked()[n])
		uses = slices.DeleteFunc(uses, func(u string) bool { return u == use })
		if r.FormValue("answer") == "yes" {
			uses = append(uses, use)
		}
		step = n + 1
		if r.FormValue("back") != "" {
			step = max(0, n-1)
		}
	}
	if r.FormValue("again") != "" {
		step = 0
	}
	return f.ask(w, r, f.agreeView(r, x, g, uses, step))
}

// choice reads the answers from a form.
func (f *face) choice(r *http.Request, x Word) (Choice, error) {
	var in struct {
		Version int64       `json:"version"`
		Uses    []terms.Use `json:"uses"`
		Ends    string      `json:"ends"`
	}
	err := form.Fill(r.Form, &in)
	if err == nil {
		err = terms.Agreement{Uses: in.Uses, Ends: in.Ends}.Check()
	}
	chrome := page.ChromeFrom(r.Context())
	looks := chrome.Format
	if looks == "" {
		looks = page.Standard
	}
	return Choice{Ref: x.Ref, Version: in.Version, Uses: in.Uses, Ends: in.Ends, Language: chrome.Lang, Format: looks}, err
}

func (f *face) agreed(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	x, g, err := f.mine(w, r)
	if err != nil {
		return left(err)
	}
	c, err := f.choice(r, x)
	if err == nil {
		err = f.room.consents.Change(r.Context(), r.FormValue("key"), c)
	}
	if err != nil {
		v := f.agreeView(r, x, g, texts(c.Uses), 0)
		v.Key = ""
		return f.askAgain(w, r, v, err)
	}
	return web.Redirect(w, r, back(x.Ref, "agreed"))
}

func texts(uses []terms.Use) []string {
	out := []string{}
	for _, u := range uses {
		out = append(out, string(u))
	}
	return out
}
