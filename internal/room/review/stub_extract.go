package review

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// Support is a record that a statement stands on.
type Support struct {
	N      int64  `json:"n"`
	Stance string `json:"stance"`
	Note   string `json:"note"`
}

// StateIn is a new statement.
type StateIn struct {
	Review   ref.Ref   `json:"review"`
	Theme    string    `json:"theme"`
	Words    string    `json:"words"`
	Plainly  string    `json:"plainly"`
	Sure     string    `json:"sure"`
	Place    string    `json:"place"`
	Supports []Support `json:"supports"`
}

// StateOut names what was stored.
type StateOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// GapIn is a new gap.
type GapIn struct {
	Review ref.Ref `json:"review"`
	Words  string  `json:"words"`
	About  string  `json:"about"`
	Place  string  `json:"place"`
	N      int64   `json:"n"`
}

// GapOut names what was stored.
type GapOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// OrganisationIn is a new organisation.
type OrganisationIn struct {
	Review ref.Ref `json:"review"`
	Name   string  `json:"name"`
	Does   string  `json:"does"`
	Link   string  `json:"link"`
	Place  string  `json:"place"`
	N      int64   `json:"n"`
}

// OrganisationOut names what was stored.
type OrganisationOut struct {
	ID string `json:"id"`
}

func (r *Room) stub(ctx context.Context, at ref.Ref, words string, f func(tx *db.Tx, programme, id string, v Review, now int64) error) error {
	id, now := r.ids.New(), r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.run", at)
		if err != nil {
			return err
		}
		if words == "" {
			return fault.Fielded("words", "house.too_long")
		}
		_ = who.From(ctx)
		return f(tx, programme, id, v, now)
	})
}

// State stores a statement.
func (r *Room) State(ctx context.Context, in StateIn) (out StateOut, err error) {
	err = r.stub(ctx, in.Review, in.Words, func(tx *db.Tx, programme, id string, v Review, now int64) error {
		out = StateOut{ref.Of(Statement, id), 1}
		if err := ref.Put(tx, ref.Record{Programme: programme, ID: id, Kind: Statement, Project: v.Project, Title: text.Excerpt(in.Words, 90), Until: ref.NoEnd, Version: 1, ChangedAt: now}); err != nil {
			return err
		}
		return tx.Do(db.Q(`insert into review_statement (programme, id, review, theme, words, plainly, sure, place, given, made_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, '', ?, 1)`,
			programme, id, v.Ref.ID, in.Theme, in.Words, in.Plainly, in.Sure, in.Place, now))
	})
	return out, err
}

// AddGap stores a gap.
func (r *Room) AddGap(ctx context.Context, in GapIn) (out GapOut, err error) {
	err = r.stub(ctx, in.Review, in.Words, func(tx *db.Tx, programme, id string, v Review, now int64) error {
		out = GapOut{ref.Of(Gap, id), 1}
		if err := ref.Put(tx, ref.Record{Programme: programme, ID: id, Kind: Gap, Project: v.Project, Title: text.Excerpt(in.Words, 90), Until: ref.NoEnd, Version: 1, ChangedAt: now}); err != nil {
			return err
		}
		return tx.Do(db.Q(`insert into review_gap (programme, id, review, words, about, place, n, made_at, version) values (?, ?, ?, ?, ?, ?, 0, ?, 1)`,
			programme, id, v.Ref.ID, in.Words, in.About, in.Place, now))
	})
	return out, err
}

// AddOrganisation stores an organisation.
func (r *Room) AddOrganisation(ctx context.Context, in OrganisationIn) (out OrganisationOut, err error) {
	err = r.stub(ctx, in.Review, in.Name, func(tx *db.Tx, programme, id string, v Review, now int64) error {
		out = OrganisationOut{id}
		return tx.Do(db.Q(`insert into review_organisation (programme, id, review, name, does, link, place, n, met, made_at, version) values (?, ?, ?, ?, ?, ?, ?, 0, '', ?, 1)`,
			programme, id, v.Ref.ID, in.Name, in.Does, in.Link, in.Place, now))
	})
	return out, err
}
