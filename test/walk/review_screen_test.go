package walk_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

// library puts invented references into a review, and says that they came.
func (s *street) library(review string, n int) {
	s.t.Helper()
	batch := s.IDs.New()
	s.Write(func(tx *db.Tx) error {
		if err := tx.Do(db.Q(`insert into review_batch (programme, review, id, search, name, upload, format, encoding, records, done, problems, problem_count, state, actor, made_at)
			values (?, ?, ?, '', 'x.ris', '', 'ris', 'utf-8', ?, 0, '', 0, 'in', '', 0)`, s.Programme, review, batch, int64(n))); err != nil {
			return err
		}
		for i := range n {
			if err := tx.Do(db.Q(`insert into review_record (programme, review, n, batch, lead, gone, title, authors, year, journal, doi, abstract, plain, whole,
				title_verdict, title_reason, full_verdict, full_reason, full_state, full_file, made_at) values (?, ?, ?, ?, ?, ?, ?, 'Lee, Jo; Park, Sun', 2019, 'Journal of Care', '', ?, '', '{}', '', '', '', '', '', '', 1)`,
				s.Programme, review, int64(i+1), batch, int64(i+1), false, fmt.Sprintf("Support at night, place %d", i+1),
				strings.Repeat("Older residents told us what help at night means to them and who decides about it. ", 9))); err != nil {
				return err
			}
		}
		return tx.Do(db.Q(`update review_review set last_n = ? where programme = ? and id = ?`, int64(n), s.Programme, review))
	})
}

// TestScreening reads records by keys, by thumb and without scripts, and says what matters
// by a plain summary.
func TestScreening(t *testing.T) {
	s := open(t)
	made := s.run(s.AsOperator(), "review.make", map[string]any{"project": s.Project, "title": "What helps at night?", "reviewers": 2, "blind": true})
	id := strings.TrimPrefix(made["ref"].(string), "review:")
	s.library(id, 12)
	s.member("rea@example.org", "Rea Reader", who.Reviewer, ref.Of(ref.Project, s.Project))
	s.member("eva@example.org", "Eva Evaluates", who.Evaluator, ref.Of(ref.Project, s.Project))
	s.member("com@example.org", "Com Tells", who.Communicator, ref.Of(ref.Project, s.Project))
	here := "/review/" + s.Project + "/of/" + id
	rea := s.visitor().signIn("rea@example.org")

	// By keys: each press brings the next record; z takes the last back.
	p := rea.window(t, here+"/screen", laptop)
	p.Screenshot("review screen wide")
	first := p.Text("h1")
	for _, key := range []string{"i", "e", "u", "l"} {
		before := browser.Eval[string](p, `document.querySelector("[data-screen]").dataset.screen`)
		p.Press(key)
		p.Gone(`[data-screen="` + before + `"]`)
		p.Wait("[data-screen]")
	}
	if !p.Reads("You have read 3") {
		t.Errorf("after four keys: %s", p.Text(".pl-screen__how"))
	}
	p.Press("z")
	p.Wait(".govuk-notification-banner")
	// While something is typed, a letter is a letter.
	p.Click("details summary")
	p.Fill("#note", "i like it")
	if !p.Reads("You have read") {
		t.Error("a key pressed in a note decided")
	}
	p.Click("[data-screen-toggle]")
	p.Press("i")
	p.Press(kb.Tab)
	if p.Text("[data-screen-toggle]") != "Turn keys on" {
		t.Error("the keys are not off")
	}
	p.Click("[data-screen-toggle]")

	// By thumb: the four buttons are in reach at the bottom of a phone, and large enough.
	q := rea.window(t, here+"/screen", phone)
	good(t, q)
	q.Screenshot("review screen phone")
	type box struct{ Top, Height, View float64 }
	for i := 1; i <= 4; i++ {
		b := browser.Eval[box](q, fmt.Sprintf(`(() => { const r = document.querySelector(".pl-screen__bar button:nth-child(%d)").getBoundingClientRect(); return {Top: r.top, Height: r.height, View: innerHeight} })()`, i))
		if b.Height < 44 || b.Top < b.View/2 || b.Top+b.Height > b.View {
			t.Errorf("button %d: %+v", i, b)
		}
	}
	press(t, q, ".pl-screen__bar [value=include]")

	// Without scripts, by the second reader: what the first has read comes first, unseen.
	eva := s.visitor().signIn("eva@example.org")
	n := eva.window(t, here+"/screen", phone, browser.WithoutJS)
	if n.Text("h1") != first || !n.Reads("Your answer is needed too") || n.Reads("What others decided") {
		t.Errorf("to the second: %s", n.Text("main"))
	}
	n.Click("details summary")
	n.Fill("#reason", "Another country")
	press(t, n, ".pl-screen__bar [value=exclude]")
	n.Go(s.URL + here + "/screen/talk")
	goodPlain(t, n)
	press(t, n, ".pl-panel h2 a")
	goodPlain(t, n)
	n.Screenshot("review talk phone")
	if !n.Reads("Rea Reader") || !n.Reads("Another country") {
		t.Errorf("what each said: %s", n.Text("main"))
	}
	n.Click("label[for=verdict]")
	n.Fill("#why", "It is near enough to us")
	press(t, n, "main form button")
	p = rea.window(t, here+"/screen/agree", phone)
	for _, page := range []string{"/screen/agree", "/screen/stop", "/screen/mine", "/text"} {
		p.Go(s.URL + here + page)
		good(t, p)
		p.Screenshot("review" + strings.ReplaceAll(page, "/", " "))
	}
	press(t, p, ".pl-panel h2 a")
	good(t, p)
	p.Screenshot("review text one")

	// The team writes two sentences; a reader says what matters, and is answered.
	p.Go(s.URL + here + "/screen/plain/5")
	good(t, p)
	p.Fill("#words", "People got help at night. They slept better.")
	press(t, p, "main form button")
	com := s.visitor().signIn("com@example.org")
	c := com.window(t, here+"/card", phone, browser.WithoutJS)
	goodPlain(t, c)
	c.Screenshot("review card phone")
	c.Click("label[for=verdict]")
	c.Fill("#words", "My mum had this")
	press(t, c, "main form button")
	p.Go(s.URL + here + "/screen/views")
	good(t, p)
	p.Click("details summary")
	p.Fill("textarea", "We took it in")
	press(t, p, "main details form button")
	c.Go(s.URL + here + "/card/mine")
	goodPlain(t, c)
	if !c.Reads("We took it in") || !c.Reads("Rea Reader") {
		t.Errorf("the answer: %s", c.Text("main"))
	}
}
