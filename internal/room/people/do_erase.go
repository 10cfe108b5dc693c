package people

import (
	"context"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
)

// Words takes out what a person said; the room consent fills it.
type Words interface {
	// EraseAll takes everything of a person back and erases it at once, as part of the verb
	// that runs in ctx and tx. It counts what went.
	EraseAll(ctx context.Context, tx *db.Tx, person ref.Ref) (int64, error)
}

// SetWords sets what takes out words, before anything runs.
func (r *Room) SetWords(w Words) { r.words = w }

// Left is an archive that left the house before somebody was erased.
type Left struct {
	Actor string // who took it out, as the trail names them
	For   string // who has it; "" where that is not known
	At    int64  // microseconds
	Why   string
}

// Copies tells what copies there are of what was erased; the room keeper fills it.
type Copies interface {
	// Copies gives the archives that were made before an instant, and until when a backup
	// that was made before it is kept: microseconds, 0 = none.
	Copies(ctx context.Context, tx *db.Tx, programme, person string, at int64) (left []Left, until int64, err error)
}

// SetCopies sets what tells of copies, before anything runs. Without it the pages say that
// nothing is known of them.
func (r *Room) SetCopies(c Copies) { r.copies = c }

// EraseIn takes a person out.
type EraseIn struct {
	Person  ref.Ref `json:"person"`
	Version int64   `json:"version" doc:"That was read; 0 takes any."`
	Why     string  `json:"why" doc:"they asked, mistake or over."`
	Words   string  `json:"words" doc:"What becomes of what they said: erase, or keep without a name."`
}

// EraseOut names what is left of the person and counts what they said that went too.
type EraseOut struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Words   int64   `json:"words"`
}

// erasing is what the trail keeps of it: nothing that says who it was.
type erasing struct {
	Why   string `json:"why"`
	Words string `json:"words"`
}

// Erase takes a person out for good: name, needs, notes, ways to reach them, what they
// said of themselves, and what the trail held of it. An id stays, so that ties, counts
// and letters stay whole. A second time does no more, except that words which were kept
// can still be erased.
func (r *Room) Erase(ctx context.Context, in EraseIn) (out EraseOut, err error) {
	entry, request, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, p, err := record(ctx, tx, "people.erase", in.Person)
		if err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		if in.Version != 0 && in.Version != p.Version {
			return fault.New(fault.Conflict, "people.changed_meanwhile").With("people.changed_meanwhile_do")
		}
		out = EraseOut{Ref: p.Ref, Version: p.Version}
		was := p.State
		if was == Erased && in.Words == KeepWords {
			return nil
		}
		if in.Words == EraseWords {
			if r.words == nil {
				return fault.New(fault.Absent, "people.no_words_room").With("people.no_words_room_do")
			}
			if out.Words, err = r.words.EraseAll(tx.Context(), tx, p.Ref); err != nil {
				return err
			}
		}
		if was != Erased {
			if err := r.takeOut(tx, rec, p, now); err != nil {
				return err
			}
			out.Version = p.Version + 1
			if err := r.closeErasure(tx, p, in.Why, request, clock.DayOf(now, ""), now); err != nil {
				return err
			}
		}
		return trail.Put(ctx, tx, entry, now, "people.erase", p.Ref, out.Version, erasing{in.Why, in.Words})
	})
	return out, err
}

// takeOut empties everything that this room keeps of a person and tells the others.
func (r *Room) takeOut(tx *db.Tx, rec ref.Record, p Person, now int64) error {
	tx.Scrub() // SQLite's log is folded in at once: no old page holds the name
	was := p.Version
	p = p.nobody(clock.DayOf(now, ""))
	p.Version, p.ChangedAt = was+1, now
	if err := wipe(tx, rec.Programme, p.Ref.ID); err != nil {
		return err
	}
	if err := update(tx, rec.Programme, p, was); err != nil {
		return err
	}
	if err := ref.Put(tx, p.record(rec.Programme)); err != nil {
		return err
	}
	if err := search.Drop(tx, rec.Programme, p.Ref.ID); err != nil {
		return err
	}
	if err := trail.Erase(tx, rec.Programme, p.Ref.ID); err != nil {
		return err
	}
	return r.news.Tell(tx, news.Item{Programme: rec.Programme, Name: "people.erased", Refs: []ref.Ref{p.Ref}, At: now})
}

// copiesOf says which copies hold what is erased now, or of someone who was erased, what
// was erased then. known is false when nothing tells of copies.
func (r *Room) copiesOf(ctx context.Context, person ref.Ref) (known bool, left []Left, until int64, err error) {
	if r.copies == nil {
		return false, nil, 0, nil
	}
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, p, err := record(ctx, tx, "people.see", person)
		if err != nil {
			return err
		}
		at := now
		if p.State == Erased {
			at = p.ChangedAt
			entries, err := trail.Of(tx, rec.Programme, p.Ref)
			if err != nil {
				return err
			}
			for _, e := range entries {
				if e.Verb == "people.erase" {
					at = max(at, e.At) // words that were kept at first may have gone later
				}
			}
		}
		left, until, err = r.copies.Copies(tx.Context(), tx, rec.Programme, p.Ref.ID, at)
		return err
	})
	return true, left, until, err
}

// heldHow is what is held about a person who is about to be erased, to be counted.
func (r *Room) heldHow(ctx context.Context, person ref.Ref) ([]Section, error) {
	now := r.clock.Now()
	var out HeldOut
	err := r.db.Read(ctx, func(tx *db.Tx) error {
		_, p, err := record(ctx, tx, "people.erase", person)
		if err == nil {
			out, err = r.heldOf(tx.Context(), tx, p, now)
		}
		return err
	})
	return out.Sections, err
}
