package review

import (
	"context"
	"embed"

	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

//go:embed pages/report.css
var reportSheet embed.FS

// shapeTools is what the part shape is given by the house.
type shapeTools struct {
	reader ReportReader
	names  Names
}

// SetReports sets what reads the files of finished reviews.
func (r *Room) SetReports(reader ReportReader) { r.shapes.reader = reader }

// shapePart is shaping the question with partners, and beginning from a finished review.
func (r *Room) shapePart() part {
	f := r.face
	const one = "/review/{project}/of/{id}"
	take := plug.Of("review.take-report", "review.run", r.TakeReport)
	take.Batch = true // a file is stored in many short transactions
	return part{
		verbs: []plug.Verb{
			plug.Of("review.need", "review.run", r.Need),
			plug.Of("review.drop-need", "review.run", r.DropNeed),
			plug.Of("review.question", "review.run", r.Question),
			plug.Of("review.drop-question", "review.run", r.DropQuestion),
			plug.Of("review.criterion", "review.run", r.Criterion),
			plug.Of("review.drop-criterion", "review.run", r.DropCriterion),
			plug.Of("review.rank", "review.run", r.Rank),
			plug.Of("review.drop-rank", "review.run", r.DropRank),
			plug.Of("review.sign", "review.run", r.Sign),
			plug.Read("review.shape", "review.see", r.Shape),
			plug.Read("review.changes", "review.see", r.Changes),
			take,
			plug.Of("review.drop-report", "review.run", r.DropReport),
			plug.Read("review.reports", "review.see", r.Reports),
			plug.Read("review.read-part", "review.see", r.ReadPart),
			plug.Of("review.mark-report", "review.run", r.MarkReport),
			plug.Of("review.unmark-report", "review.run", r.UnmarkReport),
			plug.Read("review.passages", "review.see", r.Passages),
			plug.Of("review.guide", "review.run", r.Guide),
			plug.Read("review.see-guide", "review.see", r.SeeGuide),
			plug.Of("review.draft", "review.run", r.Draft),
			plug.Read("review.see-draft", "review.see", r.SeeDraft),
		},
		routes: []web.Route{
			{Pattern: "GET " + one + "/shape", Permission: "review.see", Handle: f.shape},
			{Pattern: "GET " + one + "/shape/need", Permission: "review.run", Handle: f.needForm},
			{Pattern: "POST " + one + "/shape/need", Permission: "review.run", Handle: f.need},
			{Pattern: "GET " + one + "/shape/question", Permission: "review.run", Handle: f.questionForm},
			{Pattern: "POST " + one + "/shape/question", Permission: "review.run", Handle: f.question},
			{Pattern: "GET " + one + "/shape/rank", Permission: "review.run", Handle: f.rankForm},
			{Pattern: "POST " + one + "/shape/rank", Permission: "review.run", Handle: f.rank},
			{Pattern: "GET " + one + "/shape/sign", Permission: "review.run", Handle: f.signForm},
			{Pattern: "POST " + one + "/shape/sign", Permission: "review.run", Handle: f.sign},
			{Pattern: "GET " + one + "/shape/out", Permission: "review.run", Handle: f.outForm},
			{Pattern: "POST " + one + "/shape/out", Permission: "review.run", Handle: f.takeOut},
			{Pattern: "GET " + one + "/shape/changes", Permission: "review.see", Handle: f.shapeChanges},
			{Pattern: "GET " + one + "/criteria", Permission: "review.see", Handle: f.criteria},
			{Pattern: "POST " + one + "/criteria", Permission: "review.run", Handle: f.criterion},
			{Pattern: "GET " + one + "/report", Permission: "review.see", Handle: f.reports},
			{Pattern: "POST " + one + "/report", Permission: "review.run", Handle: f.takeReport, MaxBytes: MaxReport + form.MaxBytes},
			{Pattern: "POST " + one + "/report/drop", Permission: "review.run", Handle: f.dropReport},
			{Pattern: "GET " + one + "/report/file", Permission: "review.see", Handle: f.reportFile},
			{Pattern: "GET " + one + "/report/read", Permission: "review.see", Handle: f.readReport},
			{Pattern: "POST " + one + "/report/read", Permission: "review.run", Handle: f.markReport},
			{Pattern: "POST " + one + "/report/unmark", Permission: "review.run", Handle: f.unmarkReport},
			{Pattern: "GET " + one + "/report/marks", Permission: "review.see", Handle: f.passages},
			{Pattern: "GET " + one + "/report/guide", Permission: "review.see", Handle: f.guide},
			{Pattern: "GET " + one + "/report/guide/edit", Permission: "review.run", Handle: f.guideForm},
			{Pattern: "POST " + one + "/report/guide/edit", Permission: "review.run", Handle: f.keepGuide},
			{Pattern: "GET " + one + "/report/draft", Permission: "review.see", Handle: f.draft},
			{Pattern: "GET " + one + "/report/draft/edit", Permission: "review.run", Handle: f.draftForm},
			{Pattern: "POST " + one + "/report/draft/edit", Permission: "review.run", Handle: f.keepDraft},
			{Pattern: "GET /review/report.css", Permission: web.Public, Handle: f.reportStyle},
		},
		jobs:   []job.Def{{Name: readReportJob, Do: r.readReportOn}},
		refers: []db.Reference{db.Names("review_report", "file", "blob_file")},
		steps:  r.shapeSteps,
	}
}

// shapeSteps is the part's lines on a review's page.
func (r *Room) shapeSteps(ctx context.Context, tx *db.Tx, v Review) ([]Step, error) {
	n, err := countShape(tx, who.From(ctx).Programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	ask := Step{Href: "/shape", Name: "review.shape_title", Key: "review.shape_step", N: n.questions, Done: v.State == Signed}
	if v.State == Signed {
		ask.Key, ask.N = "review.shape_step_signed", n.signed
	}
	if v.Way != Finished {
		return []Step{ask, {Href: "/criteria", Name: "review.shape_criteria", Key: "review.shape_step_criteria", N: n.criteria, Done: n.criteria > 0}}, nil
	}
	out := []Step{{Href: "/report", Name: "review.shape_report_title", Key: "review.shape_step_report", N: n.reports, Done: n.reports > 0}}
	if n.reports > 0 {
		out = append(out, Step{Href: "/report/marks", Name: "review.shape_marks_title", Key: "review.shape_step_marks", N: n.marks, Done: n.marks > 0},
			Step{Href: "/report/guide", Name: "review.shape_guide_title"}, Step{Href: "/report/draft", Name: "review.shape_draft_title"})
	}
	return append(out, ask), nil
}
