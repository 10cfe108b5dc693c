package people_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/people"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestHeld(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"everything is there, and what others said waits": everythingHeld,
		"the copy holds what was chosen":                  copyHolds,
		"a card sees its own":                             cardSees,
		"what others must not learn":                      heldBack,
		"the register":                                    register,
		"what is erased says until when":                  erasedSays,
	} {
		t.Run(name, func(t *testing.T) { kit.Each(t, f) })
	}
}

func heldBy(h *house.House, role who.Role, p ref.Ref) people.HeldOut {
	h.T.Helper()
	return h.Do(h.As(role), "people.held", people.HeldIn{Person: p}).(people.HeldOut)
}

// third gives the marks of what needs a choice and has none.
func third(out people.HeldOut) (marks []string) {
	for _, s := range out.Sections {
		for _, t := range s.Things {
			if t.Third && t.Choice == "" {
				marks = append(marks, t.Mark)
			}
		}
	}
	return marks
}

func asText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func everythingHeld(t *testing.T, h *house.House) {
	p, _, marks := fill(h)
	out := heldBy(h, who.ProgrammeLead, p)
	all := asText(t, out)
	for _, m := range marks[:len(marks)-1] { // the last is the key a name sorts by
		if strings.ToLower(m) == m && strings.Contains(all, strings.ToUpper(m[:1])+m[1:]) {
			continue // the form in which a name is looked for
		}
		if !strings.Contains(all, m) {
			t.Errorf("%q is held and not in the copy", m)
		}
	}
	for _, s := range []string{"people.held", "evidence.held", "consent.held", "card.held", "people.held_looks"} {
		if !strings.Contains(all, `"name":"`+s+`"`) {
			t.Errorf("%s is not there", s)
		}
	}
	// Who helped, what the team noted and who met their needs wait for a choice.
	for _, s := range out.Sections {
		for _, x := range s.Things {
			if said := asText(t, x); !x.Third && (strings.Contains(said, "Zebedee") || strings.Contains(said, "Bob") || strings.Contains(said, "aftersixish")) {
				t.Errorf("given out unseen: %s", said)
			}
		}
	}
	if out.Unchosen < 5 || out.Unchosen != int64(len(third(out))) {
		t.Errorf("%d to choose", out.Unchosen)
	}
	// Words that were taken back are named and not shown.
	said := must(h, h.As(who.ProgrammeLead), "evidence.give", map[string]any{"project": h.Project, "words": "The bluekettle boils.", "strands": []string{"lived"}, "person": p.ID})["ref"]
	must(h, h.As(who.ProgrammeLead), "consent.withdraw", map[string]any{"ref": said})
	if all := asText(t, heldBy(h, who.ProgrammeLead, p)); strings.Contains(all, "bluekettle") || !strings.Contains(all, "evidence.held_hidden") {
		t.Error("words that were taken back")
	}
}

// mend chooses about everything: in for those whose text holds keep, out for the others.
func mend(h *house.House, p ref.Ref, keep string) people.ChooseOut {
	h.T.Helper()
	in := people.ChooseIn{Person: p}
	for _, s := range heldBy(h, who.ProgrammeLead, p).Sections {
		for _, x := range s.Things {
			switch {
			case !x.Third:
			case keep != "" && strings.Contains(asText(h.T, x), keep):
				in.In = append(in.In, x.Mark)
			default:
				in.Out = append(in.Out, x.Mark)
			}
		}
	}
	return h.Do(h.As(who.ProgrammeLead), "people.choose", in).(people.ChooseOut)
}

