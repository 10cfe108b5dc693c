package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/search"
)

// many makes texts of 30 words; word k is k times rarer than the first.
func many(n int) []search.Doc {
	r := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(r, 1.1, 4, 8000)
	docs := make([]search.Doc, n)
	for i := range docs {
		var b strings.Builder
		for range 30 {
			fmt.Fprintf(&b, "w%dord ", z.Uint64())
		}
		docs[i] = search.Doc{Programme: "p", ID: fmt.Sprintf("d%06d", i), Language: []string{"en", "cy"}[i%4/3], Text: b.String()}
	}
	return docs
}

// With 20,000 records a search reads the index, never all records.
func TestUsesTheIndex(t *testing.T) {
	both(t, func(t *testing.T, e db.Engine) {
		d := open(t, e)
		begin := time.Now()
		put(t, d, many(20_000)...)
		t.Logf("20,000 records written in %v", time.Since(begin).Round(time.Millisecond))
		check := func(when string) {
			for _, typed := range []string{"w900ord", "w900ord w2ord", "w90", `"w40ord w30ord"`, "w700ord -w3ord"} {
				plan := explain(t, d, typed)
				if !usesIndex(e, plan) {
					t.Errorf("%s, %s:\n%s", when, typed, plan)
				}
				t.Logf("%s, %s: %d found, p50 %v", when, typed, len(find(t, d, "p", typed)), p50(t, d, typed))
			}
			// Half of all records hold these: the planner may read the table, rightly.
			t.Logf("%s, a word of most records: p50 %v, two as a phrase: %v", when, p50(t, d, "w0ord"), p50(t, d, `"w1ord w0ord"`))
		}
		check("new")
		if _, err := d.Pool().Exec("analyze"); err != nil {
			t.Fatal(err)
		}
		check("analysed")
		if e == db.SQLite {
			plan := lines(t, d, search.DropText(db.Q("where programme = ? and id in (?)", "p", "d000001")))
			if !strings.Contains(plan, "search_text VIRTUAL TABLE INDEX 0:=") {
				t.Errorf("words are not deleted by row number:\n%s", plan)
			}
		}
		begin = time.Now()
		write(t, d, func(tx *db.Tx) error {
			var ids []string
			for i := range 500 {
				ids = append(ids, fmt.Sprintf("d%06d", i*3))
			}
			return search.Drop(tx, "p", ids...)
		})
		t.Logf("500 dropped in %v", time.Since(begin).Round(time.Millisecond))
	})
}

func usesIndex(e db.Engine, plan string) bool {
	if e == db.Postgres {
		return strings.Contains(plan, "Bitmap Index Scan on search_doc_words") && !strings.Contains(plan, "Seq Scan on search_doc")
	}
	// The words are asked first, once; everything else is looked up by key.
	lines := strings.Split(plan, "\n")
	return strings.HasPrefix(lines[0], "SCAN search_text VIRTUAL TABLE INDEX") && strings.Contains(lines[0], "M") && strings.Count(plan, "SCAN") == 1
}

func explain(t *testing.T, d *db.DB, typed string) string {
	t.Helper()
	q, ok := search.Match(d.Engine(), typed)
	if !ok {
		t.Fatalf("%q is nothing to look for", typed)
	}
	return lines(t, d, statement(q, "p", 50))
}

// lines is the plan of a statement.
func lines(t *testing.T, d *db.DB, p db.Part) string {
	t.Helper()
	var out []string
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		var err error
		if tx.Engine() == db.Postgres {
			out, err = db.All(tx, db.Join(db.Q("explain"), p), db.Value[string])
			return err
		}
		out, err = db.All(tx, db.Join(db.Q("explain query plan"), p), func(r db.Row, s *string) error {
			var a, b, c int64
			return r.Scan(&a, &b, &c, s)
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

func p50(t *testing.T, d *db.DB, typed string) time.Duration {
	t.Helper()
	var took []time.Duration
	for range 21 {
		begin := time.Now()
		err := d.Read(context.Background(), func(tx *db.Tx) error {
			q, _ := search.Match(tx.Engine(), typed)
			_, err := db.All(tx, statement(q, "p", 50), db.Value[string])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	return took[len(took)/2].Round(10 * time.Microsecond)
}
