package evidence

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
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

// listView is the page of a project's contributions.
type listView struct {
	ListOut
	Project string
	Strand  string
	State   string
	Batch   string
	Strands []strandLink
	More    page.Pages
	Empty   []page.Link
	Ask     bool              // asks once whether the batch may go
	MaySort bool              // may say what kind of knowledge something is
	Labels  map[string]string // what each file is, by its id: "Recording, 2 minutes"
	Called  map[string]string // what a contribution without words is called, by its id
	All     bool              // one kind or one batch is shown, not all
}

type strandLink struct {
	Strand, Href string
	N            int64
	Current      bool
}

func (f *face) list(w http.ResponseWriter, r *http.Request) error {
	project := r.PathValue("project")
	q := r.URL.Query()
	in := ListIn{Project: project, Strand: q.Get("strand"), State: q.Get("state"), Site: q.Get("site"), Batch: q.Get("batch"), After: q.Get("after"), Limit: 25}
	if in.Batch != "" {
		in.Limit = 100 // what was pasted can be counted on one page
	}
	out, err := f.room.List(r.Context(), in)
	if err != nil {
		return err
	}
	v := listView{ListOut: out, Project: project, Strand: in.Strand, State: in.State, Batch: in.Batch,
		Ask: q.Get("undo") == "ask" && out.Of.N > 0, All: in.Strand != "" || in.State != "" || in.Batch != "" || in.Site != ""}
	v.Labels, v.Called = f.labels(r, out.Contributions)
	here := "/evidence/" + project
	for _, s := range Strands() {
		v.Strands = append(v.Strands, strandLink{s, here + "?strand=" + s, out.Counts[s], s == in.Strand})
	}
	if out.Next != "" {
		q.Set("after", out.Next)
		q.Del("done")
		q.Del("stored")
		v.More.Next = here + "?" + q.Encode()
	}
	v.Empty = []page.Link{{Href: here + "/paste", Text: f.T(r, "evidence.paste_do")}, {Href: here + "/give", Text: f.T(r, "evidence.give_do")},
		{Href: here + "/import", Text: f.T(r, "evidence.import_do")}, {Href: here + "/record", Text: f.T(r, "evidence.media_rec_do")},
		{Href: here + "/shown", Text: f.T(r, "evidence.shown_do")}}
	notice := ""
	if q.Get("done") != "" && slices.Contains([]string{"pasted", "given", "undone", "imported", "sorted", "withdrawn"}, q.Get("done")) {
		notice = f.T(r, "evidence.done_"+q.Get("done"))
	}
	if n, err := strconv.Atoi(q.Get("stored")); err == nil && q.Get("done") == "pasted" {
		notice = f.T(r, "evidence.done_pasted_count", "Count", n)
	}
	if q.Get("done") == "imported" && out.Of.Name != "" {
		notice = f.T(r, "evidence.done_imported_count", "Count", out.Of.N, "Name", f.named(r, out.Of.Name, out.Of.Files))
	}
	if err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		v.MaySort = who.Can(tx.Context(), tx, "evidence.edit", ref.Of(ref.Project, project))
		return nil
	}); err != nil {
		return err
	}
	return f.Show(w, r, "evidence/list", page.View{Title: f.T(r, "evidence.title"), Body: v, Notice: notice, Back: "/project/" + project})
}

// named is what an import is called: its first file, and how many more.
func (f *face) named(r *http.Request, name string, files int64) string {
	if files < 2 {
		return name
	}
	return f.T(r, "evidence.import_and_more", "Name", name, "Count", files-1)
}

// paperView is a reference as its own page shows it.
type paperView struct {
	Title, Cited, Link, DOI string
	Summary                 string // the words, where they say more than the title
	Long                    bool   // the summary is folded in
}

// shownSummary is the longest summary, in letters, that is not folded in.
const shownSummary = 600

