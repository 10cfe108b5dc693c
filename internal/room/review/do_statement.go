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

// ThemeIn makes a theme, or names or places one anew.
type ThemeIn struct {
	Review ref.Ref `json:"review"`
	ID     string  `json:"id" doc:"The theme; a new one when not said."`
	Title  string  `json:"title"`
	Place  int64   `json:"place" doc:"Its place among the themes, from 1; where it was, or last, when not said."`
}

// ThemeOut names a theme.
type ThemeOut struct {
	ID string `json:"id"`
}

// Theme makes or changes a theme.
func (r *Room) Theme(ctx context.Context, in ThemeIn) (out ThemeOut, err error) {
	fresh := r.ids.New()
	in.Title = strings.TrimSpace(in.Title)
	err = r.writeOn(ctx, "review.theme", "review.run", in.Review, func(tx *db.Tx, v Review, programme string, _ int64) (any, error) {
		var c fault.Check
		c.Need(in.Title != "", "title", "review.ex_need_theme")
		c.Need(len(in.Title) <= maxLabel, "title", "house.too_long")
		if err := c.Err(); err != nil {
			return nil, err
		}
		all, err := themesOf(tx, programme, v.Ref.ID)
		if err != nil {
			return nil, err
		}
		t, i := Theme{ID: in.ID, Title: in.Title}, len(all)
		if in.ID == "" {
			if t.ID = fresh; len(all) >= MaxThemes {
				return nil, fault.Fielded("title", "review.ex_many_themes", "Most", MaxThemes)
			}
		} else if i = slices.IndexFunc(all, func(x Theme) bool { return x.ID == in.ID }); i < 0 {
			return nil, fault.New(fault.Missing, "house.missing")
		} else {
			all = slices.Delete(all, i, i+1)
		}
		if in.Place > 0 {
			i = int(min(in.Place-1, int64(len(all))))
		}
		all = slices.Insert(all, min(i, len(all)), t)
		for j, x := range all {
			if n := int64(j + 1); x.N != n || x.ID == t.ID {
				x.N = n
				if err := putTheme(tx, programme, v.Ref.ID, x); err != nil {
					return nil, err
				}
			}
		}
		out.ID = t.ID
		return t, nil
	})
	return out, err
}

// MergeIn puts the statements of one theme into another.
type MergeIn struct {
	Review ref.Ref `json:"review"`
	Theme  string  `json:"theme" doc:"The theme that goes away."`
	Into   string  `json:"into" doc:"The theme that gets its statements; none when not said."`
}

// Merge puts the statements of one theme into another, and takes the first away.
func (r *Room) Merge(ctx context.Context, in MergeIn) (out ThemeOut, err error) {
	err = r.writeOn(ctx, "review.merge-themes", "review.run", in.Review, func(tx *db.Tx, v Review, programme string, _ int64) (any, error) {
		if err := hasTheme(tx, programme, v.Ref.ID, in.Theme, "theme"); err != nil {
			return nil, err
		}
		if err := hasTheme(tx, programme, v.Ref.ID, in.Into, "into"); err != nil {
			return nil, err
		}
		if in.Theme == "" || in.Theme == in.Into {
			return nil, fault.Fielded("into", "review.ex_other_theme")
		}
		out.ID = in.Into
		return in, mergeTheme(tx, programme, v.Ref.ID, in.Theme, in.Into)
	})
	return out, err
}

// hasTheme checks that a theme is of the review; "" is no theme.
func hasTheme(tx *db.Tx, programme, review, theme, field string) error {
	if theme == "" {
		return nil
	}
	all, err := themesOf(tx, programme, review)
	if err == nil && !slices.ContainsFunc(all, func(t Theme) bool { return t.ID == theme }) {
		err = fault.Fielded(field, "house.bad_choice")
	}
	return err
}

// StateIn is a new statement: what the review says, with the records it stands on.
type StateIn struct {
	Review   ref.Ref   `json:"review"`
	Theme    string    `json:"theme"`
	Words    string    `json:"words" doc:"What the review says, in a sentence."`
	Plainly  string    `json:"plainly" doc:"The same in plain words."`
	Sure     string    `json:"sure" doc:"very, fairly or not_very; may be empty."`
	SureWhy  string    `json:"sure_why" doc:"Why so sure, or not."`
	Place    string    `json:"place" doc:"Where in a finished review it was marked; empty for none."`
	Supports []Support `json:"supports"`
}

