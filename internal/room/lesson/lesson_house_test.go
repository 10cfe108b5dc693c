package lesson_test

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

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/web"
	"plait/internal/room/lesson"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestLesson(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"learned, found, changed": whole,
		"who may":                 whoMay,
		"signs come and go":       signs,
		"pages":                   pages,
	} {
		t.Run(name, func(t *testing.T) {
			kit.Each(t, func(t *testing.T, h *house.House) { h.T = t; f(t, h) })
		})
	}
}

// put makes a record of another room's kind.
func put(h *house.House, kind, title, state string) ref.Ref {
	h.T.Helper()
	r := ref.Record{Programme: h.Programme, ID: h.IDs.New(), Kind: kind, Project: h.Project, Title: title, State: state, Until: ref.NoEnd, Version: 1, ChangedAt: h.Clock.Now()}
	h.Write(func(tx *db.Tx) error { return ref.Put(tx, r) })
	return r.Ref()
}

func learn(h *house.House, ctx context.Context, project string, f lesson.Facts, from ...ref.Ref) ref.Ref {
	h.T.Helper()
	return h.Do(ctx, "lesson.learn", lesson.LearnIn{Project: project, Facts: f, From: from}).(lesson.LearnOut).Ref
}

func list(h *house.House, ctx context.Context, in lesson.ListIn) (titles []string, out lesson.ListOut) {
	h.T.Helper()
	out = h.Do(ctx, "lesson.list", in).(lesson.ListOut)
	for _, l := range out.Lessons {
		titles = append(titles, l.Title)
	}
	return titles, out
}

func refused(h *house.House, ctx context.Context, verb string, in any, kind fault.Kind) {
	h.T.Helper()
	if _, err := h.Try(ctx, verb, in); !fault.Is(err, kind) {
		h.T.Errorf("%s: %v, want %s", verb, err, kind)
	}
}

func plugOf(h *house.House) plug.Plug {
	return h.Plugs[slices.IndexFunc(h.Plugs, func(p plug.Plug) bool { return p.Name == "lesson" })]
}

