package review

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// voteLine is one decision on a page, in words.
type voteLine struct {
	Who, Verdict, Reason, Note string
}

// saidLine is one view of a reader on a page.
type saidLine struct {
	Verdict, Words, Answer string
}

// screenView is the page on which a record is decided.
type screenView struct {
	NextOut
	Here, Action, Key string
	Stage             string
	Sorting, Words    string
	Sortings          []page.Option
	By                string // why this one
	WhyWords          string
	Abstract          []string
	Others            []voteLine
	Said              []saidLine
	Note, Reason      string
	Undo              bool
	MayRun            bool
	ForOthers         int64  // records that wait for others alone
	Brought           string // what other tools decided and nobody took over; "" = nothing
	NoCriteria        bool   // nobody has written what is wanted, and one has read nothing yet
	Links             []page.Link
	File              string // address of the whole text; "" = none
	State, Why        string // where the whole text stands
	States            []page.Option
	StateAction       string
}

// number reads a record's number from an address.
func number(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return -1 // no record has it
	}
	return n
}

func queryNumber(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// stageOf is the stage that an address asks for.
func stageOf(r *http.Request) string {
	if r.URL.Query().Get("stage") == FullStage {
		return FullStage
	}
	return TitleStage
}

// verdictWord is a verdict in words; "" stays.
func (f *face) verdictWord(r *http.Request, verdict string) string {
	if verdict == "" {
		return ""
	}
	return f.T(r, "review.verdict_"+verdict)
}

// whoWord is the name of somebody on a page, or what they are called without one.
func (f *face) whoWord(r *http.Request, names map[string]string, actor string) string {
	name := names[actor]
	switch {
	case strings.HasPrefix(actor, elsewhere):
		return f.T(r, "review.screen_elsewhere", "Name", name)
	case name == "":
		return f.T(r, "review.screen_somebody")
	}
	return name
}

// paragraphs parts a text where lines end.
func paragraphs(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, "\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (f *face) screen(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := NextIn{Ref: at(r), Stage: TitleStage, N: queryNumber(r, "n"), Sorting: q.Get("sorting"), Words: q.Get("words")}
	v, err := f.screenView(r, in)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/screen", page.View{Title: f.screenTitle(r, v), Notice: f.Done(r, "review.screen_done_", "undone"), Body: v, Back: v.Here, Scripts: []string{"review-screen.js"}})
}

func (f *face) screenTitle(r *http.Request, v screenView) string {
	switch {
	case v.N == 0:
		return f.T(r, "review.screen_title")
	case v.Title == "":
		return f.T(r, "review.screen_no_title", "N", v.N)
	}
	return v.Title
}

// screenView reads a record to decide and puts it in words.
func (f *face) screenView(r *http.Request, in NextIn) (v screenView, err error) {
	var names map[string]string
	var brought, people int64
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		if v.NextOut, err = f.room.Next(tx.Context(), in); err != nil {
			return err
		}
		v.MayRun = who.Can(tx.Context(), tx, "review.run", in.Ref)
		programme := who.From(tx.Context()).Programme
		if brought, people, err = broughtWaiting(tx, programme, in.Ref.ID, 1, math.MaxInt64); err != nil {
			return err
		}
		if v.Read == 0 && v.N != 0 {
			v.NoCriteria = len(v.In)+len(v.Out) == 0
		}
		actors := []string{}
		for _, d := range v.NextOut.Others {
			actors = append(actors, d.Actor)
		}
		names, err = f.room.namesOf(tx.Context(), tx, actors...)
		return err
	})
	if err != nil {
		return v, err
	}
	v.Here, v.Stage, v.Words, v.Sorting = v.Review.Here(), in.Stage, in.Words, in.Sorting
	v.Action, v.Key = v.Here+"/screen", r.FormValue("key")
	if v.Sorting == "" {
		v.Sorting = v.Review.Sorting
	}
	for _, x := range Sortings() {
		v.Sortings = append(v.Sortings, page.Option{Value: x, Text: f.T(r, "review.sorting_"+x), Checked: x == v.Sorting})
	}
	switch {
	case v.NextOut.By == ByNumber && !v.Learning:
		v.By = f.T(r, "review.by_came")
	case v.NextOut.By != "":
		v.By = f.T(r, "review.by_"+v.NextOut.By)
	}
	v.WhyWords = strings.Join(v.NextOut.Why, ", ")
	v.Abstract = paragraphs(v.Record.Abstract)
	for _, d := range v.NextOut.Others {
		v.Others = append(v.Others, voteLine{f.whoWord(r, names, d.Actor), f.verdictWord(r, d.Verdict), d.Reason, d.Note})
	}
	for _, s := range v.Views {
		v.Said = append(v.Said, saidLine{f.T(r, "review.view_"+s.Verdict), s.Words, s.Answer})
	}
	if v.Mine != nil {
		v.Note, v.Reason = v.Mine.Note, v.Mine.Reason
	}
	v.Undo = v.Read > 0
	v.ForOthers = max(0, v.Tally.Left()-v.Tally.Talk-v.Open)
	if brought > 0 {
		v.Brought = f.broughtWords(r, "review.brought_came", brought, people)
	}
	v.Links = f.screenLinks(r, v)
	return v, nil
}

// broughtWords says how many decisions of how many people wait.
func (f *face) broughtWords(r *http.Request, key string, decisions, people int64) string {
	return f.T(r, key, "Count", decisions, "People", f.T(r, "review.brought_people", "Count", people))
}

