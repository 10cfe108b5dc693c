package action

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

// recommendView is the form of a recommendation, new or changed.
type recommendView struct {
	Words         Words
	Version       int64
	Site          string
	Action, Key   string
	Options       []optionField
	Findings      []page.Option
	FindingsLabel string
	Sites         []page.Option
	Now           []page.Row // how it is, when someone else was first
}

// optionField is one line for a way it could be done.
type optionField struct{ ID, Label, Value string }

// optionFields is a line for each option, two more, and four at least.
func (f *face) optionFields(r *http.Request, options []string) []optionField {
	var out []optionField
	for i := range min(max(4, len(options)+2), maxOptions) {
		o := optionField{ID: "options", Label: f.T(r, "action.option_n", "N", i+1)}
		if i > 0 {
			o.ID += "-" + strconv.Itoa(i+1)
		}
		if i < len(options) {
			o.Value = options[i]
		}
		out = append(out, o)
	}
	return out
}

// recommendView makes the form for a place; of is the recommendation that is changed.
func (f *face) recommendView(r *http.Request, words Words, picked []ref.Ref, site string, of ref.Ref) (recommendView, error) {
	project := r.PathValue("project")
	v := recommendView{Words: words, Site: site, Action: r.URL.Path, Key: r.FormValue("key"), Options: f.optionFields(r, words.Options),
		FindingsLabel: f.T(r, "action.findings")}
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx, now := tx.Context(), f.room.clock.Now()
		seen, err := who.Where(ctx, tx, "r", "finding.see")
		if err != nil {
			return err
		}
		all, err := findings(tx, project, db.And(seen, terms.Where("r", terms.Project, now)))
		if err != nil {
			return err
		}
		var has []Near
		if !of.None() {
			v.FindingsLabel = f.T(r, "action.findings_add")
			if has, err = near(tx, who.From(ctx).Programme, of, true, seen); err != nil {
				return err
			}
		}
		for _, x := range all {
			if !slices.ContainsFunc(has, func(n Near) bool { return n.Ref == x.Ref() }) {
				v.Findings = append(v.Findings, page.Option{Value: x.Ref().String(), Text: x.Title, Checked: slices.Contains(picked, x.Ref())})
			}
		}
		if of.None() {
			v.Sites, err = f.sites(ctx, tx, r, "action.recommend")
		}
		return err
	})
	return v, err
}

// sites is the places of a project to choose from, the whole project first; none when it
// has none or the reader works in one site only.
func (f *face) sites(ctx context.Context, tx *db.Tx, r *http.Request, permission string) ([]page.Option, error) {
	project := r.PathValue("project")
	if err := who.Must(ctx, tx, "action.see", ref.Of(ref.Project, project)); err != nil {
		return nil, err
	}
	all, err := sites(tx, who.From(ctx).Programme, project, f.room.clock.Now())
	var out []page.Option
	if len(all) > 0 && who.Can(ctx, tx, permission, ref.Of(ref.Project, project)) {
		out = append(out, page.Option{Text: f.T(r, "action.site_all")})
	}
	for _, s := range all {
		if who.Can(ctx, tx, permission, s.Ref()) {
			out = append(out, page.Option{Value: s.ID, Text: s.Title})
		}
	}
	return out, err
}

func (f *face) recommendPage(r *http.Request, v recommendView) page.View {
	return page.View{Title: f.T(r, "action.recommend_title"), Body: v, Back: "/action/" + r.PathValue("project")}
}

func (f *face) recommendForm(w http.ResponseWriter, r *http.Request) error {
	var picked []ref.Ref
	for _, s := range r.URL.Query()["findings"] {
		x, err := ref.Parse(s)
		if err != nil {
			return err
		}
		picked = append(picked, x)
	}
	v, err := f.recommendView(r, Words{}, picked, "", ref.Ref{})
	if err != nil {
		return err
	}
	return f.Show(w, r, "action/recommend", f.recommendPage(r, v))
}

func (f *face) recommend(w http.ResponseWriter, r *http.Request) error {
	var in RecommendIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	var out RecommendOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "action.recommend", r.FormValue("key"), f.room.Recommend, in)
	}
	if err != nil {
		v, e := f.recommendView(r, in.Words, in.Findings, in.Site, ref.Ref{})
		if e != nil {
			return e
		}
		return f.Again(w, r, "action/recommend", f.recommendPage(r, v), err)
	}
	return web.Redirect(w, r, recommendationPage(in.Project, out.Ref.ID)+"?done=recommended")
}

