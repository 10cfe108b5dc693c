package review_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/engine/cite"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/review"
	"plait/internal/spine/who"
	"plait/test/house"
)

// full is a decision on a whole text.
func (s *screened) full(n int64, verdict, reason string) review.DecideIn {
	return review.DecideIn{Ref: s.at, Stage: review.FullStage, N: n, Verdict: verdict, Reason: reason}
}

// merge makes records the copies of another, and has what was decided of them follow.
func (s *screened) merge(lead int64, ns ...int64) {
	s.T.Helper()
	for _, n := range ns {
		s.Write(func(tx *db.Tx) error { return review.MergeForScreening(tx, s.Programme, s.at.ID, n, lead) })
	}
	s.work("review.bring")
}

func (s *screened) stop() review.StopOut {
	s.T.Helper()
	return s.Do(s.ada, "review.stop", review.StopIn{Ref: s.at}).(review.StopOut)
}

// TestWholeTextsReadAfterAll: doing without whole texts and reading them after all leaves
// nothing in that nobody took in, and loses no vote.
func TestWholeTextsReadAfterAll(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{Reviewers: 2}, plainRecords(5))
		for n := range int64(5) {
			s.decide(s.ada, n+1, review.Include, "")
			s.decide(s.bea, n+1, review.Include, "")
		}
		s.Do(s.ada, "review.decide", s.full(1, review.Unsure, ""))
		s.Do(s.bea, "review.decide", s.full(1, review.Include, ""))
		s.Do(s.ada, "review.decide", s.full(2, review.Include, ""))
		s.Do(s.ada, "review.decide", s.full(5, review.Include, ""))
		s.Do(s.bea, "review.decide", s.full(5, review.Include, ""))
		skip := func(skip bool) { s.Do(s.ledBy, "review.skip-full", review.SkipFullIn{Ref: s.at, Skip: skip}) }
		skip(true)
		for n := range int64(5) {
			s.settledAs(n+1, review.Include, review.Include)
		}
		// A vote, and taking it back, leave it in while whole texts are not read.
		s.Do(s.bea, "review.decide", s.full(3, review.Unsure, ""))
		s.settledAs(3, review.Include, review.Include)
		s.Do(s.bea, "review.decide", s.full(4, review.Include, ""))
		s.settledAs(4, review.Include, review.Include)
		s.Do(s.bea, "review.undo", review.UndoIn{Ref: s.at, Stage: review.FullStage, N: 3})
		s.settledAs(3, review.Include, review.Include)
		skip(false)
		for n := range int64(4) {
			s.settledAs(n+1, review.Include, "")
		}
		s.settledAs(5, review.Include, review.Include)
		texts := s.Do(s.ada, "review.texts", review.TextsIn{Ref: s.at}).(review.TextsOut)
		if texts.Tally.Talk != 1 || texts.Tally.Waiting != 2 || len(texts.Lines) != 4 {
			t.Errorf("after all: %+v", texts.Tally)
		}
	})
}

