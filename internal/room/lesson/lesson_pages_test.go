package lesson

import (
	"io/fs"
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
	words, err := lang.New(page.Words(), lang.Source{Name: "lesson", FS: sub(wordFiles, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(words, []page.Source{{Name: "lesson", FS: sub(pageFiles, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	page.Check(t, set, "lesson", samples(), page.Chrome{Account: "Sam", Lang: "en", SignOut: true})
}

func samples() map[string]page.Samples {
	l := Lesson{Ref: ref.Of(Kind, "018f0000-0000-7000-8000-000000000001"), Project: "018f0000-0000-7000-8000-000000000002", Version: 2, Stale: 1772445600000000,
		Facts: Facts{Title: "Ask the night staff first", Text: "They know.", Plainly: "Ask first.", Elsewhere: "Hospitals", Power: "The manager agreed", Culture: "Nobody asked before",
			Resources: "An hour", Policy: "Night cover", PolicyStance: RunsAgainst, Aims: Aims(), Language: "en"}}
	strip := &page.Strip{Lived: page.Voice{N: 2}, Steps: []page.Step{{Kind: "lesson", Text: l.Title, Reached: true, Here: true}}}
	aims := []page.Option{{Value: "A1", Text: "Use good evidence more", Checked: true}}
	form := formView{Facts: l.Facts, Version: 2, Project: l.Project, Action: "/lesson/x/learn", AimOptions: aims, Stances: []page.Option{{Value: StandsOn, Text: "It stands on it"}},
		Sources: []page.Option{{Value: "action:018f0000-0000-7000-8000-000000000003", Text: "Ring first", Hint: "Action"}}, Now: []page.Row{{Key: "The lesson", Value: "Other"}}}
	see := seeView{SeeOut: SeeOut{Lesson: l}, Rows: []page.Row{{Key: "Power", Value: l.Power}}, AimTexts: []string{"Use good evidence more"}, Strip: strip, MayLearn: true, MayConfirm: true}
	return map[string]page.Samples{
		"lesson/list": {Full: page.View{Title: "Lessons", Errors: []page.Problem{{Field: "find", Text: "Check"}}, Body: libraryView{Lines: []line{{l, "Falls", []string{"One", "Two"}, strip}, {Lesson: l}}, Aim: "A1", Find: "night",
			Aims: aims, Filtered: true, More: page.Pages{Next: "/lesson?after=y"}, Action: "/lesson"}},
			Empty: page.View{Title: "Lessons", Body: libraryView{Project: l.Project, Empty: []page.Link{{Href: "/lesson/x/learn", Text: "Write"}}, Action: "/lesson/x"}}},
		"lesson/see": {Full: page.View{Title: l.Title, Notice: "Saved", Body: see}, Empty: page.View{Title: "Lesson", Body: seeView{}}},
		"lesson/learn": {Full: page.View{Title: "What did you learn?", Body: form, Errors: []page.Problem{{Field: "title", Text: "Write"}, {Field: "aims", Text: "Choose"}}},
			Empty: page.View{Title: "What did you learn?", Body: formView{}}},
		"lesson/panel": {Full: page.View{Title: "Panel", Body: panelView{l.Project, []Lesson{l}, true, true}}, Empty: page.View{Title: "Panel", Body: panelView{}}},
	}
}
