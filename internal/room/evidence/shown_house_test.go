package evidence_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/evidence"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestShown(t *testing.T) {
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"cards, changed and read back": cardsShown,
		"pictures":                     picturesShown,
		"seen by someone":              seenShown,
		"read back":                    readBack,
	} {
		t.Run(name, func(t *testing.T) {
			kit.Each(t, func(t *testing.T, h *house.House) { h.T = t; f(t, h) })
		})
	}
}

func cardsShown(t *testing.T, h *house.House) {
	ctx, other := h.As(who.ProjectLead), h.As(who.Partner)
	in := evidence.AskIn{Project: h.Project, How: evidence.AskCards, Statements: []string{"I like living here", "I choose what I eat", "People knock"},
		Said: evidence.Said{Strands: []string{"lived"}, Voice: "support", Role: "person who lives here", On: "2026-03-01"}}
	id := h.Do(ctx, "evidence.ask", in).(evidence.AskOut).ID
	answer := func(n int, a string) int {
		t.Helper()
		return h.Do(ctx, "evidence.answer", evidence.AnswerIn{ID: id, N: n, Answer: a}).(evidence.AnswerOut).Next
	}
	if next := answer(1, "yes"); next != 2 {
		t.Errorf("after the first comes %d", next)
	}
	answer(3, "no")
	if next := answer(3, "unsure"); next != 0 { // going back and changing it
		t.Errorf("after the last comes %d", next)
	}
	refusedTo := func(who string, in any, verb string, kind fault.Kind) {
		t.Helper()
		c := ctx
		if who == "other" {
			c = other
		}
		if _, err := h.Try(c, verb, in); !fault.Is(err, kind) {
			t.Errorf("%s: %v, want %s", verb, err, kind)
		}
	}
	refusedTo("", evidence.AnswerIn{ID: id, N: 4, Answer: "yes"}, "evidence.answer", fault.Invalid)
	refusedTo("", evidence.AnswerIn{ID: id, N: 1, Answer: "maybe"}, "evidence.answer", fault.Invalid)
	refusedTo("other", evidence.AskedIn{ID: id}, "evidence.asked", fault.Missing)
	refusedTo("other", evidence.SettleIn{ID: id}, "evidence.settle", fault.Missing)
	for _, bad := range []evidence.AskIn{{Project: h.Project, How: evidence.AskCards}, {Project: h.Project, How: "dance", Statements: []string{"x"}},
		{Project: h.Project, How: evidence.AskPictures, Statements: []string{"x"}, Cards: []evidence.AskCard{{Word: "Home", Icon: "home"}}},
		{Project: h.Project, How: evidence.AskPictures, Statements: []string{"x"}, Cards: []evidence.AskCard{{Word: "Home", Icon: "home"}, {Word: "Home", Icon: "bus"}}}} {
		refusedTo("", bad, "evidence.ask", fault.Invalid)
	}
	if got := h.Do(ctx, "evidence.asked", evidence.AskedIn{Project: h.Project}).(evidence.AskedOut).Askings; len(got) != 1 || got[0].Answered() != 2 {
		t.Errorf("begun and not finished: %+v", got)
	}
	out := h.Do(ctx, "evidence.settle", evidence.SettleIn{ID: id}).(evidence.PasteOut)
	if out.Stored != 2 {
		t.Fatalf("stored %+v", out)
	}
	all := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Batch: out.Batch}).(evidence.ListOut).Contributions
	if len(all) != 2 {
		t.Fatalf("%d contributions", len(all))
	}
	for i, want := range [][2]string{{"I like living here", "yes"}, {"People knock", "unsure"}} {
		c := all[i]
		if c.Question != want[0] || c.Answer != want[1] || c.Expressed != "pictures" || c.Voice != "support" || c.Strand != "lived" || c.ReadBack != evidence.BackRight || c.ReadBackOn != "2026-03-02" || c.Title != want[0]+": "+want[1] {
			t.Errorf("stored: %+v", c)
		}
	}
	if found := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Find: "knock"}).(evidence.ListOut).Contributions; len(found) != 1 {
		t.Errorf("search finds %d by what was asked", len(found))
	}
	refusedTo("", evidence.SettleIn{ID: id}, "evidence.settle", fault.Missing)
	h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: out.Batch})
	if left := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project}).(evidence.ListOut).Contributions; len(left) != 0 {
		t.Errorf("%d left after undoing the batch", len(left))
	}
	// What nobody goes on with is forgotten after a month.
	stale := h.Do(ctx, "evidence.ask", in).(evidence.AskOut).ID
	refusedTo("", evidence.SettleIn{ID: stale}, "evidence.settle", fault.Invalid)
	h.Hand.Add(31 * 24 * time.Hour)
	h.Do(ctx, "evidence.ask", in)
	refusedTo("", evidence.AskedIn{ID: stale}, "evidence.asked", fault.Missing)
	h.Read(func(tx *db.Tx) error {
		n, err := db.Count(tx, db.Q(`select count(*) from evidence_asking`))
		if n != 1 {
			t.Errorf("%d askings are kept", n)
		}
		return err
	})
}

