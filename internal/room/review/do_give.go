package review

import (
	"context"
	"slices"
	"strings"

	"plait/internal/engine/cite"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
)

// maxSource is the most that the source of a contribution may hold, in bytes.
const maxSource = 1000

// GiveIn gives a statement into the project's thread, or its new words.
type GiveIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version" doc:"The version that was read; the one that is there when 0."`
}

// GiveOut names the contribution that carries the statement.
type GiveOut struct {
	Contribution ref.Ref `json:"contribution"`
}

// Give puts a statement into the project's thread as a contribution of the strand research,
// tied to the statement. Given again after a change, the contribution gets the new words,
// and what stands on it is marked. With nothing new it does nothing.
func (r *Room) Give(ctx context.Context, in GiveIn) (out GiveOut, err error) {
	tied, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		s, programme, err := r.openStatement(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		switch {
		case in.Version != 0 && s.Version != in.Version:
			return changedMeanwhile()
		case s.State == SetAside:
			return fault.New(fault.Conflict, "review.ex_is_aside").With("review.ex_is_aside_do")
		case r.takes.contributions == nil:
			return fault.New(fault.Absent, "review.ex_no_thread")
		case s.Given != "" && !s.Newer():
			out.Contribution = s.Contribution()
			return nil
		}
		g, err := r.given(tx, programme, s, now)
		if err != nil {
			return err
		}
		at := s.Contribution()
		if s.Given != "" {
			err = r.takes.contributions.Reword(ctx, tx, at, g)
		}
		if s.Given == "" || fault.Is(err, fault.Missing) || fault.Is(err, fault.Withdrawn) {
			at, err = r.takes.contributions.Give(ctx, tx, g)
		}
		if err != nil {
			return err
		}
		s.Given, s.GivenVersion = at.ID, s.Version
		if err := putStatement(tx, programme, s, s.Version); err != nil {
			return err
		}
		if err := tie.Put(ctx, tx, now, tie.Tie{ID: tied, From: s.Ref, To: at, Stance: tie.Becomes}); err != nil {
			return err
		}
		// The contribution has the statement's words as they are now.
		if err := tie.Confirm(tx, programme, at); err != nil {
			return err
		}
		out.Contribution = at
		return trail.Put(ctx, tx, entry, now, "review.give", s.Ref, s.Version, s)
	})
	return out, err
}

// given is what of a statement goes into the thread: its words, the plain ones with them,
// what the records that speak against it say, and the references of all of them.
func (r *Room) given(tx *db.Tx, programme string, s Saying, now int64) (Given, error) {
	v, err := one(tx, programme, s.Review)
	if err != nil {
		return Given{}, err
	}
	all, err := bearingsOf(tx, programme, s.Ref.ID)
	if err != nil {
		return Given{}, err
	}
	refs, err := r.references(tx, programme, s.Review, all)
	if err != nil {
		return Given{}, err
	}
	marked, err := markedIn(tx, programme, s.Review, s.Place)
	if err != nil {
		return Given{}, err
	}
	if marked != nil {
		refs = append([]string{r.face.Words.T("en", "review.ex_given_report", "Name", marked.Report)}, refs...)
	}
	parts := []string{s.Words}
	if s.Plainly != "" && s.Plainly != s.Words {
		parts = append(parts, s.Plainly)
	}
	if marked != nil && marked.Quote != s.Words && marked.Quote != s.Plainly {
		parts = append(parts, r.face.Words.T("en", "review.ex_given_quote", "Words", marked.Quote))
	}
	against := map[string]int{}
	for _, b := range all {
		against[b.Stance]++
	}
	if n := against[Challenges]; n > 0 {
		parts = append(parts, r.face.Words.T("en", "review.ex_given_challenged", "Count", n))
	}
	if n := against[Qualifies]; n > 0 {
		parts = append(parts, r.face.Words.T("en", "review.ex_given_qualified", "Count", n))
	}
	for _, b := range all {
		if b.Stance != Supports && b.Note != "" {
			parts = append(parts, b.Note)
		}
	}
	on, err := r.day(tx, programme, now)
	return Given{Project: s.Project, Words: strings.Join(parts, "\n\n"), Source: r.source(v.Title, refs), On: on}, err
}

// source is the review's title and its references, as many as there is room for.
func (r *Room) source(title string, refs []string) string {
	out := r.face.Words.T("en", "review.ex_given_source", "Title", title)
	for i, x := range refs {
		rest := ""
		if left := len(refs) - i; left > 0 {
			rest = " " + r.face.Words.T("en", "review.ex_given_more", "Count", left)
		}
		if len(out)+1+len(x)+len(rest) > maxSource {
			if len(out)+len(rest) <= maxSource {
				out += rest
			}
			break
		}
		out += " " + x
	}
	return out
}

// references writes the records that bear on a statement as a list of references, in the
// order of the alphabet.
func (r *Room) references(tx *db.Tx, programme, review string, all []Bearing) ([]string, error) {
	var ns []int64
	for _, b := range all {
		ns = append(ns, b.Lead)
	}
	if len(ns) == 0 {
		return nil, nil
	}
	_, found, err := citations(tx, programme, review, among(ns), 0, int64(len(ns)))
	var out []string
	for _, x := range found {
		out = append(out, strings.TrimSpace(cite.Reference(cite.Harvard, x)))
	}
	slices.Sort(out)
	return slices.Compact(out), err
}
