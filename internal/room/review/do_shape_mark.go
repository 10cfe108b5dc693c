package review

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"plait/internal/engine/anchor"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// MarkReportIn marks a passage of a report as a statement, a gap or an organisation. Where
// it is, is said by Start and End, by the words themselves, or by numbers of paragraphs.
type MarkReportIn struct {
	Ref        ref.Ref `json:"ref"`
	Report     string  `json:"report"`
	Kind       string  `json:"kind" doc:"statement, gap or organisation."`
	Start      int64   `json:"start" doc:"Code points from the beginning of the report."`
	End        int64   `json:"end" doc:"Behind the last one."`
	Quote      string  `json:"quote" doc:"The words, when Start and End are not known: they are looked for."`
	Part       int64   `json:"part" doc:"Where Quote is looked for first; 0 = everywhere."`
	Paragraphs []int64 `json:"paragraphs" doc:"Numbers of paragraphs, when a whole passage is meant: from the first to the last."`
	Words      string  `json:"words" doc:"What it says in one's own words, or the organisation's name; empty takes the words that are marked."`
}

// MarkReportOut names the mark and what was made of it.
type MarkReportOut struct {
	ID    string `json:"id"`
	Made  string `json:"made"` // id of the statement, gap or organisation
	Part  int64  `json:"part"`
	Start int64  `json:"start"`
	End   int64  `json:"end"`
}

// MarkReport marks a passage and makes a statement, gap or organisation of it.
func (r *Room) MarkReport(ctx context.Context, in MarkReportIn) (out MarkReportOut, err error) {
	x := Passage{ID: r.ids.New(), Report: in.Report, Kind: in.Kind, MadeAt: r.clock.Now()}
	entry, words := r.ids.New(), strings.TrimSpace(in.Words)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		report, err := reportOf(tx, programme, v.Ref.ID, in.Report)
		if err != nil {
			return err
		}
		if !slices.Contains(MarkKinds(), in.Kind) {
			return fault.Fielded("kind", "house.bad_choice")
		}
		if n, err := countPassages(tx, programme, v.Ref.ID, markedOnes()); err != nil || n >= MaxPassages {
			if err == nil {
				err = fault.New(fault.Conflict, "review.shape_many", "Most", MaxPassages)
			}
			return err
		}
		if err := findPassage(tx, programme, report, in, &x); err != nil {
			return err
		}
		if words == "" {
			words = strings.Join(strings.Fields(x.Quote), " ")
			if in.Kind == MarkOrganisation {
				c := fault.Check{}
				c.Need(len(words) <= MaxTitle, "words", "review.shape_name_it")
				err = c.Err()
			} else if len(words) > MaxLine {
				err = fault.Fielded("words", "review.shape_long_passage")
			}
			if err != nil {
				return err
			}
		}
		if x.Made, err = r.makeOf(tx.Within(ctx), v, x, words); err != nil {
			return err
		}
		out = MarkReportOut{x.ID, x.Made, x.Part, x.Start, x.End}
		if err := putPassage(tx, programme, v.Ref.ID, who.From(ctx).Key(), x); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, x.MadeAt, "review.mark-report", v.Ref, 0, out)
	})
	return out, err
}

// makeOf makes what a passage was marked as.
func (r *Room) makeOf(ctx context.Context, v Review, x Passage, words string) (made string, err error) {
	at, err := json.Marshal(markedPlace{x.Report, x.ID, x.Start, x.End, x.Quote, x.Here(v)})
	if err != nil {
		return "", err
	}
	switch x.Kind {
	case MarkStatement:
		out, err := r.State(ctx, StateIn{Review: v.Ref, Words: words, Place: string(at)})
		return out.Ref.ID, err
	case MarkGap:
		out, err := r.AddGap(ctx, GapIn{Review: v.Ref, Words: words, Place: string(at)})
		return out.Ref.ID, err
	}
	out, err := r.AddOrganisation(ctx, OrganisationIn{Review: v.Ref, Name: words, Place: string(at)})
	return out.ID, err
}

// Here is the address that opens a passage.
func (p Passage) Here(v Review) string {
	return v.Here() + "/report/read?report=" + p.Report + "&part=" + strconv.FormatInt(p.Part, 10) + "&m=" + p.ID + "#m-" + p.ID
}

