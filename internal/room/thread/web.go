package thread

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"plait/internal/kit/clock"
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

// perPage is how many records one page of the list holds.
const perPage = 60

// seeView is the page of a thread.
type seeView struct {
	Kind, Name string // of the record it starts from
	Sentences  []string
	Strip      page.Strip
	Drawn      bool
	Stale      []staleView
	Filters    []filterView
	Groups     []groupView
	Listed     bool // something other than the record itself
	Longer     string
	Pages      page.Pages
	Exports    []page.Link
	Trail      string // who did what to the record; "" for those who may not see it
	All        string // the list without filters; "" when there are none
}

// staleView is a record that stands on what moved.
type staleView struct {
	Ref, Root  string
	Seen       int64 // when the last of what moved under it did so
	Name, Href string
	Kind       string
	Why        []string
	Confirm    bool
}

type filterView struct {
	Name  string
	Links []filterLink
}

type filterLink struct {
	Text, Href, Strand string
	Current            bool
}

type groupView struct {
	Name  string
	Nodes []nodeView
}

// nodeView is one record of the list.
type nodeView struct {
	Title, Href, Strand string
	Strands             bool // its strand is worth showing
	Shown               bool
	Gone                string // why there is no title
	Says, State         string
	Ties                []tieView
	Stale               string
	Here                bool
}

type tieView struct{ Stance, Title, Reason string }

// asked reads what the address asks for.
func asked(r *http.Request) (FollowIn, error) {
	at, err := ref.Parse(r.PathValue("ref"))
	if err != nil {
		return FollowIn{}, fault.New(fault.Missing, "house.missing")
	}
	q := r.URL.Query()
	in := FollowIn{Ref: at, Way: q.Get("way"), Changed: q.Get("changed") != ""}
	for _, k := range q["kind"] {
		if k != "" {
			in.Kinds = append(in.Kinds, k)
		}
	}
	for _, s := range q["strand"] {
		if s != "" {
			in.Strands = append(in.Strands, s)
		}
	}
	return in, nil
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	in, err := asked(r)
	if err != nil {
		return err
	}
	l, err := f.room.look(r.Context(), in)
	if err != nil {
		return err
	}
	v := f.view(r, in, l)
	view := page.View{Title: f.T(r, "thread.title"), Body: v}
	if root := l.all.Nodes[0]; root.Href != "" {
		view.Back = root.Href
	}
	if who.From(r.Context()).Kind == who.Card {
		view.Layout, view.Back = page.Card, "/card"
	}
	view.Notice = f.Done(r, "thread.done_", "confirmed")
	return f.Show(w, r, "thread/see", view)
}

func (f *face) view(r *http.Request, in FollowIn, l looked) seeView {
	root := l.all.Nodes[0]
	here := "/thread/" + root.Ref.String()
	v := seeView{Kind: f.kind(r, root.Kind), Name: f.name(r, root, l.zone), Strip: l.strip, Drawn: order(root.Kind) <= len(Stages())}
	v.Sentences = f.sentences(r, l)
	if in.some() {
		v.All = here
	}
	if l.trail {
		v.Trail = "/keeper/trail?record=" + root.Ref.String()
	}
	f.draw(r, &v.Strip, l)
	for _, n := range stale(l.all.Nodes) {
		v.Stale = append(v.Stale, f.stale(r, root, n, l))
	}
	v.Filters = f.filters(r, in, here, l.all)
	rest := arrange(l.listed.Nodes)
	v.Listed = len(rest) > 1
	if l.listed.More {
		var total int64
		for _, n := range l.all.Counts {
			total += n
		}
		v.Longer = f.T(r, "thread.longer", "Shown", lang.Number(page.ChromeFrom(r.Context()).Lang, int64(len(rest))), "Total", lang.Number(page.ChromeFrom(r.Context()).Lang, total))
	}
	rest, v.Pages = paged(r, rest)
	v.Groups = f.groups(r, rest, l)
	for _, as := range []string{CSV, JSON, GraphML} {
		v.Exports = append(v.Exports, page.Link{Href: here + "/export?as=" + as, Text: f.T(r, "thread.export_"+as)})
	}
	return v
}

