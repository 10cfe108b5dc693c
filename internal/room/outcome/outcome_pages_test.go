package outcome

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
	words, err := lang.New(page.Words(), lang.Source{Name: "outcome", FS: sub(wordFiles, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(words, []page.Source{{Name: "outcome", FS: sub(pageFiles, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	page.Check(t, set, "outcome", samples(), page.Chrome{Account: "Sam", Lang: "en", SignOut: true})
}

func samples() map[string]page.Samples {
	o := Outcome{Ref: ref.Of(Kind, "018f0000-0000-7000-8000-000000000001"), Project: "018f0000-0000-7000-8000-000000000002", State: Recorded, Version: 2, Stale: 1772445600000000,
		Facts: Facts{Sort: Policy, Title: "Night calls are in the policy", Text: "Since spring.", Plainly: "Someone rings first.", Shows: "We read it.", Document: "Falls policy",
			Page: "12", Link: "https://example.org/policy", On: "2026-03-01", Language: "en"}}
	strip := &page.Strip{Lived: page.Voice{N: 2}, Steps: []page.Step{{Kind: "outcome", Text: o.Title, Reached: true, Here: true}}}
	from := ref.Of("action", "018f0000-0000-7000-8000-000000000003")
	sources := []page.Option{{Value: from.String(), Text: "Ring first", Hint: "Action", Checked: true}}
	sorts := []page.Option{{Value: Policy, Text: "A policy", Hint: "It is written down"}, {Value: ForAPerson, Text: "For one person"}}
	form := formView{Facts: o.Facts, Site: "s", Version: 2, Project: o.Project, Action: "/outcome/x/record", Sorts: sorts, Sites: []page.Option{{Text: "The whole project"}, {Value: "s", Text: "North"}},
		Sources: sources, Paper: true, Now: []page.Row{{Key: "What changed", Value: "Other words"}}}
	personal := form
	personal.Sort, personal.People, personal.Paper = ForAPerson, []page.Option{{Value: "p", Text: "Sam"}}, false
	nobody := personal
	nobody.People, nobody.AddPerson = nil, "/people/add?project=x"
	wrong := []page.Problem{{Field: "title", Text: "Say what changed"}, {Field: "shows", Text: "Make this shorter"}}
	see := seeView{SeeOut: SeeOut{Outcome: o}, Rows: []page.Row{{Key: "Sort", Value: "A policy"}}, Strip: strip, MayRecord: true, MayConfirm: true, Personal: true, Name: "Sam"}
	return map[string]page.Samples{
		"outcome/list": {Full: page.View{Title: "What changed", Notice: "Taken out", Body: listView{Project: o.Project, Sort: Policy, MayRecord: true, Lines: []line{{o, "A policy", strip}, {o, "A policy", nil}},
			Sorts: []sortLink{{"/outcome/x?sort=policy", "A policy", 2, true}}, More: page.Pages{Next: "/outcome/x?after=y"}}},
			Empty: page.View{Title: "What changed", Body: listView{Project: o.Project, Empty: []page.Link{{Href: "/outcome/x/record", Text: "Record"}}}}},
		"outcome/see":      {Full: page.View{Title: o.Title, Body: see}, Empty: page.View{Title: "What changed", Body: seeView{}}},
		"outcome/sort":     {Full: page.View{Title: "What sort?", Body: sortView{form, []ref.Ref{from}}, Errors: []page.Problem{{Field: "sort", Text: "Choose"}}}, Empty: page.View{Title: "What sort?", Body: sortView{formView{Sorts: sorts}, nil}}},
		"outcome/record":   {Full: page.View{Title: "A policy", Body: personal, Errors: wrong}, Empty: page.View{Title: "For one person", Body: nobody}},
		"outcome/edit":     {Full: page.View{Title: "Change", Body: form, Errors: wrong}, Empty: page.View{Title: "Change", Body: formView{}}},
		"outcome/withdraw": {Full: page.View{Title: "Take it out?", Body: withdrawView{WithdrawIn{o.Ref, 2, "Wrong"}, o.Title, "en", "/x", "k", true}, Errors: []page.Problem{{Field: "why", Text: "Say why"}}}, Empty: page.View{Title: "Take it out?", Body: withdrawView{}}},
		"outcome/panel":    {Full: page.View{Title: "Panel", Body: panelView{o.Project, []Outcome{o}, 4, true}}, Empty: page.View{Title: "Panel", Body: panelView{}}},
	}
}
