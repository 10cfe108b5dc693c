package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// lint runs the linters of tool/lint, which prints one line for each:
// "ok NAME", "fail NAME" or "skip NAME: reason", the findings before it.
func (r *runner) lint(ctx context.Context) {
	cmd := r.command(ctx, filepath.Join(r.root, "tool", "lint"), "go", "run", ".", "-root", r.root)
	text, err := cmd.CombinedOutput()
	seen := 0
	var findings strings.Builder
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		word, name, _ := strings.Cut(line, " ")
		switch word {
		case "ok":
			r.count.passed++
		case "fail":
			r.count.fail(name, findings.String())
		case "skip":
			name, reason, _ := strings.Cut(name, ": ")
			r.count.skip(name, reason)
		default:
			findings.WriteString(line + "\n")
			continue
		}
		seen++
		findings.Reset()
		fmt.Fprintf(r.out, "%-4s %s\n", word, name)
	}
	if err != nil && len(r.count.fails) == 0 || seen == 0 {
		r.count.fail("tool/lint", fmt.Sprintf("%s\n%v", text, err))
	}
}
