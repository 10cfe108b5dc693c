package project

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"plait/internal/kit/page"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

func discard() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// visit asks for a page, or sends a form when there is one.
func visit(t *testing.T, h http.Handler, path string, form url.Values) (int, string, string) {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	if form != nil {
		r = httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

func TestAWalkThroughThePages(t *testing.T) {
	b := onSQLite(t)
	h := b.serve(b.lead())
	ok := func(path, has string) string {
		t.Helper()
		code, _, body := visit(t, h, path, nil)
		if code != 200 || !strings.Contains(body, has) {
			t.Fatalf("%s: %d, looking for %q in\n%s", path, code, has, body)
		}
		for _, trouble := range page.Troubles(body) {
			t.Errorf("%s: %s", path, trouble)
		}
		return body
	}
	send := func(path string, form url.Values) string {
		t.Helper()
		code, to, body := visit(t, h, path, form)
		if code != 303 {
			t.Fatalf("%s: %d\n%s", path, code, body)
		}
		return to
	}
	ok("/project", "Start a project")
	ok("/project/start", "Title")
	code, _, body := visit(t, h, "/project/start", url.Values{"title": {" "}, "question": {"Kept words"}})
	if code != 422 || !strings.Contains(body, "Give the project a title") || !strings.Contains(body, "Kept words") {
		t.Fatalf("%d\n%s", code, body)
	}
	home := send("/project/start", url.Values{"title": {"Falls & rises"}, "model": {"network"}, "phase": {"call"}, "key": {"k"}})
	ok(home, "Falls &amp; rises")
	here, _, _ := strings.Cut(home, "?")
	ok(here+"/change", "Falls &amp; rises")
	send(here+"/change", url.Values{"title": {"Falls"}, "why": {"Shorter"}, "model": {"network"}, "themes": {"voice", "home"}, "cohort": {"2026"}, "starts": {"1/9/2026"}, "version": {"1"}})
	ok(here+"/phase", "Preparation")
	send(here+"/phase", url.Values{"phase": {"preparation"}, "version": {"2"}})
	ok(here+"/question", "find out")
	first := send(here+"/question", url.Values{"text": {"What helps?"}, "version": {"0"}})
	if body = ok(first, `id="notice-title"`); strings.Contains(body, "Earlier questions") {
		t.Errorf("after the first question:\n%s", body)
	}
	ok(here+"/site", "Add a group")
	send(here+"/site", url.Values{"name": {"Bala"}, "nation": {"wales"}, "version": {"0"}})
	ok(here+"/ask", "Ask a central team")
	asked := send(here+"/ask", url.Values{"what": {"A summary"}, "team": {"evidence"}, "by_when": {"1/3/2026"}, "version": {"0"}})
	ok(asked, `id="notice-title"`)
	asked, _, _ = strings.Cut(asked, "?")
	ok(asked, "Nobody yet")
	ok(asked+"/change", "2026-03-01")
	for path, want := range map[string][]string{
		here:            {"What helps?", "Preparation", "1 group", "1 March 2026", "Late", "Look at what is late", "Agreeing on the issues"},
		here + "/about": {"Preparation", "Bala", "1 September 2026", "Shorter", "Groups", "What helps?", "A summary", "Add what you know"},
	} {
		body = ok(path, want[0])
		for _, has := range want {
			if !strings.Contains(body, has) {
				t.Errorf("%s does not say %q", path, has)
			}
		}
		if strings.Contains(body, "Not known") {
			t.Errorf("%s says what is not known", path)
		}
	}
	send(asked+"/answer", url.Values{"state": {"not done"}, "why": {"Nobody free"}, "version": {"1"}})
	ok(asked, "Nobody free")
	ok("/project?nation=wales&phase=preparation", "Falls")
	ok("/project?nation=scotland", "No project fits")

	// Someone else was first: both are shown, and the next press stands on theirs.
	code, _, body = visit(t, h, here+"/question", url.Values{"text": {"My own question"}, "why": {"Mine"}, "version": {"0"}})
	if code != 409 || !strings.Contains(body, "My own question") || !strings.Contains(body, "What helps?") || !strings.Contains(body, `name="version" value="1"`) {
		t.Errorf("%d\n%s", code, body)
	}
	code, _, body = visit(t, h, here+"/change", url.Values{"title": {"My own title"}, "why": {"Mine"}, "version": {"1"}})
	if code != 409 || !strings.Contains(body, "My own title") || !strings.Contains(body, "How it stands now") {
		t.Errorf("%d\n%s", code, body)
	}
}

func TestEveryAddressOfAnotherProgrammeIsMissing(t *testing.T) {
	b := onSQLite(t)
	id := b.begin(b.lead(), StartIn{Facts: Facts{Title: "Falls"}})
	ask, err := b.Ask(b.lead(), AskIn{Project: id, Team: "evidence", What: "A summary"})
	if err != nil {
		t.Fatal(err)
	}
	// The fault page is the house's own, so that here only its status can be seen.
	for name, ctx := range map[string]struct {
		h      http.Handler
		status int
	}{
		"the lead of another programme": {b.serve(b.as(b.other, who.ProgrammeLead, ref.Of(ref.Programme, b.other))), 404},
		"a person of another project":   {b.serve(b.in(who.ProjectLead, b.begin(b.lead(), StartIn{Facts: Facts{Title: "Other"}}))), 404},
	} {
		for _, r := range b.Plug().Routes {
			method, path, _ := strings.Cut(r.Pattern, " ")
			if !strings.Contains(path, "{project}") {
				continue
			}
			path = strings.NewReplacer("{project}", id, "{ask}", ask.Ref.ID, "{site}", id).Replace(path)
			var form url.Values
			if method == "POST" {
				form = url.Values{"title": {"a"}, "text": {"a"}, "name": {"a"}, "nation": {"wales"}, "what": {"a"}, "team": {"evidence"}, "state": {"done"}, "phase": {"call"}}
			}
			if code, _, body := visit(t, ctx.h, path, form); code != ctx.status || strings.Contains(body, "Falls") {
				t.Errorf("%s, %s: %d", name, r.Pattern, code)
			}
		}
	}
}
