package evidence

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// GiveIn is one contribution, typed.
type GiveIn struct {
	Project string     `json:"project"`
	Words   string     `json:"words"`
	About   ref.Ref    `json:"about"`  // a record it answers: "does this match?"
	Stance  tie.Stance `json:"stance"` // supports, challenges or qualifies, with About
	// Files are uploads that waited for it: photos, drawings, recordings. With any of
	// them, or with something shown, there may be no words.
	Files []string `json:"files"`
	Shown
	Said
}

// GiveOut names what was stored.
type GiveOut struct {
	Ref ref.Ref `json:"ref"`
}

// Give stores one contribution.
func (r *Room) Give(ctx context.Context, in GiveIn) (out GiveOut, err error) {
	return r.GiveTo(ctx, "", in)
}

// GiveTo is Give for one of a batch that OpenBatch began, so that it can be taken back with
// the others; "" is none.
func (r *Room) GiveTo(ctx context.Context, batch string, in GiveIn) (out GiveOut, err error) {
	id, tied, agreed, entry, now := r.ids.New(), r.ids.New(), r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.give", in.place(in.Project)); err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		c := made(id, in.Project, in.Words, in.Said, now)
		c.Shown, c.Batch = in.Shown, batch
		files, err := r.waiting(tx, who.From(ctx), in.Files)
		if err != nil {
			return err
		}
		if c.Title == "" {
			c.Title = wordless(c, files)
		}
		if err := r.keep(ctx, tx, []Contribution{c}, in.Said, agreed); err != nil {
			return err
		}
		if c.Media, err = r.attach(tx, who.From(ctx).Programme, c.Ref.ID, files, now); err != nil {
			return err
		}
		out = GiveOut{c.Ref}
		if !in.About.None() {
			if err := who.Must(ctx, tx, "evidence.see", in.About); err != nil {
				return err
			}
			if err := tie.Put(ctx, tx, now, tie.Tie{ID: tied, From: c.Ref, To: in.About, Stance: in.Stance}); err != nil {
				return err
			}
		}
		return trail.Put(ctx, tx, entry, now, "evidence.give", c.Ref, 1, c)
	})
	return out, err
}

// check says what is wrong with what was given, by field.
func (in GiveIn) check() error {
	if err := in.Shown.Check(); err != nil {
		return err
	}
	var c fault.Check
	c.Need(len(in.Files) <= MaxMedia, "files", "evidence.many_media", "Most", MaxMedia)
	if err := c.Err(); err != nil || strings.TrimSpace(in.Words) == "" && (len(in.Files) > 0 || in.Shown.says()) {
		return err
	}
	return checkWords(in.Words)
}

// keep checks and stores new contributions that share one Said: their rows, terms,
// consent and search words.
func (r *Room) keep(ctx context.Context, tx *db.Tx, cs []Contribution, s Said, agreement string) error {
	programme := who.From(ctx).Programme
	if err := s.Check(); err != nil {
		return err
	}
	grants, err := r.checkPlace(ctx, tx, cs[0].Project, s)
	if err != nil {
		return err
	}
	recs := make([]ref.Record, len(cs))
	for i, c := range cs {
		recs[i] = c.record(programme, 0)
	}
	if err := terms.SetMany(tx, recs, grants...); err != nil {
		return err
	}
	if err := insert(tx, programme, cs); err != nil {
		return err
	}
	if err := r.consents.Agree(ctx, tx, agreement, recs, s.Agreement); err != nil {
		return err
	}
	return index(tx, programme, cs)
}

// PasteIn is many contributions at once: rows of a spreadsheet, cards of a table.
type PasteIn struct {
	Project string `json:"project"`
	Pasted  string `json:"pasted"` // one a line, or with blank lines between
	Name    string `json:"name"`   // what to call the batch
	Said
}

// PasteOut counts what was stored.
type PasteOut struct {
	Batch  string `json:"batch"`
	Stored int    `json:"stored"`
}

// MaxPaste is the most rows one paste may hold; more is an import.
const MaxPaste = 500