// TestAnotherNumberOfReaders: what is settled follows how many must read a record.
func TestAnotherNumberOfReaders(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{}, plainRecords(130))
		version := int64(1)
		readers := func(n int64) {
			facts := review.Facts{Title: "Support at night", Reviewers: n}
			version = s.Do(s.ledBy, "review.edit", review.EditIn{Ref: s.at, Version: version, FactsEdit: facts.Edit(), Reason: "One of us is away."}).(review.EditOut).Version
			s.work("review.weigh")
		}
		for n := range int64(120) { // more than one transaction of the job
			s.decide(s.ada, n+1, review.Include, "")
		}
		s.Do(s.ada, "review.decide", s.full(1, review.Exclude, "Old"))
		s.settledAs(1, review.Include, review.Exclude)
		readers(2)
		for _, n := range []int64{1, 2, 119, 120} {
			s.settledAs(n, "", "")
		}
		if n := s.next(s.bea); n.N != 1 || n.By != review.BySecond || n.Tally.Waiting != 120 {
			t.Errorf("to the second reader: %d %s, %d wait", n.N, n.By, n.Tally.Waiting)
		}
		s.decide(s.bea, 2, review.Exclude, "")
		s.decide(s.bea, 1, review.Include, "")
		s.settledAs(1, review.Include, "") // one of two has read its text
		readers(1)
		s.settledAs(1, review.Include, review.Exclude)
		s.settledAs(2, "", "")
		s.settledAs(3, review.Include, "")
		s.settledAs(120, review.Include, "")
		if n := s.next(s.bea); n.Tally.Waiting != 0 || n.Tally.Talk != 1 {
			t.Errorf("%+v", n.Tally)
		}
		// Who began the job must still be allowed to.
		facts := review.Facts{Title: "Support at night", Reviewers: 2}
		version = s.Do(s.ledBy, "review.edit", review.EditIn{Ref: s.at, Version: version, FactsEdit: facts.Edit(), Reason: "One of us is away."}).(review.EditOut).Version
		s.workOf(s.bea, "review.weigh")
		s.settledAs(3, review.Include, "")
		s.Do(s.ledBy, "review.close", review.CloseIn{Ref: s.at})
		facts.Reviewers = 3
		s.refused(s.ledBy, "review.edit", review.EditIn{Ref: s.at, Version: version + 1, FactsEdit: facts.Edit(), Reason: "One of us is away."}, fault.Conflict)
	})
}

// TestAClosedReviewTakesNoOther: neither decisions of another tool nor another way to read.
func TestAClosedReviewTakesNoOther(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		all := plainRecords(2)
		all[0].Decision, all[0].Reviewer = cite.Include, "ada"
		s := toScreen(t, h, review.Facts{}, all)
		s.decide(s.ada, 2, review.Include, "")
		s.Do(s.ledBy, "review.close", review.CloseIn{Ref: s.at})
		s.refused(s.ledBy, "review.take-over", review.TakeOverIn{Ref: s.at, Reviewer: "ada"}, fault.Conflict)
		s.refused(s.ledBy, "review.skip-full", review.SkipFullIn{Ref: s.at, Skip: true}, fault.Conflict)
		s.settledAs(1, "", "")
		s.settledAs(2, review.Include, "")
	})
}

// TestNoWholeTextWithoutItsTitle: what is out by its title, or not settled, is not settled by
// its whole text, whichever way it is weighed.
func TestNoWholeTextWithoutItsTitle(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{}, plainRecords(2))
		s.decide(s.ada, 1, review.Include, "")
		s.Do(s.ada, "review.decide", s.full(1, review.Include, ""))
		s.Do(s.bea, "review.decide", s.full(1, review.Exclude, "Old"))
		s.settledAs(1, review.Include, "")
		s.Do(s.ada, "review.settle", review.SettleIn{Ref: s.at, Stage: review.FullStage, N: 1, Verdict: review.Include, Why: "We read it"})
		s.settledAs(1, review.Include, review.Include)
		s.decide(s.ada, 1, review.Exclude, "")
		s.settledAs(1, review.Exclude, "")
		s.Do(s.ada, "review.unsettle", review.UnsettleIn{Ref: s.at, Stage: review.FullStage, N: 1})
		s.settledAs(1, review.Exclude, "")
		s.Do(s.bea, "review.undo", review.UndoIn{Ref: s.at, Stage: review.FullStage, N: 1})
		s.settledAs(1, review.Exclude, "")
		s.decide(s.ada, 1, review.Include, "")
		s.settledAs(1, review.Include, review.Include)
	})
}

