package review_test

import (
	"context"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plait/internal/engine/cite"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/sheet"
	"plait/internal/kit/web"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// wholeHouse is a review with two files: RIS of a database, and what was found on the web.
type wholeHouse struct {
	*house.House
	ctx   context.Context
	at    ref.Ref
	stock review.Stock
}

const wholeRIS = "TY  - JOUR\r\nAU  - Hall, Sam\r\nAU  - van der Berg, Élise\r\nPY  - 2019\r\nTI  - Sleep & rest at night\r\nJF  - Journal of Care\r\nDO  - 10.1000/sleep\r\nAB  - We asked.\r\nXX  - 7\r\nN1  - mine\r\nER  - \r\n\r\n" +
	"TY  - RPRT\r\nA1  - Care Council\r\nY1  - 2020/05//\r\nT1  - =Night work\r\nER  - \r\n\r\nTY  - JOUR\r\nTI  - A third one\r\nER  - \r\n\r\nTY  - JOUR\r\nTI  - A fourth one\r\nPY  - 2001\r\nER  - \r\n"

// wholeStart begins such a review: records 1 to 4 are of a search in Scopus, 5 and 6 of a website.
func wholeStart(t *testing.T, h *house.House) *wholeHouse {
	t.Helper()
	h.T = t
	w := &wholeHouse{House: h, ctx: h.As(who.Reviewer)}
	w.at = begin(h, w.ctx, review.Searched)
	scopus := h.Do(w.ctx, "review.search", review.SearchIn{Ref: w.at, SearchFacts: review.SearchFacts{Place: "Scopus", Day: "2026-01-01", Words: "night AND care", Found: 4}}).(review.SearchOut).Search
	web := h.Do(w.ctx, "review.search", review.SearchIn{Ref: w.at, SearchFacts: review.SearchFacts{Place: "Website of the council", Day: "2026-01-02"}}).(review.SearchOut).Search
	w.stock = review.Stock{Programme: h.Programme, Review: w.at.ID, At: h.Hand.Now()}
	h.Write(func(tx *db.Tx) error {
		f := cite.Read("scopus.ris", []byte(wholeRIS))
		if _, err := w.stock.Batch(tx, h.IDs.New(), scopus, "scopus.ris", "ris", f.Records); err != nil {
			return err
		}
		_, err := w.stock.Batch(tx, h.IDs.New(), web, "web.json", "csl-json", []cite.Record{{Type: "webpage", Title: "A page", URLs: []string{"https://example.org/a"}}, {Type: "report", Title: "sleep and rest at night", Year: 2019}})
		return err
	})
	return w
}

func (w *wholeHouse) settle(n int64, title, titleReason, full, fullReason, state string) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error { return w.stock.Settle(tx, n, title, titleReason, full, fullReason, state) })
}

func (w *wholeHouse) flow() review.Flow {
	w.T.Helper()
	return w.Do(w.ctx, "review.flow", review.WholeIn{Ref: w.at}).(review.Flow)
}

// get asks for a page or a file, post sends a form.
func (w *wholeHouse) get(address string) *httptest.ResponseRecorder { return w.send(address, nil) }

