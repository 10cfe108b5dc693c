package review_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/docx"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func question(h *house.House, ctx context.Context, at ref.Ref, words string) string {
	h.T.Helper()
	return h.Do(ctx, "review.question", review.QuestionIn{Ref: at, Words: words}).(review.IDOut).ID
}

func TestShape(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		shape := func() review.ShapeOut { return h.Do(ctx, "review.shape", review.ShapeIn{Ref: at}).(review.ShapeOut) }
		see := func() review.Review { return h.Do(ctx, "review.see", review.SeeIn{Ref: at}).(review.Review) }

		h.Do(ctx, "review.need", review.NeedIn{Ref: at, Kind: "Carers", Words: "Who comes at three in the morning", SaidBy: "A carer"})
		if _, err := h.Try(ctx, "review.sign", review.SignIn{Ref: at, Signer: "The board"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("nothing to sign: %v", err)
		}
		a, b, c := question(h, ctx, at, "What helps?"), question(h, ctx, at, "What does it cost?"), question(h, ctx, at, "Who pays?")
		h.Do(ctx, "review.rank", review.RankIn{Ref: at, Partner: "Carers", Questions: []string{a, b, c}})
		h.Do(ctx, "review.rank", review.RankIn{Ref: at, Partner: "The board", Questions: []string{c, b, a}})
		for name, in := range map[string]review.RankIn{"twice": {Partner: "X", Questions: []string{a, a, b}}, "too few": {Partner: "X", Questions: []string{a}}, "the same partner": {Partner: "carers", Questions: []string{a, b, c}}} {
			in.Ref = at
			if _, err := h.Try(ctx, "review.rank", in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		got := shape()
		if len(got.Questions) != 3 || !got.Questions[0].Differ || got.Questions[0].Place != 1 || got.Questions[2].Place != 1 || got.Questions[1].Differ {
			t.Errorf("the joint order: %+v", got.Questions)
		}
		ids := h.Do(ctx, "review.criterion", review.CriterionIn{Ref: at, Side: review.SideOut, Words: "- Hospitals\n- Children\n"}).(review.CriterionOut).IDs
		h.Do(ctx, "review.criterion", review.CriterionIn{Ref: at, Side: review.SideIn, Words: "Extra care"})
		if got := shape().Criteria; len(got) != 3 || got[1].Words != "Hospitals" || got[2].Words != "Children" || got[2].N != 2 {
			t.Errorf("criteria: %+v", got)
		}

		// Nobody signs what they have not seen.
		seen := shape().Seen
		question(h, ctx, at, "And by day?")
		if _, err := h.Try(ctx, "review.sign", review.SignIn{Ref: at, Signer: "The board", Seen: seen}); !fault.Is(err, fault.Conflict) {
			t.Errorf("signed unseen: %v", err)
		}
		if _, err := h.Try(ctx, "review.sign", review.SignIn{Ref: at, Signer: "The board", On: "2036-01-01"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("signed on a day to come: %v", err)
		}
		h.Do(ctx, "review.sign", review.SignIn{Ref: at, Signer: "The board", Seen: shape().Seen})
		h.Do(ctx, "review.sign", review.SignIn{Ref: at, Signer: "Carers' group", On: "1 March 2026"})
		if v := see(); v.State != review.Signed || v.SignedBy != "The board; Carers' group" || v.SignedAt == 0 {
			t.Errorf("signed: %+v", v)
		}

		// What was signed changes with a reason alone, and those who signed are shown it.
		if _, err := h.Try(ctx, "review.question", review.QuestionIn{Ref: at, ID: a, Words: "What helps at night?"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("changed without a reason: %v", err)
		}
		for verb, in := range map[string]any{"review.drop-question": review.PartIn{Ref: at, ID: b}, "review.drop-criterion": review.PartIn{Ref: at, ID: ids[0]},
			"review.criterion": review.CriterionIn{Ref: at, Side: review.SideIn, Words: "More"}, "review.edit": review.EditIn{Ref: at, FactsEdit: review.Facts{Title: "Other"}.Edit()}} {
			if _, err := h.Try(ctx, verb, in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s without a reason: %v", verb, err)
			}
		}
		h.Do(ctx, "review.need", review.NeedIn{Ref: at, Kind: "Staff", Words: "Who to ring"})
		if v := see(); v.State != review.Signed {
			t.Errorf("what someone needs to know opened it: %+v", v)
		}
		h.Do(ctx, "review.question", review.QuestionIn{Ref: at, ID: a, Words: "What helps at night?", Reason: "Days were never asked about"})
		if v := see(); v.State != review.Open {
			t.Errorf("a change left it %s", v.State)
		}
		facts := see().Facts
		facts.OutOfScope = "Hospitals, for others look there"
		h.Do(ctx, "review.edit", review.EditIn{Ref: at, FactsEdit: facts.Edit(), Reason: "The board asked"})
		if got := shape().Since; len(got) != 2 || got[0].Reason != "Days were never asked about" || got[0].Was != "What helps?" || got[1].What != review.AboutScope {
			t.Errorf("since it was signed: %+v", got)
		}
		h.Do(ctx, "review.sign", review.SignIn{Ref: at, Signer: "the board"})
		if got := shape(); len(got.Since) != 2 || len(got.Signatures) != 3 || see().SignedBy != "the board" {
			t.Errorf("the carers have not signed again: %+v, %s", got.Since, see().SignedBy)
		}
		h.Do(ctx, "review.sign", review.SignIn{Ref: at, Signer: "Carers' group"})
		if got := shape(); len(got.Since) != 0 || see().SignedBy != "the board; Carers' group" {
			t.Errorf("all have signed again: %+v, %s", got.Since, see().SignedBy)
		}
		// A question that goes goes out of every order too.
		h.Do(ctx, "review.drop-question", review.PartIn{Ref: at, ID: b, Reason: "Not for evidence"})
		for _, x := range shape().Rankings {
			if slices.Contains(x.Questions, b) {
				t.Errorf("%+v", x)
			}
		}
		var all []review.ShapeChange
		for before := int64(0); ; {
			out := h.Do(ctx, "review.changes", review.ChangesIn{Ref: at, Before: before, Limit: 4}).(review.ChangesOut)
			all = append(all, out.Changes...)
			if before = out.Next; before == 0 {
				break
			}
		}
		for i, x := range all {
			if x.N != int64(len(all)-i) {
				t.Fatalf("change %d of %d is number %d", i, len(all), x.N)
			}
		}
		if len(all) != 17 || all[0].Was != "What does it cost?" {
			t.Errorf("%d changes, the last %+v", len(all), all[0])
		}
		if _, err := h.Try(h.As(who.Evaluator), "review.question", review.QuestionIn{Ref: at, Words: "X"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an evaluator writes: %v", err)
		}
	})
}

// reportDocx is a report as a Word file.
func reportDocx(t *testing.T, title string, paragraphs ...string) []byte {
	t.Helper()
	d := docx.New(docx.Options{Title: title, Made: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	d.Title(title)
	for _, p := range paragraphs {
		if s, ok := strings.CutPrefix(p, "# "); ok {
			d.Heading(1, docx.Text(s))
		} else {
			d.Para(docx.Text(p))
		}
	}
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pdfOf is a PDF of pages with a line of text each.
func pdfOf(lines ...string) []byte {
	var b bytes.Buffer
	var at []int
	object := func(s string) { at = append(at, b.Len()); fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s) }
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids []string
	for i := range lines {
		kids = append(kids, fmt.Sprintf("%d 0 R", 4+2*i))
	}
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(lines)))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	for i, l := range lines {
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", 5+2*i))
		s := "BT /F1 11 Tf 50 780 Td (" + l + ") Tj ET"
		object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(s), s))
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, x := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", x)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}

func takeReport(h *house.House, ctx context.Context, at ref.Ref, name string, content []byte) review.TakeReportOut {
	h.T.Helper()
	return h.Do(ctx, "review.take-report", review.TakeReportIn{Ref: at, Name: name, Content: content}).(review.TakeReportOut)
}

func TestFinishedReview(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Finished)
		file := reportDocx(t, "Nights", "# What was found", "A second worker helps people sleep. It cost little — Tŷ Mawr did so.", "Nobody looked at what families pay.", "# Who works on it", "The Night Trust runs a network.")
		out := takeReport(h, ctx, at, "nights.docx", file)
		if out.State != review.ReportIn || out.Parts != 1 {
			t.Fatalf("%+v", out)
		}
		again := h.Do(ctx, "review.take-report", review.TakeReportIn{Ref: at, Name: "b.docx", Content: file, Key: "one"}).(review.TakeReportOut)
		if twice := h.Do(ctx, "review.take-report", review.TakeReportIn{Ref: at, Name: "b.docx", Content: file, Key: "one"}).(review.TakeReportOut); twice.ID != again.ID {
			t.Error("the same sending made two")
		}
		h.Do(ctx, "review.drop-report", review.DropReportIn{Ref: at, Report: again.ID})
		read := func() review.ReadPartOut {
			return h.Do(ctx, "review.read-part", review.ReadPartIn{Ref: at, Report: out.ID}).(review.ReadPartOut)
		}
		got := read()
		if len(got.Headings) < 2 || got.Words[len(got.Words)-1].Words != "The Night Trust runs a network." {
			t.Fatalf("%+v", got)
		}
		find := func(words string) (n, start, end int64) {
			for _, p := range got.Words {
				if i := strings.Index(p.Words, words); i >= 0 {
					s := p.Start + int64(len([]rune(p.Words[:i])))
					return p.N, s, s + int64(len([]rune(words)))
				}
			}
			t.Fatalf("%q is not there", words)
			return
		}
		mark := func(in review.MarkReportIn) review.MarkReportOut {
			t.Helper()
			in.Ref, in.Report = at, out.ID
			return h.Do(ctx, "review.mark-report", in).(review.MarkReportOut)
		}
		_, s, e := find("Tŷ Mawr did so.")
		one := mark(review.MarkReportIn{Kind: review.MarkStatement, Start: s, End: e})
		n, _, _ := find("Nobody looked")
		mark(review.MarkReportIn{Kind: review.MarkGap, Paragraphs: []int64{n}, Words: "What families pay"})
		who1 := mark(review.MarkReportIn{Kind: review.MarkOrganisation, Quote: "the  Night Trust"[0:0] + "The Night\nTrust", Part: 1})
		for name, in := range map[string]review.MarkReportIn{"nothing": {Kind: review.MarkGap}, "not there": {Kind: review.MarkGap, Quote: "purple"}, "another kind": {Kind: "idea", Paragraphs: []int64{1}}, "beyond the end": {Kind: review.MarkGap, Start: 9000, End: 9009}} {
			in.Ref, in.Report = at, out.ID
			if _, err := h.Try(ctx, "review.mark-report", in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		all := h.Do(ctx, "review.passages", review.PassagesIn{Ref: at}).(review.PassagesOut).Passages
		if len(all) != 3 || all[0].Quote != "Tŷ Mawr did so." || all[0].Words != all[0].Quote || all[1].Words != "What families pay" || all[1].Quote != "Nobody looked at what families pay." || all[2].Quote != "The Night Trust" || all[2].Made != who1.Made {
			t.Fatalf("%+v", all)
		}
		if got := read().Passages; len(got) != 3 || got[0].ID != one.ID || got[0].Start != s || got[0].End != e {
			t.Errorf("places: %+v", got)
		}
		// What was made of a passage says where it stands, and takes it along into the thread.
		said := h.Do(ctx, "review.statement", review.StatementIn{Ref: ref.Of(review.Statement, one.Made)}).(review.StatementOut)
		if said.Marked == nil || said.Marked.Quote != "Tŷ Mawr did so." || said.Marked.Report == "" || !strings.Contains(said.Marked.Href, one.ID) {
			t.Errorf("marked: %+v", said.Marked)
		}
		gave := h.Do(ctx, "review.give", review.GiveIn{Ref: said.Ref}).(review.GiveOut)
		var source string
		h.Read(func(tx *db.Tx) (err error) {
			source, _, err = db.One(tx, db.Q("select source from evidence_contribution where programme = ? and id = ?", h.Programme, gave.Contribution.ID), db.Value[string])
			return err
		})
		if !strings.Contains(source, "From the report “"+said.Marked.Report+"”") {
			t.Errorf("the thread does not say which report: %s", source)
		}
		// A slip is undone whole; what was worked on since stays.
		slip := mark(review.MarkReportIn{Kind: review.MarkStatement, Paragraphs: []int64{n}})
		if x := h.Do(ctx, "review.unmark-report", review.UnmarkReportIn{Ref: at, Mark: slip.ID}).(review.UnmarkReportOut); x.Gone != 1 || x.Made != 1 {
			t.Errorf("undone: %+v", x)
		}
		kept := mark(review.MarkReportIn{Kind: review.MarkStatement, Paragraphs: []int64{n}})
		h.Write(func(tx *db.Tx) error {
			return tx.Do(db.Q("update review_statement set version = 2, plainly = 'Plain' where programme = ? and id = ?", h.Programme, kept.Made))
		})
		if x := h.Do(ctx, "review.unmark-report", review.UnmarkReportIn{Ref: at, Mark: kept.ID}).(review.UnmarkReportOut); x.Gone != 1 || x.Made != 0 {
			t.Errorf("worked on: %+v", x)
		}

		// The papers: proposed, kept, stale.
		guide := h.Do(ctx, "review.see-guide", review.SeeGuideIn{Ref: at, Minutes: 30}).(review.SeeGuideOut)
		if guide.Version != 0 || guide.Minutes() != 30 || !strings.Contains(fmt.Sprint(guide.Lines), "Tŷ Mawr did so. Does this match") {
			t.Errorf("%+v", guide)
		}
		h.Do(ctx, "review.guide", review.GuideIn{Ref: at, Guide: guide.Guide})
		if _, err := h.Try(ctx, "review.guide", review.GuideIn{Ref: at, Guide: guide.Guide}); !fault.Is(err, fault.Conflict) {
			t.Errorf("stale: %v", err)
		}
		guide.Guide.Title = "Nights with the trust"
		h.Do(ctx, "review.guide", review.GuideIn{Ref: at, Version: 1, Guide: guide.Guide})
		if got := h.Do(ctx, "review.see-guide", review.SeeGuideIn{Ref: at}).(review.SeeGuideOut); got.Version != 2 || got.Title != "Nights with the trust" {
			t.Errorf("%+v", got)
		}
		draft := h.Do(ctx, "review.see-draft", review.SeeDraftIn{Ref: at}).(review.SeeDraftOut)
		if !draft.Fits || len(draft.Says) != 1 || len(draft.Gaps) != 1 || draft.Who[0] != "The Night Trust" || !strings.Contains(draft.Source, "Nights") {
			t.Errorf("%+v", draft)
		}
		h.Do(ctx, "review.draft", review.DraftIn{Ref: at, Draft: draft.Draft})
		h.Do(ctx, "review.drop-report", review.DropReportIn{Ref: at, Report: out.ID})
		if got := h.Do(ctx, "review.passages", review.PassagesIn{Ref: at}).(review.PassagesOut); len(got.Passages) != 0 {
			t.Errorf("marks of a report that went: %+v", got)
		}
		if v := h.Do(ctx, "review.see", review.SeeIn{Ref: at}).(review.Review); v.File != "" {
			t.Errorf("%+v", v)
		}
	})
}

// TestReportFiles brings in what people have, and what they should not.
func TestReportFiles(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	ctx := h.As(who.Reviewer)
	at := begin(h, ctx, review.Finished)
	pdf := takeReport(h, ctx, at, "r.pdf", pdfOf("What was found at night in the first year", "Nobody looked at what it costs to do so"))
	got := h.Do(ctx, "review.read-part", review.ReadPartIn{Ref: at, Report: pdf.ID}).(review.ReadPartOut)
	if got.Pages != 2 || len(got.Words) != 2 || got.Words[1].Page != 2 {
		t.Errorf("a PDF: %+v", got)
	}
	takeReport(h, ctx, at, "r.html", []byte("<!doctype html><title>R</title><h1>Nights</h1><p>It helps.</p><script>alert(1)</script>"))
	empty := new(bytes.Buffer)
	if err := zip.NewWriter(empty).Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"nothing": nil, "a zip": empty.Bytes(), "a picture": []byte("\x89PNG\r\n\x1a\n0000"), "white space": []byte(" \n "), "references": []byte("TY  - JOUR\nTI  - A\nER  - \n"), "a sheet": []byte("title,abstract\na,b\nc,d\n"), "rubbish": bytes.Repeat([]byte{1, 2, 3, 250}, 400), "rich text": []byte(`{\rtf1 x}`)} {
		if _, err := h.Try(ctx, "review.take-report", review.TakeReportIn{Ref: at, Name: name, Content: content}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if out := h.Do(ctx, "review.reports", review.ReportsIn{Ref: at}).(review.ReportsOut); len(out.Reports) != 2 {
		t.Errorf("%+v", out)
	}
	// One whose reading was cut off is read by its job.
	h.Write(func(tx *db.Tx) error {
		if err := tx.Do(db.Q("delete from review_paragraph where programme = ? and report = ? and n > 1", h.Programme, pdf.ID)); err != nil {
			return err
		}
		return tx.Do(db.Q("update review_report set state = 'reading' where programme = ? and id = ?", h.Programme, pdf.ID))
	})
	// A large one is read by a job, which may be cut off and run again.
	large := takeReport(h, ctx, at, "large.txt", []byte(strings.Repeat("It helps people to sleep, said the team who looked at it for a year.\n\n", 70_000)))
	if large.State != review.ReportReading {
		t.Fatalf("%+v", large)
	}
	for range 2 {
		if err := job.Drain(t.Context(), h.DB, h.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
	}
	if again := h.Do(ctx, "review.read-part", review.ReadPartIn{Ref: at, Report: pdf.ID}).(review.ReadPartOut); again.State != review.ReportIn || len(again.Words) != 2 {
		t.Errorf("after it was cut off: %+v", again)
	}
	last := h.Do(ctx, "review.read-part", review.ReadPartIn{Ref: at, Report: large.ID, Part: 1 << 40}).(review.ReadPartOut)
	if last.State != review.ReportIn || last.Paragraphs != 70_000 || last.Part != last.Parts || last.Words[len(last.Words)-1].N != 70_000 {
		t.Errorf("%+v", last.Report)
	}
}

// TestARealReport marks a report of 70 pages of text as somebody would, to a topic guide
// and one page.
func TestARealReport(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "source", "impact-lessons-2026.txt"))
	if err != nil {
		t.Skipf("the report is not here: %v", err)
	}
	var kit house.Kit
	h := kit.SQLite(t)
	ctx := h.As(who.Reviewer)
	at := begin(h, ctx, review.Finished)
	for _, name := range []string{"lessons.txt", "lessons.docx"} {
		content := text
		if strings.HasSuffix(name, "docx") {
			content = reportDocx(t, "Lessons", strings.Split(string(text), "\n\n")...)
		}
		out := takeReport(h, ctx, at, name, content)
		if out.State != review.ReportIn || out.Parts < 5 || out.Parts > 20 {
			t.Errorf("%s: %+v", name, out)
		}
		const words = "Networks focus on complex but everyday practice issues"
		x := h.Do(ctx, "review.mark-report", review.MarkReportIn{Ref: at, Report: out.ID, Kind: review.MarkStatement, Quote: "focus on complex but everyday practice issues"}).(review.MarkReportOut)
		part := h.Do(ctx, "review.read-part", review.ReadPartIn{Ref: at, Report: out.ID, Part: x.Part}).(review.ReadPartOut)
		if len(part.Passages) != 1 || len(part.Headings) < 15 {
			t.Errorf("%s: %d headings, %+v, looked for %q", name, len(part.Headings), part.Passages, words)
		}
	}
	if got := h.Do(ctx, "review.see-draft", review.SeeDraftIn{Ref: at}).(review.SeeDraftOut); !got.Fits || len(got.Says) != 2 {
		t.Errorf("%+v", got)
	}
}
