package page_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
)

type demo struct {
	Words          string
	Strip, Compact page.Strip
	Nations        []page.Option
	Options        []page.Option
	Uses, Ideas    []string
	Rows           []page.Row
	Cells          [][]string
	Pages          page.Pages
	Starts         []page.Link
	Panels         []page.Panel
}

func full() demo {
	strip := page.Strip{
		Research: page.Voice{N: 12, Href: "/r"}, Lived: page.Voice{N: 1023}, Practice: page.Voice{N: 17, Stale: true},
		Steps: []page.Step{
			{Kind: "finding", Text: "People do not know whom to ring", Href: "/finding/1", Reached: true, Here: true},
			{Kind: "recommendation", Text: "One named worker", Href: "/r/1", Reached: true},
			{Kind: "action", Text: "Try it in one team", Href: "/a/1", Reached: true, Stale: true},
			{Kind: "outcome"}, {Kind: "lesson"},
		},
	}
	small := strip
	small.Compact, small.Research = true, page.Voice{}
	small.Steps = small.Steps[:3]
	return demo{
		Words: "Dw i ddim yn gwybod pwy i'w ffonio, ŵyr neb. <b>ŷ</b>", Strip: strip, Compact: small,
		Nations: []page.Option{{Value: "england", Text: "England"}, {Value: "wales", Text: "Wales"}},
		Options: []page.Option{{Value: "research", Text: "Research"}, {Value: "lived", Text: "Lived experience", Hint: "Someone who draws on care, or a carer."}, {Value: "practice", Text: "Practice knowledge"}},
		Uses:    []string{"team", "public"}, Ideas: []string{"One.", "Two."},
		Rows: []page.Row{{Key: "Said on", Value: "3 April 2025", Links: []page.Link{{Href: "/x", Text: "Change"}}},
			{Key: "By", Value: "Carer"}, {Key: "Source"}},
		Cells:  [][]string{{"Bangor", "3", "12", "4"}, {"Penicuik and the villages around it", "0", "8", "9"}},
		Pages:  page.Pages{Prev: "?page=1", Next: "?page=3", From: 21, To: 40, Total: 1023},
		Starts: []page.Link{{Href: "/paste", Text: "Paste from a spreadsheet"}, {Href: "/import", Text: "Import a file"}, {Href: "/example", Text: "See the example"}},
		Panels: []page.Panel{{Title: "Findings", Body: "Two findings stand on this."}, {Title: "Actions", Failed: true}},
	}
}

func chrome() page.Chrome {
	return page.Chrome{
		Account: "Ann Example", Programme: "Better days", SignOut: true, Path: "/demo?page=2", OfflineOff: true, Format: page.Large,
		Nav:       []page.Link{{Href: "/evidence", Text: "What was said", Current: true}, {Href: "/finding", Text: "Findings"}, {Href: "/action", Text: "Actions"}},
		Languages: []page.Link{{Text: "English", Current: true, Lang: "en"}, {Href: "/demo?lang=cy", Text: "Cymraeg", Lang: "cy"}},
	}
}

