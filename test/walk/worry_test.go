package walk_test

import (
	"strings"
	"testing"

	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

// TestAWorryTakesTwoPresses passes one on from a contribution's page, by a person with
// scripts and by one without, and from a card; the lead reads it and says what was done.
func TestAWorryTakesTwoPresses(t *testing.T) {
	s := open(t)
	at := strings.TrimPrefix(s.run(s.AsOperator(), "evidence.give", map[string]any{"project": s.Project, "words": "He locks the door at night", "role": "carer"})["ref"].(string), "contribution:")
	coach := s.visitor().signIn(s.coach())
	s.member("safe@example.org", "Ada Safe", who.Safeguarding, ref.Of(ref.Project, s.Project))
	said := "/evidence/" + s.Project + "/said/" + at
	for name, opts := range map[string][]browser.Option{"with scripts": nil, "without": {browser.WithoutJS}} {
		p := coach.window(t, said, phone, opts...)
		press(t, p, "a[href^='/worry/pass']")
		if !p.Reads("Ada Safe") || !p.Reads("999") {
			t.Errorf("%s: the first press leads to %s: %s", name, p.URL(), p.Text("main"))
		}
		if opts == nil {
			good(t, p)
			p.Screenshot("worry pass")
			p.Width(laptop)
			p.Screenshot("worry pass wide")
			p.Width(phone)
		}
		press(t, p, "main form button")
		if !p.Reads("Your worry is passed on") {
			t.Errorf("%s: the second press leads to %s: %s", name, p.URL(), p.Text("main"))
		}
		if opts == nil {
			p.Screenshot("worry passed")
			p.Go(s.URL + "/worry/passed")
			good(t, p)
		}
	}
	for _, path := range []string{"/evidence/" + s.Project, "/evidence/" + s.Project + "/give", "/project/" + s.Project} {
		if _, body := coach.get(path); !strings.Contains(body, "/worry/pass") {
			t.Errorf("%s has no way to pass a worry on", path)
		}
	}
	s.work()
	if text := s.letter(); !strings.Contains(text, "new worry to read") || strings.Contains(text, "locks") {
		t.Errorf("the letter: %s", text)
	}
	lead := s.visitor().signIn("safe@example.org")
	p := lead.window(t, "/project/"+s.Project, phone)
	if !p.Reads("2 new worries to read") {
		t.Errorf("the lead's home says nothing: %s", p.Text("main"))
	}
	if _, body := coach.get("/project/" + s.Project); strings.Contains(body, "new worries") {
		t.Error("the coach's home tells of worries")
	}
	press(t, p, "a[href='/worry/"+s.Project+"']")
	good(t, p)
	p.Screenshot("worry list")
	press(t, p, "main a[href*='/note/']")
	press(t, p, "main form button") // I have read this
	p.Click("label[for=kind-2]")
	p.Fill("#words", "Spoke with her. She is safe.")
	press(t, p, "main form:last-of-type button")
	if !p.Reads("Closed") || !p.Reads("She is safe") || !p.Reads("He locks the door") {
		t.Errorf("the worry's page: %s", p.Text("main"))
	}
	here, _, _ := strings.Cut(p.URL(), "?")
	p.Go(here)
	good(t, p)
	p.Screenshot("worry see")
	p.Width(laptop)
	p.Screenshot("worry see wide")
	p.Width(phone)
	if _, body := coach.get("/worry/passed"); !strings.Contains(body, "someone has read it") || strings.Contains(body, "She is safe") {
		t.Errorf("the coach sees: %s", words(body))
	}
}

// press follows a link or a button and fails on anything but a page.
func press(t *testing.T, p *browser.Page, selector string) {
	t.Helper()
	if status := p.Follow(selector); status != 200 {
		t.Fatalf("%s: status %d at %s\n%s", selector, status, p.URL(), p.Text("main"))
	}
}

func TestAWorryFromACard(t *testing.T) {
	s := open(t)
	person := strings.TrimPrefix(s.run(s.AsOperator(), "people.add", map[string]any{"name": "Iris", "project": s.Project})["ref"].(string), "person:")
	s.run(s.AsOperator(), "evidence.give", map[string]any{"project": s.Project, "words": "I am often alone", "person": person})
	made := s.run(s.AsOperator(), "card.make", map[string]any{"project": s.Project, "person": "person:" + person})
	code := made["cards"].([]any)[0].(map[string]any)["code"].(string)
	p := s.visitor().openCard(code).window(t, "/card/words", phone)
	press(t, p, "a[href='/worry/card']")
	good(t, p)
	p.Screenshot("worry card")
	p.Fill("#words", "He shouts")
	press(t, p, "main form button")
	if !p.Reads("Your worry is passed on") || !p.Reads("nobody has read it yet") || p.Reads("He shouts") {
		t.Errorf("after the press: %s", p.Text("main"))
	}
	p.Screenshot("worry card passed")
}
