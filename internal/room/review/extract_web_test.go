package review_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plait/internal/kit/web"
	"plait/internal/room/review"
	"plait/internal/spine/who"
	"plait/test/house"
)

// askPage asks for a page, or sends a form where there are fields.
func askPage(h *house.House, ctx context.Context, address string, fields url.Values) (status int, location, page string) {
	h.T.Helper()
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), h.Policy, who.From(ctx)), nil
		}}, h.Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	r := httptest.NewRequestWithContext(h.T.Context(), http.MethodGet, address, nil)
	if fields != nil {
		r = httptest.NewRequestWithContext(h.T.Context(), http.MethodPost, address, strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

func TestExtractPages(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	h.T = t
	ann, ben := h.As(who.ProjectLead), h.As(who.Evaluator)
	at := begin(h, ann, review.Searched)
	includedStudies(h, at, "Help at night", "Nights <alone>", "Left out")
	of := "/review/" + h.Project + "/of/" + at.ID
	send := func(ctx context.Context, address string, fields ...string) string {
		t.Helper()
		v := url.Values{"key": {h.IDs.New()}}
		for i := 0; i+1 < len(fields); i += 2 {
			v.Set(fields[i], fields[i+1])
		}
		status, to, page := askPage(h, ctx, address, v)
		if status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", address, status, page)
		}
		return to
	}
	has := func(ctx context.Context, address string, wants ...string) string {
		t.Helper()
		status, _, page := askPage(h, ctx, address, nil)
		if status != http.StatusOK {
			t.Fatalf("%s: %d", address, status)
		}
		rest := page
		for _, want := range wants {
			_, after, ok := strings.Cut(rest, want)
			if !ok {
				t.Fatalf("%s: no %q, or not in its place:\n%s", address, want, page)
			}
			rest = after
		}
		return page
	}

	has(ann, of, "What the texts say", "0 of 2 included", "What the review says", "Gaps", "Who works on it")
	has(ann, of+"/extract", "Help at night", "Nothing written yet", "Nights &lt;alone&gt;")
	one := of + "/extract/1"
	has(ann, one, "Lee, J. (2019)", "https://doi.org/10.1000/n1", "We asked 12 people.", "What does it say?")
	send(ann, one, "f-says", "Night help is rare.", "quote-says", "Night help was rare", "f-kind", "A study")
	// What was typed stays when something is wrong with it.
	if status, _, page := askPage(h, ann, one, url.Values{"f-says": {"Changed"}, "quote-says": {"Not there"}}); status != http.StatusUnprocessableEntity ||
		!strings.Contains(page, "Changed") || !strings.Contains(page, `href="#quote-says"`) {
		t.Errorf("%d\n%s", status, page)
	}
	send(ben, one, "f-says", "Few get help at night.")
	page := has(ben, one, "Night help is rare.", "Open the place", "Where you differ", "Which answer stands?")
	place := regexp.MustCompile(`\?at=says&amp;by=account%3[aA][0-9a-f-]+#place`).FindString(page)
	address, _, _ := strings.Cut(strings.ReplaceAll(place, "&amp;", "&"), "#")
	has(ben, one+address, `id="place">Night help was rare</mark>`, "Marked: What does it say?")
	send(ben, one+"/agree", "field", "says", "words", "Night help is rare.")
	if page := has(ann, one, "Settled for all"); strings.Contains(page, "Where you differ") {
		t.Error("it is settled and still said to differ")
	}

	// The form.
	has(ann, of+"/field", "What kind of source is it?", "This review does not ask this yet.")
	send(ann, of+"/field/new", "ready", "true")
	send(ann, of+"/field/new", "label", "Cost", "part", "extract", "choices", "low\nhigh")
	has(ann, of+"/field", "Cost", "(low, high)", "Were the people it is about heard?")
	has(ann, one, "Cost", "Not said", "How far it can be relied on", "Nothing is added up")

	// A statement from the record, with one that speaks against it.
	has(ann, of+"/statement/new?n=1", "From the record: Help at night", "Night help is rare.")
	to := send(ann, of+"/theme/new", "title", "Nights")
	if to != of+"/statement?done=themed" {
		t.Errorf("%s", to)
	}
	said, _, _ := strings.Cut(send(ann, of+"/statement/new", "words", "Night help is rare", "plainly", "Few get it", "sure", "fairly", "n", "1", "note", "It was rare"), "?")
	has(ann, said+"/records", "How does it bear on the statement?", "It was rare", "Nights &lt;alone&gt;")
	send(ann, said+"/records", "stance-1", "supports", "note-1", "It was rare", "stance-2", "challenges", "note-2", "Not in towns")
	has(ann, said, "1 record supports it. 1 record challenges it.", "What supports it", "It was rare", "What challenges it", "Not in towns", "What it depends on", "Nothing found.", "Put it into the thread")
	_, id, _ := strings.Cut(said, "/statement/")
	if status, _, page := askPage(h, ann, one+"/support", url.Values{"statement": {id}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#stance"`) {
		t.Errorf("no stance: %d", status)
	}
	send(ann, one+"/support", "statement", id, "stance", "supports", "note", "It was rare")
	has(ann, of+"/extract/2", "How it bears on statements", "It challenges it", "Night help is rare")
	if page := has(ben, said); strings.Contains(page, "Put it into the thread") || strings.Contains(page, said+"/edit") {
		t.Error("an evaluator may change it")
	}
	send(ann, said+"/give", "version", "3")
	has(ben, said, "Does this match?", "about=contribution%3a", "stance=challenges", "Nobody has said yet")
	send(ann, said+"/edit", "version", "3", "words", "Night help is hard to get")
	has(ann, said, "The statement has changed since", "Put the new words into the thread")
	has(ann, of+"/statement", "Night help is hard to get", "Something speaks against it", "Changed since")
	if status, _, page := askPage(h, ann, said+"/edit", url.Values{"version": {"3"}, "words": {"Mine"}}); status != http.StatusConflict && status != http.StatusUnprocessableEntity || !strings.Contains(page, "Mine") || !strings.Contains(page, "Night help is hard to get") {
		t.Errorf("%d\n%s", status, page)
	}

	// Gaps for funders, and organisations to meet.
	gap, _, _ := strings.Cut(send(ann, of+"/gap/new", "words", "=Nights, alone", "about", "People \"alone\"", "n", "1"), "?")
	if _, _, sheet := askPage(h, ann, of+"/gap/list.csv", nil); !strings.Contains(sheet, `"'=Nights, alone","People ""alone""","Lee, J. (2019)`) {
		t.Errorf("%s", sheet)
	}
	has(ann, of+"/gap/print", "=Nights, alone", "Named by: Lee, J. (2019)")
	if status, _, page := askPage(h, ann, gap+"/close", url.Values{"version": {"1"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Say why") {
		t.Errorf("%d", status)
	}
	send(ann, gap+"/close", "version", "1", "why", "Night Line found out")
	has(ann, of+"/gap", "No gap is open.", "Night Line found out")
	send(ann, of+"/organisation/new", "name", "Night Line", "link", "example.org", "n", "1")
	page = has(ann, of+"/organisation", "Night Line", "https://example.org", "Add it to the people to meet")
	meet := regexp.MustCompile(`/review/[^"]*/meet`).FindString(page)
	send(ann, meet)
	has(ann, of+"/organisation", "Among the people to meet")

	// Another project's address, and people who may not.
	for _, bad := range []string{strings.Replace(said, h.Project, h.Other, 1), strings.Replace(gap, h.Project, h.Other, 1), of + "/field/none", of + "/theme/none", of + "/organisation/none"} {
		if status, _, _ := askPage(h, ann, bad, nil); status != http.StatusNotFound {
			t.Errorf("%s: %d", bad, status)
		}
	}
	if status, _, _ := askPage(h, h.As(who.HostLead), said, nil); status == http.StatusOK {
		t.Error("the host sees a statement")
	}
}
