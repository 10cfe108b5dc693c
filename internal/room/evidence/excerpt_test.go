package evidence

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/engine/anchor"
)

func TestTimes(t *testing.T) {
	for typed, want := range map[string]int64{"0": 0, "1:05": 65_000, "01:02:03": 3_723_000, "65": 65_000, "65.5": 65_500, "0:05,25": 5_250, " 2:00 ": 120_000} {
		if got, ok := readTime(typed); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", typed, got, ok, want)
		}
	}
	for _, typed := range []string{"", "soon", "1:75", "-1", "1:2:3:4", "NaN", "1e9", "1:-5", ":5x", "24:00:01"} {
		if got, ok := readTime(typed); ok {
			t.Errorf("%q: %d", typed, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, maxTime/1000-1).Draw(t, "s") * 1000
		if back, ok := readTime(clockTime(ms)); !ok || back != ms {
			t.Fatalf("%d is written %s and read %d", ms, clockTime(ms), back)
		}
	})
}

// Paragraphs hold every letter that can be seen, once, in order, and cut no character.
func TestMarkParagraphs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := []string{"a", "dŵr ", "\n", "\n\n", "\r\n", "  ", "👩‍👩‍👧", "e\u0301", strings.Repeat("long ", 900), strings.Repeat("x", 5000)}
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 20).Draw(t, "parts"), "")
		x := anchor.New(s)
		rest := 0
		for i, p := range paragraphs(x) {
			if p.N != i || p.Start < rest || p.End <= p.Start || p.End-p.Start > longestLine+50 {
				t.Fatalf("paragraph %d is %+v after %d", i, p, rest)
			}
			if strings.TrimSpace(x.Slice(rest, p.Start)) != "" {
				t.Fatalf("left out: %q", x.Slice(rest, p.Start))
			}
			words := x.Slice(p.Start, p.End)
			if strings.ContainsAny(words, "\r\n") || strings.TrimSpace(words) == "" {
				t.Fatalf("paragraph %d holds a line end or nothing: %q", i, words)
			}
			if a, b := x.Snap(p.Start, p.End); a != p.Start || b != p.End {
				t.Fatalf("paragraph %d cuts a character", i)
			}
			rest = p.End
		}
		if strings.TrimSpace(x.Slice(rest, x.Len())) != "" {
			t.Fatalf("left out at the end: %q", x.Slice(rest, x.Len()))
		}
	})
}

func TestMarkParts(t *testing.T) {
	x := anchor.New(strings.Repeat(strings.Repeat("word ", 40)+"\n", 3000))
	ps := paragraphs(x)
	got := parts(ps)
	if len(got) != 4 {
		t.Fatalf("%d code points are %d parts", x.Len(), len(got))
	}
	for i, first := range got {
		last := len(ps) - 1
		if i+1 < len(got) {
			last = got[i+1] - 1
		}
		if n := ps[last].End - ps[first].Start; n > partSize {
			t.Errorf("part %d has %d code points", i+1, n)
		}
		for _, p := range []int{first, last} {
			if partOf(ps, got, ps[p].Start) != i+1 {
				t.Errorf("paragraph %d is not in part %d", p, i+1)
			}
		}
	}
	if diff := cmp.Diff([]int{0}, parts(nil)); diff != "" {
		t.Error(diff)
	}
}

// The pieces of a paragraph are its words, and each mark begins once.
func TestLaid(t *testing.T) {
	x := anchor.New("Ring first, then come.\nDŵr 👩‍👩‍👧 da.")
	marks := []Excerpt{{ID: "a", N: 1, Kind: InText, Start: 0, End: 10}, {ID: "b", N: 2, Kind: InText, Start: 5, End: 27, Label: "both"}, {ID: "c", N: 3, Kind: InText, Start: 5, End: 8}}
	v := laidOut(x, paragraphs(x), marks, "c", func(s string) string { return "Marked: " + s })
	var seen, words []string
	for _, p := range v {
		line := ""
		for _, c := range p.Pieces {
			line += c.Text
			if c.ID != "" {
				seen = append(seen, c.ID)
			}
			seen = append(seen, c.IDs...)
		}
		words = append(words, line, p.Said)
	}
	if diff := cmp.Diff([]string{"Ring first, then come.", "Marked: 1, 2 (both), 3", "Dŵr 👩‍👩‍👧 da.", "Marked: 2 (both)"}, words); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, seen); diff != "" {
		t.Error(diff)
	}
	if p := v[0].Pieces[1]; p.Text != "fir" || !p.Many || !p.Now {
		t.Errorf("%+v", p)
	}
}

