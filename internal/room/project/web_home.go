package project

import (
	"context"
	"net/http"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/text"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// most is how much of one thing the home shows; the rest is a link away.
const (
	mostNext  = 3
	mostAsks  = 2
	mostTitle = 40  // of a title in a suggestion, in characters
	mostLine  = 70  // of what was asked for
	mostWords = 240 // of the question, in characters
)

// seeView is a project's home.
type seeView struct {
	SeeOut
	Now                                                          *Question // the question that counts
	Short                                                        string    // its beginning, when it is long
	PhaseText, Since                                             string    // Since is the day the phase began
	Due                                                          []askLine
	MoreDue                                                      int
	Strands                                                      []strandCount
	Silent                                                       []string
	Next                                                         []nextLine
	DuePanels, MissingPanels, HeardPanels, DoingPanels           []page.Panel
	ChangedPanels, MorePanels                                    []page.Panel
	Network                                                      bool
	MayQuestion, MayAsk, MayHear, MayGive, MayMembers, MayPeople bool
	MayChange, MayCards, MaySort, MayMix                         bool
}

type siteLine struct {
	Site
	NationText string
}

type askLine struct {
	Ask
	TeamText, StateText string
}

// Below is what stands under the four questions.
func (v seeView) Below() []page.Panel { return slices.Concat(v.ChangedPanels, v.MorePanels) }

// Brief is what was asked for, or the beginning of it.
func (l askLine) Brief() string { return text.Excerpt(l.What, mostLine) }

// nextLine is one thing to do: what, why, and whom it helps.
type nextLine struct{ Href, Text, Why, Who string }

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	var v seeView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		l, err := f.room.home(ctx, tx, r.PathValue("project"))
		if err != nil {
			return err
		}
		v.SeeOut = l.SeeOut
		f.may(ctx, tx, &v)
		v.DuePanels, v.MissingPanels, v.HeardPanels = f.load(ctx, tx, "due", v.Ref), f.load(ctx, tx, "missing", v.Ref), f.load(ctx, tx, "heard", v.Ref)
		v.DoingPanels, v.ChangedPanels, v.MorePanels = f.load(ctx, tx, "doing", v.Ref), f.load(ctx, tx, "changed", v.Ref), f.load(ctx, tx, "more", v.Ref)
		found, put, err := f.room.signsOf(ctx, tx, v.Ref.ID)
		if err != nil {
			return err
		}
		v.Next = f.next(r, v.Ref.ID, found, put)
		return nil
	})
	if err != nil {
		return err
	}
	f.fill(r, &v)
	return f.Show(w, r, "project/see", page.View{Title: v.Title, Body: v, Notice: f.notice(r)})
}

// notice says what has just worked.
func (f *face) notice(r *http.Request) string {
	d := r.URL.Query().Get("done")
	if !slices.Contains([]string{"started", "changed", "phase", "question", "question_first", "site", "ask", "issues", "point", "dropped", "aside", "back"}, d) {
		return ""
	}
	return f.T(r, "project.done_"+d)
}

// next puts the first gaps in words.
func (f *face) next(r *http.Request, project string, found []plug.Found, put []Dismissal) []nextLine {
	var out []nextLine
	for _, g := range Gaps(project, found, put) {
		if len(out) < mostNext {
			g.Title = text.Excerpt(g.Title, mostTitle)
			out = append(out, f.gap(r, g))
		}
	}
	return out
}

// gap is a sign in words: what to do, why, and whom it helps.
func (f *face) gap(r *http.Request, g plug.Found) nextLine {
	return nextLine{Href: g.Href, Text: f.T(r, g.Name+"_do"), Why: f.sign(r, g), Who: f.T(r, g.Name+"_who")}
}

func (f *face) sign(r *http.Request, g plug.Found) string {
	return f.T(r, g.Name, "Count", g.N, "Title", g.Title)
}

// may says which links the reader can follow, the other rooms' by their permissions.
func (f *face) may(ctx context.Context, tx *db.Tx, v *seeView) {
	can := func(permission string) bool { return who.Can(ctx, tx, permission, v.Ref) }
	v.MayChange, v.MayQuestion, v.MayAsk = can("project.change"), can("project.question"), can("project.ask")
	v.MayHear, v.MayGive, v.MayMembers = can("evidence.see"), can("evidence.give"), can("account.members")
	v.MayPeople, v.MayCards, v.MaySort, v.MayMix = can("people.see"), can("card.make"), can("evidence.edit"), can("people.missing")
}

func (f *face) load(ctx context.Context, tx *db.Tx, place string, at ref.Ref) []page.Panel {
	if f.room.panels == nil {
		return nil
	}
	return f.room.panels.Load(ctx, tx, Kind, place, at)
}