// seeView is the page of one contribution.
type seeView struct {
	SeeOut
	Paper   *paperView
	Project string
	Rows    []page.Row
	Agreed  []string
	MayCard bool // hand out cards
	MayEdit bool
	Files   []mediumView
	How     shownOf // how it was shown, and what was read back
	Type    string  // what the link says that leads to typing what is heard or seen; "" = there is nothing to type
	Called  string  // what it is called where it has no words
	Untyped string  // what the link says that leads to the first page without words
	Page    string  // where it leads
	Marks   int64   // parts that are marked
	Follow  string  // what the link to its thread says; "" = it may not be seen
}

// seen reads the contribution that an address names; under another project's address it
// is not there.
func (f *face) seen(r *http.Request) (SeeOut, error) {
	out, err := f.room.See(r.Context(), SeeIn{ref.Of(Kind, r.PathValue("id"))})
	if err == nil && out.Project != r.PathValue("project") {
		return SeeOut{}, fault.New(fault.Missing, "house.missing")
	}
	return out, err
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r)
	if err != nil {
		return err
	}
	v := seeView{SeeOut: out, Project: out.Project, How: f.shownOf(r, out.Contribution)}
	tongue := page.ChromeFrom(r.Context()).Lang
	row := func(key, value string) { v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value}) }
	title := out.Title
	if p, ok := out.paper(); ok {
		v.Paper = paperOf(out.Contribution, p)
		title = v.Paper.Title
	} else {
		role := out.Role
		if role == "" && out.Person != "" {
			role = f.T(r, "evidence.role_someone")
		}
		row("evidence.role", role)
		row("evidence.on", lang.Date(tongue, out.On))
		row("evidence.source", out.Source)
		row("evidence.expressed", f.choice(r, "expressed", out.Expressed))
		row("evidence.voice", f.choice(r, "voice", out.Voice))
	}
	if out.Helper != "" {
		row("evidence.interpreter", out.Helper)
	}
	for _, g := range out.Uses {
		v.Agreed = append(v.Agreed, f.T(r, "house.use_"+string(g.Use)))
	}
	if err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		v.MayCard = v.Paper == nil && who.Can(tx.Context(), tx, "evidence.speaker", out.Ref)
		v.MayEdit = who.Can(tx.Context(), tx, "evidence.edit", out.Ref)
		if who.Can(tx.Context(), tx, "thread.see", out.Ref) {
			v.Follow = f.T(r, "house.follow_thread")
		}
		v.Untyped, v.Page = f.untyped(r, out.Contribution, who.Can(tx.Context(), tx, "evidence.mark", out.Ref))
		var err error
		v.Marks, err = countExcerpts(tx, who.From(tx.Context()).Programme, out.Ref.ID)
		return err
	}); err != nil {
		return err
	}
	if v.Called = f.called(r, out.Contribution); v.Called != "" {
		title = v.Called
	}
	v.Files = f.mediaViews(r, out.Contribution, v.MayEdit)
	v.Type = f.typeLink(r, v)
	p := page.View{Title: title, Body: v, Back: "/evidence/" + out.Project}
	p.Notice = f.Done(r, "evidence.media_done_", "described", "captioned", "typed", "added", "dropped")
	if v.Type != "" {
		p.Scripts = []string{"evidence-player.js"}
	}
	return f.Show(w, r, "evidence/see", p)
}

// paperOf is the page of a reference: its title, who wrote it and its summary.
func paperOf(c Contribution, p Reference) *paperView {
	v := &paperView{Title: p.Title, Cited: p.cited(), Link: p.link(), DOI: p.DOI}
	if v.Title == "" {
		v.Title = c.Title
	}
	if c.Words != v.Title {
		v.Summary, v.Long = c.Words, utf8.RuneCountInString(c.Words) > shownSummary
	}
	return v
}

func (f *face) choice(r *http.Request, field, value string) string {
	if value == "" {
		return ""
	}
	return f.T(r, "evidence."+field+"_"+strings.ReplaceAll(value, " ", "_"))
}

// giveView is the form for one contribution and for a paste.
type giveView struct {
	GiveIn
	Pasted   string
	Name     string
	Key      string
	Action   string
	Strands  []page.Option
	Sites    []page.Option
	Uses     []page.Option
	Ways     []page.Option
	Voices   []page.Option
	Modes    []page.Option
	AboutRef string
	Waits    []waitingView // files that are sent already
}

