package review

import (
	"html/template"

	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

// wholeSamples is what the pages of plug_whole.go are tried with.
func wholeSamples() map[string]page.Samples {
	v := sample()
	closed := v
	closed.State = Closed
	id := "018f0000-0000-7000-8000-000000000003"
	options := []page.Option{{Value: "a", Text: "One"}, {Value: "b", Text: "Two", Hint: "Hint", Checked: true}}
	line := []flowLine{{Name: "Records identified", N: "12"}, {Name: "Scopus", N: "12", Deep: true}}
	since := Changes{Day: "2026-11-01", Came: 3, IncludedCount: 1, InReview: 4, Included: []SinceRecord{{N: 3, Title: "Sleep", Year: 2020}}, Gone: []SinceRecord{{N: 4}},
		Statements: []SinceSaid{{Ref: ref.Of(Statement, id), Words: "People sleep", What: "new"}}, Gaps: []SinceSaid{{Ref: ref.Of(Gap, id), Words: "Who pays", What: "closed"}},
		Organisations: []SinceGroup{{Name: "Care"}}}
	return map[string]page.Samples{
		"review/flow": {Full: page.View{Title: "Flow", Notice: "Saved", Body: flowView{Review: v, Drawing: template.HTML(drawn([]flowArm{{"Arm", []flowBox{{Lines: line}, {Lines: line, Side: true}}}}, "Flow", line[0])), Arms: []flowArm{{"Arm", []flowBox{{Lines: line}}}}, Total: line[0],
			Waiting: 3, Any: true, MayRun: true, Sources: []sourceView{{Source: Source{FromDatabase, "Scopus", 12}, Origins: options}, {Source: Source{FromRegister, "", 1}, Origins: options}}}},
			Empty: page.View{Title: "Flow", Body: flowView{Review: v}}},
		"review/map": {Full: page.View{Title: "Map", Body: mapView{Review: v, Themes: 1, MapOut: MapOut{Rows: []MapRow{{Theme: id, Title: "Sleep", Statements: 2, Records: 3, Against: 1, Lived: 1, Practice: 2, Gaps: 1}, {}}, Included: 3, Lived: 5, Practice: 1, Gaps: 2}}},
			Empty: page.View{Title: "Map", Body: mapView{Review: v}}},
		"review/since": {Full: page.View{Title: "Since", Notice: "Closed", Body: sinceView{Review: v, Changes: since, MayRun: true, Says: []string{"3 records came in."}, Turns: []page.Row{{Key: "1 November 2026", Value: "Sam closed it"}},
			Again: []againView{{id, "Scopus", "1 November 2026"}}, Asked: "soon"}, Errors: []page.Problem{{Field: "day", Text: "Write a day"}}},
			Empty: page.View{Title: "Since", Body: sinceView{Review: closed, MayRun: true, Changes: Changes{Day: "2026-11-01"}}}},
		"review/close": {Full: page.View{Title: "Close the review", Body: closeView{Review: v, Left: 3, Why: "x", Key: "k"}, Errors: []page.Problem{{Field: "why", Text: "Write why"}}},
			Empty: page.View{Title: "Open the review again", Body: closeView{Review: closed, Opens: true}}},
		"review/out": {Full: page.View{Title: "Out", Body: outView{Review: v, Formats: options, Choices: options, Any: true}}, Empty: page.View{Title: "Out", Body: outView{Review: v}}},
		"review/references": {Full: page.View{Title: "List", Body: referencesView{Review: v, Lines: []string{"Hall, S. (2020) Sleep."}, Style: AsVancouver, Which: InReview, Numbered: true, More: true, Styles: options, Choices: options}},
			Empty: page.View{Title: "List", Body: referencesView{Review: v, Lines: []string{"x"}, Style: AsAPA}}},
	}
}
