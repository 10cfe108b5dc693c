package review

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// talkView is the list of records on which people differ.
type talkView struct {
	Here, Stage string
	Blind       bool
	Waiting     int64
	Lines       []talkLine
	Pages       page.Pages
}

type talkLine struct {
	Href, Title string
	Votes       []voteLine
}

func (f *face) voteLines(r *http.Request, l TalkLine) []voteLine {
	var out []voteLine
	for _, d := range l.Decisions {
		out = append(out, voteLine{f.whoWord(r, l.Names, d.Actor), f.verdictWord(r, d.Verdict), d.Reason, d.Note})
	}
	for _, d := range l.Copies {
		out = append(out, voteLine{f.T(r, "review.talk_of_copy", "Who", f.whoWord(r, l.Names, d.Actor)), f.verdictWord(r, d.Verdict), d.Reason, d.Note})
	}
	return out
}

func (f *face) talk(w http.ResponseWriter, r *http.Request) error {
	in := TalkIn{Ref: at(r), Stage: stageOf(r), After: queryNumber(r, "after")}
	out, err := f.room.Talk(r.Context(), in)
	if err != nil {
		return err
	}
	v := talkView{Here: out.Review.Here(), Stage: in.Stage, Blind: out.Review.Blind, Waiting: out.Tally.Waiting}
	for _, l := range out.Lines {
		v.Lines = append(v.Lines, talkLine{Href: v.Here + "/screen/talk/" + strconv.FormatInt(l.N, 10) + "?stage=" + in.Stage, Title: l.Title, Votes: f.voteLines(r, l)})
	}
	if out.Next > 0 {
		v.Pages.Next = v.Here + "/screen/talk?stage=" + in.Stage + "&after=" + strconv.FormatInt(out.Next, 10)
	}
	return f.Show(w, r, "review/screen_talk", page.View{Title: f.T(r, "review.talk_title"), Notice: f.Done(r, "review.talk_done_", "settled"), Body: v, Back: v.Here})
}

// talkOneView is a record on which people differ.
type talkOneView struct {
	Here, Stage, Action, Key string
	Abstract                 []string
	Votes                    []voteLine
	Said                     []saidLine
	Settled                  *Settled
	By, Verdict              string
	Choices                  []page.Option
	Reasons                  []page.Option // the review's own, to leave it out
	In                       settleForm
	Why                      string
	Again                    bool // it was settled by talking and can be opened again
}

// settleForm is what the form sends besides a verb's fields.
type settleForm struct {
	SettleIn
	Because string `json:"because"` // one of the review's own reasons
}

// read fills it from the form: a reason in one's own words goes before one that was chosen.
func (in *settleForm) read(r *http.Request) error {
	err := form.Read(r, in)
	if strings.TrimSpace(in.Reason) == "" {
		in.Reason = in.Because
	}
	return err
}

func (f *face) talkOne(w http.ResponseWriter, r *http.Request) error {
	v, title, err := f.talkOneView(r, stageOf(r))
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/screen_talk_one", page.View{Title: title, Notice: f.Done(r, "review.talk_done_", "opened"), Body: v, Back: v.Here + "/screen/talk?stage=" + v.Stage})
}

func (f *face) talkOneView(r *http.Request, stage string) (v talkOneView, title string, err error) {
	out, err := f.room.Talk(r.Context(), TalkIn{Ref: at(r), Stage: stage, N: number(r, "n")})
	if err != nil {
		return v, "", err
	}
	l := out.Lines[0]
	v = talkOneView{Here: out.Review.Here(), Stage: stage, Abstract: paragraphs(l.Abstract), Votes: f.voteLines(r, l), Settled: l.Settled, Key: r.FormValue("key")}
	v.Action = v.Here + "/screen/talk/" + strconv.FormatInt(l.N, 10)
	if l.Settled != nil {
		v.By, v.Verdict, v.Again = f.whoWord(r, l.Names, l.Settled.Actor), f.verdictWord(r, l.Settled.Verdict), true
	}
	for _, s := range l.Views {
		v.Said = append(v.Said, saidLine{f.T(r, "review.view_"+s.Verdict), s.Words, s.Answer})
	}
	for _, x := range []string{Include, Exclude} {
		v.Choices = append(v.Choices, page.Option{Value: x, Text: f.T(r, "review.do_"+x)})
	}
	for _, x := range out.Out {
		v.Reasons = append(v.Reasons, page.Option{Value: x, Text: x})
	}
	if title = l.Title; title == "" {
		title = f.T(r, "review.screen_no_title", "N", l.N)
	}
	return v, title, nil
}

