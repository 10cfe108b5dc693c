package review_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"plait/internal/room/review"
	"plait/test/house"
)

// searchesAgain asks for the form of a search that runs again, and then sends it. Nothing is
// written before, and nothing of the last time is taken for this time.
func (w *wholeHouse) searchesAgain(t *testing.T, search string) {
	t.Helper()
	logged := func() []review.Search {
		return w.Do(w.ctx, "review.searches", review.SearchesIn{Ref: w.at}).(review.SearchesOut).Searches
	}
	was := logged()
	old := was[slices.IndexFunc(was, func(s review.Search) bool { return s.ID == search })]
	w.Do(w.ctx, "review.edit-search", review.EditSearchIn{Ref: w.at, Search: search, Version: old.Version, SearchFacts: review.SearchFacts{Place: old.Place, Day: old.Day,
		Words: old.Words, Searcher: "The first librarian", Found: 4321, Note: "English only"}})
	form := w.get("/search/new?again=" + search)
	if body := form.Body.String(); form.Code != http.StatusOK || !strings.Contains(body, "night AND care") || !strings.Contains(body, `value="Scopus"`) || !strings.Contains(body, "English only") ||
		strings.Contains(body, "first librarian") || strings.Contains(body, "4321") {
		t.Errorf("the form: %d %s", form.Code, body)
	}
	if !strings.Contains(w.get("/since").Body.String(), "/search/new?again=") || len(logged()) != len(was) {
		t.Errorf("something was written before it was sent, or no way leads to the form")
	}
	sent := url.Values{"again": {search}, "place": {"Scopus"}, "day-day": {"3"}, "day-month": {"2"}, "day-year": {"2026"}, "day": {"2026-02-03"}, "words": {"night AND care"}, "found": {""}, "key": {w.IDs.New()}}
	if got := w.send("/search/new", url.Values{"again": {search}, "place": {""}, "key": {w.IDs.New()}}); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), `name="again" value="`+search) {
		t.Errorf("without a place: %d %s", got.Code, got.Body)
	}
	got := w.send("/search/new", sent)
	if got.Code != http.StatusSeeOther || !strings.Contains(got.Header().Get("Location"), "/import?search=") {
		t.Errorf("sent: %d %v %s", got.Code, got.Header(), got.Body)
	}
	w.Do(w.ctx, "review.rerun", review.RerunIn{Ref: w.at, Search: search})
	now := logged()
	if len(now) != len(was)+2 {
		t.Fatalf("%d searches, not %d", len(now), len(was)+2)
	}
	for _, s := range now[len(was):] {
		if s.Place != "Scopus" || s.Words != "night AND care" || s.Searcher != "" || s.Found != 0 {
			t.Errorf("%+v", s)
		}
	}
}

// TestRecordsSayWhereTheyStand looks at records that are kept, in and out.
func TestRecordsSayWhereTheyStand(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := wholeStart(t, h)
		w.settle(1, review.Include, "", review.Include, "", review.FullGot)
		w.settle(2, review.Exclude, "wrong setting", "", "", "")
		w.settle(3, review.Include, "", review.Exclude, "no data", review.FullGot)
		w.settle(4, review.Include, "", "", "", review.FullWanted)
		_, page, _ := strings.Cut(w.get("/records").Body.String(), `<ul class="govuk-list"><li class="pl-panel">`)
		lines := strings.Split(page, `<li class="pl-panel">`)
		if len(lines) != 6 {
			t.Fatalf("%d records: %s", len(lines), page)
		}
		for i, want := range []string{" · Included<", " · Left out by title<", " · Left out by the whole text<", " · Kept by title<"} {
			if !strings.Contains(lines[i], want) {
				t.Errorf("record %d does not say %q: %s", i+1, want, lines[i])
			}
		}
		if kept := w.get("/records?list=kept").Body.String(); !strings.Contains(kept, "A fourth one") || strings.Contains(kept, " · Included") {
			t.Errorf("%s", kept)
		}
		if one := w.get("/records/4").Body.String(); strings.Contains(one, "Included") || strings.Contains(one, "Kept;") || !strings.Contains(one, "Kept") {
			t.Errorf("%s", one)
		}
		if two := w.get("/records/2").Body.String(); !strings.Contains(two, "Left out; wrong setting") {
			t.Errorf("%s", two)
		}
		for _, at := range []string{"/flow", "/map"} {
			if page := w.get(at).Body.String(); !strings.Contains(page, "/review/report.css") || at == "/flow" && !strings.Contains(page, "pl-flow--tall") {
				t.Errorf("%s has no form for a narrow screen", at)
			}
		}
	})
}

