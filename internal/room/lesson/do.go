package lesson

import (
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// LearnIn is something that was learned.
type LearnIn struct {
	Project string `json:"project"`
	Facts
	From []ref.Ref `json:"from"` // what taught it: outcomes, actions, recommendations, findings
}

// LearnOut names what was stored.
type LearnOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// Learn keeps something that was learned.
func (r *Room) Learn(ctx context.Context, in LearnIn) (out LearnOut, err error) {
	id, entry, ties, now := r.ids.New(), r.ids.New(), r.newIDs(len(in.From)), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "lesson.learn", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		l := Lesson{Ref: ref.Of(Kind, id), Project: in.Project, Facts: in.Settled(), Version: 1, MadeAt: now, ChangedAt: now}
		if err := check(l.Facts, in.From); err != nil {
			return err
		}
		if err := ref.Put(tx, l.record(programme)); err != nil {
			return err
		}
		if err := insert(tx, programme, l); err != nil {
			return err
		}
		if err := index(tx, programme, l); err != nil {
			return err
		}
		if err := join(ctx, tx, now, ties, in.From, l.Ref); err != nil {
			return err
		}
		out = LearnOut{l.Ref, 1}
		return trail.Put(ctx, tx, entry, now, "lesson.learn", l.Ref, 1, l)
	})
	return out, err
}

func (r *Room) newIDs(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = r.ids.New()
	}
	return out
}

// join ties a lesson to what taught it; the actor must be able to see each.
func join(ctx context.Context, tx *db.Tx, now int64, ids []string, from []ref.Ref, to ref.Ref) error {
	if len(from) == 0 {
		return nil
	}
	for _, x := range from {
		if err := who.Must(ctx, tx, "lesson.see", x); err != nil {
			return err
		}
	}
	return tie.PutMany(ctx, tx, now, ids, from, to, tie.Teaches, "")
}

// EditIn changes a lesson; Version is the one that was read.
type EditIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Facts
	From []ref.Ref `json:"from"` // what taught it now; left out = as it was, an empty list = nothing
}

// EditOut is the version it now has.
type EditOut struct {
	Version int64 `json:"version"`
}

// Edit corrects a lesson. A stale edit is a conflict; what stands on it is marked.
func (r *Room) Edit(ctx context.Context, in EditIn) (out EditOut, err error) {
	entry, ties, now := r.ids.New(), r.newIDs(len(in.From)), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		l, rec, err := open(ctx, tx, "lesson.learn", in.Ref, now)
		if err != nil {
			return err
		}
		facts := in.Settled()
		if in.Language == "" {
			facts.Language = l.Language
		}
		if err := check(facts, in.From); err != nil {
			return err
		}
		if l.Version != in.Version {
			return changedMeanwhile(l.Title)
		}
		l.Facts, l.Version, l.ChangedAt = facts, l.Version+1, now
		if err := update(tx, rec.Programme, l, in.Version); err != nil {
			return err
		}
		next := l.record(rec.Programme)
		next.Until = rec.Until
		if err := ref.Put(tx, next); err != nil {
			return err
		}
		if err := index(tx, rec.Programme, l); err != nil {
			return err
		}
		if in.From != nil {
			if err := rejoin(ctx, tx, now, ties, in.From, l.Ref); err != nil {
				return err
			}
		}
		if _, err := tie.Changed(tx, rec.Programme, l.Ref, now); err != nil {
			return err
		}
		out = EditOut{l.Version}
		return trail.Put(ctx, tx, entry, now, "lesson.edit", l.Ref, l.Version, l)
	})
	return out, err
}

// rejoin makes from what taught a lesson: ties that are there stay as they are.
func rejoin(ctx context.Context, tx *db.Tx, now int64, ids []string, from []ref.Ref, to ref.Ref) error {
	programme := who.From(ctx).Programme
	had, err := cameFrom(tx, programme, to)
	if err != nil {
		return err
	}
	for _, t := range had {
		// What the actor may not see here is not theirs to take away.
		if slices.Contains(from, t.From) || !slices.Contains(Sources(), t.From.Kind) || !who.Can(ctx, tx, "lesson.see", t.From) {
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

// open reads a lesson for a verb.
func open(ctx context.Context, tx *db.Tx, permission string, at ref.Ref, now int64) (Lesson, ref.Record, error) {
	rec, err := who.Record(ctx, tx, permission, at, Kind)
	if err != nil {
		return Lesson{}, rec, err
	}
	if !rec.Live(now) {
		return Lesson{}, rec, fault.New(fault.Withdrawn, "house.withdrawn")
	}
	l, err := one(tx, rec.Programme, at.ID)
	return l, rec, err
}

// ListIn asks for a page of lessons.
type ListIn struct {
	Project string `json:"project"` // "" = every project of the programme that the actor may see
	Aim     string `json:"aim"`     // one of Aims; "" = all
	Find    string `json:"find"`    // words to look for; "" = all
	After   string `json:"after"`   // the Next of the page before
	Limit   int64  `json:"limit"`   // 1 to 500; 0 = 50
}

// ListOut is one page of lessons, newest first.
type ListOut struct {
	Lessons  []Lesson          `json:"lessons"`
	Projects map[string]string `json:"projects"` // titles of their projects, by id
	Next     string            `json:"next"`     // "" when this is the last page
}

// List gives the lessons that the actor may see.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	now := r.clock.Now()
	if in.Limit <= 0 || in.Limit > 500 {
		in.Limit = 50
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if in.Project == "" {
			err = who.Somewhere(ctx, tx, "lesson.see")
		} else {
			err = who.Must(ctx, tx, "lesson.see", ref.Of(ref.Project, in.Project))
		}
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(in.Aim == "" || slices.Contains(Aims(), in.Aim), "aim", "house.bad_choice")
		c.Need(len(in.Find) <= MaxLine, "find", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		seen, err := who.Where(ctx, tx, "r", "lesson.see")
		if err != nil {
			return err
		}
		may := db.And(seen, terms.Where("r", terms.Project, now))
		if out.Lessons, out.Next, err = list(tx, who.From(ctx).Programme, in, may); err != nil {
			return err
		}
		var projects []string
		for _, l := range out.Lessons {
			if !slices.Contains(projects, l.Project) {
				projects = append(projects, l.Project)
			}
		}
		out.Projects, err = titles(tx, projects, may)
		return err
	})
	return out, err
}

// SeeIn asks for one lesson.
type SeeIn struct {
	Ref ref.Ref `json:"ref"`
}

// SeeOut is one lesson and what taught it.
type SeeOut struct {
	Lesson
	From []ref.Ref `json:"from"`
}

// See gives one lesson.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		l, rec, err := open(ctx, tx, "lesson.see", in.Ref, now)
		if err != nil {
			return err
		}
		out.Lesson = l
		ties, err := cameFrom(tx, rec.Programme, l.Ref)
		out.From = []ref.Ref{}
		for _, t := range ties {
			out.From = append(out.From, t.From)
		}
		return err
	})
	return out, err
}

// tell says of lessons what those whose words they stand on may hear.
func (r *Room) tell(_ context.Context, tx *db.Tx, programme string, ids []string) (map[string]plug.Told, error) {
	all, err := some(tx, programme, ids, terms.Where("r", terms.Project, r.clock.Now()))
	out := make(map[string]plug.Told, len(all))
	for _, l := range all {
		out[l.Ref.ID] = plug.Told{Says: l.Title, Plainly: l.Plainly, State: "lesson.told"}
	}
	return out, err
}
