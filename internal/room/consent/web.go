package consent

import (
	"net/http"
	"net/url"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

type face struct {
	*web.Face
	desk *plug.Desk
	room *Room
}

// here reads the ref of an address and gives the address of its page.
func here(r *http.Request) (ref.Ref, string, error) {
	at, err := ref.Parse(r.PathValue("ref"))
	return at, "/consent/" + url.PathEscape(at.String()), err
}

// seeView is the page of what was agreed for one record, use by use.
type seeView struct {
	SeeOut
	Here      string
	Until     string // until when an undo is possible, as a day
	Uses      []page.Row
	How       []page.Row
	MayChange bool   // the reader may write down a new agreement
	Asked     string // the questions that were shown, when one of our pages showed them
	Key       string
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	at, path, err := here(r)
	if err != nil {
		return err
	}
	if at.Kind == ref.Person {
		return f.person(w, r, at, path)
	}
	v, err := f.seen(r, at, path)
	if err != nil {
		return err
	}
	rec, err := f.record(r, at)
	if err != nil {
		return err
	}
	return f.Show(w, r, "consent/see", page.View{Title: f.T(r, "consent.title"), Body: v, Notice: f.Done(r, "consent.done_", "changed", "restored"), Back: home(rec, f.room.clock.Now())})
}

// home is the page a record's own page goes back to: a person's; of words that are live
// the page that shows them, of others the list of the project.
func home(rec ref.Record, now int64) string {
	switch {
	case rec.Kind == ref.Person:
		return "/people/" + url.PathEscape(rec.ID)
	case rec.Kind == "contribution" && rec.Project != "" && rec.Live(now):
		return heard(rec) + "/said/" + url.PathEscape(rec.ID)
	}
	return heard(rec)
}

// heard is the list of what a record's project has heard.
func heard(rec ref.Record) string {
	if rec.Project == "" {
		return ""
	}
	return "/evidence/" + url.PathEscape(rec.Project)
}

// record reads what the house knows of a record that the actor may see the consent of.
func (f *face) record(r *http.Request, at ref.Ref) (rec ref.Record, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		rec, err = who.Record(tx.Context(), tx, "consent.see", at)
		return err
	})
	return rec, err
}

func (f *face) seen(r *http.Request, at ref.Ref, path string) (seeView, error) {
	out, err := f.room.See(r.Context(), SeeIn{at})
	if err != nil {
		return seeView{}, err
	}
	zone, err := f.zone(r)
	if err != nil {
		return seeView{}, err
	}
	v := seeView{SeeOut: out, Here: path, Until: f.day(r, out.UndoUntil, zone)}
	if out.State == Live {
		v.Uses = f.uses(r, out.Grants, zone)
	}
	v.How = f.how(r, out.Given, zone)
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		v.MayChange = who.Can(tx.Context(), tx, "consent.change", at)
		return nil
	})
	return v, err
}

func (f *face) zone(r *http.Request) (zone string, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		zone, err = f.room.zones.Zone(tx, who.From(r.Context()).Programme)
		return err
	})
	return zone, err
}

// day writes the day of an instant; no instant and no end are the empty text.
func (f *face) day(r *http.Request, at int64, zone string) string {
	if at == 0 || at >= clock.Forever {
		return ""
	}
	return lang.Date(page.ChromeFrom(r.Context()).Lang, clock.DayOf(at, zone))
}

// uses is one row for each of the nine uses: yes with its last day, or no.
func (f *face) uses(r *http.Request, grants []terms.Grant, zone string) []page.Row {
	var out []page.Row
	for _, u := range terms.Uses() {
		row := page.Row{Key: f.T(r, "house.use_"+string(u)), Value: f.T(r, "consent.no")}
		for _, g := range grants {
			if g.Use != u {
				continue
			}
			row.Value = f.T(r, "consent.yes")
			// It ends at midnight, so its last day is the one of the instant before.
			if day := f.day(r, g.Until-1, zone); day != "" && g.Until < clock.Forever {
				row.Value = f.T(r, "consent.yes_until", "Day", day)
			}
		}
		out = append(out, row)
	}
	return out
}

