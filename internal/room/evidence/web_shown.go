package evidence

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// shownView is the ways to ask someone who does not write.
type shownView struct {
	Project string
	Going   []goingView // begun and not stored yet
}

type goingView struct {
	Href, Text string
	Done, Of   int
}

func askHref(project, id string) string { return "/evidence/" + project + "/shown/ask/" + id }

func (f *face) shown(w http.ResponseWriter, r *http.Request) error {
	v := shownView{Project: r.PathValue("project")}
	out, err := f.room.Asked(r.Context(), AskedIn{Project: v.Project})
	if err != nil {
		return err
	}
	for _, a := range out.Askings {
		v.Going = append(v.Going, goingView{askHref(v.Project, a.ID), a.Statements[0], a.Answered(), len(a.Statements)})
	}
	return f.Show(w, r, "evidence/shown", page.View{Title: f.T(r, "evidence.shown_title"), Body: v, Back: "/evidence/" + v.Project})
}

// askView is the form before the tablet is handed over.
type askView struct {
	giveView
	How        string
	Statements string
	Icons      []page.Option
	Names      string // of the facilitator's own pictures, one a line
	People     []page.Option
}

func (f *face) askView(r *http.Request, in GiveIn) (askView, error) {
	v := askView{giveView: f.view(r, in), How: AskCards, Statements: r.FormValue("statements"), Names: r.FormValue("names")}
	if strings.HasSuffix(r.URL.Path, "/"+AskPictures) {
		v.How = AskPictures
	}
	for _, icon := range Icons() {
		v.Icons = append(v.Icons, page.Option{Value: icon, Text: f.T(r, "evidence.shown_card_"+icon), Checked: slices.Contains(r.Form["icons"], icon)})
	}
	var err error
	v.Waits, err = f.waits(r, in.Files)
	if err != nil {
		return v, err
	}
	v.People, err = f.speakers(r, in.Project)
	return v, err
}

// speakers is the people whose answers these may be, for those who may see names; none
// else.
func (f *face) speakers(r *http.Request, project string) (out []page.Option, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		if !who.Can(ctx, tx, "evidence.speaker", ref.Of(ref.Project, project)) {
			return nil
		}
		all, err := f.room.people.Choose(ctx, tx, project)
		for _, p := range all {
			out = append(out, page.Option{Value: p.Ref.ID, Text: p.Name})
		}
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return append([]page.Option{{Text: f.T(r, "evidence.shown_person_none")}}, out...), nil
}

func (f *face) askPage(r *http.Request, v askView) page.View {
	out := page.View{Title: f.T(r, "evidence.shown_"+v.How+"_title"), Body: v, Back: "/evidence/" + v.Project + "/shown"}
	if v.How == AskPictures {
		out.Scripts = []string{"evidence-files.js"}
	}
	return out
}

func (f *face) askForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.askView(r, GiveIn{Project: r.PathValue("project"), Said: Said{Voice: "own"}})
	if err != nil {
		return err
	}
	return f.Show(w, r, "evidence/shown_ask", f.askPage(r, v))
}

func (f *face) ask(w http.ResponseWriter, r *http.Request) error {
	values, c, err := f.sent(r)
	in := AskIn{How: AskCards}
	if strings.HasSuffix(r.URL.Path, "/"+AskPictures) {
		in.How = AskPictures
	}
	err = errors.Join(form.Fill(without(values, "statements", "cards", "how"), &in), err)
	in.Project, in.Statements = r.PathValue("project"), Lines(values.Get("statements"))
	for _, icon := range values["icons"] {
		if slices.Contains(Icons(), icon) {
			in.Cards = append(in.Cards, AskCard{Word: f.T(r, "evidence.shown_card_"+icon), Icon: icon})
		}
	}
	names := Lines(values.Get("names"))
	for i, upload := range c.Files {
		card := AskCard{Upload: upload}
		if i < len(names) {
			card.Word = names[i]
		}
		in.Cards = append(in.Cards, card)
	}
	var out AskOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "evidence.ask", c.Key, f.room.Ask, in)
	}
	if err == nil {
		return web.Redirect(w, r, askHref(in.Project, out.ID))
	}
	v, e := f.askView(r, GiveIn{Project: in.Project, Files: c.Files, Said: in.Said})
	if e != nil {
		return errors.Join(err, e)
	}
	return f.Again(w, r, "evidence/shown_ask", f.askPage(r, v), err)
}

