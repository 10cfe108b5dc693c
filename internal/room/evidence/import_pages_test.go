package evidence

import (
	"plait/internal/engine/table"
	"plait/internal/kit/page"
	"plait/internal/spine/terms"
)

// importSamples is the pages of imports, full and empty.
func importSamples() map[string]page.Samples {
	const project, batch = "018f0000-0000-7000-8000-000000000002", "018f0000-0000-7000-8000-00000000000b"
	c := Contribution{Title: "The bus stops too far away", Strand: "lived", Role: "carer", On: "2026-03-01", Source: "spring.csv", Language: "en"}
	file := ImportFile{N: 0, Name: "spring.csv", Format: "csv", Encoding: "utf-8", Header: []string{"comment", ""}, Rows: 3, Good: 2,
		Columns: Columns{Words: 0, Title: table.None, Abstract: table.None, Date: table.None, Strand: table.None, Role: table.None, Site: table.None, Language: table.None, Source: table.None}}
	look := LookFile{ImportFile: file, Before: "old.csv", First: []LookRow{{2, 0, c, true}, {3, 0, Contribution{}, false}}}
	items := []page.Option{{Value: "-1", Text: "No column"}, {Value: "0", Text: "comment"}}
	view := importFileView{LookFile: look, What: "A sheet (CSV)", More: 1, Fields: []importField{{"words", "What was said", "0", items}},
		First: []importRow{{c, 2, 0, true, false}, {Contribution{}, 3, 0, false, false}}, Lists: [][]any{{"3", "This row has no words."}}, Reads: true}
	view.Remember = true
	second := view
	second.N, second.Fold, second.Open, second.Count, second.Facts = 1, true, true, 1, "2 pages"
	second.Choices = []importChoice{{"as", "as-1", "How should it come in?", "whole", []page.Option{{Value: "whole", Text: "Whole"}, {Value: "paragraphs", Text: "One for each paragraph"}}}}
	third := importFileView{LookFile: LookFile{ImportFile: ImportFile{N: 2, Name: "a.zip › b.jpg", Format: "picture", Rows: 1, Good: 1}}, What: "A picture", Picture: "/p", Wide: 240, High: 180}
	hidden := importFileView{LookFile: LookFile{ImportFile: ImportFile{N: 3, Name: "c.xlsx › Old", Format: "xlsx", Rows: 1, ImportDetail: ImportDetail{Hidden: true, Left: true}}}, What: "A sheet", Fold: true}
	staged := importView{LookOut: LookOut{Batch: batch, Project: project, State: BatchStaged}, Here: "/evidence/" + project + "/import/" + batch, Good: 2, Left: 1, Already: 3, Throw: true, Ask: true, Ready: true,
		Things: true, Files: []importFileView{view, second, third, hidden}}
	shared := importSharedView{giveView: giveView{GiveIn: GiveIn{Project: project, Said: Said{Role: "carer", Agreement: terms.Agreement{Uses: []terms.Use{terms.Quote}}}},
		Strands: []page.Option{{Value: "lived", Text: "Lived experience"}}, Uses: []page.Option{{Value: "quote", Text: "Quoted"}}, Ways: []page.Option{{Value: "spoken", Text: "Spoken"}},
		Voices: []page.Option{{Value: "own", Text: "Own"}}, Modes: []page.Option{{Value: "own", Text: "The person"}}}, Batch: batch}
	return map[string]page.Samples{
		"evidence/imports": {Full: page.View{Title: "Bring in a file", Body: importsView{Project: project, Earlier: []importLine{{ImportLine{batch, "spring.csv", BatchIn, 1700000000000000, 40, 40, 1}, "/evidence/x/import/y", "Saved", true, false},
			{ImportLine{batch, "list.csv and 2 more", BatchStaged, 1700000000000000, 0, 0, 3}, "/evidence/x/import/z", "Read", true, true}}},
			Errors: []page.Problem{{Field: "files", Text: "Choose a file"}}}, Empty: page.View{Title: "Bring in a file", Body: importsView{Project: project}}},
		"evidence/import": {Full: page.View{Title: "Check what we found", Body: staged, Errors: []page.Problem{{Field: "words", Text: "Choose the column"}}},
			Empty: page.View{Title: "Saving the file", Body: importView{LookOut: LookOut{Batch: batch, Project: project, State: BatchGoing, Total: 10, Done: 3}, Progress: "3 of 10", Stalled: true}}},
		"evidence/import_shared": {Full: page.View{Title: "What do all the rows share?", Body: shared}, Empty: page.View{Title: "What do all the rows share?", Body: importSharedView{}}},
		"evidence/import_check": {Full: page.View{Title: "Check your answers", Body: importCheckView{Here: staged.Here, Good: 2, Left: 1, Already: 1, Rows: []page.Row{{Key: "Files", Value: "spring.csv", Links: []page.Link{{Href: "/x", Text: "Change"}}}}}},
			Empty: page.View{Title: "Check your answers", Body: importCheckView{}}},
	}
}
