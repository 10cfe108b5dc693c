package review_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/engine/cite"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// screened is a review with records, two people who read them, and what they do.
type screened struct {
	*house.House
	at       ref.Ref
	ada, bea context.Context
	here     string
	ledBy    context.Context
}

// toScreen begins a review with records.
func toScreen(t *testing.T, h *house.House, facts review.Facts, all []cite.Record) *screened {
	h.T = t
	s := &screened{House: h, ada: h.As(who.Reviewer), bea: h.As(who.Evaluator), ledBy: h.As(who.ProjectLead)}
	if facts.Title == "" {
		facts.Title = "Support at night"
	}
	s.at = h.Do(s.ledBy, "review.make", review.MakeIn{Project: h.Project, Facts: facts}).(review.MakeOut).Ref
	s.here = "/review/" + h.Project + "/of/" + s.at.ID
	s.put(all)
	return s
}

func (s *screened) put(all []cite.Record) {
	s.T.Helper()
	batch := s.IDs.New()
	s.Write(func(tx *db.Tx) error { return review.PutForScreening(tx, s.Programme, s.at.ID, batch, all) })
	s.work("review.bring")
}

func (s *screened) work(name string) {
	s.T.Helper()
	s.workOf(s.ledBy, name)
}

// workOf runs a job that somebody began.
func (s *screened) workOf(ctx context.Context, name string) {
	s.T.Helper()
	a := who.From(ctx)
	args := map[string]string{"programme": s.Programme, "id": s.at.ID, "kind": string(a.Kind), "actor": a.ID}
	if err := job.RunOnce(s.T.Context(), s.DB, s.Jobs(), slog.New(slog.DiscardHandler), name, args); err != nil {
		s.T.Fatal(err)
	}
}

func (s *screened) decide(ctx context.Context, n int64, verdict, reason string) review.DecideOut {
	s.T.Helper()
	return s.Do(ctx, "review.decide", review.DecideIn{Ref: s.at, N: n, Verdict: verdict, Reason: reason}).(review.DecideOut)
}

func (s *screened) next(ctx context.Context) review.NextOut {
	s.T.Helper()
	return s.Do(ctx, "review.next", review.NextIn{Ref: s.at, Wait: true}).(review.NextOut)
}

// record is what is settled of a record, as the other parts read it.
func (s *screened) record(n int64) (x review.Record) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) { x, err = review.SettledFor(tx, s.Programme, s.at.ID, n); return err })
	return x
}

func (s *screened) settledAs(n int64, title, full string) {
	s.T.Helper()
	if x := s.record(n); x.TitleVerdict != title || x.FullVerdict != full {
		s.T.Errorf("record %d is %q, %q; want %q, %q", n, x.TitleVerdict, x.FullVerdict, title, full)
	}
}

func (s *screened) refused(ctx context.Context, verb string, in any, kind fault.Kind) {
	s.T.Helper()
	if _, err := s.Try(ctx, verb, in); !fault.Is(err, kind) {
		s.T.Errorf("%s: %v, want %s", verb, err, kind)
	}
}

func plainRecords(n int) []cite.Record {
	all := make([]cite.Record, n)
	for i := range all {
		all[i] = cite.Record{Title: fmt.Sprintf("Paper %d", i+1), Abstract: "About care.", Year: 2000 + i}
	}
	return all
}