func (w *wholeHouse) send(address string, fields url.Values) *httptest.ResponseRecorder {
	w.T.Helper()
	handler, err := web.New(web.Options{Face: w.Face, Log: slog.New(slog.DiscardHandler), IDs: w.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), w.Policy, who.From(w.ctx)), nil
		}}, w.Routes)
	if err != nil {
		w.T.Fatal(err)
	}
	address = "/review/" + w.Project + "/of/" + w.at.ID + address
	r := httptest.NewRequestWithContext(w.T.Context(), http.MethodGet, address, nil)
	if fields != nil {
		r = httptest.NewRequestWithContext(w.T.Context(), http.MethodPost, address, strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	out := httptest.NewRecorder()
	handler.ServeHTTP(out, r)
	return out
}

func TestWholeFlow(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := wholeStart(t, h)
		f := w.flow()
		if f.Waiting != 6 || f.Databases.Identified != 4 || f.Other.Identified != 2 || f.Faults() != nil {
			t.Errorf("at the start: %+v", f)
		}
		w.settle(1, review.Include, "", review.Include, "", review.FullGot)
		w.settle(2, review.Exclude, "wrong, setting", "", "", "")
		w.settle(3, review.Include, "", review.Exclude, "no data", review.FullGot)
		w.settle(4, review.Include, "", "", "", review.FullNotFound)
		w.settle(5, review.Include, "", "", "", review.FullWanted)
		h.Write(func(tx *db.Tx) error { return w.stock.Merge(tx, 6, 1) })
		f = w.flow()
		want := review.Flow{Sources: []review.Source{{review.FromDatabase, "Scopus", 4}, {review.FromWebsite, "Website of the council", 2}},
			Databases: review.Arm{Identified: 4, Screened: 4, LeftOut: 1, Sought: 3, NotFound: 1, Assessed: 2, Excluded: 1, Included: 1,
				LeftOutWhy: []review.Reason{{"wrong, setting", 1}}, ExcludedWhy: []review.Reason{{"no data", 1}}},
			Other: review.Arm{Identified: 2, Copies: 1, Screened: 1, Sought: 1, Seeking: 1, LeftOutWhy: []review.Reason{}, ExcludedWhy: []review.Reason{}}, Included: 1, Waiting: 1}
		if diff := cmp.Diff(want, f); diff != "" {
			t.Error(diff)
		}
		h.Do(w.ctx, "review.origin", review.OriginIn{Ref: w.at, Name: "Website of the council", Origin: review.FromOrganisation})
		if f = w.flow(); f.Sources[1].Origin != review.FromOrganisation || f.Faults() != nil {
			t.Errorf("%+v", f.Sources)
		}
		svg := w.get("/flow/file?as=svg")
		if svg.Code != http.StatusOK || xml.Unmarshal(svg.Body.Bytes(), new(struct{})) != nil || !strings.Contains(svg.Body.String(), "wrong, setting: 1") {
			t.Errorf("%d %s", svg.Code, svg.Body)
		}
		table := w.get("/flow/file?as=csv").Body.String()
		for _, want := range []string{"database_results,node7,box2,", ",Scopus\\, 4", "no data, 1"} {
			if want = strings.ReplaceAll(want, `\,`, ","); !strings.Contains(strings.ReplaceAll(table, `"`, ""), want) {
				t.Errorf("no %q in %s", want, table)
			}
		}
		if page := w.get("/flow").Body.String(); !strings.Contains(page, "<title id=\"flow-title\">") || !strings.Contains(page, "wrong, setting") || strings.Contains(page, "&lt;svg") {
			t.Errorf("the page: %s", page)
		}
		if w.get("/flow/file?as=other").Code != http.StatusNotFound {
			t.Error("another kind of file is given")
		}
		for _, role := range []who.Role{who.HostLead, who.Member} {
			if _, err := h.Try(h.As(role), "review.flow", review.WholeIn{Ref: w.at}); !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s sees it: %v", role, err)
			}
		}
	})
}

// TestWholeFlowOfRandomLogs settles and merges records at random, and counts them by itself.
func TestWholeFlowOfRandomLogs(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := wholeStart(t, h)
		random := rand.New(rand.NewPCG(1, 2))
		h.Write(func(tx *db.Tx) error {
			all := make([]cite.Record, 120)
			for i := range all {
				all[i] = cite.Record{Type: "article-journal", Title: fmt.Sprintf("Paper %d", i)}
			}
			_, err := w.stock.Batch(tx, h.IDs.New(), "", "more.csv", "csv", all)
			return err
		})
		const records = 126
		pick := func(of ...string) string { return of[random.IntN(len(of))] }
		type stand struct {
			copied                   bool
			title, full, state, text string
		}
		now := [records + 1]stand{}
		for range 4 {
			h.Write(func(tx *db.Tx) error {
				for range 60 {
					n := 1 + random.Int64N(records)
					s := stand{random.IntN(6) == 0, pick("", review.Include, review.Exclude), pick("", "", review.Include, review.Exclude),
						pick("", review.FullWanted, review.FullGot, review.FullNotFound), pick("", "a", "b")}
					lead := n
					if s.copied {
						lead = n%records + 1
					}
					if err := w.stock.Merge(tx, n, lead); err != nil {
						return err
					}
					if err := w.stock.Settle(tx, n, s.title, s.text, s.full, s.text, s.state); err != nil {
						return err
					}
					now[n] = s
				}
				return nil
			})
			f := w.flow()
			var leaves [8]int64
			for _, s := range now[1:] {
				leaves[review.LeafOf(s.copied, s.title, s.full, s.state)]++
			}
			a := f.Sum()
			if got := [8]int64{a.Copies, a.Waiting, a.LeftOut, a.Seeking, a.NotFound, a.Reading, a.Excluded, a.Included}; got != leaves || a.Identified != records || f.Faults() != nil {
				t.Fatalf("%v, not %v of %d; %v", got, leaves, a.Identified, f.Faults())
			}
			since := h.Do(w.ctx, "review.since", review.SinceIn{Ref: w.at, Day: "2000-01-01"}).(review.Changes)
			if since.InReview != a.Included || since.IncludedCount != a.Included {
				t.Fatalf("%d are new in the review and %d in it, of %d", since.IncludedCount, since.InReview, a.Included)
			}
			h.Hand.Add(time.Hour)
			w.stock.At = h.Hand.Now()
		}
	})
}

