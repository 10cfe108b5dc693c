package people

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

type face struct {
	*web.Face
	desk *plug.Desk
	room *Room
}

func (f *face) routes() []web.Route {
	const see, change = "people.see", "people.change"
	return []web.Route{
		{Pattern: "GET /people", Permission: see, Handle: f.list},
		{Pattern: "GET /people/add", Permission: change, Handle: f.addForm},
		{Pattern: "POST /people/add", Permission: change, Handle: f.add},
		{Pattern: "GET /people/paste", Permission: change, Handle: f.pasteForm},
		{Pattern: "POST /people/paste", Permission: change, Handle: f.paste},
		{Pattern: "GET /people/organisations", Permission: see, Handle: f.groups},
		{Pattern: "GET /people/organisation/add", Permission: change, Handle: f.groupForm},
		{Pattern: "POST /people/organisation/add", Permission: change, Handle: f.group},
		{Pattern: "GET /people/organisation/{id}", Permission: see, Handle: f.seeGroup},
		{Pattern: "GET /people/organisation/{id}/change", Permission: change, Handle: f.groupForm},
		{Pattern: "POST /people/organisation/{id}/change", Permission: change, Handle: f.group},
		{Pattern: "GET /people/mix/{project}", Permission: "people.missing", Handle: f.mix},
		{Pattern: "POST /people/mix/{project}", Permission: "people.mix", Handle: f.changeMix},
		{Pattern: "GET /people/person/{id}/describe", Permission: "people.describe", Handle: f.describeForm},
		{Pattern: "POST /people/person/{id}/describe", Permission: "people.describe", Handle: f.describe},
		{Pattern: "GET /people/{id}", Permission: see, Handle: f.see},
		{Pattern: "GET /people/person/{id}/change", Permission: change, Handle: f.changeForm},
		{Pattern: "POST /people/person/{id}/change", Permission: change, Handle: f.change},
		{Pattern: "GET /people/person/{id}/needs", Permission: change, Handle: f.needsForm},
		{Pattern: "POST /people/person/{id}/needs", Permission: change, Handle: f.needs},
		{Pattern: "GET /people/person/{id}/reach", Permission: change, Handle: f.reachForm},
		{Pattern: "POST /people/person/{id}/reach", Permission: change, Handle: f.reach},
		{Pattern: "GET /people/person/{id}/share", Permission: change, Handle: f.shareForm},
		{Pattern: "POST /people/person/{id}/share", Permission: change, Handle: f.share},
		{Pattern: "GET /people/person/{id}/met", Permission: change, Handle: f.metForm},
		{Pattern: "POST /people/person/{id}/met", Permission: change, Handle: f.met},
		{Pattern: "GET /people/person/{id}/review", Permission: change, Handle: f.reviewForm},
		{Pattern: "POST /people/person/{id}/review", Permission: change, Handle: f.review},
		{Pattern: "GET /people/person/{id}/state", Permission: change, Handle: f.stateForm},
		{Pattern: "POST /people/person/{id}/state", Permission: change, Handle: f.state},
		{Pattern: "GET /people/person/{id}/erase", Permission: "people.erase", Handle: f.eraseForm},
		{Pattern: "POST /people/person/{id}/erase", Permission: "people.erase", Handle: f.erase},
		{Pattern: "GET /people/person/{id}/place", Permission: change, Handle: f.placeForm},
		{Pattern: "POST /people/person/{id}/place", Permission: change, Handle: f.place},
	}
}

// choice is the word of a value: "people.state_no_more_contact".
func (f *face) choice(r *http.Request, prefix, value string) string {
	if value == "" {
		return ""
	}
	return f.T(r, "people."+prefix+"_"+strings.ReplaceAll(value, " ", "_"))
}

func (f *face) options(r *http.Request, prefix string, values []string) []page.Option {
	var out []page.Option
	for _, x := range values {
		out = append(out, page.Option{Value: x, Text: f.choice(r, prefix, x)})
	}
	return out
}

// flags is what a person needs, in words, to stand before the name.
func (f *face) flags(r *http.Request, p Person) []string {
	var out []string
	for _, n := range p.Needs {
		if n.Code == Other {
			out = append(out, n.Words)
		} else {
			out = append(out, f.choice(r, "need_"+n.List, n.Code))
		}
	}
	if p.Asked == "" && p.State == Active {
		out = append(out, f.T(r, "people.flag_not_asked"))
	}
	return out
}

// called is what to call a person on a page, also one without a name.
func (f *face) called(r *http.Request, p Person) string {
	if p.Called() == "" {
		return f.T(r, "people.no_name")
	}
	return p.Called()
}

