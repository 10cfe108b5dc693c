package action

import (
	"encoding/json"
	"io/fs"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/ref"
)

// testFace is the room's faces over its own words, and the house's that its pages use.
func testFace(t *testing.T) *face {
	t.Helper()
	sub := func(f fs.FS, dir string) fs.FS {
		s, err := fs.Sub(f, dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	text, err := json.Marshal(map[string]string{"house.follow_thread": "Follow the thread"})
	if err != nil {
		t.Fatal(err)
	}
	w, err := lang.New(page.Words(), lang.Source{Name: "action", FS: sub(words, "words")}, lang.Source{Name: "house", FS: fstest.MapFS{"en.json": {Data: text}}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(w, []page.Source{{Name: "action", FS: sub(pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &face{Face: &web.Face{Pages: set, Words: w}, room: &Room{}}
}

func TestPages(t *testing.T) {
	f := testFace(t)
	r := httptest.NewRequest("GET", "/action/p", nil)
	strip := &page.Strip{Lived: page.Voice{N: 2}, Steps: []page.Step{{Kind: "recommendation", Reached: true, Here: true}}}
	at := ref.Of(KindRecommendation, "01890000-0000-7000-8000-000000000001")
	x := Recommendation{Ref: at, Project: "p", Words: Words{Title: "Lend chairs", Text: "All of it", Plainly: "Chairs", Options: []string{"One", "Two"}}, State: Agreed,
		Decision: Decision{Decision: Agreed, Option: "One", Why: "It helps", Dissent: "Two said no", By: "Group", On: "2026-01-02", Version: 2}, Reworded: 3, Version: 3}
	a := Action{Ref: ref.Of(KindAction, "01890000-0000-7000-8000-000000000002"), Project: "p", Title: "Try <chairs>", Recommendation: at, OwnerName: "Mair", Due: "2026-03-01",
		Try: true, Where: "Bala", With: "Three people", Know: "We ask", LookBack: "2026-04-01", Status: UnderWay, State: UnderWay}
	done := a
	done.Result, done.State, done.InUse, done.Since, done.EndedOn = Done, Done, "Bala", "2026-05-01", "2026-05-02"
	b := about{Ref: at, Project: "p", Here: "/action/p/recommendation/x", State: "Agreed", Kind: "green", Stale: 1, MayConfirm: true, Strip: strip,
		StandsOn: []nearLine{{"/finding/p/of/y", "A finding", "Finding", ""}}, Follows: []nearLine{{Title: "An action", Kind: "Action", State: "Done"}}}
	see := recommendationView{about: b, MayRecommend: true, MayDecide: true, MayPlan: true}
	f.fill(r, &see, SeeOut{Recommendation: &x, Decisions: []Decision{x.Decision, {Decision: Later, By: "Group", Why: "Money"}},
		Texts: []Earlier{{Words: x.Words, Version: 3}, {Words: Words{Title: "Old"}, Version: 2}, {Words: Words{Title: "Oldest"}, Version: 1}}}, homeZone)
	bare := recommendationView{about: about{Ref: at, Project: "p"}}
	f.fill(r, &bare, SeeOut{Recommendation: &Recommendation{Ref: at, Words: Words{Title: "T"}}}, homeZone)
	act := actionView{about: b, Try: true, Late: true, Left: true, MayChange: true, MayFinish: true, MayLook: true}
	act.Rows = f.actionRows(r, done, "Mair")
	act.Photos = f.photoLines(r, SeeOut{Ref: a.Ref, Project: "p", Photos: []Photo{{File: "f", Caption: "A <chair>", Words: "A chair on blocks", Width: 4, Height: 3}, {File: "g", Caption: "Another"}}}, true)
	act.MayPhoto = true
	noact := actionView{}
	noact.Rows = f.actionRows(r, Action{Title: "T"}, "")
	lines := []line{f.posedLine(r, Posed{Recommendation: x}), f.doingLine(r, Doing{Action: a, By: "Mair", Left: true}, true), f.doingLine(r, Doing{Action: done}, false)}
	lines[0].Strip = strip
	full := func(v any) page.View { return page.View{Title: "T", Body: v, Errors: []page.Problem{{Text: "No"}}} }
	view := func(v any) page.View { return page.View{Title: "T", Body: v} }
	some := []page.Option{{Value: "a", Text: "A"}}
	now := []page.Row{{Key: "Now", Value: "Other"}}
	out := SeeOut{Title: "T", Recommendation: &x, Action: &a}
	decide := f.decideView(r, out, DecideIn{})
	decide.Now = now
	finish, look := end(f, r, out, FinishIn{Version: 1}), end(f, r, out, LookBackIn{Version: 1})
	finish.Now, look.Now = now, now
	bareEnd := SeeOut{Recommendation: &Recommendation{}, Action: &Action{}}
	page.Check(t, f.Pages, "action", map[string]page.Samples{
		"action/list": {Full: full(listView{Project: "p", Parts: []part{{"Late", lines}}, More: page.Pages{Next: "/x"}, MayRecommend: true, MayPlan: true}),
			Empty: view(listView{Project: "p", Show: "done"})},
		"action/recommend": {Full: full(recommendView{Words: x.Words, Options: f.optionFields(r, x.Options), Findings: some, FindingsLabel: "F", Sites: some, Now: now}),
			Empty: view(recommendView{Options: f.optionFields(r, nil)})},
		"action/recommendation": {Full: full(see), Empty: view(bare)},
		"action/decide":         {Full: full(decide), Empty: view(f.decideView(r, bareEnd, DecideIn{}))},
		"action/plan": {Full: full(planView{PlanIn: PlanIn{Title: "T", Try: true, Recommendation: at, Due: "1/2/2026"}, Label: "L", From: "Lend", Froms: []page.Option{{Text: "None"}, {Value: at.String(), Text: "Lend"}}, AsksTry: true, AsksDay: true, AsksDue: true,
			Owners: some, Statuses: some, Sites: some, Now: now}), Empty: view(planView{Label: "L"})},
		"action/action": {Full: full(act), Empty: view(noact)},
		"action/photo": {Full: full(f.photoView(r, out, PhotoIn{Ref: a.Ref, Version: 2, File: "f", Caption: "A chair", Words: "On blocks"})),
			Empty: view(f.photoView(r, SeeOut{Ref: a.Ref}, PhotoIn{}))},
		"action/finish":      {Full: full(finish), Empty: view(end(f, r, bareEnd, FinishIn{}))},
		"action/look-back":   {Full: full(look), Empty: view(end(f, r, bareEnd, LookBackIn{}))},
		"action/panel-doing": {Full: view(doingView{Project: "p", Lines: []panelLine{{"waiting", "/x", "Lend chairs", "", false}, {"action", "/y", "Buy rails", "Mair", false}, {"action", "/y", "Buy rails", "", true}, {"try", "/z", "A chair", "", false}}, More: 2, MayRecommend: true, MayPlan: true}), Empty: view(doingView{Empty: true})},
		"action/panel-due":   {Full: view(dueView{Project: "p", Lines: []dueLine{{Doing{Action: a, By: "Mair", Left: true}, true}, {Doing{Action: done}, false}}, More: 2}), Empty: view(dueView{})},
	}, page.Chrome{})
}