// Paste stores each row as a contribution of its own; the batch can be undone as a whole.
func (r *Room) Paste(ctx context.Context, in PasteIn) (out PasteOut, err error) {
	rows := Rows(in.Pasted)
	batch, agreed, entry, now := r.ids.New(), r.ids.New(), r.ids.New(), r.clock.Now()
	cs := make([]Contribution, len(rows))
	changes := make([]trail.Change, len(rows))
	for i, words := range rows {
		cs[i] = made(r.ids.New(), in.Project, words, in.Said, now)
		cs[i].Batch = batch
		changes[i] = trail.Change{Entry: r.ids.New(), Ref: cs[i].Ref, Version: 1, Body: cs[i]}
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.give", in.place(in.Project)); err != nil {
			return err
		}
		var c fault.Check
		c.Need(len(rows) > 0, "pasted", "evidence.need_rows")
		c.Need(len(rows) <= MaxPaste, "pasted", "evidence.too_many_rows", "Most", MaxPaste)
		if err := c.Err(); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if err := insertBatch(tx, programme, Batch{ID: batch, Project: in.Project, Name: in.Name, Made: "paste", State: BatchIn, At: now, Stored: int64(len(rows))}); err != nil {
			return err
		}
		if err := r.keep(ctx, tx, cs, in.Said, agreed); err != nil {
			return err
		}
		if err := trail.PutMany(ctx, tx, now, "evidence.paste", changes); err != nil {
			return err
		}
		out = PasteOut{batch, len(rows)}
		return trail.Put(ctx, tx, entry, now, "evidence.paste", ref.Of("batch", batch), 1, out)
	})
	return out, err
}

// EditIn changes one contribution; Version is the one that was read.
type EditIn struct {
	Ref     ref.Ref  `json:"ref"`
	Version int64    `json:"version"`
	Words   string   `json:"words"`
	Strands []string `json:"strands"`
	Role    string   `json:"role"`
	On      string   `json:"on" form:"day"`
	Source  string   `json:"source"`
	// Sensitive says that it is (yes) or is not (no); "" leaves it as it was.
	Sensitive string `json:"sensitive" doc:"yes or no; as it was when not said."`
}

// EditOut is the version it now has.
type EditOut struct {
	Version int64 `json:"version"`
}

// Edit corrects a contribution. A stale edit is a conflict: nobody's words are lost.
func (r *Room) Edit(ctx context.Context, in EditIn) (out EditOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "evidence.edit", in.Ref)
		if err != nil {
			return err
		}
		if !rec.Live(now) {
			return fault.New(fault.Withdrawn, "evidence.withdrawn").With("evidence.withdrawn_do")
		}
		c, err := whole(tx, rec.Programme, in.Ref.ID)
		if err != nil {
			return err
		}
		if c.Fixed && who.From(ctx).Kind != who.Card {
			if in.Words, err = fixedWords(c.Words, in.Words); err != nil {
				return err
			}
		}
		if err := checkWords(in.Words); err != nil && !(c.standsAlone() && strings.TrimSpace(in.Words) == "") {
			return err
		}
		s := Said{Strands: in.Strands, Role: in.Role, On: in.On, Source: in.Source}
		if who.From(ctx).Kind == who.Card {
			// On their card a person changes words and role label; the team's own notes stay.
			s = Said{Strands: c.StrandList(), Role: in.Role, On: c.On, Source: c.Source}
		}
		if err := s.Check(); err != nil {
			return err
		}
		if c.Version != in.Version {
			return fault.New(fault.Conflict, "evidence.changed_meanwhile", "Words", c.Words).With("evidence.changed_meanwhile_do")
		}
		c.marked(ctx, in.Sensitive)
		c.PageStarts = shifted(c.Words, in.Words, c.PageStarts)
		c.Words, c.Strand, c.State = in.Words, s.Strand(), s.State()
		if p, ok := c.paper(); !ok || p.Title == "" {
			c.Title = c.titled() // a paper keeps its own title
		}
		c.Role, c.On, c.Source = s.Role, s.On, s.Source
		c.Version, c.ChangedAt = c.Version+1, now
		if err := update(tx, rec.Programme, c, in.Version); err != nil {
			return err
		}
		rec.Title, rec.Strand, rec.State, rec.Version, rec.ChangedAt = c.Title, c.Strand, c.State, c.Version, now
		if err := ref.Put(tx, rec); err != nil {
			return err
		}
		if err := index(tx, rec.Programme, []Contribution{c}); err != nil {
			return err
		}
		if _, err := tie.Changed(tx, rec.Programme, in.Ref, now); err != nil {
			return err
		}
		out = EditOut{c.Version}
		return trail.Put(ctx, tx, entry, now, "evidence.edit", in.Ref, c.Version, c)
	})
	return out, err
}

// SortIn gives the strand of contributions whose strand was not known.
type SortIn struct {
	Project string    `json:"project"`
	Refs    []ref.Ref `json:"refs"`
	Strands []string  `json:"strands"`
}

// SortOut counts what was sorted.
type SortOut struct {
	Sorted int `json:"sorted"`
}

