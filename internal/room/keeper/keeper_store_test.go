package keeper_test

import (
	"context"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/keeper"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
	"plait/test/house"
)

// work runs one of the house's jobs once.
func work(h *house.House, name string) {
	h.T.Helper()
	for _, d := range h.Jobs() {
		if d.Name == name {
			if err := d.Do(h.T.Context(), job.Job{Name: name, Try: 1}); err != nil {
				h.T.Fatal(err)
			}
			return
		}
	}
	h.T.Fatalf("there is no job %s", name)
}

func check(h *house.House, ctx context.Context) keeper.CheckOut {
	return h.Do(ctx, "keeper.check", keeper.CheckIn{}).(keeper.CheckOut)
}

// fill puts people with a trail entry each, as a verb would.
func fill(h *house.House, n int) {
	h.T.Helper()
	ctx := h.As(who.ProjectLead)
	h.Write(func(tx *db.Tx) error {
		for range n {
			r := ref.Record{Programme: h.Programme, ID: h.IDs.New(), Kind: "thing", Project: h.Project, Until: ref.NoEnd, Version: 1, ChangedAt: h.Clock.Now()}
			if err := ref.Put(tx, r); err != nil {
				return err
			}
			if err := trail.Put(ctx, tx, h.IDs.New(), r.ChangedAt, "keeper.filled", r.Ref(), 1, "words"); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestKeeper(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"the chain holds": holds, "a change is found": changed, "a lost entry is found": lost, "a wrong count is found": miscounted, "who may check": seen,
	} {
		t.Run(name, func(t *testing.T) { kit.Each(t, f) })
	}
}

func holds(t *testing.T, h *house.House) {
	lead := h.As(who.ProgrammeLead)
	before := check(h, lead)
	fill(h, keeper.MaxChain+50)
	if got := check(h, lead); got.Proof.Waiting != before.Proof.Waiting+keeper.MaxChain+50 || len(got.Broken) != 0 {
		t.Errorf("before the job: %+v", got)
	}
	work(h, "keeper.chain")
	work(h, "keeper.fold")
	got := check(h, lead)
	if got.Proof.Waiting != 0 || got.Proof.Entries < keeper.MaxChain+50 || got.Proof.Tail == "" || !got.Counts || len(got.Broken) != 0 {
		t.Errorf("after the job: %+v", got)
	}
	// Nothing new leaves the chain as it is; one more change moves its end.
	work(h, "keeper.chain")
	if again := check(h, lead); again.Proof.Tail != got.Proof.Tail {
		t.Error("the end moved without a change")
	}
	fill(h, 1)
	work(h, "keeper.chain")
	if again := check(h, h.AsOperator()); again.Proof.Tail == got.Proof.Tail || again.Proof.Entries != got.Proof.Entries+1 {
		t.Errorf("one more change: %+v", again.Proof)
	}
}

func changed(t *testing.T, h *house.House) {
	fill(h, 3)
	work(h, "keeper.chain")
	h.Write(func(tx *db.Tx) error {
		return tx.Do(db.Q("update trail_entry set actor = ? where programme = ? and verb = ?", "account:someone else", h.Programme, "keeper.filled"))
	})
	if got := check(h, h.As(who.ProgrammeLead)); len(got.Broken) != 3 || !got.Counts {
		t.Errorf("three changed entries: %+v", got)
	}
}

func lost(t *testing.T, h *house.House) {
	fill(h, 3)
	work(h, "keeper.chain")
	h.Write(func(tx *db.Tx) error {
		return tx.Do(db.Q("delete from trail_link where programme = ? and seq = 2", h.Programme))
	})
	if got := check(h, h.As(who.ProgrammeLead)); len(got.Broken) == 0 {
		t.Error("a lost link was not found")
	}
}

func miscounted(t *testing.T, h *house.House) {
	fill(h, 3)
	h.Write(func(tx *db.Tx) error {
		return tx.Do(db.Q("update ref_count set n = n + 1 where programme = ? and kind = ?", h.Programme, "thing"))
	})
	if got := check(h, h.As(who.ProgrammeLead)); got.Counts || len(got.Broken) == 0 || len(got.Proof.Broken) != 0 {
		t.Errorf("a wrong count: %+v", got)
	}
}

func seen(t *testing.T, h *house.House) {
	for _, role := range who.Roles() {
		_, err := h.Try(h.As(role), "keeper.check", keeper.CheckIn{})
		if role == who.ProgrammeLead && err != nil || role != who.ProgrammeLead && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
	if _, err := h.Try(h.Stranger(), "keeper.check", keeper.CheckIn{}); !fault.Is(err, fault.Signin) {
		t.Errorf("a stranger: %v", err)
	}
}
