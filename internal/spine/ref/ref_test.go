package ref_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/test/house"
)

// kit makes the houses of these tests from one template an engine.
var kit house.Kit

func TestParse(t *testing.T) {
	const id = "0198a6b2-0000-7000-8000-000000000001"
	for in, want := range map[string]ref.Ref{"contribution:" + id: ref.Of("contribution", id)} {
		got, err := ref.Parse(in)
		if got != want || err != nil || got.String() != in {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	for _, bad := range []string{"", ":", id, "contribution:", ":" + id, "contribution:" + id + "x", "contribution:0198A6B2-0000-7000-8000-000000000001", "a:b:" + id} {
		if got, err := ref.Parse(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
	var none ref.Ref
	if err := none.UnmarshalText(nil); err != nil || !none.None() || none.String() != "" {
		t.Errorf("no ref: %v, %v", none, err)
	}
}

// same fails when the kept counts are not those of the records, as a whole and by project.
func same(tx *db.Tx, programme string, projects []string, now int64) error {
	for _, p := range append([]string{""}, projects...) {
		kept, err := ref.Tallies(tx, programme, p, now)
		if err != nil {
			return err
		}
		real, err := ref.Recount(tx, programme, p, now)
		if err != nil {
			return err
		}
		if diff := cmp.Diff(real, kept); diff != "" {
			return fmt.Errorf("project %q at %d (- records, + counts):\n%s", p, now, diff)
		}
	}
	return nil
}

// TestCountsAlwaysAddUp puts, changes, hides and drops records at random and folds in between.
func TestCountsAlwaysAddUp(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		if err := flag.Set("rapid.checks", "25"); err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(rt *rapid.T) {
			programme := h.IDs.New()
			projects := []string{h.IDs.New(), h.IDs.New()}
			site := h.IDs.New()
			var ids []string
			kinds := map[string]string{} // a record never changes its kind
			model := map[string]ref.Record{}
			write := func(f func(tx *db.Tx) error) {
				if err := h.DB.Write(t.Context(), f); err != nil {
					rt.Fatal(err)
				}
			}
			ends := rapid.SampledFrom([]int64{0, 10, 20, ref.NoEnd})
			record := func(rt *rapid.T, id string) ref.Record {
				return ref.Record{Programme: programme, ID: id, Kind: kinds[id], Project: rapid.SampledFrom(projects).Draw(rt, "project"),
					Site: rapid.SampledFrom([]string{"", site}).Draw(rt, "site"), Strand: rapid.SampledFrom([]string{"", "lived", "lived+practice"}).Draw(rt, "strand"),
					Fate: rapid.SampledFrom([]string{"owing", "used"}).Draw(rt, "fate"), Until: ends.Draw(rt, "until"), Version: 1, ChangedAt: 1}
			}
			rt.Repeat(map[string]func(*rapid.T){
				"new": func(rt *rapid.T) {
					var recs []ref.Record
					for range rapid.IntRange(1, 5).Draw(rt, "how many") {
						id := h.IDs.New()
						ids, kinds[id] = append(ids, id), rapid.SampledFrom([]string{"contribution", "action"}).Draw(rt, "kind")
						recs = append(recs, record(rt, id))
						model[id] = recs[len(recs)-1]
					}
					write(func(tx *db.Tx) error { return ref.Put(tx, recs...) })
				},
				"change": func(rt *rapid.T) {
					if len(ids) == 0 {
						rt.Skip("nothing to change")
					}
					r := record(rt, rapid.SampledFrom(ids).Draw(rt, "which"))
					model[r.ID] = r
					write(func(tx *db.Tx) error { return ref.Put(tx, r) })
				},
				"drop": func(rt *rapid.T) {
					if len(ids) == 0 {
						rt.Skip("nothing to drop")
					}
					id := rapid.SampledFrom(ids).Draw(rt, "which")
					delete(model, id)
					write(func(tx *db.Tx) error { return ref.Drop(tx, programme, id, h.IDs.New()) })
				},
				"set until": func(rt *rapid.T) {
					if len(ids) == 0 {
						rt.Skip("nothing to set")
					}
					some := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, min(3, len(ids)), rapid.ID).Draw(rt, "which")
					until := ends.Draw(rt, "until")
					for _, id := range some {
						if r, ok := model[id]; ok {
							r.Until = until
							model[id] = r
						}
					}
					write(func(tx *db.Tx) error { _, err := ref.SetUntil(tx, programme, db.List(some), until); return err })
				},
				"set fate": func(rt *rapid.T) {
					if len(ids) == 0 {
						rt.Skip("nothing to set")
					}
					some := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, min(3, len(ids)), rapid.ID).Draw(rt, "which")
					fate := rapid.SampledFrom([]string{"owing", "used", "too late"}).Draw(rt, "fate")
					now := rapid.SampledFrom([]int64{0, 9, 10, 20}).Draw(rt, "now")
					want := int64(0)
					for _, id := range some {
						if r, ok := model[id]; ok && r.Live(now) && r.Fate != fate {
							r.Fate = fate
							model[id] = r
							want++
						}
					}
					var n int64
					write(func(tx *db.Tx) (err error) { n, err = ref.SetFate(tx, programme, db.List(some), fate, now); return err })
					if n != want {
						rt.Fatalf("%d fates were changed, not %d", n, want)
					}
				},
				"fold": func(*rapid.T) { write(func(tx *db.Tx) error { return ref.Fold(tx, programme) }) },
				"": func(rt *rapid.T) {
					for _, now := range []int64{0, 9, 10, 20} {
						live := int64(0)
						for _, r := range model {
							if r.Live(now) {
								live++
							}
						}
						err := h.DB.Read(t.Context(), func(tx *db.Tx) error {
							for id, want := range model {
								if got, _, err := ref.Get(tx, programme, id); err != nil || got != want {
									return fmt.Errorf("stored %+v, %v; want %+v", got, err, want)
								}
							}
							kept, err := ref.Tallies(tx, programme, "", now)
							if err != nil {
								return err
							}
							n := int64(0)
							for _, x := range kept {
								n += x.N
							}
							if n != live {
								return fmt.Errorf("at %d the counts say %d, %d are live", now, n, live)
							}
							return same(tx, programme, projects, now)
						})
						if err != nil {
							rt.Fatal(err)
						}
					}
				},
			})
		})
	})
}

