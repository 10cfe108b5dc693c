package review_test

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plait/internal/engine/cite"
	"plait/internal/engine/screen"
	"plait/internal/room/review"
	"plait/internal/spine/who"
	"plait/test/house"
)

// badNumber is a number that no page may hold.
var badNumber = regexp.MustCompile(`>[^<]*(-\d|NaN|Inf)[^<]*<`)

// TestNoNumberIsOutOfRange: whether to stop is said in numbers that can be, however few are
// read or left.
func TestNoNumberIsOutOfRange(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		const all = 10
		// What is read: in turn what matters, what does not, and both.
		for _, verdicts := range [][]string{{review.Include}, {review.Exclude}, {review.Exclude, review.Include}, {review.Include, review.Exclude, review.Exclude, review.Exclude}} {
			s := toScreen(t, h, review.Facts{}, plainRecords(all))
			for read := range int64(all + 1) {
				if read > 0 {
					s.decide(s.ada, read, verdicts[int(read)%len(verdicts)], "")
				}
				out := s.stop()
				for _, a := range []screen.Advice{out.Likely, out.Sure} {
					if math.IsNaN(a.Chance) || a.Chance < 0 || a.Chance > 1 || a.Left < 0 || a.AtMost < a.Left || a.AtMost > a.Unread || a.AtMost == 0 && out.Found > 0 && !a.Stop {
						t.Errorf("%v, %d read: %+v", verdicts, read, a)
					}
				}
				status, _, page := s.call(s.ada, s.here+"/screen/stop", nil)
				_, page, _ = strings.Cut(page, "<main")
				if bad := badNumber.FindString(page); status != http.StatusOK || bad != "" {
					t.Errorf("%v, %d read: %d %s", verdicts, read, status, bad)
				}
			}
			if out := s.stop(); !out.Advice().Stop {
				t.Errorf("%v: all is read, and it says read on", verdicts)
			}
		}
	})
}

// TestWhatIsLeftForMe: the count of what is left is one's own, and moves by one each way.
func TestWhatIsLeftForMe(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{Reviewers: 2}, plainRecords(5))
		far := func(whose context.Context, read, open int64) {
			t.Helper()
			if n := s.next(whose); n.Read != read || n.Open != open {
				t.Errorf("read %d, open %d; want %d, %d", n.Read, n.Open, read, open)
			}
		}
		third := s.As(who.ProjectLead)
		far(s.ada, 0, 5)
		s.decide(s.bea, 1, review.Include, "")
		far(s.ada, 0, 5)
		for n := range int64(3) {
			s.decide(s.ada, n+1, review.Include, "")
			far(s.ada, n+1, 4-n) // settled or not
		}
		far(third, 0, 4) // two have read the first one
		for n := range int64(3) {
			s.Do(s.ada, "review.undo", review.UndoIn{Ref: s.at})
			far(s.ada, 2-n, 3+n)
		}
		s.decide(s.ada, 1, review.Exclude, "") // it is for talking about
		far(s.ada, 1, 4)
		far(third, 0, 4)
		s.Do(s.ada, "review.undo", review.UndoIn{Ref: s.at})
		far(s.ada, 0, 5)
		far(third, 0, 5)
		s.decide(s.ada, 4, review.Later, "")
		far(s.ada, 0, 5) // it comes again
		for n := range int64(5) {
			s.decide(s.ada, n+1, review.Include, "")
		}
		far(s.ada, 5, 0)
		if n := s.next(s.ada); n.N != 0 {
			t.Errorf("nothing is left, and %d comes", n.N)
		}
		s.reads(s.ada, s.here+"/screen?n=5", "You have read 5. Left for you: 0.")
	})
}