func TestWholeReferences(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := wholeStart(t, h)
		w.settle(1, review.Include, "", review.Include, "", review.FullGot)
		w.settle(2, review.Exclude, "wrong, setting", "", "", "")
		h.Write(func(tx *db.Tx) error {
			for _, v := range [][3]string{{"elsewhere:Ann", review.Exclude, "wrong, setting"}, {"elsewhere:Bob", review.Exclude, ""}} {
				if err := w.stock.Vote(tx, review.TitleStage, 2, v[0], v[1], v[2]); err != nil {
					return err
				}
			}
			return w.stock.Vote(tx, review.TitleStage, 3, "elsewhere:Ann", review.Unsure, "")
		})
		file := func(q string) string {
			got := w.get("/out/file?" + q)
			if got.Code != http.StatusOK || !strings.HasPrefix(got.Header().Get("Content-Disposition"), "attachment; filename=\"review-support-at-night-") {
				t.Errorf("%s: %d %v", q, got.Code, got.Header())
			}
			return got.Body.String()
		}
		same := func(what string, want, got []cite.Record) {
			t.Helper()
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(cite.Record{}, "Line", "Format", "Tags", "More"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		was := append(cite.Read("", []byte(wholeRIS)).Records, cite.Record{Type: "webpage", Title: "A page", URLs: []string{"https://example.org/a"}}, cite.Record{Type: "report", Title: "sleep and rest at night", Year: 2019})
		bare := cite.Read("", []byte(file("as=ris&which=everything&bare=true")))
		if len(bare.Problems) != 0 {
			t.Errorf("problems: %v", bare.Problems)
		}
		was[4].TypeTag, was[5].TypeTag, was[5].Date = "", "", "2019"
		same("RIS without decisions", was, bare.Records)
		with := cite.Read("", []byte(file("as=ris&which=everything"))).Records
		if with[1].Decision != cite.Exclude || with[1].Reason != "wrong, setting" || with[1].Reviewer != "Ann; Bob" || len(with[1].Votes) != 2 ||
			!slices.Contains(with[1].Notes, "Plait: excluded by title and abstract; reason: wrong, setting; decided by: Ann, Bob") || with[2].Decision != "" || with[0].Decision != cite.Include {
			t.Errorf("%+v", with[1])
		}
		csl := cite.Read("", []byte(file("as=csl&which=everything"))).Records
		same("CSL-JSON", with, csl)
		for i := range with {
			with[i].Decision, with[i].Reason, with[i].Reviewer, with[i].Votes = "", "", "", nil
			with[i].Notes = slices.DeleteFunc(with[i].Notes, func(n string) bool { return strings.HasPrefix(n, "Plait: ") })
		}
		same("RIS with decisions", was, with)
		if !strings.Contains(file("as=ris"), "XX  - 7\r\n") {
			t.Error("an unknown tag is lost")
		}
		if n := strings.Count(file("as=ris&which=excluded"), "TY  - "); n != 1 {
			t.Errorf("%d are left out", n)
		}
		bib := cite.Read("", []byte(file("as=bibtex&which=all")))
		if bib.Format != cite.BibTeX || len(bib.Records) != 6 || len(bib.Problems) != 0 {
			t.Errorf("BibTeX: %s, %d, %v", bib.Format, len(bib.Records), bib.Problems)
		}
		table := cite.Read("", []byte(file("as=csv&which=all")))
		if len(table.Records) != 6 || table.Records[0].Title != "Sleep & rest at night" || table.Records[1].Decision != cite.Exclude || table.Records[1].Reviewer != "Ann; Bob" || len(table.Records[0].Authors) != 2 {
			t.Errorf("CSV: %+v", table.Records)
		}
		book, err := sheet.Read([]byte(file("as=xlsx&which=all")))
		if err != nil || len(book) != 1 || len(book[0].Rows) != 6 || book[0].Rows[1][0] != "=Night work" || book[0].Header[0] != "title" {
			t.Errorf("XLSX: %+v, %v", book, err)
		}
		if got := file("as=harvard&which=all"); !strings.Contains(got, "Hall, S. and van der Berg, É. (2019)") || strings.Count(got, "\n") != 6 {
			t.Errorf("%q", got)
		}
		if got := file("as=vancouver"); !strings.HasPrefix(got, "1. Hall S") {
			t.Errorf("%q", got)
		}
		if page := w.get("/references?as=apa&which=all").Body.String(); !strings.Contains(page, "Hall, S.") || !strings.Contains(w.get("/out").Body.String(), "Those that were left out (1)") {
			t.Errorf("%s", page)
		}
		if w.get("/out/file?as=exe").Code != http.StatusNotFound {
			t.Error("another format is given")
		}
		w.pages(t)
	})
}

