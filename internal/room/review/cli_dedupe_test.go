package review

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/spine/plug"
)

func TestDedupe(t *testing.T) {
	dir := t.TempDir()
	write := func(name, s string) string {
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		return at
	}
	ris := write("one.ris", "TY  - JOUR\nTI  - Help at home and who decides\nAU  - Lee, Jo\nAU  - Park, Sun\nPY  - 2019\nVL  - 4\nSP  - 12\nEP  - 19\nJO  - Journal of Care\nER  - \n"+
		"TY  - JOUR\nTI  - Trains that wait for no one\nAU  - Hall, Gill\nPY  - 2001\nER  - \n")
	csv := write("two.csv", "ID,title,author,year,volume,pages,journal\na1,HELP AT HOME AND WHO DECIDES,\"Lee, J. and Park, S.\",2019,4,12-9,J Care\n"+
		"a2,Help at home and who decides,\"Lee, J. and Park, S.\",2019,4,40-44,J Care\n")
	truth := write("truth.csv", "merged_ids\none.ris#1;a1\n")
	run := func(c *dedupeCommand) (string, error) {
		var out bytes.Buffer
		err := c.Run(context.Background(), &plug.Host{Out: &out})
		return out.String(), err
	}
	s, err := run(&dedupeCommand{Files: []string{ris, csv}, Truth: truth, JSON: true})
	if err != nil {
		t.Fatal(err)
	}
	var got dedupeOut
	if err := json.Unmarshal([]byte(s), &got); err != nil || strings.Count(s, "\n") != 1 {
		t.Fatalf("%v: %s", err, s)
	}
	if diff := cmp.Diff([][]string{{"one.ris#1", "a1"}}, got.Groups); diff != "" {
		t.Error(diff)
	}
	if got.Records != 4 || len(got.Ask) != 1 || got.Ask[0].B != "a2" || !strings.Contains(got.Ask[0].Reason, "The pages differ.") || got.CPU < 0 {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(&dedupeScore{TP: 1, TN: 3, Sensitivity: 1, Precision: 1, Asked: 1, WithAsks: 1}, got.Score); diff != "" {
		t.Error(diff)
	}
	// A wrong merge and a missed copy are counted.
	wrong := write("wrong.csv", "merged_ids\na2;one.ris#1\n")
	s, err = run(&dedupeCommand{Files: []string{ris, csv}, Truth: wrong, JSON: true})
	if err != nil {
		t.Fatal(err)
	}
	got = dedupeOut{}
	if err := json.Unmarshal([]byte(s), &got); err != nil {
		t.Fatal(err)
	}
	if sc := got.Score; sc.FP != 1 || sc.FN != 1 || sc.TP != 0 || sc.Precision != 0 || sc.WithAsks != 1 {
		t.Errorf("%+v", sc)
	}
	// The same file twice: each record meets itself.
	s, err = run(&dedupeCommand{Files: []string{ris, ris}})
	if err != nil || !strings.HasPrefix(s, "4 records in all. 2 are copies of another, in 2 groups. Pairs to look at: 0.\nsame: one.ris#1, one.ris(2)#1\n") {
		t.Errorf("%v: %s", err, s)
	}
	for _, bad := range []*dedupeCommand{
		{Files: []string{ris, filepath.Join(dir, "none.ris")}}, {Files: []string{write("empty.ris", "")}},
		{Files: []string{ris}, Truth: filepath.Join(dir, "none.csv")}, {Files: []string{ris}, Truth: write("other.csv", "merged_ids\nx;y\n")},
	} {
		if s, err := run(bad); err == nil || err.Error() == "" || s != "" {
			t.Errorf("%v: %v, %s", bad, err, s)
		}
	}
}
