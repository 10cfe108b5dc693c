package evidence

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plait/internal/engine/anchor"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/page"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// shownMarks is how many marks the list beside the words shows at once.
const shownMarks = 100

// markHead is what the pages of marks share.
type markHead struct {
	Ref      ref.Ref
	Project  string
	Title    string
	Language string
	Version  int64
	Home     string // the contribution's page
	Action   string // where marks are sent
	Key      string
	MayMark  bool
	Files    []page.Link // the words and the files of the contribution, each with a page to mark it
	Marks    []markLine
	More     page.Pages // of the list of marks
	Lost     []markLine // marks whose words are not there any more
	Label    string     // as typed, after a mistake
}

// markLine is a mark in the list.
type markLine struct {
	Excerpt
	Text  string // its words, or where it is
	Place string // address that opens it here
}

// markText is the page on which words are marked.
type markText struct {
	markHead
	Paragraphs []markParagraph
	Quote      string // words to mark, as typed
	Part       int    // of a long text, from 1
	Of         int
	Pages      page.Pages
	One        int // one paragraph alone is shown, counted from 1; 0 = a part
}

// markParagraph is one paragraph with what is marked in it.
type markParagraph struct {
	N          int // from 1
	Start, End int
	Pieces     []markPiece
	Said       string // the marks it is in, as text
}

// markPiece is words between two borders of marks.
type markPiece struct {
	Text   string
	Marked bool
	Now    bool   // it is of the mark that the address names
	Many   bool   // in more than one mark
	ID     string // of the mark that begins here; "" = none
	IDs    []string
}

// markSource is all that the pages of marks are made from.
type markSource struct {
	rec   ref.Record
	read  *heldWords
	marks []Excerpt
	media []Medium
	may   bool
}

func (f *face) markSource(r *http.Request) (s markSource, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		at := ref.Of(Kind, r.PathValue("id"))
		if s.rec, err = f.room.markSeen(ctx, tx, at, f.room.clock.Now()); err != nil {
			return err
		}
		if s.rec.Project != r.PathValue("project") {
			return fault.New(fault.Missing, "house.missing")
		}
		if s.read, err = f.room.reads.of(tx, s.rec); err != nil {
			return err
		}
		if s.marks, err = excerptsOf(tx, s.rec.Programme, s.rec.ID); err != nil {
			return err
		}
		for i, x := range s.marks {
			s.marks[i] = x.refound(s.read.text, s.rec.Version)
		}
		all, err := mediaOf(tx, s.rec.Programme, []string{s.rec.ID})
		s.media, s.may = all[s.rec.ID], who.Can(ctx, tx, "evidence.mark", at)
		return err
	})
	return s, err
}

// saidAddress is a contribution's page.
func saidAddress(project, id string) string { return "/evidence/" + project + "/said/" + id }

func (f *face) markHead(r *http.Request, s markSource, file string) markHead {
	home := saidAddress(s.rec.Project, s.rec.ID)
	v := markHead{Ref: ref.Of(Kind, s.rec.ID), Project: s.rec.Project, Title: s.rec.Title, Language: s.read.language, Version: s.rec.Version,
		Home: home, Action: home + "/mark", Key: r.FormValue("key"), MayMark: s.may, Label: r.FormValue("label")}
	if s.read.text.Len() > 0 && len(s.media) > 0 {
		v.Files = append(v.Files, page.Link{Href: v.Action, Text: f.T(r, "evidence.excerpt_words"), Current: file == ""})
	}
	for i, m := range s.media {
		if m.Kind == Document && m.Pages == 0 {
			continue // it has no pages of which a picture could be made
		}
		name := m.Name
		if name == "" {
			name = f.T(r, "evidence.excerpt_file", "N", i+1)
		}
		v.Files = append(v.Files, page.Link{Href: v.Action + "?file=" + m.ID, Text: name, Current: m.ID == file})
	}
	if len(v.Files) < 2 {
		v.Files = nil
	}
	for _, x := range s.marks {
		if x.Lost() {
			v.Lost = append(v.Lost, markLine{Excerpt: x, Text: text.Excerpt(x.Quote, shortWords)})
		}
	}
	return v
}

