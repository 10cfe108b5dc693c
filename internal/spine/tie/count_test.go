package tie_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/test/house"
)

// Whatever is tied, cut, changed, taken back, shown or dropped, in whatever order, the
// counts of ties are what the ties and records themselves say, before and after a fold.
func TestCountsOfTies(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		const now, later = 1_000, 5_000
		back := errors.New("taken back")
		ctx := h.AsOperator()
		rapid.Check(t, func(r *rapid.T) {
			err := h.DB.Write(ctx, func(tx *db.Tx) error {
				ctx := tx.Context()
				var said, found []ref.Record
				put := func(kind, strand string, until int64) ref.Record {
					x := ref.Record{Programme: h.Programme, ID: h.IDs.New(), Kind: kind, Project: h.Project, Strand: strand, Until: until, Version: 1, Title: "x"}
					if err := ref.Put(tx, x); err != nil {
						r.Fatal(err)
					}
					return x
				}
				strands, untils := []string{"", "lived", "practice", "lived+practice"}, []int64{0, later, ref.NoEnd}
				for range 4 {
					said, found = append(said, put("contribution", rapid.SampledFrom(strands).Draw(r, "strand"), ref.NoEnd)), append(found, put("finding", "", ref.NoEnd))
				}
				one := rapid.IntRange(0, 3)
				for range rapid.IntRange(1, 12).Draw(r, "steps") {
					i, j := one.Draw(r, "from"), one.Draw(r, "to")
					var err error
					switch rapid.IntRange(0, 6).Draw(r, "step") {
					case 0, 1:
						if said[i].Until > now && found[j].Until > now {
							err = tie.Put(ctx, tx, now, tie.Tie{ID: h.IDs.New(), From: said[i].Ref(), To: found[j].Ref(), Stance: rapid.SampledFrom(tie.Stances()).Draw(r, "stance")})
						}
					case 2:
						var from []ref.Ref
						var ids []string
						for _, x := range said {
							if x.Until > now {
								from, ids = append(from, x.Ref()), append(ids, h.IDs.New())
							}
						}
						err = tie.PutMany(ctx, tx, now, ids, from, found[j].Ref(), tie.Supports, "")
					case 3:
						var all []tie.Tie
						if all, err = tie.To(tx, h.Programme, found[j].Ref()); err == nil && len(all) > 0 {
							err = tie.Cut(tx, h.Programme, all[0].ID)
						}
					case 4:
						said[i].Strand, said[i].Until = rapid.SampledFrom(strands).Draw(r, "new strand"), rapid.SampledFrom(untils).Draw(r, "new end")
						err = ref.Put(tx, said[i])
					case 5:
						until := rapid.SampledFrom(untils).Draw(r, "many ends")
						_, err = ref.SetUntil(tx, h.Programme, db.List([]string{said[0].ID, said[1].ID}), until)
						said[0].Until, said[1].Until = until, until
					case 6:
						if err = ref.Drop(tx, h.Programme, said[i].ID); err == nil {
							said[i] = put("contribution", "lived", ref.NoEnd)
						}
					}
					if err != nil {
						return err
					}
				}
				same := func(when string) {
					kept, err := ref.Unders(tx, h.Programme)
					if err != nil {
						r.Fatal(err)
					}
					real, err := ref.RecountUnders(tx, h.Programme)
					if err != nil {
						r.Fatal(err)
					}
					if diff := cmp.Diff(real, kept); diff != "" {
						r.Fatalf("%s: counts of ties (-real +kept):\n%s", when, diff)
					}
				}
				same("before the fold")
				if err := ref.Fold(tx, h.Programme); err != nil {
					return err
				}
				same("after the fold")
				return back // each run begins on an empty programme
			})
			if !errors.Is(err, back) {
				r.Fatal(err)
			}
		})
	})
}
