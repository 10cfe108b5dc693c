package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// modulePath is the main module's path in go.mod.
const modulePath = "plait"

// source is one Go file.
type source struct {
	path string // from the root, with slashes
	dir  string
	name string
	zone string // cmd, app, room, engine, spine, kit, test, bench, tool
	unit string // the package's first folder in its zone: the room's name
	ast  *ast.File
	fset *token.FileSet
	text string

	isTest    bool
	generated bool
}

// tree is a source tree: its Go files read, its other files by name.
type tree struct {
	root  string
	goes  []*source
	files []string // every file from the root, with slashes, sorted
	bad   []string // Go files that do not parse
}

// finding is one broken rule.
type finding string

// rule finds what is wrong with a tree.
type rule func(*tree) []finding

func found(where, format string, args ...any) finding {
	return finding(where + ": " + fmt.Sprintf(format, args...))
}

// notOurs are folders that hold nothing we write.
var notOurs = map[string]bool{
	".git": true, "node_modules": true, "bin": true, "dist": true,
	"demo-data": true, "shots": true, "testdata": true,
}

// load reads a tree.
func load(root string) (*tree, error) {
	tr := &tree{root: root}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != root && notOurs[d.Name()] {
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		tr.files = append(tr.files, rel)
		if strings.HasSuffix(rel, ".go") {
			return tr.read(rel)
		}
		return nil
	})
	sort.Strings(tr.files)
	return tr, err
}

func (tr *tree) read(rel string) error {
	text, err := os.ReadFile(filepath.Join(tr.root, filepath.FromSlash(rel)))
	if err != nil {
		return err
	}
	s := &source{path: rel, dir: path.Dir(rel), name: path.Base(rel), text: string(text), fset: token.NewFileSet()}
	s.isTest = strings.HasSuffix(rel, "_test.go")
	s.zone, s.unit = zoneOf(s.dir)
	s.ast, err = parser.ParseFile(s.fset, rel, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		tr.bad = append(tr.bad, err.Error())
		return nil
	}
	s.generated = ast.IsGenerated(s.ast)
	tr.goes = append(tr.goes, s)
	return nil
}

// zoneOf gives the zone of a folder and its first folder inside it.
func zoneOf(dir string) (zone, unit string) {
	parts := strings.Split(dir, "/")
	if parts[0] == "internal" && len(parts) > 1 {
		parts = parts[1:]
	}
	if len(parts) > 1 {
		unit = parts[1]
	}
	return parts[0], unit
}

// at gives a place in a file as path:line.
func (s *source) at(p token.Pos) string {
	return s.path + ":" + strconv.Itoa(s.fset.Position(p).Line)
}

// imports gives the import paths of a file with their places.
func (s *source) imports() map[string]string {
	out := map[string]string{}
	for _, spec := range s.ast.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			out[p] = s.at(spec.Pos())
		}
	}
	return out
}

// names maps the name by which a file calls each import to its path.
func (s *source) names() map[string]string {
	out := map[string]string{}
	for _, spec := range s.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(p)
		if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
			name = path.Base(path.Dir(p))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		out[name] = p
	}
	return out
}

// dirs lists the folders directly under dir that hold any file.
func (tr *tree) dirs(dir string) []string {
	seen := map[string]bool{}
	for _, f := range tr.files {
		if rest, ok := strings.CutPrefix(f, dir+"/"); ok {
			if name, _, ok := strings.Cut(rest, "/"); ok {
				seen[name] = true
			}
		}
	}
	return sorted(seen)
}

// has says whether the tree holds a file.
func (tr *tree) has(file string) bool {
	i := sort.SearchStrings(tr.files, file)
	return i < len(tr.files) && tr.files[i] == file
}

// content reads a file of the tree.
func (tr *tree) content(file string) string {
	text, err := os.ReadFile(filepath.Join(tr.root, filepath.FromSlash(file)))
	if err != nil {
		return ""
	}
	return string(text)
}

func sorted[V any](set map[string]V) []string {
	out := make([]string, 0, len(set))
	for name := range set {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// repository reads this repository, once for all tests.
var repository = sync.OnceValues(func() (*tree, error) { return load("..") })

// guard runs rules over this repository.
func guard(t *testing.T, rules ...rule) {
	t.Helper()
	tr, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.goes) < 10 || !tr.has("go.mod") {
		t.Fatalf("only %d Go files were found above this folder: the check looked in the wrong place", len(tr.goes))
	}
	for _, r := range rules {
		for _, f := range r(tr) {
			t.Error(f)
		}
	}
}

// plant is a small tree with one fault, or with none when want is empty.
type plant struct {
	name  string
	files map[string]string
	want  string // a part of the only finding
}

// prove runs a rule over planted trees.
func prove(t *testing.T, r rule, plants []plant) {
	t.Helper()
	for _, p := range plants {
		t.Run(p.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range p.files {
				file := filepath.Join(root, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			tr, err := load(root)
			if err != nil {
				t.Fatal(err)
			}
			if len(tr.bad) > 0 {
				t.Fatalf("the plant does not parse: %v", tr.bad)
			}
			got := r(tr)
			switch {
			case p.want == "" && len(got) > 0:
				t.Errorf("found fault with a sound tree: %q", got)
			case p.want != "" && len(got) != 1:
				t.Errorf("%d findings, want one with %q: %q", len(got), p.want, got)
			case p.want != "" && !strings.Contains(string(got[0]), p.want):
				t.Errorf("finding %q lacks %q", got[0], p.want)
			}
		})
	}
}

// file makes a plant of one file.
func file(name, text string) map[string]string { return map[string]string{name: text} }

func TestEveryGoFileParses(t *testing.T) {
	tr, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range tr.bad {
		t.Error(b)
	}
}
