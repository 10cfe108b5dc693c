package review

import "plait/internal/kit/page"

// shapeSamples is what the pages of plug_shape.go are tried with.
func shapeSamples() map[string]page.Samples {
	v := sample()
	q := Placed{Question: Question{ID: "q1", N: 1, Words: "What helps at night?"}, Place: 1, Places: []int64{1, 3}, Differ: true, Top: []int{0}, Bottom: []int{1}}
	need := Need{ID: "n1", Kind: "Carers", Words: "Who comes", SaidBy: "A carer"}
	ch := ShapeChange{N: 2, What: AboutQuestion, Way: WasChanged, Was: "What?", Became: "What helps?", Reason: "It was vague", Signed: true}
	line := changeLine{ShapeChange: ch, Says: "A question was changed", When: "today", Who: "Sam"}
	c := Criterion{ID: "c1", N: 1, Side: SideOut, Words: "Hospitals"}
	shape := shapeView{Review: v, Here: "/review/x/of/y/shape", MayRun: true, Rows: []page.Row{{Key: "Decision", Value: "A second worker"}}, Groups: []needGroup{{"Carers", []Need{need}}},
		Lines: []questionLine{{q, true}}, Head: []string{"Question", "Together", "Carers"}, Table: [][]string{{"What helps?", "1", "3"}}, Differ: []string{"Carers first"},
		Signers: []signerLine{{Signature{Signer: "The board"}, "1 March 2026", true}}, Changes: []changeLine{line}, MayAdd: true,
		ShapeOut: ShapeOut{Questions: []Placed{q}, Rankings: []Ranking{{ID: "r1", Partner: "Carers", Questions: []string{"q1"}}}, Criteria: []Criterion{c}}}
	ask := askView{Key: "k", Action: "/review/x", ID: "q1", Kind: "Carers", Words: "What helps?", Was: "What?", SaidBy: "A carer", Reason: "Because", Signed: true, SignedBy: "The board", What: AboutQuestion,
		OutOfScope: "Hospitals", EditAt: "/review/x/edit"}
	wrong := func(names ...string) (out []page.Problem) {
		for _, n := range names {
			out = append(out, page.Problem{Field: n, Text: "Write"})
		}
		return out
	}
	sides := []page.Option{{Value: SideIn, Text: "In", Hint: "About it"}, {Value: SideOut, Text: "Out"}}
	passage := Passage{ID: "m1", Report: "p1", Kind: MarkStatement, Start: 2, End: 6, Part: 1, Quote: "lift", Made: "s1", Words: "The lift helps"}
	marked := markedLine{Passage: passage, Text: "The lift helps", Kind: "Statement", Href: "/review/x#m-m1", Page: 1, To: "/review/x/statement/s1"}
	report := Report{ID: "p1", Name: "report.pdf", Title: "A report", Language: "en", Pages: 3, Parts: 2, Paragraphs: 9, State: ReportIn}
	read := readView{ReadPartOut: ReadPartOut{Report: report, Part: 1}, Here: "/review/x/of/y/report", Key: "k", MayRun: true, Say: "Mine", Quote: "lift", From: 1, To: 2,
		Lines: []readLine{{Paragraph: Paragraph{N: 1, Part: 1, Page: 1, Heading: true, End: 6, Words: "A lift"}, Pieces: []readPiece{{Text: "A "}, {Text: "lift", Marked: true, Many: true, Now: true, IDs: []string{"m1"}}}, Said: "Marked: Statement", Checked: true, Turn: true}},
		Marks: []markedLine{marked}, Contents: []page.Link{{Href: "#p1", Text: "A lift", Current: true}}, Pages: page.Pages{Next: "/review/x?part=2"}, Kinds: []page.Option{{Value: MarkGap, Text: "Gap"}}}
	guide := guideView{SeeGuideOut: SeeGuideOut{Guide{"Night", []GuideLine{{5, "What helps?"}}}, 1}, Here: "/review/x/of/y/report", Key: "k", MayRun: true, Lasts: "5 minutes",
		Rows: []guideRow{{GuideLine{5, "What helps?"}, 1, "5 minutes", "5"}, {GuideLine{5, "Who?"}, 2, "5 minutes", "5"}}, Lengths: []page.Link{{Href: "?minutes=30", Text: "30 minutes"}}, More: []markedLine{marked},
		Now: &Guide{"Night", []GuideLine{{5, "What?"}}}}
	draft := draftView{SeeDraftOut: SeeDraftOut{Draft{"Night", "A second worker", []string{"It helps"}, []string{"Cost"}, []string{"The trust"}, "Does this match?", "From a report"}, 1, false},
		Here: "/review/x/of/y/report", Key: "k", MayRun: true, Sections: []paperSection{{"What it says", []string{"It helps"}}}, SaysText: "It helps", GapsText: "Cost", WhoText: "The trust", Over: 20, Now: &Draft{Title: "Other", Says: []string{"So"}}}
	fits := draft
	fits.SeeDraftOut.Fits = true
	return map[string]page.Samples{
		"review/shape":             {Full: page.View{Title: "Shape", Notice: "Saved", Body: shape}, Empty: page.View{Title: "Shape", Body: shapeView{Review: v, MayRun: true, MayAdd: true}}},
		"review/shape_need":        {Full: page.View{Title: "Need", Body: ask, Errors: wrong("kind", "words", "said_by")}, Empty: page.View{Title: "Need", Body: askView{}}},
		"review/shape_question":    {Full: page.View{Title: "Question", Body: ask, Errors: wrong("words", "reason")}, Empty: page.View{Title: "Question", Body: askView{}}},
		"review/shape_out":         {Full: page.View{Title: "Out", Body: ask, Errors: wrong("reason")}, Empty: page.View{Title: "Out", Body: askView{ID: "x"}}},
		"review/shape_rank":        {Full: page.View{Title: "Rank", Body: rankView{askView: ask, Partner: "Carers", Lines: []rankLine{{q.Question, "place-q1", "1", []page.Option{{Text: "–"}, {Value: "1", Text: "1"}}}}}, Errors: wrong("partner", "order")}, Empty: page.View{Title: "Rank", Body: rankView{}}},
		"review/shape_sign":        {Full: page.View{Title: "Sign", Body: signView{askView: ask, Seen: 3, Signer: "The board", On: "1/3/2026", Lines: []Placed{q}}, Errors: wrong("signer", "on")}, Empty: page.View{Title: "Sign", Body: signView{}}},
		"review/shape_criteria":    {Full: page.View{Title: "Criteria", Body: criteriaView{askView: ask, MayRun: true, In: []Criterion{c}, Out: []Criterion{c}, Sides: sides, PartAddress: "/review/x/out"}, Errors: wrong("words", "reason")}, Empty: page.View{Title: "Criteria", Body: criteriaView{MayRun: true, Sides: sides}, Errors: wrong("side")}},
		"review/shape_changes":     {Full: page.View{Title: "Changes", Body: changesView{Here: "/review/x", Lines: []changeLine{line}, More: page.Pages{Next: "?before=2"}}}, Empty: page.View{Title: "Changes", Body: changesView{}}},
		"review/report":            {Full: page.View{Title: "Reports", Body: reportsView{Here: "/review/x", Key: "k", MayRun: true, Wait: true, Marks: true, Lines: []reportLine{{Report: report}, {Report: Report{ID: "p2", Name: "b.pdf", State: ReportReading}}, {Report: Report{ID: "p3", Name: "c.pdf", State: ReportFailed}, Says: "No words"}}}, Errors: wrong("file")}, Empty: page.View{Title: "Reports", Body: reportsView{MayRun: true}}},
		"review/report_read":       {Full: page.View{Title: "Read", Body: read, Errors: wrong("words", "quote")}, Empty: page.View{Title: "Read", Body: readView{}}},
		"review/report_marks":      {Full: page.View{Title: "Marks", Body: marksView{Here: "/review/x", MayRun: true, Groups: []markGroup{{MarkStatement, "Statements", []markedLine{marked, {Passage: passage, Text: "x", Gone: true, To: "/x"}, {Passage: passage, Text: "y"}}}}}}, Empty: page.View{Title: "Marks", Body: marksView{Empty: []page.Link{{Href: "/review/x", Text: "Begin"}}}}},
		"review/report_guide":      {Full: page.View{Title: "Guide", Body: guide}, Empty: page.View{Title: "Guide", Body: guideView{}}},
		"review/report_guide_edit": {Full: page.View{Title: "Guide", Body: guide, Errors: wrong("title", "words", "minutes")}, Empty: page.View{Title: "Guide", Body: guideView{}}},
		"review/report_draft":      {Full: page.View{Title: "Draft", Body: draft}, Empty: page.View{Title: "Draft", Body: draftView{SeeDraftOut: fits.SeeDraftOut}}},
		"review/report_draft_edit": {Full: page.View{Title: "Draft", Body: draft, Errors: wrong("title", "asked", "says", "gaps", "who", "match", "source")}, Empty: page.View{Title: "Draft", Body: draftView{}}},
	}
}
