package programme

import (
	"io/fs"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/ref"
)

func sub(t *testing.T, f fs.FS, dir string) fs.FS {
	t.Helper()
	s, err := fs.Sub(f, dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// testFace is the room's faces over its own words.
func testFace(t *testing.T) *web.Face {
	t.Helper()
	w, err := lang.New(page.Words(), lang.Source{Name: "programme", FS: sub(t, words, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(w, []page.Source{{Name: "programme", FS: sub(t, pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &web.Face{Pages: set, Words: w}
}

func TestPages(t *testing.T) {
	set := testFace(t).Pages
	p := Programme{Ref: ref.Of(Kind, "01890000-0000-7000-8000-000000000001"), Facts: Facts{Name: "Better days", Zone: "Europe/London", Language: "en"}, Version: 2}
	rows := []page.Row{{Key: "Time zone", Value: p.Zone}}
	zone, tongue := []page.Option{{Value: "Europe/London", Text: "Europe/London"}}, []page.Option{{Value: "en", Text: "English"}}
	change := changeView{ChangeIn: ChangeIn{Facts: p.Facts, Version: 2}, Key: "k", Zones: zone, Languages: tongue, Now: rows}
	page.Check(t, set, "programme", map[string]page.Samples{
		"programme/see": {Full: page.View{Title: p.Name, Notice: "Saved", Body: seeView{SeeOut: SeeOut{p}, Rows: rows, Change: true, Members: true, Overview: true,
			Projects: []page.Panel{{Title: "Projects", Body: "2"}}, More: []page.Panel{{Title: "Other", Failed: true}}}},
			Empty: page.View{Title: "Better days", Body: seeView{}}},
		"programme/overview": {Full: page.View{Title: "All", Body: overviewView{Said: "2 projects.", Groups: []groupView{{"Heard", 1}, {"Tried", 1}}, Columns: []columnView{{"lived", "Lived experience", "Lived"}, {"", "Tried", "Tries"}},
			Lines: []lineView{{OverviewLine{Project: p.Ref.ID, Title: "Falls"}, []cellView{{"lived", "Lived experience", "/x", 4}, {"", "Tried", "/x", 0}}}}}},
			Empty: page.View{Title: "All", Body: overviewView{}}},
		"programme/change": {Full: page.View{Title: "Change", Body: change, Errors: []page.Problem{{Field: "name", Text: "Give the programme a name"}, {Field: "zone", Text: "Choose"}}},
			Empty: page.View{Title: "Change", Body: changeView{}}},
	}, page.Chrome{})
}
