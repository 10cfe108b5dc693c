package test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// unwanted is what no file of the project may say. The patterns are written
// in pieces so that this file does not say them either.
var unwanted = []struct {
	pattern *regexp.Regexp
	tests   bool // allowed in _test.go
	why     string
}{
	{regexp.MustCompile(`/wo` + `rk/`), false, "a path of one machine: write a path from the root of the project"},
	{regexp.MustCompile(`/ro` + `ot/`), false, "a path of one machine: write a path from the root of the project"},
	{regexp.MustCompile(`\.\./sha` + `red\b`), true, "the project stands alone: only a test may read it, and says so when it is not there"},
	{regexp.MustCompile(`registry\.np` + `mjs\.org|registry\.ya` + `rnpkg\.com|proxy\.gol` + `ang\.org|sum\.gol` + `ang\.org|goproxy\.(io|cn)|npm` + `mirror\.com`), false, "a registry's host: each machine has its own setting"},
	{regexp.MustCompile(`(?i)\bissues? #[0-9]+\b|\b(see|for|as) issue [0-9]+\b|\(#[0-9]+\)`), false, "an issue's number: say what the reader needs to know"},
	{regexp.MustCompile(`(?i)\b(cla` + `ude[ .-](ai|code|opus|sonnet)|anth` + `ropic|open` + `ai|chat` + `gpt|co` + `pilot)\b`), false, "say what the reader needs to know"},
	{regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`), false, "do it, or write down where it is planned"},
	{regexp.MustCompile(`(?m)^(<{7}|>{7}|={7})( |$)`), false, "a merge that was not finished"},
}

// proseEnds are the files that people read as text.
var proseEnds = []string{".go", ".md", ".html", ".json", ".sql", ".mjs", ".js", ".scss", ".css", ".sh", ".txt", ".txtar", ".yml", ".yaml", ".conf", "Makefile", "run", ".mod", ".gitignore"}

func TestNothingUnwantedIsSaid(t *testing.T) { guard(t, unwantedWords) }

func TestTextFilesArePlain(t *testing.T) { guard(t, plainText) }

func isProse(f string) bool {
	for _, end := range proseEnds {
		if strings.HasSuffix(f, end) {
			return true
		}
	}
	return false
}

func unwantedWords(tr *tree) []finding {
	var out []finding
	for _, f := range tr.files {
		if !isProse(f) {
			continue
		}
		text := tr.content(f)
		for _, u := range unwanted {
			if u.tests && strings.HasSuffix(f, "_test.go") {
				continue
			}
			if at := u.pattern.FindStringIndex(text); at != nil {
				line := 1 + strings.Count(text[:at[0]], "\n")
				out = append(out, found(f+":"+strconv.Itoa(line), "says %q: %s", text[at[0]:at[1]], u.why))
			}
		}
	}
	return out
}

// plainText checks that text files are UTF-8, without carriage returns, and
// end with a line end.
func plainText(tr *tree) []finding {
	var out []finding
	for _, f := range tr.files {
		if !isProse(f) || strings.HasSuffix(f, ".txt") {
			continue
		}
		text := tr.content(f)
		switch {
		case !utf8.ValidString(text):
			out = append(out, found(f, "is not UTF-8: save it as UTF-8"))
		case strings.Contains(text, "\r"):
			out = append(out, found(f, "has carriage returns: save it with plain line ends"))
		case text != "" && !strings.HasSuffix(text, "\n"):
			out = append(out, found(f, "lacks the last line end"))
		}
	}
	return out
}

func TestHygieneFindsPlantedFaults(t *testing.T) {
	prove(t, unwantedWords, []plant{
		{"a machine's path", file("docs/a.md", "see /wo"+"rk/main\n"), "a path of one machine"},
		{"a registry", file("Makefile", "x\nGOPROXY=https://proxy.gol"+"ang.org\n"), "Makefile:2"},
		{"the data beside us, in the program", file("internal/kit/x/x.go", "package x\n\nconst d = \"../sha"+"red/data\"\n"), "stands alone"},
		{"the data beside us, in a test", file("internal/kit/x/x_test.go", "package x\n\nconst d = \"../sha"+"red/data\"\n"), ""},
		{"a number", file("docs/a.md", "as issue "+"12 says\n"), "what the reader needs"},
		{"work left", file("internal/kit/x/x.go", "package x\n\n// TO"+"DO: more\n"), "do it"},
		{"a merge left", file("docs/a.md", strings.Repeat("<", 7)+" ours\n"), "merge"},
		{"plain", file("docs/a.md", "an issue of 12 pages, a heading\n=======x\n"), ""},
	})
	prove(t, plainText, []plant{
		{"Latin-1", file("docs/a.md", "caf\xe9\n"), "UTF-8"},
		{"carriage returns", file("docs/a.md", "a\r\n"), "carriage"},
		{"no last line end", file("docs/a.md", "a"), "last line end"},
		{"plain", file("docs/a.md", "café\n"), ""},
	})
}
