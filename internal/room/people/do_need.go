package people

import (
	"context"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// NeedsIn says what a person needs to take part; Version is the one that was read.
type NeedsIn struct {
	Person  ref.Ref `json:"person"`
	Version int64   `json:"version"`
	Wanted
}

// Needs keeps what a person said when asked what they need (AIS: identify and record).
// It takes the place of what they said before. They are asked again in a year.
func (r *Room) Needs(ctx context.Context, in NeedsIn) (PersonOut, error) {
	today := clock.DayOf(r.clock.Now(), "")
	return r.alter(ctx, "people.needs", "people.change", in.Person, in.Version, func(tx *db.Tx, p *Person) error {
		in.Wanted = in.settled()
		if err := in.check(); err != nil {
			return err
		}
		p.Asked, p.AskedOn, p.Review, p.Needs = in.Asked, today, yearAfter(today), in.needs()
		return putNeeds(tx, who.From(ctx).Programme, p.Ref.ID, p.Needs)
	})
}

// WishesIn is what a person asks for on their own card.
type WishesIn struct {
	Person   ref.Ref  `json:"person"`
	Format   []string `json:"format" doc:"Codes of the list format."`
	Language string   `json:"language" doc:"BCP 47; as it was when not said."`
}

// Wishes lets a person say on their own card in what format and language they want
// things. What they need besides stays as it is.
func (r *Room) Wishes(ctx context.Context, in WishesIn) (PersonOut, error) {
	today := clock.DayOf(r.clock.Now(), "")
	return r.alter(ctx, "people.wishes", "people.own", in.Person, 0, func(tx *db.Tx, p *Person) error {
		w := wanted(p.Asked, p.Needs)
		w.Format, w.Asked = in.Format, Yes
		if len(w.needs()) == 0 {
			w.Asked = No
		}
		if err := w.check(); err != nil {
			return err
		}
		var c fault.Check
		c.Need(len(in.Language) <= 35, "language", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		p.Asked, p.AskedOn, p.Review, p.Needs = w.Asked, today, yearAfter(today), w.needs()
		if in.Language != "" {
			p.Language = in.Language
		}
		return putNeeds(tx, who.From(ctx).Programme, p.Ref.ID, p.Needs)
	})
}

// OwnWishes reads what a person asked for: the codes of their formats and their language.
// It is part of another room's verb; the permission people.own is asked here, so that a
// card reads its own person only.
func (r *Room) OwnWishes(ctx context.Context, tx *db.Tx, person string) (format []string, language string, err error) {
	_, p, err := record(ctx, tx, "people.own", ref.Of(Kind, person))
	if err != nil {
		return nil, "", err
	}
	return wanted(p.Asked, p.Needs).Format, p.Language, nil
}

// ShareIn says with whom a person's needs are shared, with their agreement; with Share
// set it ends one.
type ShareIn struct {
	Person ref.Ref `json:"person"`
	Share  string  `json:"share" doc:"Id of one that has ended; a new one when not said."`
	With   string  `json:"with" doc:"Who is told."`
	Since  string  `json:"since" doc:"Since which day; today when not said."`
	Agreed string  `json:"agreed" doc:"How the person agreed to it."`
}

// check says what is wrong with a new share, by field.
func (in ShareIn) check() error {
	_, ok := day(in.Since)
	var c fault.Check
	c.Need(in.With != "", "with", "people.need_with")
	c.Need(len(in.With) <= 200, "with", "house.too_long")
	c.Need(ok, "since", "house.bad_day")
	c.Need(in.Agreed != "", "agreed", "people.need_agreed")
	c.Need(len(in.Agreed) <= 500, "agreed", "house.too_long")
	return c.Err()
}

// Share keeps with whom needs are shared and since when (AIS: share). Nobody is told
// without the person's agreement.
func (r *Room) Share(ctx context.Context, in ShareIn) (PersonOut, error) {
	id, today := r.ids.New(), clock.DayOf(r.clock.Now(), "")
	return r.alter(ctx, "people.share", "people.change", in.Person, 0, func(tx *db.Tx, p *Person) error {
		programme := who.From(ctx).Programme
		if in.Share != "" {
			return endShare(tx, programme, p.Ref.ID, in.Share, today)
		}
		if err := in.check(); err != nil {
			return err
		}
		since, _ := day(in.Since)
		if since == "" {
			since = today
		}
		return putShare(tx, programme, p.Ref.ID, Share{ID: id, With: in.With, Since: since, Agreed: in.Agreed})
	})
}

// MetIn says whether a person's needs were met on one occasion.
type MetIn struct {
	Person   ref.Ref `json:"person"`
	On       string  `json:"on" doc:"Which day; today when not said."`
	Occasion string  `json:"occasion" doc:"What it was, such as the spring meeting."`
	Met      string  `json:"met" doc:"yes, partly or no."`
	Arranged string  `json:"arranged" doc:"Who arranged it."`
}

// Met keeps whether needs were met, and who arranged it (AIS: meet).
func (r *Room) Met(ctx context.Context, in MetIn) (PersonOut, error) {
	id, today := r.ids.New(), clock.DayOf(r.clock.Now(), "")
	return r.alter(ctx, "people.met", "people.change", in.Person, 0, func(tx *db.Tx, p *Person) error {
		on, ok := day(in.On)
		var c fault.Check
		c.Need(ok, "on", "house.bad_day")
		c.Need(slices.Contains(Degrees(), in.Met), "met", "people.need_met")
		c.Need(in.Occasion != "", "occasion", "people.need_occasion")
		c.Need(len(in.Occasion) <= 200, "occasion", "house.too_long")
		c.Need(len(in.Arranged) <= 200, "arranged", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		if on == "" {
			on = today
		}
		return putMet(tx, who.From(ctx).Programme, p.Ref.ID, Met{ID: id, On: on, Occasion: in.Occasion, Met: in.Met, Arranged: in.Arranged})
	})
}

// ReviewIn says that a person was asked again what they need.
type ReviewIn struct {
	Person ref.Ref `json:"person"`
	On     string  `json:"on" doc:"Which day; today when not said."`
	By     string  `json:"by" doc:"Who asked."`
	Note   string  `json:"note"`
	Next   string  `json:"next" doc:"When to ask again; a year later when not said."`
}

// Review keeps that a person was asked again, and when to ask next (AIS: review).
func (r *Room) Review(ctx context.Context, in ReviewIn) (PersonOut, error) {
	id, today := r.ids.New(), clock.DayOf(r.clock.Now(), "")
	return r.alter(ctx, "people.review", "people.change", in.Person, 0, func(tx *db.Tx, p *Person) error {
		on, ok := day(in.On)
		next, fine := day(in.Next)
		if on == "" {
			on = today
		}
		if next == "" {
			next = yearAfter(on)
		}
		var c fault.Check
		c.Need(ok, "on", "house.bad_day")
		c.Need(fine, "next", "house.bad_day")
		c.Need(!ok || !fine || next > on, "next", "people.next_before")
		c.Need(in.By != "", "by", "people.need_by")
		c.Need(len(in.By) <= 200, "by", "house.too_long")
		c.Need(len(in.Note) <= 2000, "note", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		p.Review = next
		return putReview(tx, who.From(ctx).Programme, p.Ref.ID, Review{ID: id, On: on, By: in.By, Note: in.Note, Next: next})
	})
}