func TestTwoReadersSettleARecord(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{Reviewers: 2, Blind: true}, plainRecords(5))
		if out := s.decide(s.ada, 1, review.Include, ""); out.Settled {
			t.Error("one of two settles it")
		}
		s.settledAs(1, "", "")
		// What one has read comes first to the other, who does not see what was said.
		if n := s.next(s.bea); n.N != 1 || n.By != review.BySecond || len(n.Others) != 0 {
			t.Errorf("to the second: %d %s %v", n.N, n.By, n.Others)
		}
		if n := s.next(s.ada); n.N == 1 || n.Read != 1 {
			t.Errorf("it comes to the first again: %d, %d read", n.N, n.Read)
		}
		s.decide(s.bea, 1, review.Include, "")
		s.settledAs(1, review.Include, "")
		// They differ: nobody sees it before both have read it, then both do.
		s.decide(s.ada, 2, review.Exclude, "Not adults")
		if out := s.Do(s.bea, "review.talk", review.TalkIn{Ref: s.at, N: 2}).(review.TalkOut); len(out.Lines[0].Decisions) != 0 {
			t.Error("seen too soon")
		}
		s.refused(s.bea, "review.settle", review.SettleIn{Ref: s.at, N: 2, Verdict: review.Include, Why: "x"}, fault.Conflict)
		s.decide(s.bea, 2, review.Unsure, "")
		talk := s.Do(s.ledBy, "review.talk", review.TalkIn{Ref: s.at}).(review.TalkOut)
		if len(talk.Lines) != 1 || talk.Lines[0].N != 2 || len(talk.Lines[0].Decisions) != 2 || talk.Lines[0].Decisions[0].Reason != "Not adults" || talk.Tally.Talk != 1 {
			t.Errorf("to talk about: %+v", talk)
		}
		s.refused(s.ada, "review.settle", review.SettleIn{Ref: s.at, N: 2, Verdict: review.Include}, fault.Invalid)
		s.refused(s.ada, "review.settle", review.SettleIn{Ref: s.at, N: 2, Verdict: review.Unsure, Why: "x"}, fault.Invalid)
		s.Do(s.ada, "review.settle", review.SettleIn{Ref: s.at, N: 2, Verdict: review.Exclude, Reason: "Not adults", Why: "We read it together"})
		if s.settledAs(2, review.Exclude, ""); s.record(2).TitleReason != "Not adults" {
			t.Error("the reason is lost")
		}
		s.Do(s.bea, "review.unsettle", review.UnsettleIn{Ref: s.at, N: 2})
		s.settledAs(2, "", "")
		s.refused(s.bea, "review.unsettle", review.UnsettleIn{Ref: s.at, N: 2}, fault.Missing)
		// Who thinks again settles it.
		s.decide(s.bea, 2, review.Exclude, "Not adults")
		s.settledAs(2, review.Exclude, "")
		// Undo takes the last back, and the settling with it.
		if out := s.Do(s.bea, "review.undo", review.UndoIn{Ref: s.at}).(review.UndoOut); out.N != 2 {
			t.Errorf("undone: %d", out.N)
		}
		s.settledAs(2, "", "")
		s.Do(s.bea, "review.undo", review.UndoIn{Ref: s.at})
		s.refused(s.bea, "review.undo", review.UndoIn{Ref: s.at}, fault.Conflict)
		s.decide(s.bea, 1, review.Include, "")
		s.decide(s.bea, 2, review.Exclude, "Old")

		agree := s.Do(s.ada, "review.agree", review.AgreeIn{Ref: s.at}).(review.AgreeOut)
		if len(agree.Pairs) != 1 || agree.Pairs[0].Both != 2 || agree.Pairs[0].Alike != 2 || agree.Pairs[0].Kappa != 1 {
			t.Errorf("%+v", agree.Pairs)
		}
		s.decide(s.ada, 3, review.Include, "")
		s.decide(s.bea, 3, review.Exclude, "")
		p := agree.Pairs[0]
		agree = s.Do(s.ada, "review.agree", review.AgreeIn{Ref: s.at, First: p.First, Second: p.Second}).(review.AgreeOut)
		if agree.Pairs[0].Both != 3 || len(agree.Apart) != 1 || agree.Apart[0].N != 3 {
			t.Errorf("%+v", agree)
		}
		for _, in := range []review.DecideIn{{N: 1, Verdict: "perhaps"}, {N: 1, Verdict: review.Include, Stage: "x"}, {N: 1, Verdict: review.Exclude, Reason: strings.Repeat("x", 1001)}} {
			in.Ref = s.at
			s.refused(s.ada, "review.decide", in, fault.Invalid)
		}
		s.refused(s.ada, "review.decide", review.DecideIn{Ref: s.at, N: 99, Verdict: review.Include}, fault.Missing)
		s.refused(h.As(who.Communicator), "review.decide", review.DecideIn{Ref: s.at, N: 1, Verdict: review.Include}, fault.Forbidden)
		s.refused(h.As(who.HostLead), "review.next", review.NextIn{Ref: s.at}, fault.Forbidden)
	})
}

