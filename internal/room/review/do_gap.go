package review

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// GapIn is something that nobody has found out.
type GapIn struct {
	Review ref.Ref `json:"review"`
	Words  string  `json:"words" doc:"What nobody has found out."`
	About  string  `json:"about" doc:"The people, place or time it is about."`
	Place  string  `json:"place" doc:"Where in a text it was marked; empty for none."`
	N      int64   `json:"n" doc:"Number of the record that says so; 0 for none."`
}

// GapOut names a gap and the version it now has.
type GapOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// AddGap stores a gap.
func (r *Room) AddGap(ctx context.Context, in GapIn) (out GapOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.run", in.Review)
		if err != nil {
			return err
		}
		g := Missing{Ref: ref.Of(Gap, id), Review: v.Ref.ID, Project: v.Project, Words: in.Words, About: in.About, Place: in.Place, N: in.N, Version: 1, MadeAt: now, ChangedAt: now}
		g.tidy()
		if err := g.check(); err != nil {
			return err
		}
		if err := hasRecord(tx, programme, v.Ref.ID, g.N); err != nil {
			return err
		}
		n, _, err := countGaps(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		if n >= MaxGaps {
			return fault.Fielded("words", "review.ex_many_gaps", "Most", MaxGaps)
		}
		if err := putGap(tx, programme, g, 0); err != nil {
			return err
		}
		out = GapOut{g.Ref, 1}
		return trail.Put(ctx, tx, entry, now, "review.gap", g.Ref, 1, g)
	})
	return out, err
}

// hasRecord checks that a number is one of the review's records; 0 is none.
func hasRecord(tx *db.Tx, programme, review string, n int64) error {
	if n == 0 {
		return nil
	}
	_, err := record(tx, programme, review, n)
	if fault.Is(err, fault.Missing) {
		err = fault.Fielded("n", "review.ex_no_record")
	}
	return err
}

// openGap reads a gap for a verb.
func (r *Room) openGap(ctx context.Context, tx *db.Tx, permission string, at ref.Ref) (Missing, string, error) {
	rec, err := who.Record(ctx, tx, permission, at, Gap)
	if err != nil {
		return Missing{}, "", err
	}
	g, err := gapOf(tx, rec.Programme, at.ID)
	return g, rec.Programme, err
}

// changeGap stores a changed gap under a new version, and marks what stands on it.
func (r *Room) changeGap(ctx context.Context, verb string, at ref.Ref, was int64, f func(g *Missing, now int64) error) (out GapOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		g, programme, err := r.openGap(ctx, tx, "review.run", at)
		if err != nil {
			return err
		}
		if g.Version != was {
			return changedMeanwhile()
		}
		if err := f(&g, now); err != nil {
			return err
		}
		g.Version, g.ChangedAt = was+1, now
		if err := putGap(tx, programme, g, was); err != nil {
			return err
		}
		if _, err := tie.Changed(tx, programme, g.Ref, now); err != nil {
			return err
		}
		out = GapOut{g.Ref, g.Version}
		return trail.Put(ctx, tx, entry, now, verb, g.Ref, g.Version, g)
	})
	return out, err
}

// EditGapIn changes what a gap says; Version is the one that was read.
type EditGapIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Words   string  `json:"words"`
	About   string  `json:"about"`
}

// EditGap changes a gap. A stale change is a conflict.
func (r *Room) EditGap(ctx context.Context, in EditGapIn) (GapOut, error) {
	return r.changeGap(ctx, "review.edit-gap", in.Ref, in.Version, func(g *Missing, _ int64) error {
		g.Words, g.About = in.Words, in.About
		g.tidy()
		return g.check()
	})
}

// CloseGapIn says that a gap is one no more, or again.
type CloseGapIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Why     string  `json:"why" doc:"Who found it out, or why it matters no more."`
	Again   bool    `json:"again" doc:"It is open again."`
}

// CloseGap closes a gap with a reason, or opens it again.
func (r *Room) CloseGap(ctx context.Context, in CloseGapIn) (GapOut, error) {
	in.Why = strings.TrimSpace(in.Why)
	return r.changeGap(ctx, "review.close-gap", in.Ref, in.Version, func(g *Missing, now int64) error {
		if in.Again {
			g.Closed, g.ClosedAt = "", 0
			return nil
		}
		var c fault.Check
		c.Need(in.Why != "", "why", "review.ex_need_why")
		c.Need(len(in.Why) <= MaxLine, "why", "house.too_long")
		g.Closed, g.ClosedAt = in.Why, now
		return c.Err()
	})
}

// GapsIn asks for the gaps of a review.
type GapsIn struct {
	Review ref.Ref `json:"review"`
}

// GapsOut is the gaps of a review, oldest first, at most 1000.
type GapsOut struct {
	Gaps []Missing `json:"gaps"`
}

// Gaps gives what nobody has found out.
func (r *Room) Gaps(ctx context.Context, in GapsIn) (out GapsOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Review)
		if err != nil {
			return err
		}
		out.Gaps, err = gapsOf(tx, programme, v.Ref.ID)
		return err
	})
	return out, err
}

// OneGapIn asks for one gap.
type OneGapIn struct {
	Ref ref.Ref `json:"ref"`
}

