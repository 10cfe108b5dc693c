package test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pluralForms are the forms each language has (Unicode CLDR).
var pluralForms = map[string][]string{
	"en": {"one", "other"},
	"cy": {"zero", "one", "two", "few", "many", "other"},
}

// anyPluralForm tells a plural from a nested group of keys.
var anyPluralForm = pluralForms["cy"]

// urlExceptions are first segments that are no room's name.
var urlExceptions = []string{"", "join", "public", "static", "api", "healthz", "readyz"}

func TestEveryWordUsedExists(t *testing.T) { guard(t, wordsExist) }

func TestWordFilesAreWhole(t *testing.T) { guard(t, wordFiles) }

func TestOneWordEverywhere(t *testing.T) { guard(t, oneWord) }

// dictionary is the words of one language: key to its plural forms, which are
// nil for a plain text.
type dictionary map[string][]string

// readWords reads one words file, and says what is wrong with it.
func readWords(raw string) (dictionary, error) {
	var top map[string]any
	if err := json.Unmarshal([]byte(raw), &top); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	d := dictionary{}
	return d, d.take("", top)
}

func (d dictionary) take(prefix string, group map[string]any) error {
	for _, key := range sorted(group) {
		full := key
		if prefix != "" {
			full = prefix + "." + key
		}
		if strings.HasPrefix(key, "_") {
			continue // a note
		}
		switch v := group[key].(type) {
		case string:
			d[full] = nil
		case map[string]any:
			var forms []string
			for _, f := range anyPluralForm {
				if _, ok := v[f].(string); ok {
					forms = append(forms, f)
				}
			}
			if _, ok := v["other"].(string); ok && len(forms) == len(v) {
				d[full] = forms
				continue
			}
			if err := d.take(full, v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%q is neither a text nor a group", full)
		}
	}
	return nil
}

// wordsOf gathers every words file of a language: file to dictionary.
func wordsOf(tr *tree, language string) (map[string]dictionary, []finding) {
	out := map[string]dictionary{}
	var bad []finding
	for _, f := range tr.files {
		if !strings.HasPrefix(f, "internal/") || path.Base(path.Dir(f)) != "words" || path.Base(f) != language+".json" {
			continue
		}
		d, err := readWords(tr.content(f))
		if err != nil {
			bad = append(bad, found(f, "%v", err))
			continue
		}
		out[f] = d
	}
	return out, bad
}

// wordFiles checks the files against one another: other languages have only
// known keys and whole plurals, a room's keys begin with its name.
func wordFiles(tr *tree) []finding {
	english, out := wordsOf(tr, "en")
	known := dictionary{}
	for _, f := range sorted(english) {
		zone, unit := zoneOf(path.Dir(f))
		for _, key := range sorted(english[f]) {
			if _, twice := known[key]; twice {
				out = append(out, found(f, "the key %q is in another words file too: a word has one home", key))
			}
			known[key] = english[f][key]
			if zone == "room" && !strings.HasPrefix(key, unit+".") {
				out = append(out, found(f, "the key %q of room %s must begin with %q", key, unit, unit+"."))
			}
			out = append(out, plurals(f, "en", key, english[f][key], true)...)
		}
	}
	welsh, bad := wordsOf(tr, "cy")
	out = append(out, bad...)
	for _, f := range sorted(welsh) {
		for _, key := range sorted(welsh[f]) {
			forms, ok := known[key]
			if !ok {
				out = append(out, found(f, "the key %q is not in en.json: add it there, or take it out here", key))
				continue
			}
			out = append(out, plurals(f, "cy", key, welsh[f][key], forms != nil)...)
		}
	}
	return out
}

func plurals(f, language, key string, forms []string, plural bool) []finding {
	if forms == nil || !plural {
		return nil
	}
	if want := pluralForms[language]; !slices.Equal(forms, want) {
		return []finding{found(f, "the plural %q has the forms %s; %s needs %s", key, strings.Join(forms, ", "), language, strings.Join(want, ", "))}
	}
	return nil
}

var (
	templateKey = regexp.MustCompile(`(?:\{\{-?|\(|\s)\s*tn?\s+"([^"]+)"`)
	keyShape    = regexp.MustCompile(`^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+$`)
)

// wordCalls are the calls that take a key, and which argument it is.
var wordCalls = map[string][]int{
	"T": {0, 1}, "fault.New": {1}, "fault.Fielded": {1}, "With": {0}, "Need": {2},
}

// wordFields are fields of a fault that hold a key.
var wordFields = []string{"Say", "Do"}

// wordsExist finds keys that templates and Go use and English lacks.
func wordsExist(tr *tree) []finding {
	english, _ := wordsOf(tr, "en")
	known := map[string]bool{}
	for _, d := range english {
		for key := range d {
			known[key] = true
		}
	}
	var out []finding
	miss := func(where, key string) {
		if !known[key] {
			out = append(out, found(where, "the word %q is in no words/en.json: add it", key))
		}
	}
	for _, f := range tr.files {
		if !strings.HasPrefix(f, "internal/") || !strings.HasSuffix(f, ".html") {
			continue
		}
		for i, line := range strings.Split(tr.content(f), "\n") {
			for _, m := range templateKey.FindAllStringSubmatch(line, -1) {
				miss(f+":"+strconv.Itoa(i+1), m[1])
			}
		}
	}
	for _, s := range tr.goes {
		if s.isTest || !strings.HasPrefix(s.path, "internal/") {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				for _, i := range wordCalls[called(n)] {
					if i < len(n.Args) {
						if key := literal(n.Args[i]); keyShape.MatchString(key) {
							miss(s.at(n.Args[i].Pos()), key)
						}
					}
				}
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); ok && slices.Contains(wordFields, id.Name) {
					if key := literal(n.Value); keyShape.MatchString(key) {
						miss(s.at(n.Value.Pos()), key)
					}
				}
			}
			return true
		})
	}
	return out
}

