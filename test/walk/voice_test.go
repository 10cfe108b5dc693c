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

	follow := func(selector string) {
		t.Helper()
		if status := p.Follow(selector); status != http.StatusOK {
			t.Fatalf("%s: status %d at %s\n%s", selector, status, p.URL(), p.Text("main"))
		}
	}
	follow(`main a[href$="/paste"]`)
	p.Paste("#pasted", strings.Join(pasted(), "\n"))
	p.Click("label[for=strands]")
	follow("main form button.govuk-button")
	if !p.Reads("40") {
		t.Errorf("forty pasted, not counted: %s", p.Text("main"))
	}
	if n := s.said(); n != rows {
		t.Fatalf("%d rows stored, want %d", n, rows)
	}
	p.Screenshot("list after a paste")
}