// recommendationView is the page of one recommendation.
type recommendationView struct {
	about
	Founded                          bool // a finding is tied to it that the reader may see
	Since                            bool // the words were changed after the decision
	Paragraphs                       []string
	Decision                         []page.Row
	DecidedBefore                    [][]page.Row
	CompareTitle                     string
	CompareHead                      []string
	Compare                          [][]any // field, before, now
	Older                            []olderWords
	MayRecommend, MayDecide, MayPlan bool
}

type olderWords struct {
	Until string
	Rows  []page.Row
}

func (f *face) recommendation(w http.ResponseWriter, r *http.Request) error {
	var v recommendationView
	var title string
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		out, err := f.seen(ctx, r, KindRecommendation)
		if err != nil {
			return err
		}
		title = out.Title
		if v.about, err = f.aboutOf(ctx, tx, r, out); err != nil {
			return err
		}
		v.MayRecommend, v.MayDecide = who.Can(ctx, tx, "action.recommend", out.Ref), who.Can(ctx, tx, "action.decide", out.Ref)
		v.MayPlan = who.Can(ctx, tx, "action.do", out.Ref)
		zone, err := f.room.zone(tx, who.From(ctx).Programme)
		if err != nil {
			return err
		}
		f.fill(r, &v, out, zone)
		return nil
	})
	if err != nil {
		return err
	}
	return f.Show(w, r, "action/recommendation", page.View{Title: title, Body: v, Notice: f.notice(r), Back: "/action/" + v.Project})
}

// notice is what has just worked, as the address says.
func (f *face) notice(r *http.Request) string {
	return f.Done(r, "action.done_", "recommended", "revised", "decided", "planned", "changed", "finished", "looked", "next", "photo", "photo_words", "photo_gone")
}

// fill puts a recommendation, its decisions and its earlier words into the page.
func (f *face) fill(r *http.Request, v *recommendationView, out SeeOut, zone string) {
	x := out.Recommendation
	v.Founded = slices.ContainsFunc(out.StandsOn, func(n Near) bool { return n.Ref.Kind == kindFinding })
	v.Rows, v.Since = known(f.wordRows(r, x.Words)[2:]...), x.since()
	for _, p := range strings.Split(x.Text, "\n") {
		if p = trim(p); p != "" {
			v.Paragraphs = append(v.Paragraphs, p)
		}
	}
	for i, d := range out.Decisions {
		if i == 0 {
			v.Decision = f.decisionRows(r, d)
		} else {
			v.DecidedBefore = append(v.DecidedBefore, f.decisionRows(r, d))
		}
	}
	if len(out.Texts) < 2 {
		return
	}
	before := out.Texts[1]
	v.CompareTitle = f.T(r, "action.version_of", "Day", f.on(r, out.Texts[0].At, zone))
	v.CompareHead = []string{"", f.T(r, "action.before"), f.T(r, "action.now")}
	was, is := f.wordRows(r, before.Words), f.wordRows(r, x.Words)
	for i := range was {
		if was[i].Value != is[i].Value {
			v.Compare = append(v.Compare, []any{was[i].Key, was[i].Value, is[i].Value})
		}
	}
	for i := 2; i < len(out.Texts); i++ {
		v.Older = append(v.Older, olderWords{f.T(r, "action.version_of", "Day", f.on(r, out.Texts[i-1].At, zone)), known(f.wordRows(r, out.Texts[i].Words)...)})
	}
}

// wordRows is what a recommendation says, field by field.
func (f *face) wordRows(r *http.Request, w Words) []page.Row {
	return []page.Row{f.row(r, "action.title_label", w.Title), f.row(r, "action.text_label", w.Text), f.row(r, "action.plainly_label", w.Plainly),
		f.row(r, "action.options", strings.Join(w.Options, "; "))}
}

func (f *face) decisionRows(r *http.Request, d Decision) []page.Row {
	dissent := d.Dissent
	if d.DissentHidden {
		dissent = f.T(r, "action.dissent_someone")
	}
	return known(f.row(r, "action.decision", f.T(r, "action.decision_"+word(d.Decision))), f.row(r, "action.option", d.Option), f.row(r, "action.why", d.Why),
		f.row(r, "action.dissent", dissent), f.row(r, "action.by_label", d.By), f.row(r, "action.on_label", f.day(r, d.On)))
}

