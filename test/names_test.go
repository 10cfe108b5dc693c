package test

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// vague names say nothing of what a package does.
var vague = []string{"util", "utils", "common", "helper", "helpers", "base", "model", "models", "misc", "shared", "types", "manager", "service", "services", "core", "lib", "pkg"}

const (
	maxFile = 500 // lines
	maxFunc = 80  // lines
)

// banned calls take from outside what New should be given, or leave the ways a
// fault takes. The kit, the tools and the tests may make them.
var banned = map[string]string{
	"time.Now":                "take the time from the clock that New was given",
	"time.Since":              "take the time from the clock that New was given",
	"time.Until":              "take the time from the clock that New was given",
	"fmt.Print":               "write to the writer that was passed in",
	"fmt.Printf":              "write to the writer that was passed in",
	"fmt.Println":             "write to the writer that was passed in",
	"os.Getenv":               "read settings through kit/config",
	"os.LookupEnv":            "read settings through kit/config",
	"os.Exit":                 "return an error; app.Run gives the exit code",
	"log.Print":               "use the logger that New was given",
	"log.Printf":              "use the logger that New was given",
	"log.Println":             "use the logger that New was given",
	"log.Fatal":               "return an error",
	"log.Fatalf":              "return an error",
	"crypto/rand.Read":        "take ids and randomness from kit/id, given to New",
	"crypto/rand.Int":         "take ids and randomness from kit/id, given to New",
	"crypto/rand.Text":        "take ids and randomness from kit/id, given to New",
	"math/rand.Int":           "pass a seed, so that the result can be had again",
	"math/rand.Intn":          "pass a seed, so that the result can be had again",
	"math/rand.Float64":       "pass a seed, so that the result can be had again",
	"math/rand.Shuffle":       "pass a seed, so that the result can be had again",
	"math/rand.Perm":          "pass a seed, so that the result can be had again",
	"math/rand/v2.IntN":       "pass a seed, so that the result can be had again",
	"math/rand/v2.N":          "pass a seed, so that the result can be had again",
	"math/rand/v2.Float64":    "pass a seed, so that the result can be had again",
	"math/rand/v2.Shuffle":    "pass a seed, so that the result can be had again",
	"math/rand/v2.Perm":       "pass a seed, so that the result can be had again",
	"database/sql.Open":       "the database is opened by kit/db",
	"net/http.Get":            "nothing is fetched from outside except through kit",
	"net/http.Post":           "nothing is fetched from outside except through kit",
	"net/http.ListenAndServe": "kit/web serves",
}

func TestNamesSayWhatThingsAre(t *testing.T) { guard(t, vagueNames) }

func TestFilesAndFunctionsAreShort(t *testing.T) { guard(t, sizes) }

func TestEveryPackageHasAComment(t *testing.T) { guard(t, packageComments) }

func TestForbiddenCalls(t *testing.T) { guard(t, bannedCalls) }

func vagueNames(tr *tree) []finding {
	var out []finding
	seen := map[string]bool{}
	for _, s := range tr.goes {
		for _, name := range []string{s.ast.Name.Name, path.Base(s.dir)} {
			if slices.Contains(vague, strings.TrimSuffix(name, "_test")) && !seen[s.dir] {
				seen[s.dir] = true
				out = append(out, found(s.dir, "the name %q says nothing: name the package after what it does", name))
			}
		}
	}
	return out
}

func sizes(tr *tree) []finding {
	var out []finding
	for _, s := range tr.goes {
		if s.isTest || s.generated {
			continue
		}
		if n := strings.Count(s.text, "\n"); n > maxFile {
			out = append(out, found(s.path, "%d lines, the limit is %d: split it by what it does", n, maxFile))
		}
		for _, d := range s.ast.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1; n > maxFunc {
				out = append(out, found(s.at(f.Pos()), "func %s has %d lines, the limit is %d: give its steps names of their own", f.Name.Name, n, maxFunc))
			}
		}
	}
	return out
}

func packageComments(tr *tree) []finding {
	var out []finding
	has := map[string]bool{}
	for _, s := range tr.goes {
		if !s.isTest {
			has[s.dir] = has[s.dir] || s.ast.Doc != nil && strings.TrimSpace(s.ast.Doc.Text()) != ""
		}
	}
	for _, dir := range sorted(has) {
		if !has[dir] {
			out = append(out, found(dir, "the package has no comment: say above one package line what it is for"))
		}
	}
	return out
}

