package tie_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/test/house"
)

// kit makes the houses of these tests from one template an engine.
var kit house.Kit

func put(t *testing.T, h *house.House, programme string, until int64) ref.Ref {
	t.Helper()
	r := ref.Record{Programme: programme, ID: h.IDs.New(), Kind: "thing", Until: until, Version: 1, ChangedAt: 1}
	h.Write(func(tx *db.Tx) error { return ref.Put(tx, r) })
	return r.Ref()
}

func join(h *house.House, from, to ref.Ref, s tie.Stance) error {
	ctx := h.AsOperator()
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		return tie.Put(tx.Context(), tx, 100, tie.Tie{ID: h.IDs.New(), From: from, To: to, Stance: s, Reason: "because"})
	})
}

func TestWhatCannotBeTied(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		a, b := put(t, h, h.Programme, ref.NoEnd), put(t, h, h.Programme, ref.NoEnd)
		gone, over := put(t, h, h.Programme, 0), put(t, h, h.Programme, 99)
		foreign := put(t, h, h.IDs.New(), ref.NoEnd)
		for _, c := range []struct {
			name     string
			from, to ref.Ref
			stance   tie.Stance
			want     fault.Kind
		}{
			{"to itself", a, a, tie.Supports, fault.Invalid},
			{"with no stance", a, b, "", fault.Invalid},
			{"with a stance that is none", a, b, "mocks", fault.Invalid},
			{"to another programme", a, foreign, tie.Supports, fault.Missing},
			{"from another programme", foreign, a, tie.Supports, fault.Missing},
			{"to what is not there", a, ref.Of("thing", h.IDs.New()), tie.Supports, fault.Missing},
			{"to what is of another kind", a, ref.Of("project", b.ID), tie.Supports, fault.Missing},
			{"from what was withdrawn", gone, a, tie.Supports, fault.Withdrawn},
			{"to what was withdrawn", a, gone, tie.Supports, fault.Withdrawn},
			{"to what has ended", a, over, tie.Supports, fault.Withdrawn},
		} {
			if err := join(h, c.from, c.to, c.stance); !fault.Is(err, c.want) {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		}
		h.Read(func(tx *db.Tx) error {
			n, err := db.Count(tx, db.Q("select count(*) from tie"))
			if n != 0 {
				t.Errorf("%d ties were stored", n)
			}
			return err
		})
		for _, s := range tie.Stances() {
			if err := join(h, a, b, s); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
		if err := join(h, a, b, tie.Supports); err != nil {
			t.Errorf("the same again: %v", err)
		}
		h.Read(func(tx *db.Tx) error {
			to, err := tie.To(tx, h.Programme, b)
			if len(to) != len(tie.Stances()) {
				t.Errorf("%d ties, want one a stance", len(to))
			}
			from, _ := tie.From(tx, h.Programme, a)
			if diff := cmp.Diff(to, from); diff != "" {
				t.Errorf("seen from both ends: %s", diff)
			}
			return err
		})
	})
}

// stale lists which of some records are marked, by their place in the list.
func stale(t *testing.T, h *house.House, all ...ref.Ref) []bool {
	t.Helper()
	out := make([]bool, len(all))
	h.Read(func(tx *db.Tx) error {
		for i, r := range all {
			rec, ok, err := ref.Get(tx, h.Programme, r.ID)
			if err != nil || !ok {
				t.Fatal(r, ok, err)
			}
			out[i] = rec.Stale != 0
		}
		return nil
	})
	return out
}

// TestChangedMarksOnlyDirectOnes walks a -> b -> c -> a, and a -> d.
func TestChangedMarksOnlyDirectOnes(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		n := func() ref.Ref { return put(t, h, h.Programme, ref.NoEnd) }
		a, b, c, d, e := n(), n(), n(), n(), n()
		for _, pair := range [][2]ref.Ref{{a, b}, {b, c}, {c, a}, {a, d}} {
			if err := join(h, pair[0], pair[1], tie.Informs); err != nil {
				t.Fatal(err)
			}
		}
		var marked []ref.Ref
		changed := func(r ref.Ref, now int64) {
			h.Write(func(tx *db.Tx) (err error) { marked, err = tie.Changed(tx, h.Programme, r, now); return err })
		}
		changed(a, 200)
		if len(marked) != 2 {
			t.Errorf("marked: %v", marked)
		}
		if diff := cmp.Diff([]bool{false, true, false, true, false}, stale(t, h, a, b, c, d, e)); diff != "" {
			t.Errorf("a has changed: %s", diff)
		}
		changed(a, 300)
		if len(marked) != 0 {
			t.Errorf("marked again: %v", marked)
		}
		h.Read(func(tx *db.Tx) error {
			rec, _, err := ref.Get(tx, h.Programme, b.ID)
			if rec.Stale != 200 {
				t.Errorf("stale since %d, not since it first was", rec.Stale)
			}
			return err
		})
		changed(e, 300)
		if len(marked) != 0 {
			t.Errorf("nothing stands on e, yet marked: %v", marked)
		}
		h.Write(func(tx *db.Tx) error {
			rec, _, err := ref.Get(tx, h.Programme, a.ID)
			if err != nil {
				return err
			}
			rec.Version = 7
			if err := ref.Put(tx, rec); err != nil {
				return err
			}
			return tie.Confirm(tx, h.Programme, b)
		})
		if diff := cmp.Diff([]bool{false, false, false, true, false}, stale(t, h, a, b, c, d, e)); diff != "" {
			t.Errorf("b was confirmed, d not: %s", diff)
		}
		h.Read(func(tx *db.Tx) error {
			for at, want := range map[ref.Ref]int64{b: 7, d: 1} {
				ties, err := tie.To(tx, h.Programme, at)
				if err != nil || len(ties) != 1 || ties[0].Version != want {
					t.Errorf("the confirmed version is %v, want %d (%v)", ties, want, err)
				}
			}
			return nil
		})
		// Another programme's change marks nothing here.
		h.Write(func(tx *db.Tx) (err error) { marked, err = tie.Changed(tx, h.IDs.New(), c, 400); return err })
		if len(marked) != 0 || stale(t, h, a)[0] {
			t.Errorf("marked from another programme: %v", marked)
		}
		// What is dropped takes its ties along.
		h.Write(func(tx *db.Tx) error { return ref.Drop(tx, h.Programme, a.ID) })
		h.Read(func(tx *db.Tx) error {
			left, err := db.Count(tx, db.Q("select count(*) from tie"))
			if left != 1 {
				t.Errorf("%d ties are left, want b to c alone", left)
			}
			return err
		})
	})
}
