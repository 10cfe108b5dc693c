package finding

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
	words, err := lang.New(page.Words(), lang.Source{Name: "house", FS: houseWords{}}, lang.Source{Name: "finding", FS: sub(wordFiles, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(words, []page.Source{{Name: "finding", FS: sub(pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	page.Check(follows{t}, set, "finding", samples(), page.Chrome{Account: "Sam", Lang: "en", SignOut: true})
}

// houseWords is a catalogue without words of its own.
type houseWords struct{}

func (houseWords) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (houseWords) ReadDir(string) ([]fs.DirEntry, error) { return nil, nil }

// follows takes the house's one word of these pages as given: it is not in this room.
type follows struct{ *testing.T }

func (f follows) Errorf(format string, args ...any) {
	f.Helper()
	for _, a := range args {
		if a == "missing: ⟦house.follow_thread⟧" {
			return
		}
	}
	f.T.Errorf(format, args...)
}

func samples() map[string]page.Samples {
	const project = "018f0000-0000-7000-8000-000000000002"
	x := Finding{Ref: ref.Of(Kind, "018f0000-0000-7000-8000-000000000001"), Project: project, State: Shared, Version: 3, Stale: 5, WhyOneStrand: "Only they know.",
		StoppedWhy: "Not yet", Body: Body{Statement: "Ring before you come.", Plainly: "Phone first.", LivedSure: "very", LivedWhy: "All said so.", PracticeSure: "not very", ResearchWhy: "No study."}}
	draft := x
	draft.State = Draft
	standing := Standing{Sources: 12, Strands: map[string]int64{"lived": 12, "practice": 1, "research": 0}, Filled: []string{"lived", "practice"}, Silent: []string{"research"}, Withdrawn: 1}
	line := Line{Finding: x, Standing: standing, Says: []Phrase{{Key: yes, Strands: []string{"lived"}}}}
	heard := sourceView{Source: Source{Ref: ref.Of(said, "018f0000-0000-7000-8000-000000000003"), Strand: "lived+practice", Stance: "challenges", Words: "Ring me. Then come.", Role: "carer", Lang: "en",
		Quote: "Ring me.", Why: "She says why"}, Short: "Ring me.", Long: true, Two: true, Tag: "red"}
	moved := heard
	moved.Quote, moved.Moved, moved.Long, moved.Stance = "", true, false, "qualifies"
	masked := sourceView{Source: Source{Ref: heard.Ref, Strand: "lived", Stance: "supports"}}
	strip := &page.Strip{Lived: page.Voice{N: 3}}
	body := bodyView{Body: x.Body, Action: "/x", Version: 3, Now: "They changed it", Site: "s", Sites: []page.Option{{Text: "All"}, {Value: "s", Text: "North"}},
		Strands: []sureView{{"lived", "very", "All", []page.Option{{Text: "Not known"}, {Value: "very", Text: "Very"}}}}}
	stances := []page.Option{{Value: "supports", Text: "They support it", Hint: "Same"}, {Value: "challenges", Text: "They challenge it"}}
	voice := Voice{Ref: heard.Ref, Words: "Ring me. Then come.", Strand: "lived+practice", Role: "carer", Source: "Tea and talk", Language: "ar"}
	problem := func(field string) []page.Problem { return []page.Problem{{Field: field, Text: "Mend this"}} }
	see := SeeOut{Finding: x, Standing: standing, Readable: true, Next: "n", Before: []Earlier{{1, 1767225600000000, "Ring."}}}
	hidden := see
	hidden.Readable, hidden.State = false, SetAside
	return map[string]page.Samples{
		"finding/list": {Full: page.View{Title: "Findings", Body: listView{Project: project, State: Draft, Owing: 2, MayMake: true, States: []page.Link{{Href: "/x", Text: "1 draft", Current: true}}, More: page.Pages{Next: "/y"},
			Lines: []lineView{{Line: line, Href: "/x", Sentence: "Lived experience supports this.", Gone: "1 source withdrawn.", Reason: "Only they know.", Tag: "green", Strip: strip}, {Line: Line{Finding: draft, Standing: standing}, Href: "/z", Tag: "yellow"}}}},
			Empty: page.View{Title: "Findings", Body: listView{Project: project, Empty: []page.Link{{Href: "/x", Text: "Write"}}}}},
		"finding/write": {Full: page.View{Title: "Write", Body: body, Errors: problem("statement")}, Empty: page.View{Title: "Write", Body: bodyView{}}},
		"finding/edit":  {Full: page.View{Title: "Edit", Body: body}, Empty: page.View{Title: "Edit", Body: bodyView{}}},
		"finding/see": {Full: page.View{Title: "One", Body: seeView{SeeOut: see, Sentence: "Research is silent.", Gone: "1 source withdrawn.", Reason: "Only they know.", Tag: "green", Home: "/x", Strip: strip, Reworded: true,
			MayMake: true, MayShare: true, MayConfirm: true, MayAdvise: true, More: page.Pages{Next: "/n"}, Unknown: column{Strand: unknown, N: 1, Sources: []sourceView{moved}},
			Columns: []column{{Strand: "lived", Sure: "very", Why: "All said so.", N: 12, Sources: []sourceView{heard, moved, masked}, All: "/x?strand=lived"}, {Strand: "practice", Sure: "not very", N: 1}, {Strand: "research", Why: "No study."}}}},
			Empty: page.View{Title: "One", Body: seeView{}}},
		"finding/pick": {Full: page.View{Title: "Pick", Errors: problem("contributions"), Body: pickView{Finding: x, Sentence: "It stands on nothing yet.", Find: "ring", Searched: true, Any: true, Stances: stances, Stance: "supports", Action: "/x", Home: "/x", Evidence: "/e", ToSort: 2,
			Columns: []pickColumn{{Strand: "lived", Next: "/n", First: "/f", Voices: []pickLine{{Voice: voice, ID: "lived-0", Short: "Ring me.", Two: true, Ticked: true, Stance: "challenges", Tag: "red", Quote: "/q"}}}, {Strand: "research"}}}},
			Empty: page.View{Title: "Pick", Body: pickView{Columns: []pickColumn{{Strand: "lived"}}}}},
		"finding/quote": {Full: page.View{Title: "Quote", Errors: problem("quote"), Body: quoteView{Voice: voice, Statement: x.Statement, Quote: "Ring me.", Stances: stances, Stance: "supports", Action: "/x"}}, Empty: page.View{Title: "Quote", Body: quoteView{Stances: stances}}},
		"finding/share": {Full: page.View{Title: "Share", Errors: problem("why_one_strand"), Body: shareView{Finding: draft, Standing: Standing{Sources: 2, Filled: []string{"lived"}}, Sentence: "Research is silent.", Filled: []string{"lived"}, Home: "/x", Action: "/x/share"}},
			Empty: page.View{Title: "Share", Body: shareView{}, Errors: problem("sources")}},
		"finding/stop": {Full: page.View{Title: "Take it back", Errors: problem("why"), Body: stopView{Finding: x, Why: "x", Action: "/x"}}, Empty: page.View{Title: "Set it aside", Body: stopView{}}},
		"finding/owing": {Full: page.View{Title: "Owed", Errors: problem("contributions"), Body: owingView{OwingOut: OwingOut{Owing: 30}, Project: project, Action: "/x", MayFate: true, Fate: TooLate, Fates: []page.Option{{Value: TooLate, Text: "Too late"}, {Value: PassedOn, Text: "Passed on"}}, More: page.Pages{Next: "/n"},
			Lines: []owedLine{{Owed: Owed{Ref: heard.Ref, Strand: "lived", Words: "Ring", Role: "carer", On: "2026-03-01", From: "Tea", Lang: "en"}, Short: "Ring", Ticked: true}, {Owed: Owed{Ref: heard.Ref, Nobody: true}}}}},
			Empty: page.View{Title: "Owed", Body: owingView{}}},
		"finding/panel": {Full: page.View{Title: "What we found", Body: panelView{Project: project, Shared: []Line{line}, N: 4, Drafts: 1, Owing: 3, MayMake: true}}, Empty: page.View{Title: "What we found", Body: panelView{}}},
	}
}
