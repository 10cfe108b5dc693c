package review_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/web"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// recCall sends a request as the context's actor: its status, where it leads, its page.
func recCall(h *house.House, ctx context.Context, method, address, kind string, body io.Reader) (int, string, string) {
	h.T.Helper()
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), h.Policy, who.From(ctx)), nil
		}}, h.Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	r := httptest.NewRequestWithContext(h.T.Context(), method, address, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

// recShown reads a page and wants words on it, in their order.
func recShown(h *house.House, ctx context.Context, address string, wants ...string) string {
	h.T.Helper()
	status, _, page := recCall(h, ctx, http.MethodGet, address, "", nil)
	if status != http.StatusOK {
		h.T.Errorf("%s: %d", address, status)
	}
	rest := page
	for _, want := range wants {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			h.T.Errorf("%s: no %q, or not in its place", address, want)
			continue
		}
		rest = after
	}
	return page
}

func recPost(h *house.House, ctx context.Context, address string, fields url.Values) (int, string, string) {
	h.T.Helper()
	return recCall(h, ctx, http.MethodPost, address, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
}

// recFiles posts a form with files.
func recFiles(h *house.House, ctx context.Context, address, field string, fields map[string]string, files ...review.SentFile) (int, string, string) {
	h.T.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			h.T.Fatal(err)
		}
	}
	for _, f := range files {
		w, err := m.CreateFormFile(field, f.Name)
		if err == nil {
			_, err = w.Write(f.Content)
		}
		if err != nil {
			h.T.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		h.T.Fatal(err)
	}
	return recCall(h, ctx, http.MethodPost, address, m.FormDataContentType(), &b)
}

