package test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// spineOrder is the spine from left to right: each imports only those before it.
var spineOrder = []string{"ref", "who", "terms", "trail", "tie", "news", "plug"}

// testLibraries may be imported by any _test.go file.
var testLibraries = []string{"github.com/rogpeppe/go-internal", "github.com/google/go-cmp", "pgregory.net/rapid", "go.uber.org/goleak"}

// engineClosed is what an engine may not touch: it has no input and no output.
var engineClosed = []string{"net", "net/http", "database/sql", "os", "os/exec", "io/fs", "path/filepath"}

// families are libraries that come as several modules.
var families = []string{"github.com/chromedp", "github.com/riverqueue", "github.com/go-webauthn"}

// sharedLibraries have more than one owner, each for a reason.
var sharedLibraries = map[string][]string{
	// The job package hands River the pgx connection under the open sql.Tx.
	"github.com/jackc/pgx": {"db", "job"},
}

func TestDoors(t *testing.T) { guard(t, zones, closedEngines, appDoor) }

func TestThirdPartyOwners(t *testing.T) { guard(t, thirdParty, oneOwner) }

func TestSpineIsSeven(t *testing.T) { guard(t, sevenSpine) }

// zones checks every import of our own packages.
func zones(tr *tree) []finding {
	var out []finding
	for _, s := range tr.goes {
		if strings.HasPrefix(s.dir, "internal") && !slices.Contains([]string{"app", "room", "engine", "spine", "kit"}, s.zone) {
			out = append(out, found(s.path, "internal holds app, room, engine, spine and kit only: move this file into one of them"))
			continue
		}
		for imp, where := range s.imports() {
			if dir, ok := strings.CutPrefix(imp, modulePath+"/"); ok {
				if why := shut(s, dir); why != "" {
					out = append(out, found(where, "may not import %s: %s", dir, why))
				}
			}
		}
	}
	return out
}

// shut says why a file may not import one of our folders, or nothing.
func shut(s *source, dir string) string {
	zone, unit := zoneOf(dir)
	if s.isTest && dir == "test/house" && (s.zone == "room" || s.zone == "spine") {
		return "" // a test stands in a whole house: real rooms and stores, no mocks
	}
	switch s.zone {
	case "cmd":
		if dir != "internal/app" {
			return "cmd calls app.Run and nothing else"
		}
	case "app", "test", "bench":
	case "room":
		switch {
		case zone == "room" && unit != s.unit:
			return "a room never imports another room; tie refs, declare a small interface that app fills, listen to news, or offer a panel"
		case zone != "room" && zone != "spine" && zone != "kit" && zone != "engine":
			return "a room imports spine, kit and engine only"
		}
	case "engine":
		if zone != "engine" && dir != "internal/kit/text" && dir != "internal/kit/fault" {
			return "an engine imports the standard library, gonum, kit/text, kit/fault and other engines only; pass values in"
		}
	case "spine":
		return shutSpine(s, zone, unit)
	case "kit":
		if zone != "kit" {
			return "kit knows nothing of care: move what it needs into kit, or the caller outwards"
		}
	case "tool":
		if zone != "tool" {
			return "a tool stands beside the house: run the program instead"
		}
	}
	return ""
}

func shutSpine(s *source, zone, unit string) string {
	if zone == "kit" {
		return ""
	}
	if zone != "spine" {
		return "the spine imports kit, and the spine packages to its left"
	}
	if slices.Index(spineOrder, unit) > slices.Index(spineOrder, s.unit) {
		return "the spine's order is " + strings.Join(spineOrder, ", ") + ": a package imports only those to its left"
	}
	return ""
}

// closedEngines keeps input and output out of engines.
func closedEngines(tr *tree) []finding {
	var out []finding
	for _, s := range tr.goes {
		if s.zone != "engine" || s.isTest {
			continue
		}
		for imp, where := range s.imports() {
			if slices.Contains(engineClosed, imp) {
				out = append(out, found(where, "an engine may not import %s: take bytes, readers or values and give values back", imp))
			}
		}
	}
	return out
}

