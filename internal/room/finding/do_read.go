package finding

import (
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// SeeIn asks for a finding and the sources it stands on.
type SeeIn struct {
	Ref    ref.Ref `json:"ref"`
	Strand string  `json:"strand" doc:"Sources of this strand alone: research, lived, practice, or unknown; empty is the first of each."`
	After  string  `json:"after"` // the next of the page before; with strand
	Limit  int64   `json:"limit" doc:"How many of each strand, 1 to 500; 10 when not said."`
}

// Source is one contribution that a finding stands on. Words, quote and why are there for
// those who may read what was said.
type Source struct {
	Ref    ref.Ref    `json:"ref"`
	Strand string     `json:"strand"`
	Stance tie.Stance `json:"stance"`
	Words  string     `json:"words,omitempty"`
	Role   string     `json:"role,omitempty"`
	On     string     `json:"on,omitempty"`
	From   string     `json:"source,omitempty"`
	Lang   string     `json:"language,omitempty"`
	Quote  string     `json:"quote,omitempty"`  // as it still stands in the words
	Moved  bool       `json:"moved,omitempty"`  // there was a quote, and the words have changed since
	Place  string     `json:"place,omitempty"`  // where the quote can be opened as it stands, when it was marked
	Behalf bool       `json:"behalf,omitempty"` // someone else said it for them
	Why    string     `json:"why,omitempty"`
}

// SeeOut is a finding, what it rests on and where strands agree, differ or are silent.
// Those who may not read what was said get Counts in place of Standing, and no sources.
type SeeOut struct {
	Finding
	Standing Standing  `json:"standing,omitzero"`
	Counts   *Counts   `json:"counts,omitempty"`
	Says     []Phrase  `json:"says"`
	Sources  []Source  `json:"sources"`
	Readable bool      `json:"readable"` // the actor may read what was said
	Next     string    `json:"next"`     // of the strand asked for; "" = the last page
	Before   []Earlier `json:"before"`   // earlier statements, the latest first
}

// Earlier is what a finding said before.
type Earlier struct {
	Version   int64  `json:"version"`
	At        int64  `json:"at"`
	Statement string `json:"statement"`
}

// unknown asks for the sources whose strand is not known.
const unknown = "unknown"

// See gives one finding. A draft is missing for those who may not see drafts.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	now := r.clock.Now()
	if in.Limit <= 0 || in.Limit > MaxCall {
		in.Limit = 10
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "finding.see", in.Ref)
		if err != nil {
			return err
		}
		if rec.Kind != Kind || rec.State != Shared && !who.Can(ctx, tx, "finding.draft", in.Ref) {
			return fault.New(fault.Missing, "house.missing")
		}
		if !rec.Live(now) {
			return fault.New(fault.Withdrawn, "house.withdrawn")
		}
		if in.Strand != "" && in.Strand != unknown && !slices.Contains(strandNames(), in.Strand) {
			return fault.Fielded("strand", "house.bad_choice")
		}
		if out.Finding, err = one(tx, rec.Programme, rec.ID); err != nil {
			return err
		}
		out.Before, out.Sources = []Earlier{}, []Source{}
		all, err := r.standings(tx, rec.Programme, []string{rec.ID}, now)
		if err != nil {
			return err
		}
		if out.Version > 1 {
			out.Before, err = earlier(tx, rec.Programme, out.Finding, who.Can(ctx, tx, "finding.draft", in.Ref))
			if err != nil {
				return err
			}
		}
		if x := all[rec.ID]; !who.Can(ctx, tx, reads, in.Ref) {
			out.Finding, out.Counts, out.Says = out.outside(), x.Counts(), roughly(x.Says(turned(out.Project)))
			return nil
		}
		out.Standing, out.Says = all[rec.ID].Standing, all[rec.ID].Says(turned(out.Project))
		var from []source
		if in.Strand == "" {
			from, err = firstSources(tx, rec.Programme, rec.ID, in.Limit, now)
		} else {
			strand := in.Strand
			if strand == unknown {
				strand = ""
			}
			from, out.Next, err = sourcesOf(tx, rec.Programme, rec.ID, strand, in.After, in.Limit, now)
		}
		if err != nil {
			return err
		}
		out.Sources, out.Readable, err = r.shown(ctx, tx, from)
		return err
	})
	return out, err
}

