package action

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// RecommendIn is a new recommendation.
type RecommendIn struct {
	Project string `json:"project"`
	Site    string `json:"site"` // id; "" = the whole project
	Words
	Findings []ref.Ref `json:"findings"` // what it stands on
}

// RecommendOut names what was stored.
type RecommendOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// Recommend enters a recommendation and ties it to the findings that inform it.
func (r *Room) Recommend(ctx context.Context, in RecommendIn) (out RecommendOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	ties := r.several(len(in.Findings))
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "action.recommend", place(in.Project, in.Site)); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		x := Recommendation{Ref: ref.Of(KindRecommendation, id), Project: in.Project, Site: in.Site, Words: in.Words.settled(), State: Open,
			Reworded: 1, Version: 1, GivenAt: now, ChangedAt: now}
		if err := x.Words.Check(); err != nil {
			return err
		}
		if err := checkPlace(tx, programme, in.Project, in.Site); err != nil {
			return err
		}
		if err := insertRecommendation(tx, programme, who.From(ctx).Key(), x); err != nil {
			return err
		}
		if err := standOn(ctx, tx, now, ties, in.Findings, x.Ref); err != nil {
			return err
		}
		out = RecommendOut{x.Ref, 1}
		return trail.Put(ctx, tx, entry, now, "action.recommend", x.Ref, 1, x)
	})
	return out, err
}

// several makes new ids.
func (r *Room) several(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = r.ids.New()
	}
	return out
}

// place is where something is kept: its site where one is named, so that someone of that
// site alone may work there, else the project.
func place(project, site string) ref.Ref {
	if site != "" {
		return ref.Of(ref.Site, site)
	}
	return ref.Of(ref.Project, project)
}

// checkPlace wants a project, and a site of that project when one is named.
func checkPlace(tx *db.Tx, programme, project, site string) error {
	if _, err := ref.Must(tx, programme, ref.Of(ref.Project, project)); err != nil {
		return err
	}
	if site == "" {
		return nil
	}
	rec, ok, err := ref.Get(tx, programme, site)
	if err != nil {
		return err
	}
	if !ok || rec.Kind != ref.Site || rec.Project != project {
		return fault.Fielded("site", "house.bad_choice")
	}
	return nil
}

// standOn ties a recommendation to its findings, each of which the actor may see.
func standOn(ctx context.Context, tx *db.Tx, now int64, ids []string, findings []ref.Ref, to ref.Ref) error {
	for _, f := range findings {
		if f.Kind != kindFinding {
			return fault.Fielded("findings", "action.bad_finding")
		}
		if err := who.Must(ctx, tx, "action.see", f); err != nil {
			return err
		}
	}
	if len(findings) == 0 {
		return nil
	}
	return tie.PutMany(ctx, tx, now, ids, findings, to, tie.Informs, "")
}

// ReviseIn changes a recommendation's words; Version is the one that was read. What is
// not given stays as it is.
type ReviseIn struct {
	Ref     ref.Ref  `json:"ref"`
	Version int64    `json:"version"`
	Title   *string  `json:"title,omitempty"`
	Text    *string  `json:"text,omitempty"`
	Plainly *string  `json:"plainly,omitempty"`
	Options []string `json:"options,omitempty"` // null = as they are; empty = none
	// Findings are more that it stands on, besides those it has.
	Findings []ref.Ref `json:"findings,omitempty"`
}

// ReviseOut is the version it now has.
type ReviseOut struct {
	Version int64 `json:"version"`
}

