package test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plait/internal/app"
	"plait/internal/kit/config"
	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/test/house"
)

// TestEverythingIsDocumented holds each route, permission, verb and table to its room's
// page, and each setting to the page of settings.
func TestEverythingIsDocumented(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	pages := map[string]string{}
	page := func(name string) string {
		if _, ok := pages[name]; !ok {
			b, err := os.ReadFile(filepath.Join("..", "docs", name+".md"))
			if err != nil {
				t.Errorf("docs/%s.md: %v", name, err)
			}
			pages[name] = string(b)
		}
		return pages[name]
	}
	checked := 0
	need := func(name, what, kind string) {
		checked++
		if !strings.Contains(page(name), what) {
			t.Errorf("docs/%s.md does not name the %s `%s`", name, kind, what)
		}
	}
	for _, p := range h.Plugs {
		var paths []string
		for _, r := range p.Routes {
			_, path, _ := strings.Cut(r.Pattern, " ")
			paths = append(paths, path)
		}
		slices.Sort(paths)
		for _, path := range slices.Compact(paths) {
			need(p.Name, path, "page")
		}
		for _, x := range p.Permissions {
			need(p.Name, x.Name, "permission")
		}
		for _, v := range p.Verbs {
			need(p.Name, v.Name, "verb")
		}
	}
	for _, s := range config.Table() {
		need("settings", s.Name, "setting")
	}
	for _, table := range tablesMade(t) {
		room, _, _ := strings.Cut(table, "_")
		if slices.ContainsFunc(h.Plugs, func(p plug.Plug) bool { return p.Name == room }) {
			need(room, table, "table")
		}
	}
	if checked < 100 {
		t.Errorf("only %d things were looked for", checked)
	}
}

var creates = regexp.MustCompile(`create table (\w+)`)

func tablesMade(t *testing.T) []string {
	t.Helper()
	all, err := app.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range all {
		for _, x := range creates.FindAllStringSubmatch(m.SQL[db.SQLite], -1) {
			out = append(out, x[1])
		}
	}
	return out
}

// TestEveryDeedHasWords holds the trail to plain sentences: what each verb that writes and
// each job did is said in words of its room.
func TestEveryDeedHasWords(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	checked := 0
	for _, p := range h.Plugs {
		deeds := []string{}
		for _, v := range p.Verbs {
			if v.Writes {
				deeds = append(deeds, v.Name)
			}
		}
		for _, d := range deeds {
			checked++
			room, did, _ := strings.Cut(d, ".")
			if key := room + ".did_" + strings.ReplaceAll(did, "-", "_"); !h.Words.Has("en", key) {
				t.Errorf("the trail cannot say what %s did: words/en.json of %s has no %s", d, room, key)
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d deeds were looked for", checked)
	}
}