// shown gives sources their words, as far as the actor may read them. A quote is shown
// only while it stands in the words.
func (r *Room) shown(ctx context.Context, tx *db.Tx, from []source) (out []Source, readable bool, err error) {
	refs := make([]ref.Ref, len(from))
	for i, s := range from {
		refs[i] = s.Ref
	}
	voices, err := r.voices(ctx, tx, refs)
	if err != nil {
		return nil, false, err
	}
	out = make([]Source, 0, len(from))
	for _, s := range from {
		x := Source{Ref: s.Ref, Strand: s.Strand, Stance: s.Stance}
		if v, ok := voices[s.Ref]; ok {
			readable = true
			x.Words, x.Role, x.On, x.From, x.Lang, x.Behalf, x.Why = v.Words, v.Role, v.On, v.Source, v.Language, v.Behalf, s.Why
		}
		out = append(out, x)
	}
	return out, readable, r.quoted(ctx, tx, from, voices, out)
}

// earlier reads what a finding said before, from the trail: at most five statements. What
// it said as a draft is for those who may see drafts.
func earlier(tx *db.Tx, programme string, f Finding, drafts bool) ([]Earlier, error) {
	const most = 5
	entries, err := trail.Of(tx, programme, f.Ref)
	if err != nil {
		return nil, err
	}
	out, last := []Earlier{}, f.Statement
	for _, e := range slices.Backward(entries) {
		if e.Version == 0 || e.Version >= f.Version || len(out) == most {
			continue
		}
		var then Finding
		if err := trail.Version(tx, programme, f.Ref, e.Version, &then); err != nil {
			if fault.Is(err, fault.Missing) {
				continue
			}
			return nil, err
		}
		if then.Statement != last && (drafts || then.State == Shared) {
			last = then.Statement
			out = append(out, Earlier{e.Version, e.At, then.Statement})
		}
	}
	return out, nil
}

// ListIn asks for a page of a project's findings.
type ListIn struct {
	Project string `json:"project"`
	State   string `json:"state" doc:"draft, shared or set aside; empty is all."`
	After   string `json:"after"` // the next of the page before
	Limit   int64  `json:"limit" doc:"1 to 200; 25 when not said."`
}

// Line is one finding of a list; as in SeeOut, Counts is for those who may not read what
// was said.
type Line struct {
	Finding
	Standing Standing `json:"standing,omitzero"`
	Counts   *Counts  `json:"counts,omitempty"`
	Says     []Phrase `json:"says"`
	heard    Heard
}

// Brief is the statement, or the beginning of a long one, for the project's home.
func (l Line) Brief() string { return text.Excerpt(l.Statement, briefWords) }

// ListOut is one page of findings, the last changed first.
type ListOut struct {
	Findings []Line           `json:"findings"`
	Next     string           `json:"next"`   // "" when this is the last page
	Counts   map[string]int64 `json:"counts"` // by state, as far as the actor may see them
}

// List gives the findings of a project that the actor may see.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	now := r.clock.Now()
	if in.Limit <= 0 || in.Limit > 200 {
		in.Limit = 25
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "finding.see", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		if in.State != "" && !slices.Contains(States(), in.State) {
			return fault.Fielded("state", "house.bad_choice")
		}
		may, err := r.may(ctx, tx)
		if err != nil {
			return err
		}
		found, next, err := list(tx, in, may, now)
		if err != nil {
			return err
		}
		out.Next = next
		if out.Findings, err = r.lines(tx, who.From(ctx).Programme, found, now); err != nil {
			return err
		}
		if !who.Can(ctx, tx, reads, ref.Of(ref.Project, in.Project)) {
			for i, l := range out.Findings {
				out.Findings[i] = l.rough()
			}
		}
		out.Counts, err = states(tx, in.Project, may, now)
		return err
	})
	return out, err
}

