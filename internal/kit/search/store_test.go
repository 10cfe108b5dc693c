package search_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/search"
)

// record stands in for ref_record: what the search is joined to.
const record = `create table record (programme text not null, id text not null, project text not null, until bigint not null, primary key (programme, id));
create index record_list on record (programme, project, until);
`

// open gives a new migrated database of one engine.
func open(t *testing.T, e db.Engine) *db.DB {
	t.Helper()
	d, _ := openAt(t, e)
	return d
}

func openAt(t *testing.T, e db.Engine) (*db.DB, string) {
	t.Helper()
	ctx := context.Background()
	var d *db.DB
	var err error
	dir := ""
	if e == db.SQLite {
		dir = t.TempDir()
		d, err = db.OpenFile(ctx, dir)
	} else {
		d, err = db.OpenURL(ctx, postgres(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	all, err := db.Migrations(search.Migrations)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(ctx, all); err != nil {
		t.Fatal(err)
	}
	write(t, d, func(tx *db.Tx) error {
		for _, s := range strings.Split(record, ";\n") {
			if s != "" {
				if err := tx.Do(db.Q(s)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return d, dir
}

// postgres makes a new database for one test and drops it after.
func postgres(t *testing.T) string {
	t.Helper()
	admin := os.Getenv("PLAIT_TEST_PG")
	if admin == "" {
		if slices.Contains(strings.FieldsFunc(os.Getenv("PLAIT_TEST_WITHOUT"), func(r rune) bool { return r == ',' || r == ' ' }), "postgres") {
			t.Skip("PLAIT_TEST_WITHOUT names postgres")
		}
		t.Fatal("PLAIT_TEST_PG is not set: run go run ./tool/pg -- go test ./internal/kit/search/...")
	}
	ctx := context.Background()
	a, err := db.OpenURL(ctx, admin)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("search_%d_%s", os.Getpid(), strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(t.Name())))
	name = name[:min(len(name), 60)]
	if _, err := a.Pool().ExecContext(ctx, "create database "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := a.Pool().ExecContext(ctx, "drop database "+name); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal("PLAIT_TEST_PG is not a URL")
	}
	u.Path = "/" + name
	return u.String()
}

func both(t *testing.T, f func(t *testing.T, e db.Engine)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { f(t, e) })
	}
}

func write(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// put writes records and their words.
func put(t *testing.T, d *db.DB, docs ...search.Doc) {
	t.Helper()
	write(t, d, func(tx *db.Tx) error {
		for part := range slices.Chunk(docs, 2000) {
			var rows [][]any
			for i, x := range part {
				rows = append(rows, []any{x.Programme, x.ID, fmt.Sprintf("project%d", i%5), int64(i%10) * 100})
			}
			if err := tx.Do(db.Join(db.Q("insert into record (programme, id, project, until) values"), db.Values(rows), db.Q("on conflict do nothing"))); err != nil {
				return err
			}
		}
		return search.Put(tx, docs...)
	})
}

// statement is the query a room writes: one text for both engines.
func statement(q search.Query, programme string, limit int) db.Part {
	return db.Join(db.Q("select r.id from record r"), q.Join("r"),
		db.Q("where"), db.And(db.Q("r.programme = ?", programme), db.Q("r.until >= ?", int64(0))),
		db.Q("order by"), q.Rank, db.Q(", r.id limit ?", int64(limit)))
}

// find gives the ids found, sorted; ok=false finds nothing.
func find(t *testing.T, d *db.DB, programme, query string) []string {
	t.Helper()
	var ids []string
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		q, ok := search.Match(tx.Engine(), query)
		if !ok {
			return nil
		}
		var err error
		ids, err = db.All(tx, statement(q, programme, 5000), db.Value[string])
		return err
	})
	if err != nil {
		t.Fatalf("%.80q: %v", query, err)
	}
	slices.Sort(ids)
	return ids
}

func TestPutReplacesAndDropTakesAway(t *testing.T) {
	both(t, func(t *testing.T, e db.Engine) {
		d := open(t, e)
		put(t, d, search.Doc{"p", "a", "en", "the ramp was steep"}, search.Doc{"p", "b", "en", "a steep hill"}, search.Doc{"q", "a", "en", "steep prices"})
		if diff := cmp.Diff([]string{"a", "b"}, find(t, d, "p", "steep")); diff != "" {
			t.Error(diff)
		}
		put(t, d, search.Doc{"p", "a", "en", "first"}, search.Doc{"p", "a", "en", "the ramp was mended"})
		if got := find(t, d, "p", "steep"); !slices.Equal(got, []string{"b"}) {
			t.Errorf("old words are still found: %v", got)
		}
		if got := find(t, d, "p", "mended"); !slices.Equal(got, []string{"a"}) {
			t.Errorf("new words are not found: %v", got)
		}
		write(t, d, func(tx *db.Tx) error { return search.Drop(tx, "p", "a", "b", "never there") })
		for _, w := range []string{"mended", "steep", "hill"} {
			if got := find(t, d, "p", w); len(got) > 0 {
				t.Errorf("%s finds %v after Drop", w, got)
			}
		}
		if got := find(t, d, "q", "steep"); !slices.Equal(got, []string{"a"}) {
			t.Errorf("another programme's record went too: %v", got)
		}
		write(t, d, func(tx *db.Tx) error { return search.Drop(tx, "p") })
		// A number that was free again is not mixed up with the one that had it.
		put(t, d, search.Doc{"p", "c", "en", "lift"})
		if got := find(t, d, "p", "lift"); !slices.Equal(got, []string{"c"}) {
			t.Errorf("lift finds %v", got)
		}
		err := d.Write(context.Background(), func(tx *db.Tx) error { return search.Put(tx, search.Doc{Programme: "p", Text: "x"}) })
		if err == nil {
			t.Error("a record without an id was taken")
		}
	})
}

func TestPutIsPartOfTheTransaction(t *testing.T) {
	both(t, func(t *testing.T, e db.Engine) {
		d := open(t, e)
		put(t, d, search.Doc{"p", "a", "en", "kept words"})
		stop := fmt.Errorf("stop")
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			if err := search.Put(tx, search.Doc{"p", "a", "en", "other"}); err != nil {
				return err
			}
			return stop
		})
		if err != stop {
			t.Fatal(err)
		}
		if got := find(t, d, "p", "kept"); !slices.Equal(got, []string{"a"}) {
			t.Errorf("rolled back, but kept finds %v", got)
		}
	})
}

// What is dropped is not left in the files of the index.
func TestDroppedWordsLeaveTheFile(t *testing.T) {
	d, dir := openAt(t, db.SQLite)
	rare := []string{"xylophonist", "quagmire", "zwitterion", "marmalade"}
	var docs []search.Doc
	for i := range 300 {
		docs = append(docs, search.Doc{"p", fmt.Sprint("d", i), "en", "ordinary ward talk number " + fmt.Sprint(i)})
	}
	docs = append(docs, search.Doc{"p", "z", "en", strings.Join(rare, " ")})
	put(t, d, docs...)
	held := func() (n int) {
		if _, err := d.Pool().Exec("pragma wal_checkpoint(truncate)"); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, "plait.db"))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range rare {
			// The index shares the beginnings of neighbours: look for the rest of the word too.
			n += strings.Count(string(b), w) + strings.Count(string(b), w[2:])
		}
		return n
	}
	if n := held(); n == 0 {
		t.Fatal("the words were never in the file: this test sees nothing")
	}
	write(t, d, func(tx *db.Tx) error { return search.Drop(tx, "p", "z") })
	if n := held(); n != 0 {
		t.Errorf("%d traces of dropped words in the file", n)
	}
}

