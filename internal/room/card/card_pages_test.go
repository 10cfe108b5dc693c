package card

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

func set(t *testing.T) *page.Set {
	t.Helper()
	sub := func(f embed.FS, dir string) fs.FS {
		s, err := fs.Sub(f, dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	all, err := lang.New(page.Words(), lang.Source{Name: "house", FS: os.DirFS("../../app/words")}, lang.Source{Name: "card", FS: sub(words, "words")})
	if err != nil {
		t.Fatal(err)
	}
	out, err := page.New(all, []page.Source{{Name: "card", FS: sub(pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPages(t *testing.T) {
	s := set(t)
	for _, format := range []string{page.Standard, page.Large, page.Easy, page.Listen} {
		page.Check(t, s, "card", samples(format), page.Chrome{Path: "/card/words", Format: format})
	}
}

// told is one contribution of each fate.
func told(x Word, here string) []saidView {
	some := []line{{"People ring four numbers.", "", "", ""}, {"One named worker.", "card.done_added", "4 May 2026", "It was asked for."}}
	out := []saidView{
		{Word: x, Here: here, Begins: "Ring <first>", Done: "Saved", Day: "3 April 2026", Agreed: []string{"Yes"}, Became: Became{Fate: "used"}, Learned: some, Doing: some, Changed: some, Missing: true},
		{Word: x, Here: here, Became: Became{Fate: "used"}},
		{Word: x, Here: here, Became: Became{Fate: "not taken up", Reason: "The road is not ours.", By: "Dele", Bulk: true}},
		{Word: x, Here: here, Became: Became{Fate: "passed on", Reason: "The council has it.", By: "Dele"}},
		{Word: x, Here: here, Became: Became{Fate: "too late", Reason: "It was closed."}},
		{Word: x, Here: here, Became: Became{Fate: "owing"}},
	}
	for i := range out {
		out[i].Ref.ID = fmt.Sprint(x.Ref.ID, i)
	}
	return out
}

func samples(format string) map[string]page.Samples {
	const here = "/card/words/contribution:018f0000-0000-7000-8000-000000000001"
	word := Word{Ref: ref.Of("contribution", "018f0000-0000-7000-8000-000000000001"), Words: "Ring <first>.", Role: "carer", Language: "cy", Version: 2, Files: []File{{ID: "018f0000-0000-7000-8000-000000000009", Kind: "picture", Alt: "A kerb", Width: 800, Height: 600}, {ID: "a", Kind: "picture"},
		{ID: "b", Kind: "sound", Captions: true}, {ID: "c", Kind: "video", Captions: true}, {ID: "d", Kind: "document"}}}
	rows := []page.Row{{Key: "May we?", Value: "Yes"}}
	options := []page.Option{{Value: "sun", Text: "Sun", Hint: "What it is"}, {Value: "star", Text: "Star"}}
	agree := agreeView{Here: here, Words: "Ring", Lang: "en", Intro: "You choose.", Version: 3, Ends: "2027-01-01", Choices: options, Uses: []string{"quote"},
		Easy: format == page.Easy, Step: 2, Of: 8, Use: "quote", Ask: "May we?", Answer: "yes", YesNo: options, Rows: rows, Wider: []string{"Yes here, no there."}}
	card := func(body any, errs ...page.Problem) page.View {
		return page.View{Title: "A page", Layout: page.Card, Body: body, Errors: errs}
	}
	team := func(body any, errs ...page.Problem) page.View {
		return page.View{Title: "A page", Body: body, Errors: errs}
	}
	wrong := func(field string) page.Problem { return page.Problem{Field: field, Text: "Check this"} }
	return map[string]page.Samples{
		"card/open": {Full: card(openView{Code: "ABC"}, wrong("code")), Empty: card(openView{})},
		"card/lock": {Full: card(lockView{Kind: PictureLock, Pictures: options}, wrong("value")), Empty: card(lockView{Kind: WordLock})},
		"card/words": {Full: card(wordsView{Said: told(word, here), Taken: []takenView{{"a", "contribution:1", "One thing.", "On 3 April."}}, Roles: []string{"carer"},
			Letters: []letterLine{{"/output/own/letter:1", "4 May 2026"}}, Outcomes: []outcomeLine{{"outcome:1", "I walk to the shop.", "I walk", "5 May 2026"}}, Scope: Scope{Can: []string{"The rota"}, Cannot: []string{"The law"}, NotOurs: []string{"Pay"}}, Listen: format == page.Listen}), Empty: card(wordsView{})},
		"card/letter":  {Full: card(letterView{"/output/letters.css", "<h1>Hello</h1>"}), Empty: card(letterView{})},
		"card/correct": {Full: card(correctView{Word: word, Here: here, Now: "Ring last."}, wrong("words"), wrong("role")), Empty: card(correctView{})},
		"card/add":     {Full: card(addView{To: word.Ref.String(), Words: "More", About: "Ring", Lang: "cy"}, wrong("words")), Empty: card(addView{})},
		"card/agree":   {Full: card(agree), Empty: card(agreeView{YesNo: options, Choices: options})},
		"card/check":   {Full: card(agree), Empty: card(agreeView{})},
		"card/take":    {Full: card(takeView{Here: here + "/take", Words: "Ring", Lang: "cy", What: "hide", Choices: options}, wrong("what")), Empty: card(takeView{})},
		"card/thanks":  {Full: card(thanksView{Act: "a", Ref: "contribution:1"}), Empty: card(thanksView{})},
		"card/sure":    {Full: card(sureView{Here: here + "/take", Key: "k", All: true}), Empty: card(sureView{})},
		"card/secure":  {Full: card(secureView{Now: WordLock, Pictures: options}, wrong("picture"), wrong("word")), Empty: card(secureView{Pictures: options})},
		"card/make":    {Full: team(makeView{MakeIn: MakeIn{Person: ref.Of(ref.Person, "1"), Stop: true, Format: "sun"}, Here: "/card/make/1", Has: true, From: "/people/1", Formats: options, Tongues: options}, wrong("format")), Empty: team(makeView{Formats: options, Tongues: options})},
		"card/made":    {Full: team(madeView{Cards: []madeCard{{"ABC DEF GHJK", "data:image/svg+xml;base64,PHN2Zy8+"}, {"ABC DEF GHJK", ""}}, Address: "http://x/card", Back: "/project/1"}), Empty: team(madeView{})},
		"card/list":    {Full: team(listView{Here: "/card/of/1", New: "/card/make/1", Cards: []listRow{{"1", "3 April 2026", "Works", "Asks for a word", true}, {ID: "2", State: "Lost"}}}), Empty: team(listView{})},
	}
}

// TestEveryPictureIsDrawn finds a picture to choose from that has no drawing of its own.
func TestEveryPictureIsDrawn(t *testing.T) {
	s := set(t)
	drawn := map[string]string{}
	for _, p := range Pictures() {
		var b strings.Builder
		v := page.View{Title: "x", Layout: page.Card, Body: lockView{Kind: PictureLock, Pictures: []page.Option{{Value: p, Text: p}}}}
		if err := s.Execute(&b, "en", "card/lock", v, page.Chrome{}); err != nil {
			t.Fatal(err)
		}
		svg := regexp.MustCompile(`(?s)<svg viewBox="0 0 48 48".*?</svg>`).FindString(b.String())
		if other := drawn[svg]; other != "" || !strings.Contains(svg, "<path") {
			t.Errorf("%s is drawn like %q: %s", p, other, svg)
		}
		drawn[svg] = p
	}
}

// TestTheTitleNamesNothing holds the title of a card's page to its own words.
func TestTheTitleNamesNothing(t *testing.T) {
	var b strings.Builder
	v := samples(page.Standard)["card/words"].Full
	if err := set(t).Execute(&b, "en", "card/words", v, page.Chrome{Programme: "Better days", Account: "Ann"}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "<title>A page</title>") || strings.Contains(b.String(), "Better days") {
		t.Error("a card's page names a programme, or its title says more than the page's own words")
	}
	if !strings.Contains(b.String(), "data-leave") {
		t.Error("there is no way out on the page")
	}
}
