package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sources is a module with every kind of result. It is run for real, so that
// the test holds for the go command that is installed.
var sources = map[string]string{
	"go.mod": "module made\n\ngo 1.26\n",
	"mixed/mixed_test.go": `package mixed
import "testing"
func TestPasses(t *testing.T) {}
func TestSkips(t *testing.T) { t.Skip("the folder ../data is not there") }
func TestFails(t *testing.T) { t.Error("two and two") }
func TestParent(t *testing.T) {
	t.Run("good", func(t *testing.T) {})
	t.Run("bad", func(t *testing.T) { t.Error("inner") })
	t.Run("left", func(t *testing.T) { t.SkipNow() })
}
func TestParentAlone(t *testing.T) {
	t.Run("good", func(t *testing.T) {})
	t.Error("the parent itself")
}
`,
	"broken/broken_test.go": "package broken\nvar x int = \"text\"\n",
	"panics/panics_test.go": `package panics
import "testing"
func TestBefore(t *testing.T) {}
func TestPanics(t *testing.T) { var m map[string]int; m["a"] = 1 }
func TestNever(t *testing.T) {}
`,
	"exits/exits_test.go": `package exits
import ("os"; "testing")
func TestMain(m *testing.M) { m.Run(); println("main said no"); os.Exit(3) }
func TestGood(t *testing.T) {}
`,
	"empty/empty.go": "package empty\n",
}

func made(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range sources {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEveryKindOfResultIsCounted(t *testing.T) {
	var out bytes.Buffer
	dir := made(t)
	r := &runner{root: dir, out: &out, env: os.Environ()}
	r.gotest(context.Background(), dir, []string{"./..."})
	bad := r.finish()
	if !bad {
		t.Error("the run did not fail")
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	// Passed: Passes, Parent/good, ParentAlone/good, Before, Good.
	// Failed: Fails, Parent/bad, ParentAlone, broken, Panics, exits.
	if got, want := lines[len(lines)-1], "5 passed, 6 failed, 2 skipped"; got != want {
		t.Errorf("last line %q, want %q\n%s", got, want, out.String())
	}
	for _, want := range []string{
		"made/mixed TestSkips: the folder ../data is not there",
		"made/mixed TestParent/left: no reason given",
		"two and two", "inner", "the parent itself", "assignment to entry in nil map",
		"main said no", "cannot use \"text\"",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q", want)
		}
	}
}

func TestFaultOutsideAnyTestFails(t *testing.T) {
	var out bytes.Buffer
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module ???\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := &runner{root: dir, out: &out, env: os.Environ()}
	r.gotest(context.Background(), dir, []string{"./..."})
	if !r.finish() || !strings.HasSuffix(out.String(), "\n0 passed, 1 failed, 0 skipped\n") {
		t.Errorf("a broken go.mod reads as:\n%s", out.String())
	}
}

func TestNothingRunIsAFailure(t *testing.T) {
	var out bytes.Buffer
	r := &runner{out: &out}
	if !r.finish() || !strings.HasSuffix(out.String(), "\n0 passed, 1 failed, 0 skipped\n") {
		t.Errorf("an empty run reads as:\n%s", out.String())
	}
}

func TestAMissingEngineFailsUnlessNamed(t *testing.T) {
	for _, c := range []struct {
		name, without string
		ci            bool
		fails, skips  int
	}{
		{"not named", "", false, 1, 0},
		{"another named", "chromium", false, 1, 0},
		{"named", "chromium, postgres", false, 0, 1},
		{"named under CI", "postgres", true, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &runner{out: &bytes.Buffer{}, without: c.without, ci: c.ci}
			r.missing("postgres", os.ErrNotExist)
			if len(r.count.fails) != c.fails || len(r.count.skips) != c.skips {
				t.Errorf("%d failed, %d skipped; want %d and %d", len(r.count.fails), len(r.count.skips), c.fails, c.skips)
			}
		})
	}
}
