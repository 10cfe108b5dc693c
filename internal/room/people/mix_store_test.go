package people_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/people"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// say keeps something that a person said in a project, until an instant.
func say(h *house.House, person ref.Ref, until int64) {
	h.T.Helper()
	err := h.DB.Write(h.T.Context(), func(tx *db.Tx) error {
		return ref.Put(tx, ref.Record{Programme: h.Programme, ID: h.IDs.New(), Kind: "contribution", Project: h.Project, Person: person.ID, Until: until, Version: 1, ChangedAt: 1})
	})
	if err != nil {
		h.T.Fatal(err)
	}
}

func missing(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	plan := func(what, value string, n int64) {
		h.Do(ctx, "people.mix", people.MixIn{Project: h.Project, What: what, Value: value, Planned: n})
	}
	stand := func() map[string]string {
		out := map[string]string{}
		for _, m := range h.Do(ctx, "people.missing", people.MissingIn{Project: h.Project}).(people.MissingOut).Lines {
			out[m.What+" "+m.Value] = fmt.Sprintf("%d %s", m.Planned, m.State)
		}
		return out
	}
	plan("role", "carer", 2)
	plan("role", "Carer", 3) // the same line, however it is typed
	plan("age", "under 30", 1)
	plan("age", "over 80", 1)
	plan("age", "over 80", 0) // taken away
	alys, bo := add(h, ctx, h.Project, "Alys"), add(h, ctx, h.Project, "Bo")
	if diff := cmp.Diff(map[string]string{"role carer": "3 none yet", "age under 30": "1 none yet"}, stand()); diff != "" {
		t.Error(diff)
	}
	say(h, alys, ref.NoEnd)
	say(h, alys, ref.NoEnd) // said twice, one person
	say(h, bo, 0)           // withdrawn
	h.Do(h.AsCard(alys.ID), "people.describe", people.DescribeIn{Person: alys, What: "Age", Value: "Under 30"})
	if diff := cmp.Diff(map[string]string{"role carer": "3 some", "age under 30": "1 some"}, stand()); diff != "" {
		t.Error(diff)
	}
	say(h, bo, ref.NoEnd)
	say(h, add(h, ctx, h.Project, "Cy"), ref.NoEnd)
	if diff := cmp.Diff(map[string]string{"role carer": "3 some", "age under 30": "1 some"}, stand()); diff != "" {
		t.Error(diff)
	}
	for _, role := range []who.Role{who.HostLead, who.HostStaff, who.Member} {
		if _, err := h.Try(h.As(role), "people.missing", people.MissingIn{Project: h.Project}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
	if _, err := h.Try(h.As(who.Evaluator), "people.mix", people.MixIn{Project: h.Project, What: "role", Value: "x", Planned: 1}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an evaluator plans: %v", err)
	}
	if _, err := h.Try(ctx, "people.mix", people.MixIn{Project: h.Foreign, What: "role", Value: "x", Planned: 1}); !fault.Is(err, fault.Missing) {
		t.Errorf("another programme: %v", err)
	}
}

func describes(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	p, other := add(h, ctx, h.Project, "Alys"), add(h, ctx, h.Project, "Bo")
	own := h.AsCard(p.ID)
	if _, err := h.Try(own, "people.describe", people.DescribeIn{Person: p, What: "age", Value: "34"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("what nobody asked about: %v", err)
	}
	h.Do(ctx, "people.mix", people.MixIn{Project: h.Project, What: "age", Value: "under 30", Planned: 2})
	h.Do(own, "people.describe", people.DescribeIn{Person: p, What: "age", Value: "quinquagenarian"})
	got := h.Do(own, "people.described", people.DescribedIn{Person: p}).(people.DescribedOut)
	if diff := cmp.Diff(people.DescribedOut{Traits: []people.Trait{{What: "age", Value: "quinquagenarian"}}, Asked: []string{"age"}}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := h.Try(own, "people.describe", people.DescribeIn{Person: other, What: "age", Value: "x"}); !fault.Is(err, fault.Missing) {
		t.Errorf("another's: %v", err)
	}
	h.Read(func(tx *db.Tx) error {
		n, err := db.Count(tx, db.Q(`select count(*) from trail_body where body like '%quinquagenarian%'`))
		if n != 0 {
			t.Error("the trail holds what they said of themselves")
		}
		return err
	})
	h.Do(own, "people.describe", people.DescribeIn{Person: p, What: "age"})
	if got := h.Do(own, "people.described", people.DescribedIn{Person: p}).(people.DescribedOut); len(got.Traits) != 0 {
		t.Errorf("taken back, but %+v", got.Traits)
	}
	// When nobody asks any more, what they said goes.
	answers := func() (n int64) {
		h.Read(func(tx *db.Tx) (err error) {
			n, err = db.Count(tx, db.Q(`select count(*) from people_trait`))
			return err
		})
		return n
	}
	elsewhere := add(h, h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), h.Other, "Cy")
	h.Do(h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), "people.mix", people.MixIn{Project: h.Other, What: "age", Value: "under 30", Planned: 2})
	h.Do(h.AsCard(elsewhere.ID), "people.describe", people.DescribeIn{Person: elsewhere, What: "age", Value: "29"})
	h.Do(ctx, "people.mix", people.MixIn{Project: h.Project, What: "Age", Value: "over 80", Planned: 2})
	h.Do(own, "people.describe", people.DescribeIn{Person: p, What: "age", Value: "quinquagenarian"})
	h.Do(ctx, "people.mix", people.MixIn{Project: h.Project, What: "age", Value: "Under 30"})
	if n := answers(); n != 2 {
		t.Errorf("a line is left that asks, and %d answers", n)
	}
	h.Do(ctx, "people.mix", people.MixIn{Project: h.Project, What: "age", Value: "over 80"})
	if n := answers(); n != 1 {
		t.Errorf("nobody asks any more, and %d answers", n)
	}
}

func signs(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	there := func(name string) (n int64) {
		t.Helper()
		err := h.DB.Read(ctx, func(tx *db.Tx) error {
			for _, p := range h.Plugs {
				for _, s := range p.Signs {
					if s.Name == "people.sign_"+name {
						seen, err := s.Load(tx.Context(), tx, ref.Of(ref.Project, h.Project))
						n = seen.N
						return err
					}
				}
			}
			t.Fatalf("no sign %s", name)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	is := func(when string, want map[string]int64) {
		t.Helper()
		for name, n := range want {
			if got := there(name); got != n {
				t.Errorf("%s: %s is %d, want %d", when, name, got, n)
			}
		}
	}
	is("at the start", map[string]int64{"nobody": 1, "no_mix": 1, "missing": 0, "not_asked": 0, "due": 0, "people": 0, "mix_met": 0})
	p := add(h, ctx, h.Project, "Alys")
	h.Do(ctx, "people.mix", people.MixIn{Project: h.Project, What: "role", Value: "carer", Planned: 1})
	is("planned", map[string]int64{"nobody": 0, "no_mix": 0, "missing": 1, "not_asked": 1, "due": 0, "people": 1, "mix_met": 0})
	say(h, p, ref.NoEnd)
	h.Do(ctx, "people.needs", people.NeedsIn{Person: p, Version: 1, Wanted: people.Wanted{Asked: people.No}})
	is("heard and asked", map[string]int64{"missing": 0, "not_asked": 0, "due": 0, "mix_met": 1})
	h.Hand.Add(366 * 24 * time.Hour)
	is("a year on", map[string]int64{"due": 1})
	h.Do(ctx, "people.review", people.ReviewIn{Person: p, By: "Bo"})
	is("asked again", map[string]int64{"due": 0})
}
