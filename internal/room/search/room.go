package search

import (
	"embed"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var words embed.FS

//go:embed pages/*.html
var pages embed.FS

// Room is the room search.
type Room struct {
	db    *db.DB
	clock clock.Clock
	kinds map[string]plug.Kind
	face  *face
}

// New makes the room. It finds nothing until SetKinds has told it of the house's kinds.
func New(n plug.Needs) *Room {
	r := &Room{db: n.DB, clock: n.Clock, kinds: map[string]plug.Kind{}}
	r.face = &face{Face: n.Face, room: r}
	return r
}

// SetKinds tells the room every kind of record of the house. Only the wiring calls it,
// once, before anything runs.
func (r *Room) SetKinds(kinds map[string]plug.Kind) { r.kinds = kinds }

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	return plug.Plug{
		Name:  "search",
		Verbs: []plug.Verb{plug.Read("search.find", "search.find", r.Find)},
		Routes: []web.Route{
			{Pattern: "GET /search", Permission: "search.find", Handle: r.face.find},
		},
		// Everyone may search; what they find is what each kind's own permission lets them see.
		Permissions: []who.Permission{{Name: "search.find", Roles: who.Everyone(), Card: true}},
		Words:       words, Pages: pages, Commands: &commands{},
	}
}
