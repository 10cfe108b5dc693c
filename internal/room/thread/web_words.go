package thread

import (
	"net/http"
	"slices"
	"strings"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
)

// name is what a record is called on the page: its title, or why there is none.
func (f *face) name(r *http.Request, n Node, zone string) string {
	switch {
	case n.Shown == Withdrawn:
		if day := f.day(r, n.ChangedAt, zone); day != "" {
			return f.T(r, "thread.withdrawn_on", "Day", day)
		}
		return f.T(r, "thread.withdrawn")
	case n.Shown == NotShared:
		return f.T(r, "thread.not_shared")
	case n.Title == "":
		return f.kind(r, n.Kind)
	}
	return n.Title
}

// counted is "2 actions".
func (f *face) counted(r *http.Request, kind string, n int64) string {
	return f.T(r, "thread.count_"+kind, "Count", n)
}

// listed joins parts as a sentence does.
func (f *face) listed(r *http.Request, parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " " + f.T(r, "thread.and") + " " + parts[len(parts)-1]
}

// sentences say what a thread is: what the record stands on, what came of it, what is gone.
func (f *face) sentences(r *http.Request, l looked) []string {
	root := l.all.Nodes[0]
	var out []string
	var gone int64
	for _, n := range l.all.Nodes {
		if n.Kind == Contribution && n.Shown == Withdrawn && n.Way != Here {
			gone++
		}
	}
	var voices, silent []string
	for _, s := range []struct {
		name string
		page.Voice
	}{{page.Research, l.strip.Research}, {page.Lived, l.strip.Lived}, {page.Practice, l.strip.Practice}} {
		if n, blurred := l.all.Said[s.name]; blurred {
			voices = append(voices, f.about(r, s.name, n))
		} else if s.N > 0 {
			voices = append(voices, f.T(r, "thread.voice_"+s.name, "Count", s.N))
		} else {
			silent = append(silent, f.T(r, "thread.silent_"+s.name))
		}
	}
	kind := f.kind(r, root.Kind)
	if root.Kind != Contribution && len(voices) > 0 {
		out = append(out, f.T(r, "thread.stands_on", "Kind", kind, "List", f.listed(r, voices)))
		if len(silent) > 0 {
			out = append(out, f.T(r, "thread.silent", "List", f.listed(r, silent)))
		}
	}
	var came []string
	down := map[string]int64{}
	for _, n := range l.all.Nodes {
		if n.Way == Down {
			down[n.Kind]++
		}
	}
	for _, k := range Stages() {
		if down[k] > 0 {
			came = append(came, f.counted(r, k, down[k]))
		}
	}
	switch {
	case len(came) > 0:
		out = append(out, f.T(r, "thread.led_to", "List", f.listed(r, came)))
	case root.Kind == Contribution:
		out = append(out, f.T(r, "thread.nothing_yet"))
	}
	if gone > 0 {
		out = append(out, f.T(r, "thread.gone", "Count", gone))
	}
	return out
}

// about is a strand of which the reader may know only about how many spoke.
func (f *face) about(r *http.Request, strand, n string) string {
	if n == "*" {
		return f.T(r, "thread.few_"+strand)
	}
	return f.T(r, "thread.about_"+strand, "Number", n)
}

// draw puts words under the steps of the picture.
func (f *face) draw(r *http.Request, s *page.Strip, l looked) {
	if s.Steps == nil {
		for _, k := range Stages() {
			n, ok := l.trunk[k]
			s.Steps = append(s.Steps, page.Step{Kind: k, Reached: ok, Text: n.Title, Href: n.Href, Stale: n.Stale != "", Here: ok && n.Way == Here})
		}
	}
	said := false
	for i := range s.Steps {
		step := &s.Steps[i]
		step.Quiet, said = said, said || step.Stale
		n, ok := l.trunk[step.Kind]
		if !step.Reached || !ok {
			continue
		}
		step.Note = f.state(r, n, l)
		if more := l.all.Counts[step.Kind] - 1; more > 0 {
			step.More = f.T(r, "thread.others", "Count", more)
		}
	}
	s.Back = f.T(r, "thread.back")
}

// state is the line that says where a record stands.
func (f *face) state(r *http.Request, n Node, l looked) string {
	told, ok := l.told[n.Ref]
	var parts []string
	if ok && told.State != "" {
		text := f.T(r, told.State)
		if told.On != "" {
			text = f.T(r, "thread.state_on", "State", text, "Day", lang.Date(page.ChromeFrom(r.Context()).Lang, told.On))
		}
		parts = append(parts, text)
		if told.Why != "" {
			parts = append(parts, told.Why)
		}
		return strings.Join(parts, ". ")
	}
	if n.Kind == Contribution {
		return f.word(r, "fate", n.Fate)
	}
	return f.word(r, "state", n.State)
}

