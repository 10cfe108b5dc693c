package consent

import (
	"embed"
	"io/fs"
	"os"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

func TestPages(t *testing.T) {
	sub := func(f embed.FS, dir string) fs.FS {
		s, err := fs.Sub(f, dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	all, err := lang.New(page.Words(), lang.Source{Name: "house", FS: os.DirFS("../../app/words")}, lang.Source{Name: "consent", FS: sub(words, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(all, []page.Source{{Name: "consent", FS: sub(pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	page.Check(t, set, "consent", samples(), page.Chrome{Account: "Sam", SignOut: true})
}

func samples() map[string]page.Samples {
	const here = "/consent/contribution:018f0000-0000-7000-8000-000000000001"
	rows := []page.Row{{Key: "In this project", Value: "Yes"}, {Key: "Quoted", Value: "No"}}
	options := []page.Option{{Value: "a", Text: "A", Hint: "What A is"}, {Value: "b", Text: "B", Checked: true}}
	see := seeView{SeeOut: SeeOut{Ref: ref.Of("contribution", "1"), Title: "Ring <first>", State: Live, Act: "a", ActUse: terms.Quote, UndoUntil: 5}, Here: here, Until: "3 April 2026", Uses: rows, How: rows}
	change := changeView{ChangeIn: ChangeIn{Version: 2, Wording: "1", Agreement: terms.Agreement{Uses: []terms.Use{terms.Quote}, Ends: "2027-01-01", Mode: "a", Helper: "A sister"}},
		Here: here, Intro: "You choose.", Choices: options, Modes: options, Ways: options, Nations: options, Regimes: options, Rows: rows}
	v := func(body any, errs ...page.Problem) page.View {
		return page.View{Title: "A page", Body: body, Errors: errs}
	}
	return map[string]page.Samples{
		"consent/see":     {Full: v(see), Empty: v(seeView{})},
		"consent/history": {Full: v(historyView{Here: here, Given: []givenView{{"3 April 2026", []string{"In this project"}, rows}}, Taken: rows}), Empty: v(historyView{})},
		"consent/change":  {Full: v(change, page.Problem{Field: "uses", Text: "Choose"}, page.Problem{Field: "ends", Text: "Type a day"}), Empty: v(changeView{Choices: options, Modes: options, Ways: options, Regimes: options})},
		"consent/check":   {Full: v(change), Empty: v(changeView{})},
		"consent/take":    {Full: v(takeView{Here: here, Title: "Ring", What: "a", Told: "by phone", Choices: options}, page.Problem{Field: "what", Text: "Choose"}), Empty: v(takeView{})},
		"consent/thanks":  {Full: v(thanksView{Here: here, Act: "a", What: "use", Heard: "/evidence/1", Days: 30}), Empty: v(thanksView{})},
		"consent/person":  {Full: v(personView{Here: here, Live: 3, Taken: []takenRow{{"a", "3 April 2026", "3 May 2026", 2}}}), Empty: v(personView{})},
	}
}

func TestEveryStateHasItsPage(t *testing.T) {
	sub, err := fs.Sub(pages, "pages")
	if err != nil {
		t.Fatal(err)
	}
	own, err := fs.Sub(words, "words")
	if err != nil {
		t.Fatal(err)
	}
	all, err := lang.New(page.Words(), lang.Source{Name: "house", FS: os.DirFS("../../app/words")}, lang.Source{Name: "consent", FS: own})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(all, []page.Source{{Name: "consent", FS: sub}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := samples()["consent/see"]
	for _, state := range []string{Live, Ended, TakenBack, Erased} {
		body := s.Full.Body.(seeView)
		body.State = state
		s.Full.Body = body
		page.Check(t, set, "consent", func() map[string]page.Samples { m := samples(); m["consent/see"] = s; return m }(), page.Chrome{})
	}
}