func TestLaterAndEveryOrder(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		all := plainRecords(4)
		all[0].Year, all[1].Year, all[2].Title = 0, 2019, "Help at night"
		s := toScreen(t, h, review.Facts{Sorting: review.Oldest}, all)
		order := []int64{}
		for range 3 {
			n := s.next(s.ada)
			order = append(order, n.N)
			s.decide(s.ada, n.N, review.Exclude, "")
		}
		if diff := cmp.Diff([]int64{3, 4, 2}, order); diff != "" {
			t.Errorf("by year, those without one last: %s", diff)
		}
		s.decide(s.ada, 1, review.Later, "")
		s.settledAs(1, "", "")
		if n := s.next(s.ada); n.N != 1 || n.By != review.ByLater {
			t.Errorf("kept for later: %d %s", n.N, n.By)
		}
		mine := s.Do(s.ada, "review.mine", review.MineIn{Ref: s.at, Verdict: review.Exclude}).(review.MineOut)
		if len(mine.Lines) != 3 || mine.Lines[0].N != 2 || mine.Counts[review.Later] != 1 {
			t.Errorf("%+v", mine)
		}
		for range 3 {
			s.Do(s.ada, "review.undo", review.UndoIn{Ref: s.at})
		}
		found := func(words string, wait bool) review.NextOut {
			return s.Do(s.ada, "review.next", review.NextIn{Ref: s.at, Sorting: review.Found, Words: words, Wait: wait}).(review.NextOut)
		}
		for _, wait := range []bool{false, true} {
			if n := found("night hel", wait); n.N != 0 {
				t.Errorf("3 is decided: %d", n.N)
			}
		}
		s.Do(s.ada, "review.undo", review.UndoIn{Ref: s.at, N: 3})
		for _, wait := range []bool{false, true} {
			if n := found("night hel", wait); n.N != 3 || n.By != review.ByWords {
				t.Errorf("found: %d %s", n.N, n.By)
			}
		}
		if n := found("", true); n.N != 0 {
			t.Errorf("found without words: %d", n.N)
		}
		s.refused(s.ada, "review.next", review.NextIn{Ref: s.at, Sorting: "best"}, fault.Invalid)
	})
}

// topics is records of which each third is about one thing.
func topics(n int) []cite.Record {
	others := []string{"Crop rotation in dry soil", "Engine wear at low speed", "River fish and dams", "Paint that dries slowly"}
	all := make([]cite.Record, n)
	for i := range all {
		all[i] = cite.Record{Title: fmt.Sprintf("%s, part %d", others[i%4], i), Abstract: "Yield, torque, habitat and colour were measured over seasons."}
		if i%3 == 0 {
			all[i] = cite.Record{Title: fmt.Sprintf("Night support in extra care, place %d", i), Abstract: "Older residents and carers told us what help at night means to them."}
		}
	}
	return all
}

func TestTheOrderIsLearned(t *testing.T) {
	var kit house.Kit
	read := func(t *testing.T) []int64 {
		s := toScreen(t, kit.SQLite(t), review.Facts{Title: "What helps residents at night?"}, topics(90))
		order, found := []int64{}, 0
		for range 40 {
			n := s.next(s.ada)
			if n.Learning || n.By != review.ByLearned {
				t.Fatalf("record %d: %s, learning %v", n.N, n.By, n.Learning)
			}
			verdict := review.Exclude
			if (n.N-1)%3 == 0 {
				verdict = review.Include
				found++
				if found > 10 && (len(n.Why) == 0 || len(n.Why) > 5) {
					t.Errorf("no words say why %d comes: %v", n.N, n.Why)
				}
			}
			s.decide(s.ada, n.N, verdict, "")
			order = append(order, n.N)
		}
		if found != 30 {
			t.Errorf("%d of 30 found after 40", found)
		}
		stop := s.Do(s.ada, "review.stop", review.StopIn{Ref: s.at}).(review.StopOut)
		if stop.Read != 40 || stop.Found != 30 || stop.All != 90 || stop.Likely.Unread != 50 || stop.Likely.AtMost < stop.Likely.Left || stop.Sure.AtMost < stop.Likely.AtMost {
			t.Errorf("%+v", stop)
		}
		// A decision that is taken back and taken again changes nothing.
		before := s.next(s.ada).N
		s.Do(s.ada, "review.undo", review.UndoIn{Ref: s.at})
		if n := s.next(s.ada); n.N != order[39] {
			t.Errorf("after an undo comes %d, not %d", n.N, order[39])
		}
		s.decide(s.ada, order[39], review.Exclude, "")
		if n := s.next(s.ada); n.N != before {
			t.Errorf("then comes %d, not %d", n.N, before)
		}
		return append(order, before)
	}
	if diff := cmp.Diff(read(t), read(t)); diff != "" {
		t.Errorf("the same decisions give another order: %s", diff)
	}
}

