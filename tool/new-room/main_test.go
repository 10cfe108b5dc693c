package main

import (
	"bytes"
	"encoding/json"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var sample = room{Name: "allotment", Title: "Allotments", About: "who digs where", Stamp: "202611010900"}

// project makes an empty project.
func project(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module plait\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestARoomIsWritten(t *testing.T) {
	dir := project(t)
	var out bytes.Buffer
	if err := write(&out, dir, sample); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"doc.go", "room.go", "allotment.go", "allotment_test.go", "do.go", "store.go", "web.go", "pages/list.html",
		"words/en.json", "words/cy.json", "script/allotment.txtar", "sql/202611010900_allotment_start.sql"} {
		text, err := os.ReadFile(filepath.Join(dir, "internal/room/allotment", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if strings.Contains(string(text), "[[") && !strings.HasSuffix(name, ".go") || strings.Contains(string(text), "NAME") {
			t.Errorf("%s holds an unfilled place", name)
		}
		if strings.HasSuffix(name, ".go") {
			if nice, err := format.Source(text); err != nil || !bytes.Equal(nice, text) {
				t.Errorf("%s is not formatted: %v", name, err)
			}
		}
		if strings.HasSuffix(name, ".json") && !json.Valid(text) {
			t.Errorf("%s is not JSON", name)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "docs/allotment.md")); err != nil || !strings.HasPrefix(string(text), "# Allotments\n") {
		t.Errorf("docs/allotment.md: %.20q, %v", text, err)
	}
	if !strings.Contains(out.String(), "internal/app/rooms.go") {
		t.Errorf("what is left to do is not said: %q", out.String())
	}
	if err := write(&out, dir, sample); err == nil || !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("a second time: %v", err)
	}
}

func TestBadWordsWriteNothing(t *testing.T) {
	for _, bad := range []room{
		{Name: "Two", Title: "T", About: "a"}, {Name: "two-words", Title: "T", About: "a"}, {Name: "../x", Title: "T", About: "a"},
		{Name: "serve", Title: "T", About: "a"}, {Name: "util", Title: "T", About: "a"},
		{Name: "good", Title: " ", About: "a"}, {Name: "good", Title: `say "this"`, About: "a"}, {Name: "good", Title: "T", About: ""},
	} {
		dir := project(t)
		if err := write(&bytes.Buffer{}, dir, bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
			t.Errorf("%+v left files: %v", bad, left)
		}
	}
	if err := write(&bytes.Buffer{}, t.TempDir(), sample); err == nil || !strings.Contains(err.Error(), "top of the project") {
		t.Errorf("elsewhere: %v", err)
	}
}

// TestTheNewRoomPasses lays the new files over this project for the go command
// alone, without writing them there, and runs the room's own test.
func TestTheNewRoomPasses(t *testing.T) {
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := project(t)
	if err := write(&bytes.Buffer{}, dir, sample); err != nil {
		t.Fatal(err)
	}
	over := struct{ Replace map[string]string }{map[string]string{}}
	made := filepath.Join(dir, "internal")
	err = filepath.WalkDir(made, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		over.Replace[filepath.Join(top, rel)] = p
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(over)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	// go test would run in a folder that is not there, so the test is built and
	// then run where its files are.
	binary := filepath.Join(dir, "room.test")
	build := exec.Command("go", "test", "-c", "-vet=off", "-overlay", file, "-o", binary, "plait/internal/room/allotment")
	build.Dir = top
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the new room does not build: %v\n%s", err, out)
	}
	run := exec.Command(binary)
	run.Dir = filepath.Join(dir, "internal/room/allotment")
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("the new room's test fails: %v\n%s", err, out)
	}
}
