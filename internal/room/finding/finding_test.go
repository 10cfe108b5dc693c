package finding

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/fault"
	"plait/internal/spine/tie"
)

func TestGate(t *testing.T) {
	for name, c := range map[string]struct {
		in     map[string]int64
		filled string
		one    bool
	}{
		"nothing":                              {map[string]int64{}, "", true},
		"unknown strands alone":                {map[string]int64{"": 5}, "", true},
		"one strand, many times":               {map[string]int64{"lived": 40}, "lived", true},
		"two strands":                          {map[string]int64{"lived": 1, "practice": 1}, "lived practice", false},
		"one contribution of two strands":      {map[string]int64{"lived+practice": 1}, "practice", true},
		"two contributions of the same two":    {map[string]int64{"lived+practice": 2}, "lived practice", false},
		"two strands, and one of them again":   {map[string]int64{"lived+practice": 1, "lived": 1}, "lived practice", false},
		"two of two strands, and a third":      {map[string]int64{"lived+practice": 1, "practice+research": 1, "lived+research": 1}, "lived practice research", false},
		"two contributions, three strands":     {map[string]int64{"lived+practice": 1, "practice+research": 1}, "practice research", false},
		"three of the same two fill two":       {map[string]int64{"practice+research": 3}, "practice research", false},
		"one each, unknown ones left out":      {map[string]int64{"lived": 1, "practice": 1, "research": 1, "": 2}, "lived practice research", false},
		"one lived, many of lived or research": {map[string]int64{"lived": 1, "lived+research": 9}, "lived research", false},
	} {
		h := Heard{}
		for form, n := range c.in {
			h[form] = map[tie.Stance]int64{tie.Supports: n}
		}
		s := h.Standing()
		if got := strings.Join(s.Filled, " "); len(s.Filled) != len(strings.Fields(c.filled)) || s.OneStrand() != c.one {
			t.Errorf("%s: filled %q, one strand %v", name, got, s.OneStrand())
		}
	}
}

// TestGateIsALargestMatching checks the gate against trying every way of giving each
// contribution one of its strands.
func TestGateIsALargestMatching(t *testing.T) {
	all := []string{"", "lived", "practice", "research", "lived+practice", "lived+research", "practice+research"}
	rapid.Check(t, func(t *rapid.T) {
		said := rapid.SliceOfN(rapid.SampledFrom(all), 0, 6).Draw(t, "contributions")
		h := Heard{}
		for _, form := range said {
			if h[form] == nil {
				h[form] = map[tie.Stance]int64{}
			}
			h[form][rapid.SampledFrom(Stances()).Draw(t, "stance")]++
		}
		var most func(i int, filled map[string]bool) int
		most = func(i int, filled map[string]bool) int {
			if i == len(said) {
				return len(filled)
			}
			best := most(i+1, filled)
			for _, s := range split(said[i]) {
				if !filled[s] {
					filled[s] = true
					best = max(best, most(i+1, filled))
					delete(filled, s)
				}
			}
			return best
		}
		got := h.Standing()
		if want := most(0, map[string]bool{}); len(got.Filled) != want {
			t.Fatalf("%v: filled %v, want %d", said, got.Filled, want)
		}
		if got.Sources != int64(len(said)) {
			t.Fatalf("%d sources of %d", got.Sources, len(said))
		}
	})
}

func TestSays(t *testing.T) {
	order := []string{"practice", "research", "lived"}
	for name, c := range map[string]struct {
		in   Heard
		want []Phrase
	}{
		"nothing":       {Heard{}, []Phrase{{Key: unsaid}}},
		"unknown alone": {Heard{"": {tie.Supports: 3}}, []Phrase{{Key: unsaid}}},
		"two agree, one says something else": {Heard{"lived": {tie.Supports: 4}, "practice": {tie.Supports: 3}, "research": {tie.Challenges: 2}},
			[]Phrase{{Key: yes, Strands: []string{"practice", "lived"}}, {Key: no, Strands: []string{"research"}}, {Key: against, N: 2, Of: 9}}},
		"divided, depends, silent": {Heard{"lived": {tie.Supports: 1, tie.Challenges: 1}, "research": {tie.Qualifies: 1}},
			[]Phrase{{Key: both, Strands: []string{"lived"}}, {Key: depends, Strands: []string{"research"}}, {Key: silent, Strands: []string{"practice"}}, {Key: against, N: 1, Of: 3}}},
		"one of two strands speaks for both": {Heard{"lived+practice": {tie.Supports: 1}},
			[]Phrase{{Key: yes, Strands: []string{"practice", "lived"}}, {Key: silent, Strands: []string{"research"}}}},
	} {
		if diff := cmp.Diff(c.want, c.in.Says(order)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestNoStrandIsAlwaysFirst(t *testing.T) {
	first := map[string]bool{}
	for _, end := range "0123456789abcdef" {
		order := turned("0198a6b2-0000-7000-8000-00000000000" + string(end))
		first[order[0]] = true
		if len(order) != 3 || order[0] == order[1] || order[1] == order[2] || order[0] == order[2] {
			t.Errorf("%c: %v", end, order)
		}
	}
	if len(first) != 3 {
		t.Errorf("first are %v", first)
	}
	if got := turned(""); len(got) != 3 {
		t.Errorf("no project: %v", got)
	}
}

func TestFindQuote(t *testing.T) {
	const words = "Chwarae teg.\nRing  me, then\ncome — “Sŵn”. Ring me first."
	for quote, want := range map[string]string{
		"Ring me, then come": "Ring  me, then\ncome",
		"“Sŵn”":              "“Sŵn”",
		" Ring me first. ":   "Ring me first.",
		words:                words,
	} {
		start, end, as, ok := FindQuote(words, quote)
		if !ok || as != want || string([]rune(words)[start:end]) != want {
			t.Errorf("%q: %d to %d, %q, %v", quote, start, end, as, ok)
		}
	}
	for _, bad := range []string{"", "  ", "ring me", "Ringme", "Ring me last", words + " more"} {
		if _, _, as, ok := FindQuote(words, bad); ok {
			t.Errorf("%q is found as %q", bad, as)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := []rune(rapid.String().Draw(t, "words"))
		if len(s) == 0 {
			return
		}
		from := rapid.IntRange(0, len(s)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(s)).Draw(t, "to")
		part := string(s[from:to])
		if strings.TrimSpace(part) == "" {
			return
		}
		if start, end, as, ok := FindQuote(string(s), part); !ok || string([]rune(string(s))[start:end]) != as {
			t.Fatalf("%q in %q: %q, %v", part, string(s), as, ok)
		}
	})
}

func TestBodyCheck(t *testing.T) {
	good := Body{Statement: "Ring first.", LivedSure: "very", ResearchWhy: "None."}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, b := range map[string]Body{
		"statement":     {Statement: " "},
		"plainly":       {Statement: "x", Plainly: strings.Repeat("x", maxLine+1)},
		"lived_sure":    {Statement: "x", LivedSure: "certain"},
		"practice_why":  {Statement: "x", PracticeWhy: strings.Repeat("x", maxWhy+1)},
		"research_sure": {Statement: "x", ResearchSure: "Very"},
	} {
		if ft := fault.Of(b.Check()); ft == nil || ft.Kind != fault.Invalid || ft.Fields[0].Name != name {
			t.Errorf("%s: %v", name, ft)
		}
	}
}
