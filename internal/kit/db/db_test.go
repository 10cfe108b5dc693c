package db

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/fault"
)

// both runs f on each engine, in a database of its own.
func both(t *testing.T, f func(t *testing.T, d *DB)) {
	t.Run("sqlite", func(t *testing.T) {
		d, err := OpenFile(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		f(t, d)
	})
	t.Run("postgres", func(t *testing.T) {
		admin := os.Getenv("PLAIT_TEST_PG")
		if admin == "" {
			if strings.Contains(os.Getenv("PLAIT_TEST_WITHOUT"), "postgres") && os.Getenv("CI") != "true" {
				t.Skip("PLAIT_TEST_WITHOUT names postgres")
			}
			t.Fatal("no PostgreSQL: run this as go run ./tool/pg -- go test ./…")
		}
		a, err := OpenURL(t.Context(), admin)
		if err != nil {
			t.Fatal(err)
		}
		name := "kitdb_" + strings.ToLower(strings.NewReplacer("/", "_", "#", "_").Replace(t.Name()))
		for _, s := range []string{"drop database if exists " + name, "create database " + name + " encoding 'UTF8' template template0"} {
			if _, err := a.Pool().Exec(s); err != nil {
				t.Fatal(err)
			}
		}
		u, err := url.Parse(admin)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "/" + name
		d, err := OpenURL(t.Context(), u.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = d.Close()
			_, _ = a.Pool().Exec("drop database if exists " + name + " with (force)")
			_ = a.Close()
		})
		f(t, d)
	})
}

func migrate(t *testing.T, d *DB) {
	t.Helper()
	all, err := Migrations(fstest.MapFS{"sql/202601010001_x_start.sql": {Data: []byte("-- a note; with a semicolon\ncreate table x (\n  id text primary key,\n  n bigint not null\n);\ninsert into x (id, n) values ('counter', 0);\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context(), all); err != nil {
		t.Fatal(err)
	}
}

func TestPartsAreNumberedInOrder(t *testing.T) {
	p, err := Join(Q("select a from t where"), And(Q("b = ?", 1), Or(Q("c = ?", 2), Join(Q("d in"), List([]int{3, 4}))), Part{}), Q("limit ?", 5)).ready(Postgres)
	want := Part{"select a from t where b = $1 and (c = $2 or d in ($3, $4)) limit $5", []any{1, 2, 3, 4, 5}}
	if diff := cmp.Diff(want, p); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if _, err := Q("a = ?").ready(Postgres); err == nil {
		t.Error("a place without its argument was taken")
	}
	if And().SQL != "1 = 1" || Or().SQL != "1 = 0" || List([]string{}).SQL != "(null)" {
		t.Error("nothing at all: and is true, or is false, a list has nothing in it")
	}
}

func TestTransactions(t *testing.T) {
	both(t, func(t *testing.T, d *DB) {
		migrate(t, d)
		ctx := t.Context()
		stop := errors.New("stop")
		if err := d.Write(ctx, func(tx *Tx) error {
			if err := tx.Do(Q("insert into x (id, n) values (?, ?)", "gone", 1)); err != nil {
				return err
			}
			tx.After(func() { t.Error("what is done after a commit was done without one") })
			return stop
		}); !errors.Is(err, stop) {
			t.Fatal(err)
		}
		after := 0
		err := d.Write(ctx, func(tx *Tx) error {
			tx.After(func() { after++ })
			// A verb inside a verb joins its transaction.
			return d.Write(tx.Context(), func(inner *Tx) error {
				if inner.SQL() != tx.SQL() {
					t.Error("the inner write opened its own transaction")
				}
				inner.After(func() { after++ })
				return inner.Do(Q("insert into x (id, n) values (?, ?)", "kept", 2))
			})
		})
		if err != nil || after != 2 {
			t.Fatal(err, after)
		}
		err = d.Read(ctx, func(tx *Tx) error {
			all, err := All(tx, Q("select id from x order by id"), Value[string])
			if diff := cmp.Diff([]string{"counter", "kept"}, all); diff != "" {
				t.Error(diff)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(ctx, func(tx *Tx) error { return tx.Do(Q("insert into x (id, n) values (?, ?)", "kept", 2)) })
		if !IsUnique(err) || IsOrphan(err) {
			t.Errorf("a second row of the same key: %v", err)
		}
		for _, bad := range []string{"a\x00b", "a\xffb"} {
			err = d.Write(ctx, func(tx *Tx) error { return tx.Do(Q("insert into x (id, n) values (?, ?)", bad, 2)) })
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}

func TestNoWriteIsLostAmongMany(t *testing.T) {
	both(t, func(t *testing.T, d *DB) {
		migrate(t, d)
		const workers, each = 8, 10
		var wg sync.WaitGroup
		errs := make(chan error, workers*each)
		for range workers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for range each {
					errs <- d.Write(context.Background(), func(tx *Tx) error {
						n, err := Count(tx, Q("select n from x where id = ?", "counter"))
						if err != nil {
							return err
						}
						return tx.Do(Q("update x set n = ? where id = ?", n+1, "counter"))
					})
				}
			}()
		}
		wg.Wait()
		close(errs)
		done := int64(0)
		for err := range errs {
			switch {
			case err == nil:
				done++
			case !fault.Is(err, fault.Busy):
				t.Fatal(err)
			}
		}
		var n int64
		if err := d.Read(t.Context(), func(tx *Tx) (err error) { n, err = Count(tx, Q("select n from x where id = ?", "counter")); return err }); err != nil {
			t.Fatal(err)
		}
		if n != done || done == 0 {
			t.Errorf("%d writes were told as done, %d are there", done, n)
		}
	})
}

func TestAnOlderProgramRefusesANewerDatabase(t *testing.T) {
	both(t, func(t *testing.T, d *DB) {
		migrate(t, d)
		older, err := Migrations(fstest.MapFS{"sql/202501010001_y_start.sql": {Data: []byte("create table y (id text);\n")}})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(t.Context(), older); err == nil || fault.Of(err).Say != "house.db_newer" {
			t.Errorf("got %v", err)
		}
	})
}

func TestMigrationsAreMergedAndChecked(t *testing.T) {
	good := fstest.MapFS{"sql/202601010002_b_two.sqlite.sql": {Data: []byte("a;")}, "sql/202601010002_b_two.postgres.sql": {Data: []byte("b;")}, "sql/202601010001_a_one.sql": {Data: []byte("c;")}}
	all, err := Migrations(good, nil)
	if err != nil || len(all) != 2 || all[0].Name != "202601010001_a_one" || all[1].SQL[Postgres] != "b;" || all[0].Hash() == all[1].Hash() {
		t.Errorf("%v %v", all, err)
	}
	for name, bad := range map[string]fstest.MapFS{
		"one engine alone": {"sql/202601010002_b_two.sqlite.sql": {Data: []byte("a;")}},
		"no stamp":         {"sql/1_b.sql": {Data: []byte("a;")}},
		"two of one stamp": {"sql/202601010002_b_two.sql": {Data: []byte("a;")}, "sql/202601010002_c_two.sql": {Data: []byte("a;")}},
	} {
		if _, err := Migrations(bad); err == nil {
			t.Error(name + " was taken")
		}
	}
}