func TestNothingWaitsForTheOrder(t *testing.T) {
	var kit house.Kit
	s := toScreen(t, kit.SQLite(t), review.Facts{Chance: 50}, topics(60))
	n := s.Do(s.ada, "review.next", review.NextIn{Ref: s.at}).(review.NextOut)
	if n.N != 1 || n.By != review.ByNumber || !n.Learning {
		t.Errorf("before anything is learned: %d %s %v", n.N, n.By, n.Learning)
	}
	// While nobody waits, one of the two readers does not get what the other has before them.
	if n := s.Do(s.bea, "review.next", review.NextIn{Ref: s.at}).(review.NextOut); n.N == 1 {
		t.Error("both have the same record before them")
	}
	chance := 0
	for range 30 {
		n := s.next(s.ada)
		if n.By == review.ByChance {
			chance++
		}
		s.decide(s.ada, n.N, review.Exclude, "")
	}
	if chance < 7 || chance > 23 {
		t.Errorf("%d of 30 by chance at 50 in 100", chance)
	}
	if stop := s.Do(s.ada, "review.stop", review.StopIn{Ref: s.at}).(review.StopOut); stop.Chance != int64(chance) || stop.Found != 0 || stop.Likely.Stop {
		t.Errorf("%+v", stop)
	}
	s.put(topics(3))
	if n := s.next(s.ada); n.Tally.All != 63 || n.Learning {
		t.Errorf("after more came in: %+v", n.Tally)
	}
}

func TestReadersOfPlainSummaries(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{}, plainRecords(3))
		reader := h.As(who.Communicator)
		card := func() review.CardOut { return s.Do(reader, "review.card", review.CardIn{Ref: s.at}).(review.CardOut) }
		if c := card(); c.N != 0 || c.All != 0 {
			t.Errorf("%+v", c)
		}
		s.refused(reader, "review.view", review.ViewIn{Ref: s.at, N: 2, Verdict: review.Matters}, fault.Missing)
		s.Do(s.ada, "review.plain", review.PlainIn{Ref: s.at, N: 2, Words: "People get help. They choose it."})
		s.Do(s.ada, "review.plain", review.PlainIn{Ref: s.at, N: 3, Words: "Nobody came."})
		s.refused(s.bea, "review.plain", review.PlainIn{Ref: s.at, N: 2, Words: "Other", Was: "Old"}, fault.Conflict)
		s.refused(reader, "review.plain", review.PlainIn{Ref: s.at, N: 2, Words: "Other"}, fault.Forbidden)
		if c := card(); c.N != 2 || c.Plain != "People get help. They choose it." || c.All != 2 {
			t.Errorf("%+v", c)
		}
		s.refused(reader, "review.view", review.ViewIn{Ref: s.at, N: 2}, fault.Invalid)
		s.Do(reader, "review.view", review.ViewIn{Ref: s.at, N: 2, Verdict: review.Matters, Words: "My mum had this"})
		if c := card(); c.N != 3 || c.Said != 1 {
			t.Errorf("%+v", c)
		}
		// It stands beside the decision, and is answered.
		n := s.Do(s.ada, "review.next", review.NextIn{Ref: s.at, N: 2}).(review.NextOut)
		if len(n.Views) != 1 || n.Views[0].Words != "My mum had this" {
			t.Errorf("%+v", n.Views)
		}
		s.decide(s.ada, 2, review.Include, "")
		open := s.Do(s.ada, "review.views", review.ViewListIn{Ref: s.at, Unanswered: true}).(review.ViewListOut)
		if len(open.Lines) != 1 || open.Lines[0].Settled != review.Include {
			t.Fatalf("%+v", open)
		}
		s.refused(s.ada, "review.answer", review.AnswerViewIn{Ref: s.at, N: 2, Actor: open.Lines[0].Actor}, fault.Invalid)
		s.refused(s.ada, "review.answer", review.AnswerViewIn{Ref: s.at, N: 3, Actor: open.Lines[0].Actor, Words: "x"}, fault.Missing)
		s.Do(s.ada, "review.answer", review.AnswerViewIn{Ref: s.at, N: 2, Actor: open.Lines[0].Actor, Words: "We took it in"})
		mine := s.Do(reader, "review.views", review.ViewListIn{Ref: s.at, Mine: true}).(review.ViewListOut)
		if len(mine.Lines) != 1 || mine.Lines[0].Answer != "We took it in" {
			t.Errorf("%+v", mine)
		}
		// Said anew, it waits again.
		s.Do(reader, "review.view", review.ViewIn{Ref: s.at, N: 2, Verdict: review.ViewSure})
		if open := s.Do(s.ada, "review.views", review.ViewListIn{Ref: s.at, Unanswered: true}).(review.ViewListOut); len(open.Lines) != 1 {
			t.Errorf("%+v", open)
		}
	})
}

