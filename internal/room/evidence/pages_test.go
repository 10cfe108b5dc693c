package evidence

import (
	"io/fs"
	"maps"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

func TestPages(t *testing.T) {
	sub := func(f fs.FS, dir string) fs.FS {
		s, err := fs.Sub(f, dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	house := fs.FS(houseWords{})
	words, err := lang.New(page.Words(), lang.Source{Name: "house", FS: house}, lang.Source{Name: "evidence", FS: sub(words, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(words, []page.Source{{Name: "evidence", FS: sub(pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := samples()
	maps.Copy(all, importSamples())
	maps.Copy(all, captureSamples())
	maps.Copy(all, shownSamples())
	maps.Copy(all, mediaSamples())
	maps.Copy(all, excerptSamples())
	page.Check(t, set, "evidence", all, page.Chrome{Account: "Sam", Lang: "en", SignOut: true})
}

// houseWords is a catalogue without words of its own: the pages of this room use none.
type houseWords struct{}

func (houseWords) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (houseWords) ReadDir(string) ([]fs.DirEntry, error) { return nil, nil }

func samples() map[string]page.Samples {
	c := Contribution{Ref: ref.Of(Kind, "018f0000-0000-7000-8000-000000000001"), Project: "018f0000-0000-7000-8000-000000000002", Title: "Ring first", Words: "Ring first, then come.",
		Strand: "lived+practice", Role: "carer", On: "2026-02-01", Source: "Spring meeting", Language: "en", Voice: "behalf", Version: 2}
	links := []strandLink{{"lived", "/evidence/x?strand=lived", 3, true}, {"practice", "/evidence/x?strand=practice", 0, false}, {"research", "/evidence/x?strand=research", 1, false}}
	wordless := Contribution{Ref: ref.Of(Kind, "018f0000-0000-7000-8000-000000000003"), Project: c.Project, Title: "A kerb", Role: "carer", Language: "en", Version: 1,
		Media: []Medium{{ID: "a", Kind: Picture, Name: "kerb.jpg", Alt: "A kerb"}, {ID: "b", Kind: Sound, Name: "talk.webm"}}}
	out := ListOut{Of: ListBatch{Name: "spring.csv", N: 40}, Contributions: []Contribution{c, wordless}, Counts: map[string]int64{"": 2, "lived": 3, "all": 4}}
	labels, called := map[string]string{"b": "Recording, 2 minutes"}, map[string]string{wordless.Ref.ID: "A picture: A kerb"}
	give := giveView{GiveIn: GiveIn{Project: c.Project, Words: "Ring", Said: Said{Role: "carer", Agreement: terms.Agreement{Uses: []terms.Use{terms.Quote}}}}, Action: "/evidence/x/give",
		Strands: []page.Option{{Value: "lived", Text: "Lived experience", Hint: "From living with it", Checked: true}}, Uses: []page.Option{{Value: "quote", Text: "Quoted"}},
		Sites: []page.Option{{Text: "The whole project"}, {Value: "s", Text: "North"}}, Ways: []page.Option{{Value: "spoken", Text: "Spoken"}}, Voices: []page.Option{{Value: "own", Text: "Own"}}, Modes: []page.Option{{Value: "own", Text: "The person"}}, AboutRef: c.Ref.String()}
	problem := []page.Problem{{Field: "words", Text: "Type what was said"}}
	return map[string]page.Samples{
		"evidence/list": {Full: page.View{Title: "What we have heard", Body: listView{ListOut: out, Project: c.Project, Strands: links, Labels: labels, Called: called, Batch: "b", All: true, More: page.Pages{Next: "/evidence/x?after=y"}}, Notice: "Done"},
			Empty: page.View{Title: "What we have heard", Body: listView{Project: c.Project, Empty: []page.Link{{Href: "/evidence/x/paste", Text: "Paste many"}}}}},
		"evidence/see": {Full: page.View{Title: "What was said", Body: seeView{How: shownSample(), SeeOut: SeeOut{Contribution: c}, Rows: []page.Row{{Key: "Role", Value: "carer"}}, Agreed: []string{"In this project"}, Untyped: "Type what its pages say", Page: "/x", Marks: 3, Follow: "Follow the thread"}},
			Empty: page.View{Title: "What was said", Body: seeView{Paper: &paperView{Title: "Falls at home", Cited: "Smith J, et al. 2024. BMJ", Link: "https://doi.org/10.1000/1", Summary: "We asked.", Long: true}}}},
		"evidence/ways": {Full: page.View{Title: "Bring in what was said", Body: waysView{[]waysGroup{{"Afterwards", []way{{"/evidence/x/import", "Bring in a file", "Word, PDF"}}}}}},
			Empty: page.View{Title: "Bring in what was said", Body: waysView{}}},
		"evidence/give":  {Full: page.View{Title: "Add what was said", Body: give, Errors: problem}, Empty: page.View{Title: "Add what was said", Body: giveView{}}},
		"evidence/paste": {Full: page.View{Title: "Paste", Body: give}, Empty: page.View{Title: "Paste", Body: giveView{}}},
		"evidence/sort":  {Full: page.View{Title: "Sort", Body: sortView{ListOut: out, Project: c.Project, Action: "/evidence/x/sort", Ticked: []string{c.Ref.String()}, Labels: labels, Called: called, Strands: give.Strands, More: page.Pages{From: 26, To: 50, Total: 79, Next: "/x", Prev: "/y"}}}, Empty: page.View{Title: "Sort", Body: sortView{}}},
		"evidence/speaker": {Full: page.View{Title: "Whose words are these?", Body: speakerView{Title: "Ring first", Language: "en", Action: "/x", Choices: []page.Option{{Value: "person:1", Text: "Sam"}, {Value: "new", Text: "Someone new", Hint: "No name"}}, Add: "/people/add"},
			Errors: []page.Problem{{Field: "person", Text: "Choose one of the answers"}}}, Empty: page.View{Title: "Whose words are these?", Body: speakerView{}}},
		"evidence/speaker_check": {Full: page.View{Title: "Check", Back: "/x?change=yes", Body: speakerView{Title: "Ring first", Language: "en", Action: "/x", Person: "person:1", Name: "Sam"}},
			Empty: page.View{Title: "Check", Body: speakerView{Action: "/x", Person: "new"}}},
		"evidence/edit": {Full: page.View{Title: "Correct", Body: editView{EditIn: EditIn{Ref: c.Ref, Words: c.Words, Version: 2}, Choices: give.Strands, Now: "New words", Action: "/evidence/x/said/y/edit"}}, Empty: page.View{Title: "Correct", Body: editView{}}},
	}
}