// without is a form less some fields that are read in another way.
func without(values url.Values, names ...string) url.Values {
	out := url.Values{}
	for k, v := range values {
		if !slices.Contains(names, k) {
			out[k] = v
		}
	}
	return out
}

// choiceView is one big button: an answer with its drawing or picture.
type choiceView struct {
	N             int // the key that presses it
	Value, Text   string
	Icon, Picture string // drawing of ours, or address of a picture
	Chosen        bool
}

// statementView is one statement on the tablet, and nothing else.
type statementView struct {
	Statement, Language string
	N, Of               int
	Choices             []choiceView
	Pictures            bool
	Action, Key         string
	Prev, Skip          string
	From                string // "back": it is being changed, and leads back to the reading
}

// mine reads the asking that an address names, of the project it names.
func (f *face) mine(r *http.Request) (Asking, error) {
	out, err := f.room.Asked(r.Context(), AskedIn{ID: r.PathValue("asking")})
	if err != nil {
		return Asking{}, err
	}
	if a := out.Askings[0]; a.Project == r.PathValue("project") {
		return a, nil
	}
	return Asking{}, fault.New(fault.Missing, "house.missing")
}

// choice is an answer as it is shown.
func (f *face) choiceView(r *http.Request, a Asking, n int, answer string) choiceView {
	v := choiceView{N: n, Value: answer, Text: answer, Icon: answer}
	if a.How == AskCards {
		v.Text = f.T(r, "evidence.shown_"+answer)
		return v
	}
	v.Icon = ""
	if c, ok := a.card(answer); ok {
		v.Icon = c.Icon
		if c.Upload != "" {
			i := slices.Index(a.Cards, c)
			v.Picture = askHref(a.Project, a.ID) + "/card/" + strconv.Itoa(i+1)
		}
	}
	return v
}

// tablet is a page that is handed over: big, with nothing else on it.
func (f *face) tablet(title string, body any) page.View {
	return page.View{Title: title, Layout: page.Card, Body: body, Scripts: []string{"evidence-shown.js"}}
}

func (f *face) statement(w http.ResponseWriter, r *http.Request) error {
	a, err := f.mine(r)
	if err != nil {
		return err
	}
	return f.showStatement(w, r, a, nil)
}

func (f *face) showStatement(w http.ResponseWriter, r *http.Request, a Asking, wrong error) error {
	here := askHref(a.Project, a.ID)
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n < 1 || n > len(a.Statements) {
		n = 1
		for i, x := range slices.Backward(a.Answers) {
			if x == "" {
				n = i + 1 // begin where it was left
			}
		}
	}
	v := statementView{Statement: a.Statements[n-1], Language: a.Language, N: n, Of: len(a.Statements), Pictures: a.How == AskPictures, Action: here, Key: r.FormValue("key"),
		Skip: here + "/back"}
	if r.FormValue("from") == "back" {
		v.From = "back"
	} else if n < len(a.Statements) {
		v.Skip = here + "?n=" + strconv.Itoa(n+1)
	}
	if n > 1 && v.From == "" {
		v.Prev = here + "?n=" + strconv.Itoa(n-1)
	}
	for i, answer := range a.choices() {
		c := f.choiceView(r, a, i+1, answer)
		c.Chosen = a.Answers[n-1] == answer
		v.Choices = append(v.Choices, c)
	}
	p := f.tablet(v.Statement, v)
	if wrong != nil {
		return f.Again(w, r, "evidence/shown_statement", p, wrong)
	}
	return f.Show(w, r, "evidence/shown_statement", p)
}

