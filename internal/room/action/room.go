package action

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

// Mate is someone of a project's team.
type Mate struct {
	Account string // account id
	Name    string
}

// Team tells who works in a project; the room account fills it.
type Team interface {
	// Mates lists the accounts with a role in a project or above it, by name.
	Mates(ctx context.Context, tx *db.Tx, project string) ([]Mate, error)
	// Mate gives an account's name, and whether it still has a role there.
	Mate(ctx context.Context, tx *db.Tx, project, account string) (name string, here bool, err error)
}

// Threads draws where records came from and where they went; the room thread fills it.
type Threads interface {
	Strips(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]page.Strip, error)
}

// Room is the room action.
type Room struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Maker
	news    *news.Desk
	desk    *plug.Desk
	face    *web.Face
	team    Team
	threads Threads
}

// New makes the room.
func New(n plug.Needs, team Team, threads Threads) *Room {
	return &Room{db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, desk: n.Desk, face: n.Face, team: team, threads: threads}
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	return plug.Plug{Name: "action", Words: wordFiles, Migrations: migrations}
}
