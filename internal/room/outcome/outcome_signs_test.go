package outcome_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/room/outcome"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func jobOf() job.Job { return job.Job{} }

// seen looks at a project with one sign.
func seen(h *house.House, ctx context.Context, name string) (out plug.Seen) {
	h.T.Helper()
	all := plugOf(h).Signs
	i := slices.IndexFunc(all, func(s plug.Sign) bool { return s.Name == name })
	if i < 0 {
		h.T.Fatalf("no sign %s", name)
	}
	for _, key := range []string{"_do", "_who"} {
		if all[i].Gap && !h.Words.Has("en", name+key) {
			h.T.Errorf("%s%s has no words", name, key)
		}
	}
	err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = all[i].Load(tx.Context(), tx, ref.Of(ref.Project, h.Project))
		return err
	})
	if err != nil {
		h.T.Fatal(err)
	}
	return out
}

func signs(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	want := func(name string, n int64, title string) {
		t.Helper()
		if got := seen(h, ctx, name); got.N != n || got.Title != title || (n > 0) != (got.Href != "") {
			t.Errorf("%s: %+v, want %d %q", name, got, n, title)
		}
	}
	for _, s := range plugOf(h).Signs {
		want(s.Name, 0, "")
	}
	action := put(h, "action", "Ring first", "done")
	put(h, "action", "Later", "to do")
	want("outcome.sign_finished", 1, "Ring first")
	at := record(h, ctx, outcome.Facts{Sort: "policy", Title: "It is in the policy"}, action)
	want("outcome.sign_finished", 0, "")
	want("outcome.sign_changed", 1, "It is in the policy")
	want("outcome.sign_unshown", 1, "It is in the policy")
	want("outcome.sign_no_document", 1, "It is in the policy")
	want("outcome.sign_lasting", 0, "")
	want("outcome.sign_untied", 0, "")
	h.Do(ctx, "outcome.edit", outcome.EditIn{Ref: at, Version: 1, Facts: outcome.Facts{Sort: "policy", Title: "It is in the policy", Document: "Falls policy"}, From: []ref.Ref{}})
	want("outcome.sign_unshown", 0, "")
	want("outcome.sign_no_document", 0, "")
	want("outcome.sign_lasting", 1, "It is in the policy")
	want("outcome.sign_untied", 1, "It is in the policy")
	want("outcome.sign_finished", 1, "Ring first")
	h.Do(ctx, "outcome.edit", outcome.EditIn{Ref: at, Version: 2, Facts: outcome.Facts{Sort: "policy", Title: "It is in the policy", Document: "Falls policy"}, From: []ref.Ref{action}})
	want("outcome.sign_untied", 0, "")
	// A person's own mends the gap, and shows in no sign.
	second := put(h, "action", "Second", "kept")
	want("outcome.sign_finished", 1, "Second")
	h.Do(ctx, "outcome.record", outcome.RecordIn{Project: h.Project, Person: h.Person(), Facts: outcome.Facts{Sort: "person", Title: "I sleep"}, From: []ref.Ref{second}})
	want("outcome.sign_finished", 0, "")
	want("outcome.sign_unshown", 0, "")
	want("outcome.sign_changed", 1, "It is in the policy")
}

func counts(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	load := func(ctx context.Context) (n map[string]int64) {
		t.Helper()
		if err := h.DB.Read(ctx, func(tx *db.Tx) (err error) { n, err = plugOf(h).Counts[0].Load(tx.Context(), tx); return err }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	panel := func(ctx context.Context) string {
		t.Helper()
		p := plugOf(h).Panels[0]
		var text string
		if err := h.DB.Read(ctx, func(tx *db.Tx) error {
			body, err := p.Load(tx.Context(), tx, ref.Of(ref.Project, h.Project))
			if err != nil || body == nil {
				return err
			}
			html, err := h.Face.Pages.Part(tx.Context(), p.Template, body)
			text = string(html)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return text
	}
	if host := h.As(who.HostLead); panel(host) != "" || !strings.Contains(panel(ctx), "Nothing is recorded yet") {
		t.Error("an empty panel is shown to those who can do nothing about it, or to nobody")
	}
	record(h, ctx, outcome.Facts{Sort: "skill", Title: "Staff ring first"})
	own(h, ctx, h.Person(), "I zglorp walk")
	if n := load(h.As(who.ProgrammeLead)); len(n) != 1 || n[h.Project] != 1 {
		t.Errorf("counts %v", n)
	}
	if n := load(h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other))); len(n) != 0 {
		t.Errorf("someone of another project counts %v", n)
	}
	if text := panel(h.As(who.HostLead)); !strings.Contains(text, "Staff ring first") || strings.Contains(text, "zglorp") || !strings.Contains(text, "1 change is recorded") {
		t.Error("a host lead: " + text)
	}
	if text := panel(ctx); !strings.Contains(text, "Staff ring first") || strings.Contains(text, "zglorp") || !strings.Contains(text, "1 change is recorded") {
		t.Error(text)
	}
}

// call asks a page of the room as the context's actor.
func call(h *house.House, ctx context.Context, method, address string, fields url.Values) (status int, location, page string) {
	h.T.Helper()
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), h.Policy, who.From(ctx)), nil
		}}, h.Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	var body io.Reader
	if fields != nil {
		body = strings.NewReader(fields.Encode())
	}
	r := httptest.NewRequestWithContext(h.T.Context(), method, address, body)
	if fields != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

