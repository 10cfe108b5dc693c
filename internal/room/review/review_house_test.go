package review_test

import (
	"context"
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
		h.Do(ctx, "review.edit", review.EditIn{Ref: at, Version: 1, Facts: facts})
		if _, err := h.Try(ctx, "review.edit", review.EditIn{Ref: at, Version: 1, Facts: facts}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale edit: %v", err)
		}
		if out := h.Do(ctx, "review.list", review.ListIn{Project: h.Project}).(review.ListOut); len(out.Reviews) != 1 || out.Reviews[0].Title != "Help at night" || out.Reviews[0].Version != 2 {
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
