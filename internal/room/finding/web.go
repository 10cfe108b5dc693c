package finding

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

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
	return []web.Route{
		{Pattern: "GET /finding/{project}", Permission: "finding.see", Handle: f.list},
		{Pattern: "GET /finding/{project}/write", Permission: "finding.make", Handle: f.writeForm},
		{Pattern: "POST /finding/{project}/write", Permission: "finding.make", Handle: f.write},
		{Pattern: "GET /finding/{project}/owing", Permission: "finding.draft", Handle: f.owing},
		{Pattern: "POST /finding/{project}/owing", Permission: "finding.fate", Handle: f.fate},
		{Pattern: "GET /finding/{project}/of/{id}", Permission: "finding.see", Handle: f.see},
		{Pattern: "GET /finding/{project}/of/{id}/edit", Permission: "finding.make", Handle: f.editForm},
		{Pattern: "POST /finding/{project}/of/{id}/edit", Permission: "finding.make", Handle: f.edit},
		{Pattern: "GET /finding/{project}/of/{id}/pick", Permission: "finding.make", Handle: f.pickForm},
		{Pattern: "POST /finding/{project}/of/{id}/pick", Permission: "finding.make", Handle: f.pick},
		{Pattern: "GET /finding/{project}/of/{id}/quote/{contribution}", Permission: "finding.make", Handle: f.quoteForm},
		{Pattern: "POST /finding/{project}/of/{id}/quote/{contribution}", Permission: "finding.make", Handle: f.quote},
		{Pattern: "POST /finding/{project}/of/{id}/drop", Permission: "finding.make", Handle: f.drop},
		{Pattern: "GET /finding/{project}/of/{id}/share", Permission: "finding.share", Handle: f.shareForm},
		{Pattern: "POST /finding/{project}/of/{id}/share", Permission: "finding.share", Handle: f.share},
		{Pattern: "GET /finding/{project}/of/{id}/unshare", Permission: "finding.share", Handle: f.stopForm},
		{Pattern: "POST /finding/{project}/of/{id}/unshare", Permission: "finding.share", Handle: f.unshare},
		{Pattern: "GET /finding/{project}/of/{id}/set-aside", Permission: "finding.share", Handle: f.stopForm},
		{Pattern: "POST /finding/{project}/of/{id}/set-aside", Permission: "finding.share", Handle: f.setAside},
	}
}

// home is the address of a finding's own page.
func (f Finding) home() string { return "/finding/" + f.Project + "/of/" + f.Ref.ID }

// StateKey is the end of the word key of a finding's state.
func (f Finding) StateKey() string { return key(f.State) }

// key is the end of a word key for a value that holds spaces.
func key(value string) string { return strings.ReplaceAll(value, " ", "_") }