// StateOut names what was stored.
type StateOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// State stores a statement.
func (r *Room) State(ctx context.Context, in StateIn) (out StateOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.run", in.Review)
		if err != nil {
			return err
		}
		s := Saying{Ref: ref.Of(Statement, id), Review: v.Ref.ID, Project: v.Project, Theme: in.Theme, Words: in.Words, Plainly: in.Plainly, Sure: in.Sure, SureWhy: in.SureWhy,
			Place: in.Place, State: Stands, Version: 1, MadeAt: now, ChangedAt: now}
		s.tidy()
		if err := s.check(); err != nil {
			return err
		}
		if err := hasTheme(tx, programme, v.Ref.ID, s.Theme, "theme"); err != nil {
			return err
		}
		n, err := countStatements(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		if n >= MaxStatements {
			return fault.Fielded("words", "review.ex_many_statements", "Most", MaxStatements)
		}
		if err := putStatement(tx, programme, s, 0); err != nil {
			return err
		}
		if err := r.bear(tx, programme, s, in.Supports); err != nil {
			return err
		}
		out = StateOut{s.Ref, 1}
		return trail.Put(ctx, tx, entry, now, "review.state", s.Ref, 1, stated{s, in.Supports})
	})
	return out, err
}

// stated is what the trail keeps of a statement.
type stated struct {
	Saying
	Supports []Support `json:"supports,omitempty"`
}

// bear stores how records bear on a statement. Each must be among the included ones; one
// that is taken out need not be.
func (r *Room) bear(tx *db.Tx, programme string, s Saying, all []Support) error {
	for _, b := range all {
		b.Note = strings.TrimSpace(b.Note)
		if err := b.check(); err != nil {
			return err
		}
		if b.Stance != "" {
			if _, _, err := r.readable(tx, programme, s.Review, b.N); err != nil {
				return err
			}
		}
		if err := putSupport(tx, programme, s.Review, s.Ref.ID, b); err != nil {
			return err
		}
	}
	now, err := bearingsOf(tx, programme, s.Ref.ID)
	if err == nil && len(now) > MaxSupports {
		err = fault.Fielded("supports", "review.ex_many_supports", "Most", MaxSupports)
	}
	return err
}

// openStatement reads a statement for a verb.
func (r *Room) openStatement(ctx context.Context, tx *db.Tx, permission string, at ref.Ref) (Saying, string, error) {
	rec, err := who.Record(ctx, tx, permission, at, Statement)
	if err != nil {
		return Saying{}, "", err
	}
	s, err := statementOf(tx, rec.Programme, at.ID)
	return s, rec.Programme, err
}

// restate stores a statement that f has changed under a new version. What stands on it is
// marked. was 0 takes the version that is there.
func (r *Room) restate(ctx context.Context, verb string, at ref.Ref, was int64, f func(tx *db.Tx, programme string, s *Saying) ([]Support, error)) (out StateOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		s, programme, err := r.openStatement(ctx, tx, "review.run", at)
		if err != nil {
			return err
		}
		if was != 0 && s.Version != was {
			return changedMeanwhile()
		}
		was := s.Version
		bearings, err := f(tx, programme, &s)
		if err != nil {
			return err
		}
		s.Version, s.ChangedAt = was+1, now
		if err := putStatement(tx, programme, s, was); err != nil {
			return err
		}
		if _, err := tie.Changed(tx, programme, s.Ref, now); err != nil {
			return err
		}
		out = StateOut{s.Ref, s.Version}
		return trail.Put(ctx, tx, entry, now, verb, s.Ref, s.Version, stated{s, bearings})
	})
	return out, err
}

// RestateIn changes what a statement says; Version is the one that was read.
type RestateIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Theme   string  `json:"theme"`
	Words   string  `json:"words"`
	Plainly string  `json:"plainly"`
	Sure    string  `json:"sure"`
	SureWhy string  `json:"sure_why"`
}

// Restate changes a statement. A stale change is a conflict.
func (r *Room) Restate(ctx context.Context, in RestateIn) (StateOut, error) {
	return r.restate(ctx, "review.restate", in.Ref, in.Version, func(tx *db.Tx, programme string, s *Saying) ([]Support, error) {
		if s.Version != in.Version {
			return nil, changedMeanwhile()
		}
		s.Theme, s.Words, s.Plainly, s.Sure, s.SureWhy = in.Theme, in.Words, in.Plainly, in.Sure, in.SureWhy
		s.tidy()
		if err := s.check(); err != nil {
			return nil, err
		}
		return nil, hasTheme(tx, programme, s.Review, s.Theme, "theme")
	})
}

