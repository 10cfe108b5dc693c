package card

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// mayFor refuses a card for a person whom nobody may reach by one, and a card that would
// open more than its maker may: it shows everything the person said, in every project,
// and whoever makes it could open it.
func mayFor(ctx context.Context, tx *db.Tx, person ref.Record) error {
	if shut(person.State) {
		return fault.New(fault.Conflict, "card.person_stopped").With("card.person_stopped_do")
	}
	may, err := who.Where(ctx, tx, "r", "card.make")
	if err != nil {
		return err
	}
	hidden, err := beyond(tx, person.Programme, person.ID, may)
	if err != nil {
		return err
	}
	if hidden > 0 {
		return fault.New(fault.Forbidden, "card.said_elsewhere").With("card.said_elsewhere_do")
	}
	return nil
}

// stopped shuts the cards of people who have died or want no more contact. Someone who
// has moved keeps theirs: the words are still their own.
func (r *Room) stopped(tx *db.Tx, it news.Item) error {
	for _, x := range it.Refs {
		rec, ok, err := ref.Get(tx, it.Programme, x.ID)
		if err != nil {
			return err
		}
		if !ok || rec.Kind != ref.Person || !shut(rec.State) {
			continue
		}
		if err := r.stopAll(tx, it.Programme, x.ID, Ended); err != nil {
			return err
		}
	}
	return nil
}

// erased shuts the cards of people who were taken out, and forgets how they liked them.
func (r *Room) erased(tx *db.Tx, it news.Item) error {
	for _, x := range it.Refs {
		if x.Kind != ref.Person {
			continue
		}
		if err := r.stopAll(tx, it.Programme, x.ID, Ended); err != nil {
			return err
		}
		if err := plain(tx, it.Programme, x.ID); err != nil {
			return err
		}
	}
	return nil
}