// Revise writes a recommendation anew. The earlier words are kept and shown beside the
// new ones; what stands directly on it is marked.
func (r *Room) Revise(ctx context.Context, in ReviseIn) (out ReviseOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	ties := r.several(len(in.Findings))
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := r.open(ctx, tx, "action.recommend", in.Ref, KindRecommendation, now)
		if err != nil {
			return err
		}
		x, err := recommendation(tx, rec.Programme, in.Ref.ID)
		if err != nil {
			return err
		}
		words := x.Words
		given(&words.Title, in.Title)
		given(&words.Text, in.Text)
		given(&words.Plainly, in.Plainly)
		if in.Options != nil {
			words.Options = in.Options
		}
		words = words.settled()
		if err := words.Check(); err != nil {
			return err
		}
		if x.Version != in.Version {
			return changedMeanwhile()
		}
		if err := standOn(ctx, tx, now, ties, in.Findings, x.Ref); err != nil {
			return err
		}
		if words.same(x.Words) {
			out = ReviseOut{x.Version}
			return trail.Put(ctx, tx, entry, now, "action.revise", x.Ref, x.Version, x)
		}
		x.Words, x.Version, x.Reworded, x.ChangedAt = words, x.Version+1, x.Version+1, now
		if err := reword(tx, rec.Programme, who.From(ctx).Key(), x, in.Version); err != nil {
			return err
		}
		if _, err := tie.Changed(tx, rec.Programme, x.Ref, now); err != nil {
			return err
		}
		out = ReviseOut{x.Version}
		return trail.Put(ctx, tx, entry, now, "action.revise", x.Ref, x.Version, x)
	})
	return out, err
}

// given puts a value in place where one was given.
func given(to *string, v *string) {
	if v != nil {
		*to = *v
	}
}

// open is how every verb that changes a record begins: may the actor, is it of that kind,
// and may it still be used.
func (r *Room) open(ctx context.Context, tx *db.Tx, permission string, at ref.Ref, kind string, now int64) (ref.Record, error) {
	rec, err := who.Record(ctx, tx, permission, at, kind)
	if err != nil {
		return rec, err
	}
	if !rec.Live(now) {
		return rec, fault.New(fault.Withdrawn, "house.withdrawn").With("action.withdrawn_do")
	}
	return rec, nil
}

// DecideIn is a decision about a recommendation; Version is the one that was read.
type DecideIn struct {
	Ref      ref.Ref `json:"ref"`
	Version  int64   `json:"version"`
	Decision string  `json:"decision"` // agreed, changed, not agreed, later
	Option   string  `json:"option"`   // the one that was chosen, as it is written; "" = none
	Why      string  `json:"why"`      // needed unless it was agreed
	Dissent  string  `json:"dissent"`  // who saw it otherwise
	By       string  `json:"by"`       // who decided, in words
	On       string  `json:"on" form:"day"`
}

// DecideOut is the version it now has.
type DecideOut struct {
	Version int64 `json:"version"`
}

// Decide records what was decided. Of two who decide at once the second gets a conflict
// that says what the first decided; every decision is kept.
func (r *Room) Decide(ctx context.Context, in DecideIn) (out DecideOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := r.open(ctx, tx, "action.decide", in.Ref, KindRecommendation, now)
		if err != nil {
			return err
		}
		x, err := recommendation(tx, rec.Programme, in.Ref.ID)
		if err != nil {
			return err
		}
		day, err := r.today(tx, rec.Programme, now)
		if err != nil {
			return err
		}
		was := x.State
		d := Decision{Decision: in.Decision, Option: trim(in.Option), Why: trim(in.Why), Dissent: trim(in.Dissent), By: trim(in.By),
			On: dayOr(in.On, day), Version: x.Version + 1, At: now}
		if err := d.Check(x.Words, day); err != nil {
			return err
		}
		if x.Version != in.Version {
			return decidedFirst(x, in.Version)
		}
		x.Decision, x.State, x.Version, x.ChangedAt = d, d.Decision, d.Version, now
		if err := decided(tx, rec.Programme, who.From(ctx).Key(), x, in.Version); err != nil {
			return err
		}
		// What was planned stands on a decision that has turned, or on a no.
		if d.Decision == NotAgreed || was != Open && was != d.Decision {
			if _, err := tie.Changed(tx, rec.Programme, x.Ref, now); err != nil {
				return err
			}
		}
		out = DecideOut{x.Version}
		return trail.Put(ctx, tx, entry, now, "action.decide", x.Ref, x.Version, x)
	})
	return out, err
}

// decidedFirst is the conflict of someone who read version: it says what was decided since.
func decidedFirst(x Recommendation, version int64) error {
	d := x.Decision
	if d.Decision == "" || d.Version <= version {
		return changedMeanwhile()
	}
	return fault.New(fault.Conflict, "action.first_"+word(d.Decision), "By", d.By, "Why", d.Why).With("action.first_do")
}
