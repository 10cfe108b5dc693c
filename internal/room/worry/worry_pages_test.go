package worry

import (
	"io/fs"
	"testing"
	"time"

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
	all, err := lang.New(page.Words(), lang.Source{Name: "worry", FS: sub(words, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(all, []page.Source{{Name: "worry", FS: sub(pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	page.Check(t, set, "worry", samples(), page.Chrome{Account: "Sam", Lang: "en", SignOut: true})
}

func samples() map[string]page.Samples {
	const at = 1772445600000000
	note := Note{ID: "018f0000-0000-7000-8000-000000000001", Project: "018f0000-0000-7000-8000-000000000002", About: ref.Of(aboutKind, "018f0000-0000-7000-8000-000000000003"), At: at, State: Fresh, Version: 1}
	said := &Said{Words: "He locks the door", Role: "carer", Language: "en", Address: "/evidence/x/said/y"}
	passed := []Passed{{ID: note.ID, At: at, Seen: true}, {ID: "b", At: at}}
	problem := []page.Problem{{Field: "words", Text: "Write less"}}
	step := []Step{{2, StepSeen, "", "", "Sam", at}, {3, StepDid, "2026-03-03", "Rang her", "", at}, {4, StepClosed, "", "She is safe", "Sam", at}}
	return map[string]page.Samples{
		"worry/pass": {Full: page.View{Title: "Pass on a worry", Errors: problem, Body: passView{In: PassIn{Words: "I am worried", Project: "x"}, WhomOut: WhomOut{Role: "safeguarding_lead"}, Said: said,
			To: "This goes to Sam", Card: true, Action: "/worry/pass", AboutRef: note.About.String(), Before: passed, Zone: time.UTC}}, Empty: page.View{Title: "Pass on a worry", Body: passView{}}},
		"worry/passed": {Full: page.View{Title: "Passed on", Notice: "Done", Body: passedView{passed, time.UTC}}, Empty: page.View{Title: "Passed on", Body: passedView{}}},
		"worry/list": {Full: page.View{Title: "Worries", Body: listView{ListOut: ListOut{New: 2}, Lines: []line{{note, "/worry/note/x", "Falls"}, {Note: Note{State: Closed}}}, More: page.Pages{Next: "/worry?after=x"}, Zone: time.UTC}},
			Empty: page.View{Title: "Worries", Body: listView{}}},
		"worry/see": {Full: page.View{Title: "A worry", Errors: problem, Body: seeView{SeeOut: SeeOut{Note: note, Words: "I am worried", Steps: step}, Said: said, Rows: []page.Row{{Key: "By", Value: "Sam"}},
			Step: StepIn{Kind: StepDid, Words: "Rang", On: "2026-03-03", Own: true}, Kinds: []page.Option{{Value: StepDid, Text: "Did", Checked: true}}, Action: "/worry/note/x", Zone: time.UTC}},
			Empty: page.View{Title: "A worry", Body: seeView{SeeOut: SeeOut{Note: Note{About: note.About}}}}},
		"worry/panel": {Full: page.View{Title: "Worries", Body: panelView{"x", 2}}, Empty: page.View{Title: "Worries", Body: panelView{}}},
	}
}