func whole(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	outcome := put(h, "outcome", "It is in the policy", "recorded")
	facts := lesson.Facts{Title: "Ask the night staff first", Text: "They know", Plainly: "Ask first", Elsewhere: "Hospitals with wards", Power: "The manager agreed", Culture: "Nobody asked",
		Resources: "An hour", Policy: "Night cover", PolicyStance: lesson.RunsAgainst, Aims: []string{"A3", "A1"}}
	at := learn(h, ctx, h.Project, facts, outcome)
	got := h.Do(ctx, "lesson.see", lesson.SeeIn{Ref: at}).(lesson.SeeOut)
	facts.Aims, facts.Language = []string{"A1", "A3"}, "en"
	want := lesson.SeeOut{Lesson: lesson.Lesson{Ref: at, Project: h.Project, Facts: facts, Version: 1, MadeAt: got.MadeAt, ChangedAt: got.MadeAt}, From: []ref.Ref{outcome}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	learn(h, h.As(who.ProgrammeLead), h.Other, lesson.Facts{Title: "Pay on the day", Aims: []string{"A2"}})
	lead := h.As(who.ProgrammeLead)
	for name, c := range map[string]struct {
		ctx  context.Context
		in   lesson.ListIn
		want []string
	}{
		"the programme":           {lead, lesson.ListIn{}, []string{"Pay on the day", "Ask the night staff first"}},
		"a project":               {lead, lesson.ListIn{Project: h.Other}, []string{"Pay on the day"}},
		"by aim":                  {lead, lesson.ListIn{Aim: "A3"}, []string{"Ask the night staff first"}},
		"by words":                {lead, lesson.ListIn{Find: "hospital"}, []string{"Ask the night staff first"}},
		"by words and aim":        {lead, lesson.ListIn{Find: "hospital", Aim: "A2"}, nil},
		"someone of one project":  {ctx, lesson.ListIn{}, []string{"Ask the night staff first"}},
		"words of another's":      {ctx, lesson.ListIn{Find: "pay"}, nil},
		"the first of two":        {lead, lesson.ListIn{Limit: 1}, []string{"Pay on the day"}},
		"words that say nothing":  {lead, lesson.ListIn{Find: "zzz"}, nil},
		"by aim within a project": {lead, lesson.ListIn{Project: h.Project, Aim: "A1"}, []string{"Ask the night staff first"}},
	} {
		if titles, _ := list(h, c.ctx, c.in); !slices.Equal(titles, c.want) {
			t.Errorf("%s: %v, want %v", name, titles, c.want)
		}
	}
	_, out := list(h, lead, lesson.ListIn{Limit: 1})
	if titles, _ := list(h, lead, lesson.ListIn{Limit: 1, After: out.Next}); !slices.Equal(titles, []string{"Ask the night staff first"}) {
		t.Errorf("the second page: %v", titles)
	}
	refused(h, lead, "lesson.list", lesson.ListIn{Aim: "A9"}, fault.Invalid)
	facts.Aims, facts.Title = []string{"A4"}, "Ask day staff too"
	edit := lesson.EditIn{Ref: at, Version: 1, Facts: facts, From: []ref.Ref{}}
	h.Do(ctx, "lesson.edit", edit)
	refused(h, ctx, "lesson.edit", edit, fault.Conflict)
	got = h.Do(ctx, "lesson.see", lesson.SeeIn{Ref: at}).(lesson.SeeOut)
	if got.Version != 2 || len(got.From) != 0 || !slices.Equal(got.Aims, []string{"A4"}) || got.Title != "Ask day staff too" {
		t.Errorf("changed: %+v", got)
	}
	if titles, _ := list(h, lead, lesson.ListIn{Find: "night"}); len(titles) != 1 { // the policy's name still says it
		t.Errorf("found %v", titles)
	}
	if titles, _ := list(h, lead, lesson.ListIn{Find: "first"}); len(titles) != 1 { // said plainly
		t.Errorf("found %v", titles)
	}
	h.Read(func(tx *db.Tx) error {
		told, err := plugOf(h).Kinds[0].Tell(h.AsOperator(), tx, h.Programme, []string{at.ID})
		if told[at.ID].Says != "Ask day staff too" || told[at.ID].Plainly != "Ask first" {
			t.Errorf("told %+v", told)
		}
		return err
	})
}

func whoMay(t *testing.T, h *house.House) {
	facts := lesson.Facts{Title: "Ask first"}
	var at ref.Ref
	for _, role := range []who.Role{who.ProjectLead, who.Partner, who.Evaluator, who.Reviewer, who.ProgrammeLead} {
		at = learn(h, h.As(role), h.Project, facts)
	}
	for _, role := range []who.Role{who.HostLead, who.HostStaff, who.Member, who.Communicator} {
		ctx := h.As(role)
		h.Do(ctx, "lesson.see", lesson.SeeIn{Ref: at})
		refused(h, ctx, "lesson.learn", lesson.LearnIn{Project: h.Project, Facts: facts}, fault.Forbidden)
		refused(h, ctx, "lesson.edit", lesson.EditIn{Ref: at, Version: 1, Facts: facts}, fault.Forbidden)
	}
	refused(h, h.Stranger(), "lesson.list", lesson.ListIn{}, fault.Signin)
	refused(h, h.AsCard(h.Person()), "lesson.list", lesson.ListIn{}, fault.Missing)
	refused(h, h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), "lesson.see", lesson.SeeIn{Ref: at}, fault.Missing)
	lead := h.As(who.ProjectLead)
	refused(h, lead, "lesson.learn", lesson.LearnIn{Project: h.Foreign, Facts: facts}, fault.Missing)
	refused(h, lead, "lesson.learn", lesson.LearnIn{Project: h.Project, Facts: facts, From: []ref.Ref{ref.Of("outcome", h.IDs.New())}}, fault.Missing)
	refused(h, lead, "lesson.learn", lesson.LearnIn{Project: h.Project, Facts: facts, From: []ref.Ref{put(h, "personal", "Hers", "recorded")}}, fault.Invalid)
	refused(h, lead, "lesson.see", lesson.SeeIn{Ref: put(h, "outcome", "x", "recorded")}, fault.Missing)
}

