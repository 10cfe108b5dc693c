package review

import (
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

// extractSamples is what the pages of plug_extract.go are tried with.
func extractSamples() map[string]page.Samples {
	v := sample()
	problem := func(fields ...string) (out []page.Problem) {
		for _, f := range fields {
			out = append(out, page.Problem{Field: f, Text: "Mend this"})
		}
		return out
	}
	x := Record{N: 7, Lead: 7, Title: "Help at night", Authors: "Lee, J.", Year: 2019, Abstract: "Help at night matters.", FullVerdict: Include, FullFile: "f"}
	taken := Taking{Record: x, Answers: []Answer{{Field: Says, Actor: "account:a", Words: "Night help matters."}}, People: 2, Differ: 1}
	other := answerView{By: "Sam", Words: "Night help is asked for.", Place: "/x?p=1#place", At: 1767225600000000}
	settled := other
	settled.Settled = true
	choice := fieldView{FormField: FormField{ID: "near", Part: Judged, Choices: []string{"very"}}, Says: "Near?", Options: []page.Option{{Text: "Not said"}, {Value: "very", Text: "Very"}}}
	says := fieldView{FormField: FormField{ID: Says, Part: Taken}, Says: "What does it say?", Helps: "One sentence", Words: "Night help matters.", Quote: "matters", In: InAbstract, Start: 14, Place: "/x?p=0#place", Others: []answerView{other, settled}}
	text := textView{In: InAbstract, Tabs: []page.Link{{Href: "/x?in=abstract", Text: "Summary", Current: true}, {Href: "/x?in=whole", Text: "Whole text"}}, Page: 1, Of: 2, Pages: page.Pages{Next: "/x?page=2"},
		Paragraphs: []textParagraph{{N: 1, Pieces: []textPiece{{Text: "Help at night "}, {Text: "matters.", Marked: true, Now: true, Said: "What does it say?"}}}}}
	s := Saying{Ref: ref.Of(Statement, "018f0000-0000-7000-8000-000000000003"), Review: v.Ref.ID, Project: v.Project, Theme: "t", Words: "Night help matters", Plainly: "It helps", Sure: "fairly", SureWhy: "Two studies",
		State: Stands, Given: "018f0000-0000-7000-8000-000000000004", GivenVersion: 1, Version: 2, Counts: map[string]int64{Supports: 2, Challenges: 1}}
	line := sayingLine{Saying: s, Bears: []string{"2 records support it", "1 record challenges it"}, Matches: []string{"1 says it matches"}, Against: true}
	aside := s
	aside.State, aside.Given = SetAside, ""
	bearing := Bearing{Support: Support{7, Supports, "It says so"}, Lead: 7, Title: "Help at night", Authors: "Lee, J.", Year: 2019, Included: true}
	out := bearing
	out.Included = false
	sides := []sideView{{Supports, []Bearing{bearing}}, {Challenges, []Bearing{out}}, {Qualifies, nil}}
	g := gapLine{Missing{Ref: ref.Of(Gap, "018f0000-0000-7000-8000-000000000005"), Review: v.Ref.ID, Project: v.Project, Words: "Nights alone", About: "People alone", N: 7, Version: 1}, "Lee, J. (2019)", ""}
	shut := g
	shut.Missing.Closed, shut.ClosedAt, shut.On = "Found out", 1767225600000000, "2026-03-02"
	org := Working{ID: "018f0000-0000-7000-8000-000000000006", Review: v.Ref.ID, Name: "Night Line", Does: "Rings", Link: "https://example.org", N: 7, Version: 1}
	met := org
	met.Met = "018f0000-0000-7000-8000-000000000007"
	options := []page.Option{{Text: "None"}, {Value: "t", Text: "Nights"}}
	now := []page.Row{{Key: "Words", Value: "Other"}}
	full := func(body any, fields ...string) page.View {
		return page.View{Title: "Page", Notice: "Saved", Body: body, Errors: problem(fields...)}
	}
	return map[string]page.Samples{
		"review/extracts": {Full: full(extractsView{Review: v, Out: ExtractsOut{Taken: 1, Of: 2}, Lines: []takingLine{{taken, "/x", "Night help matters."}, {Taking{Record: x}, "/y", ""}}, More: page.Pages{Next: "/n"}, MayRun: true}), Empty: full(extractsView{Review: v})},
		"review/extract": {Full: full(extractView{Review: v, Of: x, Home: "/x", Cited: "Lee (2019)", Link: "https://doi.org/10.1/x", Text: text, Fields: []fieldView{says, choice}, Appraise: 1,
			Apart: []apartView{{Says, "What does it say?", []answerView{other, settled}}}, Sayings: []sayingOn{{"s", "Night help is rare", Supports, "It says so"}}, Statements: options, Stances: options, MayScreen: true, MayRun: true, Next: "/n"}, "f-says", "quote-says", "f-near", "statement", "stance", "note"),
			Empty: full(extractView{Review: v, Of: Record{N: 1, Title: "One"}, Text: textView{In: InWhole, State: "failed", Why: "review.ex_text_broken", Lost: "some words"}, Fields: []fieldView{says}, Apart: []apartView{{Says, "Says", []answerView{other}}}, Appraise: -1})},
		"review/fields": {Full: full(fieldsView{Review: v, Taken: []fieldView{says}, Judged: []fieldView{choice}, MayRun: true}), Empty: full(fieldsView{Review: v, Taken: []fieldView{says}, MayRun: true})},
		"review/field": {Full: full(fieldFormView{Review: v, FieldIn: FieldIn{ID: "x", Label: "Who?", Hint: "Names", Choices: "A\nB", Place: 2}, Action: "/x"}, "label", "hint", "choices", "place"),
			Empty: full(fieldFormView{Review: v, Fresh: true, Parts: options}, "part")},
		"review/statements": {Full: full(statementsView{Review: v, N: 1, MayRun: true, Groups: []themeGroup{{Theme{"t", 1, "Nights"}, []sayingLine{line}}, {Theme{"u", 2, "Days"}, nil}, {Theme{}, []sayingLine{{Saying: aside}}}}, Aside: []sayingLine{{Saying: aside}}}),
			Empty: full(statementsView{Review: v, MayRun: true, Empty: []page.Link{{Href: "/x", Text: "Write"}}})},
		"review/statement": {Full: full(statementView{StatementOut: StatementOut{Saying: s}, Title: "Nights", Theme: "Theme", Sides: sides, Bears: line.Bears, Answers: line.Matches, Match: "/evidence/x/give", About: "contribution:x", MayRun: true, MayGive: true}),
			Empty: full(statementView{StatementOut: StatementOut{Saying: aside}, Sides: sides[2:], MayRun: true, MayGive: true})},
		"review/statement_form": {Full: full(sayingForm{Saying: s, Action: "/x", Themes: options, Sures: options, Now: now}, "words", "plainly", "theme", "sure", "sure_why"),
			Empty: full(sayingForm{Fresh: true, Themes: options, Sures: options, N: 7, Note: "It says so", Record: "Help at night"}, "note")},
		"review/statement_records": {Full: full(bearView{StatementOut: StatementOut{Saying: s}, Action: "/x", NextAfter: 7, More: page.Pages{Next: "/n"}, Lines: []bearLine{{x, Supports, "It says so", "It says so", options}}}), Empty: full(bearView{})},
		"review/theme":             {Full: full(themeView{Review: v, ThemeIn: ThemeIn{ID: "t", Title: "Nights", Place: 1}, Action: "/x", Others: options}, "title", "place", "into"), Empty: full(themeView{Review: v, Fresh: true})},
		"review/gaps":              {Full: full(gapsView{Review: v, Open: []gapLine{g}, Closed: []gapLine{shut}, MayRun: true}), Empty: full(gapsView{Review: v, Empty: []page.Link{{Href: "/x", Text: "Write"}}})},
		"review/gap":               {Full: full(gapView{gapLine: g, Title: "Nights", Why: "x", MayRun: true}, "why"), Empty: full(gapView{gapLine: shut, MayRun: true})},
		"review/gap_form":          {Full: full(gapForm{Missing: g.Missing, Action: "/x", Record: "Help at night", Now: now}, "words", "about"), Empty: full(gapForm{Missing: Missing{N: 7}, Fresh: true, Record: "Help"})},
		"review/gap_print":         {Full: full(gapsView{Review: v, Open: []gapLine{g}}), Empty: full(gapsView{Review: v})},
		"review/organisations":     {Full: full(organisationsView{Review: v, Lines: []Working{org, met}, MayRun: true, MayMeet: true}), Empty: full(organisationsView{Review: v, Empty: []page.Link{{Href: "/x", Text: "Add"}}})},
		"review/organisation_form": {Full: full(organisationForm{Review: v, Org: org, Action: "/x", Record: "Help"}, "name", "does", "link"), Empty: full(organisationForm{Review: v, Org: Working{N: 7}, Fresh: true})},
	}
}
