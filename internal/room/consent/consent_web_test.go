package consent_test

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plait/internal/room/consent"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
	"plait/test/house"
)

// answer runs the handler of one of the house's routes as an actor: status, page, and
// where a redirect leads.
func answer(h *house.House, ctx context.Context, pattern string, at ref.Ref, fields url.Values) (code int, page, to string) {
	h.T.Helper()
	for _, rt := range h.Routes {
		if rt.Pattern != pattern {
			continue
		}
		method, path, _ := strings.Cut(pattern, " ")
		r := httptest.NewRequestWithContext(ctx, method, strings.Replace(path, "{ref}", at.String(), 1), strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetPathValue("ref", at.String())
		w := httptest.NewRecorder()
		if err := rt.Handle(w, r); err != nil {
			h.T.Errorf("%s: %v", pattern, err)
		}
		return w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")
	}
	h.T.Fatalf("no route %s", pattern)
	return 0, "", ""
}

func hidden(t *testing.T, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page has no field %s", name)
	}
	return m[1]
}

func TestATeamMemberChangesAndTakesBack(t *testing.T) {
	h := kit.SQLite(t)
	person := h.Person()
	ctx, at := h.As(who.Partner), said(h, person, "Ring first, then come.", terms.Quote)
	holds := func(page string, texts ...string) {
		t.Helper()
		for _, x := range texts {
			if !strings.Contains(page, x) {
				t.Errorf("the page does not show %q", x)
			}
		}
	}
	_, page, _ := answer(h, ctx, "GET /consent/{ref}", at, nil)
	holds(page, `href="/evidence/`+h.Project+`/said/`+at.ID+`" class="govuk-back-link"`, "Ring first, then come.", "Quoted without a name", "A neighbour", "Take it back")
	if strings.Contains(page, "9999") {
		t.Error("what has no end shows a last day")
	}
	_, page, _ = answer(h, ctx, "GET /consent/{ref}/change", at, nil)
	holds(page, "You can change your mind at any time.", `value="quote" checked`)
	form := url.Values{"version": {hidden(t, page, "version")}, "uses": {"web", "named"}, "mode": {"own"}, "asked": {"spoken"}, "ends": {"2027-04-03"}, "regime": {"research"}}
	code, page, _ := answer(h, ctx, "POST /consent/{ref}/check", at, form)
	if code != http.StatusUnprocessableEntity || !strings.Contains(page, "ethics approval") || !strings.Contains(page, `value="web" checked`) {
		t.Errorf("research without approval: %d", code)
	}
	form.Set("ethics", "R-17")
	code, page, _ = answer(h, ctx, "POST /consent/{ref}/check", at, form)
	if code != http.StatusOK {
		t.Errorf("the page to check: %d", code)
	}
	holds(page, "Check the answers", "On the public web", "3 April 2027", "R-17")
	if got := uses(see(h, ctx, at)); len(got) != 2 {
		t.Errorf("stored before it was checked: %v", got)
	}
	for _, name := range []string{"key", "wording", "language", "format"} {
		form.Set(name, hidden(t, page, name))
	}
	if code, _, to := answer(h, ctx, "POST /consent/{ref}/change", at, form); code != http.StatusSeeOther || !strings.HasSuffix(to, "?done=changed") {
		t.Errorf("saved: %d %s", code, to)
	}
	if got := see(h, ctx, at); got.Given.Wording != consent.Wording || got.Given.Language != "en" || got.Given.Format != "standard" || got.Given.By != "team" || got.Given.Ethics != "R-17" {
		t.Errorf("stored: %+v", got.Given)
	}
	_, page, _ = answer(h, ctx, "GET /consent/{ref}", at, nil)
	holds(page, "Yes, until 3 April 2027")
	// A second, stale form keeps its answers and is not stored.
	form.Set("key", "another")
	if code, page, _ = answer(h, ctx, "POST /consent/{ref}/change", at, form); code != http.StatusConflict || !strings.Contains(page, `value="named" checked`) {
		t.Errorf("a stale form: %d", code)
	}
	_, page, _ = answer(h, ctx, "GET /consent/{ref}/take", at, nil)
	holds(page, "They do not have to say why.", "What do they want to take back?", "Only this: On the public web", "erase it now")
	if code, _, _ = answer(h, ctx, "POST /consent/{ref}/take", at, url.Values{"what": {"nonsense"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("no choice: %d", code)
	}
	code, _, to := answer(h, ctx, "POST /consent/{ref}/take", at, url.Values{"key": {"k"}, "what": {"contribution"}, "told": {"by phone"}})
	if code != http.StatusSeeOther || !strings.Contains(to, "/thanks?act=") || readable(h, ctx, at) {
		t.Errorf("taken back: %d %s", code, to)
	}
	_, page, _ = answer(h, ctx, "GET /consent/{ref}/thanks", at, nil)
	holds(page, "Taken back. It is hidden everywhere now.")
	_, page, _ = answer(h, ctx, "GET /consent/{ref}", at, nil)
	holds(page, `href="/evidence/`+h.Project+`" class="govuk-back-link"`, "Nobody sees it now.", "You can undo this until")
	if strings.Contains(page, "Ring first") {
		t.Error("the page shows what was taken back")
	}
	if code, _, _ = answer(h, ctx, "POST /consent/{ref}/restore", at, url.Values{"key": {"k2"}, "act": {hidden(t, page, "act")}}); code != http.StatusSeeOther || !readable(h, ctx, at) {
		t.Errorf("undone: %d", code)
	}
	_, page, _ = answer(h, ctx, "GET /consent/{ref}/history", at, nil)
	holds(page, "undone or changed since", "Version 1, English, Standard")
	everyone := ref.Of(ref.Person, person)
	_, page, _ = answer(h, ctx, "GET /consent/{ref}", everyone, nil)
	holds(page, "There is 1 contribution", "Take back everything")
	if code, _, to = answer(h, ctx, "POST /consent/{ref}/take", everyone, url.Values{"key": {"k3"}, "what": {"erase"}}); code != http.StatusSeeOther || !strings.HasSuffix(to, "act=") {
		t.Errorf("everything erased: %d %s", code, to)
	}
	gone(t, h, ctx, at)
	_, page, _ = answer(h, ctx, "GET /consent/{ref}/thanks", everyone, nil)
	holds(page, "Taken back.", `href="/evidence/`+h.Project+`"`)
	_, page, _ = answer(h, ctx, "GET /consent/{ref}/thanks", at, nil)
	holds(page, "Taken back and erased. The words are gone.")
}
