package test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestOrderSaysWhereNothingGoes(t *testing.T) { guard(t, nullOrder) }

var (
	createTable = regexp.MustCompile(`create\s+table\s+(?:if\s+not\s+exists\s+)?([a-z0-9_]+)\s*\(`)
	addColumn   = regexp.MustCompile(`alter\s+table\s+([a-z0-9_]+)\s+add\s+(?:column\s+)?([a-z0-9_]+)\s+([^;]*)`)
	orderBy     = regexp.MustCompile(`order\s+by\s+`)
	orderEnd    = regexp.MustCompile(`\b(limit|offset|rows|range|returning|union|for)\b|;`)
	primaryKey  = regexp.MustCompile(`primary\s+key\s*\(([^)]*)\)`)
)

// nullable gives, for each table of the migrations, the columns that may be
// empty.
func nullable(tr *tree) map[string][]string {
	out := map[string][]string{}
	for _, q := range sqlTexts(tr, true) {
		sql := bare(q.text.text)
		for _, m := range createTable.FindAllStringSubmatchIndex(sql, -1) {
			table, body := sql[m[2]:m[3]], inBrackets(sql[m[1]:])
			var key []string
			for _, k := range primaryKey.FindAllStringSubmatch(body, -1) {
				key = append(key, strings.FieldsFunc(k[1], func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })...)
			}
			for _, part := range apart(body) {
				words := strings.Fields(part)
				if len(words) < 2 || slices.Contains([]string{"primary", "foreign", "unique", "check", "constraint"}, strings.TrimRight(words[0], "(")) {
					continue
				}
				if !strings.Contains(part, "not null") && !strings.Contains(part, "primary key") && !slices.Contains(key, words[0]) {
					out[table] = append(out[table], words[0])
				}
			}
		}
		for _, m := range addColumn.FindAllStringSubmatch(sql, -1) {
			if !strings.Contains(m[3], "not null") {
				out[m[1]] = append(out[m[1]], m[2])
			}
		}
	}
	return out
}

// inBrackets gives what stands before the bracket that closes an opened one.
func inBrackets(s string) string {
	depth := 1
	for i, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[:i]
			}
		}
	}
	return s
}

// apart splits at the commas outside brackets.
func apart(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// nullOrder finds an order by a column that may be empty, since PostgreSQL puts
// the empty last and SQLite first.
func nullOrder(tr *tree) []finding {
	empty := nullable(tr)
	var out []finding
	for _, q := range sqlTexts(tr, false) {
		sql := bare(q.text.text)
		var loose []string
		for _, table := range tables(q.text.text) {
			loose = append(loose, empty[table]...)
		}
		for _, at := range orderBy.FindAllStringIndex(sql, -1) {
			rest := inBrackets(sql[at[1]:])
			if end := orderEnd.FindStringIndex(rest); end != nil {
				rest = rest[:end[0]]
			}
			for _, item := range apart(rest) {
				words := strings.Fields(item)
				if len(words) == 0 {
					continue
				}
				column := words[0][strings.LastIndexByte(words[0], '.')+1:]
				if slices.Contains(loose, column) && !slices.Contains(words, "nulls") {
					out = append(out, found(q.where, "order by %s, which may be empty: add nulls last, since the engines put the empty at different ends", column))
				}
			}
		}
	}
	return out
}

func TestNullOrderFindsPlantedFaults(t *testing.T) {
	const schema = "create table evidence_x (\n\tprogramme text not null, id text, said text, n bigint not null,\n\tprimary key (programme, id), check (n in (1, 2))\n);\nalter table evidence_x add column late bigint;"
	with := func(sql string) map[string]string {
		return map[string]string{"internal/room/evidence/sql/202611010900_evidence_x.sql": schema,
			"internal/room/evidence/store.go": "package evidence\n\nvar q = db.Q(`" + sql + "`)\n"}
	}
	prove(t, nullOrder, []plant{
		{"an empty column", with("select id from evidence_x x order by n, x.said desc limit ?"), "order by said"},
		{"an added column", with("select id from evidence_x order by late"), "order by late"},
		{"inside a window", with("select row_number() over (partition by n order by said) from evidence_x"), "order by said"},
		{"nulls last", with("select id from evidence_x order by said nulls last, late desc nulls last"), ""},
		{"full columns", with("select id from evidence_x order by n desc, programme, id"), ""},
	})
}
