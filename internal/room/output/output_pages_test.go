package output

import (
	"io/fs"
	"os"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

func samples(r *Room) map[string]page.Samples {
	at := ref.Of(Kind, "018f0000-0000-7000-8000-000000000001")
	said := ref.Of("contribution", "018f0000-0000-7000-8000-000000000002")
	s := Shown{Letter: Letter{Ref: at, Project: "p", Format: Easy, Language: "cy", State: Ready}, Name: "Sam", Words: map[string]Voice{said.ID: {Ref: said, Words: "Ring first.", Language: "ar", On: "2026-02-01"}},
		Body: Body{Said: []Said{{Ref: said, Fate: "passed on", Reason: "The council decides this.", By: "Ola", At: 1, Bulk: true}}, Learned: []Line{{Says: "Long", Plainly: "Short."}}}}
	one := letterView{Ref: at, Here: "/output/p/letter/x", State: Held, HoldIs: "Wait", HoldBy: true, Files: true, Says: "It waits", Why: "Something", Missing: "/thread/x", Stale: true, Since: "They were answered anew.", Open: true, MayHold: true, MayGo: true, Out: true, ReleaseAt: "/output/p/release",
		Rows: []page.Row{{Key: "For", Value: "Sam"}}, Formats: []page.Link{{Href: "/a", Text: "Standard", Current: true}, {Href: "/b", Text: "Easy"}}, Paper: r.paperView(s, Easy)}
	audio := r.paperView(s, Audio)
	audio.Script = scriptLines(r, s, audio)
	row := letterRow{Ref: at, Version: "3", Href: "/x", Name: "Sam", Format: "Easy read", How: "by post", Why: "Because", Stale: true, Since: "They were answered anew.", Hand: true, Day: "released on 3 May 2026"}
	list := lettersView{Project: "p", Here: "/output/p/letters", Counts: map[string]int64{Ready: 60, Held: 1}, Owing: 2, Nameless: 40, People: 61, Run: Run{ID: "r", State: Making, Total: 61, Done: 50}, Progress: "50 of 61", Going: true, Stalled: true,
		Groups: []group{{State: Held, Title: "Do not write", Text: "No", N: 1, Rows: []letterRow{row}, More: "/more"}, {State: ByHand, Title: "By hand", Text: "Give", N: 1, Rows: []letterRow{row, row}}, {State: Released, Title: "Out", Text: "Out", N: 1, Rows: []letterRow{row}}},
		Read:   []letterRow{row, row}, ReadNext: "/next", MayMake: true, MayGo: true}
	return map[string]page.Samples{
		"output/letters": {Full: page.View{Title: "Letters", Body: list, Errors: []page.Problem{{Field: "refs", Text: "Tick the letters"}}}, Empty: page.View{Title: "Letters", Body: lettersView{}}},
		"output/letter":  {Full: page.View{Title: "A letter", Body: one, Errors: []page.Problem{{Field: "on", Text: "No day"}}}, Empty: page.View{Title: "A letter", Body: letterView{Paper: paperView{Paper: Paper{Title: "Letter", Language: "en"}}}}},
		"output/paper":   {Full: page.View{Title: "Letter", Body: audio}, Empty: page.View{Title: "Letter", Body: paperView{Paper: Paper{Title: "Letter", Language: "en"}}}},
		"output/panel":   {Full: page.View{Title: "Letters", Body: panelView{OwingOut{9, 2, 3, 1, 1, 1, 1, 1, 1}, "p", true, []string{"1 to give by hand", "2 wait"}}}, Empty: page.View{Title: "Letters", Body: panelView{}}},
		"output/none":    {Full: page.View{Title: "None"}, Empty: page.View{Title: "None"}},
	}
}

func TestPages(t *testing.T) {
	r := bare(t)
	page.Check(t, r.face.Pages, "output", samples(r), page.Chrome{Account: "Sam", Lang: "en", SignOut: true})
}

// bare is a room with words and pages and nothing behind it.
func bare(t *testing.T) *Room {
	t.Helper()
	sub := func(f fs.FS, dir string) fs.FS {
		s, err := fs.Sub(f, dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	words, err := lang.New(page.Words(), lang.Source{Name: "house", FS: os.DirFS("../../app/words")}, lang.Source{Name: "output", FS: sub(wordFiles, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(words, []page.Source{{Name: "output", FS: sub(pageFiles, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := New(plugNeeds(words, set), nil, nil, nil, nil)
	return r
}