func newSet(t *testing.T, opts page.Options) *page.Set {
	t.Helper()
	words, err := lang.New(page.Words())
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(words, []page.Source{{Name: "demo", FS: os.DirFS("testdata/pages")}}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func samples() map[string]page.Samples {
	wrong := []page.Problem{{Field: "title", Text: "Say what it is about"}, {Field: "strand", Text: "Choose a strand"}, {Field: "day", Text: "Write a day such as 3/4/2025"}, {Text: "Try again"}}
	return map[string]page.Samples{
		"demo/demo":    {Full: page.View{Title: "All the parts", Body: full(), Errors: wrong, Notice: "40 cards saved", Back: "/", Crumbs: []page.Crumb{{Href: "/", Text: "Home"}, {Text: "All the parts"}}}, Empty: page.View{Title: "All the parts", Body: demo{}}},
		"demo/heading": {Full: page.View{Title: "Your code", Layout: page.Plain, Errors: []page.Problem{{Field: "code", Text: "Write your code"}}}, Empty: page.View{Title: "Your code", Layout: page.Plain}},
		"demo/card":    {Full: page.View{Title: "What you told us", Layout: page.Card, Body: full()}, Empty: page.View{Title: "What you told us", Layout: page.Card, Body: demo{}}},
	}
}

func TestEveryPartFullAndEmpty(t *testing.T) {
	page.Check(t, newSet(t, page.Options{}), "demo", samples(), chrome())
}

type recorder struct{ said []string }

func (*recorder) Helper()                     {}
func (r *recorder) Errorf(f string, _ ...any) { r.said = append(r.said, f) }
func render(t *testing.T, name string, v page.View, c page.Chrome) string {
	t.Helper()
	var b bytes.Buffer
	if err := newSet(t, page.Options{}).Execute(&b, c.Lang, name, v, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCheckFindsAPageWithoutSample(t *testing.T) {
	all := samples()
	delete(all, "demo/card")
	all["demo/gone"] = page.Samples{}
	var r recorder
	page.Check(&r, newSet(t, page.Options{}), "demo", all, chrome())
	if len(r.said) != 2 {
		t.Errorf("want a fault for the page and one for the sample, got %q", r.said)
	}
}

func TestTroubles(t *testing.T) {
	for html, want := range map[string]string{
		`<h1>a</h1><p style="x">`:             "inline style",
		`<h1>a</h1><a onclick="x">`:           "inline style",
		`<h1>a</h1><script>x</script>`:        "inline style",
		`<h1>a</h1><p>⟦a.b⟧</p>`:              "missing: ⟦a.b⟧",
		`<h1>a</h1><p id="x"><p id="x">`:      "id used twice: x",
		`<h1>a</h1><label for="x">`:           "nothing has the id x",
		`<h1>a</h1><input id="x" name="x">`:   "no label",
		`<p>a</p>`:                            "0 h1",
		`<h1>a</h1><a href="#ZgotmplZ">b</a>`: "missing: #ZgotmplZ",
	} {
		if got := strings.Join(page.Troubles(html), "\n"); !strings.Contains(got, want) {
			t.Errorf("%s: want %q, got %q", html, want, got)
		}
	}
	if got := page.Troubles(`<h1>a</h1><label for="x">b</label><input id="x"><input type="hidden" name="k">`); got != nil {
		t.Errorf("a good page has troubles: %q", got)
	}
}

func TestCardNamesNoProject(t *testing.T) {
	html := render(t, "demo/card", samples()["demo/card"].Full, chrome())
	for _, never := range []string{"Better days", "Ann Example", "Plait<", "– Plait", "What was said"} {
		if strings.Contains(html, never) {
			t.Errorf("a card shows %q", never)
		}
	}
	for _, want := range []string{`<title>What you told us</title>`, `data-leave`, `href="https://www.bbc.co.uk/weather"`, `name="referrer" content="no-referrer"`,
		`href="/demo?format=easy&amp;page=2"`, `class="govuk-template__body pl-body pl-body--card fmt-large"`} {
		if !strings.Contains(html, want) {
			t.Errorf("a card lacks %q", want)
		}
	}
}

func TestHeadingIsAddedOnlyWhereThereIsNone(t *testing.T) {
	v := page.View{Title: "Your code", Layout: page.Plain}
	if html := render(t, "demo/heading", v, page.Chrome{}); strings.Count(html, "<h1") != 1 || !strings.Contains(html, `<h1 class="govuk-label-wrapper">`) {
		t.Error("a page with its own h1 should keep it alone")
	}
	if html := render(t, "demo/demo", page.View{Title: "A <title>", Body: demo{}}, page.Chrome{}); !strings.Contains(html, `<h1 class="govuk-heading-l">A &lt;title&gt;</h1>`) {
		t.Error("a page without an h1 should get its title as one")
	}
}

func TestErrorsAndWordsOfPeople(t *testing.T) {
	html := render(t, "demo/demo", samples()["demo/demo"].Full, chrome())
	for _, want := range []string{"<title>Error: All the parts – Plait</title>", `<a href="#title">Say what it is about</a>`,
		`aria-describedby="title-hint title-error"`, `&lt;b&gt;ŷ&lt;/b&gt;`, `<blockquote class="pl-words__text" lang="cy">`, "1,023"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestRenderWritesAllOrNothing(t *testing.T) {
	set := newSet(t, page.Options{})
	r := httptest.NewRequest("GET", "/demo", nil)
	r = r.WithContext(page.WithChrome(context.Background(), page.Chrome{Lang: "cy-GB"}))
	w := httptest.NewRecorder()
	if err := set.Render(w, r, "demo/demo", page.View{Title: "x", Body: 3}); err == nil {
		t.Fatal("a body of the wrong shape should fail")
	}
	if w.Body.Len() > 0 || len(w.Header()) > 0 {
		t.Error("a failed page has written something")
	}
	if err := set.Render(w, r, "demo/demo", page.View{Title: "x", Body: demo{}, Errors: []page.Problem{{Text: "y"}}}); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusUnprocessableEntity || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Content-Language") != "cy" {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	if !strings.Contains(w.Body.String(), "Mae problem") {
		t.Error("the page is not in Welsh")
	}
	head := httptest.NewRecorder()
	r.Method = http.MethodHead
	if err := set.Render(head, r, "demo/heading", page.View{Title: "x"}); err != nil || head.Body.Len() > 0 || head.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: %v, %d bytes", err, head.Body.Len())
	}
	if err := set.Render(w, r, "demo/nowhere", page.View{}); err == nil {
		t.Error("a page that is not there should fail")
	}
}

func TestPartsOfRoomsStayApart(t *testing.T) {
	words, err := lang.New(page.Words())
	if err != nil {
		t.Fatal(err)
	}
	one := fstest.MapFS{"list.html": {Data: []byte(`{{template "row" .Body}}`)}, "row.html": {Data: []byte(`{{define "row"}}<p>one {{.}}</p>{{end}}`)}}
	two := fstest.MapFS{"list.html": {Data: []byte(`{{define "row"}}<p>two {{.}}</p>{{end}}{{template "row" .Body}}`)}}
	set, err := page.New(words, []page.Source{{Name: "one", FS: one}, {Name: "two", FS: two}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"one/list": "<p>one &lt;i&gt;</p>", "two/list": "<p>two &lt;i&gt;</p>"} {
		if got, err := set.Part(t.Context(), name, "<i>"); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	w := httptest.NewRecorder()
	if err := set.Fragment(w, httptest.NewRequest("GET", "/", nil), "one/list", "x"); err != nil || w.Body.String() != "<p>one x</p>" {
		t.Errorf("fragment: %q, %v", w.Body, err)
	}
	for _, bad := range []string{`{{template "feild" .}}`, `{{nosuch}}`, `{{if}}`} {
		set, err := page.New(words, []page.Source{{Name: "bad", FS: fstest.MapFS{"x.html": {Data: []byte(bad)}}}}, page.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Check(); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

func TestFormKeyComesFromOutside(t *testing.T) {
	set := newSet(t, page.Options{Random: bytes.NewReader(make([]byte, 16))})
	var b bytes.Buffer
	if err := set.Execute(&b, "en", "demo/heading", page.View{Title: "x", Layout: page.Plain}, page.Chrome{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `name="key" value="00000000-0000-4000-8000-000000000000"`) {
		t.Error("the key is not made from the given randomness")
	}
	if err := set.Execute(&b, "en", "demo/heading", page.View{Title: "x"}, page.Chrome{}); err == nil {
		t.Error("without randomness there must be no key")
	}
}

func TestAssets(t *testing.T) {
	built := fstest.MapFS{
		"manifest.json": {Data: []byte(`{"app.css":"app-1A2B.css","app.js":"app-3C.js","icon.svg":"icon-4D.svg"}`)},
		"app-1A2B.css":  {Data: []byte("plain")}, "app-1A2B.css.gz": {Data: []byte("gzip")}, "app-1A2B.css.br": {Data: []byte("br")},
		"app-3C.js": {Data: []byte("js")}, "icon-4D.svg": {Data: []byte("<svg/>")},
	}
	set := newSet(t, page.Options{Dist: built})
	if err := set.Ready(); err != nil {
		t.Error(err)
	}
	get := func(path, accept, ifNone string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", accept)
		r.Header.Set("If-None-Match", ifNone)
		w := httptest.NewRecorder()
		set.Assets().ServeHTTP(w, r)
		return w
	}
	for accept, want := range map[string]string{"": "plain", "gzip, deflate": "gzip", "gzip, br": "br", "br;q=0, gzip;q=0.5": "gzip", "zstd": "plain"} {
		w := get("/static/app-1A2B.css", accept, "")
		if w.Body.String() != want || w.Header().Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%q: %q %v", accept, w.Body, w.Header())
		}
		if again := get("/static/app-1A2B.css", accept, w.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%q: %d for a known tag", accept, again.Code)
		}
	}
	for _, path := range []string{"/static/", "/static/app.css", "/static/manifest.json", "/static/../page.go"} {
		if w := get(path, "", ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	// A node of another version may have made the page.
	if w := get("/static/app-0LD0.css", "", ""); w.Body.String() != "plain" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("another version's name: %d %q %v", w.Code, w.Body, w.Header())
	}
	none := newSet(t, page.Options{Dist: fstest.MapFS{}})
	if err := none.Ready(); err == nil || !strings.Contains(err.Error(), "run make build") {
		t.Errorf("Ready without a build: %v", err)
	}
}
