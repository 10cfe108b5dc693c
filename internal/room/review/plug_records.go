package review

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// recordsPart is the search log, the imports, and the copies among their records.
func (r *Room) recordsPart() part {
	verbs := []plug.Verb{
		plug.Of("review.send-file", "review.run", r.SendFile),
		plug.Of("review.bring-in", "review.run", r.BringIn),
		plug.Of("review.undo-import", "review.run", r.UndoImport),
		plug.Of("review.copies", "review.run", r.Copies),
		plug.Of("review.add-record", "review.run", r.AddRecord),
	}
	for i := range verbs {
		verbs[i].Batch = true // they run their own short transactions
	}
	verbs = append(verbs,
		plug.Of("review.search", "review.run", r.Search),
		plug.Of("review.edit-search", "review.run", r.EditSearch),
		plug.Read("review.searches", "review.see", r.Searches),
		plug.Read("review.batch", "review.see", r.Batch),
		plug.Read("review.batches", "review.see", r.Batches),
		plug.Read("review.records", "review.see", r.Records),
		plug.Read("review.record", "review.see", r.Record),
		plug.Of("review.answer-copy", "review.run", r.AnswerCopy),
		plug.Of("review.unanswer-copy", "review.run", r.UnanswerCopy),
		plug.Of("review.part-copy", "review.run", r.PartCopy),
		plug.Read("review.asks", "review.see", r.Asks),
		plug.Read("review.merged", "review.see", r.Merged),
		plug.Read("review.answers", "review.see", r.Answers),
	)
	return part{verbs: verbs, routes: r.face.recordRoutes(), jobs: r.recordJobs(), steps: r.recordSteps, refers: recordRefers()}
}

func (f *face) recordRoutes() []web.Route {
	const one = "/review/{project}/of/{id}"
	const form = 1 << 20 // what a form holds beside its files
	return []web.Route{
		{Pattern: "GET " + one + "/search", Permission: "review.see", Handle: f.searchList},
		{Pattern: "GET " + one + "/search/new", Permission: "review.run", Handle: f.searchForm},
		{Pattern: "POST " + one + "/search/new", Permission: "review.run", Handle: f.searchSave},
		{Pattern: "GET " + one + "/search/{search}/edit", Permission: "review.run", Handle: f.searchForm},
		{Pattern: "POST " + one + "/search/{search}/edit", Permission: "review.run", Handle: f.searchSave},
		{Pattern: "GET " + one + "/import", Permission: "review.run", Handle: f.importList},
		{Pattern: "POST " + one + "/import", Permission: "review.run", Handle: f.importSend, MaxBytes: MaxImport + form},
		{Pattern: "GET " + one + "/import/{batch}", Permission: "review.see", Handle: f.importSee},
		{Pattern: "GET " + one + "/import/{batch}/problems", Permission: "review.see", Handle: f.importProblems},
		{Pattern: "POST " + one + "/import/{batch}/bring", Permission: "review.run", Handle: f.importBring},
		{Pattern: "POST " + one + "/import/{batch}/undo", Permission: "review.run", Handle: f.importUndo},
		{Pattern: "GET " + one + "/add", Permission: "review.run", Handle: f.handForm},
		{Pattern: "POST " + one + "/add", Permission: "review.run", Handle: f.handSave, MaxBytes: MaxWhole + form},
		{Pattern: "GET " + one + "/records", Permission: "review.see", Handle: f.recordList},
		{Pattern: "GET " + one + "/records/{n}", Permission: "review.see", Handle: f.recordSee},
		{Pattern: "GET " + one + "/records/{n}/file", Permission: "review.see", Handle: f.recordFile},
		{Pattern: "GET " + one + "/copies", Permission: "review.see", Handle: f.copiesAsk},
		{Pattern: "POST " + one + "/copies", Permission: "review.run", Handle: f.copiesAnswer},
		{Pattern: "POST " + one + "/copies/look", Permission: "review.run", Handle: f.copiesLook},
		{Pattern: "GET " + one + "/copies/merged", Permission: "review.see", Handle: f.copiesMerged},
		{Pattern: "POST " + one + "/copies/part", Permission: "review.run", Handle: f.copiesPart},
		{Pattern: "GET " + one + "/copies/answers", Permission: "review.see", Handle: f.copiesAnswers},
		{Pattern: "POST " + one + "/copies/undo", Permission: "review.run", Handle: f.copiesUndo},
	}
}

// recordSteps are this part's lines on a review's page.
func (r *Room) recordSteps(_ context.Context, tx *db.Tx, v Review) ([]Step, error) {
	if v.Way != Searched && v.Records == 0 {
		return nil, nil
	}
	programme := who.From(tx.Context()).Programme
	logged, err := countSearches(tx, programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	files, brought, err := inSum(tx, programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	asks, err := countAsks(tx, programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	out := []Step{
		{Href: "/search", Name: "review.rec_step_search", Key: "review.rec_step_search_n", N: logged, Done: logged > 0},
		{Href: "/import", Name: "review.rec_step_import", Key: "review.rec_step_import_n", N: brought, Of: files, Done: brought > 0},
	}
	if brought > 0 {
		copies := Step{Href: "/copies", Name: "review.rec_step_copies", Key: "review.rec_step_copies_n", N: asks}
		if asks == 0 {
			copies.Key, copies.Done = "review.rec_step_copies_done", true
		}
		out = append(out, copies, Step{Href: "/records", Name: "review.rec_step_records"})
	}
	return out, nil
}