func (f *face) options(r *http.Request, field string, values []string) []page.Option {
	var out []page.Option
	for _, x := range values {
		out = append(out, page.Option{Value: x, Text: f.choice(r, field, x)})
	}
	return out
}

// sites is the places of a project to choose from, the whole project first; none when it
// has none, or when they cannot be read: the form stands without them.
func (f *face) sites(r *http.Request, project string) []page.Option {
	var out []page.Option
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		if !who.Can(ctx, tx, "evidence.give", ref.Of(ref.Project, project)) {
			return nil
		}
		recs, err := siteRecords(tx, who.From(ctx).Programme, project, f.room.clock.Now())
		for _, x := range recs {
			out = append(out, page.Option{Value: x.ID, Text: x.Title})
		}
		return err
	})
	if err != nil || len(out) == 0 {
		return nil
	}
	return append([]page.Option{{Text: f.T(r, "evidence.site_all")}}, out...)
}

// view is the form for words, filled with what in holds.
func (f *face) view(r *http.Request, in GiveIn) giveView {
	v := giveView{GiveIn: in, Action: r.URL.Path, AboutRef: in.About.String(), Key: r.FormValue("key")}
	for _, s := range Strands() {
		v.Strands = append(v.Strands, page.Option{Value: s, Text: f.T(r, "page.strand."+s), Hint: f.T(r, "evidence.strand_hint_"+s), Checked: slices.Contains(in.Strands, s)})
	}
	for _, u := range terms.Uses()[1:] {
		v.Uses = append(v.Uses, page.Option{Value: string(u), Text: f.T(r, "house.use_"+string(u)), Checked: slices.Contains(in.Uses, u)})
	}
	v.On, v.Ends = form.Typed(in.On), form.Typed(in.Ends)
	v.Sites = f.sites(r, in.Project)
	v.Ways = f.options(r, "expressed", Ways())
	v.Voices = f.options(r, "voice", Voices())
	for _, m := range terms.Modes() {
		// Nobody agreed to anything by a list that was left alone.
		v.Modes = append(v.Modes, page.Option{Value: m, Text: f.T(r, "house.mode_"+m), Checked: m == "unknown" && in.Mode == ""})
	}
	return v
}

func (f *face) giveForm(w http.ResponseWriter, r *http.Request) error {
	in := GiveIn{Project: r.PathValue("project")}
	// An address says what the words answer and nothing else: no link can tick a box of the consent.
	q := r.URL.Query()
	if err := form.Fill(url.Values{"about": q["about"], "stance": q["stance"]}, &in); err != nil {
		return err
	}
	in.Files = q["upload"]
	if q.Get("expressed") == "drawn" {
		in.Expressed = "drawn" // it comes from the page to draw on
	}
	return f.showGive(w, r, f.view(r, in), "", nil)
}

// showGive shows the form for one contribution, again with what is wrong when err says so.
func (f *face) showGive(w http.ResponseWriter, r *http.Request, v giveView, notice string, err error) error {
	waits, e := f.waits(r, v.Files)
	if e != nil {
		return errors.Join(err, e)
	}
	v.Waits = waits
	p := page.View{Title: f.T(r, "evidence.give_title"), Body: v, Notice: notice, Back: "/evidence/" + v.Project, Scripts: []string{"evidence-files.js"}}
	if err != nil {
		return f.Again(w, r, "evidence/give", p, err)
	}
	return f.Show(w, r, "evidence/give", p)
}

func (f *face) give(w http.ResponseWriter, r *http.Request) error {
	sent, c, err := f.sent(r)
	var in GiveIn
	err = errors.Join(form.Fill(sent, &in), err)
	in.Project, in.Files = r.PathValue("project"), c.Files
	var out GiveOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "evidence.give", c.Key, f.room.Give, in)
	}
	if err != nil {
		return f.showGive(w, r, f.view(r, in), "", err)
	}
	if r.FormValue("next") == "another" {
		// The next card inherits all that this one shared, what was agreed too; only its words
		// are empty. Sent again by a reload, this one is found by its key.
		in.Words, in.About, in.Stance, in.Files, in.Shown = "", ref.Ref{}, "", nil, Shown{}
		v := f.view(r, in)
		v.Key = ""
		return f.showGive(w, r, v, f.T(r, "evidence.done_given"), nil)
	}
	return web.Redirect(w, r, "/evidence/"+in.Project+"/said/"+out.Ref.ID)
}