// appDoor keeps app imported by cmd, and by the whole-house tests, alone.
// zones says so for each zone already; this holds for zones yet unknown.
func appDoor(tr *tree) []finding {
	var out []finding
	for _, s := range tr.goes {
		if slices.Contains([]string{"cmd", "app", "test", "bench", "room", "engine", "spine", "kit", "tool"}, s.zone) {
			continue
		}
		for imp, where := range s.imports() {
			if strings.HasPrefix(imp, modulePath+"/internal/app") {
				out = append(out, found(where, "app is imported by cmd alone"))
			}
		}
	}
	return out
}

func isThirdParty(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return strings.Contains(first, ".")
}

func under(imp string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return imp == p || strings.HasPrefix(imp, p+"/") })
}

// thirdParty keeps other people's code in kit. Modules of their own under tool
// and bench choose their own libraries, since nothing of Plait depends on them.
func thirdParty(tr *tree) []finding {
	var out []finding
	for _, s := range tr.goes {
		if tr.ownModule(s.dir) {
			continue
		}
		for imp, where := range s.imports() {
			if !isThirdParty(imp) || s.zone == "kit" {
				continue
			}
			switch {
			case (s.isTest || strings.HasSuffix(s.dir, "test")) && under(imp, testLibraries):
			case (s.zone == "test" || s.zone == "bench") && under(imp, append([]string{"github.com/chromedp"}, testLibraries...)):
			case s.zone == "engine" && under(imp, []string{"gonum.org/v1/gonum"}):
			default:
				out = append(out, found(where, "%s is third-party: wrap it in one package of internal/kit and import that", imp))
			}
		}
	}
	return out
}

// ownModule says whether a folder belongs to a module other than the main one.
func (tr *tree) ownModule(dir string) bool {
	for ; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if tr.has(dir + "/go.mod") {
			return true
		}
	}
	return false
}

var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

// library names the library of an import path. The golang.org/x modules are
// bundles of unlike libraries, so there a library is a package.
func library(imp string) string {
	for _, f := range families {
		if under(imp, []string{f}) {
			return f
		}
	}
	parts := strings.Split(imp, "/")
	keep := 3
	switch {
	case strings.HasPrefix(imp, "golang.org/x/"):
		keep = 4
	case parts[0] == "modernc.org" || parts[0] == "pgregory.net" || parts[0] == "go.uber.org":
		keep = 2
	}
	if len(parts) > keep {
		parts = parts[:keep]
	}
	return majorVersion.ReplaceAllString(strings.Join(parts, "/"), "")
}

// oneOwner finds libraries that several kit packages import.
func oneOwner(tr *tree) []finding {
	owners := map[string]map[string]string{} // library, kit package, place
	for _, s := range tr.goes {
		if s.zone != "kit" || s.isTest {
			continue
		}
		for imp, where := range s.imports() {
			if !isThirdParty(imp) || under(imp, testLibraries) {
				continue
			}
			lib := library(imp)
			if owners[lib] == nil {
				owners[lib] = map[string]string{}
			}
			owners[lib][s.unit] = where
		}
	}
	var out []finding
	for _, lib := range sorted(owners) {
		units := sorted(owners[lib])
		units = slices.DeleteFunc(units, func(u string) bool { return slices.Contains(sharedLibraries[lib], u) })
		allowed := 1
		if len(sharedLibraries[lib]) > 0 {
			allowed = 0
		}
		if len(units) > allowed {
			out = append(out, found(owners[lib][units[len(units)-1]], "%s has several owners in kit (%s): let one wrap it and the others import that one",
				lib, strings.Join(sorted(owners[lib]), ", ")))
		}
	}
	return out
}