func signs(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	want := func(name string, n int64, title string) {
		t.Helper()
		all := plugOf(h).Signs
		s := all[slices.IndexFunc(all, func(s plug.Sign) bool { return s.Name == name })]
		for _, key := range []string{"_do", "_who"} {
			if s.Gap && !h.Words.Has("en", name+key) {
				t.Errorf("%s%s has no words", name, key)
			}
		}
		var got plug.Seen
		if err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
			got, err = s.Load(tx.Context(), tx, ref.Of(ref.Project, h.Project))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got.N != n || got.Title != title || (n > 0) != (got.Href != "") {
			t.Errorf("%s: %+v, want %d %q", name, got, n, title)
		}
	}
	for _, s := range plugOf(h).Signs {
		want(s.Name, 0, "")
	}
	outcome := put(h, "outcome", "It is in the policy", "recorded")
	want("lesson.sign_none", 1, "It is in the policy")
	at := learn(h, ctx, h.Project, lesson.Facts{Title: "Ask first"}, outcome)
	want("lesson.sign_none", 0, "")
	want("lesson.sign_learned", 1, "Ask first")
	want("lesson.sign_no_context", 1, "Ask first")
	want("lesson.sign_nowhere", 1, "Ask first")
	want("lesson.sign_aimless", 1, "Ask first")
	h.Do(ctx, "lesson.edit", lesson.EditIn{Ref: at, Version: 1, Facts: lesson.Facts{Title: "Ask first", Culture: "Nobody asked", Elsewhere: "Wards", Aims: []string{"A1"}}})
	want("lesson.sign_no_context", 0, "")
	want("lesson.sign_nowhere", 0, "")
	want("lesson.sign_aimless", 0, "")
	var n map[string]int64
	if err := h.DB.Read(ctx, func(tx *db.Tx) (err error) { n, err = plugOf(h).Counts[0].Load(tx.Context(), tx); return err }); err != nil || n[h.Project] != 1 {
		t.Errorf("counts %v %v", n, err)
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

func pages(t *testing.T, h *house.House) {
	ctx, host := h.As(who.ProjectLead), h.As(who.HostLead)
	outcome := put(h, "outcome", "It is in the policy", "recorded")
	put(h, "personal", "I zglorp walk", "recorded")
	here := "/lesson/" + h.Project
	shown := func(ctx context.Context, address string, wants []string, not ...string) {
		t.Helper()
		status, _, page := call(h, ctx, http.MethodGet, address, nil)
		if status != http.StatusOK {
			t.Errorf("%s: %d", address, status)
		}
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q", address, want)
			}
		}
		for _, x := range not {
			if strings.Contains(page, x) {
				t.Errorf("%s: says %q", address, x)
			}
		}
	}
	shown(ctx, here, []string{"Lessons will be here", "Write down a lesson"})
	shown(host, here, []string{"Lessons will be here"}, "Write down a lesson")
	shown(ctx, here+"/learn?from="+outcome.String(), []string{"Where else it may hold", "It is in the policy", " checked"}, "zglorp")
	if status, _, _ := call(h, host, http.MethodGet, here+"/learn", nil); status != http.StatusForbidden {
		t.Errorf("the host may learn: %d", status)
	}
	form := url.Values{"title": {""}, "power": {"Typed & kept"}, "policy_stance": {"stands on"}, "aims": {"A1"}, "from": {"", outcome.String()}, "key": {"k1"}}
	status, _, page := call(h, ctx, http.MethodPost, here+"/learn", form)
	for _, want := range []string{"Write the lesson in a sentence", "Name the policy", "Typed &amp; kept", `value="A1" checked`} {
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, want) {
			t.Errorf("%d: no %q", status, want)
		}
	}
	form["title"], form["policy"], form["key"] = []string{"Ask first"}, []string{"Night cover"}, []string{"k2"}
	status, at, _ := call(h, ctx, http.MethodPost, here+"/learn", form)
	if status != http.StatusSeeOther {
		t.Fatalf("learned: %d", status)
	}
	if _, again, _ := call(h, ctx, http.MethodPost, here+"/learn", form); again != at {
		t.Errorf("sent twice: %s, then %s", at, again)
	}
	shown(ctx, at, []string{"Saved", "Ask first", "Stands on the policy", "Night cover", "Use good evidence more", "Follow the thread"})
	one, _, _ := strings.Cut(at, "?")
	shown(host, one, []string{"Ask first"}, "Change this")
	shown(ctx, "/lesson", []string{"Lessons of all projects", "Ask first", "Falls at home"})
	shown(ctx, "/lesson?aim=A1&find=ask", []string{"Ask first", "Show all"})
	shown(ctx, "/lesson?aim=A2", []string{"No lesson fits"}, "Ask first")
	if status, _, page := call(h, ctx, http.MethodGet, "/lesson?aim=A9", nil); status != http.StatusUnprocessableEntity || !strings.Contains(page, "There is a problem") {
		t.Errorf("no such aim: %d", status)
	}
	edit := url.Values{"title": {"Mine"}, "from": {""}, "version": {"1"}, "key": {"k3"}}
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
}
