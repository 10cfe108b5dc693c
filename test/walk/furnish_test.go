package walk_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"plait/internal/spine/who"
)

const sheet = "words,date,role,source\n" +
	"\"The day centre shuts at three, and I work until five\",2026-02-01,carer,Spring sheet\n" +
	"\"We hand over in the car park\",some time in May,home care worker,Spring sheet\n" +
	"Nobody told us the number had changed,2026-02-03,carer,Spring sheet\n"

// scene is what is where after furnish.
type scene struct {
	code   string   // of a card whose person has said something
	locked string   // of a card that asks for a picture
	after  []string // pages of the lead that stand behind a form
	thanks string   // the page after the person took something back
}

// furnish puts something on every page: sites, a question with its history, asks, words
// of each strand, imports, people with needs, what was agreed and taken back.
func (s *street) furnish(lead *visitor) scene {
	s.t.Helper()
	ctx, in := s.AsOperator(), func(pairs ...any) map[string]any {
		out := map[string]any{"project": s.Project}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i].(string)] = pairs[i+1]
		}
		return out
	}
	do := func(verb string, pairs ...any) map[string]any { s.t.Helper(); return s.run(ctx, verb, in(pairs...)) }
	of := func(verb string, pairs ...any) {
		s.t.Helper()
		m := in(pairs...)
		delete(m, "project")
		s.run(ctx, verb, m)
	}

	do("project.question", "text", "What would stop people falling at home?")
	do("project.question", "text", "What helps people to stay steady at home?", "why", "The group did not want to be counted by their falls.", "version", 1)
	do("project.site", "name", "Merrow", "nation", "england", "place", "A market town")
	do("project.site", "name", "Taff Fields", "nation", "wales")
	do("project.ask", "team", "evidence", "what", "Find what is known about rails put in by neighbours", "owner", "Ann", "by_when", "2026-02-20")
	ask := do("project.ask", "team", "communications", "what", "A poster for the surgery", "owner", "Ben", "by_when", "2026-05-01")["ref"]
	of("project.answer", "ask", strings.TrimPrefix(ask.(string), "ask:"), "state", "done", "version", 1)

	person := do("people.add", "name", "Iris Tamblyn", "role", "draws on care and support")["ref"]
	do("people.add", "name", "Tom Bell", "says_as", "Tommy", "role", "carer")
	do("people.paste", "pasted", "Wyn Price, carer, wyn@example.org\nMo Adeyemi, home care worker")
	of("people.reach", "person", person, "how", "post", "address", "1 High Street, Merrow", "safe", true)
	of("people.organisation", "name", "Merrow Neighbours", "what", "a charity")

	do("evidence.paste", "pasted", "I hold on to the sink\nMy daughter rings at eight. If I do not answer she drives over\nThe rug was a wedding present", "strands", []string{"lived"},
		"person", strings.TrimPrefix(person.(string), "person:"), "role", "draws on care and support", "on", "2026-01-12", "source", "Tea and talk", "voice", "own", "expressed", "spoken", "uses", []string{"group"})
	do("evidence.paste", "pasted", "We see the same hall carpet in every house\nNobody pays for the twenty minutes it takes to walk to the shop", "strands", []string{"practice"}, "role", "home care worker")
	do("evidence.give", "words", "Rails fitted within two weeks halved repeat falls in one county, invented for this test", "strands", []string{"research"}, "source", "A study")
	do("evidence.paste", "pasted", "Found in the box by the door\nAsk my mum", "name", "The box")
	gone := do("evidence.give", "words", "Please forget this", "strands", []string{"lived"}, "person", strings.TrimPrefix(person.(string), "person:"))["ref"]
	act := s.run(ctx, "consent.withdraw", map[string]any{"ref": gone})["act"]

	s.thread(strings.TrimPrefix(person.(string), "person:"))
	do("worry.pass", "words", "He would not let me speak to her alone")
	of("worry.pass", "words", "I am worried about how we keep people safe")
	of("people.ask", "person", person, "what", "copy", "asked_by", "phone")
	of("keeper.archive", "for", "The council", "why", "It takes the work on")

	if resp, body := lead.post("/evidence/"+s.Project+"/shown/pictures", url.Values{"statements": {"What matters most?\nWhat is hard?"}, "icons": {"home", "bus", "happy"}}); !strings.Contains(resp.Request.URL.Path, "/shown/ask/") {
		s.t.Fatalf("what is asked of someone: %s at %s\n%s", resp.Status, resp.Request.URL.Path, words(body))
	}
	batch := lead.upload("/evidence/"+s.Project+"/import", "files", "spring.csv", sheet)
	s.work()
	if resp, body := lead.post(batch+"/shared", url.Values{"strands": {"lived"}}); !strings.HasSuffix(resp.Request.URL.Path, "/check") {
		s.t.Fatalf("what the rows share: %s at %s\n%s", resp.Status, resp.Request.URL.Path, words(body))
	}
	card := func(person any) (id, code string) {
		made := do("card.make", "person", person)["cards"].([]any)[0].(map[string]any)
		return made["card"].(string), made["code"].(string)
	}
	other := do("people.add", "name", "Locked Away")["ref"].(string)
	id, locked := card(other)
	s.run(who.With(s.t.Context(), s.Policy, who.Actor{Kind: who.Card, ID: id, Programme: s.Programme, Person: strings.TrimPrefix(other, "person:")}),
		"card.lock", map[string]any{"kind": "picture", "value": "boat"})
	_, code := card(person)
	after := append(s.files(lead, strings.TrimPrefix(person.(string), "person:")), batch+"/check", fmt.Sprintf("/consent/%s/thanks?act=%s", gone, act))
	return scene{code: code, locked: locked, after: after, thanks: fmt.Sprintf("/card/thanks?act=%s&ref=%s", act, gone)}
}