// TestGoingThroughOldDecisionsAgain: a note that is added, or a decision that is changed,
// does not move the record to the end of what was read; nor does merging.
func TestGoingThroughOldDecisionsAgain(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{}, plainRecords(8))
		order := func(want ...int64) {
			t.Helper()
			var ns []int64
			s.Read(func(tx *db.Tx) (err error) { ns, err = review.ReadFor(tx, s.Programme, s.at.ID); return err })
			if diff := cmp.Diff(want, ns); diff != "" {
				t.Error(diff)
			}
		}
		s.decide(s.ada, 7, review.Later, "")
		for _, n := range []int64{3, 1, 4, 2} {
			s.decide(s.ada, n, review.Exclude, "")
		}
		s.Do(s.ada, "review.decide", review.DecideIn{Ref: s.at, N: 3, Verdict: review.Exclude, Note: "As I said"})
		s.decide(s.ada, 1, review.Include, "")
		order(3, 1, 4, 2)
		// What was put off is read when it is decided. Undo takes back what was done last.
		s.decide(s.ada, 7, review.Exclude, "")
		order(3, 1, 4, 2, 7)
		s.decide(s.ada, 4, review.Include, "")
		if out := s.Do(s.ada, "review.undo", review.UndoIn{Ref: s.at}).(review.UndoOut); out.N != 4 {
			t.Errorf("undone: %d", out.N)
		}
		order(3, 1, 2, 7)
		s.merge(8, 1)
		order(3, 8, 2, 7)
	})
}

// TestWholeTextsOfAnotherTool: who had read whole texts there had taken the titles in.
func TestWholeTextsOfAnotherTool(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		all := plainRecords(4)
		for i, d := range []string{cite.Include, cite.Exclude, cite.Maybe} {
			all[i].Votes = []cite.Vote{{Reviewer: "ada", Decision: d, Reason: "Old"}}
		}
		s := toScreen(t, h, review.Facts{}, all)
		s.Do(s.ledBy, "review.take-over", review.TakeOverIn{Ref: s.at, Reviewer: "ada", Stage: review.FullStage})
		// A job acts with its starter's rights, asked again.
		s.workOf(s.bea, "review.takeover")
		s.settledAs(1, "", "")
		// What an undone import took away waits too, until it is put back.
		gone := func(gone bool) {
			s.Write(func(tx *db.Tx) error { return review.GoneForScreening(tx, s.Programme, s.at.ID, 2, gone) })
		}
		gone(true)
		s.work("review.takeover")
		s.settledAs(1, review.Include, review.Include)
		s.settledAs(2, "", "")
		gone(false)
		s.work("review.takeover")
		s.settledAs(2, review.Include, review.Exclude)
		s.settledAs(3, review.Include, "")
		if n := s.next(s.bea); n.Tally.Included != 3 || n.Tally.Left() != 1 {
			t.Errorf("by title: %+v", n.Tally)
		}
		s.Do(s.bea, "review.decide", s.full(3, review.Include, "")) // it can be corrected here
		texts := s.Do(s.bea, "review.texts", review.TextsIn{Ref: s.at}).(review.TextsOut)
		if len(texts.Lines) != 1 || texts.Lines[0].N != 3 || texts.Tally.All != 3 {
			t.Errorf("%+v", texts)
		}
	})
}

// TestDecisionsOfUndoneImportsWait: taking over leaves out what is not in the review.
func TestDecisionsOfUndoneImportsWait(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		all := plainRecords(2)
		all[0].Decision, all[0].Reviewer = cite.Include, "ada"
		s := toScreen(t, h, review.Facts{}, all)
		s.Write(func(tx *db.Tx) error { return review.GoneForScreening(tx, s.Programme, s.at.ID, 1, true) })
		s.refused(s.ledBy, "review.take-over", review.TakeOverIn{Ref: s.at, Reviewer: "ada"}, fault.Conflict)
		s.Write(func(tx *db.Tx) error { return review.GoneForScreening(tx, s.Programme, s.at.ID, 1, false) })
		if out := s.Do(s.ledBy, "review.take-over", review.TakeOverIn{Ref: s.at, Reviewer: "ada"}).(review.TakeOverOut); out.N != 1 {
			t.Errorf("%+v", out)
		}
	})
}

