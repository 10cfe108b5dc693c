package review

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/document"
)

func TestJointOrder(t *testing.T) {
	qs := []Question{{ID: "a", N: 1}, {ID: "b", N: 2}, {ID: "c", N: 3}}
	rank := func(ids string) Ranking { return Ranking{Partner: ids, Questions: strings.Split(ids, "")} }
	for _, x := range []struct {
		name, want string
		places     []int64
		differ     string
		all        []Ranking
	}{
		{"nobody", "abc", []int64{1, 1, 1}, "", nil},
		{"one", "cab", []int64{1, 2, 3}, "", []Ranking{rank("cab")}},
		{"two who are far apart", "abc", []int64{1, 1, 1}, "ac", []Ranking{rank("abc"), rank("cba")}},
		{"most of them", "bac", []int64{1, 2, 3}, "", []Ranking{rank("bac"), rank("bac"), rank("abc")}},
		{"a question that came later", "acb", []int64{1, 2, 3}, "", []Ranking{rank("a"), rank("acb")}},
	} {
		got, places, differ := "", []int64{}, ""
		for _, p := range joint(qs, x.all) {
			got, places = got+p.ID, append(places, p.Place)
			if p.Differ {
				differ += p.ID
			}
		}
		if got != x.want || !cmp.Equal(places, x.places) || differ != x.differ {
			t.Errorf("%s: %s %v differ on %q, want %s %v %q", x.name, got, places, differ, x.want, x.places, x.differ)
		}
	}
}

// TestJointKeepsEveryQuestion holds for any orders: each question is there once, and what
// all put first is first.
func TestJointKeepsEveryQuestion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := []string{"a", "b", "c", "d", "e"}[:rapid.IntRange(1, 5).Draw(t, "questions")]
		var qs []Question
		for i, id := range ids {
			qs = append(qs, Question{ID: id, N: int64(i)})
		}
		var all []Ranking
		for range rapid.IntRange(1, 4).Draw(t, "partners") {
			all = append(all, Ranking{Questions: rapid.Permutation(ids).Draw(t, "order")})
		}
		var got []string
		placed := joint(qs, all)
		for _, p := range placed {
			got = append(got, p.ID)
			if p.Differ && (len(p.Top) == 0 || len(p.Bottom) == 0) {
				t.Fatal("partners differ, and nobody is named")
			}
		}
		first := all[0].Questions[0]
		if !slices.ContainsFunc(all, func(r Ranking) bool { return r.Questions[0] != first }) && placed[0].ID != first {
			t.Fatalf("all put %s first, and %s is", first, placed[0].ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, ids) {
			t.Fatalf("%v of %v", got, ids)
		}
	})
}

func TestHeadings(t *testing.T) {
	for s, want := range map[string]bool{
		"Introduction": true, "# The purpose of this report": true, "1.2 What helps at night": true, "It helps people to sleep.": false,
		"and so on": false, "Introduction\t4": false, "Co-creating evidence 10": false, "2026": false, "- a point": false, strings.Repeat("Word ", 30): false, "": false, "What was found:": false,
	} {
		if isHeading(s) != want {
			t.Errorf("%q: heading %v", s, !want)
		}
	}
}

// TestParagraphsAreWhole holds for any text: paragraphs stand at their places, in order,
// lose no letter but white space, and parts only rise.
func TestParagraphsAreWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var words strings.Builder
		var starts, pages []int
		at := 0
		for i := range rapid.IntRange(1, 12).Draw(t, "paragraphs") {
			if i > 0 {
				words.WriteString("\n\n")
				at += 2
			}
			s := rapid.StringOfN(rapid.SampledFrom([]rune("abc ŷ😀e\u0301\n")), 0, rapid.SampledFrom([]int{20, 9000}).Draw(t, "most"), -1).Draw(t, "words")
			starts = append(starts, at)
			if rapid.Bool().Draw(t, "page") || i == 0 {
				pages = append(pages, at)
			}
			words.WriteString(s)
			at += utf8.RuneCountInString(s)
		}
		text := ReportText{Words: words.String(), Paragraphs: starts, PageStarts: pages}
		all := paragraphed(text)
		letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
		runes := []rune(text.Words)
		var got strings.Builder
		last := Paragraph{Part: 1}
		for i, p := range all {
			if p.N != int64(i)+1 || p.Start < last.End || p.Part < last.Part || p.Part > last.Part+1 || p.Page < last.Page || string(runes[p.Start:p.End]) != p.Words || p.End-p.Start > pieceMost {
				t.Fatalf("paragraph %+v after %+v", p, last)
			}
			got.WriteString(p.Words)
			last = p
		}
		if letters(got.String()) != letters(text.Words) {
			t.Fatalf("letters were lost: %q of %q", got.String(), text.Words)
		}
	})
}

