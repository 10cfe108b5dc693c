package walk_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"plait/internal/kit/web"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

// said counts the live contributions of the project.
func (s *street) said() int {
	s.t.Helper()
	out := s.run(s.AsOperator(), "evidence.list", map[string]any{"project": s.Project, "limit": 200})
	list, _ := out["contributions"].([]any)
	return len(list)
}

func (s *street) coach() string {
	s.t.Helper()
	s.member("coach@example.org", "Sam Coach", who.ProjectLead, ref.Of(ref.Project, s.Project))
	return "coach@example.org"
}

// signInTab signs in by the letter in another tab beside p, which stays as it is.
func (s *street) signInTab(p *browser.Page, email string) {
	s.t.Helper()
	if resp, _ := s.visitor().post("/account/sign-in", url.Values{"email": {email}}); resp.StatusCode != http.StatusOK {
		s.t.Fatalf("asking for a letter: %s", resp.Status)
	}
	s.work()
	tab, shut := chromedp.NewContext(p.Context())
	defer shut()
	if err := chromedp.Do(tab, chromedp.Navigate(s.link())); err != nil {
		s.t.Fatal(err)
	}
	resp, err := chromedp.RunResponse(tab, chromedp.Click(chromedp.CSS("main form button")))
	if err != nil || resp.Status != http.StatusOK {
		s.t.Fatalf("signing in in the other tab: %v, %v", resp, err)
	}
}

func TestADraftOutlivesItsSession(t *testing.T) {
	s := open(t)
	email := s.coach()
	p := chrome.Open(t, s.URL+"/", phone)
	s.signInWindow(p, email)
	p.Go(s.URL + "/evidence/" + s.Project + "/give")
	const draft = "Typed for an hour: <b>we</b> said “enough” & meant it"
	p.Fill("#words", draft)
	p.Click("label[for=strands]")

	s.Hand.Add(web.SessionIdle + time.Hour)
	if status := p.Follow("button[value=one]"); status != http.StatusUnauthorized {
		t.Fatalf("sending after the session ended: status %d, want %d", status, http.StatusUnauthorized)
	}
	if n := s.said(); n != 0 {
		t.Fatalf("%d stored for nobody", n)
	}
	const kept = `textarea[name=words]`
	if got := browser.Eval[string](p, `document.querySelector("`+kept+`").value`); got != draft {
		t.Fatalf("the draft is shown as %q", got)
	}
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("session ended")

	s.signInTab(p, email)
	// Sent once out of sight, then by the button: the form has one key.
	if status := browser.Eval[int](p, `fetch(document.forms[0].action, {method: "POST", body: new URLSearchParams(new FormData(document.forms[0]))}).then(r => r.status)`); status != http.StatusOK {
		t.Fatalf("sending again out of sight: status %d", status)
	}
	if status := p.Follow("main form button"); status != http.StatusOK {
		t.Fatalf("sending again: status %d, %s", status, p.Text("main"))
	}
	if !p.Reads(draft) {
		t.Errorf("the page after it does not show the words: %s", p.Text("main"))
	}
	if n := s.said(); n != 1 {
		t.Fatalf("stored %d times, want once", n)
	}
}

func TestAFormSentTwiceIsStoredOnce(t *testing.T) {
	s := open(t)
	v := s.visitor().signIn(s.coach())
	path := "/evidence/" + s.Project + "/give"
	p := v.window(t, path, phone)
	p.Fill("#words", "Pressed twice")
	// As a shaking hand presses: before the first answer has come.
	browser.Eval[bool](p, `(() => { const b = document.querySelector("button[value=one]"); b.click(); b.click(); return true })()`)
	p.Gone("#words")
	if n := s.said(); n != 1 {
		t.Errorf("a double press stored %d, want 1", n)
	}

	// As a browser without scripts sends it: at the same moment, with the same key.
	form := url.Values{"key": {"one-form-one-key-1234"}, "words": {"Sent at the same moment"}, "next": {"one"}}
	var wg sync.WaitGroup
	ends := make([]string, 6)
	for i := range ends {
		wg.Go(func() {
			resp, err := v.PostForm(s.URL+path, form)
			if err != nil {
				ends[i] = err.Error()
				return
			}
			_ = resp.Body.Close()
			ends[i] = resp.Status + " " + resp.Request.URL.Path
		})
	}
	wg.Wait()
	for _, end := range ends {
		if end != ends[0] || !strings.HasPrefix(end, "200 ") {
			t.Errorf("the answers differ: %q", ends)
			break
		}
	}
	if n := s.said(); n != 2 {
		t.Errorf("six at once stored %d, want 1", n-1)
	}
}
