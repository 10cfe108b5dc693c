package lang

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
	_ "time/tzdata"
)

func source(name string, files map[string]string) Source {
	m := fstest.MapFS{}
	for file, text := range files {
		m[file] = &fstest.MapFile{Data: []byte(text)}
	}
	return Source{Name: name, FS: m}
}

const english = `{
	"evidence.title": "What was said",
	"evidence.by": "Said by {{.Name}}",
	"evidence.count": {"one": "{{.Count}} contribution", "other": "{{.Count}} contributions"},
	"evidence": {"empty": "Nobody has said anything yet", "days": {"one": "{{.Count}} day", "other": "{{.Count}} days"}}
}`

const welsh = `{
	"_reviewed_by": "",
	"evidence.title": "Beth a ddywedwyd",
	"evidence.count": {"zero": "dim cathod", "one": "{{.Count}} gath", "two": "{{.Count}} gath (dwy)",
		"few": "{{.Count}} cath", "many": "{{.Count}} chath", "other": "{{.Count}} cath (eraill)"},
	"evidence.days": {"one": "{{.Count}} diwrnod", "other": "{{.Count}} o ddyddiau"}
}`

func words(t *testing.T) *Words {
	t.Helper()
	w, err := New(source("evidence", map[string]string{"en.json": english, "cy.json": welsh}))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Unicode CLDR 48, cardinal rules for cy: 0, 1, 2, 3, 6 have a form each.
func TestWelshSixForms(t *testing.T) {
	w := words(t)
	for n, want := range map[int]string{
		0: "dim cathod", 1: "1 gath", 2: "2 gath (dwy)", 3: "3 cath", 6: "6 chath",
		4: "4 cath (eraill)", 5: "5 cath (eraill)", 7: "7 cath (eraill)", 13: "13 cath (eraill)", 1006: "1,006 cath (eraill)",
	} {
		if got := w.T("cy", "evidence.count", "Count", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// The forms that Forms lists are those the rules of the library use.
func TestFormsAreThoseOfTheRules(t *testing.T) {
	all := `{"one":"one","other":"other"}`
	for _, lang := range []string{"cy", "ga", "gd", "gv", "ar", "pl", "uk", "ro", "zh", "en", "fr-CA"} {
		var parts []string
		for _, form := range Forms(lang) {
			parts = append(parts, `"`+form+`":"`+form+`"`)
		}
		w, err := New(source("x", map[string]string{"en.json": `{"x.n":` + all + `}`, lang + ".json": `{"x.n":{` + strings.Join(parts, ",") + `}}`}))
		if lang == "en" {
			continue // one file only; New is asked for it below by the others
		}
		if err != nil {
			t.Fatalf("%s: %v", lang, err)
		}
		seen := map[string]bool{}
		for n := range 130 {
			form := w.T(lang, "x.n", "Count", n)
			if !slices.Contains(Forms(lang), form) {
				t.Errorf("%s, %d: %q is not among the forms", lang, n, form)
			}
			seen[form] = true
		}
		for _, form := range Forms(lang) {
			// "other" is for fractions alone in some languages.
			if !seen[form] && form != "other" {
				t.Errorf("%s: no number to 129 uses %q", lang, form)
			}
		}
	}
}

func TestWordsAndFallbacks(t *testing.T) {
	w := words(t)
	for _, c := range []struct {
		lang, key string
		args      []any
		want      string
	}{
		{"en", "evidence.title", nil, "What was said"},
		{"cy", "evidence.title", nil, "Beth a ddywedwyd"},
		{"cy-GB", "evidence.title", nil, "Beth a ddywedwyd"},
		{"fr", "evidence.title", nil, "What was said"},
		{"", "evidence.title", nil, "What was said"},
		{"cy", "evidence.empty", nil, "Nobody has said anything yet"},
		{"cy", "evidence.by", []any{"Name", "<Siân>"}, "Said by <Siân>"},
		{"en", "evidence.count", []any{"Count", 1}, "1 contribution"},
		{"en", "evidence.count", []any{"Count", int64(0)}, "0 contributions"},
		{"en", "evidence.days", []any{"Count", 1}, "1 day"},
		{"cy", "evidence.days", []any{"Count", 6}, "6 o ddyddiau"}, // a form is missing
	} {
		if got := w.T(c.lang, c.key, c.args...); got != c.want {
			t.Errorf("T(%q, %q, %v) = %q, want %q", c.lang, c.key, c.args, got, c.want)
		}
	}
	if got := w.Unknown(); len(got) > 0 {
		t.Errorf("counted as unknown: %v", got)
	}
}

func TestCallsThatDoNotFitAreSeenAndCounted(t *testing.T) {
	w := words(t)
	for _, c := range []struct {
		key  string
		args []any
	}{
		{"evidence.nothing", nil},
		{"evidence.by", nil},
		{"evidence.by", []any{"Nmae", "x"}},
		{"evidence.by", []any{"Name"}},
		{"evidence.by", []any{1, "x"}},
		{"evidence.count", nil},
		{"evidence.count", []any{"Count", "many"}},
		{"evidence.count", []any{"Count", 1.5}},
	} {
		if got, want := w.T("cy", c.key, c.args...), "⟦"+c.key+"⟧"; got != want {
			t.Errorf("T(%q, %v) = %q, want %q", c.key, c.args, got, want)
		}
	}
	if n := w.Unknown()["evidence.count"]; n != 3 {
		t.Errorf("evidence.count was counted %d times, want 3", n)
	}
}

func TestLists(t *testing.T) {
	w := words(t)
	same := func(what string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	same("languages", w.Languages(), "en", "cy")
	same("keys", w.Keys("cy"), "evidence.count", "evidence.days", "evidence.title")
	same("missing", w.Missing("cy"), "evidence.by", "evidence.empty")
	same("gaps", w.Gaps("cy"), "evidence.days: few", "evidence.days: many", "evidence.days: two", "evidence.days: zero")
	if w.Has("cy", "evidence.by") || !w.Has("en", "evidence.by") {
		t.Error("Has looks at another language")
	}
	for wish, want := range map[string]string{"cy-GB,cy;q=0.9,en;q=0.8": "cy", "fr-FR, en;q=0.5": "en", "de": "en", "": "en", "!!": "en"} {
		if got := w.Choose(wish); got != want {
			t.Errorf("Choose(%q) = %q, want %q", wish, got, want)
		}
	}
	if got := w.Choose("", "cy"); got != "cy" {
		t.Errorf("a later wish: %q", got)
	}
}

func TestReviewedNeedsANameInEveryFile(t *testing.T) {
	named := source("a", map[string]string{"en.json": `{"a.x":"x"}`, "cy.json": `{"_reviewed_by":"Siân Example","a.x":"y"}`})
	unnamed := source("b", map[string]string{"en.json": `{"b.x":"x"}`, "cy.json": `{"b.x":"y"}`})
	w, err := New(named)
	if err != nil {
		t.Fatal(err)
	}
	if !w.Reviewed("cy") || !w.Reviewed("en") || w.Reviewed("gd") {
		t.Error("a named file is not reviewed, or a language that is not there is")
	}
	if w, err = New(named, unnamed); err != nil || w.Reviewed("cy") {
		t.Errorf("one file without a name: %v", err)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{"x.a":"b","x.a":"c"}`:            "twice",
		`{"x.a":"b","x":{"a":"c"}}`:        "twice",
		`{"x.a":{"one":"b"}}`:              "lacks the plural form",
		`{"x.a":{"one":"b","one":"c"}}`:    "twice",
		`{"x.a":{"few":"b","other":"c"}}`:  "no plural form \"few\"",
		`{"x.a":{"other":"c","more":"d"}}`: "mixes",
		`{"x.a":{"other":"{{.Count"}}`:     "x.a",
		`{"x.a":"{{if}}"}`:                 "x.a",
		`{"x.a":""}`:                       "no words",
		`{"x.a":3}`:                        "want a text",
		`{"x.a":["b"]}`:                    "want a text",
		`["x"]`:                            "one JSON object",
		``:                                 "one JSON object",
		`{"x.a":"b"} {"x.b":"c"}`:          "after the end",
		`{"x.a":"b"`:                       "",
		`{"taken.a":"b"}`:                  "already defined by first",
	} {
		_, err := New(source("first", map[string]string{"en.json": `{"taken.a":"b"}`}), source("second", map[string]string{"en.json": text}))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "second") {
			t.Errorf("%s: got %v, want an error with %q", text, err, want)
		}
	}
	if _, err := New(source("x", map[string]string{"en.json": `{}`, "cy.json": `{"x.a":"b"}`})); err == nil || !strings.Contains(err.Error(), "not in en.json") {
		t.Errorf("a key without English: %v", err)
	}
	if _, err := New(source("x", map[string]string{"en.json": `{}`, "wales.json-.json": `{}`})); err == nil {
		t.Error("a file that is named after no language is taken")
	}
}

func TestManyAtOnce(t *testing.T) {
	w := words(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for n := range 200 {
				w.T("cy", "evidence.count", "Count", n)
				w.T("cy", "evidence.nothing")
			}
		})
	}
	wait.Wait()
	if n := w.Unknown()["evidence.nothing"]; n != 1600 {
		t.Errorf("counted %d of 1600", n)
	}
}

func TestDatesNumbersMoney(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	at := func(hour, minute int) int64 { return time.Date(2026, 7, 13, hour, minute, 0, 0, london).UnixMicro() }
	for got, want := range map[string]string{
		Date("en", "2026-10-13"):             "13 October 2026",
		Date("cy", "2026-10-03"):             "3 Hydref 2026",
		Date("ga", "2026-10-13"):             "13 Deireadh Fómhair 2026",
		Date("en", "last spring"):            "last spring",
		DateTime("en", at(14, 30), london):   "13 July 2026 at 2:30pm",
		DateTime("en", at(9, 0), london):     "13 July 2026 at 9am",
		DateTime("en", at(12, 0), london):    "13 July 2026 at midday",
		DateTime("en", at(0, 0), london):     "13 July 2026 at midnight",
		DateTime("cy", at(14, 5), london):    "13 Gorffennaf 2026 am 14:05",
		DateTime("en-GB", at(14, 30), nil):   "13 July 2026 at 1:30pm",
		Number("cy", 1234567):                "1,234,567",
		Number("en", -1000):                  "-1,000",
		Number("en", 999):                    "999",
		Number("en", -9223372036854775808):   "-9,223,372,036,854,775,808",
		Money("en", 123450, "GBP"):           "£1,234.50",
		Money("cy", -5, ""):                  "-£0.05",
		Money("en", 1200, "EUR"):             "EUR 12.00",
		Name("cy") + Name("gd") + Name("ur"): "CymraegGàidhligur",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if DateTime("en", 0, nil) != "" || Date("en", "") != "" {
		t.Error("no time should be no text")
	}
	if !RightToLeft("ur-PK") || RightToLeft("cy") {
		t.Error("the direction of writing is wrong")
	}
}