// sentence says where strands agree, differ or are silent, in the reader's language.
func (f *face) sentence(r *http.Request, says []Phrase) string {
	var out []string
	for _, p := range says {
		var names []string
		for _, s := range p.Strands {
			names = append(names, f.T(r, "finding.strand_"+s))
		}
		text := f.T(r, p.Key, "Strands", f.joined(r, names), "Count", count(p), "Of", p.Of)
		if first, n := utf8.DecodeRuneInString(text); n > 0 {
			text = string(unicode.ToUpper(first)) + text[n:]
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

// count is what a phrase's plural goes by: its number, or how many strands it is about.
func count(p Phrase) int64 {
	if p.N > 0 {
		return p.N
	}
	return int64(len(p.Strands))
}

// joined is "a", "a and b", "a, b and c".
func (f *face) joined(r *http.Request, names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return f.T(r, "finding.and", "First", strings.Join(names[:last], ", "), "Last", names[last])
}

// goneText says how many sources were taken back, and when the last was; to those who see
// rough counts, only that some were.
func (f *face) goneText(r *http.Request, s Standing, c *Counts, zone string) string {
	if c != nil && c.Withdrawn != "0" {
		return f.T(r, "finding.gone_some")
	}
	if s.Withdrawn == 0 {
		return ""
	}
	if s.GoneAt == 0 {
		return f.T(r, "finding.gone", "Count", s.Withdrawn)
	}
	on := lang.Date(page.ChromeFrom(r.Context()).Lang, clock.DayOf(s.GoneAt, zone))
	return f.T(r, "finding.gone_on", "Count", s.Withdrawn, "On", on)
}

// reason is why one strand is enough, where the finding rests on one.
func reason(x Finding, s Standing, c *Counts) string {
	one := s.OneStrand() && s.Sources > 0
	if c != nil {
		one = len(c.Filled) < 2 && c.Sources != "0"
	}
	if x.State == Shared && one {
		return x.WhyOneStrand
	}
	return ""
}

// lineView is one finding of a list, in words.
type lineView struct {
	Line
	Href, Sentence, Gone, Reason, Tag string
	Strip                             *page.Strip
}

// listView is the page of a project's findings.
type listView struct {
	Project string
	State   string
	Lines   []lineView
	States  []page.Link
	More    page.Pages
	Owing   int64
	Empty   []page.Link
	MayMake bool
	MayOwe  bool
}

// tag is the colour of a state's tag.
func tag(state string) string {
	switch state {
	case Shared:
		return "green"
	case SetAside:
		return "grey"
	}
	return "yellow"
}

func (f *face) list(w http.ResponseWriter, r *http.Request) error {
	project, q := r.PathValue("project"), r.URL.Query()
	v := listView{Project: project, State: q.Get("state")}
	here := "/finding/" + project
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		out, err := f.room.List(ctx, ListIn{Project: project, State: v.State, After: q.Get("after")})
		if err != nil {
			return err
		}
		refs := make([]ref.Ref, len(out.Findings))
		for i, l := range out.Findings {
			refs[i] = l.Ref
		}
		strips, err := f.room.threads.Strips(ctx, tx, refs)
		if err != nil {
			return err
		}
		zone, err := f.room.zone(tx, who.From(ctx).Programme)
		if err != nil {
			return err
		}
		for _, l := range out.Findings {
			line := lineView{Line: l, Href: l.home(), Sentence: f.sentence(r, l.Says), Gone: f.goneText(r, l.Standing, l.Counts, zone), Reason: reason(l.Finding, l.Standing, l.Counts), Tag: tag(l.Finding.State)}
			if s, ok := strips[l.Ref]; ok {
				s.Compact = true
				line.Strip = &s
			}
			v.Lines = append(v.Lines, line)
		}
		at := ref.Of(ref.Project, project)
		v.MayMake, v.MayOwe = who.Can(ctx, tx, "finding.make", at), who.Can(ctx, tx, "finding.draft", at)
		if v.MayOwe {
			for _, s := range States() {
				v.States = append(v.States, page.Link{Href: here + "?state=" + url.QueryEscape(s), Text: f.T(r, "finding.states_"+key(s), "Count", out.Counts[s]), Current: s == v.State})
			}
			if v.Owing, err = owing(tx, who.From(ctx).Programme, project, f.room.clock.Now()); err != nil {
				return err
			}
		}
		if out.Next != "" {
			q.Set("after", out.Next)
			v.More.Next = here + "?" + q.Encode()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if v.MayMake {
		v.Empty = []page.Link{{Href: here + "/write", Text: f.T(r, "finding.write_do")}, {Href: "/evidence/" + project, Text: f.T(r, "finding.heard_do")}}
	}
	return f.Show(w, r, "finding/list", page.View{Title: f.T(r, "finding.title"), Body: v, Back: "/project/" + project})
}

// bodyView is the form for a finding's words.
type bodyView struct {
	Body
	Action, Key string
	Ref         string
	Version     int64
	Strands     []sureView
	Site        string
	Sites       []page.Option
	Now         string // the statement as it is now, when someone else was first
}

// sureView asks how sure one strand makes us.
type sureView struct {
	Strand, Sure, Why string
	Items             []page.Option
}

func (f *face) body(r *http.Request, b Body) bodyView {
	v := bodyView{Body: b, Action: r.URL.Path, Key: r.FormValue("key")}
	for _, s := range turned(r.PathValue("project")) {
		sure, why := b.Sure(s)
		x := sureView{Strand: s, Sure: sure, Why: why}
		for _, o := range Sures() {
			x.Items = append(x.Items, page.Option{Value: o, Text: f.T(r, "finding.sure_"+key(o))})
		}
		v.Strands = append(v.Strands, x)
	}
	return v
}

// sites is the places of a project to choose from, the whole project first.
func (f *face) sites(r *http.Request) []page.Option {
	var out []page.Option
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx, project := tx.Context(), r.PathValue("project")
		if !who.Can(ctx, tx, "finding.make", ref.Of(ref.Project, project)) {
			return nil
		}
		recs, err := sitesOf(tx, who.From(ctx).Programme, project, f.room.clock.Now())
		for _, x := range recs {
			out = append(out, page.Option{Value: x.ID, Text: x.Title})
		}
		return err
	})
	if err != nil || len(out) == 0 {
		return nil // the form stands without them
	}
	return append([]page.Option{{Text: f.T(r, "finding.site_all")}}, out...)
}

func (f *face) writeForm(w http.ResponseWriter, r *http.Request) error {
	v := f.body(r, Body{})
	v.Sites = f.sites(r)
	return f.Show(w, r, "finding/write", page.View{Title: f.T(r, "finding.write_title"), Body: v, Back: "/finding/" + r.PathValue("project")})
}

func (f *face) write(w http.ResponseWriter, r *http.Request) error {
	var in WriteIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	var out WriteOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "finding.write", r.FormValue("key"), f.room.Write, in)
	}
	if err != nil {
		v := f.body(r, in.Body)
		v.Site, v.Sites = in.Site, f.sites(r)
		return f.Again(w, r, "finding/write", page.View{Title: f.T(r, "finding.write_title"), Body: v, Back: "/finding/" + in.Project}, err)
	}
	return web.Redirect(w, r, "/finding/"+in.Project+"/of/"+out.Ref.ID+"/pick?done=written")
}

