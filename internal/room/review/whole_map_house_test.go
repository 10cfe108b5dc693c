package review_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/room/review"

	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestWholeMap(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		w := wholeStart(t, h)
		lead := h.As(who.ProjectLead)
		said := func(strand string) ref.Ref {
			rec := ref.Record{Programme: h.Programme, ID: h.IDs.New(), Kind: "contribution", Project: h.Project, Title: "Said", Strand: strand, State: "kept", Fate: "owing", Until: ref.NoEnd, Version: 1, ChangedAt: 1}
			h.Write(func(tx *db.Tx) error { return ref.Put(tx, rec) })
			return rec.Ref()
		}
		given, lived, worker, both, far, gone := said("research"), said("lived"), said("practice"), said("lived+practice"), said("lived"), said("lived")
		_ = far // in the project, and tied to nothing
		for _, n := range []int64{1, 3, 5} {
			w.settle(n, review.Include, "", review.Include, "", "")
		}
		themes := []string{h.IDs.New(), h.IDs.New(), h.IDs.New()}
		statements := []string{h.IDs.New(), h.IDs.New(), h.IDs.New(), h.IDs.New()}
		finding := ref.Record{Programme: h.Programme, ID: h.IDs.New(), Kind: "finding", Project: h.Project, Title: "F", State: "shared", Until: ref.NoEnd, Version: 1, ChangedAt: 1}
		h.Write(func(tx *db.Tx) error {
			for i, title := range []string{"Sleep", "Money", "Nothing"} {
				if err := w.stock.Theme(tx, themes[i], int64(i+1), title); err != nil {
					return err
				}
			}
			// 1 and 3 for sleep, 4 is not in the review; 6 is a copy of 1.
			if err := w.stock.Merge(tx, 6, 1); err != nil {
				return err
			}
			if err := w.stock.Statement(tx, h.Project, statements[0], themes[0], "People sleep better", given.ID, map[int64]string{1: review.Supports, 3: review.Challenges, 4: review.Supports, 6: review.Supports}); err != nil {
				return err
			}
			if err := w.stock.Statement(tx, h.Project, statements[1], themes[0], "Rest helps", "", map[int64]string{1: review.Supports}); err != nil {
				return err
			}
			if err := w.stock.Statement(tx, h.Project, statements[2], themes[1], "It costs less", "", map[int64]string{5: review.Qualifies}); err != nil {
				return err
			}
			if err := w.stock.Statement(tx, h.Project, statements[3], "", "And more", "", nil); err != nil {
				return err
			}
			for _, g := range []struct {
				about  string
				n, end int64
			}{{"SLEEP", 0, 0}, {"", 5, 0}, {"Who pays", 0, 0}, {"Sleep", 0, 7}} {
				if err := w.stock.Gap(tx, h.Project, h.IDs.New(), "Nobody knows", g.about, g.n, g.end); err != nil {
					return err
				}
			}
			return ref.Put(tx, finding)
		})
		h.Write(func(tx *db.Tx) error {
			ctx := tx.Within(lead)
			for _, x := range [][2]ref.Ref{{lived, given}, {both, given}, {gone, given}, {given, finding.Ref()}, {worker, finding.Ref()}, {lived, finding.Ref()}} {
				if err := tie.Put(ctx, tx, h.Hand.Now(), tie.Tie{ID: h.IDs.New(), From: x[0], To: x[1], Stance: tie.Supports}); err != nil {
					return err
				}
			}
			if err := tie.Put(ctx, tx, h.Hand.Now(), tie.Tie{ID: h.IDs.New(), From: worker, To: ref.Of(review.Statement, statements[2]), Stance: tie.Challenges}); err != nil {
				return err
			}
			// What was taken back is not counted.
			_, err := ref.SetUntil(tx, h.Programme, db.List([]string{gone.ID}), 0)
			return err
		})
		got := h.Do(w.ctx, "review.map", review.WholeIn{Ref: w.at}).(review.MapOut)
		want := review.MapOut{Rows: []review.MapRow{{Theme: themes[0], Title: "Sleep", Statements: 2, Records: 2, Against: 1, Lived: 2, Practice: 2, Gaps: 1},
			{Theme: themes[1], Title: "Money", Statements: 1, Records: 1, Practice: 1, Gaps: 1}, {Theme: themes[2], Title: "Nothing"}, {Statements: 1, Gaps: 1}},
			Included: 3, Lived: 3, Practice: 2, Gaps: 3}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		page := w.get("/map").Body.String()
		if !strings.Contains(page, "1 says otherwise") || !strings.Contains(page, "None yet") || !strings.Contains(page, "Under no theme") {
			t.Errorf("%s", page)
		}
		if table := w.get("/map/file").Body.String(); !strings.Contains(table, "Sleep,2,2,1,2,2,1\r\n") {
			t.Errorf("%q", table)
		}
		w.signs(t, map[string]int64{"review.sign_unshown": 3, "review.sign_unanswered": 0, "review.sign_gaps": 3})
		day := h.Do(w.ctx, "review.since", review.SinceIn{Ref: w.at, Day: "2026-01-01"}).(review.Changes)
		if len(day.Statements) != 4 || len(day.Gaps) != 4 || day.Statements[0].What != "new" {
			t.Errorf("%+v", day)
		}
	})
}

// signs asks for the signs of the room's part.
func (w *wholeHouse) signs(t *testing.T, want map[string]int64) {
	t.Helper()
	got := map[string]int64{}
	w.Read(func(tx *db.Tx) error {
		for _, p := range w.Plugs {
			for _, s := range p.Signs {
				if _, ok := want[s.Name]; !ok {
					continue
				}
				seen, err := s.Load(tx.Within(w.ctx), tx, ref.Of(ref.Project, w.Project))
				if err != nil {
					return err
				}
				got[s.Name] = seen.N
				if seen.N > 0 && (seen.Title == "" || !strings.HasPrefix(seen.Href, "/review/"+w.Project+"/of/"+w.at.ID) || s.Facet == "" || s.Gap && s.Weight == 0) {
					t.Errorf("%s: %+v", s.Name, seen)
				}
			}
		}
		return nil
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
