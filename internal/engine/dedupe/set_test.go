package dedupe

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// paper is a record that has everything.
func paper() Record {
	return Record{Title: "Who decides at home: a study of support that lasts", Authors: []string{"Griffin, Dana K.", "Nováková, Jana", "Okoro, Ben"},
		Year: 2019, Journal: "Journal of Invented Care", Volume: "12", Issue: "3", Pages: "221-228", DOI: "10.5555/care.12.221", PMID: "30111222",
		Abstract: "We asked forty people in five places about their days, their help and their choices, and we asked them all again a year later."}
}

func changed(change func(*Record)) Record {
	r := paper()
	change(&r)
	return r
}

func TestJudge(t *testing.T) {
	bare := func(r *Record) { r.DOI, r.PMID, r.Abstract = "", "", "" }
	for _, c := range []struct {
		name string
		a, b func(*Record)
		want Band
	}{
		{"equal", func(*Record) {}, func(*Record) {}, Same},
		{"as another database writes it", bare, func(r *Record) {
			bare(r)
			r.Title, r.Journal, r.Pages = "WHO DECIDES AT HOME - A STUDY OF SUPPORT THAT LASTS. [Review] [33 refs]", "J Invent Care", "221-8"
			r.Authors = []string{"Griffin DK", "Novakova J", "Okoro B"}
		}, Same},
		{"no place, no DOI", func(*Record) {}, func(r *Record) { bare(r); r.Journal, r.Volume, r.Issue, r.Pages = "", "", "", "" }, Same},
		{"online before the issue", bare, func(r *Record) { bare(r); r.Year, r.Volume, r.Issue, r.Pages = 2018, "", "", "1-9" }, Same},
		{"two DOIs of one place", func(*Record) {}, func(r *Record) { r.DOI, r.PMID = "10.5555/print.9", "" }, Same},
		{"letters lost on the way", bare, func(r *Record) { bare(r); r.Authors[1] = "Nov?kov?, Jana" }, Same},
		{"an update of a Cochrane review", func(r *Record) { bare(r); r.DOI = "10.1002/14651858.CD002273.pub2" }, func(r *Record) {
			bare(r)
			r.DOI, r.Year, r.Volume, r.Pages = "", 2022, "", "CD002273"
		}, Same},
		{"the pages differ", bare, func(r *Record) { bare(r); r.Pages = "246-250" }, Ask},
		{"a talk and the article", bare, func(r *Record) {
			bare(r)
			r.Journal, r.Volume, r.Issue, r.Pages = "Conference on Invented Care", "", "", ""
		}, Ask},
		{"a translation", bare, func(r *Record) { bare(r); r.Title = "Quem decide em casa: um estudo sobre apoio duradouro" }, Ask},
		{"one DOI, two titles and authors", func(*Record) {}, func(r *Record) {
			r.Title, r.Authors, r.Pages, r.PMID, r.Abstract = "Trains that wait for no one", []string{"Hall, Gill"}, "10-19", "", ""
		}, Apart},
		{"other authors at the same place", bare, func(r *Record) { bare(r); r.Authors = []string{"Project Group"} }, Ask},
		{"an erratum", bare, func(r *Record) { bare(r); r.Title, r.Pages = "Erratum: "+r.Title, "301" }, Apart},
		{"a part of its own", func(r *Record) { bare(r); r.Title += ": part 1" }, func(r *Record) { bare(r); r.Title += ": part 2"; r.Pages = "229-240" }, Apart},
		{"printed in two journals", bare, func(r *Record) { bare(r); r.Journal, r.Volume, r.Pages = "Annals of Made Things", "40", "7-15" }, Apart},
		{"a column", func(r *Record) { bare(r); r.Title, r.Pages = "Editorial", "" }, func(r *Record) { bare(r); r.Title, r.Pages, r.Issue = "Editorial", "", "4" }, Apart},
		{"nothing known", func(r *Record) { *r = Record{} }, func(r *Record) { *r = Record{Title: "UNKNOWN", Authors: []string{"N/A"}} }, Apart},
	} {
		band, score, reason := Judge(changed(c.a), changed(c.b))
		if c.name == "nothing known" {
			// Records that say nothing are equal, and a Set still keeps them apart.
			if g := grouped(New(Options{}), changed(c.a), changed(c.b)); len(g) != 0 {
				t.Errorf("%s: %v", c.name, g)
			}
			continue
		}
		if band != c.want {
			t.Errorf("%s: %s at %.1f (%s), want %s", c.name, band, score, reason, c.want)
		}
		if agree, note, ok := reason.Parts(); !ok || band != Apart && len(agree) == 0 && note == "" {
			t.Errorf("%s: the reason %q", c.name, reason)
		}
	}
}