// TestTwoThingsOfOneWork: who said two things of one work is asked again; what they say then
// stands.
func TestTwoThingsOfOneWork(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{}, plainRecords(9))
		for n, verdict := range map[int64]string{5: review.Include, 6: review.Exclude, 7: review.Include, 8: review.Exclude, 2: review.Exclude, 9: review.Exclude} {
			s.decide(s.ada, n, verdict, "")
		}
		s.merge(3, 5, 6) // of two copies
		s.merge(8, 7)    // of the one that stands for it, and of its copy
		s.merge(2, 9)    // the same of both
		s.settledAs(3, "", "")
		s.settledAs(8, "", "")
		s.settledAs(2, review.Exclude, "")
		talk := s.Do(s.ledBy, "review.talk", review.TalkIn{Ref: s.at}).(review.TalkOut)
		if len(talk.Lines) != 2 || talk.Lines[0].N != 3 || len(talk.Lines[0].Decisions) != 1 || talk.Lines[0].Decisions[0].Verdict != review.Unsure || len(talk.Lines[0].Copies) != 2 {
			t.Fatalf("to talk about: %+v", talk.Lines)
		}
		if c := talk.Lines[0].Copies; c[0].N != 5 || c[0].Verdict != review.Include || c[1].Verdict != review.Exclude {
			t.Errorf("of the copies: %+v", c)
		}
		s.reads(s.ledBy, s.here+"/screen/talk/3", "Not sure", "of a copy of this record", "Include", "of a copy of this record", "Leave out")
		s.decide(s.ada, 3, review.Include, "")
		s.work("review.bring")
		s.settledAs(3, review.Include, "")
		// Parted and decided anew, it counts again when they are merged.
		s.Write(func(tx *db.Tx) error { return review.MergeForScreening(tx, s.Programme, s.at.ID, 9, 9) })
		s.decide(s.ada, 9, review.Include, "")
		s.merge(2, 9)
		s.settledAs(2, "", "")
	})
}

// TestCopiesCountOnce: what was decided of a copy and of the record that stands for it is one.
func TestCopiesCountOnce(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{Reviewers: 2, Chance: 50}, topics(40))
		chance := map[int64]bool{}
		for range 24 {
			n := s.next(s.ada)
			chance[n.N] = n.By == review.ByChance
			s.decide(s.ada, n.N, review.Unsure, "")
			var d review.Decision
			s.Read(func(tx *db.Tx) (err error) {
				d, _, err = review.DecisionFor(tx, s.Programme, s.at.ID, review.TitleStage, who.From(s.ada).Key(), n.N)
				return err
			})
			if d.Came != n.By || d.Chance != (n.By == review.ByChance) {
				t.Fatalf("record %d came by %s: %+v", n.N, n.By, d)
			}
		}
		var picked []int64
		for n, is := range chance {
			if is {
				picked = append(picked, n)
			}
		}
		if len(picked) < 4 {
			t.Fatalf("%d picked by chance", len(picked))
		}
		if stop := s.stop(); stop.Chance != int64(len(picked)) || stop.ByLuck != stop.Chance || !stop.Ordered {
			t.Errorf("%+v, picked %d", stop, len(picked))
		}
		for _, n := range picked {
			s.decide(s.bea, n, review.Unsure, "")
		}
		// Settled as out, it did not matter; merged or taken out, it is no record more.
		s.Do(s.bea, "review.settle", review.SettleIn{Ref: s.at, N: picked[0], Verdict: review.Exclude, Why: "We read it"})
		if stop := s.stop(); stop.Chance != int64(len(picked)) || stop.ByLuck != stop.Chance-1 {
			t.Errorf("settled: %+v", stop)
		}
		s.merge(picked[1], picked[2])
		s.Write(func(tx *db.Tx) error { return review.GoneForScreening(tx, s.Programme, s.at.ID, picked[3], true) })
		s.decide(s.bea, picked[0], review.Unsure, "") // a step: what is remembered is read again
		if stop := s.stop(); stop.Chance != int64(len(picked)-2) || stop.ByLuck != int64(len(picked)-3) {
			t.Errorf("merged: %+v of %d", stop, len(picked))
		}
		agree := s.Do(s.ada, "review.agree", review.AgreeIn{Ref: s.at}).(review.AgreeOut)
		if len(agree.Pairs) != 1 || agree.Pairs[0].Both != int64(len(picked)-2) {
			t.Errorf("both read %+v, not %d", agree.Pairs, len(picked)-2)
		}
	})
}

