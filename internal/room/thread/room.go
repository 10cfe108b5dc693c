package thread

import (
	"embed"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
)

//go:embed words/*.json
var wordFiles embed.FS

// Room is the room thread.
type Room struct {
	db    *db.DB
	clock clock.Clock
	ids   *id.Maker
	news  *news.Desk
	desk  *plug.Desk
	face  *web.Face
	kinds map[string]plug.Kind
}

// New makes the room.
func New(n plug.Needs) *Room {
	return &Room{db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, desk: n.Desk, face: n.Face}
}

// SetKinds tells the room every kind of record of the house. Only the wiring calls it,
// once, before anything runs.
func (r *Room) SetKinds(kinds map[string]plug.Kind) { r.kinds = kinds }

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	return plug.Plug{Name: "thread", Words: wordFiles}
}