func grouped(s *Set, r ...Record) [][]int {
	s.Add(r)
	return s.Groups()
}

// One file brought in twice: each record meets itself, and nobody is asked.
func TestTwice(t *testing.T) {
	var file []Record
	for i := range 50 {
		file = append(file, changed(func(r *Record) {
			r.Title, r.DOI, r.PMID, r.Pages = fmt.Sprintf("%s and number %d of many", r.Title, i), "", "", ""
		}))
	}
	file = append(file, Record{Title: "Editorial"}, Record{Title: "Editorial", Year: 2001})
	s := New(Options{})
	s.Add(file)
	before := len(s.Groups())
	f := s.Add(file)
	if len(f.Merged) != len(file) || len(f.Asks) != 0 || before != 0 || len(s.Groups()) != len(file) {
		t.Errorf("%d merged, %d asked, %d groups before, %d after", len(f.Merged), len(f.Asks), before, len(s.Groups()))
	}
}

// A second import asks about new records alone, and a set that was put back from what was
// kept goes on as the one that was not.
func TestGoesOn(t *testing.T) {
	first := []Record{paper(), changed(func(r *Record) { r.Pages, r.DOI, r.PMID, r.Abstract = "246-250", "", "", "" }), changed(func(r *Record) { r.DOI = "" })}
	second := []Record{changed(func(r *Record) { r.PMID = "" }), {Title: "Trains that wait for no one", Authors: []string{"Hall, Gill"}, Year: 2001}}
	s := New(Options{AskShare: 1})
	f := s.Add(first)
	if len(f.Asks) != 1 || f.Asks[0].B != 1 && f.Asks[0].A != 1 {
		t.Fatalf("%+v", f)
	}
	parted := [][2]int{{0, 1}}
	kept, known := New(Options{AskShare: 1}), New(Options{AskShare: 1})
	kept.Restore(first, s.Groups(), parted)
	if f := known.AddKnown(first, [][]int{{0, 2}}, parted); len(f.Merged)+len(f.Asks)+f.Left != 0 {
		t.Errorf("what is known is found again: %+v", f)
	}
	for name, x := range map[string]*Set{"put back": kept, "known": known} {
		f := x.Add(second)
		if f.First != 3 || len(f.Merged) != 1 || f.Merged[0].B != 3 || len(f.Asks) != 0 {
			t.Errorf("%s: %+v", name, f)
		}
		if diff := cmp.Diff([][]int{{0, 2, 3}}, x.Groups()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What a person says stands: what was parted stays so, and can be put together again.
func TestAnswers(t *testing.T) {
	s := New(Options{})
	s.Restore([]Record{paper(), paper(), paper()}, [][]int{{0, 2}}, [][2]int{{0, 1}})
	if g := s.Groups(); len(g) != 1 || len(g[0]) != 2 {
		t.Fatalf("put back: %v", g)
	}
	s.Add([]Record{paper()})
	if s.groups.root(0) == s.groups.root(1) {
		t.Error("a new record joined what a person had parted")
	}
	s.Join(0, 1)
	if g := s.Groups(); len(g) != 1 || len(g[0]) < 3 {
		t.Errorf("after Join: %v", g)
	}
	s.Join(2, 2)
	if s.Len() != 4 {
		t.Error("the number of records")
	}
}

func TestAskShare(t *testing.T) {
	var rs []Record
	for i := range 40 {
		r := changed(func(r *Record) {
			r.Title, r.DOI, r.PMID, r.Abstract = fmt.Sprintf("Study %d of %s", i*7, r.Title), "", "", ""
			r.Pages, r.Authors = fmt.Sprintf("%d-%d", i*31+1, i*31+9), []string{fmt.Sprintf("Name%c, A", 'a'+i%26), "Other, B"}
			r.Volume = fmt.Sprint(i + 1)
		})
		other := r
		other.Pages = fmt.Sprintf("%d-%d", i*31+700, i*31+720)
		rs = append(rs, r, other)
	}
	for at, want := range map[float64]int{0: 1, .1: 8, 1: 40, -1: 0} {
		f := New(Options{AskShare: at}).Add(rs)
		if len(f.Asks) != want || f.Left != 40-want {
			t.Errorf("share %v: asked %d, left %d, want %d", at, len(f.Asks), f.Left, want)
		}
	}
}

func TestMarks(t *testing.T) {
	a := paper()
	b := changed(func(r *Record) {
		r.Title, r.Year, r.Volume, r.DOI = "Who decides at work: a study of support that lasts", 2018, "", "10.5555/x.9"
	})
	got := map[string]Mark{}
	for _, m := range Marks(a, b) {
		got[m.Field] = m
	}
	states := map[string]string{}
	for f, m := range got {
		states[f] = m.State
	}
	want := map[string]string{"title": "near", "authors": "same", "year": "differs", "journal": "same", "volume": "one", "issue": "same", "pages": "same", "doi": "differs", "pmid": "same", "abstract": "same"}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Error(diff)
	}
	if m := got["title"]; len(m.OnlyA) != 1 || a.Title[m.OnlyA[0][0]:m.OnlyA[0][1]] != "home" || len(m.OnlyB) != 1 || b.Title[m.OnlyB[0][0]:m.OnlyB[0][1]] != "work" {
		t.Errorf("title: %+v", m)
	}
}

// What a person is told is stricter than what two records are judged by.
func TestMarksAreTrue(t *testing.T) {
	a := Record{Title: "Copper in the blood", Authors: []string{"Lee, J."}, Year: 2015, Journal: "Value in Health", Pages: "S1396", DOI: "10.1/x",
		Abstract: "We compared eighty people at night. The level of copper was comparable in both groups after one year of help at home."}
	b := Record{Title: "COPPER, in the blood.", Authors: []string{"Lee J"}, Year: 2014, Journal: "Annals of Care", Pages: "92", Volume: "3",
		Abstract: "We compared eighty people at night. The level of copper was significantly increased in both groups after one year of help at home."}
	want := map[string]string{"title": MarkSame, "authors": MarkSame, "year": MarkDiffers, "journal": MarkDiffers, "volume": MarkOne, "issue": MarkNone,
		"pages": MarkDiffers, "doi": MarkOne, "pmid": MarkNone, "abstract": MarkNear}
	for _, m := range Marks(a, b) {
		if m.State != want[m.Field] {
			t.Errorf("%s is %s, not %s", m.Field, m.State, want[m.Field])
		}
		marked := len(m.OnlyA)+len(m.OnlyB) > 0
		if marked != (m.State == MarkNear || m.State == MarkDiffers) {
			t.Errorf("%s: %+v", m.Field, m)
		}
		if m.Field == "abstract" && (a.Abstract[m.OnlyA[0][0]:m.OnlyA[0][1]] != "comparable" || len(m.OnlyB) != 2) {
			t.Errorf("abstract: %+v", m)
		}
	}
}

// Many copies of one record, and many that share every key, take no square of time.
func TestManyAlike(t *testing.T) {
	rs := make([]Record, 20_000)
	for i := range rs {
		rs[i] = paper()
		if i%2 == 1 {
			rs[i].Abstract = ""
			rs[i].Issue = fmt.Sprint(i)
		}
	}
	if g := grouped(New(Options{}), rs...); len(g) == 0 || len(g[0]) < 10_000 {
		t.Errorf("%d groups", len(g))
	}
}

// drawn makes records of few words, so that they meet.
func drawn(t *rapid.T, name string) Record {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"care", "home", "study", "of", "part", "2", "II", "Editorial", "the", "work", "Ä", "後", "[", "(", "erratum", ":", "2019"}), 0, 8)
	say := func(label string) string {
		out := ""
		for _, w := range words.Draw(t, name+label) {
			out += w + " "
		}
		return out
	}
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name+label) }
	return Record{Title: say("title"), Authors: rapid.SliceOfN(rapid.SampledFrom([]string{"Lee, Jo", "Lee J", "van der Berg, A.", "Group", "", "Li Z. M.Kong C. Y.", "李 明"}), 0, 3).Draw(t, name+"authors"),
		Year: rapid.IntRange(0, 2030).Draw(t, name+"year"), Journal: say("journal"), Volume: pick("volume", "", "1", "2 (1)", "2019"), Issue: pick("issue", "", "1", "Suppl"),
		Pages: pick("pages", "", "1-9", "221-8", "S27", "e123", "CD008173", "x"), DOI: pick("doi", "", "10.1/ab.cd", "https://doi.org/10.1000/Ab%28c", "10."), Abstract: say("abstract")}
}

