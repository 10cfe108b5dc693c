package review_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/sheet"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// recMany is a file of so many works, none like another.
func recMany(count int) review.SentFile {
	rows := make([][4]string, count)
	for i := range rows {
		rows[i] = [4]string{fmt.Sprintf("%s about %d", strings.Repeat(string(rune('a'+i%26)), 3+i/26), i*i), fmt.Sprint(1950 + i%70), fmt.Sprint(i), fmt.Sprint(i * 7)}
	}
	return review.SentFile{Name: "many.ris", Content: recRis(rows...)}
}

// recCut runs a verb and stops everything when a statement runs for the nth time.
func recCut(h *house.House, ctx context.Context, sql string, nth int, verb string, in any) {
	h.T.Helper()
	cut, stop := context.WithCancel(ctx)
	seen := 0
	h.DB.Watch(func(_ context.Context, s db.Statement) {
		if strings.Contains(s.SQL, sql) {
			if seen++; seen == nth {
				stop()
			}
		}
	})
	_, err := h.Try(cut, verb, in)
	h.DB.Watch(nil)
	if err == nil {
		h.T.Fatalf("%s was not cut off", verb)
	}
}

func recFlow(h *house.House, ctx context.Context, at ref.Ref) review.Flow {
	h.T.Helper()
	return h.Do(ctx, "review.flow", review.WholeIn{Ref: at}).(review.Flow)
}

// TestImportIsSeenWhole is an import that is stopped half-way: nothing of it is met before all
// of it is there.
func TestImportIsSeenWhole(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		const count = 600
		file := recMany(count)
		b := recSend(h, ctx, at, file)[0]
		batch := func() review.Batch { return h.Do(ctx, "review.batch", review.BatchIn{Batch: b.ID}).(review.Batch) }
		unseen := func(when string) {
			t.Helper()
			if got := recListed(h, ctx, review.RecordsIn{Ref: at}); len(got) != 0 {
				t.Errorf("%s: %d records are listed", when, len(got))
			}
			if got := recListed(h, ctx, review.RecordsIn{Ref: at, List: review.ListGone}); len(got) != 0 {
				t.Errorf("%s: %d records count as undone", when, len(got))
			}
			if f := recFlow(h, ctx, at); len(f.Sources) != 0 || f.Waiting != 0 {
				t.Errorf("%s: the flow has %+v", when, f)
			}
			if _, err := h.Try(ctx, "review.record", review.RecordIn{Ref: at, N: 1}); !fault.Is(err, fault.Missing) {
				t.Errorf("%s: a record is there: %v", when, err)
			}
			if page := recShown(h, ctx, "/review/"+h.Project, "Support at night"); strings.Contains(page, "records") {
				t.Errorf("%s: the list of reviews counts them", when)
			}
		}
		recCut(h, ctx, "insert into review_key", 2, "review.bring-in", review.BringIn{Batch: b.ID})
		if now := batch(); now.State != review.Coming || now.Done == 0 || now.Done >= count {
			t.Fatalf("cut off: %+v", now)
		}
		unseen("half stored")
		// Undone and put back, it is stored to its end before it is seen.
		h.Do(ctx, "review.undo-import", review.UndoImportIn{Batch: b.ID})
		recCut(h, ctx, "insert into review_key", 2, "review.bring-in", review.BringIn{Batch: b.ID})
		unseen("put back and half stored")
		// Copies that are looked for meanwhile do not pass over what is still to come.
		h.Do(ctx, "review.copies", review.CopiesIn{Ref: at})
		// Cut off while it is shown, it goes on too.
		recCut(h, ctx, "update review_record set gone", 2, "review.bring-in", review.BringIn{Batch: b.ID})
		if now := batch(); now.State != review.Coming || now.Done != count {
			t.Fatalf("cut off while it is shown: %+v", now)
		}
		recWork(h)
		if now := batch(); now.State != review.In {
			t.Errorf("gone on: %+v", now)
		}
		if f := recFlow(h, ctx, at); f.Databases.Identified != count || f.Databases.Copies != 0 {
			t.Errorf("all are in: %+v", f.Databases)
		}
		recShown(h, ctx, "/review/"+h.Project, "600 records")
		recBring(h, ctx, at, review.SentFile{Name: "again.ris", Content: append([]byte("Other\n"), file.Content...)})
		if f := recFlow(h, ctx, at); f.Databases.Identified != 2*count || f.Databases.Copies != count {
			t.Errorf("the same works again: %+v", f.Databases)
		}
	})
}

