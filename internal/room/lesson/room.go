package lesson

import (
	"context"
	"embed"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

//go:embed words/*.json
var wordFiles embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Threads draws where records came from and where they went; the room thread fills it.
type Threads interface {
	Strips(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]page.Strip, error)
}

// Room is the room lesson.
type Room struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Maker
	news    *news.Desk
	desk    *plug.Desk
	face    *web.Face
	threads Threads
}

// New makes the room.
func New(n plug.Needs, threads Threads) *Room {
	return &Room{db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, desk: n.Desk, face: n.Face, threads: threads}
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	return plug.Plug{Name: "lesson", Words: wordFiles, Migrations: migrations}
}