func TestWithPage(t *testing.T) {
	words, starts, ok := withPage("", nil, 3, 2, "Tŷ agored", false)
	if !ok || words != "Tŷ agored" || !cmp.Equal(starts, []int{0, 0, 9}) {
		t.Fatalf("%q %v %v", words, starts, ok)
	}
	words, starts, ok = withPage(words, starts, 3, 3, "Last", true)
	if !ok || words != "Tŷ agored\n\nLast" || !cmp.Equal(starts, []int{0, 0, 11}) {
		t.Fatalf("%q %v %v", words, starts, ok)
	}
	words, starts, ok = withPage(words, starts, 3, 1, "First", false)
	if !ok || words != "First\n\nTŷ agored\n\nLast" || !cmp.Equal(starts, []int{0, 7, 18}) {
		t.Fatalf("%q %v %v", words, starts, ok)
	}
	for i, want := range []string{"First", "Tŷ agored", "Last"} {
		if got := strings.TrimSpace(pageWords(words, starts, 3)[i]); got != want {
			t.Errorf("page %d: %q", i+1, got)
		}
	}
	if _, _, ok := withPage(words, starts, 3, 2, "Other words", false); ok {
		t.Error("words of a page that came from the file were written over")
	}
	if _, _, ok := withPage("Words without pages", nil, 3, 1, "Other words", true); ok {
		t.Error("words of nobody knows which page were written over")
	}
	words, starts, ok = withPage(words, starts, 3, 2, "Tŷ agored heno", true)
	if !ok || words != "First\n\nTŷ agored heno\n\nLast" || !cmp.Equal(starts, []int{0, 7, 23}) {
		t.Errorf("put right: %q %v %v", words, starts, ok)
	}
	words, starts, ok = withPage(words, starts, 3, 1, "", true)
	if !ok || words != "Tŷ agored heno\n\nLast" || !cmp.Equal(starts, []int{0, 0, 16}) || !cmp.Equal(blankPages(words, starts, 3), []int{1}) {
		t.Errorf("taken off: %q %v %v", words, starts, ok)
	}
}

func TestPagesShiftWithTheirWords(t *testing.T) {
	was, starts := "Tŷ one\n\ntwo\n\nthree", []int{0, 8, 13}
	for is, want := range map[string][]int{
		was:                            {0, 8, 13},
		"Tŷ one again\n\ntwo\n\nthree": {0, 14, 19},
		"Tŷ one\n\ntwo\n\nthree more":  {0, 8, 13},
		"Tŷ one\n\n2\n\nthree":         {0, 8, 11},
		"Tŷ three":                     {0, 3, 3},
		"":                             {0, 0, 0},
	} {
		if got := shifted(was, is, starts); !cmp.Equal(got, want) {
			t.Errorf("%q: %v, want %v", is, got, want)
		}
	}
}

func TestBoxesAndTimes(t *testing.T) {
	doc, sound := Medium{Kind: Document, Pages: 3}, Medium{Kind: Sound, MS: 60_000}
	if err := (MarkIn{Page: 2, X: 100, Y: 100, W: 5000, H: 9900}).box(doc); err != nil {
		t.Error(err)
	}
	for i, in := range []MarkIn{{Page: 0, W: 500, H: 500}, {Page: 4, W: 500, H: 500}, {Page: 1}, {Page: 1, X: 9000, W: 1001, H: 500}, {Page: 1, X: -1, W: 500, H: 500}, {Page: 1, W: 49, H: 500}} {
		if in.box(doc) == nil {
			t.Errorf("box %d is taken: %+v", i, in)
		}
	}
	if (MarkIn{Page: 1, W: 500, H: 500}).box(Medium{Kind: Picture}) == nil {
		t.Error("a picture has a page")
	}
	if err := (MarkIn{FromMS: 1000, ToMS: 60_500}).stretch(sound); err != nil {
		t.Error(err)
	}
	for i, in := range []MarkIn{{FromMS: 5, ToMS: 5}, {FromMS: -1, ToMS: 5}, {FromMS: 1, ToMS: 70_000}} {
		if in.stretch(sound) == nil {
			t.Errorf("stretch %d is taken: %+v", i, in)
		}
	}
}

func TestSentMark(t *testing.T) {
	var in MarkIn
	if err := (sentMark{Left: "12,5", Top: "10 %", Width: "100", Height: "50"}).read(&in); err != nil || in.X != 1250 || in.Y != 1000 || in.W != 8750 || in.H != 5000 {
		t.Errorf("%+v %v", in, err)
	}
	in = MarkIn{}
	if err := (sentMark{Half: "bottom", Left: "99"}).read(&in); err != nil || in.Y != 5000 || in.H != 5000 || in.W != 10_000 || in.X != 0 {
		t.Errorf("%+v %v", in, err)
	}
	for i, s := range []sentMark{{Left: "x"}, {Left: "101", Top: "0", Width: "5", Height: "5"}, {From: "soon"}, {To: "1:99"}} {
		if s.read(&MarkIn{}) == nil {
			t.Errorf("%d is taken: %+v", i, s)
		}
	}
	if got := (Excerpt{Kind: InTime, FromMS: 5000, ToMS: 65_000}).Called(); got != "0:05 – 1:05" || utf8.RuneCountInString(got) != 11 {
		t.Errorf("called %q", got)
	}
}