func (f *face) answered(w http.ResponseWriter, r *http.Request) error {
	a, err := f.mine(r)
	if err != nil {
		return err
	}
	var in AnswerIn
	err = form.Read(r, &in)
	in.ID = a.ID
	var out AnswerOut
	if err == nil && in.Answer == "" {
		err = fault.Fielded("answer", "evidence.shown_need_answer")
	}
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "evidence.answer", r.FormValue("key"), f.room.Answer, in)
	}
	if err != nil {
		return f.showStatement(w, r, a, err)
	}
	if out.Next == 0 || r.FormValue("from") == "back" {
		return web.Redirect(w, r, askHref(a.Project, a.ID)+"/back")
	}
	return web.Redirect(w, r, askHref(a.Project, a.ID)+"?n="+strconv.Itoa(out.Next))
}

// askCard gives one of the facilitator's own pictures to the tablet.
func (f *face) askCard(w http.ResponseWriter, r *http.Request) error {
	a, err := f.mine(r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || n > len(a.Cards) || a.Cards[n-1].Upload == "" {
		return fault.New(fault.Missing, "house.missing")
	}
	content, info, err := f.room.files.Open(r.Context(), who.From(r.Context()).Programme, a.Cards[n-1].Upload)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	s, err := f.small(r, web.Stored{ID: info.ID, Name: info.Name, Media: info.Media, Content: content})
	if err != nil {
		return err
	}
	return web.ServeStored(w, r, s)
}

// backView is everything that was answered, read back before it is stored.
type backView struct {
	Lines       []backLine
	Left        int // not answered
	Action, Key string
	Language    string
}

type backLine struct {
	Statement string
	Choice    choiceView
	Change    string
	Answered  bool
}

func (f *face) backView(r *http.Request, a Asking) backView {
	here := askHref(a.Project, a.ID)
	v := backView{Action: here + "/back", Key: r.FormValue("key"), Language: a.Language, Left: len(a.Statements) - a.Answered()}
	for i, s := range a.Statements {
		line := backLine{Statement: s, Change: here + "?n=" + strconv.Itoa(i+1) + "&from=back", Answered: a.Answers[i] != ""}
		if line.Answered {
			line.Choice = f.choiceView(r, a, 0, a.Answers[i])
		}
		v.Lines = append(v.Lines, line)
	}
	return v
}

func (f *face) askBack(w http.ResponseWriter, r *http.Request) error {
	a, err := f.mine(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "evidence/shown_back", f.tablet(f.T(r, "evidence.shown_back_title"), f.backView(r, a)))
}

// settle stores what was answered. A picture of the facilitator's own goes with each
// answer that chose it, as a file of its own; the same press again finds the same files.
func (f *face) settle(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	project := r.PathValue("project")
	key := r.FormValue("key")
	a, err := f.mine(r)
	if fault.Is(err, fault.Missing) {
		// Pressed twice: the first press stored it, and its batch has the asking's name.
		return web.Redirect(w, r, "/evidence/"+project+"?batch="+url.QueryEscape(r.PathValue("asking")))
	}
	in := SettleIn{ID: a.ID}
	if err == nil {
		in.Pictures, err = f.pictures(r, a)
	}
	var out PasteOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "evidence.settle", key, f.room.Settle, in)
	}
	if err != nil {
		return f.Again(w, r, "evidence/shown_back", f.tablet(f.T(r, "evidence.shown_back_title"), f.backView(r, a)), err)
	}
	return web.Redirect(w, r, "/evidence/"+project+"?done=pasted&stored="+strconv.Itoa(out.Stored)+"&batch="+out.Batch)
}

// pictures makes a file of its own for each answer that chose one of the facilitator's
// pictures: a file belongs to one contribution.
func (f *face) pictures(r *http.Request, a Asking) (map[string]string, error) {
	out := map[string]string{}
	for i, answer := range a.Answers {
		c, ok := a.card(answer)
		if !ok || c.Upload == "" {
			continue
		}
		content, info, err := f.room.files.Open(r.Context(), who.From(r.Context()).Programme, c.Upload)
		if err != nil {
			return nil, err
		}
		u, err := f.room.take(r.Context(), a.Project, info.Name, "asking-"+a.ID+"-"+strconv.Itoa(i+1), io.Reader(content))
		if err := errors.Join(err, content.Close()); err != nil {
			return nil, err
		}
		out[strconv.Itoa(i+1)] = u.ID
	}
	return out, nil
}
