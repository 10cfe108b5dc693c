package walk_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
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
	return scene{code: code, locked: locked, after: []string{batch + "/check", fmt.Sprintf("/consent/%s/thanks?act=%s", gone, act)},
		thanks: fmt.Sprintf("/card/thanks?act=%s&ref=%s", act, gone)}
}

// upload sends a form with a file.
func (v *visitor) upload(path, field, name, content string) string {
	v.s.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	file, err := form.CreateFormFile(field, name)
	if err == nil {
		_, err = file.Write([]byte(content))
	}
	if err == nil {
		err = form.WriteField("key", "upload-"+name)
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
