package search

import (
	"embed"
	"io/fs"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

func mustSub(t *testing.T, f embed.FS, dir string) fs.FS {
	t.Helper()
	s, err := fs.Sub(f, dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPages(t *testing.T) {
	w, err := lang.New(page.Words(), lang.Source{Name: "search", FS: mustSub(t, words, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(w, []page.Source{{Name: "search", FS: mustSub(t, pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	full := findView{Asked: "fell", Project: "3", All: "/search?q=fell", Done: true, More: true, Hits: []hitView{
		{Hit{Ref: ref.Of("contribution", "7"), Excerpt: excerpt("She fell <b>at</b> home", "fell"), Strand: "lived+practice", ProjectTitle: "Falls at home"}, "/evidence/3/said/7", "What someone said"},
		{Hit{Ref: ref.Of("secret", "8")}, "", "secret"},
	}}
	page.Check(t, set, "search", map[string]page.Samples{
		"search/find": {Full: page.View{Title: "Search", Body: full, Errors: []page.Problem{{Field: "q", Text: "Type a word to look for"}}},
			Empty: page.View{Title: "Search", Body: findView{}}},
	}, page.Chrome{})
}