// findPassage finds where a passage is, and keeps its words.
func findPassage(tx *db.Tx, programme string, report Report, in MarkReportIn, x *Passage) error {
	var all []Paragraph
	var err error
	switch {
	case in.Quote != "":
		return lookFor(tx, programme, report, in, x)
	case len(in.Paragraphs) > 0:
		all, err = paragraphsOf(tx, programme, report.ID, paragraphsFrom(slices.Min(in.Paragraphs), slices.Max(in.Paragraphs)), 1000)
		if err == nil && len(all) > 0 {
			in.Start, in.End = all[0].Start, all[len(all)-1].End
		}
	case in.End > in.Start && in.Start >= 0:
		all, err = paragraphsOf(tx, programme, report.ID, paragraphsWithin(in.Start, in.End), 1000)
	}
	if err != nil {
		return err
	}
	return x.take(all, in.Start, in.End)
}

// take keeps the words of a passage that reaches over these paragraphs.
func (p *Passage) take(all []Paragraph, start, end int64) error {
	if len(all) == 0 {
		return fault.Fielded("words", "review.shape_nothing_marked")
	}
	if end-start > MaxPassage {
		return fault.Fielded("words", "review.shape_much_marked")
	}
	t, from := joined(all)
	a, ok := anchor.Make(t, max(0, int(start-from)), min(t.Len(), int(end-from)))
	if !ok || strings.TrimSpace(a.Quote) == "" {
		return fault.Fielded("words", "review.shape_nothing_marked")
	}
	s, e := trimStretch(t, a.Start, a.End)
	p.Start, p.End, p.Part, p.Quote = from+int64(s), from+int64(e), all[0].Part, t.Slice(s, e)
	return nil
}

// joined is the words of paragraphs as one text, each at its place, and where it begins.
func joined(all []Paragraph) (*anchor.Text, int64) {
	var b strings.Builder
	at := all[0].Start
	for _, p := range all {
		if p.Start > at {
			b.WriteString(strings.Repeat("\n", int(p.Start-at)))
		}
		b.WriteString(p.Words)
		at = p.Start + int64(utf8.RuneCountInString(p.Words))
	}
	return anchor.New(b.String()), all[0].Start
}

// lookFor finds words that someone typed or copied: in the part that they read, else in
// the whole report.
func lookFor(tx *db.Tx, programme string, report Report, in MarkReportIn, x *Passage) error {
	for _, where := range []db.Part{ofPart(in.Part), everyParagraph()} {
		all, err := paragraphsOf(tx, programme, report.ID, where, 200_000)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			continue
		}
		t, from := joined(all)
		if start, end, ok := anchor.Look(t, in.Quote, 0); ok {
			a, b := from+int64(start), from+int64(end)
			return x.take(slices.DeleteFunc(all, func(p Paragraph) bool { return p.End <= a || p.Start >= b }), a, b)
		}
	}
	return fault.Fielded("quote", "review.shape_not_there")
}

// UnmarkReportIn takes a mark away.
type UnmarkReportIn struct {
	Ref  ref.Ref `json:"ref"`
	Mark string  `json:"mark"`
}

// UnmarkReportOut counts what was taken away.
type UnmarkReportOut struct {
	Gone int64 `json:"gone"` // marks: 0 when it had gone before
	Made int64 `json:"made"` // what was made of it: 0 where something else was done with it since
}

// UnmarkReport takes a mark away, and what was made of it as long as nothing else was done
// with that.
func (r *Room) UnmarkReport(ctx context.Context, in UnmarkReportIn) (out UnmarkReportOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		out = UnmarkReportOut{}
		v, programme, err := r.open(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		all, err := passages(tx, programme, v.Ref.ID, oneMark(in.Mark))
		if err != nil || len(all) == 0 {
			return err
		}
		if err := deletePassage(tx, programme, in.Mark); err != nil {
			return err
		}
		gone, err := untouched(tx, programme, all[0])
		if err != nil {
			return err
		}
		if out.Gone = 1; gone {
			out.Made = 1
		}
		return trail.Put(ctx, tx, entry, now, "review.unmark-report", v.Ref, 0, out)
	})
	return out, err
}

// PassagesIn asks for what was marked.
type PassagesIn struct {
	Ref ref.Ref `json:"ref"`
}

// PassagesOut is what was marked, by report and place; at most MaxPassages.
type PassagesOut struct {
	Passages []Passage `json:"passages"`
}

// Passages gives what was marked in a review's reports.
func (r *Room) Passages(ctx context.Context, in PassagesIn) (out PassagesOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		out.Passages, err = passages(tx, programme, v.Ref.ID, markedOnes())
		return err
	})
	return out, err
}
