package project

import (
	"encoding/json"
	"io/fs"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

func sub(t *testing.T, f fs.FS, dir string) fs.FS {
	t.Helper()
	s, err := fs.Sub(f, dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// testFace is the room's faces over its own words, and the nations' that the house keeps.
func testFace(t *testing.T) *face {
	t.Helper()
	nations := map[string]string{}
	for _, n := range terms.Nations() {
		nations["house.nation_"+strings.ReplaceAll(n, " ", "_")] = n
	}
	text, err := json.Marshal(nations)
	if err != nil {
		t.Fatal(err)
	}
	w, err := lang.New(page.Words(), lang.Source{Name: "project", FS: sub(t, words, "words")}, lang.Source{Name: "house", FS: fstest.MapFS{"en.json": {Data: text}}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(w, []page.Source{{Name: "project", FS: sub(t, pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &face{Face: &web.Face{Pages: set, Words: w}, room: &Room{}}
}

func TestPages(t *testing.T) {
	f := testFace(t)
	r := httptest.NewRequest("GET", "/project", nil)
	facts := Facts{Title: "Falls at home", Model: Network, Themes: []string{"home", "voice"}, Aims: Aims(), Host: "A council", Cohort: 2026, Starts: "2026-09-01", Ends: "2027-02-28", Language: "en"}
	p := Project{Ref: ref.Of(Kind, "01890000-0000-7000-8000-000000000001"), Facts: facts, Phase: Delivery, Nations: []string{"wales"}, Version: 3}
	heard := map[string]int64{"": 2, "lived": 4, "practice": 0, "research": 1}
	a := Ask{Ref: ref.Of(KindAsk, "01890000-0000-7000-8000-000000000002"), Project: p.Ref.ID, Team: "evidence", What: "A summary", Owner: "Evidence lead", DueOn: "2026-03-01", State: Open, Late: true, Version: 2}
	closed := a
	closed.State, closed.Why, closed.Late = NotDone, "No time", false
	out := SeeOut{Project: p, Heard: heard, Today: "2026-03-02", Sites: []Site{{Ref: ref.Of(KindSite, "s"), Name: "North", Nation: "wales", Place: "Bala"}},
		Asks: []Ask{a, a, a, a, closed}, Questions: []Question{{Text: strings.Repeat("How? ", 100), Version: 2}, {Text: "What?", Version: 1}}, Phases: []PhaseChange{{Phase: Delivery, On: "2026-09-01"}}}
	panels := []page.Panel{{Title: "Other", Body: "x"}, {Title: "More", Failed: true}}
	home := seeView{SeeOut: out, MayChange: true, MayQuestion: true, MayAsk: true, MayHear: true, MayGive: true, MayMembers: true, MayPeople: true, MayMix: true, MayCards: true, MaySort: true,
		DuePanels: panels, MissingPanels: panels, HeardPanels: panels, DoingPanels: panels, ChangedPanels: panels, MorePanels: panels,
		Next: []nextLine{{"/x", "Do it", "It is missing.", "It helps."}}}
	f.fill(r, &home)
	if len(home.Due) != mostAsks || home.MoreDue != 4-mostAsks || home.Short == "" {
		t.Fatalf("%d due, %d more, %q", len(home.Due), home.MoreDue, home.Short)
	}
	about := aboutView{SeeOut: out, MayChange: true, MayQuestion: true, MayAsk: true}
	about.Versions = []past{{Text: "How?", Why: "Partners asked", By: "someone", At: 1, Version: 2}, {Text: "What?", By: "someone", At: 1, Version: 1}}
	about.Names = []past{{Text: "Falls at home", Why: "Clearer", By: "someone", At: 2}, {Text: "Falls", By: "someone", At: 1}}
	about.Steps = []past{{Text: "Delivery", On: "2026-09-01", By: "someone", Why: "Ready"}}
	f.fillAbout(r, &about)
	if len(about.Open) != 4 || len(about.Closed) != 1 {
		t.Fatalf("%d open, %d closed", len(about.Open), len(about.Closed))
	}
	health := healthView{Project: p, Gaps: 2, Facets: []facetView{{Name: "issues", Title: "Agreeing", Good: []page.Link{{Href: "/x", Text: "There"}, {Text: "There too"}},
		Gaps: []gapLine{{home.Next[0], "project.sign_no_tried", true}, {home.Next[0], "x", false}}, Tool: page.Link{Href: "/x", Text: "A tool"}, ToolWhy: "Why",
		Aside: []asideLine{{Dismissal{"x", 1, "Not now", "account:1", 1}, "It is missing.", "someone", true}, {Dismissal{}, "It is missing.", "someone", false}}}, {Name: "trying", Title: "Trying"}}}
	said := []Point{{ID: "1", Sort: Tried, What: "A van", When: "2019", Why: "Money"}, {ID: "2", Sort: Tried, What: "A club"}}
	agreed := issuesView{ID: p.Ref.ID, Lang: "en", May: true, SeeIssuesOut: SeeIssuesOut{Now: Issues{Problem: "Falls", Agrees: "All", Differs: "One", Readiness: "Ready", Version: 2}, Tried: said,
		Success: []Point{{ID: "3", Sort: Success, For: "Carers", What: "Sleep"}}, Scope: []Point{{ID: "4", Sort: CannotChange, What: "The budget"}}}, Earlier: []past{{Text: "Falls", By: "someone", At: 1, Version: 1}}}
	f.fillScopes(r, &agreed)
	bare := issuesView{}
	f.fillScopes(r, &bare)
	line := lineView{Line: Line{p, heard}, ModelText: "Network", PhaseText: "Delivery", NationText: "Wales", ThemeText: "Voice", Strands: counted(p.Ref.ID, heard)}
	choices := f.any(r, "project.model", Models())
	bad := func(names ...string) (out []page.Problem) {
		for _, n := range names {
			out = append(out, page.Problem{Field: n, Text: "Wrong"})
		}
		return out
	}
	rows := []page.Row{{Key: "Title", Value: "Falls"}}
	view := func(body any, errors ...page.Problem) page.View {
		return page.View{Title: "A title", Body: body, Errors: errors}
	}
	page.Check(t, f.Pages, "project", map[string]page.Samples{
		"project/list": {Full: view(listView{Lines: []lineView{line}, Filtered: true, Models: choices, Phases: choices, Nations: choices, Themes: choices, More: page.Pages{Next: "/project?after=1"}, Start: true}),
			Empty: view(listView{Empty: []page.Link{{Href: "/project/start", Text: "Start"}}})},
		"project/see":     {Full: view(home), Empty: view(seeView{})},
		"project/about":   {Full: view(about), Empty: view(aboutView{})},
		"project/health":  {Full: view(health), Empty: view(healthView{})},
		"project/dismiss": {Full: view(dismissView{DismissIn: DismissIn{Sign: "x", Why: "Not now"}, Text: "It is missing."}, bad("why")...), Empty: view(dismissView{})},
		"project/issues":  {Full: view(agreed), Empty: view(bare)},
		"project/issues-form": {Full: view(issuesFormView{IssuesIn: IssuesIn{Problem: "Falls"}, Lang: "en", Now: rows}, bad("problem", "agrees", "differs", "readiness")...),
			Empty: view(issuesFormView{})},
		"project/point": {Full: view(pointView{Sort: Tried, Row: "1", What: "A van", Lang: "en", Now: rows, Version: 2}, bad("what", "when", "stopped_why")...),
			Empty: view(pointView{Sort: "scope", Kinds: choices})},
		"project/panel": {Full: view(panelView{[]briefLine{{"1", "Falls", Close}}, 1}), Empty: view(panelView{})},
		"project/start": {Full: view(startView{StartIn{Facts: facts, Question: "How?"}, f.factsView(r, facts)}, bad("title", "model", "phase", "question")...),
			Empty: view(startView{})},
		"project/change": {Full: view(changeView{ChangeIn: ChangeIn{Facts: facts, Why: "Clearer"}, factsView: f.factsView(r, facts), Now: rows},
			bad("title", "why", "model", "host", "themes", "aims", "cohort", "starts", "ends", "language")...), Empty: view(changeView{factsView: f.factsView(r, Facts{})})},
		"project/phase":    {Full: view(phaseView{PhaseIn: PhaseIn{Phase: Close}, Phases: f.options(r, "project.phase", Phases()), NowText: "Delivery"}, bad("phase", "on", "why")...), Empty: view(phaseView{})},
		"project/question": {Full: view(questionView{QuestionIn: QuestionIn{Text: "How?", Version: 2}, Now: "What?", Lang: "en"}, bad("text", "why")...), Empty: view(questionView{})},
		"project/site": {Full: view(siteView{SiteIn: SiteIn{Name: "North"}, Nations: f.options(r, "house.nation", nations()), Network: true, Now: rows}, bad("name", "nation", "place")...),
			Empty: view(siteView{Nations: f.options(r, "house.nation", nations())})},
		"project/ask": {Full: view(askView{AskIn: AskIn{What: "A summary"}, Unnamed: true, Teams: f.options(r, "project.team", Teams()), Now: rows}, bad("what", "team", "owner", "by_when")...),
			Empty: view(askView{})},
		"project/see-ask": {Full: view(oneAskView{SeeAskOut: SeeAskOut{a}, Rows: f.askRows(r, a), States: f.options(r, "project.state", States()), MayAsk: true, MayAnswer: true,
			Past: []stepLine{{a.step("account:1", 1), "Open", "someone"}}}, bad("state", "why")...), Empty: view(oneAskView{})},
	}, page.Chrome{})
}
