package outcome

import (
	"context"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// RecordIn is something that changed.
type RecordIn struct {
	Project string `json:"project"`
	Site    string `json:"site"` // "" = the whole project
	Facts
	Person string    `json:"person"` // person id; only with the sort person
	From   []ref.Ref `json:"from"`   // what led to it: actions, recommendations, findings
}

// RecordOut names what was stored.
type RecordOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// Record keeps something that changed. What changed for one person belongs to that
// person: it starts with the narrowest use.
func (r *Room) Record(ctx context.Context, in RecordIn) (out RecordOut, err error) {
	id, entry, ties, now := r.ids.New(), r.ids.New(), r.newIDs(len(in.From)), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "outcome.record", place(in.Project, in.Site)); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		o := Outcome{Ref: ref.Of(Kind, id), Project: in.Project, Site: in.Site, Person: personID(in.Person), Facts: in.Settled(),
			State: Recorded, Version: 1, MadeAt: now, ChangedAt: now}
		if o.personal() {
			o.Ref.Kind = KindPersonal
		}
		if err := check(o.Facts, o.Person, in.From, now); err != nil {
			return err
		}
		if err := r.checkPlace(ctx, tx, programme, o); err != nil {
			return err
		}
		if err := keep(tx, o.record(programme), now, o.personal()); err != nil {
			return err
		}
		if err := insert(tx, programme, o); err != nil {
			return err
		}
		if err := index(tx, programme, o); err != nil {
			return err
		}
		if err := join(ctx, tx, now, ties, in.From, o.Ref); err != nil {
			return err
		}
		out = RecordOut{o.Ref, 1}
		return trail.Put(ctx, tx, entry, now, "outcome.record", o.Ref, 1, o)
	})
	return out, err
}

// place is where something changed: its site where one is named, else the project.
func place(project, site string) ref.Ref {
	if site != "" {
		return ref.Of(ref.Site, site)
	}
	return ref.Of(ref.Project, project)
}

func (r *Room) newIDs(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = r.ids.New()
	}
	return out
}

// check says what is wrong with an outcome, by field.
func check(f Facts, person string, from []ref.Ref, now int64) error {
	var c fault.Check
	f.need(&c, clock.DayOf(now+clock.Day/2, "UTC"))
	c.Need(!f.personal() || person != "", "person", "outcome.need_person")
	c.Need(f.personal() || person == "", "person", "outcome.no_person")
	c.Need(len(from) <= MaxFrom, "from", "house.too_long")
	for _, x := range from {
		c.Need(slices.Contains(Sources(), x.Kind), "from", "outcome.bad_from")
	}
	return c.Err()
}

// checkPlace says whether the site is the project's, and the person one whose own
// outcomes the actor may keep.
func (r *Room) checkPlace(ctx context.Context, tx *db.Tx, programme string, o Outcome) error {
	if o.Site != "" {
		site, err := ref.Must(tx, programme, ref.Of(ref.Site, o.Site))
		if err != nil {
			return err
		}
		if site.Project != o.Project {
			return fault.Fielded("site", "house.bad_choice")
		}
	}
	if !o.personal() {
		return nil
	}
	return who.Must(ctx, tx, "outcome.personal", ref.Of(ref.Person, o.Person))
}

// keep stores the row of an outcome. One that belongs to a person goes through the terms,
// as everything of a person does.
func keep(tx *db.Tx, rec ref.Record, now int64, personal bool) error {
	if !personal {
		return ref.Put(tx, rec)
	}
	_, err := terms.Set(tx, rec, now, terms.Narrowest()...)
	return err
}

// join ties an outcome to what led to it; the actor must be able to see each.
func join(ctx context.Context, tx *db.Tx, now int64, ids []string, from []ref.Ref, to ref.Ref) error {
	if len(from) == 0 {
		return nil
	}
	for _, x := range from {
		if err := who.Must(ctx, tx, "outcome.see", x); err != nil {
			return err
		}
	}
	return tie.PutMany(ctx, tx, now, ids, from, to, tie.LeadsTo, "")
}