// OneGap gives one gap.
func (r *Room) OneGap(ctx context.Context, in OneGapIn) (out Missing, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		out, _, err = r.openGap(ctx, tx, "review.see", in.Ref)
		return err
	})
	return out, err
}

// OrganisationIn is an organisation that works on the question.
type OrganisationIn struct {
	Review ref.Ref `json:"review"`
	Name   string  `json:"name"`
	Does   string  `json:"does" doc:"What it does about the question."`
	Link   string  `json:"link"`
	Place  string  `json:"place" doc:"Where in a text it was marked; empty for none."`
	N      int64   `json:"n" doc:"Number of the record that names it; 0 for none."`
}

// OrganisationOut names an organisation of a review.
type OrganisationOut struct {
	ID string `json:"id"`
}

// AddOrganisation stores an organisation.
func (r *Room) AddOrganisation(ctx context.Context, in OrganisationIn) (out OrganisationOut, err error) {
	id := r.ids.New()
	err = r.writeOn(ctx, "review.organisation", "review.run", in.Review, func(tx *db.Tx, v Review, programme string, now int64) (any, error) {
		o := Working{ID: id, Review: v.Ref.ID, Name: in.Name, Does: in.Does, Link: in.Link, Place: in.Place, N: in.N, Version: 1, MadeAt: now}
		o.tidy()
		if err := o.check(); err != nil {
			return nil, err
		}
		if err := hasRecord(tx, programme, v.Ref.ID, o.N); err != nil {
			return nil, err
		}
		all, err := organisationsOf(tx, programme, v.Ref.ID)
		if err != nil {
			return nil, err
		}
		if len(all) >= MaxOrganisations {
			return nil, fault.Fielded("name", "review.ex_many_organisations", "Most", MaxOrganisations)
		}
		if slices.ContainsFunc(all, func(x Working) bool { return alikeWords(x.Name) == alikeWords(o.Name) }) {
			return nil, fault.Fielded("name", "review.ex_same_organisation")
		}
		out.ID = id
		return o, putOrganisation(tx, programme, o, 0)
	})
	return out, err
}

// EditOrganisationIn changes what is said of an organisation; Version is the one that was
// read.
type EditOrganisationIn struct {
	Review  ref.Ref `json:"review"`
	ID      string  `json:"id"`
	Version int64   `json:"version"`
	Name    string  `json:"name"`
	Does    string  `json:"does"`
	Link    string  `json:"link"`
}

// EditOrganisation changes what is said of an organisation. A stale change is a conflict.
func (r *Room) EditOrganisation(ctx context.Context, in EditOrganisationIn) (out OrganisationOut, err error) {
	err = r.writeOn(ctx, "review.edit-organisation", "review.run", in.Review, func(tx *db.Tx, v Review, programme string, _ int64) (any, error) {
		o, err := organisationOf(tx, programme, v.Ref.ID, in.ID)
		if err != nil {
			return nil, err
		}
		if o.Version != in.Version {
			return nil, changedMeanwhile()
		}
		o.Name, o.Does, o.Link = in.Name, in.Does, in.Link
		o.tidy()
		if err := o.check(); err != nil {
			return nil, err
		}
		o.Version, out.ID = in.Version+1, o.ID
		return o, putOrganisation(tx, programme, o, in.Version)
	})
	return out, err
}

// MeetIn takes an organisation among those whom the project meets.
type MeetIn struct {
	Review ref.Ref `json:"review"`
	ID     string  `json:"id"`
}

// MeetOut names the organisation as the people of the project have it.
type MeetOut struct {
	Organisation ref.Ref `json:"organisation"`
}

// Meet takes an organisation among those whom the project meets; one that is there already
// is given again. Whoever does so must be allowed to change people.
func (r *Room) Meet(ctx context.Context, in MeetIn) (out MeetOut, err error) {
	err = r.writeOn(ctx, "review.meet", "review.run", in.Review, func(tx *db.Tx, v Review, programme string, _ int64) (any, error) {
		o, err := organisationOf(tx, programme, v.Ref.ID, in.ID)
		if err != nil {
			return nil, err
		}
		if o.Met == "" {
			if r.takes.groups == nil {
				return nil, fault.New(fault.Absent, "review.ex_no_people")
			}
			at, err := r.takes.groups.Meet(ctx, tx, v.Project, o.Name, o.Does)
			if err != nil {
				return nil, err
			}
			was := o.Version
			o.Met, o.Version = at.ID, was+1
			if err := putOrganisation(tx, programme, o, was); err != nil {
				return nil, err
			}
		}
		out.Organisation = ref.Of("organisation", o.Met)
		return o, nil
	})
	return out, err
}

// OrganisationsIn asks for the organisations of a review.
type OrganisationsIn struct {
	Review ref.Ref `json:"review"`
}

// OrganisationsOut is the organisations of a review, in the order in which they were found.
type OrganisationsOut struct {
	Organisations []Working `json:"organisations"`
}

// Organisations gives who works on the question.
func (r *Room) Organisations(ctx context.Context, in OrganisationsIn) (out OrganisationsOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Review)
		if err != nil {
			return err
		}
		out.Organisations, err = organisationsOf(tx, programme, v.Ref.ID)
		return err
	})
	return out, err
}