func TestWholeTexts(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		s := toScreen(t, h, review.Facts{}, plainRecords(4))
		for n := range int64(3) {
			s.decide(s.ada, n+1, review.Include, "")
		}
		full := func(n int64, verdict, reason string) review.DecideIn {
			return review.DecideIn{Ref: s.at, Stage: review.FullStage, N: n, Verdict: verdict, Reason: reason}
		}
		s.refused(s.ada, "review.decide", full(4, review.Include, ""), fault.Conflict)
		s.refused(s.ada, "review.decide", full(1, review.Exclude, ""), fault.Invalid)
		s.Do(s.ada, "review.decide", full(1, review.Exclude, "Another country"))
		if s.settledAs(1, review.Include, review.Exclude); s.record(1).FullReason != "Another country" {
			t.Error("the reason is lost")
		}
		s.refused(s.ada, "review.text", review.TextIn{Ref: s.at, N: 2, State: review.FullNotFound}, fault.Invalid)
		s.Do(s.ada, "review.text", review.TextIn{Ref: s.at, N: 2, State: review.FullNotFound, Why: "No library has it"})
		if x := s.record(2); x.FullState != review.FullNotFound || x.FullReason != "No library has it" {
			t.Errorf("%+v", x)
		}
		list := func(state string) (ns []int64) {
			for _, x := range s.Do(s.ada, "review.texts", review.TextsIn{Ref: s.at, State: state}).(review.TextsOut).Lines {
				ns = append(ns, x.N)
			}
			return ns
		}
		if diff := cmp.Diff([][]int64{{2, 3}, {3}, nil, {2}, nil, {1}},
			[][]int64{list(""), list(review.FullWanted), list(review.FullGot), list(review.FullNotFound), list(review.Include), list(review.Exclude)}); diff != "" {
			t.Error(diff)
		}
		// A file is kept with the review; what is no text is refused.
		for name, content := range map[string]string{"a.pdf": "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "x.exe": "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"} {
			status, to, page := s.send(s.ada, s.here+"/text/3/state", map[string]string{"state": review.FullWanted}, name, content)
			if want := name == "a.pdf"; (status == http.StatusSeeOther) != want {
				t.Errorf("%s: %d %s %s", name, status, to, page)
			}
		}
		x := s.record(3)
		if x.FullState != review.FullGot || x.FullFile == "" {
			t.Errorf("%+v", x)
		}
		if status, _, page := s.call(s.ledBy, s.here+"/text/3/file", nil); status != http.StatusOK || !strings.HasPrefix(page, "%PDF-1.4") {
			t.Errorf("the file: %d %q", status, page)
		}
		if status, _, _ := s.call(h.As(who.HostStaff), s.here+"/text/3/file", nil); status == http.StatusOK {
			t.Error("the host reads the file")
		}
		// Without whole texts, what is in by its title is in; what was decided stays.
		s.refused(h.As(who.Evaluator), "review.skip-full", review.SkipFullIn{Ref: s.at, Skip: true}, fault.Forbidden)
		s.Do(s.ada, "review.skip-full", review.SkipFullIn{Ref: s.at, Skip: true})
		s.settledAs(1, review.Include, review.Exclude)
		s.settledAs(3, review.Include, review.Include)
		s.decide(s.ada, 4, review.Include, "")
		s.settledAs(4, review.Include, review.Include)
		s.Do(s.ada, "review.skip-full", review.SkipFullIn{Ref: s.at})
		s.settledAs(1, review.Include, review.Exclude)
		s.settledAs(4, review.Include, "")
		// A title that is out after all takes its whole text with it, and back again.
		s.decide(s.ada, 1, review.Exclude, "")
		s.settledAs(1, review.Exclude, "")
		s.decide(s.ada, 1, review.Include, "")
		s.settledAs(1, review.Include, review.Exclude)
	})
}