func TestPutAndDrop(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		programme, project := h.IDs.New(), h.IDs.New()
		r := ref.Record{Programme: programme, ID: h.IDs.New(), Kind: "thing", Project: project, Title: "A chair by the door", Strand: "lived",
			State: "kept", Fate: "owing", Until: ref.NoEnd, Version: 1, ChangedAt: 5}
		put := func(rs ...ref.Record) error {
			return h.DB.Write(t.Context(), func(tx *db.Tx) error { return ref.Put(tx, rs...) })
		}
		if err := put(); err != nil {
			t.Errorf("nothing at all: %v", err)
		}
		if err := put(r); err != nil {
			t.Fatal(err)
		}
		other := r
		other.Programme, other.ID = h.IDs.New(), h.IDs.New()
		if err := put(r, other); !fault.Is(err, fault.Invalid) {
			t.Errorf("records of two programmes at once: %v", err)
		}
		bad := r
		bad.ID = "1"
		if err := put(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("an id that is none: %v", err)
		}
		kind := r
		kind.Kind, kind.Strand = "another", "practice"
		if err := put(kind); err == nil {
			t.Error("a record may not become another kind")
		}
		if err := put(r, r); err == nil {
			t.Error("one record twice in one go counts twice")
		}
		h.Read(func(tx *db.Tx) error {
			got, ok, err := ref.Get(tx, programme, r.ID)
			if diff := cmp.Diff(r, got); diff != "" || !ok {
				t.Error("after all that it is not as it was stored:", diff)
			}
			if _, ok, _ := ref.Get(tx, other.Programme, r.ID); ok {
				t.Error("another programme reads it")
			}
			for what, at := range map[string]ref.Ref{"another kind": ref.Of("another", r.ID), "what is not there": ref.Of("thing", h.IDs.New())} {
				if _, err := ref.Must(tx, programme, at); !fault.Is(err, fault.Missing) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if _, err := ref.Must(tx, other.Programme, r.Ref()); !fault.Is(err, fault.Missing) {
				t.Errorf("another programme's: %v", err)
			}
			if e := same(tx, programme, []string{project}, 1); e != nil {
				t.Error(e)
			}
			return err
		})
		// What belongs to another programme is neither dropped nor hidden by its id.
		h.Write(func(tx *db.Tx) error {
			if err := ref.Drop(tx, other.Programme, r.ID); err != nil {
				return err
			}
			n, err := ref.SetUntil(tx, other.Programme, db.List([]string{r.ID}), 0)
			if n != 0 {
				t.Errorf("%d of another programme's records were hidden", n)
			}
			if got, ok, _ := ref.Get(tx, programme, r.ID); !ok || !got.Live(1) {
				t.Error("it is gone")
			}
			return err
		})
	})
}

