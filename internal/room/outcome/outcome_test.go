package outcome

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// fields are the names of the fields that a fault is about.
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

func TestCheck(t *testing.T) {
	now, err := clock.EndOf("2026-03-01", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	good := Facts{Sort: Policy, Title: "It is in the policy"}
	with := func(change func(*Facts)) Facts {
		f := good
		change(&f)
		return f.Settled()
	}
	for name, c := range map[string]struct {
		facts  Facts
		person string
		from   []ref.Ref
		want   []string
	}{
		"good":                   {facts: good},
		"nothing":                {facts: Facts{}, want: []string{"sort", "title"}},
		"no such sort":           {facts: with(func(f *Facts) { f.Sort = "hope" }), want: []string{"sort"}},
		"only space":             {facts: with(func(f *Facts) { f.Title = " \n" }), want: []string{"title"}},
		"too long":               {facts: with(func(f *Facts) { f.Title = strings.Repeat("x", MaxTitle+1) }), want: []string{"title"}},
		"a day that is none":     {facts: with(func(f *Facts) { f.On = "spring" }), want: []string{"on"}},
		"a day to come":          {facts: with(func(f *Facts) { f.On = "2026-03-09" }), want: []string{"on"}},
		"a day as people write":  {facts: with(func(f *Facts) { f.On = "1 March 2026" })},
		"a link that runs":       {facts: with(func(f *Facts) { f.Link = "javascript:alert(1)" }), want: []string{"link"}},
		"a link with a password": {facts: with(func(f *Facts) { f.Link = "https://a:b@example.org/" }), want: []string{"link"}},
		"a link":                 {facts: with(func(f *Facts) { f.Link = "https://example.org/a" })},
		"nobody":                 {facts: with(func(f *Facts) { f.Sort = ForAPerson }), want: []string{"person"}},
		"somebody":               {facts: with(func(f *Facts) { f.Sort = ForAPerson }), person: "p"},
		"a person in a policy":   {facts: good, person: "p", want: []string{"person"}},
		"from words":             {facts: good, from: []ref.Ref{ref.Of("contribution", "x")}, want: []string{"from"}},
		"from an action":         {facts: good, from: []ref.Ref{ref.Of("action", "x"), ref.Of("finding", "y"), ref.Of("recommendation", "z")}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, fields(check(c.facts, c.person, c.from, now))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSettled(t *testing.T) {
	got := Facts{Title: "  a ", On: "2/3/2026"}.Settled()
	if got.Title != "a" || got.On != "2026-03-02" || got.Language != "en" {
		t.Errorf("%+v", got)
	}
	if personID(" person:abc ") != "abc" || personID("abc") != "abc" {
		t.Error("a person's id is read in one way only")
	}
}
