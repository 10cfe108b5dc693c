package review

import (
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

// statementsView is what a review says, by theme.
type statementsView struct {
	Review
	Groups []themeGroup
	Aside  []sayingLine
	N      int
	MayRun bool
	Empty  []page.Link
}

// themeGroup is a theme with its statements; a theme without a title holds those of none.
type themeGroup struct {
	Theme
	Lines []sayingLine
}

// sayingLine is one statement of a list.
type sayingLine struct {
	Saying
	Bears   []string // "2 records support it"
	Matches []string // "3 people say that it matches"
	Against bool     // something speaks against it
}

func (f *face) statements(w http.ResponseWriter, r *http.Request) error {
	var v statementsView
	var out StatementsOut
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.Review, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		v.MayRun = who.Can(ctx, tx, "review.run", v.Review.Ref)
		out, err = f.room.Statements(ctx, StatementsIn{Review: v.Review.Ref})
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range out.Themes {
		v.Groups = append(v.Groups, themeGroup{Theme: t})
	}
	none := themeGroup{}
	for _, s := range out.Statements {
		l := sayingLine{Saying: s, Bears: f.counted(r, "review.ex_bears_", s.Counts), Matches: f.counted(r, "review.ex_matches_", out.Matches[s.Given]), Against: s.Counts[Challenges] > 0}
		i := slices.IndexFunc(v.Groups, func(g themeGroup) bool { return g.ID == s.Theme })
		switch {
		case s.State == SetAside:
			v.Aside = append(v.Aside, l)
			continue
		case i >= 0:
			v.Groups[i].Lines = append(v.Groups[i].Lines, l)
		default:
			none.Lines = append(none.Lines, l)
		}
		v.N++
	}
	if len(none.Lines) > 0 {
		v.Groups = append(v.Groups, none)
	}
	if v.MayRun {
		v.Empty = []page.Link{{Href: v.Here() + "/statement/new", Text: f.T(r, "review.ex_state_do")}}
		if v.Way == Searched {
			v.Empty = append(v.Empty, page.Link{Href: v.Here() + "/extract", Text: f.T(r, "review.ex_step_extract")})
		}
	}
	return f.Show(w, r, "review/statements", page.View{Title: f.T(r, "review.ex_step_statement"), Body: v, Notice: f.Done(r, "review.ex_done_", "themed", "merged"), Back: v.Here()})
}

// counted says counts by stance in words, those that are not there left out.
func (f *face) counted(r *http.Request, key string, counts map[string]int64) (out []string) {
	for _, s := range Stances() {
		if n := counts[s]; n > 0 {
			out = append(out, f.T(r, key+s, "Count", n))
		}
	}
	return out
}

// statementView is the page of one statement.
type statementView struct {
	StatementOut
	Title   string // of its review
	Theme   string // in words
	Sides   []sideView
	Bears   []string
	Answers []string
	Match   string // address on which somebody says whether it matches; "" = may not
	About   string
	MayRun  bool
	MayGive bool
}

// sideView is the records that bear on a statement in one way. All three are always shown,
// at the same size.
type sideView struct {
	Stance   string
	Bearings []Bearing
}

// oneStatement reads the statement of an address; under another project's address it is not
// there.
func (f *face) oneStatement(r *http.Request) (StatementOut, error) {
	out, err := f.room.Statement(r.Context(), StatementIn{Ref: ref.Of(Statement, r.PathValue("id"))})
	if err == nil && out.Project != r.PathValue("project") {
		err = fault.New(fault.Missing, "house.missing")
	}
	return out, err
}

func (f *face) statement(w http.ResponseWriter, r *http.Request) error {
	var v statementView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.StatementOut, err = f.oneStatement(r.WithContext(ctx)); err != nil {
			return err
		}
		of, programme, err := f.room.open(ctx, tx, "review.see", ref.Of(Kind, v.Review))
		if err != nil {
			return err
		}
		v.Title = of.Facts.Title
		themes, err := themesOf(tx, programme, v.Review)
		for _, t := range themes {
			if t.ID == v.Saying.Theme {
				v.Theme = t.Title
			}
		}
		v.MayRun = who.Can(ctx, tx, "review.run", v.Ref)
		v.MayGive = v.MayRun && v.State == Stands && (v.Given == "" || v.Newer()) && who.Can(ctx, tx, "evidence.give", ref.Of(ref.Project, v.Project))
		if v.Given != "" && who.Can(ctx, tx, "evidence.give", ref.Of(ref.Project, v.Project)) {
			v.Match, v.About = "/evidence/"+v.Project+"/give", v.Contribution().String()
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range Stances() {
		side := sideView{Stance: s}
		for _, b := range v.Bearings {
			if b.Stance == s {
				side.Bearings = append(side.Bearings, b)
			}
		}
		v.Sides = append(v.Sides, side)
	}
	v.Bears, v.Answers = f.counted(r, "review.ex_bears_", v.Counts), f.counted(r, "review.ex_matches_", v.Matches)
	return f.Show(w, r, "review/statement", page.View{Title: v.Words, Body: v, Notice: f.Done(r, "review.ex_done_", "stated", "restated", "borne", "given", "aside", "again"), Back: v.Of() + "/statement"})
}

// sayingForm is the form of a statement.
type sayingForm struct {
	Saying
	Action, Key string
	Fresh       bool
	Themes      []page.Option
	Sures       []page.Option
	N           int64 // the record it comes from; 0 = none
	Note        string
	Record      string
	Now         []page.Row
}

// fillSaying puts what can be chosen into the form of a statement.
func (f *face) fillSaying(r *http.Request, v *sayingForm) error {
	v.Action, v.Key = r.URL.Path, r.FormValue("key")
	v.Themes = []page.Option{{Text: f.T(r, "review.ex_no_theme")}}
	v.Sures = []page.Option{{Text: f.T(r, "review.ex_not_said")}}
	for _, s := range Sures() {
		v.Sures = append(v.Sures, page.Option{Value: s, Text: f.T(r, "review.ex_sure_"+s)})
	}
	return f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		of, programme, err := f.room.open(tx.Context(), tx, "review.run", ref.Of(Kind, v.Review))
		if err != nil {
			return err
		}
		v.Project = of.Project
		all, err := themesOf(tx, programme, v.Review)
		for _, t := range all {
			v.Themes = append(v.Themes, page.Option{Value: t.ID, Text: t.Title})
		}
		if err != nil || v.N == 0 {
			return err
		}
		x, err := record(tx, programme, v.Review, v.N)
		v.Record = x.Title
		if err == nil && v.Note == "" {
			by, e := answersOf(tx, programme, v.Review, v.N)
			v.Note, err = taking(x, by[v.N]).says(), e
		}
		return err
	})
}