// may is the condition under which the actor may see findings.
func (r *Room) may(ctx context.Context, tx *db.Tx) (db.Part, error) {
	see, err := who.Where(ctx, tx, "r", "finding.see")
	if err != nil {
		return see, err
	}
	draft, err := who.Where(ctx, tx, "r", "finding.draft")
	return visible(see, draft), err
}

// lines says of findings what they rest on.
func (r *Room) lines(tx *db.Tx, programme string, found []Finding, now int64) ([]Line, error) {
	all := make([]string, len(found))
	for i, f := range found {
		all[i] = f.Ref.ID
	}
	rest, err := r.standings(tx, programme, all, now)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(found))
	for i, f := range found {
		x := rest[f.Ref.ID]
		out[i] = Line{Finding: f, Standing: x.Standing, Says: x.Says(turned(f.Project)), heard: x.Heard}
	}
	return out, nil
}

// OwingIn asks for the contributions of a project that owe an answer.
type OwingIn struct {
	Project string `json:"project"`
	After   string `json:"after"` // the next of the page before
	Limit   int64  `json:"limit" doc:"1 to 500; 25 when not said."`
}

// Owed is one contribution that owes an answer; its words for those who may read them.
type Owed struct {
	Ref    ref.Ref `json:"ref"`
	Strand string  `json:"strand"`
	Words  string  `json:"words,omitempty"`
	Role   string  `json:"role,omitempty"`
	On     string  `json:"on,omitempty"`
	From   string  `json:"source,omitempty"`
	Lang   string  `json:"language,omitempty"`
	Nobody bool    `json:"nobody,omitempty"` // it is not known who said it: no letter can tell them
}

// OwingOut is one page, the longest waiting first.
type OwingOut struct {
	Contributions []Owed `json:"contributions"`
	Next          string `json:"next"`
	Owing         int64  `json:"owing"` // in the whole project
}

// Owing lists the contributions of which nobody has said yet what became of them.
func (r *Room) Owing(ctx context.Context, in OwingIn) (out OwingOut, err error) {
	now := r.clock.Now()
	if in.Limit <= 0 || in.Limit > MaxCall {
		in.Limit = 25
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "finding.draft", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		may, err := who.Where(ctx, tx, "r", "finding.draft")
		if err != nil {
			return err
		}
		recs, next, err := owed(tx, in, may, now)
		if err != nil {
			return err
		}
		refs := make([]ref.Ref, len(recs))
		for i, x := range recs {
			refs[i] = x.Ref()
		}
		voices, err := r.voices(ctx, tx, refs)
		if err != nil {
			return err
		}
		out = OwingOut{Contributions: make([]Owed, len(recs)), Next: next}
		for i, x := range recs {
			v := voices[x.Ref()]
			out.Contributions[i] = Owed{x.Ref(), x.Strand, v.Words, v.Role, v.On, v.Source, v.Language, x.Person == ""}
		}
		out.Owing, err = owing(tx, who.From(ctx).Programme, in.Project, now)
		return err
	})
	return out, err
}

// owing counts the live contributions of a project that owe an answer.
func owing(tx *db.Tx, programme, project string, now int64) (n int64, err error) {
	all, err := ref.Tallies(tx, programme, project, now)
	for _, t := range all {
		if t.Kind == said && t.Fate == Owing {
			n += t.N
		}
	}
	return n, err
}

// tell says what shared findings say to those whose words they stand on.
func (r *Room) tell(_ context.Context, tx *db.Tx, programme string, ids []string) (map[string]plug.Told, error) {
	found, err := some(tx, programme, Shared, ids)
	if err != nil {
		return nil, err
	}
	lines, err := r.lines(tx, programme, found, r.clock.Now())
	out := make(map[string]plug.Told, len(lines))
	for _, l := range lines {
		told := plug.Told{Says: l.Statement, Plainly: l.Plainly}
		if l.Standing.OneStrand() && l.WhyOneStrand != "" {
			told.State, told.Why = "finding.told_one_strand", l.WhyOneStrand
		}
		out[l.Ref.ID] = told
	}
	return out, err
}
