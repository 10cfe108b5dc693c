package test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/app"
	"plait/internal/kit/db"
	"plait/test/house"
)

// TestMigrationsAreLocked holds the merged sequence to migrations.lock: a released
// migration is never edited, and a new one is added by make golden.
func TestMigrationsAreLocked(t *testing.T) {
	all, err := app.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, m := range all {
		fmt.Fprintf(&b, "%s %s\n", m.Name, m.Hash())
	}
	golden(t, filepath.Join("..", "internal", "app", "migrations.lock"), b.String())
}

// golden compares text with a file, or writes the file with PLAIT_GOLDEN=1.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("PLAIT_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: make golden writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (make golden writes it again; read the difference first):\n%s", filepath.Base(file), diff)
	}
}

// TestSchemasAreEqual migrates both engines and compares tables, columns, types and keys.
func TestSchemasAreEqual(t *testing.T) {
	var kit house.Kit
	a, b := schemaSQLite(t, kit.SQLite(t).DB), schemaPostgres(t, kit.Postgres(t).DB)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("the engines differ (- SQLite, + PostgreSQL):\n%s", diff)
	}
	if len(a) < 20 {
		t.Errorf("only %d columns were compared", len(a))
	}
}

// own leaves out the tables of libraries and of full text, which may differ.
func own(table string) bool {
	for _, p := range []string{"river_", "goose_", "sqlite_", "search_"} {
		if strings.HasPrefix(table, p) {
			return false
		}
	}
	return true
}

func schemaSQLite(t *testing.T, d *db.DB) []string {
	rows := query(t, d, `select m.name, c.name, lower(c.type), case when c."notnull" = 1 or c.pk > 0 then 'not null' else '' end, cast(c.pk as text)
		from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'`)
	keys := query(t, d, `select m.name, i.name, '', case when i."unique" = 1 then 'unique' else '' end,
		(select group_concat(ii.name, ',') from pragma_index_info(i.name) ii) from sqlite_master m join pragma_index_list(m.name) i where m.type = 'table' and i.origin = 'c'`)
	return tidy(rows, keys)
}

func schemaPostgres(t *testing.T, d *db.DB) []string {
	rows := query(t, d, `select c.table_name, c.column_name, c.data_type, case when c.is_nullable = 'NO' then 'not null' else '' end,
		cast(coalesce((select array_position(i.indkey::int2[], a.attnum) + 1 from pg_index i where i.indrelid = a.attrelid and i.indisprimary), 0) as text)
		from information_schema.columns c join pg_attribute a on a.attrelid = c.table_name::regclass and a.attname = c.column_name where c.table_schema = 'public'`)
	keys := query(t, d, `select t.relname, x.relname, '', case when i.indisunique then 'unique' else '' end,
		(select string_agg(a.attname, ',' order by k.n) from unnest(i.indkey) with ordinality k(at, n) join pg_attribute a on a.attrelid = t.oid and a.attnum = k.at)
		from pg_index i join pg_class t on t.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
		where not i.indisprimary and t.relnamespace = 'public'::regnamespace and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`)
	return tidy(rows, keys)
}

func query(t *testing.T, d *db.DB, text string) [][]string {
	t.Helper()
	rows, err := d.Pool().QueryContext(context.Background(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out [][]string
	for rows.Next() {
		v := make([]sql.NullString, 5)
		if err := rows.Scan(&v[0], &v[1], &v[2], &v[3], &v[4]); err != nil {
			t.Fatal(err)
		}
		out = append(out, []string{v[0].String, v[1].String, v[2].String, v[3].String, v[4].String})
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func tidy(sets ...[][]string) []string {
	same := map[string]string{"blob": "bytea", "integer": "bigint", "double precision": "real"}
	var out []string
	for _, set := range sets {
		for _, r := range set {
			if !own(r[0]) {
				continue
			}
			if s, ok := same[r[2]]; ok {
				r[2] = s
			}
			if r[4] == "" {
				r[4] = "0"
			}
			out = append(out, strings.Join(r, " "))
		}
	}
	sort.Strings(out)
	return out
}