// Sort takes contributions out of the to-sort list, many at once.
func (r *Room) Sort(ctx context.Context, in SortIn) (out SortOut, err error) {
	now := r.clock.Now()
	entries := make([]string, len(in.Refs))
	for i := range entries {
		entries[i] = r.ids.New()
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.edit", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		s := Said{Strands: in.Strands}
		var chk fault.Check
		chk.Need(len(in.Strands) > 0, "strands", "evidence.need_strand")
		chk.Need(len(in.Refs) > 0, "refs", "evidence.need_refs")
		if err := chk.Err(); err != nil {
			return err
		}
		if err := s.Check(); err != nil {
			return err
		}
		out = SortOut{}
		for i, x := range in.Refs {
			rec, err := who.Record(ctx, tx, "evidence.edit", x)
			if err != nil {
				return err
			}
			c, err := one(tx, rec.Programme, x.ID)
			if err != nil {
				return err
			}
			if c.Project != in.Project || c.State != ToSort || !rec.Live(now) {
				continue
			}
			was := c.Version
			c.Strand, c.State, c.Version, c.ChangedAt = s.Strand(), Kept, was+1, now
			if err := update(tx, rec.Programme, c, was); err != nil {
				return err
			}
			rec.Strand, rec.State, rec.Version, rec.ChangedAt = c.Strand, c.State, c.Version, now
			if err := ref.Put(tx, rec); err != nil {
				return err
			}
			if err := trail.Put(ctx, tx, entries[i], now, "evidence.sort", x, c.Version, c); err != nil {
				return err
			}
			out.Sorted++
		}
		return nil
	})
	return out, err
}

// ListIn asks for a page of a project's contributions.
type ListIn struct {
	Project string `json:"project"`
	Strand  string `json:"strand"` // research, lived, practice; "" = all
	Site    string `json:"site"`
	State   string `json:"state"` // "to sort" or ""
	Batch   string `json:"batch"`
	Find    string `json:"find"`  // words to look for; "" = all
	After   string `json:"after"` // the Next of the page before
	Limit   int64  `json:"limit"` // 1 to 500; 0 = 50
}

// ListOut is one page of contributions, newest first; a batch in the order it came.
type ListOut struct {
	Contributions []Contribution   `json:"contributions"`
	Next          string           `json:"next"`   // "" when this is the last page
	Counts        map[string]int64 `json:"counts"` // live, by strand; "" = to sort
	Of            ListBatch        `json:"of"`     // the batch that was asked for
}

// ListBatch is the batch whose contributions are listed.
type ListBatch struct {
	Name  string `json:"name"`  // what it is called; an import has its first file's name
	Files int64  `json:"files"` // files of an import; 0 for a paste
	N     int64  `json:"n"`     // contributions of it that the actor may see
}

// List gives the contributions that the actor may see and that may be used in the project.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	now := r.clock.Now()
	if in.Limit <= 0 || in.Limit > 500 {
		in.Limit = 50
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.see", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		var chk fault.Check
		chk.Need(in.Strand == "" || slices.Contains(Strands(), in.Strand), "strand", "house.bad_choice")
		if err := chk.Err(); err != nil {
			return err
		}
		seen, err := who.Where(ctx, tx, "r", "evidence.see")
		if err != nil {
			return err
		}
		may := db.And(seen, terms.Where("r", terms.Project, now))
		if out.Contributions, out.Next, err = list(tx, in, may); err != nil {
			return err
		}
		if err := dress(ctx, tx, out.Contributions); err != nil {
			return err
		}
		veil(ctx, out.Contributions)
		if in.Batch != "" {
			if out.Of, err = listBatch(tx, who.From(ctx).Programme, in, may); err != nil {
				return err
			}
		}
		out.Counts, err = counts(tx, who.From(ctx).Programme, in.Project, now)
		return err
	})
	return out, err
}

// SeeIn asks for one contribution.
type SeeIn struct {
	Ref ref.Ref `json:"ref"`
}

// SeeOut is one contribution and what it may be used for.
type SeeOut struct {
	Contribution
	Uses []terms.Grant `json:"uses"`
	Ties []tie.Tie     `json:"ties"`
}

// See gives one contribution. One that was withdrawn or has ended says so and nothing else.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "evidence.see", in.Ref, Kind)
		if err != nil {
			return err
		}
		if !rec.Live(now) {
			return r.gone(tx, rec)
		}
		if out.Contribution, err = one(tx, rec.Programme, in.Ref.ID); err != nil {
			return err
		}
		seen := []Contribution{out.Contribution}
		if err := dress(ctx, tx, seen); err != nil {
			return err
		}
		out.Contribution = seen[0]
		if out.Uses, err = terms.Of(tx, rec); err != nil {
			return err
		}
		out.Ties, err = tie.To(tx, rec.Programme, in.Ref)
		return err
	})
	if err == nil {
		r.opened(ctx, out.Contribution)
	}
	return out, err
}
