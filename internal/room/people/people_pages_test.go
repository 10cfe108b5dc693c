package people

import (
	"embed"
	"io/fs"
	"strings"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

func mustSub(t *testing.T, f embed.FS, dir string) fs.FS {
	t.Helper()
	s, err := fs.Sub(f, dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func options(values ...string) []page.Option {
	var out []page.Option
	for _, v := range values {
		out = append(out, page.Option{Value: v, Text: "The " + v})
	}
	return out
}

// pair is a full and an empty form about a person.
func pair(full, empty any, items map[string][]page.Option, problem string) page.Samples {
	who := SeeOut{Person: Person{Ref: ref.Of(Kind, "7"), Name: "Alys <b>"}}
	sharing := []Share{{ID: "9", With: "The hall"}}
	return page.Samples{
		Full: page.View{Title: "A form", Errors: []page.Problem{{Field: problem, Text: "Check this"}},
			Body: &formView{Who: who, Called: "Alys", Flags: []string{"Easy read", "a quiet room"}, Action: "/people/person/7/x", In: full, New: true, Items: items, Sharing: sharing}},
		Empty: page.View{Title: "A form", Body: &formView{In: empty, Items: map[string][]page.Option{}}},
	}
}

func TestPages(t *testing.T) {
	w, err := lang.New(page.Words(), lang.Source{Name: "people", FS: mustSub(t, words, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(w, []page.Source{{Name: "people", FS: mustSub(t, pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := Person{Ref: ref.Of(Kind, "7"), Name: "Alys", SaysAs: "Al", Role: "carer"}
	links := []page.Link{{Href: "/people/add", Text: "Add a person"}}
	see := seeView{SeeOut: SeeOut{Person: p, MayWrite: true, Places: []Place{{ref.Of(Organisation, "5"), "The hall", "chair"}}}, Called: "Al", Flags: []string{"Easy read"},
		Rows: []page.Row{{Key: "Name", Value: "Alys"}}, Reach: []reachRow{{Contact{ID: "3", How: Email, Address: "a@example.org", Note: "after six"}, "E-mail", "Safe"}},
		Stopped: "They have moved away.", Due: true, Sharing: []Share{{}},
		Six: map[string][]string{"identify": {"Asked"}, "record": {"Easy read"}, "share": {"The hall"}, "meet": {"Met"}, "review": {"Next"}}}
	group := groupView{Group: Group{Ref: ref.Of(Organisation, "5"), Name: "The hall", What: "venue", Version: 2}, MayWrite: true, Rows: see.Rows, Scopes: options("a"), NowName: "Hall"}
	papers := []paperSection{{Title: "What you said", Things: []paperThing{{Title: "A drawing", Day: "2 March 2026", Why: "Because", Rows: []paperRow{{"Words", "A <b>"}},
		Files: []paperFile{{"9", "drawing.jpg", "files/1-drawing.jpg", true}}, Third: true, Mark: "ab12", Choice: LeaveIn, Chosen: "Chosen by", Fix: "/people/person/7/change"}}}}
	lines := []requestLine{{ID: "4", Href: "/people/request/4", Called: "Al", What: "A copy", When: "Asked on", Left: "3 days left", Late: true, Open: true}}
	copies := copiesView{"A backup may hold it", []string{"1 March, taken out by Ann"}}
	samples := map[string]page.Samples{
		"people/list": {Full: page.View{Title: "People", Body: listView{Project: "3", Name: "a", Due: true, Asked: true, More: page.Pages{Next: "/people?after=x"},
			People: []listed{{p, "Al", "They have moved away", []string{"Easy read"}, true}}}}, Empty: page.View{Title: "People", Body: listView{Empty: links}}},
		"people/add": {Full: page.View{Title: "Add", Errors: []page.Problem{{Field: "name", Text: "Give a name"}}, Body: addView{About: About{Name: "Alys"}, Version: 2, Scopes: options("a"), Languages: options("en", "cy"), Now: see.Rows}},
			Empty: page.View{Title: "Add", Body: addView{}}},
		"people/paste": {Full: page.View{Title: "Paste", Body: pasteView{PasteIn{Pasted: "Alys"}, "k", options("a")}}, Empty: page.View{Title: "Paste", Body: pasteView{}}},
		"people/see":   {Full: page.View{Title: "Al", Body: see}, Empty: page.View{Title: "Al", Body: seeView{}}},
		"people/erase": {Full: page.View{Title: "Erase", Body: eraseView{EraseIn: EraseIn{Person: p.Ref, Version: 2, Why: TheyAsked, Words: KeepWords}, Step: stepCheck, Called: "Al", Flags: see.Flags,
			Rows: []page.Row{{Key: "Why", Value: "They asked", Links: links}}, Goes: []string{"Their name"}, Kept: []string{"A number"}, Holds: see.Rows, Copies: copies, Here: "/people/person/7"}},
			Empty: page.View{Title: "Erase", Body: eraseView{}}},
		"people/held": {Full: page.View{Title: "Held", Body: heldView{Ref: p.Ref, Called: "Al", Flags: see.Flags, Here: "/people/person/7", Action: "/people/person/7/held", Unchosen: 1, Third: true, MayErase: true, MayHand: true,
			Sections: papers, Requests: lines}}, Empty: page.View{Title: "Held", Body: heldView{MayHand: true}}},
		"people/own":      {Full: page.View{Title: "Held", Layout: page.Card, Body: ownView{Sections: papers}}, Empty: page.View{Title: "Held", Layout: page.Card, Body: ownView{Asked: "You asked"}}},
		"people/copy":     {Full: page.View{Title: "Held", Body: copyView{Called: "Al", Day: "2 March 2026", Sections: papers, LeftOut: 2}}, Empty: page.View{Title: "Held", Body: copyView{}}},
		"people/requests": {Full: page.View{Title: "Requests", Body: requestsView{Requests: lines, More: page.Pages{Next: "/people/requests?after=x"}}}, Empty: page.View{Title: "Requests", Body: requestsView{}}},
		"people/answer": {Full: page.View{Title: "Answer", Errors: []page.Problem{{Field: "answer", Text: "Choose"}}, Body: answerView{Request: Request{ID: "4", Person: p.Ref, What: AskCopy}, Line: lines[0], Rows: see.Rows,
			In: AnswerIn{Version: 1}, Action: "/people/request/4", Answers: options(AnswerChoices()...), To: options(Recipients()...), Whys: options(Refusals()...)}}, Empty: page.View{Title: "Answer", Body: answerView{}}},
		"people/ask":         pair(AskIn{What: AskCopy, How: "phone"}, AskIn{}, map[string][]page.Option{"what": options(Asks()...), "how": options(AskedBy()...)}, "what"),
		"people/needs":       pair(NeedsIn{Version: 2, Wanted: Wanted{Asked: Yes, Format: []string{"audio"}, SupportWords: "quiet"}}, NeedsIn{}, map[string][]page.Option{"asked": options(Answers()...), "format": options("audio"), "contact": options("text"), "professional": options("advocate"), "support": options("more_time")}, "asked"),
		"people/reach":       pair(ReachIn{How: Email, Safe: true}, ReachIn{}, map[string][]page.Option{"how": options(Ways()...)}, "address"),
		"people/share":       pair(ShareIn{With: "The hall"}, ShareIn{}, nil, "with"),
		"people/share_check": {Full: pair(ShareIn{With: "The hall", Since: "2026-03-02", Agreed: "on the phone"}, nil, nil, "").Full, Empty: pair(nil, ShareIn{}, nil, "").Empty},
		"people/met":         pair(MetIn{Met: "no"}, MetIn{}, map[string][]page.Option{"met": options(Degrees()...)}, "met"),
		"people/review":      pair(ReviewIn{By: "Al"}, ReviewIn{}, nil, "by"),
		"people/state":       pair(StateIn{Version: 2, State: Died}, StateIn{}, map[string][]page.Option{"state": options(States()...)}, "state"),
		"people/place":       pair(PlaceIn{Organisation: ref.Of(Organisation, "5")}, PlaceIn{}, map[string][]page.Option{"organisation": options("organisation:5")}, "organisation"),
		"people/mix": {Full: page.View{Title: "Mix", Errors: []page.Problem{{Field: "value", Text: "Say who"}, {Field: "planned", Text: "How many"}}, Body: mixView{ID: "3", None: []string{"carer"}, Some: []string{"under 30"}, May: true,
			Labels: []string{"carer"}, Kind: ByRole, Kinds: options(ByRole, otherKind), Groups: []mixGroup{{"By role", []mixLine{{MixLine{ByRole, "carer", 4, NoneYet}, "None yet", ByRole}}}}}},
			Empty: page.View{Title: "Mix", Body: mixView{}}},
		"people/missing": {Full: page.View{Title: "Missing", Body: missingView{[]string{"carer"}, []string{"under 30"}}}, Empty: page.View{Title: "Missing", Body: missingView{}}},
		"people/describe": {Full: page.View{Title: "Describe", Errors: []page.Problem{{Field: "value", Text: "Shorter"}}, Body: describeView{DescribedOut: DescribedOut{Traits: []Trait{{"age", "under 30"}}}, Asked: options("age"), Called: "Alys", What: "age"}},
			Empty: page.View{Title: "Describe", Body: describeView{}}},
		"people/organisations":     {Full: page.View{Title: "Organisations", Body: groupsView{MayAdd: true, Organisations: []Group{group.Group}, Empty: links}}, Empty: page.View{Title: "Organisations", Body: groupsView{Empty: links}}},
		"people/organisation":      {Full: page.View{Title: "The hall", Body: group}, Empty: page.View{Title: "The hall", Body: groupView{}}},
		"people/organisation_form": {Full: page.View{Title: "The hall", Body: group, Errors: []page.Problem{{Field: "name", Text: "Give a name"}}}, Empty: page.View{Title: "The hall", Body: groupView{}}},
	}
	page.Check(t, set, "people", samples, page.Chrome{})
}

// Every choice that a page makes a word from has its word.
func TestEveryChoiceHasAWord(t *testing.T) {
	w, err := lang.New(page.Words(), lang.Source{Name: "people", FS: mustSub(t, words, "words")})
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for prefix, values := range map[string][]string{"ask": Asks(), "asked_by": AskedBy(), "request": {Open, Done, Refused}, "answer": AnswerChoices(), "to": Recipients(), "refusal": Refusals(),
		"actor": {"account", "card", "operator", "job", "token", "guest"}} {
		for _, v := range values {
			keys = append(keys, prefix+"_"+strings.ReplaceAll(v, " ", "_"))
		}
	}
	for _, list := range Lists() {
		keys = append(keys, "list_"+list)
		for _, c := range Codes(list) {
			keys = append(keys, "need_"+list+"_"+c)
		}
	}
	for prefix, values := range map[string][]string{"state": {Active, Moved, Died, "no_more_contact"}, "how": Ways(), "asked": {Yes, No, "rather_not_say"}, "met": Degrees(), "language": languages(), "mix": {"none_yet", Some, "as_planned"}} {
		for _, v := range values {
			keys = append(keys, prefix+"_"+v)
		}
	}
	for _, x := range (&Room{}).signs() {
		k := strings.TrimPrefix(x.Name, "people.")
		if keys = append(keys, k); x.Gap {
			keys = append(keys, k+"_do", k+"_who")
		}
	}
	for _, k := range keys {
		if !w.Has("en", "people."+k) {
			t.Errorf("people.%s has no word", k)
		}
	}
}
