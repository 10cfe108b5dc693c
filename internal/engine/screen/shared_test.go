package screen

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const shared = "../../../../shared/data/screening"

// labelled reads a set and the first of its priors.
func labelled(tb testing.TB, name, label string) (records []Record, relevant []bool, start []int) {
	f, err := os.Open(filepath.Join(shared, name+".csv"))
	if err != nil {
		tb.Skipf("the labelled sets are not in %s: %v", shared, err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	at := func(name string) int { return slices.Index(rows[0], name) }
	for _, r := range rows[1:] {
		records = append(records, Record{r[at("title")], r[at("abstract")]})
		relevant = append(relevant, r[at(label)] == "1")
	}
	raw, err := os.ReadFile(filepath.Join(shared, name+".priors.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var p struct{ Priors [][]int }
	if err := json.Unmarshal(raw, &p); err != nil {
		tb.Fatal(err)
	}
	return records, relevant, p.Priors[0]
}

// What the same loop with scikit-learn's LinearSVC gives on seed 0 of Kitchenham (measured
// with asreview 3.0.8 and scikit-learn 1.9.1), and how ours does beside it.
func TestKitchenham(t *testing.T) {
	records, relevant, start := labelled(t, "kitchenham_2010_software", "label_included")
	u4, err := Simulate(NewLibrary(records, U4), relevant, start, Likely())
	if err != nil {
		t.Fatal(err)
	}
	near(t, "loss", u4.Loss, .073144, .001)
	near(t, "recall@10", u4.RecallAt10, .704545, .001)
	near(t, "WSS@95", u4.WSS95, .714454, .001)
	near(t, "NDCG", u4.NDCG, .763996, .001)
	ours, err := Simulate(NewLibrary(records, Plait), relevant, start, Likely())
	if err != nil {
		t.Fatal(err)
	}
	if ours.Loss > .95*u4.Loss || ours.RecallAt10 < u4.RecallAt10+.02 {
		t.Errorf("loss %.4f against %.4f, recall@10 %.3f against %.3f", ours.Loss, u4.Loss, ours.RecallAt10, u4.RecallAt10)
	}
	if ours.Stop.Recall < .95 || ours.Stop.Saving < .4 {
		t.Errorf("stopped at %+v", ours.Stop)
	}
}

// BenchmarkNext is one decision learnt from and the next record found, at 1,704 records.
func BenchmarkNext(b *testing.B) {
	records, relevant, start := labelled(b, "kitchenham_2010_software", "label_included")
	lib := NewLibrary(records, Plait)
	for b.Loop() {
		b.StopTimer()
		l := lib.Learn()
		for _, i := range start {
			l.Tell(i, relevant[i])
		}
		for range 100 {
			l.Train()
			i, _ := l.Best()
			l.Tell(i, relevant[i])
		}
		b.StartTimer()
		l.Train()
		l.Best()
	}
}
