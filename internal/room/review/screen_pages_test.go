package review

import "plait/internal/kit/page"

// screenSamples is what the pages of plug_screen.go are tried with.
func screenSamples() map[string]page.Samples {
	v := sample()
	here := v.Here()
	rec := Record{N: 12, Lead: 12, Title: "Help at home", Authors: "Lee, Jo", Year: 2019, Journal: "J Care", DOI: "10.1/x", Abstract: "What helps.\nAnd who decides.", Plain: "Help at home. People decide."}
	votes := []voteLine{{"Sam", "Include", "", "Near to us"}, {"Ada, in another tool", "Leave out", "Not about adults", ""}}
	said := []saidLine{{"It matters", "This is me", "We took it in"}, {Verdict: "Not sure"}}
	options := []page.Option{{Value: "a", Text: "A", Checked: true}, {Value: "b", Text: "B"}}
	s := screenView{NextOut: NextOut{Record: rec, By: ByLearned, Learning: true, In: []string{"Adults"}, Out: []string{"Not about adults", "Not about care"}, Mine: &Decision{Verdict: Exclude, Reason: "Old"},
		Read: 3, Tally: Tally{All: 505, Included: 20, Excluded: 100, Talk: 3}}, Here: here, Action: here + "/screen", Key: "k", Stage: TitleStage, Sorting: Learned, Words: "night", Sortings: options,
		By: "It is likely to matter.", WhyWords: "night, care", Abstract: []string{"What helps.", "And who decides."}, Others: votes, Said: said, Note: "n", Reason: "Old", Undo: true, MayRun: true, Brought: "2 decisions",
		Links: []page.Link{{Href: here + "/screen/mine", Text: "Mine"}}}
	text := s
	text.File, text.State, text.Why, text.States, text.StateAction, text.FullState = here+"/text/12/file", FullNotFound, "No library has it", options, here+"/text/12/state", FullNotFound
	bare := screenView{NextOut: NextOut{Record: Record{N: 3, FullVerdict: Exclude, FullReason: "Old"}}, States: options}
	bare.Title = "x"
	lines := []talkLine{{Href: here + "/screen/talk/1", Title: "Help", Votes: votes}}
	one := talkOneView{Here: here, Stage: TitleStage, Action: here + "/screen/talk/1", Key: "k", Abstract: s.Abstract, Votes: votes, Said: said, Choices: options, Reasons: options, In: settleForm{SettleIn: SettleIn{Verdict: Include, Why: "y"}}}
	view := viewLine{N: 1, Actor: "account:1", Who: "Ada", Verdict: "It matters", Title: "Help", Plain: "Help at home.", Words: "Me too", Answer: "Thank you", By: "Sam", Settled: "Include", ID: "words", Action: here, Href: here, Typed: "t", Edit: here}
	other := view
	other.ID, other.Answer = "words-2", ""
	card := cardView{CardOut: CardOut{N: 1, Plain: "Help at home.", Title: "Help", Year: 2019, All: 4, Said: 2}, Here: here, Action: here + "/card", Key: "k", Choices: options, Skip: here}
	stop := stopView{StopOut: StopOut{All: 100, Read: 50, Found: 10, Chance: 4, ByLuck: 1, Already: 2, Ordered: true}, Here: here, Known: true, Advised: true, Share: 90, InHundred: 4, LeftIf: 1, WorstIf: 3}
	stop.Likely.Unread = 50
	full := func(title string, body any) page.View {
		return page.View{Title: title, Notice: "Done", Body: body, Back: here}
	}
	wrong := func(title string, body any, fields ...string) page.View {
		p := full(title, body)
		for _, f := range fields {
			p.Errors = append(p.Errors, page.Problem{Field: f, Text: "Say it"})
		}
		return p
	}
	return map[string]page.Samples{
		"review/screen":          {Full: wrong("Help", s, "reason"), Empty: full("Read", screenView{Sorting: Found, Sortings: options, NextOut: NextOut{Tally: Tally{All: 9, Talk: 2}}, ForOthers: 3, NoCriteria: true, Brought: "2 decisions"})},
		"review/text_one":        {Full: wrong("Help", text, "reason", "why", "file", "state"), Empty: full("Help", bare)},
		"review/screen_mine":     {Full: full("Mine", mineView{Here: here, Tabs: []page.Link{{Href: here, Text: "A", Current: true}}, Lines: []mineLine{{here, "Help", "Old", "n", 2019}}, Pages: page.Pages{Next: here}}), Empty: full("Mine", mineView{})},
		"review/screen_talk":     {Full: full("Talk", talkView{Here: here, Stage: TitleStage, Blind: true, Waiting: 2, Lines: lines, Pages: page.Pages{Next: here}}), Empty: full("Talk", talkView{Stage: FullStage})},
		"review/screen_talk_one": {Full: wrong("Help", one, "verdict", "reason", "why"), Empty: full("Help", talkOneView{Again: true, Settled: &Settled{Reason: "Old", Why: "We talked"}, Verdict: "Leave out", By: "Sam"})},
		"review/screen_agree": {Full: full("Agree", agreeView{Here: here, Stage: TitleStage, Blind: true, Pairs: []pairLine{{"Sam and Ada", "0.50", "0.61", here, 20, 2}, {Text: "A and B", Kappa: "none"}}, Between: "Sam and Ada",
			Apart: []differLine{{here, "Help", "Include", "Leave out", "Include"}}, Pages: page.Pages{Next: here}}), Empty: full("Agree", agreeView{})},
		"review/screen_stop":    {Full: full("Stop", stop), Empty: full("Stop", stopView{})},
		"review/screen_plain":   {Full: wrong("Plain", plainView{Here: here, Action: here, Key: "k", Title: "Help", Abstract: s.Abstract, Words: "w", Was: "v", Now: []page.Row{{Key: "Now", Value: "v"}}}, "words"), Empty: full("Plain", plainView{})},
		"review/card":           {Full: wrong("Card", card, "verdict", "words"), Empty: full("Card", cardView{})},
		"review/screen_views":   {Full: wrong("Views", viewsView{Here: here, MayAnswer: true, Lines: []viewLine{view, other}, Pages: page.Pages{Next: here}}, "words"), Empty: full("Views", viewsView{Mine: true})},
		"review/text_list":      {Full: full("Texts", textsView{Here: here, Tabs: []page.Link{{Href: here, Text: "A", Current: true}}, Lines: []textLine{{here, "Help", "Here", "Old", here, 2019}}, Pages: page.Pages{Next: here}}), Empty: full("Texts", textsView{Skips: true})},
		"review/screen_brought": {Full: wrong("Brought", broughtView{Here: here, Waiting: []broughtLines{{BroughtBy{Reviewer: "ada", Include: 1, State: "waits"}, "name", "ada", "Waiting"}, {BroughtBy{}, "name-2", "", "Waiting"}}, Done: []broughtLines{{BroughtBy{}, "", "", "Taken"}}, Looked: 3, Records: 9, Stages: options}, "name"), Empty: full("Brought", broughtView{})},
	}
}