// TestImportTogether sends two files and one that was there before, and brings in by one press
// those that are new.
func TestImportTogether(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := wholeStart(t, h)
		send := func(names ...string) (ids []string) {
			t.Helper()
			var files []review.SentFile
			for _, name := range names {
				files = append(files, review.SentFile{Name: name + ".ris", Content: []byte("TY  - JOUR\nTI  - Work " + name + "\nER  - \n")})
			}
			for _, f := range h.Do(w.ctx, "review.send-file", review.SendIn{Ref: w.at, Key: h.IDs.New(), Files: files}).(review.SendOut).Files {
				ids = append(ids, f.Batch)
			}
			return ids
		}
		first := send("one")
		if strings.Contains(w.get("/import").Body.String(), "Bring all in") {
			t.Error("one file alone is brought in together")
		}
		ids := append(first, send("two", "one")...)
		page := w.get("/import").Body.String()
		if !strings.Contains(page, "Bring all in (2 files)") || strings.Contains(page, `name="batch" value="`+ids[2]+`"`) {
			t.Errorf("%s", page)
		}
		if got := w.send("/import", url.Values{"batch": ids[:2], "key": {h.IDs.New()}}); got.Code != http.StatusSeeOther || !strings.Contains(got.Header().Get("Location"), "/import?done=brought") {
			t.Errorf("%d %v %s", got.Code, got.Header(), got.Body)
		}
		for i, want := range []bool{true, true, false} {
			b := h.Do(w.ctx, "review.batch", review.BatchIn{Batch: ids[i]}).(review.Batch)
			if (b.State == review.In || b.State == review.Coming) != want {
				t.Errorf("file %d is %s", i, b.State)
			}
		}
		if got := w.send("/import", url.Values{"batch": {h.IDs.New()}, "key": {h.IDs.New()}}); got.Code != http.StatusNotFound {
			t.Errorf("a file that is none: %d", got.Code)
		}
	})
}

// TestWholeFlowWithoutWholeTexts does without whole texts after one of them was read: the
// flow tells of no reading that did not happen.
func TestWholeFlowWithoutWholeTexts(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := wholeStart(t, h)
		decide := func(stage, verdict string, ns ...int64) {
			t.Helper()
			for _, n := range ns {
				reason := ""
				if verdict == review.Exclude {
					reason = "wrong setting"
				}
				h.Do(w.ctx, "review.decide", review.DecideIn{Ref: w.at, Stage: stage, N: n, Verdict: verdict, Reason: reason})
			}
		}
		decide(review.TitleStage, review.Include, 1, 2, 5)
		decide(review.TitleStage, review.Exclude, 3)
		h.Do(w.ctx, "review.skip-full", review.SkipFullIn{Ref: w.at, Skip: true})
		f := w.flow()
		if a := f.Sum(); !f.Skips || a.Sought+a.NotFound+a.Assessed+a.Excluded != 0 || a.Included != 3 || a.Unread != 3 || a.Screened != 4 || f.Databases.Unread != 2 || f.Faults() != nil {
			t.Errorf("%+v", f)
		}
		table := strings.ReplaceAll(w.get("/flow/file?as=csv").Body.String(), `"`, "")
		for _, want := range []string{"dbr_sought_reports,node11,box6", "dbr_assessed,node13,box8", "other_assessed,node20,box14"} {
			_, line, _ := strings.Cut(table, want)
			if line, _, _ = strings.Cut(line, "\r\n"); !strings.HasSuffix(line, ",0") {
				t.Errorf("%s%s", want, line)
			}
		}
		if !strings.Contains(table, "new_studies") || !strings.Contains(table, "plait_unread") {
			t.Errorf("%s", table)
		}
		for _, at := range []string{"/flow", "/flow/file?as=svg"} {
			if got := w.get(at).Body.String(); !strings.Contains(got, "Reports assessed: not done") || strings.Contains(got, "Reports assessed: 2") {
				t.Errorf("%s: %s", at, got)
			}
		}
		if !strings.Contains(w.get("/flow").Body.String(), "Whole texts were not read.") {
			t.Error("the page does not say that whole texts were not read")
		}
		// One text is read after all: it is told, and the others stay unread.
		h.Do(w.ctx, "review.skip-full", review.SkipFullIn{Ref: w.at})
		decide(review.FullStage, review.Include, 1)
		decide(review.FullStage, review.Exclude, 2)
		h.Do(w.ctx, "review.skip-full", review.SkipFullIn{Ref: w.at, Skip: true})
		f = w.flow()
		if a := f.Sum(); a.Sought != 2 || a.Assessed != 2 || a.Excluded != 1 || a.Included != 2 || a.Unread != 1 || f.Other.Unread != 1 || f.Faults() != nil {
			t.Errorf("after one was read: %+v", f)
		}
		if !strings.Contains(w.get("/flow").Body.String(), "Not all whole texts were read.") {
			t.Error("the page does not say that not all were read")
		}
	})
}
