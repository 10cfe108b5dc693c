package paper

import (
	"context"
	"embed"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

//go:embed words/*.json
var words embed.FS

// Card is one card that becomes a contribution: its picture, and what its batch says of
// it.
type Card struct {
	JPEG    []byte
	Project string
	Name    string   // of the picture
	Strands []string // none = to be sorted
	Site    string
	On      string // YYYY-MM-DD
	Source  string // "Table 3, round 2, yellow"
	Asked   string // the question printed on it
	Key     string // the same key gives the same contribution again
}

// Contributions takes cards into the thread; the room evidence fills it.
type Contributions interface {
	// File stores a card's picture as a contribution, in transactions of its own.
	File(ctx context.Context, c Card) (ref.Ref, error)
}

// Room is the room paper.
type Room struct {
	db    *db.DB
	clock clock.Clock
	ids   *id.Maker
	files *blob.Store
	said  Contributions
}

// New makes the room.
func New(n plug.Needs, said Contributions) *Room {
	return &Room{db: n.DB, clock: n.Clock, ids: n.IDs, files: n.Files, said: said}
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug { return plug.Plug{Name: "paper", Words: words} }
