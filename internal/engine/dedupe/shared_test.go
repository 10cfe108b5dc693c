package dedupe

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const shared = "../../../../shared/data/dedupe"

func sharedFile(t *testing.T, name string) []byte {
	t.Helper()
	if _, err := os.Stat(shared); os.IsNotExist(err) {
		t.Skip("not run: the folder of labelled duplicates, ../shared/data/dedupe, is not there")
	}
	b, err := os.ReadFile(filepath.Join(shared, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fromMap(get func(string) string) Record {
	year, _ := strconv.Atoi(get("year"))
	in := get("journal")
	if in == "" {
		in = get("booktitle")
	}
	return Record{ID: get("ID"), Title: get("title"), Authors: SplitAuthors(get("author")), Year: year, Journal: in, Volume: get("volume"),
		Issue: get("number"), Pages: get("pages"), DOI: get("doi"), Abstract: get("abstract")}
}

func sharedSet(t *testing.T, name string) (records []Record, truth []int) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(string(sharedFile(t, name+"/records_pre_merged.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for _, row := range rows[1:] {
		r := fromMap(func(column string) string {
			for i, h := range rows[0] {
				if h == column {
					return row[i]
				}
			}
			return ""
		})
		at[r.ID] = len(records)
		records = append(records, r)
	}
	truth = make([]int, len(records))
	for i, line := range strings.Split(string(sharedFile(t, name+"/merged_record_ids.csv")), "\n") {
		for _, id := range strings.Split(strings.Trim(strings.TrimSpace(line), `"`), ";") {
			if n, ok := at[id]; ok {
				truth[n] = i
			}
		}
	}
	return records, truth
}

// The labelled sets: nothing is merged that should not be, and nearly all is found.
func TestSharedSets(t *testing.T) {
	found, all, withAsks, asked, records := 0, 0, 0, 0, 0
	for _, c := range []struct {
		name  string
		least float64
	}{{"cytology_screening", .98}, {"respiratory", .96}, {"digital_work", .955}} {
		rs, truth := sharedSet(t, c.name)
		s := New(Options{})
		f := s.Add(rs)
		for _, g := range s.Groups() {
			for _, n := range g[1:] {
				if truth[n] == 0 || truth[n] != truth[g[0]] {
					t.Errorf("%s: merged wrongly: %s and %s", c.name, rs[g[0]].ID, rs[n].ID)
				}
			}
		}
		tp, fn := copies(s, truth)
		if got := float64(tp) / float64(tp+fn); got < c.least {
			t.Errorf("%s: sensitivity %.4f, want %.2f", c.name, got, c.least)
		}
		found, all, asked, records = found+tp, all+tp+fn, asked+len(f.Asks), records+len(rs)
		for _, p := range f.Asks {
			if truth[p.A] != 0 && truth[p.A] == truth[p.B] {
				s.Join(p.A, p.B)
			}
		}
		tp, _ = copies(s, truth)
		withAsks += tp
	}
	if x, y := float64(found)/float64(all), float64(withAsks)/float64(all); x < .97 || y < .995 || asked*50 > records {
		t.Errorf("pooled: sensitivity %.4f, with the answers %.4f, asked %d of %d", x, y, asked, records)
	}
}

// copies counts the records beyond the first of each true group: removed, and kept.
func copies(s *Set, truth []int) (removed, kept int) {
	gone := map[int]bool{}
	for _, g := range s.Groups() {
		for _, n := range g[1:] {
			gone[n] = true
		}
	}
	left := map[int]int{}
	for n, g := range truth {
		switch {
		case g == 0:
		case gone[n]:
			removed++
		default:
			left[g]++
		}
	}
	for _, n := range left {
		kept += n - 1
	}
	return removed, kept
}

// 25 pairs that were hard for bib-dedupe: 10 are merged, of the 15 others none.
func TestSharedPairs(t *testing.T) {
	var file struct {
		Cases []struct {
			ID   string         `json:"id"`
			A    map[string]any `json:"record_a"`
			B    map[string]any `json:"record_b"`
			Same bool           `json:"expected_duplicate"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(sharedFile(t, "bibdedupe_pair_cases.json"), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 25 {
		t.Errorf("%d pairs, want 25", len(file.Cases))
	}
	asked := 0
	for _, c := range file.Cases {
		record := func(m map[string]any) Record {
			return fromMap(func(k string) string { s, _ := m[k].(string); return s })
		}
		band, score, reason := Judge(record(c.A), record(c.B))
		if band == Ask {
			asked++
		}
		if (band == Same) != c.Same {
			t.Errorf("%s: %s at %.1f: %s", c.ID, band, score, reason)
		}
	}
	if asked > 3 {
		t.Errorf("%d of the look-alikes are asked about, want 3 at the most", asked)
	}
}