func copyHolds(t *testing.T, h *house.House) {
	p, _, _ := fill(h)
	lead := h.As(who.ProgrammeLead)
	if _, err := h.Try(lead, "people.copy", people.CopyIn{Person: p}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a copy before anybody looked: %v", err)
	}
	c, at := browse(t, h, lead), map[string]string{"id": p.ID}
	if code, body := c("POST /people/person/{id}/held/copy", at, "", url.Values{"key": {"k0"}}); code != 409 || !strings.Contains(body, "nobody has looked at") {
		t.Errorf("the page gave out a copy: %d", code)
	}
	if out := mend(h, p, "Grangehall"); out.Unchosen != 0 || out.Chosen < 5 {
		t.Fatalf("%+v", out)
	}
	_, page := c("GET /people/person/{id}/held", at, "", nil)
	if !strings.Contains(page, "Chosen by: Programme lead") || !strings.Contains(page, "Make the copy") {
		t.Error("the page does not say who chose")
	}
	code, body := c("POST /people/person/{id}/held/copy", at, "", url.Values{"key": {"k1"}})
	if code != 200 {
		t.Fatalf("the copy: %d", code)
	}
	files := unzip(t, body)
	for name, want := range map[string][]string{"held.html": {"Quentina Featherstone", "porridgebowl", "gardengate", "Grangehall", "aisleseat", "<h1>", "<style>"}, "held.json": {"Quentina Featherstone", "gardengate", "Grangehall"}} {
		for _, w := range want {
			if !strings.Contains(files[name], w) {
				t.Errorf("%s has no %q", name, w)
			}
		}
		for _, no := range []string{"Zebedee", "Bobarranger", "Bobreviewer", "<script", "http://", "https://"} {
			if strings.Contains(files[name], no) {
				t.Errorf("%s holds %q", name, no)
			}
		}
	}
	if !strings.Contains(files["held.html"], `<html lang="cy"`) {
		t.Error("the copy is not in the person's language")
	}
	if !json.Valid([]byte(files["held.json"])) {
		t.Error("held.json is not JSON")
	}
	// Something of others that is new waits again.
	h.Do(lead, "people.review", people.ReviewIn{Person: p, By: "Caraseen", Note: "newnote"})
	if n := len(third(heldBy(h, who.ProgrammeLead, p))); n != 1 {
		t.Errorf("%d wait after a new note, want 1", n)
	}
	if _, err := h.Try(lead, "people.choose", people.ChooseIn{Person: p, In: []string{"0123"}}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a choice about nothing: %v", err)
	}
}

func unzip(t *testing.T, body string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(body)), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

func cardSees(t *testing.T, h *house.House) {
	p, _, _ := fill(h)
	card := h.AsCard(p.ID)
	out := h.Do(card, "people.held", people.HeldIn{Person: p}).(people.HeldOut)
	all := asText(t, out)
	if !strings.Contains(all, "porridgebowl") || !strings.Contains(all, "Quillow") || out.Unchosen != 0 {
		t.Errorf("a card does not see its own: %s", all)
	}
	for _, no := range []string{"Zebedee", "Bobreviewer", "aftersixish", `"third"`, `"fix"`} {
		if strings.Contains(all, no) {
			t.Errorf("a card sees %q", no)
		}
	}
	other := h.Do(h.As(who.ProgrammeLead), "people.add", people.AddIn{Project: h.Project, About: people.About{Name: "Someone else"}}).(people.PersonOut).Ref
	for _, verb := range []string{"people.held", "people.ask"} {
		var in any = people.HeldIn{Person: other}
		if verb == "people.ask" {
			in = people.AskIn{Person: other, What: people.AskCopy}
		}
		if _, err := h.Try(card, verb, in); !fault.Is(err, fault.Missing) {
			t.Errorf("%s of another: %v", verb, err)
		}
	}
	if _, err := h.Try(card, "people.copy", people.CopyIn{Person: p}); !fault.Is(err, fault.Missing) {
		t.Errorf("a card made the copy itself: %v", err)
	}
	asked := h.Do(card, "people.ask", people.AskIn{Person: p, What: people.AskCopy}).(people.AskOut)
	again := h.Do(card, "people.ask", people.AskIn{Person: p, What: people.AskCopy}).(people.AskOut)
	if asked != again || asked.DueOn != "2026-04-02" {
		t.Errorf("asked %+v, then %+v", asked, again)
	}
}

// heldBack is what whoever makes a copy must not learn by it.
func heldBack(t *testing.T, h *house.House) {
	p, said, _ := fill(h)
	safe, lead := h.As(who.Safeguarding), h.As(who.ProgrammeLead)
	must(h, lead, "worry.pass", map[string]any{"about": said[0], "words": "The cellarstairs are dark."})
	if all := asText(t, heldBy(h, who.ProgrammeLead, p)); strings.Contains(all, "worry") || strings.Contains(all, "cellarstairs") {
		t.Error("a lead learns of a worry")
	}
	notes := must(h, safe, "worry.list", map[string]any{})["notes"].([]any)
	id := fmt.Sprint(notes[0].(map[string]any)["id"])
	must(h, safe, "worry.step", map[string]any{"id": id, "kind": "seen", "version": 1})
	ctx := h.Do(safe, "people.held", people.HeldIn{Person: p}).(people.HeldOut)
	if strings.Contains(asText(t, ctx), "cellarstairs") {
		t.Error("a worry that is not closed is in the copy")
	}
	must(h, safe, "worry.step", map[string]any{"id": id, "kind": "closed", "words": "A lamp was put in.", "own": true, "version": 2})
	if all := asText(t, heldBy(h, who.ProgrammeLead, p)); strings.Contains(all, "cellarstairs") {
		t.Error("a lead reads a worry by making a copy")
	}
	if all := asText(t, h.Do(safe, "people.held", people.HeldIn{Person: p})); !strings.Contains(all, "cellarstairs") || !strings.Contains(all, "A lamp") {
		t.Error("the safeguarding lead cannot add a worry")
	}
	// Words in a project that the actor may not see are not given out by halves.
	if _, err := h.Try(h.As(who.ProjectLead), "people.held", people.HeldIn{Person: p}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a lead of one project made a copy of two: %v", err)
	}
	for _, role := range who.Roles() {
		_, err := h.Try(h.As(role), "people.held", people.HeldIn{Person: p})
		switch role {
		case who.ProgrammeLead, who.DeliveryLead, who.Safeguarding:
			if err != nil {
				t.Errorf("%s: %v", role, err)
			}
		default:
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", role, err)
			}
		}
	}
}

