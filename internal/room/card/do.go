package card

import (
	"context"
	"crypto/subtle"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// MakeIn asks for cards: one for a person, or some for people of whom nothing is known.
type MakeIn struct {
	Project  string  `json:"project"`
	Person   ref.Ref `json:"person"` // "" = new people without names
	Count    int64   `json:"count"`  // 1 to MaxCards; 0 = 1; for a person always 1
	Stop     bool    `json:"stop"`   // stop the person's other cards: they are lost
	Language string  `json:"language"`
	Format   string  `json:"format"`
	Key      string  `json:"key"` // the form's: cards are not made twice by one press
}

// MakeOut holds the codes. They are given this once and are stored nowhere.
type MakeOut struct {
	Cards []Made `json:"cards"`
}

// Made is one new card.
type Made struct {
	Card   string  `json:"card"`
	Person ref.Ref `json:"person"`
	Code   string  `json:"code"` // CodeLength characters
}

// Make makes cards. It keeps its own key, for the usual one would store the answer and
// with it the codes: the same press again is a conflict that says so.
func (r *Room) Make(ctx context.Context, in MakeIn) (out MakeOut, err error) {
	now, entry := r.clock.Now(), r.ids.New()
	if in.Count == 0 || !in.Person.None() {
		in.Count = 1
	}
	cards := make([]Made, max(0, min(in.Count, MaxCards)))
	for i := range cards {
		cards[i] = Made{Card: r.ids.New(), Code: r.ids.Code(CodeLength)}
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "card.make", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		if err := r.checkMake(ctx, tx, in); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if in.Stop && !in.Person.None() {
			if err := r.stopAll(tx, programme, in.Person.ID, Lost); err != nil {
				return err
			}
		}
		for i := range cards {
			cards[i].Person = in.Person
			if in.Person.None() {
				var err error
				if cards[i].Person, err = r.people.Anonymous(tx.Context(), tx, in.Project); err != nil {
					return err
				}
			}
			c := Card{ID: cards[i].Card, Person: cards[i].Person.ID, Made: now, Language: in.Language, Format: in.Format, State: Live}
			if err := insert(tx, programme, c, r.codeMark(cards[i].Code)); err != nil {
				return err
			}
		}
		if err := trail.Keep(ctx, tx, in.Key, "card.make", now, in, made{len(cards)}); err != nil {
			return err
		}
		// Of a named person's card the trail says whose it is: whoever makes one could open it.
		about := ref.Of(ref.Project, in.Project)
		if !in.Person.None() {
			about = in.Person
		}
		return trail.Put(ctx, tx, entry, now, "card.make", about, 0, made{len(cards)})
	})
	if err != nil {
		return MakeOut{}, err
	}
	return MakeOut{cards}, nil
}

// made is what the trail and the key keep of a making: how many.
type made struct {
	Cards int `json:"cards"`
}

func (r *Room) checkMake(ctx context.Context, tx *db.Tx, in MakeIn) error {
	var c fault.Check
	c.Need(in.Count >= 1 && in.Count <= MaxCards, "count", "card.bad_count", "Most", MaxCards)
	c.Need(slices.Contains(formats(), in.Format), "format", "house.bad_choice")
	c.Need(len(in.Language) <= 35, "language", "house.bad_choice")
	if err := c.Err(); err != nil {
		return err
	}
	if !in.Person.None() {
		rec, err := who.Record(ctx, tx, "card.make", in.Person)
		if err != nil {
			return err
		}
		if rec.Kind != ref.Person {
			return fault.Fielded("person", "house.bad_ref")
		}
		if err := mayFor(ctx, tx, rec); err != nil {
			return err
		}
	}
	var before made
	done, err := trail.Once(ctx, tx, in.Key, "card.make", in, &before)
	if err == nil && done {
		return fault.New(fault.Conflict, "card.made_before").With("card.made_before_do")
	}
	return err
}

func formats() []string { return []string{"", "standard", "large", "easy", "listen"} }

func (r *Room) stopAll(tx *db.Tx, programme, person, state string) error {
	ids, err := cardsOf(tx, programme, person)
	if err != nil {
		return err
	}
	return stop(tx, programme, person, state, ids)
}

func cardsOf(tx *db.Tx, programme, person string) ([]string, error) {
	all, err := of(tx, programme, person)
	ids := make([]string, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	return ids, err
}

// StopAgain shuts a card in a restored house that was shut after the backup, and says
// whether it was open.
func (r *Room) StopAgain(ctx context.Context, card string) (was bool, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	programme := who.From(ctx).Programme
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		person, ok, err := liveCard(tx, programme, card)
		if was = ok; err != nil || !ok {
			return err
		}
		if err := stop(tx, programme, person, Lost, []string{card}); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "card.stop", ref.Of(ref.Person, person), 0, nil)
	})
	return was, err
}

// StopIn shuts cards of a person.
type StopIn struct {
	Person ref.Ref `json:"person"`
	Card   string  `json:"card"` // "" = all of the person's
	Lost   bool    `json:"lost"` // it was lost, not handed back
}

// StopOut is empty: a card that was shut before stays shut.
type StopOut struct{}

