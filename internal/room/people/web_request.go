package people

import (
	"net/http"
	"net/url"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
)

// requestLine is one request in words.
type requestLine struct {
	ID, Href, Called, What, When, Left string
	Late, Open                         bool
}

func (f *face) requestLines(r *http.Request, all []Request) []requestLine {
	tongue := page.ChromeFrom(r.Context()).Lang
	var out []requestLine
	for _, q := range all {
		l := requestLine{ID: q.ID, Href: "/people/request/" + q.ID, Called: q.Name, What: f.choice(r, "ask", q.What), Open: q.State == Open, Late: q.State == Open && q.DaysLeft < 0}
		if l.Called == "" {
			l.Called = f.T(r, "people.no_name")
		}
		l.When = f.T(r, "people.request_when", "Day", lang.Date(tongue, q.AskedOn), "Due", lang.Date(tongue, q.DueOn))
		switch {
		case q.State != Open:
			l.Left = f.choice(r, "request", q.State)
			if q.Answered != "" {
				l.Left = f.T(r, "people.request_answered", "State", l.Left, "Day", lang.Date(tongue, q.Answered))
			}
		case q.DaysLeft < 0:
			l.Left = f.T(r, "people.days_late", "Count", -q.DaysLeft)
		default:
			l.Left = f.T(r, "people.days_left", "Count", q.DaysLeft)
		}
		out = append(out, l)
	}
	return out
}

// requestsView is the register.
type requestsView struct {
	Requests []requestLine
	State    string
	More     page.Pages
}

func (f *face) requests(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	out, err := f.room.Requests(r.Context(), RequestsIn{State: q.Get("state"), After: q.Get("after")})
	if err != nil {
		return err
	}
	v := requestsView{Requests: f.requestLines(r, out.Requests), State: q.Get("state")}
	if out.Next != "" {
		v.More.Next = "/people/requests?" + url.Values{"state": {v.State}, "after": {out.Next}}.Encode()
	}
	view := page.View{Title: f.T(r, "people.requests_title"), Body: v, Back: "/people"}
	view.Notice = f.Done(r, "people.done_", "answered")
	return f.Show(w, r, "people/requests", view)
}

func (f *face) askPage(r *http.Request) func(AskIn) (page.View, error) {
	return func(in AskIn) (page.View, error) {
		view, v, err := f.about(r, "people.ask_title", in)
		v.Items["what"] = f.options(r, "ask", Asks())
		v.Items["how"] = f.options(r, "asked_by", AskedBy())
		if r.Method == http.MethodGet && in.What == "" {
			in.What = r.URL.Query().Get("what")
			v.In = in
		}
		return view, err
	}
}

func (f *face) askForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/ask", AskIn{}, f.askPage(r))
}

func (f *face) ask(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.ask", "people/ask", f.room.Ask, func(in *AskIn) { in.Person = person(r) }, f.askPage(r), func(AskOut) string {
		if f.can(r, "people.held", person(r)) {
			return "/people/person/" + r.PathValue("id") + "/held?done=asked"
		}
		return "/people/" + r.PathValue("id") + "?done=saved"
	})
}

// answerView is one request and the form that answers it.
type answerView struct {
	Request
	Line    requestLine
	Rows    []page.Row
	In      AnswerIn
	Action  string
	Key     string
	Answers []page.Option
	To      []page.Option
	Whys    []page.Option
}

func (f *face) answerPage(r *http.Request) func(AnswerIn) (page.View, error) {
	return func(in AnswerIn) (page.View, error) {
		view := page.View{Title: f.T(r, "people.answer_title"), Back: "/people/requests"}
		q, called, err := f.room.oneRequest(r.Context(), r.PathValue("request"))
		if err != nil {
			return view, err
		}
		q.Name = called
		if in.Version != q.Version {
			in.Version = q.Version
		}
		line := f.requestLines(r, []Request{q})[0]
		v := answerView{Request: q, Line: line, In: in, Action: r.URL.Path, Key: r.FormValue("key"), Answers: f.options(r, "answer", AnswerChoices()),
			To: f.options(r, "to", Recipients()), Whys: f.options(r, "refusal", Refusals())}
		row := func(key, value string) {
			if value != "" {
				v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value})
			}
		}
		tongue := page.ChromeFrom(r.Context()).Lang
		row("people.name", line.Called)
		row("people.ask_what", line.What)
		row("people.asked_by", f.choice(r, "asked_by", q.How))
		row("people.asked_on_day", lang.Date(tongue, q.AskedOn))
		row("people.due_on", lang.Date(tongue, q.DueOn))
		row("people.request_state", line.Left)
		row("people.given_to", f.choice(r, "to", q.GivenTo))
		row("people.refusal", f.choice(r, "refusal", q.Why))
		if q.CopiedAt > 0 {
			row("people.copied_at", lang.DateTime(tongue, q.CopiedAt, nil))
		}
		view.Body = v
		return view, nil
	}
}

func (f *face) answerForm(w http.ResponseWriter, r *http.Request) error {
	return ask(f, w, r, "people/answer", AnswerIn{}, f.answerPage(r))
}

func (f *face) answer(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.answer", "people/answer", f.room.Answer, func(in *AnswerIn) { in.Request = r.PathValue("request") }, f.answerPage(r),
		func(AskOut) string { return "/people/requests?done=answered" })
}
