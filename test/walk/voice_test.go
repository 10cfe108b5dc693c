package walk_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

const rows = 40

// pasted are rows of which none is part of another.
func pasted() []string {
	out := make([]string, rows)
	for i := range out {
		out[i] = fmt.Sprintf("Voice %02d: the bus stops too far from the day centre", i+1)
	}
	return out
}

func TestOneVoice(t *testing.T) { oneVoice(t) }

func TestOneVoiceWithoutScripts(t *testing.T) { oneVoice(t, browser.WithoutJS) }

var codeShown = regexp.MustCompile(`\b[A-Z0-9]{3} [A-Z0-9]{3} [A-Z0-9]{4}\b`)

// oneVoice takes forty rows in, one person's card out, and their words back.
func oneVoice(t *testing.T, opts ...browser.Option) {
	s := open(t)
	s.member("coach@example.org", "Sam Coach", who.ProjectLead, ref.Of(ref.Project, s.Project))
	p := chrome.Open(t, s.URL+"/", phone, opts...)
	p.Follow(`a[href="/account/sign-in"]`)
	s.signInWindow(p, "coach@example.org")
	if !strings.HasSuffix(p.URL(), "/project/"+s.Project) {
		t.Fatalf("signing in leads to %s, want the one project", p.URL())
	}

	follow(t, p, `main a[href$="/paste"]`)
	p.Paste("#pasted", strings.Join(pasted(), "\n"))
	p.Click("label[for=strands]")
	follow(t, p, "main form button.govuk-button")
	if !p.Reads("40") {
		t.Errorf("forty pasted, not counted: %s", p.Text("main"))
	}
	if n := s.said(); n != rows {
		t.Fatalf("%d rows stored, want %d", n, rows)
	}
	p.Screenshot("list after a paste")

	// One of them is someone's, who gets a card without a name.
	mine := p.Text(".pl-said__item .pl-words__text")
	follow(t, p, ".pl-said__item a")
	at := p.URL()
	if !p.Reads(mine) {
		t.Fatalf("the page of %q does not show it", mine)
	}
	if n := s.found(p, mine, at); n != 1 {
		t.Fatalf("the search finds %q %d times, want once", mine, n)
	}
	p.Go(at)
	follow(t, p, `main a[href$="/speaker"]`)
	p.Click(".govuk-radios__item:last-child label") // someone who is not on the list
	follow(t, p, "main form button")
	if !p.Reads("This cannot be changed") {
		t.Errorf("whose words they are is not asked twice: %s", p.Text("main"))
	}
	follow(t, p, "main form button")
	follow(t, p, "main form button")
	if len(opts) == 0 { // axe is a script itself
		p.Axe()
		p.NoSideScroll(320)
	}
	p.Screenshot("card made")
	code := codeShown.FindString(p.Text("main"))
	if code == "" {
		t.Fatalf("no code on %s: %s", p.URL(), p.Text("main"))
	}

	// They open it on a device of their own.
	own := chrome.Open(t, s.URL+"/", phone, opts...)
	follow(t, own, `main a[href="/card"]`)
	own.Fill("#code", strings.ToLower(code))
	follow(t, own, "main form button")
	if !own.Reads(mine) || own.Reads("Falls at home") || strings.Contains(own.Title(), "Falls") {
		t.Fatalf("the card, titled %q, should show %q and name no project: %s", own.Title(), mine, own.Text("main"))
	}
	for _, other := range pasted() {
		if other != mine && own.Reads(other) {
			t.Errorf("the card shows %q, which someone else said", other)
		}
	}
	follow(t, own, `main section a[href$="/take"]`)
	follow(t, own, "main form button")
	if !own.Reads("Thank you") {
		t.Errorf("nobody says thank you: %s", own.Text("main"))
	}
	own.Screenshot("card thanks")

	// It is gone in the same second for the team.
	if status := statusOf(p, at); status != http.StatusGone && status != http.StatusNotFound {
		t.Errorf("the page of what was taken back: status %d", status)
	}
	if p.Reads(mine) {
		t.Error("the page of what was taken back shows it")
	}
	for next := s.URL + "/evidence/" + s.Project; next != ""; {
		p.Go(next)
		if p.Reads(mine) {
			t.Errorf("%s still shows it", next)
		}
		next = browser.Eval[string](p, `(document.querySelector(".govuk-pagination__next a") || {href: ""}).href`)
	}
	if n := s.found(p, mine, at); n != 0 {
		t.Errorf("the search still finds it")
	}
	if n := s.said(); n != rows-1 {
		t.Errorf("%d contributions left, want %d", n, rows-1)
	}
	own.Go(s.URL + "/card/words")
	if own.Count(`main section a[href$="/take"]`) != 0 {
		t.Errorf("the card still shows what was taken back: %s", own.Text("main"))
	}

	// And comes back when they change their mind.
	follow(t, own, `main form[action="/card/undo"] button`)
	if !own.Reads(mine) {
		t.Errorf("undone, the card does not show it: %s", own.Text("main"))
	}
	if n := s.said(); n != rows {
		t.Errorf("%d contributions after the undo, want %d", n, rows)
	}
}

// follow clicks and wants a page that is in order.
func follow(t *testing.T, p *browser.Page, selector string) {
	t.Helper()
	if status := p.Follow(selector); status != http.StatusOK {
		t.Fatalf("%s: status %d at %s\n%s", selector, status, p.URL(), p.Text("main"))
	}
}

// statusOf opens an address and gives the status of the answer.
func statusOf(p *browser.Page, url string) int {
	p.Go(url)
	return browser.Eval[int](p, `performance.getEntriesByType("navigation")[0].responseStatus`)
}

// found searches for words in the window and counts the hits that lead to a page.
func (s *street) found(p *browser.Page, words, page string) int {
	s.t.Helper()
	s.work()
	p.Go(s.URL + "/search")
	p.Fill("#q", words)
	follow(s.t, p, "main form button")
	return p.Count(fmt.Sprintf("main a[href=%q]", strings.TrimPrefix(page, s.URL)))
}