// markPage shows a contribution to be marked: its words, or one of its files.
func (f *face) markPage(w http.ResponseWriter, r *http.Request) error {
	s, err := f.markSource(r)
	if err != nil {
		return err
	}
	v, name, err := f.markView(r, s, r.URL.Query())
	if err != nil {
		return err
	}
	return f.Show(w, r, name, f.markShown(r, s, v))
}

// markShown is the page of a view.
func (f *face) markShown(r *http.Request, s markSource, v any) page.View {
	notice := ""
	switch done := r.URL.Query().Get("done"); done {
	case "marked", "unmarked", "typed":
		notice = f.T(r, "evidence.excerpt_done_"+done)
	case "lost":
		notice = f.T(r, "evidence.excerpt_lost")
	case "gone":
		notice = f.T(r, "evidence.excerpt_gone")
	}
	return page.View{Title: f.T(r, "evidence.excerpt_title"), Body: v, Notice: notice, Back: saidAddress(s.rec.Project, s.rec.ID), Scripts: []string{"evidence-mark.js"}}
}

// markView makes the view that q asks for, and names its template.
func (f *face) markView(r *http.Request, s markSource, q url.Values) (any, string, error) {
	file := q.Get("file")
	if file == "" && s.read.text.Len() == 0 {
		// Nothing was said in words: the first file is what there is to mark.
		for _, m := range s.media {
			if m.Kind != Document || m.Pages > 0 {
				file = m.ID
				break
			}
		}
	}
	if file == "" {
		return f.markText(r, s, q), "evidence/mark", nil
	}
	i := slices.IndexFunc(s.media, func(m Medium) bool { return m.ID == file })
	if i < 0 {
		return nil, "", fault.New(fault.Missing, "house.missing")
	}
	v, err := f.markFileView(r, s, s.media[i], q)
	return v, "evidence/mark_file", err
}

// markText is a part of the words, or one paragraph of them.
func (f *face) markText(r *http.Request, s markSource, q url.Values) markText {
	v := markText{markHead: f.markHead(r, s, ""), Quote: r.FormValue("quote")}
	ps := paragraphs(s.read.text)
	starts := parts(ps)
	v.Of = len(starts)
	v.Part = min(max(number(q.Get("part")), 1), v.Of)
	if at := number(q.Get("at")); at > 0 {
		v.Part = partOf(ps, starts, at)
	}
	from, to := starts[v.Part-1], len(ps)
	if v.Part < v.Of {
		to = starts[v.Part]
	}
	if n := number(q.Get("p")); n >= 1 && n <= len(ps) {
		from, to, v.One, v.Part = n-1, n, n, partOf(ps, starts, ps[n-1].Start)
	}
	begin, end := 0, s.read.text.Len()
	if len(ps) > 0 {
		begin, end = ps[from].Start, ps[to-1].End
	}
	var here []Excerpt
	for _, x := range s.marks {
		if x.Kind == InText && !x.Lost() && x.Start < end && x.End > begin {
			here = append(here, x)
		}
	}
	slices.SortStableFunc(here, func(a, b Excerpt) int { return a.Start - b.Start })
	now := q.Get("m")
	v.Paragraphs = laidOut(s.read.text, ps[from:to], here, now, func(marks string) string { return f.T(r, "evidence.excerpt_said", "Marks", marks) })
	f.listMarks(r, &v.markHead, here, q, func(x Excerpt) (string, string) {
		return text.Excerpt(x.Quote, shortWords), "#mark-" + x.ID
	})
	if v.One == 0 {
		if v.Part > 1 {
			v.Pages.Prev = v.Action + "?part=" + strconv.Itoa(v.Part-1)
		}
		if v.Part < v.Of {
			v.Pages.Next = v.Action + "?part=" + strconv.Itoa(v.Part+1)
		}
	}
	return v
}

