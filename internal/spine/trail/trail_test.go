package trail_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
	"plait/test/house"
)

// kit makes the houses of these tests from one template an engine.
var kit house.Kit

type text struct {
	Words string `json:"words"`
}

func TestVersionsAndErasing(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.AsOperator()
		at, other := ref.Of("thing", h.IDs.New()), ref.Of("thing", h.IDs.New())
		h.Write(func(tx *db.Tx) error {
			for i, words := range []string{"first", "second"} {
				if err := trail.Put(ctx, tx, h.IDs.New(), int64(10+i), "thing.give", at, int64(i+1), text{words}); err != nil {
					return err
				}
			}
			// A later entry without a body, as a withdrawal leaves, hides no version.
			if err := trail.Put(ctx, tx, h.IDs.New(), 20, "thing.take", at, 2, nil); err != nil {
				return err
			}
			return trail.Put(ctx, tx, h.IDs.New(), 21, "thing.give", other, 1, text{"another"})
		})
		version := func(r ref.Ref, programme string, n int64) (string, error) {
			var out text
			err := h.DB.Read(t.Context(), func(tx *db.Tx) error { return trail.Version(tx, programme, r, n, &out) })
			return out.Words, err
		}
		for n, want := range map[int64]string{1: "first", 2: "second"} {
			if got, err := version(at, h.Programme, n); got != want || err != nil {
				t.Errorf("version %d: %q, %v", n, got, err)
			}
		}
		if got, err := version(at, h.Programme, 3); !fault.Is(err, fault.Missing) {
			t.Errorf("a version that never was: %q, %v", got, err)
		}
		if got, err := version(at, h.IDs.New(), 1); !fault.Is(err, fault.Missing) {
			t.Errorf("from another programme: %q, %v", got, err)
		}
		// Erasing in another programme takes nothing here.
		h.Write(func(tx *db.Tx) error { return trail.Erase(tx, h.IDs.New(), at.ID) })
		if _, err := version(at, h.Programme, 1); err != nil {
			t.Errorf("erased from another programme: %v", err)
		}
		h.Write(func(tx *db.Tx) error { return trail.Erase(tx, h.Programme, at.ID) })
		for n := range int64(3) {
			if got, err := version(at, h.Programme, n); !fault.Is(err, fault.Missing) {
				t.Errorf("version %d after erasing: %q, %v", n, got, err)
			}
		}
		if got, err := version(other, h.Programme, 1); got != "another" || err != nil {
			t.Errorf("what was not erased: %q, %v", got, err)
		}
		h.Read(func(tx *db.Tx) error {
			all, err := trail.Of(tx, h.Programme, at)
			if len(all) != 3 || all[0].Verb != "thing.give" || all[2].Verb != "thing.take" || all[0].Actor != "operator" {
				t.Errorf("the entries that stay: %v", all)
			}
			return err
		})
	})
}

