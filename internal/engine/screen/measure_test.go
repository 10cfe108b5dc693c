package screen

import (
	"math"
	"strings"
	"testing"
)

func labels(s string) []bool {
	out := make([]bool, len(s))
	for i := range s {
		out[i] = s[i] == '1'
	}
	return out
}

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > by {
		t.Errorf("%s: %.9f, not %.9f", what, got, want)
	}
}

// The values were computed with asreview-insights 1.x and asreview.metrics 3.0.8.
func TestMeasure(t *testing.T) {
	for _, c := range []struct {
		labels                      string
		recall, wss, loss, ndcg, td float64
	}{
		{"1011000100100000000010000000000000000001", 0.42857142857142855, 0.275, 0.2597402597402597, 0.8070315852243868, 0.3142857142857143},
		{"0110000000", 0, 0.2, 0.125, 0.6934264036172708, 0.25},
		{"11111111110000000000", 0.2, 0.45, 0, 1, 0.275},
		{"0001", 0, -0.25, 1, 0.43067655807339306, 1},
		{"100000000000000000000000000001", 0.5, 0.26666666666666666, 0.5, 0.7369103935655449, 0.5166666666666667},
		{"00000010000101001110010101101100000000000001110010000000010100100011000000000000001" + strings.Repeat("0", 117), 0.2727272727272727, 0.555, 0.1468335035750766, 0.6060365582813085, 0.18818181818181817},
	} {
		m, ok := Measure(labels(c.labels))
		if !ok {
			t.Fatalf("%s: not measured", c.labels)
		}
		near(t, "recall "+c.labels, m.RecallAt10, c.recall, 1e-12)
		near(t, "wss "+c.labels, m.WSS95, c.wss, 1e-12)
		near(t, "loss "+c.labels, m.Loss, c.loss, 1e-12)
		near(t, "ndcg "+c.labels, m.NDCG, c.ndcg, 1e-12)
		near(t, "atd "+c.labels, m.ATD, c.td, 1e-12)
	}
	m, _ := Measure(labels("0101000001"))
	if m.RecordsTo95 != 10 || m.RecordsTo100 != 10 {
		t.Errorf("records to 95 and 100 %%: %d, %d", m.RecordsTo95, m.RecordsTo100)
	}
	for _, none := range []string{"", "000", "11"} {
		if _, ok := Measure(labels(none)); ok {
			t.Errorf("%q was measured", none)
		}
	}
}