// send runs the verb of a form. again makes the form's page once more from what was typed.
func send[In, Out any](f *face, w http.ResponseWriter, r *http.Request, verb, name string, do func(context.Context, In) (Out, error), set func(*In),
	again func(In) (page.View, error), next func(Out) string) error {
	var in In
	err := form.Read(r, &in)
	set(&in)
	var out Out
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, verb, r.FormValue("key"), do, in)
	}
	if err != nil {
		v, e := again(in)
		if e != nil {
			return e
		}
		return f.Again(w, r, name, v, err)
	}
	return web.Redirect(w, r, next(out))
}

// listView is the page of people.
type listView struct {
	People  []listed
	Project string
	Name    string
	Due     bool
	Asked   bool // the list was narrowed down
	MayAdd  bool
	MayHand bool // see what people asked of what is held about them
	More    page.Pages
	Empty   []page.Link
}

type listed struct {
	Person
	Called, StateWord string
	Flags             []string
	Due               bool
}

// mayAdd says whether the reader may add people anywhere, for showing the links to it.
func (f *face) mayAdd(r *http.Request) bool {
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error { return who.Somewhere(tx.Context(), tx, "people.change") })
	return err == nil
}

func (f *face) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := ListIn{Project: q.Get("project"), Name: strings.TrimSpace(q.Get("name")), State: q.Get("state"), Due: q.Get("due") == "yes", After: q.Get("after"), Limit: 50}
	out, err := f.room.List(r.Context(), in)
	if err != nil {
		return err
	}
	v := listView{Project: in.Project, Name: in.Name, Due: in.Due, Asked: in.Name != "" || in.Due || in.State != ""}
	today := clock.DayOf(f.room.clock.Now(), "")
	for _, p := range out.People {
		l := listed{Person: p, Called: f.called(r, p), Flags: f.flags(r, p), Due: p.Due(today)}
		if p.State != Active {
			l.StateWord = f.choice(r, "state", p.State)
		}
		v.People = append(v.People, l)
	}
	if out.Next != "" {
		q.Set("after", out.Next)
		v.More.Next = "/people?" + q.Encode()
	}
	to := ""
	if in.Project != "" {
		to = "?" + url.Values{"project": {in.Project}}.Encode()
	}
	v.MayAdd = f.mayAdd(r)
	v.MayHand = f.room.anywhereCan(r.Context(), "people.answer")
	if v.MayAdd {
		v.Empty = []page.Link{{Href: "/people/add" + to, Text: f.T(r, "people.add_do")}, {Href: "/people/paste" + to, Text: f.T(r, "people.paste_do")}}
	}
	view := page.View{Title: f.T(r, "people.title"), Body: v}
	if in.Project != "" {
		view.Back = "/project/" + in.Project
	}
	view.Notice = f.Done(r, "people.done_", "pasted")
	return f.Show(w, r, "people/list", view)
}

// seeView is the page of one person.
type seeView struct {
	SeeOut
	Called              string
	Flags               []string
	Rows                []page.Row
	Reach               []reachRow
	Stopped             string
	Cards               string   // what became of their cards, when sending has stopped
	Erased              string   // the day they were taken out on; "" = they were not
	Kept                []string // what stays of someone who was taken out
	Copies              copiesView
	MayErase            bool
	MayHeld, MayAsk     bool
	Due                 bool
	Six                 map[string][]string // what is under each of the six steps, in sentences
	Sharing             []Share
	Lookers             []string // who opened this record, in sentences
	MayLookers          bool
	MayCard, MayConsent bool // links to other rooms that the actor can follow
}