// TestPutBackIsCompared is an import that is put back: its works may have come meanwhile.
func TestPutBackIsCompared(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		first := recBring(h, ctx, at, review.SentFile{Name: "one.ris", Content: recRis(recHome, recTrains, recLamps)})[0]
		// Record 4 is nearly record 1, and somebody said that they are two works; 5 is record 2.
		recBring(h, ctx, at, recNearly())
		h.Do(ctx, "review.answer-copy", review.AnswerCopyIn{Ref: at, A: 1, B: 4, Answer: review.Apart})
		h.Do(ctx, "review.undo-import", review.UndoImportIn{Batch: first.ID})
		recWork(h)
		recBring(h, ctx, at, review.SentFile{Name: "other.ris", Content: append([]byte("Other\n"), recRis(recHome, recTrains, recLamps)...)})
		leads := func() (out []int64) {
			t.Helper()
			for n := range int64(8) {
				out = append(out, h.Do(ctx, "review.record", review.RecordIn{Ref: at, N: n + 1}).(review.RecordOut).Lead)
			}
			return out
		}
		asked := recAsks(h, ctx, at)
		if asked.Left != 1 || asked.Pair.A != 4 || asked.Pair.B != 6 {
			t.Fatalf("%+v", asked.Pair)
		}
		for range 2 {
			h.Do(ctx, "review.bring-in", review.BringIn{Batch: first.ID})
			recWork(h)
			if got := leads(); !cmp.Equal(got, []int64{1, 2, 3, 4, 2, 1, 2, 3}) {
				t.Errorf("put back: %v", got)
			}
			if got := recAsks(h, ctx, at); got.Left != 1 || got.Merged != 4 || got.Beyond != 0 {
				t.Errorf("put back, %d are asked about, %d merged, %d beyond", got.Left, got.Merged, got.Beyond)
			}
			if f := recFlow(h, ctx, at); f.Databases.Identified != 8 || f.Databases.Copies != 4 {
				t.Errorf("the flow: %+v", f.Databases)
			}
			if all := h.Do(ctx, "review.answers", review.AnsweredIn{Ref: at}).(review.AnsweredOut).Answers; len(all) != 1 || all[0].Band != review.Apart {
				t.Errorf("the answer is lost: %+v", all)
			}
			h.Do(ctx, "review.undo-import", review.UndoImportIn{Batch: first.ID})
			recWork(h)
		}
	})
}

