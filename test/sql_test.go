package test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// forbiddenSQL is what the two engines do not share, or do unlike each other.
var forbiddenSQL = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\bilike\b`), "ilike is PostgreSQL's alone: compare a column folded in Go"},
	{regexp.MustCompile(`::`), ":: is PostgreSQL's alone: write cast(x as type)"},
	{regexp.MustCompile(`\bnow\s*\(`), "now() is the database's clock: take the time in Go and pass it"},
	{regexp.MustCompile(`\bcurrent_(timestamp|date|time)\b`), "the database's clock: take the time in Go and pass it"},
	{regexp.MustCompile(`=\s*any\s*\(`), "= any( is PostgreSQL's alone: write in and join a db.List"},
	{regexp.MustCompile(`\bgenerated\b|\b(big|small)?serial\b|\bautoincrement\b`), "the id is made in Go, not by the database"},
	{regexp.MustCompile(`\bfor\s+(no\s+key\s+)?(update|share)\b`), "SQLite has no row locks: rely on db.Write, or db.Append behind a counter row"},
	{regexp.MustCompile(`\balter\s+column\b`), "SQLite cannot alter a column: add a new one"},
	{regexp.MustCompile(`\b(integer|int|int2|int4|int8|smallint)\b`), "write bigint: PostgreSQL's integer holds 32 bits"},
	{regexp.MustCompile(`\b(timestamptz?|datetime|interval|jsonb?|uuid|varchar|real|numeric|decimal)\b`), "that type differs between the engines: text, bigint, boolean, bytea or double precision"},
	{regexp.MustCompile(`\b(from|join|as)\s*\(\s*values\b`), "a bare values table names its columns unlike: use select ... union all"},
	{regexp.MustCompile(`\b(ifnull|nvl|datetime|strftime|julianday|json_\w+|date_trunc|to_char|group_concat|string_agg|array_agg|unnest|random|substr|instr|strpos|iif)\s*\(`), "that function is one engine's alone: do it in Go"},
	{regexp.MustCompile(`->`), "-> is not the same in both engines: keep the value in its own column"},
	{regexp.MustCompile(`\binsert\s+or\b|\breplace\s+into\b`), "write insert ... on conflict (...) do ..."},
	{regexp.MustCompile(`\bdistinct\s+on\b|\blateral\b|\bcollate\b|\bglob\b|\browid\b|\bsimilar\s+to\b|!?~\*?`), "one engine's alone"},
	{regexp.MustCompile("`"), "quote with double quotes, or better not at all"},
	{regexp.MustCompile(`\$[0-9]+`), "write ? for each argument: kit/db numbers them"},
	{regexp.MustCompile(`\blimit\s+\S+\s*,`), "write limit n offset m"},
	{regexp.MustCompile(`(\bselect\s+|,\s*)\?\s+as\s`), "PostgreSQL cannot guess that parameter's type: write cast(? as text)"},
}

// likeColumn takes the column before like: it must be one folded in Go.
var likeColumn = regexp.MustCompile(`([a-z0-9_.]+)\s+(?:not\s+)?like\b`)

// sqlWords tells an SQL fragment from other strings of a store file.
var sqlWords = regexp.MustCompile(`(?i)\b(select|where|from|join|order by|group by|set|values|on conflict|and|or|in|exists|returning)\b`)

func TestSQLIsTheSharedSubset(t *testing.T) { guard(t, subset) }

func TestSQLNamesOwnTables(t *testing.T) { guard(t, ownTables) }

func TestMigrationNames(t *testing.T) { guard(t, migrationNames) }

// sqlText is one SQL text with its place.
type sqlText struct {
	text
	zone, unit string
}

// engineFile says whether a file is for one engine alone.
func engineFile(name string) bool {
	return strings.HasSuffix(name, ".sqlite.sql") || strings.HasSuffix(name, ".postgres.sql")
}

// sqlTexts gathers the SQL of rooms and spine: whole statements and what is
// given to db.Q in any Go file, fragments in store files, and the migrations. The kit holds each engine's own
// SQL, so it is left out.
func sqlTexts(tr *tree, engines bool) []sqlText {
	var out []sqlText
	for _, s := range tr.goes {
		if s.isTest || s.zone != "room" && s.zone != "spine" {
			continue
		}
		for _, lit := range s.strings() {
			if lit.sql || isStatement(lit.text) || strings.HasPrefix(s.name, "store") && sqlWords.MatchString(lit.text) {
				out = append(out, sqlText{lit, s.zone, s.unit})
			}
		}
	}
	for _, f := range tr.files {
		zone, unit := zoneOf(path.Dir(f))
		if !strings.HasSuffix(f, ".sql") || zone != "room" && zone != "spine" || engineFile(f) && !engines {
			continue
		}
		out = append(out, sqlText{text{f, tr.content(f), true}, zone, unit})
	}
	return out
}

// subset finds SQL that one of the engines would not take, or take otherwise.
func subset(tr *tree) []finding {
	var out []finding
	for _, q := range sqlTexts(tr, false) {
		sql := bare(q.text.text)
		for _, f := range forbiddenSQL {
			if m := f.pattern.FindString(sql); m != "" {
				out = append(out, found(q.where, "%q in SQL: %s", strings.TrimSpace(m), f.instead))
			}
		}
		for _, m := range likeColumn.FindAllStringSubmatch(sql, -1) {
			if !strings.Contains(m[1], "fold") {
				out = append(out, found(q.where, "like on %s: the engines differ in case; use a column whose name holds \"fold\", folded in Go by kit/text", m[1]))
			}
		}
	}
	return out
}

// spineTable says whether a table belongs to the spine.
func spineTable(name string) bool {
	return slices.ContainsFunc(spineOrder, func(p string) bool { return name == p || strings.HasPrefix(name, p+"_") })
}

// ownTables keeps a room's SQL to tables of its own prefix and the spine's.
func ownTables(tr *tree) []finding {
	var out []finding
	for _, q := range sqlTexts(tr, true) {
		for _, name := range tables(q.text.text) {
			switch {
			case spineTable(name):
			case q.zone == "room" && (name == q.unit || strings.HasPrefix(name, q.unit+"_")):
			case name == hole && q.zone == "spine":
			case name == hole:
				out = append(out, found(q.where, "a table's name is put in from outside: write the name in the SQL, so that it can be read and checked"))
			case q.zone == "room":
				out = append(out, found(q.where, "room %s names table %s: a room's SQL names tables called %s_... and the spine's; join ref_record, or let app fill an interface", q.unit, name, q.unit))
			default:
				out = append(out, found(q.where, "the spine names table %s, which is not the spine's", name))
			}
		}
	}
	return out
}

var migrationName = regexp.MustCompile(`^([0-9]{12})_([a-z]+)_[a-z0-9_]+?(\.sqlite|\.postgres)?\.sql$`)

// migrationNames checks the names of the migration files.
func migrationNames(tr *tree) []finding {
	var out []finding
	stamps := map[string]string{}
	for _, f := range tr.files {
		if !strings.HasPrefix(f, "internal/") || path.Base(path.Dir(f)) != "sql" || !strings.HasSuffix(f, ".sql") {
			continue
		}
		base := path.Base(f)
		m := migrationName.FindStringSubmatch(base)
		if m == nil {
			out = append(out, found(f, "a migration is called YYYYMMDDHHMM_room_what.sql, with .sqlite.sql and .postgres.sql for a pair"))
			continue
		}
		if _, err := time.Parse("200601021504", m[1]); err != nil {
			out = append(out, found(f, "%s is not a date and time as YYYYMMDDHHMM", m[1]))
		}
		if _, unit := zoneOf(path.Dir(path.Dir(f)) + "/x"); m[2] != unit {
			out = append(out, found(f, "the name says %s, the folder %s: use the folder's name", m[2], unit))
		}
		stem := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(f, ".sql"), ".sqlite"), ".postgres")
		if other, taken := stamps[m[1]]; taken && other != stem {
			out = append(out, found(f, "its time is also that of %s: every migration has its own", other))
		}
		stamps[m[1]] = stem
		twin := map[string]string{".sqlite": ".postgres", ".postgres": ".sqlite"}[m[3]]
		if twin != "" && !tr.has(stem+twin+".sql") {
			out = append(out, found(f, "its twin %s%s.sql is missing", path.Base(stem), twin))
		}
	}
	return out
}

func TestSubsetFindsPlantedFaults(t *testing.T) {
	const store = "internal/room/evidence/store.go"
	const migration = "internal/room/evidence/sql/202611010900_evidence_start.sql"
	goSQL := func(sql string) map[string]string { return file(store, "package evidence\n\nconst q = `"+sql+"`\n") }
	prove(t, subset, []plant{
		{"ilike", goSQL("select id from evidence_record where words ilike ?"), "ilike"},
		{"cast by colons", goSQL("select id::text from evidence_record"), "cast(x as type)"},
		{"clock", goSQL("select id from evidence_record where until > now()"), "take the time in Go"},
		{"any", goSQL("select id from evidence_record where id = any(?)"), "= any("},
		{"identity", file(migration, "create table evidence_x (id bigint generated always as identity)"), "made in Go"},
		{"row lock", goSQL("select id from evidence_record for update"), "row locks"},
		{"alter column", file(migration, "alter table evidence_x alter column a set not null"), "add a new one"},
		{"integer", file(migration, "create table evidence_x (n integer not null)"), "bigint"},
		{"values table", goSQL("select a from (values (1), (2)) v"), "bare values"},
		{"like on plain text", goSQL("select id from evidence_record where title like ?"), "like on title"},
		{"like on a folded column", goSQL("select id from evidence_record r where r.title_folded like ?"), ""},
		{"untyped parameter", goSQL("select ? as kind, id from evidence_record"), "cast(? as text)"},
		{"typed parameter", goSQL("select cast(? as text) as kind, id from evidence_record"), ""},
		{"a numbered parameter", goSQL("select id from evidence_record where id = $1"), "kit/db numbers them"},
		{"a fragment", goSQL(" and until > now()"), "take the time in Go"},
		{"a fragment of a spine package", file("internal/spine/terms/where.go", "package terms\n\nvar p = db.Q(\"until > now()\")\n"), "take the time in Go"},
		{"words in a comment and a constant", file(migration, "-- now() is not used; integer\ncreate table evidence_x (a text not null default 'now() :: integer')"), ""},
		{"one engine's own file", file("internal/room/evidence/sql/202611010900_evidence_find.postgres.sql", "create index i on evidence_x using gin (to_tsvector('simple', a::text))"), ""},
		{"plain", goSQL("insert into evidence_record (id, n) values (?, ?) on conflict (id) do update set n = excluded.n returning n"), ""},
	})
	prove(t, ownTables, []plant{
		{"another room's table", goSQL("select id from review_decision"), "room evidence names table review_decision"},
		{"another room's table in a join", goSQL("select a.id from evidence_record a left join people_person p on p.id = a.id"), "people_person"},
		{"a name from outside", file(store, "package evidence\n\nfunc q(t string) string { return \"select id from \" + t }\n"), "put in from outside"},
		{"own and spine", goSQL("with new as (select id from evidence_record) select n.id from new n join ref_record r on r.id = n.id join tie t on t.a = n.id"), ""},
		{"a key to another room", file(migration, "create table evidence_x (id text references people_person (id))"), "people_person"},
		{"spine", file("internal/spine/ref/store.go", "package ref\n\nconst q = `select id from evidence_record`\n"), "which is not the spine's"},
	})
	prove(t, migrationNames, []plant{
		{"good", file(migration, ""), ""},
		{"no time", file("internal/room/evidence/sql/start.sql", ""), "YYYYMMDDHHMM_room_what.sql"},
		{"no such month", file("internal/room/evidence/sql/202613010900_evidence_start.sql", ""), "not a date"},
		{"another room's name", file("internal/room/evidence/sql/202611010900_review_start.sql", ""), "use the folder's name"},
		{"no twin", file("internal/room/evidence/sql/202611010900_evidence_find.sqlite.sql", ""), "twin"},
		{"twins", map[string]string{"internal/room/evidence/sql/202611010900_evidence_find.sqlite.sql": "", "internal/room/evidence/sql/202611010900_evidence_find.postgres.sql": ""}, ""},
		{"the same time twice", map[string]string{migration: "", "internal/spine/ref/sql/202611010900_ref_start.sql": ""}, "every migration has its own"},
	})
}