// revised is the form of a recommendation that is changed.
type revised struct {
	Words
	Version  int64     `json:"version"`
	Findings []ref.Ref `json:"findings"`
}

func (f *face) revisePage(r *http.Request, v recommendView) page.View {
	return page.View{Title: f.T(r, "action.revise_title"), Body: v, Back: recommendationPage(r.PathValue("project"), r.PathValue("id"))}
}

func (f *face) reviseForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindRecommendation)
	if err != nil {
		return err
	}
	v, err := f.recommendView(r, out.Recommendation.Words, nil, "", out.Ref)
	if err != nil {
		return err
	}
	v.Version = out.Version
	return f.Show(w, r, "action/recommend", f.revisePage(r, v))
}

func (f *face) revise(w http.ResponseWriter, r *http.Request) error {
	var sent revised
	err := form.Read(r, &sent)
	out, e := f.seen(r.Context(), r, KindRecommendation)
	if e != nil {
		return e
	}
	if sent.Options == nil {
		sent.Options = []string{}
	}
	if err == nil {
		in := ReviseIn{Ref: out.Ref, Version: sent.Version, Title: &sent.Title, Text: &sent.Text, Plainly: &sent.Plainly, Options: sent.Options, Findings: sent.Findings}
		_, err = plug.Run(r.Context(), f.desk, "action.revise", r.FormValue("key"), f.room.Revise, in)
	}
	if err != nil {
		v, e := f.recommendView(r, sent.Words, sent.Findings, "", out.Ref)
		if e != nil {
			return e
		}
		v.Version = sent.Version
		// Someone else was first: theirs is shown, and the next press stands on it.
		if out.Version != sent.Version {
			v.Version, v.Key, v.Now = out.Version, "", known(f.wordRows(r, out.Recommendation.Words)...)
		}
		return f.Again(w, r, "action/recommend", f.revisePage(r, v), err)
	}
	return web.Redirect(w, r, recommendationPage(out.Project, out.Ref.ID)+"?done=revised")
}

// decideView is the form of a decision.
type decideView struct {
	In          DecideIn
	What        string // the recommendation
	Action, Key string
	Decisions   []page.Option
	Options     []page.Option
	Now         []page.Row // what was decided, when someone else was first
}

func (f *face) decideView(r *http.Request, out SeeOut, in DecideIn) decideView {
	v := decideView{In: in, What: out.Title, Action: r.URL.Path, Key: r.FormValue("key"), Decisions: f.choices(r, "action.decision", Decisions())}
	v.In.On = form.Typed(in.On)
	for _, o := range out.Recommendation.Options {
		v.Options = append(v.Options, page.Option{Value: o, Text: o})
	}
	if len(v.Options) > 0 {
		v.Options = append(v.Options, page.Option{Text: f.T(r, "action.option_none")})
	}
	return v
}

func (f *face) decidePage(r *http.Request, v decideView) page.View {
	return page.View{Title: f.T(r, "action.decide_title"), Body: v, Back: recommendationPage(r.PathValue("project"), r.PathValue("id"))}
}

func (f *face) decideForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindRecommendation)
	if err != nil {
		return err
	}
	return f.Show(w, r, "action/decide", f.decidePage(r, f.decideView(r, out, DecideIn{Version: out.Version})))
}

func (f *face) decide(w http.ResponseWriter, r *http.Request) error {
	var in DecideIn
	err := form.Read(r, &in)
	out, e := f.seen(r.Context(), r, KindRecommendation)
	if e != nil {
		return e
	}
	in.Ref = out.Ref
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "action.decide", r.FormValue("key"), f.room.Decide, in)
	}
	if err != nil {
		// Between the reading above and the verb someone may have decided.
		if out, e = f.seen(r.Context(), r, KindRecommendation); e != nil {
			return e
		}
		v := f.decideView(r, out, in)
		if out.Version != in.Version {
			v.In.Version, v.Key = out.Version, ""
			v.Now = known(f.wordRows(r, out.Recommendation.Words)...)
			if len(out.Decisions) > 0 {
				v.Now = f.decisionRows(r, out.Decisions[0])
			}
		}
		return f.Again(w, r, "action/decide", f.decidePage(r, v), err)
	}
	return web.Redirect(w, r, recommendationPage(out.Project, out.Ref.ID)+"?done=decided#decision")
}
