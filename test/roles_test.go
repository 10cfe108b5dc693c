package test

import (
	"slices"
	"strings"
	"testing"
)

// role is what a file of a room may be.
type role string

const (
	roleRules role = "rules" // <noun>.go: pure
	roleVerbs role = "verbs" // do*.go
	roleStore role = "store" // store*.go
	roleFace  role = "face"  // web*.go, api*.go, cli*.go
	roleDoor  role = "door"  // room.go, plug*.go: the parts of a large room's Plug
	roleOther role = "other" // doc.go, job*.go
)

// closedTo lists what each role may not import, and what to do instead.
var closedTo = map[role]struct {
	imports []string
	instead string
}{
	roleRules: {[]string{"net", "net/http", "database/sql", "html/template", "os", "os/exec",
		"plait/internal/kit/db", "plait/internal/kit/web", "plait/internal/kit/page"},
		"a rules file is pure: verbs go in do*.go, SQL in store*.go, pages in web.go"},
	roleVerbs: {[]string{"net/http", "database/sql", "html/template"},
		"a verbs file knows neither faces nor SQL: SQL goes in store*.go, pages in web.go"},
	roleStore: {[]string{"net/http", "html/template"}, "a store file holds SQL alone: pages go in web.go"},
	roleFace:  {[]string{"database/sql"}, "a face holds no SQL: call a verb, or a read of store*.go"},
}

// roomFolders are the folders a room may have.
var roomFolders = []string{"pages", "sql", "words", "script", "testdata", "assets"}

func roleOf(name string) role {
	base := strings.TrimSuffix(name, ".go")
	part := func(p string) bool { return base == p || strings.HasPrefix(base, p+"_") }
	switch {
	case base == "room" || part("plug"):
		return roleDoor
	case base == "doc" || part("job"):
		return roleOther
	case part("do"):
		return roleVerbs
	case part("store"):
		return roleStore
	case part("web") || part("api") || part("cli"):
		return roleFace
	}
	return roleRules
}

func TestFileRoles(t *testing.T) { guard(t, roles, roomShape, sqlInStores) }

// roles checks the imports of a room's files against their names.
func roles(tr *tree) []finding {
	var out []finding
	for _, s := range tr.goes {
		if s.zone != "room" || s.isTest {
			continue
		}
		r := roleOf(s.name)
		for imp, where := range s.imports() {
			if slices.Contains(closedTo[r].imports, imp) {
				out = append(out, found(where, "a %s file may not import %s: %s", r, imp, closedTo[r].instead))
			}
		}
	}
	return out
}

// roomShape checks that each room has its door and its ten lines, and no
// folders but the known ones.
func roomShape(tr *tree) []finding {
	var out []finding
	for _, room := range tr.dirs("internal/room") {
		dir := "internal/room/" + room
		for _, name := range []string{"doc.go", "room.go"} {
			if !tr.has(dir + "/" + name) {
				out = append(out, found(dir, "%s is missing: doc.go says the room in ten lines, room.go is its door (New, Plug)", name))
			}
		}
		for _, sub := range tr.dirs(dir) {
			if !slices.Contains(roomFolders, sub) {
				out = append(out, found(dir+"/"+sub, "a room has the folders %s only: put Go files in the room itself", strings.Join(roomFolders, ", ")))
			}
		}
	}
	return out
}

// sqlInStores finds SQL outside the store files of a room.
func sqlInStores(tr *tree) []finding {
	var out []finding
	for _, s := range tr.goes {
		if s.zone != "room" || s.isTest || roleOf(s.name) == roleStore {
			continue
		}
		for _, lit := range s.strings() {
			if lit.sql || isStatement(lit.text) {
				out = append(out, found(lit.where, "SQL belongs in store*.go: move it there and call it"))
			}
		}
	}
	return out
}

func TestRolesFindsPlantedFaults(t *testing.T) {
	const dir = "internal/room/evidence/"
	prove(t, roles, []plant{
		{"rules with a database", file(dir+"evidence.go", uses("evidence", "database/sql")), "a rules file may not import database/sql"},
		{"rules with pages", file(dir+"strand.go", uses("evidence", "net/http")), "a rules file may not import net/http"},
		{"verbs with pages", file(dir+"do_give.go", uses("evidence", "html/template")), "a verbs file may not import html/template"},
		{"a store with pages", file(dir+"store_find.go", uses("evidence", "net/http")), "a store file may not import net/http"},
		{"a face with SQL", file(dir+"web.go", uses("evidence", "database/sql")), "a face file may not import database/sql"},
		{"all in place", map[string]string{
			dir + "evidence.go": uses("evidence", "strings"), dir + "do.go": uses("evidence", "plait/internal/kit/db"),
			dir + "store.go": uses("evidence", "database/sql"), dir + "web.go": uses("evidence", "net/http", "html/template"),
			dir + "evidence_test.go": uses("evidence", "net/http"), dir + "room.go": uses("evidence", "net/http")}, ""},
		{"a noun that begins like a role", file(dir+"document.go", uses("evidence", "net/http")), "a rules file"},
	})
	prove(t, roomShape, []plant{
		{"no door", file(dir+"doc.go", "package evidence\n"), "room.go is missing"},
		{"a strange folder", map[string]string{dir + "doc.go": "package evidence\n", dir + "room.go": "package evidence\n", dir + "model/x.go": "package model\n"}, "folders pages, sql"},
		{"whole", map[string]string{dir + "doc.go": "package evidence\n", dir + "room.go": "package evidence\n", dir + "sql/x.sql": "", dir + "words/en.json": "{}"}, ""},
	})
	prove(t, sqlInStores, []plant{
		{"SQL in a verb", file(dir+"do.go", "package evidence\n\nconst q = `select id from evidence_record where id = $1`\n"), "do.go:3: SQL belongs in store*.go"},
		{"SQL in two halves", file(dir+"web.go", "package evidence\n\nvar n = \"x\"\nvar q = \"insert into \" + n + \" values ($1)\"\n"), "SQL belongs"},
		{"a fragment in a verb", file(dir+"do.go", "package evidence\n\nvar p = db.Q(\"until > ?\", 1)\n"), "SQL belongs"},
		{"plain words", file(dir+"web.go", "package evidence\n\nconst q = \"Select a file, then update it\"\n"), ""},
		{"SQL in the store", file(dir+"store.go", "package evidence\n\nconst q = `select id from evidence_record`\n"), ""},
	})
}