// TestTheAdviceGoesByHowRecordsCome: only in the order that is learned does what matters come
// up sooner.
func TestTheAdviceGoesByHowRecordsCome(t *testing.T) {
	var kit house.Kit
	for _, sorting := range []string{review.Learned, review.Oldest} {
		s := toScreen(t, kit.SQLite(t), review.Facts{Title: "Night support in extra care", Sorting: sorting}, topics(300))
		for i := range int64(3) {
			s.decide(s.ada, 3*i+1, review.Include, "")
		}
		if sorting == review.Oldest { // then many that matter nothing
			sorting = ""
		}
		for range 40 {
			n := s.Do(s.ada, "review.next", review.NextIn{Ref: s.at, Sorting: sorting, Wait: true}).(review.NextOut)
			s.decide(s.ada, n.N, review.Exclude, "")
		}
		stop := s.stop()
		if want := sorting == review.Learned; stop.Ordered != want || cmp.Equal(stop.Advice(), stop.Sure) == want {
			t.Errorf("%q: ordered is %v", sorting, stop.Ordered)
		}
		says := "go by the second line"
		if stop.Ordered {
			says = "go by the first line"
		}
		s.reads(s.ada, s.here+"/screen/stop", "You have read 43 of 300 records.", fmt.Sprintf("We think about %d", stop.Advice().Left), fmt.Sprintf("It could be as many as %d.", stop.Advice().AtMost), says)
	}
	// One who looks for words reads in another order than the review's.
	s := toScreen(t, kit.SQLite(t), review.Facts{}, topics(30))
	for range 5 {
		n := s.Do(s.ada, "review.next", review.NextIn{Ref: s.at, Sorting: review.Found, Words: "river", Wait: true}).(review.NextOut)
		s.decide(s.ada, n.N, review.Exclude, "")
	}
	if s.stop().Ordered {
		t.Error("what was looked for by words counts as the order that is learned")
	}
}

// TestManyViewsOnOneRecord: a page ends between two views of one record and goes on there.
func TestManyViewsOnOneRecord(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{}, plainRecords(3))
		s.Write(func(tx *db.Tx) error {
			for i := range 120 {
				if err := review.ViewForScreening(tx, s.Programme, s.at.ID, review.PlainView{N: int64(2 + i/119), Actor: fmt.Sprintf("account:%03d", i), Verdict: review.Matters}); err != nil {
					return err
				}
			}
			return nil
		})
		seen, in := map[string]bool{}, review.ViewListIn{Ref: s.at}
		for range 3 {
			out := s.Do(s.ada, "review.views", in).(review.ViewListOut)
			for _, l := range out.Lines {
				seen[fmt.Sprint(l.N, l.Actor)] = true
			}
			in.After, in.AfterActor = out.Next, out.NextActor
		}
		if len(seen) != 120 || in.After != 0 {
			t.Errorf("%d of 120 views, and after that %d", len(seen), in.After)
		}
		s.reads(s.ada, s.here+"/screen/views", "actor=account%3A049")
		if status, _, page := s.call(s.ada, s.here+"/screen/views/2", url.Values{"actor": {"account:100"}, "key": {"k1"}}); status != http.StatusUnprocessableEntity || !contains(page, "Write an answer", `value="account:100"`) {
			t.Errorf("an empty answer to a late view: %d", status)
		}
	})
}

// contains wants words in a text, in any order.
func contains(text string, wants ...string) bool {
	for _, want := range wants {
		if !strings.Contains(text, want) {
			return false
		}
	}
	return true
}