func (f *face) pasteForm(w http.ResponseWriter, r *http.Request) error {
	in := GiveIn{Project: r.PathValue("project")}
	return f.Show(w, r, "evidence/paste", page.View{Title: f.T(r, "evidence.paste_title"), Body: f.view(r, in), Back: "/evidence/" + in.Project})
}

func (f *face) paste(w http.ResponseWriter, r *http.Request) error {
	var in PasteIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	var out PasteOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "evidence.paste", r.FormValue("key"), f.room.Paste, in)
	}
	if err != nil {
		v := f.view(r, GiveIn{Project: in.Project, Said: in.Said})
		v.Pasted, v.Name = in.Pasted, in.Name
		return f.Again(w, r, "evidence/paste", page.View{Title: f.T(r, "evidence.paste_title"), Body: v, Back: "/evidence/" + in.Project}, err)
	}
	return web.Redirect(w, r, "/evidence/"+in.Project+"?done=pasted&stored="+strconv.Itoa(out.Stored)+"&batch="+out.Batch)
}

func (f *face) undo(w http.ResponseWriter, r *http.Request) error {
	var in UndoIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	// Undo runs its own short transactions and answers the same when it is sent twice.
	out, err := f.room.Undo(r.Context(), in)
	if err != nil {
		return err
	}
	if r.FormValue("next") == "import" {
		done := "undone"
		if out.Undone == 0 {
			done = "thrown"
		}
		return web.Redirect(w, r, "/evidence/"+r.PathValue("project")+"/import?done="+done)
	}
	return web.Redirect(w, r, "/evidence/"+r.PathValue("project")+"?done=undone")
}

// editView is the form that corrects a contribution.
type editView struct {
	EditIn
	Project string
	Action  string
	Key     string
	Choices []page.Option
	Now     string // the words as they are now, when someone else was first
	Fixed   bool   // the words came from a document: they stay as they are
}

func (f *face) editView(r *http.Request, in EditIn) editView {
	v := editView{EditIn: in, Project: r.PathValue("project"), Action: r.URL.Path, Key: r.FormValue("key")}
	v.On = form.Typed(in.On)
	for _, s := range Strands() {
		v.Choices = append(v.Choices, page.Option{Value: s, Text: f.T(r, "page.strand."+s), Checked: slices.Contains(in.Strands, s)})
	}
	return v
}

func (f *face) editForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r)
	if err != nil {
		return err
	}
	in := EditIn{Ref: out.Ref, Version: out.Version, Words: out.Words, Strands: out.StrandList(), Role: out.Role, On: out.On, Source: out.Source, Sensitive: "no"}
	if out.Sensitive {
		in.Sensitive = "yes"
	}
	v := f.editView(r, in)
	v.Fixed = out.Fixed && who.From(r.Context()).Kind != who.Card
	return f.Show(w, r, "evidence/edit", page.View{Title: f.T(r, "evidence.edit_title"), Body: v, Back: "/evidence/" + out.Project + "/said/" + out.Ref.ID})
}

func (f *face) edit(w http.ResponseWriter, r *http.Request) error {
	var in EditIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "evidence.edit", r.FormValue("key"), f.room.Edit, in)
	}
	here := "/evidence/" + r.PathValue("project") + "/said/" + in.Ref.ID
	if err != nil {
		v := f.editView(r, in)
		// Someone else was first: both texts are shown, and the next press stands on theirs.
		now, e := f.room.See(r.Context(), SeeIn{in.Ref})
		v.Fixed = e == nil && now.Fixed && who.From(r.Context()).Kind != who.Card
		if e == nil && now.Version != in.Version {
			v.Now, v.Version, v.Key = now.Words, now.Version, ""
		}
		return f.Again(w, r, "evidence/edit", page.View{Title: f.T(r, "evidence.edit_title"), Body: v, Back: here}, err)
	}
	return web.Redirect(w, r, here)
}
