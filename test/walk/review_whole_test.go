package walk_test

import (
	"fmt"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

// TestAReviewIsSeenWhole looks at a small review's flow, map, changes and ways out, on a
// laptop, on a phone and without scripts.
func TestAReviewIsSeenWhole(t *testing.T) {
	s := open(t)
	s.member("mair@example.org", "Mair", who.Reviewer, ref.Of(ref.Project, s.Project))
	at := s.Do(s.AsOperator(), "review.make", review.MakeIn{Project: s.Project, Facts: review.Facts{Title: "Support at night", Decision: "A second night worker?"}}).(review.MakeOut).Ref
	s.Write(func(tx *db.Tx) error {
		batch := s.IDs.New()
		if err := tx.Do(db.Q(`insert into review_batch (programme, review, id, search, name, upload, format, encoding, records, done, problems, problem_count, state, actor, made_at)
			values (?, ?, ?, '', 'scopus.ris', '', 'ris', 'utf-8', 9, 9, '[]', 0, 'in', '', 1)`, s.Programme, at.ID, batch)); err != nil {
			return err
		}
		for n := range int64(9) {
			title, full, why := "exclude", "", "Not about care at home or in the community, and of another country"
			if n%2 == 0 {
				title, full, why = "include", "include", ""
			}
			if err := tx.Do(db.Q(`insert into review_record (programme, review, n, batch, lead, gone, title, authors, year, journal, doi, abstract, plain, whole,
				title_verdict, title_reason, full_verdict, full_reason, full_state, full_file, made_at) values (?, ?, ?, ?, ?, ?, ?, '', 2020, '', '', '', '', ?, ?, ?, ?, '', '', '', 1)`,
				s.Programme, at.ID, n+1, batch, n+1, false, fmt.Sprintf("Paper %d", n), fmt.Sprintf(`{"type":"article-journal","title":"Paper %d","year":2020,"date":"2020","format":"ris"}`, n), title, why, full)); err != nil {
				return err
			}
		}
		return tx.Do(db.Q(`update review_review set last_n = 9 where programme = ? and id = ?`, s.Programme, at.ID))
	})
	here := "/review/" + s.Project + "/of/" + at.ID
	v := s.visitor().signIn("mair@example.org")
	p := v.window(t, here+"/flow", laptop)
	if text := p.Text("main"); !strings.Contains(text, "Records excluded") || !strings.Contains(text, "Studies included in the review: 5") {
		t.Errorf("%s", text)
	}
	p.Axe()
	for _, page := range []string{"/flow", "/map", "/since", "/out", "/references?which=all", "/close", ""} {
		small := v.window(t, here+page, 320)
		small.Axe()
		small.NoSideScroll(320)
	}
	plain := v.window(t, here+"/close", laptop, browser.WithoutJS)
	plain.Fill("#why", "The report is out.")
	plain.Follow("main form button")
	if !strings.HasSuffix(plain.URL(), "/since?done=closed") {
		t.Errorf("after closing: %s", plain.URL())
	}
	if text := plain.Text("main"); !strings.Contains(text, "The report is out.") || !strings.Contains(text, "Open the review again") {
		t.Errorf("%s", text)
	}
}