// shown reads a page and wants words on it, and others not.
func shown(h *house.House, ctx context.Context, address string, wants []string, not ...string) {
	h.T.Helper()
	status, _, page := call(h, ctx, http.MethodGet, address, nil)
	if status != http.StatusOK {
		h.T.Errorf("%s: %d", address, status)
	}
	for _, want := range wants {
		if !strings.Contains(page, want) {
			h.T.Errorf("%s: no %q", address, want)
		}
	}
	for _, x := range not {
		if strings.Contains(page, x) {
			h.T.Errorf("%s: says %q", address, x)
		}
	}
}

func pages(t *testing.T, h *house.House) {
	ctx, host := h.As(who.ProjectLead), h.As(who.HostLead)
	here := "/outcome/" + h.Project
	action := put(h, "action", "Ring first", "done")
	put(h, "finding", "A draft zglorp", "draft")
	shown(h, ctx, here, []string{"What changed will be here", "Record what changed"})
	shown(h, host, here, []string{"What changed will be here"}, "Record what changed")
	shown(h, ctx, here+"/record?from="+action.String(), []string{"What sort of change is it?", `value="policy"`, `value="` + action.String() + `"`}, "There is a problem")
	shown(h, ctx, here+"/record?asked=yes", []string{"There is a problem", "Choose what sort of change it is"})
	shown(h, ctx, here+"/record?sort=policy&from="+action.String(), []string{"Name of the document", "Ring first", " checked", "North"}, "zglorp", "Who it is for")
	shown(h, ctx, here+"/record?sort=skill", []string{"What shows it"}, "Name of the document")
	shown(h, ctx, here+"/record?sort=person", []string{"This belongs to the person"})
	if status, _, _ := call(h, host, http.MethodGet, here+"/record", nil); status != http.StatusForbidden {
		t.Errorf("the host may record: %d", status)
	}
	form := url.Values{"sort": {"policy"}, "title": {""}, "shows": {"Typed & kept"}, "link": {"nowhere"}, "on": {"1 March 2026"}, "from": {"", action.String()}, "key": {"k1"}}
	status, _, page := call(h, ctx, http.MethodPost, here+"/record", form)
	for _, want := range []string{"Say what changed", "Type a web address", "Typed &amp; kept", `value="1/3/2026"`, " checked"} {
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, want) {
			t.Errorf("%d: no %q", status, want)
		}
	}
	form["title"], form["link"], form["key"] = []string{"It is in the policy"}, []string{""}, []string{"k2"}
	status, at, _ := call(h, ctx, http.MethodPost, here+"/record", form)
	if status != http.StatusSeeOther || !strings.HasPrefix(at, here+"/of/") {
		t.Fatalf("%d %s", status, at)
	}
	if _, again, _ := call(h, ctx, http.MethodPost, here+"/record", form); again != at {
		t.Errorf("sent twice: %s, then %s", at, again)
	}
	shown(h, ctx, at, []string{"Saved", "It is in the policy", "1 March 2026", "Follow the thread", "Take it out"})
	one, _, _ := strings.Cut(at, "?")
	shown(h, host, one, []string{"It is in the policy"}, "Take it out")
	shown(h, ctx, here, []string{"It is in the policy", "A policy"})
	if status, _, _ := call(h, ctx, http.MethodGet, strings.Replace(one, h.Project, h.Other, 1), nil); status != http.StatusNotFound {
		t.Errorf("under another project: %d", status)
	}
	shown(h, ctx, one+"/edit", []string{"It is in the policy</textarea>", " checked", `name="version" value="1"`})
	edit := url.Values{"sort": {"policy"}, "title": {"Mine"}, "from": {""}, "version": {"1"}, "key": {"k3"}}
	if status, _, _ := call(h, ctx, http.MethodPost, one+"/edit", edit); status != http.StatusSeeOther {
		t.Errorf("edit: %d", status)
	}
	edit["title"], edit["key"] = []string{"Theirs"}, []string{"k4"}
	status, _, page = call(h, ctx, http.MethodPost, one+"/edit", edit)
	for _, want := range []string{"How it stands now", "Mine", "Theirs</textarea>", `name="version" value="2"`} {
		if status != http.StatusConflict || !strings.Contains(page, want) {
			t.Errorf("conflict %d: no %q", status, want)
		}
	}
	shown(h, ctx, one+"/withdraw", []string{"Mine", "Why it is taken out"})
	if status, _, page := call(h, ctx, http.MethodPost, one+"/withdraw", url.Values{"version": {"2"}, "why": {""}, "key": {"k5"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Say why") {
		t.Errorf("no reason: %d", status)
	}
	gone := url.Values{"version": {"2"}, "why": {"Wrong"}, "key": {"k6"}}
	for range 2 {
		if status, at, _ := call(h, ctx, http.MethodPost, one+"/withdraw", gone); status != http.StatusSeeOther || at != here+"?done=withdrawn" {
			t.Errorf("taken out: %d %s", status, at)
		}
	}
	if status, _, page := call(h, ctx, http.MethodGet, one, nil); status != http.StatusGone || strings.Contains(page, "Mine") {
		t.Errorf("taken out: %d", status)
	}
	hers := own(h, ctx, h.Person(), "I zglorp walk")
	shown(h, ctx, here+"/of/"+hers.ID, []string{"I zglorp walk", "This belongs to the person", "no letter to others"})
	shown(h, ctx, here+"/of/"+hers.ID+"/edit", []string{"I zglorp walk"}, "Name of the document")
	if status, _, page := call(h, host, http.MethodGet, here+"/of/"+hers.ID, nil); status == http.StatusOK || strings.Contains(page, "zglorp") {
		t.Errorf("the host: %d", status)
	}
	shown(h, host, here, nil, "zglorp")
}
