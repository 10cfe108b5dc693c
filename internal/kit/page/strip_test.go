package page

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
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

func TestCompactStripNamesTheFurthestStep(t *testing.T) {
	steps := []Step{{Kind: "finding", Text: "F", Reached: true, Stale: true}, {Kind: "recommendation", Text: "R", Reached: true, Here: true}, {Kind: "action"}}
	listed := func(s Strip) []knot {
		d, err := drawStrip(s)
		if err != nil {
			t.Fatal(err)
		}
		return d.Listed()
	}
	if got := listed(Strip{Steps: steps}); len(got) != 3 {
		t.Errorf("%d steps in words, want all 3", len(got))
	}
	if got := listed(Strip{Steps: steps, Compact: true}); len(got) != 1 || got[0].Kind != "recommendation" || got[0].Text != "" || !got[0].Stale {
		t.Errorf("the furthest step is %+v: want the recommendation, its title not said again, what changed before it said", got)
	}
	steps[2].Reached, steps[2].Text = true, "A"
	if got := listed(Strip{Steps: steps, Compact: true}); len(got) != 1 || got[0].Text != "A" {
		t.Errorf("the furthest step is %+v, want the action with its title", got)
	}
	if got := listed(Strip{Compact: true}); len(got) != 0 {
		t.Errorf("%+v is listed where nothing stands on it", got)
	}
}

func TestNotesOfThePictureAreBrief(t *testing.T) {
	for note, want := range map[string]string{
		"":       "",
		"Shared": "Shared",
		"We tried this. It did not work yet, so we are changing it. 96 calls in six weeks, all answered within eleven rings.": "We tried this. It did not work yet, so we are changing it.",
		"Who answers? Nobody who could change anything at all, and that went on and on for years.":                            "Who answers?",
		"Version 2.0 of the plan runs on without an end for so long that nobody could read it here":                           "Version 2.0 of the plan runs on without an end for so long that…",
	} {
		if got := brief(note); got != want {
			t.Errorf("brief(%q) = %q, want %q", note, got, want)
		}
	}
	if got := brief(strings.Repeat("ŵ", 200)); utf8.RuneCountInString(got) > mostNote || !utf8.ValidString(got) {
		t.Errorf("a long word becomes %q", got)
	}
}