// SupportIn says how records bear on a statement: one, or several at once.
type SupportIn struct {
	Ref      ref.Ref   `json:"ref"`
	N        int64     `json:"n" doc:"Number of an included record."`
	Stance   string    `json:"stance" doc:"supports, challenges or qualifies; empty takes the record out."`
	Note     string    `json:"note" doc:"What it says, in a few words."`
	Supports []Support `json:"supports"`
}

// Support says how records bear on a statement.
func (r *Room) Support(ctx context.Context, in SupportIn) (StateOut, error) {
	if in.N != 0 {
		in.Supports = append([]Support{{N: in.N, Stance: in.Stance, Note: in.Note}}, in.Supports...)
	}
	return r.restate(ctx, "review.support", in.Ref, 0, func(tx *db.Tx, programme string, s *Saying) ([]Support, error) {
		if len(in.Supports) == 0 {
			return nil, fault.Fielded("n", "review.ex_need_records")
		}
		if err := r.bear(tx, programme, *s, in.Supports); err != nil {
			return nil, err
		}
		return in.Supports, nil
	})
}

// AsideIn sets a statement aside, or takes it up again.
type AsideIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Again   bool    `json:"again" doc:"It is said again."`
}

// Aside keeps a statement that the review no longer makes, or takes it up again.
func (r *Room) Aside(ctx context.Context, in AsideIn) (StateOut, error) {
	return r.restate(ctx, "review.set-aside", in.Ref, in.Version, func(_ *db.Tx, _ string, s *Saying) ([]Support, error) {
		s.State = SetAside
		if in.Again {
			s.State = Stands
		}
		return nil, nil
	})
}

// StatementsIn asks for what a review says.
type StatementsIn struct {
	Review ref.Ref `json:"review"`
}

// StatementsOut is what a review says, at most 500 statements in 60 themes.
type StatementsOut struct {
	Themes     []Theme  `json:"themes"`
	Statements []Saying `json:"statements"` // in the order in which they were made
	// Matches counts what people said of those that were given, by contribution and stance.
	Matches map[string]map[string]int64 `json:"matches"`
}

// Statements gives what a review says.
func (r *Room) Statements(ctx context.Context, in StatementsIn) (out StatementsOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Review)
		if err != nil {
			return err
		}
		if out.Themes, err = themesOf(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		if out.Statements, err = statementsOf(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		var given []string
		for _, s := range out.Statements {
			if s.Given != "" {
				given = append(given, s.Given)
			}
		}
		out.Matches, err = matchedBy(tx, programme, now, given...)
		return err
	})
	return out, err
}

// StatementIn asks for one statement.
type StatementIn struct {
	Ref ref.Ref `json:"ref"`
}

// StatementOut is one statement with the records that bear on it.
type StatementOut struct {
	Saying
	Bearings []Bearing        `json:"bearings"`
	Matches  map[string]int64 `json:"matches"` // what people said of it in the thread, by stance
	Marked   *MarkedIn        `json:"marked"`  // where in a finished review it stands; null = it was not marked in one, or that was taken out
}

// Statement gives one statement.
func (r *Room) Statement(ctx context.Context, in StatementIn) (out StatementOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		s, programme, err := r.openStatement(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		out.Saying = s
		if out.Marked, err = markedIn(tx, programme, s.Review, s.Place); err != nil {
			return err
		}
		if out.Bearings, err = bearingsOf(tx, programme, s.Ref.ID); err != nil {
			return err
		}
		out.Bearings = onceEach(out.Bearings)
		for _, b := range out.Bearings {
			out.Counts[b.Stance]++
		}
		all, err := matchedBy(tx, programme, now, s.Given)
		out.Matches = all[s.Given]
		return err
	})
	return out, err
}

// onceEach leaves out copies of a work that bear on a statement in the same way.
func onceEach(all []Bearing) []Bearing {
	type of struct {
		lead   int64
		stance string
	}
	seen := map[of]bool{}
	return slices.DeleteFunc(all, func(b Bearing) bool {
		k := of{b.Lead, b.Stance}
		was := seen[k]
		seen[k] = true
		return was && strings.TrimSpace(b.Note) == ""
	})
}
