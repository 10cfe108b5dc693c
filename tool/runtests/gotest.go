package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// tally counts results. A test with subtests is not counted itself unless it
// failed while all its subtests passed.
type tally struct {
	passed int
	fails  []note
	skips  []note
}

type note struct{ name, text string }

func (t *tally) fail(name, text string) { t.fails = append(t.fails, note{name, text}) }
func (t *tally) skip(name, text string) { t.skips = append(t.skips, note{name, text}) }

// event is a line of go test -json (cmd/test2json), with the build events that
// go adds since 1.24.
type event struct {
	Action, Package, Test, Output, ImportPath, FailedBuild string
	Elapsed                                                float64
}

// outcome is what is known of one test so far.
type outcome struct {
	result   string // "" while it runs, then pass, fail or skip
	output   strings.Builder
	children int
	bad      bool // it or something below it failed
}

// reading gathers the events of one go test.
type reading struct {
	tests  map[string]map[string]*outcome // package, then test; "" is the package
	order  map[string][]string
	builds map[string]*strings.Builder
	pkgs   []string
	stray  strings.Builder // lines that are not events
}

func newReading() *reading {
	return &reading{tests: map[string]map[string]*outcome{}, order: map[string][]string{}, builds: map[string]*strings.Builder{}}
}

// longest is the packages whose tests take minutes, the longest first. Begun last, the
// first of them would run alone at the end while a core has nothing to do.
var longest = []string{"plait/test/walk", "plait/internal/room/keeper", "plait/internal/room/evidence", "plait/test"}

// longestFirst names the packages of the whole module with the longest in front; go test
// begins them in that order. Anything else it is given stays as it is.
func (r *runner) longestFirst(ctx context.Context, dir string, pkgs []string) []string {
	if len(pkgs) != 1 || pkgs[0] != "./..." {
		return pkgs
	}
	out, err := r.command(ctx, dir, "go", "list", "./...").Output()
	all := strings.Fields(string(out))
	if err != nil || len(all) == 0 {
		return pkgs // go test will say what is wrong
	}
	var first []string
	for _, p := range longest {
		if slices.Contains(all, p) {
			first = append(first, p)
		}
	}
	return append(first, slices.DeleteFunc(all, func(p string) bool { return slices.Contains(first, p) })...)
}

// gotest runs go test and adds its results. Results are never taken from the
// cache: a run that says passed has run.
func (r *runner) gotest(ctx context.Context, dir string, pkgs []string) {
	args := append([]string{"go", "test", "-json", "-count=1", "-timeout=14m"}, r.longestFirst(ctx, dir, pkgs)...)
	cmd := r.command(ctx, dir, args...)
	pipe, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	done := make(chan error, 1)
	if err := cmd.Start(); err != nil {
		r.count.fail("go test", err.Error())
		return
	}
	go func() {
		err := cmd.Wait()
		write.Close()
		done <- err
	}()
	in := newReading()
	readErr := in.read(pipe, r.out)
	before := len(r.count.fails)
	in.sum(&r.count)
	err := errors.Join(readErr, <-done)
	if err != nil && len(r.count.fails) == before {
		// go test failed but no test did: a bad flag, a broken go.mod.
		r.count.fail("go test in "+dir, in.stray.String()+err.Error())
	}
}

// read takes in all events and prints a line for each package as it ends.
func (in *reading) read(from io.Reader, to io.Writer) error {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				in.stray.Write(line)
			} else {
				in.take(e, to)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read go test's output: %w", err)
		}
	}
}

func (in *reading) take(e event, to io.Writer) {
	if e.ImportPath != "" {
		if in.builds[e.ImportPath] == nil {
			in.builds[e.ImportPath] = &strings.Builder{}
		}
		in.builds[e.ImportPath].WriteString(e.Output)
		return
	}
	o := in.at(e.Package, e.Test)
	switch e.Action {
	case "output":
		o.output.WriteString(e.Output)
	case "pass", "fail", "skip":
		o.result = e.Action
		if e.Action == "fail" && e.FailedBuild != "" && in.builds[e.FailedBuild] != nil {
			o.output.WriteString(in.builds[e.FailedBuild].String())
		}
		if e.Test == "" {
			printPackage(to, e)
		}
	}
}

func printPackage(to io.Writer, e event) {
	switch e.Action {
	case "fail":
		fmt.Fprintf(to, "FAIL %s (%.1f s)\n", e.Package, e.Elapsed)
	case "pass":
		fmt.Fprintf(to, "ok   %s (%.1f s)\n", e.Package, e.Elapsed)
	}
	// A skipped package has no tests, which is no result at all.
}

func (in *reading) at(pkg, test string) *outcome {
	if in.tests[pkg] == nil {
		in.tests[pkg] = map[string]*outcome{}
		in.pkgs = append(in.pkgs, pkg)
	}
	o := in.tests[pkg][test]
	if o == nil {
		o = &outcome{}
		in.tests[pkg][test] = o
		in.order[pkg] = append(in.order[pkg], test)
		if i := strings.LastIndexByte(test, '/'); i > 0 {
			in.at(pkg, test[:i]).children++
		}
	}
	return o
}

// sum adds what was read to the tally.
func (in *reading) sum(t *tally) {
	for _, pkg := range in.pkgs {
		failed := len(t.fails)
		tests := in.order[pkg]
		// Later names first: a subtest begins after its parent.
		for i := len(tests) - 1; i >= 0; i-- {
			if tests[i] != "" {
				in.sumTest(t, pkg, tests[i])
			}
		}
		whole := in.tests[pkg][""]
		if whole != nil && whole.result == "fail" && len(t.fails) == failed {
			// It did not build, or ended outside any test.
			t.fail(pkg, whole.output.String())
		}
		if whole != nil && whole.result == "" && len(t.fails) == failed {
			t.fail(pkg, whole.output.String()+"the run ended before this package did")
		}
	}
}

func (in *reading) sumTest(t *tally, pkg, test string) {
	o := in.tests[pkg][test]
	result := o.result
	if result == "" {
		// Unfinished: the process ended in this test, by panic or time limit.
		result = "fail"
	}
	if result == "fail" {
		if i := strings.LastIndexByte(test, '/'); i > 0 {
			in.at(pkg, test[:i]).bad = true
		}
	}
	name := pkg + " " + test
	switch {
	case result == "fail" && !o.bad:
		text := o.output.String()
		if o.result == "" {
			text += in.tests[pkg][""].tail() + "the process ended in this test\n"
		}
		t.fail(name, text)
	case o.children > 0:
		// Its subtests are counted instead.
	case result == "skip":
		t.skip(name, skipReason(o.output.String()))
	case result == "pass":
		t.passed++
	}
}

// tail is what the package said itself, which holds the trace of a panic.
func (o *outcome) tail() string {
	if o == nil {
		return ""
	}
	return o.output.String()
}

// skipReason is the last line that a skipped test wrote of itself, without the
// place it was written from.
func skipReason(output string) string {
	reason := ""
	for _, line := range strings.Split(output, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		if _, after, ok := strings.Cut(line, ".go:"); ok {
			if _, words, ok := strings.Cut(after, ": "); ok {
				line = words
			}
		}
		reason = line
	}
	if reason == "" {
		return "no reason given"
	}
	return reason
}