// how is who agreed, how it was asked and when.
func (f *face) how(r *http.Request, g Given, zone string) []page.Row {
	if g.ID == "" {
		return nil
	}
	rows := []page.Row{
		{Key: f.T(r, "consent.when"), Value: f.day(r, g.At, zone)},
		{Key: f.T(r, "consent.mode"), Value: f.choice(r, "house.mode_", g.Mode)},
	}
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, page.Row{Key: f.T(r, key), Value: value})
		}
	}
	add("consent.helper", g.Helper)
	add("consent.asked", f.choice(r, "consent.asked_", g.Asked))
	add("consent.nation", f.choice(r, "house.nation_", g.Nation))
	add("consent.regime", f.choice(r, "consent.regime_", g.Regime))
	add("consent.ethics", g.Ethics)
	add("consent.written", f.T(r, "consent.by_"+g.By))
	if g.Wording != "" {
		add("consent.wording", f.T(r, "consent.wording_shown", "Version", g.Wording, "Language", lang.Name(g.Language), "Format", f.choice(r, "page.format.", g.Format)))
	}
	return rows
}

func (f *face) choice(r *http.Request, prefix, value string) string {
	if value == "" {
		return ""
	}
	return f.T(r, prefix+key(value))
}

// key is a stored choice as part of a word's key.
func key(value string) string {
	b := []byte(value)
	for i, c := range b {
		if c == ' ' {
			b[i] = '_'
		}
	}
	return string(b)
}

// historyView is everything that was agreed and taken back, latest first.
type historyView struct {
	Here  string
	Given []givenView
	Taken []page.Row
}

type givenView struct {
	Day  string
	Uses []string
	How  []page.Row
}

func (f *face) history(w http.ResponseWriter, r *http.Request) error {
	at, path, err := here(r)
	if err != nil {
		return err
	}
	out, err := f.room.History(r.Context(), SeeIn{at})
	if err != nil {
		return err
	}
	zone, err := f.zone(r)
	if err != nil {
		return err
	}
	v := historyView{Here: path}
	for _, g := range out.Given {
		gv := givenView{Day: f.day(r, g.At, zone), How: f.how(r, g, zone), Uses: []string{f.T(r, "house.use_project")}}
		for _, u := range g.Uses {
			gv.Uses = append(gv.Uses, f.T(r, "house.use_"+string(u)))
		}
		v.Given = append(v.Given, gv)
	}
	for _, t := range out.Taken {
		what := f.T(r, "consent.everything")
		if !t.whole() {
			what = f.T(r, "house.use_"+string(t.Use))
		}
		v.Taken = append(v.Taken, page.Row{Key: f.day(r, t.At, zone), Value: what + " · " + f.T(r, "consent.by_"+t.By) + " · " + f.T(r, "consent.fate_"+fateOf(t, f.room.clock.Now()))})
	}
	return f.Show(w, r, "consent/history", page.View{Title: f.T(r, "consent.history_title"), Body: v, Back: path})
}

// fateOf is what became of a take-back.
func fateOf(t Taken, now int64) string {
	switch {
	case t.ErasedAt > 0:
		return "erased"
	case t.ClosedAt > 0:
		return "closed"
	case t.open(now):
		return "open"
	}
	return "final"
}

// changeView is the form by which an agreement is changed, and the page to check it.
type changeView struct {
	ChangeIn
	Here    string
	Key     string
	Intro   string
	Choices []page.Option
	Modes   []page.Option
	Ways    []page.Option
	Nations []page.Option
	Regimes []page.Option
	Rows    []page.Row // to check
}

func (f *face) changeView(r *http.Request, in ChangeIn, path string) changeView {
	in.Wording, in.Language, in.Format = Wording, page.ChromeFrom(r.Context()).Lang, page.ChromeFrom(r.Context()).Format
	if in.Format == "" {
		in.Format = page.Standard
	}
	if in.Language == "" {
		in.Language = lang.Fallback
	}
	v := changeView{ChangeIn: in, Here: path, Key: r.FormValue("key"), Intro: f.T(r, Question(terms.Project))}
	for _, u := range terms.Uses()[1:] {
		v.Choices = append(v.Choices, page.Option{Value: string(u), Text: f.T(r, "house.use_"+string(u)), Hint: f.T(r, Question(u)), Checked: slices.Contains(in.Uses, u)})
	}
	list := func(prefix string, values []string) []page.Option {
		out := []page.Option{}
		for _, x := range values {
			out = append(out, page.Option{Value: x, Text: f.T(r, prefix+key(x))})
		}
		return out
	}
	v.Modes, v.Ways = list("house.mode_", terms.Modes()), list("consent.asked_", terms.Ways())
	v.Nations = append([]page.Option{{Text: f.T(r, "consent.nation_site")}}, list("house.nation_", terms.Nations())...)
	v.Regimes = list("consent.regime_", []string{"improvement", "research"})
	return v
}

