package keeper

import (
	"embed"
	"io/fs"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/trail"
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
	w, err := lang.New(page.Words(), lang.Source{Name: "keeper", FS: mustSub(t, words, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(w, []page.Source{{Name: "keeper", FS: mustSub(t, pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	full := checkView{CheckOut: CheckOut{Proof: trail.Proof{Entries: 3, Tail: "ab12"}, Broken: []string{"link 2 does not follow"}}, Rows: []page.Row{{Key: "In the chain", Value: "3 changes"}}}
	page.Check(t, set, "keeper", withTrail(withBackup(withRetain(withArchive(map[string]page.Samples{
		"keeper/check": {Full: page.View{Title: "Is everything still there?", Body: full}, Empty: page.View{Title: "Is everything still there?", Body: checkView{}}},
	})))), page.Chrome{})
}