// TestClosedReviewStands is that nothing changes what a closed review counts.
func TestClosedReviewStands(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		s := h.Do(ctx, "review.search", review.SearchIn{Ref: at, SearchFacts: review.SearchFacts{Place: "MEDLINE", Day: "2026-03-01"}}).(review.SearchOut)
		b := recSend(h, ctx, at, recMany(600))[0]
		recCut(h, ctx, "insert into review_key", 2, "review.bring-in", review.BringIn{Batch: b.ID})
		if _, err := h.Try(ctx, "review.close", review.CloseIn{Ref: at}); !fault.Is(err, fault.Conflict) {
			t.Errorf("closed while a file comes in: %v", err)
		}
		recWork(h)
		recBring(h, ctx, at, review.SentFile{Name: "two.ris", Content: recRis(recHome, recTrains)}, recNearly())
		report := takeReport(h, ctx, at, "old.txt", []byte("What was found.\n\nNobody knows."))
		// A look for copies that was not begun when it was closed waits.
		late := recSend(h, ctx, at, review.SentFile{Name: "late.ris", Content: append([]byte("Late\n"), recRis(recHome)...)})[0]
		h.Do(ctx, "review.bring-in", review.BringIn{Batch: late.ID})
		h.Do(ctx, "review.close", review.CloseIn{Ref: at})
		recWork(h)
		was := recFlow(h, ctx, at)
		facts := review.SearchFacts{Place: "A website", Day: "2026-03-01"}
		for _, x := range []struct {
			verb string
			in   any
		}{
			{"review.answer-copy", review.AnswerCopyIn{Ref: at, A: 601, B: 603, Answer: review.Same}},
			{"review.unanswer-copy", review.UnanswerCopyIn{Ref: at, A: 601, B: 603}},
			{"review.part-copy", review.PartCopyIn{Ref: at, N: 604}},
			{"review.copies", review.CopiesIn{Ref: at}},
			{"review.undo-import", review.UndoImportIn{Batch: b.ID}},
			{"review.edit-search", review.EditSearchIn{Ref: at, Search: s.Search, Version: 1, SearchFacts: facts}},
			{"review.origin", review.OriginIn{Ref: at, Name: "two.ris", Origin: review.FromWebsite}},
			{"review.take-report", review.TakeReportIn{Ref: at, Name: "new.txt", Content: []byte("More was found.")}},
			{"review.drop-report", review.DropReportIn{Ref: at, Report: report.ID}},
			{"review.question", review.QuestionIn{Ref: at, Words: "What else?"}},
			{"review.criterion", review.CriterionIn{Ref: at, Side: review.SideOut, Words: "Hospitals"}},
		} {
			if _, err := h.Try(ctx, x.verb, x.in); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s of a closed review: %v", x.verb, err)
			}
		}
		// What people make of it goes on.
		h.Do(ctx, "review.theme", review.ThemeIn{Review: at, Title: "Nights"})
		h.Do(ctx, "review.state", review.StateIn{Review: at, Words: "A second worker helps."})
		h.Do(ctx, "review.gap", review.GapIn{Review: at, Words: "What families pay"})
		h.Do(ctx, "review.organisation", review.OrganisationIn{Review: at, Name: "The Night Trust"})
		recWork(h)
		if now := recFlow(h, ctx, at); !cmp.Equal(now, was) {
			t.Errorf("the flow has moved: %s", cmp.Diff(was, now))
		}
		h.Do(ctx, "review.reopen", review.CloseIn{Ref: at, Why: "More has come"})
		recWork(h)
		if now := recFlow(h, ctx, at); now.Databases.Copies != was.Databases.Copies+1 {
			t.Errorf("opened again: %d copies, %d before", now.Databases.Copies, was.Databases.Copies)
		}
	})
}

