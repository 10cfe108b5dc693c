package review_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"plait/internal/kit/fault"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// begin makes a review.
func begin(h *house.House, ctx context.Context, way string) ref.Ref {
	h.T.Helper()
	return h.Do(ctx, "review.make", review.MakeIn{Project: h.Project, Way: way, Facts: review.Facts{Title: "Support at night", Decision: "A second night worker?"}}).(review.MakeOut).Ref
}

func TestReview(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		got := h.Do(ctx, "review.see", review.SeeIn{Ref: at}).(review.Review)
		if got.Title != "Support at night" || got.Reviewers != 1 || got.Sorting != review.Learned || got.State != review.Open || got.Way != review.Searched {
			t.Errorf("%+v", got)
		}
		facts := got.Facts
		facts.Title, facts.Reviewers = "Help at night", 2
		h.Do(ctx, "review.edit", review.EditIn{Ref: at, Version: 1, FactsEdit: facts.Edit()})
		if _, err := h.Try(ctx, "review.edit", review.EditIn{Ref: at, Version: 1, FactsEdit: facts.Edit()}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale edit: %v", err)
		}
		// What an edit does not name stays.
		title, open := "Help by night", false
		h.Do(ctx, "review.edit", review.EditIn{Ref: at, Version: 2, FactsEdit: review.FactsEdit{Title: &title, Blind: yes()}})
		if got := h.Do(ctx, "review.see", review.SeeIn{Ref: at}).(review.Review); got.Title != title || got.Reviewers != 2 || !got.Blind || got.Decision != facts.Decision {
			t.Errorf("an edit of the title alone: %+v", got)
		}
		// Once somebody has decided, what lets reviewers see one another is written down with its reason.
		n := h.Do(ctx, "review.add-record", review.AddRecordIn{Ref: at, Kind: "report", Title: "Ten years of nights", Key: "one"}).(review.AddRecordOut).N
		h.Do(ctx, "review.decide", review.DecideIn{Ref: at, N: n, Verdict: review.Include})
		peek := review.EditIn{Ref: at, Version: 3, FactsEdit: review.FactsEdit{Blind: &open}}
		if _, err := h.Try(ctx, "review.edit", peek); !fault.Is(err, fault.Invalid) {
			t.Errorf("blind ends without a reason: %v", err)
		}
		peek.Reason = "We talk about all of them from now on."
		h.Do(ctx, "review.edit", peek)
		changes := h.Do(ctx, "review.changes", review.ChangesIn{Ref: at}).(review.ChangesOut).Changes
		if i := slices.IndexFunc(changes, func(c review.ShapeChange) bool { return c.What == review.AboutReading && c.Reason == peek.Reason }); i < 0 || !strings.Contains(changes[i].Was, "blind") {
			t.Errorf("what was changed: %+v", changes)
		}
		if out := h.Do(ctx, "review.list", review.ListIn{Project: h.Project}).(review.ListOut); len(out.Reviews) != 1 || out.Reviews[0].Title != "Help by night" || out.Reviews[0].Version != 4 {
			t.Errorf("%+v", out)
		}
		for _, role := range []who.Role{who.HostLead, who.HostStaff, who.Member} {
			if _, err := h.Try(h.As(role), "review.see", review.SeeIn{Ref: at}); !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s sees it: %v", role, err)
			}
		}
		if _, err := h.Try(ctx, "review.make", review.MakeIn{Project: h.Project, Way: "other", Facts: review.Facts{Chance: 51, DecideBy: "soon"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("bad input: %v", err)
		}
	})
}

func yes() *bool {
	b := true
	return &b
}
