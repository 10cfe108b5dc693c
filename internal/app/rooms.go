package app

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/room/account"
	"plait/internal/room/card"
	"plait/internal/room/consent"
	"plait/internal/room/evidence"
	"plait/internal/room/keeper"
	"plait/internal/room/people"
	"plait/internal/room/programme"
	"plait/internal/room/project"
	"plait/internal/room/search"
	"plait/internal/spine/plug"
)

// rooms is every room of the house, made once.
type rooms struct {
	account   *account.Room
	programme *programme.Room
	project   *project.Room
	people    *people.Room
	consent   *consent.Room
	card      *card.Room
	evidence  *evidence.Room
	search    *search.Room
	keeper    *keeper.Room
}

// newRooms makes the rooms and joins them by the small interfaces each declares.
func newRooms(n plug.Needs) *rooms {
	r := &rooms{}
	shown := &panels{face: n.Face, log: n.Log}
	r.account = account.New(n)
	r.programme = programme.New(n, shown)
	r.project = project.New(n, r.programme, shown, names{r})
	r.people = people.New(n)
	r.consent = consent.New(n, r.programme)
	r.evidence = evidence.New(n, r.consent, r.programme, speakers{r.people})
	r.card = card.New(n, r.people, cardWords{n.Desk, r.evidence}, cardConsents{n.Desk, r.consent}, r.programme)
	r.search = search.New(n)
	r.keeper = keeper.New(n)
	shown.plugs = list(r)
	return r
}

// names tells who did something, by the trail's name for them.
type names struct{ r *rooms }

// Actor is the name shown for an account; for others, the sort of actor.
func (n names) Actor(ctx context.Context, tx *db.Tx, key string) (string, error) {
	return n.r.account.NameOf(ctx, tx, key)
}

// list is the one list of rooms, in the order in which they hear news.
func list(r *rooms) []plug.Plug {
	return []plug.Plug{
		r.account.Plug(), r.programme.Plug(), r.project.Plug(), r.people.Plug(), r.consent.Plug(), r.card.Plug(),
		r.evidence.Plug(), r.search.Plug(), r.keeper.Plug(),
	}
}