// TestListsGoOn is that everything that was done can be reached, however much it is.
func TestListsGoOn(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		here := "/review/" + h.Project + "/of/" + at.ID
		var files []review.SentFile
		for i := range 30 {
			files = append(files, review.SentFile{Name: fmt.Sprintf("f%02d.ris", i), Content: recRis([4]string{fmt.Sprintf("Work %d", i), "2001", "1", fmt.Sprint(i)})})
		}
		first := recSend(h, ctx, at, files...)[0]
		recSend(h, ctx, at, files...)
		page := h.Do(ctx, "review.batches", review.BatchesIn{Ref: at}).(review.BatchesOut)
		rest := h.Do(ctx, "review.batches", review.BatchesIn{Ref: at, After: page.Next}).(review.BatchesOut)
		all := slices.Concat(page.Batches, rest.Batches)
		ids := map[string]bool{}
		for _, b := range all {
			ids[b.ID] = true
		}
		if len(page.Batches) != 50 || len(rest.Batches) != 10 || len(ids) != 60 || rest.Next != "" || !ids[first.ID] {
			t.Errorf("%d and %d files, %d in all, then %q", len(page.Batches), len(rest.Batches), len(ids), rest.Next)
		}
		recShown(h, ctx, here+"/import", `rel="next"`)
		recShown(h, ctx, here+"/import?after="+page.Next, "/import/"+rest.Batches[9].ID, `rel="prev"`)

		for i := range 101 {
			h.Do(ctx, "review.search", review.SearchIn{Ref: at, SearchFacts: review.SearchFacts{Place: fmt.Sprintf("Place %d", i), Day: "2026-03-01"}})
		}
		log := h.Do(ctx, "review.searches", review.SearchesIn{Ref: at}).(review.SearchesOut)
		last := h.Do(ctx, "review.searches", review.SearchesIn{Ref: at, After: log.Next}).(review.SearchesOut)
		if len(log.Searches) != 100 || log.Searches[0].Place != "Place 0" || len(last.Searches) != 1 || last.Searches[0].Place != "Place 100" || last.Next != "" {
			t.Errorf("%d searches, then %+v", len(log.Searches), last)
		}
		recShown(h, ctx, here+"/search", "Place 99", `rel="next"`)
		recShown(h, ctx, here+"/search?after="+log.Next, "Place 100")
		recShown(h, ctx, here+"/add", "Place 100")

		h.Do(ctx, "review.bring-in", review.BringIn{Batch: recSend(h, ctx, at, recMany(16))[0].ID})
		pairs := 0
		for b := int64(2); b <= 16; b++ {
			for a := int64(1); a < b && pairs < 101; a++ {
				h.Do(ctx, "review.answer-copy", review.AnswerCopyIn{Ref: at, A: a, B: b, Answer: review.Apart})
				pairs++
			}
		}
		said := h.Do(ctx, "review.answers", review.AnsweredIn{Ref: at}).(review.AnsweredOut)
		more := h.Do(ctx, "review.answers", review.AnsweredIn{Ref: at, After: said.Next}).(review.AnsweredOut)
		seen := map[[2]int64]bool{}
		for _, x := range slices.Concat(said.Answers, more.Answers) {
			seen[[2]int64{x.A, x.B}] = true
		}
		if len(said.Answers) != 100 || len(more.Answers) != 1 || len(seen) != 101 || more.Next != "" {
			t.Errorf("%d and %d answers, %d in all", len(said.Answers), len(more.Answers), len(seen))
		}
		recShown(h, ctx, here+"/copies/answers", `rel="next"`)
	})
}

// TestJobsAskAgain is that a job does nothing for someone who may no longer do it.
func TestJobsAskAgain(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx, other := h.As(who.Reviewer), h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		includedStudies(h, at, "Help at night")
		attachText(h, at, 1, "study.html", []byte("<html><body><p>Nobody slept.</p></body></html>"))
		h.Do(ctx, "review.read-text", review.ReadTextIn{Review: at, N: 1})
		long := strings.Repeat("What was found, at some length.\n\n", 5<<20/32)
		report := takeReport(h, ctx, at, "long.txt", []byte(long))
		h.Write(func(tx *db.Tx) error {
			return who.Take(tx, who.Grant{Programme: h.Programme, Account: who.From(ctx).ID, Role: who.Reviewer, Scope: ref.Of(ref.Project, h.Project)})
		})
		recWork(h)
		if all := h.Do(other, "review.reports", review.ReportsIn{Ref: at}).(review.ReportsOut).Reports; len(all) != 1 || all[0].ID != report.ID || all[0].State != review.ReportReading {
			t.Errorf("the report was read for someone who has left: %+v", all)
		}
		if out := h.Do(other, "review.read-text", review.ReadTextIn{Review: at, N: 1}).(review.ReadTextOut); out.State != "reading" {
			t.Errorf("the text was read for someone who has left: %+v", out)
		}
		recWork(h)
		if out := h.Do(other, "review.read-text", review.ReadTextIn{Review: at, N: 1}).(review.ReadTextOut); out.State != "read" {
			t.Errorf("the text was not read for someone who may: %+v", out)
		}
	})
}