func TestRecordPages(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		here := "/review/" + h.Project + "/of/" + at.ID
		recShown(h, ctx, here, "The search log", "Bring records in")
		recShown(h, ctx, here+"/search", "No search is written down yet", "Write a search down")
		recShown(h, ctx, here+"/search/new", "Where you searched")
		if status, _, page := recPost(h, ctx, here+"/search/new", url.Values{"day": {"soon"}, "found": {"many"}, "key": {"s0"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Write where you searched") && !strings.Contains(page, "whole number") {
			t.Errorf("a bad search: %d", status)
		}
		if status, to, page := recPost(h, ctx, here+"/search/new", url.Values{"place": {"MEDLINE"}, "day": {"1/3/2026"}, "words": {"falls AND night"}, "found": {"2"}, "key": {"s1"}}); status != http.StatusSeeOther {
			t.Fatalf("a search: %d %s %s", status, to, page)
		}
		page := recShown(h, ctx, here+"/search?done=searched", "The search is saved", "MEDLINE", "1 March 2026", "falls AND night", "2 records")
		edit := regexp.MustCompile(`/search/([0-9a-f-]{36})/edit`).FindStringSubmatch(page)
		if edit == nil {
			t.Fatal("no way to change a search")
		}
		recShown(h, ctx, here+edit[0], `value="MEDLINE"`)
		if status, _, page := recPost(h, ctx, here+edit[0], url.Values{"place": {"PubMed"}, "day": {"2026-03-01"}, "version": {"7"}, "key": {"s2"}}); status != http.StatusConflict || !strings.Contains(page, "MEDLINE") {
			t.Errorf("a stale edit: %d", status)
		}

		recShown(h, ctx, here+"/import", "Files of references", "MEDLINE, 2026-03-01")
		if status, _, page := recFiles(h, ctx, here+"/import", "files", map[string]string{"key": "f0"}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Choose a file") {
			t.Errorf("no file: %d", status)
		}
		one := review.SentFile{Name: "one.ris", Content: append([]byte("Search 1\n"), recRis(recHome, recTrains, recLamps)...)}
		for range 2 { // the same press twice is one
			if status, to, page := recFiles(h, ctx, here+"/import", "files", map[string]string{"key": "f1", "search": edit[1]}, one, recNearly()); status != http.StatusSeeOther || to != here+"/import?done=sent" {
				t.Fatalf("two files: %d %s %s", status, to, page)
			}
		}
		all := h.Do(ctx, "review.batches", review.BatchesIn{Ref: at}).(review.BatchesOut).Batches
		if len(all) != 2 || all[0].State != review.Staged {
			t.Fatalf("%+v", all)
		}
		recShown(h, ctx, here+"/import", "Read, and not brought in yet", "CSV", "2 records", "Bring 2 records in", "Do not bring it in", "one.ris", "3 records")
		for _, b := range all {
			recShown(h, ctx, here+"/import/"+b.ID, b.Name, "Waits for you", "MEDLINE, 2026-03-01", "Nothing of it is in the review yet")
			if status, to, _ := recPost(h, ctx, here+"/import/"+b.ID+"/bring", url.Values{"key": {b.ID}}); status != http.StatusSeeOther || to != here+"/import/"+b.ID+"?done=brought" {
				t.Errorf("brought in: %d %s", status, to)
			}
			recShown(h, ctx, here+"/import/"+b.ID, "In the review", "looking for copies", "Undo this import")
			recShown(h, ctx, here+"/import/"+b.ID+"?undo=ask", "Undo this import?", "Keep it")
			if page := recShown(h, ctx, here+"/import/"+b.ID+"/problems", "file,line,reason"); strings.Count(page, "\n") != int(b.Count)+1 {
				t.Errorf("problems: %s", page)
			}
		}
		recWork(h)
		recShown(h, ctx, here, "1 search written down", "5 records from 2 files", "1 pair to look at", "All records")
		recShown(h, ctx, here+"/copies", "Are these two the same work?", `data-answer-key="s"`, "<mark>")
		recShown(h, ctx, here+"/records", recHome[0], "Lee, Jo; Park, Sun · 2019")
		recShown(h, ctx, here+"/records?words=lamps&list=open", recLamps[0])
		recShown(h, ctx, here+"/records?list=copies", recTrains[0])
		if status, _, _ := recCall(h, ctx, http.MethodGet, here+"/records?list=other", "", nil); status != http.StatusUnprocessableEntity {
			t.Errorf("another list: %d", status)
		}
		ask := recAsks(h, ctx, at).Pair
		pair := url.Values{"a": {fmt.Sprint(ask.A)}, "b": {fmt.Sprint(ask.B)}, "answer": {review.Same}, "key": {"c1"}}
		status, to, _ := recPost(h, ctx, here+"/copies", pair)
		if status != http.StatusSeeOther {
			t.Fatalf("answered: %d", status)
		}
		recShown(h, ctx, to, "Your answer is saved", "Take the answer back", "There is nothing to look at")
		recShown(h, ctx, here+"/copies/merged", "2 records are copies of others", "stands for the work", "This is another work")
		recShown(h, ctx, here+"/copies/answers", "The same work", recHome[0], "Take the answer back")
		if status, to, _ := recPost(h, ctx, here+"/copies/undo", url.Values{"a": pair["a"], "b": pair["b"], "next": {"answers"}, "key": {"c2"}}); status != http.StatusSeeOther || to != here+"/copies/answers?done=taken_back" {
			t.Errorf("taken back: %d %s", status, to)
		}
		groups := h.Do(ctx, "review.merged", review.MergedIn{Ref: at}).(review.MergedOut).Groups
		if len(groups) != 1 {
			t.Fatalf("%+v", groups)
		}
		copyN := fmt.Sprint(groups[0].Records[1].N)
		recShown(h, ctx, here+"/records/"+copyN, "This is a copy", "What its file said", "1 copy of it")
		status, to, _ = recPost(h, ctx, here+"/copies/part", url.Values{"n": {copyN}, "key": {"c3"}})
		if status != http.StatusSeeOther {
			t.Errorf("parted: %d", status)
		}
		recShown(h, ctx, to, "It is a work of its own now", `name="a" value="`+copyN+`"`)

		recShown(h, ctx, here+"/add", "Type in a record", "Law or policy")
		plan := review.SentFile{Name: "plan.html", Content: []byte("<!doctype html><html><script>alert(1)</script><p>Nights</p></html>")}
		status, to, page = recFiles(h, ctx, here+"/add", "file", map[string]string{"key": "h1", "kind": "report", "title": "A plan for nights", "authors": "The Council", "year": "2020"}, plan)
		if status != http.StatusSeeOther {
			t.Fatalf("by hand: %d %s", status, page)
		}
		recShown(h, ctx, to, "A plan for nights", "Open the whole text", "Typed by hand", "Take this record out of the review")
		if status, _, page := recCall(h, ctx, http.MethodGet, to+"/file", "", nil); status != http.StatusOK || page != string(plan.Content) {
			t.Errorf("its file: %d", status)
		}
		if status, _, page := recFiles(h, ctx, here+"/add", "file", map[string]string{"key": "h2", "kind": "report", "year": "soon"}); status != http.StatusUnprocessableEntity || !strings.Contains(page, `value="soon"`) {
			t.Errorf("a bad record: %d", status)
		}
		// A file belongs to its review alone, and the host sees none of it.
		other := "/review/" + h.Project + "/of/" + begin(h, ctx, review.Searched).ID
		if status, _, _ := recCall(h, ctx, http.MethodGet, other+"/import/"+all[0].ID, "", nil); status != http.StatusNotFound {
			t.Errorf("by another review: %d", status)
		}
		if status, _, _ := recPost(h, ctx, other+"/import/"+all[0].ID+"/undo", url.Values{"key": {"x"}}); status != http.StatusNotFound {
			t.Errorf("undone by another review: %d", status)
		}
		if status, _, _ := recCall(h, h.As(who.HostLead), http.MethodGet, here+"/records", "", nil); status != http.StatusNotFound && status != http.StatusForbidden {
			t.Errorf("the host sees records: %d", status)
		}
		recShown(h, h.As(who.Evaluator), here+"/copies/merged", "Merged records")
	})
}