type reachRow struct {
	Contact
	Word, SafeWord string
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.See(r.Context(), SeeIn{ref.Of(Kind, r.PathValue("id"))})
	if err != nil {
		return err
	}
	tongue := page.ChromeFrom(r.Context()).Lang
	var mayCard, mayConsent, mayErase, mayHeld, mayAsk, mayLookers bool
	var looked []Looker
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		can := func(permission string) bool { return who.Can(tx.Context(), tx, permission, out.Ref) }
		mayCard, mayConsent, mayErase = can("card.make"), can("consent.see"), can("people.erase")
		mayHeld, mayAsk = can("people.held"), can("people.ask")
		var err error
		looked, mayLookers, err = f.room.lookers(tx.Context(), tx, out.Ref)
		return err
	})
	if err != nil {
		return err
	}
	if out.State == Erased {
		v := seeView{SeeOut: out, MayConsent: mayConsent, Erased: lang.Date(tongue, out.StateOn), Kept: f.kept(r)}
		if v.Copies, err = f.copiesNow(r, out.Ref); err != nil {
			return err
		}
		notice := ""
		if r.URL.Query().Get("done") == "erased" {
			notice = f.T(r, "people.done_erased")
		}
		return f.Show(w, r, "people/see", page.View{Title: f.called(r, out.Person), Body: v, Notice: notice, Back: "/people" + within(out.Project)})
	}
	v := seeView{MayCard: mayCard, MayConsent: mayConsent, MayErase: mayErase, MayHeld: mayHeld, MayAsk: mayAsk, SeeOut: out, Called: f.called(r, out.Person), Flags: f.flags(r, out.Person), Six: map[string][]string{}, Due: out.Due(clock.DayOf(f.room.clock.Now(), ""))}
	row := func(key, value string) { v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value}) }
	row("people.name", out.Name)
	row("people.says_as", out.SaysAs)
	row("people.role", out.Role)
	row("people.language", f.tongue(r, out.Language))
	row("people.state", f.choice(r, "state", out.State))
	if out.StateOn != "" {
		row("people.state_on", lang.Date(tongue, out.StateOn))
	}
	if out.WhyNot != "" {
		v.Stopped = f.T(r, out.WhyNot)
	}
	switch out.State {
	case Died, NoMore:
		v.Cards = f.T(r, "people.cards_stopped")
	case Moved:
		v.Cards = f.T(r, "people.cards_work")
	}
	for _, c := range out.Contacts {
		safe := "people.safe_no"
		if c.Safe {
			safe = "people.safe_yes"
		}
		x := reachRow{Contact: c, Word: f.choice(r, "how", c.How)}
		if c.How != Hand && c.How != None {
			x.SafeWord = f.T(r, safe)
		}
		v.Reach = append(v.Reach, x)
	}
	v.Sharing = slices.DeleteFunc(slices.Clone(out.Shares), func(s Share) bool { return s.Until != "" })
	f.six(r, &v, tongue)
	v.MayLookers = mayLookers
	for _, l := range looked {
		name := l.Name
		if name == "" {
			name = f.T(r, "people.lookers_someone")
		}
		v.Lookers = append(v.Lookers, f.T(r, "people.lookers_line", "Who", name, "When", lang.DateTime(tongue, l.At, clock.Zone(""))))
	}
	return f.Show(w, r, "people/see", page.View{Title: v.Called, Body: v, Notice: f.saved(r), Back: "/people" + within(out.Project)})
}

// saved is the banner of a page that one comes to from a form that was saved.
func (f *face) saved(r *http.Request) string {
	if r.URL.Query().Get("done") != "saved" {
		return ""
	}
	return f.T(r, "people.done_saved")
}

// tongue is a language in the reader's words; one that has none keeps its own name.
func (f *face) tongue(r *http.Request, code string) string {
	if slices.Contains(languages(), code) {
		return f.T(r, "people.language_"+code)
	}
	return lang.Name(code)
}

// tongues is the choices of a person's language; one that was set in another way stays among them.
func (f *face) tongues(r *http.Request, own string) (out []page.Option) {
	codes := languages()
	if own != "" && !slices.Contains(codes, own) {
		codes = append(codes, own)
	}
	for _, c := range codes {
		out = append(out, page.Option{Value: c, Text: f.tongue(r, c)})
	}
	return out
}

func within(project string) string {
	if project == "" {
		return ""
	}
	return "?" + url.Values{"project": {project}}.Encode()
}

// six says what has been done under each step of the Accessible Information Standard.
func (f *face) six(r *http.Request, v *seeView, tongue string) {
	add := func(step, key string, args ...any) { v.Six[step] = append(v.Six[step], f.T(r, key, args...)) }
	if v.Asked != "" {
		add("identify", "people.asked_on", "Day", lang.Date(tongue, v.AskedOn), "Answer", f.choice(r, "asked", v.Asked))
	}
	for _, n := range v.Needs {
		if n.Code == Other {
			v.Six["record"] = append(v.Six["record"], f.choice(r, "list", n.List)+": "+n.Words)
		} else {
			v.Six["record"] = append(v.Six["record"], f.choice(r, "list", n.List)+": "+f.choice(r, "need_"+n.List, n.Code))
		}
	}
	for _, s := range v.Shares {
		if s.Until == "" {
			add("share", "people.shared_since", "With", s.With, "Day", lang.Date(tongue, s.Since), "Agreed", s.Agreed)
		} else {
			add("share", "people.shared_until", "With", s.With, "Day", lang.Date(tongue, s.Since), "End", lang.Date(tongue, s.Until))
		}
	}
	for _, m := range v.Met {
		text := f.T(r, "people.met_on", "Occasion", m.Occasion, "Day", lang.Date(tongue, m.On), "Met", f.choice(r, "met", m.Met))
		if m.Arranged != "" {
			text += " " + f.T(r, "people.met_by", "Arranged", m.Arranged)
		}
		v.Six["meet"] = append(v.Six["meet"], text)
	}
	if v.Review != "" {
		add("review", "people.review_next", "Day", lang.Date(tongue, v.Review))
	}
	for _, x := range v.Reviews {
		add("review", "people.reviewed", "Day", lang.Date(tongue, x.On), "By", x.By)
	}
}

