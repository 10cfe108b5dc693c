// Command new-room writes the files of a new room, with a script that fails
// until the room does what it is for.
//
//	go run ./tool/new-room gathering "Gatherings" "workshops and the people who come"
//
// The first word is the room's one word: folder, address, command, table
// prefix, permission prefix and page in docs. It must be one lower-case word.
// Nothing that exists is written over. What is left to do by hand is printed.
package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
	"time"
)

//go:embed pattern
var pattern embed.FS

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, `usage: go run ./tool/new-room WORD TITLE "WHAT IT HOLDS"`)
		os.Exit(2)
	}
	if err := write(os.Stdout, ".", room{Name: os.Args[1], Title: os.Args[2], About: os.Args[3], Stamp: time.Now().UTC().Format("200601021504")}); err != nil {
		fmt.Fprintln(os.Stderr, "new-room:", err)
		os.Exit(1)
	}
}

// room is what the pattern is filled with.
type room struct {
	Name  string // evidence
	Title string // What was said
	About string // what people have told the project
	Stamp string // YYYYMMDDHHMM, UTC
}

// Noun is the name of the room's record type.
func (r room) Noun() string { return strings.ToUpper(r.Name[:1]) + r.Name[1:] }

var oneWord = regexp.MustCompile(`^[a-z]{3,20}$`)

// taken are words that mean something else in an address or on the command
// line.
var taken = []string{"init", "serve", "demo", "join", "public", "static", "api", "healthz", "readyz", "util", "common", "helper", "base", "model"}

// write writes every file, or none.
func write(to io.Writer, root string, r room) error {
	if !oneWord.MatchString(r.Name) {
		return fmt.Errorf("%q is not one lower-case word of 3 to 20 letters", r.Name)
	}
	for _, t := range taken {
		if r.Name == t {
			return fmt.Errorf("the word %q is taken", r.Name)
		}
	}
	if strings.TrimSpace(r.Title) == "" || strings.TrimSpace(r.About) == "" || strings.ContainsAny(r.Title+r.About, "\"\\\n") {
		return errors.New("the title and what it holds must be plain words, without quotes")
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		return errors.New("run this at the top of the project")
	}
	files, err := fill(r)
	if err != nil {
		return err
	}
	for name := range files {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			return fmt.Errorf("%s is there already: nothing was written", name)
		}
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(to, `Wrote internal/room/%[1]s and docs/%[1]s.md. Now, by hand:

1. Add %[1]s.New to the list in internal/app/rooms.go, where its news should be heard.
2. Write in internal/room/%[1]s/script/%[1]s.txtar what the room must do. It fails until it does.
3. Say in docs/%[1]s.md what a person does here.
4. Run: make test
`, r.Name)
	return nil
}

// fill gives each file of the pattern under its place in the project.
func fill(r room) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(pattern, "pattern", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := pattern.ReadFile(p)
		if err != nil {
			return err
		}
		// Square brackets, since the pages of a room use the curly ones.
		t, err := template.New(p).Delims("[[", "]]").Parse(string(text))
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, r); err != nil {
			return err
		}
		name := strings.TrimSuffix(strings.TrimPrefix(p, "pattern/"), ".tmpl")
		name = strings.ReplaceAll(strings.ReplaceAll(name, "NAME", r.Name), "STAMP", r.Stamp)
		if name == "docs.md" {
			out[filepath.Join("docs", r.Name+".md")] = b.Bytes()
			return nil
		}
		out[filepath.Join("internal", "room", r.Name, filepath.FromSlash(name))] = b.Bytes()
		return nil
	})
	return out, err
}
