package keeper

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/spine/ref"
)

func TestDifferences(t *testing.T) {
	a := ref.Tally{Kind: "contribution", Strand: "lived", Fate: "owing", N: 3}
	more := a
	more.N = 4
	other := ref.Tally{Kind: "action", N: 1}
	for name, c := range map[string]struct {
		kept, real []ref.Tally
		want       []string
	}{
		"nothing":       {nil, nil, nil},
		"the same":      {[]ref.Tally{a, other}, []ref.Tally{other, a}, nil},
		"in two rows":   {[]ref.Tally{{Kind: "action", N: 2}, {Kind: "action", N: -1}}, []ref.Tally{other}, nil},
		"another count": {[]ref.Tally{a}, []ref.Tally{more}, []string{"the count of contribution in the programme is 3, the records are 4"}},
		"lost and made up": {[]ref.Tally{a}, []ref.Tally{other}, []string{"the count of action in the programme is 0, the records are 1",
			"the count of contribution in the programme is 3, the records are 0"}},
	} {
		if diff := cmp.Diff(c.want, differences("the programme", c.kept, c.real)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
