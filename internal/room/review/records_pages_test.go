package review

import (
	"plait/internal/engine/cite"
	"plait/internal/kit/page"
)

// recordsSamples is what the pages of plug_records.go are tried with.
func recordsSamples() map[string]page.Samples {
	here := sample().Here()
	facts := SearchFacts{Place: "MEDLINE", Day: "2026-03-01", Words: "falls AND night", Searcher: "Librarian", Found: 120, Note: "English only"}
	b := Batch{ID: "018f0000-0000-7000-8000-000000000003", Review: sample().Ref.ID, Name: "medline.ris", Format: "ris", Encoding: "windows-1252", Records: 120, Done: 60,
		Problems: []Trouble{{3, "A line stands between two records."}}, Count: 2, State: Staged, SameAs: "x", FirstN: 1, LastN: 60, MadeAt: 1}
	line := fileLine{Batch: b, Href: here + "/import/x", What: "RIS: 120 records, 2 problems", Tells: "Waits for you"}
	x := Record{N: 4, Lead: 9, Title: "Help at home", Authors: "Lee, Jo; Park, Sun; Hall, Gill; Ray, Al", Year: 2019, Journal: "Care", Abstract: "Who decides?", Plain: "Two sentences.",
		Gone: true, TitleVerdict: Include, FullVerdict: Exclude, FullFile: "x"}
	y := x
	y.N, y.Title = 9, ""
	pair := Pair{A: 4, B: 9, Band: Ask, Reason: "The titles agree.", AnsweredAt: 1, AnsweredBy: "x"}
	options := []page.Option{{Value: "", Text: "Not said"}, {Value: "s", Text: "MEDLINE"}}
	see := func(state string, ask bool) page.View {
		b := b
		b.State = state
		return page.View{Title: b.Name, Body: importView{Batch: b, Here: here + "/import/x", Up: here + "/import", Home: here, What: "RIS", From: "MEDLINE", Same: &line, MayRun: true, Ask: ask,
			Lines: [][]any{{"3", "A line"}}, More: 1, Working: state == Coming, Waits: state == In, Asks: 2, Progress: "60 of 120", Done: 60, Total: 120}}
	}
	ask := copiesView{AsksOut: AsksOut{Left: 2, Merged: 3, Beyond: 1, Pair: &pair, A: &x, B: &y, State: copiesPut, Done: 1}, Here: here, MayRun: true, Undo: &pair, Total: 2, Progress: "1 of 2",
		Fields: []fieldPair{{"title", "differs", []piece{{"Help at ", false}, {"home", true}}, nil}, {"year", "same", []piece{{"2019", false}}, nil}, {"pages", "one", nil, []piece{{"4", true}}}}}
	return map[string]page.Samples{
		"review/search": {Full: page.View{Title: "Log", Notice: "Saved", Body: searchesView{Here: here, MayRun: true, Lines: []searchLine{{Search: Search{ID: "s", SearchFacts: facts}, Href: here + "/search/s/edit", Facts: []page.Row{{Key: "When", Value: "1 March"}}}}}},
			Empty: page.View{Title: "Log", Body: searchesView{Here: here, Empty: []page.Link{{Href: here, Text: "Write"}}}}},
		"review/search_form": {Full: page.View{Title: "Change", Body: searchView{SearchFacts: facts, Found: "120", Version: 2, Action: here, Key: "k", Now: []page.Row{{Key: "Where", Value: "x"}}}, Errors: []page.Problem{{Field: "place", Text: "Write"}, {Field: "day", Text: "Type"}}},
			Empty: page.View{Title: "Write", Body: searchView{}}},
		"review/imports": {Full: page.View{Title: "Bring", Body: importsView{Here: here, Key: "k", Search: "s", Searches: options, Waits: []fileLine{line}, Files: []fileLine{line}, Most: 200}, Errors: []page.Problem{{Field: "files", Text: "Choose"}}},
			Empty: page.View{Title: "Bring", Body: importsView{Here: here}}},
		"review/import":  {Full: see(Coming, true), Empty: page.View{Title: "A", Body: importView{Batch: Batch{State: Failed}}}},
		"review/records": {Full: page.View{Title: "Records", Body: recordsView{Here: here, Words: "help", List: ListOpen, Batch: "x", File: "a.ris", Lists: options, Lines: []Record{x, y}, Pages: page.Pages{Next: here, Prev: here}}}, Empty: page.View{Title: "Records", Body: recordsView{Here: here}}},
		"review/record": {Full: page.View{Title: "A", Body: recordView{RecordOut: RecordOut{Record: x, Said: cite.Record{Title: "A"}, Reference: "A (2019)", From: Batch{ID: "x", Format: ByHand}, Copies: []Record{y}}, Here: here, FileHref: here, Rows: []page.Row{{Key: "Year", Value: "2019"}}, Tags: [][]any{{"TI", "A"}}, MayRun: true}},
			Empty: page.View{Title: "A", Body: recordView{}}},
		"review/record_add": {Full: page.View{Title: "Type", Body: handView{AddRecordIn: AddRecordIn{Title: "A", Kind: "report", Authors: "Lee, Jo", Link: "https://x.org", Summary: "S"}, Year: "2019", Here: here, Kinds: options, Searches: options, Most: 50, Action: here, Key: "k"}, Errors: []page.Problem{{Field: "title", Text: "Write"}, {Field: "file", Text: "Choose"}}},
			Empty: page.View{Title: "Type", Body: handView{}}},
		"review/copies":         {Full: page.View{Title: "Copies", Body: ask}, Empty: page.View{Title: "Copies", Body: copiesView{AsksOut: AsksOut{State: copiesIdle}}}},
		"review/copies_merged":  {Full: page.View{Title: "Merged", Body: mergedView{MergedOut: MergedOut{Groups: []Group{{Records: []Record{y, x}, Links: []Pair{pair}}}, Next: 9}, Here: here, MayRun: true, Count: 1, Undo: 4, Pages: page.Pages{Next: here}}}, Empty: page.View{Title: "Merged", Body: mergedView{}}},
		"review/copies_answers": {Full: page.View{Title: "Answers", Body: answersView{AnsweredOut: AnsweredOut{Answers: []Answered{{pair, "A", ""}}}, Here: here, MayRun: true}}, Empty: page.View{Title: "Answers", Body: answersView{}}},
	}
}
