package review

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/text"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// TakeReportIn is the file of a finished review.
type TakeReportIn struct {
	Ref     ref.Ref `json:"ref"`
	Name    string  `json:"name" doc:"Of the file."`
	Content []byte  `json:"content" doc:"The file: DOCX, PDF, ODT, HTML or text."`
	Key     string  `json:"key" doc:"The same key gives the same report again."`
}

// TakeReportOut names the report and says how far it is.
type TakeReportOut struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Parts int64  `json:"parts"`
}

// TakeReport takes in somebody else's finished review, and keeps its words by paragraphs
// with their pages. A large file is read by a job. It runs its own transactions; the same
// key gives the same report again.
func (r *Room) TakeReport(ctx context.Context, in TakeReportIn) (out TakeReportOut, err error) {
	x := Report{ID: r.ids.New(), Name: blob.Plain(in.Name), State: ReportReading, MadeAt: r.clock.Now()}
	if in.Key == "" {
		in.Key = plug.Key(ctx)
	}
	key := in.Key
	if key == "" {
		key = x.ID
	}
	programme, before, again, err := r.mayTake(ctx, in, key)
	if err != nil {
		return out, err
	}
	if again {
		return TakeReportOut{before.ID, before.State, before.Parts}, nil
	}
	later := len(in.Content) > readReport
	var words ReportText
	if !later {
		if words, err = r.shapes.reader.ReadReport(ctx, in.Content, x.Name); err != nil {
			return out, err
		}
		if err := words.refused(); err != nil {
			return out, err
		}
	}
	up, err := r.files.Take(ctx, programme, x.Name, bytes.NewReader(in.Content), MaxReport)
	if err != nil {
		return out, err
	}
	x.File = up.ID
	if err := r.storeReport(ctx, programme, in.Ref, key, x, later); err != nil {
		_ = r.files.Forget(context.WithoutCancel(ctx), programme, up.ID) // else it is swept
		if db.IsUnique(err) {
			return r.TakeReport(ctx, in) // the same form twice at the same moment: the other was first
		}
		return out, err
	}
	if !later {
		x, err = r.keepWords(ctx, programme, x, words)
	}
	return TakeReportOut{x.ID, x.State, x.Parts}, err
}

// mayTake says whether a report may be taken in, and finds the one that came with the key.
func (r *Room) mayTake(ctx context.Context, in TakeReportIn, key string) (programme string, before Report, again bool, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		var v Review
		if v, programme, err = r.open(ctx, tx, "review.run", in.Ref); err != nil {
			return err
		}
		if before, again, err = reportSent(tx, programme, v.Ref.ID, key); err != nil || again {
			return err
		}
		if err := v.stillOpen(); err != nil {
			return err
		}
		var c fault.Check
		c.Need(len(in.Content) > 0, "file", "review.shape_need_file")
		c.Need(len(key) <= trail.MaxKey, "key", "house.bad_key")
		c.Need(len(in.Content) <= MaxReport, "file", "review.shape_big_file", "Most", MaxReport>>20)
		all, err := reports(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		c.Need(len(all) < MaxReports, "file", "review.shape_many", "Most", MaxReports)
		return c.Err()
	})
	return programme, before, again, err
}

// refused says why a document gave no words.
func (t ReportText) refused() error {
	switch {
	case t.Say != "":
		return &fault.Fault{Kind: fault.Invalid, Say: t.Say, Args: t.Args, Do: t.Do, Fields: []fault.Field{{Name: "file", Say: t.Say, Args: t.Args}}}
	case t.Scanned:
		return fault.Fielded("file", "review.shape_scanned")
	case strings.TrimSpace(t.Words) == "":
		return fault.Fielded("file", "review.shape_wordless")
	}
	return nil
}

// storeReport stores a report whose words are not there yet. The first one is the review's
// own file.
func (r *Room) storeReport(ctx context.Context, programme string, at ref.Ref, key string, x Report, later bool) error {
	var version int64
	return r.change(ctx, "review.take-report", "review.run", at, 0, func(tx *db.Tx, v *Review) error {
		if err := v.stillOpen(); err != nil {
			return err
		}
		if v.File == "" {
			v.File = x.File
		}
		if err := insertReport(tx, programme, v.Ref.ID, key, who.From(ctx).Key(), x); err != nil {
			return err
		}
		if err := r.files.Keep(tx, programme, x.File, x.ID); err != nil {
			return err
		}
		// One that is read at once has its job too, for the case that this process is killed.
		from := x.MadeAt
		if !later {
			from += rescue
		}
		args := jobOf(ctx, x.ID)
		args["review"] = v.Ref.ID
		return r.jobs.Add(tx, readReportJob, args, job.At(from))
	}, &version)
}

// keepWords stores the paragraphs of a report in short transactions, and then says that it
// is in. It may be called again: what is there stays.
func (r *Room) keepWords(ctx context.Context, programme string, x Report, t ReportText) (Report, error) {
	all := paragraphed(t)
	const most = 400
	for from := 0; from < len(all); from += most {
		if err := r.db.Write(ctx, func(tx *db.Tx) error {
			return putParagraphs(tx, programme, x.ID, all[from:min(from+most, len(all))])
		}); err != nil {
			return x, err
		}
	}
	x.Format, x.Title, x.Language, x.State = t.Format, text.Excerpt(strings.TrimSpace(t.Title), MaxTitle/2), t.Language, ReportIn
	x.Pages, x.Paragraphs = int64(len(t.PageStarts)), int64(len(all))
	if len(all) > 0 {
		x.Parts = all[len(all)-1].Part
	}
	err := r.db.Write(ctx, func(tx *db.Tx) error { _, err := setReport(tx, programme, x); return err })
	return x, err
}

