package review_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// recWork does the slow jobs that wait.
func recWork(h *house.House) {
	h.T.Helper()
	if err := job.Drain(h.T.Context(), h.DB, h.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
		h.T.Fatal(err)
	}
}

// recSend sends files, and gives the batch of each.
func recSend(h *house.House, ctx context.Context, at ref.Ref, files ...review.SentFile) []review.Batch {
	h.T.Helper()
	out := h.Do(ctx, "review.send-file", review.SendIn{Ref: at, Files: files}).(review.SendOut)
	all := make([]review.Batch, len(out.Files))
	for i, f := range out.Files {
		all[i] = h.Do(ctx, "review.batch", review.BatchIn{Batch: f.Batch}).(review.Batch)
	}
	return all
}

// recBring brings files in, has copies looked for, and gives their batches.
func recBring(h *house.House, ctx context.Context, at ref.Ref, files ...review.SentFile) []review.Batch {
	h.T.Helper()
	all := recSend(h, ctx, at, files...)
	for i, b := range all {
		if b.State == review.Staged {
			h.Do(ctx, "review.bring-in", review.BringIn{Batch: b.ID})
			all[i] = h.Do(ctx, "review.batch", review.BatchIn{Batch: b.ID}).(review.Batch)
		}
	}
	h.Do(ctx, "review.copies", review.CopiesIn{Ref: at})
	return all
}

func recListed(h *house.House, ctx context.Context, in review.RecordsIn) []string {
	h.T.Helper()
	var out []string
	for _, x := range h.Do(ctx, "review.records", in).(review.RecordsOut).Records {
		out = append(out, x.Title)
	}
	return out
}

func recAsks(h *house.House, ctx context.Context, at ref.Ref) review.AsksOut {
	h.T.Helper()
	return h.Do(ctx, "review.asks", review.AsksIn{Ref: at}).(review.AsksOut)
}

// recRis is references in RIS: title, year, volume, pages each.
func recRis(rows ...[4]string) []byte {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "TY  - JOUR\nTI  - %s\nAU  - Lee, Jo\nAU  - Park, Sun\nPY  - %s\nVL  - %s\nSP  - %s\nJO  - Journal of Care\nAB  - What was found: %s\nER  - \n", r[0], r[1], r[2], r[3], r[0])
	}
	return []byte(b.String())
}

var (
	recHome   = [4]string{"Help at recHome and who decides about it at night", "2019", "4", "12"}
	recTrains = [4]string{"Trains that wait for no one in winter", "2001", "7", "101"}
	recLamps  = [4]string{"Lamps along the path to the village hall", "2011", "2", "30"}
)

func TestSearchLog(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		facts := review.SearchFacts{Place: " MEDLINE ", Day: "1 March 2026", Words: "falls AND night", Searcher: "Librarian", Found: 12}
		s := h.Do(ctx, "review.search", review.SearchIn{Ref: at, SearchFacts: facts}).(review.SearchOut)
		facts.Found = 13
		edit := review.EditSearchIn{Ref: at, Search: s.Search, Version: 1, SearchFacts: facts}
		h.Do(ctx, "review.edit-search", edit)
		if _, err := h.Try(ctx, "review.edit-search", edit); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale edit: %v", err)
		}
		if _, err := h.Try(ctx, "review.search", review.SearchIn{Ref: at, SearchFacts: review.SearchFacts{Day: "soon", Found: -1}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("bad input: %v", err)
		}
		out := h.Do(ctx, "review.send-file", review.SendIn{Ref: at, Search: s.Search, Files: []review.SentFile{{Name: "a.ris", Content: recRis(recHome, recTrains)}}}).(review.SendOut)
		h.Do(ctx, "review.bring-in", review.BringIn{Batch: out.Files[0].Batch})
		got := h.Do(ctx, "review.searches", review.SearchesIn{Ref: at}).(review.SearchesOut).Searches
		if len(got) != 1 || got[0].Place != "MEDLINE" || got[0].Day != "2026-03-01" || got[0].Found != 13 || got[0].Version != 2 || got[0].Records != 2 {
			t.Errorf("%+v", got)
		}
		if _, err := h.Try(h.As(who.Member), "review.search", review.SearchIn{Ref: at, SearchFacts: facts}); !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member writes in the log: %v", err)
		}
	})
}