// listMarks puts the marks of what is shown in the list, at most shownMarks at once.
func (f *face) listMarks(r *http.Request, v *markHead, here []Excerpt, q url.Values, say func(Excerpt) (text, place string)) {
	from := 0
	if i := slices.IndexFunc(here, func(x Excerpt) bool { return x.ID == q.Get("m") }); i >= 0 {
		from = i / shownMarks * shownMarks
	} else if n := number(q.Get("list")); n > 0 && n <= len(here) {
		from = (n - 1) / shownMarks * shownMarks
	}
	to := min(from+shownMarks, len(here))
	for _, x := range here[from:to] {
		l := markLine{Excerpt: x}
		l.Text, l.Place = say(x)
		v.Marks = append(v.Marks, l)
	}
	if len(here) <= shownMarks {
		return
	}
	turn := func(n int) string {
		next := url.Values{"list": {strconv.Itoa(n)}}
		for _, k := range []string{"part", "file", "page"} {
			if q.Has(k) {
				next[k] = q[k]
			}
		}
		return v.Action + "?" + next.Encode() + "#marks"
	}
	v.More = page.Pages{From: from + 1, To: to, Total: len(here)}
	if from > 0 {
		v.More.Prev = turn(from)
	}
	if to < len(here) {
		v.More.Next = turn(to + 1)
	}
}

// number is a whole number of an address; anything else is 0.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// partOf is the part, from 1, that a code point stands in.
func partOf(ps []paragraph, starts []int, point int) int {
	part := 1
	for i, first := range starts {
		if len(ps) > 0 && ps[first].Start <= point {
			part = i + 1
		}
	}
	return part
}

// laidOut cuts paragraphs at the borders of the marks in them. marks are in the order of
// their start; say writes which marks a paragraph is in.
func laidOut(t *anchor.Text, ps []paragraph, marks []Excerpt, now string, say func(marks string) string) []markParagraph {
	out := make([]markParagraph, len(ps))
	var open []Excerpt
	next := 0
	for i, p := range ps {
		v := markParagraph{N: p.N + 1, Start: p.Start, End: p.End}
		for next < len(marks) && marks[next].Start < p.End {
			open = append(open, marks[next])
			next++
		}
		open = slices.DeleteFunc(open, func(x Excerpt) bool { return x.End <= p.Start })
		cuts := []int{p.Start, p.End}
		var said []string
		for _, x := range open {
			cuts = append(cuts, max(x.Start, p.Start), min(x.End, p.End))
			name := strconv.FormatInt(x.N, 10)
			if x.Label != "" {
				name += " (" + x.Label + ")"
			}
			said = append(said, name)
		}
		slices.Sort(cuts)
		cuts = slices.Compact(cuts)
		for j := range len(cuts) - 1 {
			v.Pieces = append(v.Pieces, markPieceOf(t, cuts[j], cuts[j+1], p, open, now))
		}
		if len(said) > 0 {
			v.Said = say(strings.Join(said, ", "))
		}
		out[i] = v
	}
	return out
}

// markPieceOf is the words from a to b, which no mark begins or ends within.
func markPieceOf(t *anchor.Text, a, b int, p paragraph, open []Excerpt, now string) markPiece {
	x := markPiece{Text: t.Slice(a, b)}
	for _, m := range open {
		if m.Start > a || m.End < b {
			continue
		}
		x.Many, x.Marked = x.Marked, true
		x.Now = x.Now || m.ID == now
		if max(m.Start, 0) == a {
			if x.ID == "" {
				x.ID = m.ID
			} else {
				x.IDs = append(x.IDs, m.ID)
			}
		}
	}
	return x
}

// markJSON is what a script gets for a mark that was stored.
type markJSON struct {
	MarkOut
	Place string `json:"place"`
}
