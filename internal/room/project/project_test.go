package project

import (
	"slices"
	"strings"
	"testing"

	"plait/internal/kit/clock"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/fault"
)

// fields is the names of the fields found wanting.
func fields(err error) []string {
	if err == nil {
		return nil
	}
	var out []string
	for _, f := range fault.Of(err).Fields {
		out = append(out, f.Name)
	}
	return out
}

func TestFacts(t *testing.T) {
	whole := Facts{Title: "Falls at home", Model: "facilitator", Themes: []string{"home"}, Aims: []string{"A1"}, Host: "A council", Cohort: 2026,
		Starts: "2026-09-01", Ends: "2027-08-31", Language: "en"}
	with := func(f func(*Facts)) Facts { x := whole; f(&x); return x }
	for _, c := range []struct {
		name string
		in   Facts
		bad  []string
	}{
		{"whole", whole, nil},
		{"a title is enough", Facts{Title: "Falls"}, nil},
		{"one day long", with(func(f *Facts) { f.Ends = f.Starts }), nil},
		{"days as people write them", with(func(f *Facts) { f.Starts, f.Ends = "1/9/2026", "31 August 2027" }), nil},
		{"no title", with(func(f *Facts) { f.Title = " " }), []string{"title"}},
		{"a title of two lines", with(func(f *Facts) { f.Title = "a\nb" }), []string{"title"}},
		{"a long title", with(func(f *Facts) { f.Title = strings.Repeat("a", MaxTitle+1) }), []string{"title"}},
		{"another model", with(func(f *Facts) { f.Model = "pilot" }), []string{"model"}},
		{"another theme and aim", with(func(f *Facts) { f.Themes, f.Aims = []string{"home", "money"}, []string{"A5"} }), []string{"themes", "aims"}},
		{"a year long ago", with(func(f *Facts) { f.Cohort = 26 }), []string{"cohort"}},
		{"no day", with(func(f *Facts) { f.Starts = "soon" }), []string{"starts"}},
		{"no such day", with(func(f *Facts) { f.Ends = "31/2/2027" }), []string{"ends"}},
		{"the end before the start", with(func(f *Facts) { f.Ends = "2026-08-31" }), []string{"ends"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.bad, fields(c.in.Settled().Check())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDay(t *testing.T) {
	for in, want := range map[string]string{"": "", "2026-10-13": "2026-10-13", "13/10/2026": "2026-10-13", "3/4/2025": "2025-04-03",
		" 3  April 2025 ": "2025-04-03", "3 Apr 2025": "2025-04-03", "3.4.2025": "2025-04-03", "April 2025": "April 2025", "31/2/2025": "31/2/2025"} {
		if got := clock.ReadDay(in); got != want {
			t.Errorf("clock.ReadDay(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestSettledIsSettled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Facts{Title: rapid.String().Draw(t, "title"), Themes: rapid.SliceOf(rapid.SampledFrom(append(Themes(), "x"))).Draw(t, "themes"),
			Starts: rapid.SampledFrom([]string{"", "1/2/2026", "soon", "2026-02-01"}).Draw(t, "starts")}
		once := f.Settled()
		if diff := cmp.Diff(once, once.Settled()); diff != "" {
			t.Fatal(diff)
		}
		for _, x := range Themes() {
			if slices.Contains(f.Themes, x) != slices.Contains(once.Themes, x) {
				t.Fatalf("%s got lost or came from nowhere", x)
			}
		}
	})
}

func TestNoStrandIsAlwaysFirst(t *testing.T) {
	first := map[string]bool{}
	for _, last := range "0123456789abcdef" {
		got := Strands("01890000-0000-7000-8000-00000000000" + string(last))
		first[got[0]] = true
		slices.Sort(got)
		if !slices.Equal(got, []string{"lived", "practice", "research"}) {
			t.Fatalf("%v", got)
		}
	}
	if len(first) != 3 {
		t.Errorf("only %v come first", first)
	}
}

func TestParts(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		bad  []string
	}{
		{"a site", Site{Name: "North", Nation: "northern ireland"}.Check(), nil},
		{"a site nowhere", Site{Name: "North"}.Check(), []string{"nation"}},
		{"a site without a name", Site{Nation: "wales"}.Check(), []string{"name"}},
		{"a first question", Question{Text: "How?", Version: 1}.Check(), nil},
		{"a later one without a reason", Question{Text: "How?", Version: 2}.Check(), []string{"why"}},
		{"a later one with one", Question{Text: "How?", Version: 2, Why: "Partners asked"}.Check(), nil},
		{"no question", Question{Text: " \n", Version: 1}.Check(), []string{"text"}},
		{"an ask", Ask{Team: "evidence", What: "A summary", State: Open}.Check(), nil},
		{"an ask of nobody", Ask{What: "A summary", State: Open}.Check(), []string{"team"}},
		{"not done, no reason", Ask{Team: "evidence", What: "A summary", State: NotDone}.Check(), []string{"why"}},
		{"no date", Ask{Team: "evidence", What: "A summary", State: Open, DueOn: "soon"}.Check(), []string{"by_when"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.bad, fields(c.err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLate(t *testing.T) {
	for _, c := range []struct {
		state, day string
		want       bool
	}{{Open, "2026-03-01", true}, {Open, "2026-03-02", false}, {Open, "", false}, {Done, "2026-03-01", false}, {NotDone, "2026-03-01", false}} {
		if got := late(Ask{State: c.state, DueOn: c.day}, "2026-03-02"); got != c.want {
			t.Errorf("%+v: late is %v", c, got)
		}
	}
}
