package walk_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/url"
	"strings"
	"testing"

	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// TestSomeoneAsksWhatIsHeld follows one call: a person asks what is held, the lead looks at
// what names others, makes the copy, gives it, erases the person, and the page says until
// when a backup could still be read.
func TestSomeoneAsksWhatIsHeld(t *testing.T) {
	s := open(t)
	do := func(verb string, in map[string]any) map[string]any {
		t.Helper()
		return s.run(s.AsOperator(), verb, in)
	}
	at := do("people.add", map[string]any{"project": s.Project, "name": "Orla Quill", "role": "carer"})["ref"].(string)
	id := strings.TrimPrefix(at, "person:")
	do("people.reach", map[string]any{"person": at, "how": "phone", "address": "0115 4960199", "safe": true, "note": "Ask for nephew Zeb"})
	do("evidence.give", map[string]any{"project": s.Project, "words": "The step is too high", "strands": []string{"lived"}, "person": id})
	s.member("lead@example.org", "Ann Lead", who.ProgrammeLead, ref.Of(ref.Programme, s.Programme))
	// The person sees the same on their card, without what others wrote, and may ask there.
	made := do("card.make", map[string]any{"project": s.Project, "person": at})["cards"].([]any)[0].(map[string]any)
	own := s.visitor()
	own.get("/card/q/" + made["code"].(string))
	if _, body := own.get("/people/own"); !strings.Contains(body, "The step is too high") || strings.Contains(body, "nephew") || !strings.Contains(body, "Ask for a copy") {
		t.Errorf("on the card: %s", words(body))
	}
	card := own.window(t, "/people/own", phone)
	good(t, card)
	card.Screenshot("people own")
	lead := s.visitor().signIn("lead@example.org")
	p := lead.window(t, "/people/"+id, phone)
	press(t, p, "a[href='/people/person/"+id+"/ask']")
	good(t, p)
	p.Click("label[for=what]")
	p.Click("label[for=asked_by-2]")
	press(t, p, "main form button")
	if !p.Reads("days left") || !p.Reads("The step is too high") || !p.Reads("Ask for nephew Zeb") {
		t.Fatalf("what is held: %s", p.Text("main"))
	}
	p.Go(s.URL + "/people/person/" + id + "/held") // without the banner, which takes the focus
	good(t, p)
	p.Screenshot("people held")
	p.Width(laptop)
	p.Screenshot("people held wide")
	p.Width(phone)
	p.Click("label[for^=out-]")
	press(t, p, "form[action$='/held'] button[type=submit]")
	if !p.Reads("What you chose is saved") || !p.Reads("Make the copy") {
		t.Fatalf("after choosing: %s", p.Text("main"))
	}
	resp, body := lead.post("/people/person/"+id+"/held/copy", url.Values{})
	z, err := zip.NewReader(bytes.NewReader([]byte(body)), int64(len(body)))
	if err != nil {
		t.Fatalf("the copy: %s %v", resp.Status, err)
	}
	f, err := z.Open("held.html")
	if err != nil {
		t.Fatal(err)
	}
	paper, err := io.ReadAll(f)
	if err != nil || !bytes.Contains(paper, []byte("The step is too high")) || bytes.Contains(paper, []byte("Zeb")) {
		t.Errorf("the copy reads: %s %v", paper, err)
	}
	p.Go(s.URL + "/people/requests")
	good(t, p)
	p.Screenshot("people requests")
	press(t, p, "main a[href^='/people/request/']")
	good(t, p)
	p.Screenshot("people answer")
	p.Click("label[for=answer]")
	p.Click("label[for=to]")
	press(t, p, "main form button")
	if !p.Reads("The answer is written down") {
		t.Errorf("the request: %s", p.Text("main"))
	}
	p.Go(s.URL + "/people/person/" + id + "/erase?step=check&why=they+asked&words=erase")
	good(t, p)
	p.Screenshot("people erase")
	press(t, p, "main form button")
	if !p.Reads("They are erased") || !p.Reads("Copies outside") || !p.Reads("backup") || p.Reads("Orla") {
		t.Errorf("after erasing: %s", p.Text("main"))
	}
	p.Go(s.URL + "/people/" + id)
	good(t, p)
	p.Screenshot("people erased")
	p.Go(s.URL + "/keeper/retain")
	good(t, p)
	p.Screenshot("keeper retain")
	p.Go(s.URL + "/keeper/retain/of/people")
	good(t, p)
	p.Go(s.URL + "/keeper/retain/of/people/rule")
	good(t, p)
	p.Screenshot("keeper retain rule")
}