// seen reads the finding that an address names; under another project's address it is
// not there.
func (f *face) seen(r *http.Request, in SeeIn) (SeeOut, error) {
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	out, err := f.room.See(r.Context(), in)
	if err == nil && out.Project != r.PathValue("project") {
		return SeeOut{}, fault.New(fault.Missing, "house.missing")
	}
	return out, err
}

func (f *face) editForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r, SeeIn{Limit: 1})
	if err != nil {
		return err
	}
	v := f.body(r, out.Body)
	v.Ref, v.Version = out.Ref.String(), out.Version
	return f.Show(w, r, "finding/edit", page.View{Title: f.T(r, "finding.edit_title"), Body: v, Back: out.home()})
}

func (f *face) edit(w http.ResponseWriter, r *http.Request) error {
	var in EditIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "finding.edit", r.FormValue("key"), f.room.Edit, in)
	}
	here := "/finding/" + r.PathValue("project") + "/of/" + in.Ref.ID
	if err != nil {
		v := f.body(r, in.Body)
		v.Ref, v.Version = in.Ref.String(), in.Version
		// Someone else was first: both texts are shown, and the next press stands on theirs.
		if now, e := f.seen(r, SeeIn{Limit: 1}); e == nil && now.Version != in.Version {
			v.Now, v.Version, v.Key = now.Statement, now.Version, ""
		}
		return f.Again(w, r, "finding/edit", page.View{Title: f.T(r, "finding.edit_title"), Body: v, Back: here}, err)
	}
	return web.Redirect(w, r, here+"?done=changed")
}

// notice is what has just worked, when the address says a word of ours.
func (f *face) notice(r *http.Request, known ...string) string {
	done := r.URL.Query().Get("done")
	if !slices.Contains(known, done) {
		return ""
	}
	n, _ := strconv.ParseInt(r.URL.Query().Get("n"), 10, 64)
	return f.T(r, "finding.done_"+done, "Count", n)
}
