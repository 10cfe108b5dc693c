// Command locality measures how local changes are: how many folders of the
// house each commit touches. The aim is a median of two.
//
// Docs, example, tests and engines are counted apart, since a feature should
// touch them. It also prints which package imports most others of the house.
//
//	go run ./tool/locality            the last 200 commits
//	go run ./tool/locality -n 50 v1.0..HEAD
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
)

func main() {
	n := flag.Int("n", 200, "how many commits at most")
	flag.Parse()
	if err := run(os.Stdout, ".", *n, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "locality:", err)
		os.Exit(1)
	}
}

// commit is one commit and the files it changed.
type commit struct {
	hash, day, subject string
	files              []string
}

func run(to io.Writer, dir string, n int, revisions []string) error {
	args := append([]string{"-C", dir, "log", "--no-merges", "--name-only", "--date=short", "-n", strconv.Itoa(n),
		"--format=%x00%h%x09%ad%x09%s"}, revisions...)
	var errs bytes.Buffer
	cmd := exec.Command("git", args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("git log: %w: %s", err, bytes.TrimSpace(errs.Bytes()))
	}
	report(to, read(string(out)))
	return fanOut(to, dir)
}

// read takes apart the output of git log.
func read(log string) []commit {
	var out []commit
	for _, block := range strings.Split(log, "\x00")[1:] {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		head := strings.SplitN(lines[0], "\t", 3)
		if len(head) < 3 {
			continue
		}
		c := commit{hash: head[0], day: head[1], subject: head[2]}
		for _, f := range lines[1:] {
			if f != "" {
				c.files = append(c.files, f)
			}
		}
		out = append(out, c)
	}
	return out
}

// folder names the folder of the house a file lies in, and whether it is
// counted apart. Files at the top belong to no folder.
func folder(file string) (name string, apart bool) {
	parts := strings.Split(file, "/")
	switch {
	case len(parts) == 1 || parts[0][0] == '.':
		return "", true
	case parts[0] == "internal" && len(parts) > 3 && parts[1] == "engine":
		return "engine", true
	case parts[0] == "internal" && len(parts) > 3:
		return parts[1] + "/" + parts[2], false
	case parts[0] == "internal":
		return parts[1], false
	case parts[0] == "cmd":
		return "cmd", false
	case parts[0] == "test" || parts[0] == "bench":
		return "tests", true
	}
	return parts[0], true // docs, example, tool
}

// touched gives the counted folders of a commit, and those counted apart.
func (c commit) touched() (counted, apart []string) {
	for _, f := range c.files {
		name, aside := folder(f)
		switch {
		case name == "":
		case aside && !slices.Contains(apart, name):
			apart = append(apart, name)
		case !aside && !slices.Contains(counted, name):
			counted = append(counted, name)
		}
	}
	sort.Strings(counted)
	sort.Strings(apart)
	return counted, apart
}

// report prints a line for each commit that touches a counted folder, and the
// median.
func report(to io.Writer, commits []commit) {
	var counts []int
	for _, c := range commits {
		counted, apart := c.touched()
		if len(counted) == 0 {
			continue
		}
		counts = append(counts, len(counted))
		line := strings.Join(counted, " ")
		if len(counted) > 6 {
			line = strings.Join(counted[:6], " ") + " ..."
		}
		if len(apart) > 0 {
			line += " (and " + strings.Join(apart, ", ") + ")"
		}
		fmt.Fprintf(to, "%s %s %3d  %.60s\n                       %s\n", c.day, c.hash, len(counted), c.subject, line)
	}
	if len(counts) == 0 {
		fmt.Fprintln(to, "no commit touches a folder of the house")
		return
	}
	sort.Ints(counts)
	local := 0
	for _, n := range counts {
		if n <= 2 {
			local++
		}
	}
	fmt.Fprintf(to, "\n%d commits, folders per commit: median %d (aim 2), largest %d; %d%% touch two or fewer\n",
		len(counts), counts[len(counts)/2], counts[len(counts)-1], 100*local/len(counts))
}

// fanOut prints the packages that import most others of the house, app apart.
// The limit the house sets itself is 10.
func fanOut(to io.Writer, dir string) error {
	imports := map[string]map[string]bool{}
	err := filepath.WalkDir(filepath.Join(dir, "internal"), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, filepath.Dir(p))
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		for _, spec := range file.Imports {
			if to, ok := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "plait/"); ok && path.Base(path.Dir(rel)) != "cmd" && rel != "internal/app" {
				if imports[rel] == nil {
					imports[rel] = map[string]bool{}
				}
				imports[rel][to] = true
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read imports: %w", err)
	}
	var names []string
	for name := range imports {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := len(imports[names[i]]), len(imports[names[j]])
		return a > b || a == b && names[i] < names[j]
	})
	fmt.Fprintln(to, "\nmost imports of the house, app apart (limit 10):")
	for i, name := range names {
		if i < 5 {
			fmt.Fprintf(to, "%4d  %s\n", len(imports[name]), name)
		}
	}
	return nil
}