// readReportJob reads the words of a large report after its page has answered.
const readReportJob = "review.report"

// rescue is after how long a report that was being read at once is looked at again, in
// microseconds.
const rescue = 2 * 60 * 1_000_000

// readReportOn reads a report in the name of whoever took it in, whose rights are asked again.
func (r *Room) readReportOn(ctx context.Context, j job.Job) error {
	ctx = began(ctx, j)
	programme := j.Args["programme"]
	var x Report
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if _, _, err = r.open(ctx, tx, "review.run", ref.Of(Kind, j.Args["review"])); err != nil {
			return err
		}
		x, err = reportOf(tx, programme, j.Args["review"], j.Args["id"])
		return err
	})
	if fault.Is(err, fault.Missing) || fault.Is(err, fault.Forbidden) || err == nil && x.State != ReportReading {
		return nil // it was taken out meanwhile, or is in, or its starter may no longer do it
	}
	if err != nil {
		return err
	}
	f, _, err := r.files.Open(ctx, programme, x.File)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(f, MaxReport+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	words, err := r.shapes.reader.ReadReport(ctx, b, x.Name)
	if err != nil {
		return err
	}
	if bad := words.refused(); bad != nil {
		ft := fault.Of(bad)
		if x.State, x.Problem = ReportFailed, ft.Say; len(ft.Fields) > 0 {
			x.Problem = ft.Fields[0].Say
		}
		return r.db.Write(ctx, func(tx *db.Tx) error { _, err := setReport(tx, programme, x); return err })
	}
	_, err = r.keepWords(ctx, programme, x, words)
	return err
}

// DropReportIn names a report that is to go.
type DropReportIn struct {
	Ref    ref.Ref `json:"ref"`
	Report string  `json:"report"`
}

// DropReport takes a report out, with its file, its words and what was marked in it. The
// statements, gaps and organisations that were made of it stay.
func (r *Room) DropReport(ctx context.Context, in DropReportIn) (out GoneOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		x, err := reportOf(tx, programme, v.Ref.ID, in.Report)
		if fault.Is(err, fault.Missing) {
			out.Gone = 0
			return nil
		}
		if err != nil {
			return err
		}
		if out.Gone, err = deleteReport(tx, programme, x.ID); err != nil {
			return err
		}
		if err := r.files.Drop(tx, programme, x.ID); err != nil {
			return err
		}
		was := v.Version
		if v.File == x.File {
			v.File = ""
		}
		v.Version, v.ChangedAt = was+1, now
		if err := update(tx, programme, v, was); err != nil {
			return err
		}
		if err := ref.Put(tx, v.record(programme)); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "review.drop-report", v.Ref, v.Version, v)
	})
	return out, err
}

// ReportsIn asks for the finished reviews that were taken in.
type ReportsIn struct {
	Ref ref.Ref `json:"ref"`
}

// ReportsOut is the reports of a review, the first one first.
type ReportsOut struct {
	Reports []Report `json:"reports"`
}

// Reports gives the finished reviews that were taken in.
func (r *Room) Reports(ctx context.Context, in ReportsIn) (out ReportsOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		out.Reports, err = reports(tx, programme, v.Ref.ID)
		return err
	})
	return out, err
}

// ReadPartIn asks for one part of a report.
type ReadPartIn struct {
	Ref    ref.Ref `json:"ref"`
	Report string  `json:"report" doc:"Its id; empty for the first one."`
	Part   int64   `json:"part" doc:"From 1."`
}

// ReadPartOut is one part of a report with what is marked in it.
type ReadPartOut struct {
	Report
	Part     int64       `json:"part"`
	Words    []Paragraph `json:"words"`
	Passages []Passage   `json:"passages"`
	Headings []Paragraph `json:"headings"` // of the whole report, at most 200
}

// ReadPart gives one part of a report.
func (r *Room) ReadPart(ctx context.Context, in ReadPartIn) (out ReadPartOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		if in.Report == "" {
			all, err := reports(tx, programme, v.Ref.ID)
			if err != nil || len(all) == 0 {
				return errors.Join(err, notThere())
			}
			in.Report = all[0].ID
		}
		if out.Report, err = reportOf(tx, programme, v.Ref.ID, in.Report); err != nil || out.State != ReportIn {
			return err
		}
		out.Part = min(max(in.Part, 1), max(out.Parts, 1))
		if out.Words, err = paragraphsOf(tx, programme, out.ID, ofPart(out.Part), 5000); err != nil {
			return err
		}
		if out.Headings, err = paragraphsOf(tx, programme, out.ID, headings(), 200); err != nil || len(out.Words) == 0 {
			return err
		}
		out.Passages, err = passages(tx, programme, v.Ref.ID, marksWithin(out.ID, out.Words[0].Start, out.Words[len(out.Words)-1].End))
		return err
	})
	return out, err
}
