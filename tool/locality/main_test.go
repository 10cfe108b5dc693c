package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFoldersAreCounted(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	keep := func(subject string, files ...string) {
		t.Helper()
		for _, f := range files {
			p := filepath.Join(dir, f)
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			text := "// " + subject + "\npackage x\n\nimport _ \"plait/internal/kit/db\"\n"
			if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		git("add", "-A")
		git("commit", "-q", "-m", subject)
	}
	git("init", "-q")
	keep("one room", "internal/room/evidence/do.go", "internal/room/evidence/do_test.go", "docs/evidence.md", "example/a.txtar", "test/x_test.go", "internal/engine/cite/a.go")
	keep("three folders", "internal/room/evidence/web.go", "internal/room/review/web.go", "internal/kit/db/x.go")
	keep("words only", "docs/evidence.md", "README.md")

	var out bytes.Buffer
	if err := run(&out, dir, 100, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  1  one room", "room/evidence (and docs, engine, example, tests)",
		"  3  three folders", "kit/db room/evidence room/review",
		"2 commits, folders per commit: median 3 (aim 2), largest 3; 50% touch two or fewer",
		"   1  internal/room/evidence",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "words only") {
		t.Error("a commit of words was counted")
	}
}
