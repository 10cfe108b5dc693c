package test

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// stateful are types whose values change, so that a package variable of them is
// state even when it is never assigned.
var stateful = []string{"sync.", "atomic.", "bytes.Buffer", "strings.Builder", "http.Client", "http.ServeMux", "rand.Rand", "sql.DB"}

// shared is the one folder that keeps something for a whole binary: the databases that the
// tests of a package take in turn. A field would be of one test, and each would migrate anew.
const shared = "test/house"

func TestNoPackageState(t *testing.T) { guard(t, noInit, noState) }

// noInit finds init functions.
func noInit(tr *tree) []finding {
	var out []finding
	for _, s := range tr.goes {
		if s.isTest || s.generated {
			continue
		}
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				out = append(out, found(s.at(f.Pos()), "no init(): do it in New, or where it is used"))
			}
		}
	}
	return out
}

// variable is a package variable.
type variable struct {
	src   *source
	name  *ast.Ident
	typ   ast.Expr
	value ast.Expr
	embed bool
}

// noState finds package variables that can change: those without a value,
// those of a changing type, and those that any code of the package assigns.
func noState(tr *tree) []finding {
	var out []finding
	byPackage := map[string][]variable{}
	sources := map[string][]*source{}
	for _, s := range tr.goes {
		if s.isTest || s.generated || s.dir == shared {
			continue
		}
		sources[s.dir] = append(sources[s.dir], s)
		byPackage[s.dir] = append(byPackage[s.dir], variables(s)...)
	}
	for _, dir := range sorted(byPackage) {
		changed := map[string]string{}
		for _, s := range sources[dir] {
			changes(s, changed)
		}
		for _, v := range byPackage[dir] {
			if why := v.state(); why != "" {
				out = append(out, found(v.src.at(v.name.Pos()), "var %s %s: make it a field of what New returns", v.name.Name, why))
			} else if where := changed[v.name.Name]; where != "" {
				out = append(out, found(v.src.at(v.name.Pos()), "var %s is changed at %s: make it a field of what New returns", v.name.Name, where))
			}
		}
	}
	return out
}

func variables(s *source) []variable {
	var out []variable
	for _, d := range s.ast.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.VAR {
			continue
		}
		for _, spec := range gen.Specs {
			v := spec.(*ast.ValueSpec)
			embed := embeds(gen.Doc) || embeds(v.Doc)
			for i, n := range v.Names {
				if n.Name == "_" {
					continue
				}
				one := variable{src: s, name: n, typ: v.Type, embed: embed}
				if i < len(v.Values) {
					one.value = v.Values[i]
				} else if len(v.Values) == 1 {
					one.value = v.Values[0]
				}
				out = append(out, one)
			}
		}
	}
	return out
}

func embeds(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//go:embed ") {
			return true
		}
	}
	return false
}

// state says why a variable is state by its look alone, or nothing.
func (v variable) state() string {
	if v.embed {
		return ""
	}
	for _, e := range []ast.Expr{v.typ, v.value} {
		shown := look(e)
		for _, s := range stateful {
			if strings.HasPrefix(shown, s) {
				return "holds a " + shown + ", which changes"
			}
		}
	}
	if v.value == nil {
		return "has no value, so something must change it"
	}
	switch e := v.value.(type) {
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.Ident); ok && (f.Name == "make" || f.Name == "new") {
			return "is made empty, so something must fill it"
		}
	case *ast.UnaryExpr:
		if e.Op == token.AND && !strings.HasPrefix(look(e.X), "fault.") {
			return "is a pointer, through which anyone may change it"
		}
	}
	return ""
}

// look writes a type as package.Name.
func look(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return look(e.X) + "." + e.Sel.Name
	case *ast.Ident:
		return e.Name
	case *ast.CompositeLit:
		return look(e.Type)
	case *ast.StarExpr:
		return look(e.X)
	case *ast.UnaryExpr:
		return look(e.X)
	case *ast.CallExpr:
		return look(e.Fun)
	case *ast.IndexExpr:
		return look(e.X)
	}
	return ""
}