// TestDaysOfTheProgramme is that days end where the programme is.
func TestDaysOfTheProgramme(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		h.Write(func(tx *db.Tx) error {
			return tx.Do(db.Q("update programme_detail set zone = ? where programme = ?", "Pacific/Auckland", h.Programme))
		})
		at := begin(h, ctx, review.Searched) // 2 March, 23:00 in Auckland
		s := h.Do(ctx, "review.search", review.SearchIn{Ref: at, SearchFacts: review.SearchFacts{Place: "MEDLINE", Day: "2026-02-01"}}).(review.SearchOut)
		recBring(h, ctx, at, review.SentFile{Name: "early.ris", Content: recRis(recHome)})
		h.Hand.Add(2 * time.Hour) // 3 March, 1:00 there
		recBring(h, ctx, at, review.SentFile{Name: "late.ris", Content: recRis(recTrains)})
		out := h.Do(ctx, "review.since", review.SinceIn{Ref: at, Day: "2026-03-03"}).(review.Changes)
		if len(out.Files) != 1 || out.Files[0].Name != "late.ris" {
			t.Errorf("since the 3rd: %+v", out.Files)
		}
		h.Do(ctx, "review.rerun", review.RerunIn{Ref: at, Search: s.Search})
		if log := h.Do(ctx, "review.searches", review.SearchesIn{Ref: at}).(review.SearchesOut).Searches; len(log) != 2 || log[1].Day != "2026-03-03" {
			t.Errorf("the search ran on %+v", log)
		}
	})
}