func TestImport(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		first := review.SentFile{Name: "one.ris", Content: append([]byte("Search string: night\n"), recRis(recHome, recTrains)...)}
		in := review.SendIn{Ref: at, Files: []review.SentFile{first, {Name: "none.txt", Content: []byte("no references at all")}}, Key: "k1"}
		sent := h.Do(ctx, "review.send-file", in).(review.SendOut)
		if again := h.Do(ctx, "review.send-file", in).(review.SendOut); !cmp.Equal(again, sent) {
			t.Errorf("the same sending twice: %+v, %+v", sent, again)
		}
		if f := sent.Files; f[0].State != review.Staged || f[0].Records != 2 || f[1].State != review.Failed || f[1].Problems == 0 {
			t.Fatalf("%+v", f)
		}
		if got := recListed(h, ctx, review.RecordsIn{Ref: at}); got != nil {
			t.Errorf("before it was brought in: %v", got)
		}
		for range 2 { // bringing in twice is one
			if out := h.Do(ctx, "review.bring-in", review.BringIn{Batch: sent.Files[0].Batch}).(review.BringOut); out.State != review.In || out.Stored != 2 {
				t.Fatalf("%+v", out)
			}
		}
		if _, err := h.Try(ctx, "review.bring-in", review.BringIn{Batch: sent.Files[1].Batch}); !fault.Is(err, fault.Conflict) {
			t.Errorf("what could not be read came in: %v", err)
		}
		recWork(h) // what was added for later finds nothing to do
		if got := recListed(h, ctx, review.RecordsIn{Ref: at}); !cmp.Equal(got, []string{recHome[0], recTrains[0]}) {
			t.Errorf("%v", got)
		}
		if got := recListed(h, ctx, review.RecordsIn{Ref: at, Words: "TRAINS winter 2001"}); !cmp.Equal(got, []string{recTrains[0]}) {
			t.Errorf("by words: %v", got)
		}
		if got := recListed(h, ctx, review.RecordsIn{Ref: at, Words: "100%"}); got != nil {
			t.Errorf("by words that are not there: %v", got)
		}
		one := h.Do(ctx, "review.record", review.RecordIn{Ref: at, N: 1}).(review.RecordOut)
		if one.Said.Title != recHome[0] || one.Said.Tags == nil || one.From.Name != "one.ris" || !strings.Contains(one.Reference, "(2019)") {
			t.Errorf("%+v", one)
		}
		// The same file again is noticed.
		twice := recSend(h, ctx, at, first)[0]
		if twice.SameAs != sent.Files[0].Batch || twice.State != review.Staged {
			t.Errorf("the same file: %+v", twice)
		}
		h.Do(ctx, "review.undo-import", review.UndoImportIn{Batch: twice.ID})
		if _, err := h.Try(ctx, "review.bring-in", review.BringIn{Batch: twice.ID}); !fault.Is(err, fault.Conflict) {
			t.Errorf("thrown away, and brought in: %v", err)
		}
		// As a whole out, and back.
		h.Do(ctx, "review.undo-import", review.UndoImportIn{Batch: sent.Files[0].Batch})
		if got := recListed(h, ctx, review.RecordsIn{Ref: at}); got != nil {
			t.Errorf("undone: %v", got)
		}
		if got := recListed(h, ctx, review.RecordsIn{Ref: at, List: review.ListGone}); len(got) != 2 {
			t.Errorf("lost by undoing: %v", got)
		}
		h.Do(ctx, "review.bring-in", review.BringIn{Batch: sent.Files[0].Batch})
		if got := recListed(h, ctx, review.RecordsIn{Ref: at}); len(got) != 2 {
			t.Errorf("put back: %v", got)
		}
		for _, role := range []who.Role{who.HostLead, who.Member, who.Evaluator} {
			if _, err := h.Try(h.As(role), "review.send-file", in); !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s sends files: %v", role, err)
			}
			if _, err := h.Try(h.As(role), "review.undo-import", review.UndoImportIn{Batch: sent.Files[0].Batch}); !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s undoes: %v", role, err)
			}
		}
		if n := h.Do(ctx, "review.add-record", review.AddRecordIn{Ref: at, Kind: "report", Title: "A plan for nights", Authors: "The Council\nLee, Jo", Year: 2020,
			Link: "https://example.org/plan", File: &review.SentFile{Name: "plan.html", Content: []byte("<!doctype html><html><body><p>Words</p></body></html>")}, Key: "hand"}).(review.AddRecordOut); n.N != 3 {
			t.Errorf("by hand: %+v", n)
		}
		by := h.Do(ctx, "review.record", review.RecordIn{Ref: at, N: 3}).(review.RecordOut)
		if by.FullState != review.FullGot || by.FullFile == "" || by.From.Format != review.ByHand || by.Authors != "The Council; Lee, Jo" {
			t.Errorf("by hand: %+v", by)
		}
		if _, err := h.Try(ctx, "review.add-record", review.AddRecordIn{Ref: at, Link: "javascript:1", Year: 3000, File: &review.SentFile{Name: "x.pdf", Content: []byte{0, 1, 2}}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("bad input: %v", err)
		}
	})
}