// pages reads references two at a time, and blind.
func (w *wholeHouse) pages(t *testing.T) {
	t.Helper()
	in := review.ReferencesIn{Ref: w.at, As: review.AsCSV, Which: review.All, Limit: 4}
	rows := 0
	for {
		out := w.Do(w.ctx, "review.references", in).(review.ReferencesOut)
		rows += len(out.Rows)
		if in.After = out.Next; in.After == 0 {
			break
		}
	}
	if rows != 7 {
		t.Errorf("%d rows", rows)
	}
	votes := func() string {
		out := w.Do(w.ctx, "review.references", review.ReferencesIn{Ref: w.at, As: review.AsCSV, Which: review.All}).(review.ReferencesOut)
		return strings.Join(out.Rows[3], "|") // of record 3, on which one of two has decided
	}
	if !strings.Contains(votes(), "title: Ann, unsure") {
		t.Errorf("%q", votes())
	}
	facts := w.Do(w.ctx, "review.see", review.SeeIn{Ref: w.at}).(review.Review)
	facts.Blind, facts.Reviewers = true, 2
	w.Do(w.ctx, "review.edit", review.EditIn{Ref: w.at, Version: facts.Version, FactsEdit: facts.Facts.Edit(), Reason: "More readers came."})
	if strings.Contains(votes(), "Ann") {
		t.Errorf("a decision is shown while people decide blind: %q", votes())
	}
	for _, bad := range []review.ReferencesIn{{Ref: w.at, As: "x"}, {Ref: w.at, Which: "x"}, {Ref: w.at, Limit: 501}} {
		if _, err := w.Try(w.ctx, "review.references", bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestWholeSince(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := wholeStart(t, h)
		w.settle(1, review.Include, "", review.Include, "", review.FullGot)
		w.settle(4, review.Include, "", review.Include, "", "")
		day := func() string { return time.UnixMicro(h.Hand.Now()).UTC().Format(time.DateOnly) }
		first := day()
		since := func(day string) review.Changes {
			t.Helper()
			return h.Do(w.ctx, "review.since", review.SinceIn{Ref: w.at, Day: day}).(review.Changes)
		}
		c := since(first)
		if len(c.Searches) != 2 || len(c.Files) != 2 || c.Came != 6 || c.IncludedCount != 2 || c.InReview != 2 || c.CameWaiting != 4 {
			t.Errorf("on the first day: %+v", c)
		}
		h.Do(w.ctx, "review.close", review.CloseIn{Ref: w.at})
		if got := h.Do(w.ctx, "review.see", review.SeeIn{Ref: w.at}).(review.Review); got.State != review.Closed {
			t.Errorf("state %s", got.State)
		}
		scopus := c.Searches[len(c.Searches)-1].Search
		if c.Searches[0].Place == "Scopus" {
			scopus = c.Searches[0].Search
		}
		if _, err := h.Try(w.ctx, "review.rerun", review.RerunIn{Ref: w.at, Search: scopus}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a closed review searches: %v", err)
		}
		for verb, in := range map[string]any{
			"review.search":     review.SearchIn{Ref: w.at, SearchFacts: review.SearchFacts{Place: "Scopus", Day: first}},
			"review.add-record": review.AddRecordIn{Ref: w.at, Key: "late", Kind: "report", Title: "A late one"},
			"review.send-file":  review.SendIn{Ref: w.at, Key: "late file", Files: []review.SentFile{{Name: "late.ris", Content: []byte("TY  - JOUR\nTI  - A late one\nER  - \n")}}},
		} {
			if _, err := h.Try(w.ctx, verb, in); !fault.Is(err, fault.Conflict) {
				t.Errorf("a closed review takes more by %s: %v", verb, err)
			}
		}
		for _, verb := range []string{"review.close", "review.reopen"} {
			if _, err := h.Try(w.ctx, verb, review.CloseIn{Ref: w.at}); err == nil {
				t.Errorf("%s without a reason, or twice", verb)
			}
		}
		h.Hand.Add(40 * 24 * time.Hour)
		w.stock.At = h.Hand.Now()
		second := day()
		h.Do(w.ctx, "review.reopen", review.CloseIn{Ref: w.at, Why: "New work came out."})
		again := h.Do(w.ctx, "review.rerun", review.RerunIn{Ref: w.at, Search: scopus}).(review.SearchOut).Search
		h.Write(func(tx *db.Tx) error {
			_, err := w.stock.Batch(tx, h.IDs.New(), again, "scopus-2.ris", "ris", []cite.Record{{Title: "A new one"}, {Title: "A third one"}})
			return err
		})
		h.Write(func(tx *db.Tx) error { return w.stock.Merge(tx, 8, 3) })
		w.settle(7, review.Include, "", review.Include, "", "")
		w.settle(4, review.Include, "", review.Exclude, "taken back", "")
		c = since(second)
		if len(c.Searches) != 1 || c.Searches[0].Place != "Scopus" || c.Searches[0].Day != second || c.Came != 2 || c.CameCopies != 1 || c.CameWaiting != 0 {
			t.Errorf("since %s: %+v", second, c)
		}
		if c.IncludedCount != 1 || c.Included[0].N != 7 || c.GoneCount != 1 || c.Gone[0].N != 4 || c.InReview != 2 || len(c.Turns) != 1 || c.Turns[0].State != review.Open {
			t.Errorf("since %s: %+v", second, c)
		}
		page := w.get("/since?day=" + second).Body.String()
		for _, want := range []string{"2 records came in.", "1 of them was there already.", "1 record is new in the review.", "1 record is no longer in the review.", "New work came out.", "Run Scopus again"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		if got := w.get("/since?day=soon"); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("a day that is none: %d", got.Code)
		}
		w.searchesAgain(t, scopus)
		if got := w.send("/close", url.Values{"to": {"closed"}, "why": {"Done."}, "key": {h.IDs.New()}}); got.Code != http.StatusSeeOther || w.get("/close").Code != http.StatusOK {
			t.Errorf("close: %d %s", got.Code, got.Body)
		}
		// Nothing happened after today.
		h.Hand.Add(24 * time.Hour)
		if c = since(day()); !c.Nothing() {
			t.Errorf("%+v", c)
		}
	})
}

func TestWholeCommand(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	w := wholeStart(t, h)
	w.settle(1, review.Include, "", review.Include, "", review.FullGot)
	dir := t.TempDir()
	// The key of every house under test.
	if err := os.WriteFile(filepath.Join(h.Dir, "plait.key"), []byte(base64.StdEncoding.EncodeToString(make([]byte, 32))+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.ris")
	code, said, errs := house.Plait(t.Context(), "review", "export", "--dir", h.Dir, "--ref", w.at.String(), "--which", "all", "-o", out, "--json")
	if code != 0 || !strings.Contains(said, `"records":6`) {
		t.Fatalf("%d %s %s", code, said, errs)
	}
	b, err := os.ReadFile(out)
	if err != nil || len(cite.Read("", b).Records) != 6 {
		t.Errorf("%v: %s", err, b)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
	if code, said, errs = house.Plait(t.Context(), "review", "export", "--dir", h.Dir, "--ref", w.at.String(), "--as", "apa", "-o", "-"); code != 0 || !strings.HasPrefix(said, "Hall, S.") {
		t.Errorf("%d %s %s", code, said, errs)
	}
	book := filepath.Join(dir, "all.xlsx")
	if code, said, errs = house.Plait(t.Context(), "review", "export", "--dir", h.Dir, "--ref", w.at.String(), "--which", "all", "--as", "xlsx", "-o", book); code != 0 {
		t.Errorf("%d %s %s", code, said, errs)
	}
	if _, said, _ = house.Plait(t.Context(), "review", "read", book); !strings.Contains(said, "Excel workbook, 6 records") {
		t.Errorf("our own workbook is called %s", said)
	}
	if code, said, errs = house.Plait(t.Context(), "review", "flow", "--dir", h.Dir, "--ref", w.at.String(), "--json"); code != 0 || !strings.Contains(said, `"included":1`) {
		t.Errorf("%d %s %s", code, said, errs)
	}
	if code, _, errs = house.Plait(t.Context(), "review", "export", "--dir", h.Dir, "--ref", w.at.String(), "--as", "exe", "-o", out); code == 0 || !strings.Contains(errs, "none of the formats") {
		t.Errorf("%d %s", code, errs)
	}
}