// changes notes every name that a function of the file assigns, takes the
// address of, deletes from or clears, and that is not its own.
func changes(s *source, changed map[string]string) {
	for _, d := range s.ast.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		own := locals(f)
		note := func(e ast.Expr) {
			if n := rootName(e); n != nil && !own[n.Name] && changed[n.Name] == "" {
				changed[n.Name] = s.at(n.Pos())
			}
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, l := range n.Lhs {
						note(l)
					}
				}
			case *ast.IncDecStmt:
				note(n.X)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					note(n.X)
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear" || f.Name == "copy") && len(n.Args) > 0 {
					note(n.Args[0])
				}
			}
			return true
		})
	}
}

// rootName is the x of x, x.f, x[i], *x and x[i:j].
func rootName(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return rootName(e.X)
	case *ast.IndexExpr:
		return rootName(e.X)
	case *ast.StarExpr:
		return rootName(e.X)
	case *ast.ParenExpr:
		return rootName(e.X)
	case *ast.SliceExpr:
		return rootName(e.X)
	}
	return nil
}

// locals are the names a function declares anywhere inside itself.
func locals(f *ast.FuncDecl) map[string]bool {
	own := map[string]bool{}
	fields := func(l *ast.FieldList) {
		if l == nil {
			return
		}
		for _, field := range l.List {
			for _, n := range field.Names {
				own[n.Name] = true
			}
		}
	}
	fields(f.Recv)
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncType:
			fields(n.Params)
			fields(n.Results)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, l := range n.Lhs {
					if id, ok := l.(*ast.Ident); ok {
						own[id.Name] = true
					}
				}
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE {
					own[id.Name] = true
				}
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				own[id.Name] = true
			}
		}
		return true
	})
	return own
}

func TestStateFindsPlantedFaults(t *testing.T) {
	const at = "internal/kit/x/x.go"
	code := func(body string) map[string]string { return file(at, "package x\n\n"+body) }
	prove(t, noInit, []plant{
		{"init", code("func init() {}\n"), "x.go:3: no init()"},
		{"a method called init", code("type T int\n\nfunc (T) init() {}\n"), ""},
	})
	prove(t, noState, []plant{
		{"no value", code("var count int\n"), "has no value"},
		{"an empty map", code("var seen = make(map[string]bool)\n"), "made empty"},
		{"a lock", code("var mu = sync.Mutex{}\n"), "holds a sync.Mutex"},
		{"a lock without value", code("var mu sync.Mutex\n"), "holds a sync.Mutex"},
		{"a pointer", code("var def = &T{}\n"), "is a pointer"},
		{"a map that is filled", code("var seen = map[string]bool{}\n\nfunc f() { seen[\"a\"] = true }\n"), "changed at internal/kit/x/x.go:5"},
		{"a map that is emptied", code("var seen = map[string]bool{\"a\": true}\n\nfunc f() { delete(seen, \"a\") }\n"), "changed at"},
		{"a number that grows", code("var n = 1\n\nfunc f() { n++ }\n"), "changed at"},
		{"changed in another file", map[string]string{at: "package x\n\nvar n = 1\n", "internal/kit/x/y.go": "package x\n\nfunc f() { n = 2 }\n"}, "changed at internal/kit/x/y.go:3"},
		{"tables and sentinels", code("var ErrNo = errors.New(\"no\")\nvar re = regexp.MustCompile(`x`)\nvar table = map[string]int{\"a\": 1}\nvar gone = &fault.Fault{}\nvar _ I = (*T)(nil)\n\n//go:embed all:dist\nvar dist embed.FS\n\nfunc f() { table := map[string]int{}; table[\"a\"] = 2 }\n"), ""},
		{"a test", file("internal/kit/x/x_test.go", "package x\n\nvar count int\n"), ""},
	})
}
