package finding

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

// Voice is a contribution as this room shows it.
type Voice struct {
	Ref      ref.Ref
	Words    string
	Strand   string // "", "lived", "lived+practice"
	Role     string
	On       string // YYYY-MM-DD or ""
	Source   string
	Language string // BCP 47
	Version  int64
}

// Query asks for a page of a project's contributions.
type Query struct {
	Project string
	Strand  string // research, lived, practice; "" = all
	Find    string // words to look for; "" = all
	After   string // the next of the page before
	Limit   int64
}

// Words reads what was said; the room evidence fills it.
type Words interface {
	// Listed gives a page of a project's contributions that the actor may read.
	Listed(ctx context.Context, tx *db.Tx, q Query) (out []Voice, next string, err error)
	// Some gives those of refs that the actor may read and that may be used in the project.
	Some(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]Voice, error)
}

// Threads draws where records came from and where they went; the room thread fills it.
type Threads interface {
	Strips(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]page.Strip, error)
}

// Room is the room finding.
type Room struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Maker
	news    *news.Desk
	desk    *plug.Desk
	face    *web.Face
	words   Words
	threads Threads
}

// New makes the room.
func New(n plug.Needs, words Words, threads Threads) *Room {
	return &Room{db: n.DB, clock: n.Clock, ids: n.IDs, news: n.News, desk: n.Desk, face: n.Face, words: words, threads: threads}
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	return plug.Plug{Name: "finding", Words: wordFiles, Migrations: migrations}
}