// TestPutInParts stores more than one statement takes.
func TestPutInParts(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		programme := h.IDs.New()
		recs := make([]ref.Record, 1203)
		for i := range recs {
			recs[i] = ref.Record{Programme: programme, ID: h.IDs.New(), Kind: "thing", Until: int64(i % 3 * 10), Version: 1, ChangedAt: 1}
		}
		h.Write(func(tx *db.Tx) error { return ref.Put(tx, recs...) })
		h.Read(func(tx *db.Tx) error {
			for now, want := range map[int64]int64{0: 802, 10: 401, 20: 0} {
				got, err := ref.Tallies(tx, programme, "", now)
				n := int64(0)
				for _, x := range got {
					n += x.N
				}
				if n != want || err != nil {
					t.Errorf("at %d: %d, %v; want %d", now, n, err, want)
				}
			}
			return same(tx, programme, nil, 0)
		})
	})
}

// TestSetFateByQuery gives a fate to what a query finds: as many as a large finding
// stands on, in one transaction that stays short.
func TestSetFateByQuery(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		const many = 5000
		programme, project, another := h.IDs.New(), h.IDs.New(), h.IDs.New()
		recs := make([]ref.Record, many)
		for i := range recs {
			recs[i] = ref.Record{Programme: programme, ID: h.IDs.New(), Kind: "contribution", Project: project, Title: "What was said at the table by the window",
				Strand: []string{"lived", "practice", "research"}[i%3], Fate: "owing", Until: ref.NoEnd, Version: 1, ChangedAt: int64(i)}
		}
		recs[0].Until, recs[1].Fate = 0, "used" // withdrawn; used already
		elsewhere := recs[2]
		elsewhere.Programme, elsewhere.ID = another, h.IDs.New()
		h.Write(func(tx *db.Tx) error {
			if err := ref.Put(tx, elsewhere); err != nil {
				return err
			}
			return ref.Put(tx, recs...)
		})
		var n int64
		set := func(programme string) {
			begin := time.Now()
			h.Write(func(tx *db.Tx) (err error) {
				n, err = ref.SetFate(tx, programme, db.Q("(select x.id from ref_record x where x.programme = ? and x.kind = ?)", programme, "contribution"), "used", 1)
				return err
			})
			t.Logf("%d of %d changed in %v", n, many, time.Since(begin).Round(time.Millisecond))
		}
		if set(programme); n != many-2 {
			t.Errorf("%d were changed", n)
		}
		h.Read(func(tx *db.Tx) error {
			gone, _, err := ref.Get(tx, programme, recs[0].ID)
			if err != nil || gone.Fate != "owing" {
				t.Errorf("a withdrawn one is %q, %v", gone.Fate, err)
			}
			if other, _, err := ref.Get(tx, another, elsewhere.ID); err != nil || other.Fate != "owing" {
				t.Errorf("another programme's is %q, %v", other.Fate, err)
			}
			got, _, err := ref.Get(tx, programme, recs[2].ID)
			want := recs[2]
			want.Fate = "used"
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error("more than the fate was changed:", diff, err)
			}
			return same(tx, programme, []string{project}, 1)
		})
		if set(programme); n != 0 {
			t.Errorf("%d were changed a second time", n)
		}
		h.Write(func(tx *db.Tx) (err error) {
			n, err = ref.SetFate(tx, programme, db.List([]string{}), "owing", 1)
			return err
		})
		if n != 0 {
			t.Errorf("%d were changed by an empty list", n)
		}
	})
}
