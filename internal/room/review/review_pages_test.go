package review

import (
	"io/fs"
	"maps"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

func TestPages(t *testing.T) {
	sub := func(f fs.FS, dir string) fs.FS {
		s, err := fs.Sub(f, dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	words, err := lang.New(page.Words(), lang.Source{Name: "review", FS: sub(wordFiles, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(words, []page.Source{{Name: "review", FS: sub(pageFiles, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := samples()
	for _, more := range []map[string]page.Samples{shapeSamples(), recordsSamples(), screenSamples(), extractSamples(), wholeSamples()} {
		maps.Copy(all, more)
	}
	page.Check(t, set, "review", all, page.Chrome{Account: "Sam", Lang: "en", SignOut: true})
}

// sample is a review for the pages' samples.
func sample() Review {
	return Review{Ref: ref.Of(Kind, "018f0000-0000-7000-8000-000000000001"), Project: "018f0000-0000-7000-8000-000000000002", Way: Searched, State: Open, Records: 505, Version: 2,
		Facts: Facts{Title: "Support at night", Decision: "Whether to fund a second night worker", DecideBy: "2026-12-01", DecidedBy: "The board", OutOfScope: "Hospitals",
			Reviewers: 2, Blind: true, Chance: 10, Sorting: Learned}}
}

func samples() map[string]page.Samples {
	v := sample()
	form := formView{Facts: v.Facts, Way: Searched, Project: v.Project, Action: "/review/x/new", Key: "k", Now: []page.Row{{Key: "Name", Value: "Other"}},
		Ways: []page.Option{{Value: Searched, Text: "From a search", Checked: true}}, Sortings: []page.Option{{Value: Learned, Text: "Learned"}}}
	edit := form
	edit.Version = 2
	return map[string]page.Samples{
		"review/list": {Full: page.View{Title: "Reviews", Body: listView{Project: v.Project, Lines: []Review{v}, MayRun: true}},
			Empty: page.View{Title: "Reviews", Body: listView{Project: v.Project, Empty: []page.Link{{Href: "/review/x/new", Text: "Begin"}}}}},
		"review/see": {Full: page.View{Title: v.Title, Notice: "Saved", Body: seeView{Review: v, Rows: []page.Row{{Key: "Decision", Value: v.Decision}}, MayRun: true,
			Steps: []stepLine{{Href: "/review/x/of/y/search", Name: "The search", State: "2 searches", Done: true}}}}, Empty: page.View{Title: "Review", Body: seeView{Review: v}}},
		"review/form": {Full: page.View{Title: "Begin", Body: form, Errors: []page.Problem{{Field: "title", Text: "Write"}, {Field: "chance", Text: "Choose"}}},
			Empty: page.View{Title: "Change", Body: formView{Version: 2}}},
		"review/panel": {Full: page.View{Title: "Panel", Body: panelView{v.Project, []Review{v}, true}}, Empty: page.View{Title: "Panel", Body: panelView{}}},
	}
}