func register(t *testing.T, h *house.House) {
	lead := h.As(who.ProjectLead)
	add := func(name string) ref.Ref {
		return h.Do(lead, "people.add", people.AddIn{Project: h.Project, About: people.About{Name: name}}).(people.PersonOut).Ref
	}
	a, b := add("Ann Oakley"), add("Ben Ash")
	for _, bad := range []people.AskIn{{Person: a, What: "all", How: "phone"}, {Person: a, What: people.AskCopy, How: "shouted"}, {Person: a, What: people.AskCopy, How: "phone", On: "soon"},
		{Person: a, What: people.AskCopy, How: "phone", On: "2026-03-03"}} {
		if _, err := h.Try(lead, "people.ask", bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	first := h.Do(lead, "people.ask", people.AskIn{Person: a, What: people.AskCorrection, How: "phone", On: "2026-01-31"}).(people.AskOut)
	second := h.Do(lead, "people.ask", people.AskIn{Person: b, What: people.AskCopy, How: "letter"}).(people.AskOut)
	list := func(in people.RequestsIn) people.RequestsOut {
		return h.Do(lead, "people.requests", in).(people.RequestsOut)
	}
	out := list(people.RequestsIn{Limit: 1})
	if len(out.Requests) != 1 || out.Requests[0].ID != first.ID || out.Requests[0].DueOn != "2026-02-28" || out.Requests[0].DaysLeft != -2 || out.Requests[0].Name != "Ann Oakley" || out.Next == "" {
		t.Fatalf("the first page: %+v", out)
	}
	if out = list(people.RequestsIn{Limit: 1, After: out.Next}); len(out.Requests) != 1 || out.Requests[0].ID != second.ID || out.Requests[0].DaysLeft != 31 || out.Next != "" {
		t.Fatalf("the second page: %+v", out)
	}
	answer := func(in people.AnswerIn) error { _, err := h.Try(lead, "people.answer", in); return err }
	if err := answer(people.AnswerIn{Request: second.ID, Version: 1, Answer: people.AnswerDone, To: "person"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("done without a copy: %v", err)
	}
	if err := answer(people.AnswerIn{Request: second.ID, Version: 1, Answer: people.AnswerDone}); !fault.Is(err, fault.Invalid) {
		t.Errorf("given to nobody: %v", err)
	}
	if err := answer(people.AnswerIn{Request: second.ID, Version: 1, Answer: people.AnswerLonger}); err != nil {
		t.Error(err)
	}
	if err := answer(people.AnswerIn{Request: second.ID, Version: 2, Answer: people.AnswerLonger}); !fault.Is(err, fault.Invalid) {
		t.Errorf("two more months twice: %v", err)
	}
	h.Do(lead, "people.copy", people.CopyIn{Person: b})
	if err := answer(people.AnswerIn{Request: second.ID, Version: 2, Answer: people.AnswerDone, To: "person"}); err != nil {
		t.Error(err)
	}
	if err := answer(people.AnswerIn{Request: first.ID, Version: 1, Answer: people.AnswerRefused}); !fault.Is(err, fault.Invalid) {
		t.Errorf("refused without a reason: %v", err)
	}
	if err := answer(people.AnswerIn{Request: first.ID, Version: 7, Answer: people.AnswerDone}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale answer: %v", err)
	}
	done := list(people.RequestsIn{State: people.Done})
	if len(done.Requests) != 1 || done.Requests[0].GivenTo != "person" || done.Requests[0].DueOn != "2026-06-02" || done.Requests[0].CopiedAt == 0 || done.Requests[0].Answered != "2026-03-02" {
		t.Errorf("done: %+v", done)
	}
	if got := h.Do(h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), "people.requests", people.RequestsIn{}).(people.RequestsOut); len(got.Requests) != 0 {
		t.Errorf("another project's lead sees %+v", got)
	}
	if _, err := h.Try(h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), "people.answer", people.AnswerIn{Request: first.ID, Version: 1, Answer: people.AnswerDone}); !fault.Is(err, fault.Missing) {
		t.Errorf("another project's lead answers: %v", err)
	}
}

func erasedSays(t *testing.T, h *house.House) {
	p, said, _ := fill(h)
	lead := h.As(who.ProgrammeLead)
	h.Do(lead, "people.ask", people.AskIn{Person: p, What: people.AskErasure, How: "phone"})
	mend(h, p, "")
	at := h.Clock.Now()
	h.Write(func(tx *db.Tx) error {
		return tx.Do(db.Q(`insert into keeper_archive (programme, id, actor, for_whom, why, state, file, size, hash, records, done, total, at, ended_at) values (?, ?, 'operator', 'The county archivist', 'For the county office', 'made', '', 10, '', 1, 1, 1, ?, ?)`,
			h.Programme, h.IDs.New(), at, at))
	})
	c, here := browse(t, h, lead), map[string]string{"id": p.ID}
	_, page := c("GET /people/person/{id}/erase", here, "?step=check&why=they+asked&words=erase", nil)
	for _, want := range []string{"How much is held now", "For the county office", "for The county archivist", "What you said", "Copies outside"} {
		if !strings.Contains(page, want) {
			t.Errorf("before: no %q", want)
		}
	}
	h.Hand.Add(time.Hour)
	h.Do(lead, "people.erase", people.EraseIn{Person: p, Why: people.TheyAsked, Words: people.EraseWords})
	_, page = c("GET /people/{id}", here, "", nil)
	for _, want := range []string{"For the county office", "for The county archivist", "No backup holds it", "2 March 2026"} {
		if !strings.Contains(page, want) {
			t.Errorf("after: no %q", want)
		}
	}
	for _, verb := range []string{"people.held", "people.copy"} {
		var in any = people.HeldIn{Person: p}
		if verb == "people.copy" {
			in = people.CopyIn{Person: p}
		}
		if _, err := h.Try(lead, verb, in); !fault.Is(err, fault.Withdrawn) {
			t.Errorf("%s of someone erased: %v", verb, err)
		}
	}
	done := h.Do(lead, "people.requests", people.RequestsIn{State: people.Done}).(people.RequestsOut)
	if len(done.Requests) != 1 || done.Requests[0].What != people.AskErasure || done.Requests[0].Name != "" {
		t.Errorf("the register after it: %+v", done)
	}
	n := int64(0)
	h.Read(func(tx *db.Tx) (err error) {
		n, err = db.Count(tx, db.Q(`select count(*) from people_leave where programme = ?`, h.Programme))
		return err
	})
	if n != 0 {
		t.Errorf("%d choices are left of someone erased", n)
	}
	// The page of an erased contribution says when it was erased, and nothing more.
	_, id, _ := strings.Cut(said[0], ":")
	code, page := c("GET /evidence/{project}/said/{id}", map[string]string{"project": h.Project, "id": id}, "", nil)
	if code != 410 || page != "withdrawn evidence.erased_onDay2 March 2026" {
		t.Errorf("the erased contribution's page: %d %s", code, page)
	}
}

// browse is the pages of the house for one account.
func browse(t *testing.T, h *house.House, ctx context.Context) func(pattern string, path map[string]string, query string, fields url.Values) (int, string) {
	t.Helper()
	return func(pattern string, path map[string]string, query string, fields url.Values) (int, string) {
		t.Helper()
		for _, rt := range h.Routes {
			if rt.Pattern != pattern {
				continue
			}
			method, at, _ := strings.Cut(pattern, " ")
			for k, v := range path {
				at = strings.Replace(at, "{"+k+"}", v, 1)
			}
			r := httptest.NewRequestWithContext(ctx, method, at+query, strings.NewReader(fields.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for k, v := range path {
				r.SetPathValue(k, v)
			}
			w := httptest.NewRecorder()
			if err := rt.Handle(w, r); err != nil {
				f := fault.Of(err)
				return f.Kind.Status(), string(f.Kind) + " " + f.Say + fmt.Sprint(f.Args...)
			}
			return w.Code, w.Body.String()
		}
		t.Fatalf("no route %s", pattern)
		return 0, ""
	}
}