// fill puts the rest of the home in words.
func (f *face) fill(r *http.Request, v *seeView) {
	if len(v.Questions) > 0 {
		v.Now = &v.Questions[0]
		if short := text.Excerpt(v.Now.Text, mostWords); short != v.Now.Text {
			v.Short = short
		}
	}
	v.Network, v.PhaseText = v.Model == Network, f.choice(r, "project.phase", v.Phase)
	if len(v.Phases) > 0 {
		v.Since = v.Phases[0].On
	}
	open, _ := f.asks(r, v.Asks)
	v.Due = open[:min(mostAsks, len(open))]
	v.MoreDue = len(open) - len(v.Due)
	v.Strands = counted(v.Ref.ID, v.Heard)
	for _, s := range v.Strands {
		if s.N == 0 {
			v.Silent = append(v.Silent, s.Strand)
		}
	}
	if len(v.Silent) == len(v.Strands) {
		v.Silent = nil // nothing at all was heard: the counts say so
	}
}

// asks puts the open asks, and the others, in words.
func (f *face) asks(r *http.Request, all []Ask) (open, closed []askLine) {
	for _, a := range all {
		l := askLine{a, f.choice(r, "project.team", a.Team), f.choice(r, "project.state", a.State)}
		if a.State == Open {
			open = append(open, l)
		} else {
			closed = append(closed, l)
		}
	}
	return open, closed
}

// aboutView is what is kept of a project: its facts, places, versions and asks.
type aboutView struct {
	SeeOut
	Rows                   []page.Row
	SiteLines              []siteLine
	Open, Closed           []askLine
	Versions, Names, Steps []past
	Network, Unknown       bool // Unknown: some of what is said about the project is not known yet
	MayChange, MayQuestion bool
	MayAsk                 bool
}

// past is one earlier state of something that is kept in versions.
type past struct {
	Text, Why, On, By string
	At, Version       int64
}

func (f *face) about(w http.ResponseWriter, r *http.Request) error {
	var v aboutView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		l, err := f.room.home(ctx, tx, r.PathValue("project"))
		if err != nil {
			return err
		}
		v.SeeOut = l.SeeOut
		can := func(permission string) bool { return who.Can(ctx, tx, permission, v.Ref) }
		v.MayChange, v.MayQuestion, v.MayAsk = can("project.change"), can("project.question"), can("project.ask")
		return f.history(ctx, tx, r, &v)
	})
	if err != nil {
		return err
	}
	f.fillAbout(r, &v)
	return f.Show(w, r, "project/about", page.View{Title: f.T(r, "project.about"), Body: v, Notice: f.notice(r), Back: "/project/" + v.Ref.ID})
}

func (f *face) fillAbout(r *http.Request, v *aboutView) {
	v.Network = v.Model == Network
	v.Rows, v.Unknown = f.rows(r, v.Project)
	for _, s := range v.Sites {
		v.SiteLines = append(v.SiteLines, siteLine{s, f.choice(r, "house.nation", s.Nation)})
	}
	v.Open, v.Closed = f.asks(r, v.Asks)
}

// by is the name of whoever made a change, or that it was someone in the team.
func (f *face) by(ctx context.Context, tx *db.Tx, r *http.Request, key string) (string, error) {
	if f.room.names != nil {
		name, err := f.room.names.Actor(ctx, tx, key)
		if err != nil || name != "" {
			return name, err
		}
	}
	return f.T(r, "project.by_team"), nil
}

// history puts the kept versions in words.
func (f *face) history(ctx context.Context, tx *db.Tx, r *http.Request, v *aboutView) error {
	add := func(to *[]past, p past, key string) (err error) {
		p.By, err = f.by(ctx, tx, r, key)
		*to = append(*to, p)
		return err
	}
	for _, q := range v.Questions {
		if err := add(&v.Versions, past{Text: q.Text, Why: q.Why, At: q.At, Version: q.Version}, q.By); err != nil {
			return err
		}
	}
	for _, t := range v.Titles {
		if err := add(&v.Names, past{Text: t.Title, Why: t.Why, At: t.At}, t.By); err != nil {
			return err
		}
	}
	for _, p := range v.Phases {
		if err := add(&v.Steps, past{Text: f.choice(r, "project.phase", p.Phase), Why: p.Why, On: p.On, At: p.At}, p.By); err != nil {
			return err
		}
	}
	return nil
}

// rows is what is known of a project, and whether some of it is not.
func (f *face) rows(r *http.Request, p Project) (rows []page.Row, unknown bool) {
	tongue := page.ChromeFrom(r.Context()).Lang
	row := func(key, value string) {
		if value == "" {
			unknown = true
			return
		}
		rows = append(rows, page.Row{Key: f.T(r, key), Value: value})
	}
	row("project.model", f.choice(r, "project.model", p.Model))
	row("project.phase", f.choice(r, "project.phase", p.Phase))
	row("project.host", p.Host)
	row("project.themes", f.joined(r, "project.theme", p.Themes))
	row("project.aims", f.joined(r, "project.aim", p.Aims))
	row("project.cohort", year(p.Cohort))
	row("project.starts", lang.Date(tongue, p.Starts))
	row("project.ends", lang.Date(tongue, p.Ends))
	return rows, unknown
}