func picturesShown(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	in := evidence.AskIn{Project: h.Project, How: evidence.AskPictures, Statements: []string{"What matters most?"}, Cards: []evidence.AskCard{{Word: "Home", Icon: "home"}, {Word: "Bus", Icon: "bus"}}}
	id := h.Do(ctx, "evidence.ask", in).(evidence.AskOut).ID
	h.Do(ctx, "evidence.answer", evidence.AnswerIn{ID: id, N: 1, Answer: "Bus"})
	out := h.Do(ctx, "evidence.settle", evidence.SettleIn{ID: id}).(evidence.PasteOut)
	c := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Batch: out.Batch}).(evidence.ListOut).Contributions[0]
	if c.Answer != "Bus" || c.State != evidence.ToSort || len(c.Media) != 0 {
		t.Errorf("stored: %+v", c)
	}
	in.Cards = append(in.Cards, evidence.AskCard{Word: "Ours", Upload: h.IDs.New()})
	if _, err := h.Try(ctx, "evidence.ask", in); !fault.Is(err, fault.Missing) {
		t.Errorf("a picture that is not there: %v", err)
	}
}

func seenShown(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	in := evidence.GiveIn{Project: h.Project, Shown: evidence.Shown{Question: "The cafe", Interest: "Smiled and held on", InterestBy: "Sister", Account: "She loves cake", AccountBy: "Key worker"},
		Said: evidence.Said{Voice: "behalf", Expressed: "body language"}}
	at := h.Do(ctx, "evidence.give", in).(evidence.GiveOut).Ref
	c := h.Do(ctx, "evidence.see", evidence.SeeIn{Ref: at}).(evidence.SeeOut)
	if c.Interest != in.Interest || c.InterestBy != "Sister" || c.Account != in.Account || c.AccountBy != "Key worker" || c.Words != "" {
		t.Errorf("stored: %+v", c.Contribution)
	}
	for _, bad := range []evidence.Shown{{Interest: "Smiled"}, {Account: "She says", Answer: "yes"}} {
		in.Shown = bad
		if _, err := h.Try(ctx, "evidence.give", in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func readBack(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	at := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: "I like the bus"}).(evidence.GiveOut).Ref
	see := func() evidence.Contribution {
		return h.Do(ctx, "evidence.see", evidence.SeeIn{Ref: at}).(evidence.SeeOut).Contribution
	}
	h.Do(ctx, "evidence.read-back", evidence.ReadBackIn{Ref: at, Version: 1, How: evidence.BackRight, On: "2026-03-01"})
	if c := see(); c.ReadBack != evidence.BackRight || c.ReadBackOn != "2026-03-01" || c.Words != "I like the bus" || c.Version != 2 {
		t.Errorf("right: %+v", c)
	}
	change := evidence.ReadBackIn{Ref: at, Version: 2, How: evidence.BackChanged, Words: "I like the tram"}
	h.Do(ctx, "evidence.read-back", change)
	if c := see(); c.ReadBack != evidence.BackChanged || c.ReadBackOn != "2026-03-02" || c.Words != "I like the tram" || c.Title != "I like the tram" || c.Version != 3 {
		t.Errorf("changed: %+v", c)
	}
	for name, bad := range map[string]struct {
		in   evidence.ReadBackIn
		want fault.Kind
	}{
		"stale":            {change, fault.Conflict},
		"nothing changed":  {evidence.ReadBackIn{Ref: at, Version: 3, How: evidence.BackChanged, Words: "I like the tram"}, fault.Invalid},
		"neither":          {evidence.ReadBackIn{Ref: at, Version: 3, How: "shrugged"}, fault.Invalid},
		"what is no words": {evidence.ReadBackIn{Ref: ref.Of(ref.Project, h.Project), Version: 1, How: evidence.BackRight}, fault.Missing},
	} {
		if _, err := h.Try(ctx, "evidence.read-back", bad.in); !fault.Is(err, bad.want) {
			t.Errorf("%s: %v, want %s", name, err, bad.want)
		}
	}
	if _, err := h.Try(h.As(who.HostStaff), "evidence.read-back", evidence.ReadBackIn{Ref: at, Version: 3, How: evidence.BackRight}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("host staff: %v", err)
	}
	for find, want := range map[string]int{"tram": 1, "bus": 0} {
		if got := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Find: find}).(evidence.ListOut).Contributions; len(got) != want {
			t.Errorf("search for %s finds %d, want %d", find, len(got), want)
		}
	}
	// An answer that was shown can be shown anew.
	id := h.Do(ctx, "evidence.ask", evidence.AskIn{Project: h.Project, How: evidence.AskCards, Statements: []string{"I am safe"}}).(evidence.AskOut).ID
	h.Do(ctx, "evidence.answer", evidence.AnswerIn{ID: id, N: 1, Answer: "yes"})
	batch := h.Do(ctx, "evidence.settle", evidence.SettleIn{ID: id}).(evidence.PasteOut).Batch
	at = h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Batch: batch}).(evidence.ListOut).Contributions[0].Ref
	if _, err := h.Try(ctx, "evidence.read-back", evidence.ReadBackIn{Ref: at, Version: 1, How: evidence.BackChanged, Answer: "purple"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an answer that is none: %v", err)
	}
	h.Do(ctx, "evidence.read-back", evidence.ReadBackIn{Ref: at, Version: 1, How: evidence.BackChanged, Answer: "no"})
	if c := see(); c.Answer != "no" || c.Title != "I am safe: no" {
		t.Errorf("shown anew: %+v", c)
	}
	if !slices.Contains(evidence.Icons(), "home") || strings.Join(evidence.Lines(" a \r\n\n b"), "|") != "a|b" {
		t.Error("the cards or the lines are not as they should be")
	}
}