// thread carries what was said to a finding, a recommendation, actions and tries, what
// changed, a lesson and a letter, so that each of their pages has something on it.
func (s *street) thread(person string) {
	s.t.Helper()
	ctx := s.AsOperator()
	do := func(verb string, pairs ...any) map[string]any {
		s.t.Helper()
		in := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			in[pairs[i].(string)] = pairs[i+1]
		}
		return s.run(ctx, verb, in)
	}
	said := func(strand string) (out []string) {
		for _, c := range do("evidence.list", "project", s.Project, "strand", strand)["contributions"].([]any) {
			out = append(out, c.(map[string]any)["ref"].(string))
		}
		return out
	}
	lived, practice, research := said("lived"), said("practice"), said("research")
	do("project.issues", "project", s.Project, "problem", "People fall at home and wait too long for a rail", "agrees", "The group", "readiness", "Two teams want to begin")
	do("project.tried-before", "project", s.Project, "what", "A van with rails", "when", "2019", "stopped_why", "The money ended")
	do("project.success", "project", s.Project, "for", "people who fall", "looks_like", "Nobody waits a month")
	do("project.scope", "project", s.Project, "what", "Who fits the rails", "sort", "can change")
	do("project.scope", "project", s.Project, "what", "The law on housing", "sort", "not ours")
	do("people.mix", "project", s.Project, "what", "role", "value", "carer", "planned", 4)

	f := do("finding.write", "project", s.Project, "statement", "People hold on to what is there, because rails come too late", "plainly", "Rails come too late.",
		"lived_sure", "very", "lived_why", "Everyone said it", "research_sure", "fairly", "research_why", "One study")
	ref := f["ref"]
	do("finding.pick", "finding", ref, "contributions", lived[:2], "stance", "supports", "why", "They say so")
	do("finding.pick", "finding", ref, "contributions", practice[:1], "stance", "challenges", "why", "It is the carpet")
	do("finding.pick", "finding", ref, "contributions", research[:1], "stance", "qualifies", "why", "In one county")
	do("finding.share", "ref", ref, "version", 1)
	alone := do("finding.write", "project", s.Project, "statement", "Neighbours notice first", "plainly", "Neighbours see it first.")
	do("finding.pick", "finding", alone["ref"], "contributions", lived[2:], "stance", "supports")
	do("finding.share", "ref", alone["ref"], "version", 1, "why_one_strand", "Nobody has studied it and no worker was there.")
	do("finding.write", "project", s.Project, "statement", "A draft that nobody has finished")
	do("finding.fate", "contributions", practice[1:], "fate", "not taken up", "reason", "The shop is not ours to move.")

	rec := do("action.recommend", "project", s.Project, "title", "Fit rails within two weeks", "text", "One fitter for each area", "plainly", "Rails in two weeks.",
		"options", []string{"Two weeks", "Four weeks"}, "findings", []any{ref})
	do("action.recommend", "project", s.Project, "title", "Pay neighbours", "text", "A small sum", "findings", []any{alone["ref"]})
	do("action.decide", "ref", rec["ref"], "version", 1, "decision", "agreed", "option", "Two weeks", "by", "Steering group", "dissent", "One council saw no money for it", "on", "2026-01-20")
	act := do("action.plan", "project", s.Project, "recommendation", rec["ref"], "title", "Train two fitters", "plainly", "Two people learn to fit rails.", "owner_name", "Housing team", "due", "2026-01-25")
	do("action.finish", "ref", act["ref"], "version", 1, "result", "done", "in_use", "Merrow", "since", "2026-01-25")
	do("action.photo", "ref", act["ref"], "version", 2, "caption", "The rail", "words", "A grey rail by a door", "content", picture(s))
	try := do("action.plan", "project", s.Project, "recommendation", rec["ref"], "title", "Ring before the visit", "owner_name", "Ann", "due", "2026-01-22", "try", true,
		"where", "One street", "know", "Fewer missed visits", "look_back", "2026-01-30")
	do("action.look-back", "ref", try["ref"], "version", 1, "happened", "They rang, nobody answered", "verdict", "change", "next_title", "Text before the visit", "next_look_back", "2026-03-30")
	do("action.plan", "project", s.Project, "title", "Ask the surgery", "due", "2026-01-02")
	out := do("outcome.record", "project", s.Project, "sort", "practice", "title", "Rails come in nine days", "plainly", "Rails come fast now.", "shows", "The fitters' book", "from", []any{act["ref"]})
	do("outcome.record", "project", s.Project, "sort", "person", "title", "I walk to the gate again", "person", person)
	do("lesson.learn", "project", s.Project, "title", "Begin with the fitter", "text", "Not with the form", "elsewhere", "Anywhere with one fitter", "power", "The fitter decides",
		"policy", "Housing rules", "policy_stance", "runs against", "from", []any{out["ref"]})

	do("output.ready", "project", s.Project)
	s.work()
	var ready []any
	for _, l := range do("output.letters", "project", s.Project)["letters"].([]any) {
		if x := l.(map[string]any); x["state"] == "ready" || x["state"] == "by hand" {
			ready = append(ready, x["ref"])
		}
	}
	if len(ready) > 0 {
		do("output.release", "project", s.Project, "refs", ready)
	}
	do("finding.edit", "ref", ref, "version", 2, "statement", "People hold on to what is there, because help comes too late", "plainly", "Help comes too late.", "lived_sure", "very", "lived_why", "Everyone said it")
}

// picture is a small PNG.
func picture(s *street) []byte {
	s.t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		s.t.Fatal(err)
	}
	return b.Bytes()
}

var formKey = regexp.MustCompile(`name="key" value="([^"]+)"`)

// key is that of the first form of a page.
func (v *visitor) key(path string) string {
	v.s.t.Helper()
	_, body := v.get(path)
	found := formKey.FindStringSubmatch(body)
	if found == nil {
		v.s.t.Fatalf("no form at %s: %s", path, words(body))
	}
	return found[1]
}

// upload sends the form of a page with a file, and gives the path it leads to.
func (v *visitor) upload(path, field, name, content string) string {
	v.s.t.Helper()
	key := v.key(path)
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	err := form.WriteField("key", key) // first, as it stands in the form
	var file io.Writer
	if err == nil {
		file, err = form.CreateFormFile(field, name)
	}
	if err == nil {
		_, err = file.Write([]byte(content))
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		v.s.t.Fatal(err)
	}
	resp, body := v.read(v.Post(v.s.URL+path, form.FormDataContentType(), &b))
	if resp.StatusCode != http.StatusOK {
		v.s.t.Fatalf("sending %s: %s\n%s", name, resp.Status, words(body))
	}
	return resp.Request.URL.Path
}
