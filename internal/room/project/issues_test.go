package project

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/spine/plug"
)

func TestIssuesCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		bad  []string
	}{
		{"a problem", Issues{Problem: "Falls"}.Check(), nil},
		{"readiness alone", Issues{Readiness: "Ready"}.Check(), nil},
		{"nothing", Issues{}.Check(), []string{"problem"}},
		{"agreed with nothing", Issues{Agrees: "All", Readiness: "Ready"}.Check(), []string{"problem"}},
		{"too long", Issues{Problem: strings.Repeat("a", MaxText+1)}.Check(), []string{"problem"}},
		{"tried", Point{Sort: Tried, What: "A van"}.Check(), nil},
		{"tried nothing", Point{Sort: Tried}.Check(), []string{"what"}},
		{"success for nobody", Point{Sort: Success, What: "Sleep"}.Check(), []string{"for"}},
		{"success like nothing", Point{Sort: Success, For: "Carers"}.Check(), []string{"looks_like"}},
		{"scope of no sort", Point{Sort: "maybe", What: "The budget"}.Check(), []string{"sort"}},
		{"scope", Point{Sort: NotOurs, What: "The budget"}.Check(), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.bad, fields(c.err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGaps(t *testing.T) {
	gap := func(name string, weight int, n int64) plug.Found {
		return plug.Found{Sign: plug.Sign{Name: name, Gap: true, Weight: weight}, Seen: plug.Seen{N: n}}
	}
	found := []plug.Found{gap("a", 30, 1), gap("silent_lived", 18, 1), gap("silent_practice", 18, 1), gap("silent_research", 18, 1), gap("b", 5, 2), {Sign: plug.Sign{Name: "good"}, Seen: plug.Seen{N: 9}}}
	names := func(project string, put ...Dismissal) (out []string) {
		for _, g := range Gaps(project, found, put) {
			out = append(out, g.Name)
		}
		return out
	}
	if diff := cmp.Diff([]string{"b", "silent_lived", "silent_practice", "silent_research", "a"}, names("0")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"b", "silent_practice", "silent_research", "silent_lived", "a"}, names("1")); diff != "" {
		t.Errorf("no strand is always first: %s", diff)
	}
	if diff := cmp.Diff([]string{"silent_lived", "silent_practice", "silent_research", "a"}, names("0", Dismissal{Sign: "b", N: 2})); diff != "" {
		t.Errorf("put aside: %s", diff)
	}
	if got := names("0", Dismissal{Sign: "b", N: 1}); got[0] != "b" {
		t.Errorf("there is more of it than when it was put aside, yet %v", got)
	}
}

func TestEverySignHasItsWords(t *testing.T) {
	f := testFace(t)
	seen := map[string]bool{}
	for _, x := range rules() {
		keys := []string{x.name}
		if x.weight > 0 {
			keys = append(keys, x.name+"_do", x.name+"_who")
		}
		for _, k := range keys {
			if !f.Words.Has("en", k) {
				t.Errorf("%s has no words", k)
			}
		}
		if seen[x.name] || x.weight < 0 || x.weight > 99 {
			t.Errorf("%s: twice, or weighs %d", x.name, x.weight)
		}
		seen[x.name] = true
	}
	for _, facet := range plug.Facets() {
		for _, k := range []string{"facet_", "tool_"} {
			if !f.Words.Has("en", "project."+k+string(facet)) {
				t.Errorf("project.%s%s has no words", k, facet)
			}
		}
		if tools()[facet].href == "" {
			t.Errorf("%s has no tool", facet)
		}
	}
}
