package test

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// hole stands for what a Go expression puts into a string.
const hole = "\x00"

// text is one string of a Go file, its parts joined.
type text struct {
	where string
	text  string
	sql   bool // it is given to db.Q
}

// strings gives every string of a file. A chain of + is one string, with holes
// where its parts are not literals.
func (s *source) strings() []text {
	var out []text
	inner := map[ast.Node]bool{} // parts of a chain that was taken already
	query := map[ast.Node]bool{} // what is given to db.Q
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 {
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Q" && look(f.X) == "db" {
				query[call.Args[0]] = true
			}
		}
		return true
	})
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BinaryExpr:
			if n.Op != token.ADD || inner[n] {
				return true
			}
			if joined, ok := join(n, inner); ok {
				out = append(out, text{s.at(n.Pos()), joined, query[n]})
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && !inner[n] {
				if v, err := strconv.Unquote(n.Value); err == nil {
					out = append(out, text{s.at(n.Pos()), v, query[n]})
				}
			}
		}
		return true
	})
	return out
}

// join joins a chain of +, and says whether it held any literal string.
func join(e ast.Expr, inner map[ast.Node]bool) (string, bool) {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			inner[e] = true
			left, ok1 := join(e.X, inner)
			right, ok2 := join(e.Y, inner)
			return left + right, ok1 || ok2
		}
	case *ast.BasicLit:
		if v, err := strconv.Unquote(e.Value); e.Kind == token.STRING && err == nil {
			inner[e] = true
			return v, true
		}
	}
	return hole, false
}

var statement = regexp.MustCompile(`(?is)^\s*(select\s.*\sfrom\s|select\s+(exists|count|coalesce)\b|with\s+(recursive\s+)?\w+\s*(\([^)]*\)\s*)?as\s*\(|insert\s+into\s|update\s+\S+\s+(as\s+\w+\s+)?set\s|delete\s+from\s|create\s+(unique\s+)?(table|index)\s|alter\s+table\s|drop\s+(table|index)\s)`)

// isStatement says whether a string is an SQL statement.
func isStatement(s string) bool { return statement.MatchString(s) }

var (
	lineComment  = regexp.MustCompile(`--[^\n]*`)
	blockComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	constant     = regexp.MustCompile(`'(?:[^']|'')*'`)
)

// bare is SQL without comments and with empty text constants, in lower case.
func bare(sql string) string {
	sql = constant.ReplaceAllString(sql, "''")
	sql = lineComment.ReplaceAllString(sql, " ")
	sql = blockComment.ReplaceAllString(sql, " ")
	return strings.ToLower(sql)
}

var sqlToken = regexp.MustCompile(`[a-z_][a-z0-9_.]*|\x00|%s|[(),;]`)

// afterTable are words that follow a table's name and are not its short name.
var afterTable = map[string]bool{
	"where": true, "on": true, "set": true, "join": true, "left": true, "right": true, "inner": true, "cross": true, "full": true,
	"group": true, "order": true, "limit": true, "having": true, "union": true, "using": true, "values": true, "select": true,
	"returning": true, "window": true, "except": true, "intersect": true, "natural": true, "offset": true, "default": true, "from": true,
}

// tables gives the table names an SQL text reads or writes, without the names
// that the text itself defines in a with clause. A hole where a name should be
// is given as a hole.
func tables(sql string) []string {
	tokens := sqlToken.FindAllString(bare(sql), -1)
	get := func(i int) string {
		if i < len(tokens) && i >= 0 {
			return tokens[i]
		}
		return ""
	}
	own := map[string]bool{}
	for i := range tokens {
		// name as ( and name (columns) as ( define a name.
		if get(i+1) == "as" && (get(i+2) == "(" || get(i+2) == "materialized") {
			own[tokens[i]] = true
		}
		if get(i+1) == "(" {
			j := i + 2
			for j < len(tokens) && tokens[j] != ")" && tokens[j] != "(" {
				j++
			}
			if get(j) == ")" && get(j+1) == "as" && get(j+2) == "(" {
				own[tokens[i]] = true
			}
		}
	}
	seen := map[string]bool{}
	for i, word := range tokens {
		switch word {
		case "from", "join":
			if word == "from" && get(i-1) == "distinct" {
				continue
			}
			list(tokens, i+1, seen)
		case "into", "references":
			name(get(i+1), seen)
		case "update":
			if n := get(i + 1); n != "set" && get(i-1) != "do" && get(i-1) != "for" && get(i-1) != "on" {
				name(n, seen)
			}
		case "table":
			j := i + 1
			for get(j) == "if" || get(j) == "not" || get(j) == "exists" || get(j) == "only" {
				j++
			}
			name(get(j), seen)
		case "on":
			// create index NAME on TABLE (columns)
			if (get(i-2) == "index" || get(i-2) == "exists") && get(i+2) == "(" {
				name(get(i+1), seen)
			}
		}
	}
	for n := range own {
		delete(seen, n)
	}
	return sorted(seen)
}

// list takes in "a, b as x, c y" after from or join.
func list(tokens []string, i int, seen map[string]bool) {
	for i < len(tokens) {
		if i+1 < len(tokens) && tokens[i+1] == "(" && tokens[i] != hole {
			return // a function
		}
		name(tokens[i], seen)
		i++
		if i < len(tokens) && tokens[i] == "as" {
			i++
		}
		if i < len(tokens) && tokens[i] != "," && tokens[i] != "(" && tokens[i] != ")" && tokens[i] != ";" && !afterTable[tokens[i]] {
			i++
		}
		if i >= len(tokens) || tokens[i] != "," {
			return
		}
		i++
	}
}

func name(token string, seen map[string]bool) {
	if token == "%s" {
		token = hole
	}
	if token == hole || token != "" && token[0] != '(' && token[0] != ')' && token[0] != ',' && token[0] != ';' {
		seen[token] = true
	}
}

func TestTablesAreFoundInSQL(t *testing.T) {
	for sql, want := range map[string]string{
		`select a from evidence_record r join ref_record f on f.id = r.id`:                                          "evidence_record ref_record",
		`select a from x, y as z, w v where a is distinct from b`:                                                   "w x y",
		`insert into x (a, b) select a, b from y on conflict (a) do update set b = 1 returning a`:                   "x y",
		`update x set a = (select max(b) from y) where c = 'from z'`:                                                "x y",
		`delete from x where exists (select 1 from y)`:                                                              "x y",
		`with recursive walk (a) as (select a from x union select y.a from y join walk on true) select * from walk`: "x y",
		`with w as (select 1 from x) update y set a = 1 from w where y.a = w.a`:                                     "x y",
		`create table if not exists x (a text references ref_record (id)); -- from z`:                               "ref_record x",
		`create index i on x (a)`:                                        "x",
		`create unique index if not exists i on x (a)`:                   "x",
		`select a from (select b from x) q where b in (select c from y)`: "x y",
		"select a from " + hole + " where b = 1":                         hole,
		`select a from %s where b = 1`:                                   hole,
	} {
		if got := strings.Join(tables(sql), " "); got != want {
			t.Errorf("tables of %q: %q, want %q", sql, got, want)
		}
	}
}
