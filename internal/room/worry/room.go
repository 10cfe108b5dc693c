package worry

import (
	"embed"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/spine/plug"
)

//go:embed words/*.json
var words embed.FS

// Room is the room worry.
type Room struct {
	db    *db.DB
	clock clock.Clock
	ids   *id.Maker
}

// New makes the room.
func New(n plug.Needs) *Room { return &Room{db: n.DB, clock: n.Clock, ids: n.IDs} }

// Plug is the room's door.
func (r *Room) Plug() plug.Plug { return plug.Plug{Name: "worry", Words: words} }
