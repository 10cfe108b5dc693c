package page

import (
	"slices"
	"testing"
)

func TestStrandsOfARecord(t *testing.T) {
	for _, c := range []struct {
		in   any
		want []string
	}{
		{"lived", []string{"lived"}},
		{"practice,research", []string{"research", "practice"}},
		{"lived lived", []string{"lived"}},
		{[]string{"practice", "lived"}, []string{"lived", "practice"}},
		{"", []string{"unknown"}},
		{nil, []string{"unknown"}},
		{"gossip", []string{"unknown"}},
	} {
		if got := strands(c.in); !slices.Equal(got, c.want) {
			t.Errorf("strands(%v) = %v, want %v", c.in, got, c.want)
		}
	}
}

func TestStripDrawsSilentStaleAndOpen(t *testing.T) {
	d, err := drawStrip(Strip{
		Research: Voice{}, Lived: Voice{N: 2}, Practice: Voice{N: 1, Stale: true},
		Steps: []Step{{Kind: "finding", Reached: true, Stale: true, Here: true}, {Kind: "action"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"pl-research is-silent", "pl-lived", "pl-practice is-stale"} {
		if d.Voices[i].Class != want {
			t.Errorf("strand %d has class %q, want %q", i, d.Voices[i].Class, want)
		}
	}
	if d.Knots[0].Class != "is-stale is-here" || d.Knots[0].Cord || d.Knots[1].Class != "is-open" || !d.Knots[1].Cord {
		t.Errorf("steps: %+v", d.Knots)
	}
	if d.Width <= d.Knots[1].X {
		t.Error("the last step is cut off")
	}
	if _, err := drawStrip(Strip{Steps: make([]Step, 6)}); err == nil {
		t.Error("six steps do not fit")
	}
	if _, err := drawStrip("x"); err == nil {
		t.Error("a text is no strip")
	}
}

func TestQueryNeverLeavesThisServer(t *testing.T) {
	for at, want := range map[string]string{
		"/card":                 "/card?format=easy",
		"/card?format=large&a=": "/card?a=&format=easy",
		"//evil.example/x":      "/x?format=easy",
		"https://evil.example":  "/?format=easy",
		"/\\evil.example":       "/%5Cevil.example?format=easy",
		"javascript:alert(1)":   "/?format=easy",
		"%zz":                   "/?format=easy",
	} {
		if got := withQuery(at, "format", "easy"); got != want {
			t.Errorf("withQuery(%q) = %q, want %q", at, got, want)
		}
	}
}

func TestDictAndPicked(t *testing.T) {
	if _, err := dict("a"); err == nil {
		t.Error("a name without a value is taken")
	}
	if _, err := dict(1, 2); err == nil {
		t.Error("a name that is no text is taken")
	}
	for _, c := range []struct {
		value, option, checked any
		want                   bool
	}{
		{"a", "a", nil, true}, {"a", "b", nil, false}, {"a", "b", true, true}, {nil, "", nil, false},
		{[]string{"a", "b"}, "b", false, true}, {3, "3", nil, true},
	} {
		if got := picked(c.value, c.option, c.checked); got != c.want {
			t.Errorf("picked(%v, %v, %v) = %v", c.value, c.option, c.checked, got)
		}
	}
}