func TestDecisionsFromElsewhere(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		all := plainRecords(5)
		all[0].Decision, all[0].Reviewer = cite.Include, "ada"
		all[1].Votes = []cite.Vote{{Reviewer: "ada", Decision: cite.Exclude, Reason: "Old"}, {Reviewer: "ben", Decision: cite.Maybe}}
		all[2].Decision = cite.Exclude
		s := toScreen(t, h, review.Facts{}, all)
		brought := func() []review.BroughtBy {
			return s.Do(s.ledBy, "review.brought", review.BroughtIn{Ref: s.at}).(review.BroughtOut).Lines
		}
		want := []review.BroughtBy{{Exclude: 1, State: "waits"}, {Reviewer: "ada", Include: 1, Exclude: 1, State: "waits"}, {Reviewer: "ben", Unsure: 1, State: "waits"}}
		if diff := cmp.Diff(want, brought()); diff != "" {
			t.Error(diff)
		}
		s.refused(s.ledBy, "review.take-over", review.TakeOverIn{Ref: s.at, Reviewer: ""}, fault.Invalid)
		s.refused(s.bea, "review.take-over", review.TakeOverIn{Ref: s.at, Reviewer: "ada"}, fault.Forbidden)
		s.Do(s.ledBy, "review.take-over", review.TakeOverIn{Ref: s.at, Reviewer: "ada", Name: "Ada in Rayyan"})
		s.Do(s.ledBy, "review.take-over", review.TakeOverIn{Ref: s.at, Reviewer: "ben", Leave: true})
		s.refused(s.ledBy, "review.take-over", review.TakeOverIn{Ref: s.at, Reviewer: "ben", Name: "x"}, fault.Conflict)
		s.work("review.takeover")
		s.work("review.takeover") // again changes nothing
		s.settledAs(1, review.Include, "")
		if s.settledAs(2, review.Exclude, ""); s.record(2).TitleReason != "Old" {
			t.Error("the reason is lost")
		}
		s.settledAs(3, "", "")
		if diff := cmp.Diff([]string{"taken", "waits", "left"}, []string{brought()[1].State, brought()[2].State, brought()[0].State}); diff != "" {
			t.Error(diff)
		}
		if stop := s.Do(s.ada, "review.stop", review.StopIn{Ref: s.at}).(review.StopOut); stop.Already != 2 || stop.Read != 2 {
			t.Errorf("%+v", stop)
		}
		// A decision on what becomes a copy counts for the record that stands for it.
		s.decide(s.bea, 5, review.Include, "")
		h.Write(func(tx *db.Tx) error { return review.MergeForScreening(tx, h.Programme, s.at.ID, 5, 4) })
		s.work("review.bring")
		s.settledAs(4, review.Include, "")
		s.refused(s.ada, "review.decide", review.DecideIn{Ref: s.at, N: 5, Verdict: review.Include}, fault.Missing)
		if n := s.next(s.ada); n.N != 3 || n.Tally.All != 4 {
			t.Errorf("left is %d, of %d", n.N, n.Tally.All)
		}
	})
}

