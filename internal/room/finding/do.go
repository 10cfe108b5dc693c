package finding

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// WriteIn is a new finding: a draft until it is shared.
type WriteIn struct {
	Project string `json:"project"`
	Site    string `json:"site" doc:"The site it is about; empty is the whole project."`
	Body
}

// WriteOut names what was stored.
type WriteOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// Write stores a draft.
func (r *Room) Write(ctx context.Context, in WriteIn) (out WriteOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		at := ref.Of(ref.Project, in.Project)
		if in.Site != "" {
			at = ref.Of(ref.Site, in.Site)
		}
		if err := who.Must(ctx, tx, "finding.make", at); err != nil {
			return err
		}
		if err := in.Check(); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if in.Site != "" {
			if err := siteOf(tx, programme, in.Project, in.Site); err != nil {
				return err
			}
		}
		f := Finding{Ref: ref.Of(Kind, id), Project: in.Project, Site: in.Site, State: Draft, Body: in.Body, MadeAt: now, ChangedAt: now, Version: 1}
		rec := f.record(ref.Record{Programme: programme, ID: id, Kind: Kind, Project: in.Project, Site: in.Site, Until: ref.NoEnd})
		if err := ref.Put(tx, rec); err != nil {
			return err
		}
		if err := insert(tx, programme, f); err != nil {
			return err
		}
		out = WriteOut{f.Ref, 1}
		return trail.Put(ctx, tx, entry, now, "finding.write", f.Ref, 1, f)
	})
	return out, err
}

// EditIn changes a finding; Version is the one that was read.
type EditIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Body
}

// VersionOut is the version a finding now has.
type VersionOut struct {
	Version int64 `json:"version"`
}

// Edit changes the words of a finding. A shared one stays shared: the trail keeps the old
// words, and what stands on it is marked. A stale edit is a conflict.
func (r *Room) Edit(ctx context.Context, in EditIn) (out VersionOut, err error) {
	return r.change(ctx, "finding.make", "finding.edit", in.Ref, in.Version, func(tx *db.Tx, f *Finding, _ *ref.Record, _ int64) error {
		if err := in.Check(); err != nil {
			return err
		}
		f.Body = in.Body
		return nil
	})
}

// change is what every verb does that makes a new version of a finding.
func (r *Room) change(ctx context.Context, permission, verb string, at ref.Ref, version int64,
	how func(tx *db.Tx, f *Finding, rec *ref.Record, now int64) error) (out VersionOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, f, err := r.own(ctx, tx, permission, at)
		if err != nil {
			return err
		}
		if f.Version != version {
			return meanwhile(f)
		}
		was := f
		if err := how(tx, &f, &rec, now); err != nil {
			return err
		}
		f.Version, f.ChangedAt = was.Version+1, now
		if err := update(tx, rec.Programme, f, was.Version); err != nil {
			return err
		}
		if err := ref.Put(tx, f.record(rec)); err != nil {
			return err
		}
		if err := index(tx, rec.Programme, f); err != nil {
			return err
		}
		if f.State != was.State {
			on, err := standsOn(tx, rec.Programme, f.Ref.ID)
			if err != nil {
				return err
			}
			if err := refate(tx, rec.Programme, on, now); err != nil {
				return err
			}
		}
		if was.State == Shared && (f.Body != was.Body || f.State != was.State || f.WhyOneStrand != was.WhyOneStrand) {
			if _, err := tie.Changed(tx, rec.Programme, f.Ref, now); err != nil {
				return err
			}
		}
		out = VersionOut{f.Version}
		return trail.Put(ctx, tx, entry, now, verb, f.Ref, f.Version, f)
	})
	return out, err
}

// own reads a finding that the actor is about to change. Whoever may change one may see
// drafts.
func (r *Room) own(ctx context.Context, tx *db.Tx, permission string, at ref.Ref) (ref.Record, Finding, error) {
	rec, err := who.Record(ctx, tx, permission, at, Kind)
	if err != nil {
		return rec, Finding{}, err
	}
	f, err := one(tx, rec.Programme, rec.ID)
	return rec, f, err
}
