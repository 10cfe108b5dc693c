package evidence

import (
	"context"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// MineIn asks for a person's own contributions.
type MineIn struct {
	Person string `json:"person"`
}

// MineOut is what a person said, newest first.
type MineOut struct {
	Contributions []Contribution `json:"contributions"`
}

// Mine gives what one person said, wherever in the programme, for their card.
func (r *Room) Mine(ctx context.Context, in MineIn) (out MineOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.see", ref.Of(ref.Person, in.Person)); err != nil {
			return err
		}
		seen, err := who.Where(ctx, tx, "r", "evidence.see")
		if err != nil {
			return err
		}
		if out.Contributions, err = mine(tx, in.Person, db.And(seen, terms.Where("r", terms.Project, now))); err != nil {
			return err
		}
		return dress(ctx, tx, out.Contributions)
	})
	return out, err
}

// AddIn is a contribution that a person adds on their card.
type AddIn struct {
	About    ref.Ref `json:"about"` // the contribution it adds to, or the person: then nothing is known of it
	Words    string  `json:"words"`
	Language string  `json:"language"`
}

// Add stores what a person adds to their own words. It goes where the first one went,
// with the same terms: the narrowest of them, until the person says otherwise.
func (r *Room) Add(ctx context.Context, in AddIn) (out GiveOut, err error) {
	id, agreed, entry, now := r.ids.New(), r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "evidence.edit", in.About)
		if err != nil {
			return err
		}
		if err := checkWords(in.Words); err != nil {
			return err
		}
		// About the person alone: nothing is known of it yet.
		first := Contribution{Project: rec.Project}
		if rec.Kind != ref.Person {
			if first, err = one(tx, rec.Programme, in.About.ID); err != nil {
				return err
			}
		}
		agreement := terms.Agreement{Mode: "own", Asked: "clicked"}
		if rec.Kind != ref.Person {
			if agreement.Regime, agreement.Ethics, agreement.Nation, err = r.consents.Regime(tx, rec.Programme, rec.ID); err != nil {
				return err
			}
		}
		if rec.Kind != ref.Person && rec.Until != ref.NoEnd {
			zone, err := r.zone(tx, rec.Programme)
			if err != nil {
				return err
			}
			agreement.Ends = clock.DayOf(rec.Until-1, zone) // no longer than what it adds to
		}
		if first.Project == "" {
			// Someone of the whole programme: their words go where they last spoke.
			said, err := lastWords(tx, rec.Programme, rec.Person)
			if err != nil {
				return err
			}
			if len(said) == 0 {
				return fault.New(fault.Conflict, "evidence.no_project").With("evidence.no_project_do")
			}
			first.Project = said[0].Project
		}
		if in.Language == "" {
			in.Language = first.Language
		}
		s := Said{Strands: first.StrandList(), Site: first.Site, Person: rec.Person, Role: first.Role, Source: first.Source, Language: in.Language,
			Expressed: "written", Voice: "own", Agreement: agreement}
		c := made(id, first.Project, in.Words, s, now)
		if err := r.keep(ctx, tx, []Contribution{c}, s, agreed); err != nil {
			return err
		}
		out = GiveOut{c.Ref}
		return trail.Put(ctx, tx, entry, now, "evidence.add-own", c.Ref, 1, c)
	})
	return out, err
}

// restored puts the words of records that are back into search again.
func (r *Room) restored(tx *db.Tx, it news.Item) error {
	for _, x := range it.Refs {
		if x.Kind != Kind {
			continue
		}
		if rec, ok, err := ref.Get(tx, it.Programme, x.ID); err != nil || !ok || !rec.Live(it.At) {
			if err != nil {
				return err
			}
			continue // given back after its time had ended: there is nothing to find
		}
		c, err := whole(tx, it.Programme, x.ID)
		if err != nil {
			return err
		}
		if err := index(tx, it.Programme, []Contribution{c}); err != nil {
			return err
		}
	}
	return nil
}

// erased takes the words of records away for good; their rows stay and say nothing.
func (r *Room) erased(tx *db.Tx, it news.Item) error {
	tx.Scrub()
	for _, x := range it.Refs {
		if x.Kind != Kind {
			continue
		}
		batch, err := batchOf(tx, it.Programme, x.ID)
		if err == nil && batch != "" {
			err = hush(tx, it.Programme, batch) // its import's problems may quote the same words
		}
		if err != nil {
			return err
		}
		if err := wipe(tx, it.Programme, x.ID); err != nil {
			return err
		}
		if err := r.dropMedia(tx, it.Programme, x.ID); err != nil {
			return err
		}
		if err := dropExcerpts(tx, it.Programme, []string{x.ID}); err != nil {
			return err
		}
		tx.After(func() { r.reads.forget(it.Programme, x.ID) })
		rec, ok, err := ref.Get(tx, it.Programme, x.ID)
		if err != nil || !ok {
			return err
		}
		rec.Title, rec.Until = "", 0
		if err := ref.Put(tx, rec); err != nil {
			return err
		}
		if err := trail.Erase(tx, it.Programme, x.ID); err != nil {
			return err
		}
	}
	return nil
}

// gone is the fault of looking at what was taken back: of what was erased, the day, and
// nothing more.
func (r *Room) gone(tx *db.Tx, rec ref.Record) error {
	if rec.State != erasedState {
		return fault.New(fault.Withdrawn, "evidence.withdrawn").With("evidence.withdrawn_do")
	}
	entries, err := trail.Of(tx, rec.Programme, rec.Ref())
	if err != nil {
		return err
	}
	zone, err := r.zone(tx, rec.Programme)
	if err != nil {
		return err
	}
	on := ""
	for _, e := range entries {
		if !trail.Reading(e.Verb) {
			on = clock.DayOf(e.At, zone) // erasing is the last that is done to a record
		}
	}
	return fault.New(fault.Withdrawn, "evidence.erased_on", "Day", lang.Date("en", on))
}
