package people

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/fault"
)

func TestStands(t *testing.T) {
	heard := []trait{{ByRole, "Carer ", 7}, {ByRole, "carer", 2}, {"age", "under 30", 1}, {"Age", "UNDER 30", 1}}
	for _, c := range []struct {
		what, value string
		planned     int64
		want        string
	}{
		{ByRole, "carer", 10, Some}, {ByRole, "Carer", 9, AsPlanned}, {ByRole, "carer", 8, AsPlanned}, {ByRole, "home care worker", 2, NoneYet},
		// Of few planned, neither some nor all may tell how many.
		{ByRole, "carer", 7, Some}, {ByRole, "carer", 1, Some},
		{"age", "under 30", 3, Some}, {"age", "under 30", 2, Some}, {"age", "under 30", 1, Some}, {"age", "carer", 1, NoneYet}, {"language", "under 30", 1, NoneYet},
	} {
		if got := stands([]MixLine{{c.what, c.value, c.planned, ""}}, heard)[0].State; got != c.want {
			t.Errorf("%s %s of %d: %s, want %s", c.what, c.value, c.planned, got, c.want)
		}
	}
}

func TestMixLine(t *testing.T) {
	long := strings.Repeat("a", MaxMixText+1)
	for _, c := range []struct {
		in  MixLine
		bad string
	}{{MixLine{What: ByRole, Value: "carer", Planned: 4}, ""}, {MixLine{Value: "carer"}, "what"}, {MixLine{What: "age"}, "value"}, {MixLine{What: long, Value: "a"}, "what"},
		{MixLine{What: "age", Value: "a\nb"}, "value"}, {MixLine{What: "age", Value: "a", Planned: -1}, "planned"}, {MixLine{What: "age", Value: "a", Planned: MaxPlanned + 1}, "planned"}} {
		if diff := cmp.Diff(c.bad, strings.Join(wrong(c.in.check()), " ")); diff != "" {
			t.Errorf("%+v: %s", c.in, diff)
		}
	}
}

// wrong is the names of the fields found wanting.
func wrong(err error) []string {
	var out []string
	if err != nil {
		for _, f := range fault.Of(err).Fields {
			out = append(out, f.Name)
		}
	}
	return out
}