func (f *face) stateForm(w http.ResponseWriter, r *http.Request) error {
	v := sayingForm{Saying: Saying{Review: r.PathValue("id")}, Fresh: true, N: whole64(r.URL.Query().Get("n"))}
	v.Saying.Theme = r.URL.Query().Get("theme")
	if err := f.fillSaying(r, &v); err != nil {
		return err
	}
	return f.Show(w, r, "review/statement_form", page.View{Title: f.T(r, "review.ex_state_title"), Body: v, Back: v.Of() + "/statement"})
}

func (f *face) state(w http.ResponseWriter, r *http.Request) error {
	var in StateIn
	err := form.Read(r, &in)
	in.Review = at(r)
	n, note := whole64(r.FormValue("n")), r.FormValue("note")
	if n > 0 {
		in.Supports = []Support{{N: n, Stance: Supports, Note: note}}
	}
	var out StateOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "review.state", r.FormValue("key"), f.room.State, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/statement/"+out.Ref.ID+"?done=stated")
	}
	v := sayingForm{Saying: Saying{Review: in.Review.ID, Theme: in.Theme, Words: in.Words, Plainly: in.Plainly, Sure: in.Sure, SureWhy: in.SureWhy}, Fresh: true, N: n, Note: note}
	if e := f.fillSaying(r, &v); e != nil {
		return e
	}
	return f.Again(w, r, "review/statement_form", page.View{Title: f.T(r, "review.ex_state_title"), Body: v, Back: v.Of() + "/statement"}, err)
}

func (f *face) restateForm(w http.ResponseWriter, r *http.Request) error {
	now, err := f.oneStatement(r)
	if err != nil {
		return err
	}
	v := sayingForm{Saying: now.Saying}
	if err := f.fillSaying(r, &v); err != nil {
		return err
	}
	return f.Show(w, r, "review/statement_form", page.View{Title: f.T(r, "review.ex_restate_title"), Body: v, Back: v.Here()})
}

func (f *face) restate(w http.ResponseWriter, r *http.Request) error {
	now, err := f.oneStatement(r)
	if err != nil {
		return err
	}
	var in RestateIn
	err = form.Read(r, &in)
	in.Ref = now.Ref
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.restate", r.FormValue("key"), f.room.Restate, in)
	}
	if err == nil {
		return web.Redirect(w, r, now.Here()+"?done=restated")
	}
	v := sayingForm{Saying: now.Saying}
	if e := f.fillSaying(r, &v); e != nil {
		return e
	}
	v.Saying.Theme, v.Words, v.Plainly, v.Sure, v.SureWhy = in.Theme, in.Words, in.Plainly, in.Sure, in.SureWhy
	// Someone else was first: how it stands is shown, and the next press stands on that.
	if now.Version != in.Version {
		v.Key, v.Now = "", []page.Row{{Key: f.T(r, "review.ex_words"), Value: now.Words}, {Key: f.T(r, "review.ex_plainly"), Value: now.Plainly}}
	}
	return f.Again(w, r, "review/statement_form", page.View{Title: f.T(r, "review.ex_restate_title"), Body: v, Back: v.Here()}, err)
}