func (f *face) changeForm(w http.ResponseWriter, r *http.Request) error {
	at, path, err := here(r)
	if err != nil {
		return err
	}
	out, err := f.room.See(r.Context(), SeeIn{at})
	if err != nil {
		return err
	}
	in := ChangeIn{Ref: at, Version: out.Version, Agreement: out.Given.Agreement}
	return f.Show(w, r, "consent/change", page.View{Title: f.T(r, "consent.change_title"), Body: f.changeView(r, in, path), Back: path})
}

// check shows the answers before anything is stored; "again" goes back to the form with
// what was typed.
func (f *face) check(w http.ResponseWriter, r *http.Request) error {
	at, path, err := here(r)
	if err != nil {
		return err
	}
	if _, err := f.room.See(r.Context(), SeeIn{at}); err != nil {
		return err
	}
	var in ChangeIn
	err = form.Read(r, &in)
	in.Ref = at
	if err == nil {
		err = in.Agreement.Check()
	}
	v := f.changeView(r, in, path)
	again := page.View{Title: f.T(r, "consent.change_title"), Body: v, Back: path}
	if err != nil {
		return f.Again(w, r, "consent/change", again, err)
	}
	if r.FormValue("again") != "" {
		return f.Show(w, r, "consent/change", again)
	}
	v.Rows = f.answers(r, in)
	return f.Show(w, r, "consent/check", page.View{Title: f.T(r, "consent.check_title"), Body: v, Back: path + "/change"})
}

// answers is what is about to be stored, one row each.
func (f *face) answers(r *http.Request, in ChangeIn) []page.Row {
	grants := []terms.Grant{{Use: terms.Project, Until: clock.Forever}}
	for _, u := range sorted(in.Uses) {
		grants = append(grants, terms.Grant{Use: u, Until: clock.Forever})
	}
	rows := f.uses(r, grants, "")
	ends := f.T(r, "consent.no_end")
	if in.Ends != "" {
		ends = lang.Date(page.ChromeFrom(r.Context()).Lang, in.Ends)
	}
	rows = append(rows, page.Row{Key: f.T(r, "consent.ends"), Value: ends}, page.Row{Key: f.T(r, "consent.mode"), Value: f.choice(r, "house.mode_", in.Mode)})
	for _, x := range []struct{ key, value string }{{"consent.helper", in.Helper}, {"consent.asked", f.choice(r, "consent.asked_", in.Asked)},
		{"consent.nation", f.choice(r, "house.nation_", in.Nation)}, {"consent.regime", f.choice(r, "consent.regime_", in.Regime)}, {"consent.ethics", in.Ethics}} {
		if x.value != "" {
			rows = append(rows, page.Row{Key: f.T(r, x.key), Value: x.value})
		}
	}
	return rows
}

func (f *face) change(w http.ResponseWriter, r *http.Request) error {
	at, path, err := here(r)
	if err != nil {
		return err
	}
	var in ChangeIn
	err = form.Read(r, &in)
	in.Ref = at
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "consent.change", r.FormValue("key"), f.room.Change, in)
	}
	if err != nil {
		v := f.changeView(r, in, path)
		v.Key = ""
		// Someone else was first: the form stands on theirs now and keeps these answers.
		if now, e := f.room.See(r.Context(), SeeIn{at}); e == nil {
			v.Version = now.Version
		}
		return f.Again(w, r, "consent/change", page.View{Title: f.T(r, "consent.change_title"), Body: v, Back: path}, err)
	}
	return web.Redirect(w, r, path+"?done=changed")
}