// stale says what moved under a record, and whether the reader may say that it stands.
func (f *face) stale(r *http.Request, root, n Node, l looked) staleView {
	v := staleView{Ref: n.Ref.String(), Root: root.Ref.String(), Seen: n.Seen, Name: f.name(r, n, l.zone), Href: n.Href, Kind: f.kind(r, n.Kind), Confirm: l.confirm[n.Ref]}
	for _, w := range n.Why {
		what := f.kind(r, w.Ref.Kind)
		if key := "thread.one_" + w.Ref.Kind; f.Words.Has("en", key) {
			what = f.T(r, key)
		}
		if w.Title != "" {
			what = f.T(r, "thread.why_titled", "Kind", what, "Title", w.Title)
		}
		day := f.day(r, w.At, l.zone)
		v.Why = append(v.Why, f.T(r, "thread.why_"+w.What, "What", what, "Day", day))
	}
	switch {
	case len(v.Why) > 0:
	case n.StaleSince == 0:
		v.Why = []string{f.T(r, "thread.why_unsaid")}
	default:
		v.Why = []string{f.T(r, "thread.why_something", "Day", f.day(r, n.StaleSince, l.zone))}
	}
	return v
}

// filters are the links that narrow the list down.
func (f *face) filters(r *http.Request, in FollowIn, here string, all FollowOut) []filterView {
	now := map[string]string{}
	if len(in.Kinds) == 1 {
		now["kind"] = in.Kinds[0]
	}
	if len(in.Strands) == 1 {
		now["strand"] = in.Strands[0]
	}
	if in.Changed {
		now["changed"] = "yes"
	}
	link := func(name, value, text string) filterLink {
		return filterLink{Text: text, Href: query(here, now, name, value), Current: now[name] == value}
	}
	kinds := filterView{Name: f.T(r, "thread.by_kind"), Links: []filterLink{link("kind", "", f.T(r, "thread.every"))}}
	for _, k := range append([]string{Contribution}, Stages()...) {
		if n := all.Counts[k]; n > 0 {
			kinds.Links = append(kinds.Links, link("kind", k, f.counted(r, k, n)))
		}
	}
	out := []filterView{kinds}
	if all.Counts[Contribution] > 1 {
		strands := filterView{Name: f.T(r, "thread.by_strand"), Links: []filterLink{link("strand", "", f.T(r, "thread.every"))}}
		for _, s := range []string{page.Research, page.Lived, page.Practice} {
			x := link("strand", s, f.T(r, "page.strand."+s))
			x.Strand = s
			strands.Links = append(strands.Links, x)
		}
		out = append(out, strands)
	}
	if !in.Changed && !slices.ContainsFunc(all.Nodes, func(n Node) bool { return n.Stale != "" || n.Shown == Withdrawn }) {
		return out
	}
	return append(out, filterView{Name: f.T(r, "thread.by_change"), Links: []filterLink{link("changed", "", f.T(r, "thread.every")), link("changed", "yes", f.T(r, "thread.only_changed"))}})
}

// groups is the list, by kind.
func (f *face) groups(r *http.Request, nodes []Node, l looked) []groupView {
	names := map[string]string{}
	for _, n := range l.all.Nodes {
		names[n.Ref.ID] = f.name(r, n, l.zone)
	}
	by := outgoing(l.all.Ties)
	var out []groupView
	for _, n := range nodes {
		name := f.kinds(r, n.Kind)
		if len(out) == 0 || out[len(out)-1].Name != name {
			out = append(out, groupView{Name: name})
		}
		v := nodeView{Title: f.name(r, n, l.zone), Href: n.Href, Strand: n.Strand, Strands: n.Kind == Contribution, Shown: n.Shown == Yes, Here: n.Way == Here}
		if told := l.told[n.Ref]; told.Says != "" && told.Says != n.Title {
			v.Says = told.Says
		}
		if v.Shown {
			v.State = f.state(r, n, l)
		}
		switch n.Stale {
		case Changed:
			v.Stale = f.T(r, "thread.stale_changed")
		case Further:
			v.Stale = f.T(r, "thread.stale_further")
		}
		ties := by[n.Ref.ID]
		for _, t := range ties[:min(len(ties), 5)] {
			to := names[t.To.ID]
			if t.To == l.all.Root {
				to = f.T(r, "thread.this")
			}
			v.Ties = append(v.Ties, tieView{f.word(r, "stance", t.Stance), to, t.Reason})
		}
		g := &out[len(out)-1]
		g.Nodes = append(g.Nodes, v)
	}
	return out
}

// kinds is what several records of a kind are called.
func (f *face) kinds(r *http.Request, kind string) string {
	if key := "thread.kinds_" + kind; f.Words.Has("en", key) {
		return f.T(r, key)
	}
	return kind
}