func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawn(t, "a"), drawn(t, "b")
		x, xs, _ := Judge(a, b)
		y, ys, _ := Judge(b, a)
		if x != y || xs != ys {
			t.Fatalf("%s at %v one way, %s at %v the other", x, xs, y, ys)
		}
		var rs []Record
		for i := range rapid.IntRange(0, 12).Draw(t, "n") {
			rs = append(rs, drawn(t, fmt.Sprint(i)))
		}
		rs = append(rs, a, b)
		one, two := New(Options{AskShare: 1}), New(Options{AskShare: 1})
		f, g := one.Add(rs), two.Add(rs)
		if diff := cmp.Diff(f, g); diff != "" {
			t.Fatalf("not the same twice: %s", diff)
		}
		seen := map[int]bool{}
		for _, group := range one.Groups() {
			for i, n := range group {
				if seen[n] || n >= len(rs) || i > 0 && group[i-1] >= n {
					t.Fatalf("group %v", group)
				}
				seen[n] = true
			}
		}
		for _, p := range f.Asks {
			if one.groups.root(p.A) == one.groups.root(p.B) {
				t.Fatalf("asked about %v of one group", p)
			}
		}
	})
}

func FuzzJudge(f *testing.F) {
	f.Add("Who decides at home", "Who decides at home [Review]", "Lee, Jo and Park, S", "221-8", "10.1002/14651858.CD002273.pub2")
	f.Add("<i>a</i> <", "[x", "Li Z. M.Kong C. Y.", "S3--89", "10.1/%zz")
	f.Add("\xff\xfe", "α β γ", ", ", "-", "10.")
	f.Fuzz(func(t *testing.T, titleA, titleB, authors, place, doi string) {
		a := Record{Title: titleA, Authors: SplitAuthors(authors), Journal: titleB, Volume: place, Issue: place, Pages: place, DOI: doi, Abstract: titleA}
		b := Record{Title: titleB, Authors: []string{authors}, Journal: titleA, Volume: authors, Pages: doi, DOI: place, Abstract: titleB}
		if x, _, _ := Judge(a, a); x != Same {
			t.Fatalf("a record is %s of itself", x)
		}
		for _, m := range Marks(a, b) {
			for _, p := range append(m.OnlyA, m.OnlyB...) {
				if p[0] < 0 || p[1] <= p[0] {
					t.Fatalf("%+v", m)
				}
			}
		}
		s := New(Options{})
		s.Add([]Record{a, b, a})
		s.Groups()
	})
}

func BenchmarkAdd(b *testing.B) {
	rs := make([]Record, 2000)
	for i := range rs {
		rs[i] = changed(func(r *Record) {
			r.Title, r.DOI, r.PMID = fmt.Sprintf("%x %s %d", i*2654435761, r.Title, i/2), "", ""
			r.Pages = fmt.Sprint(i / 2)
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		New(Options{}).Add(rs)
	}
}