func TestManyAndLong(t *testing.T) {
	both(t, func(t *testing.T, e db.Engine) {
		d := open(t, e)
		var docs []search.Doc
		for i := range 1201 {
			docs = append(docs, search.Doc{"p", fmt.Sprintf("d%04d", i), "en", fmt.Sprintf("word%d shared", i)})
		}
		long := strings.Repeat("once upon a ward ", 9000) + " final sentence here " + strings.Repeat("x", 10_000)
		docs = append(docs, search.Doc{"p", "long", "en", long})
		var wide strings.Builder
		for i := range 120_000 {
			fmt.Fprintf(&wide, "w%dx ", i*7919)
		}
		docs = append(docs, search.Doc{"p", "wide", "cy", wide.String()}, search.Doc{"p", "odd", "", "bad \xff\xfe bytes \x00 nul"}, search.Doc{"p", "empty", "en", ""})
		put(t, d, docs...)
		for query, want := range map[string]int{"shared": 1201, "word1200": 1, "sentence ward": 1, `"upon a ward"`: 1, "w7919x": 1,
			"bytes nul": 1, strings.Repeat("x", 64): 1, strings.Repeat("x", 10_000): 1, `"final sentence"`: 0 /* beyond the words that stand in order */} {
			if got := find(t, d, "p", query); len(got) != want {
				t.Errorf("%.40s finds %d, want %d", query, len(got), want)
			}
		}
	})
}