func (f *face) settle(w http.ResponseWriter, r *http.Request) error {
	var in settleForm
	err := in.read(r)
	in.Ref, in.N = at(r), number(r, "n")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.settle", r.FormValue("key"), f.room.Settle, in.SettleIn)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Ref.ID+"/screen/talk?done=settled&stage="+in.Stage)
	}
	v, title, e := f.talkOneView(r, in.Stage)
	if e != nil {
		return err
	}
	if v.In = in; in.Reason == in.Because {
		v.In.Reason = "" // it is shown where it was chosen
	}
	return f.Again(w, r, "review/screen_talk_one", page.View{Title: title, Body: v, Back: v.Here + "/screen/talk?stage=" + v.Stage}, err)
}

func (f *face) unsettle(w http.ResponseWriter, r *http.Request) error {
	var in UnsettleIn
	err := form.Read(r, &in)
	in.Ref, in.N = at(r), number(r, "n")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.unsettle", r.FormValue("key"), f.room.Unsettle, in)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Ref.ID+"/screen/talk/"+r.PathValue("n")+"?done=opened&stage="+in.Stage)
}

// agreeView says how far people decided alike.
type agreeView struct {
	Here, Stage string
	Blind       bool
	Pairs       []pairLine
	Between     string // the two whose differences are listed
	Apart       []differLine
	Pages       page.Pages
}

type pairLine struct {
	Text, Kappa, AC1, Href string
	Both, Apart            int64
}

type differLine struct {
	Href, Title, First, Second, Settled string
}

func (f *face) agree(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := AgreeIn{Ref: at(r), Stage: stageOf(r), After: queryNumber(r, "after")}
	all, err := f.room.Agree(r.Context(), in)
	if err != nil {
		return err
	}
	v := agreeView{Here: all.Review.Here(), Stage: in.Stage, Blind: all.Review.Blind}
	pair := int(queryNumber(r, "pair"))
	for i, p := range all.Pairs {
		names := map[string]string{p.First: p.FirstName, p.Second: p.SecondName}
		line := pairLine{Text: f.T(r, "review.agree_pair", "First", f.whoWord(r, names, p.First), "Second", f.whoWord(r, names, p.Second)),
			Both: p.Both, Apart: p.Both - p.Alike, AC1: decimal(p.AC1), Kappa: f.T(r, "review.agree_no_kappa"),
			Href: v.Here + "/screen/agree?stage=" + in.Stage + "&pair=" + strconv.Itoa(i+1)}
		if p.KappaOK {
			line.Kappa = decimal(p.Kappa)
		}
		v.Pairs = append(v.Pairs, line)
	}
	if q.Get("pair") == "" && len(all.Pairs) == 1 {
		pair = 1
	}
	if pair >= 1 && pair <= len(all.Pairs) {
		in.First, in.Second = all.Pairs[pair-1].First, all.Pairs[pair-1].Second
		out, err := f.room.Agree(r.Context(), in)
		if err != nil {
			return err
		}
		v.Between = v.Pairs[pair-1].Text
		for _, d := range out.Apart {
			v.Apart = append(v.Apart, differLine{Href: v.Here + "/screen/talk/" + strconv.FormatInt(d.N, 10) + "?stage=" + in.Stage, Title: d.Title,
				First: f.verdictWord(r, d.First), Second: f.verdictWord(r, d.Second), Settled: f.verdictWord(r, d.Settled)})
		}
		if out.Next > 0 {
			v.Pages.Next = v.Here + "/screen/agree?stage=" + in.Stage + "&pair=" + strconv.Itoa(pair) + "&after=" + strconv.FormatInt(out.Next, 10)
		}
	}
	return f.Show(w, r, "review/screen_agree", page.View{Title: f.T(r, "review.agree_title"), Body: v, Back: v.Here})
}

// decimal writes a number with two places.
func decimal(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }

// stopView says whether enough has been read.
type stopView struct {
	StopOut
	Here            string
	Share           int64 // of 100 records that matter, how many are probably found
	InHundred       int64 // of 100 reviews that have found too few, how many look like this one
	Known, Advised  bool
	LeftIf, WorstIf int64
}

// inHundred is a chance of 100, and 1 for what is smaller but there.
func inHundred(chance float64) int64 {
	n := int64(math.Round(chance * 100))
	if n == 0 && chance > 0 {
		n = 1
	}
	return n
}

func (f *face) stop(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Stop(r.Context(), StopIn{Ref: at(r)})
	if err != nil {
		return err
	}
	a := out.Advice()
	v := stopView{StopOut: out, Here: out.Review.Here(), Known: out.Found > 0 && a.Read > 0, Advised: a.Stop,
		LeftIf: int64(a.Left), WorstIf: int64(a.AtMost), InHundred: inHundred(a.Chance)}
	if all := out.Found + v.LeftIf; all > 0 {
		v.Share = out.Found * 100 / all
	}
	return f.Show(w, r, "review/screen_stop", page.View{Title: f.T(r, "review.stop_title"), Body: v, Back: v.Here + "/screen"})
}
