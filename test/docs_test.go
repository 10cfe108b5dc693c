package test

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

func TestEveryRoomHasAPage(t *testing.T) { guard(t, roomPages) }

func TestLibrariesHaveReasons(t *testing.T) { guard(t, libraryReasons) }

func TestDecisionsAreNumbered(t *testing.T) { guard(t, decisions) }

func TestLinksLead(t *testing.T) { guard(t, links) }

// roomPages checks that docs has a page for each room, and none for a room that
// is not there.
func roomPages(tr *tree) []finding {
	var out []finding
	for _, room := range tr.dirs("internal/room") {
		page := "docs/" + room + ".md"
		if !tr.has(page) {
			out = append(out, found("internal/room/"+room, "%s is missing: write the room's page", page))
			continue
		}
		if !strings.HasPrefix(tr.content(page), "# ") {
			out = append(out, found(page, "begin the page with a heading"))
		}
	}
	return out
}

// libraryReasons checks that docs/dependencies.md names every library that the
// program imports, each in a line that also says why.
func libraryReasons(tr *tree) []finding {
	const page = "docs/dependencies.md"
	used := map[string]string{}
	for _, s := range tr.goes {
		if s.isTest || s.zone != "kit" && s.zone != "engine" {
			continue
		}
		for imp, where := range s.imports() {
			if isThirdParty(imp) {
				used[moduleName(library(imp))] = where
			}
		}
	}
	lines := strings.Split(tr.content(page), "\n")
	var out []finding
	for _, lib := range sorted(used) {
		reason := false
		for _, line := range lines {
			if _, after, ok := strings.Cut(line, lib); ok && len(strings.Fields(after)) >= 3 {
				reason = true
			}
		}
		if !reason {
			out = append(out, found(used[lib], "%s does not say in one line why %s is used: add it", page, lib))
		}
	}
	return out
}

// moduleName shortens a golang.org/x package to its module.
func moduleName(lib string) string {
	if strings.HasPrefix(lib, "golang.org/x/") {
		return strings.Join(strings.Split(lib, "/")[:3], "/")
	}
	return lib
}

var (
	decisionName  = regexp.MustCompile(`^([0-9]{4})-[a-z0-9-]+\.md$`)
	decisionParts = []string{"Context", "Decision", "Consequences"}
)

// decisions checks docs/adr: NNNN-what.md, no number twice, the three parts.
func decisions(tr *tree) []finding {
	var out []finding
	taken := map[string]string{}
	for _, f := range tr.files {
		if path.Dir(f) != "docs/adr" || path.Base(f) == "README.md" {
			continue
		}
		m := decisionName.FindStringSubmatch(path.Base(f))
		if m == nil {
			out = append(out, found(f, "a decision is called NNNN-what-it-is.md"))
			continue
		}
		if other := taken[m[1]]; other != "" {
			out = append(out, found(f, "the number %s is taken by %s: a number is never used again", m[1], other))
		}
		taken[m[1]] = f
		text := tr.content(f)
		for _, part := range decisionParts {
			if !strings.Contains(text, part) {
				out = append(out, found(f, "the part %s is missing", part))
			}
		}
	}
	return out
}

var markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// links checks that links between our own pages lead to a file.
func links(tr *tree) []finding {
	var out []finding
	for _, f := range tr.files {
		if !strings.HasSuffix(f, ".md") {
			continue
		}
		for _, m := range markdownLink.FindAllStringSubmatch(tr.content(f), -1) {
			to, _, _ := strings.Cut(m[1], "#")
			if to == "" || strings.Contains(to, ":") {
				continue
			}
			target := path.Clean(path.Join(path.Dir(f), to))
			if !tr.has(target) && len(tr.dirs(target)) == 0 && !tr.folder(target) {
				out = append(out, found(f, "the link to %s leads nowhere", m[1]))
			}
		}
	}
	return out
}

// folder says whether a folder holds any file.
func (tr *tree) folder(dir string) bool {
	for _, f := range tr.files {
		if strings.HasPrefix(f, dir+"/") || dir == "." {
			return true
		}
	}
	return false
}

func TestDocsFindsPlantedFaults(t *testing.T) {
	prove(t, roomPages, []plant{
		{"no page", file("internal/room/evidence/doc.go", "package evidence\n"), "docs/evidence.md is missing"},
		{"an empty page", map[string]string{"internal/room/evidence/doc.go": "package evidence\n", "docs/evidence.md": ""}, "begin the page"},
		{"a page", map[string]string{"internal/room/evidence/doc.go": "package evidence\n", "docs/evidence.md": "# Evidence\n"}, ""},
	})
	kit := uses("web", "github.com/danielgtaylor/huma/v2")
	prove(t, libraryReasons, []plant{
		{"no reason", file("internal/kit/web/x.go", kit), "why github.com/danielgtaylor/huma is used"},
		{"only its name", map[string]string{"internal/kit/web/x.go": kit, "docs/dependencies.md": "- github.com/danielgtaylor/huma\n"}, "does not say"},
		{"a reason", map[string]string{"internal/kit/web/x.go": kit, "docs/dependencies.md": "- github.com/danielgtaylor/huma: makes the API from the verbs\n"}, ""},
	})
	const whole = "# A\n\n## Context\n\n## Decision\n\n## Consequences\n"
	prove(t, decisions, []plant{
		{"whole", file("docs/adr/0001-zones.md", whole), ""},
		{"no number", file("docs/adr/zones.md", whole), "NNNN-what-it-is.md"},
		{"a part is missing", file("docs/adr/0001-zones.md", "# A\n\n## Context\n\n## Decision\n"), "Consequences is missing"},
		{"a number twice", map[string]string{"docs/adr/0001-a.md": whole, "docs/adr/0001-b.md": whole}, "never used again"},
	})
	prove(t, links, []plant{
		{"nowhere", file("README.md", "[a](docs/a.md)\n"), "leads nowhere"},
		{"somewhere", map[string]string{"README.md": "[a](docs/a.md#b) [c](docs/) [d](https://example.org) [e](#here)\n", "docs/a.md": ""}, ""},
	})
}