// call asks for a page, or sends a form where there are fields.
func (s *screened) call(ctx context.Context, address string, fields url.Values) (status int, location, page string) {
	s.T.Helper()
	r := httptest.NewRequestWithContext(s.T.Context(), http.MethodGet, address, nil)
	if fields != nil {
		r = httptest.NewRequestWithContext(s.T.Context(), http.MethodPost, address, strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return s.serve(ctx, r)
}

func (s *screened) serve(ctx context.Context, r *http.Request) (status int, location, page string) {
	s.T.Helper()
	handler, err := web.New(web.Options{Face: s.Face, Log: slog.New(slog.DiscardHandler), IDs: s.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), s.Policy, who.From(ctx)), nil
		}}, s.Routes)
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

// send sends a form with a file.
func (s *screened) send(ctx context.Context, address string, fields map[string]string, name, content string) (status int, location, page string) {
	s.T.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			s.T.Fatal(err)
		}
	}
	w, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = w.Write([]byte(content))
	}
	if e := m.Close(); err == nil {
		err = e
	}
	if err != nil {
		s.T.Fatal(err)
	}
	r := httptest.NewRequestWithContext(s.T.Context(), http.MethodPost, address, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return s.serve(ctx, r)
}

// reads wants words on a page, in their order.
func (s *screened) reads(ctx context.Context, address string, wants ...string) {
	s.T.Helper()
	status, _, page := s.call(ctx, address, nil)
	if status != http.StatusOK {
		s.T.Errorf("%s: %d", address, status)
	}
	rest := page
	for _, want := range wants {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			s.T.Errorf("%s: no %q, or not in its place", address, want)
			continue
		}
		rest = after
	}
}

// goes sends a form that must lead on.
func (s *screened) goes(ctx context.Context, address string, fields url.Values) string {
	s.T.Helper()
	status, to, page := s.call(ctx, address, fields)
	if status != http.StatusSeeOther {
		s.T.Fatalf("%s: %d %s", address, status, page)
	}
	return to
}