// TestBadFiles brings in what real files do wrong: each record is kept, or its loss told.
func TestBadFiles(t *testing.T) {
	var kit house.Kit
	wide := func(s string) []byte {
		out := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			out = append(out, byte(u), byte(u>>8))
		}
		return out
	}
	good := string(recRis(recHome))
	many := "TY  - JOUR\nTI  - A work of ten thousand hands\n" + strings.Repeat("AU  - Lee, Jo\n", 10_000) + "PY  - 2001\nER  - \n"
	files := []struct {
		name     string
		content  []byte
		titles   []string
		encoding string
		problems bool
	}{
		{"bom.ris", append([]byte{0xef, 0xbb, 0xbf}, good...), []string{recHome[0]}, "utf-8", false},
		{"cr.ris", []byte(strings.ReplaceAll(good, "\n", "\r")), []string{recHome[0]}, "utf-8", false},
		{"no-er.ris", []byte(strings.ReplaceAll(string(recRis(recHome, recTrains)), "ER  - \n", "")), []string{recHome[0], recTrains[0]}, "utf-8", true},
		{"between.ris", []byte("Record #1 of 2\n" + good + "\nRecord #2 of 2\n" + string(recRis(recTrains))), []string{recHome[0], recTrains[0]}, "utf-8", false},
		{"latin.ris", recRis([4]string{"Soins \xe0 domicile pour tous les \xe2ges", "2019", "4", "12"}), []string{"Soins à domicile pour tous les âges"}, "windows-1252", false},
		{"wide.ris", wide(good), []string{recHome[0]}, "utf-16le", false},
		{"tex.bib", []byte("@article{a,\n title={Soins {\\`a} domicile},\n author={Bj{\\\"o}rk, Ana},\n year={2019}\n}\n"), []string{"Soins à domicile"}, "utf-8", false},
		{"html.ris", []byte("TY  - JOUR\nTI  - Falls &amp; <i>nights</i>\nER  - \n"), []string{"Falls & nights"}, "utf-8", false},
		{"entities.xml", []byte(`<?xml version="1.0" encoding="UTF-8"?><xml><records><record><ref-type name="Journal Article">17</ref-type><titles><title><style>Falls &amp; nights &#233;t&#233;</style></title></titles><dates><year>2001</year></dates></record></records></xml>`), []string{"Falls & nights été"}, "utf-8", false},
		{"semi.csv", []byte("title;author;year\nFalls and nights;\"Lee, J.\";2001\nLamps;\"Park, S.\";2011\n"), []string{"Falls and nights", "Lamps"}, "utf-8", false},
		{"hands.ris", []byte(many), []string{"A work of ten thousand hands"}, "utf-8", false},
		{"year.ris", []byte("TY  - JOUR\nTI  - A year that is none\nPY  - soon\nER  - \n"), []string{"A year that is none"}, "utf-8", true},
		{"empty.ris", nil, nil, "", true},
		{"photo.ris", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), nil, "", true},
	}
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		for _, f := range files {
			at := begin(h, ctx, review.Searched)
			b := recBring(h, ctx, at, review.SentFile{Name: f.name, Content: f.content})[0]
			if got := recListed(h, ctx, review.RecordsIn{Ref: at}); !cmp.Equal(got, f.titles) {
				t.Errorf("%s: %q, want %q", f.name, got, f.titles)
			}
			if f.encoding != "" && b.Encoding != f.encoding || (b.Count > 0) != f.problems {
				t.Errorf("%s: letters as %s, problems %v", f.name, b.Encoding, b.Problems)
			}
			if f.problems && b.Problems[0].Reason == "" {
				t.Errorf("%s: a loss without a reason", f.name)
			}
			if f.titles != nil {
				h.Do(ctx, "review.undo-import", review.UndoImportIn{Batch: b.ID})
				if got := recListed(h, ctx, review.RecordsIn{Ref: at}); got != nil {
					t.Errorf("%s was undone: %q", f.name, got)
				}
			}
		}
	})
}

