package thread

import (
	"embed"
	"io/fs"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
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
	w, err := lang.New(page.Words(), lang.Source{Name: "thread", FS: mustSub(t, wordFiles, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(w, []page.Source{{Name: "thread", FS: mustSub(t, pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	full := seeView{
		Kind: "Finding", Name: "Not knowing <b>who</b> to ring", Sentences: []string{"One.", "Two."}, Drawn: true, Listed: true,
		Strip: page.Strip{Research: page.Voice{N: 12, Href: "/r"}, Lived: page.Voice{N: 3, Stale: true}, Back: "What you told us",
			Steps: []page.Step{{Kind: "finding", Text: "Not knowing who to ring", Reached: true, Here: true}, {Kind: "recommendation"},
				{Kind: "action", Text: "Try it", Href: "/a", Note: "Kept", More: "and 2 others", Reached: true, Stale: true}, {Kind: "outcome"}, {Kind: "lesson"}}},
		Stale:   []staleView{{Ref: "finding:1", Root: "finding:1", Name: "Not knowing", Href: "/f", Kind: "Finding", Why: []string{"It changed."}, Confirm: true}, {Name: "Withdrawn", Why: []string{"x"}}},
		Filters: []filterView{{"Show", []filterLink{{Text: "All", Href: "/t", Current: true}, {Text: "Lived", Href: "/t?s", Strand: "lived"}}}},
		Groups: []groupView{{"Findings", []nodeView{
			{Title: "Not knowing", Here: true, Shown: true, State: "Shared", Stale: "Changed"},
			{Title: "A step", Href: "/x", Says: "It says more", Shown: true, Ties: []tieView{{"Supports:", "Not knowing", "It is so"}, {"Informs:", "x", ""}}},
			{Title: "Withdrawn on 3 May", Strands: true}, {Title: "No page", Shown: true, Strand: "lived+practice", Strands: true}}}},
		Longer: "The nearest 200", Pages: page.Pages{Next: "/n", Prev: "/p", From: 1, To: 60, Total: 200},
		Exports: []page.Link{{Href: "/e", Text: "CSV"}}, Trail: "/keeper/trail?record=x", All: "/t",
	}
	page.Check(t, set, "thread", map[string]page.Samples{
		"thread/see": {Full: page.View{Title: "The thread", Body: full, Notice: "It stands"}, Empty: page.View{Title: "The thread", Body: seeView{}}},
	}, page.Chrome{})
}