// say gives keys with what is put in, for tests.
func sayKey(key string, args ...any) string {
	for i := 1; i < len(args); i += 2 {
		if s, ok := args[i].(string); ok {
			key += " " + s
		}
	}
	return key
}

func manyPassages(n int, words string) (all []Passage) {
	for i := range n {
		all = append(all, Passage{Kind: MarkKinds()[i%3], Words: words})
	}
	return all
}

func TestProposedGuide(t *testing.T) {
	for _, minutes := range []int64{15, 30, 60, 120, 480} {
		for _, n := range []int{1, 2, 3, 9, 60} {
			g := proposedGuide("Night", manyPassages(n, "A lift helps"), minutes, sayKey)
			if g.Minutes() < minutes-6 || g.Minutes() > minutes+1 {
				t.Errorf("%d marked, %d minutes: it takes %d", n, minutes, g.Minutes())
			}
			if len(g.Lines) < 3 || len(g.Lines) > MaxGuideLines+50 {
				t.Errorf("%d marked, %d minutes: %d lines", n, minutes, len(g.Lines))
			}
		}
	}
	g := proposedGuide("Night", nil, 60, sayKey)
	if len(g.Lines) != 2 || g.settled().check() != nil {
		t.Errorf("nothing marked: %+v", g)
	}
}

func TestProposedDraft(t *testing.T) {
	v := sample()
	d := proposedDraft(v, []Report{{Name: "report.pdf"}}, manyPassages(90, strings.Repeat("A lift helps people sleep. ", 5)), sayKey)
	if !d.Fits() || len(d.Says) < 4 || len(d.Gaps) == 0 || len(d.Who) == 0 {
		t.Errorf("%d statements, %d gaps, %d organisations, height %.1f", len(d.Says), len(d.Gaps), len(d.Who), d.height())
	}
	if d.check() != nil || !strings.Contains(d.Source, "report.pdf") {
		t.Errorf("%+v", d)
	}
	d.Says = append(d.Says, d.Says...)
	d.Says = append(d.Says, d.Says...)
	if d.Fits() || d.TooMany() < 50 {
		t.Errorf("too long by %d words", d.TooMany())
	}
	if got := (Draft{Title: " A ", Says: []string{"- one\n\n* two", " "}}).settled(); !slices.Equal(got.Says, []string{"one", "two"}) || got.Title != "A" {
		t.Errorf("%+v", got)
	}
}

// TestPapersAsFiles reads a guide and a draft back from their Word files and as text.
func TestPapersAsFiles(t *testing.T) {
	papers := map[string]filed{
		"guide": Guide{"Nights in Tŷ Mawr", []GuideLine{{5, "What helps at night?"}, {10, "Who pays?"}}},
		"draft": Draft{Title: "Nights in Tŷ Mawr", Asked: "A second worker", Says: []string{"What helps at night?"}, Gaps: []string{"Who pays?"}, Match: "Does this match?", Source: "A report"},
	}
	for name, p := range papers {
		b, err := p.document(sayKey, "en-GB", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := document.Sniff(b, ""); got != document.DOCX {
			t.Fatalf("%s is %s", name, got)
		}
		d, err := document.Read(document.DOCX, b)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Nights in Tŷ Mawr", "What helps at night?", "Who pays?"} {
			if !strings.Contains(d.Words, want) || !strings.Contains(p.text(sayKey), want) {
				t.Errorf("%s lacks %q: %q", name, want, d.Words)
			}
		}
	}
}