// called names a call: package.Func for fault's, the bare name otherwise.
func called(call *ast.CallExpr) string {
	fun := call.Fun
	switch f := fun.(type) {
	case *ast.IndexExpr:
		fun = f.X
	case *ast.IndexListExpr:
		fun = f.X
	}
	switch f := fun.(type) {
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && slices.Contains([]string{"fault", "plug", "who"}, x.Name) {
			return x.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if v, err := strconv.Unquote(lit.Value); err == nil {
			return v
		}
	}
	return ""
}

var routePattern = regexp.MustCompile(`^(?:GET|POST|PUT|PATCH|DELETE|HEAD) (/[^\s]*)$`)

// oneWord checks that a room's addresses, verbs and permissions begin with its
// name. Its tables and words are held by ownTables and wordFiles, its page in
// docs by roomPages.
func oneWord(tr *tree) []finding {
	var out []finding
	for _, s := range tr.goes {
		if s.zone != "room" || s.isTest {
			continue
		}
		if s.ast.Name.Name != s.unit && s.dir == "internal/room/"+s.unit {
			out = append(out, found(s.path, "package %s in room %s: one word everywhere", s.ast.Name.Name, s.unit))
		}
		for _, lit := range s.strings() {
			m := routePattern.FindStringSubmatch(lit.text)
			if m == nil {
				continue
			}
			first, _, _ := strings.Cut(strings.TrimPrefix(m[1], "/"), "/")
			if first != s.unit && !slices.Contains(urlExceptions, first) && !strings.HasPrefix(first, "{$}") {
				out = append(out, found(lit.where, "the address %s of room %s must begin with /%s", m[1], s.unit, s.unit))
			}
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && look(lit) == "who.Permission" {
				out = append(out, ownPermission(s, lit)...)
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := called(call)
			if !slices.Contains([]string{"plug.Of", "plug.Read", "who.Must", "who.Record"}, name) {
				return true
			}
			for _, arg := range call.Args {
				if key := literal(arg); keyShape.MatchString(key) && !strings.HasPrefix(key, s.unit+".") {
					out = append(out, found(s.at(arg.Pos()), "%q in room %s: its verbs and permissions begin with %q", key, s.unit, s.unit+"."))
				}
			}
			return true
		})
	}
	return out
}

// ownPermission checks the name of a permission that a room declares.
func ownPermission(s *source, lit *ast.CompositeLit) []finding {
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok || look(kv.Key) != "Name" {
			continue
		}
		if key := literal(kv.Value); key != "" && !strings.HasPrefix(key, s.unit+".") {
			return []finding{found(s.at(kv.Pos()), "the permission %q of room %s must begin with %q", key, s.unit, s.unit+".")}
		}
	}
	return nil
}