// open reads an outcome for a verb. permission is that for what is the project's; what
// belongs to a person asks for outcome.personal besides.
func (r *Room) open(ctx context.Context, tx *db.Tx, permission string, at ref.Ref, now int64) (Outcome, ref.Record, error) {
	found, ok, err := ref.Get(tx, who.From(ctx).Programme, at.ID)
	if err != nil {
		return Outcome{}, found, err
	}
	if ok && found.Kind == KindPersonal {
		at.Kind = KindPersonal
		if err := who.Must(ctx, tx, "outcome.personal", at); err != nil {
			return Outcome{}, found, err
		}
		if permission == "outcome.see" {
			permission = "outcome.personal"
		}
	}
	rec, err := who.Record(ctx, tx, permission, at, Kind, KindPersonal)
	if err != nil {
		return Outcome{}, rec, err
	}
	if !rec.Live(now) {
		if rec.Kind == KindPersonal {
			return Outcome{}, rec, fault.New(fault.Withdrawn, "house.withdrawn")
		}
		return Outcome{}, rec, fault.New(fault.Withdrawn, "outcome.withdrawn").With("outcome.withdrawn_do")
	}
	o, err := one(tx, rec.Programme, at.ID)
	return o, rec, err
}

// EditIn changes an outcome; Version is the one that was read.
type EditIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Facts
	From []ref.Ref `json:"from"` // what led to it now; left out = as it was, an empty list = nothing
}

// EditOut is the version it now has.
type EditOut struct {
	Version int64 `json:"version"`
}

// Edit corrects an outcome. A stale edit is a conflict; what stands on it is marked. What
// belongs to a person stays that person's.
func (r *Room) Edit(ctx context.Context, in EditIn) (out EditOut, err error) {
	entry, ties, now := r.ids.New(), r.newIDs(len(in.From)), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		o, rec, err := r.open(ctx, tx, "outcome.record", in.Ref, now)
		if err != nil {
			return err
		}
		facts := in.Settled()
		if in.Language == "" {
			facts.Language = o.Language
		}
		if err := check(facts, o.Person, in.From, now); err != nil {
			return err
		}
		if facts.personal() != o.personal() {
			return fault.Fielded("sort", "outcome.stays_personal")
		}
		if o.Version != in.Version {
			return changedMeanwhile(o.Title)
		}
		o.Facts, o.Version, o.ChangedAt = facts, o.Version+1, now
		if err := update(tx, rec.Programme, o, in.Version); err != nil {
			return err
		}
		next := o.record(rec.Programme)
		next.Until = rec.Until
		if err := ref.Put(tx, next); err != nil {
			return err
		}
		if err := index(tx, rec.Programme, o); err != nil {
			return err
		}
		if in.From != nil {
			if err := r.rejoin(ctx, tx, now, ties, in.From, o.Ref); err != nil {
				return err
			}
		}
		if _, err := tie.Changed(tx, rec.Programme, o.Ref, now); err != nil {
			return err
		}
		out = EditOut{o.Version}
		return trail.Put(ctx, tx, entry, now, "outcome.edit", o.Ref, o.Version, o)
	})
	return out, err
}

// rejoin makes from what an outcome comes from: ties that are there stay as they are.
func (r *Room) rejoin(ctx context.Context, tx *db.Tx, now int64, ids []string, from []ref.Ref, to ref.Ref) error {
	programme := who.From(ctx).Programme
	had, err := cameFrom(tx, programme, to)
	if err != nil {
		return err
	}
	for _, t := range had {
		if slices.Contains(from, t.From) {
			continue
		}
		// What the actor may not see here is not theirs to take away.
		if !slices.Contains(Sources(), t.From.Kind) || !who.Can(ctx, tx, "outcome.see", t.From) {
			continue
		}
		if err := tie.Cut(tx, programme, t.ID); err != nil {
			return err
		}
	}
	var fresh []ref.Ref
	for _, x := range from {
		if !slices.ContainsFunc(had, func(t tie.Tie) bool { return t.From == x }) {
			fresh = append(fresh, x)
		}
	}
	return join(ctx, tx, now, ids[:len(fresh)], fresh, to)
}