// recSheet is a workbook: its first row names the columns.
func recSheet(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := sheet.NewWriter(&b, "articles")
	for _, r := range rows {
		if err := w.Row(r...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWorkbooksOfOtherTools brings in workbooks as other tools for screening write them, and
// takes over what was decided there.
func TestWorkbooksOfOtherTools(t *testing.T) {
	n := sheet.Number
	files := map[string][]byte{
		"rayyan.xlsx": recSheet(t, []any{"key", "title", "year", "month", "day", "journal", "issn", "volume", "issue", "pages", "authors", "url", "language", "publisher", "location", "abstract", "notes", "doi", "keywords", "pubmed_id"},
			[]any{"rayyan-1", recHome[0], n(2019), "", "", "Journal of Care", "1234-5678", n(4), n(2), "12-19", "Lee, Jo and Park, Sun", "https://example.org/1", "eng", "Care Press", "", "We asked who decides.",
				`RAYYAN-INCLUSION: {"Ann"=>"Included", "Ben"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: wrong population | RAYYAN-LABELS: nights`, "10.5555/home", "night; care", n(123)},
			[]any{"rayyan-2", recTrains[0], n(2001), "", "", "Rail", "", n(7), "", "101-110", "Hall, Gill", "", "eng", "", "", "", `RAYYAN-INCLUSION: {"Ann"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: wrong study design,foreign language`, "", "", ""},
			[]any{"rayyan-3", recLamps[0], n(2011), "", "", "Paths", "", n(2), "", "30-31", "Ray, Al", "", "eng", "", "", "", `RAYYAN-INCLUSION: {"Ann"=>"Maybe"}`, "", "", ""}),
		"covidence.xlsx": recSheet(t, []any{"Covidence #", "Study", "Title", "Authors", "Published Year", "Published Month", "Journal", "Volume", "Issue", "Pages", "Accession Number", "DOI", "Abstract", "Ref", "Notes", "Tags", "Reviewer", "Status", "Exclusion reason"},
			[]any{"#12", "Lee 2019", recHome[0], "Lee, J.; Park, S.", n(2019), "", "Journal of Care", n(4), n(2), "12-19", "", "10.5555/home", "We asked who decides.", n(1), "", "", "Ann", "Included", ""},
			[]any{"#13", "Hall 2001", recTrains[0], "Hall, G.", n(2001), "", "Rail", n(7), "", "101-110", "", "", "", n(2), "", "", "Ann", "Excluded", "Wrong study design"},
			[]any{"#14", "Ray 2011", recLamps[0], "Ray, A.", n(2011), "", "Paths", n(2), "", "30-31", "", "", "", n(3), "", "", "Ann", "Maybe", ""}),
	}
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		for name, content := range files {
			at := begin(h, ctx, review.Searched)
			b := recBring(h, ctx, at, review.SentFile{Name: name, Content: content})[0]
			if b.Format != "xlsx" || b.Records != 3 || b.Count != 0 {
				t.Errorf("%s: %s, %d records, %+v", name, b.Format, b.Records, b.Problems)
			}
			one := h.Do(ctx, "review.record", review.RecordIn{Ref: at, N: 1}).(review.RecordOut)
			if one.Title != recHome[0] || one.Year != 2019 || one.Journal != "Journal of Care" || one.DOI != "10.5555/home" || one.Said.Volume != "4" || one.Said.Pages != "12-19" ||
				len(one.Said.Authors) != 2 || one.Said.Authors[1].Family != "Park" || one.Abstract != "We asked who decides." {
				t.Errorf("%s: %+v", name, one.Record)
			}
			recWork(h)
			got := h.Do(ctx, "review.brought", review.BroughtIn{Ref: at}).(review.BroughtOut).Lines
			want := []review.BroughtBy{{Reviewer: "Ann", Include: 1, Exclude: 1, Unsure: 1, State: "waits"}}
			if name == "rayyan.xlsx" {
				want = append(want, review.BroughtBy{Reviewer: "Ben", Exclude: 1, State: "waits"})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
			h.Do(ctx, "review.take-over", review.TakeOverIn{Ref: at, Reviewer: "Ann"})
			recWork(h)
			two := h.Do(ctx, "review.record", review.RecordIn{Ref: at, N: 2}).(review.RecordOut)
			if two.TitleVerdict != review.Exclude || !strings.Contains(two.TitleReason, "rong study design") {
				t.Errorf("%s: taken over as %q, %q", name, two.TitleVerdict, two.TitleReason)
			}
		}
	})
}

// TestWholeTextAsWord is that a Word file is a whole text however it comes.
func TestWholeTextAsWord(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		here := "/review/" + h.Project + "/of/" + at.ID
		includedStudies(h, at, "Help at night")
		word := review.SentFile{Name: "study.docx", Content: reportDocx(t, "Nights", "Nobody slept.")}
		if status, _, page := recFiles(h, ctx, here+"/text/1/state", "file", map[string]string{"state": review.FullWanted, "key": "w1"}, word); status != http.StatusSeeOther {
			t.Errorf("with a record that is there: %d %s", status, page)
		}
		if x := h.Do(ctx, "review.record", review.RecordIn{Ref: at, N: 1}).(review.RecordOut); x.FullState != review.FullGot {
			t.Errorf("%+v", x.Record)
		}
		h.Do(ctx, "review.add-record", review.AddRecordIn{Ref: at, Kind: "report", Title: "A plan", File: &word})
	})
}

// TestRolesNotNames is that forms whose words no erasure can find ask for a role.
func TestRolesNotNames(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		h.Do(ctx, "review.question", review.QuestionIn{Ref: at, Words: "What helps?"})
		here := "/review/" + h.Project + "/of/" + at.ID
		for _, form := range []string{"/shape/need", "/shape/rank", "/search/new"} {
			recShown(h, ctx, here+form, "not a name")
		}
		recShown(h, ctx, here+"/shape/sign", "A role, such as")
	})
}

// TestLookMeetsWhatCameBack is that records which came back while copies were looked for are
// compared by the next look.
func TestLookMeetsWhatCameBack(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		recBring(h, ctx, at, review.SentFile{Name: "one.ris", Content: recRis(recHome, recTrains, recLamps)})
		for _, x := range []struct {
			seen []int64
			want int64
		}{{[]int64{1, 2, 3}, 3}, {[]int64{1, 3}, 0}} {
			h.Write(func(tx *db.Tx) error {
				got, err := review.LookEnds(tx, h.Programme, at.ID, 3, x.seen)
				if got != x.want {
					t.Errorf("%v seen: compared up to %d, want %d", x.seen, got, x.want)
				}
				return err
			})
		}
	})
}