// bearView is the page on which the records of a statement are picked.
type bearView struct {
	StatementOut
	Lines       []bearLine
	Action, Key string
	After       int64
	NextAfter   int64
	More        page.Pages
	Stances     []page.Option
}

// bearLine is one included record, with how it bears on the statement.
type bearLine struct {
	Record
	Stance, Note, Says string
	Options            []page.Option
}

// bearPage is how many records can be picked from at once.
const bearPage = 20

func (f *face) bearForm(w http.ResponseWriter, r *http.Request) error {
	return f.showBear(w, r, nil, nil)
}

func (f *face) showBear(w http.ResponseWriter, r *http.Request, sent []Support, wrong error) error {
	now, err := f.oneStatement(r)
	if err != nil {
		return err
	}
	if err := f.may(r.Context(), "review.run", now.Ref); err != nil {
		return err
	}
	v := bearView{StatementOut: now, Action: r.URL.Path, Key: r.FormValue("key"), After: whole64(r.FormValue("after"))}
	out, err := f.room.Extracts(r.Context(), ExtractsIn{Review: ref.Of(Kind, now.Review), After: v.After, Limit: bearPage})
	if err != nil {
		return err
	}
	for _, t := range out.Records {
		l := bearLine{Record: t.Record, Says: t.says(), Note: t.says()}
		for _, b := range append(bearings(now.Bearings), sent...) {
			if b.N == t.N {
				l.Stance, l.Note = b.Stance, b.Note
			}
		}
		l.Options = []page.Option{{Text: f.T(r, "review.ex_stance_none")}}
		for _, s := range Stances() {
			l.Options = append(l.Options, page.Option{Value: s, Text: f.T(r, "review.ex_stance_"+s)})
		}
		v.Lines = append(v.Lines, l)
	}
	turn := func(n int64) string {
		return r.URL.Path + "?" + url.Values{"after": {strconv.FormatInt(n, 10)}}.Encode()
	}
	if out.Next > 0 {
		v.More.Next, v.NextAfter = turn(out.Next), out.Next
	}
	if v.After > 0 {
		v.More.Prev = turn(0)
	}
	p := page.View{Title: f.T(r, "review.ex_bear_title"), Body: v, Notice: f.Done(r, "review.ex_done_", "borne"), Back: now.Here()}
	if wrong != nil {
		return f.Again(w, r, "review/statement_records", p, wrong)
	}
	return f.Show(w, r, "review/statement_records", p)
}

func bearings(all []Bearing) (out []Support) {
	for _, b := range all {
		s := b.Support
		s.N = b.Lead
		out = append(out, s)
	}
	return out
}

// bear stores how the records of one page bear on a statement; those of other pages stay.
func (f *face) bear(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	now, err := f.oneStatement(r)
	if err != nil {
		return err
	}
	had := map[int64]Support{}
	for _, b := range bearings(now.Bearings) {
		had[b.N] = b
	}
	in := SupportIn{Ref: now.Ref}
	for name := range r.Form {
		n := whole64(strings.TrimPrefix(name, "stance-"))
		if !strings.HasPrefix(name, "stance-") || n == 0 {
			continue
		}
		s := Support{N: n, Stance: r.FormValue(name), Note: strings.TrimSpace(r.FormValue("note-" + strconv.FormatInt(n, 10)))}
		if was, ok := had[n]; s.Stance == "" && !ok || ok && was == s {
			continue
		}
		in.Supports = append(in.Supports, s)
	}
	slices.SortFunc(in.Supports, func(a, b Support) int { return int(a.N - b.N) })
	if len(in.Supports) > 0 {
		if _, err := plug.Run(r.Context(), f.desk, "review.support", r.FormValue("key"), f.room.Support, in); err != nil {
			return f.showBear(w, r, in.Supports, err)
		}
	}
	if next := whole64(r.FormValue("next")); next > 0 {
		return web.Redirect(w, r, r.URL.Path+"?done=borne&after="+strconv.FormatInt(next, 10))
	}
	return web.Redirect(w, r, now.Here()+"?done=borne")
}

// give puts a statement, or its new words, into the thread.
func (f *face) give(w http.ResponseWriter, r *http.Request) error {
	var in GiveIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.Ref = ref.Of(Statement, r.PathValue("id"))
	if _, err := plug.Run(r.Context(), f.desk, "review.give", r.FormValue("key"), f.room.Give, in); err != nil {
		return err
	}
	return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/give")+"?done=given")
}

func (f *face) aside(w http.ResponseWriter, r *http.Request) error {
	var in AsideIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.Ref = ref.Of(Statement, r.PathValue("id"))
	if _, err := plug.Run(r.Context(), f.desk, "review.set-aside", r.FormValue("key"), f.room.Aside, in); err != nil {
		return err
	}
	done := "aside"
	if in.Again {
		done = "again"
	}
	return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/aside")+"?done="+done)
}
