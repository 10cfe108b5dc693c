package outcome

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

// People tells who a person is to those who may know; the room people fills it.
type People interface {
	// Label is what the actor may call a person: the name, or the role label, or "".
	Label(ctx context.Context, tx *db.Tx, person string) (string, error)
	// Choose lists the people of a project by the names the actor may see.
	Choose(ctx context.Context, tx *db.Tx, project string) ([]Person, error)
}

// Person is one of those to choose from.
type Person struct {
	Ref  ref.Ref
	Name string
}

// Threads draws where records came from and where they went; the room thread fills it.
type Threads interface {
	Strips(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]page.Strip, error)
}

// Room is the room outcome.
type Room struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Maker
	news    *news.Desk
	desk    *plug.Desk
	face    *web.Face
	people  People
	threads Threads
}

// New makes the room.
func New(n plug.Needs, people People, threads Threads) *Room {
	return &Room{db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, desk: n.Desk, face: n.Face, people: people, threads: threads}
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	return plug.Plug{Name: "outcome", Words: wordFiles, Migrations: migrations}
}