// arrange puts records in the order in which they are read: what was made of the
// contributions along the thread, then the contributions, each strand in turn.
func arrange(nodes []Node) []Node {
	var trunk, said []Node
	for _, n := range nodes {
		if n.Kind == Contribution {
			said = append(said, n)
		} else {
			trunk = append(trunk, n)
		}
	}
	slices.SortStableFunc(trunk, func(a, b Node) int { return order(a.Kind) - order(b.Kind) })
	return append(trunk, turns(said)...)
}

// paged cuts a list to the page that the address asks for.
func paged(r *http.Request, nodes []Node) ([]Node, page.Pages) {
	total := len(nodes)
	from := 0
	if at := r.URL.Query().Get("after"); at != "" {
		if i := slices.IndexFunc(nodes, func(n Node) bool { return n.Ref.String() == at }); i >= 0 {
			from = i + 1
		}
	}
	to := min(total, from+perPage)
	link := func(after string) string {
		q := r.URL.Query()
		q.Del("done")
		q.Del("after")
		if after != "" {
			q.Set("after", after)
		}
		return r.URL.Path + "?" + q.Encode()
	}
	var p page.Pages
	if from > 0 {
		p.Prev = link("")
		if from > perPage {
			p.Prev = link(nodes[from-perPage-1].Ref.String())
		}
	}
	if to < total {
		p.Next = link(nodes[to-1].Ref.String())
	}
	if total > perPage {
		p.From, p.To, p.Total = from+1, to, total
	}
	return nodes[from:to], p
}

// export sends a thread as a file.
func (f *face) export(w http.ResponseWriter, r *http.Request) error {
	in, err := asked(r)
	if err != nil {
		return err
	}
	as := r.URL.Query().Get("as")
	types := map[string]string{CSV: "text/csv; charset=utf-8", JSON: "application/json", GraphML: "application/graphml+xml; charset=utf-8"}
	if types[as] == "" {
		return fault.New(fault.Missing, "house.missing")
	}
	out, err := f.room.Follow(r.Context(), in)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if as == CSV {
		b.WriteString("\uFEFF") // so that spreadsheets read it as UTF-8
	}
	if err := Write(&b, as, out); err != nil {
		return err
	}
	w.Header().Set("Content-Type", types[as])
	w.Header().Set("Content-Disposition", `attachment; filename="thread.`+as+`"`)
	_, err = w.Write(b.Bytes())
	return err
}

// confirmForm is the form of one button.
type confirmForm struct {
	Ref  ref.Ref `json:"ref"`
	Seen int64   `json:"seen"` // as ConfirmIn has it
	Back ref.Ref `json:"back"` // whose thread to go back to; none = that of Ref
}

func (f *face) confirm(w http.ResponseWriter, r *http.Request) error {
	var in confirmForm
	if err := form.Read(r, &in); err != nil {
		return err
	}
	if _, err := plug.Run(r.Context(), f.desk, "thread.confirm", r.FormValue("key"), f.room.Confirm, ConfirmIn{in.Ref, in.Seen}); err != nil {
		return err
	}
	if in.Back.None() {
		in.Back = in.Ref
	}
	return web.Redirect(w, r, "/thread/"+in.Back.String()+"?done=confirmed")
}

// day is an instant as a day in the programme's zone, "" for none.
func (f *face) day(r *http.Request, at int64, zone string) string {
	if at <= 0 || at >= clock.Forever {
		return ""
	}
	return lang.Date(page.ChromeFrom(r.Context()).Lang, clock.DayOf(at, zone))
}

// kind is what a kind of record is called; one without a word keeps its own name.
func (f *face) kind(r *http.Request, kind string) string {
	if key := "thread.kind_" + kind; f.Words.Has("en", key) {
		return f.T(r, key)
	}
	return kind
}

// word is what a state or a fate is called; one without a word keeps its own.
func (f *face) word(r *http.Request, prefix, state string) string {
	if key := "thread." + prefix + "_" + strings.ReplaceAll(state, " ", "_"); state != "" && f.Words.Has("en", key) {
		return f.T(r, key)
	}
	return state
}

func query(base string, set map[string]string, but string, to string) string {
	q := url.Values{}
	for k, v := range set {
		if v != "" && k != but {
			q.Set(k, v)
		}
	}
	if to != "" {
		q.Set(but, to)
	}
	if len(q) == 0 {
		return base
	}
	return base + "?" + q.Encode()
}