// sevenSpine caps the spine. Once the house has an app, all seven are there.
func sevenSpine(tr *tree) []finding {
	var out []finding
	have := tr.dirs("internal/spine")
	for _, d := range have {
		if !slices.Contains(spineOrder, d) {
			out = append(out, found("internal/spine/"+d, "the spine is %s and no more: an eighth package needs an ADR", strings.Join(spineOrder, ", ")))
		}
	}
	if len(tr.dirs("internal")) > 0 && slices.Contains(tr.dirs("internal"), "app") {
		for _, want := range spineOrder {
			if !slices.Contains(have, want) {
				out = append(out, found("internal/spine", "the package %s is missing", want))
			}
		}
	}
	return out
}

// uses makes a Go file that imports paths.
func uses(pkg string, imports ...string) string {
	text := "package " + pkg + "\n\nimport (\n"
	for _, i := range imports {
		text += "\t_ \"" + i + "\"\n"
	}
	return text + ")\n"
}

func TestZonesFindsPlantedFaults(t *testing.T) {
	prove(t, zones, []plant{
		{"a whole house from a room's test", file("internal/room/evidence/x_test.go", uses("evidence_test", "plait/test/house")), ""},
		{"a whole house from a room", file("internal/room/evidence/x.go", uses("evidence", "plait/test/house")), "a room imports"},
		{"a room imports a room", file("internal/room/review/do.go", uses("review", "plait/internal/room/evidence")), "never imports another room"},
		{"a room's test imports a room", file("internal/room/review/do_test.go", uses("review", "plait/internal/room/evidence")), "never imports another room"},
		{"a room imports app", file("internal/room/review/do.go", uses("review", "plait/internal/app")), "spine, kit and engine only"},
		{"a room imports its own folder", file("internal/room/review/do.go", uses("review", "plait/internal/room/review/pages", "plait/internal/spine/ref", "plait/internal/kit/db", "plait/internal/engine/cite")), ""},
		{"kit imports spine", file("internal/kit/db/x.go", uses("db", "plait/internal/spine/ref")), "kit knows nothing of care"},
		{"spine looks right", file("internal/spine/ref/x.go", uses("ref", "plait/internal/spine/trail")), "only those to its left"},
		{"spine looks left", file("internal/spine/plug/x.go", uses("plug", "plait/internal/spine/ref", "plait/internal/kit/db")), ""},
		{"spine imports an engine", file("internal/spine/plug/x.go", uses("plug", "plait/internal/engine/cite")), "the spine imports kit"},
		{"an engine imports the store", file("internal/engine/cite/x.go", uses("cite", "plait/internal/kit/db")), "pass values in"},
		{"an engine imports text", file("internal/engine/cite/x.go", uses("cite", "plait/internal/kit/text", "plait/internal/kit/fault", "plait/internal/engine/dedupe")), ""},
		{"cmd reaches past app", file("cmd/plait/main.go", uses("main", "plait/internal/kit/db")), "calls app.Run"},
		{"cmd imports app", file("cmd/plait/main.go", uses("main", "plait/internal/app")), ""},
		{"a tool imports the house", file("tool/x/main.go", uses("main", "plait/internal/app")), "run the program instead"},
		{"an unknown zone", file("internal/common/x.go", "package common\n"), "move this file"},
	})
}

func TestEnginesAreClosed(t *testing.T) {
	prove(t, closedEngines, []plant{
		{"files", file("internal/engine/cite/x.go", uses("cite", "os")), "take bytes"},
		{"a database", file("internal/engine/cite/x.go", uses("cite", "database/sql")), "take bytes"},
		{"a test reads files", file("internal/engine/cite/x_test.go", uses("cite", "os")), ""},
	})
	prove(t, appDoor, []plant{
		{"app from elsewhere", file("other/x.go", uses("other", "plait/internal/app")), "cmd alone"},
		{"app from a whole-house test", file("test/x_test.go", uses("test", "plait/internal/app")), ""},
	})
}