func bannedCalls(tr *tree) []finding {
	var out []finding
	for _, s := range tr.goes {
		if s.isTest || !slices.Contains([]string{"cmd", "app", "room", "engine", "spine"}, s.zone) {
			continue
		}
		imports := s.names()
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "panic" || f.Name == "print" || f.Name == "println") {
					out = append(out, found(s.at(n.Pos()), "%s(): return an error, and let a fault say it", f.Name))
				}
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if !ok || imports[x.Name] == "" {
					return true
				}
				if s.zone == "cmd" && n.Sel.Name == "Exit" {
					return true // main gives the exit code
				}
				if instead := banned[imports[x.Name]+"."+n.Sel.Name]; instead != "" {
					out = append(out, found(s.at(n.Pos()), "%s.%s: %s", x.Name, n.Sel.Name, instead))
				}
			}
			return true
		})
	}
	return out
}

func TestNamesFindsPlantedFaults(t *testing.T) {
	prove(t, vagueNames, []plant{
		{"util", file("internal/kit/util/x.go", "package util\n"), "says nothing"},
		{"a vague folder", file("internal/kit/common/x.go", "package fine\n"), "says nothing"},
		{"a vague package", file("internal/kit/fine/x.go", "package helper\n"), "says nothing"},
		{"a good name", file("internal/kit/seal/x.go", "package seal\n"), ""},
	})
	long := func(n int) string {
		return "package x\n\nfunc f() {\n" + strings.Repeat("\t_ = 1\n", n-2) + "}\n"
	}
	prove(t, sizes, []plant{
		{"a function of 80", file("internal/kit/x/x.go", long(80)), ""},
		{"a function of 81", file("internal/kit/x/x.go", long(81)), "func f has 81 lines"},
		{"a file of 500", file("internal/kit/x/x.go", "package x\n"+strings.Repeat("\n", 499)), ""},
		{"a file of 501", file("internal/kit/x/x.go", "package x\n"+strings.Repeat("\n", 500)), "501 lines"},
		{"a generated file", file("internal/kit/x/x.go", "// Code generated by x. DO NOT EDIT.\n\npackage x\n"+strings.Repeat("\n", 600)), ""},
		{"a test", file("internal/kit/x/x_test.go", long(200)), ""},
	})
	prove(t, packageComments, []plant{
		{"none", file("internal/kit/x/x.go", "package x\n"), "has no comment"},
		{"one in one file", map[string]string{"internal/kit/x/x.go": "package x\n", "internal/kit/x/doc.go": "// Package x is.\npackage x\n"}, ""},
		{"only in a test", map[string]string{"internal/kit/x/x.go": "package x\n", "internal/kit/x/x_test.go": "// Package x is.\npackage x\n"}, "has no comment"},
	})
	const room = "internal/room/a/do.go"
	prove(t, bannedCalls, []plant{
		{"the clock", file(room, "package a\n\nimport \"time\"\n\nvar f = time.Now\n"), "do.go:5: time.Now"},
		{"the clock by another name", file(room, "package a\n\nimport tick \"time\"\n\nvar f = tick.Now()\n"), "tick.Now"},
		{"printing", file(room, "package a\n\nimport \"fmt\"\n\nfunc f() { fmt.Println(1) }\n"), "fmt.Println"},
		{"the environment", file("internal/app/a.go", "package app\n\nimport \"os\"\n\nvar f = os.Getenv(\"A\")\n"), "kit/config"},
		{"panic", file("internal/engine/a/a.go", "package a\n\nfunc f() { panic(1) }\n"), "panic()"},
		{"randomness", file(room, "package a\n\nimport \"math/rand/v2\"\n\nvar f = rand.IntN(3)\n"), "pass a seed"},
		{"the kit may", file("internal/kit/clock/a.go", "package clock\n\nimport \"time\"\n\nvar f = time.Now\n"), ""},
		{"a field of that name", file(room, "package a\n\nfunc f(time T) int { return time.Now }\n"), ""},
		{"main's exit", file("cmd/plait/main.go", "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(1) }\n"), ""},
	})
}