// TestImportGoesOn is what stays when all stops after some of a file's records.
func TestImportGoesOn(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		const count = 600
		b := recSend(h, ctx, at, recMany(count))[0]
		cut, stop := context.WithCancel(ctx)
		chunks := 0
		h.DB.Watch(func(_ context.Context, s db.Statement) {
			if strings.Contains(s.SQL, "insert into review_key") {
				if chunks++; chunks == 2 {
					stop()
				}
			}
		})
		_, err := h.Try(cut, "review.bring-in", review.BringIn{Batch: b.ID})
		h.DB.Watch(nil)
		now := h.Do(ctx, "review.batch", review.BatchIn{Batch: b.ID}).(review.Batch)
		if err == nil || now.State != review.Coming || now.Done == 0 || now.Done >= count {
			t.Fatalf("cut off: %v, %s, %d", err, now.State, now.Done)
		}
		recWork(h)
		now = h.Do(ctx, "review.batch", review.BatchIn{Batch: b.ID}).(review.Batch)
		if now.State != review.In || now.Done != count || now.LastN-now.FirstN != count-1 {
			t.Errorf("gone on: %+v", now)
		}
		seen := map[string]bool{}
		for after := int64(0); ; {
			out := h.Do(ctx, "review.records", review.RecordsIn{Ref: at, After: after}).(review.RecordsOut)
			for _, x := range out.Records {
				seen[x.Title] = true
			}
			if after = out.Next; after == 0 {
				break
			}
		}
		if len(seen) != count {
			t.Errorf("%d works of %d", len(seen), count)
		}
	})
}

func TestImportCommand(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := func(want int, out any, args ...string) {
		t.Helper()
		code, text, errs := house.Plait(t.Context(), append(args, "--dir", filepath.Join(dir, "house"), "--json")...)
		if err := json.Unmarshal([]byte(text), out); code != want || err != nil {
			t.Fatalf("%v: ended with %d, want %d: %v %s%s", args, code, want, err, text, errs)
		}
	}
	var made struct{ Project string }
	run(0, &made, "init", "--programme", "P", "--project", "T")
	var begun struct{ Ref ref.Ref }
	run(0, &begun, "review", "make", "--project", made.Project, "--title", "Nights")
	type answer struct {
		Files []struct {
			Batch, Format, Encoding string
			Records, Stored         int
			SameAs                  string `json:"same_as"`
			Problems                []struct {
				Line   int
				Reason string
			}
		}
		Copies, Ask int
	}
	var got answer
	one, two := write("one.ris", recRis(recHome, recTrains)), write("two.csv", recNearly().Content)
	run(0, &got, "review", "import", "--ref", begun.Ref.String(), one, two)
	if len(got.Files) != 2 || got.Files[0].Format != "ris" || got.Files[0].Stored != 2 || got.Files[1].Format != "csv" || got.Files[1].Stored != 2 || got.Copies != 1 || got.Ask != 1 {
		t.Errorf("%+v", got)
	}
	first := got.Files[0].Batch
	got = answer{}
	run(1, &got, "review", "import", "--ref", begun.Ref.String(), one, filepath.Join(dir, "none.ris"), write("odd.ris", []byte("TY  - JOUR\nTI  - Odd\nPY  - soon\nER  - \n")))
	if f := got.Files; f[0].Stored != 0 || f[0].SameAs != first || f[0].Batch != "" || len(f[1].Problems) != 1 || f[2].Stored != 1 || len(f[2].Problems) != 1 || f[2].Problems[0].Line != 3 {
		t.Errorf("%+v", got)
	}
	got = answer{}
	run(0, &got, "review", "import", "--ref", begun.Ref.String(), "--again", one)
	if got.Files[0].Stored != 2 || got.Copies != 3 {
		t.Errorf("again: %+v", got)
	}
	var undone struct{ State string }
	run(0, &undone, "review", "undo-import", "--batch", got.Files[0].Batch)
	if undone.State != review.Undone {
		t.Errorf("%+v", undone)
	}
	if code, out, _ := house.Plait(t.Context(), "review", "import", "--dir", filepath.Join(dir, "house"), "--ref", begun.Ref.String(), one); code != 0 || !strings.Contains(out, "in this review already") {
		t.Errorf("in words: %d %s", code, out)
	}
}