func TestThirdPartyFindsPlantedFaults(t *testing.T) {
	prove(t, thirdParty, []plant{
		{"a room", file("internal/room/a/web.go", uses("a", "github.com/danielgtaylor/huma/v2")), "wrap it"},
		{"app", file("internal/app/x.go", uses("app", "github.com/alecthomas/kong")), "wrap it"},
		{"a test library in a test", file("internal/room/a/a_test.go", uses("a", "github.com/google/go-cmp/cmp", "pgregory.net/rapid")), ""},
		{"a test library in the program", file("internal/room/a/a.go", uses("a", "github.com/google/go-cmp/cmp")), "wrap it"},
		{"chromedp outside test", file("internal/room/a/a_test.go", uses("a", "github.com/chromedp/chromedp")), "wrap it"},
		{"chromedp in bench", file("bench/offline/x.go", uses("main", "github.com/chromedp/chromedp")), ""},
		{"chromedp in test", file("test/browser/x.go", uses("browser", "github.com/chromedp/chromedp", "github.com/chromedp/cdproto/page")), ""},
		{"gonum in an engine", file("internal/engine/layout/x.go", uses("layout", "gonum.org/v1/gonum/mat")), ""},
		{"kit", file("internal/kit/web/x.go", uses("web", "github.com/danielgtaylor/huma/v2")), ""},
		{"a tool of its own", map[string]string{"tool/x/go.mod": "module x\n", "tool/x/main.go": uses("main", "honnef.co/go/tools/x")}, ""},
		{"a tool of the house", file("tool/x/main.go", uses("main", "honnef.co/go/tools/x")), "wrap it"},
	})
	prove(t, oneOwner, []plant{
		{"two owners", map[string]string{
			"internal/kit/web/x.go": uses("web", "github.com/danielgtaylor/huma/v2"),
			"internal/kit/cli/x.go": uses("cli", "github.com/danielgtaylor/huma/v2/adapters/humago")}, "several owners in kit (cli, web)"},
		{"one owner, two folders", map[string]string{
			"internal/kit/web/x.go":      uses("web", "github.com/danielgtaylor/huma/v2"),
			"internal/kit/web/in/x.go":   uses("in", "github.com/danielgtaylor/huma/v2/adapters/humago"),
			"internal/kit/cli/x.go":      uses("cli", "github.com/alecthomas/kong"),
			"internal/kit/text/x.go":     uses("text", "golang.org/x/text/unicode/norm"),
			"internal/kit/lang/x.go":     uses("lang", "golang.org/x/text/language"),
			"internal/kit/web/x_test.go": uses("web", "github.com/alecthomas/kong")}, ""},
		{"a library of several modules", map[string]string{
			"internal/kit/job/x.go": uses("job", "github.com/riverqueue/river"),
			"internal/kit/db/x.go":  uses("db", "github.com/riverqueue/river/riverdriver/riversqlite")}, "several owners"},
		{"pgx is shared by two", map[string]string{
			"internal/kit/job/x.go": uses("job", "github.com/jackc/pgx/v5"),
			"internal/kit/db/x.go":  uses("db", "github.com/jackc/pgx/v5/stdlib")}, ""},
		{"pgx by a third", map[string]string{
			"internal/kit/job/x.go":  uses("job", "github.com/jackc/pgx/v5"),
			"internal/kit/blob/x.go": uses("blob", "github.com/jackc/pgx/v5")}, "several owners"},
	})
}

func TestSpineFindsPlantedFaults(t *testing.T) {
	whole := file("internal/app/x.go", "package app\n")
	for _, name := range spineOrder {
		whole["internal/spine/"+name+"/x.go"] = "package " + name + "\n"
	}
	short := file("internal/app/x.go", "package app\n")
	for _, name := range spineOrder[1:] {
		short["internal/spine/"+name+"/x.go"] = "package " + name + "\n"
	}
	prove(t, sevenSpine, []plant{
		{"whole", whole, ""},
		{"an eighth", file("internal/spine/money/x.go", "package money\n"), "needs an ADR"},
		{"one is missing", short, "ref is missing"},
	})
}
