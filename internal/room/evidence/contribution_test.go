package evidence

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/fault"
	"plait/internal/spine/terms"
)

func TestRows(t *testing.T) {
	for _, c := range []struct {
		name, pasted string
		want         []string
	}{
		{"one a line", "Ring first\nThe rota changes\n", []string{"Ring first", "The rota changes"}},
		{"blank lines part longer ones", "Ring first.\nThen come.\n\nThe rota changes", []string{"Ring first.\nThen come.", "The rota changes"}},
		{"bullets go", "- Ring first\n• The rota\n* Third", []string{"Ring first", "The rota", "Third"}},
		{"windows line ends", "a\r\nb\r\n", []string{"a", "b"}},
		{"a minus inside stays", "5 - 3 carers", []string{"5 - 3 carers"}},
		{"nothing", " \n\n ", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Rows(c.pasted)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStrandIsTheSameInAnyOrder(t *testing.T) {
	a, b := Said{Strands: []string{"practice", "lived"}}, Said{Strands: []string{"lived", "practice", "lived"}}
	if a.Strand() != "lived+practice" || a.Strand() != b.Strand() {
		t.Errorf("%q and %q", a.Strand(), b.Strand())
	}
	if (Said{}).State() != ToSort || a.State() != Kept {
		t.Error("what has no strand waits to be sorted, the rest does not")
	}
	for _, s := range Strands() {
		for _, form := range holding(s) {
			if !strings.Contains(form, s) {
				t.Errorf("%s does not hold %s", form, s)
			}
		}
		if len(holding(s)) != 3 {
			t.Errorf("%s stands in %v", s, holding(s))
		}
	}
}

func TestSaidIsChecked(t *testing.T) {
	for _, c := range []struct {
		name  string
		said  Said
		field string
	}{
		{"nothing known is fine", Said{}, ""},
		{"three strands", Said{Strands: []string{"lived", "practice", "research"}}, "strands"},
		{"a strand of no name", Said{Strands: []string{"gossip"}}, "strands"},
		{"a day that is none", Said{On: "2026-02-30"}, "on"},
		{"a way that is none", Said{Expressed: "shouted"}, "expressed"},
		{"observed is never quoted", Said{Agreement: terms.Agreement{Mode: "observed", Uses: []terms.Use{terms.Quote}}}, "uses"},
		{"a consultee is named", Said{Agreement: terms.Agreement{Mode: "consultee"}}, "helper"},
		{"research has its ethics", Said{Agreement: terms.Agreement{Regime: "research"}}, "ethics"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.said.Check()
			if (err == nil) != (c.field == "") {
				t.Fatalf("got %v", err)
			}
			if err != nil && fault.Of(err).Fields[0].Name != c.field {
				t.Errorf("names %v, not %s", fault.Of(err).Fields, c.field)
			}
		})
	}
}

func TestWordsAreNeeded(t *testing.T) {
	if checkWords(" \n") == nil || checkWords(strings.Repeat("a", MaxWords+1)) == nil || checkWords("tŷ") != nil {
		t.Error("words: empty and too long are refused, Welsh is not")
	}
}