// screenLinks leads to the pages around the one on which records are decided.
func (f *face) screenLinks(r *http.Request, v screenView) []page.Link {
	link := func(to, key string, args ...any) page.Link {
		return page.Link{Href: v.Here + to, Text: f.T(r, key, args...)}
	}
	out := []page.Link{link("/screen/mine", "review.mine_do")}
	if v.Tally.Talk > 0 {
		out = append(out, link("/screen/talk", "review.talk_do", "Count", v.Tally.Talk))
	}
	out = append(out, link("/screen/stop", "review.stop_do"), link("/screen/agree", "review.agree_do"), link("/screen/views", "review.views_do"))
	if v.Stage == TitleStage && v.Tally.Included > 0 && !v.SkipsFull {
		out = append(out, link("/text", "review.text_do"))
	}
	if v.MayRun {
		out = append(out, link("/screen/brought", "review.brought_do"))
	}
	return out
}

// decideForm is what the buttons send besides a verb's fields.
type decideForm struct {
	DecideIn
	Do      string `json:"do"`      // the button that was pressed
	Because string `json:"because"` // a reason whose button was pressed
	Sorting string `json:"sorting"`
	Words   string `json:"words"`
}

// read fills a decision from the form: a reason's own button leaves the record out.
func (in *decideForm) read(r *http.Request) error {
	if err := form.Read(r, in); err != nil {
		return err
	}
	in.Verdict = in.Do
	if in.Because != "" {
		in.Verdict, in.Reason = Exclude, in.Because
	}
	return nil
}

func (f *face) decide(w http.ResponseWriter, r *http.Request) error {
	var in decideForm
	err := in.read(r)
	in.Ref, in.Stage = at(r), TitleStage
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.decide", r.FormValue("key"), f.room.Decide, in.DecideIn)
	}
	if err == nil {
		q := url.Values{}
		if in.Sorting != "" {
			q.Set("sorting", in.Sorting)
		}
		if in.Words != "" {
			q.Set("words", in.Words)
		}
		to := "/review/" + r.PathValue("project") + "/of/" + in.Ref.ID + "/screen"
		if len(q) > 0 {
			to += "?" + q.Encode()
		}
		return web.Redirect(w, r, to)
	}
	v, e := f.screenView(r, NextIn{Ref: in.Ref, Stage: TitleStage, N: in.N, Sorting: in.Sorting, Words: in.Words})
	if e != nil {
		return err
	}
	v.Note, v.Reason = in.Note, in.Reason
	return f.Again(w, r, "review/screen", page.View{Title: f.screenTitle(r, v), Body: v, Back: v.Here, Scripts: []string{"review-screen.js"}}, err)
}

func (f *face) undo(w http.ResponseWriter, r *http.Request) error {
	var in UndoIn
	err := form.Read(r, &in)
	in.Ref = at(r)
	var out UndoOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "review.undo", r.FormValue("key"), f.room.Undo, in)
	}
	if err != nil {
		return err
	}
	to := "/screen?done=undone&n="
	if in.Stage == FullStage {
		to = "/text/" + strconv.FormatInt(out.N, 10) + "?done=undone&n="
	}
	return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Ref.ID+to+strconv.FormatInt(out.N, 10))
}

// mineView is the list of one's own decisions.
type mineView struct {
	Here, Stage string
	Tabs        []page.Link
	Lines       []mineLine
	Pages       page.Pages
}

type mineLine struct {
	Href, Title, Reason, Note string
	Year                      int64
}

func (f *face) mine(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := MineIn{Ref: at(r), Stage: stageOf(r), Verdict: q.Get("verdict"), Before: queryNumber(r, "before")}
	if in.Verdict != Exclude && in.Verdict != Unsure && in.Verdict != Later {
		in.Verdict = Include
	}
	out, err := f.room.Mine(r.Context(), in)
	if err != nil {
		return err
	}
	v := mineView{Here: out.Review.Here(), Stage: in.Stage}
	to := func(verdict string, before int64) string {
		s := v.Here + "/screen/mine?stage=" + in.Stage + "&verdict=" + verdict
		if before > 0 {
			s += "&before=" + strconv.FormatInt(before, 10)
		}
		return s
	}
	for _, x := range Verdicts() {
		v.Tabs = append(v.Tabs, page.Link{Href: to(x, 0), Text: f.T(r, "review.mine_"+x, "Count", out.Counts[x]), Current: x == in.Verdict})
	}
	for _, l := range out.Lines {
		line := mineLine{Href: v.Here + "/screen?n=" + strconv.FormatInt(l.N, 10), Title: l.Title, Reason: l.Reason, Note: l.Note, Year: l.Year}
		if in.Stage == FullStage {
			line.Href = v.Here + "/text/" + strconv.FormatInt(l.N, 10)
		}
		if line.Title == "" {
			line.Title = f.T(r, "review.screen_no_title", "N", l.N)
		}
		v.Lines = append(v.Lines, line)
	}
	if out.Next > 0 {
		v.Pages.Next = to(in.Verdict, out.Next)
	}
	return f.Show(w, r, "review/screen_mine", page.View{Title: f.T(r, "review.mine_title"), Body: v, Back: v.Here + "/screen"})
}

// skipFull says whether whole texts are screened.
func (f *face) skipFull(w http.ResponseWriter, r *http.Request) error {
	var in SkipFullIn
	err := form.Read(r, &in)
	in.Ref = at(r)
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.skip-full", r.FormValue("key"), f.room.SkipFull, in)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Ref.ID+"/text")
}
