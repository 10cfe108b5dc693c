package walk_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/test/browser"
)

// reviewFilled makes a review with two included records and gives its address.
func (s *street) reviewFilled(title string) (id, home string) {
	s.t.Helper()
	out := s.run(s.AsOperator(), "review.make", map[string]any{"project": s.Project, "title": title})
	at, err := ref.Parse(out["ref"].(string))
	if err != nil {
		s.t.Fatal(err)
	}
	batch := s.IDs.New()
	s.Write(func(tx *db.Tx) error {
		if err := tx.Do(db.Q(`insert into review_batch (programme, review, id, search, name, upload, format, encoding, records, done, problems, problem_count, state, actor, made_at)
			values (?, ?, ?, '', 'a.ris', '', 'ris', 'utf-8', 2, 0, '[]', 0, 'in', '', 0)`, s.Programme, at.ID, batch)); err != nil {
			return err
		}
		for n, title := range []string{"Help at night", "Nights alone"} {
			if err := tx.Do(db.Q(`insert into review_record (programme, review, n, batch, lead, gone, title, authors, year, journal, doi, abstract, plain, whole,
				title_verdict, title_reason, full_verdict, full_reason, full_state, full_file, made_at)
				values (?, ?, ?, ?, ?, ?, ?, 'Lee, Jo', 2019, 'Journal of Care', '', ?, '', ?, 'include', '', 'include', '', '', '', 0)`, s.Programme, at.ID, int64(n+1), batch, int64(n+1), false, title,
				"We asked \U0001f469\u200d\U0001f467 families. Night help was asked for.\nNight help was rare in towns.", `{"type":"article-journal","title":"`+title+`","year":2019}`)); err != nil {
				return err
			}
		}
		return nil
	})
	return at.ID, s.URL + "/review/" + s.Project + "/of/" + at.ID
}

func TestTakingOutWhatTextsSay(t *testing.T) {
	s := open(t)
	email := s.coach()
	id, home := s.reviewFilled("Support at night")
	p := chrome.Open(t, s.URL+"/", laptop)
	s.signInWindow(p, email)
	p.Go(home + "/extract")
	p.Axe()
	p.Go(home + "/extract/1")
	p.Axe()

	// With the mouse: the words that are selected go into the answer's field, and are kept.
	p.Fill("#f-says", "Night help is rare.")
	choose(p, "Night help was rare")
	p.Wait("[data-place-bar]:not([hidden])")
	if got := browser.Eval[string](p, `document.querySelector("#bar-field").value`); got != "says" {
		t.Errorf("offered for %q", got)
	}
	p.Screenshot("review place wide")
	p.Click("[data-place-keep]")
	if got := browser.Eval[string](p, `document.querySelector("#quote-says").value`); got != "Night help was rare" {
		t.Errorf("quote %q", got)
	}
	p.Follow(`form[action$="/extract/1"] button[type=submit]`)
	answers := func() string {
		all := s.run(s.AsOperator(), "review.extracts", map[string]any{"review": "review:" + id})["records"].([]any)
		list := all[0].(map[string]any)["answers"].([]any)
		if len(list) != 1 {
			t.Fatalf("%v", list)
		}
		return list[0].(map[string]any)["place"].(string)
	}
	if got := answers(); !strings.Contains(got, `"quote":"Night help was rare"`) || !strings.Contains(got, `"start":49`) {
		t.Errorf("place %s", got)
	}
	p.Go(browser.Eval[string](p, `document.querySelector('a[href$="#place"]').href`))
	if got := p.Text("#place"); got != "Night help was rare" {
		t.Errorf("the place opens at %q", got)
	}
	for _, width := range []int{320, phone} {
		p.Width(width)
		p.NoSideScroll(width)
	}
	p.Width(laptop)

	// A statement, one record that speaks against it, and into the thread.
	p.Go(home + "/statement/new?n=1")
	p.Axe()
	p.Fill("#words", "Night help is rare")
	p.Follow("main form button[type=submit]")
	said := strings.SplitN(p.URL(), "?", 2)[0]
	p.Go(said + "/records")
	p.Axe()
	browser.Eval[bool](p, `(document.querySelector("#stance-2").value = "challenges") !== ""`)
	p.Fill("#note-2", "Not in the country")
	p.Follow("main form button[type=submit]")
	p.Axe()
	p.Screenshot("review statement wide")
	p.Follow(`form[action$="/give"] button[type=submit]`)
	if !p.Reads("Does this match?") || p.Count(`a[href*="stance=challenges"]`) != 1 {
		t.Error("it is not asked whether it matches")
	}
	p.Width(320)
	p.NoSideScroll(320)
	p.Axe()
	p.Width(laptop)
	s.run(s.AsOperator(), "review.gap", map[string]any{"review": "review:" + id, "words": "Nights of people who live alone", "n": 1})
	s.run(s.AsOperator(), "review.organisation", map[string]any{"review": "review:" + id, "name": "Night Line", "link": "https://example.org"})
	for _, page := range []string{"/field", "/field/says", "/field/new", "/statement", "/theme/new", "/gap", "/gap/new", "/gap/print", "/organisation", "/organisation/new"} {
		p.Go(home + page)
		p.Axe()
		p.Width(320)
		p.NoSideScroll(320)
		p.Width(laptop)
	}
}

// placed is the address that opens the place of an answer.
var placed = regexp.MustCompile(`/review/[^"]*[?]at=says&amp;by=[^"#]*`)

func TestTakingOutWithoutScript(t *testing.T) {
	s := open(t)
	email := s.coach()
	_, home := s.reviewFilled("Support at night")
	v := s.visitor().signIn(email)
	path := strings.TrimPrefix(home, s.URL)
	for n := 1; n <= 2; n++ {
		at := path + "/extract/" + strconv.Itoa(n)
		resp, _ := v.post(at, map[string][]string{"key": {s.IDs.New()}, "f-says": {"Night help is rare."}, "quote-says": {"night help was  rare"}})
		if resp.StatusCode != 422 {
			t.Errorf("words that stand there otherwise: %s", resp.Status)
		}
		resp, body := v.post(at, map[string][]string{"key": {s.IDs.New()}, "f-says": {"Night help is rare."}, "quote-says": {"Night help was  rare"}})
		if resp.StatusCode != 200 || !strings.Contains(body, "What you wrote is kept") {
			t.Errorf("%s\n%s", resp.Status, body)
		}
		if _, body = v.get(strings.ReplaceAll(placed.FindString(body), "&amp;", "&")); !strings.Contains(body, `id="place">Night help was rare</mark>`) {
			t.Error("the place does not open")
		}
	}
}