// TestTheEndSaysWhatToTalkAbout: what is for talking about comes first, by a button.
func TestTheEndSaysWhatToTalkAbout(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{Reviewers: 2}, plainRecords(4))
		s.Do(s.ledBy, "review.criterion", review.CriterionIn{Ref: s.at, Side: review.SideOut, Words: "Not about care"})
		for n := range int64(4) {
			s.decide(s.ada, n+1, review.Include, "")
		}
		for n := range int64(3) {
			s.decide(s.bea, n+1, review.Exclude, "")
		}
		s.reads(s.ada, s.here+"/screen", "You have read all there is for you.", "3 records are for you to talk about.",
			`href="`+s.here+`/screen/talk" role="button"`, "1 record waits for others")
		// It is settled with the review's own reason, and the page says so.
		s.reads(s.ledBy, s.here+"/screen/talk/1", "If it is left out, why?", `value="Not about care"`, "Or another reason")
		to := s.goes(s.ledBy, s.here+"/screen/talk/1", url.Values{"stage": {"title"}, "verdict": {"exclude"}, "because": {"Not about care"}, "why": {"We read it again"}, "key": {"k1"}})
		s.reads(s.ledBy, to, "It is settled", "Paper 2")
		if x := s.record(1); x.TitleVerdict != review.Exclude || x.TitleReason != "Not about care" {
			t.Errorf("settled as %q, %q", x.TitleVerdict, x.TitleReason)
		}
		to = s.goes(s.ledBy, s.here+"/screen/talk/2", url.Values{"stage": {"title"}, "verdict": {"exclude"}, "because": {"Not about care"}, "reason": {"Too old"}, "why": {"It is of 1950"}, "key": {"k2"}})
		if x := s.record(2); x.TitleReason != "Too old" {
			t.Errorf("one's own words are lost: %q; %s", x.TitleReason, to)
		}
	})
}

// TestScreeningWithoutCriteria: before the first decision the page says that they come first,
// and speaks of undoing only once there is something to undo.
func TestScreeningWithoutCriteria(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		const first, undo = "Nobody has written yet what you look for.", "Press z to undo."
		s := toScreen(t, h, review.Facts{}, plainRecords(3))
		lacks := func(what string) {
			t.Helper()
			if _, _, page := s.call(s.ada, s.here+"/screen", nil); strings.Contains(page, what) {
				t.Errorf("the page says %q", what)
			}
		}
		s.reads(s.ada, s.here+"/screen", first, s.here+"/criteria")
		lacks(undo)
		s.decide(s.ada, 1, review.Include, "")
		lacks(first)
		s.reads(s.ada, s.here+"/screen", undo)
		s.Do(s.ada, "review.undo", review.UndoIn{Ref: s.at})
		s.Do(s.ledBy, "review.criterion", review.CriterionIn{Ref: s.at, Side: review.SideOut, Words: "Not about care"})
		lacks(first)
	})
}

// TestFilesSayWhatTheyDecided: wherever one might begin to read, decisions that came with a
// file are told of, until somebody has dealt with them.
func TestFilesSayWhatTheyDecided(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		all := plainRecords(7)
		for i := range 6 {
			all[i].Decision, all[i].Reviewer = cite.Include, "ada"
		}
		s := toScreen(t, h, review.Facts{}, all)
		s.put(plainRecords(2)) // a file without decisions
		files := s.Do(s.ledBy, "review.batches", review.BatchesIn{Ref: s.at}).(review.BatchesOut).Batches
		said := map[string]bool{}
		for _, b := range files {
			_, _, page := s.call(s.ledBy, s.here+"/import/"+b.ID, nil)
			said[b.ID] = strings.Contains(page, "This file holds 6 decisions by 1 person.") && strings.Contains(page, s.here+"/screen/brought")
		}
		n := 0
		for _, yes := range said {
			if yes {
				n++
			}
		}
		if n != 1 || len(files) != 2 {
			t.Errorf("of %d files %d say it", len(files), n)
		}
		const came = "6 decisions by 1 person came from another tool."
		s.reads(s.ledBy, s.here, s.here+"/screen/brought", "Decisions from other tools", "6 decisions wait for you")
		s.reads(s.ledBy, s.here+"/screen", came, s.here+"/screen/brought", "See them")
		s.reads(s.bea, s.here+"/screen", came, "Ask who leads the project")
		to := s.goes(s.ledBy, s.here+"/screen/brought", url.Values{"reviewer": {"ada"}, "name": {"Ada"}, "stage": {"title"}, "key": {"k1"}})
		s.reads(s.ledBy, to, "They are being taken over")
		for _, address := range []string{s.here, s.here + "/screen"} {
			if _, _, page := s.call(s.ledBy, address, nil); strings.Contains(page, came) || strings.Contains(page, "decisions wait for you") {
				t.Errorf("%s still tells of what is dealt with", address)
			}
		}
	})
}