// recNearly is recHome as another database has it: a person must look.
func recNearly() review.SentFile {
	return review.SentFile{Name: "two.csv", Content: []byte("title,author,year,volume,pages,journal\n" +
		"\"" + recHome[0] + "\",\"Lee, J. and Park, S.\",2019,4,40-44,J Care\n" + "\"" + recTrains[0] + "\",\"Lee, J. and Park, S.\",2001,7,101,Journal of Care\n")}
}

func TestCopies(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		first := recBring(h, ctx, at, review.SentFile{Name: "one.ris", Content: recRis(recHome, recTrains, recLamps)})[0]
		second := recBring(h, ctx, at, recNearly())[0]
		got := recAsks(h, ctx, at)
		if got.Merged != 1 || got.Left != 1 || got.Pair == nil || got.Pair.A != 1 || got.Pair.B != 4 || len(got.Marks) == 0 || got.Pair.Reason == "" {
			t.Fatalf("%+v", got)
		}
		if groups := h.Do(ctx, "review.merged", review.MergedIn{Ref: at}).(review.MergedOut).Groups; len(groups) != 1 || groups[0].Records[0].N != 2 || groups[0].Records[1].N != 5 || len(groups[0].Links) != 1 {
			t.Errorf("%+v", groups)
		}
		// A third import asks only about what is new.
		recBring(h, ctx, at, review.SentFile{Name: "three.ris", Content: recRis([4]string{"Bees in the roof", "1999", "1", "2"})})
		if got := recAsks(h, ctx, at); got.Left != 1 || got.Merged != 1 {
			t.Errorf("a third file asks again: %+v", got)
		}
		answer := func(a, b int64, what string) int64 {
			t.Helper()
			return h.Do(ctx, "review.answer-copy", review.AnswerCopyIn{Ref: at, A: a, B: b, Answer: what}).(review.AnswerCopyOut).Left
		}
		leads := func() (out []int64) {
			t.Helper()
			for n := range int64(6) {
				out = append(out, h.Do(ctx, "review.record", review.RecordIn{Ref: at, N: n + 1}).(review.RecordOut).Lead)
			}
			return out
		}
		if left := answer(1, 4, review.Unsure); left != 1 {
			t.Errorf("put off: %d left", left)
		}
		if left := answer(4, 1, review.Same); left != 0 || !cmp.Equal(leads(), []int64{1, 2, 3, 1, 2, 6}) {
			t.Errorf("the same: %d left, %v", left, leads())
		}
		if _, err := h.Try(ctx, "review.answer-copy", review.AnswerCopyIn{Ref: at, A: 1, B: 4, Answer: "other"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a bad answer: %v", err)
		}
		undo := func(a, b int64) {
			t.Helper()
			h.Do(ctx, "review.unanswer-copy", review.UnanswerCopyIn{Ref: at, A: a, B: b})
		}
		undo(1, 4)
		if !cmp.Equal(leads(), []int64{1, 2, 3, 4, 2, 6}) || recAsks(h, ctx, at).Left != 1 {
			t.Errorf("taken back: %v", leads())
		}
		answer(1, 4, review.Apart)
		if got := recAsks(h, ctx, at); got.Left != 0 || !cmp.Equal(leads(), []int64{1, 2, 3, 4, 2, 6}) {
			t.Errorf("two works: %+v", got)
		}
		if all := h.Do(ctx, "review.answers", review.AnsweredIn{Ref: at}).(review.AnsweredOut).Answers; len(all) != 1 || all[0].TitleA != recHome[0] || all[0].Band != review.Apart {
			t.Errorf("%+v", all)
		}
		// What people said stays when copies are looked for again.
		recBring(h, ctx, at, review.SentFile{Name: "four.ris", Content: recRis([4]string{"Wells and pumps", "1989", "9", "3"})})
		if !cmp.Equal(leads(), []int64{1, 2, 3, 4, 2, 6}) {
			t.Errorf("after a look: %v", leads())
		}
		undo(1, 4)
		// What was merged by itself is parted, and joined again.
		h.Do(ctx, "review.part-copy", review.PartCopyIn{Ref: at, N: 5})
		if !cmp.Equal(leads(), []int64{1, 2, 3, 4, 5, 6}) {
			t.Errorf("parted: %v", leads())
		}
		undo(5, 0)
		if !cmp.Equal(leads(), []int64{1, 2, 3, 4, 2, 6}) {
			t.Errorf("parting taken back: %v", leads())
		}
		// A person may find what the program did not. Three in a group; its middle goes.
		answer(3, 5, review.Same)
		if !cmp.Equal(leads(), []int64{1, 2, 2, 4, 2, 6}) {
			t.Errorf("three: %v", leads())
		}
		h.Do(ctx, "review.undo-import", review.UndoImportIn{Batch: second.ID})
		if !cmp.Equal(leads(), []int64{1, 2, 3, 4, 5, 6}) || recAsks(h, ctx, at).Left != 0 {
			t.Errorf("the second file undone: %v", leads())
		}
		h.Do(ctx, "review.bring-in", review.BringIn{Batch: second.ID})
		if !cmp.Equal(leads(), []int64{1, 2, 2, 4, 2, 6}) || recAsks(h, ctx, at).Left != 1 {
			t.Errorf("the second file put back: %v", leads())
		}
		h.Do(ctx, "review.undo-import", review.UndoImportIn{Batch: first.ID})
		if !cmp.Equal(leads(), []int64{1, 2, 3, 4, 5, 6}) {
			t.Errorf("the first file undone: %v", leads())
		}
		if got := recListed(h, ctx, review.RecordsIn{Ref: at}); len(got) != 4 || !slices.Contains(got, recTrains[0]) {
			t.Errorf("%v", got)
		}
		if _, err := h.Try(h.As(who.Evaluator), "review.answer-copy", review.AnswerCopyIn{Ref: at, A: 4, B: 5, Answer: review.Same}); !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("an evaluator answers: %v", err)
		}
	})
}