// TestChainInParts links a batch in rounds of every size and finds it whole after each.
func TestChainInParts(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.AsOperator()
		changes := make([]trail.Change, 1203)
		for i := range changes {
			changes[i] = trail.Change{Entry: h.IDs.New(), Ref: ref.Of("thing", h.IDs.New()), Version: 1, Body: text{strings.Repeat("x", i%7)}}
		}
		h.Write(func(tx *db.Tx) error { return trail.PutMany(ctx, tx, 10, "thing.bring", changes) })
		tail, linked := "", int64(0)
		for _, most := range []int{1, 2, 500, 5000, 10} {
			h.Write(func(tx *db.Tx) error {
				waits, err := trail.Programmes(tx)
				if most != 10 && !strings.Contains(strings.Join(waits, " "), h.Programme) {
					t.Errorf("entries wait, and yet the programme is not named: %v", waits)
				}
				n, e := trail.Chain(tx, h.Programme, most)
				linked += int64(n)
				if n > most {
					t.Errorf("%d were linked, at most %d were asked for", n, most)
				}
				if e != nil {
					return e
				}
				return err
			})
			h.Read(func(tx *db.Tx) error {
				p, err := trail.Check(tx, h.Programme)
				if len(p.Broken) > 0 || p.Entries != linked || (most != 10 && p.Tail == tail) {
					t.Errorf("after %d: %d entries, tail %s, %q", linked, p.Entries, p.Tail, p.Broken)
				}
				if most >= 5000 && p.Waiting != 0 {
					t.Errorf("%d still wait", p.Waiting)
				}
				tail = p.Tail
				return err
			})
		}
		// An entry that would never be linked is noticed.
		forgot := h.IDs.New()
		h.Write(func(tx *db.Tx) error {
			if err := trail.Put(ctx, tx, forgot, 11, "thing.give", ref.Of("thing", h.IDs.New()), 1, nil); err != nil {
				return err
			}
			return tx.Do(db.Q("delete from trail_wait where programme = ? and entry = ?", h.Programme, forgot))
		})
		h.Read(func(tx *db.Tx) error {
			p, err := trail.Check(tx, h.Programme)
			if len(p.Broken) != 1 || !strings.Contains(p.Broken[0], "1 entries are in no link, but 0 wait") {
				t.Errorf("an entry that waits nowhere: %q", p.Broken)
			}
			return err
		})
		h.Write(func(tx *db.Tx) error {
			return tx.Do(db.Q("insert into trail_wait (programme, entry) values (?, ?)", h.Programme, forgot))
		})
		// Erasing half of it breaks nothing.
		h.Write(func(tx *db.Tx) error {
			for _, c := range changes[:600] {
				if err := trail.Erase(tx, h.Programme, c.Ref.ID); err != nil {
					return err
				}
			}
			return nil
		})
		h.Read(func(tx *db.Tx) error {
			p, err := trail.Check(tx, h.Programme)
			if len(p.Broken) > 0 || p.Erased != 600 || p.Tail != tail {
				t.Errorf("after erasing: %d erased, tail %s, was %s, %q", p.Erased, p.Tail, tail, p.Broken)
			}
			return err
		})
	})
}

func TestOnceAndKeep(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		one := who.With(t.Context(), h.Policy, who.Actor{Kind: who.Account, ID: h.IDs.New(), Programme: h.Programme})
		two := who.With(t.Context(), h.Policy, who.Actor{Kind: who.Account, ID: h.IDs.New(), Programme: h.Programme})
		once := func(ctx context.Context, key, verb string, in text) (out text, done bool, err error) {
			err = h.DB.Read(t.Context(), func(tx *db.Tx) (err error) { done, err = trail.Once(ctx, tx, key, verb, in, &out); return err })
			return out, done, err
		}
		if _, done, err := once(one, "k", "thing.give", text{"a"}); done || err != nil {
			t.Errorf("before anything was kept: %v, %v", done, err)
		}
		h.Write(func(tx *db.Tx) error {
			if err := trail.Keep(one, tx, "", "thing.give", 1, text{"a"}, text{"unkept"}); err != nil {
				return err
			}
			return trail.Keep(one, tx, "k", "thing.give", 1, text{"a"}, text{"answer"})
		})
		out, done, err := once(one, "k", "thing.give", text{"a"})
		if diff := cmp.Diff(text{"answer"}, out); diff != "" || !done || err != nil {
			t.Errorf("the same again: %s %v %v", diff, done, err)
		}
		for name, c := range map[string]struct {
			ctx       context.Context
			key, verb string
			in        text
			want      fault.Kind
		}{
			"other words":   {one, "k", "thing.give", text{"b"}, fault.Conflict},
			"another verb":  {one, "k", "thing.edit", text{"a"}, fault.Conflict},
			"another actor": {two, "k", "thing.give", text{"b"}, ""},
			"another key":   {one, "l", "thing.give", text{"b"}, ""},
			"no key":        {one, "", "thing.give", text{"a"}, ""},
			"a long key":    {one, strings.Repeat("k", trail.MaxKey+1), "thing.give", text{"a"}, fault.Invalid},
		} {
			out, done, err := once(c.ctx, c.key, c.verb, c.in)
			if done || out.Words != "" || (c.want == "" && err != nil) || (c.want != "" && !fault.Is(err, c.want)) {
				t.Errorf("%s: %v, %v, %v; want %q", name, out, done, err, c.want)
			}
		}
	})
}