func TestScreeningByPages(t *testing.T) {
	var kit house.Kit
	all := plainRecords(3)
	all[1].Decision, all[1].Reviewer = cite.Exclude, "ada"
	s := toScreen(t, kit.SQLite(t), review.Facts{Reviewers: 2}, all)
	s.reads(s.ada, s.here, "Read titles and summaries", "0 of 3 settled")
	s.reads(s.ada, s.here+"/screen", "Left for you: 3.", "Paper 1", "About care.", `value="include"`, "Another reason", "Turn keys off")
	to := s.goes(s.ada, s.here+"/screen", url.Values{"n": {"1"}, "do": {"include"}, "note": {"Near to us"}, "key": {"k1"}, "sorting": {"learned"}})
	s.goes(s.ada, s.here+"/screen", url.Values{"n": {"1"}, "do": {"include"}, "note": {"Near to us"}, "key": {"k1"}, "sorting": {"learned"}}) // twice is once
	s.reads(s.ada, to, "You have read 1", "Paper", "Undo my last decision")
	s.reads(s.bea, s.here+"/screen", "Your answer is needed too", "What others decided", "Include", "Near to us")
	s.goes(s.bea, s.here+"/screen", url.Values{"n": {"1"}, "because": {"Not care"}, "key": {"k2"}})
	s.reads(s.ledBy, s.here+"/screen/talk", "Paper 1", "Include", "Leave out", "Not care")
	s.reads(s.ledBy, s.here+"/screen/talk/1?stage=title", "What each said", "Near to us", "What did you settle?")
	if status, _, page := s.call(s.ledBy, s.here+"/screen/talk/1", url.Values{"stage": {"title"}, "verdict": {"include"}, "key": {"k3"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Write what was said") {
		t.Errorf("settled without a word: %d", status)
	}
	s.goes(s.ledBy, s.here+"/screen/talk/1", url.Values{"stage": {"title"}, "verdict": {"include"}, "why": {"We read it again"}, "key": {"k4"}})
	s.reads(s.ledBy, s.here+"/screen/talk/1?stage=title", "What was settled", "We read it again", "Open it again")
	s.settledAs(1, review.Include, "")
	s.reads(s.ada, s.here+"/screen/agree", "They both read 1 record.", "They differ on 1.", "Paper 1")
	s.reads(s.ada, s.here+"/screen/stop", "You have read 1 of 3 records.")
	to = s.goes(s.ada, s.here+"/screen/undo", url.Values{"stage": {"title"}, "key": {"k5"}})
	s.reads(s.ada, to, "Your decision is taken back", "Paper 1")
	s.reads(s.bea, s.here+"/screen/mine?verdict=exclude", "Left out: 1", "Paper 1", "Not care")
	s.goes(s.bea, s.here+"/screen/plain/2", url.Values{"words": {"Two plain sentences. Here."}, "was": {""}, "key": {"k6"}})
	reader := s.As(who.Communicator)
	s.reads(reader, s.here+"/card", "Two plain sentences. Here.", "It matters")
	to = s.goes(reader, s.here+"/card", url.Values{"n": {"2"}, "verdict": {"matters"}, "words": {"This is me"}, "key": {"k7"}})
	s.reads(reader, to, "You have read all there is")
	s.reads(s.ada, s.here+"/screen?n=2", "What readers of the plain summary said", "It matters", "This is me")
	s.reads(s.ada, s.here+"/screen/views", "This is me", "Your answer")
	actor := s.Do(s.ada, "review.views", review.ViewListIn{Ref: s.at}).(review.ViewListOut).Lines[0].Actor
	if status, _, page := s.call(s.ada, s.here+"/screen/views/2", url.Values{"actor": {actor}, "key": {"k8"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Write an answer") {
		t.Errorf("an empty answer: %d", status)
	}
	s.goes(s.ada, s.here+"/screen/views/2", url.Values{"actor": {actor}, "words": {"We took it in"}, "key": {"k9"}})
	s.reads(reader, s.here+"/card/mine", "This is me", "The team answered:", "We took it in")
	s.reads(s.ledBy, s.here+"/screen/brought", "ada", "Left out: 1.", "Take them over")
	s.goes(s.ledBy, s.here+"/screen/brought", url.Values{"reviewer": {"ada"}, "name": {"Ada"}, "stage": {"title"}, "key": {"k10"}})
	s.work("review.takeover")
	s.reads(s.ledBy, s.here+"/screen/brought", "Taken over")
	s.reads(s.ada, s.here+"/screen?n=2", "Ada, in another tool", "Leave out")
	s.goes(s.ada, s.here+"/screen", url.Values{"n": {"1"}, "do": {"include"}, "key": {"k11"}})
	s.reads(s.ada, s.here+"/text", "1 of 1 is still open", "Paper 1", "To be found", "Do without whole texts")
	s.goes(s.ada, s.here+"/text/1/state", url.Values{"state": {"not_found"}, "why": {"No library has it"}, "key": {"k12"}})
	s.reads(s.ada, s.here+"/text/1", "Could not be found", "No library has it")
	if status, _, page := s.call(s.ada, s.here+"/text/1", url.Values{"do": {"exclude"}, "key": {"k13"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "why it is left out") {
		t.Errorf("left out without a reason: %d", status)
	}
	s.goes(s.ada, s.here+"/text/1", url.Values{"because": {"Another country"}, "key": {"k14"}})
	s.goes(s.ada, s.here+"/screen/undo", url.Values{"stage": {"full"}, "key": {"k15"}})
	s.goes(s.ledBy, s.here+"/screen/skip", url.Values{"skip": {"true"}, "key": {"k16"}})
	s.reads(s.ada, s.here+"/text", "does not read whole texts")
	s.settledAs(1, review.Include, review.Include)
	s.reads(s.ada, s.here+"/screen?sorting=found&words=elephant", "No open record holds these words: elephant")
	if status, _, _ := s.call(reader, s.here+"/screen", nil); status != http.StatusForbidden {
		t.Errorf("someone who may not screen: %d", status)
	}
	if status, _, _ := s.call(s.ada, s.here+"/screen/talk/x", nil); status != http.StatusNotFound {
		t.Errorf("no record: %d", status)
	}
}
