package people

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Looked is the verb of the trail's entries that tell who opened a person's record: their
// name, their contacts and what they need. There is no other way from words to a name.
const Looked = "people.looked"

// mostLookers is how many of those who looked a person's page shows.
const mostLookers = 5

// Names tells who did something; the room account fills it.
type Names interface {
	// Actor is the name shown for whom the trail names; "" for a card, the command line and
	// whoever has left.
	Actor(ctx context.Context, tx *db.Tx, key string) (string, error)
}

// SetNames sets who knows the names of accounts. Only the wiring calls it, once, before
// anything runs.
func (r *Room) SetNames(n Names) { r.names = n }

// Looker is someone who opened a person's record.
type Looker struct {
	Name string // "" for the command line and whoever has left
	At   int64
}

// lookers gives the newest of those who opened a person's record, to those who lead the
// programme; may is false for others.
func (r *Room) lookers(ctx context.Context, tx *db.Tx, person ref.Ref) (out []Looker, may bool, err error) {
	if r.names == nil || !who.Can(ctx, tx, "people.lookers", who.Here(ctx)) {
		return nil, false, nil
	}
	list, err := trail.Lookers(tx, who.From(ctx).Programme, person, mostLookers)
	for _, e := range list {
		name, err := r.names.Actor(ctx, tx, e.Actor)
		if err != nil {
			return nil, false, err
		}
		out = append(out, Looker{name, e.At})
	}
	return out, true, err
}
