package screen

import (
	"errors"
	"testing"
)

// cells writes a table of counts as two lists of decisions.
func cells(counts [][]int) (a, b []string) {
	for i, row := range counts {
		for j, n := range row {
			for range n {
				a, b = append(a, string(rune('a'+i))), append(b, string(rune('a'+j)))
			}
		}
	}
	return a, b
}

// Kappas by fractions. The first table is the one with which Gwet shows the trap of a
// prevailing answer: 118 and 0 alike, 5 and 2 apart.
func TestAgree(t *testing.T) {
	for _, c := range []struct {
		counts     [][]int
		kappa, ac1 float64
		defined    bool
	}{
		{[][]int{{118, 5}, {2, 0}}, -4. / 171, 0.940755, true},
		{[][]int{{5, 0}, {0, 5}}, 1, 1, true},
		{[][]int{{0, 5}, {5, 0}}, -1, -1, true},
		{[][]int{{10, 0}, {0, 0}}, 0, 1, false},
		{[][]int{{11, 3, 1}, {1, 9, 0}, {0, 1, 10}}, 649. / 865, 0.750505, true},
	} {
		a, b := cells(c.counts)
		g, err := Agree(a, b)
		if err != nil {
			t.Fatal(err)
		}
		if g.KappaOK != c.defined {
			t.Errorf("%v: kappa defined: %v", c.counts, g.KappaOK)
		}
		near(t, "kappa", g.Kappa, c.kappa, 1e-5)
		near(t, "AC1", g.AC1, c.ac1, 1e-4)
	}
	g, err := Agree([]string{"in", "", "out", "in"}, []string{"in", "in", "in", ""})
	if err != nil || g.Pairs != 2 || g.Same != .5 || len(g.Apart) != 1 || g.Apart[0] != 2 {
		t.Errorf("%+v %v", g, err)
	}
	if _, err := Agree([]string{""}, []string{"in"}); !errors.Is(err, ErrNoPairs) {
		t.Error(err)
	}
	if _, err := Agree(nil, []string{"in"}); err == nil {
		t.Error("lists of two lengths were compared")
	}
}