func TestWordsFindsPlantedFaults(t *testing.T) {
	const dir = "internal/room/evidence/"
	words := func(en, cy string) map[string]string {
		return map[string]string{dir + "words/en.json": en, dir + "words/cy.json": cy}
	}
	with := func(name, text string) map[string]string {
		return map[string]string{dir + "words/en.json": `{"evidence": {"title": "What was said"}}`, name: text}
	}
	prove(t, wordFiles, []plant{
		{"whole", words(`{"_reviewed_by": "A", "evidence.title": "Said", "evidence": {"n": {"one": "1", "other": "2"}}}`,
			`{"evidence.n": {"zero": "0", "one": "1", "two": "2", "few": "3", "many": "6", "other": "4"}}`), ""},
		{"not JSON", words(`{`, `{}`), "not JSON"},
		{"a key English lacks", words(`{"evidence.title": "Said"}`, `{"evidence.name": "Enw"}`), "not in en.json"},
		{"a Welsh plural of two forms", words(`{"evidence.n": {"one": "1", "other": "2"}}`, `{"evidence.n": {"one": "1", "other": "2"}}`), "cy needs zero, one, two, few, many, other"},
		{"an English plural of one form", words(`{"evidence.n": {"other": "2"}}`, `{}`), "en needs one, other"},
		{"another room's key", words(`{"review.title": "Said"}`, `{}`), "must begin with"},
		{"a key of two homes", map[string]string{"internal/kit/page/words/en.json": `{"evidence.a": "a"}`, dir + "words/en.json": `{"evidence.a": "a"}`}, "one home"},
	})
	prove(t, wordsExist, []plant{
		{"a template's word", with(dir+"pages/list.html", "\n<h1>{{ t \"evidence.titel\" }}</h1>"), "list.html:2: the word \"evidence.titel\""},
		{"a count's word", with(dir+"pages/list.html", `{{tn "evidence.count" 3}}`), "evidence.count"},
		{"a word as an argument", with(dir+"pages/list.html", `{{template "x" (dict "Title" (t "evidence.other"))}}`), "evidence.other"},
		{"a fault's word", with(dir+"do.go", "package evidence\n\nvar _ = fault.New(fault.Invalid, \"evidence.empty\")\n"), "evidence.empty"},
		{"a fault's advice", with(dir+"do.go", "package evidence\n\nvar _ = fault.New(fault.Invalid, \"evidence.title\").With(\"evidence.advice\")\n"), "evidence.advice"},
		{"a fault's field", with(dir+"do.go", "package evidence\n\nvar _ = fault.Fault{Say: \"evidence.gone\"}\n"), "evidence.gone"},
		{"a page's word", with(dir+"web.go", "package evidence\n\nfunc f() { words.T(lang, \"evidence.lost\") }\n"), "evidence.lost"},
		{"all there", with(dir+"web.go", "package evidence\n\nfunc f() { words.T(lang, \"evidence.title\") }\n"), ""},
		{"a made-up key", with(dir+"pages/list.html", `{{t (print "evidence.kind_" .Kind)}}`), ""},
	})
	prove(t, oneWord, []plant{
		{"another address", file(dir+"web.go", "package evidence\n\nconst a = \"GET /findings/{id}\"\n"), "must begin with /evidence"},
		{"own and shared addresses", file(dir+"web.go", "package evidence\n\nconst a, b, c = \"GET /evidence/{id}\", \"POST /join\", \"GET /{$}\"\n"), ""},
		{"another verb", file(dir+"room.go", "package evidence\n\nvar _ = plug.Of[In, Out](\"review.give\", \"evidence.give\", scope, do)\n"), "\"review.give\" in room evidence"},
		{"another permission", file(dir+"do.go", "package evidence\n\nfunc f() { who.Must(ctx, tx, \"review.give\", at) }\n"), "begin with \"evidence.\""},
		{"a permission of another name", file(dir+"room.go", "package evidence\n\nvar p = who.Permission{Name: \"review.give\"}\n"), "the permission \"review.give\""},
		{"another package name", file(dir+"do.go", "package proof\n"), "one word everywhere"},
	})
}