// addView is the form for a new person, and for changing one.
type addView struct {
	About
	Action  string
	Key     string
	Version int64
	Project string
	Scopes  []page.Option // where the person takes part; empty when it is settled
	Now     []page.Row    // what is said of the person now, when someone else was first
	// Languages is what the person may choose to speak, sign or read.
	Languages []page.Option
}

func (f *face) addPage(r *http.Request, in AddIn) (page.View, error) {
	v := addView{About: in.About, Action: "/people/add", Key: r.FormValue("key"), Project: in.Project, Languages: f.tongues(r, in.Language)}
	var err error
	v.Scopes, err = f.scopes(r)
	if in.Project == "" && len(v.Scopes) > 0 {
		v.Project = v.Scopes[0].Value
	}
	return page.View{Title: f.T(r, "people.add_title"), Body: v, Back: "/people" + within(in.Project)}, err
}

// scopes is where the reader may add people: projects, and the whole programme.
func (f *face) scopes(r *http.Request) (out []page.Option, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		list, all, err := f.room.scopesOf(tx)
		for _, s := range list {
			out = append(out, page.Option{Value: s.ID, Text: s.Title})
		}
		if all {
			out = append(out, page.Option{Value: "", Text: f.T(r, "people.whole_programme")})
		}
		return err
	})
	return out, err
}

func (f *face) addForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.addPage(r, AddIn{Project: r.URL.Query().Get("project")})
	if err != nil {
		return err
	}
	return f.Show(w, r, "people/add", v)
}

func (f *face) add(w http.ResponseWriter, r *http.Request) error {
	return send(f, w, r, "people.add", "people/add", f.room.Add, func(*AddIn) {}, func(in AddIn) (page.View, error) { return f.addPage(r, in) },
		// Everyone is asked what they need: that is the next page.
		func(out PersonOut) string { return "/people/person/" + out.Ref.ID + "/needs?new=yes" })
}

// unchosen stands in the form for many people until somebody says where they take part:
// nobody is put into the whole programme by default.
const unchosen = "choose"

// pasteView is the form for many people.
type pasteView struct {
	PasteIn
	Key    string
	Scopes []page.Option
}

func (f *face) pastePage(r *http.Request, in PasteIn) (page.View, error) {
	scopes, err := f.scopes(r)
	if in.Project == unchosen && len(scopes) == 1 {
		in.Project = scopes[0].Value
	} else if in.Project == unchosen {
		scopes = append([]page.Option{{Value: unchosen, Text: f.T(r, "people.where_choose")}}, scopes...)
	}
	back := in.Project
	if back == unchosen {
		back = ""
	}
	return page.View{Title: f.T(r, "people.paste_title"), Body: pasteView{in, r.FormValue("key"), scopes}, Back: "/people" + within(back)}, err
}

func (f *face) pasteForm(w http.ResponseWriter, r *http.Request) error {
	in := PasteIn{Project: r.URL.Query().Get("project")}
	if in.Project == "" {
		in.Project = unchosen
	}
	v, err := f.pastePage(r, in)
	if err != nil {
		return err
	}
	return f.Show(w, r, "people/paste", v)
}

func (f *face) paste(w http.ResponseWriter, r *http.Request) error {
	if r.FormValue("project") == unchosen {
		var in PasteIn
		err := form.Read(r, &in)
		if err == nil {
			err = fault.Fielded("project", "people.need_where")
		}
		v, e := f.pastePage(r, in)
		if e != nil {
			return e
		}
		return f.Again(w, r, "people/paste", v, err)
	}
	return send(f, w, r, "people.paste", "people/paste", f.room.Paste, func(*PasteIn) {}, func(in PasteIn) (page.View, error) { return f.pastePage(r, in) },
		func(PasteOut) string {
			q := url.Values{"done": {"pasted"}}
			if p := r.FormValue("project"); p != "" {
				q.Set("project", p)
			}
			return "/people?" + q.Encode()
		})
}
