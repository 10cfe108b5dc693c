package app

import (
	"context"
	"errors"

	"plait/internal/kit/child"
	"plait/internal/room/evidence"
	"plait/internal/room/review"
)

// reviewReports reads the files of finished reviews as other documents are read.
type reviewReports struct{ parser evidence.Parser }

// ReadReport gives the words of a document. A file that holds others, or rows, is none.
func (x reviewReports) ReadReport(ctx context.Context, b []byte, name string) (review.ReportText, error) {
	parts, err := x.parser.Parse(ctx, b, name, "")
	switch {
	case errors.Is(err, child.ErrSlow) || errors.Is(err, child.ErrFailed):
		return review.ReportText{Say: "review.shape_unreadable"}, nil
	case err != nil:
		return review.ReportText{}, err
	}
	out := review.ReportText{Say: "review.shape_no_document"}
	for _, p := range parts {
		d := p.Doc
		if d != nil && d.Words != "" {
			return review.ReportText{Format: p.Format, Title: d.Title, Language: d.Language, Words: d.Words, PageStarts: d.PageStarts, Paragraphs: d.Paragraphs}, nil
		}
		if d != nil {
			out = review.ReportText{Scanned: d.Scanned}
		}
		for _, t := range p.Problems {
			if t.Say == "" || d != nil && t.Do == "" { // what is kept of a document without words is of no use here
				continue
			}
			out = review.ReportText{Say: t.Say, Do: t.Do}
			for name, value := range t.Args {
				out.Args = append(out.Args, name, value)
			}
			return out, nil
		}
	}
	return out, nil
}
