// Command runtests runs every check of the project and counts the results.
//
// It starts a private PostgreSQL for the run, then runs go vet, the tests of
// the main module and of each tool module, and the linters. Its last line is
//
//	N passed, N failed, N skipped
//
// and it ends with 1 when anything failed. A missing PostgreSQL or Chromium is
// a failure unless PLAIT_TEST_WITHOUT names it (postgres, chromium, parted by
// commas); with CI=true nothing may be named.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"

	"plait/tool/pg/cluster"
)

func main() {
	only := flag.String("only", "vet,test,lint", "which parts to run, parted by commas: vet, test, lint")
	pkgs := flag.String("packages", "./...", "which packages of the main module to test")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	root, err := findRoot()
	if err != nil {
		fmt.Fprintln(os.Stderr, "runtests:", err)
		os.Exit(2)
	}
	r := &runner{root: root, out: os.Stdout, env: os.Environ(), without: os.Getenv(withoutEnv), ci: os.Getenv("CI") == "true"}
	r.all(ctx, strings.Split(*only, ","), strings.Fields(*pkgs))
	if r.finish() {
		os.Exit(1)
	}
}

const withoutEnv = "PLAIT_TEST_WITHOUT"

// runner holds what one run knows.
type runner struct {
	root    string
	out     io.Writer
	env     []string
	without string // the value of PLAIT_TEST_WITHOUT
	ci      bool
	count   tally
}

// findRoot walks up from the working folder to the main module's go.mod.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("where am I: %w", err)
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module plait\n") {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod of module plait here or above: run this inside the project")
		}
		dir = up
	}
}

// all runs the named parts. Every part runs even when one before it failed, so
// that one run shows all there is to mend.
func (r *runner) all(ctx context.Context, parts, pkgs []string) {
	does := map[string]bool{}
	for _, p := range parts {
		does[p] = true
	}
	modules, err := modules(r.root)
	if err != nil {
		r.count.fail("modules", err.Error())
		return
	}
	if does["vet"] {
		for _, m := range modules {
			r.check(ctx, m, "go vet", "go", "vet", "./...")
		}
	}
	if does["test"] {
		r.tests(ctx, modules, pkgs)
	}
	if does["lint"] {
		r.lint(ctx)
	}
}

// tests runs go test in every module, with the engines it needs.
func (r *runner) tests(ctx context.Context, modules, pkgs []string) {
	if r.ci && r.without != "" {
		r.count.fail("engines", withoutEnv+"="+r.without+" is set, but with CI=true nothing may be left out")
	}
	if err := r.chromium(); err != nil {
		r.missing("chromium", err)
	}
	if !r.has(cluster.Env) {
		began := time.Now()
		c, err := cluster.Start(ctx)
		if err != nil {
			r.missing("postgres", err)
		} else {
			defer func() {
				if err := c.Stop(); err != nil {
					fmt.Fprintln(r.out, "runtests:", err)
				}
			}()
			r.env = append(r.env, cluster.Env+"="+c.URL)
			fmt.Fprintf(r.out, "PostgreSQL is up on port %d (%v)\n", c.Port, time.Since(began).Round(time.Millisecond))
		}
	}
	for _, m := range modules {
		if m == r.root {
			r.gotest(ctx, m, pkgs)
		} else {
			r.gotest(ctx, m, []string{"./..."})
		}
	}
	text, err := os.ReadFile(filepath.Join(r.root, "package.json"))
	if err == nil && strings.Contains(string(text), `"test":`) {
		r.check(ctx, r.root, "npm test", "npm", "test", "--silent")
	}
}

// missing records an engine that is not there: skipped when the person said so
// and may say so, failed otherwise.
func (r *runner) missing(engine string, err error) {
	for _, name := range strings.Split(r.without, ",") {
		if strings.TrimSpace(name) == engine && !r.ci {
			r.count.skip(engine, withoutEnv+" names it")
			fmt.Fprintf(r.out, "SKIP %s: %s names it\n", engine, withoutEnv)
			return
		}
	}
	r.count.fail(engine, fmt.Sprintf("%v\nInstall it, or run with %s=%s to leave its tests out.", err, withoutEnv, engine))
}

// chromium looks for the browser where test/browser looks for it.
func (r *runner) chromium() error {
	if path := os.Getenv("PLAIT_CHROMIUM"); path != "" {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("PLAIT_CHROMIUM: %w", err)
		}
		return nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if _, err := exec.LookPath(name); err == nil {
			return nil
		}
	}
	return fmt.Errorf("no Chromium found: install the package chromium, or set PLAIT_CHROMIUM to its path")
}

func (r *runner) has(name string) bool {
	for _, kv := range r.env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok && v != "" {
			return true
		}
	}
	return false
}

// check runs one command that passes or fails as a whole.
func (r *runner) check(ctx context.Context, dir, name string, args ...string) {
	label := name
	if rel, err := filepath.Rel(r.root, dir); err == nil && rel != "." {
		label = name + " " + rel
	}
	cmd := r.command(ctx, dir, args...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		r.count.fail(label, strings.TrimSpace(string(text))+"\n"+err.Error())
		fmt.Fprintf(r.out, "FAIL %s\n", label)
		return
	}
	r.count.passed++
	fmt.Fprintf(r.out, "ok   %s\n", label)
}

// command is a child in its own process group, so that a signal ends what it
// started too, and nothing else.
func (r *runner) command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, r.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// finish prints the failures, the skips and the last line, and says whether
// anything failed.
func (r *runner) finish() bool {
	sort.Slice(r.count.skips, func(i, j int) bool { return r.count.skips[i].name < r.count.skips[j].name })
	if len(r.count.skips) > 0 {
		fmt.Fprintln(r.out, "\nSkipped:")
		for _, s := range r.count.skips {
			fmt.Fprintf(r.out, "  %s: %s\n", s.name, s.text)
		}
	}
	if len(r.count.fails) > 0 {
		fmt.Fprintln(r.out, "\nFailed:")
		for _, f := range r.count.fails {
			fmt.Fprintf(r.out, "--- %s\n%s\n", f.name, indent(f.text))
		}
	}
	if r.count.passed == 0 && len(r.count.fails) == 0 {
		r.count.fail("runtests", "nothing ran")
		fmt.Fprintln(r.out, "\nNothing ran, which counts as a failure.")
	}
	fmt.Fprintf(r.out, "\n%d passed, %d failed, %d skipped\n", r.count.passed, len(r.count.fails), len(r.count.skips))
	return len(r.count.fails) > 0
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}

// modules lists the folders with a go.mod: the root first, then the others by
// name. Folders that Go itself ignores are left out.
func modules(root string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (name == "node_modules" || name == "testdata" || name[0] == '.' || name[0] == '_') {
			return filepath.SkipDir
		}
		if !d.IsDir() && name == "go.mod" && filepath.Dir(path) != root {
			found = append(found, filepath.Dir(path))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for Go modules: %w", err)
	}
	return append([]string{root}, found...), nil
}
