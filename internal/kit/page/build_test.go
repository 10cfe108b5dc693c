package page_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"plait/internal/kit/page"
)

// built reads a file of dist by its plain name. Without a build the test fails: a style
// sheet that was not looked at must not pass.
func built(t *testing.T, name string) (hashed string, contents []byte) {
	t.Helper()
	raw, err := os.ReadFile("dist/manifest.json")
	if err != nil {
		t.Fatalf("run make build first: %v", err)
	}
	var manifest map[string]string
	if err := json.Unmarshal(raw, &manifest); err != nil {
		t.Fatal(err)
	}
	contents, err = os.ReadFile("dist/" + manifest[name])
	if err != nil {
		t.Fatal(err)
	}
	return manifest[name], contents
}

func TestNothingOfGovUKIsShipped(t *testing.T) {
	marks := regexp.MustCompile(`(?i)transport|calvert|crown|crest|1d70b8`)
	for _, name := range []string{"app.css", "app.js", "icon.svg"} {
		if _, text := built(t, name); marks.Match(text) {
			t.Errorf("%s holds %q", name, marks.Find(text))
		}
	}
}

func TestStyleSheetStaysOnThisServer(t *testing.T) {
	_, css := built(t, "app.css")
	refs := regexp.MustCompile(`url\(["']?([^"')]+)`).FindAllSubmatch(css, -1)
	if len(refs) < 4 {
		t.Errorf("%d files named by the style sheet, want the four of the typeface", len(refs))
	}
	for _, m := range refs {
		if at := string(m[1]); strings.Contains(at, "//") && !strings.HasPrefix(at, "data:") {
			t.Errorf("the style sheet fetches %s", at)
		}
	}
	if !bytes.Contains(css, []byte("Atkinson Hyperlegible Next")) {
		t.Error("the style sheet lacks our typeface")
	}
}

// A cold page of a form may weigh 80 KB, of which 20 KB are script; what stands here
// leaves 25 KB for words and pictures.
func TestWeight(t *testing.T) {
	weigh := func(name string) int {
		hashed, contents := built(t, name)
		if strings.HasSuffix(name, ".woff2") {
			return len(contents)
		}
		packed, err := os.ReadFile("dist/" + hashed + ".gz")
		if err != nil {
			t.Fatal(err)
		}
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(r); err != nil || !bytes.Equal(plain, contents) {
			t.Errorf("%s.gz is not %s", hashed, hashed)
		}
		return len(packed)
	}
	if n := weigh("app.js"); n > 20<<10 {
		t.Errorf("the script is %d bytes packed", n)
	}
	sum := weigh("app.js") + weigh("app.css")
	for _, w := range []string{"400", "700"} {
		sum += weigh("atkinson-hyperlegible-next-latin-" + w + "-normal.woff2")
	}
	if sum > 55<<10 {
		t.Errorf("style sheet, script and two fonts are %d bytes", sum)
	}
}

func TestBuiltSetIsReady(t *testing.T) {
	if err := newSet(t, page.Options{}).Ready(); err != nil {
		t.Error(err)
	}
	if _, text := built(t, "licences.txt"); !bytes.Contains(text, []byte("SIL Open Font License")) || !bytes.Contains(text, []byte("MIT License")) {
		t.Error("the licences of what is shipped are not beside it")
	}
}
