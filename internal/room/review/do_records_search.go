package review

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
)

// SearchIn writes a search down.
type SearchIn struct {
	Ref ref.Ref `json:"ref"` // of the review
	SearchFacts
}

// SearchOut names it.
type SearchOut struct {
	Search  string `json:"search"`
	Version int64  `json:"version"`
}

// searchBody is a line of the log as the trail keeps it.
type searchBody struct {
	Search string `json:"search"`
	SearchFacts
	Version int64 `json:"version"`
}

// Search writes a search in the log.
func (r *Room) Search(ctx context.Context, in SearchIn) (out SearchOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		s := Search{ID: id, SearchFacts: in.Settled(), MadeAt: now, Version: 1}
		var c fault.Check
		s.need(&c)
		if err := c.Err(); err != nil {
			return err
		}
		out = SearchOut{id, 1}
		if err := insertSearch(tx, programme, v.Ref.ID, s); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "review.search", v.Ref, 0, searchBody{s.ID, s.SearchFacts, s.Version})
	})
	return out, err
}

// EditSearchIn changes a line of the log; Version is the one that was read.
type EditSearchIn struct {
	Ref     ref.Ref `json:"ref"` // of the review
	Search  string  `json:"search"`
	Version int64   `json:"version"`
	SearchFacts
}

// EditSearch changes a search in the log. A stale edit is a conflict.
func (r *Room) EditSearch(ctx context.Context, in EditSearchIn) (out SearchOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		s, err := searchOf(tx, programme, v.Ref.ID, in.Search)
		if err != nil {
			return err
		}
		s.SearchFacts, s.Version = in.Settled(), in.Version+1
		var c fault.Check
		s.need(&c)
		if err := c.Err(); err != nil {
			return err
		}
		out = SearchOut{s.ID, s.Version}
		if err := updateSearch(tx, programme, v.Ref.ID, s, in.Version); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "review.edit-search", v.Ref, 0, searchBody{s.ID, s.SearchFacts, s.Version})
	})
	return out, err
}

// SearchesIn asks for the search log of a review.
type SearchesIn struct {
	Ref   ref.Ref `json:"ref"`
	After string  `json:"after" doc:"The next of the page before."`
}

// SearchesOut is up to 100 lines of the log, oldest first.
type SearchesOut struct {
	Searches []Search `json:"searches"`
	Next     string   `json:"next"` // after of the next page; "" = these are the last
}

// Searches gives the search log.
func (r *Room) Searches(ctx context.Context, in SearchesIn) (out SearchesOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		out.Searches, out.Next, err = searches(tx, programme, v.Ref.ID, in.After)
		return err
	})
	return out, err
}
