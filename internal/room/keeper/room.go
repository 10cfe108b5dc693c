package keeper

import (
	"embed"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var words embed.FS

//go:embed pages/*.html
var pages embed.FS

// Room is the room keeper.
type Room struct {
	db    *db.DB
	clock clock.Clock
	face  *face
}

// New makes the room.
func New(n plug.Needs) *Room {
	r := &Room{db: n.DB, clock: n.Clock}
	r.face = &face{Face: n.Face, room: r}
	return r
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	return plug.Plug{
		Name:  "keeper",
		Verbs: []plug.Verb{plug.Read("keeper.check", "keeper.check", r.Check)},
		Routes: []web.Route{
			{Pattern: "GET /keeper", Permission: "keeper.see", Handle: r.face.check},
		},
		Jobs: []job.Def{
			{Name: "keeper.chain", Every: time.Second, Tick: true, Do: r.chain},
			{Name: "keeper.fold", Every: time.Hour, Do: r.fold},
		},
		Permissions: []who.Permission{
			{Name: "keeper.check", Roles: []who.Role{who.ProgrammeLead}},
			{Name: "keeper.see", Roles: []who.Role{who.ProgrammeLead}},
		},
		Words: words, Pages: pages, Commands: &commands{},
	}
}
