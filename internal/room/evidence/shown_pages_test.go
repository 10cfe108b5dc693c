package evidence

import (
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

// shownSamples is each page of what is shown without words, full and empty.
func shownSamples() map[string]page.Samples {
	problem := func(field string) []page.Problem { return []page.Problem{{Field: field, Text: "Check"}} }
	give := giveView{GiveIn: GiveIn{Project: "x", Said: Said{Voice: "own", Language: "en"}, Shown: Shown{Question: "The cafe", Interest: "Smiled", InterestBy: "Sister", Account: "She likes it", AccountBy: "Key worker"}},
		Action: "/x", Strands: []page.Option{{Value: "lived", Text: "Lived"}}, Voices: []page.Option{{Value: "own", Text: "Own"}, {Value: "behalf", Text: "For them"}}, Sites: []page.Option{{Text: "All"}},
		Waits: []waitingView{{"018f0000-0000-7000-8000-000000000001", "cat.jpg", "A picture"}}}
	people := []page.Option{{Text: "Not known"}, {Value: "p", Text: "Sam"}}
	ask := askView{giveView: give, How: AskPictures, Statements: "I like it", Icons: []page.Option{{Value: "home", Text: "Home", Checked: true}, {Value: "bus", Text: "Bus"}}, Names: "Our cat", People: people}
	choices := []choiceView{{N: 1, Value: "yes", Text: "Yes", Icon: "yes", Chosen: true}, {N: 2, Value: "Our cat", Text: "Our cat", Picture: "/x/card/1"}}
	how := shownSample()
	said := Contribution{Ref: ref.Of(Kind, "018f0000-0000-7000-8000-000000000001"), Words: "I like it", Language: "en"}
	return map[string]page.Samples{
		"evidence/shown":     {Full: page.View{Title: "Shown", Body: shownView{"x", []goingView{{"/x", "I like it", 1, 2}}}}, Empty: page.View{Title: "Shown", Body: shownView{}}},
		"evidence/shown_ask": {Full: page.View{Title: "Ask", Body: ask, Errors: problem("statements")}, Empty: page.View{Title: "Ask", Body: askView{How: AskCards}}},
		"evidence/shown_statement": {Full: page.View{Title: "I like it", Layout: page.Card, Body: statementView{Statement: "I like it", Language: "en", N: 1, Of: 2, Choices: choices, Pictures: true, Action: "/x", Prev: "/x?n=1", Skip: "/x?n=2", From: "back"},
			Errors: problem("answer")}, Empty: page.View{Title: "I like it", Layout: page.Card, Body: statementView{}}},
		"evidence/shown_back": {Full: page.View{Title: "Right?", Layout: page.Card, Body: backView{Lines: []backLine{{"I like it", choices[0], "/x", true}, {"And you", choices[1], "/y", true}, {Statement: "No", Change: "/z"}}, Left: 1, Action: "/x", Language: "en"}},
			Empty: page.View{Title: "Right?", Layout: page.Card, Body: backView{}}},
		"evidence/shown_seen": {Full: page.View{Title: "Seen", Body: sawView{give, people}, Errors: problem("interest")}, Empty: page.View{Title: "Seen", Body: sawView{}}},
		"evidence/shown_draw": {Full: page.View{Title: "Draw", Body: drawView{"x", "/x", "k"}, Errors: problem("file")}, Empty: page.View{Title: "Draw", Body: drawView{}}},
		"evidence/shown_read_back": {Full: page.View{Title: "Right?", Layout: page.Card, Errors: problem("words"), Body: readBackView{In: ReadBackIn{Words: "I like it", Version: 2}, Said: said, Of: how,
			Cards: []page.Option{{Value: "yes", Text: "Yes"}}, Now: "Other", Action: "/x"}}, Empty: page.View{Title: "Right?", Layout: page.Card, Body: readBackView{Of: shownOf{Said: "Bus", Icon: "bus"}}}},
	}
}

// shownSample is everything that a contribution can say of how it was shown.
func shownSample() shownOf {
	return shownOf{Shown: Shown{Question: "The cafe", Interest: "Smiled", InterestBy: "Sister", Account: "She likes it", AccountBy: "Key worker"}, Said: "Yes", Icon: "yes", Lang: "en",
		ReadBack: "Read back on 3 November: they changed it.", Any: true, Told: true}
}
