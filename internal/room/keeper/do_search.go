package keeper

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/search"
	"plait/internal/spine/plug"
)

// searchBatch is how many records one transaction puts into the search: other writers on
// SQLite wait for well under half a second.
const searchBatch = 200

// Reindex makes the search of a programme anew from the records' own words, a part at a
// time, so that others read and write meanwhile and find what is there all the while.
// What is in the search and should not be goes. told hears after each part how many
// records have been looked at; it may be nil. One that was cut off is begun again.
func (r *Room) Reindex(ctx context.Context, programme string, told func(done int64)) error {
	if told == nil {
		told = func(int64) {}
	}
	kinds, done := map[string]bool{}, int64(0)
	for _, p := range r.install.Plugs() {
		for _, f := range p.Finds {
			kinds[f.Kind] = true
			if err := r.reindexKind(ctx, programme, f, func(n int) { done += int64(n); told(done) }); err != nil {
				return err
			}
		}
	}
	return r.sweepSearch(ctx, programme, kinds)
}

// reindexKind puts the records of one kind into the search, and takes those of that kind
// out that are not to be found.
func (r *Room) reindexKind(ctx context.Context, programme string, f plug.Find, told func(n int)) error {
	for after := ""; ; {
		last, n := "", 0
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			docs, end, err := f.Load(tx.Context(), tx, programme, after, searchBatch)
			if err != nil {
				return err
			}
			last, n = end, len(docs)
			should := make(map[string]bool, len(docs))
			for _, d := range docs {
				should[d.ID] = true
			}
			for at := after; ; {
				kept, err := search.Kept(tx, programme, at, end, 2*searchBatch)
				if err != nil {
					return err
				}
				of, err := kindsOf(tx, programme, kept, 0)
				if err != nil {
					return err
				}
				var gone []string
				for _, x := range kept {
					if of[x] == f.Kind && !should[x] {
						gone = append(gone, x)
					}
				}
				if err := search.Drop(tx, programme, gone...); err != nil {
					return err
				}
				if len(kept) < 2*searchBatch {
					break
				}
				at = kept[len(kept)-1]
			}
			return search.Put(tx, docs...)
		})
		if err != nil {
			return err
		}
		told(n)
		if last == "" {
			return nil
		}
		after = last
	}
}

// sweepSearch takes out of the search what is no record, or of a kind that is not found by its words.
func (r *Room) sweepSearch(ctx context.Context, programme string, kinds map[string]bool) error {
	for after := ""; ; {
		last := ""
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			kept, err := search.Kept(tx, programme, after, "", 2*searchBatch)
			if err != nil || len(kept) == 0 {
				return err
			}
			last = kept[len(kept)-1]
			of, err := kindsOf(tx, programme, kept, 0)
			if err != nil {
				return err
			}
			var gone []string
			for _, x := range kept {
				if !kinds[of[x]] {
					gone = append(gone, x)
				}
			}
			return search.Drop(tx, programme, gone...)
		})
		if err != nil || last == "" {
			return err
		}
		after = last
	}
}
