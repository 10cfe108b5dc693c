package review

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"plait/internal/engine/anchor"
	"plait/internal/kit/page"
)

// textView is the part of a text that is shown.
type textView struct {
	In         string // InAbstract or InWhole
	Tabs       []page.Link
	Paragraphs []textParagraph
	Pages      page.Pages
	Page, Of   int
	State      string // of the whole text: "" = there is no file, none = it was not read yet
	Why        string // why it could not be read
	Lost       string // the words of the place that was asked for, when they are not there any more
}

type textParagraph struct {
	N, Start int
	Pieces   []textPiece
}

type textPiece struct {
	Text        string
	Marked, Now bool
	Said        string // the questions it answers
}

// textPart is how many code points of a text without pages are shown at once.
const textPart = 12_000

// fillText puts the part of the text that the address names into the page, with the places
// that answers have in it.
func (f *face) fillText(r *http.Request, v *extractView, t texts, full fullText, fields []FormField, all []Answer) {
	q := r.URL.Query()
	in, point, now := q.Get("in"), -1, -1
	if in == "" && t.whole != nil && v.Of.Abstract == "" {
		in = InWhole
	}
	for i, a := range all {
		if a.Field != q.Get("at") || a.Actor != q.Get("by") {
			continue
		}
		if p, ok := readPlace(a.Place); ok {
			if start, _, there := t.again(p); there {
				in, point, now = p.In, start, i
			} else {
				v.Text.Lost = p.Quote
			}
		}
	}
	if in != InWhole {
		in = InAbstract
	}
	v.Text.In = in
	v.Text.State, v.Text.Why = full.State, full.Why
	if v.Of.FullFile == "" {
		v.Text.State = "none"
	} else if full.File != v.Of.FullFile {
		v.Text.State = ""
	}
	for _, name := range []string{InAbstract, InWhole} {
		if name == InWhole && v.Of.FullFile == "" {
			continue
		}
		v.Text.Tabs = append(v.Text.Tabs, page.Link{Href: v.Home + "?in=" + name, Text: f.T(r, "review.ex_in_"+name), Current: name == in})
	}
	where := t.of(in)
	if where == nil || where.Len() == 0 {
		return
	}
	cuts := partStarts(where, t.starts, in)
	v.Text.Of = len(cuts)
	v.Text.Page = min(max(int(whole64(q.Get("page"))), 1), len(cuts))
	if point >= 0 {
		for i, c := range cuts {
			if c <= point {
				v.Text.Page = i + 1
			}
		}
	}
	from, to := cuts[v.Text.Page-1], where.Len()
	if v.Text.Page < len(cuts) {
		to = cuts[v.Text.Page]
	}
	turn := func(n int) string { return v.Home + "?in=" + in + "&page=" + strconv.Itoa(n) }
	if v.Text.Page > 1 {
		v.Text.Pages.Prev = turn(v.Text.Page - 1)
	}
	if v.Text.Page < len(cuts) {
		v.Text.Pages.Next = turn(v.Text.Page + 1)
	}
	v.Text.Paragraphs = marked(where, from, to, f.spots(r, t, in, fields, all, now))
}

// spot is a place of an answer in the text that is shown.
type spot struct {
	start, end int
	says       string
	now        bool
}

// spots is where the answers stand in a text.
func (f *face) spots(r *http.Request, t texts, in string, fields []FormField, all []Answer, now int) (out []spot) {
	for i, a := range all {
		p, ok := readPlace(a.Place)
		if !ok || p.In != in {
			continue
		}
		start, end, ok := t.again(p)
		if !ok {
			continue
		}
		j := slices.IndexFunc(fields, func(x FormField) bool { return x.ID == a.Field })
		says := ""
		if j >= 0 {
			says, _ = f.fieldLabel(r, fields[j])
		}
		out = append(out, spot{start, end, says, i == now})
	}
	return out
}

// partStarts is where each part of a text begins: its pages, or parts of a handy length
// that begin with a paragraph.
func partStarts(t *anchor.Text, starts []int, in string) []int {
	out := []int{0}
	if in == InWhole && len(starts) > 0 {
		for _, s := range starts {
			if s > out[len(out)-1] && s < t.Len() {
				out = append(out, s)
			}
		}
		return out
	}
	point, last := 0, 0
	for _, c := range t.Words() {
		point++
		if c == '\n' && point-last >= textPart && point < t.Len() {
			out, last = append(out, point), point
		}
	}
	return out
}

// marked cuts a stretch of a text into paragraphs, and each at the borders of the places in it.
func marked(t *anchor.Text, from, to int, spots []spot) (out []textParagraph) {
	first := true // only the first piece of the place that is asked for has its id
	start := from
	for _, line := range strings.Split(t.Slice(from, to), "\n") {
		n := len([]rune(line))
		if strings.TrimSpace(line) != "" {
			p := textParagraph{N: len(out) + 1, Start: start}
			cuts := []int{start, start + n}
			for _, s := range spots {
				for _, c := range []int{s.start, s.end} {
					if c > start && c < start+n {
						cuts = append(cuts, c)
					}
				}
			}
			slices.Sort(cuts)
			cuts = slices.Compact(cuts)
			for i := range len(cuts) - 1 {
				x := textPiece{Text: t.Slice(cuts[i], cuts[i+1])}
				var says []string
				for _, s := range spots {
					if s.start <= cuts[i] && s.end >= cuts[i+1] {
						x.Marked = true
						if s.now && first {
							x.Now, first = true, false
						}
						if s.says != "" && !slices.Contains(says, s.says) {
							says = append(says, s.says)
						}
					}
				}
				x.Said = strings.Join(says, ", ")
				p.Pieces = append(p.Pieces, x)
			}
			out = append(out, p)
		}
		start += n + 1
	}
	return out
}