// Stop shuts a card at once, also where it is open on a device.
func (r *Room) Stop(ctx context.Context, in StopIn) (out StopOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "card.make", in.Person)
		if err != nil {
			return err
		}
		state := Ended
		if in.Lost {
			state = Lost
		}
		ids := []string{in.Card}
		if in.Card == "" {
			if ids, err = cardsOf(tx, rec.Programme, rec.ID); err != nil {
				return err
			}
		}
		if err := stop(tx, rec.Programme, rec.ID, state, ids); err != nil {
			return err
		}
		gone := make([]ref.Ref, len(ids))
		for i, id := range ids {
			gone[i] = ref.Of("card", id)
		}
		if err := r.news.Tell(tx, news.Item{Programme: rec.Programme, Name: "card.stopped", Refs: gone, At: now}); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "card.stop", rec.Ref(), 0, nil)
	})
	return out, err
}

// ListIn asks for a person's cards.
type ListIn struct {
	Person ref.Ref `json:"person"`
}

// ListOut is a person's cards, newest first.
type ListOut struct {
	Project string `json:"project"` // of the person
	Cards   []Card `json:"cards"`
}

// List gives a person's cards, without codes.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "card.make", in.Person)
		if err != nil {
			return err
		}
		out.Project = rec.Project
		out.Cards, err = of(tx, rec.Programme, rec.ID)
		return err
	})
	return out, err
}

// LockIn sets, changes or removes the lock of the card that is open.
type LockIn struct {
	Kind  string `json:"kind"`  // picture, word or "" for none
	Value string `json:"value"` // one of Pictures, or the word
}

// LockOut is empty.
type LockOut struct{}

// Lock sets what must be answered after the code before words are shown.
func (r *Room) Lock(ctx context.Context, in LockIn) (out LockOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		a := who.From(ctx)
		if err := who.Must(ctx, tx, "card.words", ref.Of(ref.Person, a.Person)); err != nil {
			return err
		}
		if err := checkLock(in.Kind, in.Value); err != nil {
			return err
		}
		c, err := one(tx, a.Programme, a.ID)
		if err != nil {
			return err
		}
		if err := setLock(tx, a.Programme, c.ID, in.Kind, r.lockMark(c.ID, in.Kind, in.Value)); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "card.lock", ref.Of("card", c.ID), 0, nil)
	})
	return out, err
}

// LooksIn is how the person likes their card to look.
type LooksIn struct {
	Format   string `json:"format"`
	Language string `json:"language"`
}

// LooksOut is empty.
type LooksOut struct{}

// Looks keeps format and language on the card, so that it looks the same on any device.
func (r *Room) Looks(ctx context.Context, in LooksIn) (out LooksOut, err error) {
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		a := who.From(ctx)
		if err := who.Must(ctx, tx, "card.words", ref.Of(ref.Person, a.Person)); err != nil {
			return err
		}
		var chk fault.Check
		chk.Need(slices.Contains(formats(), in.Format), "format", "house.bad_choice")
		chk.Need(len(in.Language) <= 35, "language", "house.bad_choice")
		if err := chk.Err(); err != nil {
			return err
		}
		c, err := one(tx, a.Programme, a.ID)
		if err != nil || (c.Format == in.Format && c.Language == in.Language) {
			return err
		}
		return setLooks(tx, a.Programme, c.ID, in.Format, in.Language)
	})
	return out, err
}

// open finds the card behind a typed code. The code is looked up by its mark, so how
// long it takes says nothing of any code. A wrong one is *missing*.
func (r *Room) open(ctx context.Context, code string) (s session, c Card, err error) {
	code = id.Tidy(code)
	wrong := fault.New(fault.Missing, "card.wrong_code")
	if len(code) != CodeLength {
		return s, c, wrong
	}
	mark := r.codeMark(code)
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		var ok bool
		if s, ok, err = behind(tx, mark); err != nil {
			return err
		}
		if !ok {
			return wrong
		}
		if c, err = one(tx, s.Programme, s.Card); err == nil && c.State != Live {
			return wrong
		}
		return err
	})
	s.Until = r.clock.Now() + SessionFor.Microseconds()
	return s, c, err
}

// card reads the card of a session as it is now.
func (r *Room) card(ctx context.Context, s session) (c Card, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error { c, err = one(tx, s.Programme, s.Card); return err })
	return c, err
}

// unlock answers a card's lock. A wrong answer is counted and says how long to wait.
func (r *Room) unlock(ctx context.Context, s session, value string) (out session, err error) {
	now := r.clock.Now()
	var answer error
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		c, err := one(tx, s.Programme, s.Card)
		if err != nil {
			return err
		}
		answer = nil
		if wait := lockWait(c.tries); wait > 0 && now < c.triedAt+wait.Microseconds() {
			answer = limited(wait, c.triedAt, now)
			return nil
		}
		if subtle.ConstantTimeCompare([]byte(r.lockMark(c.ID, c.Lock, value)), []byte(c.mark)) == 1 {
			out = s
			out.Lock = c.mark
			if c.tries == 0 {
				return nil
			}
			return setTries(tx, s.Programme, c.ID, 0, 0)
		}
		answer = fault.Fielded("value", "card.wrong_lock")
		return setTries(tx, s.Programme, c.ID, c.tries+1, now)
	})
	if err == nil {
		err = answer
	}
	return out, err
}

func (r *Room) codeMark(code string) string { return r.key.HMAC("card", code) }

func (r *Room) lockMark(card, kind, value string) string {
	if kind == NoLock {
		return ""
	}
	return r.key.HMAC("card.lock", card+"\x00"+lockText(kind, value))
}