// WithdrawIn takes an outcome out: it was wrong, or it did not last.
type WithdrawIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Why     string  `json:"why"` // needed
}

// WithdrawOut is the version it now has.
type WithdrawOut struct {
	Version int64 `json:"version"`
}

// Withdraw takes an outcome out everywhere; the reason stays. What belongs to a person is
// erased at once: the team keeps no words about someone that it has called wrong.
func (r *Room) Withdraw(ctx context.Context, in WithdrawIn) (out WithdrawOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		o, rec, err := r.open(ctx, tx, "outcome.record", in.Ref, now)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(in.Why != "", "why", "outcome.need_why")
		c.Need(len(in.Why) <= MaxLine, "why", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		if o.Version != in.Version {
			return changedMeanwhile(o.Title)
		}
		o.State, o.Why, o.Version, o.ChangedAt = Withdrawn, in.Why, o.Version+1, now
		if err := update(tx, rec.Programme, o, in.Version); err != nil {
			return err
		}
		rec.State, rec.Version, rec.ChangedAt = o.State, o.Version, now
		if rec, err = terms.Set(tx, rec, now); err != nil {
			return err
		}
		if err := search.Drop(tx, rec.Programme, rec.ID); err != nil {
			return err
		}
		if _, err := tie.Changed(tx, rec.Programme, o.Ref, now); err != nil {
			return err
		}
		out = WithdrawOut{o.Version}
		if o.Ref.Kind == KindPersonal {
			if err := forget(tx, rec); err != nil {
				return err
			}
			return trail.Put(ctx, tx, entry, now, "outcome.withdraw", o.Ref, o.Version, nil)
		}
		return trail.Put(ctx, tx, entry, now, "outcome.withdraw", o.Ref, o.Version, o)
	})
	return out, err
}

// ListIn asks for a page of a project's outcomes.
type ListIn struct {
	Project string `json:"project"`
	Sort    string `json:"sort"` // one of Sorts; "" = all
	Shared  bool   `json:"shared" doc:"Leave out what changed for one person."`
	After   string `json:"after"` // the Next of the page before
	Limit   int64  `json:"limit"` // 1 to 500; 0 = 50
}

// ListOut is one page of outcomes, newest first.
type ListOut struct {
	Outcomes []Outcome        `json:"outcomes"`
	Next     string           `json:"next"`   // "" when this is the last page
	Counts   map[string]int64 `json:"counts"` // by sort, without those of people
}

// List gives the outcomes that the actor may see.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	now := r.clock.Now()
	if in.Limit <= 0 || in.Limit > 500 {
		in.Limit = 50
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "outcome.see", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		var c fault.Check
		c.Need(in.Sort == "" || slices.Contains(Sorts(), in.Sort), "sort", "house.bad_choice")
		if err := c.Err(); err != nil {
			return err
		}
		may, err := visible(ctx, tx, now)
		if err != nil {
			return err
		}
		if out.Outcomes, out.Next, err = list(tx, in, may); err != nil {
			return err
		}
		out.Counts, err = bySort(tx, in.Project, may)
		return err
	})
	return out, err
}

// SeeIn asks for one outcome.
type SeeIn struct {
	Ref ref.Ref `json:"ref"`
}

// SeeOut is one outcome and what led to it.
type SeeOut struct {
	Outcome
	From []ref.Ref `json:"from"`
}

// See gives one outcome. One that was taken out says so and nothing else.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		o, rec, err := r.open(ctx, tx, "outcome.see", in.Ref, now)
		if err != nil {
			return err
		}
		out.Outcome = o
		ties, err := cameFrom(tx, rec.Programme, o.Ref)
		out.From = []ref.Ref{}
		for _, t := range ties {
			out.From = append(out.From, t.From)
		}
		return err
	})
	return out, err
}
