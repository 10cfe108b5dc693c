package lesson

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

func TestCheck(t *testing.T) {
	good := Facts{Title: "Ask first"}
	with := func(change func(*Facts)) Facts {
		f := good
		change(&f)
		return f.Settled()
	}
	for name, c := range map[string]struct {
		facts Facts
		from  []ref.Ref
		want  []string
	}{
		"good":                        {facts: good},
		"nothing":                     {want: []string{"title"}},
		"too long":                    {facts: with(func(f *Facts) { f.Power = strings.Repeat("x", MaxText+1) }), want: []string{"power"}},
		"no such aim":                 {facts: with(func(f *Facts) { f.Aims = []string{"A1", "A9"} }), want: []string{"aims"}},
		"a stance to nothing":         {facts: with(func(f *Facts) { f.PolicyStance = StandsOn }), want: []string{"policy"}},
		"no such stance":              {facts: with(func(f *Facts) { f.Policy, f.PolicyStance = "P", "beside" }), want: []string{"policy_stance"}},
		"a policy alone":              {facts: with(func(f *Facts) { f.Policy = "P" })},
		"a policy it runs against":    {facts: with(func(f *Facts) { f.Policy, f.PolicyStance = "P", RunsAgainst })},
		"from what is a person's own": {facts: good, from: []ref.Ref{ref.Of("personal", "x")}, want: []string{"from"}},
		"from an outcome":             {facts: good, from: []ref.Ref{ref.Of("outcome", "x")}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			if err := check(c.facts, c.from); err != nil {
				for _, f := range fault.Of(err).Fields {
					got = append(got, f.Name)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
	if d := cmp.Diff([]string{"A1", "A3"}, Facts{Aims: []string{"A3", "A1", "A3"}}.Settled().Aims); d != "" {
		t.Error(d)
	}
}
